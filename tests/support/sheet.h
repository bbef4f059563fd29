/* sheet.h: a small table read whole, for tests that need columns of a reference file, and the
 * reference values that go with it. */
#ifndef PALERMO_TESTS_SHEET_H
#define PALERMO_TESTS_SHEET_H

#include "palermo/base.h"

struct sheet {
    struct pal_arena *arena;
    size_t rows, cols;
    const pal_str *name; /* [cols] */
    pal_str *cell;       /* [rows * cols] */
};

/* Stops the test when the file cannot be read. */
void sheet_open(struct sheet *sheet, const char *path);
void sheet_close(struct sheet *sheet);
size_t sheet_column(const struct sheet *sheet, const char *name); /* stops the test: no such one */
pal_str sheet_text(const struct sheet *sheet, size_t row, const char *name);
/* A column as numbers, NaN where it is empty; lives as long as the sheet. */
double *sheet_numbers(const struct sheet *sheet, const char *name);
/* The texts of a column (or of two, joined by '|') as codes 0.. in the order of `words`. */
uint32_t *sheet_codes(const struct sheet *sheet, const char *a, const char *b, size_t n,
                      const pal_str *words);
/* The same in order of first sight; *n counts them. */
uint32_t *sheet_ids(const struct sheet *sheet, const char *a, const char *b, size_t *n);

/* Of a reference's expected.csv: the column `want` of the one row whose columns hold these texts
 * whole; designs may be told by a part. Stops the test when there is none or more than one. */
struct sheet_key {
    const char *data_file, *design_has, *statistic, *variables, *domain;
};
double sheet_expected(const struct sheet *expected, const struct sheet_key *key, const char *want);

#endif
