/* law_moments.c: laws of surveys that hold moments instead of sums by unit, on random designs of
 * one or two stages with domains, levels, lonely units, weights of zero and absent values. */
#include "law.h"
#include "palermo/estimate.h"

#include <math.h>
#include <string.h>

enum { SEEDS = 60, ROWS = 700, GROUPS = 4, LEVELS = 3, STAGES = 2, GIVEN = 5 };
enum { TOTAL, MEAN, RATIO, SHARE, COUNT, VARIANCE, PART, LEVEL, PART_RATIO, STATISTICS };
enum { ALL, SOME, BY_LEVEL, FRAMES };

struct drawn { /* a sample; the strata of the second half are others than those of the first */
    size_t rows, half;
    bool lonely;
    uint32_t stratum[STAGES][ROWS], unit[STAGES][ROWS], group[FRAMES][ROWS];
    double fpc[STAGES][ROWS], weight[ROWS], value[6][ROWS], replicate[GIVEN][ROWS];
    uint8_t absent[6][ROWS];
    uint64_t line[ROWS];
};

static const struct pal_survey_term terms[] = {
    {PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0},  {PAL_TERM_VALUE, 0},
    {PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0}, {PAL_TERM_ONE, 0},
};
static const struct pal_survey_frame frames[FRAMES] = {
    {PAL_COUNT(terms), terms}, {3, terms}, {0, NULL}};
static const size_t together[2][5] = {{MEAN, PART}, {TOTAL, RATIO, SHARE, COUNT, VARIANCE}};
static const struct pal_survey_set sets[] = {{2, together[0]}, {5, together[1]}};

static const struct pal_survey_statistic *statistics(void)
{
    static struct pal_survey_statistic s[STATISTICS];
    static const char *const words[] = {"total",    "mean", "ratio",      "proportion", "count",
                                        "variance", "mean", "proportion", "ratio"};
    static const size_t none = PAL_NO_TERM;
    const size_t y[] = {0, 0, 1, 3, none, 0, 0, 5, 1};
    const size_t x[] = {none, none, 2, none, none, 4, none, none, 2};
    for (size_t i = 0; i < STATISTICS; i++)
        s[i] = (struct pal_survey_statistic){.kind = pal_survey_kind_find(pal_str_of(words[i])),
                                             .frame = i == PART || i == PART_RATIO ? SOME : ALL,
                                             .y = y[i],
                                             .x = x[i],
                                             .levels = i == LEVEL ? BY_LEVEL : PAL_NO_FRAME,
                                             .per = i == RATIO ? 1000 : 0};
    return s;
}

static void draw_row(struct drawn *d, struct pal_random *random, double level, double offset)
{
    const size_t i = d->rows++;
    const uint64_t group = pal_random_below(random, 20);
    d->group[ALL][i] = group < 19 ? (uint32_t)group % (GROUPS - 1) : GROUPS - 1; /* one is rare */
    d->group[SOME][i] = pal_random_below(random, 2) ? d->group[ALL][i] : PAL_NO_GROUP;
    d->group[BY_LEVEL][i] =
        d->group[ALL][i] * LEVELS + (uint32_t)(pal_random_below(random, 6) * LEVELS / 6);
    d->weight[i] = pal_random_below(random, 15) ? 1 + 9 * pal_random_unit(random) : 0;
    d->value[0][i] = d->value[1][i] = offset + 2 * level + pal_random_normal(random);
    d->value[2][i] = 3 + pal_random_unit(random);
    d->value[3][i] = (double)pal_random_below(random, 2);
    d->absent[0][i] = pal_random_below(random, 8) == 0;
    d->absent[1][i] = d->absent[2][i] = d->absent[0][i] | (pal_random_below(random, 12) == 0);
    d->absent[3][i] = d->absent[5][i] = pal_random_below(random, 10) == 0;
    if (d->absent[5][i]) /* the column of levels is empty */
        d->group[BY_LEVEL][i] = PAL_NO_GROUP;
    d->line[i] = i + 2;
}

