/* recruits_bootstrap.c: replicates of a respondent-driven sample: Salganik's chain through groups,
 * Gile's sampling from a made-up population, and the tree bootstrap. */
#include "recruits.h"

#include <stdlib.h>

enum { REPLICATES_A_PIECE = 32 };

struct members { /* of one group, whose degree is known */
    size_t n;
    double *degree; /* [n] */
    double *below;  /* [n] sum of degrees up to and with this one */
};

struct work {
    const struct pal_recruits *recruits;
    const struct pal_trait *trait;
    const struct pal_rds_replicates *how;
    enum pal_rds method;
    const double *pi;
    double *out;

    /* Salganik, Gile: where a chain goes next */
    double *towards;        /* [g * g] cumulative rates           */
    struct members *member; /* [g]                                */
    double *start;          /* [g] cumulative counts              */
    size_t steps;

    /* Gile: the population */
    double population;
    struct rds_classes classes;
    double *chance;              /* [classes] pi                                   */
    double *share;               /* [g * classes]                                  */
    double *ties;                /* [g * g] symmetric                              */
    const uint32_t *recruits_of; /* [recruiters] how many each recruiter brought */
    size_t recruiters;
};

static size_t first_above(const double *cumulative, size_t n, double at)
{
    size_t i = 0;
    while (i + 1 < n && cumulative[i] <= at)
        i++;
    return i;
}

