/* statfile.c: SPSS, Stata and SAS files as records, through ReadStat, which hands values over
 * rather than being asked for them: so the table is held, a number or a text a cell.
 *
 * A variable whose values all have labels is its labels; dates of the three programs are ISO dates.
 * What the sender declared missing is absent, and its text is the label or code that says why.
 */
#include "inside.h"

#include <math.h>
#include <readstat.h>

struct stat_dates { /* what a number counts; per_day 0: it is no date */
    double per_day;
    int32_t first; /* day 0, in days since 1970 */
};

struct stat_labels { /* one set */
    pal_str name;
    struct pal_map *text_of; /* value as text -> index in label */
    pal_str *label;
    size_t n;
};

struct stat_variable {
    pal_str name;
    bool is_text, labelled; /* labelled: every value that is there has a label */
    struct stat_dates dates;
    size_t labels;  /* index of its set; SIZE_MAX: none */
    double *value;  /* [rows] of numbers; NaN where absent */
    uint32_t *text; /* [rows] index of a text: of texts, and of what is absent */
    uint8_t *absent;
};

struct statfile {
    struct pal_arena *arena;
    const char *name, *what;
    bool failed; /* memory ran out in a handler */
    struct stat_variable *variable;
    size_t variables, rows, room, given;
    struct stat_labels *labels;
    size_t labels_n;
    struct pal_map *texts;
    pal_str *field;
    bool *quoted;
    uint8_t *absent;
    char (*number)[PAL_NUM_SIZE];
    char message[256];
};

/* ---- taking what ReadStat hands over -----------------------------------------------------------
 */

static int fail(struct statfile *s)
{
    s->failed = true;
    return READSTAT_HANDLER_ABORT;
}

/* SPSS counts seconds since 14 October 1582, SAS and Stata days since 1960, or seconds and
 * milliseconds of them. */
static struct stat_dates dates_of(const char *what, const char *format)
{
    enum { FROM_1582 = -141428, FROM_1960 = -3653 };
    static const struct {
        const char *what, *start;
        struct stat_dates dates;
    } known[] = {
        {"SPSS", "DATE", {86400, FROM_1582}},    {"SPSS", "ADATE", {86400, FROM_1582}},
        {"SPSS", "EDATE", {86400, FROM_1582}},   {"SPSS", "SDATE", {86400, FROM_1582}},
        {"SPSS", "JDATE", {86400, FROM_1582}},   {"Stata", "%td", {1, FROM_1960}},
        {"Stata", "%d", {1, FROM_1960}},         {"Stata", "%tc", {86400000, FROM_1960}},
        {"SAS", "DATETIME", {86400, FROM_1960}}, {"SAS", "DATE", {1, FROM_1960}},
        {"SAS", "MMDDYY", {1, FROM_1960}},       {"SAS", "DDMMYY", {1, FROM_1960}},
        {"SAS", "YYMMDD", {1, FROM_1960}},       {"SAS", "E8601DA", {1, FROM_1960}},
    };
    for (size_t i = 0; format && i < PAL_COUNT(known); i++)
        if (pal_str_starts(pal_str_of(what), pal_str_of(known[i].what)) &&
            pal_str_starts(pal_str_of(format), pal_str_of(known[i].start)))
            return known[i].dates;
    return (struct stat_dates){0, 0};
}

static size_t labels_at(struct statfile *s, const char *name, bool add)
{
    for (size_t i = 0; i < s->labels_n; i++)
        if (pal_str_eq(s->labels[i].name, pal_str_of(name)))
            return i;
    if (!add)
        return SIZE_MAX;
    s->labels =
        pal_arena_grow(s->arena, s->labels, s->labels_n, s->labels_n + 1, sizeof *s->labels);
    if (!s->labels)
        return SIZE_MAX;
    struct stat_labels *set = &s->labels[s->labels_n];
    set->name = pal_arena_str(s->arena, pal_str_of(name));
    set->text_of = pal_map_new(s->arena, 0);
    return set->name.ptr && set->text_of ? s->labels_n++ : SIZE_MAX;
}

