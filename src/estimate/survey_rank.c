/* survey_rank.c: ranks of the replicate weights of groups. A group keeps which rows it has
 * (survey_weights.c) until they show that its columns are independent, as more rows than replicates
 * soon do; no row that follows can make them dependent, and none is kept. Where they are not, rows
 * beyond a number are folded into a triangle of the same column lengths and angles. */
#include "survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE = 8, FOLD = 2, FOLD_REPEATED = 16 };

/* Columns are independent by far when each keeps this share of its length beside the others. */
static const double by_far = 0.01;
/* What is left of the shortest must not fall below a share of the longest: twice what R asks for.
 */
static const double least_square = 4 * PAL_RANK_TOLERANCE * PAL_RANK_TOLERANCE;

static enum pal_status no_memory(struct pal_error *err)
{
    return pal_nomem(err, "the rank of the replicate weights");
}

static bool is_full(const struct survey_rank *rank)
{
    return rank->left > 0 && rank->left >= least_square * rank->length;
}

static void forget_rows(struct survey_ranks *ranks, struct survey_rank *rank)
{
    for (size_t i = 0; i < rank->rows; i++)
        survey_weights_forget(ranks->weights, rank->row[i]);
    rank->rows = 0;
}

/* ---- rows that a group has
 * ----------------------------------------------------------------------- */

