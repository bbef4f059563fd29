/* published_read.c: tables of strangers become cells. Columns are known by their names and by what
 * stands in them. */
#include "published.h"

#include <math.h>
#include <string.h>

struct synonym {
    pal_str word, means;
};

static const struct synonym dimension_words[] = {
    {PAL_STR_INIT("iso3_code"), PAL_STR_INIT("AREA")},
    {PAL_STR_INIT("iso3"), PAL_STR_INIT("AREA")},
    {PAL_STR_INIT("ref_area"), PAL_STR_INIT("AREA")},
    {PAL_STR_INIT("area"), PAL_STR_INIT("AREA")},
    {PAL_STR_INIT("country code"), PAL_STR_INIT("AREA")},
    {PAL_STR_INIT("time_period"), PAL_STR_INIT("TIME")},
    {PAL_STR_INIT("year"), PAL_STR_INIT("TIME")},
    {PAL_STR_INIT("period"), PAL_STR_INIT("TIME")},
    {PAL_STR_INIT("sex"), PAL_STR_INIT("SEX")},
    {PAL_STR_INIT("gender"), PAL_STR_INIT("SEX")},
    {PAL_STR_INIT("age"), PAL_STR_INIT("AGE")},
    {PAL_STR_INIT("age group"), PAL_STR_INIT("AGE")},
    {PAL_STR_INIT("unit of measurement"), PAL_STR_INIT("UNIT")},
    {PAL_STR_INIT("unit_measure"), PAL_STR_INIT("UNIT")},
    {PAL_STR_INIT("unit"), PAL_STR_INIT("UNIT")},
    {PAL_STR_INIT("source"), PAL_STR_INIT("SOURCE")},
};

pal_str published_dimension(pal_str column)
{
    for (size_t i = 0; i < PAL_COUNT(dimension_words); i++)
        if (pal_str_eq_nocase(column, dimension_words[i].word))
            return dimension_words[i].means;
    return column;
}

static pal_str code_of(pal_str text)
{
    static const pal_str total[] = {
        PAL_STR_INIT(""),      PAL_STR_INIT("T"),          PAL_STR_INIT("_T"),
        PAL_STR_INIT("total"), PAL_STR_INIT("both sexes"), PAL_STR_INIT("all ages"),
        PAL_STR_INIT("all"),   PAL_STR_INIT("_Z"),         PAL_STR_INIT("na"),
    };
    static const struct synonym word[] = {
        {PAL_STR_INIT("female"), PAL_STR_INIT("F")},
        {PAL_STR_INIT("male"), PAL_STR_INIT("M")},
    };
    for (size_t i = 0; i < PAL_COUNT(total); i++)
        if (pal_str_eq_nocase(text, total[i]))
            return PAL_STR("");
    for (size_t i = 0; i < PAL_COUNT(word); i++)
        if (pal_str_eq_nocase(text, word[i].word))
            return word[i].means;
    return text;
}

bool published_number(pal_str text, double *low, double *high, bool *hidden, bool *whole)
{
    static const pal_str mark[] = {
        PAL_STR_INIT(""),   PAL_STR_INIT("c"),    PAL_STR_INIT(".."), PAL_STR_INIT("..."),
        PAL_STR_INIT("*"),  PAL_STR_INIT("x"),    PAL_STR_INIT("-"),  PAL_STR_INIT("s"),
        PAL_STR_INIT("NA"), PAL_STR_INIT("n.a."),
    };
    double value;
    *hidden = true;
    *whole = true;
    *low = 0;
    *high = HUGE_VAL;
    for (size_t i = 0; i < PAL_COUNT(mark); i++)
        if (pal_str_eq(text, mark[i]))
            return true;
    if (text.ptr[0] == '<' &&
        pal_num_parse_as(pal_str_trim((pal_str){text.ptr + 1, text.len - 1}), '.', ',', &value)) {
        *high = value - 1;
        return value >= 1;
    }
    if (!pal_num_parse_as(text, '.', 0, &value) && !pal_num_parse_as(text, '.', ',', &value))
        return false;
    const char *point = memchr(text.ptr, '.', text.len);
    double half = 0;
    if (point && !memchr(text.ptr, 'e', text.len) && !memchr(text.ptr, 'E', text.len))
        half = 0.5 * pow(10, -(double)(text.ptr + text.len - point - 1));
    *hidden = false;
    *whole = value == floor(value) && !point;
    *low = value - half;
    *high = value + half;
    return true;
}

