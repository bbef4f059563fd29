/* cmd_protect.c: palermo protect FILE...: disclosure control of tables, and the attack on
 * anybody's.
 */
#include "protect.h"

#include <math.h>
#include <string.h>

static const struct cli_option table[] = {
    {CLI_HEAD, NULL, 0, NULL, "What may not be told", 0},
    {CLI_LIST, "rule", 0, "RULE",
     "threshold:N (counts from 1 to N - 1), p:PERCENT, nk:N,PERCENT or zeros; repeatable",
     CLI_AT(struct protect_options, rule)},
    {CLI_TEXT, "micro", 0, "FILE", "contributors, for p and nk: columns cell, x",
     CLI_AT(struct protect_options, micro)},
    {CLI_TEXT, "cellmap", 0, "FILE", "which cell of the table each cell of --micro is",
     CLI_AT(struct protect_options, cellmap)},
    {CLI_TEXT, "bounds", 0, "TIMES,PLUS",
     "an attacker knows 0 <= x <= max(TIMES value, value + PLUS); default 3 and twice the widest "
     "protection and 10",
     CLI_AT(struct protect_options, bounds)},
    {CLI_FLAG, "secret-rule", 0, NULL,
     "do not tell apart what the rule hid and what protects it (CONF_STATUS C for both); without "
     "this an attacker is held to know that a cell marked A lies below the threshold",
     CLI_AT(struct protect_options, secret_rule)},
    {CLI_HEAD, NULL, 0, NULL, "How cells hang together", 0},
    {CLI_TEXT, "value", 0, "COLUMN", "column of the numbers; default value, OBS_VALUE, count or n",
     CLI_AT(struct protect_options, value)},
    {CLI_LIST, "by", 0, "COLUMNS", "dimensions; default: every column left of the numbers",
     CLI_AT(struct protect_options, by)},
    {CLI_LIST, "relations", 0, "FILE",
     "relation, dimensions, coef: sums that are 0; default: totals (T, _T, Total) are the sums of "
     "what stands beside them",
     CLI_AT(struct protect_options, relations)},
    {CLI_LIST, "hierarchy", 0, "DIM:FILE",
     "code and parent of a dimension: regions, offences, ages",
     CLI_AT(struct protect_options, hierarchy)},
    {CLI_LIST, "rate", 0, "RATE/POP", "a column of rates, with its population [and /PER]",
     CLI_AT(struct protect_options, rate)},
    {CLI_LIST, "share", 0, "COLUMN", "a column of shares of the grand total",
     CLI_AT(struct protect_options, share)},
    {CLI_HEAD, NULL, 0, NULL, "What is done", 0},
    {CLI_TEXT, "cost", 0, "WORD", "of hiding a cell: value (default), unit or log",
     CLI_AT(struct protect_options, cost)},
    {CLI_TEXT, "pattern", 0, "FILE",
     "hidden cells (column suppressed, 1 or 0), kept hidden; with --audit: the pattern to attack, "
     "'none' for the primary cells alone",
     CLI_AT(struct protect_options, pattern)},
    {CLI_TEXT, "ledger", 0, "FILE",
     "what earlier releases printed and hid: an attacker knows it, and what was hidden stays so",
     CLI_AT(struct protect_options, ledger)},
    {CLI_TEXT, "release", 0, "NAME", "add this release to the ledger, and say its head",
     CLI_AT(struct protect_options, release)},
    {CLI_TEXT, "head", 0, "HASH",
     "of the ledger, said when a release was added: a ledger that was cut since does not hold it",
     CLI_AT(struct protect_options, head)},
    {CLI_FLAG, "audit", 0, NULL,
     "the interval in which an attacker knows each hidden cell to lie; without a rule: attack "
     "whatever was published, by the relations found in it",
     CLI_AT(struct protect_options, audit)},
    {CLI_FLAG, "whole", 0, NULL,
     "with --audit and a rule: the attacker knows that counts are whole numbers (integer programs, "
     "where no more than 300 hidden cells hang together)",
     CLI_AT(struct protect_options, whole)},
    {CLI_LIST, "population", 0, "FILE",
     "with --audit and no rule: populations by area and year, to read counts from rates",
     CLI_AT(struct protect_options, population)},
    {CLI_TEXT, "proof", 0, "FILE",
     "write, for each primary cell and direction, another table that agrees with all that is "
     "printed",
     CLI_AT(struct protect_options, proof)},
    {CLI_FLAG, "heuristic", 0, NULL, "no integer program, whatever the size",
     CLI_AT(struct protect_options, heuristic)},
    {CLI_COUNT, "exact-cells", 0, "N", "largest system for the integer program; default 1000",
     CLI_AT(struct protect_options, exact_cells)},
    {CLI_COUNT, "nodes", 0, "N", "of the integer program before it gives up; default 20000",
     CLI_AT(struct protect_options, nodes)},
    {CLI_HEAD, NULL, 0, NULL, "Instead of hiding", 0},
    {CLI_TEXT, "round", 0, "KIND:BASE",
     "controlled (tables stay additive), random or conventional rounding to multiples of BASE",
     CLI_AT(struct protect_options, round)},
    {CLI_TEXT, "uniforms", 0, "FILE", "column u for each cell, for random rounding",
     CLI_AT(struct protect_options, uniforms)},
    {CLI_COUNT, "seed", 0, "N", "of random rounding without --uniforms",
     CLI_AT(struct protect_options, seed)},
    {CLI_FLAG, "cell-key", 0, NULL,
     "FILE holds records with a column rkey; counts of all margins, perturbed by their keys",
     CLI_AT(struct protect_options, cell_key)},
    {CLI_TEXT, "ptable", 0, "FILE", "perturbations of --cell-key: columns n, v, ub",
     CLI_AT(struct protect_options, ptable)},
    {CLI_HEAD, NULL, 0, NULL, "Output", 0},
    {CLI_TEXT, "format", 0, "WORD", "csv (default in a file or pipe), table or reference",
     CLI_AT(struct protect_options, format)},
    {0},
};

