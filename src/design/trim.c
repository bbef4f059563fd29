/* trim.c: weights outside bounds are cut to them; what was cut is spread in equal shares over the
 * rows inside, again until none is outside. */
#include "inside.h"

#include <math.h>

static enum pal_status none_inside(double low, double high, struct pal_error *err)
{
    char where[96];
    if (isinf(low))
        snprintf(where, sizeof where, "below %g", high);
    else if (isinf(high))
        snprintf(where, sizeof where, "above %g", low);
    else
        snprintf(where, sizeof where, "between %g and %g", low, high);
    return pal_fail(err, PAL_DOMAIN,
                    "no weight lies %s, so there is none to carry what is cut; widen the bounds of "
                    "--trim",
                    where);
}

static enum pal_status trim_weigh(const struct adjust_step *step, const double *in, double *out,
                                  struct adjust_work *work, struct pal_error *err)
{
    const double low = step->ask->low, high = step->ask->high;
    (void)work;
    for (size_t i = 0; i < step->rows; i++)
        out[i] = in[i];
    for (size_t round = 0; round <= step->rows; round++) {
        double cut = 0;
        size_t inside = 0, outside = 0;
        for (size_t i = 0; i < step->rows; i++) {
            const double w = out[i];
            if (w == 0)
                continue;
            if (isnan(w)) /* a replicate that an earlier step left undefined stays so */
                return PAL_OK;
            if (w < low || w > high) {
                out[i] = w < low ? low : high;
                cut += w - out[i];
                outside++;
            } else if (w > low && w < high) {
                inside++;
            }
        }
        if (!outside)
            return PAL_OK;
        if (!inside)
            return none_inside(low, high, err);
        const double share = cut / (double)inside;
        for (size_t i = 0; i < step->rows; i++)
            if (out[i] != 0 && out[i] > low && out[i] < high)
                out[i] += share;
    }
    return pal_fail(err, PAL_NOCONV,
                    "cutting the weights does not come to an end; widen the bounds of --trim");
}

/* The trimmed factor counts as fixed. */
static enum pal_status trim_linearize(const struct adjust_step *step, double *e,
                                      struct pal_arena *scratch, struct pal_error *err)
{
    (void)scratch;
    (void)err;
    for (size_t i = 0; i < step->rows; i++)
        e[i] = step->in[i] == 0 ? 0 : e[i] * (step->out[i] / step->in[i]);
    return PAL_OK;
}

const struct adjust_kind adjust_trim = {
    .name = "trimming",
    .weigh = trim_weigh,
    .linearize = trim_linearize,
};
