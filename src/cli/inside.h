/* inside.h: what the commands share: option tables, search folders, the cycle. */
#ifndef PALERMO_CLI_INSIDE_H
#define PALERMO_CLI_INSIDE_H

#include "palermo/palermo.h"

#include <stdio.h>

/* stdout is the product, stderr the conversation, the exit code the verdict. */
enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_DATA = 1,   /* the data have errors; the findings say which lines   */
    CLI_EXIT_USAGE = 2,  /* the command line is wrong                            */
    CLI_EXIT_IO = 3,     /* a file could not be read or written                  */
    CLI_EXIT_REVIEW = 4, /* the returned packet disagrees with its draft         */
    CLI_EXIT_BUG = 70,   /* palermo is wrong; please report                      */
};

/* ---- options: a table each command, from which help, man pages and completion are printed
 * -------- */

struct cli_list { /* an option that may be repeated, or the operands */
    size_t n;
    const char **item;
};

enum cli_option_kind {
    CLI_END = 0,
    CLI_FLAG,   /* bool                                       */
    CLI_TEXT,   /* const char *                               */
    CLI_NUMBER, /* double                                     */
    CLI_COUNT,  /* size_t                                     */
    CLI_LIST,   /* struct cli_list, once for each time given  */
    CLI_HEAD,   /* no option: a heading inside the help       */
};

struct cli_option {
    enum cli_option_kind kind;
    const char *name;     /* "out", given as --out           */
    char letter;          /* 'o' for -o, 0 = none            */
    const char *argument; /* "DIR"; NULL for a flag          */
    const char *help;     /* one line or more; wrapped       */
    size_t at;            /* offset in the command's options */
};
#define CLI_AT(type, field) offsetof(type, field)
/* --timeout, of a command with `double timeout` among its options: see pal_deadline_in. */
#define CLI_TIMEOUT(type)                                                                          \
    {                                                                                              \
        CLI_NUMBER, "timeout", 0, "SECONDS",                                                       \
            "work that takes longer is given up, without output; default: no limit",               \
            offsetof(type, timeout)                                                                \
    }

struct cli { /* one call of the program */
    struct pal_arena *arena;
    const char *program; /* argv[0]                                            */
    const void *options; /* the command's own struct, filled from its table    */
    struct cli_list operands;
    int verdict;     /* set by a command that ends well but finds errors   */
    FILE *out, *err; /* stdout, stderr                                    */
};

struct cli_command {
    const char *name;
    const char *summary;  /* one line for `palermo help`                               */
    const char *usage;    /* "CYCLE.yaml [options]"                                    */
    const char *about;    /* paragraphs, separated by empty lines; wrapped at 80       */
    const char *examples; /* lines printed as they are; may be NULL                    */
    const struct cli_option *options;
    size_t options_size;
    size_t operands_min, operands_max; /* max 0 with min 0: none                  */
    enum pal_status (*run)(struct cli *cli, struct pal_error *err);
};

/* All commands in the order of commands.def; NULL-ended. */
const struct cli_command *const *cli_commands(void);
const struct cli_command *cli_command_find(pal_str name);

PAL_CHECK_RESULT
enum pal_status cli_parse(const struct cli_command *command, int argc, char **argv, struct cli *cli,
                          bool *help, struct pal_error *err);
void cli_help(const struct cli_command *command, FILE *to);
void cli_overview(FILE *to);
void cli_man(const struct cli_command *command, FILE *to); /* roff; NULL = palermo(1) */
void cli_completion(FILE *to);                             /* bash                    */
void cli_wrap(FILE *to, const char *text, int indent, int width);

/* "auto" chooses csv in a pipe and `on_terminal` on one. */
bool cli_is_terminal(FILE *to);
bool cli_colours(FILE *to); /* a terminal, and NO_COLOR is not set */

/* ---- where things lie
 * ------------------------------------------------------------------------------ */

struct cli_folders { /* search order: as given on the command line, the cycle's, PALERMO_DATA,
                        shipped */
    size_t datasets_n;
    const char *const *datasets; /* folders that may hold <name>/dataset.yaml and data files */
    size_t indicators_n;
    const char *const *indicators;
    const char *areas; /* folder with areas.csv                                     */
};
/* extra: folders that come before the environment's and the shipped ones (the cycle's own). */
PAL_CHECK_RESULT
enum pal_status cli_folders_find(struct cli *cli, const struct cli_list *data,
                                 const struct cli_list *indicators, const struct cli_list *extra,
                                 struct cli_folders *out, struct pal_error *err);

/* ---- the cycle
 * ---------------------------------------------------------------------------------------- */

