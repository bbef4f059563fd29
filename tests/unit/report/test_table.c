/* Tables: what a declaration may say and how it is refused; what a layout makes of hand-made
 * figures. The expected cells follow from the rules of FIELD's published table, not from a run. */
#include "report/inside.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pal_arena *arena;
static struct pal_areas *areas;
static struct pal_catalogue *catalogue;
static struct pal_diag *diag;
static char folder[64];

static void open_all(void)
{
    arena = pal_arena_new();
    diag = pal_diag_new(arena, 100);
    static const char *const definitions[] = {"indicators"};
    cr_assert_eq(pal_areas_read("datasets/areas", arena, &areas, NULL), PAL_OK);
    struct pal_error err = {0};
    cr_assert_eq(pal_catalogue_read(definitions, 1, NULL, diag, arena, &catalogue, &err), PAL_OK,
                 "%s", err.text);
    strcpy(folder, "/tmp/palermo-table-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    mkdir(pal_path_join(arena, folder, PAL_STR("tables")), 0777);
}

static const char *file(void) { return pal_path_join(arena, folder, PAL_STR("tables/t.yaml")); }

static void close_all(void)
{
    unlink(file());
    rmdir(pal_path_join(arena, folder, PAL_STR("tables")));
    rmdir(folder);
    pal_arena_free(arena);
}

TestSuite(report_table, .init = open_all, .fini = close_all);

static const struct pal_table_definition *declare(const char *yaml)
{
    const char *const folders[] = {folder, "indicators"};
    const struct pal_table_definition *const *table;
    size_t n;
    cr_assert_eq(pal_file_write(file(), pal_str_of(yaml), NULL), PAL_OK);
    if (pal_table_definitions_read(folders, 2, catalogue, diag, arena, &table, &n, NULL) != PAL_OK)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(pal_table_definition_name(table[i]), PAL_STR("t")))
            return table[i];
    cr_assert_fail("the table is not there");
    return NULL;
}

Test(report_table, a_wrong_declaration_names_its_place_and_the_nearest_word)
{
    static const struct {
        const char *yaml, *says;
        uint64_t line;
    } wrong[] = {
        {"table: t\ntitel: {en: T}\n", "title", 2},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-1N]\n", "TIP-01N", 3},
        {"table: ../t\ntitle: {en: T}\nindicators: [TIP-01N]\n", "names files", 1},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-02S]\nbreakdown: {sexx: [F]}\n", "'sex'", 4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-02C]\nbreakdown: {age: [Y0T18]}\n", "'Y0T14'",
         4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N, TIP-05CN]\n", "kinds: mixed", 3},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-05CN]\nkinds: phenomenon\n", "implementation",
         3},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N]\nperiods: latets\n", "latest:5", 4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N]\nrows: aeras\n", "aeras", 4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N]\norder: value\n", "never ranked", 4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N]\nintervals: [TIP-01]\n", "no indicator",
         4},
        {"table: t\ntitle: {en: T}\nindicators: [TIP-01N]\nchart: {kind: lines, indicator: "
         "TIP-01N, "
         "over: colour}\n",
         "colour", 4},
    };
    for (size_t i = 0; i < PAL_COUNT(wrong); i++) {
        const size_t before = pal_diag_listed(diag);
        cr_expect_null(declare(wrong[i].yaml), "accepted: %s", wrong[i].yaml);
        cr_assert_eq(pal_diag_listed(diag), before + 1);
        const struct pal_finding *f = pal_diag_get(diag, before);
        cr_expect(strstr(pal_arena_cstr(arena, f->what), wrong[i].says), "%.*s", PAL_ARG(f->what));
        cr_expect_eq(f->at.line, wrong[i].line, "%.*s: line %d", PAL_ARG(f->what), (int)f->at.line);
        cr_expect_gt(f->at.column, 0);
    }
}

/* ---- figures by hand
 * ----------------------------------------------------------------------------- */

static struct pal_figure figures[64];
static size_t figures_n;
static const pal_str total_only[] = {{"_T", 2}};
static const pal_str breakdown_names[] = {{"SEX", 3}};

