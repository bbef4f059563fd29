/* estimate_by.c: columns of groups: a column as it stands, or year(), month(), prefix(), bands() of
 * one. */
#include "estimate.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *word;
    enum est_by_kind kind;
} functions[] = {
    {"bands", EST_BY_BANDS},
    {"month", EST_BY_MONTH},
    {"prefix", EST_BY_PREFIX},
    {"year", EST_BY_YEAR},
};

static enum pal_status bad(pal_str text, const char *why, struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE, "'%.*s' is no group: %s", PAL_ARG(text), why);
}

/* One piece up to the next comma outside parentheses and quotes. */
static pal_str next_piece(pal_str *rest)
{
    char quote = 0;
    size_t depth = 0, n = 0;
    for (; n < rest->len; n++) {
        const char c = rest->ptr[n];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '(')
            depth++;
        else if (c == ')' && depth)
            depth--;
        else if (c == ',' && !depth)
            break;
    }
    const pal_str piece = pal_str_trim((pal_str){rest->ptr, n});
    const size_t taken = n < rest->len ? n + 1 : n;
    rest->ptr += taken;
    rest->len -= taken;
    return piece;
}

static enum pal_status parse_bands(struct est_by *by, pal_str rest, struct pal_arena *arena,
                                   struct pal_error *err)
{
    double *cut = pal_arena_alloc(arena, rest.len + 1, sizeof *cut);
    if (!cut)
        return pal_nomem(err, "groups");
    pal_str piece;
    while (pal_str_split(&rest, ';', &piece)) {
        double number;
        if (!pal_num_parse(pal_str_trim(piece), &number))
            return bad(by->text, "bands are cut at numbers: bands(age;0;18;65)", err);
        if (by->cuts && !(number > cut[by->cuts - 1]))
            return bad(by->text, "the cuts of bands rise", err);
        cut[by->cuts++] = number;
    }
    if (!by->cuts)
        return bad(by->text, "bands are cut at numbers: bands(age;0;18;65)", err);
    by->cut = cut;
    return PAL_OK;
}

static enum pal_status parse_function(struct est_by *by, size_t open, struct pal_arena *arena,
                                      struct pal_error *err)
{
    const pal_str name = pal_str_trim((pal_str){by->text.ptr, open});
    pal_str words[PAL_COUNT(functions)];
    bool known = false;
    for (size_t i = 0; i < PAL_COUNT(functions); i++) {
        words[i] = pal_str_of(functions[i].word);
        if (pal_str_eq(name, words[i])) {
            by->kind = functions[i].kind;
            known = true;
        }
    }
    if (!known) {
        const pal_str near = pal_nearest(name, words, PAL_COUNT(words));
        if (near.len)
            return pal_fail(err, PAL_USAGE,
                            "there is no group function '%.*s'; did you mean '%.*s'?",
                            PAL_ARG(name), PAL_ARG(near));
        return pal_fail(err, PAL_USAGE,
                        "there is no group function '%.*s'; there are bands, month, prefix, year",
                        PAL_ARG(name));
    }
    pal_str rest = {by->text.ptr + open + 1, by->text.len - open - 2};
    if (!est_name(&rest, by->kind == EST_BY_BANDS ? ";" : ",", arena, &by->column))
        return bad(by->text, "the column is missing", err);
    if (rest.len) {
        rest.ptr++;
        rest.len--;
    }
    if (by->kind == EST_BY_BANDS)
        return parse_bands(by, rest, arena, err);
    if (by->kind == EST_BY_PREFIX) {
        int64_t letters;
        if (!pal_int_parse(pal_str_trim(rest), &letters) || letters < 1 || letters > 1000)
            return bad(by->text, "prefix takes a number of letters: prefix(code,2)", err);
        by->prefix = (size_t)letters;
        return PAL_OK;
    }
    return rest.len ? bad(by->text, "one column is all it takes", err) : PAL_OK;
}

