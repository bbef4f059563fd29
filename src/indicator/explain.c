/* explain.c: where one number came from, in words, at 80 columns. The figure is taken apart again
 * by the calls that made it, so what is told is what was done. */
#include "explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 12, MOST_AREAS = 60, MOST_FINDINGS = 20 };

/* ---- taking apart
 * ----------------------------------------------------------------------------------- */

static bool is_item(const struct job *j, const struct pal_figures *figures,
                    const struct pal_figure *f, const struct item *item)
{
    if (item->key[KEY_AREA] != f->area || (int32_t)item->key[KEY_PERIOD] != f->period)
        return false;
    for (size_t b = 0; b < j->d->by_n; b++)
        for (size_t k = 0; k < figures->breakdowns; k++)
            if (pal_str_eq_nocase(figures->breakdown[k], j->d->by[b]) &&
                !pal_str_eq(f->breakdown[k], codes_text(j->codes, item->key[KEY_BY + b])))
                return false;
    return true;
}

static const struct item *find_item(const struct job *j, const struct pal_figures *figures,
                                    const struct pal_figure *f)
{
    for (size_t i = 0; i < j->items; i++)
        if (is_item(j, figures, f, &j->item[i]))
            return &j->item[i];
    return NULL;
}

/* ---- value and formula
 * ------------------------------------------------------------------------------- */

static pal_str reading_text(struct explain_page *page, const struct reading *r)
{
    if (r->absent == PAL_PRESENT)
        return pal_arena_printf(page->arena, "%s", explain_number(r->value).text);
    if (r->absent == PAL_BELOW_THRESHOLD)
        return pal_arena_printf(page->arena, "between %s and %s", explain_number(r->low).text,
                                explain_number(r->high).text);
    return pal_arena_printf(page->arena, "none (%s)", pal_absent_name(r->absent));
}

static void say_value(struct explain_page *page, const struct pal_figure *f)
{
    const struct pal_figure_estimate *e = &f->estimate;
    const pal_str unit = pal_text_in(&f->definition->unit_name, PAL_EN);
    explain_head(page, "Value");
    if (e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK)
        explain_say(page, 2, "%s %.*s", explain_number(e->value).text, PAL_ARG(unit));
    else
        explain_say(page, 2, "none: %s",
                    e->absent != PAL_PRESENT ? pal_absent_name(e->absent)
                    : e->note                ? e->note
                                             : "undefined");
    if (e->has_bounds)
        explain_say(
            page, 2,
            "It lies between %s and %s: what the cells below a threshold leave open. These are no "
            "confidence limits.",
            explain_number(e->bound_low).text, explain_number(e->bound_high).text);
    if (e->absent != PAL_PRESENT || e->status != PAL_ANSWER_OK)
        return;
    if (e->has_interval)
        explain_say(page, 2, "%g per cent interval: %s to %s (%s; kind of uncertainty: %s)",
                    100 * e->level, explain_number(e->low).text, explain_number(e->high).text,
                    e->method ? e->method : "", pal_uncertainty_name(e->uncertainty));
    else
        explain_say(page, 2, "no interval: %s (kind of uncertainty: %s)",
                    e->method ? e->method : "", pal_uncertainty_name(e->uncertainty));
    if (e->note)
        explain_say(page, 2, "%s", e->note);
}

