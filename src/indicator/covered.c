/* covered.c: totals of a sample: which areas drew one. An area with records in a year stands behind
 * every figure of its regions in that year, also where none of its records is in the domain. */
#include "inside.h"

/* A part of a State enters through its whole. */
static bool is_within(const struct job *j, const uint32_t *key)
{
    const struct pal_area *area = pal_areas_get(j->compute->areas, key[KEY_AREA]);
    const uint32_t whole[KEY_BY] = {area->parent, key[KEY_PERIOD]};
    return area->kind == PAL_AREA_PART && area->parent != PAL_NO_AREA &&
           pal_groups_find(j->covered, whole) != PAL_NO_GROUP;
}

static enum pal_status find_areas(struct job *j, struct pal_error *err)
{
    const struct pal_dataset *dataset = j->entry->y.cells->dataset;
    PAL_TRY(pal_groups_new(j->scratch, KEY_BY, &j->covered, err));
    for (size_t row = 0; row < dataset->batch.rows; row++) {
        if (dataset->batch.state[row] != PAL_ROW_ENTERS || dataset->area[row] == PAL_NO_AREA)
            continue;
        const enum pal_area_kind kind = pal_areas_get(j->compute->areas, dataset->area[row])->kind;
        const uint32_t key[KEY_BY] = {dataset->area[row], (uint32_t)dataset->period[row]};
        if (kind != PAL_AREA_AGGREGATE && kind != PAL_AREA_REGION && kind != PAL_AREA_WORLD &&
            pal_groups_add(j->covered, key) == PAL_NO_GROUP)
            return pal_nomem(err, "totals");
    }
    return PAL_OK;
}

enum pal_status job_covered(struct job *j, struct pal_error *err)
{
    PAL_TRY(find_areas(j, err));
    for (size_t i = 0; i < j->items; i++) {
        struct region_total *t = j->item[i].total;
        if (!t)
            continue;
        t->areas = t->states = 0;
        t->population = 0;
        for (size_t g = 0; g < pal_groups_count(j->covered); g++) {
            const uint32_t *key = pal_groups_key(j->covered, g);
            const struct pal_area *area = pal_areas_get(j->compute->areas, key[KEY_AREA]);
            const struct above *above = &j->order->above[key[KEY_AREA]];
            bool inside = false;
            for (uint32_t k = 0; k < above->n; k++)
                inside |= above->region[k] == j->item[i].key[KEY_AREA];
            if (!inside || key[KEY_PERIOD] != j->item[i].key[KEY_PERIOD] || is_within(j, key))
                continue;
            t->areas++;
            if (area->kind != PAL_AREA_COUNTRY)
                continue;
            t->states += area->un_member;
            t->population += job_people(j, key[KEY_AREA], key[KEY_PERIOD]);
        }
    }
    return PAL_OK;
}
