/* Weights adjusted to populations: against R's survey package, and by the laws that adjusted
 * weights obey. */
#include "palermo/design.h"
#include "shared.h"
#include "sheet.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---- against R ----------------------------------------------------------------------------- */

static const pal_str sexes[] = {PAL_STR_INIT("F"), PAL_STR_INIT("M")};
static const pal_str ages[] = {PAL_STR_INIT("16-29"), PAL_STR_INIT("30-44"), PAL_STR_INIT("45-64"),
                               PAL_STR_INIT("65+")};
static const pal_str both[] = {PAL_STR_INIT("F|16-29"), PAL_STR_INIT("M|16-29"),
                               PAL_STR_INIT("F|30-44"), PAL_STR_INIT("M|30-44"),
                               PAL_STR_INIT("F|45-64"), PAL_STR_INIT("M|45-64"),
                               PAL_STR_INIT("F|65+"),   PAL_STR_INIT("M|65+")};
static const pal_str terms[] = {PAL_STR_INIT("1"), PAL_STR_INIT("sex=M"), PAL_STR_INIT("age")};

struct survey { /* simA_calib.csv and the populations that go with it */
    struct sheet file, expected;
    double *w;
    struct pal_margin sex, age, cells;
    double *x, *total;
    uint32_t *psu;
    size_t psus;
};

static double *populations(struct survey *s, const char *name, const char *column)
{
    struct sheet sheet;
    sheet_open(&sheet, shared_path(name));
    const double *read = sheet_numbers(&sheet, column);
    double *out = pal_arena_alloc(s->file.arena, sheet.rows, sizeof *out);
    memcpy(out, read, sheet.rows * sizeof *out);
    sheet_close(&sheet);
    return out;
}

#define FOLDER "reference/survey/"

static void open_survey(struct survey *s)
{
    sheet_open(&s->expected, shared_path(FOLDER "expected.csv"));
    sheet_open(&s->file, shared_path(FOLDER "data/simA_calib.csv"));
    s->w = sheet_numbers(&s->file, "w");
    s->sex = (struct pal_margin){2, sheet_codes(&s->file, "sex", NULL, 2, sexes),
                                 populations(s, FOLDER "data/simA_pop_sex.csv", "Freq"), sexes};
    s->age = (struct pal_margin){4, sheet_codes(&s->file, "agegrp", NULL, 4, ages),
                                 populations(s, FOLDER "data/simA_pop_agegrp.csv", "Freq"), ages};
    s->cells =
        (struct pal_margin){8, sheet_codes(&s->file, "sex", "agegrp", 8, both),
                            populations(s, FOLDER "data/simA_pop_sex_agegrp.csv", "Freq"), both};
    s->total = populations(s, FOLDER "data/simA_pop_totals.csv", "total");
    s->psu = sheet_ids(&s->file, "stratum", "psu", &s->psus);
    const double *age = sheet_numbers(&s->file, "age");
    s->x = pal_arena_alloc(s->file.arena, 3 * s->file.rows, sizeof *s->x);
    for (size_t i = 0; i < s->file.rows; i++) {
        s->x[3 * i] = 1;
        s->x[3 * i + 1] = s->sex.cell[i] == 1;
        s->x[3 * i + 2] = age[i];
    }
}

static void close_survey(struct survey *s)
{
    sheet_close(&s->file);
    sheet_close(&s->expected);
}