static int by_row(const void *a, const void *b)
{
    const struct survey_weight *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* The same row several times is one, longer row. */
static void join_repeated(struct survey_ranks *ranks, struct survey_rank *rank)
{
    size_t n = 0;
    if (!survey_weights_repeat(ranks->weights, false))
        return;
    qsort(rank->row, rank->rows, sizeof *rank->row, by_row);
    for (size_t i = 0; i < rank->rows; i++) {
        if (n && rank->row[n - 1].row == rank->row[i].row) {
            rank->row[n - 1].scale =
                (float)hypot((double)rank->row[n - 1].scale, (double)rank->row[i].scale);
            survey_weights_forget(ranks->weights, rank->row[i]);
        } else {
            rank->row[n++] = rank->row[i];
        }
    }
    rank->rows = n;
}

static size_t triangle_size(size_t n) { return n * (n + 1) / 2; }

/* All rows of a group: those of the triangle, then the others. */
static enum pal_status spell(const struct survey_ranks *ranks, const struct survey_rank *rank,
                             struct pal_arena *scratch, double **out, size_t *rows,
                             struct pal_error *err)
{
    const size_t n = ranks->replicates, folded = rank->triangle ? n : 0;
    *rows = folded + rank->rows;
    *out = pal_arena_alloc(scratch, *rows * n + 1, sizeof **out);
    if (!*out)
        return no_memory(err);
    const double *from = rank->triangle;
    for (size_t i = 0; i < folded; i++) {
        memcpy(*out + i * n + i, from, (n - i) * sizeof *from);
        from += n - i;
    }
    for (size_t i = 0; i < rank->rows; i++)
        survey_weights_read(ranks->weights, rank->row[i], *out + (folded + i) * n);
    return PAL_OK;
}

static enum pal_status keep_triangle(struct survey_ranks *ranks, struct survey_rank *rank,
                                     const double *row, struct pal_error *err)
{
    const size_t n = ranks->replicates;
    if (!rank->triangle)
        rank->triangle = pal_arena_alloc(ranks->arena, triangle_size(n) + 1, sizeof(double));
    if (!rank->triangle)
        return no_memory(err);
    double *to = rank->triangle;
    for (size_t i = 0; i < n; i++) {
        memcpy(to, row + i * n + i, (n - i) * sizeof *to);
        to += n - i;
    }
    forget_rows(ranks, rank);
    return PAL_OK;
}

/* Looks at `rows` rows of a group; forgets them when they show that its columns are independent. */
static enum pal_status look(struct survey_ranks *ranks, struct survey_rank *rank, const double *row,
                            size_t rows, struct pal_arena *scratch, bool *shown,
                            struct pal_error *err)
{
    struct pal_rank found;
    PAL_TRY(pal_rank_of(row, rows, ranks->replicates, scratch, &found, err));
    *shown = found.rank == ranks->replicates && found.least >= by_far;
    if (!*shown)
        return PAL_OK;
    rank->left += found.left * found.left;
    rank->triangle = NULL;
    forget_rows(ranks, rank);
    return PAL_OK;
}

/* A group has as many rows as it may before something is done about them. */
static enum pal_status settle(struct survey_ranks *ranks, struct survey_rank *rank,
                              struct pal_arena *scratch, struct pal_error *err)
{
    const size_t n = ranks->replicates;
    double *row;
    size_t rows;
    bool shown;
    join_repeated(ranks, rank);
    const size_t folded = rank->triangle ? n : 0;
    if (rank->rows + folded < n + SPARE) {
        rank->most = rank->rows + n + SPARE;
        return PAL_OK;
    }
    const size_t most =
        n * (survey_weights_repeat(ranks->weights, true) ? FOLD_REPEATED : FOLD) + 2;
    PAL_TRY(spell(ranks, rank, scratch, &row, &rows, err));
    if (rows >= most) {
        PAL_TRY(pal_rank_fold(row, rows, n, scratch, err));
        PAL_TRY(keep_triangle(ranks, rank, row, err));
        rows = n;
    }
    PAL_TRY(look(ranks, rank, row, rows, scratch, &shown, err));
    rank->most = shown ? n + SPARE : 2 * rank->rows + n < most ? 2 * rank->rows + n : most;
    if (!shown && rank->triangle)
        rank->most = most - n;
    return PAL_OK;
}

static enum pal_status add_row(struct survey_ranks *ranks, struct survey_rank *rank,
                               struct survey_weight at, struct pal_error *err)
{
    const size_t n = ranks->replicates;
    if (survey_weights_none(at))
        return PAL_OK;
    if (!rank->most)
        rank->most = n + SPARE;
    if (rank->rows == rank->room) {
        const size_t room = rank->room ? 2 * rank->room : 8;
        struct survey_weight *grown =
            pal_arena_grow(ranks->arena, rank->row, rank->room, room, sizeof *grown);
        if (!grown)
            return no_memory(err);
        rank->row = grown;
        rank->room = room;
    }
    rank->row[rank->rows++] = at;
    survey_weights_use(ranks->weights, at);
    if (rank->rows < rank->most)
        return PAL_OK;
    struct pal_arena *scratch = pal_arena_new();
    if (!scratch)
        return no_memory(err);
    const enum pal_status status = settle(ranks, rank, scratch, err);
    pal_arena_free(scratch);
    return status;
}

/* ---- rows as they come
 * --------------------------------------------------------------------------- */

void survey_ranks_new(struct survey_ranks *ranks, struct survey_weights *weights, size_t replicates,
                      struct pal_arena *arena)
{
    *ranks = (struct survey_ranks){.replicates = replicates, .weights = weights, .arena = arena};
}

enum pal_status survey_ranks_groups(struct survey_ranks *ranks, size_t groups,
                                    struct pal_error *err)
{
    if (groups > ranks->room) {
        const size_t room = groups > 2 * ranks->room ? groups : 2 * ranks->room;
        ranks->group =
            pal_arena_grow(ranks->arena, ranks->group, ranks->room, room, sizeof *ranks->group);
        if (!ranks->group)
            return no_memory(err);
        ranks->room = room;
    }
    ranks->groups = groups > ranks->groups ? groups : ranks->groups;
    return PAL_OK;
}

enum pal_status survey_ranks_feed(struct survey_ranks *ranks, size_t rows, const uint32_t *group,
                                  size_t groups, struct pal_error *err)
{
    PAL_TRY(survey_ranks_groups(ranks, groups ? groups : 1, err));
    for (size_t i = 0; i < rows; i++) {
        if (group && group[i] == PAL_NO_GROUP)
            continue;
        struct survey_rank *rank = &ranks->group[group ? group[i] : 0];
        struct survey_weight at;
        rank->length += survey_weights_longest(ranks->weights, i);
        if (is_full(rank))
            continue;
        PAL_TRY(survey_weights_at(ranks->weights, i, &at, err));
        PAL_TRY(add_row(ranks, rank, at, err));
    }
    return PAL_OK;
}

/* ---- two surveys become one
 * ---------------------------------------------------------------------- */

static enum pal_status merge_triangle(struct survey_ranks *into, struct survey_rank *mine,
                                      const double *theirs, struct pal_arena *scratch,
                                      struct pal_error *err)
{
    const size_t n = into->replicates;
    double *row = pal_arena_alloc(scratch, 2 * n * n + 1, sizeof *row);
    if (!row)
        return no_memory(err);
    const double *from[] = {theirs, mine->triangle};
    for (size_t t = 0; t < 2 && from[t]; t++)
        for (size_t i = 0; i < n; i++) {
            memcpy(row + (t * n + i) * n + i, from[t], (n - i) * sizeof *row);
            from[t] += n - i;
        }
    PAL_TRY(pal_rank_fold(row, mine->triangle ? 2 * n : n, n, scratch, err));
    const size_t rows = mine->rows; /* they stay as they are */
    mine->rows = 0;
    PAL_TRY(keep_triangle(into, mine, row, err));
    mine->rows = rows;
    return PAL_OK;
}

enum pal_status survey_ranks_merge(struct survey_ranks *into, const struct survey_ranks *from,
                                   const struct survey_weight *weight, const uint32_t *group,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = group ? group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        const struct survey_rank *theirs = &from->group[g];
        PAL_TRY(survey_ranks_groups(into, to + 1, err));
        struct survey_rank *mine = &into->group[to];
        mine->left += theirs->left;
        mine->length += theirs->length;
        if (is_full(mine)) {
            forget_rows(into, mine);
            mine->triangle = NULL;
            continue;
        }
        if (theirs->triangle)
            PAL_TRY(merge_triangle(into, mine, theirs->triangle, scratch, err));
        for (size_t i = 0; i < theirs->rows && !is_full(mine); i++) {
            struct survey_weight at = weight[theirs->row[i].row];
            at.scale *= theirs->row[i].scale;
            PAL_TRY(add_row(into, mine, at, err));
        }
    }
    return PAL_OK;
}

