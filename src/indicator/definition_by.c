/* definition_by.c: the breakdowns of a definition, those that are summed, and the one whose known
 * values a share is of. */
#include "definition.h"

#include <string.h>

struct breakdowns { /* of the key `by`, as they are met */
    pal_str name[PAL_MAX_BREAKDOWNS];
    uint8_t group[PAL_MAX_BREAKDOWNS];
    size_t n;
};

static enum pal_status add_breakdown(struct definition_reader *r, pal_str text,
                                     const struct pal_place *at, size_t group,
                                     struct breakdowns *all, struct pal_error *err)
{
    const pal_str name = definition_lower(text, r->arena);
    if (!name.ptr)
        return pal_nomem(err, "the definition");
    for (size_t i = 0; i < all->n; i++)
        if (pal_str_eq(name, all->name[i]))
            reader_problem(r, at, "'by' names '%.*s' twice", PAL_ARG(name));
    if (all->n == PAL_MAX_BREAKDOWNS) {
        reader_problem(r, at, "at most %d breakdowns", PAL_MAX_BREAKDOWNS);
        return PAL_OK;
    }
    all->name[all->n] = name;
    all->group[all->n++] = (uint8_t)group;
    return PAL_OK;
}

static enum pal_status add_breakdowns(struct definition_reader *r, const struct pal_yaml *list,
                                      bool grouped, struct breakdowns *all, struct pal_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct pal_yaml *own = list->item[i];
        const bool several = own->kind == PAL_YAML_LIST;
        for (size_t k = 0; k < (several ? own->n : 1); k++) {
            const struct pal_yaml *word = several ? own->item[k] : own;
            if (word->kind != PAL_YAML_SCALAR)
                reader_problem(
                    r, &word->at,
                    "an entry of 'by' is a dimension, or a list of dimensions to be crossed");
            else
                PAL_TRY(add_breakdown(r, word->text, &word->at, grouped ? i : 0, all, err));
        }
    }
    return PAL_OK;
}

/* [sex, age] is one group, as [[sex, age]] is; [[sex, age], form] are two. */
enum pal_status definition_read_by(struct definition_reader *r, struct pal_error *err)
{
    struct pal_definition *d = r->d;
    const struct pal_yaml *node = pal_yaml_get(r->root, "by");
    struct breakdowns all = {.n = 0};
    d->by_at = node ? node->at : r->root->at;
    if (node && node->kind == PAL_YAML_LIST) {
        bool grouped = false;
        for (size_t i = 0; i < node->n; i++)
            grouped |= node->item[i]->kind == PAL_YAML_LIST;
        PAL_TRY(add_breakdowns(r, node, grouped, &all, err));
    } else {
        pal_str word = {NULL, 0};
        READ(pal_yaml_text(r->root, "by", &word, &r->own));
        if (word.len)
            PAL_TRY(add_breakdown(r, word, &node->at, 0, &all, err));
    }
    pal_str *by = pal_arena_alloc(r->arena, all.n + 1, sizeof *by);
    uint8_t *group = pal_arena_alloc(r->arena, all.n + 1, 1);
    if (!by || !group)
        return pal_nomem(err, "the definition");
    memcpy(by, all.name, all.n * sizeof *by);
    memcpy(group, all.group, all.n);
    d->by = by;
    d->by_group = group;
    d->by_n = all.n;
    READ(pal_yaml_texts(r->root, "sums", r->arena, &d->sums, &d->sums_n, &r->own));
    for (size_t i = 0; i < d->sums_n; i++) {
        bool found = false;
        for (size_t b = 0; b < d->by_n && !found; b++)
            found = pal_str_eq_nocase(d->sums[i], by[b]);
        if (!found)
            reader_problem(r, &pal_yaml_get(r->root, "sums")->at,
                           "'sums' names '%.*s', which is not in 'by'", PAL_ARG(d->sums[i]));
    }
    return PAL_OK;
}

enum pal_status definition_read_of(struct definition_reader *r, struct pal_error *err)
{
    const struct pal_yaml *of = pal_yaml_get(r->root, "of");
    struct pal_definition *d = r->d;
    pal_str areas = {NULL, 0};
    READ(pal_yaml_text(r->root, "of_areas", &areas, &r->own));
    if (areas.ptr && !pal_str_eq(areas, PAL_STR("un-members")))
        reader_problem(r, &pal_yaml_get(r->root, "of_areas")->at,
                       "'of_areas' can be 'un-members', not '%.*s'", PAL_ARG(areas));
    d->of_un_members = areas.ptr != NULL;
    if (!of)
        return PAL_OK;
    if (of->kind != PAL_YAML_MAP || of->n != 1 || of->item[0]->kind != PAL_YAML_SCALAR ||
        !pal_str_eq(of->item[0]->text, PAL_STR("known"))) {
        reader_problem(r, &of->at, "'of' is written {dimension: known}");
        return PAL_OK;
    }
    d->of = definition_lower(of->key[0]->text, r->arena);
    if (!d->of.ptr)
        return pal_nomem(err, "the definition");
    for (size_t b = 0; b < d->by_n; b++)
        if (pal_str_eq(d->by[b], d->of))
            return PAL_OK;
    const pal_str near = pal_nearest(d->of, d->by, d->by_n);
    reader_problem(r, &of->key[0]->at, "'of' names '%.*s', which is not in 'by'%s%.*s%s",
                   PAL_ARG(d->of), near.len ? "; did you mean '" : "", PAL_ARG(near),
                   near.len ? "'?" : "");
    return PAL_OK;
}
