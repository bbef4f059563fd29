/* rank.c: the number of linearly independent columns of a matrix. */
#include "inside.h"

#include <math.h>

static double norm_from(const double *x, size_t from, size_t rows)
{
    double sum = 0;
    for (size_t i = from; i < rows; i++)
        sum += x[i] * x[i];
    return sqrt(sum);
}

/* x -= (v'x / v_k) v, rows k and below: the reflection of LINPACK, whose v has v'v = 2 v_k. */
static void reflect(const double *v, double *x, size_t k, size_t rows)
{
    double product = 0;
    for (size_t i = k; i < rows; i++)
        product += v[i] * x[i];
    const double step = product / v[k];
    for (size_t i = k; i < rows; i++)
        x[i] -= step * v[i];
}

size_t pal_rank(double *const *column, size_t rows, size_t cols)
{
    /* The vectors of reflections replace the first columns: a kept column is never behind. */
    size_t rank = 0;
    for (size_t c = 0; c < cols && rank < rows; c++) {
        double *x = column[c];
        const double whole = norm_from(x, 0, rows);
        for (size_t k = 0; k < rank; k++)
            reflect(column[k], x, k, rows);
        const double left = norm_from(x, rank, rows);
        if (!(left > 0) || left < PAL_RANK_TOLERANCE * whole)
            continue;
        const double sign = x[rank] < 0 ? -left : left;
        double *v = column[rank];
        for (size_t i = rank; i < rows; i++)
            v[i] = x[i] / sign;
        v[rank] += 1;
        rank++;
    }
    return rank;
}