static struct pal_figure *add(const char *code, const char *area, int period, double value)
{
    struct pal_figure *f = &figures[figures_n++];
    *f = (struct pal_figure){.definition = pal_catalogue_find(catalogue, pal_str_of(code)),
                             .area = pal_areas_by_code(areas, pal_str_of(area)),
                             .period = period,
                             .breakdown = total_only,
                             .source = PAL_STR("glotip"),
                             .version = 1,
                             .review_status = PAL_STR("draft")};
    cr_assert_not_null(f->definition);
    cr_assert_neq(f->area, PAL_NO_AREA, "%s", area);
    f->estimate.value = value;
    f->estimate.uncertainty = PAL_UNC_RANDOM;
    f->estimate.method = "exact Poisson (Garwood 1936)";
    if (isnan(value)) {
        f->estimate.absent = PAL_NOT_COLLECTED;
        f->estimate.status = PAL_ANSWER_UNDEFINED;
    } else {
        f->estimate.has_interval = true;
        f->estimate.low = value * 0.5;
        f->estimate.high = value * 2;
        f->estimate.level = 0.95;
    }
    return f;
}

static int by_key(const void *a, const void *b)
{
    const struct pal_figure *x = a, *y = b;
    int c = pal_str_cmp(x->definition->code, y->definition->code);
    if (!c)
        c = pal_str_cmp(pal_areas_get(areas, x->area)->code, pal_areas_get(areas, y->area)->code);
    return c ? c : (x->period > y->period) - (x->period < y->period);
}

static const struct pal_table *lay(const struct pal_table_definition *definition,
                                   enum pal_language language)
{
    qsort(figures, figures_n, sizeof *figures, by_key);
    struct pal_figures *all = pal_arena_alloc(arena, 1, sizeof *all);
    *all = (struct pal_figures){figures_n, figures, 1, breakdown_names, areas};
    struct pal_report_input *input = pal_arena_alloc(arena, 1, sizeof *input);
    input->figures = all;
    input->catalogue = catalogue;
    input->areas = areas;
    const struct pal_table *table;
    struct pal_error err = {0};
    cr_assert_eq(pal_table_layout(input, definition, language, arena, &table, &err), PAL_OK, "%s",
                 err.text);
    return table;
}

static size_t row_of(const struct pal_table *t, const char *stub)
{
    for (size_t r = 0; r < t->rows; r++)
        if (pal_str_eq(pal_table_cell(t, r, 0)->text, pal_str_of(stub)))
            return r;
    cr_assert_fail("no row '%s'", stub);
    return 0;
}

static void expect(const struct pal_table *t, const char *stub, size_t col, const char *text)
{
    const pal_str got = pal_table_cell(t, row_of(t, stub), col)->text;
    cr_expect(pal_str_eq(got, pal_str_of(text)), "%s, column %zu: '%.*s', not '%s'", stub, col,
              PAL_ARG(got), text);
}

static bool has_line(const struct pal_table *t, const char *part)
{
    for (size_t i = 0; i < t->lines; i++)
        if (strstr(pal_arena_cstr(arena, t->line[i]), part))
            return true;
    return false;
}

static void fill_figures(void)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2018, 1234);
    add("TIP-01N", "ALB", 2019, 0);
    add("TIP-01N", "DZA", 2017, 12);
    add("TIP-01N", "DZA", 2019, (double)NAN);
    struct pal_figure *masked = add("TIP-01N", "FRA", 2019, (double)NAN);
    masked->estimate = (struct pal_figure_estimate){.absent = PAL_BELOW_THRESHOLD,
                                                    .status = PAL_ANSWER_UNDEFINED,
                                                    .has_bounds = true,
                                                    .bound_low = 0,
                                                    .bound_high = 4,
                                                    .n = 1,
                                                    .censored = 1};
    struct pal_figure *sum = add("TIP-01N", "DEU", 2019, (double)NAN);
    sum->estimate = masked->estimate;
    sum->estimate.n = 3;
    sum->estimate.bound_low = 1112;
    sum->estimate.bound_high = 1120;
    add("TIP-01N", "GBR_S", 2019, 57)->flags = PAL_FLAG_PART | PAL_FLAG_DUPLICATES;
    struct pal_figure *none = add("TIP-01N", "EGY", 2019, (double)NAN);
    none->estimate.absent = PAL_NOT_APPLICABLE;
    struct pal_figure *world = add("TIP-01N", "001", 2018, 2000);
    world->coverage_n = 40;
    world->coverage_of = 193;
    world->coverage_population = 0.5;
    world = add("TIP-01N", "001", 2019, 7); /* too few have replied for 2019 */
    world->coverage_n = 3;
    world->coverage_of = 193;
    world->coverage_population = 0.01;
}

