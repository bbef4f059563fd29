/* suggest_look.c: looks at a table: where its header is, what its columns hold. */
#include "suggest.h"

#include <string.h>

static size_t filled_of(const struct pal_record *record)
{
    size_t n = 0;
    for (size_t i = 0; i < record->fields; i++)
        n += pal_str_trim(record->field[i]).len > 0;
    return n;
}

/* The header is the first row that fills as many columns as rows mostly do; what stands above it is
 * preamble. */
static enum pal_status find_header(struct suggestion *s, struct pal_arena *scratch,
                                   struct pal_error *err)
{
    enum { LOOK = 200, MOST = 512 };
    struct pal_records *records;
    struct pal_dialect bare = s->dialect;
    size_t filled[LOOK], tally[MOST] = {0}, n = 0, usual = 1;
    uint64_t line[LOOK];
    bare.header_rows = 0;
    PAL_TRY(pal_records_open(s->path, &bare, NULL, scratch, &records, err));
    while (n < LOOK) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        filled[n] = filled_of(&record);
        line[n] = record.line;
        tally[filled[n] < MOST ? filled[n] : MOST - 1]++;
        n++;
    }
    for (size_t i = 1; i < MOST; i++)
        if (tally[i] >= tally[usual])
            usual = i;
    for (size_t i = 0; i < n; i++) {
        if (filled[i] * 10 < usual * 7)
            continue;
        s->dialect.skip_rows = (size_t)line[i] - 1;
        break;
    }
    s->dialect.header_rows = 1;
    return PAL_OK;
}

static bool is_year(pal_str text, int *out)
{
    int64_t year;
    if (text.len != 4 || !pal_int_parse(text, &year) || year < 1800 || year > 2100)
        return false;
    *out = (int)year;
    return true;
}

static enum pal_status note_word(struct suggest_column *c, pal_str text, struct pal_arena *arena,
                                 struct pal_error *err)
{
    if (pal_map_count(c->words) >= SUGGEST_WORDS && pal_map_find(c->words, text) == SIZE_MAX)
        return PAL_OK;
    const size_t at = pal_map_add(c->words, text, NULL);
    if (at == SIZE_MAX)
        return pal_nomem(err, "a suggestion");
    if (at >= c->times_cap) {
        const size_t cap = c->times_cap ? c->times_cap * 2 : 64;
        uint64_t *grown = pal_arena_grow(arena, c->times, c->times_cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a suggestion");
        c->times = grown;
        c->times_cap = cap;
    }
    c->times[at]++;
    return PAL_OK;
}

/* "1.234", "12.345.678,5": a person in Madrid means thousands. */
static bool is_grouped_by_points(pal_str text)
{
    size_t digits = 0, groups = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.' && (groups ? digits == 3 : digits >= 1 && digits <= 3)) {
            groups++;
            digits = 0;
        } else if (text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            digits++;
        } else if (text.ptr[i] == ',' && groups && digits == 3) {
            return true;
        } else {
            return false;
        }
    }
    return groups > 0 && digits == 3;
}

static enum pal_status note_cell(struct suggest_column *c, pal_str text, struct pal_arena *arena,
                                 struct pal_error *err)
{
    double number;
    int year;
    text = pal_str_trim(text);
    c->filled += text.len > 0;
    c->dots += is_grouped_by_points(text);
    const bool is_censored = text.len > 1 && text.ptr[0] == '<'; /* a number that is not told */
    if (pal_num_parse(text, &number) || is_censored)
        c->numbers++;
    else if (pal_num_parse_as(text, '.', ',', &number))
        c->thousands++;
    else if (pal_num_parse_as(text, ',', '.', &number))
        c->commas++;
    c->years += is_year(text, &year);
    c->binary += pal_str_eq(text, PAL_STR("0")) || pal_str_eq(text, PAL_STR("1"));
    return note_word(c, text, arena, err);
}

/* Rows that fill one cell, down to the end: notes. Their pattern is the first one's first letters.
 */
