/* estimate_joint.c: --joint: a table of joint inclusion probabilities, a row a pair of first-stage
 * units. A pair may stand in both orders; then it says the same twice. */
#include "estimate_survey.h"

#include <math.h>

struct joint {
    const struct est_pass *pass;
    const struct pal_design *design;
    struct pal_records *records;
    struct pal_groups *units; /* unit code -> first-stage unit */
    const uint32_t *code;     /* [psus] */
    size_t field[3];          /* unit, other, p */
    size_t psus;
    double *p; /* [psus * psus] NaN: not given */
};

static enum pal_status find_fields(struct joint *j, struct pal_error *err)
{
    static const pal_str names[] = {PAL_STR_INIT("unit"), PAL_STR_INIT("other"), PAL_STR_INIT("p")};
    size_t n;
    const pal_str *header = pal_records_header(j->records, &n);
    for (size_t i = 0; i < PAL_COUNT(names); i++) {
        for (j->field[i] = 0; j->field[i] < n && !pal_str_eq(header[j->field[i]], names[i]);)
            j->field[i]++;
        if (j->field[i] == n)
            return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'; it needs unit, other, p",
                            pal_records_name(j->records), PAL_ARG(names[i]));
    }
    return PAL_OK;
}

static enum pal_status list_units(struct joint *j, struct pal_arena *arena, struct pal_error *err)
{
    uint32_t *stratum, *unit;
    j->psus = pal_design_psus(j->design);
    if (j->psus > PAL_MOST_JOINT)
        return pal_fail(err, PAL_USAGE,
                        "--joint of %zu units; at most %d are possible: --variance brewer needs "
                        "no such table",
                        j->psus, PAL_MOST_JOINT);
    PAL_TRY(pal_design_codes(j->design, arena, &stratum, &unit, err));
    PAL_TRY(pal_groups_new(arena, 1, &j->units, err));
    j->code = unit;
    for (size_t u = 0; u < j->psus; u++) {
        const uint32_t at = pal_groups_add(j->units, &unit[u]);
        if (at == PAL_NO_GROUP)
            return pal_nomem(err, "joint inclusion probabilities");
        if (at != u)
            return pal_fail(err, PAL_DATA,
                            "the same unit id stands in several strata; --joint "
                            "needs ids that tell units apart");
    }
    j->p = pal_arena_alloc(arena, j->psus * j->psus + 1, sizeof *j->p);
    if (!j->p)
        return pal_nomem(err, "joint inclusion probabilities");
    for (size_t i = 0; i < j->psus * j->psus; i++)
        j->p[i] = (double)NAN;
    return PAL_OK;
}

static uint32_t unit_of(const struct joint *j, pal_str text)
{
    const size_t code = pal_map_find(j->pass->survey->unit[0].map, text);
    const uint32_t key = code == SIZE_MAX ? UINT32_MAX : (uint32_t)code + 1;
    return pal_groups_find(j->units, &key);
}

/* Units that the sample does not have are passed over. */
static enum pal_status take_row(struct joint *j, const struct pal_record *record,
                                struct pal_error *err)
{
    const struct pal_place at = {pal_records_name(j->records), record->line, 0};
    const pal_str *field = record->field;
    const uint32_t a = unit_of(j, field[j->field[0]]), b = unit_of(j, field[j->field[1]]);
    double p;
    if (!pal_num_parse(field[j->field[2]], &p) || !(p > 0 && p <= 1))
        return pal_fail_at(err, PAL_DATA, &at, "'%.*s' is no probability above 0 and at most 1",
                           PAL_ARG(field[j->field[2]]));
    if (a == PAL_NO_GROUP || b == PAL_NO_GROUP)
        return PAL_OK;
    const double before = j->p[a * j->psus + b];
    if (!isnan(before) && before != p)
        return pal_fail_at(err, PAL_DATA, &at,
                           "the pair '%.*s' and '%.*s' has %g here and %g before",
                           PAL_ARG(field[j->field[0]]), PAL_ARG(field[j->field[1]]), p, before);
    j->p[a * j->psus + b] = j->p[b * j->psus + a] = p;
    return PAL_OK;
}

static enum pal_status all_pairs(const struct joint *j, struct pal_error *err)
{
    const struct pal_map *names = j->pass->survey->unit[0].map;
    for (uint32_t a = 0; a < j->psus; a++)
        for (uint32_t b = a + 1; b < j->psus; b++)
            if (isnan(j->p[a * j->psus + b]) &&
                pal_design_stratum_of(j->design, a) == pal_design_stratum_of(j->design, b))
                return pal_fail(err, PAL_DATA, "'%s' has no joint probability of '%.*s' and '%.*s'",
                                pal_records_name(j->records),
                                PAL_ARG(pal_map_key(names, j->code[a] - 1)),
                                PAL_ARG(pal_map_key(names, j->code[b] - 1)));
    return PAL_OK;
}

enum pal_status est_survey_joint(const struct est_pass *pass, struct pal_arena *arena,
                                 struct pal_error *err)
{
    struct joint j = {.pass = pass, .design = pal_survey_design(pass->survey->survey)};
    const struct pal_dialect dialect = {.header_rows = 1, .guess = true};
    const char *path = pal_arena_cstr(arena, pass->plan->survey->joint_file);
    if (!path)
        return pal_nomem(err, "joint inclusion probabilities");
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &j.records, err));
    PAL_TRY(find_fields(&j, err));
    PAL_TRY(list_units(&j, arena, err));
    size_t fields;
    (void)pal_records_header(j.records, &fields);
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(j.records, &record, &end, err));
        if (end)
            break;
        if (record.fields != fields) {
            const struct pal_place at = {pal_records_name(j.records), record.line, 0};
            return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields and the header %zu",
                               record.fields, fields);
        }
        PAL_TRY(take_row(&j, &record, err));
    }
    PAL_TRY(all_pairs(&j, err));
    return pal_survey_joint(pass->survey->survey, j.p, err);
}
