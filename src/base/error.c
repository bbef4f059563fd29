/* error.c: an error belongs to its caller and needs no memory. */
#include "palermo/base.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <string.h>

static void append(struct pal_error *err, const char *format, va_list args) PAL_PRINTF(2, 0);

static void append(struct pal_error *err, const char *format, va_list args)
{
    const size_t room = sizeof err->text - err->used;
    const int wrote = vsnprintf(err->text + err->used, room, format, args);
    if (wrote > 0)
        err->used += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

static void begin(struct pal_error *err, enum pal_status status)
{
    err->status = status;
    err->file[0] = '\0';
    err->line = 0;
    err->column = 0;
    err->used = 0;
    err->text[0] = '\0';
}

enum pal_status pal_fail(struct pal_error *err, enum pal_status status, const char *format, ...)
{
    if (!err)
        return status;
    va_list args;
    begin(err, status);
    va_start(args, format);
    append(err, format, args);
    va_end(args);
    return status;
}

enum pal_status pal_fail_at(struct pal_error *err, enum pal_status status,
                            const struct pal_place *at, const char *format, ...)
{
    if (!err)
        return status;
    va_list args;
    begin(err, status);
    if (at && at->file)
        snprintf(err->file, sizeof err->file, "%s", at->file);
    err->line = at ? at->line : 0;
    err->column = at ? at->column : 0;
    va_start(args, format);
    append(err, format, args);
    va_end(args);
    return status;
}

enum pal_status pal_while(struct pal_error *err, const char *format, ...)
{
    if (!err)
        return PAL_BUG;
    if (err->used + 1 < sizeof err->text) {
        err->text[err->used++] = '\n';
        err->text[err->used] = '\0';
    }
    va_list args;
    va_start(args, format);
    const char *lead = "while ";
    for (; *lead && err->used + 1 < sizeof err->text; lead++)
        err->text[err->used++] = *lead;
    err->text[err->used] = '\0';
    append(err, format, args);
    va_end(args);
    return err->status;
}

enum pal_status pal_fail_errno(struct pal_error *err, const char *format, ...)
{
    const int saved = errno;
    const enum pal_status status = saved == ENOMEM ? PAL_NOMEM : PAL_IO;
    if (!err)
        return status;
    va_list args;
    begin(err, status);
    va_start(args, format);
    append(err, format, args);
    va_end(args);
    if (saved) {
        char reason[128];
        if (strerror_r(saved, reason, sizeof reason) != 0)
            snprintf(reason, sizeof reason, "error %d", saved);
        const size_t room = sizeof err->text - err->used;
        const int wrote = snprintf(err->text + err->used, room, ": %s", reason);
        if (wrote > 0)
            err->used += (size_t)wrote < room ? (size_t)wrote : room - 1;
    }
    return status;
}

void pal_error_print(const struct pal_error *err, FILE *to)
{
    fputs("palermo: ", to);
    if (err->file[0]) {
        fprintf(to, "%s:", err->file);
        if (err->line)
            fprintf(to, "%llu:", (unsigned long long)err->line);
        if (err->line && err->column)
            fprintf(to, "%u:", err->column);
        fputc(' ', to);
    }
    for (const char *p = err->text; *p; p++) {
        fputc(*p, to);
        if (*p == '\n')
            fputs("  ", to);
    }
    fputc('\n', to);
}

const char *pal_status_name(enum pal_status status)
{
    static const char *const names[] = {
        [PAL_OK] = "ok",
        [PAL_NOMEM] = "out of memory",
        [PAL_IO] = "input/output error",
        [PAL_SYNTAX] = "syntax",
        [PAL_DATA] = "data error",
        [PAL_DOMAIN] = "outside the domain",
        [PAL_NOCONV] = "no convergence",
        [PAL_LATE] = "late",
        [PAL_USAGE] = "usage",
        [PAL_REVIEW] = "return disagrees",
        [PAL_BUG] = "bug",
    };
    return (size_t)status < PAL_COUNT(names) && names[status] ? names[status] : "unknown";
}

enum pal_status pal_gsl(int code, const char *what, struct pal_error *err)
{
    if (code == GSL_SUCCESS)
        return PAL_OK;
    return pal_fail(err,
                    code == GSL_EMAXITER ? PAL_NOCONV
                    : code == GSL_ENOMEM ? PAL_NOMEM
                                         : PAL_DOMAIN,
                    "%s: %s", what, gsl_strerror(code));
}