static void agrees(struct survey *s, const struct pal_adjust *step, const char *design)
{
    struct pal_error err = {0};
    struct pal_adjustment *a;
    cr_assert_eq(pal_adjustment_new(step, 1, s->file.rows, s->file.arena, &a, &err), PAL_OK, "%s",
                 err.text);
    cr_assert_eq(pal_adjustment_fit(a, s->w, &err), PAL_OK, "%s", err.text);
    const double *w = pal_adjustment_weights(a);
    double sum = 0, low = w[0], high = w[0], squares = 0;
    for (size_t i = 0; i < s->file.rows; i++) {
        sum += w[i];
        squares += w[i] * w[i];
        low = fmin(low, w[i]);
        high = fmax(high, w[i]);
    }
    const struct {
        const char *statistic;
        double value;
    } seen[] = {{"calibrated_weight_sum", sum},
                {"calibrated_weight_min", low},
                {"calibrated_weight_max", high},
                {"calibrated_weight_sumsq", squares},
                {"calibrated_weight_first", w[0]}};
    for (size_t i = 0; i < PAL_COUNT(seen); i++) {
        const struct sheet_key key = {"simA_calib.csv", design, seen[i].statistic, NULL, ""};
        const double want = sheet_expected(&s->expected, &key, "estimate");
        cr_expect_float_eq(seen[i].value / want, 1, 1e-11, "%s: %s %.17g, not %.17g", design,
                           seen[i].statistic, seen[i].value, want);
    }
}

Test(design_calibrate, weights_agree_with_r)
{
    const char *path = NEED_SHARED(FOLDER "expected.csv");
    struct survey s = {0};
    (void)path;
    open_survey(&s);
    const struct pal_margin margins[] = {s.sex, s.age};
    struct pal_adjust step = {.kind = PAL_ADJUST_POSTSTRATIFY, .margins = 1, .margin = &s.cells};
    agrees(&s, &step, "poststratify=sex,agegrp");
    step.margin = &s.sex;
    agrees(&s, &step, "poststratify=sex;");
    step = (struct pal_adjust){
        .kind = PAL_ADJUST_RAKE, .margins = 2, .margin = margins, .epsilon = 1e-13};
    agrees(&s, &step, "rake=sex|agegrp");
    step = (struct pal_adjust){.kind = PAL_ADJUST_CALIBRATE,
                               .terms = 3,
                               .x = s.x,
                               .total = s.total,
                               .term = terms,
                               .low = -(double)INFINITY,
                               .high = (double)INFINITY,
                               .epsilon = 1e-12};
    agrees(&s, &step,
           "ids=psu;strata=stratum;weights=w;fpc=Npsu;nest=1;lonely=fail;domain_lonely="
           "none;calibrate=linear;terms");
    step.distance = PAL_DISTANCE_RAKING;
    agrees(&s, &step, "calibrate=raking");
    step.distance = PAL_DISTANCE_LOGIT;
    step.low = 0.5;
    step.high = 1.8;
    agrees(&s, &step, "calibrate=logit");
    step.distance = PAL_DISTANCE_LINEAR;
    step.low = -(double)INFINITY;
    step.high = (double)INFINITY;
    step.unit = s.psu;
    step.units = s.psus;
    agrees(&s, &step, "aggregate=psu");
    close_survey(&s);
}

/* ---- laws ---------------------------------------------------------------------------------- */

enum { ROWS = 40, CELLS = 3, TERMS = 3 };

struct made {
    double d[ROWS], z[ROWS], x[ROWS * TERMS], total[TERMS], population[CELLS], second[2];
    uint32_t cell[ROWS], other[ROWS], unit[ROWS];
    uint8_t respondent[ROWS];
    struct pal_margin margin, pair[2];
    pal_str name[TERMS];
};

