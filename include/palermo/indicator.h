/* indicator.h: definitions meet data. A definition (YAML) says what is measured, from which
 * dataset, by which estimator; computing it gives figures: numbers with everything that belongs
 * to them. This is the house's one relation; every later room reads figures and nothing else.
 */
#ifndef PALERMO_INDICATOR_H
#define PALERMO_INDICATOR_H

#include "palermo/base.h"
#include "palermo/data.h"
#include "palermo/estimate.h"

/* ---- words that are typed ---------------------------------------------------------------------
 */

enum pal_measures { PAL_PHENOMENON, PAL_IMPLEMENTATION };
enum pal_basis { PAL_DETECTED, PAL_ESTIMATED, PAL_ACTIVITY, PAL_LAW };
enum pal_scope {
    PAL_SCOPE_TRANSNATIONAL,
    PAL_SCOPE_DOMESTIC,
    PAL_SCOPE_ANY,
    PAL_SCOPE_NOT_SEPARABLE /* the source carries no mark; no total is implied */
};
const char *pal_measures_name(enum pal_measures measures);
const char *pal_basis_name(enum pal_basis basis);
const char *pal_scope_name(enum pal_scope scope);

/* ---- definitions -------------------------------------------------------------------------------
 */

struct pal_condition { /* where: {Column: value} or {Column: [v1, v2]} */
    pal_str column;
    size_t n;
    const pal_str *value;
    struct pal_place at;
};

struct pal_operand { /* numerator, denominator */
    pal_str dataset;
    size_t values; /* measures or value columns of the dataset, added up; 0 = its only one    */
    const pal_str *value;
    size_t conditions;
    const struct pal_condition *condition;
    bool given;
    struct pal_place at, value_at;
};

struct pal_break {
    pal_str area, note;
    int32_t period; /* the first year of the new series */
};

/* Plain facts, as the YAML says them (indicators/README.md explains each key). */
struct pal_definition {
    pal_str code;
    unsigned version;
    pal_str family;   /* folder it lies in: groups, trafficking, firearms, ...            */
    pal_str national; /* AREA of indicators/national/<AREA>/, empty for the standardized  */
    pal_str standard; /* a national definition: the code it stands beside                 */
    enum pal_measures measures;
    enum pal_basis basis;
    enum pal_scope scope;
    struct pal_text title, definition, unit_name, comparability, guideline;
    size_t iccs_n;
    const pal_str *iccs;
    pal_str sdg, articles; /* "16.2.2"; "Trafficking Protocol, art. 3"                        */
    pal_str unit;          /* "persons per 100 000 population"                                */
    struct pal_operand numerator, denominator;
    const struct pal_estimator *estimator;
    bool sampled; /* a statistic of a sample (pal_survey_estimators)                      */
    double p;     /* quantile: the share of the population, 0 to 1                        */
    enum pal_quantile_rule rule;
    bool missing_undefined; /* an estimate with missing answers is undefined                    */
    pal_str df;             /* of this measure; empty: as the design of its sample says         */
    bool compares;          /* its figures compare two estimates ...                            */
    enum pal_comparison as;
    int32_t since;       /* ... of a year with this one; 0: with the one before               */
    pal_str contrast_of; /* ... of groups of this dimension, the first with the second        */
    pal_str contrast[2];
    struct pal_place compares_at;
    struct pal_ask ask; /* per, level, interval from estimator:, per:, variance:           */
    size_t by_n;
    const pal_str *by;       /* dimension names, lower case                                     */
    const uint8_t *by_group; /* [by_n] those of one group are crossed; where a code of one group
                                stands, the dimensions of the others are at their total        */
    pal_str of; /* share without denominator: the dimension whose known cells are the whole */
    bool of_un_members; /* status-share: the whole are the States Members                  */
    bool goodman;       /* simultaneous limits for a full breakdown                        */
    bool totals;        /* reported totals over regions and the world too                  */
    pal_str counting_unit, counting_stage, principal_offence_rule;
    bool mixes_units; /* a ratio over different counting units, declared                 */
    bool mixes_kinds; /* phenomenon over implementation, declared                        */
    size_t sums_n;
    const pal_str *sums; /* dimensions of `by` whose codes add up to a total no row gives   */
    size_t breaks_n;
    const struct pal_break *breaks; /* published breaks in series                              */
    size_t references_n;
    const pal_str *references;
    size_t see_n;
    const pal_str *see; /* codes of indicators that belong beside it                       */
    struct pal_place at, by_at, unit_at; /* of the file, its breakdowns, its counting unit      */
    struct pal_place code_at, standard_at, see_at;
    char sha256[65]; /* of the file                                                     */
    const char *path;
};

/* Its values are numbers of things or persons, not rates: tables print them whole. */
bool pal_definition_counts(const struct pal_definition *definition);