static int on_variable(int index, readstat_variable_t *variable, const char *labels, void *context)
{
    struct statfile *s = context;
    s->variable =
        pal_arena_grow(s->arena, s->variable, s->variables, (size_t)index + 1, sizeof *s->variable);
    if (!s->variable)
        return fail(s);
    s->variables = (size_t)index + 1;
    struct stat_variable *v = &s->variable[index];
    *v = (struct stat_variable){
        .name = pal_arena_str(s->arena, pal_str_of(readstat_variable_get_name(variable))),
        .is_text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING,
        .dates = dates_of(s->what, readstat_variable_get_format(variable)),
        .labels = labels ? labels_at(s, labels, true) : SIZE_MAX,
    };
    return v->name.ptr ? READSTAT_HANDLER_OK : fail(s);
}

/* The key of a value among labels: tagged missing values by their letter. */
static pal_str key_of(readstat_value_t value, char *room)
{
    if (readstat_value_is_tagged_missing(value)) {
        room[0] = '.';
        room[1] = readstat_value_tag(value);
        return (pal_str){room, 2};
    }
    if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
        return pal_str_trim(pal_str_of(readstat_string_value(value)));
    return (pal_str){room, pal_num_write(readstat_double_value(value), room)};
}

static int on_label(const char *name, readstat_value_t value, const char *label, void *context)
{
    struct statfile *s = context;
    char room[PAL_NUM_SIZE];
    bool is_new;
    const size_t at = labels_at(s, name, true);
    if (at == SIZE_MAX)
        return fail(s);
    struct stat_labels *set = &s->labels[at];
    const size_t index = pal_map_add(set->text_of, key_of(value, room), &is_new);
    if (index == SIZE_MAX)
        return fail(s);
    if (is_new) {
        set->label = pal_arena_grow(s->arena, set->label, set->n, set->n + 1, sizeof *set->label);
        if (!set->label)
            return fail(s);
        set->n++;
    }
    set->label[index] = pal_arena_str(s->arena, pal_str_trim(pal_str_of(label)));
    return set->label[index].ptr ? READSTAT_HANDLER_OK : fail(s);
}

static bool make_room(struct statfile *s, size_t rows)
{
    if (rows <= s->room)
        return true;
    const size_t old = s->room, room = rows > 2 * old ? rows + 1023 : 2 * old;
    for (size_t i = 0; i < s->variables; i++) {
        struct stat_variable *v = &s->variable[i];
        if (!v->is_text)
            v->value = pal_arena_grow(s->arena, v->value, old, room, sizeof *v->value);
        v->text = pal_arena_grow(s->arena, v->text, old, room, sizeof *v->text);
        v->absent = pal_arena_grow(s->arena, v->absent, old, room, 1);
        if ((!v->is_text && !v->value) || !v->text || !v->absent)
            return false;
    }
    s->room = room;
    return true;
}

/* What the sender says of a value that is not there. */
static enum pal_missing reason_of(pal_str label)
{
    static const struct {
        pal_str word;
        enum pal_missing reason;
    } known[] = {
        {PAL_STR_INIT("refus"), PAL_MISSING_WITHHELD},
        {PAL_STR_INIT("withheld"), PAL_MISSING_WITHHELD},
        {PAL_STR_INIT("applicable"), PAL_MISSING_NOT_APPLICABLE},
        {PAL_STR_INIT("inapplic"), PAL_MISSING_NOT_APPLICABLE},
        {PAL_STR_INIT("skip"), PAL_MISSING_NOT_APPLICABLE},
        {PAL_STR_INIT("universe"), PAL_MISSING_NOT_APPLICABLE},
    };
    for (size_t i = 0; i < PAL_COUNT(known); i++)
        for (size_t at = 0; at + known[i].word.len <= label.len; at++)
            if (pal_str_eq_nocase((pal_str){label.ptr + at, known[i].word.len}, known[i].word))
                return known[i].reason;
    return PAL_MISSING_NOT_COLLECTED;
}