static void draw_stratum(struct drawn *d, struct pal_random *random, uint32_t h, uint32_t *unit,
                         double offset)
{
    const bool alone = d->lonely && pal_random_below(random, 3) == 0;
    const uint64_t units = alone ? 1 : 2 + pal_random_below(random, 5);
    const double population = (double)(units + 1 + pal_random_below(random, 20));
    for (uint64_t u = 0; u < units; u++) {
        const double level = pal_random_normal(random);
        const uint64_t inner = 2 + pal_random_below(random, 3);
        ++*unit;
        for (uint64_t v = 0; v < inner; v++)
            for (uint64_t k = 1 + pal_random_below(random, 5); k > 0 && d->rows < ROWS; k--) {
                const size_t i = d->rows;
                d->stratum[0][i] = h;
                d->stratum[1][i] = 1;
                d->unit[0][i] = *unit;
                d->unit[1][i] = 8 * *unit + (uint32_t)v;
                d->fpc[0][i] = population;
                d->fpc[1][i] = (double)(inner + 3);
                for (size_t r = 0; r < GIVEN; r++)
                    d->replicate[r][i] = (*unit + r) % GIVEN ? 1.25 : 0;
                draw_row(d, random, level, offset);
            }
    }
}

static void draw(struct drawn *d, uint64_t seed, bool lonely)
{
    struct pal_random random;
    uint32_t unit = 0, stratum = 0;
    pal_random_start(&random, seed, "drawn", 0);
    memset(d, 0, sizeof *d);
    d->lonely = lonely;
    const double offset = pal_random_below(&random, 2) ? 0 : 1e4;
    for (uint64_t h = 2 + pal_random_below(&random, 5); h > 0; h--)
        draw_stratum(d, &random, ++stratum, &unit, offset);
    d->half = d->rows;
    for (uint64_t h = 2 + pal_random_below(&random, 5); h > 0; h--)
        draw_stratum(d, &random, ++stratum, &unit, offset + 3);
}

static struct pal_survey_ask ask_of(uint64_t seed, enum pal_lonely lonely)
{
    static const enum pal_survey_deff deffs[] = {PAL_DEFF_NONE, PAL_DEFF_WOR, PAL_DEFF_WR};
    static const enum pal_survey_df dfs[] = {PAL_DF_DOMAIN, PAL_DF_DESIGN, PAL_DF_INF};
    static const char *const intervals[] = {"t", "beta", "wilson", "logit", "log-t"};
    const size_t stages = 1 + seed % 2;
    return (struct pal_survey_ask){
        .design = {.stages = stages,
                   .strata = {true, stages == 2},
                   .fpc = {seed % 3 > 0, stages == 2 && seed % 3 > 0},
                   .weights = true,
                   .lonely = lonely},
        .frames = FRAMES,
        .frame = frames,
        .statistics = STATISTICS,
        .statistic = statistics(),
        .deff = deffs[seed % 3],
        .df = dfs[seed / 2 % 3],
        .interval = intervals[seed % PAL_COUNT(intervals)],
    };
}

