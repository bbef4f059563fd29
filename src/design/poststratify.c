/* poststratify.c: weights multiplied by one factor a cell: to known populations, or to what the
 * respondents of a class and those who did not answer weigh together. */
#include "inside.h"

#include <math.h>

/* Sums of weights by cell; a row of weight 0 may be in none. */
static enum pal_status cell_sums(const struct adjust_step *step, const double *weight,
                                 const uint8_t *only, double *sum, struct pal_error *err)
{
    const struct pal_margin *margin = step->ask->margin;
    for (size_t i = 0; i < step->rows; i++) {
        const uint32_t c = margin->cell[i];
        if (weight[i] == 0 || (only && !only[i]))
            continue;
        if (c >= margin->cells)
            return pal_fail(err, PAL_DOMAIN,
                            "row %zu is in no cell; every row that counts must be in one", i + 1);
        sum[c] += weight[i];
    }
    return PAL_OK;
}

/* e' = g (e - mean of e in its cell), the mean weighted by the weights before the step. */
static void centre_in_cells(const struct adjust_step *step, const double *factor, double *mean,
                            const double *sum, const double *e)
{
    const struct pal_margin *margin = step->ask->margin;
    for (size_t i = 0; i < step->rows; i++)
        if (step->in[i] != 0 && factor[margin->cell[i]] != 0 && step->out[i] != 0)
            mean[margin->cell[i]] += step->in[i] * e[i];
    for (size_t c = 0; c < margin->cells; c++)
        mean[c] = sum[c] > 0 ? mean[c] / sum[c] : 0;
}

/* kept: [cells] sum of the weights before, [cells] factor. */
static size_t poststratify_keeps(const struct adjust_step *step)
{
    return 2 * step->ask->margin->cells;
}

static enum pal_status poststratify_weigh(const struct adjust_step *step, const double *in,
                                          double *out, struct adjust_work *work,
                                          struct pal_error *err)
{
    const struct pal_margin *margin = step->ask->margin;
    double *sum = work->kept, *factor = work->kept + margin->cells;
    PAL_TRY(cell_sums(step, in, NULL, sum, err));
    for (size_t c = 0; c < margin->cells; c++) {
        factor[c] = margin->population[c] / sum[c];
        if (sum[c] > 0 || margin->population[c] == 0)
            continue;
        if (!work->replicate)
            return pal_fail(err, PAL_DOMAIN,
                            "cell '%.*s' has a population and no row in the sample; merge it with "
                            "another",
                            PAL_ARG(margin->name[c]));
        factor[c] = (double)NAN;
    }
    for (size_t i = 0; i < step->rows; i++)
        out[i] = in[i] == 0 ? 0 : in[i] * factor[margin->cell[i]];
    return PAL_OK;
}

static enum pal_status poststratify_linearize(const struct adjust_step *step, double *e,
                                              struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_margin *margin = step->ask->margin;
    const double *sum = step->kept, *factor = step->kept + margin->cells;
    double *mean = pal_arena_alloc(scratch, margin->cells, sizeof *mean);
    if (!mean)
        return pal_nomem(err, "the adjusted weights");
    centre_in_cells(step, factor, mean, sum, e);
    for (size_t i = 0; i < step->rows; i++) {
        const uint32_t c = margin->cell[i];
        e[i] = step->in[i] == 0 ? 0 : factor[c] * (e[i] - mean[c]);
    }
    return PAL_OK;
}

const struct adjust_kind adjust_poststratify = {
    .name = "post-stratification",
    .keeps = poststratify_keeps,
    .weigh = poststratify_weigh,
    .linearize = poststratify_linearize,
};

/* ---- non-response
 * ---------------------------------------------------------------------------------- */

/* kept: [cells] sum of the respondents' weights, [cells] factor. */
static size_t respondents_keeps(const struct adjust_step *step)
{
    return step->ask->margins ? 2 * step->ask->margin->cells : 0;
}

static enum pal_status respondents_weigh(const struct adjust_step *step, const double *in,
                                         double *out, struct adjust_work *work,
                                         struct pal_error *err)
{
    const uint8_t *respondent = step->ask->respondent;
    if (!step->ask->margins) {
        for (size_t i = 0; i < step->rows; i++)
            out[i] = respondent[i] ? in[i] : 0;
        return PAL_OK;
    }
    const struct pal_margin *margin = step->ask->margin;
    double *sum = work->kept, *factor = work->kept + margin->cells;
    double *whole = pal_arena_alloc(work->arena, margin->cells, sizeof *whole);
    if (!whole)
        return pal_nomem(err, "the adjusted weights");
    PAL_TRY(cell_sums(step, in, NULL, whole, err));
    PAL_TRY(cell_sums(step, in, respondent, sum, err));
    for (size_t c = 0; c < margin->cells; c++) {
        factor[c] = whole[c] > 0 ? whole[c] / sum[c] : 1;
        if (sum[c] > 0 || !(whole[c] > 0))
            continue;
        if (!work->replicate)
            return pal_fail(err, PAL_DOMAIN,
                            "class '%.*s' has no respondent; merge it with another",
                            PAL_ARG(margin->name[c]));
        factor[c] = (double)NAN;
    }
    for (size_t i = 0; i < step->rows; i++)
        out[i] = in[i] == 0 || !respondent[i] ? 0 : in[i] * factor[margin->cell[i]];
    return PAL_OK;
}

/* Of the sum over classes of (weight of all / weight of respondents) times the respondents' total:
 * a respondent adds g (e - mean), and every row of the class, respondent or not, the mean. */
static enum pal_status respondents_linearize(const struct adjust_step *step, double *e,
                                             struct pal_arena *scratch, struct pal_error *err)
{
    const uint8_t *respondent = step->ask->respondent;
    if (!step->ask->margins) {
        for (size_t i = 0; i < step->rows; i++)
            e[i] = respondent[i] ? e[i] : 0;
        return PAL_OK;
    }
    const struct pal_margin *margin = step->ask->margin;
    const double *sum = step->kept, *factor = step->kept + margin->cells;
    double *mean = pal_arena_alloc(scratch, margin->cells, sizeof *mean);
    if (!mean)
        return pal_nomem(err, "the adjusted weights");
    centre_in_cells(step, factor, mean, sum, e);
    for (size_t i = 0; i < step->rows; i++) {
        const uint32_t c = margin->cell[i];
        if (step->in[i] == 0)
            e[i] = 0;
        else
            e[i] = mean[c] + (respondent[i] ? factor[c] * (e[i] - mean[c]) : 0);
    }
    return PAL_OK;
}

const struct adjust_kind adjust_respondents = {
    .name = "non-response",
    .keeps = respondents_keeps,
    .weigh = respondents_weigh,
    .linearize = respondents_linearize,
};
