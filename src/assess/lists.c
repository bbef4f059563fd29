/* lists.c: people on overlapping lists: dependence between lists, people of unequal catchability,
 * records that are linked wrongly. */
#include "inside.h"

#include "palermo/systems_bayes.h"

#include <stdlib.h>

enum { MOST_CLASSES = 16 };

struct world {
    struct pal_lists *lists; /* names and shape; its counts are those of the table it is like */
    double size;
    double *chance;       /* [cells] of each history, that of nobody's list too */
    double missed, wrong; /* links */
    pal_str pairs;        /* the model it follows: what `true-pairs` is told */
};

/* ---- worlds
 * --------------------------------------------------------------------------------------- */

struct class
{
    double share, odds;
};

static enum pal_status read_classes(const struct pal_yaml *population, struct class *out, size_t *n,
                                    struct pal_error *err)
{
    static const char *const keys[] = {"share", "odds"};
    const struct pal_yaml *classes = pal_yaml_get(population, "classes");
    double sum = 0;
    *n = 1;
    out[0] = (struct class){1, 1};
    if (!classes)
        return PAL_OK;
    if (classes->kind != PAL_YAML_LIST || !classes->n || classes->n > MOST_CLASSES)
        return pal_yaml_fail(classes, err, "'classes' lists 1 to %d classes", MOST_CLASSES);
    *n = classes->n;
    for (size_t i = 0; i < *n; i++) {
        out[i] = (struct class){0, 1};
        PAL_TRY(pal_yaml_known(classes->item[i], "a class", keys, PAL_COUNT(keys), err));
        PAL_TRY(pal_yaml_number(classes->item[i], "share", &out[i].share, err));
        PAL_TRY(pal_yaml_number(classes->item[i], "odds", &out[i].odds, err));
        if (!(out[i].share > 0) || !(out[i].odds > 0))
            return pal_yaml_fail(classes->item[i], err, "'share' and 'odds' are above 0");
        sum += out[i].share;
    }
    if (fabs(sum - 1) > 1e-9)
        return pal_yaml_fail(classes, err, "the shares of classes add to %g, not to 1", sum);
    return PAL_OK;
}

/* Within a class, lists are log-linear: odds of each list, times what pairs that meet add. */
static void mix(struct world *w, const double *logit, const double *pair /* [t * t] */,
                const struct class *class, size_t classes)
{
    const size_t t = w->lists->t, cells = w->lists->cells;
    for (size_t k = 0; k < classes; k++) {
        double sum = 0;
        for (int pass = 0; pass < 2; pass++)
            for (size_t c = 0; c < cells; c++) {
                double log_weight = 0;
                for (size_t i = 0; i < t; i++) {
                    if (!(c >> i & 1))
                        continue;
                    log_weight += logit[i] + log(class[k].odds);
                    for (size_t j = i + 1; j < t; j++)
                        log_weight += c >> j & 1 ? pair[i * t + j] : 0;
                }
                if (pass == 0)
                    sum += exp(log_weight);
                else
                    w->chance[c] += class[k].share * exp(log_weight) / sum;
            }
    }
}

