/* protect.h: statistical disclosure control. Tables are one system: cells that hold a number, and
 * linear relations between them (margins, hierarchies, shares, rates with their population). The
 * same cell in several tables is one cell, so tables that are linked are protected together.
 *
 * A rule says which cells may not be told (primary). What else has to go so that nobody can work
 * them out is found by pal_suppress (secondary), and pal_attack says what is left to an attacker
 * who knows every printed cell, every relation, and bounds of every hidden cell: the interval in
 * which it must lie. A pattern is safe when each primary cell's interval reaches from value - lower
 * to value + upper.
 *
 * Unit    : values, bounds, protection and costs of one system are in the unit of its cells.
 * Threads : a system is used by one thread at a time. Nothing here reads a clock: searches end
 *           after a fixed number of steps, so the same input gives the same pattern.
 */
#ifndef PALERMO_PROTECT_H
#define PALERMO_PROTECT_H

#include "palermo/base.h"
#include "palermo/indicator.h"
#include "palermo/io.h"

/* ---- cells and relations ---------------------------------------------------------------- */

enum pal_entry_mark {
    PAL_CELL_OPEN = 0,
    PAL_CELL_PRIMARY,   /* a rule forbids it                       */
    PAL_CELL_SECONDARY, /* hidden so that a primary one stays so   */
};

struct pal_entry {
    pal_str key;         /* its codes joined by "|"                                           */
    double value;        /* finite                                                            */
    double floor;        /* what an attacker knows beforehand: floor <= value <= ceiling;     */
    double ceiling;      /* ceiling may be HUGE_VAL                                           */
    double cost;         /* of hiding it, >= 0                                                */
    double upper, lower; /* a primary cell: how far above and below its value it must reach   */
    enum pal_entry_mark mark;
    char letter; /* of CL_CONF_STATUS: F, A, O, T, M, S                               */
    bool fixed;  /* never hidden as secondary: a zero, the grand total, once printed  */

    bool sliding; /* one of the two distances is enough where both cannot be had */
    bool earlier; /* of an earlier release, with another value then */
    bool derived; /* a rate, a share, or what parts leave of a total: no rule is meant for it */
};

struct pal_term {
    size_t cell;
    double coef;
};

struct pal_system { /* plain facts; sealed by pal_system_seal */
    struct pal_arena *arena;
    size_t cells, relations, terms;
    struct pal_entry *cell;
    struct pal_term
        *term; /* of relation r: start[r] .. start[r + 1]; the sum of coef * value is 0 */
    size_t *start;
    size_t *within; /* the relations of cell i: within[within_start[i]] .. */
    size_t *within_start;
    struct pal_map *keys;
    size_t cells_room, relations_room, terms_room;
};

struct pal_system *pal_system_new(struct pal_arena *arena); /* NULL when memory is out */
/* The cell of this key, made when it is new (value, cost 1, no bounds above, floor 0). A key that
 * comes again must bring the same value: PAL_DATA names both. */
PAL_CHECK_RESULT
enum pal_status pal_system_cell(struct pal_system *system, pal_str key, double value, size_t *out,
                                struct pal_error *err);
size_t pal_system_find(const struct pal_system *system, pal_str key); /* SIZE_MAX: none */
/* Sum of coef * value = 0 over term[n]; the numbers are copied. */
PAL_CHECK_RESULT
enum pal_status pal_system_relation(struct pal_system *system, const struct pal_term *term,
                                    size_t n, struct pal_error *err);
/* Indexes the relations by cell and holds them against the values.
 * Errors: PAL_DATA names the first relation that does not hold, and by how much. */
PAL_CHECK_RESULT
enum pal_status pal_system_seal(struct pal_system *system, struct pal_error *err);
/* The one cell of a relation whose sign differs from all the others: the total of its parts.
 * SIZE_MAX where there is none. */
size_t pal_relation_total(const struct pal_system *system, size_t relation);

/* ---- tables as they are read ------------------------------------------------------------------
 */

