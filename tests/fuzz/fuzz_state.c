/* fuzz_state.c: the bytes of an estimator's saved state come from another machine. The first byte
 * chooses the estimator. What is read can be merged and answered. */
#include "palermo/estimate.h"

#include <gsl/gsl_errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const pal_str category[] = {PAL_STR_INIT("a"), PAL_STR_INIT("b")};
    static const double weight[] = {1, 2};
    static const struct pal_standard standard = {.n = 2, .category = category, .weight = weight};
    size_t count = 0;
    gsl_set_error_handler_off();
    while (pal_estimators()[count])
        count++;
    if (n == 0)
        return 0;
    const struct pal_estimator *e = pal_estimators()[bytes[0] % count];
    struct pal_arena *arena = pal_arena_new();
    const struct pal_ask ask = {.standard = &standard, .units = e->args_max == 1};
    struct pal_state *state, *into;
    struct pal_estimate out;
    pal_arena_limit(arena, 64u << 20);
    if (e->begin(&ask, e->args_max, arena, &state, NULL) == PAL_OK &&
        e->begin(&ask, e->args_max, arena, &into, NULL) == PAL_OK &&
        e->load(state, (pal_str){(const char *)bytes + 1, n - 1}, NULL) == PAL_OK &&
        e->merge(into, state, NULL, NULL) == PAL_OK)
        for (size_t g = 0; g < 3; g++)
            if (e->finish(into, g, arena, &out, NULL) != PAL_OK)
                break;
    pal_arena_free(arena);
    return 0;
}
