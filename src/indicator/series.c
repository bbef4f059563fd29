/* series.c: series that scatter more than chance. An area's own counts over the years are held
 * against a log-linear trend; where they scatter about it more than Poisson counts would, the
 * random variation of each is that of the years about it (quasi-Poisson), not that of one Poisson
 * count. */
#include "inside.h"

#include <math.h>
#include <string.h>

/* The stated rule: at least five years with a count, Pearson's chi-square about the trend beyond
 * its 5 per cent point. The dispersion is that near each year, and not above the count itself: the
 * relative standard deviation stays within 100 per cent, since an equivalent Poisson count below
 * one would bound nothing. Totals over areas are no series of one observer and are not tested. */
enum { LEAST_YEARS = 5, MOST_YEARS = 400 };
#define TEST_LEVEL 0.05

static enum pal_status test_series(const struct job *j, const uint32_t *member, size_t n,
                                   double *dispersion, struct pal_error *err)
{
    double y[MOST_YEARS], x[MOST_YEARS], t[MOST_YEARS], near[MOST_YEARS];
    uint32_t from[MOST_YEARS];
    size_t used = 0;
    for (size_t i = 0; i < n && used < MOST_YEARS; i++) {
        struct reading top, bottom;
        job_readings(j, &j->item[member[i]], &top, &bottom);
        if (top.absent != PAL_PRESENT ||
            (j->is_rate && (bottom.absent != PAL_PRESENT || !(bottom.value > 0))))
            continue;
        y[used] = top.value;
        x[used] = j->is_rate ? bottom.value : 1;
        from[used] = member[i];
        t[used++] = (int32_t)j->item[member[i]].key[KEY_PERIOD];
    }
    struct pal_dispersion found;
    struct pal_error ignored = {0}; /* a trend that does not settle is no evidence of scatter */
    if (used < LEAST_YEARS || pal_dispersion_of(y, x, t, used, &found, &ignored) != PAL_OK ||
        found.df < 1 || !(found.p < TEST_LEVEL))
        return PAL_OK;
    PAL_TRY(pal_dispersion_near(y, x, t, used, j->scratch, near, err));
    for (size_t i = 0; i < used; i++)
        if (fmin(near[i], y[i]) > 1)
            dispersion[from[i]] = fmin(near[i], y[i]);
    return PAL_OK;
}

enum pal_status job_dispersion(struct job *j, double *dispersion, struct pal_error *err)
{
    if (j->d->ask.no_variance || !(j->is_rate || strcmp(j->d->estimator->name, "count") == 0))
        return PAL_OK;
    struct pal_groups *groups;
    PAL_TRY(pal_groups_new(j->scratch, 1 + j->d->by_n, &groups, err));
    uint32_t *of = pal_arena_alloc(j->scratch, j->items + 1, sizeof *of);
    uint32_t *member = pal_arena_alloc(j->scratch, j->items + 1, sizeof *member);
    if (!of || !member)
        return pal_nomem(err, "series");
    for (size_t i = 0; i < j->items; i++) {
        uint32_t key[KEY_WIDTH];
        if (j->item[i].total) {
            of[i] = PAL_NO_GROUP;
            continue;
        }
        key[0] = j->item[i].key[KEY_AREA];
        memcpy(key + 1, j->item[i].key + KEY_BY, j->d->by_n * sizeof *key);
        of[i] = pal_groups_add(groups, key);
        if (of[i] == PAL_NO_GROUP)
            return pal_nomem(err, "series");
    }
    /* Members side by side by series; items are sorted, so a series stays in order of years. */
    const size_t n = pal_groups_count(groups);
    uint32_t *start = pal_arena_alloc(j->scratch, n + 2, sizeof *start);
    if (!start)
        return pal_nomem(err, "series");
    for (size_t i = 0; i < j->items; i++)
        if (of[i] != PAL_NO_GROUP)
            start[of[i] + 2]++;
    for (size_t g = 1; g < n + 2; g++)
        start[g] += start[g - 1];
    for (uint32_t i = 0; i < j->items; i++)
        if (of[i] != PAL_NO_GROUP)
            member[start[of[i] + 1]++] = i;
    for (size_t g = 0; g < n; g++)
        if (start[g + 1] - start[g] >= LEAST_YEARS)
            PAL_TRY(test_series(j, member + start[g], start[g + 1] - start[g], dispersion, err));
    return PAL_OK;
}