void protect_head(struct protect_call *call)
{
    pal_buf_adds(&call->out, "statistic,estimate,std_error,conf_low,conf_high\n");
}

void protect_row(struct protect_call *call, const char *statistic, pal_str key, double estimate,
                 double low, double high)
{
    const double number[] = {estimate, (double)NAN, low, high};
    const pal_str name =
        key.ptr ? pal_arena_printf(call->cli->arena, "%s[%.*s]", statistic, PAL_ARG(key))
                : pal_str_of(statistic);
    pal_csv_field(&call->out, name, true);
    for (size_t i = 0; i < PAL_COUNT(number); i++) {
        char text[PAL_NUM_SIZE];
        pal_buf_addc(&call->out, ',');
        if (!isnan(number[i]))
            pal_buf_add(&call->out, (pal_str){text, pal_num_write17(number[i], text)});
    }
    pal_buf_addc(&call->out, '\n');
}

void protect_fact(struct protect_call *call, const char *statistic, pal_str key, double estimate)
{
    protect_row(call, statistic, key, estimate, (double)NAN, (double)NAN);
}

static const pal_str none = {NULL, 0};

/* ---- the pattern -------------------------------------------------------------------------------
 */

static enum pal_status read_pattern(struct protect_call *call, struct pal_error *err)
{
    struct pal_grid g;
    struct pal_system *s = call->tables.system;
    PAL_TRY(pal_grid_read(call->options->pattern, call->cli->arena, &g, err));
    const size_t column = pal_grid_column(&g, PAL_STR("suppressed"));
    if (column == SIZE_MAX)
        return pal_fail(err, PAL_USAGE, "'%s' has no column 'suppressed'", g.path);
    for (size_t row = 0; row < g.rows; row++) {
        size_t cell;
        PAL_TRY(pal_tables_cell(&call->tables, &g, row, &cell, err));
        if (pal_str_eq(g.field[row * g.columns + column], PAL_STR("1")) && !s->cell[cell].mark) {
            s->cell[cell].mark = PAL_CELL_SECONDARY;
            s->cell[cell].letter = 'S';
        }
    }
    return PAL_OK;
}