struct pal_grid { /* a whole table of text fields, row by row */
    const char *path;
    size_t columns, rows;
    const pal_str *name;  /* [columns] */
    const pal_str *field; /* [rows * columns]; short rows end in empty fields */
    const uint64_t *line; /* [rows] where each begins */
};
/* Delimiter and encoding are taken from the text; "-" is standard input. Ceiling: 20 million
 * fields. */
PAL_CHECK_RESULT
enum pal_status pal_grid_read(const char *path, struct pal_arena *arena, struct pal_grid *out,
                              struct pal_error *err);
size_t pal_grid_column(const struct pal_grid *grid, pal_str name); /* SIZE_MAX: none */

struct pal_linked_table { /* what a grid says of a system */
    const struct pal_grid *grid;
    size_t value;    /* its column of values                                             */
    size_t *column;  /* [dimensions] its column of each dimension, SIZE_MAX: the total   */
    size_t *cell;    /* [rows] in the system                                             */
    size_t *derived; /* [rows * derivations] cells of rates and shares, SIZE_MAX: none   */
};

/* A rate or share printed beside its count tells it: "rate/population[/PER]" (PER 100000) or
 * "share" of the total in the same table. */
struct pal_derived {
    pal_str column, population;
    double per;
};

struct pal_linked {
    size_t dimensions, tables, derivations;
    const pal_str *dimension;
    struct pal_linked_table *table;
    const struct pal_derived *derived;
    struct pal_system *system;
};

struct pal_tables_options {
    pal_str value;     /* column of the values; empty: value, OBS_VALUE, count or n  */
    size_t dimensions; /* 0: every column left of the value                          */
    const pal_str *dimension;
    size_t derivations;
    const struct pal_derived *derived;
};

/* Several tables become one system: a dimension that a table lacks is at its total, so the same
 * cell of two tables is one cell. Totals are written T, _T or Total. Keys are the codes joined by
 * "|", totals as T.
 * Errors: PAL_DATA with file and line for a value that is no number and a row that comes twice with
 * another value; PAL_USAGE for columns that are not there. */
PAL_CHECK_RESULT
enum pal_status pal_tables_read(const struct pal_grid *grid, size_t n,
                                const struct pal_tables_options *options, struct pal_arena *arena,
                                struct pal_linked *out, struct pal_error *err);
/* The cell of the codes in a row of another file with the same dimensions (relations, patterns). */
PAL_CHECK_RESULT
enum pal_status pal_tables_cell(const struct pal_linked *tables, const struct pal_grid *grid,
                                size_t row, size_t *out, struct pal_error *err);
/* Relations as rows: relation, one column a dimension, coef. */
PAL_CHECK_RESULT
enum pal_status pal_tables_relations(struct pal_linked *tables, const struct pal_grid *grid,
                                     struct pal_error *err);

struct pal_hierarchy { /* of one dimension: rows of code and parent */
    pal_str dimension;
    const struct pal_grid *grid;
};
/* Relations from the codes: in every dimension each total is the sum of its parts: by a hierarchy,
 * or of all other codes that stand beside it. Parts that leave a rest are held to leave just that
 * rest (the attacker is taken to know it). */
PAL_CHECK_RESULT
enum pal_status pal_tables_margins(struct pal_linked *tables, const struct pal_hierarchy *hierarchy,
                                   size_t hierarchies, struct pal_error *err);

/* ---- rules: which cells may not be told --------------------------------------------------- */

enum pal_primary_kind {
    PAL_RULE_THRESHOLD, /* 0 < count < n: interval of one more and one less                   */
    PAL_RULE_P,         /* p% rule: u = p/100 x1 - (T - x1 - x2) > 0                          */
    PAL_RULE_NK,        /* (n,k) dominance: u = 100/k (x1 + ... + xn) - T > 0                 */
    PAL_RULE_ZEROS,     /* a zero tells that nobody is there: hidden, to reach 1              */
};

struct pal_primary_rule {
    enum pal_primary_kind kind;
    double n; /* threshold; largest contributors of nk */
    double k; /* per cent: p, or k of nk               */
};

