/* draws.c: random numbers by the million. */
#include "draws.h"

/* ---- normal -------------------------------------------------------------------------------------
 */

static const double TAIL = 3.6541528853610088; /* where the tail begins, for 256 layers */
static const double AREA = 0.00492867323399;   /* of a layer                            */

void draws_normal_init(struct draws_normal *t)
{
    double f = exp(-0.5 * TAIL * TAIL);
    t->x[0] = AREA / f;
    t->x[1] = TAIL;
    for (size_t i = 2; i < DRAWS_LAYERS; i++) {
        t->x[i] = sqrt(-2 * log(AREA / t->x[i - 1] + f));
        f = exp(-0.5 * t->x[i] * t->x[i]);
    }
    t->x[DRAWS_LAYERS] = 0;
    for (size_t i = 0; i < DRAWS_LAYERS; i++)
        t->ratio[i] = t->x[i + 1] / t->x[i];
}

static double tail(struct pal_random *random)
{
    for (;;) {
        const double x = log(1 - pal_random_unit(random)) / TAIL;
        const double y = log(1 - pal_random_unit(random));
        if (-2 * y >= x * x)
            return TAIL - x;
    }
}

double draws_normal(const struct draws_normal *t, struct pal_random *random)
{
    for (;;) {
        const uint64_t bits =
            pal_random_next(random); /* 53 for the value, 8 others for the layer */
        const double u = 2 * ((double)(bits >> 11) * 0x1.0p-53) - 1;
        const size_t i = bits & (DRAWS_LAYERS - 1);
        const double x = u * t->x[i];
        if (fabs(u) < t->ratio[i])
            return x;
        if (i == 0)
            return u < 0 ? -tail(random) : tail(random);
        const double above = exp(-0.5 * (t->x[i] * t->x[i] - x * x));
        const double below = exp(-0.5 * (t->x[i + 1] * t->x[i + 1] - x * x));
        if (below + pal_random_unit(random) * (above - below) < 1)
            return x;
    }
}

/* ---- gamma
 * ---------------------------------------------------------------------------------------- */

double draws_gamma(const struct draws_normal *t, struct pal_random *random, double shape)
{
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = draws_normal(t, random), root = 1 + c * x;
        if (root <= 0)
            continue;
        const double v = root * root * root, u = pal_random_unit(random), xx = x * x;
        if (u < 1 - 0.0331 * xx * xx || log(u) < 0.5 * xx + d * (1 - v + log(v)))
            return d * v;
    }
}

double draws_log_gamma(const struct draws_normal *t, struct pal_random *random, double shape)
{
    if (shape >= 1)
        return log(draws_gamma(t, random, shape));
    /* G(a) = G(a + 1) U^(1/a) */
    return log(draws_gamma(t, random, shape + 1)) + log(1 - pal_random_unit(random)) / shape;
}

/* ---- binomial
 * --------------------------------------------------------------------------------------- */

static double by_inversion(struct pal_random *random, double n, double p)
{
    const double odds = p / (1 - p), above = (n + 1) * odds;
    for (;;) {
        double chance = exp(n * log1p(-p)), u = pal_random_unit(random);
        for (double k = 0; k <= n; k++) {
            if (u < chance)
                return k;
            u -= chance;
            chance *= above / (k + 1) - odds;
            if (k > 200) /* far beyond a mean of 10: what is left are rounding errors */
                break;
        }
    }
}

double draws_binomial(struct pal_random *random, double n, double p)
{
    if (!(n > 0) || !(p > 0))
        return 0;
    if (p >= 1)
        return n;
    const double less = p <= 0.5 ? p : 1 - p;
    if (n * less >= 10)
        return pal_random_binomial_of(random, n, p);
    const double k = by_inversion(random, n, less);
    return p <= 0.5 ? k : n - k;
}
