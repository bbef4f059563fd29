/* labels.c: what breakdown codes are called in six languages, one file a dimension. */
#include "inside.h"

#include <string.h>

enum { LABEL_SETS_MAX = 256 };

static void problem(struct pal_diag *diag, const char *path, const struct pal_error *err)
{
    const struct pal_place at = {err->file[0] ? err->file : path, err->line, err->column};
    pal_diag_add(diag,
                 &(struct pal_finding){.severity = PAL_ERROR,
                                       .rule = "labels",
                                       .at = at,
                                       .what = pal_str_of(err->text),
                                       .todo = PAL_STR("indicators/README.md lists the keys")});
}

static enum pal_status read_set(const char *path, struct pal_arena *arena,
                                struct report_label_set *out, struct pal_error *err)
{
    static const char *const known[] = {"dimension", "name", "codes"};
    struct pal_yaml *root;
    const struct pal_yaml *dimension, *name, *codes;
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    PAL_TRY(pal_yaml_known(root, "labels", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_need(root, "dimension", PAL_YAML_SCALAR, &dimension, err));
    PAL_TRY(pal_yaml_need(root, "name", PAL_YAML_MAP, &name, err));
    PAL_TRY(pal_yaml_need(root, "codes", PAL_YAML_MAP, &codes, err));
    struct report_label_code *code = pal_arena_alloc(arena, codes->n + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "the labels");
    *out = (struct report_label_set){.dimension = dimension->text, .n = codes->n, .code = code};
    PAL_TRY(pal_text_read(name, &out->name, err));
    for (size_t i = 0; i < codes->n; i++) {
        code[i].code = codes->key[i]->text;
        PAL_TRY(pal_text_read(codes->item[i], &code[i].name, err));
    }
    return PAL_OK;
}

static enum pal_status read_folder(const char *folder, struct report_labels *labels,
                                   struct pal_diag *diag, struct pal_arena *arena, bool *bad,
                                   struct pal_error *err)
{
    const pal_str *name;
    size_t names;
    PAL_TRY(pal_dir_list(folder, arena, &name, &names, err));
    const size_t before = labels->n;
    for (size_t i = 0; i < names; i++) {
        if (!pal_str_ends(name[i], PAL_STR(".yaml")))
            continue;
        if (labels->n == LABEL_SETS_MAX)
            return pal_fail(err, PAL_SYNTAX, "more than %d dimensions are labelled",
                            LABEL_SETS_MAX);
        const char *path = pal_path_join(arena, folder, name[i]);
        struct pal_error own = {0};
        struct report_label_set *set = &labels->set[labels->n];
        const enum pal_status status = path ? read_set(path, arena, set, &own) : PAL_NOMEM;
        if (status == PAL_SYNTAX) {
            problem(diag, path, &own);
            *bad = true;
            continue;
        }
        if (status != PAL_OK) {
            if (err)
                *err = own;
            return status;
        }
        bool taken = false; /* earlier folders win */
        for (size_t k = 0; k < before; k++)
            taken |= pal_str_eq_nocase(labels->set[k].dimension, set->dimension);
        labels->n += !taken;
    }
    return PAL_OK;
}

enum pal_status report_labels_read(const char *const *folders, size_t n, struct pal_diag *diag,
                                   struct pal_arena *arena, const struct report_labels **out,
                                   struct pal_error *err)
{
    struct report_labels *labels = pal_arena_alloc(arena, 1, sizeof *labels);
    if (!labels)
        return pal_nomem(err, "the labels");
    labels->set = pal_arena_alloc(arena, LABEL_SETS_MAX, sizeof *labels->set);
    if (!labels->set)
        return pal_nomem(err, "the labels");
    bool bad = false;
    for (size_t i = 0; i < n; i++) {
        const char *folder = pal_path_join(arena, folders[i], PAL_STR("labels"));
        if (!folder)
            return pal_nomem(err, "the labels");
        if (pal_dir_exists(folder))
            PAL_TRY(read_folder(folder, labels, diag, arena, &bad, err));
    }
    *out = labels;
    return bad ? pal_fail(err, PAL_SYNTAX, "labels of breakdowns cannot be read") : PAL_OK;
}

const struct report_label_set *report_labels_find(const struct report_labels *labels,
                                                  pal_str dimension)
{
    for (size_t i = 0; labels && i < labels->n; i++)
        if (pal_str_eq_nocase(labels->set[i].dimension, dimension))
            return &labels->set[i];
    return NULL;
}

pal_str report_label(const struct report_labels *labels, pal_str dimension, pal_str code,
                     enum pal_language language)
{
    const struct report_label_set *set = report_labels_find(labels, dimension);
    for (size_t i = 0; set && i < set->n; i++)
        if (pal_str_eq(set->code[i].code, code))
            return pal_text_in(&set->code[i].name, language);
    return code;
}
