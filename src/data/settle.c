/* settle.c: rows are judged against each other, in an order that matters: repeated keys first, for
 * the other checks look only at rows that enter. */
#include "settle.h"

#include <string.h>

enum pal_status settle_key_new(const struct settle *s, struct settle_key *out,
                               struct pal_error *err)
{
    enum { DERIVED = 8 }; /* area, period, measure, unit, value, reason, source */
    const size_t cap = s->dataset->columns_n + s->dataset->dimensions + DERIVED;
    *out = (struct settle_key){.cap = cap};
    out->column = pal_arena_alloc(s->scratch, cap, sizeof *out->column);
    return out->column ? PAL_OK : pal_nomem(err, "the checks of a dataset");
}

void settle_key_add(struct settle_key *key, const uint32_t *column)
{
    if (column && key->n < key->cap)
        key->column[key->n++] = column;
}

static uint64_t key_hash(const struct settle_key *key, size_t row)
{
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < key->n; i++) {
        h ^= key->column[i][row];
        h *= UINT64_C(0xBF58476D1CE4E5B9);
        h ^= h >> 29;
    }
    return h;
}

static bool key_equal(const struct settle_key *key, size_t a, size_t b)
{
    for (size_t i = 0; i < key->n; i++)
        if (key->column[i][a] != key->column[i][b])
            return false;
    return true;
}

static enum pal_status make_room(struct settle *s, struct settle_groups *groups,
                                 struct pal_error *err)
{
    const size_t rows = s->dataset->batch.rows;
    if (!s->slot) {
        for (s->slots = 64; s->slots < rows * 2;)
            s->slots *= 2;
        s->slot = pal_arena_alloc(s->scratch, s->slots, sizeof *s->slot);
    } else {
        memset(s->slot, 0, s->slots * sizeof *s->slot);
    }
    groups->groups = 0;
    if (!groups->group) {
        groups->first = pal_arena_alloc(s->scratch, rows + 1, sizeof *groups->first);
        groups->last = pal_arena_alloc(s->scratch, rows + 1, sizeof *groups->last);
        groups->count = pal_arena_alloc(s->scratch, rows + 1, sizeof *groups->count);
        groups->next = pal_arena_alloc(s->scratch, rows + 1, sizeof *groups->next);
        groups->group = pal_arena_alloc(s->scratch, rows + 1, sizeof *groups->group);
    }
    return s->slot && groups->first && groups->last && groups->count && groups->next &&
                   groups->group
               ? PAL_OK
               : pal_nomem(err, "the checks of a dataset");
}

/* The group of a row's key: a new one begins with the row. */
static uint32_t group_of(const struct settle *s, struct settle_groups *out,
                         const struct settle_key *key, size_t row)
{
    size_t at = (size_t)key_hash(key, row) & (s->slots - 1);
    while (s->slot[at] && !key_equal(key, out->first[s->slot[at] - 1], row))
        at = (at + 1) & (s->slots - 1);
    if (!s->slot[at]) {
        out->first[out->groups] = out->last[out->groups] = (uint32_t)row;
        out->count[out->groups] = 0;
        s->slot[at] = ++out->groups;
    }
    return s->slot[at] - 1;
}

enum pal_status settle_group(struct settle *s, const struct settle_key *key, const uint8_t *wanted,
                             enum settle_place place, const struct settle_groups **groups,
                             struct pal_error *err)
{
    struct settle_groups *out = &s->groups[place];
    PAL_TRY(make_room(s, out, err));
    const size_t rows = s->dataset->batch.rows;
    for (size_t row = 0; row < rows; row++) {
        out->next[row] = out->group[row] = SETTLE_NONE;
        if (s->state[row] != PAL_ROW_ENTERS || (wanted && !wanted[row]))
            continue;
        /* Most files have rows of one group side by side. */
        const bool beside =
            row && out->group[row - 1] != SETTLE_NONE && key_equal(key, row - 1, row);
        const uint32_t g = beside ? out->group[row - 1] : group_of(s, out, key, row);
        if (out->count[g]++) {
            out->next[out->last[g]] = (uint32_t)row;
            out->last[g] = (uint32_t)row;
        }
        out->group[row] = g;
    }
    *groups = out;
    return PAL_OK;
}