static void say_formula(struct explain_page *page, const struct job *j, const struct item *item,
                        const struct pal_figure *f)
{
    struct reading y, x;
    const double per = j->d->ask.per > 0 ? j->d->ask.per : 1;
    job_readings(j, item, &y, &x);
    explain_head(page, "Formula");
    const pal_str top = reading_text(page, &y), bottom = reading_text(page, &x);
    if (j->d->sampled) {
        explain_statistic(page, j->d);
        explain_say(page, 2, "= %s", explain_number(f->estimate.value).text);
    } else if (j->is_systems) {
        explain_say(page, 2, "%s: %s, by the lists that each row is on", j->d->estimator->name,
                    f->estimate.method);
        if (!job_is_part(j, item))
            explain_say(page, 2, "the sum of its parts, each of which is estimated by itself");
        if (j->two)
            explain_say(page, 2, "= %s / %s = %s; on the lists are %s",
                        explain_number(f->estimate.value * x.value / systems_per(j->d)).text,
                        explain_number(x.value).text, explain_number(f->estimate.value).text,
                        explain_number(f->estimate.numerator).text);
        else
            explain_say(page, 2, "= %s, of which %s on the lists",
                        explain_number(f->estimate.value).text,
                        explain_number(f->estimate.numerator).text);
    } else if (!j->two) {
        explain_say(page, 2, "%s: the numerator itself", j->d->estimator->name);
        explain_say(page, 2, "= %.*s", PAL_ARG(top));
    } else {
        explain_say(page, 2, "%s: numerator / denominator x %s", j->d->estimator->name,
                    explain_number(per).text);
        if (f->estimate.absent == PAL_PRESENT && f->estimate.status == PAL_ANSWER_OK)
            explain_say(page, 2, "= %.*s / %.*s x %s = %s", PAL_ARG(top), PAL_ARG(bottom),
                        explain_number(per).text, explain_number(f->estimate.value).text);
        else
            explain_say(page, 2, "numerator %.*s; denominator %.*s", PAL_ARG(top), PAL_ARG(bottom));
    }
    if (f->flags & PAL_FLAG_OVERDISPERSED)
        explain_say(
            page, 2,
            "The counts of this area scatter about their log-linear trend more than chance allows "
            "(Pearson chi-square beyond its 5 per cent point, five years at least), so the "
            "interval takes their dispersion near this year: the median chi-square of "
            "neighbouring years.");
    if (j->d->estimator->source)
        explain_say(page, 2, "Source of the method: %s", j->d->estimator->source);
}

/* ---- rows
 * ---------------------------------------------------------------------------------------------- */

struct seen { /* rows that the figure rests on */
    const struct pal_dataset *dataset;
    uint32_t *row;
    size_t n, cap;
};

static enum pal_status see_row(struct seen *seen, uint32_t row, struct pal_arena *arena,
                               struct pal_error *err)
{
    if (seen->n == seen->cap) {
        const size_t cap = seen->cap ? seen->cap * 2 : 64;
        uint32_t *grown = pal_arena_grow(arena, seen->row, seen->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the rows of a figure");
        seen->row = grown;
        seen->cap = cap;
    }
    seen->row[seen->n++] = row;
    return PAL_OK;
}

static enum pal_status see_cell(struct seen *seen, const struct cells *cells,
                                const struct cell *cell, struct pal_arena *arena,
                                struct pal_error *err)
{
    for (uint32_t at = cell->first; at; at = cells->link[at - 1].next)
        PAL_TRY(see_row(seen, cells->link[at - 1].row, arena, err));
    return PAL_OK;
}

static void say_conditions(struct explain_page *page, const struct pal_operand *operand,
                           const char *what)
{
    struct pal_buf text;
    pal_buf_init(&text, page->arena, 64 * 1024);
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *c = &operand->condition[i];
        pal_buf_clear(&text);
        for (size_t k = 0; k < c->n; k++)
            pal_buf_addf(&text, "%s%.*s", k ? " or " : "", PAL_ARG(c->value[k]));
        explain_say(page, 4, "%s %.*s = %.*s", what, PAL_ARG(c->column),
                    PAL_ARG(pal_buf_str(&text)));
    }
}

static void say_operand(struct explain_page *page, const char *what, const struct cells *cells,
                        const struct pal_definition *sampled)
{
    const struct pal_dataset *dataset = cells->dataset;
    const struct pal_dataset_facts *facts = pal_descriptor_facts(dataset->descriptor);
    const struct pal_operand *operand = cells->operand;
    struct pal_buf text;
    pal_buf_init(&text, page->arena, 64 * 1024);
    for (size_t i = 0; i < operand->values; i++)
        pal_buf_addf(&text, "%s%.*s", i ? " + " : "", PAL_ARG(operand->value[i]));
    explain_say(page, 2, "%s: dataset %.*s%s%.*s", what,
                PAL_ARG(pal_descriptor_name(dataset->descriptor)), text.len ? ", " : "",
                PAL_ARG(pal_buf_str(&text)));
    say_conditions(page, operand, "only rows with");
    if (sampled && operand->condition != sampled->numerator.condition)
        say_conditions(page, &sampled->numerator, "of these count the records with");
    if (sampled && sampled->numerator.values)
        explain_say(page, 4, "the value is %.*s", PAL_ARG(sampled->numerator.value[0]));
    if (sampled && sampled->denominator.values)
        explain_say(page, 4, "the denominator is %.*s", PAL_ARG(sampled->denominator.value[0]));
    pal_buf_clear(&text);
    for (size_t k = 0; k < dataset->dimensions; k++)
        if (cells->dimension && cells->dimension[k].by == SIZE_MAX &&
            !cells->dimension[k].conditioned && cells->dimension[k].gives_total)
            pal_buf_addf(&text, "%s%.*s", text.len ? ", " : "",
                         PAL_ARG(dataset->dimension[k].name));
    if (text.len)
        explain_say(page, 4, "held at the total: %.*s", PAL_ARG(pal_buf_str(&text)));
    for (size_t i = 0; i < dataset->files; i++)
        explain_say(page, 4, "file %.*s, SHA-256 %.16s...", PAL_ARG(dataset->of_file[i].name),
                    dataset->of_file[i].sha256);
    if (facts->citation.len)
        explain_say(page, 4, "%.*s", PAL_ARG(facts->citation));
}

