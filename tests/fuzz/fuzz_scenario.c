/* Any scenario: what is read makes a world from which a sample can be drawn. No program is started.
 */
#include "bytes.h"

#include "palermo/assess.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_scenario *scenario;
    struct pal_error err = {0};
    pal_arena_limit(arena, 256u << 20);
    if (pal_scenario_read(bytes_as_file(bytes, n), arena, &scenario, &err) == PAL_OK) {
        struct pal_buf sample;
        pal_buf_init(&sample, arena, 1 << 24);
        (void)!pal_scenario_sample(scenario, 0, &sample, &err);
    }
    pal_arena_free(arena);
    return 0;
}
