/* work.c: everything of a cycle up to its figures. To follow a number, read cli_work_do downwards:
 * each step is one call into the room that does it. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --as-of, then the cycle, then SOURCE_DATE_EPOCH; the only date that palermo knows. */
static enum pal_status settle_date(struct pal_arena *arena, const char *as_of,
                                   struct cli_cycle *cycle, struct pal_error *err)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (as_of) {
        cycle->as_of = pal_str_of(as_of);
    } else if (!cycle->as_of.len && epoch && *epoch) {
        int64_t seconds;
        if (!pal_int_parse(pal_str_of(epoch), &seconds))
            return pal_fail(err, PAL_USAGE, "SOURCE_DATE_EPOCH is '%s', not a number of seconds",
                            epoch);
        const time_t when = (time_t)seconds;
        struct tm utc;
        if (!gmtime_r(&when, &utc))
            return pal_fail(err, PAL_USAGE, "SOURCE_DATE_EPOCH '%s' is no date", epoch);
        cycle->as_of = pal_arena_printf(arena, "%04d-%02d-%02d", utc.tm_year + 1900, utc.tm_mon + 1,
                                        utc.tm_mday);
    }
    struct pal_date date;
    if (cycle->as_of.len && !pal_date_parse(cycle->as_of, &date))
        return pal_fail(err, PAL_USAGE, "'%.*s' is no date; write --as-of 2026-01-31",
                        PAL_ARG(cycle->as_of));
    return PAL_OK;
}

static enum pal_status find_folders(struct cli *cli, const struct cli_work_options *options,
                                    struct cli_work *work, struct pal_error *err)
{
    /* The folder that holds the cycle's own is a dataset folder too: a cycle can lie among them. */
    struct cli_list own = work->cycle.data;
    const char *const beside[] = {work->cycle.folder};
    const size_t n = own.n + PAL_COUNT(beside);
    const char **item = pal_arena_alloc(cli->arena, n, sizeof *item);
    if (!item)
        return pal_nomem(err, "the search folders");
    if (own.n)
        memcpy(item, own.item, own.n * sizeof *item);
    item[own.n] = beside[0];
    const struct cli_list extra = {n, item};

    const size_t given = options->indicators.n;
    struct cli_list definitions = {given + work->cycle.definitions.n, NULL};
    definitions.item = pal_arena_alloc(cli->arena, definitions.n + 1, sizeof *definitions.item);
    if (!definitions.item)
        return pal_nomem(err, "the search folders");
    for (size_t i = 0; i < definitions.n; i++)
        definitions.item[i] =
            i < given ? options->indicators.item[i] : work->cycle.definitions.item[i - given];
    return cli_folders_find(cli, &options->data, &definitions, &extra, &work->folders, err);
}

static enum pal_status load_one(struct cli *cli, const struct cli_work *work, const char *item,
                                const struct pal_place *at, struct pal_arena *scratch,
                                struct pal_dataset **out, struct pal_error *err)
{
    const char *path = item;
    const pal_str name = pal_str_of(item);
    const bool is_path =
        pal_str_ends(name, PAL_STR(".yaml")) || pal_str_ends(name, PAL_STR(".json"));
    struct pal_descriptor *descriptor;
    struct pal_error unknown = {0};
    if (is_path)
        path = pal_path_join(cli->arena, work->cycle.folder, name);
    else if (pal_datasets_find(work->registry, name, &path, &unknown) != PAL_OK)
        return pal_fail_at(err, PAL_SYNTAX, at, "%s", unknown.text);
    PAL_TRY(pal_descriptor_read(path, cli->arena, &descriptor, err));
    if (!is_path)
        pal_descriptor_rename(descriptor, name);
    if (pal_dataset_load(descriptor, &work->load, work->diag, cli->arena, out, err) != PAL_OK ||
        pal_dataset_settle(*out, &work->load, work->diag, scratch, err) != PAL_OK)
        return pal_while(err, "reading dataset '%s'", item);
    return PAL_OK;
}