struct pal_catalogue;
/* Reads every definition under `folders` (earlier folders win on the same code; a code given twice
 * inside one folder is an error). `datasets` is used to check dataset names. All problems are
 * findings with file, line, column and the nearest known word; PAL_SYNTAX at the end if any. */
PAL_CHECK_RESULT
enum pal_status pal_catalogue_read(const char *const *folders, size_t n,
                                   const struct pal_datasets *datasets, struct pal_diag *diag,
                                   struct pal_arena *arena, struct pal_catalogue **out,
                                   struct pal_error *err);
size_t pal_catalogue_count(const struct pal_catalogue *catalogue);
const struct pal_definition *pal_catalogue_get(const struct pal_catalogue *catalogue, size_t i);
const struct pal_definition *pal_catalogue_find(const struct pal_catalogue *catalogue,
                                                pal_str code);
pal_str pal_catalogue_nearest(const struct pal_catalogue *catalogue, pal_str code);

/* Judges a definition against the descriptors of its datasets (NULL: not at hand, not judged):
 * unknown measures, dimensions and codes with the nearest known word, unlike counting units and
 * kinds that are not declared. Findings of the rule "definition"; *good is false if there are any.
 */
PAL_CHECK_RESULT
enum pal_status pal_definition_judge(const struct pal_definition *definition,
                                     const struct pal_descriptor *numerator,
                                     const struct pal_descriptor *denominator,
                                     struct pal_diag *diag, struct pal_arena *scratch, bool *good,
                                     struct pal_error *err);

/* ---- figures ------------------------------------------------------------------------------------
 */

/* Flags are a set: bits inside, words joined by ';' in FLAGS. */
enum pal_flag {
    PAL_FLAG_CENSORED = 1u << 0,        /* contains cells below a threshold: bounds given      */
    PAL_FLAG_ROWS_LEFT_OUT = 1u << 1,   /* rows with errors did not enter                      */
    PAL_FLAG_DUPLICATES = 1u << 2,      /* a repeated key touched it                           */
    PAL_FLAG_PARTS_SUM = 1u << 3,       /* a whole summed from all its parts                   */
    PAL_FLAG_PART = 1u << 4,            /* a part of a State, printed alone                    */
    PAL_FLAG_LUMP = 1u << 5,            /* several unnamed countries                           */
    PAL_FLAG_NO_DENOMINATOR = 1u << 6,  /* rate absent: no population for area and year        */
    PAL_FLAG_DENOMINATOR_ALL = 1u << 7, /* rate of a part per total population                 */
    PAL_FLAG_COHORT = 1u << 8,          /* stages are of different cohorts                     */
    PAL_FLAG_PARTS_DISAGREE = 1u << 9,  /* parts do not add up to the published total          */
    PAL_FLAG_STAGE_ORDER = 1u << 10,    /* a later stage above an earlier one                  */
    PAL_FLAG_RATE_DISAGREES = 1u << 11, /* published rate contradicts count and population     */
    PAL_FLAG_OVERDISPERSED = 1u << 12,
    PAL_FLAG_INCOMPLETE = 1u << 13, /* total over fewer areas than there are               */
    PAL_FLAG_SYNTHETIC = 1u << 14,
    PAL_FLAG_DEFINITION = 1u << 15, /* national definition differs                         */
    PAL_FLAG_BREAK = 1u << 16,
    PAL_FLAG_PROVISIONAL = 1u << 17,
    PAL_FLAG_CENSORED_MARGIN = 1u << 18, /* bounds tightened or contradicted by a margin        */
    PAL_FLAG_UNRELIABLE = 1u << 19,
    PAL_FLAG_PROTECTED = 1u << 20,  /* withheld: a small count, by the law of the source   */
    PAL_FLAG_PROTECTING = 1u << 21, /* withheld so that those cannot be worked out         */
    PAL_FLAG_EMBARGO = 1u << 22,    /* withheld until the day the source names             */
    PAL_FLAG_LONELY = 1u << 23,     /* strata with one sampled unit are in its variance    */
};
/* Words in bit order, for FLAGS, notes and their translation; NULL-ended. */
extern const char *const pal_flag_words[];
/* The words of the flags set, joined by ';', in place (pal_buf_room). */
char *pal_flags_put(char *to, uint32_t flags);
#define PAL_FLAGS_SIZE 512 /* room for all of them */

#define PAL_MAX_BREAKDOWNS 16

/* What a figure keeps of its estimate, under the same names. A cycle has a hundred thousand figures
 * and more, and their memory is what it is made of: large fields stand first, nothing is padded. */
