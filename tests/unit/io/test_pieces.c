/* The scanner against libcsv: made-up texts, plain, odd and hostile, cut anywhere, on every path.
 */
#include "scanned.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* PALERMO_SCAN_INPUTS asks for more: a million in `make test-all`. */
enum { INPUTS = 20000 };

static void add_field(struct pal_random *random, char delimiter, bool odd, struct pal_buf *out)
{
    static const char *const plain[] = {"a", "7", "12.5", "-3", "é", " x", "y ", "Ω", "#", "'"};
    static const char *const rare[] = {"\"", "\r", "\xFF", "\t\"", "\"\"", "\xC3", "\" ", "b\""};
    const uint64_t kind = pal_random_below(random, 8);
    if (kind == 0)
        return;
    if (kind < 3) {
        static const char *const inside[] = {"a", "\"\"", "\n", "\r\n", " ", "é", ";", ","};
        pal_buf_addc(out, '"');
        for (uint64_t n = pal_random_below(random, 5); n; n--)
            pal_buf_adds(out, inside[pal_random_below(random, PAL_COUNT(inside))]);
        pal_buf_addc(out, '"');
        return;
    }
    if (odd && pal_random_below(random, 12) == 0)
        pal_buf_adds(out, rare[pal_random_below(random, PAL_COUNT(rare))]);
    for (uint64_t n = pal_random_below(random, 4); n; n--)
        pal_buf_adds(out, plain[pal_random_below(random, PAL_COUNT(plain))]);
    if (odd && pal_random_below(random, 200) == 0)
        pal_buf_addc(out, '\0');
    if (odd && pal_random_below(random, 60) == 0)
        pal_buf_addc(out, delimiter == ',' ? ';' : ',');
    if (pal_random_below(random, 40) == 0)
        for (uint64_t n = pal_random_below(random, 200); n; n--)
            pal_buf_addc(out, 'z');
}

static void add_text(struct pal_random *random, struct pal_buf *out)
{
    static const char delimiters[] = ",,,;\t|";
    static const char *const ends[] = {"\n", "\n", "\r\n", "\r", "\r\r\n", "\n\n", " \n"};
    const char delimiter = delimiters[pal_random_below(random, 6)];
    const bool odd = pal_random_below(random, 3) == 0;
    const uint64_t end = pal_random_below(random, 4), cols = 1 + pal_random_below(random, 5);
    if (pal_random_below(random, 10) == 0)
        pal_buf_adds(out, "\xEF\xBB\xBF");
    for (uint64_t rows = pal_random_below(random, 12); rows; rows--) {
        const uint64_t n = pal_random_below(random, 20) ? cols : pal_random_below(random, 6);
        for (uint64_t i = 0; i < n; i++) {
            if (i)
                pal_buf_addc(out, delimiter);
            add_field(random, delimiter, odd, out);
        }
        if (rows > 1 || pal_random_below(random, 3))
            pal_buf_adds(out, ends[odd && pal_random_below(random, 9) == 0
                                       ? pal_random_below(random, PAL_COUNT(ends))
                                       : end % 3]);
    }
}

Test(io_pieces, the_scanner_reads_what_libcsv_reads)
{
    const char *asked = getenv("PALERMO_SCAN_INPUTS");
    const size_t inputs = asked ? (size_t)atol(asked) : INPUTS;
    struct pal_random random;
    size_t refused = 0;
    pal_random_start(&random, 3, "scanner", 0);
    for (size_t i = 0; i < inputs; i++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_buf text;
        pal_buf_init(&text, arena, 1 << 16);
        pal_buf_adds(&text, "");
        add_text(&random, &text);
        const pal_str bytes = pal_buf_str(&text), wanted = scanned_text(bytes, 0, 0, arena);
        const size_t piece = i % 4 ? 1 + pal_random_below(&random, 200) : 0;
        for (unsigned path = 1; path <= 3; path++) {
            const pal_str got = scanned_text(bytes, path, piece, arena);
            cr_assert(pal_str_eq(got, wanted),
                      "input %zu, path %u, pieces of %zu: <%.*s> libcsv: %.*s\nscanner: %.*s", i,
                      path, piece, PAL_ARG(bytes), PAL_ARG(wanted), PAL_ARG(got));
        }
        refused += wanted.len && strstr(wanted.ptr, " at ") != NULL;
        pal_arena_free(arena);
    }
    cr_expect(refused > inputs / 50 && refused < inputs / 2, "%zu of %zu are refused", refused,
              inputs);
}