static pal_str label_of(const struct statfile *s, const struct stat_variable *v, pal_str key)
{
    const struct stat_labels *set = v->labels == SIZE_MAX ? NULL : &s->labels[v->labels];
    const size_t at = set ? pal_map_find(set->text_of, key) : SIZE_MAX;
    return at == SIZE_MAX ? (pal_str){NULL, 0} : set->label[at];
}

static int on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *context)
{
    struct statfile *s = context;
    const size_t at = (size_t)row;
    struct stat_variable *v = &s->variable[readstat_variable_get_index(variable)];
    char room[PAL_NUM_SIZE];
    if (!make_room(s, at + 1))
        return fail(s);
    s->rows = at + 1 > s->rows ? at + 1 : s->rows;
    const bool text = v->is_text;
    if (readstat_value_is_system_missing(value) && !readstat_value_is_tagged_missing(value)) {
        v->absent[at] = PAL_MISSING_BLANK;
        return READSTAT_HANDLER_OK;
    }
    const pal_str key = key_of(value, room);
    if (readstat_value_is_tagged_missing(value) ||
        readstat_value_is_defined_missing(value, variable)) {
        /* Its label may come after the data (Stata): find_labels looks it up. */
        const size_t word = pal_map_add(s->texts, key, NULL);
        if (word == SIZE_MAX)
            return fail(s);
        v->absent[at] = PAL_MISSING_NOT_COLLECTED;
        v->text[at] = (uint32_t)word;
        return READSTAT_HANDLER_OK;
    }
    if (!text) {
        v->value[at] = readstat_double_value(value);
        return READSTAT_HANDLER_OK;
    }
    const size_t word = pal_map_add(s->texts, key, NULL);
    if (word == SIZE_MAX)
        return fail(s);
    v->text[at] = (uint32_t)word;
    if (!key.len)
        v->absent[at] = PAL_MISSING_BLANK;
    return READSTAT_HANDLER_OK;
}

static void on_error(const char *message, void *context)
{
    struct statfile *s = context;
    (void)snprintf(s->message, sizeof s->message, "%s", message);
    for (char *c = s->message; *c; c++)
        if (*c == '\n')
            *c = ' ';
}

/* ---- handing out -------------------------------------------------------------------------------
 */

/* What was declared missing is its label where it has one, and absent for the reason it gives. */
static bool label_absent(struct statfile *s, struct stat_variable *v)
{
    for (size_t row = 0; row < s->rows; row++) {
        if (v->absent[row] <= PAL_MISSING_BLANK)
            continue;
        const pal_str label = label_of(s, v, pal_map_key(s->texts, v->text[row]));
        if (!label.ptr)
            continue;
        const size_t word = pal_map_add(s->texts, label, NULL);
        if (word == SIZE_MAX)
            return false;
        v->text[row] = (uint32_t)word;
        v->absent[row] = (uint8_t)reason_of(label);
    }
    return true;
}

/* A variable is its labels when every value that it has has one: "98 = refused" alone does not make
 * ages into categories. */
static bool find_labels(struct statfile *s)
{
    char room[PAL_NUM_SIZE];
    for (size_t i = 0; i < s->variables; i++) {
        struct stat_variable *v = &s->variable[i];
        v->labelled = v->labels != SIZE_MAX;
        for (size_t row = 0; v->labelled && row < s->rows; row++) {
            if (v->absent[row])
                continue;
            const pal_str key = v->is_text ? pal_map_key(s->texts, v->text[row])
                                           : (pal_str){room, pal_num_write(v->value[row], room)};
            v->labelled = label_of(s, v, key).ptr != NULL;
        }
        if (v->labels != SIZE_MAX && !label_absent(s, v))
            return false;
    }
    return true;
}

