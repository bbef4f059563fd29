/* jackknife.c: totals of the replicates that leave one sampling unit out, from totals of units. */
#include "inside.h"

struct left_out {
    const struct replicate_layout *layout;
    size_t units, strata;   /* touched: those with a total                              */
    const uint32_t *place;  /* [units] ascending: where a touched unit stands in order  */
    const uint32_t *number; /* [strata] of the touched                                  */
    const size_t *start;    /* [strata + 1] their units                                 */
    double *total;          /* [units] of one column                                    */
    double *of_stratum;     /* [strata]                                                 */
    double *behind;         /* [units] sums of those of the same stratum behind it      */
    double *over;           /* [strata + 1] sums of the strata from there on            */
};

static enum pal_status room(struct left_out *l, size_t units, struct pal_arena *scratch,
                            uint32_t **place, uint32_t **number, size_t **start,
                            struct pal_error *err)
{
    *place = pal_arena_alloc(scratch, units + 1, sizeof **place);
    *number = pal_arena_alloc(scratch, units + 1, sizeof **number);
    *start = pal_arena_alloc(scratch, units + 2, sizeof **start);
    l->total = pal_arena_alloc(scratch, units + 1, sizeof *l->total);
    l->of_stratum = pal_arena_alloc(scratch, units + 1, sizeof *l->of_stratum);
    l->behind = pal_arena_alloc(scratch, units + 1, sizeof *l->behind);
    l->over = pal_arena_alloc(scratch, units + 1, sizeof *l->over);
    l->place = *place;
    l->number = *number;
    l->start = *start;
    return *place && *number && *start && l->total && l->of_stratum && l->behind && l->over
               ? PAL_OK
               : pal_nomem(err, "the replicates");
}

/* Lists the touched units by stratum; at[place] becomes their number there. */
static enum pal_status arrange(const struct replicate_maker *m, size_t units, const uint32_t *psu,
                               struct pal_arena *scratch, uint32_t *at, struct left_out *out,
                               struct pal_error *err)
{
    uint32_t *place, *number;
    size_t *start;
    *out = (struct left_out){.layout = &m->layout};
    PAL_TRY(room(out, units, scratch, &place, &number, &start, err));
    for (size_t u = 0; u < units; u++)
        at[m->layout.place[psu[u]]] = 1;
    for (size_t h = 0; h < m->layout.strata; h++) {
        const size_t before = out->units;
        for (size_t p = m->layout.start[h]; p < m->layout.start[h + 1]; p++) {
            if (!at[p])
                continue;
            at[p] = (uint32_t)out->units;
            place[out->units++] = (uint32_t)p;
        }
        if (out->units == before)
            continue;
        number[out->strata] = (uint32_t)h;
        start[out->strata++] = before;
    }
    start[out->strata] = out->units;
    return PAL_OK;
}

/* One column. What is left of a unit's stratum, and of the other strata, is added up and never
 * subtracted, so that nothing left is exactly 0 and equal sums stay equal. */
static void leave_out(const struct left_out *l, double *row, size_t replicates)
{
    double before = 0;
    l->over[l->strata] = 0;
    for (size_t j = l->strata; j-- > 0;) {
        l->of_stratum[j] = 0;
        for (size_t t = l->start[j]; t < l->start[j + 1]; t++)
            l->of_stratum[j] += l->total[t];
        l->over[j] = l->over[j + 1] + l->of_stratum[j];
    }
    for (size_t r = 0; r < replicates; r++)
        row[r] = l->over[0];
    for (size_t j = 0; j < l->strata; j++) {
        const size_t h = l->number[j], first = l->start[j], last = l->start[j + 1];
        const double n = (double)replicate_sampled(l->layout, h);
        const double others = before + l->over[j + 1];
        double left = 0, behind = 0;
        before += l->of_stratum[j];
        if (!(n > 1))
            continue;
        const double up = n / (n - 1);
        for (size_t r = l->layout->start[h]; r < l->layout->start[h + 1]; r++)
            row[r] = others + up * l->of_stratum[j];
        for (size_t t = last; t-- > first;) {
            l->behind[t] = behind;
            behind += l->total[t];
        }
        for (size_t t = first; t < last; t++) {
            row[l->place[t]] = others + up * (left + l->behind[t]);
            left += l->total[t];
        }
    }
}

enum pal_status replicate_leave_out(const struct replicate_maker *m, size_t units,
                                    const uint32_t *psu, size_t width, const double *total,
                                    struct pal_arena *scratch, double *out, struct pal_error *err)
{
    struct left_out l;
    uint32_t *at = pal_arena_alloc(scratch, m->layout.units + 1, sizeof *at);
    if (!at)
        return pal_nomem(err, "the replicates");
    PAL_TRY(arrange(m, units, psu, scratch, at, &l, err));
    for (size_t k = 0; k < width; k++) {
        for (size_t t = 0; t < l.units; t++)
            l.total[t] = 0;
        for (size_t u = 0; u < units; u++) /* units of a later stage share one of the first */
            l.total[at[m->layout.place[psu[u]]]] += total[u * width + k];
        leave_out(&l, out + k * m->n, m->n);
    }
    return PAL_OK;
}
