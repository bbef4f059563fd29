/* chains.c: a network of people with and without a trait, and chains of recruitment through it. */
#include "inside.h"

#include "palermo/recruits.h"

#include <stdlib.h>

enum { MOST_COUPONS = 10 };

struct world {
    size_t size, with;  /* people 0..with-1 have the trait */
    uint32_t *at, *tie; /* ties of person i: tie[at[i]..at[i+1]-1], each once */
    size_t seeds, respondents, coupons;
    double chance[MOST_COUPONS + 1]; /* of bringing so many */
};
struct sample {
    size_t n;
    uint32_t *person, *recruiter; /* [n] row of the recruiter, or PAL_SEED */
    uint32_t *group;
    double *degree;
    struct pal_recruits chains;
    struct pal_trait trait;
};

/* ---- the network
 * ---------------------------------------------------------------------------------- */

static void shuffle(uint32_t *item, size_t n, struct pal_random *random)
{
    for (size_t i = n; i > 1; i--) {
        const size_t k = (size_t)pal_random_below(random, i);
        const uint32_t swap = item[k];
        item[k] = item[i - 1];
        item[i - 1] = swap;
    }
}

struct ends {
    uint32_t a, b;
};

static int by_ends(const void *x, const void *y)
{
    const struct ends *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* Ends of ties (a person as often as its degree) are paired at random: first across the groups, as
 * many as chance would give over `homophily`, then within them. Pairs of a person with itself and
 * pairs that are there already are dropped, so degrees come out a little lower. */
static enum pal_status tie_up(struct world *w, const double *degree, double homophily,
                              struct pal_random *random, struct pal_arena *arena,
                              struct pal_error *err)
{
    uint32_t *count = pal_arena_alloc(arena, w->size, sizeof *count);
    size_t sum[2] = {0};
    if (!count)
        return pal_nomem(err, "the network");
    for (size_t i = 0; i < w->size; i++) {
        const bool with = i < w->with;
        count[i] = 1 + (uint32_t)pal_random_poisson(random, degree[with] - 1);
        sum[with] += count[i];
    }
    uint32_t *end[2];
    size_t n[2] = {0}, ties = 0;
    for (size_t g = 0; g < 2; g++) {
        end[g] = pal_arena_alloc(arena, sum[g] + 1, sizeof **end);
        if (!end[g])
            return pal_nomem(err, "the network");
    }
    for (size_t i = 0; i < w->size; i++)
        for (uint32_t k = 0; k < count[i]; k++)
            end[i < w->with][n[i < w->with]++] = (uint32_t)i;
    shuffle(end[0], n[0], random);
    shuffle(end[1], n[1], random);
    const double across = (double)sum[0] * (double)sum[1] / (double)(sum[0] + sum[1]) / homophily;
    const size_t smaller = n[0] < n[1] ? n[0] : n[1];
    const size_t cross = across < (double)smaller ? (size_t)across : smaller;
    struct ends *pair = pal_arena_alloc(arena, sum[0] + sum[1] + 2, sizeof *pair);
    if (!pair)
        return pal_nomem(err, "the network");
    for (size_t i = 0; i < cross; i++)
        pair[ties++] = (struct ends){end[0][i], end[1][i]};
    for (size_t g = 0; g < 2; g++)
        for (size_t i = cross; i + 1 < n[g]; i += 2)
            pair[ties++] = (struct ends){end[g][i], end[g][i + 1]};
    const size_t one_way = ties;
    for (size_t i = 0; i < one_way; i++)
        pair[ties++] = (struct ends){pair[i].b, pair[i].a};
    qsort(pair, ties, sizeof *pair, by_ends);
    w->at = pal_arena_alloc(arena, w->size + 1, sizeof *w->at);
    w->tie = pal_arena_alloc(arena, ties + 1, sizeof *w->tie);
    if (!w->at || !w->tie)
        return pal_nomem(err, "the network");
    size_t kept = 0, row = 0;
    for (size_t i = 0; i < ties; i++) {
        const bool again = i && pair[i].a == pair[i - 1].a && pair[i].b == pair[i - 1].b;
        if (again || pair[i].a == pair[i].b)
            continue;
        while (row < pair[i].a)
            w->at[++row] = (uint32_t)kept;
        w->tie[kept++] = pair[i].b;
    }
    while (row < w->size)
        w->at[++row] = (uint32_t)kept;
    return PAL_OK;
}

static enum pal_status read_numbers(const struct pal_yaml *node, const char *key, double *out,
                                    size_t most, size_t *n, struct pal_error *err)
{
    const struct pal_yaml *list = pal_yaml_get(node, key);
    if (!list)
        return PAL_OK;
    if (list->kind != PAL_YAML_LIST || !list->n || list->n > most)
        return pal_yaml_fail(list, err, "'%s' is a list of at most %zu numbers", key, most);
    for (size_t i = 0; i < list->n; i++)
        if (!pal_num_parse(list->item[i]->text, &out[i]) || out[i] < 0)
            return pal_yaml_fail(list->item[i], err, "'%.*s' is not a number from 0",
                                 PAL_ARG(list->item[i]->text));
    *n = list->n;
    return PAL_OK;
}

static enum pal_status read(const struct pal_yaml *node, const char *folder, uint64_t seed,
                            struct pal_arena *arena, void **world, double *truth,
                            struct pal_error *err)
{
    static const char *const keys[] = {"size", "share", "degree", "homophily"};
    static const char *const sample_keys[] = {"seeds", "respondents", "coupons"};
    const struct pal_yaml *population, *sample;
    struct world *w = pal_arena_alloc(arena, 1, sizeof *w);
    double share = 0, homophily = 1, degree[2] = {10, 10}, sum = 0;
    size_t n = 2;
    (void)folder;
    if (!w)
        return pal_nomem(err, "the world");
    *w = (struct world){.seeds = 5, .coupons = 4, .chance = {0.15, 0.25, 0.3, 0.3}};
    PAL_TRY(pal_yaml_need(node, "population", PAL_YAML_MAP, &population, err));
    PAL_TRY(
        pal_yaml_known(population, "a population of kind recruits", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_need(node, "sample", PAL_YAML_MAP, &sample, err));
    PAL_TRY(
        pal_yaml_known(sample, "a sample of recruits", sample_keys, PAL_COUNT(sample_keys), err));
    PAL_TRY(pal_yaml_size(population, "size", &w->size, err));
    PAL_TRY(pal_yaml_number(population, "share", &share, err));
    PAL_TRY(pal_yaml_number(population, "homophily", &homophily, err));
    PAL_TRY(read_numbers(population, "degree", degree, 2, &n, err));
    PAL_TRY(pal_yaml_size(sample, "seeds", &w->seeds, err));
    PAL_TRY(pal_yaml_size(sample, "respondents", &w->respondents, err));
    PAL_TRY(read_numbers(sample, "coupons", w->chance, MOST_COUPONS + 1, &w->coupons, err));
    w->with = (size_t)nearbyint(share * (double)w->size);
    if (w->size < 10 || w->size > 1000000 || !w->with || w->with >= w->size)
        return pal_yaml_fail(population, err,
                             "'size' lies between 10 and 1000000, 'share' between 0 and 1");
    if (n != 2 || !(degree[0] >= 1) || !(degree[1] >= 1) || degree[0] > 1000 || degree[1] > 1000 ||
        !(homophily > 0))
        return pal_yaml_fail(population, err,
                             "'degree' is [without, with the trait], from 1 to 1000; 'homophily' "
                             "is above 0");
    if ((double)w->size * fmax(degree[0], degree[1]) > 5e7)
        return pal_yaml_fail(population, err, "the network has more than 5e7 ends of ties");
    if (!w->seeds || w->respondents <= w->seeds || w->respondents >= w->size)
        return pal_yaml_fail(sample, err, "'respondents' lies between 'seeds' and the population");
    for (size_t i = 0; i < w->coupons; i++)
        sum += w->chance[i];
    for (size_t i = 0; i < w->coupons; i++)
        w->chance[i] /= sum;
    struct pal_random random;
    pal_random_start(&random, seed, "assess network", 0);
    *truth = (double)w->with / (double)w->size;
    *world = w;
    return tie_up(w, degree, homophily, &random, arena, err);
}

/* ---- chains
 * ------------------------------------------------------------------------------------------ */

static uint32_t degree_of(const struct world *w, uint32_t person)
{
    return w->at[person + 1] - w->at[person];
}

/* Somebody not yet in the sample, in proportion to degree. */
static uint32_t new_seed(const struct world *w, const uint8_t *taken, struct pal_random *random)
{
    for (int tries = 0; tries < 1000; tries++) {
        const uint64_t end = pal_random_below(random, w->at[w->size]); /* the end of a tie */
        const uint32_t person = w->tie[end];
        if (!taken[person])
            return person;
    }
    uint32_t person = (uint32_t)pal_random_below(random, w->size);
    while (taken[person])
        person = (person + 1) % (uint32_t)w->size;
    return person;
}

static size_t how_many(const struct world *w, struct pal_random *random)
{
    double at = pal_random_unit(random);
    size_t n = 0;
    while (n + 1 < w->coupons && at >= w->chance[n])
        at -= w->chance[n++];
    return n;
}

static void join(const struct world *w, struct sample *s, uint8_t *taken, uint32_t person,
                 uint32_t recruiter)
{
    taken[person] = 1;
    s->person[s->n] = person;
    s->recruiter[s->n] = recruiter;
    s->group[s->n] = person < w->with;
    s->degree[s->n] = fmax(degree_of(w, person), 1);
    s->n++;
}

static enum pal_status draw(const void *world, struct pal_random *random, struct pal_deadline until,
                            struct pal_arena *arena, void **sample, struct pal_error *err)
{
    const struct world *w = world;
    struct sample *s = pal_arena_alloc(arena, 1, sizeof *s);
    uint8_t *taken = pal_arena_alloc(arena, w->size, 1);
    uint32_t *known = pal_arena_alloc(arena, w->size, sizeof *known);
    if (!s || !taken || !known)
        return pal_nomem(err, "a sample");
    s->person = pal_arena_alloc(arena, w->respondents, sizeof(uint32_t));
    s->recruiter = pal_arena_alloc(arena, w->respondents, sizeof(uint32_t));
    s->group = pal_arena_alloc(arena, w->respondents, sizeof(uint32_t));
    s->degree = pal_arena_alloc(arena, w->respondents, sizeof(double));
    if (!s->person || !s->recruiter || !s->group || !s->degree)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < w->seeds; i++)
        join(w, s, taken, new_seed(w, taken, random), PAL_SEED);
    for (size_t active = 0; s->n < w->respondents; active++) {
        PAL_TRY(pal_in_time(until, err, "after %zu of %zu respondents", s->n, w->respondents));
        if (active == s->n) /* the chains died out */
            join(w, s, taken, new_seed(w, taken, random), PAL_SEED);
        const uint32_t person = s->person[active];
        size_t n = 0;
        for (uint32_t k = w->at[person]; k < w->at[person + 1]; k++)
            if (!taken[w->tie[k]])
                known[n++] = w->tie[k];
        for (size_t wanted = how_many(w, random); wanted && n && s->n < w->respondents; wanted--) {
            const size_t k = (size_t)pal_random_below(random, n);
            join(w, s, taken, known[k], (uint32_t)active);
            known[k] = known[--n];
        }
    }
    s->trait = (struct pal_trait){.groups = 2, .group = s->group};
    *sample = s;
    return pal_recruits_new(s->recruiter, s->degree, s->n, arena, &s->chains, err);
}

static void write(const void *world, const void *sample, struct pal_buf *out)
{
    const struct sample *s = sample;
    (void)world;
    pal_buf_adds(out, "id,recruiter,degree,trait\n");
    for (size_t i = 0; i < s->n; i++) {
        pal_buf_addf(out, "%zu,", i + 1);
        if (s->recruiter[i] == PAL_SEED)
            pal_buf_adds(out, "seed");
        else
            pal_buf_addf(out, "%u", (unsigned)s->recruiter[i] + 1);
        pal_buf_addf(out, ",%.0f,%u\n", s->degree[i], (unsigned)s->group[i]);
    }
}

/* ---- estimators
 * ------------------------------------------------------------------------------------------ */

/* "tree:200", "salganik", "gile:500" */
static enum pal_status bootstrap_of(pal_str argument, struct pal_rds_replicates *out, bool *tree,
                                    struct pal_error *err)
{
    static const char *const kinds[] = {"salganik", "gile", "tree"};
    pal_str rest = argument, word;
    int64_t n = 200;
    *tree = true;
    out->kind = PAL_RDS_TREE;
    if (argument.len) {
        (void)pal_str_split(&rest, ':', &word);
        size_t k = 0;
        while (k < PAL_COUNT(kinds) && !pal_str_eq(word, pal_str_of(kinds[k])))
            k++;
        if (k == PAL_COUNT(kinds) || (rest.len && (!pal_int_parse(rest, &n) || n < 2)))
            return pal_fail(err, PAL_USAGE,
                            "'%.*s' is no bootstrap: salganik, gile or tree, and how many, as "
                            "tree:200",
                            PAL_ARG(argument));
        out->kind = (enum pal_rds_bootstrap)k;
        *tree = out->kind == PAL_RDS_TREE;
    }
    out->replicates = (size_t)n;
    out->threads = 1;
    return PAL_OK;
}

static enum pal_status by_method(enum pal_rds method, const void *world, const void *sample,
                                 const struct assess_call *call, struct assess_answer *out,
                                 struct pal_error *err)
{
    const struct world *w = world;
    const struct sample *s = sample;
    struct pal_rds_replicates how = {.seed = call->seed, .until = call->until};
    double share[2], *pi = NULL;
    bool tree;
    size_t used;
    PAL_TRY(bootstrap_of(call->argument, &how, &tree, err));
    double *replicate = pal_arena_alloc(call->arena, how.replicates, sizeof share);
    double *room = pal_arena_alloc(call->arena, how.replicates, sizeof *room);
    if (!replicate || !room)
        return pal_nomem(err, "replicates");
    if (method == PAL_RDS_SS || how.kind == PAL_RDS_GILE) {
        const struct pal_ss ss = {.population = (double)w->size,
                                  .samples = 500,
                                  .iterations = 3,
                                  .seed = call->seed,
                                  .threads = 1,
                                  .until = call->until};
        pi = pal_arena_alloc(call->arena, s->n, sizeof *pi);
        if (!pi)
            return pal_nomem(err, "chances");
        PAL_TRY(pal_recruits_inclusion(&s->chains, &ss, call->arena, pi, err));
    }
    PAL_TRY(pal_recruits_shares(&s->chains, &s->trait, method, pi, call->arena, share, err));
    PAL_TRY(pal_recruits_bootstrap(&s->chains, &s->trait, method, pi, (double)w->size, &how,
                                   call->arena, replicate, err));
    out->estimate = share[1];
    pal_recruits_interval(replicate + 1, 2, how.replicates, share[1], call->level, tree, room,
                          &out->std_error, &out->low, &out->high, &used);
    return PAL_OK;
}

#define METHOD(name, method)                                                                       \
    static enum pal_status name(const void *world, const void *sample,                             \
                                const struct assess_call *call, struct assess_answer *out,         \
                                struct pal_error *err)                                             \
    {                                                                                              \
        return by_method(method, world, sample, call, out, err);                                   \
    }
METHOD(mean, PAL_RDS_MEAN)
METHOD(rds_i, PAL_RDS_I)
METHOD(rds_i_smooth, PAL_RDS_I_SMOOTH)
METHOD(rds_ii, PAL_RDS_II)
METHOD(ss, PAL_RDS_SS)

static const struct assess_method methods[] = {
    {"mean", "share of respondents; mean:BOOTSTRAP:B, as all below (default tree:200)", mean},
    {"RDS-I", "from transitions and degrees", rds_i},
    {"RDS-I/DS", "the same, smoothed", rds_i_smooth},
    {"RDS-II", "weights 1/degree", rds_ii},
    {"SS", "successive sampling, the population's size known", ss},
};

const struct assess_kind assess_recruits = {
    .name = "recruits",
    .target = "share",
    .methods = PAL_COUNT(methods),
    .method = methods,
    .read = read,
    .draw = draw,
    .write = write,
};