/* ---- which column is what -------------------------------------------------------------------- */

struct reading {
    struct published *x;
    const struct pal_grid *grid;
    size_t value;    /* column, SIZE_MAX: every column of numbers is one */
    bool *dimension; /* [columns] */
    bool *measure;   /* [columns] columns of numbers, when there is no one column of values */
    size_t *within;  /* [columns] its codes are categories within that dimension, SIZE_MAX */
    pal_str *name;   /* [columns] */
    size_t *order;   /* [columns] by name */
};

static pal_str at(const struct pal_grid *g, size_t row, size_t column)
{
    return g->field[row * g->columns + column];
}

static enum pal_status find_value(struct reading *r, pal_str wanted, struct pal_error *err)
{
    static const pal_str usual[] = {PAL_STR_INIT("OBS_VALUE"), PAL_STR_INIT("value"),
                                    PAL_STR_INIT("txtVALUE"), PAL_STR_INIT("count")};
    r->value = SIZE_MAX;
    if (wanted.len) {
        r->value = pal_grid_column(r->grid, wanted);
        return r->value == SIZE_MAX ? protect_missing_column(r->grid, wanted, err) : PAL_OK;
    }
    for (size_t i = 0; i < PAL_COUNT(usual) && r->value == SIZE_MAX; i++)
        r->value = pal_grid_column(r->grid, usual[i]);
    return PAL_OK;
}

/* Every code of `column` stands with one code of `other` only. */
static bool determined(const struct pal_grid *g, size_t column, size_t other,
                       struct pal_arena *scratch)
{
    struct pal_map *codes = pal_map_new(scratch, 256);
    pal_str *seen = pal_arena_alloc(scratch, g->rows + 1, sizeof *seen);
    if (!codes || !seen)
        return false;
    for (size_t row = 0; row < g->rows; row++) {
        bool is_new;
        const size_t k = pal_map_add(codes, at(g, row, other), &is_new);
        if (k == SIZE_MAX)
            return false;
        if (is_new)
            seen[k] = at(g, row, column);
        else if (!pal_str_eq(seen[k], at(g, row, column)))
            return false;
    }
    return true;
}

static bool numbers_only(const struct pal_grid *g, size_t column)
{
    size_t numbers = 0, others = 0;
    for (size_t row = 0; row < g->rows; row++) {
        double low, high;
        bool hidden, whole;
        if (!published_number(at(g, row, column), &low, &high, &hidden, &whole))
            others++;
        else
            numbers += !hidden;
    }
    return numbers > 0 && others == 0;
}

/* Totals of both stand in the same rows (but for one in a hundred): categories within a dimension
 * ("by citizenship"). */
static bool nests(const struct pal_grid *g, size_t outer, size_t inner)
{
    size_t both = 0, parts = 0, odd = 0;
    for (size_t row = 0; row < g->rows; row++) {
        const bool a = code_of(at(g, row, outer)).len == 0, b = code_of(at(g, row, inner)).len == 0;
        odd += a != b;
        both += a;
        parts += !a;
    }
    return both && parts && 100 * odd <= g->rows;
}

static size_t codes_in(const struct pal_grid *g, size_t column, struct pal_arena *scratch)
{
    struct pal_map *codes = pal_map_new(scratch, 256);
    for (size_t row = 0; codes && row < g->rows; row++)
        (void)pal_map_add(codes, at(g, row, column), NULL);
    return codes ? pal_map_count(codes) : 0;
}

