/* suggest_words.c: what words of headers and cells usually mean, in the languages that national
 * tables are written in. Only suggestions lean on it: a descriptor says what its file's words mean.
 */
#include "suggest.h"

#include <string.h>

struct meant {
    const char *dimension; /* NULL: of any */
    pal_str word;
    const char *means;
};

static const struct meant columns[] = {
    {NULL, PAL_STR_INIT("sex"), "sex"},     {NULL, PAL_STR_INIT("gender"), "sex"},
    {NULL, PAL_STR_INIT("sexo"), "sex"},    {NULL, PAL_STR_INIT("sexe"), "sex"},
    {NULL, PAL_STR_INIT("género"), "sex"},  {NULL, PAL_STR_INIT("Género"), "sex"},
    {NULL, PAL_STR_INIT("genre"), "sex"},   {NULL, PAL_STR_INIT("пол"), "sex"},
    {NULL, PAL_STR_INIT("Пол"), "sex"},     {NULL, PAL_STR_INIT("性别"), "sex"},
    {NULL, PAL_STR_INIT("الجنس"), "sex"},   {NULL, PAL_STR_INIT("age"), "age"},
    {NULL, PAL_STR_INIT("edad"), "age"},    {NULL, PAL_STR_INIT("âge"), "age"},
    {NULL, PAL_STR_INIT("Âge"), "age"},     {NULL, PAL_STR_INIT("возраст"), "age"},
    {NULL, PAL_STR_INIT("Возраст"), "age"}, {NULL, PAL_STR_INIT("年龄"), "age"},
    {NULL, PAL_STR_INIT("العمر"), "age"},   {NULL, PAL_STR_INIT("grupo de edad"), "age"},
};

static const struct meant codes[] = {
    {NULL, PAL_STR_INIT("Total"), "_T"},
    {NULL, PAL_STR_INIT("Ensemble"), "_T"},
    {NULL, PAL_STR_INIT("Всего"), "_T"},
    {NULL, PAL_STR_INIT("合计"), "_T"},
    {NULL, PAL_STR_INIT("المجموع"), "_T"},
    {NULL, PAL_STR_INIT("Unknown"), "U"},
    {NULL, PAL_STR_INIT("Desconocido"), "U"},
    {NULL, PAL_STR_INIT("Inconnu"), "U"},
    {NULL, PAL_STR_INIT("Неизвестно"), "U"},
    {NULL, PAL_STR_INIT("na"), "_Z"},
    {"sex", PAL_STR_INIT("Both sexes"), "_T"},
    {"sex", PAL_STR_INIT("Ambos sexos"), "_T"},
    {"sex", PAL_STR_INIT("Les deux sexes"), "_T"},
    {"sex", PAL_STR_INIT("Male"), "M"},
    {"sex", PAL_STR_INIT("M"), "M"},
    {"sex", PAL_STR_INIT("Men"), "M"},
    {"sex", PAL_STR_INIT("Man"), "M"},
    {"sex", PAL_STR_INIT("Hombre"), "M"},
    {"sex", PAL_STR_INIT("Hombres"), "M"},
    {"sex", PAL_STR_INIT("Masculino"), "M"},
    {"sex", PAL_STR_INIT("Homme"), "M"},
    {"sex", PAL_STR_INIT("Hommes"), "M"},
    {"sex", PAL_STR_INIT("Masculin"), "M"},
    {"sex", PAL_STR_INIT("Мужчины"), "M"},
    {"sex", PAL_STR_INIT("男"), "M"},
    {"sex", PAL_STR_INIT("ذكور"), "M"},
    {"sex", PAL_STR_INIT("Female"), "F"},
    {"sex", PAL_STR_INIT("F"), "F"},
    {"sex", PAL_STR_INIT("Women"), "F"},
    {"sex", PAL_STR_INIT("Woman"), "F"},
    {"sex", PAL_STR_INIT("Mujer"), "F"},
    {"sex", PAL_STR_INIT("Mujeres"), "F"},
    {"sex", PAL_STR_INIT("Femenino"), "F"},
    {"sex", PAL_STR_INIT("Femme"), "F"},
    {"sex", PAL_STR_INIT("Femmes"), "F"},
    {"sex", PAL_STR_INIT("Féminin"), "F"},
    {"sex", PAL_STR_INIT("Женщины"), "F"},
    {"sex", PAL_STR_INIT("女"), "F"},
    {"sex", PAL_STR_INIT("إناث"), "F"},
    {"sex", PAL_STR_INIT("Other"), "O"},
    {"sex", PAL_STR_INIT("Otro"), "O"},
    {"sex", PAL_STR_INIT("Autre"), "O"},
    {"age", PAL_STR_INIT("0 to 17 years"), "Y0T17"},
    {"age", PAL_STR_INIT("18 years or over"), "Y_GE18"},
};

static const struct meant marks[] = {
    {NULL, PAL_STR_INIT(""), "not-collected"},     {NULL, PAL_STR_INIT(".."), "not-collected"},
    {NULL, PAL_STR_INIT("..."), "not-collected"},  {NULL, PAL_STR_INIT(":"), "not-collected"},
    {NULL, PAL_STR_INIT("NA"), "not-collected"},   {NULL, PAL_STR_INIT("s/d"), "not-collected"},
    {NULL, PAL_STR_INIT("n/d"), "not-collected"},  {NULL, PAL_STR_INIT("n.d."), "not-collected"},
    {NULL, PAL_STR_INIT("ND"), "not-collected"},   {NULL, PAL_STR_INIT("na"), "not-applicable"},
    {NULL, PAL_STR_INIT("n/a"), "not-applicable"}, {NULL, PAL_STR_INIT("N/A"), "not-applicable"},
    {NULL, PAL_STR_INIT("-"), "not-applicable"},   {NULL, PAL_STR_INIT("x"), "withheld"},
    {NULL, PAL_STR_INIT("c"), "withheld"},         {NULL, PAL_STR_INIT("*"), "withheld"},
};

const char *suggest_dimension(pal_str column)
{
    for (size_t i = 0; i < PAL_COUNT(columns); i++)
        if (pal_str_eq_nocase(columns[i].word, column))
            return columns[i].means;
    return NULL;
}

const char *suggest_code(const char *dimension, pal_str category)
{
    for (size_t i = 0; i < PAL_COUNT(codes); i++)
        if ((!codes[i].dimension || strcmp(codes[i].dimension, dimension) == 0) &&
            pal_str_eq_nocase(codes[i].word, category))
            return codes[i].means;
    return NULL;
}

/* As written: NA and na are two marks. */
const char *suggest_meaning(pal_str mark)
{
    for (size_t i = 0; i < PAL_COUNT(marks); i++)
        if (pal_str_eq(marks[i].word, mark))
            return marks[i].means;
    return NULL;
}
