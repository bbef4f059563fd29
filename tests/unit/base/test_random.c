/* Binomial numbers, against the distribution function of GSL or the
 * normal: few successes by their gaps, many by
 * rejection, of thousands of millions too. */
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>

enum { DRAWS = 40000, BINS = 12 };

/* P(X <= k). GSL gives up where both tails are long; the normal is off by 1/sd at most there. */
static double below_of(double k, double n, double p)
{
    const double sd = sqrt(n * p * (1 - p));
    return sd > 5000 ? gsl_cdf_ugaussian_P((k + 0.5 - n * p) / sd)
                     : gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n);
}

/* Chi-square of how many draws fall between the normal's twelfths, which need not be the law's. */
static double chance_of(double n, double p, uint64_t replicate)
{
    const double mean = n * p, sd = sqrt(n * p * (1 - p));
    double edge[BINS + 1], seen[BINS] = {0}, chi = 0, below = 0;
    size_t bins = 0;
    struct pal_random random;
    edge[0] = -1;
    for (size_t b = 1; b < BINS; b++)
        edge[b] = fmax(floor(mean + sd * gsl_cdf_ugaussian_Pinv((double)b / BINS)), -1);
    edge[BINS] = n;
    pal_random_start(&random, 1, "test binomial", replicate);
    for (size_t i = 0; i < DRAWS; i++) {
        const double k = (double)pal_random_binomial(&random, (uint64_t)n, p);
        cr_assert(k >= 0 && k <= n);
        size_t b = 0;
        while (k > edge[b + 1])
            b++;
        seen[b]++;
    }
    double rest = 0, rest_seen = 0;
    for (size_t b = 0; b < BINS; b++) {
        const double to = edge[b + 1] < 0 ? 0 : below_of(edge[b + 1], n, p);
        const double wanted = DRAWS * (to - below);
        below = to;
        if (wanted < 10) {
            rest += wanted;
            rest_seen += seen[b];
            continue;
        }
        chi += (seen[b] - wanted) * (seen[b] - wanted) / wanted;
        bins++;
    }
    if (rest >= 10) {
        chi += (rest_seen - rest) * (rest_seen - rest) / rest;
        bins++;
    }
    return gsl_cdf_chisq_Q(chi, (double)bins - 1);
}

Test(base_random, binomial_numbers_have_their_chances)
{
    static const struct {
        double n, p;
    } laws[] = {{20, 0.1},  {40, 0.7},  {100, 0.0999}, {100, 0.1001}, {1000, 0.5},
                {1e6, 0.3}, {1e9, 0.5}, {1e9, 1e-8},   {4e9, 0.875},  {2e9, 1 - 1e-7}};
    for (size_t l = 0; l < PAL_COUNT(laws); l++) {
        const double chance = chance_of(laws[l].n, laws[l].p, l);
        cr_expect(chance > 1e-4, "n %g, p %g: %g", laws[l].n, laws[l].p, chance);
    }
}

Test(base_random, binomial_numbers_at_the_edges)
{
    struct pal_random random;
    pal_random_start(&random, 1, "test binomial edge", 0);
    cr_expect(pal_random_binomial(&random, 0, 0.5) == 0);
    cr_expect(pal_random_binomial(&random, 7, 0) == 0);
    cr_expect(pal_random_binomial(&random, 7, 1) == 7);
    cr_expect(pal_random_binomial(&random, 7, (double)NAN) == 0);
    const double most = 9007199254740992.0, k = pal_random_binomial_of(&random, most, 0.5);
    cr_expect(fabs(k - most / 2) < 10 * sqrt(most) / 2, "%.0f of 2^53", k);
}
