/* data.h: records become typed columns in batches. A dataset is described (dataset.yaml), not
 * guessed; absent values say why they are absent; codes are looked up, never invented; every row
 * remembers its line.
 *
 * Life of a dataset in a run:
 *     pal_descriptor_read -> pal_dataset_load -> pal_dataset_settle -> batches to estimators
 * Loading types the cells and judges each row by itself; settling judges rows against each other
 * (duplicates, parts and totals, stage order, rate and count). Both write findings; a row with an
 * error finding stays in the dataset, marked, and enters no figure.
 *
 * Threads: descriptors, code lists, areas and settled datasets are read-only and may be shared.
 */
#ifndef PALERMO_DATA_H
#define PALERMO_DATA_H

#include "palermo/base.h"
#include "palermo/io.h"

/* ---- absence ------------------------------------------------------------------------------ */

enum pal_absent {
    PAL_PRESENT = 0,
    PAL_BLANK, /* nothing stood there, and the descriptor gives blank no meaning      */
    PAL_NOT_COLLECTED,
    PAL_NOT_APPLICABLE,
    PAL_WITHHELD,        /* known to the sender, not given                                      */
    PAL_BELOW_THRESHOLD, /* censored, as "<5": low and high hold what it may be                 */
    PAL_NOT_COVERED,     /* outside the source's coverage                                       */
    PAL_UNREADABLE,      /* an error finding says why                                           */
};
const char *
pal_absent_name(enum pal_absent absent); /* "not-collected", ... the descriptor's words */
bool pal_absent_parse(pal_str word, enum pal_absent *out);

/* ---- codes and areas ---------------------------------------------------------------------- */

/* Languages in the UN's order; everywhere indexed by this enum. */
enum pal_language { PAL_AR = 0, PAL_ZH, PAL_EN, PAL_FR, PAL_RU, PAL_ES, PAL_LANGUAGES };
const char *pal_language_code(enum pal_language language); /* "ar" ... */
bool pal_language_parse(pal_str code, enum pal_language *out);

/* Text in up to six languages; a missing one falls back to English. */
struct pal_text {
    pal_str in[PAL_LANGUAGES];
};
pal_str pal_text_in(const struct pal_text *text, enum pal_language language);
/* Reads {en: ..., ar: ...} or a plain scalar (taken as English). */
PAL_CHECK_RESULT
enum pal_status pal_text_read(const struct pal_yaml *node, struct pal_text *out,
                              struct pal_error *err);

enum pal_area_kind {
    PAL_AREA_COUNTRY,   /* country or area of M49, and the synthetic XAA-XZZ                     */
    PAL_AREA_PART,      /* part of a country reported alone: GBR_E_W                             */
    PAL_AREA_LUMP,      /* several countries in one row, none of them named: SAM                 */
    PAL_AREA_REGION,    /* M49 region, sub-region or intermediate region, numeric code           */
    PAL_AREA_WORLD,     /* M49 001                                                               */
    PAL_AREA_AGGREGATE, /* somebody's own grouping beside countries: SSF, EUU                    */
    PAL_AREA_NONE,      /* rows whose place has no code: Sark, "Aruba/Curacao"                   */
};

#define PAL_NO_AREA UINT32_MAX

struct pal_area {
    pal_str code; /* what REF_AREA prints: alpha-3, M49 digits, or the source's code */
    pal_str alpha2, m49;
    enum pal_area_kind kind;
    uint32_t parent;     /* region of a country; whole of a part; PAL_NO_AREA               */
    bool complete_parts; /* of a whole: the listed parts make it up entirely        */
    bool un_member;
    struct pal_text name;
};

/* All areas known to this run: datasets/areas/ and what descriptors add. Read-only once built. */
struct pal_areas;
PAL_CHECK_RESULT
enum pal_status pal_areas_read(const char *folder, struct pal_arena *arena, struct pal_areas **out,
                               struct pal_error *err);
size_t pal_areas_count(const struct pal_areas *areas);
const struct pal_area *pal_areas_get(const struct pal_areas *areas, uint32_t area);
/* By alpha-3 or any other printed code; by alpha-2; by M49 digits; by name or alias in any
 * language (case and ASCII punctuation ignored). PAL_NO_AREA when unknown. */
