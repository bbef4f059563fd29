/* recruits.c: recruitment chains of respondent-driven sampling: the forest, circles in it, and what
 * a sample adds up to. */
#include "recruits.h"

size_t pal_recruits_circles(const uint32_t *recruiter, size_t n, uint32_t *circle)
{
    enum { NONE = 0 };
    const uint32_t unseen = UINT32_MAX, open = UINT32_MAX - 1;
    size_t circles = 0;
    for (size_t i = 0; i < n; i++)
        circle[i] = unseen;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        while (at < n && circle[at] == unseen) { /* up to something known, or round */
            circle[at] = open;
            at = recruiter[at];
        }
        uint32_t number = NONE;
        if (at < n && circle[at] == open) { /* met on this way up: a circle begins and ends here */
            number = (uint32_t)++circles;
            const size_t first = at;
            do {
                circle[at] = number;
                at = recruiter[at];
            } while (at != first);
        }
        for (at = i; at < n && circle[at] == open; at = recruiter[at])
            circle[at] = NONE;
    }
    return circles;
}

static enum pal_status count_children(const uint32_t *recruiter, size_t n, struct pal_arena *arena,
                                      struct pal_recruits *out, struct pal_error *err)
{
    uint32_t *at = pal_arena_alloc(arena, n + 2, sizeof *at);
    uint32_t *child = pal_arena_alloc(arena, n, sizeof *child);
    uint32_t *seed = pal_arena_alloc(arena, n, sizeof *seed);
    if (!at || !child || !seed)
        return pal_nomem(err, "the recruitment forest");
    for (size_t i = 0; i < n; i++) {
        if (recruiter[i] == PAL_SEED)
            seed[out->seeds++] = (uint32_t)i;
        else
            at[recruiter[i] + 2]++;
    }
    for (size_t i = 2; i < n + 2; i++) {
        out->most_children = at[i] > out->most_children ? at[i] : out->most_children;
        at[i] += at[i - 1];
    }
    /* at[i + 1] is where the next child of row i goes, and ends as the first of row i + 1 */
    for (size_t i = 0; i < n; i++)
        if (recruiter[i] != PAL_SEED)
            child[at[recruiter[i] + 1]++] = (uint32_t)i;
    out->child_at = at;
    out->child = child;
    out->seed = seed;
    return PAL_OK;
}

enum pal_status pal_recruits_new(const uint32_t *recruiter, const double *degree, size_t n,
                                 struct pal_arena *arena, struct pal_recruits *out,
                                 struct pal_error *err)
{
    *out = (struct pal_recruits){.n = n, .recruiter = recruiter, .degree = degree};
    if (!n)
        return pal_fail(err, PAL_DATA, "there are no respondents");
    if (n >= PAL_SEED - 1)
        return pal_fail(err, PAL_NOMEM, "%zu respondents are more than can be numbered", n);
    for (size_t i = 0; i < n; i++)
        if (recruiter[i] != PAL_SEED && recruiter[i] >= n)
            return pal_fail(err, PAL_BUG, "respondent %zu has a recruiter outside the table",
                            i + 1);
    uint32_t *wave = pal_arena_alloc(arena, n, sizeof *wave);
    uint32_t *tree = pal_arena_alloc(arena, n, sizeof *tree);
    uint32_t *queue = pal_arena_alloc(arena, n, sizeof *queue);
    if (!wave || !tree || !queue)
        return pal_nomem(err, "the recruitment forest");
    PAL_TRY(count_children(recruiter, n, arena, out, err));
    size_t head = 0, tail = 0;
    for (size_t s = 0; s < out->seeds; s++) {
        tree[out->seed[s]] = (uint32_t)s;
        queue[tail++] = out->seed[s];
    }
    while (head < tail) {
        const uint32_t row = queue[head++];
        out->waves = wave[row];
        for (uint32_t c = out->child_at[row]; c < out->child_at[row + 1]; c++) {
            const uint32_t child = out->child[c];
            wave[child] = wave[row] + 1;
            tree[child] = tree[row];
            queue[tail++] = child;
        }
    }
    if (tail < n)
        return pal_fail(err, PAL_DATA,
                        "%zu respondents descend from no seed: they recruited each other in a "
                        "circle",
                        n - tail);
    out->wave = wave;
    out->tree = tree;
    return PAL_OK;
}

