/* test_query.c: slips by hand; limits against a computation by hand; each rule on figures made so
 * that it alone has something to ask. */
#include "palermo/review.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <stdlib.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void end(void) { pal_arena_free(arena); }
TestSuite(review_query, .init = begin, .fini = end);

Test(review_query, slips_of_the_hand)
{
    static const struct {
        double now, then;
        bool slip;
    } cases[] = {
        {1324, 1234, true},  /* two neighbours exchanged */
        {1244, 1234, true},  /* one digit wrong          */
        {123, 1234, true},   /* one left out             */
        {12334, 1234, true}, /* one added                */
        {12340, 1234, true}, {1.234e6, 1234, true}, {5, 50, true},
        {1234, 1234, false}, {1235, 1324, false},   {50, 49, false}, /* too short to tell */
        {12.5, 125, false},  {0, 1234, false},      {4321, 1234, false},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++)
        cr_expect_eq(pal_is_slip(cases[i].now, cases[i].then), cases[i].slip, "%g %g", cases[i].now,
                     cases[i].then);
}

/* Two thousand pairs that are Poisson by construction (the same count, plus and minus its standard
 * deviation times a normal quantile): no overdispersion is found, and the limit is the normal's. */
Test(review_query, limits_of_pure_chance_are_the_normal_ones)
{
    enum { N = 2000 };
    static double before[N], after[N];
    struct pal_limits limits;
    for (size_t i = 0; i < N; i++) {
        const double z = gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / N), count = 1e6;
        before[i] = count;
        after[i] = (count + 0.5) * exp(z * sqrt(2 / (count + 0.5))) - 0.5;
    }
    cr_assert_eq(pal_limits_learn(before, after, N, 0.01, arena, &limits, &err), PAL_OK);
    cr_assert_float_eq(limits.median, 0, 1e-5);
    cr_assert_lt(limits.tau2, 1e-8);
    cr_assert_float_eq(limits.scale, 1, 0.01);
    cr_assert_float_eq(limits.limit, gsl_cdf_ugaussian_Pinv(0.995), 0.06);
    /* Scatter of a tenth each way is found as its square. */
    for (size_t i = 0; i < N; i++)
        after[i] = before[i] * exp(0.1 * gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / N));
    cr_assert_eq(pal_limits_learn(before, after, N, 0.01, arena, &limits, &err), PAL_OK);
    cr_assert_float_eq(limits.tau2, 0.01, 1e-4);
    cr_assert_eq(pal_limits_learn(before, after, 0, 0.01, arena, &limits, &err), PAL_DOMAIN);
}

/* ---- figures made by hand -----------------------------------------------------------------------
 */

enum { STATES = 12, YEARS = 8, MOST = 1000 };
static const struct pal_estimator counting = {.name = "count"};
static struct pal_definition definition = {.code = PAL_STR_INIT("X-01N"), .estimator = &counting};
static struct pal_figure figure[MOST];
static struct pal_figures figures = {.figure = figure};
static const pal_str total[] = {PAL_STR_INIT("_T"), PAL_STR_INIT("_T")};
static const pal_str names[] = {PAL_STR_INIT("COUNTERPART"), PAL_STR_INIT("DIRECTION")};

static void add(uint32_t area, int32_t year, double value, const pal_str *breakdown)
{
    figure[figures.n++] = (struct pal_figure){
        .definition = &definition,
        .area = area,
        .period = year,
        .breakdown = breakdown,
        .version = 1,
        .estimate = {.value = value, .absent = PAL_PRESENT, .status = PAL_ANSWER_OK}};
}

/* Series around 1,000 that go up and down by two per cent, except what `spoil` says of the first.
 */
static void make_series(const double *first /* [YEARS] */)
{
    struct pal_areas *areas;
    const char *folder = scratch_folder();
    struct pal_buf text;
    pal_buf_init(&text, arena, 1u << 16);
    pal_buf_adds(&text, "code,alpha2,m49,kind,parent,complete_parts,un_member,name_ar,name_zh,"
                        "name_en,name_fr,name_ru,name_es\n");
    for (int s = 0; s < STATES; s++)
        pal_buf_addf(&text, "XA%c,,,country,,0,0,a,b,State %c,d,e,f\n", 'A' + s, 'A' + s);
    scratch_file("areas.csv", text.ptr, text.len);
    scratch_text("aliases.csv", "alias,code\n");
    cr_assert_eq(pal_areas_read(folder, arena, &areas, &err), PAL_OK, "%s", err.text);
    figures.areas = areas;
    figures.breakdown = names;
    figures.breakdowns = 2;
    figures.n = 0;
    for (uint32_t s = 0; s < STATES; s++)
        for (int y = 0; y < YEARS; y++)
            add(pal_areas_by_code(areas, pal_arena_printf(arena, "XA%c", 'A' + (int)s)), 2010 + y,
                s == 0 ? first[y] : 1000 + 20 * ((y + (int)s) % 3) + (int)s * 7, total);
}

