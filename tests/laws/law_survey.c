/* law_survey.c: laws of estimates from samples, on random designs with domains, weights of zero and
 * absent values. */
#include "estimate/survey.h"
#include "law.h"
#include "surveyed.h"

#include <math.h>
#include <string.h>

enum { SEEDS = 40 };

static bool near(double a, double b, double relative)
{
    return (isnan(a) && isnan(b)) || a == b ||
           fabs(a - b) <= relative * (fabs(a) > fabs(b) ? fabs(a) : fabs(b));
}

/* ---- a second way to the same numbers: row by row, as the formulas stand --------------------- */

static bool counts(const struct surveyed *s, size_t statistic, size_t i, size_t group)
{
    const uint8_t *absent[] = {s->y_absent,    s->y_absent, s->either,
                               s->flag_absent, NULL,        s->y_absent};
    return s->group[i] == group && s->weight[i] > 0 && !(absent[statistic] && absent[statistic][i]);
}

/* Value of a statistic, and z of every row, means taken twice so that large values lose nothing. */
static double by_rows(const struct surveyed *s, size_t statistic, size_t group, double *z)
{
    const double *y = statistic == SURVEYED_SHARE ? s->flag : s->y;
    double w = 0, first = 0, mean = 0, x = 0, total = 0, n = 0;
    memset(z, 0, s->rows * sizeof *z);
    for (size_t i = 0; i < s->rows; i++)
        if (counts(s, statistic, i, group)) {
            first = n > 0 ? first : y[i];
            n++;
            w += s->weight[i];
            x += s->weight[i] * s->x[i];
            total += s->weight[i] * y[i];
        }
    for (size_t i = 0; i < s->rows; i++)
        if (counts(s, statistic, i, group))
            mean += s->weight[i] * (y[i] - first) / w;
    mean += first;
    double value = statistic == SURVEYED_TOTAL   ? total
                   : statistic == SURVEYED_COUNT ? w
                   : statistic == SURVEYED_RATIO ? total / x
                                                 : mean;
    if (statistic == SURVEYED_VARIANCE) {
        value = 0;
        for (size_t i = 0; i < s->rows; i++)
            if (counts(s, statistic, i, group))
                value += n / (n - 1) * s->weight[i] * (y[i] - mean) * (y[i] - mean) / w;
    }
    for (size_t i = 0; i < s->rows; i++) {
        if (!counts(s, statistic, i, group))
            continue;
        const double d = y[i] - mean;
        z[i] = s->weight[i] * (statistic == SURVEYED_TOTAL      ? y[i]
                               : statistic == SURVEYED_COUNT    ? 1
                               : statistic == SURVEYED_RATIO    ? (y[i] - value * s->x[i]) / x
                               : statistic == SURVEYED_VARIANCE ? (n / (n - 1) * d * d - value) / w
                                                                : d / w);
    }
    bool rows = false; /* a sum over no rows at all is 0 */
    for (size_t i = 0; i < s->rows; i++)
        rows = rows || s->group[i] == group;
    const bool adds = statistic == SURVEYED_TOTAL || statistic == SURVEYED_COUNT;
    return n > 0 ? value : adds && !rows ? 0 : (double)NAN;
}

static double variance_by_rows(const struct surveyed *s, const double *z)
{
    double variance = 0;
    for (uint32_t h = 1; h <= s->strata; h++) {
        double sum[SURVEYED_ROWS + 1] = {0}, mean = 0, squares = 0, population = 0;
        bool there[SURVEYED_ROWS + 1] = {false};
        double n = 0;
        for (size_t i = 0; i < s->rows; i++)
            if (s->stratum[i] == h) {
                n += !there[s->unit[i]];
                there[s->unit[i]] = true;
                sum[s->unit[i]] += z[i];
                population = s->fpc[i];
            }
        for (size_t u = 0; u <= SURVEYED_ROWS; u++)
            mean += there[u] ? sum[u] / n : 0;
        for (size_t u = 0; u <= SURVEYED_ROWS; u++)
            squares += there[u] ? (sum[u] - mean) * (sum[u] - mean) : 0;
        const double f = s->finite ? n / population : 0;
        variance += n > 1 ? (1 - f) * n / (n - 1) * squares : 0;
    }
    return variance;
}

