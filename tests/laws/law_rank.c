/* law_rank.c: the rank of given replicate weights, kept row by row, folded, merged or saved, is
 * that of the rows of a domain as they came. */
#include "law.h"
#include "palermo/estimate.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 700, MOST_REPLICATES = 14, GROUPS = 3, BATCH = 64 };

struct weighted { /* replicate weights of one seed */
    size_t rows, n;
    double weight[MOST_REPLICATES][MOST_ROWS];
    uint32_t group[MOST_ROWS];
};

enum kind {
    FREE,    /* every row its own                                      */
    UNITS,   /* a factor a unit and replicate, times a weight          */
    INNER,   /* products of few factors: fewer dimensions than columns */
    TWICE,   /* some columns are another one's                         */
    ROUNDED, /* those of INNER, printed with two digits                */
    FADING,  /* the last rows are very much heavier                    */
    KINDS
};

static void fill(struct weighted *w, uint64_t seed)
{
    struct pal_random random;
    double left[MOST_ROWS], right[4][MOST_REPLICATES];
    pal_random_start(&random, seed, "rank", 0);
    const enum kind kind = (enum kind)(seed % KINDS);
    w->n = 2 + (size_t)pal_random_below(&random, MOST_REPLICATES - 1);
    w->rows = 1 + (size_t)pal_random_below(&random, seed % 4 ? MOST_ROWS : 20);
    const uint64_t units = 1 + pal_random_below(&random, 2 * MOST_REPLICATES);
    const size_t inner = 1 + (size_t)pal_random_below(&random, 4);
    for (size_t k = 0; k < 4; k++)
        for (size_t r = 0; r < w->n; r++)
            right[k][r] = pal_random_unit(&random);
    for (size_t i = 0; i < w->rows; i++) {
        const double base =
            exp(pal_random_normal(&random)) * (kind == FADING && i + w->n > w->rows ? 1e3 : 1);
        const uint64_t unit = pal_random_below(&random, units);
        w->group[i] = pal_random_below(&random, 20) ? (uint32_t)pal_random_below(&random, GROUPS)
                                                    : PAL_NO_GROUP;
        struct pal_random factors;
        pal_random_start(&factors, seed, "unit", kind == UNITS ? unit : i);
        for (size_t k = 0; k < inner; k++)
            left[k] = pal_random_unit(&factors);
        for (size_t r = 0; r < w->n; r++) {
            double x = pal_random_unit(&factors);
            if (kind == INNER || kind == ROUNDED) {
                x = 0;
                for (size_t k = 0; k < inner; k++)
                    x += left[k] * right[k][r];
            }
            if (kind == TWICE && r > 0 && r % 3 == 0)
                x = w->weight[r - 1][i] / base;
            if (kind == UNITS && unit % 5 == 0)
                x = 0;
            w->weight[r][i] = kind == ROUNDED ? round(100 * base * x) / 100 : base * x;
        }
    }
}

static size_t rank_as_it_stands(const struct weighted *w, uint32_t group, struct pal_arena *arena)
{
    double *row = pal_arena_alloc(arena, w->rows * w->n + 1, sizeof *row);
    size_t rows = 0;
    struct pal_rank found = {0};
    struct pal_error err;
    for (size_t i = 0; i < w->rows; i++) {
        if (w->group[i] != group)
            continue;
        for (size_t r = 0; r < w->n; r++)
            row[rows * w->n + r] = w->weight[r][i];
        rows++;
    }
    HOLDS(pal_rank_of(row, rows, w->n, arena, &found, &err) == PAL_OK, "%s", err.text);
    return found.rank;
}