static enum pal_status load_datasets(struct cli *cli, const struct cli_work_options *options,
                                     struct cli_work *work, struct pal_error *err)
{
    const struct cli_list *names = &work->cycle.datasets;
    work->dataset = pal_arena_alloc(cli->arena, names->n, sizeof *work->dataset);
    struct pal_arena *scratch = pal_arena_new();
    if (!work->dataset || !scratch)
        return pal_nomem(err, "the datasets");
    PAL_TRY(pal_arena_defer(cli->arena, (void (*)(void *))pal_arena_free, scratch, err));
    struct pal_progress *progress =
        pal_progress_new(cli->arena, cli->err, "reading datasets", names->n);
    for (size_t i = 0; i < names->n; i++) {
        struct pal_error own = {0};
        const enum pal_status status =
            load_one(cli, work, names->item[i], &work->cycle.datasets_at[i], scratch,
                     &work->dataset[work->datasets], &own);
        if (status == PAL_OK)
            work->datasets++;
        else if (options->diag && (status == PAL_SYNTAX || status == PAL_DATA))
            cli_error_finding(work->diag, status == PAL_DATA ? "unreadable-file" : "descriptor",
                              work->cycle.path, pal_str_of(names->item[i]), &own);
        else {
            if (err)
                *err = own;
            return status;
        }
        pal_progress_step(progress, i + 1);
    }
    pal_progress_done(progress);
    if (work->datasets < names->n)
        return pal_fail(err, PAL_SYNTAX, "%zu of %zu datasets cannot be read",
                        names->n - work->datasets, names->n);
    return PAL_OK;
}

static bool is_loaded(const struct cli_work *work, pal_str dataset)
{
    for (size_t i = 0; i < work->datasets; i++)
        if (pal_str_eq(pal_descriptor_name(work->dataset[i]->descriptor), dataset))
            return true;
    return false;
}

/* An indicator that the cycle asks for by its code should have figures. */
static void judge_chosen(const struct cli_work *work, const struct pal_definition *d)
{
    if (!is_loaded(work, d->numerator.dataset))
        pal_diag_addf(work->diag, PAL_WARNING, "no-dataset", &d->numerator.at,
                      "'%.*s' reads the dataset '%.*s', which the cycle does not name; it has no "
                      "figures",
                      PAL_ARG(d->code), PAL_ARG(d->numerator.dataset));
}

/* `indicators:` names codes or families; what is named and unknown is an error. */
static enum pal_status choose_indicators(struct cli *cli, struct cli_work *work,
                                         struct pal_error *err)
{
    const struct cli_list *names = &work->cycle.indicators;
    if (!names->n)
        return PAL_OK;
    const size_t all = pal_catalogue_count(work->catalogue);
    const struct pal_definition **wanted = pal_arena_alloc(cli->arena, all + 1, sizeof *wanted);
    bool *found = pal_arena_alloc(cli->arena, names->n, sizeof *found);
    if (!wanted || !found)
        return pal_nomem(err, "the indicators of the cycle");
    size_t n = 0;
    for (size_t i = 0; i < all; i++) {
        const struct pal_definition *definition = pal_catalogue_get(work->catalogue, i);
        bool chosen = false;
        for (size_t j = 0; j < names->n; j++) {
            const pal_str name = pal_str_of(names->item[j]);
            const bool by_code = pal_str_eq(name, definition->code);
            if (by_code && !chosen)
                judge_chosen(work, definition);
            if (by_code || pal_str_eq(name, definition->family))
                chosen = found[j] = true;
        }
        if (chosen)
            wanted[n++] = definition;
    }
    for (size_t j = 0; j < names->n; j++) {
        if (found[j])
            continue;
        const pal_str near = pal_catalogue_nearest(work->catalogue, pal_str_of(names->item[j]));
        const struct pal_place at = work->cycle.indicators_at[j];
        if (near.len)
            return pal_fail_at(err, PAL_SYNTAX, &at, "unknown indicator '%s'; did you mean '%.*s'?",
                               names->item[j], PAL_ARG(near));
        return pal_fail_at(err, PAL_SYNTAX, &at,
                           "unknown indicator '%s'; 'palermo list indicators' names them",
                           names->item[j]);
    }
    work->compute.wanted = wanted;
    work->compute.wanted_n = n;
    return PAL_OK;
}