/* "threshold:5", "p:10", "nk:2,90", "zeros". */
PAL_CHECK_RESULT
enum pal_status pal_primary_parse(pal_str text, struct pal_primary_rule *out,
                                  struct pal_error *err);

#define PAL_LARGEST 8 /* largest contributors that are kept of each cell */

struct pal_contributors { /* of one cell, for p and nk */
    double n;             /* NaN: not known */
    double largest[PAL_LARGEST];
};

/* Marks the primary cells and their protection; rules add up (the wider protection counts).
 *   contributors  [cells], needed by p and nk; NULL otherwise
 * The required lower distance is min(u, value). Zeros are safe unless a rule says `zeros`.
 * Source: Hundepool et al. 2012, Statistical Disclosure Control, sections 4.2-4.3. */
PAL_CHECK_RESULT
enum pal_status pal_primary_apply(struct pal_system *system, const struct pal_primary_rule *rule,
                                  size_t rules, const struct pal_contributors *contributors,
                                  struct pal_error *err);

/* Contributors of totals from those of their parts: `known[i]` says where contributors[i] is given;
 * the others are merged from the parts of a relation of which they are the total.
 * Errors: PAL_DATA names a cell that is neither given nor a total of cells that are. */
PAL_CHECK_RESULT
enum pal_status pal_contributors_add(const struct pal_system *system, bool *known,
                                     struct pal_contributors *contributors, struct pal_error *err);

enum pal_cost { PAL_COST_VALUE, PAL_COST_UNIT, PAL_COST_LOG /* log(1 + value) */ };
void pal_system_costs(struct pal_system *system, enum pal_cost cost);
/* The attacker knows 0 <= x <= max(times * value, value + plus). plus NaN: twice the largest
 * required upper distance (at least 1), and 10. */
void pal_system_bounds(struct pal_system *system, double times, double plus);
/* Where the print tells which cells a threshold hid (CONF_STATUS A), an attacker knows more: they
 * lie between 1 and the threshold. Narrows their bounds, and what they ask for to what is left. */
void pal_system_known(struct pal_system *system, const struct pal_primary_rule *rule, size_t rules);
/* Zeros (unless primary) and cells that are in no relation a part (grand totals) stay printed. */
void pal_system_fix(struct pal_system *system);

/* ---- the attack ----------------------------------------------------------------------------- */

struct pal_interval {
    double low, high;
};

/* The smallest and largest value of each cell over all tables that agree with the printed cells,
 * the relations and the bounds: [cells]; a printed cell's interval is its value. Hidden cells that
 * no relation links fall into pieces that are solved apart.
 * Errors: PAL_NOCONV when a linear program does not end; PAL_DOMAIN when no table agrees. */
PAL_CHECK_RESULT
enum pal_status pal_attack(const struct pal_system *system, struct pal_interval *out,
                           struct pal_error *err);
/* The same by an attacker who knows that counts are whole numbers, by integer programs. Where
 * totals run along two dimensions alone it tells no more: such relations form a network, whose
 * linear programs have whole answers. In other systems (three dimensions, links, two trees over the
 * same codes) it can. Pieces of more than PAL_WHOLE_CELLS hidden cells are attacked without it:
 * *left counts their cells. A program that needs more than PAL_WHOLE_NODES nodes answers with the
 * farthest table it found, so that what is called safe is. */
enum { PAL_WHOLE_CELLS = 300, PAL_WHOLE_NODES = 2000 };
PAL_CHECK_RESULT
enum pal_status pal_attack_whole(const struct pal_system *system, struct pal_interval *out,
                                 size_t *left, struct pal_error *err);
/* Does the interval give what the cell asks? Compared to 1e-7 of the value. */
bool pal_interval_protects(const struct pal_entry *cell, struct pal_interval interval);

/* ---- suppression ------------------------------------------------------------------------------
 */

/* The proof that a primary cell is protected in one direction: another table that agrees with
 * everything printed and reaches the distance asked. */
