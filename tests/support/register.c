#include "register.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

size_t register_add(struct register_rows *rows, double y, double x)
{
    const size_t row = rows->rows++;
    rows->y[row] = y;
    rows->x[row] = x;
    if (!rows->groups)
        rows->groups = 1;
    return row;
}

size_t register_add_censored(struct register_rows *rows, double low, double high, double x)
{
    const size_t row = register_add(rows, 0, x);
    rows->y_absent[row] = PAL_BELOW_THRESHOLD;
    rows->y_low[row] = low;
    rows->y_high[row] = high;
    return row;
}

#define SWAP(type, array)                                                                          \
    do {                                                                                           \
        const type kept = rows->array[i];                                                          \
        rows->array[i] = rows->array[k];                                                           \
        rows->array[k] = kept;                                                                     \
    } while (0)

void register_shuffle(struct register_rows *rows, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "shuffle", 0);
    for (size_t i = rows->rows; i-- > 1;) {
        const size_t k = (size_t)pal_random_below(&random, i + 1);
        SWAP(double, y);
        SWAP(double, y_low);
        SWAP(double, y_high);
        SWAP(double, x);
        SWAP(double, x_low);
        SWAP(double, x_high);
        SWAP(uint8_t, y_absent);
        SWAP(uint8_t, x_absent);
        SWAP(uint8_t, side);
        SWAP(uint8_t, state);
        SWAP(uint32_t, group);
        SWAP(uint32_t, stratum);
    }
}

static void stop(const char *what, const struct pal_error *err)
{
    fprintf(stderr, "%s: %s\n", what, err->text);
    abort();
}

static const struct pal_estimator *find(const char *name)
{
    const struct pal_estimator *estimator = pal_estimator_find(pal_str_of(name));
    const struct pal_error none = {.text = "there is no such estimator"};
    if (!estimator)
        stop(name, &none);
    return estimator;
}

struct pal_state *register_begin(const char *estimator, const struct pal_ask *ask, size_t args,
                                 struct pal_arena *arena)
{
    struct pal_error err = {0};
    struct pal_state *state = NULL;
    if (find(estimator)->begin(ask, args, arena, &state, &err) != PAL_OK)
        stop(estimator, &err);
    return state;
}

enum pal_status register_feed(struct pal_state *state, const char *estimator, size_t args,
                              const struct register_rows *rows, size_t from, size_t to,
                              struct pal_error *err)
{
    struct register_rows *open = malloc(sizeof *open); /* columns are not const */
    if (!open)
        abort();
    *open = *rows;
    const struct pal_column y = {.name = PAL_STR("y"),
                                 .type = PAL_COLUMN_NUMBER,
                                 .value = open->y + from,
                                 .low = open->y_low + from,
                                 .high = open->y_high + from,
                                 .absent = open->y_absent + from};
    const struct pal_column x = {.name = PAL_STR("x"),
                                 .type = PAL_COLUMN_NUMBER,
                                 .value = open->x + from,
                                 .low = open->x_low + from,
                                 .high = open->x_high + from,
                                 .absent = open->x_absent + from};
    const struct pal_column *const arg[] = {&y, &x};
    const struct pal_cells cells = {.rows = to - from,
                                    .args = args,
                                    .arg = arg,
                                    .group = open->group + from,
                                    .groups = open->groups,
                                    .stratum = open->stratum + from,
                                    .strata = open->strata,
                                    .side = open->side + from,
                                    .state = open->state + from,
                                    .file = "register.csv"};
    const enum pal_status status = find(estimator)->feed(state, &cells, err);
    free(open);
    return status;
}

struct pal_estimate register_finish(const char *estimator, const struct pal_state *state,
                                    size_t group, struct pal_arena *arena)
{
    struct pal_error err = {0};
    struct pal_estimate out;
    if (find(estimator)->finish(state, group, arena, &out, &err) != PAL_OK)
        stop(estimator, &err);
    return out;
}

struct pal_estimate register_answer(const char *estimator, const struct pal_ask *ask, size_t args,
                                    const struct register_rows *rows, size_t group,
                                    struct pal_arena *arena)
{
    struct pal_error err = {0};
    struct pal_state *state = register_begin(estimator, ask, args, arena);
    if (register_feed(state, estimator, args, rows, 0, rows->rows, &err) != PAL_OK)
        stop(estimator, &err);
    return register_finish(estimator, state, group, arena);
}

bool register_near(double a, double b, double relative)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b))
        return isinf(a) && isinf(b) && (a > 0) == (b > 0);
    return fabs(a - b) <= relative * fabs(b);
}