enum pal_status settle_holds(const struct settle *s, const struct data_conditions *conditions,
                             uint8_t *holds, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const size_t rows = dataset->batch.rows;
    memset(holds, 1, rows);
    for (size_t i = 0; i < conditions->n; i++) {
        const struct data_condition *condition = &conditions->item[i];
        const struct pal_column *column = pal_dataset_filter_column(dataset, condition->column);
        if (!column || column->type != PAL_COLUMN_CODE) {
            memset(holds, 0, rows);
            return PAL_OK;
        }
        uint8_t *wanted = pal_arena_alloc(s->scratch, pal_dict_count(column->dict), 1);
        if (!wanted)
            return pal_nomem(err, "the checks of a dataset");
        for (size_t k = 0; k < condition->n; k++) {
            const uint32_t code = pal_dict_find(column->dict, condition->value[k]);
            if (code)
                wanted[code] = 1;
        }
        for (size_t row = 0; row < rows; row++)
            holds[row] &= wanted[column->code[row]];
    }
    return PAL_OK;
}

void settle_finding(const struct settle *s, enum pal_severity severity, const char *rule,
                    size_t row, const char *todo, const char *format, ...)
{
    char text[1024], file[512];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(file, sizeof file, "%.*s", PAL_ARG(pal_dataset_file_of(s->dataset, row)->name));
    pal_diag_add(s->diag,
                 &(struct pal_finding){.severity = severity,
                                       .rule = rule,
                                       .at = {file, s->dataset->batch.line[row],
                                              s->of_row ? 0 : s->dataset->field[row]},
                                       .what = {text, n < 0                     ? 0
                                                      : (size_t)n < sizeof text ? (size_t)n
                                                                                : sizeof text - 1},
                                       .todo = pal_str_of(todo),
                                       .key = pal_descriptor_name(s->dataset->descriptor)});
}

const char *settle_cell_name(const struct settle *s, const struct pal_areas *areas, size_t row,
                             char *out, size_t size)
{
    const uint32_t area = s->dataset->area[row];
    const int32_t period = s->dataset->period[row];
    const pal_str code =
        area == PAL_NO_AREA ? PAL_STR("no area") : pal_areas_get(areas, area)->code;
    pal_str measure = PAL_STR("");
    if (s->dataset->measure)
        measure = pal_dict_text(s->dataset->measure->dict, s->dataset->measure->code[row]);
    int n = snprintf(out, size, "%.*s", PAL_ARG(code));
    if (period != INT32_MIN && n > 0 && (size_t)n < size)
        n += snprintf(out + n, size - (size_t)n, " %d", (int)period);
    if (measure.len && n > 0 && (size_t)n < size)
        n += snprintf(out + n, size - (size_t)n, " %.*s", PAL_ARG(measure));
    for (size_t k = 0; k < s->dataset->dimensions && n > 0 && (size_t)n < size; k++) {
        const struct pal_column *dimension = &s->dataset->dimension[k];
        const pal_str text = pal_dict_text(dimension->dict, dimension->code[row]);
        if (text.len && !pal_str_eq(text, PAL_STR("_T")) && !pal_str_eq(text, PAL_STR("_Z")))
            n += snprintf(out + n, size - (size_t)n, ", %.*s %.*s", PAL_ARG(dimension->name),
                          PAL_ARG(text));
    }
    return out;
}

enum pal_status pal_dataset_settle(struct pal_dataset *dataset,
                                   const struct pal_load_options *options, struct pal_diag *diag,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    /* The dataset hands rows out as read-only; here they are still being judged. */
    struct settle s = {.dataset = dataset, .diag = diag, .scratch = scratch};
    memcpy(&s.state, &dataset->batch.state, sizeof s.state);
    memcpy(&s.mark, &dataset->mark, sizeof s.mark);
    PAL_TRY(settle_areas(&s, options->areas, err));
    PAL_TRY(settle_duplicates(&s, options->areas, err));
    PAL_TRY(settle_parts(&s, options->areas, err));
    PAL_TRY(settle_stages(&s, options->areas, err));
    PAL_TRY(settle_rates(&s, options->areas, err));
    dataset->rows_error = dataset->rows_duplicate = 0;
    for (size_t i = 0; i < dataset->batch.rows; i++) {
        dataset->rows_error += s.state[i] == PAL_ROW_ERROR;
        dataset->rows_duplicate += s.state[i] == PAL_ROW_DUPLICATE;
    }
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
