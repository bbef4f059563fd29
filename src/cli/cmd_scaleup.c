/* cmd_scaleup.c: palermo scaleup FILE: the size of a hidden group from who knows whom. */
#include "grid.h"

#include "palermo/scaleup.h"

#include <math.h>
#include <string.h>

struct options {
    const char *known, *hidden, *hidden_sample, *visible, *weights, *variance, *format;
    struct cli_list methods;
    double population, transmission, level, timeout;
};

static const struct cli_option table[] = {
    {CLI_HEAD, NULL, 0, NULL, "data", 0},
    {CLI_NUMBER, "population", 0, "N", "size of the whole population",
     CLI_AT(struct options, population)},
    {CLI_TEXT, "known", 0, "FILE",
     "groups of known size: columns group and size; FILE has a column of each group's name: how "
     "many "
     "of its members a respondent knows",
     CLI_AT(struct options, known)},
    {CLI_TEXT, "hidden", 0, "COL", "how many members of the hidden group they know; default hidden",
     CLI_AT(struct options, hidden)},
    {CLI_TEXT, "weights", 0, "COL",
     "survey weights, for ratio and generalized; default: the column weight where there is one",
     CLI_AT(struct options, weights)},
    {CLI_TEXT, "hidden-sample", 0, "FILE",
     "generalized: a sample of hidden people, with a column of how many of the population know of "
     "them, and weights where there are any",
     CLI_AT(struct options, hidden_sample)},
    {CLI_TEXT, "visible", 0, "COL", "that column; default visible",
     CLI_AT(struct options, visible)},
    {CLI_HEAD, NULL, 0, NULL, "what is asked", 0},
    {CLI_LIST, "method", 0, "WORD",
     "mle (Killworth et al.), pimle (mean of ratios), ratio (weighted), generalized; degree, "
     "backestimate (every known group by the others). May be given several times; default: all "
     "that "
     "the data allow",
     CLI_AT(struct options, methods)},
    {CLI_NUMBER, "transmission", 0, "T",
     "share of the people who know a hidden person and know that they are one; sizes are divided "
     "by it; default 1",
     CLI_AT(struct options, transmission)},
    {CLI_TEXT, "variance", 0, "WORD", "of ratio: linearized (default) or jackknife",
     CLI_AT(struct options, variance)},
    {CLI_NUMBER, "level", 0, "P", "of the interval; default 0.95", CLI_AT(struct options, level)},
    CLI_TIMEOUT(struct options),
    {CLI_TEXT, "format", 0, "WORD",
     "table (default on a terminal), csv (default in a pipe), json or reference",
     CLI_AT(struct options, format)},
    {0},
};

struct job {
    const struct options *o;
    struct pal_arena *arena;
    struct grid grid;
    struct pal_scaleup data;
    const pal_str *group; /* [groups] */
    double *scratch;      /* [n]      */
    double transmission;
    bool reference;
    size_t left_out;
    struct pal_deadline until;
    struct answers answers;
};

/* ---- reading
 * --------------------------------------------------------------------------------------- */

static enum pal_status read_known(struct job *job, double **size, struct pal_error *err)
{
    struct grid known;
    size_t group, column;
    PAL_TRY(grid_read(job->o->known, job->arena, &known, err));
    PAL_TRY(grid_column(&known, PAL_STR("group"), &group, err));
    PAL_TRY(grid_column(&known, PAL_STR("size"), &column, err));
    PAL_TRY(grid_numbers(&known, column, 0, job->arena, size, err));
    pal_str *name = pal_arena_alloc(job->arena, known.rows + 1, sizeof *name);
    if (!name)
        return pal_nomem(err, "known groups");
    if (!known.rows)
        return pal_fail(err, PAL_DATA, "'%s' names no group", known.file);
    for (size_t k = 0; k < known.rows; k++) {
        name[k] = grid_cell(&known, k, group);
        const struct pal_place at = grid_place(&known, k, column);
        if (isnan((*size)[k]))
            return pal_fail_at(err, PAL_DATA, &at, "group '%.*s' has no size", PAL_ARG(name[k]));
    }
    job->group = name;
    job->data.groups = known.rows;
    return PAL_OK;
}

