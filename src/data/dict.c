/* dict.c: categories of a column as dense codes; 0 is an absent cell. */
#include "inside.h"

struct pal_dict *data_dict_new(struct pal_arena *arena)
{
    struct pal_dict *dict = pal_arena_alloc(arena, 1, sizeof *dict);
    if (!dict)
        return NULL;
    dict->map = pal_map_new(arena, 0);
    return dict->map ? dict : NULL;
}

uint32_t data_dict_add(struct pal_dict *dict, pal_str text)
{
    const size_t at = pal_map_add(dict->map, text, NULL);
    return at == SIZE_MAX ? 0 : (uint32_t)at + 1;
}

size_t pal_dict_count(const struct pal_dict *dict) { return pal_map_count(dict->map) + 1; }

pal_str pal_dict_text(const struct pal_dict *dict, uint32_t code)
{
    return code ? pal_map_key(dict->map, code - 1) : PAL_STR("");
}

uint32_t pal_dict_find(const struct pal_dict *dict, pal_str text)
{
    const size_t at = pal_map_find(dict->map, text);
    return at == SIZE_MAX ? 0 : (uint32_t)at + 1;
}