LAW(survey, sums_by_unit_give_what_rows_give)
{
    static double z[SURVEYED_ROWS];
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        const struct pal_survey_ask ask = surveyed_ask(&s);
        const struct pal_survey *survey = surveyed_closed(&ask, &s, arena);
        for (size_t k = 0; k < SURVEYED_STATISTICS; k++)
            for (size_t g = 0; g < SURVEYED_GROUPS; g++) {
                const struct pal_estimate e = surveyed_answer(survey, k, g, arena);
                const double value = by_rows(&s, k, g, z), se = sqrt(variance_by_rows(&s, z));
                HOLDS(near(e.value, value, 1e-9), "seed %d statistic %zu: %.17g, by rows %.17g",
                      (int)seed, k, e.value, value);
                HOLDS(isnan(value) || near(e.std_error, se, 1e-7) ||
                          fabs(e.std_error - se) < 1e-12 * fabs(value),
                      "seed %d statistic %zu: error %.17g, by rows %.17g", (int)seed, k,
                      e.std_error, se);
            }
        pal_arena_free(arena);
    }
}

/* ---- pieces, order, scale
 * ------------------------------------------------------------------------ */

LAW(survey, pieces_merged_are_the_whole)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        surveyed_fill(&s, seed);
        struct pal_survey_ask ask = surveyed_ask(&s);
        ask.deff = PAL_DEFF_WR;
        const struct pal_survey *whole = surveyed_closed(&ask, &s, arena);
        const size_t cut = s.rows / 3, cut2 = 2 * s.rows / 3;
        struct pal_survey *pieces = surveyed_new(&ask, arena);
        struct pal_survey *second = surveyed_new(&ask, arena), *third = surveyed_new(&ask, arena);
        surveyed_feed(pieces, &ask, &s, 0, cut);
        surveyed_feed(second, &ask, &s, cut, cut2);
        surveyed_feed(third, &ask, &s, cut2, s.rows);
        HOLDS(pal_survey_merge(pieces, second, NULL, &err) == PAL_OK &&
                  pal_survey_merge(pieces, third, NULL, &err) == PAL_OK &&
                  pal_survey_close(pieces, &err) == PAL_OK,
              "%s", err.text);
        for (size_t k = 0; k < SURVEYED_STATISTICS; k++)
            for (size_t g = 0; g < SURVEYED_GROUPS; g++) {
                const struct pal_estimate a = surveyed_answer(whole, k, g, arena);
                const struct pal_estimate b = surveyed_answer(pieces, k, g, arena);
                HOLDS(near(a.value, b.value, 1e-12) && a.n == b.n && near(a.df, b.df, 0),
                      "seed %d statistic %zu: %.17g, in pieces %.17g", (int)seed, k, a.value,
                      b.value);
                HOLDS(near(a.std_error, b.std_error, 1e-7) ||
                          fabs(a.std_error - b.std_error) < 1e-12 * fabs(a.value),
                      "seed %d statistic %zu: error %.17g, in pieces %.17g", (int)seed, k,
                      a.std_error, b.std_error);
            }
        pal_arena_free(arena);
    }
}

LAW(survey, scale_of_weights_leaves_means_alone)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        const struct pal_survey_ask ask = surveyed_ask(&s);
        const struct pal_survey *before = surveyed_closed(&ask, &s, arena);
        for (size_t i = 0; i < s.rows; i++)
            s.weight[i] *= 3.75;
        const struct pal_survey *after = surveyed_closed(&ask, &s, arena);
        for (size_t k = 0; k < SURVEYED_STATISTICS; k++) {
            const double scale = k == SURVEYED_TOTAL || k == SURVEYED_COUNT ? 3.75 : 1;
            const struct pal_estimate a = surveyed_answer(before, k, 1, arena);
            const struct pal_estimate b = surveyed_answer(after, k, 1, arena);
            HOLDS(near(scale * a.value, b.value, 1e-12), "seed %d statistic %zu", (int)seed, k);
            HOLDS(near(scale * a.std_error, b.std_error, 1e-8) ||
                      fabs(scale * a.std_error - b.std_error) < 1e-12 * fabs(b.value),
                  "seed %d statistic %zu: %.17g %.17g", (int)seed, k, a.std_error, b.std_error);
        }
        pal_arena_free(arena);
    }
}

