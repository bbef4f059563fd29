/* survey_rank.c: ranks of the replicate weights of a group. Rows are collected; when there are more
 * than twice as many as replicates, reflections fold them into a triangle of the same column
 * lengths and angles, so that memory stays in proportion to replicates squared. */
#include "survey.h"

#include <math.h>
#include <string.h>

/* Householder reflections from the left: row[rows * n] keeps its first n rows, upper triangular.
 * product[n] is scratch; rows are gone through in the order they lie in memory. */
static void fold(double *row, size_t rows, size_t n, double *product)
{
    for (size_t k = 0; k < n && k + 1 < rows; k++) {
        double size = 0, above = 0;
        for (size_t i = 0; i < k; i++)
            above += row[i * n + k] * row[i * n + k];
        for (size_t i = k; i < rows; i++)
            size += row[i * n + k] * row[i * n + k];
        size = sqrt(size);
        /* What rounding left of rounding is nothing; its square would be too small a number. */
        if (!(size > 1e-60 * sqrt(above))) {
            for (size_t i = k; i < rows; i++)
                row[i * n + k] = 0;
            continue;
        }
        const double first = row[k * n + k], alpha = first > 0 ? -size : size;
        row[k * n + k] = first - alpha; /* the column is now the vector of the reflection */
        memset(product, 0, n * sizeof *product);
        for (size_t i = k; i < rows; i++) {
            const double v = row[i * n + k];
            for (size_t c = k + 1; v != 0 && c < n; c++)
                product[c] += v * row[i * n + c];
        }
        const double scale = 1 / (size * (size + fabs(first)));
        for (size_t i = k; i < rows; i++) {
            const double v = row[i * n + k] * scale;
            for (size_t c = k + 1; v != 0 && c < n; c++)
                row[i * n + c] -= v * product[c];
        }
        row[k * n + k] = alpha;
        for (size_t i = k + 1; i < rows; i++)
            row[i * n + k] = 0;
    }
}

/* Whether the first n rows, a triangle, have independent columns by far: each keeps a hundredth of
 * its length beside those before it. More rows cannot make them dependent. */
static bool is_full(const double *row, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double all = 0;
        for (size_t i = 0; i <= k; i++)
            all += row[i * n + k] * row[i * n + k];
        if (!(fabs(row[k * n + k]) >= 0.01 * sqrt(all)) || !(all > 0))
            return false;
    }
    return true;
}

static enum pal_status rank_row(struct survey_rank *rank, size_t n, struct pal_arena *arena,
                                double **out, struct pal_error *err)
{
    if (rank->rows == 2 * n + 2) {
        const struct pal_arena_mark mark = pal_arena_mark(arena);
        double *product = pal_arena_alloc(arena, n, sizeof *product);
        if (!product)
            return pal_nomem(err, "the rank of the replicate weights");
        fold(rank->row, rank->rows, n, product);
        pal_arena_reset(arena, mark);
        rank->rows = n;
        rank->full = is_full(rank->row, n);
    }
    if (rank->rows == rank->room) {
        size_t room = rank->room ? 2 * rank->room : 8;
        room = room > 2 * n + 2 ? 2 * n + 2 : room;
        double *grown = pal_arena_grow(arena, rank->row, rank->room * n, room * n, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the rank of the replicate weights");
        rank->row = grown;
        rank->room = room;
    }
    *out = rank->row + n * rank->rows++;
    return PAL_OK;
}

static enum pal_status ranks_groups(struct survey_ranks *ranks, size_t groups,
                                    struct pal_arena *arena, struct pal_error *err)
{
    if (groups > ranks->room) {
        const size_t room = groups > 2 * ranks->room ? groups : 2 * ranks->room;
        ranks->group = pal_arena_grow(arena, ranks->group, ranks->room, room, sizeof *ranks->group);
        if (!ranks->group)
            return pal_nomem(err, "the rank of the replicate weights");
        ranks->room = room;
    }
    ranks->groups = groups > ranks->groups ? groups : ranks->groups;
    return PAL_OK;
}

enum pal_status survey_ranks_feed(struct survey_ranks *ranks, const struct pal_survey *survey,
                                  const struct pal_survey_cells *cells, struct pal_error *err)
{
    const size_t n = ranks->replicates;
    PAL_TRY(ranks_groups(ranks, cells->groups ? cells->groups : 1, survey->arena, err));
    for (size_t i = 0; i < survey->rows; i++) {
        const uint32_t group = cells->group ? cells->group[i] : 0;
        double *row;
        if (group == PAL_NO_GROUP || ranks->group[group].full)
            continue;
        PAL_TRY(rank_row(&ranks->group[group], n, survey->arena, &row, err));
        for (size_t r = 0; r < n; r++)
            row[r] = isnan(survey->replicate[r][i]) ? 0 : survey->replicate[r][i];
    }
    return PAL_OK;
}

enum pal_status survey_ranks_merge(struct survey_ranks *into, const struct survey_ranks *from,
                                   const uint32_t *group, struct pal_arena *arena,
                                   struct pal_error *err)
{
    const size_t n = into->replicates;
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = group ? group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        PAL_TRY(ranks_groups(into, to + 1, arena, err));
        if (from->group[g].full) { /* says all */
            into->group[to].full = true;
            continue;
        }
        for (size_t i = 0; i < from->group[g].rows && !into->group[to].full; i++) {
            double *row;
            PAL_TRY(rank_row(&into->group[to], n, arena, &row, err));
            memcpy(row, from->group[g].row + i * n, n * sizeof *row);
        }
    }
    return PAL_OK;
}

enum pal_status survey_ranks_of(const struct survey_ranks *ranks, size_t group,
                                struct pal_arena *scratch, double *out, struct pal_error *err)
{
    const size_t n = ranks->replicates;
    *out = 0;
    if (group >= ranks->groups || !ranks->group[group].rows)
        return PAL_OK;
    const struct survey_rank *rank = &ranks->group[group];
    if (rank->full) {
        *out = (double)n;
        return PAL_OK;
    }
    struct pal_rank found;
    PAL_TRY(pal_rank_of(rank->row, rank->rows, n, scratch, &found, err));
    *out = (double)found.rank;
    return PAL_OK;
}
