/* inside.h: what the files of this room share. To follow a number: plan.c says which rows every
 * operand takes, cells.c sums them, wholes.c and totals.c add what no row says, compute.c makes
 * figures of them. */
#ifndef PALERMO_INDICATOR_INSIDE_H
#define PALERMO_INDICATOR_INSIDE_H

#include "palermo/indicator.h"

/* ---- definitions --------------------------------------------------------------------------- */

/* Reads one file; everything wrong with it becomes a finding of the rule "definition". *good tells
 * whether the definition may be used; it has no code where the file is good and of another kind.
 * Errors: only what stops the reading of any file. */
PAL_CHECK_RESULT
enum pal_status indicator_definition_read(const char *path, pal_str family, pal_str national,
                                          struct pal_diag *diag, struct pal_arena *arena,
                                          struct pal_definition *d, bool *good,
                                          struct pal_error *err);
void definition_problem(struct pal_diag *diag, const struct pal_place *at, pal_str code,
                        const char *format, ...) PAL_PRINTF(4, 5);
PAL_CHECK_RESULT
enum pal_status catalogue_all(const struct pal_catalogue *catalogue, struct pal_arena *arena,
                              const struct pal_definition *const **out, size_t *n,
                              struct pal_error *err);
pal_str definition_lower(pal_str text, struct pal_arena *arena); /* ASCII; ptr NULL at NOMEM */

/* ---- cells: what a dataset says for one area, period and breakdown -------------------------- */

struct cell {           /* sums over the rows of one cell */
    struct pal_sum sum; /* of the rows with a value                                  */
    double low, high;   /* what the censored rows add to it, at least and at most    */
    uint32_t present, censored, missing, left_out; /* rows of each kind              */
    uint32_t first, last; /* its rows in cells.link, from 1; 0 = none                */
    uint32_t flags;       /* enum pal_flag that the making of the cell gave it       */
    uint8_t absent;       /* enum pal_absent of the first missing row                */
    uint8_t marks;        /* enum pal_row_mark of its rows                           */
};

struct row_link { /* a row of the dataset, and the next of the same cell */
    uint32_t row, next;
};

struct row_test { /* does a row's code pass? */
    const uint32_t *code;
    const uint8_t *pass; /* [dict count] */
};

enum { CELLS_TESTS = 64, KEY_AREA = 0, KEY_PERIOD = 1, KEY_BY = 2 };
#define KEY_WIDTH (KEY_BY + PAL_MAX_BREAKDOWNS)

/* The rows that an operand takes from its dataset, summed by (area, period, codes of `by`). */
struct cells {
    const struct pal_operand *operand;
    const struct pal_dataset *dataset;
    size_t by_n;
    pal_str by[PAL_MAX_BREAKDOWNS];       /* dimensions of the dataset */
    uint8_t by_group[PAL_MAX_BREAKDOWNS]; /* a cell breaks down by those of one group */
    bool sums[PAL_MAX_BREAKDOWNS];        /* its codes add up to a total that no row gives */

    struct row_test *test; /* measure, conditions, then dimensions held at their total */
    size_t tests, plain;   /* plain: without the held dimensions                       */
    struct cells_dimension {
        const uint32_t *code;
        uint32_t total, none; /* its codes for _T and _Z; 0 = it has none               */
        size_t by;            /* index in by; SIZE_MAX: not asked for                    */
        bool gives_total;     /* the source has rows at the total: nothing is summed     */
        bool conditioned;
        const uint32_t *to; /* [dict count] code number of all datasets; UINT32_MAX: none */
    } * dimension;          /* [dataset->dimensions] */
    size_t undecided;       /* dimensions that gave no total so far */

    struct pal_groups *groups;
    struct cell *cell;
    size_t cap;
    struct row_link *link;
    uint32_t links, links_cap;
    struct pal_arena *arena; /* of everything that grows */
};

struct codes { /* breakdown codes as small numbers, the same in all datasets; 0 = "_T" */
    struct pal_map *map;
    uint32_t *rank; /* place in byte order, once all are known */
};
uint32_t codes_add(struct codes *codes, pal_str text);
pal_str codes_text(const struct codes *codes, uint32_t code);
PAL_CHECK_RESULT
enum pal_status codes_rank(struct codes *codes, struct pal_arena *arena, struct pal_error *err);

/* Checks the operand against the dataset and says which of its rows are meant. */
PAL_CHECK_RESULT
enum pal_status cells_prepare(struct cells *cells, struct codes *codes, struct pal_arena *arena,
                              struct pal_error *err);
/* Two sweeps over the rows of one dataset serve all the cells that read it: the first finds the
 * dimensions for which the source gives totals, the second adds. */