static const char plain_table[] = "table: t\nnumber: 7\ntitle: {en: Victims}\nindicators: "
                                  "[TIP-01N]\nrows: areas\nintervals: true\n"
                                  "notes: [{en: A general note.}]\n";

Test(report_table, cells_follow_the_editorial_rules)
{
    fill_figures();
    const struct pal_table *t = lay(declare(plain_table), PAL_EN);
    cr_assert_not_null(t);
    cr_assert_eq(t->cols, 5); /* stub, year, value, lower, upper */
    expect(t, "World (40 of 193 States)", 1, "2018");
    expect(t, "World (40 of 193 States)", 2, "2,000");
    expect(t, "Albania", 1, "2019");
    expect(t, "Albania", 2, "—");    /* nil */
    expect(t, "Algeria", 1, "2017"); /* the latest year with a value */
    expect(t, "Algeria", 2, "12");
    expect(t, "Algeria", 3, "6");
    expect(t, "Algeria", 4, "24");
    expect(t, "France", 2, "<5"); /* never 0, never 5 */
    expect(t, "France", 3, "..");
    expect(t, "Germany", 2, "1,112–1,120");
    expect(t, "Egypt", 2, "-");
    expect(t, "United Kingdom of Great Britain and Northern Ireland", 2,
           ".."); /* a whole is no sum */
    expect(t, "United Kingdom (Scotland)", 2, "57");
    const size_t whole = row_of(t, "United Kingdom of Great Britain and Northern Ireland");
    cr_expect_eq(row_of(t, "United Kingdom (Scotland)"), whole + 1);
    cr_expect_eq(t->row[whole + 1].level, t->row[whole].level + 1);
    cr_expect_eq(row_of(t, "World (40 of 193 States)"), 0);
    cr_expect_lt(row_of(t, "Africa"), row_of(t, "Algeria")); /* a head, no total */
    cr_expect_eq(t->row[row_of(t, "Africa")].kind, PAL_ROW_HEAD);
    cr_expect_lt(row_of(t, "Egypt"), row_of(t, "Europe"));
    cr_expect(isnan(pal_table_cell(t, whole, 2)->value) || pal_table_cell(t, whole, 2)->value == 0);
    cr_expect_eq(pal_table_cell(t, row_of(t, "Algeria"), 4)->value, 24);
}

Test(report_table, notes_and_lines_say_what_is_needed_and_no_more)
{
    fill_figures();
    const struct pal_table *t = lay(declare(plain_table), PAL_EN);
    cr_assert_eq(t->notes, 1); /* the repeated key; the part is named by its row */
    cr_expect(pal_str_eq(t->note[0], pal_word(PAL_EN, PAL_WORD_FLAG_DUPLICATES)));
    const struct pal_cell *cell = pal_table_cell(t, row_of(t, "United Kingdom (Scotland)"), 2);
    cr_assert_eq(cell->notes, 1);
    cr_expect_eq(cell->note[0], 0);
    cr_expect(has_line(t, "A general note."));
    cr_expect(
        has_line(t, "World: 40 of 193 States reported, with 50.0 per cent of the population"));
    cr_expect(has_line(t, "exact Poisson interval (Garwood 1936)"));
    cr_expect(has_line(t, "random variation"));
    cr_expect(has_line(t, "Two dots (..)"));
    cr_expect(has_line(t, "Em dash (—)"));
    cr_expect(has_line(t, "Hyphen (-)"));
    cr_expect(has_line(t, "masks small counts"));
    cr_expect(!has_line(t, "withheld by the source"));
    cr_expect(has_line(t, "The designations employed"));
    cr_expect(!t->synthetic);
    cr_expect(!has_line(t, "Synthetic"));
}

Test(report_table, values_of_another_year_carry_it_by_letter)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2019, 5);
    add("TIP-01", "ALB", 2016, 1.5);
    const struct pal_table *t =
        lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-01N, TIP-01]\nintervals: false\n"),
            PAL_FR);
    expect(t, "Albanie", 1, "2019");
    expect(t, "Albanie", 3, "1,5");
    cr_assert_eq(t->notes, 1);
    cr_expect(pal_str_eq(t->note[0], PAL_STR("Données de 2016.")), "%.*s", PAL_ARG(t->note[0]));
    cr_expect_eq(pal_table_cell(t, row_of(t, "Albanie"), 3)->notes, 1);
    cr_expect_eq(pal_table_cell(t, row_of(t, "Albanie"), 2)->notes, 0);
}

