/* register.h: small registers for tests of estimators: rows of counts and denominators, fed to an
 * estimator whole or in pieces. */
#ifndef PALERMO_TESTS_REGISTER_H
#define PALERMO_TESTS_REGISTER_H

#include "palermo/estimate.h"

enum { REGISTER_ROWS = 512 };

struct register_rows {
    size_t rows, strata, groups;
    double y[REGISTER_ROWS], y_low[REGISTER_ROWS], y_high[REGISTER_ROWS];
    double x[REGISTER_ROWS], x_low[REGISTER_ROWS], x_high[REGISTER_ROWS];
    uint8_t y_absent[REGISTER_ROWS], x_absent[REGISTER_ROWS], side[REGISTER_ROWS],
        state[REGISTER_ROWS];
    uint32_t group[REGISTER_ROWS], stratum[REGISTER_ROWS];
};

/* Adds a row of group 0, stratum 0, side 0 and returns its number. */
size_t register_add(struct register_rows *rows, double y, double x);
/* Adds a row whose count lies between low and high. */
size_t register_add_censored(struct register_rows *rows, double low, double high, double x);
/* The permutation's rows, shuffled by a named stream. */
void register_shuffle(struct register_rows *rows, uint64_t seed);

/* An empty state; the test stops when there is none. */
struct pal_state *register_begin(const char *estimator, const struct pal_ask *ask, size_t args,
                                 struct pal_arena *arena);
/* Rows from..to-1; the status of feed. */
enum pal_status register_feed(struct pal_state *state, const char *estimator, size_t args,
                              const struct register_rows *rows, size_t from, size_t to,
                              struct pal_error *err);
/* The answer of a group when all rows are fed at once. */
struct pal_estimate register_answer(const char *estimator, const struct pal_ask *ask, size_t args,
                                    const struct register_rows *rows, size_t group,
                                    struct pal_arena *arena);
struct pal_estimate register_finish(const char *estimator, const struct pal_state *state,
                                    size_t group, struct pal_arena *arena);

/* |a - b| <= relative * |b|, NaN equal to NaN, Inf to Inf. */
bool register_near(double a, double b, double relative);

#endif
