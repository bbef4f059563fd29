/* evidence.c: qualitative records: who said what, how sure that is. */
#include "inside.h"

#include <string.h>

enum pal_status pal_evidence_read(const char *path, struct pal_arena *arena,
                                  const struct pal_evidence **out, size_t *n, struct pal_error *err)
{
    static const char *const file_keys[] = {"evidence"};
    static const char *const keys[] = {"id",         "indicator",  "area",
                                       "period",     "source",     "statement",
                                       "assessment", "confidence", "synthetic"};
    static const char *const grades[] = {"high", "medium", "low"};
    struct pal_yaml *root;
    const struct pal_yaml *list, *node;
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    PAL_TRY(pal_yaml_known(root, "an evidence file", file_keys, PAL_COUNT(file_keys), err));
    PAL_TRY(pal_yaml_need(root, "evidence", PAL_YAML_LIST, &list, err));
    struct pal_evidence *record = pal_arena_alloc(arena, list->n + 1, sizeof *record);
    if (!record)
        return pal_nomem(err, "the evidence records");
    for (size_t i = 0; i < list->n; i++) {
        struct pal_evidence *e = &record[i];
        const struct pal_yaml *item = list->item[i];
        double period = 0;
        PAL_TRY(pal_yaml_known(item, "an evidence record", keys, PAL_COUNT(keys), err));
        e->at = item->at;
        PAL_TRY(pal_yaml_need(item, "id", PAL_YAML_SCALAR, &node, err));
        e->id = node->text;
        PAL_TRY(pal_yaml_need(item, "source", PAL_YAML_SCALAR, &node, err));
        e->source = node->text;
        PAL_TRY(pal_yaml_text(item, "indicator", &e->indicator, err));
        PAL_TRY(pal_yaml_text(item, "area", &e->area, err));
        PAL_TRY(pal_yaml_number(item, "period", &period, err));
        e->period = (int32_t)period;
        PAL_TRY(pal_yaml_bool(item, "synthetic", &e->synthetic, err));
        PAL_TRY(pal_yaml_text(item, "confidence", &e->confidence, err));
        bool known = false;
        for (size_t k = 0; k < PAL_COUNT(grades); k++)
            known |= pal_str_eq(e->confidence, pal_str_of(grades[k]));
        if (!known)
            return pal_yaml_fail(item, err,
                                 "the confidence of an evidence record is high, medium or low");
        if (!pal_yaml_get(item, "statement"))
            return pal_yaml_fail(item, err, "the key 'statement' is missing");
        PAL_TRY(pal_text_read(pal_yaml_get(item, "statement"), &e->statement, err));
        if (pal_yaml_get(item, "assessment"))
            PAL_TRY(pal_text_read(pal_yaml_get(item, "assessment"), &e->assessment, err));
    }
    *out = record;
    *n = list->n;
    return PAL_OK;
}
