/* inside.h: what the files of the room share: linear programs over the cells of a system. */
#ifndef PALERMO_PROTECT_INSIDE_H
#define PALERMO_PROTECT_INSIDE_H

#include "palermo/protect.h"

#include <glpk.h>

/* ---- tables -------------------------------------------------------------------------------- */

enum { PROTECT_KEY = 1 << 16 }; /* bytes of a key */

bool protect_is_total(pal_str code);
pal_str protect_field(const struct pal_grid *grid, size_t row, size_t column);
/* The code of a row in a column (SIZE_MAX: not there), totals as "T". */
pal_str protect_code(const struct pal_grid *grid, size_t row, size_t column);
enum pal_status protect_missing_column(const struct pal_grid *grid, pal_str name,
                                       struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status protect_number(const struct pal_grid *grid, size_t row, size_t column, double *out,
                               struct pal_error *err);

/* ---- linear programs ---------------------------------------------------------------------------
 */

/* A linear program over changes of some cells: change 0 is the table itself. Columns are the cells
 * given, rows the relations between them; every other cell stands still. */
struct protect_lp {
    glp_prob *glp;
    size_t n;
    const size_t *cell; /* [n] of column j + 1 */
};

/* `column` [cells] is scratch and holds zeros before and after. `doubled`: each cell has two
 * columns, j + 1 for more and n + j + 1 for less, so that change costs in both directions. */
PAL_CHECK_RESULT
enum pal_status protect_lp_new(const struct pal_system *system, const size_t *cell, size_t n,
                               bool doubled, int *column, struct pal_arena *arena,
                               struct protect_lp *out, struct pal_error *err);
/* Bounds of a column: low <= x <= high, either may be infinite. */
void protect_lp_bounds(glp_prob *glp, int column, double low, double high);
/* Solves by the primal simplex from the basis at hand. *feasible is false when there is no point.
 */
PAL_CHECK_RESULT
enum pal_status protect_lp_solve(glp_prob *glp, bool *feasible, struct pal_error *err);

/* How far a cell can go: up = ceiling - value, down = value - floor. */
static inline double protect_up(const struct pal_entry *cell)
{
    return cell->ceiling - cell->value;
}
static inline double protect_down(const struct pal_entry *cell)
{
    return cell->value - cell->floor;
}
static inline double protect_slack(const struct pal_entry *cell)
{
    return 1e-7 * fmax(1, fabs(cell->value));
}

/* ---- patterns: which cells are hidden, with the witnesses that they hide enough ------------- */

struct protect_need { /* one primary cell in one direction */
    size_t cell;
    bool above;
    double distance;
    size_t n;
    struct pal_term *moved; /* the witness, NULL = none at hand */
};

struct protect_pattern {
    const struct pal_system *system;
    struct pal_arena *arena;
    bool *hidden; /* [cells] */
    size_t needs;
    struct protect_need *need;
    size_t *why;    /* [cells] the need that last could not do without it */
    uint64_t work;  /* columns of the linear programs solved so far: a clock that is the same
                       everywhere */
    int *column;    /* [cells] scratch of protect_lp_new                */
    double *change; /* [cells] scratch: changes of a witness, then zero */
    size_t *list;   /* [cells] scratch: cells of a linear program       */
    bool *seen;     /* [cells] scratch, then false                      */
    bool *used;     /* [relations] scratch, then false                  */
};

/* Hidden because a rule or the last release says so: at no cost. */
static inline bool protect_given(const struct pal_entry *cell)
{
    return cell->mark != PAL_CELL_OPEN;
}
PAL_CHECK_RESULT
enum pal_status protect_pattern_new(const struct pal_system *system, struct pal_arena *arena,
                                    struct protect_pattern *out, struct pal_error *err);
double protect_pattern_cost(const struct protect_pattern *pattern); /* of its secondary cells */
/* Is the witness of need k there, and true of what is hidden now? By sums alone. */
bool protect_witness_holds(const struct protect_pattern *pattern, size_t k);
PAL_CHECK_RESULT
enum pal_status protect_keep(struct protect_pattern *pattern, size_t k, const struct protect_lp *lp,
                             struct pal_error *err);
/* Seeks a witness among the hidden cells; *found says whether there is one. */
PAL_CHECK_RESULT
enum pal_status protect_witness_seek(struct protect_pattern *pattern, size_t k, bool *found,
                                     struct pal_error *err);
/* Hides cells until every need has a witness, at little cost. `banned` [cells] are not to be
 * hidden, may be NULL. `price` [cells] guides instead of the costs, may be NULL. *unsafe is the
 * first need that no cells can serve, or SIZE_MAX. */
PAL_CHECK_RESULT
enum pal_status protect_paths(struct protect_pattern *pattern, const bool *banned,
                              const double *price, bool backwards, size_t *unsafe,
                              struct pal_error *err);
void protect_pattern_copy(struct protect_pattern *to, const struct protect_pattern *from);
/* Prints again what can be printed, the dearest first; cells that `but` [cells] says are left as
 * they are (may be NULL). */
PAL_CHECK_RESULT
enum pal_status protect_clean(struct protect_pattern *pattern, const bool *but,
                              struct pal_error *err);

/* The integer program. Starts from the pattern (safe), leaves the cheapest found in it. */
PAL_CHECK_RESULT
enum pal_status protect_exact(struct protect_pattern *pattern, size_t nodes, double *lower_bound,
                              bool *optimal, struct pal_error *err);

#endif
