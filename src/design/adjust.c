/* adjust.c: the chain of steps that adjust weights. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct pal_adjustment {
    struct pal_arena *arena;
    size_t rows, steps;
    struct adjust_step *step; /* [steps] */
    const double *base;
};

static const struct adjust_kind *kind_of(enum pal_adjust_kind kind)
{
    static const struct adjust_kind *const kinds[] = {
        [PAL_ADJUST_RESPONDENTS] = &adjust_respondents,
        [PAL_ADJUST_POSTSTRATIFY] = &adjust_poststratify,
        [PAL_ADJUST_RAKE] = &adjust_rake,
        [PAL_ADJUST_CALIBRATE] = &adjust_calibrate,
        [PAL_ADJUST_TRIM] = &adjust_trim,
    };
    return kinds[kind];
}

enum pal_status pal_adjustment_new(const struct pal_adjust *steps, size_t n, size_t rows,
                                   struct pal_arena *arena, struct pal_adjustment **out,
                                   struct pal_error *err)
{
    struct pal_adjustment *a = pal_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return pal_nomem(err, "the adjusted weights");
    *a = (struct pal_adjustment){.arena = arena, .rows = rows, .steps = n};
    a->step = pal_arena_alloc(arena, n + 1, sizeof *a->step);
    if (!a->step)
        return pal_nomem(err, "the adjusted weights");
    for (size_t s = 0; s < n; s++) {
        struct adjust_step *step = &a->step[s];
        *step =
            (struct adjust_step){.kind = kind_of(steps[s].kind), .ask = &steps[s], .rows = rows};
        if (step->kind->prepare)
            PAL_TRY(step->kind->prepare(step, arena, err));
    }
    *out = a;
    return PAL_OK;
}

enum pal_status pal_adjustment_fit(struct pal_adjustment *a, const double *base,
                                   struct pal_error *err)
{
    const double *in = base;
    a->base = base;
    for (size_t s = 0; s < a->steps; s++) {
        struct adjust_step *step = &a->step[s];
        const size_t keeps = step->kind->keeps ? step->kind->keeps(step) : 0;
        double *out = pal_arena_alloc(a->arena, a->rows, sizeof *out);
        double *kept = pal_arena_alloc(a->arena, keeps + 1, sizeof *kept);
        if (!out || !kept)
            return pal_nomem(err, "the adjusted weights");
        struct adjust_work work = {.arena = a->arena, .kept = kept};
        if (step->kind->weigh(step, in, out, &work, err) != PAL_OK)
            return pal_while(err, "adjusting weights: %s", step->kind->name);
        step->in = in;
        step->out = out;
        step->kept = kept;
        in = out;
    }
    return PAL_OK;
}

const double *pal_adjustment_weights(const struct pal_adjustment *a)
{
    return a->steps ? a->step[a->steps - 1].out : a->base;
}

enum pal_status pal_adjustment_replicate(const struct pal_adjustment *a, const double *in,
                                         struct pal_arena *scratch, double *out,
                                         struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    double *before = pal_arena_alloc(scratch, a->rows, sizeof *before);
    if (!before)
        return pal_nomem(err, "the adjusted weights");
    memcpy(out, in, a->rows * sizeof *out);
    for (size_t s = 0; s < a->steps; s++) {
        const struct adjust_step *step = &a->step[s];
        const size_t keeps = step->kind->keeps ? step->kind->keeps(step) : 0;
        struct adjust_work work = {.arena = scratch, .replicate = true};
        work.kept = pal_arena_alloc(scratch, keeps + 1, sizeof *work.kept);
        if (!work.kept)
            return pal_nomem(err, "the adjusted weights");
        memcpy(before, out, a->rows * sizeof *out);
        struct pal_error missed = {0};
        const enum pal_status status = step->kind->weigh(step, before, out, &work, &missed);
        if (status == PAL_DOMAIN || status == PAL_NOCONV) {
            for (size_t i = 0; i < a->rows; i++)
                out[i] = (double)NAN;
            break;
        }
        if (status != PAL_OK) {
            if (err)
                *err = missed;
            return status;
        }
    }
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

enum pal_status pal_adjustment_linearize(const struct pal_adjustment *a, const double *z,
                                         struct pal_arena *scratch, double *out,
                                         struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    memcpy(out, z, a->rows * sizeof *out);
    for (size_t s = a->steps; s-- > 0;)
        PAL_TRY(a->step[s].kind->linearize(&a->step[s], out, scratch, err));
    for (size_t i = 0; i < a->rows; i++)
        out[i] *= a->base[i];
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