uint32_t pal_areas_by_code(const struct pal_areas *areas, pal_str code);
uint32_t pal_areas_by_alpha2(const struct pal_areas *areas, pal_str alpha2);
uint32_t pal_areas_by_m49(const struct pal_areas *areas, pal_str m49);
uint32_t pal_areas_by_name(const struct pal_areas *areas, pal_str name);
pal_str pal_areas_nearest(const struct pal_areas *areas, pal_str code_or_name);
/* True when `area` lies in `whole` (region, world, country of a part), at any depth. */
bool pal_areas_within(const struct pal_areas *areas, uint32_t area, uint32_t whole);
/* One of XAA to XZZ (not XKX, Kosovo), a part of one, or a region of them. */
bool pal_areas_invented(const struct pal_areas *areas, uint32_t area);

/* A dictionary of category codes of one column: index 1..; 0 means "none" (absent cell). */
struct pal_dict;
size_t pal_dict_count(const struct pal_dict *dict); /* highest index + 1 */
pal_str pal_dict_text(const struct pal_dict *dict, uint32_t code);
uint32_t pal_dict_find(const struct pal_dict *dict, pal_str text); /* 0 when unknown */

/* ---- descriptors --------------------------------------------------------------------------- */

enum pal_shape {
    PAL_SHAPE_LONG,         /* one row a value                                          */
    PAL_SHAPE_WIDE_YEARS,   /* one column a year                                        */
    PAL_SHAPE_WIDE_COLUMNS, /* one column a measure: OC Index, homicide time series      */
    PAL_SHAPE_STATUS,       /* one row a participant of a treaty: act and date           */
    PAL_SHAPE_LISTS,        /* one row a pattern or person of overlapping lists          */
    PAL_SHAPE_MICRODATA,    /* one row a record, counted                                 */
};
enum pal_duplicates { PAL_DUP_ERROR, PAL_DUP_FIRST, PAL_DUP_LAST, PAL_DUP_SUM, PAL_DUP_KEEP_BOTH };
enum pal_area_code { PAL_AREA_BY_CODE, PAL_AREA_BY_ALPHA2, PAL_AREA_BY_M49, PAL_AREA_BY_NAME };

/* Everything that dataset.yaml says (datasets/README.md lists the keys with examples). Opaque: the
 * accessors below are what other rooms need. */
struct pal_descriptor;

PAL_CHECK_RESULT
enum pal_status pal_descriptor_read(const char *path, struct pal_arena *arena,
                                    struct pal_descriptor **out, struct pal_error *err);
/* Names of the tables of a Frictionless package, each a dataset at "PATH#NAME"; none when the file
 * is no package. PAL_SYNTAX and PAL_IO as pal_yaml_read. */
PAL_CHECK_RESULT
enum pal_status pal_package_tables(const char *path, struct pal_arena *arena, const pal_str **out,
                                   size_t *n, struct pal_error *err);
pal_str pal_descriptor_name(const struct pal_descriptor *descriptor);
/* Calls it by the name under which it was found: that is how definitions speak of it. */
void pal_descriptor_rename(struct pal_descriptor *descriptor, pal_str name);
struct pal_text pal_descriptor_title(const struct pal_descriptor *descriptor);
const char *pal_descriptor_path(const struct pal_descriptor *descriptor); /* of dataset.yaml */
/* The data files as the descriptor names them. */
size_t pal_descriptor_files(const struct pal_descriptor *descriptor);
pal_str pal_descriptor_file(const struct pal_descriptor *descriptor, size_t i);
bool pal_descriptor_synthetic(const struct pal_descriptor *descriptor);
struct pal_names {
    size_t n;
    const pal_str *name;
};
pal_str pal_names_join(const struct pal_names *names, struct pal_arena *arena); /* "sex,age" */

/* How weights are adjusted after the design, in words: the flags of `palermo estimate` and the keys
 * of `design` fill it alike. What is empty is not asked for. */
