/* rake.c: weights brought to several margins in turn (iterative proportional fitting). Rows of the
 * same cell in every margin share one factor, so the work is done on the crossed cells that have
 * rows. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { RAKE_ROUNDS = 10 }; /* of the variance, as R's survey package has it */

/* ---- crossing
 * -------------------------------------------------------------------------------------- */

/* cross x margin -> new cross, numbered in order of sight */
static enum pal_status cross_one(const struct adjust_step *step, const struct pal_margin *margin,
                                 uint32_t *cross, size_t *crossed, struct pal_arena *scratch,
                                 struct pal_error *err)
{
    uint32_t *number = pal_arena_alloc(scratch, *crossed * margin->cells + 1, sizeof *number);
    uint32_t n = 0;
    if (!number)
        return pal_nomem(err, "the margins");
    for (size_t i = 0; i < step->rows; i++) {
        if (cross[i] == PAL_NO_CELL || margin->cell[i] >= margin->cells) {
            cross[i] = PAL_NO_CELL;
            continue;
        }
        uint32_t *to = &number[(size_t)cross[i] * margin->cells + margin->cell[i]];
        if (!*to)
            *to = ++n;
        cross[i] = *to - 1;
    }
    *crossed = n;
    return PAL_OK;
}

static enum pal_status rake_prepare(struct adjust_step *step, struct pal_arena *arena,
                                    struct pal_error *err)
{
    const struct pal_adjust *ask = step->ask;
    uint32_t *cross = pal_arena_alloc(arena, step->rows, sizeof *cross);
    if (!cross)
        return pal_nomem(err, "the margins");
    size_t crossed = 1;
    for (size_t m = 0; m < ask->margins; m++)
        PAL_TRY(cross_one(step, &ask->margin[m], cross, &crossed, arena, err));
    uint32_t *cell = pal_arena_alloc(arena, crossed * ask->margins + 1, sizeof *cell);
    if (!cell)
        return pal_nomem(err, "the margins");
    for (size_t i = 0; i < step->rows; i++)
        for (size_t m = 0; m < ask->margins && cross[i] != PAL_NO_CELL; m++)
            cell[cross[i] * ask->margins + m] = ask->margin[m].cell[i];
    step->cross = cross;
    step->crossed = crossed;
    step->cross_of = cell;
    double first = 0;
    for (size_t m = 0; m < ask->margins; m++) {
        double sum = 0;
        for (size_t c = 0; c < ask->margin[m].cells; c++)
            sum += ask->margin[m].population[c];
        if (m == 0)
            first = sum;
        else if (fabs(sum - first) > 1e-6 * fabs(first))
            return pal_fail(err, PAL_DOMAIN,
                            "the margins have different totals, %.10g and %.10g; scale one to the "
                            "other",
                            first, sum);
    }
    return PAL_OK;
}

/* ---- raking
 * ---------------------------------------------------------------------------------------- */

/* kept: [margins * crossed] the factor of a crossed cell just after each margin's last adjustment
 */
static size_t rake_keeps(const struct adjust_step *step)
{
    return step->ask->margins * step->crossed;
}

static enum pal_status adjust_margin(const struct adjust_step *step, size_t m, double *weight,
                                     double *sum, bool replicate, struct pal_error *err)
{
    const struct pal_margin *margin = &step->ask->margin[m];
    const size_t margins = step->ask->margins;
    memset(sum, 0, margin->cells * sizeof *sum);
    for (size_t k = 0; k < step->crossed; k++)
        sum[step->cross_of[k * margins + m]] += weight[k];
    for (size_t c = 0; c < margin->cells; c++) {
        if (!(sum[c] > 0) && margin->population[c] > 0 && !replicate)
            return pal_fail(err, PAL_DOMAIN,
                            "cell '%.*s' has a population and no row in the sample; merge it with "
                            "another",
                            PAL_ARG(margin->name[c]));
        if (!(sum[c] > 0) && margin->population[c] > 0)
            return pal_fail(err, PAL_DOMAIN, "a replicate has an empty cell");
        sum[c] = sum[c] > 0 ? margin->population[c] / sum[c] : 0;
    }
    for (size_t k = 0; k < step->crossed; k++)
        weight[k] *= sum[step->cross_of[k * margins + m]];
    return PAL_OK;
}

