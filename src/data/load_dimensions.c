/* load_dimensions.c: the codes of a record in each dimension, read from its categories. */
#include "load.h"

/* Words that mean the same in every source, where the descriptor lists none. */
static pal_str common_code(pal_str text)
{
    static const struct {
        pal_str word, code;
    } common[] = {
        {PAL_STR_INIT("Total"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("_T"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("All"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("Both sexes"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("Male"), PAL_STR_INIT("M")},
        {PAL_STR_INIT("Female"), PAL_STR_INIT("F")},
        {PAL_STR_INIT("Unknown"), PAL_STR_INIT("U")},
    };
    for (size_t i = 0; i < PAL_COUNT(common); i++)
        if (pal_str_eq_nocase(text, common[i].word))
            return common[i].code;
    return text;
}

static bool listed_by_a_neighbour(const struct loader *l, const struct load_dimension *dimension,
                                  pal_str text)
{
    for (size_t k = 0; k < l->dimensions; k++) {
        const struct load_dimension *other = &l->dimension[k];
        if (other == dimension || other->column != dimension->column || other->from->role ||
            other->when.n != dimension->when.n)
            continue;
        bool same = true;
        for (size_t i = 0; i < other->when.n && same; i++) {
            const struct data_condition *a = other->when.item[i].from,
                                        *b = dimension->when.item[i].from;
            same = pal_str_eq(a->column, b->column) && a->n == b->n;
            for (size_t v = 0; v < a->n && same; v++)
                same = pal_str_eq(a->value[v], b->value[v]);
        }
        if (same && data_codes_find(&other->from->codes, text).ptr)
            return true;
    }
    return false;
}

static void unknown_category(struct loader *l, const struct load_dimension *dimension,
                             const struct pal_record *record, pal_str text,
                             const struct data_codes *codes)
{
    const size_t n = codes && codes->from ? pal_map_count(codes->from) : 0;
    pal_str known[256];
    for (size_t i = 0; i < n && i < PAL_COUNT(known); i++)
        known[i] = pal_map_key(codes->from, i);
    const pal_str near = pal_nearest(text, known, n < PAL_COUNT(known) ? n : PAL_COUNT(known));
    char todo[256] = "list it in the descriptor, or correct the row";
    if (near.len)
        snprintf(todo, sizeof todo, "did you mean '%.*s'?", PAL_ARG(near));
    LOAD_RECORD_FINDING(l, dimension->from->role ? PAL_ERROR : PAL_WARNING, "unknown-category",
                        record->line, (uint32_t)dimension->column + 1, text, pal_str_of(todo),
                        "'%.*s' is no known category of '%.*s'", PAL_ARG(text),
                        PAL_ARG(dimension->from->column));
}

/* The dimension code of a category; 0 when it has none (a finding says so). */
static uint32_t category_code(struct loader *l, struct load_dimension *dimension,
                              const struct pal_record *record, pal_str text, bool *unknown)
{
    const struct data_dimension *from = dimension->from;
    const struct data_codes *codes = from->has_codes ? &from->codes : dimension->crosswalk;
    pal_str code = codes ? data_codes_find(codes, text) : (pal_str){NULL, 0};
    if (!code.ptr && from->has_codes && dimension->crosswalk)
        code = data_codes_find(dimension->crosswalk, text);
    if (code.ptr)
        return data_dict_add(dimension->dict, code);
    if (l->d->sample.given && load_absent_mark(l, text))
        return 0;
    if (!from->role &&
        (listed_by_a_neighbour(l, dimension, text) || pal_str_eq(text, PAL_STR("Total"))))
        return dimension->total;
    if (codes && codes->rest.len)
        return data_dict_add(dimension->dict, codes->rest);
    const bool records = l->d->shape == PAL_SHAPE_MICRODATA || l->d->shape == PAL_SHAPE_LISTS;
    if (!codes && !from->has_areas && (text.len || records || !from->role))
        return text.len ? data_dict_add(dimension->dict, common_code(text)) : 0;
    *unknown = true;
    unknown_category(l, dimension, record, text, codes);
    return 0;
}

uint32_t load_dimension_code(struct loader *l, struct load_dimension *dimension,
                             const struct pal_record *record, uint32_t area, bool *bad)
{
    if (dimension->column == SIZE_MAX || !load_conditions_hold(l, &dimension->when))
        return dimension->total;
    if (load_declared(record, dimension->column) != PAL_PRESENT)
        return 0; /* an answer that is not there is no category */
    const uint32_t code = l->here[dimension->column];
    uint32_t *known = load_memo_at(&dimension->memo, code, l->arena);
    if (!known)
        return 0;
    const pal_str text = pal_dict_text(l->column[dimension->column].dict, code);
    if (dimension->from->has_areas && !data_codes_find(&dimension->from->codes, text).ptr) {
        if (!*known) { /* which area the category names: + 2; 1 = none */
            const pal_str spelt = data_codes_find(&dimension->from->spellings, text);
            const uint32_t named = spelt.ptr ? pal_areas_by_code(l->options->areas, spelt)
                                             : pal_areas_by_name(l->options->areas, text);
            *known = named == PAL_NO_AREA ? 1 : named + 2;
        }
        if (*known > 1)
            return *known - 2 == area ? dimension->own : dimension->other;
    } else if (*known > 1) {
        return *known - 2;
    }
    bool unknown = false;
    const uint32_t answer = category_code(l, dimension, record, text, &unknown);
    if (unknown && dimension->from->role)
        *bad = true;
    if (!unknown && !(dimension->from->has_areas && *known == 1))
        *known = answer + 2;
    return answer;
}

enum pal_status load_dimensions_prepare(struct loader *l, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    l->dimensions = d->dimensions_n;
    l->dimension = pal_arena_alloc(l->arena, d->dimensions_n + 1, sizeof *l->dimension);
    if (!l->dimension)
        return pal_nomem(err, "the dimensions");
    for (size_t k = 0; k < d->dimensions_n; k++) {
        struct load_dimension *dimension = &l->dimension[k];
        dimension->from = &d->dimension[k];
        dimension->dict = data_dict_new(l->arena);
        if (!dimension->dict)
            return pal_nomem(err, "the dimensions");
        dimension->total = data_dict_add(dimension->dict, PAL_STR("_T"));
        if (dimension->from->has_areas) {
            dimension->own = data_dict_add(dimension->dict, dimension->from->own);
            dimension->other = data_dict_add(dimension->dict, dimension->from->other);
        }
        PAL_TRY(load_column_find(l, dimension->from->column, &dimension->from->at,
                                 &dimension->column, err));
        PAL_TRY(load_conditions_prepare(l, &dimension->from->when, &dimension->when, err));
        for (size_t i = 0; i < d->crosswalk_n; i++)
            if (pal_str_eq(d->crosswalk[i].column, dimension->from->column))
                dimension->crosswalk = &d->crosswalk[i].codes;
    }
    return PAL_OK;
}
