/* cmd_estimate.c: palermo estimate FILE... STAT...: one-off estimates from any table. */
#include "estimate.h"

#include <string.h>

struct options {
    const char *by, *change, *interval, *variance, *test, *standard, *standard_by, *format, *state;
    double level, theta;
    bool margins;
    struct cli_list where;
    size_t threads;
};

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
     "poisson (default), quasi-poisson (dispersion of the group's own rows) or none",
     CLI_AT(struct options, variance)},
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
        input = input || strcmp(word, "-") == 0;
        files->item[files->n++] = word;
    }
    if (!files->n)
        return pal_fail(err, PAL_USAGE, "no file is given; '-' is standard input");
    if (!*n)
        return pal_fail(err, PAL_USAGE, "no statistic is asked for; as 'rate(y,x,100000)'");
    return PAL_OK;
}

static enum pal_status make_request(struct cli *cli, pal_str *stats, size_t n,
                                    struct est_request *out, struct pal_error *err)
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
    };
    if (!o->standard && o->standard_by)
        return pal_fail(err, PAL_USAGE, "--standard-by needs --standard FILE");
    if (o->standard)
        PAL_TRY(est_standard_read(o->standard, &out->standard_by, cli->arena, &out->standard, err));
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
    unsigned threads; /* for each file */
};

static enum pal_status read_file(void *context, size_t piece, struct pal_error *err)
{
    const struct work *work = context;
    PAL_TRY(est_pass_new(work->plan, work->arena[piece], &work->pass[piece], err));
    return est_pass_read(work->pass[piece], work->files->item[piece], work->threads, work->progress,
                         err);
}

static void free_arena(void *arena) { pal_arena_free(arena); }

static enum pal_status read_files(struct cli *cli, const struct est_plan *plan,
                                  const struct cli_list *files, struct est_pass **out,
                                  struct pal_error *err)
{
    const struct options *o = cli->options;
    struct work work = {.plan = plan, .files = files};
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
    const unsigned threads = o->threads ? (unsigned)o->threads : pal_processors();
    work.threads = threads > files->n ? threads / (unsigned)files->n : 1;
    if (files->n == 1)
        work.progress = pal_progress_new(cli->arena, cli->err, "rows", 0);
    PAL_TRY(pal_parallel(files->n, threads, read_file, &work, err));
    pal_progress_done(work.progress);
    for (size_t i = 1; i < files->n; i++)
        PAL_TRY(est_pass_fold(work.pass[0], work.pass[i], err));
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
    PAL_TRY(make_request(cli, stats, n, &request, err));
    PAL_TRY(est_plan_new(&request, cli->arena, &plan, err));
    const char *format = o->format ? o->format : cli_is_terminal(cli->out) ? "table" : "csv";
    struct pal_buf nothing;
    pal_buf_init(&nothing, cli->arena, 1 << 16);
    PAL_TRY(est_rows_print(plan, NULL, 0, format, &nothing, err)); /* is the format known? */
    PAL_TRY(read_files(cli, plan, &files, &pass, err));
    return est_finish(cli, pass, format, NULL, o->state, err);
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
        "Rows whose value is empty do not enter and are counted in the note. A row whose group is "
        "empty is in no group.",
    .examples = "  palermo estimate crime.csv 'rate(count,population)' --by country,year\n"
                "  palermo estimate crime.csv 'dsr(count,population)' --standard who.csv "
                "--standard-by age\n"
                "  palermo estimate crime.csv 'rate-ratio(count,population)' --change "
                "year:2019,2020 \\\n"
                "      --interval rr-exact --test exact-central --where 'crime = robbery'\n"
                "  zcat cases.csv.gz | palermo estimate - 'count()' --by 'year(date)' --format "
                "json\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 65536,
    .run = run,
};
