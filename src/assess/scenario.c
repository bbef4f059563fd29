/* scenario.c: what is asked: a world, how often a sample is drawn, by which estimators. */
#include "scenario.h"

static const struct assess_kind *const kinds[] = {&assess_lists, &assess_survey, &assess_recruits,
                                                  &assess_register};

static enum pal_status kind_of(const struct pal_yaml *root, const struct assess_kind **out,
                               struct pal_error *err)
{
    const struct pal_yaml *node;
    pal_str names[PAL_COUNT(kinds)];
    PAL_TRY(pal_yaml_need(root, "kind", PAL_YAML_SCALAR, &node, err));
    for (size_t i = 0; i < PAL_COUNT(kinds); i++) {
        names[i] = pal_str_of(kinds[i]->name);
        if (pal_str_eq(node->text, names[i])) {
            *out = kinds[i];
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(node->text, names, PAL_COUNT(kinds));
    return pal_yaml_fail(node, err,
                         "there is no kind '%.*s' among lists, survey, recruits, register%s%.*s%s",
                         PAL_ARG(node->text), PAL_NEAR(near));
}

/* "name" or "name:argument" of a method of this kind. */
static enum pal_status read_method(const struct pal_yaml *node, pal_str text,
                                   const struct assess_kind *kind, struct assess_estimator *out,
                                   struct pal_error *err)
{
    pal_str names[32], rest = text, name;
    (void)pal_str_split(&rest, ':', &name);
    for (size_t i = 0; i < kind->methods; i++) {
        names[i] = pal_str_of(kind->method[i].name);
        if (pal_str_eq(name, names[i])) {
            out->method = &kind->method[i];
            out->argument = pal_str_trim(rest);
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(name, names, kind->methods);
    return pal_yaml_fail(node, err, "kind %s has no estimator '%.*s'%s%.*s%s", kind->name,
                         PAL_ARG(name), PAL_NEAR(near));
}

static enum pal_status read_program(const struct pal_yaml *node, const char *folder,
                                    struct pal_arena *arena, struct assess_estimator *out,
                                    struct pal_error *err)
{
    const pal_str *word;
    size_t n;
    PAL_TRY(pal_yaml_texts(node, "program", arena, &word, &n, err));
    if (!n)
        return pal_yaml_fail(node, err, "'program' is a list: the program and its arguments");
    const char **argv = pal_arena_alloc(arena, n + 1, sizeof *argv);
    if (!argv)
        return pal_nomem(err, "an outside program");
    for (size_t i = 0; i < n; i++) {
        /* A word that begins with a dot and a slash lies beside the scenario. */
        argv[i] = pal_str_starts(word[i], PAL_STR("./"))
                      ? pal_path_join(arena, folder, (pal_str){word[i].ptr + 2, word[i].len - 2})
                      : pal_arena_cstr(arena, word[i]);
        if (!argv[i])
            return pal_nomem(err, "an outside program");
    }
    out->argv = argv;
    PAL_TRY(pal_yaml_number(node, "timeout", &out->timeout, err));
    if (!(out->timeout > 0) || out->timeout > 86400)
        return pal_yaml_fail(node, err, "'timeout' is in seconds, above 0 and up to a day");
    return PAL_OK;
}

static enum pal_status read_estimator(const struct pal_yaml *node, const char *folder,
                                      const struct assess_kind *kind, struct pal_arena *arena,
                                      struct assess_estimator *out, struct pal_error *err)
{
    static const char *const keys[] = {"name", "method", "program", "timeout"};
    *out = (struct assess_estimator){.timeout = 60};
    if (node->kind == PAL_YAML_SCALAR) {
        out->name = node->text;
        return read_method(node, node->text, kind, out, err);
    }
    pal_str method = {0};
    PAL_TRY(pal_yaml_known(node, "an estimator", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_text(node, "name", &out->name, err));
    PAL_TRY(pal_yaml_text(node, "method", &method, err));
    if (!method.len == !pal_yaml_get(node, "program"))
        return pal_yaml_fail(node, err, "an estimator has a 'method' or a 'program'");
    if (!out->name.len)
        out->name = method;
    if (method.len)
        return read_method(node, method, kind, out, err);
    if (!out->name.len)
        return pal_yaml_fail(node, err, "an outside program needs a 'name'");
    return read_program(node, folder, arena, out, err);
}

enum pal_status pal_scenario_read(const char *path, struct pal_arena *arena,
                                  struct pal_scenario **out, struct pal_error *err)
{
    static const char *const keys[] = {"title", "kind",       "seed",   "replicates",
                                       "level", "population", "sample", "estimators"};
    enum { MOST_REPLICATES = 1000000 };
    struct pal_yaml *root;
    const struct pal_yaml *list;
    size_t seed = 1;
    struct pal_scenario *s = pal_arena_alloc(arena, 1, sizeof *s);
    const char *folder = pal_path_dir(arena, path);
    if (!s || !folder)
        return pal_nomem(err, "a scenario");
    s->replicates = 200;
    s->level = 0.95;
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    PAL_TRY(pal_yaml_known(root, "a scenario", keys, PAL_COUNT(keys), err));
    PAL_TRY(kind_of(root, &s->kind, err));
    PAL_TRY(pal_yaml_text(root, "title", &s->title, err));
    PAL_TRY(pal_yaml_size(root, "seed", &seed, err));
    PAL_TRY(pal_yaml_size(root, "replicates", &s->replicates, err));
    PAL_TRY(pal_yaml_number(root, "level", &s->level, err));
    if (s->replicates < 2 || s->replicates > MOST_REPLICATES)
        return pal_yaml_fail(root, err, "'replicates' lies between 2 and %d", MOST_REPLICATES);
    if (!(s->level > 0 && s->level < 1))
        return pal_yaml_fail(root, err, "'level' lies between 0 and 1");
    s->seed = seed;
    PAL_TRY(pal_yaml_need(root, "estimators", PAL_YAML_LIST, &list, err));
    s->estimators = list->n;
    s->estimator = pal_arena_alloc(arena, list->n + 1, sizeof *s->estimator);
    if (!s->estimator)
        return pal_nomem(err, "a scenario");
    for (size_t i = 0; i < list->n; i++)
        PAL_TRY(read_estimator(list->item[i], folder, s->kind, arena, &s->estimator[i], err));
    if (!list->n)
        return pal_yaml_fail(list, err, "there are no estimators");
    PAL_TRY(s->kind->read(root, folder, s->seed, arena, &s->world, &s->truth, err));
    *out = s;
    return PAL_OK;
}

void pal_assess_list(struct pal_buf *out)
{
    for (size_t k = 0; k < PAL_COUNT(kinds); k++)
        for (size_t i = 0; i < kinds[k]->methods; i++)
            pal_buf_addf(out, "%s\t%s\t%s\n", kinds[k]->name, kinds[k]->method[i].name,
                         kinds[k]->method[i].summary);
}

pal_str pal_scenario_title(const struct pal_scenario *s) { return s->title; }
const char *pal_scenario_kind(const struct pal_scenario *s) { return s->kind->name; }
const char *pal_scenario_target(const struct pal_scenario *s) { return s->kind->target; }
double pal_scenario_truth(const struct pal_scenario *s) { return s->truth; }
double pal_scenario_level(const struct pal_scenario *s) { return s->level; }
size_t pal_scenario_replicates(const struct pal_scenario *s) { return s->replicates; }
size_t pal_scenario_estimators(const struct pal_scenario *s) { return s->estimators; }
pal_str pal_scenario_estimator(const struct pal_scenario *s, size_t i)
{
    return s->estimator[i].name;
}