static enum pal_status say_rows(struct explain_page *page, const struct seen *seen,
                                const struct pal_load_options *load, struct pal_error *err)
{
    const struct pal_dataset *dataset = seen->dataset;
    const struct pal_batch *batch = &dataset->batch;
    uint64_t last = 0;
    size_t last_file = 0;
    for (size_t i = 0; i < seen->n && i < MOST_LINES; i++) {
        const uint64_t line = batch->line[seen->row[i]];
        const size_t file = dataset->file_of ? dataset->file_of[seen->row[i]] : 0;
        const char *state = batch->state[seen->row[i]] == PAL_ROW_ERROR ? " (left out: error)" : "";
        pal_str text = {NULL, 0};
        struct pal_error ignored = {0};
        if (line == last && file == last_file)
            continue;
        last = line;
        last_file = file;
        if (load && pal_dataset_source_line(dataset->descriptor, load, file, line, page->arena,
                                            &text, &ignored) != PAL_OK)
            text = (pal_str){NULL, 0};
        pal_buf_addf(&page->out, "    line %llu", (unsigned long long)line);
        if (dataset->files > 1)
            pal_buf_addf(&page->out, " of %.*s", PAL_ARG(dataset->of_file[file].name));
        pal_buf_addf(&page->out, "%s\n", state);
        if (text.len)
            explain_text(page, 6, 0, text);
    }
    if (seen->n > MOST_LINES)
        explain_say(page, 4, "and %zu more rows", seen->n - MOST_LINES);
    return pal_buf_status(&page->out, "the explanation", err);
}

/* The areas of a total, with what each gave. */
static enum pal_status say_areas(struct explain_page *page, const struct job *j,
                                 const struct item *total, struct pal_error *err)
{
    size_t told = 0, given = 0;
    explain_head(page, "Areas in this total");
    for (size_t i = 0; i < j->items; i++) {
        const struct item *item = &j->item[i];
        struct reading y, x;
        if (item->total || item->key[KEY_PERIOD] != total->key[KEY_PERIOD] ||
            memcmp(item->key + KEY_BY, total->key + KEY_BY, j->d->by_n * sizeof *item->key) != 0 ||
            !job_enters(j, item, total->key[KEY_AREA]))
            continue;
        job_readings(j, item, &y, &x);
        given++;
        if (told++ >= MOST_AREAS)
            continue;
        const pal_str code = pal_areas_get(j->compute->areas, item->key[KEY_AREA])->code;
        if (j->two)
            explain_say(page, 2, "%.*s  %.*s / %.*s", PAL_ARG(code),
                        PAL_ARG(reading_text(page, &y)), PAL_ARG(reading_text(page, &x)));
        else
            explain_say(page, 2, "%.*s  %.*s%s", PAL_ARG(code), PAL_ARG(reading_text(page, &y)),
                        j->d->sampled ? " records" : "");
    }
    if (given > MOST_AREAS)
        explain_say(page, 2, "and %zu more areas", given - MOST_AREAS);
    return pal_buf_status(&page->out, "the explanation", err);
}

