/* BGZF: the same text, and the same damage in the same place, on any number of threads. */
#include "../../support/scratch.h"
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

/* ---- ordinary members, guessed ----------------------------------------------------------------
 */

/* Bytes that hardly compress, so that the file is as long as windows are. */
static pal_str hard_text(size_t len, const char *within, size_t within_len)
{
    struct pal_random random;
    struct pal_buf text;
    pal_random_start(&random, 11, "members", 0);
    pal_buf_init(&text, arena, SIZE_MAX);
    pal_buf_adds(&text, "id,value\n");
    for (size_t i = 0; text.len < len; i++) {
        char *to = pal_buf_room(&text, 256);
        for (size_t k = 0; k < 200; k++)
            *to++ = (char)('#' + pal_random_below(&random, 90));
        *to++ = '\n';
        pal_buf_end(&text, to);
        if (within && i % 1000 == 999)
            pal_buf_add(&text, (pal_str){within, within_len});
    }
    return pal_buf_str(&text);
}

static pal_str in_ordinary(pal_str text, size_t least, size_t most)
{
    struct pal_random random;
    struct pal_buf file;
    pal_random_start(&random, 12, "members", 0);
    pal_buf_init(&file, arena, SIZE_MAX);
    for (size_t at = 0; at < text.len;) {
        size_t len = least + pal_random_below(&random, most - least + 1);
        len = len < text.len - at ? len : text.len - at;
        add_ordinary(&file, text.ptr + at, len);
        at += len;
    }
    return pal_buf_str(&file);
}

/* As gzip would store it: one member whose text stands in it as it is, heads of others and all. */
static pal_str stored(pal_str text)
{
    struct pal_buf file;
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    const size_t bound = deflateBound(&z, text.len);
    pal_buf_init(&file, arena, SIZE_MAX);
    char *to = pal_buf_room(&file, bound);
    z.next_in = (unsigned char *)(uintptr_t)text.ptr;
    z.avail_in = (unsigned)text.len;
    z.next_out = (unsigned char *)to;
    z.avail_out = (unsigned)bound;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    pal_buf_end(&file, to + z.total_out);
    deflateEnd(&z);
    return pal_buf_str(&file);
}

Test(io_inflated, ordinary_members_are_one_text)
{
    const pal_str text = hard_text(9000000, NULL, 0);
    const pal_str large = in_ordinary(text, 1000000, 3000000), small = in_ordinary(text, 1, 70000);
    expect_text(scratch_file("large.gz", large.ptr, large.len), text);
    expect_text(scratch_file("small.gz", small.ptr, small.len), text);
    struct pal_buf padded;
    pal_buf_init(&padded, arena, SIZE_MAX);
    pal_buf_add(&padded, large);
    for (size_t i = 0; i < 300000; i++)
        pal_buf_addc(&padded, '\0');
    expect_text(scratch_file("padded.gz", padded.ptr, padded.len), text);
}

Test(io_inflated, text_that_holds_whole_members_is_text)
{
    size_t size = 12;
    const char *within = scratch_gzip("1,2\n3,4\n5,6\n", &size);
    const pal_str text = hard_text(5000000, within, size);
    struct pal_buf file;
    pal_buf_init(&file, arena, SIZE_MAX);
    pal_buf_add(&file, stored((pal_str){text.ptr, 3000000}));
    pal_buf_add(&file, stored((pal_str){text.ptr + 3000000, text.len - 3000000}));
    expect_text(scratch_file("heads.gz", file.ptr, file.len), text);
}

Test(io_inflated, members_that_grow_a_thousandfold_take_bounded_memory)
{
    struct pal_buf text, file;
    pal_buf_init(&text, arena, SIZE_MAX);
    pal_buf_init(&file, arena, SIZE_MAX);
    pal_buf_adds(&text, "id,value\n");
    while (text.len < 60000000)
        pal_buf_adds(&text, "1,1111111111111111111111111111111111111111111111111111111111111\n");
    add_ordinary(&file, text.ptr, 30000000);
    add_ordinary(&file, text.ptr + 30000000, text.len - 30000000);
    const char *path = scratch_file("bomb.gz", file.ptr, file.len);
    const size_t header = strlen("id,value\n");
    cr_expect_eq(pieces_of(path, 3, false).len, text.len - header);
    cr_expect_eq(pieces_of(path, 1, false).len, text.len - header);
}

Test(io_inflated, damage_among_ordinary_members_shows_in_the_same_place)
{
    const pal_str text = hard_text(4200000, NULL, 0), file = in_ordinary(text, 300000, 900000);
    struct pal_random random;
    size_t told = 0;
    pal_random_start(&random, 13, "damage", 0);
    char *bytes = pal_arena_alloc(arena, file.len + 20, 1);
    for (size_t i = 0; i < 40; i++) {
        const unsigned kind = (unsigned)i % 4;
        const size_t at = 200 + pal_random_below(&random, file.len - 200);
        size_t len = kind == 0 ? at : file.len;
        memcpy(bytes, file.ptr, file.len);
        if (kind == 3) { /* something between two members */
            size_t head = at;
            while (head + 4 < file.len && memcmp(file.ptr + head, "\x1F\x8B\x08\0\0", 5) != 0)
                head++;
            const size_t many = 1 + pal_random_below(&random, 12);
            memmove(bytes + head + many, file.ptr + head, file.len - head);
            memset(bytes + head, pal_random_below(&random, 2) ? 0 : 'x', many);
            len += many;
        } else if (kind) {
            bytes[at] = (char)((unsigned char)bytes[at] ^ (1 + pal_random_below(&random, 255)));
        }
        const pal_str got = expect_same(scratch_file("damaged.gz", bytes, len), "damage", at);
        told += says_damaged(got);
    }
    cr_expect(told >= 38, "%zu of 40 were told", told);
}
