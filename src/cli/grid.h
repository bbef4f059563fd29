/* grid.h: a small table held whole, as text, and rows of answers: what `recruits`, `scaleup` and
 * `assess` read and print. */
#ifndef PALERMO_CLI_GRID_H
#define PALERMO_CLI_GRID_H

#include "inside.h"

#define GRID_NO_COLUMN SIZE_MAX

struct grid {
    const char *file;
    size_t cols, rows;
    const pal_str *header; /* [cols] */
    pal_str *cell;         /* [rows * cols] trimmed; empty where a row is short */
    uint64_t *line;        /* [rows] */
};
/* CSV, TSV or XLSX, gzip or not; "-" is standard input. PAL_DATA for a row longer than the header,
 * PAL_NOMEM above ten million cells. */
PAL_CHECK_RESULT
enum pal_status grid_read(const char *path, struct pal_arena *arena, struct grid *out,
                          struct pal_error *err);
/* PAL_USAGE with the nearest name. */
PAL_CHECK_RESULT
enum pal_status grid_column(const struct grid *grid, pal_str name, size_t *out,
                            struct pal_error *err);
static inline pal_str grid_cell(const struct grid *grid, size_t row, size_t col)
{
    return grid->cell[row * grid->cols + col];
}
struct pal_place grid_place(const struct grid *grid, size_t row, size_t col);
bool grid_absent(pal_str cell); /* empty, NA, N/A, ".", "..", null, in any case */
/* A column of numbers from `least`, NaN where absent. PAL_DATA at the first cell that is none. */
PAL_CHECK_RESULT
enum pal_status grid_numbers(const struct grid *grid, size_t col, double least,
                             struct pal_arena *arena, double **out, struct pal_error *err);

/* ---- answers ------------------------------------------------------------------------------------
 */

struct answer { /* NaN: does not apply */
    const char *statistic, *variable;
    double estimate, std_error, low, high, deff;
    size_t n; /* 0: does not apply */
    const char *method, *note;
    const char *part; /* a heading above it in the table for people; NULL: the one before */
};
struct answers {
    struct pal_arena *arena;
    struct answer *row;
    size_t n, room;
    double level;
    bool failed;
    struct answer scratch;
};
/* The row that was added, with NaN in all but the first two numbers; a scratch row at NOMEM, of
 * which answers_print tells. */
struct answer *answers_add(struct answers *answers, const char *statistic, double estimate);
PAL_PRINTF(3, 4)
struct answer *answers_addf(struct answers *answers, double estimate, const char *format, ...);
/* csv:
 * statistic,variable,estimate,std_error,conf_low,conf_high,conf_level,cv,deff,n,method,status,note;
 * reference: statistic,estimate,std_error,conf_low,conf_high; json; table. NULL: table on a
 * terminal, csv elsewhere. */
PAL_CHECK_RESULT
enum pal_status answers_print(const struct answers *answers, const char *format, struct cli *cli,
                              struct pal_error *err);
/* "a", "b" -> the index of the word in words[n], whatever its case; PAL_USAGE with the nearest. */
PAL_CHECK_RESULT
enum pal_status grid_word(const char *option, pal_str word, const pal_str *words, size_t n,
                          size_t *out, struct pal_error *err);

#endif
