/* xlsx_book.c: what a workbook says about itself: where its parts lie, its shared texts, and which
 * styles show dates. Parts are found through their relations (ECMA-376, part 2), not by name. */
#include "xlsx.h"

#include <string.h>

enum { MAX_STRINGS_BYTES = 512 << 20, MAX_SHEETS = 4096 };

enum kind { OTHER, BOOK, SHEET, STRINGS, STYLES, MACROS };

struct target { /* a relation that is of use here */
    pal_str id, member;
    enum kind kind;
};

struct sheet {
    pal_str name, id;
};

struct reading { /* one part of the book at a time */
    struct xlsx_book *book;
    const char *folder; /* relations are seen from here */
    struct target *target;
    size_t targets, targets_cap;
    struct sheet *sheet;
    size_t sheets, sheets_cap;
    struct pal_buf text;
    bool wants_text, in_phonetic, in_cells;
    size_t strings_cap, strings_bytes, formats_cap;
    struct pal_map *own; /* number formats of this book, by id */
    uint8_t *own_format;
    size_t own_cap;
    bool nomem;
};

/* Room for one more element; the part is refused when there is none. */
static void *room(struct reading *r, struct xlsx_part *part, void *old, size_t n, size_t *cap,
                  size_t size)
{
    if (n < *cap)
        return old;
    const size_t more = *cap ? *cap * 2 : 32;
    void *grown = pal_arena_grow(r->book->arena, old, *cap, more, size);
    if (grown) {
        *cap = more;
    } else {
        r->nomem = true;
        xlsx_part_refuse(part, "the workbook needs more memory than there is");
    }
    return grown ? grown : old;
}

static enum pal_status read_part(struct reading *r, const char *member,
                                 const struct xlsx_handlers *handlers, bool *found,
                                 struct pal_error *err)
{
    const struct pal_place at = {r->book->name, 0, 0};
    struct xlsx_part part;
    enum pal_status status =
        xlsx_part_open(r->book->zip, member, r->book->most, handlers, r, &at, &part, found, err);
    while (status == PAL_OK && *found && !part.end)
        status = xlsx_part_step(&part, &at, err);
    xlsx_part_close(&part);
    if (r->nomem)
        return pal_nomem(err, r->book->name);
    return status;
}

/* ---- relations ---------------------------------------------------------------------------- */

static void relation_start(void *context, struct xlsx_part *part, const char *name,
                           const char **attributes)
{
    static const struct {
        pal_str ending;
        enum kind kind;
    } kinds[] = {
        {PAL_STR_INIT("/officeDocument"), BOOK},   {PAL_STR_INIT("/worksheet"), SHEET},
        {PAL_STR_INIT("/sharedStrings"), STRINGS}, {PAL_STR_INIT("/styles"), STYLES},
        {PAL_STR_INIT("/vbaProject"), MACROS},     {PAL_STR_INIT("/xlMacrosheet"), MACROS},
    };
    struct reading *r = context;
    if (strcmp(name, "Relationship") != 0)
        return;
    const char *id = xlsx_attribute(attributes, "Id"), *type = xlsx_attribute(attributes, "Type"),
               *to = xlsx_attribute(attributes, "Target"),
               *mode = xlsx_attribute(attributes, "TargetMode");
    if (!id || !type || !to || (mode && strcmp(mode, "External") == 0))
        return;
    struct target target = {.kind = OTHER};
    for (size_t i = 0; i < PAL_COUNT(kinds); i++)
        if (pal_str_ends(pal_str_of(type), kinds[i].ending))
            target.kind = kinds[i].kind;
    if (target.kind == OTHER)
        return;
    r->target = room(r, part, r->target, r->targets, &r->targets_cap, sizeof *r->target);
    if (r->nomem)
        return;
    target.id = pal_arena_str(r->book->arena, pal_str_of(id));
    target.member = to[0] == '/' ? pal_arena_str(r->book->arena, pal_str_of(to + 1))
                                 : pal_arena_printf(r->book->arena, "%s%s", r->folder, to);
    if (!pal_path_is_inside(target.member))
        xlsx_part_refuse(part, "the workbook points outside itself");
    r->target[r->targets++] = target;
}

static const struct target *target_of(const struct reading *r, enum kind kind, pal_str id)
{
    for (size_t i = 0; i < r->targets; i++)
        if (r->target[i].kind == kind && (!id.ptr || pal_str_eq(id, r->target[i].id)))
            return &r->target[i];
    return NULL;
}

/* ---- sheets ------------------------------------------------------------------------------- */