/* A constant added to every value moves the mean by it and leaves its error as it was. */
LAW(survey, a_shift_leaves_the_error_of_a_mean_alone)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        const struct pal_survey_ask ask = surveyed_ask(&s);
        const struct pal_survey *before = surveyed_closed(&ask, &s, arena);
        for (size_t i = 0; i < s.rows; i++)
            s.y[i] += 4194304; /* a power of two: nothing is rounded that was not */
        const struct pal_survey *after = surveyed_closed(&ask, &s, arena);
        const struct pal_estimate a = surveyed_answer(before, SURVEYED_MEAN, 0, arena);
        const struct pal_estimate b = surveyed_answer(after, SURVEYED_MEAN, 0, arena);
        HOLDS(near(a.std_error, b.std_error, 1e-7), "seed %d: %.17g, shifted %.17g", (int)seed,
              a.std_error, b.std_error);
        pal_arena_free(arena);
    }
}

/* ---- replicates
 * --------------------------------------------------------------------------------------- */

LAW(survey, jackknife_and_linearization_agree_on_totals)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        struct pal_survey_ask ask = surveyed_ask(&s);
        const struct pal_survey *taylor = surveyed_closed(&ask, &s, arena);
        ask.method = PAL_SURVEY_MADE;
        ask.replicate = PAL_REP_JKN;
        ask.mse = true;
        const struct pal_survey *jackknife = surveyed_closed(&ask, &s, arena);
        for (size_t g = 0; g < SURVEYED_GROUPS; g++) {
            const struct pal_estimate a = surveyed_answer(taylor, SURVEYED_TOTAL, g, arena);
            const struct pal_estimate b = surveyed_answer(jackknife, SURVEYED_TOTAL, g, arena);
            HOLDS(near(a.value, b.value, 1e-12) && near(a.std_error, b.std_error, 1e-8),
                  "seed %d: %.17g, jackknife %.17g", (int)seed, a.std_error, b.std_error);
        }
        pal_arena_free(arena);
    }
}

/* Given factors: the variance of each statistic from its value under each set of weights. */
LAW(survey, given_replicates_are_what_their_weights_give)
{
    static struct surveyed s, under;
    static double z[SURVEYED_ROWS];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        struct pal_survey_ask ask = surveyed_ask(&s);
        ask.method = PAL_SURVEY_GIVEN;
        ask.replicates = SURVEYED_REPLICATES;
        ask.factors = true;
        ask.scale = 0.25;
        const struct pal_survey *survey = surveyed_closed(&ask, &s, arena);
        for (size_t k = 0; k < SURVEYED_VARIANCE; k++) {
            double theta[SURVEYED_REPLICATES], mean = 0, squares = 0, used = 0;
            for (size_t r = 0; r < SURVEYED_REPLICATES; r++) {
                under = s;
                for (size_t i = 0; i < s.rows; i++)
                    under.weight[i] *= s.replicate[r][i];
                theta[r] = by_rows(&under, k, 2, z);
                if (k == SURVEYED_TOTAL || k == SURVEYED_COUNT)
                    theta[r] = isnan(theta[r]) ? 0 : theta[r];
                used += !isnan(theta[r]);
                mean += isnan(theta[r]) ? 0 : theta[r];
            }
            for (size_t r = 0; r < SURVEYED_REPLICATES; r++)
                squares += isnan(theta[r]) ? 0 : pow(theta[r] - mean / used, 2);
            const struct pal_estimate e = surveyed_answer(survey, k, 2, arena);
            const double se = sqrt(0.25 * squares);
            HOLDS(isnan(e.value) || near(e.std_error, se, 1e-7) ||
                      fabs(e.std_error - se) < 1e-11 * fabs(e.value),
                  "seed %d statistic %zu: %.17g, by weights %.17g", (int)seed, k, e.std_error, se);
        }
        pal_arena_free(arena);
    }
}

/* What is left out where totals alone are asked, and once, does not show: values held against 0 (x
 * is brought near it; y is in half of the samples) and others. */
