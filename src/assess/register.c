/* register.c: counts of a register: Poisson, or with more scatter than that. */
#include "inside.h"

#include "palermo/estimate.h"

enum { MOST_YEARS = 200 };

struct world {
    double mean, theta; /* theta infinite: Poisson */
    size_t years;
};
struct sample {
    double count[MOST_YEARS], sum;
};

static enum pal_status read(const struct pal_yaml *node, const char *folder, uint64_t seed,
                            struct pal_arena *arena, void **world, double *truth,
                            struct pal_error *err)
{
    static const char *const keys[] = {"mean", "theta", "years"};
    const struct pal_yaml *population;
    struct world *w = pal_arena_alloc(arena, 1, sizeof *w);
    (void)folder;
    (void)seed;
    if (!w)
        return pal_nomem(err, "the world");
    *w = (struct world){.theta = (double)INFINITY, .years = 1};
    PAL_TRY(pal_yaml_need(node, "population", PAL_YAML_MAP, &population, err));
    PAL_TRY(
        pal_yaml_known(population, "a population of kind register", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_number(population, "mean", &w->mean, err));
    PAL_TRY(pal_yaml_number(population, "theta", &w->theta, err));
    PAL_TRY(pal_yaml_size(population, "years", &w->years, err));
    if (!(w->mean > 0) || !(w->theta > 0) || w->years < 1 || w->years > MOST_YEARS)
        return pal_yaml_fail(population, err,
                             "'mean' and 'theta' are above 0, 'years' from 1 to %d", MOST_YEARS);
    *world = w;
    *truth = w->mean;
    return PAL_OK;
}

static enum pal_status draw(const void *world, struct pal_random *random, struct pal_deadline until,
                            struct pal_arena *arena, void **sample, struct pal_error *err)
{
    const struct world *w = world;
    (void)until;
    struct sample *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < w->years; i++) {
        const double mean =
            isinf(w->theta) ? w->mean : w->mean * assess_gamma(random, w->theta) / w->theta;
        s->count[i] = (double)pal_random_poisson(random, mean);
        s->sum += s->count[i];
    }
    *sample = s;
    return PAL_OK;
}

static void write(const void *world, const void *sample, struct pal_buf *out)
{
    const struct world *w = world;
    const struct sample *s = sample;
    pal_buf_adds(out, "year,count\n");
    for (size_t i = 0; i < w->years; i++)
        pal_buf_addf(out, "%zu,%.0f\n", i + 1, s->count[i]);
}

/* The mean a year, from the sum of all years. */
static enum pal_status by_word(const char *word, const struct world *w, const struct sample *s,
                               double dispersion, const struct assess_call *call,
                               struct assess_answer *out, struct pal_error *err)
{
    const double years = (double)w->years;
    double theta = isinf(w->theta) ? 1e12 : w->theta * years; /* of the sum */
    PAL_TRY(pal_interval_count(word, s->sum, call->level, theta, dispersion, &out->low, &out->high,
                               err));
    const bool negative = strncmp(word, "nb-", 3) == 0;
    out->estimate = s->sum / years;
    out->low /= years;
    out->high /= years;
    out->std_error = sqrt(dispersion * s->sum + (negative ? s->sum * s->sum / theta : 0)) / years;
    return PAL_OK;
}

#define INTERVAL(name, word)                                                                       \
    static enum pal_status name(const void *world, const void *sample,                             \
                                const struct assess_call *call, struct assess_answer *out,         \
                                struct pal_error *err)                                             \
    {                                                                                              \
        return by_word(word, world, sample, 1, call, out, err);                                    \
    }
INTERVAL(garwood, "garwood")
INTERVAL(byar, "byar")
INTERVAL(midp, "midp")
INTERVAL(lognormal, "lognormal")
INTERVAL(wald, "wald")
INTERVAL(nb_exact, "nb-exact")
INTERVAL(nb_log, "nb-log")
INTERVAL(nb_wald, "nb-wald")

/* Dispersion from the years themselves. */
static enum pal_status quasi(const void *world, const void *sample, const struct assess_call *call,
                             struct assess_answer *out, struct pal_error *err)
{
    const struct world *w = world;
    const struct sample *s = sample;
    struct pal_dispersion dispersion;
    PAL_TRY(pal_dispersion_of(s->count, NULL, NULL, w->years, &dispersion, err));
    return by_word("quasi", w, s, dispersion.dispersion, call, out, err);
}

static const struct assess_method methods[] = {
    {"garwood", "exact Poisson limits", garwood},
    {"byar", "Byar's approximation", byar},
    {"midp", "mid-P Poisson limits", midp},
    {"lognormal", "log-normal limits", lognormal},
    {"wald", "normal limits", wald},
    {"quasi", "exact limits over the dispersion of the years", quasi},
    {"nb-exact", "exact negative-binomial limits, theta known", nb_exact},
    {"nb-log", "negative-binomial limits on the log, theta known", nb_log},
    {"nb-wald", "normal negative-binomial limits, theta known", nb_wald},
};

const struct assess_kind assess_register = {
    .name = "register",
    .target = "mean count a year",
    .methods = PAL_COUNT(methods),
    .method = methods,
    .read = read,
    .draw = draw,
    .write = write,
};