static enum pal_status say_sources(struct explain_page *page, const struct job *j,
                                   const struct item *item, const struct pal_load_options *load,
                                   struct seen *seen, size_t *seen_n, struct pal_error *err)
{
    explain_head(page, "Where it comes from");
    const struct {
        const char *what;
        const struct cells *cells;
        const struct cell *cell;
    } side[] = {{"numerator", j->entry->y.cells, item->y},
                {"denominator", j->entry->x.cells, item->x}};
    for (size_t s = 0; s < PAL_COUNT(side); s++) {
        if (!side[s].cells)
            continue;
        struct seen *rows = &seen[(*seen_n)++];
        *rows = (struct seen){.dataset = side[s].cells->dataset};
        say_operand(page, j->d->sampled ? "records" : side[s].what, side[s].cells,
                    j->d->sampled ? j->d : NULL);
        if (side[s].cell)
            PAL_TRY(see_cell(rows, side[s].cells, side[s].cell, page->arena, err));
        PAL_TRY(say_rows(page, rows, load, err));
    }
    if (j->whole && item->x && !item->total) {
        struct seen *rows = &seen[(*seen_n)++];
        *rows = (struct seen){.dataset = j->entry->y.cells->dataset};
        explain_say(page, 2, "denominator: the known categories of '%.*s' in the same dataset",
                    PAL_ARG(j->d->of));
        PAL_TRY(see_cell(rows, j->whole, item->x, page->arena, err));
        PAL_TRY(say_rows(page, rows, load, err));
    }
    if (j->d->of_un_members)
        explain_say(page, 2, "denominator: %s",
                    item->total ? "the States Members of the United Nations in the region"
                                : "the State itself");
    return PAL_OK;
}

/* ---- findings, marks, definition
 * ----------------------------------------------------------------------- */

static bool touches(const struct pal_finding *finding, const struct seen *seen)
{
    if (!finding->at.file || !finding->at.line ||
        !pal_str_eq(pal_str_of(finding->at.file), pal_str_of(seen->dataset->batch.file)))
        return false;
    for (size_t i = 0; i < seen->n; i++)
        if (seen->dataset->batch.line[seen->row[i]] == finding->at.line)
            return true;
    return false;
}

static void say_findings(struct explain_page *page, const struct pal_diag *diag,
                         const struct seen *seen, size_t seen_n)
{
    size_t n = 0;
    for (size_t i = 0; diag && i < pal_diag_listed(diag); i++) {
        const struct pal_finding *finding = pal_diag_get(diag, i);
        bool mine = false;
        for (size_t s = 0; s < seen_n && !mine; s++)
            mine = touches(finding, &seen[s]);
        if (!mine)
            continue;
        if (!n++)
            explain_head(page, "Findings about these rows");
        if (n <= MOST_FINDINGS)
            explain_say(page, 2, "%s, %s, line %llu: %.*s", pal_severity_name(finding->severity),
                        finding->rule, (unsigned long long)finding->at.line,
                        PAL_ARG(finding->what));
    }
    if (n > MOST_FINDINGS)
        explain_say(page, 2, "and %zu more", n - MOST_FINDINGS);
}

static void say_marks(struct explain_page *page, const struct pal_figure *f)
{
    static const char *const meaning[] = {
        "cells below a threshold are in it: no value, but bounds",
        "rows with errors would have entered and did not",
        "a repeated key touched it",
        "a whole summed from all its parts",
        "a part of a State that reports in parts",
        "several countries that the source does not name apart",
        "no denominator for this area and year",
        "set against the total population, for its part has no figure",
        "numerator and denominator are of different cohorts",
        "the parts do not add up to the total that the source gives",
        "a later stage of justice is above an earlier one",
        "the rate that the source gives contradicts count and population",
        "the series scatters more than chance",
        "not all areas, parts or rows that belong to it are there",
        "made from invented data",
        "by a national definition",
        "a new series begins here",
        "provisional",
        "a margin narrows or contradicts the bounds of a censored cell",
        "of low reliability",
        "withheld: a small count, by the law of the source",
        "withheld so that a protected count cannot be worked out",
        "withheld until the end of its embargo",
        "strata with one sampled unit are in its variance, by a rule",
    };
    explain_head(page, "Marks");
    explain_say(page, 2, "observation status %.*s, confidentiality %.*s, nature %.*s, scope %s",
                PAL_ARG(pal_figure_letter(&f->obs_status)),
                PAL_ARG(pal_figure_letter(&f->conf_status)), PAL_ARG(pal_figure_nature(f)),
                pal_scope_name(f->scope));
    for (size_t i = 0; pal_flag_words[i] && i < PAL_COUNT(meaning); i++)
        if (f->flags >> i & 1)
            explain_say(page, 2, "%s: %s", pal_flag_words[i], meaning[i]);
    if (f->left_out)
        explain_say(page, 2, "rows left out: %u", (unsigned)f->left_out);
    if (f->coverage_of && isnan(f->coverage_population))
        explain_say(page, 2, "%u of %u States report", (unsigned)f->coverage_n,
                    (unsigned)f->coverage_of);
    else if (f->coverage_of)
        explain_say(page, 2, "%u of %u States report, %.1f per cent of the population",
                    (unsigned)f->coverage_n, (unsigned)f->coverage_of,
                    100 * f->coverage_population);
}