static enum pal_status read_weights(const struct job *job, const struct grid *grid, double **out,
                                    struct pal_error *err)
{
    size_t column = GRID_NO_COLUMN;
    *out = NULL;
    if (job->o->weights)
        PAL_TRY(grid_column(grid, pal_str_of(job->o->weights), &column, err));
    for (size_t i = 0; i < grid->cols && !job->o->weights; i++)
        if (pal_str_eq(grid->header[i], PAL_STR("weight")))
            column = i;
    return column == GRID_NO_COLUMN ? PAL_OK : grid_numbers(grid, column, 0, job->arena, out, err);
}

/* Rows in which anything is absent do not enter. */
static enum pal_status read_respondents(struct job *job, const char *path, struct pal_error *err)
{
    double *size, *weight, **column, *hidden;
    size_t at, n = 0;
    PAL_TRY(grid_read(path, job->arena, &job->grid, err));
    PAL_TRY(read_known(job, &size, err));
    PAL_TRY(read_weights(job, &job->grid, &weight, err));
    PAL_TRY(
        grid_column(&job->grid, pal_str_of(job->o->hidden ? job->o->hidden : "hidden"), &at, err));
    PAL_TRY(grid_numbers(&job->grid, at, 0, job->arena, &hidden, err));
    const size_t groups = job->data.groups;
    column = pal_arena_alloc(job->arena, groups, sizeof *column);
    double *ties = pal_arena_alloc(job->arena, job->grid.rows + 1, groups * sizeof *ties);
    job->scratch = pal_arena_alloc(job->arena, job->grid.rows + 1, sizeof(double));
    if (!column || !ties || !job->scratch)
        return pal_nomem(err, "the respondents");
    for (size_t k = 0; k < groups; k++) {
        PAL_TRY(grid_column(&job->grid, job->group[k], &at, err));
        PAL_TRY(grid_numbers(&job->grid, at, 0, job->arena, &column[k], err));
    }
    for (size_t i = 0; i < job->grid.rows; i++) {
        bool whole = !isnan(hidden[i]) && !(weight && isnan(weight[i]));
        for (size_t k = 0; k < groups; k++)
            whole = whole && !isnan(column[k][i]);
        if (!whole) {
            job->left_out++;
            continue;
        }
        for (size_t k = 0; k < groups; k++)
            ties[n * groups + k] = column[k][i];
        hidden[n] = hidden[i];
        if (weight)
            weight[n] = weight[i];
        n++;
    }
    job->data.n = n;
    job->data.population = job->o->population;
    job->data.ties = ties;
    job->data.size = size;
    job->data.hidden = hidden;
    job->data.weight = weight;
    return PAL_OK;
}

/* ---- answers
 * ----------------------------------------------------------------------------------------- */

static enum pal_status size_by(struct job *job, enum pal_scaleup_method method, const char *name,
                               struct pal_error *err)
{
    struct pal_scaleup_size size;
    PAL_TRY(pal_scaleup_estimate(&job->data, method, job->transmission, job->answers.level,
                                 job->scratch, &size, err));
    struct answer *row = answers_add(&job->answers, "size", size.value);
    row->std_error = size.std_error;
    row->low = size.low;
    row->high = size.high;
    row->n = size.n;
    row->method = name;
    row->part = name;
    if (job->left_out)
        row->note = pal_arena_printf(job->arena, "%zu row%s with an absent value did not enter",
                                     job->left_out, job->left_out == 1 ? "" : "s")
                        .ptr;
    if (method == PAL_SCALEUP_MLE)
        row->note =
            row->note ? row->note : "its variance knows of chance only, not of who is asked";
    return PAL_OK;
}