static enum pal_status audit(struct protect_call *call, struct pal_error *err)
{
    const struct pal_system *s = call->tables.system;
    struct pal_interval *interval =
        pal_arena_alloc(call->cli->arena, s->cells + 1, sizeof *interval);
    size_t told = 0, unsafe = 0, hidden = 0, left = 0;
    if (!interval)
        return pal_nomem(err, "the audit");
    if (call->options->whole)
        PAL_TRY(pal_attack_whole(s, interval, &left, err));
    else
        PAL_TRY(pal_attack(s, interval, err));
    if (strcmp(call->format, "reference") == 0)
        protect_head(call);
    else
        pal_buf_adds(&call->out, "cell,value,low,high,required_low,required_high,safe\n");
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        if (!c->mark)
            continue;
        hidden++;
        told += fabs(interval[i].high - interval[i].low) < 1e-9 * fmax(1, fabs(c->value));
        const bool safe = c->mark != PAL_CELL_PRIMARY || pal_interval_protects(c, interval[i]);
        unsafe += !safe;
        if (strcmp(call->format, "reference") == 0) {
            protect_row(call, "interval", c->key, c->value, interval[i].low, interval[i].high);
            continue;
        }
        const double number[] = {c->value, interval[i].low, interval[i].high, c->value - c->lower,
                                 c->value + c->upper};
        pal_csv_field(&call->out, c->key, true);
        for (size_t k = 0; k < PAL_COUNT(number); k++) {
            char text[PAL_NUM_SIZE];
            pal_csv_field(&call->out, (pal_str){text, pal_num_write(number[k], text)}, false);
        }
        pal_buf_adds(&call->out, safe ? ",yes\n" : ",no\n");
    }
    if (strcmp(call->format, "reference") == 0) {
        protect_fact(call, "n_exactly_disclosed", none, (double)told);
        protect_fact(call, "n_unsafe", none, (double)unsafe);
    }
    fprintf(call->cli->err,
            "hidden cells: %zu; known exactly: %zu; less protected than asked: %zu\n", hidden, told,
            unsafe);
    if (left)
        fprintf(call->cli->err,
                "hidden cells in pieces too large for whole numbers, attacked without: %zu\n",
                left);
    if (unsafe)
        call->cli->verdict = CLI_EXIT_DATA;
    return PAL_OK;
}

/* ---- suppression
 * --------------------------------------------------------------------------------- */

static enum pal_status write_proof(const struct protect_call *call,
                                   const struct pal_suppression *answer, struct pal_error *err)
{
    const struct pal_system *s = call->tables.system;
    struct pal_buf out;
    pal_buf_init(&out, call->cli->arena, (size_t)1 << 30);
    pal_buf_adds(&out, "primary,direction,cell,value,instead\n");
    for (size_t k = 0; k < answer->witnesses; k++) {
        const struct pal_witness *w = &answer->witness[k];
        for (size_t m = 0; m < w->n; m++) {
            const struct pal_entry *c = &s->cell[w->moved[m].cell];
            char text[PAL_NUM_SIZE];
            pal_csv_field(&out, s->cell[w->cell].key, true);
            pal_csv_field(&out, w->above ? PAL_STR("above") : PAL_STR("below"), false);
            pal_csv_field(&out, c->key, false);
            pal_csv_field(&out, (pal_str){text, pal_num_write17(c->value, text)}, false);
            pal_csv_field(&out, (pal_str){text, pal_num_write17(c->value + w->moved[m].coef, text)},
                          false);
            pal_csv_end(&out);
        }
    }
    PAL_TRY(pal_buf_status(&out, "the proof", err));
    return pal_file_write(call->options->proof, pal_buf_str(&out), err);
}

