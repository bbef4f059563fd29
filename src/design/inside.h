/* inside.h: the design as its own files see it. */
#ifndef PALERMO_DESIGN_INSIDE_H
#define PALERMO_DESIGN_INSIDE_H

#include "palermo/design.h"

struct design_index { /* (parent, code) -> dense number, open addressing; value 0 = free */
    size_t slots;
    uint32_t n;
    uint64_t *key;
    uint32_t *value;
};

struct design_stratum {
    uint32_t parent;   /* unit of the stage above; 0 at the first */
    size_t sampled;    /* n_h                                     */
    double fpc;        /* as given with its first row             */
    double population; /* N_h, INFINITY without fpc               */
    double spread;     /* sum of 1 - p over its units, where they have a p of their own */
};

struct design_stage {
    size_t strata, strata_cap, units, units_cap;
    struct design_stratum *stratum;
    uint32_t *unit_stratum; /* [units] */
    double *probability;    /* [units] of inclusion, where each has its own; NULL: none has */
    struct design_index strata_of, units_of;
};

struct design_memo {
    uint32_t stratum, unit; /* code + 1, 0: nowhere; number */
};

struct pal_design {
    struct pal_design_spec spec;
    struct pal_arena *arena;
    size_t levels; /* stages that count: the first, and down to the last with an fpc */
    struct design_stage stage[PAL_MAX_STAGES];
    struct design_memo *memo; /* [memo_room] by first-stage id: where it was seen last */
    size_t memo_room;
    struct design_index codes; /* first-stage ids seen, where they must not repeat */
    bool repeated;
    double *together; /* [psus * psus] (p_i p_j - p_ij) / p_ij; 0 over strata; the diagonal has what
                         z_i^2 is multiplied by. NULL: not known */
};

/* ---- replicates ---------------------------------------------------------------------------- */

struct replicate_layout { /* first-stage units listed by stratum */
    size_t strata, units;
    const uint32_t *order; /* [units] units of stratum 0, then 1, ... in order of appearance */
    const uint32_t *place; /* [units] where a unit stands in order                           */
    const size_t *start;   /* [strata + 1]                                                   */
};
size_t replicate_sampled(const struct replicate_layout *layout, size_t stratum);
/* f_h of a first-stage stratum; 0 without fpc. */
double replicate_fraction(const struct pal_design *design, size_t stratum);

struct replicate_maker;
struct replicate_kind {
    const char *name;
    void (*factors)(const struct replicate_maker *maker, uint32_t psu, double *out /* [n] */);
    bool leaves_one_out; /* totals have a shorter way: replicate_leave_out */
};

struct replicate_maker { /* what the factors of a unit are made from */
    const struct replicate_kind *kind;
    const struct pal_design *design;
    struct replicate_layout layout;
    size_t n;
    double rho;               /* brr, fay                                      */
    const uint8_t *draws;     /* bootstraps: [units * n], units by stratum     */
    const double *low, *step; /* bootstraps: [strata], factor = low + step * draws */
    const double *given;      /* [units * n]                                   */
};
/* Factors of a unit from what was drawn. */
static inline void replicate_draws(const struct replicate_maker *m, uint32_t psu,
                                   double *restrict out)
{
    const uint32_t h = m->design->stage[0].unit_stratum[psu];
    const uint8_t *draws = m->draws + (size_t)m->layout.place[psu] * m->n;
    const double low = m->low[h], step = m->step[h];
    for (size_t r = 0; r < m->n; r++)
        out[r] = low + step * draws[r];
}
/* Totals of replicates that leave a unit out, [width * n], from totals of units [units * width]. */
PAL_CHECK_RESULT
enum pal_status replicate_leave_out(const struct replicate_maker *maker, size_t units,
                                    const uint32_t *psu, size_t width, const double *total,
                                    struct pal_arena *scratch, double *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status replicate_bootstrap(struct replicate_maker *maker, size_t replicates, bool rao_wu,
                                    uint64_t seed, struct pal_arena *arena,
                                    struct pal_replicates *out, struct pal_error *err);

/* ---- adjusted weights ------------------------------------------------------------------------ */

struct adjust_step {
    const struct adjust_kind *kind;
    const struct pal_adjust *ask;
    size_t rows;
    size_t crossed;           /* rake: cells of all margins crossed            */
    const uint32_t *cross;    /* rake: [rows], PAL_NO_CELL where a margin has none */
    const uint32_t *cross_of; /* rake: [crossed * margins] cell of each margin */
    const double *x;          /* calibrate: [rows * terms]                     */
    const double *in, *out;   /* [rows] weights of the full sample, before and after */
    const double *kept;       /* what `linearize` needs of the fit: the kind's own */
};

struct adjust_work { /* of one set of weights */
    struct pal_arena *arena;
    double *kept;   /* the kind's `keeps` numbers */
    bool replicate; /* an empty cell makes NaN instead of a refusal */
};

struct adjust_kind {
    const char *name;
    enum pal_status (*prepare)(struct adjust_step *step, struct pal_arena *arena,
                               struct pal_error *err); /* NULL: nothing to prepare */
    size_t (*keeps)(const struct adjust_step *step);   /* NULL: nothing */
    enum pal_status (*weigh)(const struct adjust_step *step, const double *in, double *out,
                             struct adjust_work *work, struct pal_error *err);
    /* e[rows], influences on the weights after the step, become those on the weights before. */
    enum pal_status (*linearize)(const struct adjust_step *step, double *e,
                                 struct pal_arena *scratch, struct pal_error *err);
};
extern const struct adjust_kind adjust_respondents, adjust_poststratify, adjust_rake,
    adjust_calibrate, adjust_trim;

#endif