struct pal_witness {
    size_t cell;
    bool above;
    size_t n;
    struct pal_term *moved; /* [n] hidden cells and how far each lies from its value */
};

struct pal_suppression {
    double cost;        /* of the secondary cells                                              */
    double lower_bound; /* no safe pattern costs less than this                                */
    bool optimal;       /* proved: cost and lower bound agree                                  */
    size_t secondary;   /* cells                                                               */
    size_t witnesses;
    const struct pal_witness *witness;
};

struct pal_suppress_options {
    size_t exact_cells;  /* systems with more cells are left to the heuristic; 0 = 1,000       */
    size_t nodes;        /* of each integer program; 0 = 20,000                                */
    bool heuristic_only; /* no integer program                                                 */
};

/* Marks the secondary cells at least cost. Every answer is safe: each primary cell comes with two
 * witnesses, checked by sums and not by the program that found them.
 *
 * Small systems: cutting planes over one integer program (Fischetti & Salazar 2001, Management
 * Science 47:1008), whose cuts come from linear programs that attack the pattern. Large ones, and
 * when the nodes run out: cheapest paths of change by linear programs, cell by cell (Kelly, Golden
 * & Assad 1990), then cells that no witness needs are printed again and others are tried instead.
 *
 * Cells already marked PAL_CELL_SECONDARY stay hidden (the pattern of the last release) and cost
 * nothing more.
 * Errors: PAL_DOMAIN names a primary cell that no pattern protects. */
PAL_CHECK_RESULT
enum pal_status pal_suppress(struct pal_system *system, const struct pal_suppress_options *options,
                             struct pal_suppression *out, struct pal_error *err);

/* ---- rounding ---------------------------------------------------------------------------------
 */

enum pal_round_kind {
    PAL_ROUND_CONTROLLED,   /* to a multiple beside it, tables stay additive, least total change */
    PAL_ROUND_RANDOM,       /* up with probability remainder/base, each cell for itself          */
    PAL_ROUND_CONVENTIONAL, /* to the nearest multiple, halves up                                */
};

/* "controlled:3", "random:5", "conventional:3". */
PAL_CHECK_RESULT
enum pal_status pal_round_parse(pal_str text, enum pal_round_kind *kind, double *base,
                                struct pal_error *err);

struct pal_rounded {
    double *value;    /* [cells] */
    double deviation; /* sum of |change| */
    double variance;  /* random: sum of remainder * (base - remainder) */
    bool feasible;    /* controlled: false when no additive rounding exists (three dimensions) */
};

/*   u   [cells] numbers in [0, 1) for random rounding; NULL: from (seed, the cell's key), so that a
 *       cell is rounded alike in every table
 * Multiples stay. Errors: PAL_NOCONV when the integer program runs out of nodes.
 * Source: Cox 1987, JASA 82:520 (controlled, random). */
PAL_CHECK_RESULT
enum pal_status pal_round(const struct pal_system *system, enum pal_round_kind kind, double base,
                          const double *u, uint64_t seed, struct pal_rounded *out,
                          struct pal_error *err);

/* ---- cell keys ----------------------------------------------------------------------------------
 */

struct pal_ptable { /* rows in order: from a count of n, the first v whose ub is above the key */
    size_t rows;
    const double *n, *v, *ub;
    double largest; /* n of the last row, used for all counts above it */
};
PAL_CHECK_RESULT
enum pal_status pal_ptable_read(const struct pal_grid *grid, struct pal_arena *arena,
                                struct pal_ptable *out, struct pal_error *err);

struct pal_keyed { /* a cell of all margins of the records */
    pal_str key;
    double count, cell_key, perturbed;
};

/* Counts records by every combination of codes and totals. The cell key is the fractional part of
 * the sum of record keys (column rkey, eight decimals, summed in whole numbers), so the same people
 * are perturbed alike wherever they are counted. Totals have keys of their own and do not add up.
 *   dimension  [dimensions] columns; 0: all but rkey
 * Ceiling: five million cells.
 * Source: Fraser & Wooton 2005; Meindl & Templ 2019, Trans. Data Privacy 12:125. */