static void note_footer(struct suggestion *s, const struct pal_record *record,
                        struct pal_arena *arena)
{
    for (size_t i = 0; i < record->fields; i++) {
        pal_str text = pal_str_trim(record->field[i]);
        if (!text.len)
            continue;
        size_t n = 0;
        while (n < text.len && n < 40 &&
               ((text.ptr[n] & 0x80) || text.ptr[n] == ' ' ||
                (text.ptr[n] >= 'a' && text.ptr[n] <= 'z') ||
                (text.ptr[n] >= 'A' && text.ptr[n] <= 'Z')))
            n++;
        text.len = n;
        s->footer = pal_arena_str(arena, pal_str_trim(text));
        s->footer_line = record->line;
        return;
    }
}

static enum pal_status read_rows(struct suggestion *s, struct pal_arena *arena,
                                 struct pal_error *err)
{
    struct pal_records *records;
    PAL_TRY(pal_records_open(s->path, &s->dialect, NULL, arena, &records, err));
    const pal_str *header = pal_records_header(records, &s->columns);
    s->column = pal_arena_alloc(arena, s->columns + 1, sizeof *s->column);
    if (!s->column)
        return pal_nomem(err, "a suggestion");
    for (size_t i = 0; i < s->columns; i++) {
        s->column[i].name = pal_arena_str(arena, header[i]);
        s->column[i].words = pal_map_new(arena, 16);
        if (!s->column[i].words || !s->column[i].name.ptr)
            return pal_nomem(err, "a suggestion");
        if (is_year(header[i], &s->column[i].year))
            s->year_columns++;
    }
    while (s->rows < SUGGEST_ROWS) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        const size_t filled = filled_of(&record);
        if (!filled)
            continue;
        if (filled == 1 && s->columns > 2) {
            if (!s->footer.len)
                note_footer(s, &record, arena);
            continue; /* notes under the table, or a heading in it */
        }
        s->footer = PAL_STR("");
        s->rows++;
        for (size_t i = 0; i < s->columns && i < record.fields; i++)
            PAL_TRY(note_cell(&s->column[i], record.field[i], arena, err));
    }
    return PAL_OK;
}

static void count_areas(struct suggest_column *c, const struct pal_areas *areas)
{
    for (size_t i = 0; i < pal_map_count(c->words); i++) {
        const pal_str word = pal_map_key(c->words, i);
        double number;
        if (word.len < 2 || pal_num_parse(word, &number))
            continue;
        c->codes += pal_areas_by_code(areas, word) != PAL_NO_AREA;
        c->alpha2 += word.len == 2 && pal_areas_by_alpha2(areas, word) != PAL_NO_AREA;
        c->names += pal_areas_by_name(areas, word) != PAL_NO_AREA;
    }
}

static bool mostly(uint64_t part, uint64_t whole) { return part * 10 >= whole * 6 && part > 0; }

/* Codes are surer than two letters, and those than names. */
static void choose_area(struct suggestion *s)
{
    size_t best = 0;
    for (size_t i = 0; i < s->columns; i++) {
        const struct suggest_column *c = &s->column[i];
        const size_t words = pal_map_count(c->words);
        const struct {
            size_t known;
            enum pal_area_code by;
            size_t rank;
        } ways[] = {{c->codes, PAL_AREA_BY_CODE, 3},
                    {c->alpha2, PAL_AREA_BY_ALPHA2, 2},
                    {c->names, PAL_AREA_BY_NAME, 1}};
        for (size_t w = 0; w < PAL_COUNT(ways); w++) {
            if (!mostly(ways[w].known, words) || ways[w].rank <= best)
                continue;
            best = ways[w].rank;
            s->area = i;
            s->area_by = ways[w].by;
        }
    }
    for (size_t i = 0; i < s->columns && s->area != SIZE_MAX; i++)
        if (i != s->area && s->area_by != PAL_AREA_BY_NAME && s->area_name == SIZE_MAX &&
            mostly(s->column[i].names, pal_map_count(s->column[i].words)))
            s->area_name = i;
}

static void choose_period(struct suggestion *s)
{
    for (size_t i = 0; i < s->columns && s->period == SIZE_MAX; i++)
        if (s->column[i].filled && s->column[i].years == s->column[i].filled)
            s->period = i;
}