struct cli_cycle { /* cycle.yaml: datasets, indicators, tables, languages, review dates */
    const char *path, *folder;
    struct pal_text title, subtitle;
    struct cli_list datasets;    /* names, or paths of descriptors           */
    struct cli_list data;        /* folders, relative to the cycle           */
    struct cli_list definitions; /* folders of indicators, relative          */
    struct cli_list indicators;  /* codes or families; empty = all           */
    struct cli_list tables;      /* names; empty = all                       */
    const struct pal_place *datasets_at, *indicators_at, *tables_at; /* of each */
    struct cli_list evidence; /* files, relative                          */
    size_t languages_n;
    enum pal_language language[PAL_LANGUAGES];
    int period_from, period_to;
    pal_str as_of, ledger;
    pal_str last_release; /* figures.csv of it, relative; empty: the first */
    pal_str release;      /* its name in the suppression ledger; empty: a draft */
    pal_str suppression;  /* that ledger, relative                              */
    bool synthetic;       /* its inputs are invented */
    uint64_t seed;
    pal_str review_deadline, review_silence;
    char sha256[65];
};
PAL_CHECK_RESULT
enum pal_status cli_cycle_read(const char *path, struct pal_arena *arena, struct cli_cycle *out,
                               struct pal_error *err);
/* Where its ledger lies: as it says, or beside it under its own name. NULL: no memory. */
const char *cli_cycle_ledger(const struct cli_cycle *cycle, struct pal_arena *arena);
/* The same of the suppression ledger. */
const char *cli_cycle_suppression(const struct cli_cycle *cycle, struct pal_arena *arena);
/* "ar,zh,en" into languages; PAL_USAGE with the six codes for any other word. */
PAL_CHECK_RESULT
enum pal_status cli_languages_parse(const char *text, enum pal_language *out, size_t *n,
                                    struct pal_error *err);

struct cli_suppression { /* what earlier releases of the cycle printed and hid */
    const char *path;
    struct pal_releases *releases; /* those before this one; this one behind them in memory */
    size_t before;                 /* how many came before                                   */
    char head[65]; /* of the ledger as it stands or, for a release, will stand; "": nothing */
};

/* Everything of a cycle up to its figures: what `run` prints, `explain` asks and `check` judges. */
struct cli_work {
    struct cli_cycle cycle;
    struct cli_folders folders;
    struct pal_areas *areas;
    struct pal_datasets *registry;
    struct pal_catalogue *catalogue;
    struct pal_dataset **dataset; /* [datasets] settled */
    size_t datasets;
    struct pal_diag *diag;
    struct pal_load_options load;
    struct pal_compute compute;
    const struct pal_definition *const *only; /* NULL: all that the cycle names */
    struct pal_figures *figures;
    struct pal_protection protection; /* what the law of the sources withheld */
    bool synthetic; /* by the word of the cycle or a dataset, or a figure is of an invented State */
    const struct pal_evidence *evidence;
    size_t evidence_n;
    char ledger_head[65]; /* empty: the cycle has no ledger yet */
    struct cli_suppression suppression;
};
struct cli_work_options {
    const char *cycle;
    struct cli_list data, indicators;
    const char *as_of;   /* NULL = the cycle's, then SOURCE_DATE_EPOCH, then none */
    const char *release; /* its name; NULL: the cycle's */
    const char *out;     /* a folder of an earlier run that is to be replaced; may be NULL */
    size_t threads;
    bool no_data;     /* stop before any dataset is read */
    bool no_figures;  /* stop after the datasets are settled */
    const char *only; /* a code: its figures alone, from its datasets alone (explain) */
    /* check: receives the findings; a dataset that cannot be read is one of them, the others are
     * read, and PAL_SYNTAX comes before any figure. NULL: the first stops the work. */
    struct pal_diag *diag;
};
/* What a reader refused, as a finding: the cause without its trail, at its place. */
void cli_error_finding(struct pal_diag *diag, const char *rule, const char *path, pal_str key,
                       const struct pal_error *from);

/* Reads the cycle's suppression ledger, and holds it against the manifests of its last release and
 * of the folder `out`. Errors: PAL_DATA, it was changed, or does not hold what they were printed
 * with. */
PAL_CHECK_RESULT
enum pal_status cli_suppression_open(struct cli *cli, struct cli_work *work, const char *out,
                                     struct pal_error *err);
/* Enforces the law of the sources on figures of this work, against its earlier releases.
 * `corrected`: they are printed beside the work's own, which an attacker then knows. */
PAL_CHECK_RESULT
enum pal_status cli_figures_protect(struct cli *cli, struct cli_work *work,
                                    struct pal_figures *figures, bool corrected,
                                    struct pal_protection *out, struct pal_error *err);
/* Adds this release to the ledger, if the cycle names it. */
PAL_CHECK_RESULT
enum pal_status cli_suppression_write(const struct cli_work *work, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status cli_work_do(struct cli *cli, const struct cli_work_options *options,
                            struct cli_work *out, struct pal_error *err);
/* Of the `n` tables those that the cycle names, in its order; all where it names none. */
PAL_CHECK_RESULT
enum pal_status cli_choose_tables(const struct cli_cycle *cycle,
                                  const struct pal_table_definition *const **tables, size_t *n,
                                  struct pal_arena *arena, struct pal_error *err);

#endif
