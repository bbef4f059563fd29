/* check.h: what `palermo check` shares among its files. */
#ifndef PALERMO_CLI_CHECK_H
#define PALERMO_CLI_CHECK_H

#include "inside.h"

struct check {
    struct cli *cli;
    struct cli_folders folders;
    struct cli_list data, indicators; /* as given */
    const char *as_of, *dataset;
    size_t threads;
    struct pal_arena *scratch;
    struct pal_areas *areas;
    struct pal_datasets *registry;
    struct pal_load_options load;
    struct pal_diag *diag;
    struct pal_buf said;   /* a line a thing that was checked, for people */
    enum pal_status worst; /* of files that the system refused; their error in `refused` */
    struct pal_error refused;
    size_t checked;
};

/* Judges whatever lies at `path`. What is wrong with it becomes findings; PAL_USAGE when nothing
 * there can be checked. */
PAL_CHECK_RESULT
enum pal_status check_path(struct check *c, const char *path, struct pal_error *err);

/* The descriptor that speaks of a data file: the named dataset's (--dataset), one beside the file,
 * else a known one whose `path` ends in the file's name. PAL_USAGE when there is none. */
PAL_CHECK_RESULT
enum pal_status check_descriptor_of(struct check *c, const char *file, const char **out,
                                    struct pal_error *err);

/* An error that a reader gave becomes a finding. PAL_IO is kept in c->refused instead; the two
 * together never stop the other paths. PAL_NOMEM and PAL_BUG are given back. */
PAL_CHECK_RESULT
enum pal_status check_note_error(struct check *c, enum pal_status status, const char *rule,
                                 const char *path, pal_str key, const struct pal_error *from,
                                 struct pal_error *err);

/* Findings for people: by file, worst first, `places` of each rule (0 = all that are kept). */
void cli_findings_print(const struct pal_diag *diag, size_t places, FILE *to);

#endif