static uint64_t numbers_of(const struct suggest_column *c)
{
    return c->numbers + c->thousands + c->commas;
}

static void choose_value(struct suggestion *s)
{
    static const pal_str names[] = {PAL_STR_INIT("value"),     PAL_STR_INIT("txtvalue"),
                                    PAL_STR_INIT("obs_value"), PAL_STR_INIT("count"),
                                    PAL_STR_INIT("freq"),      PAL_STR_INIT("frequency"),
                                    PAL_STR_INIT("n"),         PAL_STR_INIT("total")};
    for (size_t k = 0; k < PAL_COUNT(names) && s->value == SIZE_MAX; k++)
        for (size_t i = 0; i < s->columns && s->value == SIZE_MAX; i++)
            if (pal_str_eq_nocase(s->column[i].name, names[k]))
                s->value = i;
    for (size_t i = s->columns; i-- > 0 && s->value == SIZE_MAX;)
        if (i != s->area && i != s->period &&
            mostly(numbers_of(&s->column[i]), s->column[i].filled))
            s->value = i;
}

bool suggest_holds_numbers(const struct suggestion *s, size_t column)
{
    const struct suggest_column *c = &s->column[column];
    return s->shape == PAL_SHAPE_LONG && column != s->value && column != s->area &&
           column != s->area_name && column != s->period && !c->year &&
           mostly(numbers_of(c), c->filled);
}

static size_t lists_of(const struct suggestion *s)
{
    size_t lists = 0;
    for (size_t i = 0; i < s->columns; i++)
        lists += i != s->value && s->column[i].filled == s->rows &&
                 s->column[i].binary == s->column[i].filled;
    return lists;
}

/* Invented States are XAA to XZZ. */
static bool all_invented(const struct suggestion *s)
{
    const struct suggest_column *c = s->area == SIZE_MAX ? NULL : &s->column[s->area];
    for (size_t i = 0; c && i < pal_map_count(c->words); i++) {
        const pal_str word = pal_map_key(c->words, i);
        if (word.len < 3 || word.ptr[0] != 'X' || word.ptr[1] < 'A' || word.ptr[1] > 'Z')
            return false;
    }
    return c && s->area_by == PAL_AREA_BY_CODE;
}

enum pal_status suggest_look(const char *path, const struct pal_areas *areas,
                             struct pal_arena *arena, struct suggestion *out, struct pal_error *err)
{
    const char *slash = strrchr(path, '/');
    *out = (struct suggestion){.path = path,
                               .file = slash ? slash + 1 : path,
                               .area = SIZE_MAX,
                               .area_name = SIZE_MAX,
                               .period = SIZE_MAX,
                               .value = SIZE_MAX};
    PAL_TRY(pal_dialect_suggest(path, arena, &out->dialect, err));
    PAL_TRY(find_header(out, arena, err));
    struct pal_error own = {0};
    enum pal_status status = read_rows(out, arena, &own);
    if (status == PAL_DATA && !out->dialect.encoding) { /* UTF-8 as far as the first look went */
        out->dialect.encoding = "mixed";
        out->rows = 0;
        out->year_columns = 0;
        status = read_rows(out, arena, &own);
    }
    if (status != PAL_OK) {
        if (err)
            *err = own;
        return status;
    }
    for (size_t i = 0; i < out->columns; i++)
        count_areas(&out->column[i], areas);
    choose_area(out);
    choose_period(out);
    if (out->year_columns >= 3) {
        out->shape = PAL_SHAPE_WIDE_YEARS;
        out->period = SIZE_MAX;
    } else {
        choose_value(out);
        const bool cells =
            out->value != SIZE_MAX && (out->area != SIZE_MAX || out->period != SIZE_MAX);
        out->shape = lists_of(out) >= 3 ? PAL_SHAPE_LISTS
                     : cells            ? PAL_SHAPE_LONG
                                        : PAL_SHAPE_MICRODATA;
    }
    if (out->shape == PAL_SHAPE_MICRODATA)
        out->value = SIZE_MAX;
    out->synthetic = all_invented(out);
    return PAL_OK;
}
