/* areas.c: States, parts, lumps, regions; their codes and their names in six languages. */
#include "inside.h"

#include <limits.h>
#include <string.h>

struct pal_areas {
    struct pal_arena *arena;
    struct pal_area *area;
    size_t n, cap;
    struct pal_map *codes, *alpha2, *m49, *names; /* key -> index in the _to array beside it */
    uint32_t *alpha2_to, *m49_to, *names_to;
    size_t alpha2_cap, m49_cap, names_cap;
};

static const char *const kinds[] = {"country", "part",      "lump", "region",
                                    "world",   "aggregate", "none"};

/* A letter of two bytes without case and, where it is Latin, without its accent: a keyboard has
 * PERU where the table has Perú. One or two bytes. */
static pal_str plain_letter(unsigned char lead, unsigned char c, char *out /* [2] */)
{
    static const char latin[] = "aaaaaa?ceeeeiiii?nooooo?ouuuuy??"; /* U+00C0 on, and U+00E0 on */
    if (lead == 0xC3 && latin[c & 0x1F] != '?') {
        out[0] = latin[c & 0x1F];
        return (pal_str){out, 1};
    }
    if (lead == 0xD0 && c >= 0x90 && c <= 0x9F) { /* Cyrillic capitals */
        c += 0x20;
    } else if (lead == 0xD0 && c >= 0xA0 && c <= 0xAF) {
        lead = 0xD1;
        c -= 0x20;
    }
    out[0] = (char)lead;
    out[1] = (char)c;
    return (pal_str){out, 2};
}

/* Names are compared without case, Latin accents, ASCII punctuation and typographic apostrophes. */
static pal_str plain_name(pal_str name, char *out, size_t size)
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (name.len - i >= 3 && memcmp(name.ptr + i, "\xE2\x80\x99", 3) == 0) {
            i += 2;
            continue;
        }
        if (c == '\'' || c == '`')
            continue;
        if (c < 0x80 && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
            !(c >= 'A' && c <= 'Z')) {
            gap = n > 0;
            continue;
        }
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c - 'A' + 'a');
        if (n + 3 >= size)
            break;
        if (gap)
            out[n++] = ' ';
        gap = false;
        if ((c & 0xE0) == 0xC0 && i + 1 < name.len)
            n += plain_letter(c, (unsigned char)name.ptr[++i], out + n).len;
        else
            out[n++] = (char)c;
    }
    return (pal_str){out, n};
}

static bool put(struct pal_map *map, uint32_t **to, size_t *cap, struct pal_arena *arena,
                pal_str key, uint32_t area)
{
    bool is_new;
    const size_t at = pal_map_add(map, key, &is_new);
    if (at == SIZE_MAX)
        return false;
    if (at >= *cap) {
        const size_t more = *cap ? *cap * 2 : 512;
        uint32_t *grown = pal_arena_grow(arena, *to, *cap, more, sizeof *grown);
        if (!grown)
            return false;
        *to = grown;
        *cap = more;
    }
    if (is_new)
        (*to)[at] = area;
    return true;
}

static bool add_name(struct pal_areas *areas, pal_str name, uint32_t area)
{
    char plain[256];
    const pal_str key = plain_name(name, plain, sizeof plain);
    return !key.len ||
           put(areas->names, &areas->names_to, &areas->names_cap, areas->arena, key, area);
}

