/* scaleup.c: network scale-up, basic and generalized. */
#include "palermo/scaleup.h"

#include "inside.h"

static double weight_of(const struct pal_scaleup *data, size_t i)
{
    return data->weight ? data->weight[i] : 1;
}

double pal_scaleup_degrees(const struct pal_scaleup *data, size_t without, double *out)
{
    double size = 0;
    struct pal_sum all = {0};
    for (size_t k = 0; k < data->groups; k++)
        size += k == without ? 0 : data->size[k];
    for (size_t i = 0; i < data->n; i++) {
        double known = 0;
        for (size_t k = 0; k < data->groups; k++)
            known += k == without ? 0 : data->ties[i * data->groups + k];
        out[i] = data->population * known / size;
        pal_sum_add(&all, out[i]);
    }
    return pal_sum_value(&all) / (double)data->n;
}

double pal_scaleup_back(const struct pal_scaleup *data, size_t group, double *scratch)
{
    const double mean = pal_scaleup_degrees(data, group, scratch);
    struct pal_sum known = {0};
    for (size_t i = 0; i < data->n; i++)
        pal_sum_add(&known, data->ties[i * data->groups + group]);
    return data->population * pal_sum_value(&known) / (mean * (double)data->n);
}

static void give(double value, double std_error, double level, size_t n,
                 struct pal_scaleup_size *out)
{
    const double z = tail_normal_z(level);
    *out = (struct pal_scaleup_size){
        .value = value,
        .std_error = std_error,
        .low = value - z * std_error,
        .high = value + z * std_error,
        .n = n,
    };
}

static void ratio_of_means(const struct pal_scaleup *data, const double *degree, double level,
                           struct pal_scaleup_size *out)
{
    struct pal_sum sum = {0}, squares = {0};
    size_t n = 0;
    for (size_t i = 0; i < data->n; i++)
        if (degree[i] > 0) {
            pal_sum_add(&sum, data->hidden[i] / degree[i]);
            n++;
        }
    const double mean = pal_sum_value(&sum) / (double)n;
    for (size_t i = 0; i < data->n; i++)
        if (degree[i] > 0) {
            const double off = data->hidden[i] / degree[i] - mean;
            pal_sum_add(&squares, off * off);
        }
    const double sd = sqrt(pal_sum_value(&squares) / ((double)n - 1));
    give(data->population * mean, data->population * sd / sqrt((double)n), level, n, out);
}

static double jackknife(const struct pal_scaleup *data, const double *degree, double reports,
                        double ties)
{
    const double n = (double)data->n;
    struct pal_sum mean = {0}, squares = {0};
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < data->n; i++) {
            const double w = weight_of(data, i);
            const double left =
                data->population * (reports - w * data->hidden[i]) / (ties - w * degree[i]);
            if (pass == 0) {
                pal_sum_add(&mean, left / n);
                continue;
            }
            const double off = left - pal_sum_value(&mean);
            pal_sum_add(&squares, off * off);
        }
    return sqrt((n - 1) / n * pal_sum_value(&squares));
}

/* The mean of the linearized values is 0 up to rounding. */
static double linearized(const struct pal_scaleup *data, const double *degree, double size,
                         double ties)
{
    const double n = (double)data->n;
    struct pal_sum sum = {0}, squares = {0};
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < data->n; i++) {
            const double e =
                weight_of(data, i) * (data->hidden[i] - size / data->population * degree[i]);
            if (pass == 0) {
                pal_sum_add(&sum, e);
                continue;
            }
            const double off = e - pal_sum_value(&sum) / n;
            pal_sum_add(&squares, off * off);
        }
    return data->population / ties * sqrt(n / (n - 1) * pal_sum_value(&squares));
}

