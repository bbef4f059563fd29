/* survey.c: a share in a population of strata and clusters, and samples drawn in two stages. */
#include "inside.h"

#include "palermo/design.h"
#include "palermo/estimate.h"

enum { MOST_STRATA = 50, MOST_CLUSTERS = 100000 };
static const double MOST_PEOPLE = 2e7;

struct stratum {
    size_t clusters, sampled; /* there are, drawn */
    double share, within;     /* of people with the trait; correlation within clusters */
    double size[2];           /* of a cluster, from and to */
    size_t first;             /* its first cluster          */
};
struct world {
    size_t strata, clusters, units; /* units: interviewed a cluster */
    struct stratum *stratum;
    uint32_t *size, *with; /* [clusters] people, people with the trait */
};
struct unit {
    uint32_t stratum, cluster;    /* from 1, in the order of drawing */
    double weight, y, population; /* population: clusters of the stratum */
};
struct sample {
    size_t n, clusters;
    struct unit *unit;
};

/* ---- the world
 * ------------------------------------------------------------------------------------ */

static enum pal_status read_stratum(const struct pal_yaml *node, struct stratum *out,
                                    struct pal_error *err)
{
    static const char *const keys[] = {"clusters", "sampled", "size", "share", "within"};
    const struct pal_yaml *size = pal_yaml_get(node, "size");
    *out = (struct stratum){.size = {20, 20}};
    PAL_TRY(pal_yaml_known(node, "a stratum", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_size(node, "clusters", &out->clusters, err));
    PAL_TRY(pal_yaml_size(node, "sampled", &out->sampled, err));
    PAL_TRY(pal_yaml_number(node, "share", &out->share, err));
    PAL_TRY(pal_yaml_number(node, "within", &out->within, err));
    bool good = true;
    if (size && size->kind == PAL_YAML_LIST)
        good = size->n == 2 && pal_num_parse(size->item[0]->text, &out->size[0]) &&
               pal_num_parse(size->item[1]->text, &out->size[1]);
    else if (size)
        good = pal_num_parse(size->text, &out->size[0]) && pal_num_parse(size->text, &out->size[1]);
    if (!good || !(out->size[0] >= 1) || out->size[1] < out->size[0] || out->size[1] > 1e6)
        return pal_yaml_fail(node, err,
                             "'size' is the people of a cluster, a number or [from, to]");
    if (out->sampled < 1 || out->clusters < out->sampled || out->clusters > MOST_CLUSTERS)
        return pal_yaml_fail(node, err,
                             "'sampled' lies between 1 and 'clusters', which is at most %d",
                             MOST_CLUSTERS);
    if (!(out->share > 0 && out->share < 1) || !(out->within >= 0 && out->within < 1))
        return pal_yaml_fail(node, err, "'share' lies between 0 and 1, 'within' from 0 to below 1");
    return PAL_OK;
}

/* People are made once: the truth is that of a finite population. */
static enum pal_status populate(struct world *w, uint64_t seed, struct pal_arena *arena,
                                double *truth, struct pal_error *err)
{
    double people = 0, with = 0;
    w->size = pal_arena_alloc(arena, w->clusters, sizeof *w->size);
    w->with = pal_arena_alloc(arena, w->clusters, sizeof *w->with);
    if (!w->size || !w->with)
        return pal_nomem(err, "the world");
    for (size_t h = 0; h < w->strata; h++) {
        const struct stratum *s = &w->stratum[h];
        struct pal_random random;
        pal_random_start(&random, seed, "assess survey population", h);
        for (size_t i = 0; i < s->clusters; i++) {
            const size_t c = s->first + i;
            const double scatter = s->within > 0 ? 1 / s->within - 1 : 0; /* a + b of the beta */
            const double p =
                s->within > 0 ? assess_beta(&random, s->share * scatter, (1 - s->share) * scatter)
                              : s->share;
            const uint64_t room = (uint64_t)(s->size[1] - s->size[0]) + 1;
            w->size[c] = (uint32_t)(s->size[0] + (double)pal_random_below(&random, room));
            w->with[c] = (uint32_t)pal_random_binomial(&random, w->size[c], p);
            people += w->size[c];
            with += w->with[c];
        }
    }
    *truth = with / people;
    return PAL_OK;
}

static enum pal_status read(const struct pal_yaml *node, const char *folder, uint64_t seed,
                            struct pal_arena *arena, void **world, double *truth,
                            struct pal_error *err)
{
    static const char *const keys[] = {"strata", "units"};
    const struct pal_yaml *population, *strata;
    struct world *w = pal_arena_alloc(arena, 1, sizeof *w);
    (void)folder;
    if (!w)
        return pal_nomem(err, "the world");
    double people = 0;
    w->units = 10;
    PAL_TRY(pal_yaml_need(node, "population", PAL_YAML_MAP, &population, err));
    PAL_TRY(pal_yaml_known(population, "a population of kind survey", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_need(population, "strata", PAL_YAML_LIST, &strata, err));
    PAL_TRY(pal_yaml_size(population, "units", &w->units, err));
    if (!strata->n || strata->n > MOST_STRATA || !w->units)
        return pal_yaml_fail(population, err,
                             "there are 1 to %d strata, and 1 unit a cluster or more", MOST_STRATA);
    w->strata = strata->n;
    w->stratum = pal_arena_alloc(arena, w->strata, sizeof *w->stratum);
    if (!w->stratum)
        return pal_nomem(err, "the world");
    for (size_t h = 0; h < w->strata; h++) {
        PAL_TRY(read_stratum(strata->item[h], &w->stratum[h], err));
        w->stratum[h].first = w->clusters;
        w->clusters += w->stratum[h].clusters;
        people += (double)w->stratum[h].clusters * w->stratum[h].size[1];
    }
    if (people > MOST_PEOPLE)
        return pal_yaml_fail(strata, err, "the strata hold up to %g people, above %g", people,
                             MOST_PEOPLE);
    *world = w;
    return populate(w, seed, arena, truth, err);
}

/* ---- samples
 * -------------------------------------------------------------------------------------------- */

/* Clusters without replacement, then people in each: how many have the trait is hypergeometric,
 * drawn one by one. */
static enum pal_status draw(const void *world, struct pal_random *random, struct pal_deadline until,
                            struct pal_arena *arena, void **sample, struct pal_error *err)
{
    const struct world *w = world;
    (void)until;
    struct sample *s = pal_arena_alloc(arena, 1, sizeof *s);
    size_t room = 0;
    for (size_t h = 0; h < w->strata; h++)
        room += w->stratum[h].sampled * w->units;
    uint32_t *order = pal_arena_alloc(arena, w->clusters, sizeof *order);
    struct unit *unit = pal_arena_alloc(arena, room, sizeof *unit);
    if (!s || !order || !unit)
        return pal_nomem(err, "a sample");
    for (size_t h = 0; h < w->strata; h++) {
        const struct stratum *of = &w->stratum[h];
        for (size_t i = 0; i < of->clusters; i++)
            order[i] = (uint32_t)(of->first + i);
        for (size_t i = 0; i < of->sampled; i++) {
            const size_t k = i + (size_t)pal_random_below(random, of->clusters - i);
            const uint32_t c = order[k];
            order[k] = order[i];
            s->clusters++;
            double left = w->size[c], with = w->with[c];
            const size_t m = w->units < w->size[c] ? w->units : w->size[c];
            for (size_t u = 0; u < m; u++, left--) {
                const bool y = pal_random_unit(random) * left < with;
                with -= y;
                unit[s->n++] = (struct unit){.stratum = (uint32_t)h + 1,
                                             .cluster = (uint32_t)s->clusters,
                                             .weight = (double)of->clusters / (double)of->sampled *
                                                       w->size[c] / (double)m,
                                             .y = y,
                                             .population = (double)of->clusters};
            }
        }
    }
    s->unit = unit;
    *sample = s;
    return PAL_OK;
}

static void write(const void *world, const void *sample, struct pal_buf *out)
{
    const struct sample *s = sample;
    (void)world;
    pal_buf_adds(out, "stratum,cluster,weight,clusters_in_stratum,y\n");
    for (size_t i = 0; i < s->n; i++) {
        pal_buf_addf(out, "%u,%u,", (unsigned)s->unit[i].stratum, (unsigned)s->unit[i].cluster);
        pal_buf_addnum(out, s->unit[i].weight);
        pal_buf_addf(out, ",%.0f,%.0f\n", s->unit[i].population, s->unit[i].y);
    }
}

/* ---- estimators
 * ------------------------------------------------------------------------------------------ */

static double weighted_mean(const struct sample *s, double *weights)
{
    double sum = 0;
    *weights = 0;
    for (size_t i = 0; i < s->n; i++) {
        sum += s->unit[i].weight * s->unit[i].y;
        *weights += s->unit[i].weight;
    }
    return sum / *weights;
}

/* The design as palermo sees it in a table; strata and fpc may be left out. */
static enum pal_status design_of(const struct sample *s, bool strata, bool fpc,
                                 struct pal_arena *arena, struct pal_design **design,
                                 uint32_t **unit, struct pal_error *err)
{
    const struct pal_design_spec spec = {
        .stages = 1, .strata = {strata}, .fpc = {fpc}, .weights = true, .lonely = PAL_LONELY_FAIL};
    uint32_t *stratum = pal_arena_alloc(arena, s->n, sizeof *stratum);
    uint32_t *cluster = pal_arena_alloc(arena, s->n, sizeof *cluster);
    double *population = pal_arena_alloc(arena, s->n, sizeof *population);
    uint64_t *line = pal_arena_alloc(arena, s->n, sizeof *line);
    *unit = pal_arena_alloc(arena, s->n, sizeof **unit);
    if (!stratum || !cluster || !population || !line || !*unit)
        return pal_nomem(err, "the design");
    for (size_t i = 0; i < s->n; i++) {
        stratum[i] = s->unit[i].stratum;
        cluster[i] = s->unit[i].cluster;
        population[i] = s->unit[i].population;
        line[i] = i + 2;
    }
    const struct pal_design_rows rows = {.rows = s->n,
                                         .stratum = {strata ? stratum : NULL},
                                         .unit = {cluster},
                                         .fpc = {fpc ? population : NULL},
                                         .line = line,
                                         .file = "sample"};
    PAL_TRY(pal_design_new(&spec, arena, design, err));
    PAL_TRY(pal_design_add(*design, &rows, *unit, err));
    return pal_design_close(*design, err);
}

static enum pal_status linearize(const struct sample *s, const uint32_t *unit, double mean,
                                 double weights, size_t units, struct pal_arena *arena,
                                 struct pal_influence *out, struct pal_error *err)
{
    uint32_t *of = pal_arena_alloc(arena, units, sizeof *of);
    double *z = pal_arena_alloc(arena, units, sizeof *z);
    if (!of || !z)
        return pal_nomem(err, "the design");
    for (size_t u = 0; u < units; u++)
        of[u] = (uint32_t)u;
    for (size_t i = 0; i < s->n; i++)
        z[unit[i]] += s->unit[i].weight * (s->unit[i].y - mean) / weights;
    *out = (struct pal_influence){.n = units, .unit = of, .z = z};
    return PAL_OK;
}

static enum pal_status taylor_with(const struct sample *s, bool strata, bool fpc,
                                   const struct assess_call *call, double *mean, double *se,
                                   double *df, struct pal_error *err)
{
    struct pal_design *design;
    struct pal_influence z;
    struct pal_design_variance variance;
    uint32_t *unit;
    double weights;
    *mean = weighted_mean(s, &weights);
    PAL_TRY(design_of(s, strata, fpc, call->arena, &design, &unit, err));
    PAL_TRY(linearize(s, unit, *mean, weights, pal_design_units(design), call->arena, &z, err));
    PAL_TRY(pal_design_covariance(design, &z, &z, call->arena, &variance, err));
    *se = sqrt(variance.value);
    *df = variance.df;
    return PAL_OK;
}

static void t_limits(double mean, double se, double df, double level, struct assess_answer *out)
{
    const double half = assess_t(level, df) * se;
    *out = (struct assess_answer){mean, se, mean - half, mean + half};
}

static enum pal_status taylor(const void *world, const void *sample, const struct assess_call *call,
                              struct assess_answer *out, struct pal_error *err)
{
    double mean, se, df;
    (void)world;
    PAL_TRY(taylor_with(sample, true, true, call, &mean, &se, &df, err));
    t_limits(mean, se, df, call->level, out);
    return PAL_OK;
}

static enum pal_status no_fpc(const void *world, const void *sample, const struct assess_call *call,
                              struct assess_answer *out, struct pal_error *err)
{
    double mean, se, df;
    (void)world;
    PAL_TRY(taylor_with(sample, true, false, call, &mean, &se, &df, err));
    t_limits(mean, se, df, call->level, out);
    return PAL_OK;
}

static enum pal_status no_strata(const void *world, const void *sample,
                                 const struct assess_call *call, struct assess_answer *out,
                                 struct pal_error *err)
{
    double mean, se, df;
    (void)world;
    PAL_TRY(taylor_with(sample, false, false, call, &mean, &se, &df, err));
    t_limits(mean, se, df, call->level, out);
    return PAL_OK;
}

static enum pal_status logit(const void *world, const void *sample, const struct assess_call *call,
                             struct assess_answer *out, struct pal_error *err)
{
    double p, se, df;
    (void)world;
    PAL_TRY(taylor_with(sample, true, true, call, &p, &se, &df, err));
    if (!(p > 0 && p < 1)) {
        *out = (struct assess_answer){p, se, (double)NAN, (double)NAN};
        return PAL_OK;
    }
    const double at = log(p / (1 - p)), half = assess_t(call->level, df) * se / (p * (1 - p));
    *out = (struct assess_answer){p, se, 1 / (1 + exp(half - at)), 1 / (1 + exp(-half - at))};
    return PAL_OK;
}

/* Delete-one-cluster jackknife, stratum by stratum; no correction for the finite population. */
static enum pal_status jackknife(const void *world, const void *sample,
                                 const struct assess_call *call, struct assess_answer *out,
                                 struct pal_error *err)
{
    const struct sample *s = sample;
    struct pal_design *design;
    struct pal_replicates replicates;
    uint32_t *unit;
    double weights;
    (void)world;
    const double mean = weighted_mean(s, &weights);
    PAL_TRY(design_of(s, true, false, call->arena, &design, &unit, err));
    PAL_TRY(pal_replicates_make(design, PAL_REP_JKN, 0, 0, 0, call->arena, &replicates, err));
    const size_t psus = pal_design_psus(design), n = replicates.n;
    uint32_t *psu = pal_arena_alloc(call->arena, psus, sizeof *psu);
    double *total = pal_arena_alloc(call->arena, 2 * psus, sizeof *total);
    double *of = pal_arena_alloc(call->arena, 2 * n, sizeof *of);
    if (!psu || !total || !of)
        return pal_nomem(err, "the jackknife");
    for (size_t p = 0; p < psus; p++)
        psu[p] = (uint32_t)p;
    for (size_t i = 0; i < s->n; i++) {
        const uint32_t p = pal_design_psu_of(design, unit[i]);
        total[2 * p] += s->unit[i].weight * s->unit[i].y;
        total[2 * p + 1] += s->unit[i].weight;
    }
    PAL_TRY(pal_replicates_totals(&replicates, psus, psu, 2, total, call->arena, of, err));
    for (size_t r = 0; r < n; r++)
        of[r] /= of[n + r];
    const double variance = pal_replicates_covariance(&replicates, of, of, mean, mean);
    t_limits(mean, sqrt(variance), pal_design_df(design), call->level, out);
    return PAL_OK;
}

/* As if people had been drawn one by one: what is done wrong most often. */
static enum pal_status srs(const void *world, const void *sample, const struct assess_call *call,
                           struct assess_answer *out, struct pal_error *err)
{
    const struct sample *s = sample;
    double sum = 0;
    (void)world;
    (void)err;
    for (size_t i = 0; i < s->n; i++)
        sum += s->unit[i].y;
    const double n = (double)s->n, p = sum / n, se = sqrt(p * (1 - p) / n);
    const double half = assess_z(call->level) * se;
    *out = (struct assess_answer){p, se, p - half, p + half};
    return PAL_OK;
}

static enum pal_status weights_only(const void *world, const void *sample,
                                    const struct assess_call *call, struct assess_answer *out,
                                    struct pal_error *err)
{
    const struct sample *s = sample;
    double weights, squares = 0;
    (void)world;
    (void)err;
    const double p = weighted_mean(s, &weights);
    for (size_t i = 0; i < s->n; i++) {
        const double z = s->unit[i].weight * (s->unit[i].y - p) / weights;
        squares += z * z;
    }
    const double se = sqrt(squares * (double)s->n / ((double)s->n - 1));
    const double half = assess_z(call->level) * se;
    *out = (struct assess_answer){p, se, p - half, p + half};
    return PAL_OK;
}

static const struct assess_method methods[] = {
    {"taylor", "strata, clusters, weights, finite population; linearized, t limits", taylor},
    {"taylor-logit", "the same, limits on the logit", logit},
    {"taylor-no-fpc", "the same as taylor, without the finite population", no_fpc},
    {"taylor-no-strata", "clusters and weights only", no_strata},
    {"jackknife", "strata, clusters, weights; a cluster left out at a time", jackknife},
    {"weights-only", "weights, clusters ignored", weights_only},
    {"srs", "everything ignored", srs},
};

const struct assess_kind assess_survey = {
    .name = "survey",
    .target = "share",
    .methods = PAL_COUNT(methods),
    .method = methods,
    .read = read,
    .draw = draw,
    .write = write,
};