static struct pal_survey *open_of(const struct pal_survey_ask *ask, const struct drawn *d,
                                  size_t from, size_t to, struct pal_arena *arena)
{
    struct pal_survey *s;
    struct pal_error err = {0};
    const double *value[PAL_COUNT(terms)];
    const uint8_t *absent[PAL_COUNT(terms)];
    const double *replicate[GIVEN];
    HOLDS(pal_survey_new(ask, arena, &s, &err) == PAL_OK, "%s", err.text);
    struct pal_survey_rows rows = {
        .design = {.rows = to - from, .line = d->line + from, .file = "sample"},
        .weight = d->weight + from};
    for (size_t k = 0; k < ask->design.stages; k++) {
        rows.design.stratum[k] = d->stratum[k] + from;
        rows.design.unit[k] = d->unit[k] + from;
        rows.design.fpc[k] = ask->design.fpc[k] ? d->fpc[k] + from : NULL;
    }
    for (size_t r = 0; r < GIVEN; r++)
        replicate[r] = d->replicate[r] + from;
    rows.replicate = ask->method == PAL_SURVEY_GIVEN ? replicate : NULL;
    for (size_t k = 0; k < PAL_COUNT(terms); k++) {
        value[k] = d->value[k] + from;
        absent[k] = d->absent[k] + from;
    }
    HOLDS(pal_survey_rows(s, &rows, &err) == PAL_OK, "%s", err.text);
    for (size_t f = 0; f < FRAMES; f++) {
        const struct pal_survey_cells cells = {.frame = f,
                                               .group = d->group[f] + from,
                                               .groups = f == BY_LEVEL ? GROUPS * LEVELS : GROUPS,
                                               .value = value,
                                               .absent = absent};
        HOLDS(pal_survey_feed(s, &cells, &err) == PAL_OK, "%s", err.text);
    }
    return s;
}

static struct pal_survey *moments_of(const struct pal_survey_ask *ask, struct pal_survey *closed,
                                     struct pal_arena *arena)
{
    uint32_t parent[GROUPS * LEVELS];
    const uint32_t *const parents[FRAMES] = {NULL, NULL, parent};
    struct pal_survey *s;
    struct pal_error err = {0};
    for (uint32_t l = 0; l < GROUPS * LEVELS; l++)
        parent[l] = l / LEVELS;
    HOLDS(pal_survey_moments_new(ask, sets, PAL_COUNT(sets), arena, &s, &err) == PAL_OK, "%s",
          err.text);
    HOLDS(pal_survey_moments_take(s, closed, GROUPS, parents, &err) == PAL_OK, "%s", err.text);
    return s;
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool near(double a, double b, double size)
{
    return (isnan(a) && isnan(b)) || a == b || fabs(a - b) <= 1e-12 * size;
}

static bool same(const struct pal_estimate *a, const struct pal_estimate *b)
{
    const double size = fmax(fabs(a->value), fabs(b->value));
    /* what rounding leaves of an error of zero is none; limits lie as far apart as errors are large
     */
    const double error = fmax(fmax(a->std_error, b->std_error), 1e-3 * size);
    const double wide = fmax(size, fmax(fabs(a->low), fabs(a->high)));
    const double deff = a->has_deff ? fmax(fabs(a->deff), fabs(b->deff)) : 0;
    return a->status == b->status && near(a->value, b->value, size) &&
           near(a->std_error, b->std_error, error) && near(a->df, b->df, 0) &&
           near(a->df_design, b->df_design, 0) && a->n == b->n && a->missing == b->missing &&
           a->lonely == b->lonely && a->has_deff == b->has_deff &&
           (!a->has_deff || a->std_error < 1e-9 * size || near(a->deff, b->deff, 10 * deff)) &&
           near(a->low, b->low, 10 * wide) && near(a->high, b->high, 10 * wide);
}

struct pair {
    struct pal_survey_work *whole, *moments;
    struct pal_arena *arena;
    int seed;
};

static void compare_one(const struct pair *p, size_t k, size_t g, size_t level)
{
    struct pal_estimate a, b;
    struct pal_error err = {0};
    HOLDS(pal_survey_answer(p->whole, k, g, level, p->arena, &a, &err) == PAL_OK, "%s", err.text);
    HOLDS(pal_survey_answer(p->moments, k, g, level, p->arena, &b, &err) == PAL_OK, "%s", err.text);
    HOLDS(
        same(&a, &b),
        "seed %d statistic %zu group %zu level %zu: %.17g +- %.17g (%.17g, %.17g) df %g deff %.17g "
        "n %g lonely %zu, by moments %.17g +- %.17g (%.17g, %.17g) df %g deff %.17g n %g lonely "
        "%zu",
        p->seed, k, g, level, a.value, a.std_error, a.low, a.high, a.df, a.deff, (double)a.n,
        a.lonely, b.value, b.std_error, b.low, b.high, b.df, b.deff, (double)b.n, b.lonely);
}

static void compare_set(const struct pair *p, const struct pal_survey_set *set, size_t g)
{
    struct pal_survey_part part[STATISTICS];
    struct pal_design_variance a, b, c, d;
    struct pal_error err = {0};
    bool defined = true;
    double size = 0; /* terms cancel in the variance of a combination: rounding is of their size */
    for (size_t i = 0; i < set->n; i++) {
        struct pal_estimate e;
        HOLDS(pal_survey_answer(p->whole, set->statistic[i], g, 0, p->arena, &e, &err) == PAL_OK,
              "%s", err.text);
        defined = defined && !isnan(e.value);
        part[i] = (struct pal_survey_part){set->statistic[i], g, 0, 1 / (1 + fabs(e.value))};
        size += fmax(pow(e.std_error * part[i].factor, 2), 0);
    }
    const size_t n = set->n;
    HOLDS(pal_survey_covariance(p->whole, part, n, part, n, &a, &err) == PAL_OK &&
              pal_survey_covariance(p->moments, part, n, part, n, &b, &err) == PAL_OK &&
              pal_survey_covariance(p->whole, part, 1, part + 1, n - 1, &c, &err) == PAL_OK &&
              pal_survey_covariance(p->moments, part, 1, part + 1, n - 1, &d, &err) == PAL_OK,
          "%s", err.text);
    if (!defined)
        return;
    HOLDS(near(a.value, b.value, 10 * size) && near(c.value, d.value, 10 * size) &&
              a.lonely == b.lonely,
          "seed %d group %zu: variance %.17g and covariance %.17g, by moments %.17g and %.17g",
          p->seed, g, a.value, c.value, b.value, d.value);
}

static void compare(const struct pal_survey *whole, const struct pal_survey *moments,
                    struct pal_arena *arena, uint64_t seed)
{
    struct pair p = {.arena = arena, .seed = (int)seed};
    struct pal_error err = {0};
    HOLDS(pal_survey_work_new(whole, arena, &p.whole, &err) == PAL_OK &&
              pal_survey_work_new(moments, arena, &p.moments, &err) == PAL_OK,
          "%s", err.text);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t k = 0; k < STATISTICS; k++)
            for (size_t l = 0; l < (k == LEVEL ? LEVELS : 1); l++)
                compare_one(&p, k, g, k == LEVEL ? g * LEVELS + l : 0);
        for (size_t i = 0; i < PAL_COUNT(sets); i++)
            compare_set(&p, &sets[i], g);
    }
}