static enum pal_status read_evidence(struct cli *cli, struct cli_work *work, struct pal_error *err)
{
    struct pal_evidence *all = NULL;
    for (size_t i = 0; i < work->cycle.evidence.n; i++) {
        const struct pal_evidence *some;
        size_t n;
        PAL_TRY(pal_evidence_read(work->cycle.evidence.item[i], cli->arena, &some, &n, err));
        all = pal_arena_grow(cli->arena, all, work->evidence_n, work->evidence_n + n, sizeof *all);
        if (!all)
            return pal_nomem(err, "the evidence records");
        memcpy(all + work->evidence_n, some, n * sizeof *all);
        work->evidence_n += n;
    }
    work->evidence = all;
    return PAL_OK;
}

/* One definition, and of the cycle's datasets those that it reads. */
static enum pal_status choose_only(struct cli *cli, const char *code, struct cli_work *work,
                                   struct pal_error *err)
{
    const struct pal_definition *d = pal_catalogue_find(work->catalogue, pal_str_of(code));
    if (!d) {
        const pal_str near = pal_catalogue_nearest(work->catalogue, pal_str_of(code));
        return pal_fail(err, PAL_USAGE, "unknown indicator '%s'%s%.*s%s", code,
                        near.len ? "; did you mean '" : "; 'palermo list indicators' names them",
                        PAL_ARG(near), near.len ? "'?" : "");
    }
    const pal_str needed[] = {d->numerator.dataset, d->denominator.dataset, PAL_STR("population")};
    struct cli_list *names = &work->cycle.datasets;
    struct pal_place *at = pal_arena_alloc(cli->arena, names->n + 1, sizeof *at);
    size_t n = 0;
    if (!at)
        return pal_nomem(err, "the indicator");
    for (size_t i = 0; i < names->n; i++) {
        bool keep = pal_str_ends(pal_str_of(names->item[i]), PAL_STR(".yaml")) ||
                    pal_str_ends(pal_str_of(names->item[i]), PAL_STR(".json"));
        for (size_t k = 0; k < PAL_COUNT(needed) && !keep; k++)
            keep = pal_str_eq(needed[k], pal_str_of(names->item[i]));
        if (keep) {
            at[n] = work->cycle.datasets_at[i];
            names->item[n++] = names->item[i];
        }
    }
    names->n = n;
    work->cycle.datasets_at = at;
    work->cycle.indicators = (struct cli_list){0};
    const struct pal_definition **only = pal_arena_alloc(cli->arena, 1, sizeof *only);
    if (!only)
        return pal_nomem(err, "the indicator");
    only[0] = d;
    work->only = only;
    return PAL_OK;
}

/* The law of the sources: small counts and embargoes. What findings quote of their rows goes too.
 */
static enum pal_status protect_figures(struct cli *cli, struct cli_work *work, const char *out,
                                       struct pal_error *err)
{
    for (size_t i = 0; i < work->datasets; i++) {
        const struct pal_dataset *set = work->dataset[i];
        const struct pal_dataset_facts *facts = pal_descriptor_facts(set->descriptor);
        if (!(facts->conf_min_cell > 1) && !facts->conf_embargo.len)
            continue;
        PAL_TRY(pal_diag_hide_numbers(work->diag, pal_str_of(set->batch.file), err));
        for (size_t f = 0; f < set->files; f++)
            PAL_TRY(pal_diag_hide_numbers(work->diag, set->of_file[f].name, err));
    }
    PAL_TRY(cli_suppression_open(cli, work, out, err));
    return cli_figures_protect(cli, work, work->figures, false, &work->protection, err);
}

static bool is_synthetic(const struct cli_work *work)
{
    bool synthetic = work->cycle.synthetic;
    for (size_t i = 0; i < work->datasets; i++)
        synthetic |= pal_descriptor_synthetic(work->dataset[i]->descriptor);
    for (size_t i = 0; i < work->figures->n && !synthetic; i++)
        synthetic = (work->figures->figure[i].flags & PAL_FLAG_SYNTHETIC) != 0;
    return synthetic;
}

