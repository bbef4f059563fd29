/* yaml.c: definitions as trees whose every node knows its place. libyaml reads; anchors and aliases
 * are refused (they hide what a reviewer signs), and so are repeated keys. */
#include "inside.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64, MAX_SIZE = 16 << 20 };

struct builder {
    yaml_parser_t parser;
    const char *name;
    struct pal_arena *arena;
    struct pal_error *err;
};

static struct pal_place place_of(const struct builder *b, yaml_mark_t mark)
{
    return (struct pal_place){b->name, mark.line + 1, (uint32_t)mark.column + 1};
}

static enum pal_status broken(const struct builder *b)
{
    const struct pal_place at = place_of(b, b->parser.problem_mark);
    return pal_fail_at(b->err, b->parser.error == YAML_MEMORY_ERROR ? PAL_NOMEM : PAL_SYNTAX, &at,
                       "%s%s%s", b->parser.problem ? b->parser.problem : "this is no YAML",
                       b->parser.context ? ", " : "", b->parser.context ? b->parser.context : "");
}

static enum pal_status take(struct builder *b, yaml_event_t *event)
{
    return yaml_parser_parse(&b->parser, event) ? PAL_OK : broken(b);
}

static enum pal_status build(struct builder *b, yaml_event_t *event, unsigned depth,
                             struct pal_yaml **out);

static enum pal_status grow(struct builder *b, struct pal_yaml *node, size_t *cap)
{
    if (node->n < *cap)
        return PAL_OK;
    const size_t more = *cap ? *cap * 2 : 8;
    node->item = pal_arena_grow(b->arena, node->item, *cap, more, sizeof *node->item);
    if (node->kind == PAL_YAML_MAP)
        node->key = pal_arena_grow(b->arena, node->key, *cap, more, sizeof *node->key);
    *cap = more;
    return node->item && (node->kind == PAL_YAML_LIST || node->key) ? PAL_OK
                                                                    : pal_nomem(b->err, b->name);
}

static enum pal_status build_key(struct builder *b, yaml_event_t *event, unsigned depth,
                                 struct pal_yaml *map)
{
    struct pal_yaml *key;
    PAL_TRY(build(b, event, depth, &key));
    if (key->kind != PAL_YAML_SCALAR)
        return pal_fail_at(b->err, PAL_SYNTAX, &key->at, "a key must be a plain word");
    for (size_t i = 0; i < map->n; i++)
        if (pal_str_eq(map->key[i]->text, key->text))
            return pal_fail_at(b->err, PAL_SYNTAX, &key->at,
                               "the key '%.*s' stands here twice (first on line %llu)",
                               PAL_ARG(key->text), (unsigned long long)map->key[i]->at.line);
    map->key[map->n] = key;
    return PAL_OK;
}

static enum pal_status build_collection(struct builder *b, unsigned depth, struct pal_yaml *node)
{
    const yaml_event_type_t close =
        node->kind == PAL_YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    size_t cap = 0;
    if (depth >= MAX_DEPTH)
        return pal_fail_at(b->err, PAL_SYNTAX, &node->at, "nested more than %d deep", MAX_DEPTH);
    for (;;) {
        yaml_event_t event;
        PAL_TRY(take(b, &event));
        if (event.type == close) {
            yaml_event_delete(&event);
            return PAL_OK;
        }
        PAL_TRY(grow(b, node, &cap));
        if (node->kind == PAL_YAML_MAP) {
            PAL_TRY(build_key(b, &event, depth + 1, node));
            PAL_TRY(take(b, &event));
        }
        PAL_TRY(build(b, &event, depth + 1, &node->item[node->n]));
        node->n++;
    }
}

/* Builds the node that `event` starts, and deletes the event. */
static enum pal_status build(struct builder *b, yaml_event_t *event, unsigned depth,
                             struct pal_yaml **out)
{
    struct pal_yaml *node = pal_arena_alloc(b->arena, 1, sizeof *node);
    const struct pal_place at = place_of(b, event->start_mark);
    bool anchored = false;
    enum pal_status status = PAL_OK;
    if (!node) {
        yaml_event_delete(event);
        return pal_nomem(b->err, b->name);
    }
    node->at = at;
    *out = node;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        anchored = event->data.scalar.anchor != NULL;
        node->kind = PAL_YAML_SCALAR;
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->text = pal_arena_str(
            b->arena, (pal_str){(const char *)event->data.scalar.value, event->data.scalar.length});
        status = node->text.ptr ? PAL_OK : pal_nomem(b->err, b->name);
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchored = event->data.sequence_start.anchor != NULL;
        node->kind = PAL_YAML_LIST;
        break;
    case YAML_MAPPING_START_EVENT:
        anchored = event->data.mapping_start.anchor != NULL;
        node->kind = PAL_YAML_MAP;
        break;
    case YAML_ALIAS_EVENT:
        anchored = true;
        break;
    default:
        status = pal_fail_at(b->err, PAL_SYNTAX, &at, "a value is missing");
        break;
    }
    yaml_event_delete(event);
    PAL_TRY(status);
    if (anchored)
        return pal_fail_at(b->err, PAL_SYNTAX, &at,
                           "anchors and aliases are not taken; write it out");
    return node->kind == PAL_YAML_SCALAR ? PAL_OK : build_collection(b, depth, node);
}

static enum pal_status build_document(struct builder *b, struct pal_yaml **out)
{
    yaml_event_t event;
    *out = NULL;
    for (;;) {
        PAL_TRY(take(b, &event));
        switch (event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (*out) {
                const struct pal_place at = place_of(b, event.start_mark);
                yaml_event_delete(&event);
                return pal_fail_at(b->err, PAL_SYNTAX, &at,
                                   "a second document starts here; one file holds one");
            }
            break;
        case YAML_STREAM_END_EVENT:
            yaml_event_delete(&event);
            if (!*out) {
                const struct pal_place at = {b->name, 1, 1};
                return pal_fail_at(b->err, PAL_SYNTAX, &at, "the file is empty");
            }
            return PAL_OK;
        default:
            PAL_TRY(build(b, &event, 0, out));
            continue;
        }
        yaml_event_delete(&event);
    }
}

enum pal_status pal_yaml_parse(pal_str text, const char *name, struct pal_arena *arena,
                               struct pal_yaml **out, struct pal_error *err)
{
    struct builder b = {
        .name = pal_arena_cstr(arena, pal_str_of(name)), .arena = arena, .err = err};
    if (!b.name || !yaml_parser_initialize(&b.parser))
        return pal_nomem(err, name);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.len ? text.ptr : ""),
                                 text.len);
    const enum pal_status status = build_document(&b, out);
    yaml_parser_delete(&b.parser);
    return status;
}

enum pal_status pal_yaml_read(const char *path, struct pal_arena *arena, struct pal_yaml **out,
                              struct pal_error *err)
{
    pal_str text;
    PAL_TRY(pal_file_read(path, MAX_SIZE, arena, &text, err));
    return pal_yaml_parse(text, path, arena, out, err);
}

/* ---- reading a tree
 * ------------------------------------------------------------------------------ */

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
    if ((*out)->plain && (pal_str_eq((*out)->text, PAL_STR("null")) ||
                          pal_str_eq((*out)->text, PAL_STR("~")) || (*out)->text.len == 0))
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
    if (!value)
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