struct pal_weighting_term { /* a total that is known: "1", "age", "sex=M" */
    pal_str text, column, value;
    bool level; /* 1 where the column holds `value`; otherwise its numbers; no column: 1 */
};
struct pal_weighting {
    pal_str respondents;      /* the column that tells them                      */
    struct pal_names answers; /* its values that make one, in descriptors        */
    struct pal_names classes; /* non-response: whose respondents stand in for it */
    bool trims;
    double trim_low, trim_high;
    struct pal_names poststratify;
    size_t rakes;
    const struct pal_names *rake; /* [rakes] a margin each     */
    pal_str calibrate;            /* linear, raking, logit     */
    size_t terms;
    const struct pal_weighting_term *term;
    struct pal_names population; /* files: one a margin, one of totals                */
    bool bounded;
    double low, high;      /* of the factor; -INFINITY, INFINITY: none          */
    pal_str aggregate;     /* psu: one factor a first-stage unit                */
    size_t max_iterations; /* 0: not given                                      */
    double epsilon;
    struct pal_place respondents_at, population_at; /* in a descriptor; line 0: elsewhere */
};
bool pal_weighting_asked(const struct pal_weighting *words);
/* What belongs together and what does not. typed: messages name flags (--rake), otherwise keys
 * (rake); *key receives the key at fault, as in a descriptor. PAL_USAGE. */
PAL_CHECK_RESULT
enum pal_status pal_weighting_check(const struct pal_weighting *words, bool typed, const char **key,
                                    struct pal_error *err);

/* Its records are a sample (NULL: they are none): columns by role and the words of `design`, as the
 * flags of `palermo estimate` have them; empty words are the defaults. One column a stage. */
struct pal_sample_facts {
    bool given;
    pal_str weight;
    size_t strata, units, fpcs, replicates;
    const pal_str *stratum, *unit, *fpc;
    const pal_str *replicate; /* names of columns, in which '*' stands for anything      */
    bool nest, mse;
    bool by_area, by_period; /* each area, each year is a sample of its own              */
    pal_str lonely_psu, lonely_domain, variance, replicate_kind, df, deff;
    double scale; /* 0: the kind's own */
    size_t rscales;
    const double *rscale;
    struct pal_weighting weighting;
    bool imputed;       /* completed data sets, told apart by a column, or each a file */
    pal_str imputation; /* the column */
    pal_str mi_df;
    struct pal_place samples_at, imputation_at;
    struct pal_place at;
};
/* Does a column bear a name of `replicate`? */
bool pal_sample_fits(pal_str pattern, pal_str name);
const struct pal_sample_facts *pal_descriptor_sample(const struct pal_descriptor *descriptor);
enum pal_shape pal_descriptor_shape(const struct pal_descriptor *descriptor);
/* Plain facts for tables, notes and the manifest; empty when the descriptor is silent. */
const char *pal_duplicates_name(enum pal_duplicates rule);
/* What the descriptor says of one measure; NULL when it declares none of that name. */
struct pal_measure_facts {
    pal_str name, counting_unit, counting_stage;
    pal_str kind;              /* phenomenon, implementation, or empty */
    bool is_rate, is_estimate; /* an estimate of a count need not be whole */
};
size_t pal_descriptor_measures(const struct pal_descriptor *descriptor);
const struct pal_measure_facts *pal_descriptor_measure(const struct pal_descriptor *descriptor,
                                                       size_t i);

/* What a definition may name of a dataset, known without its file: dimensions (lower case), the
 * codes of one of them ("_T" among them), and the value column where there are no measures. Codes
 * give false when the list may be open: a column whose categories the descriptor does not list. */
PAL_CHECK_RESULT
enum pal_status pal_descriptor_dimensions(const struct pal_descriptor *descriptor,
                                          struct pal_arena *arena, const pal_str **name, size_t *n,
                                          struct pal_error *err);
bool pal_descriptor_codes(const struct pal_descriptor *descriptor, pal_str dimension,
                          struct pal_arena *arena, const pal_str **code, size_t *n);
