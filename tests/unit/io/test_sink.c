/* Large files of an output folder, written as they grow. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>

Test(io_sink, a_file_larger_than_its_buffer_arrives_whole)
{
    enum { ROWS = 50000 };
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err;
    struct pal_outdir *outdir;
    struct pal_sink *sink;
    pal_str text;
    cr_assert_eq(pal_outdir_open(scratch_path("out"), arena, &outdir, &err), PAL_OK, "%s",
                 err.text);
    cr_assert_eq(pal_sink_open(outdir, PAL_STR("deep/figures.csv"), arena, &sink, &err), PAL_OK);
    for (int i = 0; i < ROWS; i++) {
        pal_buf_addf(pal_sink_buf(sink), "%07d\n", i);
        cr_assert_eq(pal_sink_more(sink, &err), PAL_OK);
    }
    cr_expect_lt(pal_buf_str(pal_sink_buf(sink)).len, 64 * 1024, "handed on as it grows");
    cr_assert_eq(pal_sink_close(sink, &err), PAL_OK);
    cr_assert_eq(pal_outdir_commit(outdir, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_file_read(scratch_path("out/deep/figures.csv"), 1 << 20, arena, &text, &err),
                 PAL_OK);
    cr_assert_eq(text.len, ROWS * 8);
    cr_expect(memcmp(text.ptr + 8 * 12345, "0012345\n", 8) == 0);
    cr_expect(memcmp(text.ptr + 8 * (ROWS - 1), "0049999\n", 8) == 0);
    pal_arena_free(arena);
}

Test(io_sink, no_path_leads_out)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err;
    struct pal_outdir *outdir;
    struct pal_sink *sink;
    cr_assert_eq(pal_outdir_open(scratch_path("out"), arena, &outdir, &err), PAL_OK);
    cr_expect_eq(pal_sink_open(outdir, PAL_STR("../x"), arena, &sink, &err), PAL_BUG);
    pal_arena_free(arena);
}