LAW(survey, totals_need_no_weights_of_replicates)
{
    static struct surveyed s;
    size_t lean = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        surveyed_fill(&s, seed);
        for (size_t i = 0; i < s.rows; i++)
            s.x[i] -= 3;
        struct pal_survey_ask ask = surveyed_ask(&s);
        ask.method = PAL_SURVEY_GIVEN;
        ask.replicates = SURVEYED_REPLICATES;
        ask.factors = true;
        ask.scale = 0.25;
        const struct pal_survey *whole = surveyed_closed(&ask, &s, arena);
        ask.once = true;
        HOLDS(!surveyed_closed(&ask, &s, arena)->given[0].lean, "a mean needs weights");
        ask.statistics = SURVEYED_TOTAL + 1;
        const struct pal_survey *once = surveyed_closed(&ask, &s, arena);
        lean += once->given[0].lean;
        for (size_t group = 0; group < SURVEYED_GROUPS; group++) {
            const struct pal_estimate a = surveyed_answer(whole, SURVEYED_TOTAL, group, arena),
                                      b = surveyed_answer(once, SURVEYED_TOTAL, group, arena);
            HOLDS(near(a.value, b.value, 0) && near(a.std_error, b.std_error, 0),
                  "seed %d: %.17g +- %.17g, once %.17g +- %.17g", (int)seed, a.value, a.std_error,
                  b.value, b.std_error);
        }
        pal_arena_free(arena);
    }
    HOLDS(lean > 0 && lean < SEEDS, "%zu of %d samples", lean, SEEDS);
}

/* ---- covariances
 * --------------------------------------------------------------------------------------- */

LAW(survey, variance_of_a_sum_is_the_sum_of_covariances)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        struct pal_survey_work *work;
        struct pal_design_variance aa, bb, ab, sum;
        surveyed_fill(&s, seed);
        const struct pal_survey_ask ask = surveyed_ask(&s);
        const struct pal_survey *survey = surveyed_closed(&ask, &s, arena);
        const struct pal_survey_part part[] = {{SURVEYED_TOTAL, 0, 0, 1},
                                               {SURVEYED_TOTAL, 1, 0, 1}};
        HOLDS(pal_survey_work_new(survey, arena, &work, &err) == PAL_OK, "%s", err.text);
        HOLDS(pal_survey_covariance(work, &part[0], 1, &part[0], 1, &aa, &err) == PAL_OK &&
                  pal_survey_covariance(work, &part[1], 1, &part[1], 1, &bb, &err) == PAL_OK &&
                  pal_survey_covariance(work, &part[0], 1, &part[1], 1, &ab, &err) == PAL_OK &&
                  pal_survey_covariance(work, part, 2, part, 2, &sum, &err) == PAL_OK,
              "%s", err.text);
        HOLDS(fabs(aa.value + bb.value + 2 * ab.value - sum.value) <=
                  1e-9 * (aa.value + bb.value + fabs(ab.value)),
              "seed %d: %.17g + %.17g + 2 %.17g, and %.17g", (int)seed, aa.value, bb.value,
              ab.value, sum.value);
        const struct pal_estimate e = surveyed_answer(survey, SURVEYED_TOTAL, 0, arena);
        HOLDS(near(e.std_error * e.std_error, aa.value, 1e-9), "seed %d", (int)seed);
        pal_arena_free(arena);
    }
}

/* ---- the same rows again ---------------------------------------------------------------------
 * Sums are listed at first and lie in the cells later: that changes nothing but the memory. */

enum { AGAIN = 48 };

static struct pal_survey *fed_again(const struct pal_survey_ask *ask, const struct surveyed *s,
                                    size_t times, struct pal_arena *arena)
{
    struct pal_survey *survey = surveyed_new(ask, arena);
    for (size_t i = 0; i < times; i++)
        surveyed_feed(survey, ask, s, 0, s->rows);
    return survey;
}

LAW(survey, rows_that_come_again_scale_sums_and_leave_means)
{
    static struct surveyed s;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        surveyed_fill(&s, seed);
        const struct pal_survey_ask ask = surveyed_ask(&s);
        struct pal_survey *once = fed_again(&ask, &s, 1, arena);
        struct pal_survey *many = fed_again(&ask, &s, AGAIN, arena);
        struct pal_survey *merged = fed_again(&ask, &s, 1, arena);
        struct pal_survey *rest = fed_again(&ask, &s, AGAIN - 1, arena);
        HOLDS(pal_survey_merge(merged, rest, NULL, &err) == PAL_OK &&
                  pal_survey_close(once, &err) == PAL_OK &&
                  pal_survey_close(many, &err) == PAL_OK &&
                  pal_survey_close(merged, &err) == PAL_OK,
              "%s", err.text);
        for (size_t k = 0; k < SURVEYED_STATISTICS; k++)
            for (size_t g = 0; g < SURVEYED_GROUPS; g++) {
                if (k == SURVEYED_VARIANCE) /* it knows how many rows there are */
                    continue;
                const double scale = k == SURVEYED_TOTAL || k == SURVEYED_COUNT ? AGAIN : 1;
                const struct pal_estimate a = surveyed_answer(once, k, g, arena);
                const struct pal_estimate b = surveyed_answer(many, k, g, arena);
                const struct pal_estimate c = surveyed_answer(merged, k, g, arena);
                HOLDS(near(a.value * scale, b.value, 1e-12) && near(b.value, c.value, 1e-12),
                      "seed %d statistic %zu: %.17g once, %.17g again, %.17g merged", (int)seed, k,
                      a.value, b.value, c.value);
                const double tiny = 1e-12 * fabs(b.value);
                HOLDS(isnan(a.value) || ((near(a.std_error * scale, b.std_error, 1e-7) ||
                                          fabs(a.std_error * scale - b.std_error) < tiny) &&
                                         (near(b.std_error, c.std_error, 1e-7) ||
                                          fabs(b.std_error - c.std_error) < tiny)),
                      "seed %d statistic %zu: error %.17g once, %.17g again, %.17g merged",
                      (int)seed, k, a.std_error, b.std_error, c.std_error);
                HOLDS(b.n == AGAIN * a.n && c.n == b.n && (a.df == b.df || isnan(a.df)),
                      "seed %d statistic %zu", (int)seed, k);
            }
        pal_arena_free(arena);
    }
}