/* ---- said once ---------------------------------------------------------------------------------
 */

static size_t lines_with(const struct pal_table *t, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; i < t->lines; i++)
        n += strstr(pal_arena_cstr(arena, t->line[i]), part) != NULL;
    return n;
}

Test(report_table, the_scatter_of_a_series_is_a_remark_on_its_interval)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2019, 50)->flags = PAL_FLAG_OVERDISPERSED;
    add("TIP-01N", "DZA", 2019, 60);
    add("TIP-01", "ALB", 2019, 1.5)->flags = PAL_FLAG_OVERDISPERSED;
    add("TIP-01", "DZA", 2019, 1.6);
    const struct pal_table *t =
        lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-01N, TIP-01]\n"
                    "intervals: [TIP-01]\n"),
            PAL_EN);
    const size_t row = row_of(t, "Albania");
    cr_assert_eq(t->notes, 1);
    cr_expect(pal_str_eq(t->note[0], pal_word(PAL_EN, PAL_WORD_FLAG_OVERDISPERSED)));
    cr_expect_eq(pal_table_cell(t, row, 2)->notes, 0, "no interval stands beside the number");
    cr_expect_eq(pal_table_cell(t, row, 3)->notes, 1);
}

Test(report_table, what_a_whole_column_carries_is_said_with_its_head)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2019, 50);
    add("TIP-01N", "DZA", 2019, 60);
    add("TIP-01", "ALB", 2019, 1.5)->flags = PAL_FLAG_DENOMINATOR_ALL;
    add("TIP-01", "DZA", 2019, 1.6)->flags = PAL_FLAG_DENOMINATOR_ALL | PAL_FLAG_DUPLICATES;
    const struct pal_table *t =
        lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-01N, TIP-01]\n"), PAL_EN);
    cr_assert_eq(t->notes, 1);
    cr_expect(pal_str_eq(t->note[0], pal_word(PAL_EN, PAL_WORD_FLAG_DUPLICATES)));
    cr_expect(has_line(t, "persons, rate: Per total population."), "the head before the remark");
    add("TIP-01", "EGY", 2019, 1.7); /* now one of the column is otherwise */
    t = lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-01N, TIP-01]\n"), PAL_EN);
    cr_expect_eq(t->notes, 2);
    cr_expect(!has_line(t, "persons, rate: Per total population."));
}

static struct pal_figure *bounds(const char *code, const char *area, double low, double high)
{
    struct pal_figure *f = add(code, area, 2019, (double)NAN);
    f->estimate = (struct pal_figure_estimate){.absent = PAL_BELOW_THRESHOLD,
                                               .status = PAL_ANSWER_UNDEFINED,
                                               .has_bounds = true,
                                               .bound_low = low,
                                               .bound_high = high,
                                               .n = 2,
                                               .censored = 2};
    return f;
}

Test(report_table, bounds_that_say_nothing_are_two_dots_and_equal_ones_one_number)
{
    figures_n = 0;
    add("TIP-03", "DEU", 2019, 40);
    bounds("TIP-03", "ALB", 0, 100); /* of a share in per cent: anything */
    bounds("TIP-03", "DZA", 0, 33.3);
    bounds("TIP-03", "EGY", 41.66, 41.74);
    const struct pal_table *t =
        lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-03]\nintervals: false\n"), PAL_EN);
    expect(t, "Albania", 2, "..");
    expect(t, "Algeria", 2, "0.0–33.3");
    expect(t, "Egypt", 2, "41.7");
}

Test(report_table, weights_in_thousands_have_no_decimals)
{
    figures_n = 0;
    add("DRG-01", "ALB", 2019, 0.25);
    add("DRG-01", "DZA", 2019, 0.75);
    static const char yaml[] = "table: t\ntitle: {en: T}\nindicators: [DRG-01]\nintervals: false\n";
    expect(lay(declare(yaml), PAL_EN), "Algeria", 2, "0.8");
    add("DRG-01", "EGY", 2019, 58257.96);
    const struct pal_table *t = lay(declare(yaml), PAL_EN);
    expect(t, "Egypt", 2, "58,258");
    expect(t, "Albania", 2, "0"); /* less than half of a kilogram, which a line explains */
    cr_expect(has_line(t, "less than half of the unit shown"));
}