static void workbook_start(void *context, struct xlsx_part *part, const char *name,
                           const char **attributes)
{
    struct reading *r = context;
    if (strcmp(name, "workbookPr") == 0) {
        const char *epoch = xlsx_attribute(attributes, "date1904");
        r->book->epoch_1904 = epoch && (strcmp(epoch, "1") == 0 || strcmp(epoch, "true") == 0);
    } else if (strcmp(name, "sheet") == 0) {
        const char *title = xlsx_attribute(attributes, "name"),
                   *id = xlsx_attribute_prefixed(attributes, "id");
        if (!title || !id)
            return;
        if (r->sheets == MAX_SHEETS) {
            xlsx_part_refuse(part, "the workbook has too many sheets");
            return;
        }
        r->sheet = room(r, part, r->sheet, r->sheets, &r->sheets_cap, sizeof *r->sheet);
        if (r->nomem)
            return;
        r->sheet[r->sheets++] = (struct sheet){pal_arena_str(r->book->arena, pal_str_of(title)),
                                               pal_arena_str(r->book->arena, pal_str_of(id))};
    }
}

static enum pal_status name_sheets(struct reading *r, struct pal_error *err)
{
    struct xlsx_book *book = r->book;
    book->names = pal_arena_alloc(book->arena, r->sheets + 1, sizeof *book->names);
    if (!book->names)
        return pal_nomem(err, book->name);
    for (size_t i = 0; i < r->sheets; i++)
        if (target_of(r, SHEET, r->sheet[i].id))
            book->names[book->names_n++] = r->sheet[i].name;
    return PAL_OK;
}

/* Names of sheets are compared as spreadsheets do, without regard to case. */
static enum pal_status choose_sheet(struct reading *r, const char *wanted, struct pal_error *err)
{
    struct pal_buf names;
    pal_buf_init(&names, r->book->arena, 4096);
    for (size_t i = 0; i < r->sheets; i++) {
        const struct target *target = target_of(r, SHEET, r->sheet[i].id);
        if (!target) /* a sheet that is only a chart */
            continue;
        if (!wanted || pal_str_eq_nocase(r->sheet[i].name, pal_str_of(wanted))) {
            r->book->sheet = pal_arena_cstr(r->book->arena, target->member);
            return r->book->sheet ? PAL_OK : pal_nomem(err, r->book->name);
        }
        if (names.len < 500)
            pal_buf_addf(&names, "%s'%.*s'", names.len ? ", " : "", PAL_ARG(r->sheet[i].name));
    }
    if (wanted && names.len)
        return pal_fail(err, PAL_DATA, "'%s' has no worksheet '%s'; it has %.*s", r->book->name,
                        wanted, PAL_ARG(pal_buf_str(&names)));
    return pal_fail(err, PAL_DATA, "'%s' has no worksheet", r->book->name);
}

/* ---- shared texts ------------------------------------------------------------------------- */

static void strings_start(void *context, struct xlsx_part *part, const char *name,
                          const char **attributes)
{
    struct reading *r = context;
    (void)part, (void)attributes;
    if (strcmp(name, "si") == 0)
        pal_buf_clear(&r->text);
    else if (strcmp(name, "rPh") == 0) /* how to pronounce it */
        r->in_phonetic = true;
    else if (strcmp(name, "t") == 0)
        r->wants_text = !r->in_phonetic;
}

static void strings_end(void *context, struct xlsx_part *part, const char *name)
{
    struct reading *r = context;
    struct xlsx_book *book = r->book;
    if (strcmp(name, "t") == 0) {
        r->wants_text = false;
    } else if (strcmp(name, "rPh") == 0) {
        r->in_phonetic = false;
    } else if (strcmp(name, "si") == 0) {
        if (r->text.failed) {
            xlsx_part_refuse(part, "a text in the workbook is longer than the ceiling");
            return;
        }
        xlsx_text_unescape(&r->text);
        r->strings_bytes += r->text.len + sizeof *book->string;
        if (r->strings_bytes > MAX_STRINGS_BYTES) {
            xlsx_part_refuse(part, "the texts of the workbook are larger than the ceiling");
            return;
        }
        book->string =
            room(r, part, book->string, book->strings, &r->strings_cap, sizeof *book->string);
        if (r->nomem)
            return;
        const pal_str copy = pal_arena_str(book->arena, pal_buf_str(&r->text));
        r->nomem |= !copy.ptr;
        book->string[book->strings++] = copy;
    }
}

static void strings_text(void *context, struct xlsx_part *part, pal_str text)
{
    struct reading *r = context;
    (void)part;
    if (r->wants_text)
        pal_buf_add(&r->text, text);
}

/* ---- styles ------------------------------------------------------------------------------- */

