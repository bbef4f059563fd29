/* cmd_estimate.c: palermo estimate FILE... STAT...: one-off estimates from any table. */
#include "estimate_survey.h"

#include <string.h>

struct options {
    const char *by, *change, *interval, *variance, *test, *standard, *standard_by, *format, *state;
    double level, theta, threshold;
    bool margins, hand_over;
    struct cli_list where;
    size_t threads;
    const char *absent, *sheet;
    const char *memory;
    /* of samples: carried as texts, see add_extras */
    const char *weights, *strata, *psu, *fpc, *joint, *lonely_psu, *lonely_domain, *missing;
    const char *replicates, *replicate_file, *replicate_by, *replicate_kind, *scale, *rscales;
    const char *df, *deff, *seed;
    const char *quantile_rule, *respondents, *nonresponse_classes, *trim, *poststratify, *rake;
    const char *imputation, *mi_df;
    const char *calibrate, *terms, *population, *bounds, *aggregate, *max_iterations, *epsilon;
    bool nest, mse, weights_summary;
    struct cli_list contrast, covariance;
};

#define SAMPLES "samples"

static const struct cli_option table[] = {
    {CLI_HEAD, NULL, 0, NULL, "groups and domains", 0},
    {CLI_TEXT, "by", 0, "A,B",
     "crossed groups: columns, or year(date), month(date), prefix(code,2), bands(age;0;18;65)",
     CLI_AT(struct options, by)},
    {CLI_FLAG, "margins", 0, NULL, "all marginal groups too; '_T' is a total",
     CLI_AT(struct options, margins)},
    {CLI_LIST, "where", 0, "COND",
     "rows that count: COL OP VALUE, with OP one of = != < <= > >= in not-in ~ (begins with); "
     "values may be quoted; may be given several times",
     CLI_AT(struct options, where)},
    {CLI_TEXT, "absent", 0, "TEXT,...",
     "texts that stand for no value, as NA or -9; an empty cell always does",
     CLI_AT(struct options, absent)},
    {CLI_TEXT, "sheet", 0, "NAME", "the worksheet of a workbook; default its first",
     CLI_AT(struct options, sheet)},
    {CLI_HEAD, NULL, 0, NULL, "uncertainty", 0},
    {CLI_TEXT, "interval", 0, "WORD",
     "garwood byar midp lognormal wald nb-wald nb-log nb-exact quasi (counts, rates); fayfeuer "
     "tiwari dobson dobson-byar normal lognormal (standardized rates); rr-lognormal rr-exact "
     "rr-nb-log (ratios). A statistic that does not have it keeps its own",
     CLI_AT(struct options, interval)},
    {CLI_NUMBER, "level", 0, "P", "of the interval; default 0.95", CLI_AT(struct options, level)},
    {CLI_NUMBER, "theta", 0, "N", "of the negative binomial: variance mu + mu^2/N",
     CLI_AT(struct options, theta)},
    {CLI_TEXT, "variance", 0, "WORD",
     "registers: poisson (default), quasi-poisson (dispersion of the group's own rows) or none; "
     "samples: taylor (default), srs, brewer, hajek, horvitz-thompson, yates-grundy, jk1, jkn, "
     "jk2, brr, fay:RHO, bootstrap:N, "
     "rao-wu:N, sdr[:N], replicates or none",
     CLI_AT(struct options, variance)},
    {CLI_HEAD, NULL, 0, NULL, SAMPLES, 0},
    {CLI_TEXT, "weights", 0, "C", "column of weights; without it from --fpc alone, or 1 a row",
     CLI_AT(struct options, weights)},
    {CLI_TEXT, "strata", 0, "C[,C2]", "columns of strata, a stage each",
     CLI_AT(struct options, strata)},
    {CLI_TEXT, "psu", 0, "C[,C2]",
     "columns of sampling units, a stage each; without it every row is one",
     CLI_AT(struct options, psu)},
    {CLI_TEXT, "fpc", 0, "C[,C2]",
     "population sizes, or sampling fractions (up to 1), a stage each; with --variance "
     "brewer, hajek, horvitz-thompson or yates-grundy the inclusion probability of each unit, "
     "drawn without replacement",
     CLI_AT(struct options, fpc)},
    {CLI_TEXT, "joint", 0, "FILE",
     "joint inclusion probabilities for --variance yates-grundy and horvitz-thompson: a table "
     "with columns unit, other and p, a row a pair of one stratum, units called as in --psu",
     CLI_AT(struct options, joint)},
    {CLI_FLAG, "nest", 0, NULL, "units are numbered anew in each stratum",
     CLI_AT(struct options, nest)},
    {CLI_TEXT, "lonely-psu", 0, "RULE",
     "a stratum of one sampled unit: fail (default), certainty, remove, average or adjust",
     CLI_AT(struct options, lonely_psu)},
    {CLI_TEXT, "lonely-domain", 0, "RULE",
     "adjust: average and adjust also where a domain leaves one unit of several; default none",
     CLI_AT(struct options, lonely_domain)},
    {CLI_TEXT, "replicates", 0, "C,C2,...",
     "columns of replicate weights; 'rw*' stands for all that begin so",
     CLI_AT(struct options, replicates)},
    {CLI_TEXT, "replicate-file", 0, "FILE",
     "a table of replicate factors, a row a sampling unit; --replicates names its columns, all by "
     "default",
     CLI_AT(struct options, replicate_file)},
    {CLI_TEXT, "replicate-by", 0, "C[,C2]",
     "its columns that name the unit, called as those of --psu and --strata",
     CLI_AT(struct options, replicate_by)},
    {CLI_TEXT, "replicate-kind", 0, "WORD",
     "weight (default), or factor: to be multiplied with --weights",
     CLI_AT(struct options, replicate_kind)},
    {CLI_TEXT, "scale", 0, "S", "of given replicates: variance = S sum of rscale (theta_r - c)^2",
     CLI_AT(struct options, scale)},
    {CLI_TEXT, "rscales", 0, "FILE|V1,...", "a factor for each given replicate",
     CLI_AT(struct options, rscales)},
    {CLI_FLAG, "mse", 0, NULL, "c is the estimate itself, not the mean of the replicates",
     CLI_AT(struct options, mse)},
    {CLI_TEXT, "seed", 0, "N", "of bootstraps; default 0", CLI_AT(struct options, seed)},
    {CLI_TEXT, "df", 0, "WORD",
     "degrees of freedom: domain (default: units minus strata of the group; with given replicates "
     "their rank minus 1), design, inf, rank, psu-strata or a number",
     CLI_AT(struct options, df)},
    {CLI_TEXT, "deff", 0, "WORD",
     "design effect against simple random sampling: wor (without replacement), wr or none "
     "(default)",
     CLI_AT(struct options, deff)},
    {CLI_TEXT, "missing", 0, "WORD",
     "rows without a value: outside the domain (default), or make the estimate undefined",
     CLI_AT(struct options, missing)},
    {CLI_LIST, "contrast", 0, "EXPR",
     "a function of labelled statistics: + - * / ^ log exp sqrt; may be given several times",
     CLI_AT(struct options, contrast)},
    {CLI_LIST, "covariance", 0, "A,B", "of two labelled statistics; may be given several times",
     CLI_AT(struct options, covariance)},
    {CLI_TEXT, "quantile-rule", 0, "RULE",
     "math (default; hf1), school (hf2), hf3 ... hf9 or shahvaish",
     CLI_AT(struct options, quantile_rule)},
    {CLI_TEXT, "respondents", 0, "COND",
     "rows that answered; the others keep their place in the design",
     CLI_AT(struct options, respondents)},
    {CLI_TEXT, "nonresponse-classes", 0, "A,B",
     "respondents carry the weight of their class, in each replicate anew",
     CLI_AT(struct options, nonresponse_classes)},
    {CLI_TEXT, "trim", 0, "LOW,HIGH",
     "weights outside are cut, and what is cut is spread over the others; before the population",
     CLI_AT(struct options, trim)},
    {CLI_TEXT, "poststratify", 0, "A,B", "weights are brought to the population of crossed cells",
     CLI_AT(struct options, poststratify)},
    {CLI_TEXT, "rake", 0, "A|B,C", "weights are brought to several margins in turn",
     CLI_AT(struct options, rake)},
    {CLI_TEXT, "calibrate", 0, "WORD",
     "linear, raking or logit: weights are brought to the totals of --terms",
     CLI_AT(struct options, calibrate)},
    {CLI_TEXT, "terms", 0, "T,T", "of calibration: 1, a column of numbers, or col=value",
     CLI_AT(struct options, terms)},
    {CLI_TEXT, "population", 0, "F[,F2]",
     "categories and their population, a file a margin; terms and their totals",
     CLI_AT(struct options, population)},
    {CLI_TEXT, "bounds", 0, "LOW,HIGH", "of what calibration multiplies a weight by",
     CLI_AT(struct options, bounds)},
    {CLI_TEXT, "aggregate", 0, "psu", "calibration gives one factor a sampling unit",
     CLI_AT(struct options, aggregate)},
    {CLI_TEXT, "max-iterations", 0, "N", "of raking and calibration; default 200",
     CLI_AT(struct options, max_iterations)},
    {CLI_TEXT, "epsilon", 0, "E",
     "raking: largest change of a cell over the sum of weights; calibration: largest miss of a "
     "total over it; default 1e-10",
     CLI_AT(struct options, epsilon)},
    {CLI_TEXT, "imputation", 0, "C",
     "column that numbers the completed data sets of multiple imputation",
     CLI_AT(struct options, imputation)},
    {CLI_TEXT, "mi-df", 0, "RULE",
     "their degrees of freedom: barnard-rubin (default), rubin or barnard-rubin-mitools; without "
     "--imputation each file is a completed data set",
     CLI_AT(struct options, mi_df)},
    {CLI_FLAG, "weights-summary", 0, NULL,
     "sum, smallest, largest, sum of squares and first of the final weights",
     CLI_AT(struct options, weights_summary)},
    {CLI_HEAD, NULL, 0, NULL, "standardization and change", 0},
    {CLI_TEXT, "standard", 0, "FILE", "a standard population: categories and weights",
     CLI_AT(struct options, standard)},
    {CLI_TEXT, "standard-by", 0, "A,B",
     "its columns of categories, called the same in the table; default: all but the last",
     CLI_AT(struct options, standard_by)},
    {CLI_TEXT, "change", 0, "COL:A,B",
     "from A to B, as year:2019,2020: difference, ratio, percent change, z and p of each "
     "statistic, or the comparison that it names",
     CLI_AT(struct options, change)},
    {CLI_TEXT, "test", 0, "WORD", "score log-wald exact-minlike exact-central",
     CLI_AT(struct options, test)},
    {CLI_HEAD, NULL, 0, NULL, "output and work", 0},
    {CLI_TEXT, "format", 0, "WORD", "csv (default in a pipe), table (on a terminal) or json",
     CLI_AT(struct options, format)},
    {CLI_TEXT, "state", 0, "FILE", "also save the sums, for 'palermo merge'",
     CLI_AT(struct options, state)},
    EST_SAVING_OPTIONS,
    {CLI_TEXT, "memory", 0, "SIZE",
     "most memory for what grows with the data, as 500M or 2G: beyond it the reason is said and "
     "nothing printed; default no limit",
     CLI_AT(struct options, memory)},
    {CLI_COUNT, "threads", 0, "N", "that read; the output does not depend on it",
     CLI_AT(struct options, threads)},
    {0},
};