PAL_CHECK_RESULT
enum pal_status pal_cell_keys(const struct pal_grid *records, const pal_str *dimension,
                              size_t dimensions, const struct pal_ptable *ptable,
                              struct pal_arena *arena, struct pal_keyed **out, size_t *n,
                              struct pal_error *err);

/* ---- releases
 * ------------------------------------------------------------------------------------ */

/* The suppression ledger: what each release printed, hid and related, one block a release, each
 * with the SHA-256 of itself and the block before. It holds hidden values, so it is as confidential
 * as the data, and is written for its owner alone. Lines are only added. */
struct pal_releases;
/* A file that is not there gives an empty ledger. Errors: PAL_DATA names the release whose block
 * was changed, and the line where a block is not well formed. */
PAL_CHECK_RESULT
enum pal_status pal_releases_read(const char *path, struct pal_arena *arena,
                                  struct pal_releases **out, struct pal_error *err);
size_t pal_releases_count(const struct pal_releases *releases);
pal_str pal_releases_name(const struct pal_releases *releases, size_t i);
pal_str pal_releases_head(const struct pal_releases *releases); /* hash of the last block, or "" */

/* True when one of its blocks ended with that hash: a ledger that was cut at the end of a block, or
 * put back from an old copy, does not hold a head that was noted later. */
bool pal_releases_holds(const struct pal_releases *releases, pal_str head);
/* Sets the release of that name aside, and what came behind it, so that it can be made again from
 * what was known before it. Nothing when there is none. */
void pal_releases_before(struct pal_releases *releases, pal_str name);

/* Earlier releases join the system before it is sealed: their relations hold too, and a cell whose
 * value did not change is one cell in all of them. So a State that reports late, a revision or a
 * correction is attacked by difference like everything else. */
PAL_CHECK_RESULT
enum pal_status pal_releases_join(const struct pal_releases *releases, struct pal_system *system,
                                  struct pal_error *err);
/* After the rules: what was hidden stays hidden, what was printed cannot be hidden any more. *told
 * counts cells that a rule forbids now and that an earlier release printed. */
PAL_CHECK_RESULT
enum pal_status pal_releases_settle(const struct pal_releases *releases, struct pal_system *system,
                                    size_t *told, struct pal_error *err);
/* Adds the system as it is marked now (its own cells, not those that joined), in memory. Errors:
 * PAL_USAGE for a name that is there already. */
PAL_CHECK_RESULT
enum pal_status pal_releases_add(struct pal_releases *releases, pal_str name,
                                 const struct pal_system *system, struct pal_error *err);
/* The file as it is in memory, whole or not at all, for its owner alone. What was set aside and
 * made again has to say the same: PAL_DATA names the release that would be printed otherwise now,
 * `from` is its place. */
PAL_CHECK_RESULT
enum pal_status pal_releases_write(const struct pal_releases *releases, const char *path,
                                   size_t from, struct pal_error *err);
/* Adds and writes. */
PAL_CHECK_RESULT
enum pal_status pal_releases_append(const char *path, struct pal_releases *releases, pal_str name,
                                    const struct pal_system *system, struct pal_error *err);

/* ---- attacking what others printed ----------------------------------------------------------- */

/* One cell of published tables, wherever it is printed. */
struct pal_published_cell {
    pal_str key;      /* "AREA=ABW|SEX=F|TIME=2010", dimensions sorted, totals left out          */
    double low, high; /* what is printed: a number (rounded: an interval), "<5" is 0..4, else 0.. */
    double told_low, told_high; /* what an attacker knows from all the tables */
    pal_str printed; /* as it stands in the file                                                */
    const char *file;
    uint64_t line;
    size_t family; /* of the relations that told most, SIZE_MAX: none                         */
    size_t from_n; /* printed cells it follows from                                           */
    const size_t *from;
    bool hidden;   /* printed as a mark                                                       */
    bool again;    /* its key is printed twice in one file */
    bool conflict; /* the same key is printed with different numbers                          */
    bool whole;    /* a count                                                                 */
};