static void styles_start(void *context, struct xlsx_part *part, const char *name,
                         const char **attributes)
{
    struct reading *r = context;
    struct xlsx_book *book = r->book;
    if (strcmp(name, "cellXfs") == 0) {
        r->in_cells = true;
        return;
    }
    const bool is_format = strcmp(name, "numFmt") == 0;
    const char *id = xlsx_attribute(attributes, "numFmtId"),
               *code = xlsx_attribute(attributes, "formatCode");
    if (is_format && id && code) {
        const size_t at = pal_map_add(r->own, pal_str_of(id), NULL);
        if (at == SIZE_MAX) {
            r->nomem = true;
            return;
        }
        r->own_format = room(r, part, r->own_format, at, &r->own_cap, sizeof *r->own_format);
        if (!r->nomem)
            r->own_format[at] = (uint8_t)xlsx_format_of(pal_str_of(code));
    } else if (r->in_cells && strcmp(name, "xf") == 0) {
        int64_t builtin;
        book->format = room(r, part, book->format, book->formats, &r->formats_cap, 1);
        if (r->nomem)
            return;
        const size_t at = id ? pal_map_find(r->own, pal_str_of(id)) : SIZE_MAX;
        book->format[book->formats++] = at != SIZE_MAX ? r->own_format[at]
                                        : id && pal_int_parse(pal_str_of(id), &builtin)
                                            ? (uint8_t)xlsx_format_builtin(builtin)
                                            : (uint8_t)XLSX_NUMBER;
    }
}

static void styles_end(void *context, struct xlsx_part *part, const char *name)
{
    (void)part;
    if (strcmp(name, "cellXfs") == 0)
        ((struct reading *)context)->in_cells = false;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const struct xlsx_handlers relations = {relation_start, NULL, NULL};
static const struct xlsx_handlers workbook = {workbook_start, NULL, NULL};
static const struct xlsx_handlers strings = {strings_start, strings_end, strings_text};
static const struct xlsx_handlers styles = {styles_start, styles_end, NULL};

/* "xl/workbook.xml" -> folder "xl/", relations "xl/_rels/workbook.xml.rels" */
static const char *relations_of(struct reading *r, const char *member)
{
    const char *slash = strrchr(member, '/');
    const int folder = slash ? (int)(slash - member) + 1 : 0;
    r->folder = pal_arena_printf(r->book->arena, "%.*s", folder, member).ptr;
    return pal_arena_printf(r->book->arena, "%s_rels/%s.rels", r->folder ? r->folder : "",
                            member + folder)
        .ptr;
}

static enum pal_status no_workbook(const struct xlsx_book *book, struct pal_error *err)
{
    const bool open_document = zip_name_locate(book->zip, "META-INF/manifest.xml", 0) >= 0;
    const bool binary = zip_name_locate(book->zip, "xl/workbook.bin", ZIP_FL_NOCASE) >= 0;
    return pal_fail(err, PAL_DATA, "'%s' is %s", book->name,
                    open_document ? "an OpenDocument file; save it as .xlsx"
                    : binary      ? "a binary workbook; save it as .xlsx"
                                  : "a ZIP file, but no .xlsx workbook");
}

enum pal_status xlsx_book_read(struct xlsx_book *book, const char *sheet, size_t max_field,
                               struct pal_error *err)
{
    struct reading r = {.book = book, .folder = "", .own = pal_map_new(book->arena, 16)};
    bool found;
    pal_buf_init(&r.text, book->arena, max_field);
    if (!r.own)
        return pal_nomem(err, book->name);
    PAL_TRY(read_part(&r, "_rels/.rels", &relations, &found, err));
    const struct target *target = target_of(&r, BOOK, (pal_str){NULL, 0});
    const char *member = target ? pal_arena_cstr(book->arena, target->member) : "xl/workbook.xml";
    if (!member)
        return pal_nomem(err, book->name);
    if (pal_str_ends(pal_str_of(member), PAL_STR(".bin")))
        return no_workbook(book, err);
    PAL_TRY(read_part(&r, member, &workbook, &found, err));
    if (!found)
        return no_workbook(book, err);
    r.targets = 0;
    const char *rels = relations_of(&r, member);
    if (!rels || !r.folder)
        return pal_nomem(err, book->name);
    PAL_TRY(read_part(&r, rels, &relations, &found, err));
    if (target_of(&r, MACROS, (pal_str){NULL, 0}))
        return pal_fail(err, PAL_DATA, "'%s' holds macros; save it as .xlsx without them",
                        book->name);
    if (!r.sheets)
        return no_workbook(book, err);
    PAL_TRY(name_sheets(&r, err));
    PAL_TRY(choose_sheet(&r, sheet, err));
    target = target_of(&r, STRINGS, (pal_str){NULL, 0});
    if (target)
        PAL_TRY(read_part(&r, pal_arena_cstr(book->arena, target->member), &strings, &found, err));
    target = target_of(&r, STYLES, (pal_str){NULL, 0});
    if (target)
        PAL_TRY(read_part(&r, pal_arena_cstr(book->arena, target->member), &styles, &found, err));
    return PAL_OK;
}