/* A word that names a file, however it looks, is a file. */
static bool is_stat(const char *operand)
{
    return est_stat_is(pal_str_of(operand)) && !pal_file_exists(operand);
}

static enum pal_status split_operands(struct cli *cli, struct cli_list *files, pal_str **stats,
                                      size_t *n, struct pal_error *err)
{
    const size_t all = cli->operands.n;
    files->item = pal_arena_alloc(cli->arena, all + 1, sizeof *files->item);
    *stats = pal_arena_alloc(cli->arena, all + 1, sizeof **stats);
    if (!files->item || !*stats)
        return pal_nomem(err, "the command line");
    bool input = false;
    for (size_t i = 0; i < all; i++) {
        const char *word = cli->operands.item[i];
        if (is_stat(word)) {
            (*stats)[(*n)++] = pal_str_of(word);
            continue;
        }
        if (strcmp(word, "-") == 0 && input)
            return pal_fail(err, PAL_USAGE, "standard input can be read only once");
        if (strchr(word, '(') && !strchr(word, ')') && !pal_file_exists(word))
            return pal_fail(err, PAL_USAGE, "'%s' is no file, and as a statistic it lacks its ')'",
                            word);
        input = input || strcmp(word, "-") == 0;
        files->item[files->n++] = word;
    }
    if (!files->n)
        return pal_fail(err, PAL_USAGE, "no file is given; '-' is standard input");
    if (!*n && !((const struct options *)cli->options)->weights_summary)
        return pal_fail(err, PAL_USAGE, "no statistic is asked for; as 'rate(y,x,100000)'");
    return PAL_OK;
}