/* ---- the laws -------------------------------------------------------------------------------- */

static const enum pal_lonely rules[] = {PAL_LONELY_FAIL, PAL_LONELY_CERTAINTY, PAL_LONELY_REMOVE,
                                        PAL_LONELY_AVERAGE, PAL_LONELY_ADJUST};

/* Saved, loaded and answered: what the units gave. Replicates too. */
LAW(moments, answer_as_the_units_did)
{
    static struct drawn d;
    static const enum pal_replicate_kind made[] = {PAL_REP_JKN, PAL_REP_BOOTSTRAP, PAL_REP_RAO_WU};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        struct pal_survey *loaded;
        struct pal_buf bytes;
        const enum pal_lonely rule = rules[seed % PAL_COUNT(rules)];
        draw(&d, seed, rule != PAL_LONELY_FAIL);
        struct pal_survey_ask ask = ask_of(seed, rule);
        ask.design.lonely_domain = seed % 7 == 0;
        if (seed % 4 == 0 && rule != PAL_LONELY_ADJUST) {
            ask.method = PAL_SURVEY_MADE;
            ask.replicate = made[seed / 4 % PAL_COUNT(made)];
            ask.replicates = ask.replicate == PAL_REP_JKN ? 0 : 30;
            ask.seed = seed;
        } else if (seed % 4 == 1) {
            ask.method = PAL_SURVEY_GIVEN;
            ask.replicates = GIVEN;
            ask.factors = true;
            ask.scale = 0.8;
        }
        struct pal_survey *whole = open_of(&ask, &d, 0, d.rows, arena);
        HOLDS(pal_survey_close(whole, &err) == PAL_OK, "%s", err.text);
        struct pal_survey *moments = moments_of(&ask, whole, arena);
        pal_buf_init(&bytes, arena, SIZE_MAX);
        HOLDS(pal_survey_save(moments, &bytes, &err) == PAL_OK, "%s", err.text);
        HOLDS(pal_survey_moments_new(&ask, sets, PAL_COUNT(sets), arena, &loaded, &err) == PAL_OK,
              "%s", err.text);
        struct pal_unpack in = {.rest = pal_buf_str(&bytes)};
        HOLDS(pal_survey_load(loaded, &in, &err) == PAL_OK && !in.failed && !in.rest.len, "seed %d",
              (int)seed);
        compare(whole, loaded, arena, seed);
        HOLDS(pal_survey_moments_new(&ask, sets, PAL_COUNT(sets), arena, &loaded, &err) == PAL_OK,
              "%s", err.text);
        in = (struct pal_unpack){.rest = {bytes.ptr, bytes.len - 1 - seed % 9}};
        HOLDS(pal_survey_load(loaded, &in, &err) != PAL_OK || in.failed, "seed %d: cut short",
              (int)seed);
        pal_arena_free(arena);
    }
}