/* Reports are totals only when the weights are the inverse of the chances of being asked. */
static const char *whole_population(const struct job *job)
{
    const struct pal_scaleup *d = &job->data;
    double sum = 0;
    for (size_t i = 0; i < d->n; i++)
        sum += d->weight ? d->weight[i] : 1;
    if (fabs(sum / d->population - 1) < 0.25)
        return NULL;
    char text[PAL_NUM_SIZE];
    (void)pal_num_write_fixed(sum, 1, text, sizeof text);
    return pal_arena_printf(job->arena,
                            "the weights add to %s, not to the population: a size needs weights "
                            "that are 1/chance of being asked",
                            text)
        .ptr;
}

static enum pal_status generalized(struct job *job, struct pal_error *err)
{
    struct grid sample;
    double *visible, *weight, visibility;
    size_t column, m = 0;
    struct pal_scaleup_size size;
    if (!job->o->hidden_sample)
        return pal_fail(err, PAL_USAGE, "the generalized method needs --hidden-sample FILE");
    PAL_TRY(grid_read(job->o->hidden_sample, job->arena, &sample, err));
    PAL_TRY(grid_column(&sample, pal_str_of(job->o->visible ? job->o->visible : "visible"), &column,
                        err));
    PAL_TRY(grid_numbers(&sample, column, 0, job->arena, &visible, err));
    PAL_TRY(read_weights(job, &sample, &weight, err));
    for (size_t i = 0; i < sample.rows; i++)
        if (!isnan(visible[i]) && !(weight && isnan(weight[i]))) {
            visible[m] = visible[i];
            if (weight)
                weight[m] = weight[i];
            m++;
        }
    PAL_TRY(pal_scaleup_generalized(&job->data, visible, weight, m, job->answers.level, &visibility,
                                    &size, err));
    const char *method = "generalized scale-up (Feehan & Salganik 2016)";
    struct answer *row = answers_add(&job->answers, "visibility_mean", visibility);
    row->n = m;
    row->method = row->part = method;
    row = answers_add(&job->answers, "size", size.value);
    if (!job->reference) {
        row->std_error = size.std_error;
        row->low = size.low;
        row->high = size.high;
    }
    row->n = size.n;
    row->method = method;
    row->note = whole_population(job);
    return PAL_OK;
}

static void degrees(struct job *job)
{
    const struct pal_scaleup *d = &job->data;
    double known = 0;
    const double mean = pal_scaleup_degrees(d, d->groups, job->scratch);
    for (size_t k = 0; k < d->groups; k++)
        known += d->size[k];
    struct answer *row = answers_add(&job->answers, "mean_degree", mean);
    row->std_error = sqrt(mean * d->population / known / (double)d->n);
    row->n = d->n;
    row->part = "People whom respondents know, by groups of known size";
    row->method = "Killworth et al. 1998";
    for (size_t i = 0; i < d->n && job->reference; i++)
        answers_addf(&job->answers, job->scratch[i], "degree[%zu]", i + 1);
}

static const double FAR = 2; /* a known group missed by a larger factor is named */

static enum pal_status back(struct job *job, struct pal_error *err)
{
    const struct pal_scaleup *d = &job->data;
    for (size_t k = 0; k < d->groups; k++) {
        PAL_TRY(pal_in_time(job->until, err, "after %zu of %zu known groups", k, d->groups));
        const double size = pal_scaleup_back(d, k, job->scratch), off = size / d->size[k];
        struct answer *row =
            answers_addf(&job->answers, size, "size[%.*s]", PAL_ARG(job->group[k]));
        row->n = d->n;
        row->method = "ratio of sums, from the other known groups";
        if (k == 0)
            row->part = "Known groups as if they were hidden";
        char known[PAL_NUM_SIZE], times[PAL_NUM_SIZE];
        (void)pal_num_write(d->size[k], known);
        (void)pal_num_write_fixed(off, 2, times, sizeof times);
        row->note = pal_arena_printf(job->arena, "known: %s; %s times as many%s", known, times,
                                     off > FAR || off < 1 / FAR
                                         ? ": leave the group out, or ask who counts as a member"
                                         : "")
                        .ptr;
    }
    return PAL_OK;
}