/* A group that is there from others that are: `mine` += `theirs`. */
static enum pal_status add_rank(struct survey_ranks *ranks, struct survey_rank *mine,
                                const struct survey_rank *theirs, struct pal_arena *scratch,
                                struct pal_error *err)
{
    if (theirs->triangle)
        PAL_TRY(merge_triangle(ranks, mine, theirs->triangle, scratch, err));
    for (size_t i = 0; i < theirs->rows && !is_full(mine); i++)
        PAL_TRY(add_row(ranks, mine, theirs->row[i], err));
    return PAL_OK;
}

enum pal_status survey_ranks_unite(struct survey_ranks *ranks, const struct pal_survey_unions *u,
                                   struct pal_error *err)
{
    const size_t fed = ranks->groups;
    struct pal_arena *scratch = pal_arena_new();
    enum pal_status status =
        scratch ? survey_ranks_groups(ranks, u->first + u->n, err) : no_memory(err);
    for (size_t i = 0; status == PAL_OK && i < u->n; i++) {
        struct survey_rank *mine = &ranks->group[u->first + i];
        for (size_t m = u->start[i]; m < u->start[i + 1]; m++) {
            mine->left += u->member[m] < fed ? ranks->group[u->member[m]].left : 0;
            mine->length += u->member[m] < fed ? ranks->group[u->member[m]].length : 0;
        }
        for (size_t m = u->start[i]; status == PAL_OK && m < u->start[i + 1] && !is_full(mine); m++)
            if (u->member[m] < fed)
                status = add_rank(ranks, mine, &ranks->group[u->member[m]], scratch, err);
    }
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

/* ---- the rank of a group
 * ------------------------------------------------------------------------- */

static double longest_of(const double *row, size_t rows, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        double longest = 0;
        for (size_t r = 0; r < n; r++)
            longest = fmax(longest, row[i * n + r] * row[i * n + r]);
        sum += longest;
    }
    return sum;
}

enum pal_status survey_ranks_of(const struct survey_ranks *ranks, size_t group,
                                struct pal_arena *scratch, double *out, struct pal_error *err)
{
    double *row;
    size_t rows;
    struct pal_rank found;
    *out = 0;
    if (group >= ranks->groups)
        return PAL_OK;
    const struct survey_rank *rank = &ranks->group[group];
    *out = (double)ranks->replicates;
    if (is_full(rank))
        return PAL_OK;
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    PAL_TRY(spell(ranks, rank, scratch, &row, &rows, err));
    /* Where rows were forgotten, those that are left say what all do when they outweigh them. */
    if (!(rank->left > 0) || 2 * longest_of(row, rows, ranks->replicates) > rank->length) {
        PAL_TRY(pal_rank_of(row, rows, ranks->replicates, scratch, &found, err));
        *out = (double)found.rank;
    }
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* ---- the rank of rows that are held
 * ---------------------------------------------------------------- */

/* The sum of squares of the longest column. */
static double length_of(const double *const *replicate, size_t replicates, const uint32_t *row,
                        size_t rows)
{
    double longest = 0;
    for (size_t r = 0; r < replicates; r++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++) {
            const double w = replicate[r][row ? row[i] : i];
            sum += isnan(w) ? 0 : w * w;
        }
        longest = fmax(longest, sum);
    }
    return longest;
}

enum pal_status survey_rank_rows(const double *const *replicate, size_t n, const uint32_t *row,
                                 size_t rows, struct pal_arena *scratch, double *out,
                                 struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const size_t room = rows < FOLD * n + 2 ? rows : FOLD * n + 2;
    double *folded = pal_arena_alloc(scratch, room * n + 1, sizeof *folded);
    struct pal_rank found;
    size_t at = 0;
    if (!folded)
        return no_memory(err);
    for (size_t i = 0; i < rows; i++) {
        if (at == n + SPARE && i == at) {
            PAL_TRY(pal_rank_of(folded, at, n, scratch, &found, err));
            if (found.rank == n && found.least >= by_far &&
                found.left * found.left >= least_square * length_of(replicate, n, row, rows)) {
                *out = (double)n;
                pal_arena_reset(scratch, mark);
                return PAL_OK;
            }
        }
        if (at == room) {
            PAL_TRY(pal_rank_fold(folded, at, n, scratch, err));
            at = n;
        }
        for (size_t r = 0; r < n; r++) {
            const double w = replicate[r][row ? row[i] : i];
            folded[at * n + r] = isnan(w) ? 0 : w;
        }
        at++;
    }
    PAL_TRY(pal_rank_of(folded, at, n, scratch, &found, err));
    *out = (double)found.rank;
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
