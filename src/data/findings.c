/* findings.c: findings as CSV and as a validation report. */
#include "inside.h"

const char *pal_severity_name(enum pal_severity severity)
{
    static const char *const names[] = {"information", "warning", "error"};
    return names[severity];
}

static void number_field(struct pal_buf *out, uint64_t value)
{
    if (value)
        pal_buf_addf(out, ",%llu", (unsigned long long)value);
    else
        pal_buf_addc(out, ',');
}

void pal_findings_csv(const struct pal_diag *diag, struct pal_buf *out)
{
    pal_buf_adds(out, "severity,rule,file,line,column,dataset,value,finding,what_to_do\n");
    for (size_t i = 0; i < pal_diag_listed(diag); i++) {
        const struct pal_finding *f = pal_diag_get(diag, i);
        pal_csv_field(out, pal_str_of(pal_severity_name(f->severity)), true);
        pal_csv_field(out, pal_str_of(f->rule), false);
        pal_csv_field(out, pal_str_of(f->at.file), false);
        number_field(out, f->at.line);
        number_field(out, f->at.column);
        pal_csv_field_safe(out, f->key, false);
        pal_csv_field_safe(out, f->value, false);
        pal_csv_field_safe(out, f->what, false);
        pal_csv_field_safe(out, f->todo, false);
        pal_csv_end(out);
    }
    /* Counts stay exact when the listing is capped. */
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(diag, &tally);
    for (size_t i = 0; i < n; i++) {
        uint64_t listed = 0;
        for (size_t k = 0; k < pal_diag_listed(diag); k++) {
            const struct pal_finding *f = pal_diag_get(diag, k);
            listed += f->rule == tally[i].rule && f->at.file == tally[i].file &&
                      f->severity == tally[i].severity;
        }
        if (listed < tally[i].count)
            pal_buf_addf(out, "%s,%s,%s,,,,,%llu in all; the first %llu are listed,\n",
                         pal_severity_name(tally[i].severity), tally[i].rule, tally[i].file,
                         (unsigned long long)tally[i].count, (unsigned long long)listed);
    }
}

void pal_findings_json(const struct pal_diag *diag, pal_str as_of, struct pal_buf *out)
{
    pal_buf_adds(out, "[\n");
    for (size_t i = 0; i < pal_diag_listed(diag); i++) {
        const struct pal_finding *f = pal_diag_get(diag, i);
        pal_buf_addf(out, "%s{\"id\": \"%zu\", \"type\": \"validation\", \"event\": {",
                     i ? ",\n" : "", i + 1);
        if (as_of.len) {
            pal_buf_adds(out, "\"time\": ");
            pal_json_text(out, as_of);
            pal_buf_adds(out, ", ");
        }
        pal_buf_adds(out,
                     "\"actor\": \"palermo\", \"agent\": \"palermo\", \"trigger\": \"check\"}, "
                     "\"rule\": {\"language\": \"palermo\", \"expression\": ");
        pal_json_text(out, pal_str_of(f->rule));
        pal_buf_addf(out,
                     ", \"severity\": \"%s\", \"description\": ", pal_severity_name(f->severity));
        pal_json_text(out, f->what);
        pal_buf_adds(out, ", \"what_to_do\": ");
        pal_json_text(out, f->todo);
        pal_buf_adds(out, ", \"change\": \"\"}, \"data\": {\"source\": [");
        pal_json_text(out, pal_str_of(f->at.file));
        pal_buf_adds(out, "], \"target\": [{\"dataset\": ");
        pal_json_text(out, f->key);
        pal_buf_addf(out,
                     ", \"line\": %llu, \"column\": %u, \"text\": ", (unsigned long long)f->at.line,
                     (unsigned)f->at.column);
        pal_json_text(out, f->value);
        pal_buf_adds(out, "}]}, \"value\": 0}");
    }
    pal_buf_adds(out, "\n]\n");
}