enum pal_status est_by_parse(pal_str text, struct pal_arena *arena, struct est_by **out, size_t *n,
                             struct pal_error *err)
{
    *n = 0;
    *out = NULL;
    pal_str rest = text;
    while (rest.len) {
        struct est_by by = {.text = next_piece(&rest)};
        if (!by.text.len)
            return bad(text, "a name is missing between commas", err);
        const char *open = by.text.ptr[0] == '"' || by.text.ptr[0] == '\''
                               ? NULL
                               : memchr(by.text.ptr, '(', by.text.len);
        if (open && by.text.ptr[by.text.len - 1] == ')') {
            PAL_TRY(parse_function(&by, (size_t)(open - by.text.ptr), arena, err));
        } else {
            pal_str name = by.text;
            if (!est_name(&name, "", arena, &by.column) || name.len)
                return bad(by.text, "its quotes do not close", err);
            by.text = by.column;
        }
        struct est_by *grown = pal_arena_grow(arena, *out, *n, *n + 1, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "groups");
        grown[(*n)++] = by;
        *out = grown;
    }
    return PAL_OK;
}

/* A whole date, or its beginning: "2019-09", "2019". */
static bool date_of(pal_str cell, struct pal_date *out)
{
    if (pal_date_parse(cell, out))
        return true;
    int64_t year, month = 0;
    if (cell.len != 4 && !(cell.len == 7 && cell.ptr[4] == '-'))
        return false;
    if (!pal_int_parse((pal_str){cell.ptr, 4}, &year) || year < 0)
        return false;
    if (cell.len == 7 &&
        (!pal_int_parse((pal_str){cell.ptr + 5, 2}, &month) || month < 1 || month > 12))
        return false;
    *out = (struct pal_date){(int)year, (int)month, 0};
    return true;
}

static void bound_text(double value, bool last, char *out)
{
    pal_num_write(last ? value - 1 : value, out);
}

static pal_str band_text(const struct est_by *by, size_t band, struct pal_arena *arena)
{
    char low[PAL_NUM_SIZE], high[PAL_NUM_SIZE];
    bool whole = true;
    for (size_t i = 0; i < by->cuts; i++)
        whole = whole && by->cut[i] == floor(by->cut[i]);
    if (band == 0) {
        bound_text(by->cut[0], false, high);
        return pal_arena_printf(arena, "<%s", high);
    }
    bound_text(by->cut[band - 1], false, low);
    if (band == by->cuts)
        return pal_arena_printf(arena, "%s+", low);
    bound_text(by->cut[band], whole, high);
    if (!whole)
        return pal_arena_printf(arena, "[%s,%s)", low, high);
    if (by->cut[band] - by->cut[band - 1] == 1)
        return pal_arena_printf(arena, "%s", low);
    return pal_arena_printf(arena, "%s-%s", low, high);
}

bool est_by_value(const struct est_by *by, pal_str cell, struct pal_arena *arena, pal_str *out,
                  double *sort)
{
    struct pal_date date;
    double number;
    switch (by->kind) {
    case EST_BY_PLAIN:
        *out = cell;
        if (!pal_num_parse(cell, sort))
            *sort = (double)NAN;
        return true;
    case EST_BY_YEAR:
    case EST_BY_MONTH:
        if (!date_of(pal_str_trim(cell), &date) || (by->kind == EST_BY_MONTH && !date.month))
            return false;
        *sort = by->kind == EST_BY_YEAR ? date.year : date.month;
        *out = pal_arena_printf(arena, "%.0f", *sort);
        return out->ptr != NULL;
    case EST_BY_PREFIX: {
        size_t at = 0;
        uint32_t letter;
        for (size_t i = 0; i < by->prefix && at < cell.len; i++) {
            const size_t size = pal_utf8_next(cell, at, &letter);
            at += size ? size : cell.len - at;
        }
        *out = (pal_str){cell.ptr, at};
        if (!pal_num_parse(*out, sort))
            *sort = (double)NAN;
        return true;
    }
    case EST_BY_BANDS: {
        if (!pal_num_parse(pal_str_trim(cell), &number))
            return false;
        size_t band = 0;
        while (band < by->cuts && number >= by->cut[band])
            band++;
        *sort = band ? by->cut[band - 1] : -HUGE_VAL;
        *out = band_text(by, band, arena);
        return out->ptr != NULL;
    }
    }
    return false;
}
