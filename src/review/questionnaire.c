/* questionnaire.c: two workbooks a State, filled in with what it said last, never in one form: the
 * crime instrument asks for counts, part by part as the United Nations survey does, and the
 * implementation instrument goes through the Convention article by article. What comes back is a
 * dataset whose rows say which file, sheet and line they stood in. */
#include "inside.h"
#include "return.h"

#include <xlsxwriter.h>

enum { EPOCH_1980 = 315532800, COLUMNS = 10, LAST_LOCKED = 5, HEAD_ROWS = 4 };

struct column {
    const char *id;
    enum review_word head;
    double width;
};
static const struct column crime_columns[COLUMNS] = {
    {"KEY", REVIEW_KEY, 26},
    {"QUESTION", REVIEW_INDICATOR, 44},
    {"BREAKDOWN", REVIEW_BREAKDOWN, 24},
    {"UNIT", REVIEW_METADATA, 30},
    {"YEAR", REVIEW_ASK_YEAR, 8},
    {"LAST", REVIEW_ASK_LAST, 18},
    {"VALUE", REVIEW_ASK_VALUE, 16},
    {"STATUS", REVIEW_ASK_NONE, 22},
    {"SOURCE", REVIEW_ASK_SOURCE, 30},
    {"NOTE", REVIEW_ASK_NOTE, 40},
};
static const struct column law_columns[COLUMNS] = {
    {"KEY", REVIEW_KEY, 18},
    {"QUESTION", REVIEW_ASK_ARTICLE, 50},
    {"BREAKDOWN", REVIEW_BREAKDOWN, 4},
    {"UNIT", REVIEW_METADATA, 4},
    {"YEAR", REVIEW_ASK_YEAR, 8},
    {"STATUS", REVIEW_ASK_STATUS, 16},
    {"GAPS", REVIEW_ASK_GAPS, 36},
    {"ASSISTANCE", REVIEW_ASK_ASSISTANCE, 36},
    {"PLANNED", REVIEW_ASK_PLANNED, 36},
    {"PROGRESS", REVIEW_ASK_PROGRESS, 36},
};

/* What is chosen from, by its word in data.csv. */
struct choice {
    const char *name;
    enum review_word word;
};
static const struct choice crime_choices[] = {{"not-available", REVIEW_ASK_NOT_AVAILABLE},
                                              {"not-applicable", REVIEW_ASK_NOT_APPLICABLE},
                                              {"provisional", REVIEW_ASK_PROVISIONAL}};
static const struct choice law_choices[] = {
    {"in-force", REVIEW_ASK_IN_FORCE}, {"partly", REVIEW_ASK_PARTLY}, {"no", REVIEW_ASK_NO}};

static const struct {
    int number;
    const char *title[PAL_LANGUAGES];
} articles[] = {
#define ARTICLE(number, en, ar, zh, fr, ru, es) {number, {ar, zh, en, fr, ru, es}},
#include "articles.def"
#undef ARTICLE
};

/* Parts of the crime instrument, each with the questions that no series of the catalogue answers.
 */
enum part {
#define PART(name, en, ar, zh, fr, ru, es) PART_##name,
#define QUESTION(code, unit, en, ar, zh, fr, ru, es)
#include "questions.def"
#undef PART
#undef QUESTION
    PARTS
};
static const char *const part_title[PARTS][PAL_LANGUAGES] = {
#define PART(name, en, ar, zh, fr, ru, es) [PART_##name] = {ar, zh, en, fr, ru, es},
#define QUESTION(code, unit, en, ar, zh, fr, ru, es)
#include "questions.def"
#undef PART
#undef QUESTION
};
static const struct question {
    const char *code; /* NULL: the next part begins */
    const char *unit, *text[PAL_LANGUAGES];
} questions[] = {
#define PART(name, en, ar, zh, fr, ru, es)           {.code = NULL},
#define QUESTION(code, unit, en, ar, zh, fr, ru, es) {code, unit, {ar, zh, en, fr, ru, es}},
#include "questions.def"
#undef PART
#undef QUESTION
};