static pal_str date_text(struct stat_dates dates, double value, char *room)
{
    const double days = floor(value / dates.per_day) + dates.first;
    if (!(fabs(days) < 1e6))
        return (pal_str){room, pal_num_write(value, room)};
    const struct pal_date date = io_civil((int32_t)days);
    const int n = snprintf(room, PAL_NUM_SIZE, "%04d-%02d-%02d", date.year, date.month, date.day);
    return (pal_str){room, (size_t)n};
}

static pal_str cell_text(struct statfile *s, const struct stat_variable *v, size_t row, char *room)
{
    if (v->absent[row] == PAL_MISSING_BLANK)
        return PAL_STR("");
    if (v->absent[row])
        return pal_map_key(s->texts, v->text[row]);
    if (v->dates.per_day > 0 && !v->is_text)
        return date_text(v->dates, v->value[row], room);
    const pal_str key = v->is_text ? pal_map_key(s->texts, v->text[row])
                                   : (pal_str){room, pal_num_write(v->value[row], room)};
    return v->labelled ? label_of(s, v, key) : key;
}

static enum pal_status next(void *self, struct pal_record *out, bool *end, struct pal_error *err)
{
    struct statfile *s = self;
    (void)err;
    *end = s->given > s->rows;
    if (*end)
        return PAL_OK;
    for (size_t i = 0; i < s->variables; i++) { /* the first record is the header */
        const struct stat_variable *v = &s->variable[i];
        s->field[i] = s->given ? cell_text(s, v, s->given - 1, s->number[i]) : v->name;
        s->absent[i] = s->given ? v->absent[s->given - 1] : 0;
        s->quoted[i] = v->is_text || v->labelled;
    }
    s->given++;
    *out = (struct pal_record){.field = s->field,
                               .fields = s->variables,
                               .line = s->given,
                               .quoted = s->quoted,
                               .missing = s->absent};
    return PAL_OK;
}

static enum pal_status preamble(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                size_t *n, struct pal_error *err)
{
    (void)self;
    (void)rows;
    (void)arena;
    (void)line;
    (void)err;
    *n = 0;
    return PAL_OK;
}

static void sha256(void *self, char *out)
{
    struct pal_error ignored;
    if (pal_file_sha256(((struct statfile *)self)->name, out, &ignored) != PAL_OK)
        out[0] = '\0';
}

static const struct io_reader reader_statfile = {"statfile", next, preamble, sha256};

/* ---- opening -----------------------------------------------------------------------------------
 */

/* Releases 104 to 115: the release, the order of bytes, 1, 0. */
static bool old_stata(pal_str start)
{
    return start.len > 4 && (unsigned char)start.ptr[0] >= 0x68 &&
           (unsigned char)start.ptr[0] <= 0x73 && (start.ptr[1] == 1 || start.ptr[1] == 2) &&
           start.ptr[2] == 1 && start.ptr[3] == 0;
}

bool io_statfile_is(pal_str start, const char **what)
{
    static const char sas[] = "\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x60\xB3\x14\x11\xCF\xBD\x92";
    *what = NULL;
    if (pal_str_starts(start, PAL_STR("$FL2")) || pal_str_starts(start, PAL_STR("$FL3")))
        *what = "SPSS";
    else if (pal_str_starts(start, PAL_STR("<stata_dta>")) || old_stata(start))
        *what = "Stata";
    else if (start.len >= sizeof sas - 1 && memcmp(start.ptr, sas, sizeof sas - 1) == 0)
        *what = "SAS";
    else if (pal_str_starts(start, PAL_STR("HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")) ||
             pal_str_starts(start, PAL_STR("HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!")))
        *what = "SAS transport";
    return *what != NULL;
}

