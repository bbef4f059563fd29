/* A draft descriptor is true to the file, and reads it. */
#include "written.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static pal_str draft(struct written *w, const char *csv)
{
    char path[256];
    struct pal_buf out;
    written_open(w);
    written_file(w, "data.csv", csv);
    snprintf(path, sizeof path, "%s/data.csv", w->folder);
    cr_assert_eq(pal_areas_read("datasets/areas", w->arena, &w->areas, &w->error), PAL_OK);
    pal_buf_init(&out, w->arena, 1u << 20);
    cr_assert_eq(pal_descriptor_suggest(path, w->areas, w->arena, &out, &w->error), PAL_OK, "%s",
                 w->error.text);
    pal_buf_addc(&out, '\0');
    written_file(w, "dataset.yaml", out.ptr);
    cr_assert_eq(written_read(w, "dataset.yaml"), PAL_OK, "%s\n%s", w->error.text, out.ptr);
    return pal_buf_str(&out);
}

#define HAS(text, word)                                                                            \
    cr_expect_not_null(strstr((text).ptr, (word)), "no %s in\n%s", (word), (text).ptr)

Test(data_suggest, a_long_table_with_a_preamble)
{
    struct written w;
    const pal_str yaml =
        draft(&w, "Office of Invention;;;\n;;;\n"
                  "Iso3;Year;Sex;VALUE\nXAA;2019;Total;\"1,282\"\nXAB;2020;Male;<5\n"
                  "XAC;2019;Female;..\nXAA;2020;Total;77\n");
    HAS(yaml, "dialect: {delimiter: \";\"}");
    HAS(yaml, "skip_rows: 2");
    HAS(yaml, "thousands: \",\"");
    HAS(yaml, "shape: long");
    HAS(yaml, "  area: Iso3");
    HAS(yaml, "  period: Year");
    HAS(yaml, "  value: VALUE");
    HAS(yaml, "\"<5\": {below-threshold: 5}");
    HAS(yaml, "\"..\": not-collected");
    HAS(yaml, "Male: M");
    HAS(yaml, "synthetic: true");
    cr_assert_eq(w.set->batch.rows, 4);
    cr_expect_eq(w.set->value->value[0], 1282);
    cr_expect_eq(w.set->value->absent[1], PAL_BELOW_THRESHOLD);
    cr_expect_eq(pal_diag_count(w.diag, PAL_ERROR), 0);
    written_close(&w);
}

Test(data_suggest, years_across)
{
    struct written w;
    const pal_str yaml = draft(&w, "Country,2019,2020,2021\nFrance,1,2,3\nAlbania,4,:,6\n");
    HAS(yaml, "shape: wide-years");
    HAS(yaml, "area_by: name");
    HAS(yaml, "\":\": not-collected");
    cr_expect_null(strstr(yaml.ptr, "synthetic"));
    cr_assert_eq(w.set->batch.rows, 6);
    written_close(&w);
}

Test(data_suggest, lists_and_records)
{
    struct written w;
    pal_str yaml = draft(&w, "A,B,C,freq\n1,0,0,12\n0,1,0,7\n0,0,1,3\n1,1,0,1\n");
    HAS(yaml, "shape: lists");
    HAS(yaml, "list: [A, B, C]");
    HAS(yaml, "value: freq");
    written_close(&w);
    yaml = draft(&w, "id,note\n007,\"yes: no\"\n008,# odd\n");
    HAS(yaml, "shape: microdata");
    cr_assert_eq(w.set->batch.rows, 2);
    written_close(&w);
}

/* What a ministry's table looks like: preamble, points between thousands, words of its language,
 * notes at the foot, two columns of values. */
Test(data_suggest, a_spanish_table)
{
    struct written w;
    const pal_str yaml = draft(&w, "Ministerio de Invención;;;;\nCuadro 4. Denuncias;;;;\n"
                                   "País;Año;Sexo;Denuncias;Tasa\n"
                                   "Bolivia;2019;Total;1.234;10,5\n"
                                   "BOLIVIA;2020;Hombres;700;6,25\n"
                                   "PERÚ;2019;Mujeres;<5;1.000,5\n"
                                   "México;2019;Ambos sexos;s/d;\n"
                                   "Fuente: invención;;;;\nNota 1;;;;\n");
    HAS(yaml, "skip_rows: 2");
    HAS(yaml, "footer: {from: \"^Fuente\"}");
    HAS(yaml, "decimal: \",\"\nthousands: \".\"");
    HAS(yaml, "  sex: Sexo");
    HAS(yaml, "numbers too: Denuncias");
    HAS(yaml, "\"<5\": {below-threshold: 5}");
    HAS(yaml, "\"s/d\": not-collected");
    HAS(yaml, "Hombres: M");
    HAS(yaml, "Mujeres: F");
    HAS(yaml, "Ambos sexos: _T");
    cr_assert_eq(w.set->batch.rows, 4);
    cr_expect_eq(w.set->value->value[0], 10.5);
    cr_expect_eq(w.set->value->value[2], 1000.5);
    cr_expect_eq(pal_diag_count(w.diag, PAL_ERROR), 0);
    written_close(&w);
}