static void make(struct made *m, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "calibrate", 0);
    *m = (struct made){.name = {PAL_STR("one"), PAL_STR("two"), PAL_STR("three")}};
    for (size_t i = 0; i < ROWS; i++) {
        m->d[i] = 1 + 9 * pal_random_unit(&random);
        m->z[i] = 5 * pal_random_normal(&random);
        m->cell[i] = (uint32_t)(i % CELLS);
        m->other[i] = (uint32_t)(i / 3 % 2);
        m->unit[i] = (uint32_t)(i / 4);
        m->respondent[i] = i < 2 * CELLS || pal_random_unit(&random) < 0.7;
        m->x[i * TERMS] = 1;
        m->x[i * TERMS + 1] = pal_random_unit(&random);
        m->x[i * TERMS + 2] = 30 + 20 * pal_random_normal(&random);
        for (size_t k = 0; k < TERMS; k++)
            m->total[k] += m->d[i] * m->x[i * TERMS + k] * (1 + 0.05 * (double)k);
        m->population[m->cell[i]] += 1.2 * m->d[i];
        m->second[m->other[i]] += (m->other[i] ? 1.3 : 1.1) * m->d[i];
    }
    const double scale =
        (m->population[0] + m->population[1] + m->population[2]) / (m->second[0] + m->second[1]);
    m->second[0] *= scale;
    m->second[1] *= scale;
    m->margin = (struct pal_margin){CELLS, m->cell, m->population, m->name};
    m->pair[0] = m->margin;
    m->pair[1] = (struct pal_margin){2, m->other, m->second, m->name};
}

static struct pal_adjust step_of(const struct made *m, size_t kind)
{
    struct pal_adjust calibrate = {.kind = PAL_ADJUST_CALIBRATE,
                                   .terms = TERMS,
                                   .x = m->x,
                                   .total = m->total,
                                   .term = m->name,
                                   .low = -(double)INFINITY,
                                   .high = (double)INFINITY,
                                   .epsilon = 1e-13};
    switch (kind) {
    case 0:
        return (struct pal_adjust){
            .kind = PAL_ADJUST_POSTSTRATIFY, .margins = 1, .margin = &m->margin};
    case 1:
        return (struct pal_adjust){.kind = PAL_ADJUST_RESPONDENTS,
                                   .margins = 1,
                                   .margin = &m->margin,
                                   .respondent = m->respondent};
    case 2:
        return (struct pal_adjust){.kind = PAL_ADJUST_RESPONDENTS, .respondent = m->respondent};
    case 3:
        return calibrate;
    default:
        calibrate.unit = m->unit;
        calibrate.units = ROWS / 4;
        return calibrate;
    }
}

static double total_of(const struct pal_adjust *steps, size_t n, const struct made *m,
                       const double *d, double *influence)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    struct pal_adjustment *a;
    double sum = 0;
    cr_assert_eq(pal_adjustment_new(steps, n, ROWS, arena, &a, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_adjustment_fit(a, d, &err), PAL_OK, "%s", err.text);
    for (size_t i = 0; i < ROWS; i++)
        sum += pal_adjustment_weights(a)[i] * m->z[i];
    if (influence)
        cr_assert_eq(pal_adjustment_linearize(a, m->z, arena, influence, &err), PAL_OK);
    pal_arena_free(arena);
    return sum;
}

/* What a row adds is its weight times the derivative of the adjusted total with respect to that
 * weight: for one step, and for two on top of each other. (With one factor a unit it holds for the
 * sum over the unit; the weights of a unit move together.) */
Test(design_calibrate, influence_is_the_derivative)
{
    static const size_t chains[][2] = {{0, 9}, {1, 9}, {2, 9}, {3, 9}, {1, 0},
                                       {1, 3}, {2, 3}, {0, 3}, {3, 0}};
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t c = 0; c < PAL_COUNT(chains); c++) {
            struct made m;
            double influence[ROWS], d[ROWS];
            make(&m, seed);
            const size_t n = chains[c][1] == 9 ? 1 : 2;
            const struct pal_adjust steps[] = {step_of(&m, chains[c][0]),
                                               step_of(&m, chains[c][n - 1])};
            total_of(steps, n, &m, m.d, influence);
            for (size_t i = 0; i < ROWS; i += 7) {
                const double h = 1e-4 * m.d[i];
                memcpy(d, m.d, sizeof d);
                d[i] = m.d[i] + h;
                const double up = total_of(steps, n, &m, d, NULL);
                d[i] = m.d[i] - h;
                const double slope = (up - total_of(steps, n, &m, d, NULL)) / (2 * h);
                cr_assert_float_eq(influence[i], m.d[i] * slope, 1e-4 * (1 + fabs(influence[i])),
                                   "seed %d, chain %zu, row %zu: %g, not %g", (int)seed, c, i,
                                   influence[i], m.d[i] * slope);
            }
        }
}