/* The part in which a series of the catalogue is asked for: by its stage in the justice system, or
 * the crime that has a part of its own. */
static enum part part_of(const struct pal_definition *d)
{
    switch (review_theme(d)) {
    case REVIEW_THEME_trafficking:
    case REVIEW_THEME_smuggling:
        return PART_trafficking;
    case REVIEW_THEME_firearms:
        return PART_firearms;
    case REVIEW_THEME_proceeds:
        return PART_laundering;
    case REVIEW_THEME_cooperation:
        return PART_cooperation;
    default:
        return pal_str_eq(d->counting_stage, PAL_STR("intermediate")) ? PART_prosecution
               : pal_str_eq(d->counting_stage, PAL_STR("output"))     ? PART_courts
                                                                      : PART_police;
    }
}

/* ---- writing ------------------------------------------------------------------------------------
 */

struct form {
    const struct pal_questionnaire *q;
    enum pal_language language;
    bool law;
    struct pal_arena *scratch;
    lxw_workbook *book;
    lxw_format *title, *small, *head, *ask_head, *locked, *ask, *wrap;
    bool failed;
};

static char *m_text(struct form *f, pal_str text)
{
    char *copy = pal_arena_alloc(f->scratch, text.len + 1, 1);
    f->failed |= !copy;
    if (copy && text.len)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static void put(struct form *f, lxw_worksheet *sheet, size_t row, size_t col, pal_str text,
                lxw_format *format)
{
    const char *copy = m_text(f, text);
    const lxw_error code =
        text.len && copy
            ? worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)col, copy, format)
            : worksheet_write_blank(sheet, (lxw_row_t)row, (lxw_col_t)col, format);
    f->failed |= code != LXW_NO_ERROR;
}

static lxw_format *format_new(struct form *f, bool bold, lxw_color_t fill)
{
    lxw_format *format = workbook_add_format(f->book);
    f->failed |= !format;
    if (!format)
        return NULL;
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(format);
    if (bold)
        format_set_bold(format);
    if (fill) {
        format_set_bg_color(format, fill);
        format_set_border(format, LXW_BORDER_HAIR);
    }
    if (pal_language_rtl(f->language))
        format_set_reading_order(format, 2);
    return format;
}

static const struct column *columns_of(const struct form *f)
{
    return f->law ? law_columns : crime_columns;
}

static lxw_worksheet *add_sheet(struct form *f, pal_str name)
{
    lxw_worksheet *sheet = workbook_add_worksheet(f->book, m_text(f, name));
    f->failed |= !sheet;
    if (!sheet)
        return NULL;
    lxw_protection may = {.format_columns = 1, .format_rows = 1, .format_cells = 1};
    worksheet_protect(sheet, NULL, &may);
    if (pal_language_rtl(f->language))
        worksheet_right_to_left(sheet);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 8);
    worksheet_fit_to_pages(sheet, 1, 0);
    return sheet;
}

static lxw_worksheet *begin_sheet(struct form *f, pal_str name)
{
    lxw_worksheet *sheet = add_sheet(f, name);
    if (!sheet)
        return NULL;
    const pal_str area =
        pal_text_in(&pal_areas_get(f->q->input->areas, f->q->area)->name, f->language);
    const pal_str mark[] = {PAL_STR("palermo questionnaire"),
                            pal_areas_get(f->q->input->areas, f->q->area)->code,
                            pal_str_of(pal_language_code(f->language)),
                            f->law ? PAL_STR("implementation") : PAL_STR("crime")};
    put(f, sheet, 0, 0, review_fill(f->language, REVIEW_ASK_TITLE, &area, 1, f->scratch), f->title);
    for (size_t i = 0; i < PAL_COUNT(mark); i++)
        put(f, sheet, 1, i, mark[i], f->small);
    for (size_t c = 0; c < COLUMNS; c++) {
        const struct column *column = &columns_of(f)[c];
        const bool asks = c > LAST_LOCKED - (size_t)f->law;
        lxw_row_col_options hidden = {.hidden = f->law && (c == 2 || c == 3)};
        put(f, sheet, 2, c, pal_str_of(column->id), f->small);
        put(f, sheet, 3, c, review_word(f->language, column->head), asks ? f->ask_head : f->head);
        f->failed |= worksheet_set_column_opt(sheet, (lxw_col_t)c, (lxw_col_t)c, column->width,
                                              NULL, &hidden) != LXW_NO_ERROR;
    }
    worksheet_freeze_panes(sheet, HEAD_ROWS, 2);
    return sheet;
}