static size_t ask(const struct pal_released *released, size_t n, const struct pal_query **out)
{
    size_t queries;
    const struct pal_query_ask what = {.figures = &figures, .released = released, .released_n = n};
    cr_assert_eq(pal_queries_make(&what, arena, out, &queries, &err), PAL_OK, "%s", err.text);
    return queries;
}

Test(review_query, a_change_beyond_the_family_is_asked_about)
{
    const struct pal_query *query;
    make_series((const double[]){1000, 1020, 1010, 1030, 1000, 1500, 1490, 1020});
    size_t n = ask(NULL, 0, &query), first = SIZE_MAX;
    cr_assert_gt(n, 0);
    for (size_t i = 0; i < n; i++)
        if (query[i].rule == PAL_QUERY_CHANGE || query[i].rule == PAL_QUERY_BREAK)
            first = first == SIZE_MAX ? i : first;
    cr_assert_neq(first, SIZE_MAX);
    cr_assert_eq(figure[query[first].figure].period, 2015);
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(figure[query[i].figure].area, figure[0].area, "only the first State is asked");
}

Test(review_query, a_new_level_is_a_break)
{
    const struct pal_query *query;
    make_series((const double[]){1000, 1020, 1010, 1030, 2000, 2040, 2010, 2030});
    const size_t n = ask(NULL, 0, &query);
    cr_assert_eq(n, 1);
    cr_assert_eq(query[0].rule, PAL_QUERY_BREAK);
    cr_assert_eq(figure[query[0].figure].period, 2014);
    cr_assert_float_eq(query[0].with[1], 1020, 1e-9);
    cr_assert_float_eq(query[0].with[2], 2020, 1e-9);
}

Test(review_query, a_sudden_zero_and_a_copy)
{
    const struct pal_query *query;
    make_series((const double[]){1000, 1020, 1010, 1030, 1000, 1020, 1010, 0});
    size_t n = ask(NULL, 0, &query);
    cr_assert_eq(n, 1);
    cr_assert_eq(query[0].rule, PAL_QUERY_ZERO);
    cr_assert_eq(query[0].with[1], 1010);
    make_series((const double[]){1000, 1020, 1010, 1030, 1000, 1020, 1010, 1010});
    n = ask(NULL, 0, &query);
    cr_assert_eq(n, 1);
    cr_assert_eq(query[0].rule, PAL_QUERY_COPY);
    cr_assert_eq(figure[query[0].figure].period, 2017);
}

Test(review_query, a_slip_against_the_last_release)
{
    const struct pal_query *query;
    make_series((const double[]){1000, 1020, 1010, 1030, 1000, 1020, 1010, 1030});
    const struct pal_released released[] = {
        {PAL_STR("X-01N/XAA/2016"), PAL_STR("1010"), PAL_STR("p"), PAL_STR("d")},
        {PAL_STR("X-01N/XAA/2017"), PAL_STR("1300"), PAL_STR("p"), PAL_STR("d")},
    };
    const size_t n = ask(released, 2, &query);
    cr_assert_eq(n, 1);
    cr_assert_eq(query[0].rule, PAL_QUERY_SLIP);
    cr_assert_eq(query[0].with[0], 1030);
    cr_assert_eq(query[0].with[1], 1300);
}

Test(review_query, mirrors_that_disagree)
{
    const struct pal_query *query;
    make_series((const double[]){1000, 1020, 1010, 1030, 1000, 1020, 1010, 1030});
    static pal_str breakdown[STATES * 2][2];
    figures.n = 0;
    for (uint32_t s = 0; s < STATES; s++) { /* each sent 100 to the next, which says the same */
        const uint32_t next = (s + 1) % STATES;
        for (int received = 0; received < 2; received++) {
            pal_str *b = breakdown[s * 2 + (uint32_t)received];
            b[0] = pal_areas_get(figures.areas, received ? s : next)->code;
            b[1] = received ? PAL_STR("received") : PAL_STR("sent");
            add(received ? next : s, 2020, s == 3 && received ? 900 : 100 + s, b);
        }
    }
    const size_t n = ask(NULL, 0, &query);
    cr_assert_eq(n, 2, "%zu", n); /* both States are asked */
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(query[i].rule, PAL_QUERY_MIRROR);
    cr_assert(query[0].with[0] == 900 || query[0].with[2] == 900);
}
