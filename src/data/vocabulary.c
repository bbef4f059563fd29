/* vocabulary.c: what a definition may name of a dataset, from its descriptor alone: dimensions,
 * their codes, columns. The file itself need not be at hand. */
#include "inside.h"

pal_str pal_descriptor_value(const struct pal_descriptor *descriptor) { return descriptor->value; }

static const struct data_codes *crosswalk_of(const struct pal_descriptor *descriptor,
                                             pal_str column)
{
    for (size_t i = 0; i < descriptor->crosswalk_n; i++)
        if (pal_str_eq(descriptor->crosswalk[i].column, column))
            return &descriptor->crosswalk[i].codes;
    return NULL;
}

struct words { /* each once; `full` when one found no room */
    pal_str *item;
    size_t n, cap;
    bool full;
};

static void add_word(struct words *words, pal_str word)
{
    if (!word.len)
        return;
    for (size_t i = 0; i < words->n; i++)
        if (pal_str_eq(words->item[i], word))
            return;
    if (words->n < words->cap)
        words->item[words->n++] = word;
    else
        words->full = true;
}

static void add_codes(struct words *words, const struct data_codes *codes)
{
    for (size_t i = 0; codes && codes->from && i < pal_map_count(codes->from); i++)
        add_word(words, codes->to[i]);
    if (codes)
        add_word(words, codes->rest);
}

/* Dimensions can also be set by measures alone: {where: …, set: {sex: M}}. */
static void each_pair(const struct pal_descriptor *descriptor,
                      void (*visit)(struct words *, const struct data_pair *, pal_str),
                      struct words *words, pal_str dimension)
{
    for (size_t m = 0; m < descriptor->measures_n; m++) {
        const struct data_measure *measure = &descriptor->measure_of[m];
        for (size_t k = 0; k < measure->set_n; k++)
            visit(words, &measure->set[k], dimension);
        for (size_t c = 0; c < measure->columns_n; c++)
            for (size_t k = 0; k < measure->column[c].set_n; k++)
                visit(words, &measure->column[c].set[k], dimension);
    }
}

static void add_name(struct words *words, const struct data_pair *pair, pal_str dimension)
{
    (void)dimension;
    add_word(words, pair->name);
}

static void add_code(struct words *words, const struct data_pair *pair, pal_str dimension)
{
    if (pal_str_eq_nocase(pair->name, dimension))
        add_word(words, pair->code);
}

enum pal_status pal_descriptor_dimensions(const struct pal_descriptor *descriptor,
                                          struct pal_arena *arena, const pal_str **name, size_t *n,
                                          struct pal_error *err)
{
    struct words words = {.cap = descriptor->dimensions_n + 64};
    words.item = pal_arena_alloc(arena, words.cap, sizeof *words.item);
    if (!words.item)
        return pal_nomem(err, "dimensions");
    for (size_t i = 0; i < descriptor->dimensions_n; i++)
        add_word(&words, descriptor->dimension[i].name);
    each_pair(descriptor, add_name, &words, PAL_STR(""));
    if (descriptor->shape == PAL_SHAPE_STATUS)
        add_word(&words, PAL_STR("act"));
    *name = words.item;
    *n = words.n;
    return PAL_OK;
}

bool pal_descriptor_codes(const struct pal_descriptor *descriptor, pal_str dimension,
                          struct pal_arena *arena, const pal_str **code, size_t *n)
{
    struct words words = {.cap = 512};
    bool closed = descriptor->shape != PAL_SHAPE_STATUS;
    *n = 0;
    words.item = pal_arena_alloc(arena, words.cap, sizeof *words.item);
    if (!words.item)
        return false;
    add_word(&words, PAL_STR("_T"));
    for (size_t i = 0; i < descriptor->dimensions_n; i++) {
        const struct data_dimension *d = &descriptor->dimension[i];
        if (!pal_str_eq_nocase(d->name, dimension))
            continue;
        const struct data_codes *crosswalk = crosswalk_of(descriptor, d->column);
        add_codes(&words, &d->codes);
        add_codes(&words, crosswalk);
        add_word(&words, d->own);
        add_word(&words, d->other);
        closed = closed && (d->has_codes || crosswalk || d->has_areas);
    }
    each_pair(descriptor, add_code, &words, dimension);
    *code = words.item;
    *n = words.n;
    return closed && !words.full;
}

pal_str pal_descriptor_code_of(const struct pal_descriptor *descriptor, pal_str dimension,
                               pal_str category)
{
    for (size_t i = 0; i < descriptor->dimensions_n; i++) {
        const struct data_dimension *d = &descriptor->dimension[i];
        if (!pal_str_eq_nocase(d->name, dimension))
            continue;
        pal_str code = data_codes_find(&d->codes, category);
        const struct data_codes *crosswalk = crosswalk_of(descriptor, d->column);
        if (!code.ptr && crosswalk)
            code = data_codes_find(crosswalk, category);
        return code;
    }
    return (pal_str){NULL, 0};
}