static void print_reference(struct protect_call *call, const struct pal_suppression *answer)
{
    const struct pal_system *s = call->tables.system;
    size_t primary = 0;
    for (size_t i = 0; i < s->cells; i++)
        primary += s->cell[i].mark == PAL_CELL_PRIMARY;
    protect_head(call);
    protect_fact(call, "n_primary", none, (double)primary);
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        if (c->mark != PAL_CELL_PRIMARY)
            continue;
        protect_fact(call, "primary", c->key, 1);
        protect_fact(call, "required_upper", c->key, c->upper);
        protect_fact(call, "required_lower", c->key, c->lower);
    }
    protect_fact(call, "min_secondary_cost", none, answer->cost);
    protect_fact(call, "n_secondary_in_this_optimum", none, (double)answer->secondary);
    protect_fact(call, "lower_bound", none, answer->lower_bound);
    for (size_t i = 0; i < s->cells; i++)
        if (s->cell[i].mark == PAL_CELL_SECONDARY)
            protect_fact(call, "secondary", s->cell[i].key, 1);
}

/* The tables as they came, hidden numbers empty, with CL_CONF_STATUS behind. */
static void print_tables(struct protect_call *call)
{
    const struct pal_linked *x = &call->tables;
    const struct pal_system *s = x->system;
    for (size_t k = 0; k < x->tables; k++) {
        const struct pal_linked_table *t = &x->table[k];
        const struct pal_grid *g = t->grid;
        if (k)
            pal_buf_addc(&call->out, '\n');
        if (x->tables > 1)
            pal_csv_field(&call->out, PAL_STR("table"), true);
        for (size_t c = 0; c < g->columns; c++)
            pal_csv_field(&call->out, g->name[c], c == 0 && x->tables == 1);
        pal_buf_adds(&call->out, ",CONF_STATUS\n");
        for (size_t row = 0; row < g->rows; row++) {
            const struct pal_entry *cell = &s->cell[t->cell[row]];
            if (x->tables > 1)
                pal_csv_field(&call->out, pal_str_of(g->path), true);
            for (size_t c = 0; c < g->columns; c++) {
                bool hidden = cell->mark &&
                              (c == t->value || pal_str_starts(g->name[c], PAL_STR("largest")) ||
                               pal_str_eq(g->name[c], PAL_STR("n_contributors")));
                for (size_t d = 0; d < x->derivations; d++) {
                    const size_t at = t->derived[row * x->derivations + d];
                    hidden = hidden || (at != SIZE_MAX && s->cell[at].mark &&
                                        pal_str_eq_nocase(g->name[c], x->derived[d].column));
                }
                pal_csv_field_safe(&call->out,
                                   hidden ? PAL_STR("") : g->field[row * g->columns + c],
                                   c == 0 && x->tables == 1);
            }
            pal_buf_addc(&call->out, ',');
            pal_buf_addc(&call->out, cell->mark && !call->letters ? 'C' : cell->letter);
            pal_buf_addc(&call->out, '\n');
        }
    }
}

static enum pal_status suppress(struct protect_call *call, struct pal_error *err)
{
    const struct protect_options *o = call->options;
    struct pal_system *s = call->tables.system;
    const struct pal_suppress_options how = {o->exact_cells, o->nodes, o->heuristic};
    struct pal_suppression answer;
    size_t primary = 0;
    char cost[PAL_NUM_SIZE], bound[PAL_NUM_SIZE];
    enum pal_status status = pal_suppress(s, &how, &answer, err);
    if (status == PAL_DOMAIN && call->releases) {
        /* A late part shows in the change of a total: then totals have to go as well. */
        for (size_t i = 0; i < s->cells; i++)
            s->cell[i].fixed = s->cell[i].fixed && s->cell[i].earlier;
        PAL_TRY(pal_releases_settle(call->releases, s, &primary, err));
        if (err)
            *err = (struct pal_error){0};
        status = pal_suppress(s, &how, &answer, err);
        primary = 0;
    }
    PAL_TRY(status);
    if (o->release) {
        PAL_TRY(pal_releases_append(o->ledger, call->releases, pal_str_of(o->release), s, err));
        fprintf(call->cli->err, "releases in the ledger: %zu; head %.*s\n",
                pal_releases_count(call->releases), PAL_ARG(pal_releases_head(call->releases)));
    }
    for (size_t i = 0; i < s->cells; i++)
        primary += s->cell[i].mark == PAL_CELL_PRIMARY && !s->cell[i].earlier;
    if (o->proof)
        PAL_TRY(write_proof(call, &answer, err));
    if (strcmp(call->format, "reference") == 0)
        print_reference(call, &answer);
    else
        print_tables(call);
    pal_num_write(answer.cost, cost);
    pal_num_write(answer.lower_bound, bound);
    fprintf(call->cli->err, "hidden cells: %zu by rule, %zu to protect them, at cost %s (%s%s)\n",
            primary, answer.secondary, cost,
            answer.optimal ? "the least there is" : "no pattern costs less than ",
            answer.optimal ? "" : bound);
    return PAL_OK;
}