static void add_choices(struct form *f, lxw_worksheet *sheet, size_t rows)
{
    char *list[4] = {NULL};
    const struct choice *choice = f->law ? law_choices : crime_choices;
    for (size_t i = 0; i < 3; i++)
        list[i] = m_text(f, review_word(f->language, choice[i].word));
    lxw_data_validation answers = {.validate = LXW_VALIDATION_TYPE_LIST,
                                   .value_list = (void *)list,
                                   .ignore_blank = LXW_VALIDATION_ON,
                                   .dropdown = LXW_VALIDATION_ON};
    const lxw_col_t at = f->law ? 5 : 7;
    if (rows)
        f->failed |=
            worksheet_data_validation_range(sheet, HEAD_ROWS, at, (lxw_row_t)(HEAD_ROWS + rows - 1),
                                            at, &answers) != LXW_NO_ERROR;
}

/* The figures asked for: each series that the State has, once, with its latest value. */
static bool is_last_of_series(const struct pal_figures *all, size_t at)
{
    const struct pal_figure *f = &all->figure[at];
    for (size_t i = at + 1; i < all->n; i++) {
        const struct pal_figure *g = &all->figure[i];
        if (g->definition != f->definition || g->area != f->area)
            return true;
        bool same = true;
        for (size_t k = 0; same && g->breakdown != f->breakdown && k < all->breakdowns; k++)
            same = pal_str_eq(g->breakdown[k], f->breakdown[k]);
        if (same)
            return false;
    }
    return true;
}

static void crime_row(struct form *f, lxw_worksheet *sheet, size_t row,
                      const struct pal_figure *was)
{
    const struct pal_report_input *input = f->q->input;
    const struct pal_definition *d = was->definition;
    struct pal_figure next = *was;
    next.period = f->q->year;
    const pal_str key = pal_figure_key(input->figures, &next, f->scratch);
    const pal_str title = pal_text_in(&d->title, f->language);
    const pal_str value = review_value_text(was, f->language, f->scratch);
    put(f, sheet, row, 0, key, f->locked);
    put(f, sheet, row, 1, title, f->locked);
    put(f, sheet, row, 2, pal_breakdown_text(input, was, f->language, f->scratch), f->locked);
    put(f, sheet, row, 3,
        pal_label_text(input, PAL_STR("counting_unit"), d->counting_unit, f->language), f->locked);
    put(f, sheet, row, 4, pal_arena_printf(f->scratch, "%d", (int)f->q->year), f->locked);
    put(f, sheet, row, 5,
        pal_arena_printf(f->scratch, "%.*s (%d)", PAL_ARG(value), (int)was->period), f->locked);
    for (size_t c = 6; c < COLUMNS; c++)
        put(f, sheet, row, c, PAL_STR(""), f->ask);
}