struct extras {
    struct est_extra *item;
    size_t n;
};

static enum pal_status add_extra(struct extras *extras, const char *name, pal_str text,
                                 struct pal_arena *arena, struct pal_error *err)
{
    struct est_extra *grown =
        pal_arena_grow(arena, extras->item, extras->n, extras->n + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "the command line");
    grown[extras->n++] = (struct est_extra){pal_str_of(name), text};
    extras->item = grown;
    return PAL_OK;
}

static bool in_list(pal_str list, pal_str name)
{
    pal_str piece;
    while (pal_str_split(&list, ',', &piece))
        if (pal_str_eq(pal_str_trim(piece), name))
            return true;
    return false;
}

/* Where a pattern finds the names of columns. */
struct header_of {
    const char *path, *sheet;
    pal_str but; /* "stratum,psu": columns that have another meaning */
};

/* 'rw*' becomes the names of the columns that begin so, in the order of the file. */
static enum pal_status expand_columns(pal_str text, const struct header_of *of,
                                      struct pal_arena *arena, pal_str *out, struct pal_error *err)
{
    struct pal_records *records;
    struct pal_buf names;
    size_t columns;
    if (!memchr(text.ptr, '*', text.len)) {
        *out = text;
        return PAL_OK;
    }
    if (strcmp(of->path, "-") == 0)
        return pal_fail(err, PAL_USAGE,
                        "--replicates '%.*s' needs a look at the header, and standard input is "
                        "read once: write the names of the columns",
                        PAL_ARG(text));
    const struct pal_dialect dialect = {.header_rows = 1, .guess = true, .sheet = of->sheet};
    PAL_TRY(pal_records_open(of->path, &dialect, NULL, arena, &records, err));
    const pal_str *header = pal_records_header(records, &columns);
    pal_buf_init(&names, arena, 1u << 24);
    pal_str piece;
    while (pal_str_split(&text, ',', &piece)) {
        const pal_str name = pal_str_trim(piece);
        const bool star = name.len && name.ptr[name.len - 1] == '*';
        const size_t before = names.len;
        for (size_t c = 0; star && c < columns; c++)
            if (pal_str_starts(header[c], (pal_str){name.ptr, name.len - 1}) &&
                !in_list(of->but, header[c]))
                pal_buf_addf(&names, "%s\"%.*s\"", names.len ? "," : "", PAL_ARG(header[c]));
        if (!star)
            pal_buf_addf(&names, "%s%.*s", names.len ? "," : "", PAL_ARG(name));
        if (names.len == before)
            return pal_fail(err, PAL_USAGE, "'%s' has no column that begins with '%.*s'", of->path,
                            (int)name.len - 1, name.ptr);
    }
    *out = pal_buf_str(&names);
    return pal_buf_status(&names, "the command line", err);
}