pal_str pal_descriptor_value(const struct pal_descriptor *descriptor);
/* The code that the source's category stands for; ptr NULL when it is not listed. */
pal_str pal_descriptor_code_of(const struct pal_descriptor *descriptor, pal_str dimension,
                               pal_str category);

struct pal_dataset_facts {
    pal_str publisher, licence, source, retrieved, release;
    pal_str counting_unit, counting_stage, principal_offence_rule, scope;
    struct pal_text conf_legal_basis;
    pal_str conf_embargo;
    double conf_min_cell; /* 0 = none */
    pal_str citation;
    size_t lists; /* shape lists: the columns that are lists */
    const pal_str *list;
};
const struct pal_dataset_facts *pal_descriptor_facts(const struct pal_descriptor *descriptor);

/* A draft of dataset.yaml for a table that nobody described: dialect, preamble, header, shape,
 * roles, marks of absence, codes of sex and age, from its first 20,000 rows. What it cannot know
 * stands in it as a comment that asks. It can be read back and loads the file. */
PAL_CHECK_RESULT
enum pal_status pal_descriptor_suggest(const char *path, const struct pal_areas *areas,
                                       struct pal_arena *arena, struct pal_buf *out,
                                       struct pal_error *err);

/* Finds datasets by name: each folder in `folders` may hold <name>/dataset.yaml, <name>.yaml or a
 * Frictionless <name>/datapackage.json. Earlier folders win. */
struct pal_datasets;
PAL_CHECK_RESULT
enum pal_status pal_datasets_scan(const char *const *folders, size_t n, struct pal_arena *arena,
                                  struct pal_datasets **out, struct pal_error *err);
size_t pal_datasets_count(const struct pal_datasets *datasets);
pal_str pal_datasets_name(const struct pal_datasets *datasets, size_t i);
const char *pal_datasets_file(const struct pal_datasets *datasets, size_t i); /* descriptor path */
PAL_CHECK_RESULT
enum pal_status pal_datasets_find(const struct pal_datasets *datasets, pal_str name,
                                  const char **path, struct pal_error *err);

/* ---- batches and tables --------------------------------------------------------------------- */

enum pal_column_type { PAL_COLUMN_NUMBER, PAL_COLUMN_CODE };

struct pal_column {
    pal_str name; /* as the descriptor or the header names it            */
    enum pal_column_type type;
    double *value; /* number: [rows] meaningful only where PRESENT        */
    double *low;   /* number: [rows] or NULL; what a censored cell may be */
    double *high;
    uint32_t *code;              /* code: [rows]                                        */
    const struct pal_dict *dict; /* code                                                */
    const uint8_t *why;          /* code, of microdata: [pal_dict_count] enum pal_absent of each
                                    category, for marks and declared answers; or NULL     */
    uint8_t *absent;             /* [rows] enum pal_absent                              */
};

enum pal_row_state {
    PAL_ROW_ENTERS = 0,
    PAL_ROW_ERROR,     /* an error finding; enters no figure                                 */
    PAL_ROW_DUPLICATE, /* superseded by another row under the duplicates rule (finding)      */
    PAL_ROW_SET_ASIDE, /* the descriptor says that it enters nothing (counted in a finding)  */
};

enum pal_row_mark { /* bits: what settling noticed; the figure that the row enters is flagged */
                    PAL_MARK_REPEATED = 1,       /* its key stands in other rows too              */
                    PAL_MARK_PARTS_DISAGREE = 2, /* it is a total that its parts do not add up to */
                    PAL_MARK_STAGE_ORDER = 4, /* a later stage above an earlier one             */
                    PAL_MARK_RATE_DISAGREES = 8,   /* the published rate contradicts it   */
                    PAL_MARK_CENSORED_MARGIN = 16, /* a margin narrows or contradicts its bounds */
};

struct pal_batch { /* a few ten thousand rows, one piece of the input */
    size_t rows, cols;
    const struct pal_column *col; /* [cols]                                      */
    const uint64_t *line;         /* [rows] line in the source file, from 1      */
    const uint8_t *state;         /* [rows] enum pal_row_state                   */
    const char *file;
};