Test(report_table, coverage_is_one_line_a_total_and_a_range_over_its_columns)
{
    figures_n = 0;
    static const struct {
        const char *code;
        uint32_t states;
        double people;
    } total[] = {{"KID-01", 69, 0.232}, {"ASL-01", 78, 0.289}};
    for (size_t i = 0; i < PAL_COUNT(total); i++) {
        add(total[i].code, "ALB", 2019, 3);
        struct pal_figure *world = add(total[i].code, "001", 2019, 2);
        world->coverage_n = total[i].states;
        world->coverage_of = 193;
        world->coverage_population = total[i].people;
    }
    const struct pal_table_definition *d =
        declare("table: t\ntitle: {en: T}\nindicators: [KID-01, ASL-01, ROB-01]\n");
    const struct pal_table *t = lay(d, PAL_EN);
    cr_expect(row_of(t, "World (69–78 of 193 States)") == 0);
    cr_expect_eq(lines_with(t, "Coverage: "), 1);
    cr_expect(has_line(t, "World: 69–78 of 193 States reported, with 23.2–28.9 per cent of the "
                          "population (2019)."));
    cr_expect(has_line(t, "No figures in this cycle: Robbery recorded, rate."));
    t = lay(d, PAL_AR);
    cr_expect(has_line(t, "\u200e69–78\u200e"), "a range runs left to right inside Arabic");
}

Test(report_table, comparability_is_said_sentence_by_sentence)
{
    figures_n = 0;
    add("KID-01", "ALB", 2019, 3);
    add("SXV-01", "ALB", 2019, 4);
    const struct pal_table *t =
        lay(declare("table: t\ntitle: {en: T}\nindicators: [KID-01, SXV-01]\n"), PAL_EN);
    cr_expect_eq(lines_with(t, "National laws define the offence differently"), 1);
    cr_expect(has_line(t, "Comparability: National laws"), "what both say stands first, unnamed");
    cr_expect(has_line(t, "Comparability: Kidnapping recorded, rate: Disputes over child custody"));
    cr_expect(has_line(t, "Comparability: Sexual violence recorded, rate: Most offences are not"));
}

/* ---- heads and formats --------------------------------------------------------------------------
 */

Test(report_table, no_figure_no_table)
{
    figures_n = 0;
    add("HOM-01N", "ALB", 2019, 5);
    cr_expect_null(lay(declare(plain_table), PAL_EN));
}

Test(report_table, periods_across_have_heads_of_their_own)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2016, 5);
    add("TIP-01N", "ALB", 2018, 6);
    add("TIP-01N", "ALB", 2019, 7);
    const struct pal_table *t = lay(declare("table: t\ntitle: {en: T}\nindicators: [TIP-01N]\n"
                                            "periods: latest:2\nintervals: false\n"),
                                    PAL_EN);
    cr_assert_eq(t->cols, 3);
    cr_expect(pal_str_eq(t->col[1].head[t->heads - 1], PAL_STR("2018")));
    cr_expect(pal_str_eq(t->col[2].head[t->heads - 1], PAL_STR("2019")));
    expect(t, "Albania", 1, "6");
    expect(t, "Albania", 2, "7");
}

Test(report_table, html_is_escaped_and_isolates_numbers_in_arabic)
{
    figures_n = 0;
    add("TIP-01N", "ALB", 2019, 1234);
    const struct pal_table_definition *d =
        declare("table: t\ntitle: {en: \"<b>&\\\"'\"}\nindicators: [TIP-01N]\nintervals: false\n");
    struct pal_buf out;
    pal_buf_init(&out, arena, 1 << 20);
    cr_assert_eq(pal_table_html(lay(d, PAL_AR), &out, NULL), PAL_OK);
    const char *text = pal_arena_cstr(arena, pal_buf_str(&out));
    cr_expect(strstr(text, "&lt;b&gt;&amp;&quot;&#39;"));
    cr_expect_null(strstr(text, "<b>"));
    cr_expect(strstr(text, "<bdi dir=\"ltr\">1,234</bdi>"));
    cr_expect(strstr(text, "<caption"));
    cr_expect(strstr(text, "scope=\"row\""));
    cr_expect(strstr(text, "scope=\"col\""));
}
