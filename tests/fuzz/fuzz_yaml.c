/* The YAML reader on any bytes, and typed reads of whatever it found. */
#include "palermo/io.h"

#include <stdlib.h>

static void read_all(const struct pal_yaml *node, struct pal_arena *arena)
{
    static const char *const known[] = {"name", "path"};
    struct pal_error err;
    if (!node->at.line || !node->at.column)
        abort();
    if (node->kind == PAL_YAML_MAP)
        (void)!pal_yaml_known(node, "the input", known, PAL_COUNT(known), &err);
    for (size_t i = 0; node->kind != PAL_YAML_SCALAR && i < node->n; i++) {
        read_all(node->item[i], arena);
        if (node->kind != PAL_YAML_MAP)
            continue;
        const char *key = pal_arena_cstr(arena, node->key[i]->text);
        const pal_str *texts;
        pal_str text;
        double number;
        size_t n;
        bool flag;
        (void)!pal_yaml_text(node, key, &text, &err);
        (void)!pal_yaml_number(node, key, &number, &err);
        (void)!pal_yaml_size(node, key, &n, &err);
        (void)!pal_yaml_bool(node, key, &flag, &err);
        (void)!pal_yaml_texts(node, key, arena, &texts, &n, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_yaml *node;
    struct pal_error err;
    if (pal_yaml_parse((pal_str){(const char *)bytes, size}, "input", arena, &node, &err) == PAL_OK)
        read_all(node, arena);
    pal_arena_free(arena);
    return 0;
}