/* Two samples without a common stratum, each as moments, add up to the whole; a rule that looks at
 * all strata is refused where it touched one. */
LAW(moments, of_samples_drawn_apart_add_up)
{
    static struct drawn d;
    size_t refused = 0, added = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        const enum pal_lonely rule = rules[seed % PAL_COUNT(rules)];
        draw(&d, seed, rule != PAL_LONELY_FAIL && seed % 4 > 0);
        const struct pal_survey_ask ask = ask_of(seed, rule);
        struct pal_survey *whole = open_of(&ask, &d, 0, d.rows, arena);
        struct pal_survey *first = open_of(&ask, &d, 0, d.half, arena);
        struct pal_survey *second = open_of(&ask, &d, d.half, d.rows, arena);
        HOLDS(pal_survey_close(whole, &err) == PAL_OK && pal_survey_close(first, &err) == PAL_OK &&
                  pal_survey_close(second, &err) == PAL_OK,
              "%s", err.text);
        first = moments_of(&ask, first, arena);
        second = moments_of(&ask, second, arena);
        const bool looks = rule == PAL_LONELY_AVERAGE || rule == PAL_LONELY_ADJUST;
        const bool touched =
            pal_survey_moments_lonely(first) + pal_survey_moments_lonely(second) > 0;
        const enum pal_status status = pal_survey_merge(first, second, NULL, &err);
        HOLDS((status == PAL_OK) == !(looks && touched), "seed %d: %s", (int)seed, err.text);
        if (status == PAL_OK)
            compare(whole, first, arena, seed);
        added += status == PAL_OK;
        refused += status != PAL_OK;
        pal_arena_free(arena);
    }
    HOLDS(added > SEEDS && refused > SEEDS / 4, "%zu added, %zu refused", added, refused);
}

/* ---- nothing of a unit is in the bytes ---------------------------------------------------------
 */

static bool stands_in(pal_str bytes, double number)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_buf pattern;
    bool found = false;
    pal_buf_init(&pattern, arena, 64);
    pal_pack_f64(&pattern, number);
    for (size_t i = 0; i + 8 <= bytes.len && !found; i++)
        found = memcmp(bytes.ptr + i, pattern.ptr, 8) == 0;
    pal_arena_free(arena);
    return found;
}

/* Every estimate of a group has rows in three units at least: with fewer, a total is a unit's sum.
 */