/* Relations of one kind: by sex, by age, parts of areas, rates with their population. */
struct pal_published_family {
    pal_str name;
    size_t printed, adds;  /* lines with every number printed; those that add up  */
    size_t masked, single; /* lines with a total and a hidden part; with exactly one */
    size_t tested, within; /* of those without repeated keys; whose difference lies in the bounds */
    size_t top_masked, top_single, top_tested,
        top_within; /* the same, where all else is at its total */
    size_t beside;  /* hidden counts printed beside their rate, with a population */
    bool used;      /* most printed lines add up, so an attacker takes the others to          */
};

struct pal_published {
    size_t cells, families, relations, files;
    struct pal_published_cell *cell;
    struct pal_published_family *family;
    size_t told, narrowed; /* hidden cells known exactly; known better than their mark says */
};

struct pal_published_options {
    pal_str value; /* column of the numbers, empty: found by its name or its numbers            */
    size_t population; /* files of populations: area, year, number */
    const struct pal_grid *populations;
};

/* Finds what any set of published tables tells of its hidden cells. Columns are known by their
 * names and contents: areas, years, sex, age, categories within dimensions; totals by their words.
 * Relations: each total is the sum of the parts that stand beside it, in one table or in another;
 * areas with suffixes (GBR_S) are parts of their State; a rate is its count over a population,
 * which is given, or follows from other counts and rates of the area and year. A kind of relation
 * is used when most of its fully printed lines hold; a line that contradicts the printed bounds is
 * not. grid   [n] tables; the header is the first full row (preambles are passed over) Cost: linear
 * programs over cells that hang together, two for each hidden cell. */
PAL_CHECK_RESULT
enum pal_status pal_published_attack(const struct pal_grid *grid, size_t n,
                                     const struct pal_published_options *options,
                                     struct pal_arena *arena, struct pal_published *out,
                                     struct pal_error *err);
/* Is the hidden cell known better than its mark says: exactly, without a number that the mark
 * allows, or (marks without a bound) to within a fifth? */
bool pal_published_inferred(const struct pal_published_cell *cell);

/* ---- figures ------------------------------------------------------------------------------------
 */

struct pal_protection { /* what enforcing the law of the sources did */
    size_t asked;       /* figures of datasets that ask for it                                  */
    size_t small;       /* withheld: a count from 1 to below the smallest cell                  */
    size_t secondary;   /* withheld so that those cannot be worked out                          */
    size_t embargoed;   /* withheld until a day that has not come (or no day is known)          */
    size_t told;        /* forbidden, and printed by an earlier release: they stay printed      */
};

/* Enforces `confidentiality: {legal_basis, embargo, min_cell}` of the datasets on their figures,
 * before anything is written: a withheld figure keeps its key and loses every number that could
 * tell it (value, interval, bounds, rows, lines of its provenance). Figures over the same count
 * (itself, its rate, a share of it) go together; totals over breakdowns, regions and parts of
 * States are the relations. Counts that the source masked are taken for hidden ones. Figures of
 * other datasets stay as they are, to the byte.
 *   as_of   "2026-01-31"; empty: embargoes are taken not to have ended
 *   last      figures.csv of the last release, or NULL: what it hid stays hidden, what it printed
 * is known for ever, and totals that changed since are attacked by difference releases  the
 * suppression ledger, or NULL: the same for every release in it, with all their relations. The
 * figures are added to it under `release`, but for what an embargo keeps from being printed at all
 * Errors: PAL_NOMEM, PAL_NOCONV. What cannot be protected with its totals printed is withheld with
 * them. */
struct pal_figures_ask {
    struct pal_dataset *const *dataset;
    size_t datasets;
    pal_str as_of;
    const struct pal_grid *last;
    struct pal_releases *releases;
    pal_str release;
};
PAL_CHECK_RESULT
enum pal_status pal_figures_protect(struct pal_figures *figures, const struct pal_figures_ask *ask,
                                    struct pal_arena *arena, struct pal_protection *out,
                                    struct pal_error *err);

#endif