/* ---- the command
 * ---------------------------------------------------------------------------------- */

static enum pal_status hide(struct protect_call *call, struct pal_error *err)
{
    const struct protect_options *o = call->options;
    if (o->rule.n == 0)
        return pal_fail(err, PAL_USAGE,
                        "say what may not be told, with --rule threshold:5, p:10, "
                        "nk:2,90 or zeros");
    if ((o->release || o->head) && !o->ledger)
        return pal_fail(err, PAL_USAGE, "--release and --head go with --ledger FILE");
    call->letters = !o->secret_rule && strcmp(call->format, "csv") == 0;
    PAL_TRY(protect_rules(call, err));
    if (o->pattern && strcmp(o->pattern, "none") != 0)
        PAL_TRY(read_pattern(call, err));
    return o->audit ? audit(call, err) : suppress(call, err);
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct protect_options *o = cli->options;
    struct protect_call call = {.cli = cli, .options = o};
    call.format = o->format ? o->format : "csv";
    pal_buf_init(&call.out, cli->arena, (size_t)1 << 30);
    if (strcmp(call.format, "csv") != 0 && strcmp(call.format, "reference") != 0)
        return pal_fail(err, PAL_USAGE, "--format is csv or reference, not '%s'", o->format);
    if (o->cell_key) {
        PAL_TRY(protect_cell_keys(&call, err));
    } else if (o->audit && o->rule.n == 0) {
        PAL_TRY(protect_attack(&call, err));
    } else if (o->round) {
        PAL_TRY(protect_tables(&call, err));
        PAL_TRY(protect_round(&call, err));
    } else {
        PAL_TRY(protect_tables(&call, err));
        PAL_TRY(hide(&call, err));
    }
    PAL_TRY(pal_buf_status(&call.out, "the answer", err));
    fwrite(call.out.ptr, 1, call.out.len, cli->out);
    return PAL_OK;
}

const struct cli_command cli_command_protect = {
    .name = "protect",
    .summary = "disclosure control of tables, and the attack on anybody's tables",
    .usage = "FILE... --rule RULE [options] | --audit FILE... [options]",
    .about =
        "Reads tables (CSV, TSV, XLSX, gzip), finds the cells that a rule forbids to tell, and "
        "hides as few others as will keep them from being worked out from totals, from other "
        "tables with the same cells, and from rates printed beside their population. Prints the "
        "tables with hidden numbers left empty and CONF_STATUS behind (F free, A small count, O T "
        "M dominance, S hidden to protect another).\n\n"
        "What comes out is safe: for each forbidden cell there is another table, with that cell as "
        "far above (and below) as asked, that agrees with everything printed (--proof writes "
        "them). Systems up to --exact-cells are solved at least cost.",
    .examples = "  palermo protect victims.csv --rule threshold:5 > printed.csv\n"
                "  palermo protect by-sex.csv by-age.csv --rule threshold:5 \\\n"
                "      --hierarchy area:m49.csv\n"
                "  palermo protect victims.csv --rule threshold:5 --pattern last.csv --audit\n"
                "  palermo protect --audit published/*.csv > what-they-tell.csv\n",
    .options = table,
    .options_size = sizeof(struct protect_options),
    .operands_min = 1,
    .operands_max = 4096,
    .run = run,
};