static void question_row(struct form *f, lxw_worksheet *sheet, size_t row,
                         const struct question *question)
{
    const struct pal_area *area = pal_areas_get(f->q->input->areas, f->q->area);
    const pal_str unit = pal_str_of(question->unit);
    const pal_str text[] = {
        pal_arena_printf(f->scratch, "%s/%.*s/%d", question->code, PAL_ARG(area->code),
                         (int)f->q->year),
        pal_str_of(question->text[f->language]),
        PAL_STR(""),
        unit.len ? pal_label_text(f->q->input, PAL_STR("counting_unit"), unit, f->language) : unit,
        pal_arena_printf(f->scratch, "%d", (int)f->q->year),
        PAL_STR(""),
    };
    for (size_t c = 0; c < COLUMNS; c++)
        put(f, sheet, row, c, c < PAL_COUNT(text) ? text[c] : PAL_STR(""),
            c < PAL_COUNT(text) ? f->locked : f->ask);
}

/* The questions of a part stand behind its head, in order. */
static size_t question_rows(struct form *f, lxw_worksheet *sheet, enum part part, size_t row)
{
    size_t begun = 0;
    for (size_t i = 0; i < PAL_COUNT(questions); i++) {
        begun += questions[i].code == NULL;
        if (questions[i].code && begun == (size_t)part + 1)
            question_row(f, sheet, row++, &questions[i]);
    }
    return row;
}

static enum pal_status fill_crime(struct form *f)
{
    const struct pal_figures *all = f->q->input->figures;
    for (int part = 0; part < PARTS; part++) {
        lxw_worksheet *sheet = begin_sheet(f, pal_str_of(part_title[part][f->language]));
        size_t rows = 0;
        if (!sheet)
            return PAL_NOMEM;
        for (size_t i = 0; i < all->n; i++) {
            const struct pal_figure *was = &all->figure[i];
            const struct pal_area *area = pal_areas_get(all->areas, was->area);
            if (!review_is_count(was) || was->definition->measures == PAL_IMPLEMENTATION ||
                was->definition->basis == PAL_LAW || (int)part_of(was->definition) != part ||
                (was->area != f->q->area &&
                 !(area->kind == PAL_AREA_PART && area->parent == f->q->area)) ||
                !is_last_of_series(all, i))
                continue;
            const struct pal_arena_mark mark = pal_arena_mark(f->scratch);
            crime_row(f, sheet, HEAD_ROWS + rows++, was);
            pal_arena_reset(f->scratch, mark);
        }
        rows = question_rows(f, sheet, (enum part)part, HEAD_ROWS + rows) - HEAD_ROWS;
        add_choices(f, sheet, rows);
    }
    return PAL_OK;
}

static enum pal_status fill_law(struct form *f)
{
    lxw_worksheet *sheet = begin_sheet(f, review_word(f->language, REVIEW_THEME_implementation));
    if (!sheet)
        return PAL_NOMEM;
    for (size_t i = 0; i < PAL_COUNT(articles); i++) {
        const size_t row = HEAD_ROWS + i;
        const pal_str code = pal_areas_get(f->q->input->areas, f->q->area)->code;
        put(f, sheet, row, 0,
            pal_arena_printf(f->scratch, "UNTOC-%02d/%.*s/%d", articles[i].number, PAL_ARG(code),
                             (int)f->q->year),
            f->locked);
        put(f, sheet, row, 1,
            pal_arena_printf(f->scratch, "%d. %s", articles[i].number,
                             articles[i].title[f->language]),
            f->locked);
        put(f, sheet, row, 4, pal_arena_printf(f->scratch, "%d", (int)f->q->year), f->locked);
        for (size_t c = 5; c < COLUMNS; c++) { /* what was said last, to be brought up to date */
            pal_str said = PAL_STR("");
            for (size_t k = 0; k < f->q->said_n; k++)
                if (pal_str_eq(f->q->said[k].area, code) &&
                    f->q->said[k].article == articles[i].number)
                    said = c == 5   ? f->q->said[k].status
                           : c == 6 ? f->q->said[k].gaps
                           : c == 7 ? f->q->said[k].assistance
                           : c == 8 ? f->q->said[k].planned
                                    : f->q->said[k].progress;
            for (size_t k = 0; k < PAL_COUNT(law_choices) && c == 5; k++)
                if (pal_str_eq(said, pal_str_of(law_choices[k].name)))
                    said = review_word(f->language, law_choices[k].word);
            put(f, sheet, row, c, said, f->ask);
        }
    }
    add_choices(f, sheet, PAL_COUNT(articles));
    return PAL_OK;
}

