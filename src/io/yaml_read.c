/* yaml_read.c: typed reads out of a tree of YAML, each failing at the place of its node. */
#include "inside.h"

static bool is_null(const struct pal_yaml *node)
{
    return node->kind == PAL_YAML_SCALAR && node->plain &&
           (!node->text.len || pal_str_eq(node->text, PAL_STR("null")) ||
            pal_str_eq(node->text, PAL_STR("~")));
}

const struct pal_yaml *pal_yaml_get(const struct pal_yaml *node, const char *key)
{
    if (!node || node->kind != PAL_YAML_MAP)
        return NULL;
    const pal_str word = pal_str_of(key);
    for (size_t i = 0; i < node->n; i++)
        if (pal_str_eq(node->key[i]->text, word))
            return node->item[i];
    return NULL;
}

enum pal_status pal_yaml_fail(const struct pal_yaml *node, struct pal_error *err,
                              const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pal_fail_at(err, PAL_SYNTAX, node ? &node->at : NULL, "%s", text);
}

static const char *kind_name(enum pal_yaml_kind kind)
{
    static const char *const names[] = {"one word or number", "a list", "a map of keys"};
    return names[kind];
}

enum pal_status pal_yaml_known(const struct pal_yaml *node, const char *what,
                               const char *const *known, size_t n, struct pal_error *err)
{
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "%s must be a map of keys, not %s", what,
                             kind_name(node->kind));
    for (size_t i = 0; i < node->n; i++) {
        const pal_str key = node->key[i]->text;
        bool found = false;
        for (size_t k = 0; k < n && !found; k++)
            found = pal_str_eq(key, pal_str_of(known[k]));
        if (found)
            continue;
        pal_str words[128];
        size_t count = 0;
        for (size_t k = 0; k < n && count < PAL_COUNT(words); k++)
            words[count++] = pal_str_of(known[k]);
        const pal_str near = pal_nearest(key, words, count);
        if (near.len)
            return pal_yaml_fail(node->key[i], err,
                                 "unknown key '%.*s' in %s; did you mean '%.*s'?", PAL_ARG(key),
                                 what, PAL_ARG(near));
        return pal_yaml_fail(node->key[i], err, "unknown key '%.*s' in %s", PAL_ARG(key), what);
    }
    return PAL_OK;
}

enum pal_status pal_yaml_need(const struct pal_yaml *node, const char *key, enum pal_yaml_kind kind,
                              const struct pal_yaml **out, struct pal_error *err)
{
    *out = pal_yaml_get(node, key);
    if (!*out)
        return pal_yaml_fail(node, err, "the key '%s' is missing", key);
    if (is_null(*out))
        return pal_yaml_fail(*out, err, "the key '%s' has no value", key);
    if ((*out)->kind != kind)
        return pal_yaml_fail(*out, err, "'%s' must be %s, not %s", key, kind_name(kind),
                             kind_name((*out)->kind));
    return PAL_OK;
}

/* The scalar at `key`; NULL when it is missing or null. */
static enum pal_status scalar(const struct pal_yaml *node, const char *key,
                              const struct pal_yaml **out, struct pal_error *err)
{
    *out = pal_yaml_get(node, key);
    if (!*out)
        return PAL_OK;
    if ((*out)->kind != PAL_YAML_SCALAR)
        return pal_yaml_fail(*out, err, "'%s' must be one word or number, not %s", key,
                             kind_name((*out)->kind));
    if (is_null(*out))
        *out = NULL;
    return PAL_OK;
}

enum pal_status pal_yaml_text(const struct pal_yaml *node, const char *key, pal_str *out,
                              struct pal_error *err)
{
    const struct pal_yaml *value;
    PAL_TRY(scalar(node, key, &value, err));
    if (value)
        *out = value->text;
    return PAL_OK;
}

enum pal_status pal_yaml_number(const struct pal_yaml *node, const char *key, double *out,
                                struct pal_error *err)
{
    const struct pal_yaml *value;
    PAL_TRY(scalar(node, key, &value, err));
    if (value && !pal_num_parse(value->text, out))
        return pal_yaml_fail(value, err, "'%s' must be a number, not '%.*s'", key,
                             PAL_ARG(value->text));
    return PAL_OK;
}

enum pal_status pal_yaml_size(const struct pal_yaml *node, const char *key, size_t *out,
                              struct pal_error *err)
{
    const struct pal_yaml *value;
    int64_t whole;
    PAL_TRY(scalar(node, key, &value, err));
    if (!value)
        return PAL_OK;
    if (!pal_int_parse(value->text, &whole) || whole < 0)
        return pal_yaml_fail(value, err, "'%s' must be a whole number from 0, not '%.*s'", key,
                             PAL_ARG(value->text));
    *out = (size_t)whole;
    return PAL_OK;
}

enum pal_status pal_yaml_bool(const struct pal_yaml *node, const char *key, bool *out,
                              struct pal_error *err)
{
    const struct pal_yaml *value;
    PAL_TRY(scalar(node, key, &value, err));
    if (!value)
        return PAL_OK;
    if (pal_str_eq(value->text, PAL_STR("true")) || pal_str_eq(value->text, PAL_STR("yes")))
        *out = true;
    else if (pal_str_eq(value->text, PAL_STR("false")) || pal_str_eq(value->text, PAL_STR("no")))
        *out = false;
    else
        return pal_yaml_fail(value, err, "'%s' must be true or false, not '%.*s'", key,
                             PAL_ARG(value->text));
    return PAL_OK;
}

enum pal_status pal_yaml_texts(const struct pal_yaml *node, const char *key,
                               struct pal_arena *arena, const pal_str **out, size_t *n,
                               struct pal_error *err)
{
    const struct pal_yaml *value = pal_yaml_get(node, key);
    if (!value || is_null(value))
        return PAL_OK;
    if (value->kind == PAL_YAML_MAP)
        return pal_yaml_fail(value, err, "'%s' must be a list, not a map of keys", key);
    const size_t count = value->kind == PAL_YAML_LIST ? value->n : 1;
    pal_str *text = pal_arena_alloc(arena, count ? count : 1, sizeof *text);
    if (!text)
        return pal_nomem(err, key);
    for (size_t i = 0; i < count; i++) {
        const struct pal_yaml *item = value->kind == PAL_YAML_LIST ? value->item[i] : value;
        if (item->kind != PAL_YAML_SCALAR)
            return pal_yaml_fail(item, err, "an entry of '%s' must be one word, not %s", key,
                                 kind_name(item->kind));
        text[i] = item->text;
    }
    *out = text;
    *n = count;
    return PAL_OK;
}