enum pal_status cli_choose_tables(const struct cli_cycle *cycle,
                                  const struct pal_table_definition *const **tables, size_t *n,
                                  struct pal_arena *arena, struct pal_error *err)
{
    const struct cli_list *names = &cycle->tables;
    if (!names->n)
        return PAL_OK;
    const struct pal_table_definition **chosen = pal_arena_alloc(arena, names->n, sizeof *chosen);
    pal_str *known = pal_arena_alloc(arena, *n + 1, sizeof *known);
    if (!chosen || !known)
        return pal_nomem(err, "the tables of the cycle");
    for (size_t i = 0; i < *n; i++)
        known[i] = pal_table_definition_name((*tables)[i]);
    for (size_t j = 0; j < names->n; j++) {
        const pal_str name = pal_str_of(names->item[j]);
        for (size_t i = 0; i < *n && !chosen[j]; i++)
            if (pal_str_eq(known[i], name))
                chosen[j] = (*tables)[i];
        if (chosen[j])
            continue;
        const pal_str near = pal_nearest(name, known, *n);
        return pal_fail_at(err, PAL_SYNTAX, &cycle->tables_at[j], "unknown table '%s'%s%.*s%s",
                           names->item[j], near.len ? "; did you mean '" : "", PAL_ARG(near),
                           near.len ? "'?" : "");
    }
    *tables = chosen;
    *n = names->n;
    return PAL_OK;
}

enum pal_status cli_work_do(struct cli *cli, const struct cli_work_options *options,
                            struct cli_work *out, struct pal_error *err)
{
    *out = (struct cli_work){0};
    PAL_TRY(cli_cycle_read(options->cycle, cli->arena, &out->cycle, err));
    PAL_TRY(settle_date(cli->arena, options->as_of, &out->cycle, err));
    if (options->release)
        out->cycle.release = pal_str_of(options->release);
    PAL_TRY(find_folders(cli, options, out, err));
    out->diag = options->diag ? options->diag : pal_diag_new(cli->arena, PAL_DIAG_KEEP);
    if (!out->diag)
        return pal_nomem(err, "the findings");
    PAL_TRY(pal_areas_read(out->folders.areas, cli->arena, &out->areas, err));
    PAL_TRY(pal_datasets_scan(out->folders.datasets, out->folders.datasets_n, cli->arena,
                              &out->registry, err));
    PAL_TRY(pal_catalogue_read(out->folders.indicators, out->folders.indicators_n, out->registry,
                               out->diag, cli->arena, &out->catalogue, err));
    struct pal_date date;
    out->load = (struct pal_load_options){
        .areas = out->areas,
        .folders = out->folders.datasets,
        .folders_n = out->folders.datasets_n,
        .as_of_year =
            out->cycle.as_of.len && pal_date_parse(out->cycle.as_of, &date) ? date.year : 0,
        .threads = (unsigned)options->threads,
    };
    if (options->no_data)
        return PAL_OK;
    if (options->only)
        PAL_TRY(choose_only(cli, options->only, out, err));
    PAL_TRY(load_datasets(cli, options, out, err));
    PAL_TRY(read_evidence(cli, out, err));
    if (options->no_figures)
        return PAL_OK;
    out->compute = (struct pal_compute){
        .catalogue = out->catalogue,
        .dataset = out->dataset,
        .datasets = out->datasets,
        .areas = out->areas,
        .period_from = out->cycle.period_from,
        .period_to = out->cycle.period_to,
        .threads = (unsigned)options->threads,
        .seed = out->cycle.seed,
    };
    PAL_TRY(choose_indicators(cli, out, err));
    if (out->only) {
        out->compute.wanted = out->only;
        out->compute.wanted_n = 1;
    }
    PAL_TRY(pal_compute_figures(&out->compute, out->diag, cli->arena, &out->figures, err));
    out->synthetic = is_synthetic(out);
    /* Who asks where one number came from holds the data; everything else is for others too. */
    return options->only ? PAL_OK : protect_figures(cli, out, options->out, err);
}