PAL_CHECK_RESULT
enum pal_status pal_batch_column(const struct pal_batch *batch, pal_str name,
                                 const struct pal_column **out, struct pal_error *err);

struct pal_dataset_file {
    pal_str name;     /* as the descriptor names it, no machine's path */
    const char *path; /* where it was read                             */
    char sha256[65];  /* of the bytes as stored                        */
};

/* A dataset in memory: one batch of the columns that carry a role, a dimension or a measure, with
 * area and period resolved. Long, wide-years and wide-columns files all arrive here in the long
 * form: one row, one value. */
struct pal_dataset {
    const struct pal_descriptor *descriptor;
    struct pal_batch batch;
    const uint32_t *area;  /* [rows] PAL_NO_AREA when the row names none                     */
    const int32_t *period; /* [rows] year; INT32_MIN when the dataset has no period          */
    const struct pal_column *value;   /* the value column; NULL for pure microdata               */
    const struct pal_column *measure; /* code: which measure the row's value is; NULL = one only */
    const struct pal_column *unit;    /* code: unit of measurement as the source writes it       */
    size_t dimensions;
    const struct pal_column *dimension; /* [dimensions] code columns; name in lower case (sex,
                                           age, form...); "_T" total, "" (code 0) not applicable */
    const uint8_t *mark;   /* [rows] enum pal_row_mark                                      */
    size_t columns_n;      /* the source's own columns, by its own names                   */
    const uint32_t *field; /* [rows] field number of the value, for findings                */
    size_t files;
    const struct pal_dataset_file *of_file; /* [files]                                      */
    const uint32_t *file_of; /* [rows] index in of_file; NULL when there is one file only   */
    size_t populations;      /* files that its `design` names            */
    const struct pal_dataset_file *population; /* [populations]                            */
    pal_str file; /* of the first: name, path and fingerprint                    */
    const char *path;
    char sha256[65];
    uint64_t rows_read, rows_error, rows_duplicate;
};

struct pal_load_options {
    struct pal_areas *areas;    /* receives the areas that a descriptor adds */
    const char *const *folders; /* where data files are looked for, after the descriptor's own */
    size_t folders_n;
    const char *file; /* read in place of the file that the descriptor names; NULL: that one */
    int as_of_year;   /* later years are impossible; 0 = none known */
    unsigned threads;
};

/* The first file of the descriptor that lies nowhere; empty when all are there. */
pal_str pal_descriptor_missing_file(const struct pal_descriptor *descriptor,
                                    const struct pal_load_options *options,
                                    struct pal_arena *arena);
/* Reads the dataset's file(s): types, absence, codes, areas, periods, row-wise checks. */
PAL_CHECK_RESULT
enum pal_status pal_dataset_load(const struct pal_descriptor *descriptor,
                                 const struct pal_load_options *options, struct pal_diag *diag,
                                 struct pal_arena *arena, struct pal_dataset **out,
                                 struct pal_error *err);
/* Duplicates by the descriptor's rule, parts against totals, stage order, rate x population against
 * count. Marks rows, writes findings. */
PAL_CHECK_RESULT
enum pal_status pal_dataset_settle(struct pal_dataset *dataset,
                                   const struct pal_load_options *options, struct pal_diag *diag,
                                   struct pal_arena *scratch, struct pal_error *err);
/* Index of a dimension by name, case ignored; SIZE_MAX when there is none. */
size_t pal_dataset_dimension(const struct pal_dataset *dataset, pal_str name);
/* Any column that rows can be filtered on, by the source's own name, a role or a dimension name.
 * NULL when there is none. */
const struct pal_column *pal_dataset_filter_column(const struct pal_dataset *dataset, pal_str name);
/* The categories of a column of the file as numbers, written as the descriptor says: value[code]
 * where absent[code] is PAL_PRESENT, both [pal_dict_count]; PAL_UNREADABLE: it is no number. */
PAL_CHECK_RESULT
enum pal_status pal_dataset_numbers(const struct pal_dataset *dataset,
                                    const struct pal_column *column, struct pal_arena *arena,
                                    const double **value, const uint8_t **absent,
                                    struct pal_error *err);