static enum pal_status ask(struct job *job, pal_str word, struct pal_error *err)
{
    static const pal_str words[] = {
        PAL_STR_INIT("mle"),         PAL_STR_INIT("killworth_mle"), PAL_STR_INIT("adjusted"),
        PAL_STR_INIT("pimle"),       PAL_STR_INIT("ratio"),         PAL_STR_INIT("weighted_ratio"),
        PAL_STR_INIT("generalized"), PAL_STR_INIT("degree"),        PAL_STR_INIT("backestimate"),
    };
    size_t which;
    if (pal_str_starts(word, PAL_STR("nsum_"))) {
        word.ptr += sizeof "nsum_" - 1;
        word.len -= sizeof "nsum_" - 1;
    }
    PAL_TRY(grid_word("method", word, words, PAL_COUNT(words), &which, err));
    PAL_TRY(pal_in_time(job->until, err, "before method '%.*s'", PAL_ARG(word)));
    const bool jackknife = job->o->variance && strcmp(job->o->variance, "jackknife") == 0;
    switch (which) {
    case 0:
    case 1:
    case 2:
        return size_by(job, PAL_SCALEUP_MLE, "ratio of sums (Killworth et al. 1998)", err);
    case 3:
        return size_by(job, PAL_SCALEUP_PIMLE, "mean of ratios", err);
    case 4:
    case 5:
        return size_by(job, jackknife ? PAL_SCALEUP_JACKKNIFE : PAL_SCALEUP_RATIO,
                       jackknife ? "weighted ratio of sums, jackknife"
                                 : "weighted ratio of sums, linearized",
                       err);
    case 6:
        return generalized(job, err);
    case 7:
        degrees(job);
        return PAL_OK;
    default:
        return back(job, err);
    }
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    static const char *const usual[] = {"degree", "mle",         "pimle",
                                        "ratio",  "generalized", "backestimate"};
    const struct options *o = cli->options;
    struct job job = {.o = o, .arena = cli->arena};
    job.until = pal_deadline_in(o->timeout);
    job.answers.arena = cli->arena;
    job.answers.level = o->level > 0 ? o->level : 0.95;
    job.transmission = o->transmission > 0 ? o->transmission : 1;
    job.reference = o->format && strcmp(o->format, "reference") == 0;
    if (!(o->population > 0) || !o->known)
        return pal_fail(err, PAL_USAGE, "--population N and --known FILE are needed");
    if (!(job.answers.level < 1))
        return pal_fail(err, PAL_USAGE, "--level lies between 0 and 1");
    if (o->variance && strcmp(o->variance, "jackknife") != 0 &&
        strcmp(o->variance, "linearized") != 0)
        return pal_fail(err, PAL_USAGE, "--variance is linearized or jackknife, not '%s'",
                        o->variance);
    PAL_TRY(read_respondents(&job, cli->operands.item[0], err));
    for (size_t i = 0; i < o->methods.n; i++)
        PAL_TRY(ask(&job, pal_str_of(o->methods.item[i]), err));
    for (size_t i = 0; i < PAL_COUNT(usual) && !o->methods.n; i++)
        if (strcmp(usual[i], "generalized") != 0 || o->hidden_sample)
            PAL_TRY(ask(&job, pal_str_of(usual[i]), err));
    return answers_print(&job.answers, o->format, cli, err);
}

const struct cli_command cli_command_scaleup = {
    .name = "scaleup",
    .summary = "size of a hidden group from who knows whom (network scale-up)",
    .usage = "FILE --population N --known FILE [options]",
    .about =
        "Reads a survey with a row a respondent: how many members they know of each of several "
        "groups of known size, and of the hidden group. From the first follows how many people "
        "they "
        "know, from both the size of the hidden group.\n\n"
        "The generalized method needs no personal networks but a sample of the hidden group, who "
        "say how many of the population know of them. It has the right answer where members of the "
        "hidden group know fewer people than others or hide what they are; the basic ones then "
        "give "
        "too little, unless --transmission says how much is hidden.\n\n"
        "Every known group is estimated by the others as a check of what people know.",
    .examples = "  palermo scaleup survey.csv --population 1000000 --known groups.csv\n"
                "  palermo scaleup survey.csv --population 1000000 --known groups.csv \\\n"
                "      --method ratio --weights w --variance jackknife\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