static enum pal_status add_area(struct pal_areas *areas, const struct pal_area *area, uint32_t *out,
                                struct pal_error *err)
{
    bool is_new;
    const size_t at = pal_map_add(areas->codes, area->code, &is_new);
    if (at == SIZE_MAX)
        return pal_nomem(err, "the areas");
    *out = (uint32_t)at;
    if (!is_new)
        return PAL_OK;
    if (areas->n == areas->cap) {
        const size_t cap = areas->cap ? areas->cap * 2 : 512;
        struct pal_area *grown =
            pal_arena_grow(areas->arena, areas->area, areas->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the areas");
        areas->area = grown;
        areas->cap = cap;
    }
    struct pal_area *kept = &areas->area[areas->n++];
    *kept = *area;
    kept->code = pal_arena_str(areas->arena, area->code);
    kept->alpha2 = pal_arena_str(areas->arena, area->alpha2);
    kept->m49 = pal_arena_str(areas->arena, area->m49);
    bool fine = kept->code.ptr && kept->alpha2.ptr && kept->m49.ptr;
    for (int l = 0; l < PAL_LANGUAGES; l++) {
        kept->name.in[l] = pal_arena_str(areas->arena, area->name.in[l]);
        fine &= kept->name.in[l].ptr && add_name(areas, kept->name.in[l], *out);
    }
    if (kept->alpha2.len)
        fine &= put(areas->alpha2, &areas->alpha2_to, &areas->alpha2_cap, areas->arena,
                    kept->alpha2, *out);
    if (kept->m49.len)
        fine &= put(areas->m49, &areas->m49_to, &areas->m49_cap, areas->arena, kept->m49, *out);
    return fine ? PAL_OK : pal_nomem(err, "the areas");
}

static bool kind_parse(pal_str word, enum pal_area_kind *out)
{
    for (size_t i = 0; i < PAL_COUNT(kinds); i++) {
        if (pal_str_eq(word, pal_str_of(kinds[i]))) {
            *out = (enum pal_area_kind)i;
            return true;
        }
    }
    return false;
}

static enum pal_status read_table(struct pal_areas *areas, const char *path,
                                  struct pal_arena *scratch, struct pal_error *err)
{
    static const char *const columns[] = {
        "code",    "alpha2",  "m49",     "kind",    "parent",  "complete_parts", "un_member",
        "name_ar", "name_zh", "name_en", "name_fr", "name_ru", "name_es"};
    struct pal_records *records;
    const struct pal_dialect dialect = {.header_rows = 1};
    PAL_TRY(pal_records_open(path, &dialect, NULL, scratch, &records, err));
    size_t n;
    const pal_str *header = pal_records_header(records, &n);
    for (size_t i = 0; i < PAL_COUNT(columns); i++)
        if (i >= n || !pal_str_eq(header[i], pal_str_of(columns[i])))
            return pal_fail(err, PAL_SYNTAX, "'%s' is no table of areas: column %zu must be '%s'",
                            path, i + 1, columns[i]);
    pal_str *parent = NULL; /* by area, resolved when all are known */
    size_t parents = 0, cap = 0;
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        const struct pal_place at = {path, record.line, 0};
        struct pal_area area = {.parent = PAL_NO_AREA};
        if (record.fields != PAL_COUNT(columns) || !kind_parse(record.field[3], &area.kind))
            return pal_fail_at(err, PAL_SYNTAX, &at, "this is no row of a table of areas");
        area.code = record.field[0];
        area.alpha2 = record.field[1];
        area.m49 = record.field[2];
        area.complete_parts = pal_str_eq(record.field[5], PAL_STR("1"));
        area.un_member = pal_str_eq(record.field[6], PAL_STR("1"));
        static const enum pal_language order[] = {PAL_AR, PAL_ZH, PAL_EN, PAL_FR, PAL_RU, PAL_ES};
        for (size_t l = 0; l < PAL_COUNT(order); l++)
            area.name.in[order[l]] = record.field[7 + l];
        uint32_t index;
        PAL_TRY(add_area(areas, &area, &index, err));
        if (parents == cap) {
            const size_t more = cap ? cap * 2 : 512;
            parent = pal_arena_grow(scratch, parent, cap, more, sizeof *parent);
            if (!parent)
                return pal_nomem(err, "the areas");
            cap = more;
        }
        parent[parents++] = pal_arena_str(scratch, record.field[4]);
    }
    for (size_t i = 0; i < parents; i++) {
        if (!parent[i].len)
            continue;
        areas->area[i].parent = pal_areas_by_code(areas, parent[i]);
        if (areas->area[i].parent == PAL_NO_AREA)
            return pal_fail(err, PAL_SYNTAX, "'%s': the parent '%.*s' of '%.*s' is no area", path,
                            PAL_ARG(parent[i]), PAL_ARG(areas->area[i].code));
    }
    return PAL_OK;
}

static enum pal_status read_aliases(struct pal_areas *areas, const char *path,
                                    struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_records *records;
    const struct pal_dialect dialect = {.header_rows = 1};
    if (!pal_file_exists(path))
        return PAL_OK;
    PAL_TRY(pal_records_open(path, &dialect, NULL, scratch, &records, err));
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        const struct pal_place at = {path, record.line, 0};
        const uint32_t area =
            record.fields == 2 ? pal_areas_by_code(areas, record.field[1]) : PAL_NO_AREA;
        if (area == PAL_NO_AREA)
            return pal_fail_at(err, PAL_SYNTAX, &at, "this alias names no area");
        if (!add_name(areas, record.field[0], area))
            return pal_nomem(err, "the areas");
    }
}