/* The file that a row stands in. */
const struct pal_dataset_file *pal_dataset_file_of(const struct pal_dataset *dataset, size_t row);
/* The text of line `line` of the descriptor's file number `file`, for `explain`. */
PAL_CHECK_RESULT
enum pal_status pal_dataset_source_line(const struct pal_descriptor *descriptor,
                                        const struct pal_load_options *options, size_t file,
                                        uint64_t line, struct pal_arena *arena, pal_str *out,
                                        struct pal_error *err);

/* ---- findings as files ----------------------------------------------------------------------- */

/* The rules that findings are about (src/data/rules.def): a stable id, and in words what holds
 * where there is no finding. */
struct pal_rule {
    const char *id, *about;
};
size_t pal_rules(const struct pal_rule **out);
const char *pal_rule_about(const char *rule); /* "" for a rule of somebody else's */
const char *pal_severity_name(enum pal_severity severity);

/* "/home/me/palermo/indicators/violence/HOM-01.yaml" is "indicators/violence/HOM-01.yaml" where
 * "/home/me/palermo/indicators" is one of the folders: the same input gives the same bytes wherever
 * it lies. Other names stay as they are. */
pal_str pal_findings_file(pal_str file, const char *const *folder, size_t folders);
/* severity,rule,file,line,column,dataset,value,finding,what_to_do: the layout of findings.csv. Ends
 * with a row per rule and file whose listing was capped, saying how many there were. Files below
 * one of the folders are named as above. */
void pal_findings_csv(const struct pal_diag *diag, const char *const *folder, size_t folders,
                      struct pal_buf *out);
/* The validation report structure of the European Statistical System (ValidatReport 1.0), one entry
 * a finding, value "0" (a rule that does not hold). What the structure has no word for (line,
 * column, text, what to do) stands in the member "palermo". as_of may be empty: then no event time
 * is written. agent: the program and its version. */
void pal_findings_json(const struct pal_diag *diag, pal_str as_of, const char *agent,
                       struct pal_buf *out);

/* ---- any table without a descriptor (`palermo estimate`) ------------------------------------- */

/* Streams batches of the named columns. A column asked for as `number` must be numbers; one asked
 * for as `codes` comes as codes, whatever it looks like; any other is a number when all its present
 * cells are numbers, and codes otherwise (to know which, the file is read twice: ask for `codes`
 * where that is what is used); it has codes in either case. Missing = empty. Codes are numbered in
 * order of first sight in the file, batches come in the order of the file and are cut at fixed
 * places, so all of it is the same on any number of threads. Memory does not depend on the rows,
 * but for workbooks, which are read whole. */
struct pal_stream;
struct pal_stream_column {
    pal_str name;
    bool number; /* must be a number: a cell that is not is PAL_DATA with its place */
    bool codes;  /* text alone                                                      */
};
struct pal_stream_options {
    unsigned threads;   /* that read and parse, the caller's own among them; 0 = 1 */
    size_t piece_bytes; /* as pal_pieces_options                                   */
    unsigned path;
    size_t absents;        /* texts that stand for no value, as an empty cell does */
    const pal_str *absent; /* [absents] "NA"; outlive the stream                   */
    const char *sheet;     /* of a workbook; NULL = the first                      */
};
PAL_CHECK_RESULT
enum pal_status pal_stream_open(const char *path, const struct pal_stream_column *columns, size_t n,
                                struct pal_arena *arena, struct pal_stream **out,
                                struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_stream_open_with(const char *path, const struct pal_stream_column *columns,
                                     size_t n, const struct pal_stream_options *options,
                                     struct pal_arena *arena, struct pal_stream **out,
                                     struct pal_error *err);
/* What texts not met before may take, from the next piece on that is begun. */
void pal_stream_room(struct pal_stream *stream, size_t bytes);
/* *batch NULL at the end. The batch lives until the next call. */
PAL_CHECK_RESULT
enum pal_status pal_stream_next(struct pal_stream *stream, const struct pal_batch **batch,
                                struct pal_error *err);

#endif
