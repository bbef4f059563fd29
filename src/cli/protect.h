/* protect.h: what the files of `palermo protect` share. */
#ifndef PALERMO_CLI_PROTECT_H
#define PALERMO_CLI_PROTECT_H

#include "inside.h"

struct protect_options {
    struct cli_list relations, hierarchy, rule, by, rate, share, population;
    const char *value, *micro, *cellmap, *cost, *bounds, *pattern, *proof, *format;
    const char *round, *uniforms, *ptable, *ledger, *release, *head;
    bool audit, whole, cell_key, heuristic, secret_rule;
    size_t exact_cells, nodes, seed;
};

/* One call on tables whose relations are known. */
struct protect_call {
    struct cli *cli;
    const struct protect_options *options;
    struct pal_grid *grid; /* [operands] */
    struct pal_linked tables;
    struct pal_releases *releases; /* NULL: no ledger */
    size_t rules;
    struct pal_primary_rule *rule;
    struct pal_buf out;
    const char *format; /* csv, reference */
    bool letters;       /* the print tells which cells the rule hid */
};

PAL_CHECK_RESULT
enum pal_status protect_tables(struct protect_call *call, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status protect_rules(struct protect_call *call, struct pal_error *err);

/* --audit without a rule: anybody's tables. */
PAL_CHECK_RESULT
enum pal_status protect_attack(struct protect_call *call, struct pal_error *err);
/* --round; --cell-key (which reads records, no tables). */
PAL_CHECK_RESULT
enum pal_status protect_round(struct protect_call *call, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status protect_cell_keys(struct protect_call *call, struct pal_error *err);

/* Options that hold names with commas between them, and may be repeated. */
PAL_CHECK_RESULT
enum pal_status protect_words(const struct cli_list *list, struct pal_arena *arena, pal_str **out,
                              size_t *n, struct pal_error *err);

/* statistic,estimate,std_error,conf_low,conf_high; NaN = empty */
void protect_head(struct protect_call *call);
void protect_row(struct protect_call *call, const char *statistic, pal_str key, double estimate,
                 double low, double high);

void protect_fact(struct protect_call *call, const char *statistic, pal_str key, double estimate);

#endif