const char *pal_rds_name(enum pal_rds method)
{
    static const char *const names[] = {"mean", "RDS-I", "RDS-I/DS", "RDS-II", "SS"};
    return names[method];
}

/* ---- sums and shares ---------------------------------------------------------------------------
 */

enum pal_status rds_sums_new(size_t groups, struct pal_arena *arena, struct rds_sums *out,
                             struct pal_error *err)
{
    out->groups = groups;
    out->count = pal_arena_alloc(arena, groups, sizeof(double));
    out->weight = pal_arena_alloc(arena, groups, sizeof(double));
    out->passed = pal_arena_alloc(arena, groups * groups, sizeof(double));
    out->work = pal_arena_alloc(arena, 3 * groups * groups + 2 * groups, sizeof(double));
    return out->count && out->weight && out->passed && out->work ? PAL_OK
                                                                 : pal_nomem(err, "the groups");
}

void rds_sums_clear(struct rds_sums *sums)
{
    const size_t g = sums->groups;
    memset(sums->count, 0, g * sizeof(double));
    memset(sums->weight, 0, g * sizeof(double));
    memset(sums->passed, 0, g * g * sizeof(double));
}

void rds_rates(const double *count, size_t groups, double *rate)
{
    for (size_t i = 0; i < groups; i++) {
        double sum = 0;
        for (size_t j = 0; j < groups; j++)
            sum += count[i * groups + j];
        for (size_t j = 0; j < groups; j++)
            rate[i * groups + j] = sum > 0 ? count[i * groups + j] / sum : 1 / (double)groups;
    }
}

/* Gauss with partial pivoting on (rate' - 1) x = 0, of which one equation follows from the others
 * and gives place to sum x = 1. */
void rds_stationary(const double *rate, size_t groups, double *work, double *out)
{
    const size_t g = groups, w = g + 1;
    for (size_t i = 0; i < g; i++) {
        for (size_t j = 0; j < g; j++)
            work[i * w + j] = i + 1 == g ? 1 : rate[j * g + i] - (i == j ? 1 : 0);
        work[i * w + g] = i + 1 == g ? 1 : 0;
    }
    bool unique = true;
    for (size_t k = 0; k < g && unique; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < g; i++)
            if (fabs(work[i * w + k]) > fabs(work[pivot * w + k]))
                pivot = i;
        unique = fabs(work[pivot * w + k]) > 1e-13;
        for (size_t j = 0; j < w; j++) {
            const double swap = work[k * w + j];
            work[k * w + j] = work[pivot * w + j];
            work[pivot * w + j] = swap;
        }
        for (size_t i = k + 1; i < g && unique; i++) {
            const double factor = work[i * w + k] / work[k * w + k];
            for (size_t j = k; j < w; j++)
                work[i * w + j] -= factor * work[k * w + j];
        }
    }
    for (size_t i = g; i-- > 0;) {
        double x = work[i * w + g];
        for (size_t j = i + 1; j < g; j++)
            x -= work[i * w + j] * out[j];
        out[i] = unique ? x / work[i * w + i] : (double)NAN;
    }
}

/* Transitions that are reciprocal: what flows each way between two groups is averaged. */
static void smooth(const double *rate, const double *stationary, size_t g, double *out)
{
    for (size_t i = 0; i < g; i++)
        for (size_t j = 0; j < g; j++)
            out[i * g + j] =
                (stationary[i] * rate[i * g + j] + stationary[j] * rate[j * g + i]) / 2;
}

