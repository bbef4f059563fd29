/* The words of `palermo estimate`: statistics, conditions, groups; and saved states in foreign
 * hands. */
#include "cli/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct pal_arena *arena;
static void begin(void) { arena = pal_arena_new(); }
static void end(void) { pal_arena_free(arena); }
TestSuite(cli_estimate, .init = begin, .fini = end);

static struct est_where where(const char *text)
{
    struct est_where out;
    struct pal_error err = {0};
    cr_assert_eq(est_where_parse(pal_str_of(text), arena, &out, &err), PAL_OK, "%s: %s", text,
                 err.text);
    return out;
}

Test(cli_estimate, conditions_are_read)
{
    static const struct {
        const char *text, *column, *value;
        enum est_operator operator;
    } known[] = {
        {"year = 2019", "year", "2019", EST_EQUAL},
        {"year==2019", "year", "2019", EST_EQUAL},
        {"yr.rnd=No", "yr.rnd", "No", EST_EQUAL},
        {"a != b c ", "a", "b c", EST_NOT_EQUAL},
        {"a<=3", "a", "3", EST_AT_MOST},
        {"a >= -3.5", "a", "-3.5", EST_AT_LEAST},
        {"a<3", "a", "3", EST_BELOW},
        {"a > 3", "a", "3", EST_ABOVE},
        {"\"a = b\" = 'x = y'", "a = b", "x = y", EST_EQUAL},
        {"a = \"it said \"\"no\"\"\"", "a", "it said \"no\"", EST_EQUAL},
        {"code ~04", "code", "04", EST_PREFIX},
        {"code ~prefix 04", "code", "04", EST_PREFIX},
        {"code ~ prefix", "code", "prefix", EST_PREFIX},
        {"origin = in transit", "origin", "in transit", EST_EQUAL},
        {"sex in F", "sex", "F", EST_IN},
        {"sex not-in F", "sex", "F", EST_NOT_IN},
        {"inside in F", "inside", "F", EST_IN},
        {"a = ''", "a", "", EST_EQUAL},
    };
    for (size_t i = 0; i < PAL_COUNT(known); i++) {
        const struct est_where w = where(known[i].text);
        cr_expect(pal_str_eq(w.column, pal_str_of(known[i].column)), "%s: column '%.*s'",
                  known[i].text, PAL_ARG(w.column));
        cr_expect(w.n == 1 && pal_str_eq(w.value[0], pal_str_of(known[i].value)), "%s: '%.*s'",
                  known[i].text, PAL_ARG(w.value[0]));
        cr_expect_eq(w.operator, known[i].operator, "%s", known[i].text);
    }
    cr_expect_eq(where("a in (x, 'y,z', 3)").n, 3);
    cr_expect(pal_str_eq(where("a in (x, 'y,z', 3)").value[1], PAL_STR("y,z")));
    static const char *const bad[] = {"",          "year",    "= 3",    "a =",      "a in",
                                      "a in x,,y", "a in 'x", "a = 'x", "a = 'x' y"};
    for (size_t i = 0; i < PAL_COUNT(bad); i++) {
        struct est_where out;
        cr_expect_eq(est_where_parse(pal_str_of(bad[i]), arena, &out, NULL), PAL_USAGE, "'%s'",
                     bad[i]);
    }
}

Test(cli_estimate, conditions_compare_numbers_as_numbers_and_text_by_bytes)
{
    const struct est_where below = where("a < 10");
    cr_expect(est_where_number(&below, 9) && !est_where_number(&below, 10));
    cr_expect(!est_where_text(&below, PAL_STR("9")), "as text, 9 comes after 10");
    const struct est_where equal = where("a = 2.50");
    cr_expect(est_where_number(&equal, 2.5) && !est_where_text(&equal, PAL_STR("2.5")));
    const struct est_where other = where("a != x");
    cr_expect(est_where_number(&other, 1), "no number is 'x'");
    const struct est_where among = where("a in 1,x"), outside = where("a not-in 1,x");
    cr_expect(est_where_number(&among, 1) && !est_where_number(&among, 2));
    cr_expect(!est_where_number(&outside, 1) && est_where_number(&outside, 2));
    cr_expect(est_where_text(&among, PAL_STR("x")) && est_where_text(&outside, PAL_STR("y")));
    const struct est_where prefix = where("a ~ 02");
    cr_expect(est_where_text(&prefix, PAL_STR("0201")) && !est_where_text(&prefix, PAL_STR("2")));
}

static pal_str group_of(const char *expression, const char *cell, double *sort)
{
    struct est_by *by;
    size_t n;
    pal_str out = {0};
    struct pal_error err = {0};
    cr_assert_eq(est_by_parse(pal_str_of(expression), arena, &by, &n, &err), PAL_OK, "%s",
                 err.text);
    return est_by_value(&by[0], pal_str_of(cell), arena, &out, sort) ? out : PAL_STR("(none)");
}

