/* The stream on any number of threads, in pieces of any size, is the stream on one thread: the same
 * rows, codes, lines, and the same refusal. What it reads is what the records of libcsv hold. */
#include "written.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct pal_stream_column columns[] = {{PAL_STR_INIT("place"), false, true},
                                                   {PAL_STR_INIT("n"), true, false},
                                                   {PAL_STR_INIT("mixed"), false, false}};

static void dump(const char *path, const struct pal_stream_options *options, struct pal_buf *out)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_stream *stream;
    struct pal_error err = {0};
    const struct pal_batch *b = NULL;
    enum pal_status status =
        pal_stream_open_with(path, columns, PAL_COUNT(columns), options, arena, &stream, &err);
    while (status == PAL_OK) {
        status = pal_stream_next(stream, &b, &err);
        if (status != PAL_OK || !b)
            break;
        for (size_t row = 0; row < b->rows; row++) {
            pal_buf_addf(out, "%llu:%u", (unsigned long long)b->line[row], b->col[0].code[row]);
            pal_buf_add(out, pal_dict_text(b->col[0].dict, b->col[0].code[row]));
            if (b->col[1].absent[row] == PAL_PRESENT)
                pal_buf_addnum(out, b->col[1].value[row]);
            pal_buf_addf(out, "%s%u\n", b->col[2].type == PAL_COLUMN_NUMBER ? "number" : "code",
                         b->col[2].code[row]);
        }
    }
    if (status != PAL_OK)
        pal_buf_addf(out, "%d, line %llu: %s", (int)status, (unsigned long long)err.line, err.text);
    pal_arena_free(arena);
}

/* Rows of all kinds; `odd` holds one that libcsv must judge, `bad` one that is refused. */
static const char *write_table(struct written *w, const char *name, bool odd, const char *bad)
{
    static char path[300];
    struct pal_random random;
    struct pal_buf text;
    pal_random_start(&random, 5, name, 0);
    pal_buf_init(&text, w->arena, 32 << 20);
    pal_buf_adds(&text, "n,place,mixed,rest\n");
    for (int row = 0; row < 60000; row++) {
        pal_buf_addf(&text, "%llu.5,", (unsigned long long)pal_random_below(&random, 1000));
        const uint64_t place = pal_random_below(&random, 3000);
        if (place < 30)
            pal_buf_addf(&text, "\"in \"\"%llu\"\",\nnear\"", (unsigned long long)place);
        else if (place < 60)
            pal_buf_addf(&text, "a place with a long name that is numbered %llu",
                         (unsigned long long)place);
        else if (place > 62)
            pal_buf_addf(&text, "p%llu", (unsigned long long)place);
        pal_buf_addf(&text, ",%llu,\n", (unsigned long long)place % 7);
        if (odd && row % 9000 == 8999)
            pal_buf_adds(&text, "1, \"blanks around\" ,2,\r\n");
        if (bad && row == 45000)
            pal_buf_adds(&text, bad);
    }
    pal_buf_addc(&text, '\0');
    written_file(w, name, text.ptr);
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    return path;
}

/* Where the reading stops, the rows of its piece are not handed out. */
static pal_str end_of(pal_str text, bool refused)
{
    size_t at = text.len;
    while (refused && at && text.ptr[at - 1] != '\n')
        at--;
    return refused ? (pal_str){text.ptr + at, text.len - at} : text;
}

static void expect_same(struct written *w, const char *path, bool refused)
{
    const struct pal_stream_options plain = {.threads = 1};
    struct pal_buf wanted;
    pal_buf_init(&wanted, w->arena, 64 << 20);
    dump(path, &plain, &wanted);
    cr_assert_gt(wanted.len, 50000);
    cr_assert_eq(refused, wanted.ptr[wanted.len - 1] != '\n');
    for (unsigned threads = 1; threads <= 4; threads++) {
        for (unsigned kind = 0; kind < 3; kind++) {
            static const size_t pieces[] = {0, 3000, 70000};
            const struct pal_stream_options options = {
                .threads = threads, .piece_bytes = pieces[kind], .path = 1 + (threads + kind) % 3};
            struct pal_buf got;
            pal_buf_init(&got, w->arena, 64 << 20);
            dump(path, &options, &got);
            cr_expect(pal_str_eq(end_of(pal_buf_str(&got), refused),
                                 end_of(pal_buf_str(&wanted), refused)),
                      "%u threads, pieces of %zu", threads, pieces[kind]);
        }
    }
}

Test(data_stream_pieces, the_same_on_any_threads_and_pieces)
{
    struct written w;
    written_open(&w);
    expect_same(&w, write_table(&w, "plain.csv", false, NULL), false);
    expect_same(&w, write_table(&w, "odd.csv", true, NULL), false);
    written_close(&w);
}

Test(data_stream_pieces, the_same_refusal)
{
    struct written w;
    written_open(&w);
    expect_same(&w, write_table(&w, "number.csv", true, "12x,here,3,\n"), true);
    expect_same(&w, write_table(&w, "ragged.csv", false, "1,here\n"), true);
    expect_same(&w, write_table(&w, "quote.csv", false, "1,he\"re,3,\n"), true);
    expect_same(&w, write_table(&w, "text.csv", true, "1,here,words,\n"), false);
    written_close(&w);
}

Test(data_stream_pieces, rows_are_those_of_the_records)
{
    struct written w;
    written_open(&w);
    const char *path = write_table(&w, "records.csv", true, NULL);
    const struct pal_stream_options two = {.threads = 2, .piece_bytes = 5000};
    const struct pal_dialect guess = {.header_rows = 1, .guess = true};
    struct pal_stream *stream;
    struct pal_records *records;
    struct pal_record record;
    const struct pal_batch *b;
    bool end;
    cr_assert_eq(pal_stream_open_with(path, columns, 3, &two, w.arena, &stream, &w.error), PAL_OK);
    cr_assert_eq(pal_records_open(path, &guess, NULL, w.arena, &records, &w.error), PAL_OK);
    for (;;) {
        cr_assert_eq(pal_stream_next(stream, &b, &w.error), PAL_OK, "%s", w.error.text);
        if (!b)
            break;
        for (size_t row = 0; row < b->rows; row++) {
            double n = 0;
            cr_assert_eq(pal_records_next(records, &record, &end, &w.error), PAL_OK);
            cr_assert(!end);
            cr_assert_eq(record.line, b->line[row]);
            cr_assert(pal_num_parse(record.field[0], &n));
            cr_assert_eq(n, b->col[1].value[row]);
            cr_assert(
                pal_str_eq(record.field[1], pal_dict_text(b->col[0].dict, b->col[0].code[row])));
            cr_assert(
                pal_str_eq(record.field[2], pal_dict_text(b->col[2].dict, b->col[2].code[row])));
        }
    }
    cr_assert_eq(pal_records_next(records, &record, &end, &w.error), PAL_OK);
    cr_expect(end);
    written_close(&w);
}
