/* rank.c: the number of linearly independent columns of a matrix. Columns are taken eight at a
 * time, side by side, so that a reflection goes through all eight in one sweep: each of the eight
 * is worked on as if it were alone, in the same order on every machine. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

/* ---- a reflection through eight columns
 * ---------------------------------------------------------- */

/* x -= (v'x / v_0) v: the reflection of LINPACK, whose v has v'v = 2 v_0. */
static inline __attribute__((always_inline)) void reflect(const double *v, size_t rows, lanes *x)
{
    lanes even = {0}, odd = {0};
    size_t i = 0;
    for (; i + 1 < rows; i += 2) {
        even += v[i] * x[i];
        odd += v[i + 1] * x[i + 1];
    }
    if (i < rows)
        even += v[i] * x[i];
    const lanes step = (even + odd) / v[0];
    for (i = 0; i < rows; i++)
        x[i] -= v[i] * step;
}

/* v[k * rows + i], i from k: all reflections so far. */
#define SWEEP                                                                                      \
    for (size_t k = 0; k < count; k++)                                                             \
        reflect(v + k * rows + k, rows - k, x + k);
static void sweep_any(const double *v, size_t count, size_t rows, lanes *x) { SWEEP }
#if defined(__x86_64__)
__attribute__((target("avx2"))) static void sweep_avx2(const double *v, size_t count, size_t rows,
                                                       lanes *x)
{
    SWEEP
}
__attribute__((target("avx512f"))) static void sweep_avx512(const double *v, size_t count,
                                                            size_t rows, lanes *x)
{
    SWEEP
}
#endif

typedef void sweep_fn(const double *v, size_t count, size_t rows, lanes *x);

static sweep_fn *sweep_of_machine(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return sweep_avx512;
    if (__builtin_cpu_supports("avx2"))
        return sweep_avx2;
#endif
    return sweep_any;
}

/* ---- columns one after the other
 * ----------------------------------------------------------------- */

struct columns {
    size_t rows;
    double *v; /* [min(rows, cols)][rows] vectors of reflections */
    double *x; /* [rows][LANES] the eight at hand                */
    double *triangle;
    double tolerance;
    struct pal_rank found;
};

static double norm_from(const double *x, size_t from, size_t rows)
{
    double sum = 0;
    for (size_t i = from; i < rows; i++)
        sum += x[i * LANES] * x[i * LANES];
    return sqrt(sum);
}

/* Column `lane` becomes the vector of a reflection, and those to its right are reflected. */
static void keep_column(struct columns *c, size_t lane, size_t width, double left)
{
    const size_t k = c->found.rank++, rows = c->rows;
    double *v = c->v + k * rows;
    const double first = c->x[k * LANES + lane], sign = first < 0 ? -left : left;
    for (size_t i = k; i < rows; i++)
        v[i] = c->x[i * LANES + lane] / sign;
    v[k] += 1;
    c->x[k * LANES + lane] = -sign;
    for (size_t i = k + 1; i < rows; i++)
        c->x[i * LANES + lane] = 0;
    for (size_t j = lane + 1; j < width; j++) {
        double product = 0, *x = c->x + j;
        for (size_t i = k; i < rows; i++)
            product += v[i] * x[i * LANES];
        const double step = product / v[k];
        for (size_t i = k; i < rows; i++)
            x[i * LANES] -= step * v[i];
    }
}

static enum pal_status reflect_all(struct columns *c, const double *row, size_t cols,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    const size_t rows = c->rows, most = rows < cols ? rows : cols;
    sweep_fn *const sweep = sweep_of_machine();
    c->v = pal_arena_alloc(scratch, most * rows + 1, sizeof *c->v);
    c->x = pal_arena_alloc(scratch, rows + 1, LANES * sizeof *c->x);
    if (!c->v || !c->x)
        return pal_nomem(err, "a rank");
    c->found = (struct pal_rank){0, HUGE_VAL, HUGE_VAL};
    for (size_t from = 0; from < cols && (c->triangle || c->found.rank < rows); from += LANES) {
        const size_t width = cols - from < LANES ? cols - from : LANES;
        for (size_t i = 0; i < rows; i++)
            memcpy(c->x + i * LANES, row + i * cols + from, width * sizeof *row);
        double whole[LANES];
        for (size_t j = 0; j < width; j++)
            whole[j] = norm_from(c->x + j, 0, rows);
        sweep(c->v, c->found.rank, rows, (lanes *)(void *)c->x);
        for (size_t j = 0; j < width && c->found.rank < rows; j++) {
            const double left = norm_from(c->x + j, c->found.rank, rows);
            if (!(left > 0) || left < c->tolerance * whole[j])
                continue;
            c->found.least = fmin(c->found.least, left / whole[j]);
            c->found.left = fmin(c->found.left, left);
            keep_column(c, j, width, left);
        }
        for (size_t i = 0; c->triangle && i < most; i++)
            memcpy(c->triangle + i * cols + from, c->x + i * LANES, width * sizeof *row);
    }
    return PAL_OK;
}

enum pal_status pal_rank_of(const double *row, size_t rows, size_t cols, struct pal_arena *scratch,
                            struct pal_rank *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct columns c = {.rows = rows, .tolerance = PAL_RANK_TOLERANCE};
    PAL_TRY(reflect_all(&c, row, cols, scratch, err));
    *out = c.found;
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

enum pal_status pal_rank_fold(double *row, size_t rows, size_t cols, struct pal_arena *scratch,
                              struct pal_error *err)
{
    if (rows <= cols)
        return PAL_OK;
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct columns c = {.rows = rows};
    c.triangle = pal_arena_alloc(scratch, cols * cols + 1, sizeof *c.triangle);
    if (!c.triangle)
        return pal_nomem(err, "a rank");
    PAL_TRY(reflect_all(&c, row, cols, scratch, err));
    memcpy(row, c.triangle, cols * cols * sizeof *row);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
