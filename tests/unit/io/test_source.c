/* Sources: what is stored, what is handed out, and how damage is told. */
#include "palermo/io.h"
#include "scratch.h"
#include "shared.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads all of it in pieces of `piece` bytes. */
static enum pal_status read_whole(const char *path, const struct pal_source_options *options,
                                  size_t piece, struct pal_arena *arena, pal_str *out, char *sha,
                                  struct pal_error *err)
{
    struct pal_source *source;
    struct pal_buf buf;
    char chunk[70000];
    size_t got;
    pal_buf_init(&buf, arena, 256u << 20);
    pal_buf_adds(&buf, "");
    PAL_TRY(pal_source_open(path, options, arena, &source, err));
    do {
        PAL_TRY(pal_source_read(source, chunk, piece, &got, err));
        cr_assert_leq(got, piece);
        pal_buf_add(&buf, (pal_str){chunk, got});
    } while (got);
    if (sha)
        pal_source_sha256(source, sha);
    *out = pal_buf_str(&buf);
    return PAL_OK;
}

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_source, .init = begin, .fini = finish);

static bool gives(const char *path, const char *expected, size_t piece)
{
    static const struct pal_source_options by_zlib = {.zlib = true};
    pal_str out, again;
    cr_assert_eq(read_whole(path, NULL, piece, arena, &out, NULL, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(read_whole(path, &by_zlib, piece, arena, &again, NULL, &err), PAL_OK, "%s",
                 err.text);
    return pal_str_eq(out, pal_str_of(expected)) && pal_str_eq(out, again);
}

Test(io_source, plain_bytes_in_pieces_of_any_size)
{
    const char *path = scratch_text("plain", "sex,count\nF,12\nM,30\n");
    for (size_t piece = 1; piece < 30; piece++)
        cr_expect(gives(path, "sex,count\nF,12\nM,30\n", piece), "piece %zu", piece);
    cr_expect(gives(scratch_text("empty", ""), "", 10));
}

Test(io_source, the_byte_order_mark_is_dropped_once)
{
    const char *path = scratch_text("bom", "\xEF\xBB\xBF\xEF\xBB\xBFID");
    for (size_t piece = 1; piece < 9; piece++)
        cr_expect(gives(path, "\xEF\xBB\xBFID", piece), "piece %zu", piece);
    cr_expect(gives(scratch_text("only", "\xEF\xBB\xBF"), "", 10));
    cr_expect(gives(scratch_text("half", "\xEF\xBB"), "\xEF\xBB", 10));
    const struct pal_source_options keep = {.keep_bom = true};
    pal_str out;
    cr_assert_eq(read_whole(path, &keep, 64, arena, &out, NULL, &err), PAL_OK);
    cr_expect_eq(out.len, 8);
}

Test(io_source, gzip_is_known_by_its_bytes_and_may_have_members)
{
    size_t a_size = 3, b_size = 5, none = 0;
    const char *a = scratch_gzip("\xEF\xBB\xBF", &a_size), *b = scratch_gzip("a,b\n1", &b_size),
               *empty = scratch_gzip("", &none);
    char bytes[400];
    memcpy(bytes, a, a_size);
    memcpy(bytes + a_size, empty, none);
    memcpy(bytes + a_size + none, b, b_size);
    /* the mark spans nothing, but the members are tiny: pieces of the first three bytes */
    const char *path = scratch_file("named.txt", bytes, a_size + none + b_size);
    for (size_t piece = 1; piece < 9; piece++)
        cr_expect(gives(path, "a,b\n1", piece), "piece %zu", piece);
    cr_expect(gives(scratch_file("nothing.gz", empty, none), "", 10));
}

Test(io_source, gzip_longer_than_any_buffer)
{
    enum { SIZE = 1000003 };
    char *text = pal_arena_alloc(arena, SIZE + 1, 1);
    uint32_t x = 1;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)('a' + (x = x * 1664525 + 1013904223) % 26);
    size_t size = SIZE;
    const void *packed = scratch_gzip(text, &size);
    cr_expect_gt(size, 128 * 1024);
    cr_expect(gives(scratch_file("long.gz", packed, size), text, 70000));
    cr_expect(gives(scratch_file("long", text, SIZE), text, 70000));
}

static const char *failure(const char *path, const struct pal_source_options *options,
                           enum pal_status status)
{
    struct pal_source_options by_zlib = options ? *options : (struct pal_source_options){0};
    struct pal_error own;
    pal_str out;
    by_zlib.zlib = true;
    cr_expect_eq(read_whole(path, &by_zlib, 4096, arena, &out, NULL, &own), status, "%s", own.text);
    cr_expect_eq(read_whole(path, options, 4096, arena, &out, NULL, &err), status, "%s", err.text);
    return err.text;
}

Test(io_source, damage_is_told_by_name)
{
    size_t size = 44;
    char packed[200];
    const void *made = scratch_gzip("a line that is long enough to be compressed.", &size);
    memcpy(packed, made, size);
    memcpy(packed + size, "tail", 4);
    const char *path = scratch_file("tail.gz", packed, size + 4);
    cr_expect(strstr(failure(path, NULL, PAL_IO), "bytes that are no gzip follow"));
    cr_expect(strstr(err.text, path));
    for (size_t cut = 2; cut < size; cut++) {
        const char *why = failure(scratch_file("cut.gz", packed, cut), NULL, PAL_IO);
        cr_expect(strstr(why, "ends in the middle"), "cut at %zu: %s", cut, why);
    }
    packed[size - 5] ^= 1; /* the length */
    cr_expect(strstr(failure(scratch_file("length.gz", packed, size), NULL, PAL_IO), "damaged"));
    packed[size - 5] ^= 1;
    packed[size - 8] ^= 1; /* the check sum */
    cr_expect(strstr(failure(scratch_file("sum.gz", packed, size), NULL, PAL_IO), "damaged"));
    cr_expect(strstr(failure(scratch_path("missing"), NULL, PAL_IO), "No such file"));
    cr_expect(strstr(failure(scratch_folder(), NULL, PAL_IO), "is a folder"));
}

Test(io_source, zeros_behind_the_last_member_are_padding)
{
    enum { MOST = 200000 };
    size_t size = 8;
    const void *made = scratch_gzip("a,b\n1,2\n", &size);
    char *packed = pal_arena_alloc(arena, MOST + 100, 1);
    memcpy(packed, made, size);
    const size_t zeros[] = {1, 2, 511, 65536 - size, 65537 - size, MOST - size};
    for (size_t i = 0; i < PAL_COUNT(zeros); i++) {
        const size_t all = size + zeros[i];
        cr_expect(gives(scratch_file("padded.gz", packed, all), "a,b\n1,2\n", 7), "%zu zeros",
                  zeros[i]);
        packed[all] = 'x';
        const char *why = failure(scratch_file("garbage.gz", packed, all + 1), NULL, PAL_IO);
        cr_expect(strstr(why, "bytes that are no gzip follow"), "%zu: %s", zeros[i], why);
        memcpy(packed + all, made, size); /* gzip(1) reads no member behind zeros either */
        why = failure(scratch_file("later.gz", packed, all + size), NULL, PAL_IO);
        cr_expect(strstr(why, "bytes that are no gzip follow"), "%zu: %s", zeros[i], why);
        memset(packed + all, 0, size);
    }
}

Test(io_source, inflation_has_a_ceiling)
{
    size_t size = 60000;
    char *zeros = pal_arena_alloc(arena, size, 1);
    memset(zeros, '0', size);
    const void *packed = scratch_gzip(zeros, &size);
    const struct pal_source_options small = {.max_inflated = 10000},
                                    enough = {.max_inflated = 60000};
    const char *path = scratch_file("bomb.gz", packed, size);
    cr_expect(strstr(failure(path, &small, PAL_NOMEM), "inflates to more than 10000 bytes"));
    pal_str out;
    cr_expect_eq(read_whole(path, &enough, 4096, arena, &out, NULL, &err), PAL_OK);
    cr_expect_eq(out.len, 60000);
}

Test(io_source, the_hash_is_of_the_stored_bytes)
{
    /* "abc": FIPS 180-4 example. The packed one: sha256sum of the file. */
    char sha[65], of_file[65];
    pal_str out;
    const struct pal_source_options hash = {.hash = true};
    cr_assert_eq(read_whole(scratch_text("abc", "abc"), &hash, 1, arena, &out, sha, &err), PAL_OK);
    cr_expect_str_eq(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    size_t size = 3;
    const void *packed = scratch_gzip("abc", &size);
    const char *path = scratch_file("abc.gz", packed, size);
    cr_assert_eq(read_whole(path, &hash, 100, arena, &out, sha, &err), PAL_OK);
    cr_assert_eq(pal_file_sha256(path, of_file, &err), PAL_OK);
    cr_expect_str_eq(sha, of_file);
    cr_expect_str_neq(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(io_source, a_pipe_gives_all_its_bytes)
{
    const char *path = scratch_path("pipe");
    cr_assert_eq(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        FILE *out = fopen(path, "w");
        fputs("a,b\n1,2\n", out);
        fclose(out);
        _exit(0);
    }
    cr_expect_str_eq(scratch_records(path, NULL), "H a|b\n2 1|2\n");
}

Test(io_source, a_published_file_has_its_published_size)
{
    const char *path = NEED_SHARED("data/unodc/data_glotip.csv.gz");
    pal_str out;
    cr_assert_eq(read_whole(path, NULL, 65536, arena, &out, NULL, &err), PAL_OK, "%s", err.text);
    cr_expect_eq(out.len, 6013743); /* zcat | wc -c */
}
