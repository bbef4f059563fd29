/* findings.c: findings as people read them: file by file, the worst first, the first places of each
 * rule with what to do about them, and the exact number of all. */
#include "check.h"

#include <string.h>

enum { WIDTH = 80 };

void cli_error_finding(struct pal_diag *diag, const char *rule, const char *path, pal_str key,
                       const struct pal_error *from)
{
    const struct pal_place at = {from->file[0] ? from->file : path, from->line, from->column};
    pal_str text = pal_str_of(from->text), cause;
    (void)pal_str_split(&text, '\n', &cause);
    pal_diag_add(diag,
                 &(struct pal_finding){
                     .severity = PAL_ERROR, .rule = rule, .at = at, .what = cause, .key = key});
}

static const char *colour(enum pal_severity severity, bool colours)
{
    static const char *const codes[] = {"\033[36m", "\033[33m", "\033[1;31m"};
    return colours ? codes[severity] : "";
}

static void say(FILE *to, int indent, pal_str text)
{
    char line[2048];
    snprintf(line, sizeof line, "%.*s", PAL_ARG(text));
    fprintf(to, "%*s", indent, "");
    cli_wrap(to, line, indent, WIDTH);
}

static void say_place(FILE *to, const struct pal_finding *f)
{
    char line[2048];
    const pal_str file = pal_str_of(f->at.file);
    const bool written = pal_str_ends(file, PAL_STR(".yaml")) ||
                         pal_str_ends(file, PAL_STR(".yml")) ||
                         pal_str_ends(file, PAL_STR(".json"));
    if (f->at.line && f->at.column)
        snprintf(line, sizeof line, "line %llu, %s %u: %.*s", (unsigned long long)f->at.line,
                 written ? "column" : "field", (unsigned)f->at.column, PAL_ARG(f->what));
    else if (f->at.line)
        snprintf(line, sizeof line, "line %llu: %.*s", (unsigned long long)f->at.line,
                 PAL_ARG(f->what));
    else
        snprintf(line, sizeof line, "%.*s", PAL_ARG(f->what));
    fprintf(to, "    ");
    cli_wrap(to, line, 6, WIDTH);
}

static bool belongs(const struct pal_finding *f, const struct pal_diag_tally *tally)
{
    return f->rule == tally->rule && f->at.file == tally->file && f->severity == tally->severity;
}

/* What to do is said once where all the shown places say the same. */
static void print_rule(const struct pal_diag *diag, const struct pal_diag_tally *tally,
                       size_t places, bool colours, FILE *to)
{
    fprintf(to, "  %s%s%s  %s (%llu)\n", colour(tally->severity, colours),
            tally->severity == PAL_INFORMATION ? "note" : pal_severity_name(tally->severity),
            colours ? "\033[0m" : "", tally->rule, (unsigned long long)tally->count);
    const struct pal_finding *first = NULL;
    bool same = true;
    size_t shown = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        shown = 0;
        for (size_t i = tally->first; i < pal_diag_listed(diag) && (!places || shown < places);
             i++) {
            const struct pal_finding *f = pal_diag_get(diag, i);
            if (!belongs(f, tally))
                continue;
            shown++;
            if (pass == 0) {
                first = first ? first : f;
                same = same && pal_str_eq(first->todo, f->todo);
                continue;
            }
            say_place(to, f);
            if (!same && f->todo.len)
                say(to, 6, f->todo);
        }
    }
    if (shown < tally->count)
        fprintf(to, "    and %llu more\n", (unsigned long long)(tally->count - shown));
    if (same && first && first->todo.len)
        say(to, 6, first->todo);
}

static void print_file(const struct pal_diag *diag, const struct pal_diag_tally *tally, size_t n,
                       const char *file, size_t places, bool colours, FILE *to)
{
    fprintf(to, "%s\n", *file ? file : "(no file)");
    for (int severity = PAL_ERROR; severity >= PAL_INFORMATION; severity--)
        for (size_t i = 0; i < n; i++)
            if (tally[i].file == file && (int)tally[i].severity == severity)
                print_rule(diag, &tally[i], places, colours, to);
    fputc('\n', to);
}

static void count(FILE *to, uint64_t n, const char *one, const char *before)
{
    fprintf(to, "%s%llu %s%s", before, (unsigned long long)n, one, n == 1 ? "" : "s");
}

void cli_findings_print(const struct pal_diag *diag, size_t places, FILE *to)
{
    const bool colours = cli_colours(to);
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(diag, &tally);
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = tally[k].file == tally[i].file;
        if (!seen)
            print_file(diag, tally, n, tally[i].file, places, colours, to);
    }
    count(to, pal_diag_count(diag, PAL_ERROR), "error", "");
    count(to, pal_diag_count(diag, PAL_WARNING), "warning", ", ");
    count(to, pal_diag_count(diag, PAL_INFORMATION), "note", ", ");
    fputc('\n', to);
}