/* A total that the weights are adjusted to does not vary. */
Test(design_calibrate, known_totals_do_not_vary)
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t kind = 0; kind < 6; kind++) {
            struct made m;
            double influence[ROWS];
            make(&m, seed);
            if (kind == 1 || kind == 2)
                continue;
            const struct pal_adjust step = kind < 5 ? step_of(&m, kind)
                                                    : (struct pal_adjust){.kind = PAL_ADJUST_RAKE,
                                                                          .margins = 2,
                                                                          .margin = m.pair,
                                                                          .epsilon = 1e-13};
            for (size_t i = 0; i < ROWS && kind == 4; i++)
                m.d[i] = m.d[i / 4 * 4]; /* one factor a unit wants one weight a unit */
            for (size_t i = 0; i < ROWS; i++)
                m.z[i] = kind == 3 || kind == 4 ? m.x[i * TERMS + 2] : m.cell[i] == 1;
            const double want = kind == 3 || kind == 4 ? m.total[2] : m.population[1];
            const double sum = total_of(&step, 1, &m, m.d, influence);
            cr_assert_float_eq(sum / want, 1, 1e-10, "seed %d, kind %zu", (int)seed, kind);
            for (size_t i = 0; i < ROWS && kind < 5; i++)
                if (kind != 4)
                    cr_assert_float_eq(influence[i], 0, 1e-9 * fabs(want), "kind %zu", kind);
            for (size_t unit = 0; kind == 4 && unit < ROWS / 4; unit++)
                cr_assert_float_eq(influence[4 * unit] + influence[4 * unit + 1] +
                                       influence[4 * unit + 2] + influence[4 * unit + 3],
                                   0, 1e-9 * fabs(want));
        }
}

/* ---- refusals ------------------------------------------------------------------------------ */

static enum pal_status refusal(const struct made *m, const struct pal_adjust *step,
                               struct pal_error *err)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_adjustment *a;
    *err = (struct pal_error){0};
    enum pal_status status = pal_adjustment_new(step, 1, ROWS, arena, &a, err);
    if (status == PAL_OK)
        status = pal_adjustment_fit(a, m->d, err);
    pal_arena_free(arena);
    return status;
}

Test(design_calibrate, what_cannot_be_met_is_refused_by_name)
{
    struct made m;
    struct pal_error err;
    make(&m, 1);
    struct pal_adjust step = step_of(&m, 3);
    step.distance = PAL_DISTANCE_LOGIT;
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN, "logit without bounds");
    step.low = 0.999;
    step.high = 1.001;
    cr_expect_eq(refusal(&m, &step, &err), PAL_NOCONV);
    cr_expect(strstr(err.text, "widen --bounds"), "%s", err.text);
    step.low = 1.2;
    step.high = 3;
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN, "bounds above 1");

    step = step_of(&m, 3);
    for (size_t i = 0; i < ROWS; i++)
        m.x[i * TERMS + 1] = 1; /* the same as the first, with another total */
    cr_expect_eq(refusal(&m, &step, &err), PAL_NOCONV, "contradicting totals");
    m.total[1] = m.total[0];
    cr_expect_eq(refusal(&m, &step, &err), PAL_OK, "a term said twice: %s", err.text);

    make(&m, 2);
    step = step_of(&m, 0);
    for (size_t i = 0; i < ROWS; i++)
        m.cell[i] = m.cell[i] == 2 ? 0 : m.cell[i];
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "'three'"), "%s", err.text);
    step = (struct pal_adjust){.kind = PAL_ADJUST_RAKE, .margins = 2, .margin = m.pair};
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "'three'"), "%s", err.text);

    make(&m, 3);
    step.max_iterations = 1;
    cr_expect_eq(refusal(&m, &step, &err), PAL_NOCONV);
    m.second[0] *= 2;
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN, "margins of different totals");
    step = step_of(&m, 1);
    for (size_t i = 0; i < ROWS; i++)
        m.respondent[i] = m.cell[i] != 1;
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "'two'"), "%s", err.text);
    m.cell[5] = PAL_NO_CELL;
    step = step_of(&m, 0);
    cr_expect_eq(refusal(&m, &step, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "row 6"), "%s", err.text);
}