enum pal_status pal_sas_catalogue(const char *data, struct pal_arena *arena, const char **out,
                                  struct pal_error *err)
{
    static const char ending[] = ".sas7bdat";
    pal_str stem = pal_str_of(data);
    *out = NULL;
    if (stem.len < sizeof ending ||
        !pal_str_eq_nocase((pal_str){stem.ptr + stem.len - (sizeof ending - 1), sizeof ending - 1},
                           pal_str_of(ending)))
        return PAL_OK;
    stem.len -= sizeof ending - 1;
    const char *folder = pal_path_dir(arena, data);
    const char *const beside[] = {pal_arena_printf(arena, "%.*s.sas7bcat", PAL_ARG(stem)).ptr,
                                  folder ? pal_path_join(arena, folder, PAL_STR("formats.sas7bcat"))
                                         : NULL};
    for (size_t i = 0; !*out && i < PAL_COUNT(beside); i++) {
        if (!beside[i])
            return pal_nomem(err, data);
        if (pal_file_exists(beside[i]))
            *out = beside[i];
    }
    return PAL_OK;
}

/* A variable finds its labels by the name of its format. */
static readstat_error_t parse_catalogue(readstat_parser_t *parser, struct statfile *s)
{
    const char *catalogue;
    struct pal_error ignored;
    if (pal_sas_catalogue(s->name, s->arena, &catalogue, &ignored) != PAL_OK)
        return READSTAT_ERROR_MALLOC;
    return catalogue ? readstat_parse_sas7bcat(parser, catalogue, s) : READSTAT_OK;
}

static readstat_error_t parse(readstat_parser_t *parser, struct statfile *s)
{
    if (strcmp(s->what, "SPSS") == 0)
        return readstat_parse_sav(parser, s->name, s);
    if (strcmp(s->what, "Stata") == 0)
        return readstat_parse_dta(parser, s->name, s);
    if (strcmp(s->what, "SAS") == 0) {
        const readstat_error_t code = readstat_parse_sas7bdat(parser, s->name, s);
        return code == READSTAT_OK ? parse_catalogue(parser, s) : code;
    }
    return readstat_parse_xport(parser, s->name, s);
}

enum pal_status io_statfile_open(struct pal_source *source, struct pal_arena *arena,
                                 const struct io_reader **reader, void **self,
                                 struct pal_error *err)
{
    struct statfile *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, pal_source_name(source));
    s->arena = arena;
    s->name = pal_source_name(source);
    s->texts = pal_map_new(arena, 0);
    if (!s->texts)
        return pal_nomem(err, s->name);
    if (!io_statfile_is(io_source_start(source), &s->what) || io_source_file(source) < 0)
        return pal_fail(err, PAL_IO,
                        "'%s' cannot be read from a pipe as an SPSS, Stata or SAS file; save it "
                        "and name the file",
                        s->name);
    readstat_parser_t *parser = readstat_parser_init();
    if (!parser)
        return pal_nomem(err, s->name);
    readstat_set_variable_handler(parser, on_variable);
    readstat_set_value_label_handler(parser, on_label);
    readstat_set_value_handler(parser, on_value);
    readstat_set_error_handler(parser, on_error);
    const readstat_error_t code = parse(parser, s);
    readstat_parser_free(parser);
    if (s->failed || code == READSTAT_ERROR_MALLOC)
        return pal_nomem(err, s->name);
    if (code != READSTAT_OK)
        return pal_fail(err, PAL_DATA, "'%s' is a damaged %s file: %s%s%s", s->name, s->what,
                        readstat_error_message(code), s->message[0] ? "; " : "", s->message);
    if (!s->variables)
        return pal_fail(err, PAL_DATA, "'%s', of %s, holds no variable", s->name, s->what);
    if (!find_labels(s))
        return pal_nomem(err, s->name);
    s->field = pal_arena_alloc(arena, s->variables + 1, sizeof *s->field);
    s->quoted = pal_arena_alloc(arena, s->variables + 1, sizeof *s->quoted);
    s->absent = pal_arena_alloc(arena, s->variables + 1, 1);
    s->number = pal_arena_alloc(arena, s->variables + 1, sizeof *s->number);
    if (!s->field || !s->quoted || !s->absent || !s->number)
        return pal_nomem(err, s->name);
    *reader = &reader_statfile;
    *self = s;
    return PAL_OK;
}
