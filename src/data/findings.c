/* findings.c: what the rules are, and findings as CSV and as a validation report. */
#include "inside.h"

#include <string.h>

static const struct pal_rule rules[] = {
#define DATA_RULE(id, about) {id, about},
#include "rules.def"
#undef DATA_RULE
};

size_t pal_rules(const struct pal_rule **out)
{
    *out = rules;
    return PAL_COUNT(rules);
}

const char *pal_rule_about(const char *rule)
{
    for (size_t i = 0; i < PAL_COUNT(rules); i++)
        if (strcmp(rules[i].id, rule) == 0)
            return rules[i].about;
    return "";
}

const char *pal_severity_name(enum pal_severity severity)
{
    static const char *const names[] = {"information", "warning", "error"};
    return names[severity];
}

static uint64_t listed_of(const struct pal_diag *diag, const struct pal_diag_tally *tally)
{
    uint64_t listed = 0;
    for (size_t i = 0; i < pal_diag_listed(diag); i++) {
        const struct pal_finding *f = pal_diag_get(diag, i);
        listed +=
            f->rule == tally->rule && f->at.file == tally->file && f->severity == tally->severity;
    }
    return listed;
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static void number_field(struct pal_buf *out, uint64_t value)
{
    if (value)
        pal_buf_addf(out, ",%llu", (unsigned long long)value);
    else
        pal_buf_addc(out, ',');
}

pal_str pal_findings_file(pal_str file, const char *const *folder, size_t folders)
{
    for (size_t i = 0; i < folders; i++) {
        pal_str above = pal_str_of(folder[i]);
        while (above.len > 1 && above.ptr[above.len - 1] == '/')
            above.len--;
        if (!pal_str_starts(file, above) || file.len <= above.len || file.ptr[above.len] != '/')
            continue;
        size_t from = above.len;
        while (from && file.ptr[from - 1] != '/')
            from--;
        return (pal_str){file.ptr + from, file.len - from};
    }
    return file;
}

static void csv_row(struct pal_buf *out, const struct pal_finding *f, const char *const *folder,
                    size_t folders)
{
    pal_csv_field(out, pal_str_of(pal_severity_name(f->severity)), true);
    pal_csv_field(out, pal_str_of(f->rule), false);
    pal_csv_field_safe(out, pal_findings_file(pal_str_of(f->at.file), folder, folders), false);
    number_field(out, f->at.line);
    number_field(out, f->at.column);
    pal_csv_field_safe(out, f->key, false);
    pal_csv_field_safe(out, f->value, false);
    pal_csv_field_safe(out, f->what, false);
    pal_csv_field_safe(out, f->todo, false);
    pal_csv_end(out);
}

/* What stands for the places that were counted and not kept. */
static struct pal_finding capped(const struct pal_diag_tally *tally, uint64_t listed, char *text,
                                 size_t size)
{
    const int n = snprintf(text, size, "%llu in all; the first %llu are listed",
                           (unsigned long long)tally->count, (unsigned long long)listed);
    return (struct pal_finding){.severity = tally->severity,
                                .rule = tally->rule,
                                .at = {tally->file, 0, 0},
                                .what = {text, n > 0 ? (size_t)n : 0}};
}

void pal_findings_csv(const struct pal_diag *diag, const char *const *folder, size_t folders,
                      struct pal_buf *out)
{
    pal_buf_adds(out, "severity,rule,file,line,column,dataset,value,finding,what_to_do\n");
    for (size_t i = 0; i < pal_diag_listed(diag); i++)
        csv_row(out, pal_diag_get(diag, i), folder, folders);
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(diag, &tally);
    for (size_t i = 0; i < n; i++) {
        const uint64_t listed = listed_of(diag, &tally[i]);
        char text[96];
        if (listed < tally[i].count) {
            const struct pal_finding rest = capped(&tally[i], listed, text, sizeof text);
            csv_row(out, &rest, folder, folders);
        }
    }
}

/* ---- validation report -------------------------------------------------------------------------
 */

static void member(struct pal_buf *out, const char *name, pal_str text)
{
    pal_buf_addf(out, "\"%s\": ", name);
    pal_json_text(out, text);
}

/* The cell as "file:line:field", as far as it is known. */
static void target(struct pal_buf *out, const struct pal_place *at)
{
    char text[640];
    int n = snprintf(text, sizeof text, "%s", at->file);
    if (at->line && n > 0 && (size_t)n < sizeof text)
        n += snprintf(text + n, sizeof text - (size_t)n, ":%llu", (unsigned long long)at->line);
    if (at->line && at->column && n > 0 && (size_t)n < sizeof text)
        snprintf(text + n, sizeof text - (size_t)n, ":%u", (unsigned)at->column);
    pal_json_text(out, pal_str_of(text));
}

static void report(struct pal_buf *out, const struct pal_finding *f, pal_str as_of,
                   const char *agent, size_t id)
{
    pal_buf_addf(out, "%s\n{\"id\": \"%zu\", \"type\": \"validation\",\n \"event\": {",
                 id > 1 ? "," : "", id);
    if (as_of.len) {
        member(out, "time", as_of);
        pal_buf_adds(out, ", ");
    }
    member(out, "actor", PAL_STR("palermo"));
    pal_buf_adds(out, ", ");
    member(out, "agent", pal_str_of(agent));
    pal_buf_adds(out, ", \"trigger\": \"check\"},\n \"rule\": {\"language\": \"palermo\", ");
    member(out, "expression", pal_str_of(f->rule));
    pal_buf_addf(out, ", \"severity\": \"%s\", ", pal_severity_name(f->severity));
    member(out, "description", pal_str_of(pal_rule_about(f->rule)));
    pal_buf_adds(out, ", \"status\": \"\"},\n \"data\": {\"source\": [");
    pal_json_text(out, pal_str_of(f->at.file));
    pal_buf_adds(out, "], \"target\": [");
    target(out, &f->at);
    pal_buf_adds(out, "], ");
    member(out, "description", f->what);
    pal_buf_adds(out, "},\n \"value\": \"0\",\n \"palermo\": {");
    member(out, "dataset", f->key);
    pal_buf_addf(out, ", \"line\": %llu, \"column\": %u, ", (unsigned long long)f->at.line,
                 (unsigned)f->at.column);
    member(out, "text", f->value);
    pal_buf_adds(out, ", ");
    member(out, "what_to_do", f->todo);
    pal_buf_adds(out, "}}");
}

void pal_findings_json(const struct pal_diag *diag, pal_str as_of, const char *agent,
                       struct pal_buf *out)
{
    size_t id = 0;
    pal_buf_addc(out, '[');
    for (size_t i = 0; i < pal_diag_listed(diag); i++)
        report(out, pal_diag_get(diag, i), as_of, agent, ++id);
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(diag, &tally);
    for (size_t i = 0; i < n; i++) {
        const uint64_t listed = listed_of(diag, &tally[i]);
        char text[96];
        if (listed < tally[i].count) {
            const struct pal_finding rest = capped(&tally[i], listed, text, sizeof text);
            report(out, &rest, as_of, agent, ++id);
        }
    }
    pal_buf_adds(out, "\n]\n");
}