enum pal_status pal_questionnaire_write(const struct pal_questionnaire *q, bool implementation,
                                        enum pal_language language, const char *path,
                                        struct pal_arena *scratch, struct pal_error *err)
{
    PAL_TRY(pal_xlsx_ready(err));
    struct form f = {.q = q,
                     .language = language,
                     .law = implementation,
                     .scratch = scratch,
                     .book = workbook_new(path)};
    if (!f.book)
        return pal_nomem(err, "a questionnaire");
    char author[] = "palermo"; /* the library's struct takes no const */
    lxw_doc_properties properties = {.author = author, .created = EPOCH_1980};
    f.failed |= workbook_set_properties(f.book, &properties) != LXW_NO_ERROR;
    f.title = format_new(&f, true, 0);
    f.small = format_new(&f, false, 0);
    f.head = format_new(&f, true, 0xD9E2EC);
    f.ask_head = format_new(&f, true, 0xFFE08A);
    f.locked = format_new(&f, false, 0xEDEDED);
    f.ask = format_new(&f, false, 0xFFF6D6);
    f.wrap = format_new(&f, false, 0);
    enum pal_status status = f.failed ? PAL_NOMEM : PAL_OK;
    if (status == PAL_OK) {
        format_set_font_color(f.small, 0x808080);
        format_set_unlocked(f.ask);
        lxw_worksheet *cover = add_sheet(&f, review_word(language, REVIEW_SHEET_COVER));
        const pal_str name = pal_text_in(&pal_areas_get(q->input->areas, q->area)->name, language);
        if (cover) {
            f.failed |= worksheet_set_column(cover, 0, 0, 100, NULL) != LXW_NO_ERROR;
            put(&f, cover, 0, 0, review_fill(language, REVIEW_ASK_TITLE, &name, 1, scratch),
                f.title);
            put(&f, cover, 1, 0,
                review_word(language, implementation ? REVIEW_IMPLEMENTATION : REVIEW_PHENOMENON),
                f.wrap);
            put(&f, cover, 2, 0, review_word(language, REVIEW_ASK_HELP), f.wrap);
            put(&f, cover, 3, 0, review_word(language, REVIEW_HELP_NUMBERS), f.wrap);
            if (q->input->synthetic)
                put(&f, cover, 4, 0, pal_word(language, PAL_WORD_SYNTHETIC), f.wrap);
        }
        status = f.law ? fill_law(&f) : fill_crime(&f);
    }
    const lxw_error code = workbook_close(f.book);
    if (status != PAL_OK || f.failed)
        return pal_nomem(err, "a questionnaire");
    return code == LXW_NO_ERROR
               ? PAL_OK
               : pal_fail(err, PAL_IO, "cannot write '%s': %s", path, lxw_strerror(code));
}

/* ---- reading back -------------------------------------------------------------------------------
 */

struct collecting {
    const char *path, *name;
    struct pal_arena *arena;
    struct pal_buf *crime, *law;
    size_t column[COLUMNS], *rows;
    pal_str area;
    bool is_law, known;
    struct pal_diag *diag;
};

static pal_str text_at(const struct pal_record *record, size_t field)
{
    pal_str text = field < record->fields ? pal_str_trim(record->field[field]) : (pal_str){"", 0};
    if (text.len > 1 && text.ptr[0] == '\'') /* what keeps text from being a formula */
        text = (pal_str){text.ptr + 1, text.len - 1};
    return text;
}

