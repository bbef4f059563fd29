#include "opened.h"

#include <stdio.h>
#include <string.h>

static enum pal_status load(struct opened *o, const char *name, const char *data)
{
    char path[512];
    snprintf(path, sizeof path, "datasets/%s/dataset.yaml", name);
    PAL_TRY(pal_areas_read("datasets/areas", o->arena, &o->areas, &o->error));
    PAL_TRY(pal_descriptor_read(path, o->arena, &o->descriptor, &o->error));
    const char *const *folders = &data;
    const struct pal_load_options options = {
        .areas = o->areas, .folders = folders, .folders_n = 1, .as_of_year = 2024, .threads = 1};
    PAL_TRY(pal_dataset_load(o->descriptor, &options, o->diag, o->arena, &o->set, &o->error));
    return pal_dataset_settle(o->set, &options, o->diag, o->scratch,
                              &o->error); /* resets scratch */
}

bool opened_load(struct opened *o, const char *name, const char *data)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", data);
    memset(o, 0, sizeof *o);
    o->arena = pal_arena_new();
    o->scratch = pal_arena_new();
    o->diag = o->arena ? pal_diag_new(o->arena, 100000) : NULL;
    return o->diag && o->scratch && load(o, name, folder) == PAL_OK;
}

void opened_close(struct opened *o)
{
    pal_arena_free(o->scratch);
    pal_arena_free(o->arena);
}

size_t opened_absent(const struct opened *o, enum pal_absent reason)
{
    size_t n = 0;
    for (size_t i = 0; i < o->set->batch.rows; i++)
        n += o->set->value->absent[i] == reason;
    return n;
}

double opened_sum(const struct opened *o)
{
    double sum = 0;
    for (size_t i = 0; i < o->set->batch.rows; i++)
        if (o->set->value->absent[i] == PAL_PRESENT)
            sum += o->set->value->value[i];
    return sum;
}

uint64_t opened_found(const struct opened *o, const char *rule)
{
    const struct pal_diag_tally *tally;
    uint64_t n = 0;
    const size_t tallies = pal_diag_tallies(o->diag, &tally);
    for (size_t i = 0; i < tallies; i++)
        n += strcmp(tally[i].rule, rule) == 0 ? tally[i].count : 0;
    return n;
}

bool opened_found_at(const struct opened *o, const char *rule, uint64_t line)
{
    for (size_t i = 0; i < pal_diag_listed(o->diag); i++) {
        const struct pal_finding *finding = pal_diag_get(o->diag, i);
        if (strcmp(finding->rule, rule) == 0 && finding->at.line == line)
            return true;
    }
    return false;
}

static const struct pal_column *column_of(const struct opened *o, const char *name)
{
    return strcmp(name, "measure") == 0 ? o->set->measure
                                        : pal_dataset_filter_column(o->set, pal_str_of(name));
}

size_t opened_rows_with(const struct opened *o, const char *column, const char *text)
{
    const struct pal_column *c = column_of(o, column);
    const uint32_t code = c && c->dict ? pal_dict_find(c->dict, pal_str_of(text)) : 0;
    size_t n = 0;
    if (!code)
        return 0;
    for (size_t i = 0; i < o->set->batch.rows; i++)
        n += c->code[i] == code;
    return n;
}

pal_str opened_text(const struct opened *o, size_t row, const char *column)
{
    const struct pal_column *c = column_of(o, column);
    return c && c->dict && c->code[row] ? pal_dict_text(c->dict, c->code[row]) : (pal_str){"", 0};
}

size_t opened_row(const struct opened *o, uint64_t line)
{
    for (size_t i = 0; i < o->set->batch.rows; i++)
        if (o->set->batch.line[i] == line)
            return i;
    return SIZE_MAX;
}

size_t opened_cell(const struct opened *o, const char *area, int period, const char *column,
                   const char *text)
{
    const uint32_t want = pal_areas_by_code(o->areas, pal_str_of(area));
    for (size_t i = 0; want != PAL_NO_AREA && i < o->set->batch.rows; i++)
        if (o->set->area[i] == want && o->set->period[i] == period &&
            (!column || pal_str_eq(opened_text(o, i, column), pal_str_of(text))))
            return i;
    return SIZE_MAX;
}

size_t opened_rows_in(const struct opened *o, const char *area)
{
    const uint32_t want = pal_areas_by_code(o->areas, pal_str_of(area));
    size_t n = 0;
    for (size_t i = 0; want != PAL_NO_AREA && i < o->set->batch.rows; i++)
        n += o->set->area[i] == want;
    return n;
}

size_t opened_rows_of_kind(const struct opened *o, enum pal_area_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < o->set->batch.rows; i++)
        n += o->set->area[i] != PAL_NO_AREA &&
             pal_areas_get(o->areas, o->set->area[i])->kind == kind;
    return n;
}
