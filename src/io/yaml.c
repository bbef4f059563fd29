/* yaml.c: definitions as trees whose every node knows its place. libyaml reads; anchors and aliases
 * are refused (they hide what a reviewer signs), and so are repeated keys. */
#include "inside.h"

#include <yaml.h>

enum { MAX_DEPTH = 64, MAX_SIZE = 16 << 20, MAX_NODES = 1000000, FEW_KEYS = 16 };

struct builder {
    yaml_parser_t parser;
    const char *name;
    pal_str text;
    size_t nodes;
    struct pal_arena *arena;
    struct pal_error *err;
};

static struct pal_place place_of(const struct builder *b, yaml_mark_t mark)
{
    return (struct pal_place){b->name, mark.line + 1, (uint32_t)mark.column + 1};
}

/* libyaml gives a place for what the grammar refuses, but only an offset for bad bytes. */
static struct pal_place place_of_problem(const struct builder *b)
{
    if (b->parser.error != YAML_READER_ERROR)
        return place_of(b, b->parser.problem_mark);
    struct pal_place at = {b->name, 1, 1};
    for (size_t i = 0; i < b->text.len && i < b->parser.problem_offset; i++) {
        at.column++;
        if (b->text.ptr[i] == '\n') {
            at.line++;
            at.column = 1;
        }
    }
    return at;
}

static enum pal_status broken(const struct builder *b)
{
    const struct pal_place at = place_of_problem(b);
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return pal_nomem(b->err, b->name);
    if (parser->error == YAML_READER_ERROR)
        return pal_fail_at(b->err, PAL_SYNTAX, &at, "this is not UTF-8 text: %s",
                           parser->problem ? parser->problem : "a bad byte");
    const size_t where = parser->problem_mark.index; /* in characters; tabs stand early on lines */
    if (parser->error == YAML_SCANNER_ERROR && where < b->text.len && b->text.ptr[where] == '\t')
        return pal_fail_at(b->err, PAL_SYNTAX, &at, "a tab stands here; YAML indents by blanks");
    return pal_fail_at(b->err, PAL_SYNTAX, &at, "%s%s%s",
                       parser->problem ? parser->problem : "this is no YAML",
                       parser->context ? ", " : "", parser->context ? parser->context : "");
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

static enum pal_status twice(struct builder *b, const struct pal_yaml *key,
                             const struct pal_yaml *first)
{
    return pal_fail_at(b->err, PAL_SYNTAX, &key->at,
                       "the key '%.*s' stands here twice (first on line %llu)", PAL_ARG(key->text),
                       (unsigned long long)first->at.line);
}

/* Few keys are compared one by one; when they grow many, `seen` takes over. */
/* NOLINTNEXTLINE(misc-no-recursion): MAX_DEPTH ends it */
static enum pal_status build_key(struct builder *b, yaml_event_t *event, unsigned depth,
                                 struct pal_yaml *map, struct pal_map **seen)
{
    struct pal_yaml *key;
    PAL_TRY(build(b, event, depth, &key));
    if (key->kind != PAL_YAML_SCALAR)
        return pal_fail_at(b->err, PAL_SYNTAX, &key->at, "a key must be a plain word");
    map->key[map->n] = key;
    if (map->n < FEW_KEYS) {
        for (size_t i = 0; i < map->n; i++)
            if (pal_str_eq(map->key[i]->text, key->text))
                return twice(b, key, map->key[i]);
        return PAL_OK;
    }
    size_t from = map->n;
    if (!*seen) {
        *seen = pal_map_new(b->arena, FEW_KEYS * 4);
        from = 0;
    }
    for (; *seen && from <= map->n; from++) {
        bool is_new;
        const size_t at = pal_map_add(*seen, map->key[from]->text, &is_new);
        if (at == SIZE_MAX)
            return pal_nomem(b->err, b->name);
        if (!is_new)
            return twice(b, key, map->key[at]);
    }
    return *seen ? PAL_OK : pal_nomem(b->err, b->name);
}

/* NOLINTNEXTLINE(misc-no-recursion): MAX_DEPTH ends it */
static enum pal_status build_collection(struct builder *b, unsigned depth, struct pal_yaml *node)
{
    const yaml_event_type_t close =
        node->kind == PAL_YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    struct pal_map *seen = NULL;
    size_t cap = 0;
    if (depth >= MAX_DEPTH)
        return pal_fail_at(b->err, PAL_SYNTAX, &node->at, "nested more than %d deep", MAX_DEPTH);
    for (;;) {
        yaml_event_t event;
        PAL_TRY(grow(b, node, &cap));
        PAL_TRY(take(b, &event));
        if (event.type == close) {
            yaml_event_delete(&event);
            return PAL_OK;
        }
        if (node->kind == PAL_YAML_MAP) {
            PAL_TRY(build_key(b, &event, depth + 1, node, &seen));
            PAL_TRY(take(b, &event));
        }
        PAL_TRY(build(b, &event, depth + 1, &node->item[node->n]));
        node->n++;
    }
}

/* What a node carries besides its value; NULL when that is nothing. */
static const char *extra(const yaml_event_t *event)
{
    static const char anchors[] = "anchors and aliases are not taken; write it out";
    static const char tags[] = "tags are not taken; write the value as it is";
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return anchors;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor ? anchors : event->data.scalar.tag ? tags : NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor ? anchors
               : event->data.sequence_start.tag  ? tags
                                                 : NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor ? anchors
               : event->data.mapping_start.tag  ? tags
                                                : NULL;
    default:
        return "a value is missing";
    }
}

static enum pal_status fill_node(struct builder *b, const yaml_event_t *event,
                                 struct pal_yaml *node)
{
    const char *unwanted = extra(event);
    node->at = place_of(b, event->start_mark);
    if (unwanted)
        return pal_fail_at(b->err, PAL_SYNTAX, &node->at, "%s", unwanted);
    if (++b->nodes > MAX_NODES)
        return pal_fail_at(b->err, PAL_SYNTAX, &node->at, "more than %d values", MAX_NODES);
    node->kind = event->type == YAML_SCALAR_EVENT           ? PAL_YAML_SCALAR
                 : event->type == YAML_SEQUENCE_START_EVENT ? PAL_YAML_LIST
                                                            : PAL_YAML_MAP;
    if (node->kind != PAL_YAML_SCALAR)
        return PAL_OK;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = pal_arena_str(
        b->arena, (pal_str){(const char *)event->data.scalar.value, event->data.scalar.length});
    return node->text.ptr ? PAL_OK : pal_nomem(b->err, b->name);
}

/* Builds the node that `event` starts, and deletes the event. */
/* NOLINTNEXTLINE(misc-no-recursion): MAX_DEPTH ends it */
static enum pal_status build(struct builder *b, yaml_event_t *event, unsigned depth,
                             struct pal_yaml **out)
{
    struct pal_yaml *node = pal_arena_alloc(b->arena, 1, sizeof *node);
    const enum pal_status status = node ? fill_node(b, event, node) : pal_nomem(b->err, b->name);
    yaml_event_delete(event);
    PAL_TRY(status);
    *out = node;
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
    struct builder b = {.name = pal_arena_cstr(arena, pal_str_of(name)),
                        .text = {text.len ? text.ptr : "", text.len},
                        .arena = arena,
                        .err = err};
    if (text.len > MAX_SIZE)
        return pal_fail(err, PAL_SYNTAX, "'%s' is larger than %d bytes", name, MAX_SIZE);
    if (!b.name || !yaml_parser_initialize(&b.parser))
        return pal_nomem(err, name);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text.ptr, b.text.len);
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