static enum pal_status check(const struct pal_scaleup *data, struct pal_error *err)
{
    for (size_t k = 0; k < data->groups; k++)
        if (!(data->size[k] > 0 && data->size[k] <= data->population))
            return pal_fail(err, PAL_DOMAIN,
                            "known group %zu has size %g: sizes lie above 0 and within the "
                            "population of %g",
                            k + 1, data->size[k], data->population);
    return data->n ? PAL_OK : pal_fail(err, PAL_DOMAIN, "there are no respondents");
}

enum pal_status pal_scaleup_estimate(const struct pal_scaleup *data, enum pal_scaleup_method method,
                                     double transmission, double level, double *scratch,
                                     struct pal_scaleup_size *out, struct pal_error *err)
{
    PAL_TRY(check(data, err));
    if (!(transmission > 0 && transmission <= 1))
        return pal_fail(err, PAL_DOMAIN, "a transmission rate of %g does not lie in (0, 1]",
                        transmission);
    if (!(pal_scaleup_degrees(data, data->groups, scratch) > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody knows a member of any known group");
    const bool weighted = method == PAL_SCALEUP_RATIO || method == PAL_SCALEUP_JACKKNIFE;
    struct pal_sum reports = {0}, ties = {0};
    for (size_t i = 0; i < data->n; i++) {
        const double w = weighted ? weight_of(data, i) : 1;
        pal_sum_add(&reports, w * data->hidden[i]);
        pal_sum_add(&ties, w * scratch[i]);
    }
    const double m = pal_sum_value(&reports), d = pal_sum_value(&ties);
    const double size = data->population * m / d;
    switch (method) {
    case PAL_SCALEUP_MLE:
        give(size, sqrt(data->population * size / d), level, data->n, out);
        break;
    case PAL_SCALEUP_PIMLE:
        ratio_of_means(data, scratch, level, out);
        break;
    case PAL_SCALEUP_RATIO:
        give(size, linearized(data, scratch, size, d), level, data->n, out);
        break;
    case PAL_SCALEUP_JACKKNIFE:
        give(size, jackknife(data, scratch, m, d), level, data->n, out);
        break;
    }
    out->value /= transmission;
    out->std_error /= transmission;
    out->low /= transmission;
    out->high /= transmission;
    return PAL_OK;
}

/* Variance of a total of n values drawn with replacement. */
static double total_variance(const double *value, const double *weight, double centre, size_t n)
{
    struct pal_sum sum = {0}, squares = {0};
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++) {
            const double y = (weight ? weight[i] : 1) * (value[i] - centre);
            if (pass == 0) {
                pal_sum_add(&sum, y);
                continue;
            }
            const double off = y - pal_sum_value(&sum) / (double)n;
            pal_sum_add(&squares, off * off);
        }
    return (double)n / ((double)n - 1) * pal_sum_value(&squares);
}

enum pal_status pal_scaleup_generalized(const struct pal_scaleup *data, const double *visible,
                                        const double *weight, size_t m, double level,
                                        double *visibility, struct pal_scaleup_size *out,
                                        struct pal_error *err)
{
    struct pal_sum reports = {0}, seen = {0}, people = {0};
    for (size_t i = 0; i < data->n; i++)
        pal_sum_add(&reports, weight_of(data, i) * data->hidden[i]);
    for (size_t i = 0; i < m; i++) {
        pal_sum_add(&seen, (weight ? weight[i] : 1) * visible[i]);
        pal_sum_add(&people, weight ? weight[i] : 1);
    }
    const double total = pal_sum_value(&reports), sum = pal_sum_value(&people);
    const double mean = pal_sum_value(&seen) / sum;
    if (!m || !(mean > 0))
        return pal_fail(err, PAL_DOMAIN,
                        "the sample of hidden people is visible to nobody: nothing to divide by");
    const double of_total = total_variance(data->hidden, data->weight, 0, data->n);
    const double of_mean = total_variance(visible, weight, mean, m) / (sum * sum);
    const double relative = of_total / (total * total) + of_mean / (mean * mean);
    *visibility = mean;
    give(total / mean, total / mean * sqrt(relative), level, data->n, out);
    return PAL_OK;
}