PAL_CHECK_RESULT
enum pal_status cells_collect(struct cells *const *cells, size_t n,
                              const struct pal_compute *compute, struct pal_arena *arena,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status cells_new(const struct pal_operand *operand, const struct pal_dataset *dataset,
                          size_t by_n, const pal_str *by, struct pal_arena *arena,
                          struct cells **out, struct pal_error *err);
const struct cell *cells_find(const struct cells *cells, const uint32_t *key); /* NULL: none */
PAL_CHECK_RESULT
enum pal_status cells_at(struct cells *cells, const uint32_t *key, struct cell **out,
                         struct pal_error *err); /* a new one is empty */
/* Adds a cell to another; with `rows` its rows too. Both belong to the same dataset then. */
PAL_CHECK_RESULT
enum pal_status cell_merge(struct cells *into_cells, struct cell *into,
                           const struct cells *from_cells, const struct cell *from,
                           struct pal_error *err);
void cell_add(struct cell *into, const struct cell *from); /* sums alone, no rows */

/* Wholes from their parts, where all report; otherwise an absent cell that says so. */
PAL_CHECK_RESULT
enum pal_status cells_add_wholes(struct cells *cells, const struct pal_areas *areas,
                                 struct pal_error *err);

struct reading { /* what a cell says in one number */
    double value, low, high;
    enum pal_absent absent;
};
struct reading cell_read(const struct cell *cell);

/* ---- the plan: which cells serve which definitions ------------------------------------------- */

#define NO_COLUMN UINT8_MAX

struct plan_operand {
    struct cells *cells;                /* NULL: not given                                    */
    uint8_t column[PAL_MAX_BREAKDOWNS]; /* of each `by` of the definition in cells->by        */
};

struct plan_entry {
    const struct pal_definition *definition;
    struct plan_operand y, x, population;
};

struct plan {
    size_t entries;
    struct plan_entry *entry; /* [entries] definitions whose datasets are there */
    size_t cells_n, cells_cap;
    struct cells **cells; /* each operand once, whichever definitions share it */
    struct codes codes;
};

PAL_CHECK_RESULT
enum pal_status plan_make(const struct pal_compute *compute,
                          const struct pal_definition *const *wanted, size_t n,
                          struct pal_diag *diag, struct pal_arena *arena, struct plan *out,
                          struct pal_error *err);
/* One pass over each dataset fills the cells of every definition that reads it. */
PAL_CHECK_RESULT
enum pal_status plan_collect(struct plan *plan, const struct pal_compute *compute, unsigned threads,
                             struct pal_arena *arena, struct pal_error *err);
const struct pal_dataset *plan_dataset(const struct pal_compute *compute, pal_str name);

/* ---- what is known of areas beforehand --------------------------------------------------------
 */

enum { MOST_ABOVE = 8 };

struct area_order {
    size_t areas;
    uint32_t *rank; /* [areas] place among the codes in byte order */
    struct above {
        uint32_t n, region[MOST_ABOVE]; /* regions and the world that it lies in */
    } * above;                          /* [areas] */
    uint32_t *members, *countries;      /* [areas] of a region: States Members, countries */
    uint32_t world;                     /* PAL_NO_AREA: there is none */
};
PAL_CHECK_RESULT
enum pal_status area_order_make(const struct pal_areas *areas, struct pal_arena *arena,
                                struct area_order *out, struct pal_error *err);

/* The States that a total asks: Members of the United Nations, or all countries of a region that
 * has none (the synthetic ones). */
uint32_t area_states(const struct area_order *order, uint32_t region);

/* ---- items: figures before they are estimated --------------------------------------------------
 */

struct region_total {
    struct cell y, x;
    uint32_t areas, states;    /* that report: all areas, States Members                        */
    double population, people; /* of the countries that report; of all countries            */
    uint32_t flags;
    uint32_t y_row[8], x_row[8]; /* rows behind it, the first few                             */
    uint32_t y_rows, x_rows;
    bool whole; /* share `of`: the total of the whole, no item */
};

struct item {
    const uint32_t *key; /* [KEY_BY + by_n] of the definition's breakdowns */
    const struct cell *y, *x;
    struct region_total *total; /* NULL: one area */
    uint32_t flags;
    const struct item *from,
        *to;          /* of a comparison: its sides among job.part; NULL: there is none */
    bool other_areas; /* a region of which not the same areas drew samples */
};

enum { TOTALS = 128 };

struct people { /* of regions: all their countries, by (region, period) */
    struct pal_groups *groups;
    double *n;
};
PAL_CHECK_RESULT
enum pal_status people_sum(const struct plan *plan, const struct pal_compute *compute,
                           const struct area_order *order, struct pal_arena *arena,
                           struct people *out, struct pal_error *err);

struct job { /* one definition */
    const struct pal_compute *compute;
    const struct plan_entry *entry;
    const struct pal_definition *d;
    const struct codes *codes;
    const struct area_order *order;
    struct pal_arena *scratch, *arena;
    bool is_rate, is_share, is_status, is_systems, two;
    const struct cells *x_cells; /* of the denominators; NULL: there are none in rows */
    size_t of;                   /* index in by of the dimension whose known cells are the whole */
    struct cells *whole;         /* of them, or NULL */
    size_t classes;
    struct item *item; /* [items] in the order of figures.csv once sorted */
    size_t items, items_cap;
    struct item
        *part; /* [parts] of comparisons: the items that they compare, 0: none are compared */
    size_t parts;
    const char *lack; /* of comparisons: why none has both sides; NULL: some have        */
    struct pal_groups *covered; /* of a sample with totals: (area, period) that have records */
    struct pal_groups *regions;
    struct region_total **total; /* in chunks of TOTALS, which stay where they are */
    size_t chunks, chunks_cap;
    const struct people *people;
    size_t no_denominator, above_whole;
    uint32_t *no_area; /* areas without a denominator, each once */
    size_t no_areas;
    struct sample *sample; /* of a definition that is `sampled`                         */
    const char *method;    /* of its last answer                                        */
    size_t refused;        /* figures that the design does not allow, and why           */
    const char *refusal;
    struct pal_place unreadable; /* the first cell that is no number, line 0: none      */
    pal_str unreadable_column;
};

/* Totals of estimates from lists become the sums of their parts; then all are set over their
 * denominators. all: [items], of items in order. */
/* What an estimate over its denominator is multiplied by: `per`, but that of recapture is of its
 * values, and in them already. */
double systems_per(const struct pal_definition *definition);
bool job_is_part(const struct job *job, const struct item *item); /* estimated by itself */
PAL_CHECK_RESULT
enum pal_status job_added(struct job *job, struct pal_estimate *all, struct pal_error *err);

/* Items of a definition that compares become the parts, and comparisons of them the items. */
PAL_CHECK_RESULT
enum pal_status job_compare(struct job *job, struct pal_error *err);
/* All of them lack one: said once. */
void job_tell_one_sided(const struct job *job, struct pal_diag *diag);
/* No figure of a sample, and why (NULL: no memory for it). */
PAL_CHECK_RESULT
enum pal_status job_unanswered(const char *note, struct pal_estimate *out, struct pal_error *err);
/* An item that lacks one: no figure, and why. */
PAL_CHECK_RESULT
enum pal_status job_without_side(struct job *job, const struct item *item, struct pal_estimate *out,
                                 struct pal_error *err);

/* Feeds the sample once the items are in order; then each is answered. */
PAL_CHECK_RESULT
enum pal_status job_sample(struct job *job, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sample_answer(struct job *job, size_t item, struct pal_estimate *out,
                              struct pal_error *err);
uint32_t sample_left_out(const struct job *job, const struct item *item);

void job_set(struct job *job); /* what follows from the definition alone */
/* True when the item is part of the total of `region`. */
bool job_enters(const struct job *job, const struct item *item, uint32_t region);
/* Adds to cells that other definitions may share: for one job after the other, before any items. */
PAL_CHECK_RESULT
enum pal_status job_absent_members(struct job *job, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status job_items(struct job *job, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status job_totals(struct job *job, struct pal_error *err);
/* Of a sample: areas, States and people behind each total are those that drew one. */
PAL_CHECK_RESULT
enum pal_status job_covered(struct job *job, struct pal_error *err);
double job_people(const struct job *job, uint32_t area, uint32_t period); /* 0: not known */
PAL_CHECK_RESULT
enum pal_status job_items_reserve(struct job *job, size_t more, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status job_item_new(struct job *job, const uint32_t *key, struct item **out,
                             struct pal_error *err);
const struct cell *job_denominator(const struct job *job, const uint32_t *key, uint32_t *flags);
bool job_is_known_code(const struct job *job, uint32_t code);
/* Numerator and denominator of an item in numbers: what it was made of, before estimation. */
void job_readings(const struct job *job, const struct item *item, struct reading *y,
                  struct reading *x);
/* The part of a whole and its rest, for shares; false when the part is above the whole. */
bool reading_rest(const struct reading *part, const struct reading *whole, struct reading *rest);
bool reading_given(const struct reading *reading); /* a value, or bounds */
uint32_t flags_of_marks(uint8_t marks);

/* Series that scatter more than chance: dispersion[items] near each, 0 where none was found. */
PAL_CHECK_RESULT
enum pal_status job_dispersion(struct job *job, double *dispersion, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status job_estimate(struct job *job, size_t from, size_t n, const double *dispersion,
                             struct pal_estimate *out /* [n] */, struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status job_sort(struct job *job, const struct pal_figures *all, struct pal_error *err);
/* The figures of a job, in order, into to[items]. */
PAL_CHECK_RESULT
enum pal_status job_figures(struct job *job, const struct pal_figures *all, struct pal_figure *to,
                            struct pal_error *err);

#endif