/* --rscales names a file of numbers, or holds them. */
static enum pal_status expand_numbers(pal_str text, struct pal_arena *arena, pal_str *out,
                                      struct pal_error *err)
{
    double number;
    pal_str first = text, bytes;
    const char *comma = memchr(text.ptr, ',', text.len);
    if (comma)
        first.len = (size_t)(comma - text.ptr);
    *out = text;
    if (pal_num_parse(pal_str_trim(first), &number))
        return PAL_OK;
    PAL_TRY(pal_file_read(pal_arena_cstr(arena, text), 1u << 24, arena, &bytes, err));
    struct pal_buf list;
    pal_buf_init(&list, arena, 1u << 25);
    pal_str line;
    while (pal_str_split(&bytes, '\n', &line)) {
        line = pal_str_trim(line);
        if (line.len && (list.len || pal_num_parse(line, &number)))
            pal_buf_addf(&list, "%s%.*s", list.len ? "," : "", PAL_ARG(line));
    }
    *out = pal_buf_str(&list);
    return pal_buf_status(&list, "the command line", err);
}

static enum pal_status text_of_extra(const char *name, pal_str typed, const struct header_of *of,
                                     struct pal_arena *arena, pal_str *out, struct pal_error *err)
{
    if (strcmp(name, "replicates") == 0)
        return expand_columns(typed, of, arena, out, err);
    if (strcmp(name, "rscales") == 0)
        return expand_numbers(typed, arena, out, err);
    *out = typed;
    return PAL_OK;
}