static void find_nests(struct reading *r, struct pal_arena *scratch)
{
    const struct pal_grid *g = r->grid;
    for (size_t c = 0; c < g->columns; c++)
        for (size_t o = 0; o < g->columns && r->dimension[c] && r->within[c] == SIZE_MAX; o++)
            if (o != c && r->dimension[o] && r->within[o] == SIZE_MAX && nests(g, o, c) &&
                codes_in(g, o, scratch) < codes_in(g, c, scratch))
                r->within[c] = o;
    for (size_t c = 0; c < g->columns; c++)
        if (r->within[c] != SIZE_MAX)
            r->dimension[r->within[c]] = false; /* it lives on inside the categories */
}

static void find_dimensions(struct reading *r, struct pal_arena *scratch)
{
    const struct pal_grid *g = r->grid;
    const size_t last = r->value == SIZE_MAX ? g->columns : r->value;
    size_t area = SIZE_MAX;
    for (size_t c = 0; c < g->columns; c++) {
        r->name[c] = published_dimension(g->name[c]);
        r->within[c] = SIZE_MAX;
        if (pal_str_eq(r->name[c], PAL_STR("AREA")))
            area = c;
    }
    for (size_t c = 0; c < g->columns; c++) {
        const bool known = r->name[c].ptr != g->name[c].ptr;
        if (c == r->value || pal_str_eq(r->name[c], PAL_STR("SOURCE")))
            continue;
        if (!known && r->value == SIZE_MAX && numbers_only(g, c))
            r->measure[c] = true;
        else if (known || (c < last && !(area != SIZE_MAX && determined(g, c, area, scratch)) &&
                           codes_in(g, c, scratch) > 1))
            r->dimension[c] = true;
    }
    find_nests(r, scratch);
}

/* ---- keys ---------------------------------------------------------------------------------------
 */

/* "per 100,000 population": 100000; 0 when the words name no rate. */
static double rate_of(pal_str unit)
{
    for (size_t i = 0; i + 4 < unit.len; i++) {
        if (!pal_str_eq_nocase((pal_str){unit.ptr + i, 4}, PAL_STR("per ")))
            continue;
        double per = 0;
        for (size_t k = i + 4; k < unit.len; k++) {
            if (unit.ptr[k] >= '0' && unit.ptr[k] <= '9')
                per = 10 * per + (unit.ptr[k] - '0');
            else if (unit.ptr[k] != ' ' && unit.ptr[k] != ',' && (unsigned char)unit.ptr[k] < 0x80)
                break;
        }
        if (per >= 10)
            return per;
    }
    return 0;
}

static enum pal_status key_of(const struct reading *r, size_t row, size_t measure,
                              struct pal_buf *key, double *per, struct pal_error *err)
{
    const struct pal_grid *g = r->grid;
    pal_buf_clear(key);
    *per = 0;
    for (size_t k = 0; k < g->columns; k++) {
        const size_t c = r->order[k];
        if (!r->dimension[c])
            continue;
        pal_str code = code_of(at(g, row, c));
        if (pal_str_eq(r->name[c], PAL_STR("UNIT"))) {
            *per = rate_of(code);
            continue;
        }
        const size_t outer = r->within[c];
        const bool category = outer != SIZE_MAX && code_of(at(g, row, outer)).len > 0;
        if (category && code.len == 0)
            code = PAL_STR("(blank)"); /* of a dimension, so no total */
        if (code.len == 0)
            continue;
        if (key->len)
            pal_buf_addc(key, '|');
        pal_buf_addf(key, "%.*s=", PAL_ARG(r->name[c]));
        if (category)
            pal_buf_addf(key, "%.*s/", PAL_ARG(at(g, row, outer)));
        pal_buf_add(key, code);
    }
    if (measure != SIZE_MAX)
        pal_buf_addf(key, "@%.*s", PAL_ARG(g->name[measure]));
    if (*per > 0)
        pal_buf_addf(key, "@rate/%.0f", *per);
    return pal_buf_status(key, "the codes of a cell", err);
}

/* ---- cells
 * --------------------------------------------------------------------------------------- */