static pal_str choice_name(pal_str text, const struct choice *choice, bool *good)
{
    *good = true;
    for (size_t i = 0; i < 3; i++)
        for (size_t l = 0; l <= PAL_LANGUAGES; l++)
            if (pal_str_eq_nocase(text, l == PAL_LANGUAGES
                                            ? pal_str_of(choice[i].name)
                                            : review_word((enum pal_language)l, choice[i].word)))
                return pal_str_of(choice[i].name);
    *good = !text.len;
    return text;
}

static void odd(struct collecting *c, uint64_t line, const char *rule, pal_str key, pal_str text)
{
    const struct pal_place at = {c->name, line, 0};
    pal_diag_addf(c->diag, PAL_ERROR, rule, &at, "%.*s: '%.*s' cannot be read", PAL_ARG(key),
                  PAL_ARG(text));
}

static void collect_row(struct collecting *c, const struct pal_record *record, const char *sheet)
{
    const pal_str key = text_at(record, c->column[0]);
    const size_t first = c->is_law ? 5 : 6;
    bool any = false, good;
    for (size_t i = first; i < COLUMNS; i++)
        any |= text_at(record, c->column[i]).len > 0;
    pal_str rest = key, code, area, year;
    if (!any)
        return;
    if (!pal_str_split(&rest, '/', &code) || !pal_str_split(&rest, '/', &area) ||
        !pal_str_split(&rest, '/', &year) ||
        !(pal_str_eq(area, c->area) || (pal_str_starts(area, c->area) && area.len > c->area.len &&
                                        area.ptr[c->area.len] == '_'))) {
        odd(c, record->line, "unknown-cell", key, c->area);
        return;
    }
    struct pal_buf *out = c->is_law ? c->law : c->crime;
    const pal_str status = choice_name(text_at(record, c->column[c->is_law ? 5 : 7]),
                                       c->is_law ? law_choices : crime_choices, &good);
    if (!good) {
        odd(c, record->line, "unknown-answer", key, status);
        return;
    }
    double value = 0;
    const pal_str number = c->is_law ? (pal_str){"", 0} : text_at(record, c->column[6]);
    if (number.len && (!return_number(number, &value) || value < 0)) {
        odd(c, record->line, "no-number", key, number);
        return;
    }
    pal_csv_field_safe(out, code, true);
    pal_csv_field_safe(out, area, false);
    pal_csv_field_safe(out, year, false);
    pal_csv_field_safe(out, rest.len ? rest : PAL_STR("_T"), false);
    if (!c->is_law) {
        pal_buf_addc(out, ',');
        if (number.len)
            pal_buf_addnum(out, value);
    }
    pal_csv_field(out, status, false);
    for (size_t i = c->is_law ? 6 : 8; i < COLUMNS; i++)
        pal_csv_field_safe(out, text_at(record, c->column[i]), false);
    pal_csv_field_safe(out, pal_str_of(c->name), false);
    pal_csv_field_safe(out, pal_str_of(sheet ? sheet : ""), false);
    pal_buf_addf(out, ",%llu\n", (unsigned long long)record->line);
    ++*c->rows;
}

static bool collect_columns(struct collecting *c, const struct pal_record *record)
{
    const struct column *columns = c->is_law ? law_columns : crime_columns;
    if (!pal_str_eq(text_at(record, 0), PAL_STR("KEY")))
        return false;
    for (size_t i = 0; i < COLUMNS; i++) {
        c->column[i] = SIZE_MAX;
        for (size_t f = 0; f < record->fields; f++)
            if (pal_str_eq(text_at(record, f), pal_str_of(columns[i].id)))
                c->column[i] = f;
    }
    return c->known = true;
}