static struct pal_survey *survey_of(const struct weighted *w, bool hold, struct pal_arena *arena)
{
    static struct pal_survey_frame frame;
    static struct pal_survey_statistic statistic;
    statistic = (struct pal_survey_statistic){.kind = pal_survey_kind_find(PAL_STR("count")),
                                              .y = PAL_NO_TERM,
                                              .x = PAL_NO_TERM,
                                              .levels = PAL_NO_FRAME};
    const struct pal_survey_ask ask = {.hold = hold,
                                       .frames = 1,
                                       .frame = &frame,
                                       .statistics = 1,
                                       .statistic = &statistic,
                                       .method = PAL_SURVEY_GIVEN,
                                       .replicates = w->n,
                                       .scale = 1};
    struct pal_survey *survey = NULL;
    struct pal_error err = {0};
    HOLDS(pal_survey_new(&ask, arena, &survey, &err) == PAL_OK, "%s", err.text);
    return survey;
}

static void feed(struct pal_survey *survey, const struct weighted *w, size_t from, size_t to)
{
    struct pal_error err = {0};
    static const double ones[BATCH] = {[0 ... BATCH - 1] = 1};
    for (size_t at = from; at < to; at += BATCH) {
        const double *replicate[MOST_REPLICATES];
        for (size_t r = 0; r < w->n; r++)
            replicate[r] = w->weight[r] + at;
        const struct pal_survey_rows rows = {
            .design = {.rows = to - at < BATCH ? to - at : BATCH},
            .weight = ones,
            .replicate = replicate,
        };
        const struct pal_survey_cells cells = {.group = w->group + at, .groups = GROUPS};
        HOLDS(pal_survey_rows(survey, &rows, &err) == PAL_OK &&
                  pal_survey_feed(survey, &cells, &err) == PAL_OK,
              "%s", err.text);
    }
}

static void agrees(struct pal_survey *survey, const struct weighted *w, uint64_t seed,
                   const char *how, struct pal_arena *arena)
{
    struct pal_survey_work *work = NULL;
    struct pal_error err = {0};
    HOLDS(pal_survey_close(survey, &err) == PAL_OK &&
              pal_survey_work_new(survey, arena, &work, &err) == PAL_OK,
          "%s", err.text);
    for (uint32_t g = 0; g < GROUPS; g++) {
        double df = 0;
        const size_t rank = rank_as_it_stands(w, g, arena);
        HOLDS(pal_survey_df_of(work, 0, g, &df, &err) == PAL_OK, "%s", err.text);
        HOLDS(df + 1 == (double)rank, "seed %d group %d %s: rank %zu, found %g", (int)seed, (int)g,
              how, rank, df + 1);
    }
}

LAW(rank, of_rows_kept_once_is_that_of_all)
{
    static struct weighted w;
    for (uint64_t seed = 1; seed <= 600; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        fill(&w, seed);
        struct pal_survey *whole = survey_of(&w, false, arena), *held = survey_of(&w, true, arena);
        struct pal_survey *part[4]; /* three of the rows, and the first again from its bytes */
        feed(whole, &w, 0, w.rows);
        feed(held, &w, 0, w.rows);
        for (size_t i = 0; i < 4; i++)
            part[i] = survey_of(&w, false, arena);
        for (size_t i = 0; i < 3; i++)
            feed(part[i], &w, i * w.rows / 3, (i + 1) * w.rows / 3);
        struct pal_buf bytes;
        pal_buf_init(&bytes, arena, SIZE_MAX);
        HOLDS(pal_survey_save(part[0], &bytes, &err) == PAL_OK, "%s", err.text);
        struct pal_unpack in = {.rest = pal_buf_str(&bytes)};
        HOLDS(pal_survey_load(part[3], &in, &err) == PAL_OK && !in.failed && !in.rest.len,
              "seed %d: not as it was saved", (int)seed);
        HOLDS(pal_survey_merge(part[3], part[1], NULL, &err) == PAL_OK &&
                  pal_survey_merge(part[3], part[2], NULL, &err) == PAL_OK,
              "%s", err.text);
        agrees(whole, &w, seed, "whole", arena);
        agrees(part[3], &w, seed, "merged", arena);
        agrees(held, &w, seed, "held", arena);
        pal_arena_free(arena);
    }
}