/* ---- saved sums
 * ------------------------------------------------------------------------------------------ */

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* A saved survey answers to the last bit as the one it was made of, merged or not. */
LAW(survey, saved_and_loaded_is_the_same)
{
    static struct surveyed s;
    static const enum pal_survey_method methods[] = {PAL_SURVEY_TAYLOR, PAL_SURVEY_GIVEN};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        surveyed_fill(&s, seed);
        struct pal_survey_ask ask = surveyed_ask(&s);
        ask.method = methods[seed % 2];
        ask.replicates = ask.method == PAL_SURVEY_GIVEN ? SURVEYED_REPLICATES : 0;
        struct pal_survey *first = surveyed_new(&ask, arena), *second = surveyed_new(&ask, arena);
        struct pal_survey *copy = surveyed_new(&ask, arena), *rest = surveyed_new(&ask, arena);
        surveyed_feed(first, &ask, &s, 0, s.rows / 2);
        surveyed_feed(second, &ask, &s, s.rows / 2, s.rows);
        struct pal_buf bytes, more;
        pal_buf_init(&bytes, arena, SIZE_MAX);
        pal_buf_init(&more, arena, SIZE_MAX);
        struct pal_unpack in, cut;
        HOLDS(pal_survey_save(first, &bytes, &err) == PAL_OK &&
                  pal_survey_save(second, &more, &err) == PAL_OK,
              "%s", err.text);
        in = (struct pal_unpack){.rest = pal_buf_str(&bytes)};
        HOLDS(pal_survey_load(copy, &in, &err) == PAL_OK && !in.failed && !in.rest.len, "seed %d",
              (int)seed);
        in = (struct pal_unpack){.rest = pal_buf_str(&more)};
        HOLDS(pal_survey_load(rest, &in, &err) == PAL_OK && !in.failed && !in.rest.len, "seed %d",
              (int)seed);
        struct pal_survey *broken = surveyed_new(&ask, arena);
        cut = (struct pal_unpack){.rest = {bytes.ptr, bytes.len - 1 - seed % 7}};
        HOLDS(pal_survey_load(broken, &cut, &err) != PAL_OK || cut.failed, "seed %d: cut short",
              (int)seed);
        HOLDS(pal_survey_merge(first, second, NULL, &err) == PAL_OK &&
                  pal_survey_merge(copy, rest, NULL, &err) == PAL_OK &&
                  pal_survey_close(first, &err) == PAL_OK && pal_survey_close(copy, &err) == PAL_OK,
              "%s", err.text);
        for (size_t k = 0; k < SURVEYED_STATISTICS; k++) {
            const struct pal_estimate a = surveyed_answer(first, k, 0, arena);
            const struct pal_estimate b = surveyed_answer(copy, k, 0, arena);
            HOLDS(same_bits(a.value, b.value) && same_bits(a.std_error, b.std_error) &&
                      same_bits(a.df, b.df) && same_bits(a.df_design, b.df_design) && a.n == b.n,
                  "seed %d statistic %zu: %.17g +- %.17g, loaded %.17g +- %.17g", (int)seed, k,
                  a.value, a.std_error, b.value, b.std_error);
        }
        pal_arena_free(arena);
    }
}