static enum pal_status add_cell(struct published *x, const struct pal_grid *g, size_t row,
                                pal_str printed, pal_str key, bool rate, struct pal_error *err)
{
    struct pal_published_cell c = {.printed = printed, .file = g->path, .line = g->line[row]};
    bool is_new;
    if (!published_number(printed, &c.low, &c.high, &c.hidden, &c.whole)) {
        const struct pal_place place = {g->path, g->line[row], 0};
        return pal_fail_at(err, PAL_DATA, &place, "'%.*s' is no number and no mark that is known",
                           PAL_ARG(printed));
    }
    c.whole = c.whole && !rate;
    const size_t k = pal_map_add(x->keys, key, &is_new);
    if (k == SIZE_MAX)
        return pal_nomem(err, "the published cells");
    c.key = pal_map_key(x->keys, k);
    if (is_new) {
        if (x->cells == x->cells_room) {
            const size_t larger = 2 * x->cells_room + 256;
            x->cell = pal_arena_grow(x->arena, x->cell, x->cells_room, larger, sizeof *x->cell);
            if (!x->cell)
                return pal_nomem(err, "the published cells");
            x->cells_room = larger;
        }
        c.family = SIZE_MAX;
        c.told_low = c.low;
        c.told_high = c.high;
        x->cell[x->cells++] = c;
        return PAL_OK;
    }
    struct pal_published_cell *old = &x->cell[k];
    old->again = old->again || old->file == c.file;
    const bool same = old->low == c.low && old->high == c.high;
    if (old->file == c.file && !same) {
        c.again = c.conflict = true; /* repeated with another number: the last one stands */
        c.family = SIZE_MAX;
        c.told_low = c.low;
        c.told_high = c.high;
        *old = c;
    } else if (old->file != c.file) { /* the same cell in another table */
        if (c.low > old->high + 1e-9 || c.high < old->low - 1e-9) {
            old->conflict = true;
        } else {
            old->told_low = fmax(old->told_low, c.low);
            old->told_high = fmin(old->told_high, c.high);
        }
    }
    return PAL_OK;
}

enum pal_status published_read(struct published *x, const struct pal_grid *g, pal_str value,
                               struct pal_error *err)
{
    struct reading r = {.x = x, .grid = g};
    struct pal_buf key;
    r.dimension = pal_arena_alloc(x->arena, g->columns + 1, sizeof *r.dimension);
    r.measure = pal_arena_alloc(x->arena, g->columns + 1, sizeof *r.measure);
    r.within = pal_arena_alloc(x->arena, g->columns + 1, sizeof *r.within);
    r.name = pal_arena_alloc(x->arena, g->columns + 1, sizeof *r.name);
    r.order = pal_arena_alloc(x->arena, g->columns + 1, sizeof *r.order);
    struct pal_arena *scratch = pal_arena_new();
    if (!r.dimension || !r.measure || !r.within || !r.name || !r.order || !scratch) {
        pal_arena_free(scratch);
        return pal_nomem(err, "the published tables");
    }
    enum pal_status status = find_value(&r, value, err);
    if (status == PAL_OK)
        find_dimensions(&r, scratch);
    pal_arena_free(scratch);
    PAL_TRY(status);
    for (size_t c = 0; c < g->columns; c++) { /* by name: insertion, columns are few */
        size_t k = c;
        for (; k > 0 && pal_str_cmp(r.name[r.order[k - 1]], r.name[c]) > 0; k--)
            r.order[k] = r.order[k - 1];
        r.order[k] = c;
    }
    pal_buf_init(&key, x->arena, PROTECT_KEY);
    for (size_t row = 0; row < g->rows; row++)
        for (size_t c = 0; c < g->columns; c++) {
            double per;
            if (r.value == SIZE_MAX ? !r.measure[c] : c != r.value)
                continue;
            PAL_TRY(key_of(&r, row, r.value == SIZE_MAX ? c : SIZE_MAX, &key, &per, err));
            PAL_TRY(add_cell(x, g, row, at(g, row, c), pal_buf_str(&key), per > 0, err));
        }
    return PAL_OK;
}