enum pal_status pal_areas_read(const char *folder, struct pal_arena *arena, struct pal_areas **out,
                               struct pal_error *err)
{
    struct pal_areas *areas = pal_arena_alloc(arena, 1, sizeof *areas);
    struct pal_arena *scratch = pal_arena_new();
    if (!areas || !scratch) {
        pal_arena_free(scratch);
        return pal_nomem(err, "the areas");
    }
    PAL_TRY(pal_arena_defer(arena, (void (*)(void *))pal_arena_free, scratch, err));
    areas->arena = arena;
    areas->codes = pal_map_new(arena, 600);
    areas->alpha2 = pal_map_new(arena, 300);
    areas->m49 = pal_map_new(arena, 300);
    areas->names = pal_map_new(arena, 4000);
    if (!areas->codes || !areas->alpha2 || !areas->m49 || !areas->names)
        return pal_nomem(err, "the areas");
    const char *table = pal_path_join(arena, folder, PAL_STR("areas.csv"));
    const char *aliases = pal_path_join(arena, folder, PAL_STR("aliases.csv"));
    if (!table || !aliases)
        return pal_nomem(err, "the areas");
    PAL_TRY(read_table(areas, table, scratch, err));
    PAL_TRY(read_aliases(areas, aliases, scratch, err));
    *out = areas;
    return PAL_OK;
}

enum pal_status data_areas_extend(struct pal_areas *areas, const struct pal_descriptor *descriptor,
                                  struct pal_error *err)
{
    for (size_t i = 0; i < descriptor->areas_n; i++) {
        const struct data_extra_area *extra = &descriptor->areas[i];
        struct pal_area area = {
            .code = extra->code, .kind = extra->kind, .parent = PAL_NO_AREA, .name = extra->name};
        if (!area.name.in[PAL_EN].len)
            area.name.in[PAL_EN] = extra->code;
        if (extra->of.len) {
            area.parent = pal_areas_by_code(areas, extra->of);
            if (area.parent == PAL_NO_AREA) {
                const pal_str near = pal_areas_nearest(areas, extra->of);
                return pal_fail_at(err, PAL_SYNTAX, &extra->at,
                                   "'%.*s' is part of '%.*s', which is no known area%s%.*s%s",
                                   PAL_ARG(extra->code), PAL_ARG(extra->of), PAL_NEAR(near));
            }
        } else if (extra->kind == PAL_AREA_LUMP) {
            area.parent = pal_areas_by_code(areas, PAL_STR("001"));
        }
        uint32_t index;
        PAL_TRY(add_area(areas, &area, &index, err));
        const struct pal_area *known = &areas->area[index];
        if (known->kind != area.kind)
            return pal_fail_at(err, PAL_SYNTAX, &extra->at,
                               "'%.*s' is declared %s here and is known as %s",
                               PAL_ARG(extra->code), kinds[area.kind], kinds[known->kind]);
    }
    return PAL_OK;
}

/* XAA to XZZ are ISO's for anybody's use, and ours for invented States; XKX is Kosovo. */
static bool is_users_own(pal_str code)
{
    if (code.len != 3 || code.ptr[0] != 'X' || pal_str_eq(code, PAL_STR("XKX")))
        return false;
    return code.ptr[1] >= 'A' && code.ptr[1] <= 'Z' && code.ptr[2] >= 'A' && code.ptr[2] <= 'Z';
}

bool pal_areas_invented(const struct pal_areas *areas, uint32_t area)
{
    for (int depth = 0; area != PAL_NO_AREA && depth < 16; depth++) {
        if (is_users_own(areas->area[area].code))
            return true;
        area = areas->area[area].parent;
    }
    return false;
}

enum pal_status data_areas_invent(struct pal_areas *areas, pal_str code, uint32_t *out,
                                  struct pal_error *err)
{
    *out = PAL_NO_AREA;
    if (!is_users_own(code))
        return PAL_OK;
    for (size_t i = 0; i + 1 < code.len; i++) { /* two letters changed places: XJA is XAJ */
        char other[3] = {code.ptr[0], code.ptr[1], code.ptr[2]};
        other[i] = code.ptr[i + 1];
        other[i + 1] = code.ptr[i];
        if (pal_areas_by_code(areas, (pal_str){other, sizeof other}) != PAL_NO_AREA)
            return PAL_OK;
    }
    const struct pal_area area = {.code = code,
                                  .kind = PAL_AREA_COUNTRY,
                                  .parent = pal_areas_by_code(areas, PAL_STR("XYZ")),
                                  .name.in[PAL_EN] = code};
    return add_area(areas, &area, out, err);
}

