/* BGZF: the same text, and the same damage in the same place, on any number of threads. */
#include "../../support/scratch.h"
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct pal_arena *arena;
static void set_up(void) { arena = pal_arena_new(); }
static void tear_down(void) { pal_arena_free(arena); }
TestSuite(io_inflated, .init = set_up, .fini = tear_down);

/* One member whose header tells its stored size, off by `lie`. */
static void add_member(struct pal_buf *out, const char *text, size_t len, int lie)
{
    size_t size = len;
    const char *plain = scratch_gzip(text, &size);
    const size_t told = (size_t)((long)(size + 8) - 1 + lie);
    const char extra[] = {6, 0, 'B', 'C', 2, 0, (char)(told & 0xFF), (char)(told >> 8)};
    char header[10];
    memcpy(header, plain, sizeof header);
    header[3] = 4;
    pal_buf_add(out, (pal_str){header, sizeof header});
    pal_buf_add(out, (pal_str){extra, sizeof extra});
    pal_buf_add(out, (pal_str){plain + 10, size - 10});
}

static void add_ordinary(struct pal_buf *out, const char *text, size_t len)
{
    size_t size = len;
    const char *plain = scratch_gzip(text, &size);
    pal_buf_add(out, (pal_str){plain, size});
}

/* Lines of a number each, with quoted ones that hold line ends. */
static pal_str made_text(size_t len)
{
    struct pal_random random;
    struct pal_buf text;
    pal_random_start(&random, 5, "members", 0);
    pal_buf_init(&text, arena, SIZE_MAX);
    pal_buf_adds(&text, "id,value\n");
    while (text.len < len) {
        pal_buf_addnum(&text, (double)pal_random_below(&random, 100000));
        pal_buf_adds(&text, pal_random_below(&random, 50) ? ",x\n" : ",\"two\nlines\"\n");
    }
    return pal_buf_str(&text);
}

/* All pieces of a file after its header, then its error. Twice, when again. */
static pal_str pieces_of(const char *path, unsigned threads, bool again)
{
    const struct pal_pieces_options options = {
        .threads = threads, .piece_bytes = 100000, .again = again};
    struct pal_pieces *pieces = NULL;
    struct pal_records *records;
    struct pal_error err = {0};
    struct pal_buf out;
    pal_buf_init(&out, arena, SIZE_MAX);
    pal_buf_adds(&out, "");
    enum pal_status status = pal_pieces_open(path, &options, arena, &pieces, &records, &err);
    for (int round = 0; status == PAL_OK && pieces && round <= again; round++) {
        struct pal_piece piece = {.arena = arena};
        bool end = false;
        out.len = 0;
        if (round)
            status = pal_pieces_again(pieces, &err);
        while (status == PAL_OK && !end) {
            status = pal_pieces_cut(pieces, &piece, &end, &err);
            if (status == PAL_OK && !end)
                pal_buf_add(&out, (pal_str){piece.text, piece.len});
        }
    }
    if (status != PAL_OK)
        pal_buf_addf(&out, "\n%d: %s", (int)status,
                     strrchr(err.text, '/') ? strrchr(err.text, '/') : err.text);
    return pal_buf_str(&out);
}

static void expect_text(const char *path, pal_str text)
{
    const size_t header = strlen("id,value\n");
    const pal_str wanted = {text.ptr + header, text.len - header};
    for (unsigned threads = 1; threads <= 8; threads += threads < 4 ? 1 : 4)
        for (int again = 0; again <= 1; again++) {
            const pal_str got = pieces_of(path, threads, again);
            cr_expect(pal_str_eq(got, wanted), "%u threads, again %d: %zu bytes for %zu: %.*s",
                      threads, again, got.len, wanted.len, (int)(got.len > 200 ? 200 : got.len),
                      got.ptr + (got.len > 200 ? got.len - 200 : 0));
        }
}

/* Members of all lengths, none included, and at the end the empty one that bgzip writes. */
static pal_str in_members(pal_str text, size_t most)
{
    struct pal_random random;
    struct pal_buf file;
    pal_random_start(&random, 6, "members", 0);
    pal_buf_init(&file, arena, SIZE_MAX);
    for (size_t at = 0; at < text.len;) {
        size_t len = pal_random_below(&random, 9) ? most - pal_random_below(&random, most / 4) : 0;
        len = len < text.len - at ? len : text.len - at;
        add_member(&file, text.ptr + at, len, 0);
        at += len;
    }
    add_member(&file, "", 0, 0);
    return pal_buf_str(&file);
}