/* Options under the heading of samples travel as texts, so that saved states compare and carry
 * them; a new one is a row of the table. */
static enum pal_status add_extras(struct cli *cli, const char *file, struct est_request *request,
                                  struct pal_error *err)
{
    const struct options *o = cli->options;
    const struct header_of of = {o->replicate_file ? o->replicate_file : file,
                                 o->replicate_file ? NULL : o->sheet, pal_str_of(o->replicate_by)};
    struct extras extras = {0};
    bool inside = false;
    for (const struct cli_option *row = table; row->kind != CLI_END; row++) {
        const char *at = (const char *)cli->options + row->at;
        pal_str text = {0};
        if (row->kind == CLI_HEAD)
            inside = strcmp(row->help, SAMPLES) == 0;
        if (!inside || row->kind == CLI_HEAD)
            continue;
        if (row->kind == CLI_FLAG && *(const bool *)at)
            PAL_TRY(add_extra(&extras, row->name, PAL_STR(""), cli->arena, err));
        const char *typed = row->kind == CLI_TEXT ? *(const char *const *)(const void *)at : NULL;
        if (!typed && o->replicate_file && strcmp(row->name, "replicates") == 0)
            typed = "*";
        if (typed) {
            PAL_TRY(text_of_extra(row->name, pal_str_of(typed), &of, cli->arena, &text, err));
            PAL_TRY(add_extra(&extras, row->name, text, cli->arena, err));
        }
        if (row->kind == CLI_LIST) {
            const struct cli_list *list = (const struct cli_list *)(const void *)at;
            for (size_t i = 0; i < list->n; i++)
                PAL_TRY(add_extra(&extras, row->name, pal_str_of(list->item[i]), cli->arena, err));
        }
    }
    request->extra = extras.item;
    request->extras = extras.n;
    return PAL_OK;
}

/* "NA,-9" */
static enum pal_status list_absent(struct cli *cli, const char *text, struct est_request *out,
                                   struct pal_error *err)
{
    pal_str rest = pal_str_of(text), piece;
    pal_str *absent = pal_arena_alloc(cli->arena, rest.len + 1, sizeof *absent);
    if (!absent)
        return pal_nomem(err, "the command line");
    while (rest.len && pal_str_split(&rest, ',', &piece))
        if (pal_str_trim(piece).len)
            absent[out->absents++] = pal_str_trim(piece);
    out->absent = absent;
    return PAL_OK;
}

static enum pal_status read_standard(struct cli *cli, const char *path, struct est_request *out,
                                     struct pal_error *err)
{
    struct pal_names by;
    if (!est_names(out->standard_by, cli->arena, &by))
        return pal_fail(err, PAL_USAGE, "--standard-by '%.*s' is no list of columns",
                        PAL_ARG(out->standard_by));
    PAL_TRY(pal_standard_read(path, &by, cli->arena, &out->standard, err));
    if (!out->standard_by.len)
        out->standard_by = pal_names_join(&by, cli->arena);
    return PAL_OK;
}

