/* estimate_factors.c: --replicate-file: a table of replicate factors, a row a first-stage unit. */
#include "estimate_survey.h"

#include <string.h>

struct factors {
    const struct est_pass *pass;
    const struct pal_design *design;
    struct pal_records *records;
    struct pal_groups *units; /* (stratum code, unit code) -> first-stage unit */
    size_t stratum_at, unit_at, n;
    size_t *column; /* [n] fields of factors */
    double *factor; /* [psus * n] */
    uint8_t *seen;  /* [psus]     */
};

static enum pal_status field_of(const struct factors *f, pal_str name, size_t *out,
                                struct pal_error *err)
{
    size_t n;
    const pal_str *header = pal_records_header(f->records, &n);
    for (*out = 0; *out < n; ++*out)
        if (pal_str_eq(header[*out], name))
            return PAL_OK;
    const pal_str near = pal_nearest(name, header, n);
    return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s",
                    pal_records_name(f->records), PAL_ARG(name), near.len ? "; did you mean '" : "",
                    PAL_ARG(near), near.len ? "'?" : "");
}

/* The next name of a list that the plan has read already. */
static pal_str next_name(pal_str *rest, struct pal_arena *arena)
{
    pal_str name = {0};
    if (!est_name(rest, ",", arena, &name))
        *rest = (pal_str){0};
    if (rest->len) {
        rest->ptr++;
        rest->len--;
    }
    return name;
}

static enum pal_status find_fields(struct factors *f, struct pal_arena *arena,
                                   struct pal_error *err)
{
    const struct est_plan *plan = f->pass->plan;
    const struct est_survey_plan *s = plan->survey;
    pal_str names = est_extra(plan->request, "replicates", 0);
    pal_str rest = est_extra(plan->request, "replicate-by", 0);
    f->stratum_at = EST_NO_COLUMN;
    while (rest.len) {
        const pal_str name = next_name(&rest, arena);
        const bool unit = pal_str_eq(name, plan->column[s->unit[0]].name);
        PAL_TRY(field_of(f, name, unit ? &f->unit_at : &f->stratum_at, err));
    }
    f->column = pal_arena_alloc(arena, s->ask.replicates + 1, sizeof *f->column);
    if (!f->column)
        return pal_nomem(err, "the replicate factors");
    for (; names.len && f->n < s->ask.replicates; f->n++)
        PAL_TRY(field_of(f, next_name(&names, arena), &f->column[f->n], err));
    return PAL_OK;
}

static enum pal_status list_units(struct factors *f, struct pal_arena *arena, struct pal_error *err)
{
    const size_t psus = pal_design_psus(f->design);
    uint32_t *stratum, *unit;
    PAL_TRY(pal_design_codes(f->design, arena, &stratum, &unit, err));
    PAL_TRY(pal_groups_new(arena, 2, &f->units, err));
    for (size_t u = 0; u < psus; u++) {
        const uint32_t key[] = {f->stratum_at == EST_NO_COLUMN ? 0 : stratum[u], unit[u]};
        const uint32_t at = pal_groups_add(f->units, key);
        if (at == PAL_NO_GROUP)
            return pal_nomem(err, "the replicate factors");
        if (at != u)
            return pal_fail(err, PAL_USAGE,
                            "units have the same id in several strata: --replicate-by needs the "
                            "column of --strata too");
    }
    f->factor = pal_arena_alloc(arena, psus * f->n + 1, sizeof *f->factor);
    f->seen = pal_arena_alloc(arena, psus + 1, 1);
    return f->factor && f->seen ? PAL_OK : pal_nomem(err, "the replicate factors");
}

static uint32_t code_of(const struct est_values *values, pal_str text)
{
    const size_t code = pal_map_find(values->map, text);
    return code == SIZE_MAX ? UINT32_MAX : (uint32_t)code + 1;
}

/* Units that the sample does not have are passed over. */
static enum pal_status take_row(struct factors *f, const struct pal_record *record,
                                struct pal_error *err)
{
    const struct est_survey_pass *s = f->pass->survey;
    const struct pal_place at = {pal_records_name(f->records), record->line, 0};
    const uint32_t key[] = {
        f->stratum_at == EST_NO_COLUMN ? 0 : code_of(&s->stratum[0], record->field[f->stratum_at]),
        code_of(&s->unit[0], record->field[f->unit_at])};
    const uint32_t unit = pal_groups_find(f->units, key);
    if (unit == PAL_NO_GROUP)
        return PAL_OK;
    if (f->seen[unit])
        return pal_fail_at(err, PAL_DATA, &at, "the unit '%.*s' stands here a second time",
                           PAL_ARG(record->field[f->unit_at]));
    f->seen[unit] = 1;
    for (size_t r = 0; r < f->n; r++)
        if (!pal_num_parse(record->field[f->column[r]], &f->factor[unit * f->n + r]))
            return pal_fail_at(err, PAL_DATA, &at, "'%.*s' is no replicate factor",
                               PAL_ARG(record->field[f->column[r]]));
    return PAL_OK;
}

static enum pal_status all_seen(const struct factors *f, struct pal_error *err)
{
    const struct est_survey_pass *s = f->pass->survey;
    for (size_t u = 0; u < pal_design_psus(f->design); u++) {
        if (f->seen[u])
            continue;
        const uint32_t *key = pal_groups_key(f->units, u);
        const pal_str stratum = key[0] ? pal_map_key(s->stratum[0].map, key[0] - 1) : PAL_STR("");
        return pal_fail(err, PAL_DATA, "'%s' has no factors for the unit '%.*s'%s%.*s%s",
                        pal_records_name(f->records),
                        PAL_ARG(pal_map_key(s->unit[0].map, key[1] - 1)),
                        key[0] ? " of stratum '" : "", PAL_ARG(stratum), key[0] ? "'" : "");
    }
    return PAL_OK;
}

enum pal_status est_survey_factors(const struct est_pass *pass, struct pal_arena *arena,
                                   struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    struct factors f = {.pass = pass, .design = pal_survey_design(pass->survey->survey)};
    const struct pal_dialect dialect = {.header_rows = 1, .guess = true};
    const char *path = pal_arena_cstr(arena, plan->factor_file);
    if (!path)
        return pal_nomem(err, "the replicate factors");
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &f.records, err));
    PAL_TRY(find_fields(&f, arena, err));
    PAL_TRY(list_units(&f, arena, err));
    size_t fields;
    (void)pal_records_header(f.records, &fields);
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(f.records, &record, &end, err));
        if (end)
            break;
        if (record.fields != fields) {
            const struct pal_place at = {pal_records_name(f.records), record.line, 0};
            return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields and the header %zu",
                               record.fields, fields);
        }
        PAL_TRY(take_row(&f, &record, err));
    }
    PAL_TRY(all_seen(&f, err));
    pal_survey_factors(pass->survey->survey, f.n, f.factor);
    return PAL_OK;
}
