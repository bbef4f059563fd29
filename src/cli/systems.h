/* systems.h: what the files of `palermo systems` share. A job is one call: tables of lists, one a
 * group, and the rows of the answer. A task is one question that can be put to a table; each stands
 * in one file and has one line in cmd_systems.c.
 *
 *     options -> sys_read -> a table a group -> the tasks asked for -> rows -> sys_print
 */
#ifndef PALERMO_CLI_SYSTEMS_H
#define PALERMO_CLI_SYSTEMS_H

#include "inside.h"

struct sys_options { /* as typed */
    /* the table */
    const char *lists, *count, *person, *list, *by;
    struct cli_list where, merge, impossible;
    bool margins;
    /* questions */
    bool describe, triples, acceleration;
    const char *exists, *model, *pairs, *select, *direction, *replicates, *estimate, *ahat, *closed,
        *closed_search, *interval;
    const char *two_lists, *counts, *units, *covariates, *method;
    double pthresh, timeout, missed, false_matches, detected;
    size_t bootstrap, seed, row;
    const char *bayes, *n0, *prior, *starts;
    double delta;
    size_t classes, chains, burnin, samples, thin;
    /* the answer */
    const char *format, *out, *chart;
    double level;
    size_t threads;
};

struct sys_group {
    const pal_str *key; /* [bys]; "_T" in every place: all people */
    struct pal_lists *lists;
    double nowhere; /* people whose history is "on no list": left out, counted */
};

struct sys_row { /* NaN: not there; in `estimate`: undefined */
    const struct sys_group *group;
    pal_str statistic;
    double estimate, std_error, low, high;
    double level; /* 0: there is no interval */
    const char *method, *note;
    bool in_words;  /* the note is a paragraph, printed under the table */
    bool undefined; /* there is no estimate; the note says why */
};

struct sys_job {
    struct cli *cli;
    struct pal_arena *arena;
    const struct sys_options *options;
    const char *file;
    size_t bys, cells, groups; /* cells: groups of the columns of --by themselves */
    const pal_str *by;         /* [bys] columns */
    struct sys_group *group;   /* [groups] cells sorted, margins sorted; the last is all people */
    struct pal_deadline until;
    size_t rows, rows_room;
    struct sys_row *row;
};

/* Reads the table, or the tables of all groups, in any of the shapes that cmd_systems.c's help
 * lists. What is noticed (people on no list, lists that never overlap) goes to the job's stderr. */
PAL_CHECK_RESULT
enum pal_status sys_read(struct sys_job *job, struct pal_error *err);

/* A row of the answer. Everything but group, statistic and estimate may be changed afterwards
 * through the pointer, which is good until the next row. NULL when memory is out. */
struct sys_row *sys_row_add(struct sys_job *job, const struct sys_group *group, pal_str statistic,
                            double estimate);
/* The same with a statistic put together. */
struct sys_row *sys_row_addf(struct sys_job *job, const struct sys_group *group, double estimate,
                             const char *format, ...) PAL_PRINTF(4, 5);

/* Why a closed model's fit is not to be relied on; NULL where it is. */
const char *sys_closed_remark(const struct pal_closed *fit);
/* Log-normal limits at the job's level for what was not seen, from estimate and standard error. */
void sys_lognormal(const struct sys_job *job, struct sys_row *row, double people);

PAL_CHECK_RESULT
enum pal_status sys_print(const struct sys_job *job, struct pal_error *err);

/* ---- tasks: each adds its rows for one table ---------------------------------------------------
 */

typedef enum pal_status (*sys_task)(struct sys_job *job, const struct sys_group *group,
                                    struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status sys_describe(struct sys_job *job, const struct sys_group *group,
                             struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_triples(struct sys_job *job, const struct sys_group *group,
                            struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_exists(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_model(struct sys_job *job, const struct sys_group *group,
                          struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_select(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_replicates(struct sys_job *job, const struct sys_group *group,
                               struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_closed(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_closed_search(struct sys_job *job, const struct sys_group *group,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_bayes(struct sys_job *job, const struct sys_group *group,
                          struct pal_error *err);
/* The question that is answered when no other was put. */
PAL_CHECK_RESULT
enum pal_status sys_report(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err);
/* Rows that make the groups' estimates add up to the whole's. */
PAL_CHECK_RESULT
enum pal_status sys_consistent(struct sys_job *job, struct pal_error *err);
/* --chart FILE: every estimate of the answer, as SVG. */
PAL_CHECK_RESULT
enum pal_status sys_chart(struct sys_job *job, struct pal_error *err);

/* ---- files that hold no table of lists
 * ------------------------------------------------------------------- */

PAL_CHECK_RESULT
enum pal_status sys_two_lists(struct sys_job *job, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_counts(struct sys_job *job, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sys_units(struct sys_job *job, struct pal_error *err);

#endif