size_t pal_areas_count(const struct pal_areas *areas) { return areas->n; }

const struct pal_area *pal_areas_get(const struct pal_areas *areas, uint32_t area)
{
    return &areas->area[area];
}

uint32_t pal_areas_by_code(const struct pal_areas *areas, pal_str code)
{
    const size_t at = pal_map_find(areas->codes, code);
    return at == SIZE_MAX ? PAL_NO_AREA : (uint32_t)at;
}

uint32_t pal_areas_by_alpha2(const struct pal_areas *areas, pal_str alpha2)
{
    const size_t at = pal_map_find(areas->alpha2, alpha2);
    return at == SIZE_MAX ? PAL_NO_AREA : areas->alpha2_to[at];
}

uint32_t pal_areas_by_m49(const struct pal_areas *areas, pal_str m49)
{
    char padded[3] = {'0', '0', '0'};
    if (m49.len && m49.len < 3) { /* leading zeros are often lost */
        memcpy(padded + 3 - m49.len, m49.ptr, m49.len);
        m49 = (pal_str){padded, 3};
    }
    const size_t at = pal_map_find(areas->m49, m49);
    return at == SIZE_MAX ? pal_areas_by_code(areas, m49) : areas->m49_to[at];
}

uint32_t pal_areas_by_name(const struct pal_areas *areas, pal_str name)
{
    char plain[256];
    const size_t at = pal_map_find(areas->names, plain_name(name, plain, sizeof plain));
    return at == SIZE_MAX ? PAL_NO_AREA : areas->names_to[at];
}

/* How far a code of the same length is: swapped neighbours are the commonest slip of a hand (1),
 * one other letter comes next (2); anything more is another code. */
static unsigned code_distance(pal_str a, pal_str b)
{
    size_t wrong = 0, first = 0;
    for (size_t i = 0; i < a.len; i++) {
        if (a.ptr[i] == b.ptr[i])
            continue;
        if (!wrong)
            first = i;
        wrong++;
    }
    if (wrong == 2 && first + 1 < a.len && a.ptr[first] == b.ptr[first + 1] &&
        a.ptr[first + 1] == b.ptr[first])
        return 1;
    return wrong == 0 ? 0 : wrong == 1 ? 2 : UINT_MAX;
}

pal_str pal_areas_nearest(const struct pal_areas *areas, pal_str code_or_name)
{
    char upper[8];
    pal_str best = {NULL, 0}, code = {upper, code_or_name.len};
    unsigned nearest = UINT_MAX;
    for (size_t i = 0; i < code.len && code.len <= sizeof upper; i++) {
        const char c = code_or_name.ptr[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    for (size_t i = 0; i < areas->n && code.len <= sizeof upper; i++) {
        const pal_str word = areas->area[i].code;
        const unsigned far = word.len == code.len ? code_distance(code, word) : UINT_MAX;
        if (far < nearest) {
            nearest = far;
            best = word;
        }
    }
    if (best.len)
        return best;
    /* A name: of all spellings known, the one that needs the fewest letters changed. */
    char plain[256];
    const pal_str name = plain_name(code_or_name, plain, sizeof plain);
    size_t limit = SIZE_MAX;
    for (size_t i = 0; name.len > 3 && i < pal_map_count(areas->names); i++) {
        const pal_str word = pal_map_key(areas->names, i);
        if (word.len > name.len + 3 || name.len > word.len + 3 ||
            (unsigned char)word.ptr[0] >= 0x7F)
            continue;
        const pal_str near = pal_nearest(name, &word, 1);
        size_t wrong = word.len > name.len ? word.len - name.len : name.len - word.len;
        for (size_t k = 0; near.len && k < word.len && k < name.len; k++)
            wrong += word.ptr[k] != name.ptr[k];
        if (near.len && wrong < limit) {
            limit = wrong;
            best = areas->area[areas->names_to[i]].name.in[PAL_EN];
        }
    }
    /* A code with a letter too many or too few. */
    for (size_t i = 0; !best.len && i < areas->n && code.len <= sizeof upper; i++) {
        const pal_str word = areas->area[i].code;
        if (word.len == code.len + 1 || word.len + 1 == code.len)
            best = pal_nearest(code, &word, 1);
    }
    return best;
}

bool pal_areas_within(const struct pal_areas *areas, uint32_t area, uint32_t whole)
{
    for (int depth = 0; area != PAL_NO_AREA && depth < 16; depth++) {
        if (area == whole)
            return true;
        area = areas->area[area].parent;
    }
    return false;
}
