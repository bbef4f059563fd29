/* added.c: estimates of hidden populations that add up. Each part of an area (each combination of
 * the breakdowns) is estimated by itself; totals over breakdowns, regions and the world are the
 * sums of these estimates, with the sum of their variances, for the parts are different persons.
 * The limits of a sum are log-normal around those not seen (Chao 1987, Biometrics 43). A part that
 * has no estimate counts with the persons seen in it: a sum is a minimum. */
#include "inside.h"

#include "palermo/systems.h"

#include <math.h>
#include <string.h>

bool job_is_part(const struct job *j, const struct item *item)
{
    for (size_t b = 0; b < j->d->by_n; b++)
        if (!item->key[KEY_BY + b])
            return false;
    return !item->total;
}

/* Is `part` one of the parts that `whole` is made of? */
static bool belongs(const struct job *j, const struct item *part, const struct item *whole)
{
    if (part->key[KEY_PERIOD] != whole->key[KEY_PERIOD])
        return false;
    for (size_t b = 0; b < j->d->by_n; b++)
        if (whole->key[KEY_BY + b] && whole->key[KEY_BY + b] != part->key[KEY_BY + b])
            return false;
    return whole->total ? job_enters(j, part, whole->key[KEY_AREA])
                        : part->key[KEY_AREA] == whole->key[KEY_AREA];
}

/* Persons on the lists: where there is no estimate, what the rows say. */
static double seen_in(const struct job *j, const struct item *item, const struct pal_estimate *e)
{
    const bool recapture = strcmp(j->d->estimator->name, "recapture") == 0;
    const struct reading y = cell_read(item->y);
    if (!isnan(e->numerator))
        return e->numerator;
    if (y.absent != PAL_PRESENT)
        return 0;
    return y.value * (recapture && j->d->ask.per > 0 ? j->d->ask.per : 1);
}

static enum pal_status add_up(struct job *j, const struct item *whole,
                              const struct pal_estimate *all, struct pal_estimate *out,
                              struct pal_error *err)
{
    struct pal_sum value = {0}, variance = {0}, seen = {0};
    size_t parts = 0, without = 0;
    const struct pal_estimate *like = NULL;
    bool varies = true;
    for (size_t i = 0; i < j->items; i++) {
        const struct pal_estimate *e = &all[i];
        if (!job_is_part(j, &j->item[i]) || !belongs(j, &j->item[i], whole))
            continue;
        parts++;
        pal_sum_add(&seen, seen_in(j, &j->item[i], e));
        if (e->status != PAL_ANSWER_OK || e->absent != PAL_PRESENT) {
            without++;
            pal_sum_add(&value, seen_in(j, &j->item[i], e));
            continue;
        }
        like = e;
        pal_sum_add(&value, e->value);
        varies &= e->has_std_error;
        if (e->has_std_error)
            pal_sum_add(&variance, e->std_error * e->std_error);
    }
    if (!like)
        return PAL_OK; /* nothing to add: what its own rows gave stays */
    *out = *like;
    if (parts == 1)
        return PAL_OK; /* the part itself */
    out->value = pal_sum_value(&value);
    out->numerator = pal_sum_value(&seen);
    out->has_std_error = varies;
    out->std_error = varies ? sqrt(pal_sum_value(&variance)) : (double)NAN;
    out->interval = "lognormal";
    out->has_interval =
        varies && pal_lognormal_limits(out->numerator, out->value, pal_sum_value(&variance),
                                       out->level, &out->low, &out->high);
    if (varies && !out->has_interval && !(out->std_error > 0)) {
        out->low = out->high = out->value;
        out->has_interval = true;
    }
    const pal_str note =
        without
            ? pal_arena_printf(j->arena,
                               "sum of %zu parts, each estimated by itself; %zu of them have no "
                               "estimate and count with the persons seen",
                               parts, without)
            : pal_arena_printf(j->arena, "sum of %zu parts, each estimated by itself", parts);
    out->note = note.ptr;
    return note.ptr ? PAL_OK : pal_nomem(err, "figures");
}

double systems_per(const struct pal_definition *d)
{
    return strcmp(d->estimator->name, "systems") == 0 && d->ask.per > 0 ? d->ask.per : 1;
}

/* Over a denominator that is known exactly: persons, or those detected. */
static void divide(const struct job *j, const struct item *item, struct pal_estimate *e)
{
    struct reading y, x;
    job_readings(j, item, &y, &x);
    if (x.absent != PAL_PRESENT || e->status != PAL_ANSWER_OK)
        return;
    if (!(x.value > 0)) {
        e->status = PAL_ANSWER_UNDEFINED;
        e->absent = PAL_NOT_APPLICABLE;
        return;
    }
    const double factor = systems_per(j->d) / x.value;
    e->value *= factor;
    e->std_error *= factor;
    e->low *= factor;
    e->high *= factor;
    e->denominator = x.value;
}

enum pal_status job_added(struct job *j, struct pal_estimate *all, struct pal_error *err)
{
    for (size_t i = 0; i < j->items; i++)
        if (!job_is_part(j, &j->item[i]))
            PAL_TRY(add_up(j, &j->item[i], all, &all[i], err));
    for (size_t i = 0; j->entry->x.cells && i < j->items; i++)
        divide(j, &j->item[i], &all[i]);
    return PAL_OK;
}
