/* linkage.c: what a table of lists would be, had its records been linked worse or better. */
#include "palermo/systems.h"

#include <math.h>

static int bits(uint32_t set) { return __builtin_popcount(set); }

/* The table that comes out when every record of a person on several lists loses the others with
 * chance `rate`: lost records stand alone, as people of their own. */
static void lose(const struct pal_lists *from, double rate, double *to)
{
    for (uint32_t set = 1; set < from->cells; set++) {
        const double people = from->count[set];
        if (bits(set) == 1 || people == 0) {
            to[set] += people;
            continue;
        }
        for (uint32_t rest = set;; rest = (rest - 1) & set) { /* what stays together */
            const double chance = pow(rate, bits(set ^ rest)) * pow(1 - rate, bits(rest));
            if (rest)
                to[rest] += people * chance;
            for (uint32_t lost = set ^ rest; lost; lost &= lost - 1)
                to[lost & (~lost + 1)] += people * chance;
            if (!rest)
                break;
        }
    }
}

/* The table that `lose` would have turned into this one: from the largest sets down. */
static void find(const struct pal_lists *from, double rate, double *to)
{
    const size_t t = from->t;
    for (int size = (int)t; size >= 2; size--)
        for (uint32_t set = 1; set < from->cells; set++) {
            if (bits(set) != size)
                continue;
            double people = from->count[set];
            const uint32_t others = (uint32_t)(from->cells - 1) ^ set;
            for (uint32_t more = others; more; more = (more - 1) & others)
                people -= to[set | more] * pow(rate, bits(more)) * pow(1 - rate, size);
            to[set] = fmax(0, people / pow(1 - rate, size));
        }
    for (size_t j = 0; j < t; j++) {
        const uint32_t one = (uint32_t)1 << j;
        double people = from->count[one];
        for (uint32_t set = 1; set < from->cells; set++)
            if ((set & one) && set != one)
                people -= to[set] * (rate + (1 - rate) * pow(rate, bits(set) - 1));
        to[one] = fmax(0, people);
    }
}

enum pal_status pal_lists_relink(const struct pal_lists *lists, double rate, bool missed,
                                 struct pal_arena *arena, struct pal_lists **out,
                                 struct pal_error *err)
{
    if (!(rate >= 0 && rate < 1))
        return pal_fail(err, PAL_USAGE, "a rate of linkage errors is from 0 to below 1");
    if (lists->t > 12)
        return pal_fail(err, PAL_DOMAIN, "linkage errors are worked out for up to 12 lists");
    PAL_TRY(pal_lists_new(lists->name, lists->t, arena, out, err));
    (*out)->until = lists->until;
    for (size_t cell = 0; cell < lists->cells; cell++)
        (*out)->state[cell] = lists->state[cell];
    if (missed)
        find(lists, rate, (*out)->count);
    else
        lose(lists, rate, (*out)->count);
    (*out)->count[0] = 0;
    return PAL_OK;
}
