/* rank.c: the number of linearly independent columns of a matrix. Columns are taken eight at a
 * time, side by side, so that a reflection goes through all eight in one sweep: each of the eight
 * is worked on as if it were alone, in the same order on every machine. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

/* ---- eight columns side by side
 * ------------------------------------------------------------------ */

#define ALWAYS inline __attribute__((always_inline))

/* v'x by column */
static ALWAYS void product_of(const double *v, const lanes *x, size_t rows, lanes *out)
{
    lanes a = {0}, b = {0}, c = {0}, d = {0};
    size_t i = 0;
    for (; i + 3 < rows; i += 4) {
        a += v[i] * x[i];
        b += v[i + 1] * x[i + 1];
        c += v[i + 2] * x[i + 2];
        d += v[i + 3] * x[i + 3];
    }
    for (; i < rows; i++)
        a += v[i] * x[i];
    *out = (a + b) + (c + d);
}

/* x -= (v'x / v_0) v: the reflection of LINPACK, whose v has v'v = 2 v_0. */
static ALWAYS void reflect(const double *v, lanes *x, size_t rows)
{
    lanes step;
    product_of(v, x, rows, &step);
    step /= v[0];
    for (size_t i = 0; i < rows; i++)
        x[i] -= v[i] * step;
}

/* The same for the lanes from `first`; squares: what each has below the first row. */
static ALWAYS void reflect_from(const double *v, lanes *x, size_t rows, size_t first,
                                lanes *squares)
{
    lanes step, a = {0}, b = {0};
    product_of(v, x, rows, &step);
    step /= v[0];
    for (size_t j = 0; j < first; j++)
        step[j] = 0;
    x[0] -= v[0] * step;
    size_t i = 1;
    for (; i + 1 < rows; i += 2) {
        x[i] -= v[i] * step;
        a += x[i] * x[i];
        x[i + 1] -= v[i + 1] * step;
        b += x[i + 1] * x[i + 1];
    }
    if (i < rows) {
        x[i] -= v[i] * step;
        a += x[i] * x[i];
    }
    *squares = a + b;
}

static ALWAYS void squares_of(const lanes *x, size_t rows, lanes *out)
{
    lanes a = {0}, b = {0};
    size_t i = 0;
    for (; i + 1 < rows; i += 2) {
        a += x[i] * x[i];
        b += x[i + 1] * x[i + 1];
    }
    if (i < rows)
        a += x[i] * x[i];
    *out = a + b;
}

struct columns {
    size_t rows, most; /* min(rows, cols) */
    double *v;         /* [most][rows] vectors of reflections, each from its own row on */
    lanes *x;          /* [rows] the eight columns at hand                              */
    bool folds;        /* what they become is wanted, not only whether they count       */
    double tolerance;
    struct pal_rank found;
};

/* The vector of the reflection that takes what is left of a column to the first of its rows. */
static ALWAYS double vector_of(const lanes *x, size_t lane, size_t rows, double left, double *v)
{
    const double end = x[0][lane] < 0 ? left : -left, scale = -1 / end;
    for (size_t i = 0; i < rows; i++)
        v[i] = x[i][lane] * scale;
    v[0] += 1;
    return end;
}

/* The eight columns at hand, of which `width` are: reflected as those before, then one by one. */
static ALWAYS void take_columns(struct columns *c, size_t width)
{
    const size_t rows = c->rows, before = c->found.rank;
    lanes whole, beside;
    squares_of(c->x, rows, &whole);
    for (size_t k = 0; k < before; k++)
        reflect(c->v + k * rows + k, c->x + k, rows - k);
    squares_of(c->x + before, rows - before, &beside);
    for (size_t j = 0; j < width && c->found.rank < rows; j++) {
        const size_t k = c->found.rank;
        const double left = sqrt(beside[j]), all = sqrt(whole[j]);
        double *v = c->v + k * rows + k, end = 0;
        const bool counts = left > 0 && left >= c->tolerance * all;
        if (counts) {
            c->found.least = fmin(c->found.least, left / all);
            c->found.left = fmin(c->found.left, left);
            c->found.rank++;
            end = vector_of(c->x + k, j, rows - k, left, v);
            reflect_from(v, c->x + k, rows - k, j + 1, &beside);
        }
        for (size_t i = k; c->folds && i < c->most; i++)
            c->x[i][j] = i == k ? end : 0;
    }
}

/* The same operations in the same order, eight, four or two columns at once. */
static void take_any(struct columns *c, size_t width) { take_columns(c, width); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) static void take_avx2(struct columns *c, size_t width)
{
    take_columns(c, width);
}
__attribute__((target("avx512f"))) static void take_avx512(struct columns *c, size_t width)
{
    take_columns(c, width);
}
#endif

typedef void take_fn(struct columns *c, size_t width);

static take_fn *take_of_machine(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return take_avx512;
    if (__builtin_cpu_supports("avx2"))
        return take_avx2;
#endif
    return take_any;
}

/* ---- a whole matrix
 * ------------------------------------------------------------------------------ */

/* triangle [most][cols], or NULL */
static enum pal_status take_all(struct columns *c, const double *row, size_t cols, double *triangle,
                                struct pal_arena *scratch, struct pal_error *err)
{
    take_fn *const take = take_of_machine();
    c->most = c->rows < cols ? c->rows : cols;
    c->v = pal_arena_alloc(scratch, c->most * c->rows + 1, sizeof *c->v);
    c->x = pal_arena_alloc(scratch, c->rows + 1, sizeof *c->x);
    if (!c->v || !c->x)
        return pal_nomem(err, "a rank");
    c->found = (struct pal_rank){0, HUGE_VAL, HUGE_VAL};
    for (size_t from = 0; from < cols && (triangle || c->found.rank < c->rows); from += LANES) {
        const size_t width = cols - from < LANES ? cols - from : LANES;
        for (size_t i = 0; i < c->rows; i++)
            memcpy(&c->x[i], row + i * cols + from, width * sizeof *row);
        take(c, width);
        for (size_t i = 0; triangle && i < c->most; i++)
            memcpy(triangle + i * cols + from, &c->x[i], width * sizeof *row);
    }
    return PAL_OK;
}

enum pal_status pal_rank_of(const double *row, size_t rows, size_t cols, struct pal_arena *scratch,
                            struct pal_rank *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct columns c = {.rows = rows, .tolerance = PAL_RANK_TOLERANCE};
    PAL_TRY(take_all(&c, row, cols, NULL, scratch, err));
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
    struct columns c = {.rows = rows, .folds = true};
    double *triangle = pal_arena_alloc(scratch, cols * cols + 1, sizeof *triangle);
    if (!triangle)
        return pal_nomem(err, "a rank");
    PAL_TRY(take_all(&c, row, cols, triangle, scratch, err));
    memcpy(row, triangle, cols * cols * sizeof *row);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
