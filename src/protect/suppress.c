/* suppress.c: which further cells are hidden. A heuristic finds safe patterns, an integer program
 * makes the small ones cheapest; what comes out is safe by its witnesses either way. */
#include "inside.h"

#include <math.h>

enum { EXACT_CELLS = 1000, NODES = 20000 };
static const uint64_t EXCHANGE_WORK = 100000; /* columns */

static enum pal_status attempt(struct protect_pattern *trial, struct protect_pattern *best,
                               const bool *banned, const bool *old, bool backwards, bool *better,
                               size_t *unsafe, struct pal_error *err)
{
    *better = false;
    PAL_TRY(protect_paths(trial, banned, NULL, backwards, unsafe, err));
    if (*unsafe != SIZE_MAX)
        return PAL_OK;
    PAL_TRY(protect_clean(trial, old, err)); /* what was there before is seldom to spare */
    if (old && protect_pattern_cost(trial) < protect_pattern_cost(best) - 1e-9)
        PAL_TRY(protect_clean(trial, NULL, err));
    if (best->needs && best->need[0].moved &&
        protect_pattern_cost(trial) >= protect_pattern_cost(best) - 1e-9)
        return PAL_OK;
    protect_pattern_copy(best, trial);
    *better = true;
    return PAL_OK;
}

static void given_only(struct protect_pattern *p)
{
    for (size_t i = 0; i < p->system->cells; i++)
        p->hidden[i] = protect_given(&p->system->cell[i]);
    for (size_t k = 0; k < p->needs; k++)
        p->need[k].moved = NULL;
}

/* Forbids one hidden cell after the other and looks for something cheaper in its place. */
static enum pal_status exchange(struct protect_pattern *trial, struct protect_pattern *best,
                                struct pal_error *err)
{
    const struct pal_system *s = best->system;
    bool *banned = pal_arena_alloc(best->arena, s->cells + 1, sizeof *banned);
    bool *old = pal_arena_alloc(best->arena, s->cells + 1, sizeof *old);
    if (!banned || !old)
        return pal_nomem(err, "a pattern");
    size_t since = 0;
    const uint64_t until = trial->work + EXCHANGE_WORK;
    for (size_t i = 0; trial->work < until && since < s->cells && s->cells;
         i = (i + 1) % s->cells, since++) {
        if (!best->hidden[i] || protect_given(&s->cell[i]) || s->cell[i].cost <= 0)
            continue;
        bool better;
        size_t unsafe;
        protect_pattern_copy(trial, best);
        memcpy(old, best->hidden, s->cells * sizeof *old);
        trial->hidden[i] = false;
        banned[i] = true;
        PAL_TRY(attempt(trial, best, banned, old, false, &better, &unsafe, err));
        banned[i] = false;
        if (better)
            since = 0;
    }
    return PAL_OK;
}

static enum pal_status refuse(const struct pal_system *s, const struct protect_need *need,
                              struct pal_error *err)
{
    char number[PAL_NUM_SIZE];
    pal_num_write(need->distance, number);
    return pal_fail(err, PAL_DOMAIN,
                    "cell '%.*s' cannot be protected: whatever else is hidden, it cannot lie %s %s "
                    "its value; publish less detail, or a lower protection",
                    PAL_ARG(s->cell[need->cell].key), number, need->above ? "above" : "below");
}

static enum pal_status answer(struct pal_system *s, const struct protect_pattern *best,
                              struct pal_suppression *out, struct pal_error *err)
{
    struct pal_witness *witness = pal_arena_alloc(s->arena, best->needs + 1, sizeof *witness);
    if (!witness)
        return pal_nomem(err, "the witnesses");
    out->cost = protect_pattern_cost(best);
    for (size_t k = 0; k < best->needs; k++) {
        const struct protect_need *need = &best->need[k];
        if (!protect_witness_holds(best, k))
            return pal_fail(err, PAL_BUG, "cell '%.*s' has no witness",
                            PAL_ARG(s->cell[need->cell].key));
        witness[k] = (struct pal_witness){need->cell, need->above, need->n, need->moved};
    }
    out->witness = witness;
    out->witnesses = best->needs;
    for (size_t i = 0; i < s->cells; i++)
        if (best->hidden[i] && !protect_given(&s->cell[i])) {
            s->cell[i].mark = PAL_CELL_SECONDARY;
            s->cell[i].letter = 'S';
            out->secondary++;
        }
    return PAL_OK;
}

/* Two safe patterns, from the first need to the last and back; the better one. */
static enum pal_status begin(struct pal_system *s, struct protect_pattern *trial,
                             struct protect_pattern *best, size_t *unsafe, struct pal_error *err)
{
    bool better;
    PAL_TRY(protect_pattern_new(s, s->arena, best, err));
    PAL_TRY(protect_pattern_new(s, s->arena, trial, err));
    for (int backwards = 0; backwards < 2; backwards++) {
        given_only(trial);
        PAL_TRY(attempt(trial, best, NULL, NULL, backwards == 1, &better, unsafe, err));
        if (*unsafe != SIZE_MAX)
            return PAL_OK;
    }
    return PAL_OK;
}

/* Where one distance cannot be had, a cell that may slide does with the other. */
static bool slide(struct pal_system *s, const struct protect_need *need)
{
    struct pal_entry *c = &s->cell[need->cell];
    double *distance = need->above ? &c->upper : &c->lower;
    const double other = need->above ? c->lower : c->upper;
    if (!c->sliding || !(other > 0))
        return false;
    *distance = 0;
    return true;
}

enum pal_status pal_suppress(struct pal_system *s, const struct pal_suppress_options *options,
                             struct pal_suppression *out, struct pal_error *err)
{
    struct protect_pattern best, trial;
    size_t unsafe = 0;
    *out = (struct pal_suppression){0};
    while (unsafe != SIZE_MAX) {
        PAL_TRY(begin(s, &trial, &best, &unsafe, err));
        if (unsafe != SIZE_MAX && !slide(s, &trial.need[unsafe]))
            return refuse(s, &trial.need[unsafe], err);
    }
    const bool small = s->cells <= (options->exact_cells ? options->exact_cells : EXACT_CELLS);
    PAL_TRY(exchange(&trial, &best, err)); /* a good pattern saves the integer program work */
    if (small && !options->heuristic_only)
        PAL_TRY(protect_exact(&best, options->nodes ? options->nodes : NODES, &out->lower_bound,
                              &out->optimal, err));
    return answer(s, &best, out, err);
}