static enum pal_status make_request(struct cli *cli, const struct cli_list *files, pal_str *stats,
                                    size_t n, struct est_request *out, struct pal_error *err)
{
    const struct options *o = cli->options;
    pal_str *where = pal_arena_alloc(cli->arena, o->where.n + 1, sizeof *where);
    if (!where)
        return pal_nomem(err, "the command line");
    for (size_t i = 0; i < o->where.n; i++)
        where[i] = pal_str_of(o->where.item[i]);
    *out = (struct est_request){
        .stats = n,
        .stat = stats,
        .wheres = o->where.n,
        .where = where,
        .by = pal_str_of(o->by),
        .change = pal_str_of(o->change),
        .interval = pal_str_of(o->interval),
        .variance = pal_str_of(o->variance),
        .test = pal_str_of(o->test),
        .standard_by = pal_str_of(o->standard_by),
        .level = o->level,
        .theta = o->theta,
        .margins = o->margins,
        .threads = (unsigned)o->threads,
        .sheet = o->sheet,
    };
    PAL_TRY(list_absent(cli, o->absent, out, err));
    PAL_TRY(add_extras(cli, files->item[0], out, err));
    if (!o->standard && o->standard_by)
        return pal_fail(err, PAL_USAGE, "--standard-by needs --standard FILE");
    if (o->standard)
        PAL_TRY(read_standard(cli, o->standard, out, err));
    return PAL_OK;
}

/* ---- files side by side
 * ---------------------------------------------------------------------------- */

struct work {
    const struct est_plan *plan;
    const struct cli_list *files;
    struct pal_arena **arena; /* [files] */
    struct est_pass **pass;   /* [files] */
    struct pal_progress *progress;
    const struct est_memory *memory;
    unsigned threads; /* for each file */
};

static enum pal_status read_file(void *context, size_t piece, struct pal_error *err)
{
    const struct work *work = context;
    PAL_TRY(est_pass_new(work->plan, work->arena[piece], &work->pass[piece], err));
    work->pass[piece]->memory = work->memory;
    return est_pass_read(work->pass[piece], work->files->item[piece], work->threads, work->progress,
                         err);
}

static void free_arena(void *arena) { pal_arena_free(arena); }

/* What grew too large, and what makes it smaller. */
static enum pal_status over_memory(const struct options *o, const struct est_plan *plan,
                                   struct pal_error *err)
{
    const bool rows = plan->survey && plan->survey->ask.hold;
    return pal_while(
        err, "keeping to --memory %s: what is kept grows with %s; %s", o->memory,
        rows ? "rows (quantiles, adjusted weights)"
             : (plan->survey ? "groups times sampling units" : "groups and distinct texts"),
        "ask for fewer groups or statistics at a time, or allow more");
}

static enum pal_status read_files(struct cli *cli, const struct est_plan *plan,
                                  const struct cli_list *files, struct est_memory *limit,
                                  struct est_pass **out, struct pal_error *err)
{
    const struct options *o = cli->options;
    struct work work = {.plan = plan, .files = files, .memory = limit};
    const size_t memory = limit->most;
    work.arena = pal_arena_alloc(cli->arena, files->n, sizeof(struct pal_arena *));
    work.pass = pal_arena_alloc(cli->arena, files->n, sizeof(struct est_pass *));
    if (!work.arena || !work.pass)
        return pal_nomem(err, "the files");
    for (size_t i = 0; i < files->n; i++) {
        work.arena[i] = files->n == 1 ? cli->arena : pal_arena_new();
        if (!work.arena[i])
            return pal_nomem(err, "the files");
        if (files->n > 1)
            PAL_TRY(pal_arena_defer(cli->arena, free_arena, work.arena[i], err));
    }
    for (size_t i = 0; memory && i < files->n; i++)
        pal_arena_limit(work.arena[i], pal_arena_used(work.arena[i]) + memory / files->n);
    const unsigned threads =
        est_memory_threads(memory, o->threads ? (unsigned)o->threads : pal_processors());
    limit->files = threads < files->n ? threads : (unsigned)files->n;
    work.threads = threads > files->n ? threads / (unsigned)files->n : 1;
    if (files->n == 1)
        work.progress = pal_progress_new(cli->arena, cli->err, "rows", 0);
    enum pal_status status = pal_parallel(files->n, threads, read_file, &work, err);
    pal_progress_done(work.progress);
    limit->files = 1; /* from here on only the first grows */
    for (size_t i = 1; status == PAL_OK && i < files->n; i++) {
        status = est_memory_keep(limit, work.arena[0], NULL, err);
        if (status == PAL_OK)
            status = est_pass_fold(work.pass[0], work.pass[i], err);
    }
    if (status == PAL_NOMEM && memory)
        return over_memory(o, plan, err);
    PAL_TRY(status);
    *out = work.pass[0];
    return PAL_OK;
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *o = cli->options;
    struct cli_list files = {0};
    struct est_request request;
    struct est_plan *plan;
    struct est_pass *pass = NULL;
    pal_str *stats;
    size_t n = 0;
    PAL_TRY(split_operands(cli, &files, &stats, &n, err));
    PAL_TRY(make_request(cli, &files, stats, n, &request, err));
    PAL_TRY(est_plan_new(&request, cli->arena, &plan, err));
    if (plan->survey)
        plan->survey->ask.once = !o->state && files.n == 1;
    const char *format = o->format ? o->format : cli_is_terminal(cli->out) ? "table" : "csv";
    struct pal_buf nothing;
    pal_buf_init(&nothing, cli->arena, 1 << 16);
    PAL_TRY(est_rows_print(plan, NULL, 0, format, &nothing, err)); /* is the format known? */
    struct est_memory *memory = pal_arena_alloc(cli->arena, 1, sizeof *memory);
    if (!memory)
        return pal_nomem(err, "--memory");
    PAL_TRY(est_memory_parse(o->memory, &memory->most, err));
    PAL_TRY(read_files(cli, plan, &files, memory, &pass, err));
    const struct est_saving saving = {o->state, o->hand_over, o->threshold};
    enum pal_status status = est_memory_keep(memory, cli->arena, NULL, err);
    if (status == PAL_OK)
        status = est_finish(cli, pass, format, NULL, &saving, err);
    return status == PAL_NOMEM && memory->most ? over_memory(o, plan, err) : status;
}