void rds_shares(struct rds_sums *sums, enum pal_rds method, double *out)
{
    const size_t g = sums->groups;
    double total = 0;
    if (method == PAL_RDS_I || method == PAL_RDS_I_SMOOTH) {
        double *rate = sums->work, *flow = rate + g * g, *work = flow + g * g;
        rds_rates(sums->passed, g, rate);
        rds_stationary(rate, g, work, out);
        if (method == PAL_RDS_I_SMOOTH) {
            smooth(rate, out, g, flow);
            rds_rates(flow, g, rate);
            rds_stationary(rate, g, work, out);
        }
        for (size_t i = 0; i < g; i++)
            out[i] = out[i] * sums->weight[i] / (sums->count[i] > 0 ? sums->count[i] : (double)NAN);
    } else {
        memcpy(out, method == PAL_RDS_MEAN ? sums->count : sums->weight, g * sizeof(double));
    }
    for (size_t i = 0; i < g; i++)
        total += out[i];
    for (size_t i = 0; i < g; i++)
        out[i] = total > 0 ? out[i] / total : (double)NAN;
}

static void sum_rows(const struct pal_recruits *r, const struct pal_trait *trait,
                     enum pal_rds method, const double *pi, struct rds_sums *sums)
{
    rds_sums_clear(sums);
    for (size_t i = 0; i < r->n; i++) {
        const uint32_t group = trait->group[i], from = r->recruiter[i];
        if (group == PAL_NO_GROUP)
            continue;
        if (from != PAL_SEED && trait->group[from] != PAL_NO_GROUP)
            sums->passed[trait->group[from] * sums->groups + group]++;
        if (isnan(r->degree[i]) && method != PAL_RDS_MEAN)
            continue;
        sums->count[group]++;
        if (method != PAL_RDS_MEAN)
            sums->weight[group] += 1 / (method == PAL_RDS_SS ? pi[i] : rds_degree(r->degree[i]));
    }
}

enum pal_status pal_recruits_shares(const struct pal_recruits *recruits,
                                    const struct pal_trait *trait, enum pal_rds method,
                                    const double *pi, struct pal_arena *scratch, double *out,
                                    struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct rds_sums sums;
    PAL_TRY(rds_sums_new(trait->groups, scratch, &sums, err));
    sum_rows(recruits, trait, method, pi, &sums);
    rds_shares(&sums, method, out);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* ---- parts of a sample
 * ------------------------------------------------------------------------------ */

/* Weights 1/degree by part, then as shares of the part. */
static void sum_parts(const struct pal_recruits *r, const struct pal_trait *trait,
                      const uint32_t *part, size_t parts, double *out, size_t *n)
{
    memset(out, 0, parts * trait->groups * sizeof *out);
    memset(n, 0, parts * sizeof *n);
    for (size_t i = 0; i < r->n; i++) {
        if (trait->group[i] == PAL_NO_GROUP || isnan(r->degree[i]))
            continue;
        out[part[i] * trait->groups + trait->group[i]] += 1 / rds_degree(r->degree[i]);
        n[part[i]]++;
    }
}

static void share_parts(size_t groups, size_t parts, double *out)
{
    for (size_t p = 0; p < parts; p++) {
        double sum = 0;
        for (size_t g = 0; g < groups; g++)
            sum += out[p * groups + g];
        for (size_t g = 0; g < groups; g++)
            out[p * groups + g] = sum > 0 ? out[p * groups + g] / sum : (double)NAN;
    }
}

void pal_recruits_by_wave(const struct pal_recruits *recruits, const struct pal_trait *trait,
                          double *out, size_t *n)
{
    const size_t g = trait->groups, parts = recruits->waves + 1;
    sum_parts(recruits, trait, recruits->wave, parts, out, n);
    for (size_t p = 1; p < parts; p++) {
        n[p] += n[p - 1];
        for (size_t i = 0; i < g; i++)
            out[p * g + i] += out[(p - 1) * g + i];
    }
    share_parts(g, parts, out);
}

void pal_recruits_by_tree(const struct pal_recruits *recruits, const struct pal_trait *trait,
                          double *out, size_t *n)
{
    sum_parts(recruits, trait, recruits->tree, recruits->seeds, out, n);
    share_parts(trait->groups, recruits->seeds, out);
}