Test(cli_estimate, groups_are_derived)
{
    static const struct {
        const char *expression, *cell, *group;
        double sort;
    } known[] = {
        {"year(d)", "2013-09-04", "2013", 2013},
        {"year(d)", "14 Dec 2000", "2000", 2000},
        {"year(d)", "2019", "2019", 2019},
        {"month(d)", "2013-09-04", "9", 9},
        {"month(d)", "2013-11", "11", 11},
        {"month(d)", "2013", "(none)", 0},
        {"year(d)", "soon", "(none)", 0},
        {"prefix(code,2)", "0201", "02", 2},
        {"prefix(code,3)", "\xC3\xA9t\xC3\xA9s", "\xC3\xA9t\xC3\xA9", (double)NAN},
        {"prefix(code,9)", "ab", "ab", (double)NAN},
        {"bands(age;0;18;65)", "17.9", "0-17", 0},
        {"bands(age;0;18;65)", "18", "18-64", 18},
        {"bands(age;0;18;65)", "103", "65+", 65},
        {"bands(age;0;18;65)", "-1", "<0", -HUGE_VAL},
        {"bands(age;0;1;2)", "1", "1", 1},
        {"bands(x;0.5;1.5)", "0.7", "[0.5,1.5)", 0.5},
        {"bands(age;0;18)", "old", "(none)", 0},
        {"sex", "F", "F", (double)NAN},
        {"code", "007", "007", 7},
    };
    for (size_t i = 0; i < PAL_COUNT(known); i++) {
        double sort = 0;
        const pal_str got = group_of(known[i].expression, known[i].cell, &sort);
        cr_expect(pal_str_eq(got, pal_str_of(known[i].group)), "%s of %s: '%.*s'",
                  known[i].expression, known[i].cell, PAL_ARG(got));
        if (strcmp(known[i].group, "(none)") != 0)
            cr_expect(sort == known[i].sort || (isnan(sort) && isnan(known[i].sort)), "%s of %s",
                      known[i].expression, known[i].cell);
    }
    struct est_by *by;
    size_t n;
    cr_assert_eq(
        est_by_parse(PAL_STR("a, bands(b;0;5) ,\"c,d\",prefix(e,2)"), arena, &by, &n, NULL),
        PAL_OK);
    cr_assert_eq(n, 4);
    cr_expect(pal_str_eq(by[2].column, PAL_STR("c,d")));
    static const char *const bad[] = {"a,,b",       "bands(a)",  "bands(a;5;0)",
                                      "bands(a;x)", "prefix(a)", "prefix(a,0)",
                                      "year()",     "year(a,b)", "week(a)"};
    for (size_t i = 0; i < PAL_COUNT(bad); i++)
        cr_expect_eq(est_by_parse(pal_str_of(bad[i]), arena, &by, &n, NULL), PAL_USAGE, "'%s'",
                     bad[i]);
}

Test(cli_estimate, statistics_are_read)
{
    struct est_stat s;
    cr_assert_eq(
        est_stat_parse(PAL_STR("hom := rate( n , people ,1000)@sex=F@year>=2019"), arena, &s, NULL),
        PAL_OK);
    cr_expect(pal_str_eq(s.label, PAL_STR("hom")) && pal_str_eq(s.variable, PAL_STR("hom")));
    cr_expect(pal_str_eq(s.arg[0], PAL_STR("n")) && pal_str_eq(s.arg[1], PAL_STR("people")));
    cr_expect(s.per == 1000 && s.conditions == 2);
    cr_expect_eq(s.condition[1].operator, EST_AT_LEAST);
    cr_assert_eq(est_stat_parse(PAL_STR("rate(n,people)"), arena, &s, NULL), PAL_OK);
    cr_expect(s.per == 100000, "a rate is per 100,000 unless it says otherwise");
    cr_expect(pal_str_eq(s.variable, PAL_STR("n/people")));
    cr_assert_eq(est_stat_parse(PAL_STR("count()"), arena, &s, NULL), PAL_OK);
    cr_expect_eq(s.args, 0);
    cr_assert_eq(est_stat_parse(PAL_STR("theta(n,year)"), arena, &s, NULL), PAL_OK);
    cr_expect(s.args == 1 && pal_str_eq(s.unit, PAL_STR("year")));
    cr_assert_eq(est_stat_parse(PAL_STR("count(\"n, all\")"), arena, &s, NULL), PAL_OK);
    cr_expect(pal_str_eq(s.arg[0], PAL_STR("n, all")));
    static const char *const bad[] = {"rate",          "rate(",        "rate(n",
                                      "rate(n)",       "rate(n,p,0)",  "rate(n,p,x)",
                                      "rate(n,p,1,2)", "count(a,b)",   "rate-ratio(a,b,100)",
                                      "theta()",       "count(n) x",   ":=count()",
                                      "count(n)@",     "count(n)@sex", "sum(n)"};
    for (size_t i = 0; i < PAL_COUNT(bad); i++)
        cr_expect_eq(est_stat_parse(pal_str_of(bad[i]), arena, &s, NULL), PAL_USAGE, "'%s'",
                     bad[i]);
    cr_expect(est_stat_is(PAL_STR("a:=rate(x,y)")) && est_stat_is(PAL_STR("rte(x)")));
    cr_expect(!est_stat_is(PAL_STR("data.csv")) && !est_stat_is(PAL_STR("Data (1).csv")) &&
              !est_stat_is(PAL_STR("-")));
}