/* A replicate that cannot be adjusted is NaN, not a failure; the cell that it left empty only. */
Test(design_calibrate, a_replicate_that_cannot_be_adjusted_is_undefined)
{
    struct made m;
    struct pal_error err = {0};
    struct pal_arena *arena = pal_arena_new();
    struct pal_adjustment *a;
    double in[ROWS], out[ROWS];
    make(&m, 4);
    for (size_t i = 0; i < ROWS; i++)
        in[i] = m.cell[i] == 1 ? 0 : m.d[i];
    struct pal_adjust step = step_of(&m, 0);
    cr_assert_eq(pal_adjustment_new(&step, 1, ROWS, arena, &a, &err), PAL_OK);
    cr_assert_eq(pal_adjustment_fit(a, m.d, &err), PAL_OK);
    cr_assert_eq(pal_adjustment_replicate(a, in, arena, out, &err), PAL_OK);
    for (size_t i = 0; i < ROWS; i++)
        cr_expect(m.cell[i] == 1 ? out[i] == 0 : out[i] > 0);
    step = (struct pal_adjust){.kind = PAL_ADJUST_RAKE, .margins = 2, .margin = m.pair};
    cr_assert_eq(pal_adjustment_new(&step, 1, ROWS, arena, &a, &err), PAL_OK);
    cr_assert_eq(pal_adjustment_fit(a, m.d, &err), PAL_OK);
    cr_assert_eq(pal_adjustment_replicate(a, in, arena, out, &err), PAL_OK);
    for (size_t i = 0; i < ROWS; i++)
        cr_expect(isnan(out[i]));
    pal_arena_free(arena);
}

/* ---- trimming ------------------------------------------------------------------------------ */

/* What is cut goes to the weights inside, until none is outside. */
Test(design_calibrate, trimmed_weights_keep_their_sum)
{
    static const double d[] = {1, 1.5, 2, 2.5, 4, 5, 0.2, 0};
    const struct pal_adjust step = {.kind = PAL_ADJUST_TRIM, .low = 0.5, .high = 3};
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    struct pal_adjustment *a;
    cr_assert_eq(pal_adjustment_new(&step, 1, PAL_COUNT(d), arena, &a, &err), PAL_OK);
    cr_assert_eq(pal_adjustment_fit(a, d, &err), PAL_OK, "%s", err.text);
    const double *w = pal_adjustment_weights(a);
    double sum = 0;
    for (size_t i = 0; i < PAL_COUNT(d); i++) {
        sum += w[i];
        cr_expect(w[i] == 0 || (w[i] >= 0.5 && w[i] <= 3));
    }
    cr_expect_float_eq(sum, 16.2, 1e-12);
    cr_expect_eq(w[7], 0, "a row without weight gets none");
    const struct pal_adjust narrow = {.kind = PAL_ADJUST_TRIM, .low = 0.5, .high = 1};
    cr_assert_eq(pal_adjustment_new(&narrow, 1, PAL_COUNT(d), arena, &a, &err), PAL_OK);
    cr_expect_eq(pal_adjustment_fit(a, d, &err), PAL_DOMAIN);
    pal_arena_free(arena);
}