static enum pal_status read_made(const struct pal_yaml *population, struct pal_arena *arena,
                                 struct world *w, struct pal_error *err)
{
    const struct pal_yaml *lists, *dependence = pal_yaml_get(population, "dependence");
    struct class class[MOST_CLASSES];
    struct pal_buf pairs;
    size_t classes;
    PAL_TRY(pal_yaml_need(population, "lists", PAL_YAML_MAP, &lists, err));
    pal_str *name = pal_arena_alloc(arena, lists->n + 1, sizeof *name);
    double *logit = pal_arena_alloc(arena, lists->n + 1, sizeof *logit);
    double *pair = pal_arena_alloc(arena, lists->n + 1, (lists->n + 1) * sizeof *pair);
    if (!name || !logit || !pair)
        return pal_nomem(err, "the world");
    for (size_t i = 0; i < lists->n; i++) {
        double p = 0;
        name[i] = lists->key[i]->text;
        if (!pal_num_parse(lists->item[i]->text, &p) || !(p > 0 && p < 1))
            return pal_yaml_fail(lists->item[i], err,
                                 "the chance of being on list '%.*s' lies between 0 and 1",
                                 PAL_ARG(name[i]));
        logit[i] = log(p / (1 - p));
    }
    PAL_TRY(pal_lists_new(name, lists->n, arena, &w->lists, err));
    pal_buf_init(&pairs, arena, 4096);
    for (size_t k = 0; dependence && k < dependence->n; k++) {
        const pal_str key =
            dependence->kind == PAL_YAML_MAP ? dependence->key[k]->text : PAL_STR("");
        uint32_t set;
        double effect;
        if (pal_lists_set_parse(w->lists, key, &set, NULL) != PAL_OK ||
            __builtin_popcount(set) != 2 || !pal_num_parse(dependence->item[k]->text, &effect))
            return pal_yaml_fail(dependence->item[k], err,
                                 "'dependence' gives pairs of lists their log odds ratio, as "
                                 "'A:B: 0.8'");
        const size_t i = (size_t)__builtin_ctz(set), j = 31 - (size_t)__builtin_clz(set);
        pair[i * lists->n + j] = effect;
        pal_buf_addf(&pairs, "%s%.*s", pairs.len ? "," : "", PAL_ARG(key));
    }
    w->pairs = pal_buf_str(&pairs);
    w->chance = pal_arena_alloc(arena, w->lists->cells, sizeof(double));
    if (!w->chance)
        return pal_nomem(err, "the world");
    PAL_TRY(read_classes(population, class, &classes, err));
    mix(w, logit, pair, class, classes);
    return PAL_OK;
}

/* A published table: columns of lists, 0 or 1, and count. */
static enum pal_status read_table(const char *path, struct pal_arena *arena, struct world *w,
                                  struct pal_error *err)
{
    const struct pal_dialect dialect = {.header_rows = 1};
    struct pal_records *records;
    size_t cols;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    const pal_str *header = pal_records_header(records, &cols);
    if (cols < 2 || !pal_str_eq(header[cols - 1], PAL_STR("count")))
        return pal_fail(err, PAL_DATA, "'%s' has columns of lists, then count", path);
    PAL_TRY(pal_lists_new(header, cols - 1, arena, &w->lists, err));
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        const struct pal_place at = {path, record.line, 0};
        size_t cell = 0;
        double count = 0;
        bool good = record.fields == cols && pal_num_parse(record.field[cols - 1], &count) &&
                    count >= 0 && count == floor(count);
        for (size_t j = 0; good && j + 1 < cols; j++) {
            good = record.field[j].len == 1 &&
                   (record.field[j].ptr[0] == '0' || record.field[j].ptr[0] == '1');
            cell |= good && record.field[j].ptr[0] == '1' ? (size_t)1 << j : 0;
        }
        if (!good || !cell)
            return pal_fail_at(err, PAL_DATA, &at,
                               "a history is 0 or 1 a list, not all 0, and a "
                               "whole count");
        w->lists->count[cell] += count;
    }
}