const struct cli_command cli_command_estimate = {
    .name = "estimate",
    .summary = "one-off estimates from any table, with their uncertainty",
    .usage = "FILE... STAT... [options]",
    .about =
        "Reads tables (CSV, TSV, XLSX, gzip; '-' is standard input) and prints one row a "
        "statistic and group. Several files count as one.\n\n"
        "STAT is one of: count() rows; count(x) the sum of a column of counts; rate(y,x[,PER]) "
        "counts over population, per 100,000 unless PER says otherwise; dsr(y,x[,PER]) the rate "
        "standardized by --standard; rate-ratio(y,x), rate-difference(y,x[,PER]) and "
        "dsr-ratio(y,x) the comparison of two periods named by --change; theta(y) or "
        "theta(y,UNIT) the negative-binomial theta of the rows, or of the totals by UNIT. "
        "NAME:=STAT gives it a name, STAT@col=value takes a part of the rows.\n\n"
        "Of a sample: total(x), mean(x), ratio(y,x), rate(y,x[,PER]) (rate(y,1) is a row), "
        "proportion(x OP VALUE), proportions(x) a row a level, variance(x), count() the sum of "
        "weights, count(x) a weighted total. A call speaks of a sample when it has one of these "
        "or an option of that heading. All rows keep their stratum and unit: --where and "
        "STAT@col=value only set what lies outside to zero. Sums are kept by group and unit, never "
        "rows.\n\n"
        "Rows whose value is empty do not enter and are counted in the note. A row whose group is "
        "empty is in no group.",
    .examples =
        "  palermo estimate crime.csv 'rate(count,population)' --by country,year\n"
        "  palermo estimate crime.csv 'dsr(count,population)' --standard who.csv \\\n"
        "      --standard-by age\n"
        "  palermo estimate crime.csv 'rate-ratio(count,population)' \\\n"
        "      --change year:2019,2020 \\\n"
        "      --interval rr-exact --test exact-central --where 'crime = robbery'\n"
        "  palermo estimate survey.csv 'proportion(theft = 1)' 'mean(fear)' --by region \\\n"
        "      --weights w --strata stratum --psu psu --nest --interval xlogit --deff wor\n"
        "  palermo estimate survey.csv a:='mean(theft)@sex=F' b:='mean(theft)@sex=M' \\\n"
        "      --contrast 'log(a / b)' --weights w --replicates 'rw*' --scale 0.25\n"
        "  zcat cases.csv.gz | palermo estimate - 'count()' --by 'year(date)' \\\n"
        "      --format json\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 65536,
    .run = run,
};