/* ---- saved states in foreign hands
 * ---------------------------------------------------------------- */

static pal_str content_of_a_state(const char *stats_text, const char *by)
{
    static pal_str stat;
    stat = pal_str_of(stats_text);
    static struct est_request request;
    request = (struct est_request){.stats = 1, .stat = &stat, .by = pal_str_of(by)};
    struct est_plan *plan;
    struct est_pass *pass;
    struct pal_error err = {0};
    cr_assert_eq(est_plan_new(&request, arena, &plan, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(est_pass_new(plan, arena, &pass, &err), PAL_OK, "%s", err.text);
    double y[] = {4, 5, 6, 7};
    uint8_t absent[4] = {0};
    uint32_t group[4], unit[4];
    for (uint32_t i = 0; i < 4; i++) {
        const pal_str text = pal_arena_printf(arena, "%u", 2019 + i % 2);
        const uint32_t key = est_values_add(&pass->value[0], arena, text, 2019 + i % 2) + 1;
        group[i] = pal_groups_add(pass->groups, &key);
        unit[i] =
            plan->task[0].unit != EST_NO_COLUMN
                ? est_values_add(&pass->unit[0], arena, i / 2 ? PAL_STR("a") : PAL_STR("b"), 0)
                : 0;
    }
    const struct pal_column column = {
        .name = PAL_STR("n"), .type = PAL_COLUMN_NUMBER, .value = y, .absent = absent};
    const struct pal_column *arg[] = {&column, &column};
    const struct pal_cells cells = {.rows = 4,
                                    .args = plan->task[0].args,
                                    .arg = arg,
                                    .group = group,
                                    .groups = 2,
                                    .stratum = unit,
                                    .strata = 2};
    cr_assert_eq(plan->task[0].estimator->feed(pass->state[0], &cells, &err), PAL_OK, "%s",
                 err.text);
    struct pal_buf bytes;
    pal_buf_init(&bytes, arena, 1 << 20);
    cr_assert_eq(est_state_pack(pass, &bytes, &err), PAL_OK, "%s", err.text);
    pal_str content;
    cr_assert_eq(pal_frame_read(pal_buf_str(&bytes), "estimate", "a.st", &content, &err), PAL_OK);
    return content;
}

/* Whoever can write a state can also write a right checksum, so every byte of the content may be
 * anything. It is read or refused; what is read can be folded and answered. */
static void try_altered(const char *stat, const char *by)
{
    const pal_str content = content_of_a_state(stat, by);
    static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
    char *copy = pal_arena_alloc(arena, content.len, 1);
    size_t accepted = 0;
    for (size_t i = 0; i < content.len; i++) {
        for (size_t v = 0; v < PAL_COUNT(values); v++) {
            const struct pal_arena_mark mark = pal_arena_mark(arena);
            struct pal_buf frame;
            memcpy(copy, content.ptr, content.len);
            copy[i] = (char)values[v];
            pal_buf_init(&frame, arena, 1 << 20);
            pal_frame_write(&frame, "estimate", (pal_str){copy, content.len});
            const struct est_plan *plan = NULL;
            struct est_pass *pass, *whole;
            struct est_row *rows;
            size_t n;
            struct pal_error err = {0};
            if (est_state_unpack(pal_buf_str(&frame), "b.st", &plan, arena, &pass, &err) ==
                PAL_OK) {
                accepted++;
                cr_assert_eq(est_pass_new(plan, arena, &whole, &err), PAL_OK);
                if (est_pass_fold(whole, pass, &err) == PAL_OK &&
                    est_rows_make(whole, arena, &rows, &n, &err) == PAL_OK)
                    cr_assert_gt(n, 0);
            } else {
                cr_assert(err.used > 0, "a refusal says why");
            }
            pal_arena_reset(arena, mark);
        }
    }
    cr_expect_gt(accepted, 0, "sums are sums, whatever they are");
}

Test(cli_estimate, a_state_with_any_byte_altered_is_read_or_refused)
{
    try_altered("rate(n,m)", "year");
    try_altered("theta(n,area)", "year");
}

Test(cli_estimate, a_state_cut_anywhere_is_refused)
{
    const pal_str content = content_of_a_state("theta(n,area)", "year");
    for (size_t n = 0; n < content.len; n++) {
        struct pal_buf frame;
        const struct est_plan *plan = NULL;
        struct est_pass *pass;
        struct pal_error err = {0};
        pal_buf_init(&frame, arena, 1 << 20);
        pal_frame_write(&frame, "estimate", (pal_str){content.ptr, n});
        cr_expect_neq(est_state_unpack(pal_buf_str(&frame), "b.st", &plan, arena, &pass, &err),
                      PAL_OK, "cut at %zu", n);
    }
}
