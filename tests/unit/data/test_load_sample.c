/* Records of a sample: what the descriptor says of the design, what a cell of it must be, and
 * survey files, whose labels are categories and whose declared missing values are absent with a
 * reason. */
#include "written.h"

#include <criterion/criterion.h>
#include <readstat.h>
#include <stdio.h>
#include <string.h>

static const char sample[] = "path: data.csv\nshape: microdata\nperiod: 2020\narea: XAA\n"
                             "roles: {weight: w, strata: [h, g], psu: [u, v], fpc: n, "
                             "replicates: \"r*\", sex: sex}\n"
                             "absent: {\"\": not-collected, refused: withheld}\n";

Test(data_load_sample, roles_and_design_are_facts)
{
    struct written w;
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "%sdesign: {nest: true, lonely_psu: average, variance: \"fay:0.3\", df: 12,\n"
             "  deff: wr, scale: 0.25, rscales: [1, 0.5], samples: [area]}\n",
             sample);
    cr_assert_eq(written_set(&w, yaml,
                             "w,h,g,u,v,n,r1,r2,sex,y\n"
                             "2,a,1,p,1,10,1,3,F,7\n2,a,1,q,1,10,3,1,refused,refused\n"),
                 PAL_OK, "%s", w.error.text);
    const struct pal_sample_facts *s = pal_descriptor_sample(w.set->descriptor);
    cr_assert_not_null(s);
    cr_expect(pal_str_eq(s->weight, PAL_STR("w")));
    cr_expect_eq(s->strata, 2);
    cr_expect_eq(s->units, 2);
    cr_expect(pal_str_eq(s->unit[1], PAL_STR("v")));
    cr_expect_eq(s->fpcs, 1);
    cr_expect_eq(s->replicates, 1);
    cr_expect(s->nest && s->by_area && !s->by_period && !s->mse);
    cr_expect(pal_str_eq(s->lonely_psu, PAL_STR("average")));
    cr_expect(pal_str_eq(s->variance, PAL_STR("fay:0.3")));
    cr_expect(pal_str_eq(s->df, PAL_STR("12")));
    cr_expect_eq(s->scale, 0.25);
    cr_expect_eq(s->rscale[1], 0.5);
    /* A mark is no category, and no number. */
    cr_expect_neq(w.set->dimension[0].code[0], 0);
    cr_expect_eq(w.set->dimension[0].code[1], 0);
    const struct pal_column *y = pal_dataset_filter_column(w.set, PAL_STR("y"));
    const double *value;
    const uint8_t *absent;
    cr_assert_eq(pal_dataset_numbers(w.set, y, w.arena, &value, &absent, NULL), PAL_OK);
    cr_expect_eq(value[y->code[0]], 7);
    cr_expect_eq(absent[y->code[0]], PAL_PRESENT);
    cr_expect_eq(absent[y->code[1]], PAL_WITHHELD);
    cr_expect_eq(w.set->rows_error, 0);
    written_close(&w);
}

Test(data_load_sample, a_record_must_say_how_it_was_drawn)
{
    struct written w;
    cr_assert_eq(written_set(&w, sample,
                             "w,h,g,u,v,n,r1,sex,y\n"
                             "2,a,1,p,1,10,1,F,7\n"
                             ",a,1,p,1,10,1,F,7\n"
                             "-1,a,1,p,1,10,1,F,7\n"
                             "2,refused,1,p,1,10,1,F,7\n"
                             "2,a,1,p,1,0,1,F,7\n"
                             "2,a,1,p,1,10,x,F,7\n"
                             "0,a,1,p,1,10,0,F,7\n"),
                 PAL_OK, "%s", w.error.text);
    static const uint8_t state[] = {PAL_ROW_ENTERS, PAL_ROW_ERROR, PAL_ROW_ERROR, PAL_ROW_ERROR,
                                    PAL_ROW_ERROR,  PAL_ROW_ERROR, PAL_ROW_ENTERS};
    cr_assert_eq(w.set->batch.rows, 7);
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(w.set->batch.state[i], state[i], "line %zu", i + 2);
    size_t told = 0;
    for (size_t i = 0; i < pal_diag_listed(w.diag); i++)
        told += strcmp(pal_diag_get(w.diag, i)->rule, "sampling") == 0;
    cr_expect_eq(told, 5);
    written_close(&w);
}

Test(data_load_sample, words_of_the_design_are_checked)
{
    static const struct {
        const char *yaml, *says;
    } wrong[] = {
        {"design: {lonely_psu: averge}\n", "average"},
        {"design: {lonley_psu: average}\n", "lonely_psu"},
        {"design: {variance: taylr}\n", "taylor"},
        {"design: {df: domains}\n", "domain"},
        {"design: {scale: 0}\n", "above 0"},
        {"design: {rscales: [1, x]}\n", "no number"},
        {"design: {samples: [country]}\n", "area, period"},
    };
    for (size_t i = 0; i < PAL_COUNT(wrong); i++) {
        struct written w;
        char yaml[1024];
        snprintf(yaml, sizeof yaml, "%s%s", sample, wrong[i].yaml);
        cr_expect_eq(written_set(&w, yaml, "w,h,g,u,v,n,r1,sex,y\n2,a,1,p,1,10,1,F,7\n"),
                     PAL_SYNTAX);
        cr_expect(strstr(w.error.text, wrong[i].says), "%s: %s", wrong[i].yaml, w.error.text);
        cr_expect_eq(w.error.line, 7);
        written_close(&w);
    }
}