/* The world is what the log-linear model says of the table: its means, the unseen included. */
static enum pal_status read_like(const struct pal_yaml *like, const char *folder,
                                 struct pal_arena *arena, struct world *w, struct pal_error *err)
{
    static const char *const keys[] = {"table", "pairs"};
    pal_str table = {0};
    struct pal_model model;
    struct pal_loglinear fit;
    w->pairs = PAL_STR("main");
    PAL_TRY(pal_yaml_known(like, "'like'", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_text(like, "table", &table, err));
    PAL_TRY(pal_yaml_text(like, "pairs", &w->pairs, err));
    if (!table.len)
        return pal_yaml_fail(like, err, "'like' names a 'table'");
    PAL_TRY(read_table(pal_path_join(arena, folder, table), arena, w, err));
    PAL_TRY(pal_model_parse(w->lists, w->pairs, arena, &model, err));
    PAL_TRY(pal_loglinear_fit(w->lists, &model, arena, &fit, err));
    w->chance = pal_arena_alloc(arena, w->lists->cells, sizeof(double));
    if (!w->chance)
        return pal_nomem(err, "the world");
    double sum = 0;
    for (uint32_t c = 0; c < w->lists->cells; c++) {
        double log_mean = 0;
        bool empty = false;
        for (size_t i = 0; i < fit.parameters; i++)
            log_mean += (c & fit.term[i]) == fit.term[i] ? fit.coef[i] : 0;
        for (size_t i = 0; i < fit.empty_n; i++)
            empty = empty || (c & fit.empty[i]) == fit.empty[i];
        w->chance[c] = empty ? 0 : exp(log_mean);
        sum += w->chance[c];
    }
    for (size_t c = 0; c < w->lists->cells; c++)
        w->chance[c] /= sum;
    if (!(w->size > 0))
        w->size = nearbyint(sum);
    return PAL_OK;
}

static enum pal_status read(const struct pal_yaml *node, const char *folder, uint64_t seed,
                            struct pal_arena *arena, void **world, double *truth,
                            struct pal_error *err)
{
    static const char *const keys[] = {"size", "lists", "dependence", "classes", "like", "linkage"};
    static const char *const linkage_keys[] = {"missed", "false"};
    const struct pal_yaml *population;
    struct world *w = pal_arena_alloc(arena, 1, sizeof *w);
    (void)seed;
    if (!w)
        return pal_nomem(err, "the world");
    PAL_TRY(pal_yaml_need(node, "population", PAL_YAML_MAP, &population, err));
    PAL_TRY(pal_yaml_known(population, "a population of kind lists", keys, PAL_COUNT(keys), err));
    const struct pal_yaml *like = pal_yaml_get(population, "like");
    const struct pal_yaml *linkage = pal_yaml_get(population, "linkage");
    PAL_TRY(pal_yaml_number(population, "size", &w->size, err));
    if (like)
        PAL_TRY(read_like(like, folder, arena, w, err));
    else
        PAL_TRY(read_made(population, arena, w, err));
    if (linkage) {
        PAL_TRY(pal_yaml_known(linkage, "'linkage'", linkage_keys, PAL_COUNT(linkage_keys), err));
        PAL_TRY(pal_yaml_number(linkage, "missed", &w->missed, err));
        PAL_TRY(pal_yaml_number(linkage, "false", &w->wrong, err));
        if (!(w->missed >= 0 && w->missed < 1 && w->wrong >= 0 && w->wrong < 1))
            return pal_yaml_fail(linkage, err, "'missed' and 'false' are shares of links below 1");
    }
    if (!(w->size >= 1) || w->size > 1e8 || w->size != floor(w->size))
        return pal_yaml_fail(population, err, "'size' is a whole number of people up to 1e8");
    *world = w;
    *truth = w->size;
    return PAL_OK;
}

/* ---- samples
 * ---------------------------------------------------------------------------------------- */

static uint32_t pick(const struct pal_lists *lists, double people, struct pal_random *random)
{
    double at = pal_random_unit(random) * people;
    uint32_t last = 1;
    for (uint32_t c = 1; c < lists->cells; c++) {
        if (!(lists->count[c] > 0))
            continue;
        last = c;
        at -= lists->count[c];
        if (at < 0)
            break;
    }
    return last;
}

/* A link that is missed makes a record of its own into a person; a false one makes two people one.
 */
static enum pal_status link_wrongly(const struct world *w, struct pal_lists *lists,
                                    struct pal_random *random, struct pal_error *err)
{
    enum { BETWEEN_LOOKS = 65536 };
    for (uint32_t c = (uint32_t)lists->cells - 1; c > 0 && w->missed > 0; c--) {
        if (__builtin_popcount(c) < 2)
            continue;
        PAL_TRY(pal_in_time(lists->until, err, "in linking a sample"));
        for (double left = lists->count[c]; left > 0; left--) {
            uint32_t kept = c;
            for (uint32_t rest = c & (c - 1); rest; rest &= rest - 1)
                if (pal_random_unit(random) < w->missed) {
                    const uint32_t alone = rest & (~rest + 1);
                    kept &= ~alone;
                    lists->count[alone]++;
                }
            if (kept != c) {
                lists->count[c]--;
                lists->count[kept]++;
            }
        }
    }
    double people = pal_lists_people(lists);
    for (uint64_t n = pal_random_binomial(random, (uint64_t)people, w->wrong); n > 0; n--) {
        if (n % BETWEEN_LOOKS == 0)
            PAL_TRY(pal_in_time(lists->until, err, "in linking a sample"));
        const uint32_t a = pick(lists, people, random), b = pick(lists, people, random);
        if (a & b) /* both on one list: nobody takes them for one person */
            continue;
        lists->count[a]--;
        lists->count[b]--;
        lists->count[a | b]++;
        people--;
    }
    return PAL_OK;
}

static enum pal_status draw(const void *world, struct pal_random *random, struct pal_deadline until,
                            struct pal_arena *arena, void **sample, struct pal_error *err)
{
    const struct world *w = world;
    struct pal_lists *lists;
    PAL_TRY(pal_lists_new(w->lists->name, w->lists->t, arena, &lists, err));
    lists->until = until;
    double left = w->size, chance = 1;
    for (size_t c = 0; c < lists->cells && left > 0; c++) {
        const double p = chance > 0 ? fmin(w->chance[c] / chance, 1) : 0;
        const double n = (double)pal_random_binomial(random, (uint64_t)left, p);
        if (c)
            lists->count[c] = n;
        left -= n;
        chance -= w->chance[c];
    }
    *sample = lists;
    return link_wrongly(w, lists, random, err);
}

static void write(const void *world, const void *sample, struct pal_buf *out)
{
    const struct pal_lists *lists = sample;
    (void)world;
    for (size_t j = 0; j < lists->t; j++)
        pal_csv_field(out, lists->name[j], j == 0);
    pal_buf_adds(out, ",count\n");
    for (size_t c = 1; c < lists->cells; c++) {
        if (!(lists->count[c] > 0))
            continue;
        for (size_t j = 0; j < lists->t; j++)
            pal_buf_addf(out, "%u,", (unsigned)(c >> j & 1));
        pal_buf_addf(out, "%.0f\n", lists->count[c]);
    }
}

/* ---- estimators
 * ---------------------------------------------------------------------------------------- */

static enum pal_status by_model(const struct pal_lists *lists, pal_str words,
                                const struct assess_call *call, struct assess_answer *out,
                                struct pal_error *err)
{
    struct pal_model model;
    struct pal_loglinear fit;
    PAL_TRY(pal_model_parse(lists, words, call->arena, &model, err));
    PAL_TRY(pal_loglinear_fit(lists, &model, call->arena, &fit, err));
    out->estimate = fit.population;
    out->std_error = pal_loglinear_se(&fit);
    /* The missing count varies around its mean too, so the interval is of the Poisson error. */
    (void)pal_lognormal_limits(fit.people, fit.population, out->std_error * out->std_error,
                               call->level, &out->low, &out->high);
    return PAL_OK;
}

static enum pal_status main_effects(const void *world, const void *sample,
                                    const struct assess_call *call, struct assess_answer *out,
                                    struct pal_error *err)
{
    (void)world;
    return by_model(sample, PAL_STR("main"), call, out, err);
}

static enum pal_status model(const void *world, const void *sample, const struct assess_call *call,
                             struct assess_answer *out, struct pal_error *err)
{
    const struct world *w = world;
    const pal_str words = call->argument.len ? call->argument
                          : w->pairs.len     ? w->pairs
                                             : PAL_STR("main");
    return by_model(sample, words, call, out, err);
}

static enum pal_status stepwise(const void *world, const void *sample,
                                const struct assess_call *call, struct assess_answer *out,
                                struct pal_error *err)
{
    const struct pal_lists *lists = sample;
    struct pal_stepwise steps;
    struct pal_model chosen;
    struct pal_loglinear fit;
    double threshold = 0.02;
    (void)world;
    if (call->argument.len && assess_numbers(call->argument, &threshold, 1) != 1)
        return pal_fail(err, PAL_USAGE, "stepwise:P takes one number");
    PAL_TRY(pal_stepwise_choose(lists, threshold, call->arena, &steps, err));
    PAL_TRY(pal_model_new(lists, steps.pair, steps.chosen, call->arena, &chosen, err));
    PAL_TRY(pal_loglinear_fit(lists, &chosen, call->arena, &fit, err));
    out->estimate = fit.population;
    out->std_error = pal_loglinear_se(&fit);
    (void)pal_lognormal_limits(fit.people, fit.population, out->std_error * out->std_error,
                               call->level, &out->low, &out->high);
    return PAL_OK;
}

static enum pal_status stepwise_bca(const void *world, const void *sample,
                                    const struct assess_call *call, struct assess_answer *out,
                                    struct pal_error *err)
{
    double given[2] = {200, 0.02};
    (void)world;
    if (call->argument.len && assess_numbers(call->argument, given, 2) == SIZE_MAX)
        return pal_fail(err, PAL_USAGE, "stepwise-bca:B,P takes replicates and a threshold");
    const struct pal_bootstrap_ask ask = {
        .threshold = given[1], .replicates = (size_t)given[0], .seed = call->seed, .threads = 1};
    struct pal_bootstrap boot;
    PAL_TRY(pal_bootstrap_stepwise(sample, &ask, call->arena, &boot, err));
    const size_t n = boot.n, finite = boot.n - boot.failed;
    double mean = 0, squares = 0;
    struct pal_bca bca;
    PAL_TRY(pal_bca_limits(&boot, call->level, call->arena, &bca, err));
    out->estimate = boot.estimate;
    if (n < 2)
        return PAL_OK;
    /* Replicates without an estimate are infinite: last in order, and they count in the limits. */
    for (size_t i = 0; i < finite; i++)
        mean += bca.sorted[i] / (double)finite;
    for (size_t i = 0; i < finite; i++)
        squares += (bca.sorted[i] - mean) * (bca.sorted[i] - mean);
    if (finite > 1)
        out->std_error = sqrt(squares / ((double)finite - 1));
    out->low = bca.low;
    out->high = bca.high;
    return PAL_OK;
}

static enum pal_status closed(const void *world, const void *sample, const struct assess_call *call,
                              struct assess_answer *out, struct pal_error *err)
{
    struct pal_closed fit;
    (void)world;
    const pal_str words = call->argument.len ? call->argument : PAL_STR("Mth Chao (LB)");
    PAL_TRY(pal_closed_fit(sample, words, call->arena, &fit, err));
    if (!fit.finite)
        return pal_fail(err, PAL_DOMAIN, "the model has no finite estimate");
    out->estimate = fit.population;
    out->std_error = fit.std_error;
    (void)pal_lognormal_limits(fit.people, fit.population, fit.std_error * fit.std_error,
                               call->level, &out->low, &out->high);
    return PAL_OK;
}

/* The first two lists, or those named "A,B". */
static enum pal_status two_lists(const void *sample, const struct assess_call *call, bool chapman,
                                 struct assess_answer *out, struct pal_error *err)
{
    const struct pal_lists *lists = sample;
    uint32_t set[2] = {1, 2};
    pal_str rest = call->argument, name;
    struct pal_recapture fit;
    for (size_t i = 0; i < 2 && call->argument.len && pal_str_split(&rest, ',', &name); i++)
        PAL_TRY(pal_lists_set_parse(lists, pal_str_trim(name), &set[i], err));
    const double n1 = pal_lists_on(lists, set[0]), n2 = pal_lists_on(lists, set[1]);
    const double both = pal_lists_on(lists, set[0] | set[1]);
    if (chapman)
        PAL_TRY(pal_chapman(n1, n2, both, &fit, err));
    else
        PAL_TRY(pal_lincoln_petersen(n1, n2, both, &fit, err));
    out->estimate = fit.population;
    out->std_error = sqrt(fit.variance);
    (void)pal_lognormal_limits(fit.people, fit.population, fit.variance, call->level, &out->low,
                               &out->high);
    return PAL_OK;
}

static enum pal_status lincoln_petersen(const void *world, const void *sample,
                                        const struct assess_call *call, struct assess_answer *out,
                                        struct pal_error *err)
{
    (void)world;
    return two_lists(sample, call, false, out, err);
}

static enum pal_status chapman(const void *world, const void *sample,
                               const struct assess_call *call, struct assess_answer *out,
                               struct pal_error *err)
{
    (void)world;
    return two_lists(sample, call, true, out, err);
}

static enum pal_status graphs(const void *world, const void *sample, const struct assess_call *call,
                              struct assess_answer *out, struct pal_error *err)
{
    const struct pal_lists *lists = sample;
    const double people = pal_lists_people(lists);
    const struct pal_graphs_ask ask = {
        .first = 1, .last = (size_t)fmin(fmax(20 * people, 1000), 200000), .level = call->level};
    struct pal_graphs a;
    (void)world;
    PAL_TRY(pal_systems_graphs(lists, &ask, call->arena, &a, err));
    *out = (struct assess_answer){a.median, a.sd, a.low, a.high};
    return PAL_OK;
}

static enum pal_status latent(const void *world, const void *sample, const struct assess_call *call,
                              struct assess_answer *out, struct pal_error *err)
{
    double sweeps = 4000;
    struct pal_latent a;
    (void)world;
    if (call->argument.len && assess_numbers(call->argument, &sweeps, 1) != 1)
        return pal_fail(err, PAL_USAGE, "latent:SWEEPS takes one number");
    const struct pal_latent_ask ask = {.chains = 2,
                                       .burnin = (size_t)(sweeps / 4),
                                       .samples = (size_t)(sweeps / 4) + 10,
                                       .thin = 3,
                                       .seed = call->seed,
                                       .threads = 1,
                                       .level = call->level};
    PAL_TRY(pal_systems_latent(sample, &ask, call->arena, &a, err));
    *out = (struct assess_answer){a.median, a.sd, a.low, a.high};
    return PAL_OK;
}

static enum pal_status average(const void *world, const void *sample,
                               const struct assess_call *call, struct assess_answer *out,
                               struct pal_error *err)
{
    struct pal_search search;
    (void)world;
    PAL_TRY(pal_search_all(sample, 2, 1, NULL, call->arena, &search, err));
    pal_search_average(&search, false, &out->estimate, &out->std_error);
    (void)pal_lognormal_limits(search.people, out->estimate, out->std_error * out->std_error,
                               call->level, &out->low, &out->high);
    return PAL_OK;
}

static const struct assess_method methods[] = {
    {"main", "log-linear, lists independent", main_effects},
    {"model", "log-linear with given pairs (model:A:B,C:D); alone, those of the truth", model},
    {"stepwise", "pairs chosen stepwise, interval as if given", stepwise},
    {"stepwise-bca", "the same, chosen again in every bootstrap replicate (stepwise-bca:B)",
     stepwise_bca},
    {"bic-average", "all models of pairs, weighted by BIC", average},
    {"closed", "unequal catchability, as closed:Mth Chao (LB)", closed},
    {"lincoln-petersen", "two lists (the first, or lincoln-petersen:A,B)", lincoln_petersen},
    {"chapman", "two lists, Chapman 1951", chapman},
    {"graphs", "averaged over decomposable graphs; posterior median", graphs},
    {"latent", "latent classes; posterior median of two chains (latent:SWEEPS)", latent},
};

const struct assess_kind assess_lists = {
    .name = "lists",
    .target = "population size",
    .methods = PAL_COUNT(methods),
    .method = methods,
    .read = read,
    .draw = draw,
    .write = write,
};