static enum pal_status collect_sheet(struct collecting *c, const char *sheet, struct pal_error *err)
{
    const struct pal_dialect dialect = {
        .sheet = sheet, .max_field = 64 << 10, .max_columns = 256, .guess = !sheet};
    const struct pal_source_options options = {.max_inflated = RETURN_LARGEST};
    struct pal_records *records;
    struct pal_record record;
    bool end = false, marked = false;
    c->known = false;
    PAL_TRY(pal_records_open(c->path, &dialect, &options, c->arena, &records, err));
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (pal_str_eq(text_at(&record, 0), PAL_STR("palermo questionnaire"))) {
            marked = true;
            c->area = pal_arena_str(c->arena, text_at(&record, 1));
            c->is_law = pal_str_eq(text_at(&record, 3), PAL_STR("implementation"));
        } else if (marked && !collect_columns(c, &record) && c->known && record.line > HEAD_ROWS &&
                   text_at(&record, c->column[0]).len) {
            collect_row(c, &record, sheet);
        }
    }
}

enum pal_status pal_questionnaire_read(const char *path, struct pal_diag *diag,
                                       struct pal_arena *arena, struct pal_buf *crime,
                                       struct pal_buf *law, size_t *rows, struct pal_error *err)
{
    const char *slash = strrchr(path, '/');
    struct collecting c = {.path = path,
                           .name = slash ? slash + 1 : path,
                           .arena = arena,
                           .crime = crime,
                           .law = law,
                           .rows = rows,
                           .area = {"", 0},
                           .diag = diag};
    const struct pal_source_options options = {.max_inflated = RETURN_LARGEST};
    const pal_str *sheet = NULL;
    enum review_word why;
    size_t sheets = 0;
    if (!return_is_safe(path, arena, &why)) {
        const pal_str word = review_word(PAL_EN, why);
        return pal_fail(err, PAL_DATA, "'%s' is refused: %.*s", path, PAL_ARG(word));
    }
    PAL_TRY(pal_workbook_sheets(path, &options, arena, &sheet, &sheets, err));
    if (!sheets)
        PAL_TRY(collect_sheet(&c, NULL, err));
    for (size_t s = 0; s < sheets; s++) {
        const char *name = pal_arena_cstr(arena, sheet[s]);
        if (!name)
            return pal_nomem(err, path);
        PAL_TRY(collect_sheet(&c, name, err));
    }
    return c.area.len ? PAL_OK
                      : pal_fail(err, PAL_DATA,
                                 "'%s' is no questionnaire of palermo: its first lines do not say "
                                 "so",
                                 path);
}

enum pal_status pal_questionnaire_said_read(const char *path, struct pal_arena *arena,
                                            const struct pal_questionnaire_said **out, size_t *n,
                                            struct pal_error *err)
{
    const struct pal_dialect dialect = {.header_rows = 1};
    struct pal_questionnaire_said *said = NULL;
    struct pal_records *records;
    struct pal_record record;
    size_t cap = 0;
    bool end = false;
    *n = 0;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    for (;;) {
        int64_t article;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        pal_str code = text_at(&record, 0);
        if (!pal_str_starts(code, PAL_STR("UNTOC-")))
            continue;
        code = (pal_str){code.ptr + 6, code.len - 6};
        while (code.len > 1 && code.ptr[0] == '0')
            code = (pal_str){code.ptr + 1, code.len - 1};
        if (!pal_int_parse(code, &article) || article < 1 || article > 99)
            continue;
        if (*n == cap) {
            said = pal_arena_grow(arena, said, cap, cap ? cap * 2 : 64, sizeof *said);
            cap = cap ? cap * 2 : 64;
            if (!said)
                return pal_nomem(err, "earlier answers");
        }
        said[(*n)++] = (struct pal_questionnaire_said){pal_arena_str(arena, text_at(&record, 1)),
                                                       pal_arena_str(arena, text_at(&record, 4)),
                                                       pal_arena_str(arena, text_at(&record, 5)),
                                                       pal_arena_str(arena, text_at(&record, 6)),
                                                       pal_arena_str(arena, text_at(&record, 7)),
                                                       pal_arena_str(arena, text_at(&record, 8)),
                                                       (int)article};
    }
    *out = said;
    return PAL_OK;
}