static enum pal_status rake_weigh(const struct adjust_step *step, const double *in, double *out,
                                  struct adjust_work *work, struct pal_error *err)
{
    const struct pal_adjust *ask = step->ask;
    const size_t n = step->crossed, limit = ask->max_iterations ? ask->max_iterations : 200;
    size_t cells = 1;
    for (size_t m = 0; m < ask->margins; m++)
        cells = ask->margin[m].cells > cells ? ask->margin[m].cells : cells;
    double *start = pal_arena_alloc(work->arena, n + 1, sizeof *start);
    double *weight = pal_arena_alloc(work->arena, n + 1, sizeof *weight);
    double *before = pal_arena_alloc(work->arena, n + 1, sizeof *before);
    double *sum = pal_arena_alloc(work->arena, cells, sizeof *sum);
    if (!start || !weight || !before || !sum)
        return pal_nomem(err, "raking");
    double whole = 0;
    for (size_t i = 0; i < step->rows; i++) {
        if (in[i] == 0)
            continue;
        if (step->cross[i] == PAL_NO_CELL)
            return pal_fail(
                err, PAL_DOMAIN,
                "row %zu is in no cell of a margin; every row that counts must be in one", i + 1);
        start[step->cross[i]] += in[i];
        whole += in[i];
    }
    memcpy(weight, start, n * sizeof *weight);
    const double epsilon = (ask->epsilon > 0 ? ask->epsilon : 1e-10) * whole;
    double change = (double)INFINITY;
    for (size_t round = 0; round < limit && !(change < epsilon); round++) {
        memcpy(before, weight, n * sizeof *before);
        for (size_t m = 0; m < ask->margins; m++) {
            PAL_TRY(adjust_margin(step, m, weight, sum, work->replicate, err));
            for (size_t k = 0; k < n; k++)
                work->kept[m * n + k] = start[k] > 0 ? weight[k] / start[k] : 0;
        }
        change = 0;
        for (size_t k = 0; k < n; k++)
            change = fmax(change, fabs(weight[k] - before[k]));
    }
    if (!(change < epsilon))
        return pal_fail(err, PAL_NOCONV,
                        "raking still moves a cell by %.3g after %zu rounds; allow more with "
                        "--max-iterations or ask for less with --epsilon",
                        change, limit);
    const double *last = &work->kept[(ask->margins - 1) * n];
    for (size_t i = 0; i < step->rows; i++)
        out[i] = in[i] == 0 ? 0 : in[i] * last[step->cross[i]];
    return PAL_OK;
}

/* u = w e; ten rounds, each margin in turn: u loses m times the unweighted mean of u/m in its cell,
 * m being the weights just after that margin's last adjustment. */
static enum pal_status rake_linearize(const struct adjust_step *step, double *e,
                                      struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_adjust *ask = step->ask;
    const size_t n = step->crossed;
    size_t cells = 1;
    for (size_t m = 0; m < ask->margins; m++)
        cells = ask->margin[m].cells > cells ? ask->margin[m].cells : cells;
    double *mean = pal_arena_alloc(scratch, cells, sizeof *mean);
    double *count = pal_arena_alloc(scratch, cells, sizeof *count);
    if (!mean || !count)
        return pal_nomem(err, "raking");
    const double *last = &step->kept[(ask->margins - 1) * n];
    for (size_t i = 0; i < step->rows; i++) /* u over the weight before the step */
        e[i] = step->in[i] == 0 ? 0 : e[i] * last[step->cross[i]];
    for (size_t round = 0; round < RAKE_ROUNDS; round++)
        for (size_t m = 0; m < ask->margins; m++) {
            const double *factor = &step->kept[m * n];
            const uint32_t *cell = ask->margin[m].cell;
            memset(mean, 0, cells * sizeof *mean);
            memset(count, 0, cells * sizeof *count);
            for (size_t i = 0; i < step->rows; i++)
                if (step->in[i] != 0 && factor[step->cross[i]] > 0) {
                    mean[cell[i]] += e[i] / factor[step->cross[i]];
                    count[cell[i]]++;
                }
            for (size_t c = 0; c < ask->margin[m].cells; c++)
                mean[c] = count[c] > 0 ? mean[c] / count[c] : 0;
            for (size_t i = 0; i < step->rows; i++)
                if (step->in[i] != 0)
                    e[i] -= factor[step->cross[i]] * mean[cell[i]];
        }
    return PAL_OK;
}

const struct adjust_kind adjust_rake = {
    .name = "raking",
    .prepare = rake_prepare,
    .keeps = rake_keeps,
    .weigh = rake_weigh,
    .linearize = rake_linearize,
};