static bool many_units(const struct drawn *d, size_t stage, uint32_t group)
{
    for (size_t domain = 0; domain < 3 + LEVELS; domain++) {
        uint32_t seen[3] = {0};
        size_t units = 0;
        for (size_t k = 0; k < d->rows && units < 3; k++) {
            const uint32_t unit = d->unit[stage][k];
            const bool inside =
                d->group[ALL][k] == group && d->weight[k] > 0 && !d->absent[1][k] &&
                !d->absent[3][k] && (domain != 1 || d->group[SOME][k] == group) &&
                (domain < 3 || d->group[BY_LEVEL][k] == group * LEVELS + domain - 3);
            if (inside && unit != seen[0] && unit != seen[1])
                seen[units++] = unit;
        }
        if (units < 3)
            return false;
    }
    return true;
}

/* Of each unit of each group: sums of w, w y, w x, w y^2, as they are and about the value of the
 * first row; and of each row its weight and value. `of` chooses the stage. */
static size_t look_for_units(const struct drawn *d, const struct pal_survey_ask *ask, size_t stage,
                             pal_str bytes, uint64_t seed)
{
    size_t looked = 0;
    (void)ask;
    for (size_t i = 0; i < d->rows; i++) {
        double sum[7] = {0};
        const double c = d->value[0][0];
        size_t rows = 0;
        if (!many_units(d, stage, d->group[ALL][i]))
            continue;
        for (size_t k = 0; k < d->rows; k++) {
            if (d->group[ALL][k] != d->group[ALL][i])
                continue;
            if (d->unit[stage][k] != d->unit[stage][i] || d->absent[0][k] || !(d->weight[k] > 0))
                continue;
            rows++;
            const double y = d->value[0][k], w = d->weight[k];
            sum[0] += w;
            sum[1] += w * y;
            sum[2] += w * (y - c);
            sum[3] += w * d->value[2][k];
            sum[4] += w * y * y;
            sum[5] += w * (y - c) * (y - c);
            sum[6] += w * d->value[3][k];
        }
        if (!rows)
            continue;
        for (size_t k = 0; k < 6; k++, looked++)
            HOLDS(sum[k] == 0 || !stands_in(bytes, sum[k]),
                  "seed %d: sum %zu of the unit of row %zu", (int)seed, k, i);
        HOLDS(!stands_in(bytes, d->value[0][i]) && !stands_in(bytes, d->value[2][i]) &&
                  (d->weight[i] == 0 || !stands_in(bytes, d->weight[i])),
              "seed %d: row %zu", (int)seed, i);
    }
    return looked;
}

LAW(moments, hold_no_sum_of_a_unit)
{
    static struct drawn d;
    size_t looked = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        struct pal_buf bytes, units;
        draw(&d, seed, false);
        struct pal_survey_ask ask = ask_of(seed, PAL_LONELY_FAIL);
        ask.deff = PAL_DEFF_WR;
        struct pal_survey *survey = open_of(&ask, &d, 0, d.rows, arena);
        pal_buf_init(&bytes, arena, SIZE_MAX);
        pal_buf_init(&units, arena, SIZE_MAX);
        HOLDS(pal_survey_save(survey, &units, &err) == PAL_OK &&
                  pal_survey_close(survey, &err) == PAL_OK,
              "%s", err.text);
        survey = moments_of(&ask, survey, arena);
        HOLDS(pal_survey_save(survey, &bytes, &err) == PAL_OK, "%s", err.text);
        for (size_t stage = 0; stage < ask.design.stages; stage++)
            looked += look_for_units(&d, &ask, stage, pal_buf_str(&bytes), seed);
        /* the eyes are open: a confidential state has them */
        double sum = 0;
        size_t stage = ask.design.fpc[1] ? 1 : 0;
        for (size_t k = 0; k < d.rows; k++)
            if (d.unit[stage][k] == d.unit[stage][0] && d.group[ALL][k] == d.group[ALL][0])
                sum += d.weight[k];
        HOLDS(stands_in(pal_buf_str(&units), sum), "seed %d: a confidential state without units",
              (int)seed);
        pal_arena_free(arena);
    }
    HOLDS(looked > 10000, "%zu sums", looked);
}