Test(data_load_sample, patterns_of_columns)
{
    cr_expect(pal_sample_fits(PAL_STR("rw*"), PAL_STR("rw12")));
    cr_expect(pal_sample_fits(PAL_STR("rw*"), PAL_STR("rw")));
    cr_expect(pal_sample_fits(PAL_STR("*_wt*"), PAL_STR("a_b_wt9")));
    cr_expect(pal_sample_fits(PAL_STR("w"), PAL_STR("w")));
    cr_expect_not(pal_sample_fits(PAL_STR("rw*"), PAL_STR("wrw1")));
    cr_expect_not(pal_sample_fits(PAL_STR("r*w"), PAL_STR("rw1")));
    cr_expect_not(pal_sample_fits(PAL_STR("w"), PAL_STR("ww")));
}

/* ---- survey files ------------------------------------------------------------------------------
 */

static ssize_t to_file(const void *data, size_t len, void *file)
{
    return (ssize_t)fwrite(data, 1, len, file);
}

/* sex 1, 2 labelled and 9 "Not applicable", declared missing; hours with 99 "Refused"; weights. */
static void write_sav(const char *path)
{
    static const double sexes[] = {1, 2, 9, 2}, hours[] = {10, 99, 30.5, 40};
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    readstat_writer_t *w = readstat_writer_init();
    readstat_set_data_writer(w, to_file);
    readstat_label_set_t *sex_labels = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "sexes");
    readstat_label_double_value(sex_labels, 1, "female");
    readstat_label_double_value(sex_labels, 2, "male");
    readstat_label_double_value(sex_labels, 9, "Not applicable");
    readstat_label_set_t *hour_labels = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "hours");
    readstat_label_double_value(hour_labels, 99, "Refused");
    readstat_variable_t *sex = readstat_add_variable(w, "sex", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_label_set(sex, sex_labels);
    readstat_variable_add_missing_double_value(sex, 9);
    readstat_variable_t *hour = readstat_add_variable(w, "hours", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_label_set(hour, hour_labels);
    readstat_variable_add_missing_double_value(hour, 99);
    readstat_variable_t *weight = readstat_add_variable(w, "weight", READSTAT_TYPE_DOUBLE, 8);
    cr_assert_eq(readstat_begin_writing_sav(w, file, 4), READSTAT_OK);
    for (int row = 0; row < 4; row++) {
        readstat_begin_row(w);
        readstat_insert_double_value(w, sex, sexes[row]);
        readstat_insert_double_value(w, hour, hours[row]);
        readstat_insert_double_value(w, weight, 1.5);
        cr_assert_eq(readstat_end_row(w), READSTAT_OK);
    }
    cr_assert_eq(readstat_end_writing(w), READSTAT_OK);
    readstat_writer_free(w);
    fclose(file);
}

Test(data_load_sample, survey_files_say_why_an_answer_is_not_there)
{
    struct written w;
    written_open(&w);
    written_file(&w, "dataset.yaml",
                 "path: people.sav\nshape: microdata\nperiod: 2020\narea: XAA\n"
                 "roles: {weight: weight, sex: sex}\n"
                 "crosswalk: {sex: {female: F, male: M}}\n");
    written_file(&w, "people.sav", "");
    char path[600];
    snprintf(path, sizeof path, "%s/people.sav", w.folder);
    write_sav(path);
    cr_assert_eq(written_read(&w, "dataset.yaml"), PAL_OK, "%s", w.error.text);
    const struct pal_column *sex = &w.set->dimension[0];
    cr_assert_eq(w.set->batch.rows, 4);
    cr_expect_eq(w.set->rows_error, 0); /* what is declared missing is no unknown category */
    cr_expect(pal_str_eq(pal_dict_text(sex->dict, sex->code[0]), PAL_STR("F")));
    cr_expect(pal_str_eq(pal_dict_text(sex->dict, sex->code[1]), PAL_STR("M")));
    cr_expect_eq(sex->code[2], 0);
    const struct pal_column *file_sex = &w.set->batch.col[0],
                            *hours = pal_dataset_filter_column(w.set, PAL_STR("hours"));
    cr_expect_eq(file_sex->why[file_sex->code[2]], PAL_NOT_APPLICABLE);
    const double *value;
    const uint8_t *absent;
    cr_assert_eq(pal_dataset_numbers(w.set, hours, w.arena, &value, &absent, NULL), PAL_OK);
    cr_expect_eq(absent[hours->code[1]], PAL_WITHHELD);
    cr_expect_eq(absent[hours->code[2]], PAL_PRESENT);
    cr_expect_eq(value[hours->code[2]], 30.5);
    written_close(&w);
}