Test(io_inflated, members_of_bgzf_are_one_text)
{
    const pal_str text = made_text(2000000);
    const pal_str large = in_members(text, 65280), small = in_members(text, 900);
    expect_text(scratch_file("large.gz", large.ptr, large.len), text);
    expect_text(scratch_file("small.gz", small.ptr, small.len), text);
}

Test(io_inflated, ordinary_members_may_follow_and_stand_between)
{
    const pal_str text = made_text(1500000);
    struct pal_buf file;
    pal_buf_init(&file, arena, SIZE_MAX);
    for (size_t at = 0, i = 0; at < text.len; i++) {
        const size_t most = i % 3 == 1 ? 400000 : 60000;
        const size_t len = most < text.len - at ? most : text.len - at;
        if (i % 3 == 1)
            add_ordinary(&file, text.ptr + at, len);
        else
            add_member(&file, text.ptr + at, len, 0);
        at += len;
    }
    expect_text(scratch_file("mixed.gz", file.ptr, file.len), text);
}

static bool says_damaged(pal_str got)
{
    const size_t last = got.len < 150 ? got.len : 150;
    const char *end = pal_arena_cstr(arena, (pal_str){got.ptr + got.len - last, last});
    return end && strstr(end, "is a damaged gzip file");
}

static pal_str expect_same(const char *path, const char *what, size_t at)
{
    const pal_str one = pieces_of(path, 1, false);
    for (unsigned threads = 3; threads <= 8; threads += 5) {
        const pal_str got = pieces_of(path, threads, false);
        cr_expect(pal_str_eq(one, got), "%s at %zu: on %u threads %zu bytes, on one %zu", what, at,
                  threads, got.len, one.len);
    }
    return one;
}

Test(io_inflated, damage_shows_in_the_same_place_on_any_number_of_threads)
{
    const pal_str text = made_text(700000), file = in_members(text, 65280);
    struct pal_random random;
    size_t told = 0;
    pal_random_start(&random, 7, "damage", 0);
    char *bytes = pal_arena_alloc(arena, file.len, 1);
    for (size_t i = 0; i < 120; i++) {
        const bool cut = i % 3 == 0;
        const size_t at = 200 + pal_random_below(&random, file.len - 200);
        memcpy(bytes, file.ptr, file.len);
        bytes[at] = (char)((unsigned char)bytes[at] ^ (1 + pal_random_below(&random, 255)));
        const char *path = scratch_file("damaged.gz", bytes, cut ? at : file.len);
        const pal_str got = expect_same(path, cut ? "cut" : "altered", at);
        const bool error = says_damaged(got);
        told += error;
        /* What no reader can see: times and the like in a header, a cut between two members. */
        cr_expect(error || got.len <= text.len, "%zu", at);
    }
    cr_expect(told > 100, "%zu of 120 were told", told);
}

/* A size that cannot be is not believed, and the member inflated as an ordinary one; one that can
 * be is damage. Two bytes less are the length of no text, one byte less is that of a longer. */
Test(io_inflated, a_member_that_tells_a_wrong_size)
{
    const pal_str text = made_text(400000);
    for (int lie = -3; lie <= 3; lie++) {
        struct pal_buf file;
        pal_buf_init(&file, arena, SIZE_MAX);
        for (size_t at = 0; at < 400000; at += 20000) { /* the header comes with the first */
            const size_t some = at == 240000 ? 200 : 0;
            if (some)
                add_member(&file, text.ptr + at, some, lie);
            add_member(&file, text.ptr + at + some, 20000 - some, 0);
        }
        const pal_str got = expect_same(scratch_file("lie.gz", file.ptr, file.len), "lie", 0);
        const size_t header = strlen("id,value\n"), wanted = 400000 - header;
        cr_expect(lie == -1 ? says_damaged(got) : got.len == wanted + 1 /* an LF at the end */,
                  "%d", lie);
        cr_expect(lie == -1 || memcmp(got.ptr, text.ptr + header, wanted) == 0, "%d", lie);
    }
}