struct pal_figure_estimate {
    double value, std_error, low, high, level, df, deff, bound_low, bound_high, numerator,
        denominator;
    const char *method, *interval, *note, *lonely_rule;
    uint64_t n, missing;
    uint32_t censored, lonely;
    enum pal_absent absent : 8;
    enum pal_answer_status status : 8;
    enum pal_uncertainty uncertainty : 8;
    bool has_std_error, has_interval, has_df, has_deff, has_bounds;
};

struct pal_figure {
    const struct pal_definition *definition;
    uint32_t area; /* index in pal_areas                                  */
    int32_t period;
    const pal_str *breakdown; /* [breakdowns] in the order of pal_figures.breakdown;
                                 empty = _Z, "_T" total                               */
    struct pal_figure_estimate estimate;
    double coverage_population; /* share 0..1; NaN when unknown                              */
    pal_str source;             /* dataset names, "glotip+population"                        */
    pal_str review_status;      /* "draft"                                                   */
    pal_str provenance;         /* "glotip:1042,1043;population:88"                          */
    uint32_t flags;
    uint32_t version;                 /* of the figure, 1 = first                                */
    uint32_t coverage_n, coverage_of; /* areas behind a total, and areas there are; 0 = no total */
    uint32_t left_out;                /* rows with errors that would have entered                */
    enum pal_scope scope : 8;
    char nature[2];   /* C CA E M G N; a letter alone is followed by a zero                  */
    char obs_status;  /* CL_OBS_STATUS letter                                                */
    char conf_status; /* CL_CONF_STATUS letter                                               */
};
/* A letter as text; none is an empty one. */
static inline pal_str pal_figure_letter(const char *letter)
{
    return (pal_str){letter, *letter != 0};
}
static inline pal_str pal_figure_nature(const struct pal_figure *figure)
{
    return (pal_str){figure->nature, (size_t)(figure->nature[0] != 0) + (figure->nature[1] != 0)};
}

struct pal_figures {
    size_t n;
    struct pal_figure *figure; /* [n] sorted: indicator, area code, period, breakdowns     */
    size_t breakdowns;
    const pal_str *breakdown; /* [breakdowns] column names, upper case: AGE, FORM, SEX... */
    const struct pal_areas *areas;
};

/* Key "TIP-01/ALB/2019/SEX=F": dimensions sorted, _T and _Z left out. */
pal_str pal_figure_key(const struct pal_figures *figures, const struct pal_figure *figure,
                       struct pal_arena *arena);
/* The figure of a key, or NULL; `near` receives the nearest key when there is one. */
const struct pal_figure *pal_figures_find(const struct pal_figures *figures, pal_str key,
                                          struct pal_arena *arena, pal_str *near);
PAL_CHECK_RESULT
enum pal_status pal_figures_csv(const struct pal_figures *figures, struct pal_buf *out,
                                struct pal_error *err);

/* The same through a sink, 64 KiB at a time: the whole file is larger than one buffer should be. */
PAL_CHECK_RESULT
enum pal_status pal_figures_write(const struct pal_figures *figures, struct pal_sink *sink,
                                  struct pal_error *err);

/* ---- computing ----------------------------------------------------------------------------------
 */

struct pal_compute {
    const struct pal_catalogue *catalogue;
    const struct pal_definition *const *wanted; /* [wanted_n] NULL = all that the data allow     */
    size_t wanted_n;
    struct pal_dataset *const *dataset; /* [datasets] settled                              */
    size_t datasets;
    const struct pal_areas *areas;
    int period_from, period_to; /* 0 = no limit                        */
    unsigned threads;           /* 0 = one, or for millions of rows all there are       */
    uint64_t seed;
};

/* One pass over each dataset feeds the states of every indicator that reads it. */
PAL_CHECK_RESULT
enum pal_status pal_compute_figures(const struct pal_compute *compute, struct pal_diag *diag,
                                    struct pal_arena *arena, struct pal_figures **out,
                                    struct pal_error *err);

/* ---- qualitative evidence
 * ------------------------------------------------------------------------- */

struct pal_evidence { /* evidence files of indicators/ or a cycle's `evidence:` */
    pal_str id, indicator, area, source, confidence;
    int32_t period; /* 0 = none */
    bool synthetic;
    struct pal_text statement, assessment;
    struct pal_place at;
};
PAL_CHECK_RESULT
enum pal_status pal_evidence_read(const char *path, struct pal_arena *arena,
                                  const struct pal_evidence **out, size_t *n,
                                  struct pal_error *err);

/* ---- where a number came from
 * ---------------------------------------------------------------------- */

/* In words: which files and lines, which filters, which formula, which findings. */
PAL_CHECK_RESULT
enum pal_status pal_explain(const struct pal_figures *figures, const struct pal_figure *figure,
                            const struct pal_compute *compute, const struct pal_diag *diag,
                            const struct pal_load_options *load, struct pal_arena *arena,
                            pal_str *out, struct pal_error *err);

#endif
