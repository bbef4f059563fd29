/* xlsx_part.c: one member of a workbook through expat, with ceilings on size, ratio and depth. No
 * entity is ever resolved: a document type ends the reading. */
#include "xlsx.h"

#include <string.h>

enum { PIECE = 64 * 1024, DEEPEST = 64, JUDGED_SIZE = 1 << 20, LARGEST_RATIO = 1000 };

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

const char *xlsx_attribute_prefixed(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        const char *colon = strchr(attributes[0], ':');
        if (colon && strcmp(colon + 1, name) == 0)
            return attributes[1];
    }
    return NULL;
}

void xlsx_part_pause(struct xlsx_part *part) { XML_StopParser(part->parser, XML_TRUE); }

void xlsx_part_refuse(struct xlsx_part *part, const char *why)
{
    if (!part->refused)
        part->refused = why;
    XML_StopParser(part->parser, XML_FALSE);
}

static void on_start(void *context, const char *element, const char **attributes)
{
    struct xlsx_part *part = context;
    if (part->refused)
        return;
    if (++part->depth > DEEPEST)
        xlsx_part_refuse(part, "the workbook's XML is nested too deep");
    else
        part->handlers->start(part->context, part, local_name(element), attributes);
}

static void on_end(void *context, const char *element)
{
    struct xlsx_part *part = context;
    if (part->refused)
        return;
    part->depth--;
    if (part->handlers->end)
        part->handlers->end(part->context, part, local_name(element));
}

static void on_text(void *context, const char *bytes, int size)
{
    struct xlsx_part *part = context;
    if (!part->refused && part->handlers->text)
        part->handlers->text(part->context, part, (pal_str){bytes, (size_t)size});
}

static void on_doctype(void *context, const char *name, const char *system, const char *public_id,
                       int internal)
{
    (void)name, (void)system, (void)public_id, (void)internal;
    xlsx_part_refuse(context, "the workbook holds a document type or entities; it is refused");
}

enum pal_status xlsx_part_open(struct zip *zip, const char *member, uint64_t most,
                               const struct xlsx_handlers *handlers, void *context,
                               const struct pal_place *at, struct xlsx_part *part, bool *found,
                               struct pal_error *err)
{
    struct zip_stat info;
    *part = (struct xlsx_part){.handlers = handlers, .context = context, .most = most};
    *found = zip_stat(zip, member, ZIP_FL_NOCASE, &info) == 0;
    if (!*found)
        return PAL_OK;
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) && info.encryption_method != ZIP_EM_NONE)
        return pal_fail_at(err, PAL_DATA, at,
                           "the workbook is locked with a password; save it without one");
    if ((info.valid & ZIP_STAT_SIZE) && (info.valid & ZIP_STAT_COMP_SIZE) &&
        info.size > JUDGED_SIZE && info.size / (info.comp_size + 1) > LARGEST_RATIO)
        return pal_fail_at(err, PAL_DATA, at,
                           "the part '%s' inflates more than a thousandfold; the workbook is "
                           "refused as a bomb",
                           member);
    part->file = zip_fopen_index(zip, info.index, 0);
    if (!part->file)
        return pal_fail_at(err, PAL_DATA, at, "the part '%s' cannot be opened: %s", member,
                           zip_strerror(zip));
    part->parser = XML_ParserCreate(NULL);
    if (!part->parser)
        return pal_nomem(err, member);
    XML_SetUserData(part->parser, part);
    XML_SetElementHandler(part->parser, on_start, on_end);
    XML_SetCharacterDataHandler(part->parser, on_text);
    XML_SetStartDoctypeDeclHandler(part->parser, on_doctype);
    return PAL_OK;
}

enum pal_status xlsx_part_step(struct xlsx_part *part, const struct pal_place *at,
                               struct pal_error *err)
{
    enum XML_Status code;
    if (part->waiting) {
        part->waiting = false;
        code = XML_ResumeParser(part->parser);
    } else {
        void *buffer = XML_GetBuffer(part->parser, PIECE);
        if (!buffer)
            return pal_nomem(err, "a part of a workbook");
        const zip_int64_t got = zip_fread(part->file, buffer, PIECE);
        if (got < 0)
            return pal_fail_at(err, PAL_DATA, at,
                               "the workbook is damaged: a part does not inflate");
        part->inflated += (uint64_t)got;
        if (part->inflated > part->most)
            return pal_fail_at(err, PAL_NOMEM, at,
                               "a part of the workbook inflates to more than %llu bytes",
                               (unsigned long long)part->most);
        part->end = got == 0;
        code = XML_ParseBuffer(part->parser, (int)got, got == 0);
    }
    if (part->refused)
        return pal_fail_at(err, PAL_DATA, at, "%s", part->refused);
    if (code == XML_STATUS_ERROR)
        return pal_fail_at(err, PAL_DATA, at, "the workbook's XML is broken: %s",
                           XML_ErrorString(XML_GetErrorCode(part->parser)));
    part->waiting = code == XML_STATUS_SUSPENDED;
    return PAL_OK;
}

void xlsx_part_close(struct xlsx_part *part)
{
    if (part->parser)
        XML_ParserFree(part->parser);
    if (part->file)
        zip_fclose(part->file);
    *part = (struct xlsx_part){.end = true};
}