static size_t bisect(const double *cumulative, size_t n, double at)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (cumulative[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double weight_of(const struct work *w, double degree)
{
    return w->method == PAL_RDS_MEAN ? 0 : 1 / rds_degree(degree);
}

/* ---- Salganik ----------------------------------------------------------------------------------
 */

static void salganik_once(const struct work *w, struct pal_random *random, struct rds_sums *sums)
{
    const size_t g = w->trait->groups;
    size_t at = first_above(w->start, g, pal_random_unit(random) * w->start[g - 1]);
    for (size_t step = 0;; step++) {
        const struct members *m = &w->member[at];
        if (m->n) {
            const double u = pal_random_unit(random);
            const size_t who = w->how->proportional ? bisect(m->below, m->n, u * m->below[m->n - 1])
                                                    : (size_t)(u * (double)m->n);
            sums->count[at]++;
            sums->weight[at] += weight_of(w, m->degree[who]);
        }
        if (step == w->steps)
            return;
        const double *row = w->towards + at * g;
        const size_t next = first_above(row, g, pal_random_unit(random) * row[g - 1]);
        sums->passed[at * g + next]++;
        at = next;
    }
}

static enum pal_status salganik_prepare(struct work *w, struct pal_arena *arena,
                                        struct pal_error *err)
{
    const size_t g = w->trait->groups, n = w->recruits->n;
    w->member = pal_arena_alloc(arena, g, sizeof *w->member);
    w->start = pal_arena_alloc(arena, g, sizeof(double));
    w->towards = pal_arena_alloc(arena, g * g, sizeof(double));
    double *entered = pal_arena_alloc(arena, g, sizeof(double));
    if (!w->member || !w->start || !w->towards || !entered)
        return pal_nomem(err, "the bootstrap");
    for (size_t j = 0; j < g; j++) {
        w->member[j].degree = pal_arena_alloc(arena, n, sizeof(double));
        w->member[j].below = pal_arena_alloc(arena, n, sizeof(double));
        if (!w->member[j].degree || !w->member[j].below)
            return pal_nomem(err, "the bootstrap");
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t group = w->trait->group[i], from = w->recruits->recruiter[i];
        w->steps += from != PAL_SEED;
        if (group == PAL_NO_GROUP)
            continue;
        w->start[group]++;
        if (from != PAL_SEED && w->trait->group[from] != PAL_NO_GROUP) {
            w->towards[w->trait->group[from] * g + group]++;
            entered[group]++;
        }
        struct members *m = &w->member[group];
        if (isnan(w->recruits->degree[i]))
            continue;
        const double d = rds_degree(w->recruits->degree[i]);
        m->degree[m->n] = d;
        m->below[m->n] = d + (m->n ? m->below[m->n - 1] : 0);
        m->n++;
    }
    for (size_t j = 0; j < g; j++) {
        double sum = 0;
        for (size_t k = 0; k < g; k++)
            sum += w->towards[j * g + k];
        for (size_t k = 0; k < g; k++) { /* a group without recruits goes where all recruits went */
            if (!(sum > 0))
                w->towards[j * g + k] = entered[k];
            if (k)
                w->towards[j * g + k] += w->towards[j * g + k - 1];
        }
        if (j)
            w->start[j] += w->start[j - 1];
    }
    return PAL_OK;
}

/* ---- the tree
 * ------------------------------------------------------------------------------------ */

struct pending {
    uint32_t row, from; /* the group of the recruiter */
};

static void tree_once(const struct work *w, struct pal_random *random, struct rds_sums *sums,
                      struct pending *stack)
{
    const struct pal_recruits *r = w->recruits;
    const size_t g = w->trait->groups;
    for (size_t s = 0; s < r->seeds; s++) {
        size_t depth = 0;
        stack[depth++] =
            (struct pending){r->seed[pal_random_below(random, r->seeds)], PAL_NO_GROUP};
        while (depth) {
            const struct pending at = stack[--depth];
            const uint32_t group = w->trait->group[at.row];
            if (group != PAL_NO_GROUP) {
                if (at.from != PAL_NO_GROUP)
                    sums->passed[at.from * g + group]++;
                const double d = r->degree[at.row];
                if (w->method == PAL_RDS_MEAN || !isnan(d)) {
                    sums->count[group]++;
                    sums->weight[group] +=
                        w->method == PAL_RDS_SS ? 1 / w->pi[at.row] : weight_of(w, d);
                }
            }
            const uint32_t first = r->child_at[at.row], n = r->child_at[at.row + 1] - first;
            for (uint32_t c = 0; c < n; c++)
                stack[depth++] =
                    (struct pending){r->child[first + pal_random_below(random, n)], group};
        }
    }
}

/* ---- Gile
 * ------------------------------------------------------------------------------------------ */

/* People of a group by class of degree, and the ties between groups, as the sample makes them look.
 */
static enum pal_status gile_prepare(struct work *w, struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_recruits *r = w->recruits;
    const size_t g = w->trait->groups;
    PAL_TRY(rds_classes_of(r->degree, r->n, arena, &w->classes, err));
    const size_t k = w->classes.n;
    /* Beyond 25 times the sample a larger population makes no difference. */
    w->population = fmin(w->population, nearbyint((double)w->classes.respondents / 0.04));
    w->chance = pal_arena_alloc(arena, k, sizeof(double));
    w->share = pal_arena_alloc(arena, g * k, sizeof(double));
    w->ties = pal_arena_alloc(arena, g * g, sizeof(double));
    double *passed = pal_arena_alloc(arena, g * g, sizeof(double));
    double *ends = pal_arena_alloc(arena, g, sizeof(double));
    uint32_t *recruiters = pal_arena_alloc(arena, r->n, sizeof *recruiters);
    if (!w->chance || !w->share || !w->ties || !passed || !ends || !recruiters)
        return pal_nomem(err, "the bootstrap");
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t group = w->trait->group[i], from = r->recruiter[i];
        const uint32_t n = r->child_at[i + 1] - r->child_at[i];
        if (n)
            recruiters[w->recruiters++] = n;
        if (group == PAL_NO_GROUP)
            continue;
        if (from != PAL_SEED && w->trait->group[from] != PAL_NO_GROUP)
            passed[w->trait->group[from] * g + group]++;
        if (isnan(r->degree[i]))
            continue;
        w->chance[w->classes.of[i]] = w->pi[i];
        w->share[group * k + w->classes.of[i]] += 1 / w->pi[i];
        ends[group] += rds_degree(r->degree[i]) / w->pi[i]; /* ends of ties, up to a factor */
    }
    w->recruits_of = recruiters;
    for (size_t a = 0; a < g; a++) {
        double sum = 0;
        for (size_t b = 0; b < g; b++)
            sum += passed[a * g + b];
        for (size_t b = 0; b < g && sum > 0; b++) {
            const double ties = ends[a] * passed[a * g + b] / sum / 2;
            w->ties[a * g + b] += ties;
            w->ties[b * g + a] += ties;
        }
    }
    return PAL_OK;
}

struct town {        /* what is left of a replicate's population */
    double *people;  /* [g * classes]                       */
    double *mass;    /* [g * classes] people times degree   */
    double *work;    /* [g * classes]                       */
    double *total;   /* [g] mass                            */
    double *ties;    /* [g * g]                             */
    uint32_t *group; /* [n] of those drawn, in order       */
};

static void gile_take(const struct work *w, struct town *town, size_t group, size_t class,
                      struct rds_sums *sums)
{
    const size_t at = group * w->classes.n + class;
    town->mass[at] -= w->classes.degree[class];
    town->total[group] -= w->classes.degree[class];
    sums->count[group]++;
    if (w->method == PAL_RDS_SS)
        sums->weight[group] += 1 / w->chance[class];
    else
        sums->weight[group] += weight_of(w, w->classes.degree[class]);
}

static size_t gile_class(const struct work *w, const struct town *town, size_t group,
                         struct pal_random *random)
{
    const double *mass = town->mass + group * w->classes.n;
    double at = pal_random_unit(random) * town->total[group];
    size_t last = 0;
    for (size_t k = 0; k < w->classes.n; k++) {
        if (!(mass[k] > 0))
            continue;
        last = k;
        at -= mass[k];
        if (at < 0)
            break;
    }
    return last;
}

static size_t gile_any_group(const struct town *town, size_t g, struct pal_random *random)
{
    double all = 0;
    for (size_t a = 0; a < g; a++)
        all += town->total[a];
    double at = pal_random_unit(random) * all;
    size_t last = 0;
    for (size_t a = 0; a < g; a++) {
        if (!(town->total[a] > 0))
            continue;
        last = a;
        at -= town->total[a];
        if (at < 0)
            break;
    }
    return last;
}

static void gile_populate(const struct work *w, struct pal_random *random, struct town *town)
{
    const size_t g = w->trait->groups, k = w->classes.n;
    rds_round(w->share, g * k, w->population, 0, random, town->work, town->people);
    memcpy(town->ties, w->ties, g * g * sizeof(double));
    for (size_t a = 0; a < g; a++) {
        town->total[a] = 0;
        for (size_t c = 0; c < k; c++) {
            town->mass[a * k + c] = town->people[a * k + c] * w->classes.degree[c];
            town->total[a] += town->mass[a * k + c];
        }
    }
    for (size_t a = 0; a < g; a++) { /* groups that no recruitment tells of mix by their size */
        double sum = 0;
        for (size_t b = 0; b < g; b++)
            sum += town->ties[a * g + b];
        for (size_t b = 0; b < g && !(sum > 0); b++) {
            double people = 0;
            for (size_t c = 0; c < k; c++)
                people += town->people[b * k + c];
            town->ties[a * g + b] = town->ties[b * g + a] = people / w->population;
        }
    }
}

static void gile_once(const struct work *w, struct pal_random *random, struct rds_sums *sums,
                      struct town *town)
{
    const size_t g = w->trait->groups, n = w->classes.respondents;
    gile_populate(w, random, town);
    size_t drawn = 0;
    for (; drawn < w->recruits->seeds && drawn < n; drawn++) {
        const size_t group = gile_any_group(town, g, random);
        gile_take(w, town, group, gile_class(w, town, group, random), sums);
        town->group[drawn] = (uint32_t)group;
    }
    size_t active = 0, left = 0;
    for (; drawn < n; drawn++) {
        if (!left) {
            left = w->recruits_of[pal_random_below(random, w->recruiters)];
            active += drawn > w->recruits->seeds;
        }
        const size_t from = town->group[active];
        const double *row = town->ties + from * g;
        double all = 0;
        for (size_t b = 0; b < g; b++)
            all += row[b];
        double at = pal_random_unit(random) * all;
        size_t group = 0;
        for (; group + 1 < g; group++) {
            at -= row[group];
            if (at < 0)
                break;
        }
        if (!(town->total[group] > 0)) /* all of them were drawn */
            group = gile_any_group(town, g, random);
        const size_t class = gile_class(w, town, group, random);
        const double before = town->total[group];
        gile_take(w, town, group, class, sums);
        for (size_t a = 0; a < g; a++)
            town->ties[a * g + group] *= town->total[group] / before;
        sums->passed[from * g + group]++;
        town->group[drawn] = (uint32_t)group;
        left--;
    }
}

static enum pal_status town_new(const struct work *w, struct pal_arena *arena, struct town *out,
                                struct pal_error *err)
{
    const size_t g = w->trait->groups, cells = g * w->classes.n;
    out->people = pal_arena_alloc(arena, cells, sizeof(double));
    out->mass = pal_arena_alloc(arena, cells, sizeof(double));
    out->work = pal_arena_alloc(arena, cells, sizeof(double));
    out->total = pal_arena_alloc(arena, g, sizeof(double));
    out->ties = pal_arena_alloc(arena, g * g, sizeof(double));
    out->group = pal_arena_alloc(arena, w->recruits->n, sizeof(uint32_t));
    return out->people && out->mass && out->work && out->total && out->ties && out->group
               ? PAL_OK
               : pal_nomem(err, "the bootstrap");
}

/* ---- all replicates
 * -------------------------------------------------------------------------------- */

static const char *const purposes[] = {"salganik bootstrap", "gile bootstrap", "tree bootstrap"};

static enum pal_status piece_with(const struct work *w, size_t piece, struct pal_arena *arena,
                                  struct pal_error *err)
{
    struct rds_sums sums;
    struct town town = {0};
    struct pending *stack = NULL;
    PAL_TRY(rds_sums_new(w->trait->groups, arena, &sums, err));
    if (w->how->kind == PAL_RDS_GILE)
        PAL_TRY(town_new(w, arena, &town, err));
    if (w->how->kind == PAL_RDS_TREE) {
        stack = pal_arena_alloc(arena, w->recruits->waves + 1,
                                (w->recruits->most_children + 1) * sizeof *stack);
        if (!stack)
            return pal_nomem(err, "the bootstrap");
    }
    const size_t from = piece * REPLICATES_A_PIECE;
    const size_t to = from + REPLICATES_A_PIECE < w->how->replicates ? from + REPLICATES_A_PIECE
                                                                     : w->how->replicates;
    for (size_t b = from; b < to; b++) {
        struct pal_random random;
        PAL_TRY(
            pal_in_time(w->how->until, err, "after %zu of %zu replicates", b, w->how->replicates));
        pal_random_start(&random, w->how->seed, purposes[w->how->kind], b);
        rds_sums_clear(&sums);
        switch (w->how->kind) {
        case PAL_RDS_SALGANIK:
            salganik_once(w, &random, &sums);
            break;
        case PAL_RDS_GILE:
            gile_once(w, &random, &sums, &town);
            break;
        case PAL_RDS_TREE:
            tree_once(w, &random, &sums, stack);
            break;
        }
        rds_shares(&sums, w->method, w->out + b * w->trait->groups);
    }
    return PAL_OK;
}

static enum pal_status run_piece(void *context, size_t piece, struct pal_error *err)
{
    struct pal_arena *arena = pal_arena_new();
    if (!arena)
        return pal_nomem(err, "the bootstrap");
    const enum pal_status status = piece_with(context, piece, arena, err);
    pal_arena_free(arena);
    return status;
}

enum pal_status pal_recruits_bootstrap(const struct pal_recruits *recruits,
                                       const struct pal_trait *trait, enum pal_rds method,
                                       const double *pi, double population,
                                       const struct pal_rds_replicates *how,
                                       struct pal_arena *scratch, double *out,
                                       struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct work work = {.recruits = recruits,
                        .trait = trait,
                        .how = how,
                        .method = method,
                        .pi = pi,
                        .out = out,
                        .population = population};
    if (method == PAL_RDS_SS && how->kind == PAL_RDS_SALGANIK)
        return pal_fail(err, PAL_DOMAIN,
                        "Salganik's bootstrap draws no sample without replacement; take Gile's or "
                        "the tree bootstrap with successive sampling");
    if (how->kind == PAL_RDS_SALGANIK)
        PAL_TRY(salganik_prepare(&work, scratch, err));
    if (how->kind == PAL_RDS_GILE) {
        PAL_TRY(gile_prepare(&work, scratch, err));
        if (!work.recruiters)
            return pal_fail(err, PAL_DOMAIN, "nobody recruited anybody: there is no chain to redo");
    }
    const size_t pieces = (how->replicates + REPLICATES_A_PIECE - 1) / REPLICATES_A_PIECE;
    PAL_TRY(pal_parallel(pieces, how->threads, run_piece, &work, err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* ---- from replicates to an interval
 * -------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double p)
{
    const double h = ((double)n + 1.0 / 3) * p + 1.0 / 3;
    const double at = fmin(fmax(h, 1), (double)n);
    const size_t low = (size_t)floor(at);
    return low < n ? sorted[low - 1] + (at - (double)low) * (sorted[low] - sorted[low - 1])
                   : sorted[n - 1];
}

void pal_recruits_interval(const double *value, size_t stride, size_t n, double estimate,
                           double level, bool percentile, double *room, double *std_error,
                           double *low, double *high, size_t *used)
{
    size_t m = 0;
    double sum = 0, squares = 0;
    *std_error = *low = *high = (double)NAN;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i * stride])) {
            room[m] = value[i * stride];
            sum += room[m++];
        }
    *used = m;
    if (m < 2)
        return;
    for (size_t i = 0; i < m; i++)
        squares += (room[i] - sum / (double)m) * (room[i] - sum / (double)m);
    *std_error = sqrt(squares / (double)(m - 1));
    if (percentile) {
        qsort(room, m, sizeof *room, by_value);
        *low = quantile(room, m, (1 - level) / 2);
        *high = quantile(room, m, (1 + level) / 2);
    } else {
        const double z = tail_normal_z(level);
        *low = estimate - z * *std_error;
        *high = estimate + z * *std_error;
    }
}