static void say_definition(struct explain_page *page, const struct pal_definition *d)
{
    const pal_str text = pal_text_in(&d->definition, PAL_EN),
                  comparability = pal_text_in(&d->comparability, PAL_EN);
    explain_head(page, "Definition");
    explain_say(page, 2, "%.*s version %u; measures %s, basis %s; SHA-256 %.16s...",
                PAL_ARG(d->code), d->version, pal_measures_name(d->measures),
                pal_basis_name(d->basis), d->sha256);
    if (text.len)
        explain_text(page, 2, 0, text);
    if (comparability.len)
        explain_text(page, 2, 0, comparability);
    for (size_t i = 0; i < d->references_n; i++)
        explain_say(page, 2, "- %.*s", PAL_ARG(d->references[i]));
}

enum pal_status pal_explain(const struct pal_figures *figures, const struct pal_figure *figure,
                            const struct pal_compute *compute, const struct pal_diag *diag,
                            const struct pal_load_options *load, struct pal_arena *arena,
                            pal_str *out, struct pal_error *err)
{
    struct explain_page page = {.arena = arena};
    struct plan plan;
    struct area_order order;
    struct people people;
    struct seen seen[3];
    size_t seen_n = 0;
    const struct pal_definition *d = figure->definition;
    pal_buf_init(&page.out, arena, 4u << 20);
    struct pal_diag *known = pal_diag_new(arena, 1); /* told before, when the figures were made */
    if (!known)
        return pal_nomem(err, "the explanation");
    PAL_TRY(plan_make(compute, &d, 1, known, arena, &plan, err));
    if (plan.entries != 1)
        return pal_fail(err, PAL_USAGE, "the datasets of '%.*s' are not at hand", PAL_ARG(d->code));
    PAL_TRY(plan_collect(&plan, compute, compute->threads, arena, err));
    PAL_TRY(area_order_make(compute->areas, arena, &order, err));
    PAL_TRY(people_sum(&plan, compute, &order, arena, &people, err));
    struct job job = {.compute = compute,
                      .entry = &plan.entry[0],
                      .d = d,
                      .codes = &plan.codes,
                      .order = &order,
                      .people = &people,
                      .scratch = arena,
                      .arena = arena};
    job_set(&job);
    PAL_TRY(job_absent_members(&job, err));
    PAL_TRY(job_items(&job, err));
    if (d->totals)
        PAL_TRY(job_totals(&job, err));
    PAL_TRY(job_compare(&job, err));
    const struct item *item = find_item(&job, figures, figure);
    const pal_str key = pal_figure_key(figures, figure, arena);
    if (!item)
        return pal_fail(err, PAL_BUG, "the figure '%.*s' cannot be taken apart", PAL_ARG(key));
    const struct pal_area *area = pal_areas_get(compute->areas, figure->area);
    explain_say(&page, 0, "%.*s", PAL_ARG(key));
    explain_say(&page, 0, "%.*s. %.*s, %d", PAL_ARG(pal_text_in(&d->title, PAL_EN)),
                PAL_ARG(pal_text_in(&area->name, PAL_EN)), (int)figure->period);
    say_value(&page, figure);
    say_formula(&page, &job, item, figure);
    if (d->sampled)
        explain_design(&page, pal_descriptor_sample(plan.entry[0].y.cells->dataset->descriptor),
                       figure);
    PAL_TRY(say_sources(&page, &job, item, load, seen, &seen_n, err));
    if (item->total)
        PAL_TRY(say_areas(&page, &job, item, err));
    say_findings(&page, diag, seen, seen_n);
    say_marks(&page, figure);
    say_definition(&page, d);
    *out = pal_buf_str(&page.out);
    return pal_buf_status(&page.out, "the explanation", err);
}
