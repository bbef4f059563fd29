/* sdmx_lists.c: the code lists beside the figures. Lists of the SDMX cross-domain guidelines are
 * given whole and in their own English words; areas, series, units and breakdowns with the codes
 * that the figures use, named in six languages. */
#include "inside.h"

#include "sdmx.h"

#include <string.h>

struct code {
    const char *code, *name;
};
struct list {
    const char *name;
    size_t n;
    const struct code *code;
};

static const struct code freq[] = {{"A", "Annual"}};
static const struct code reporting_type[] = {{"N", "National"}};
static const struct code composite[] = {{"_T", "Total or no breakdown"}};
static const struct code unit_mult[] = {{"0", "Units"}, {"3", "Thousands"}, {"6", "Millions"}};
static const struct code obs_status[] = {
    {"A", "Normal value"},
    {"B", "Time series break"},
    {"D", "Definition differs"},
    {"E", "Estimated value"},
    {"F", "Forecast value"},
    {"G", "Experimental value"},
    {"H", "Missing value; holiday or weekend"},
    {"I", "Value imputed by a receiving agency"},
    {"J", "Derogation"},
    {"K", "Data included in another category"},
    {"L", "Missing value; data exist but were not collected"},
    {"M", "Missing value; data cannot exist"},
    {"N", "Not significant"},
    {"O", "Missing value"},
    {"P", "Provisional value"},
    {"Q", "Missing value; suppressed"},
    {"S", "Strike and other special events"},
    {"U", "Low reliability"},
    {"V", "Unvalidated value"},
    {"W", "Includes data from another category"},
};
static const struct code conf_status[] = {
    {"A", "Primary confidentiality due to small counts"},
    {"C", "Confidential statistical information"},
    {"D", "Secondary confidentiality set by the sender, not for publication"},
    {"E", "Free after the embargo"},
    {"F", "Free (free for publication)"},
    {"G", "Primary confidentiality due to dominance by one or two units"},
    {"M", "Primary confidentiality due to data declared confidential based on other measures of "
          "concentration"},
    {"N", "Not for publication, restricted for internal use only"},
    {"O", "Primary confidentiality due to dominance by one unit"},
    {"S", "Secondary confidentiality set and managed by the receiver, not for publication"},
    {"T", "Primary confidentiality due to dominance by two units"},
    {"X", "Military secret"},
};
static const struct code nature[] = {
    {"C", "Country data"},           {"CA", "Country adjusted data"}, {"E", "Estimated data"},
    {"G", "Global monitoring data"}, {"M", "Modelled data"},          {"N", "Non-relevant"},
};
static const struct code kind[] = {
    {"phenomenon", "Organized crime itself"},
    {"implementation", "What States do under the Convention and its Protocols"},
};
static const struct code basis[] = {
    {"detected", "As detected by authorities"},
    {"estimated", "Estimated, detected or not"},
    {"activity", "Activity or performance"},
    {"law", "Law, institution or treaty status"},
};
static const struct code scope[] = {
    {"transnational", "Transnational in the sense of article 3 (2) of the Convention"},
    {"domestic", "Domestic"},
    {"any", "Transnational and domestic"},
    {"not-separable", "The source does not tell them apart"},
};
static const struct code uncertainty[] = {
    {"none", "No sampling error and no random variation is attached"},
    {"sampling", "Sampling error"},
    {"random", "Random variation of a complete count"},
    {"model", "Model uncertainty"},
    {"imputation", "Imputation uncertainty"},
    {"expert", "Spread of expert judgement"},
};
static const struct code endorsement[] = {{"draft", "Draft, not yet sent"},
                                          {"sent", "Sent for review"},
                                          {"queried", "Queried"},
                                          {"corrected", "Corrected by the government"},
                                          {"endorsed", "Endorsed by the government"},
                                          {"disputed", "Disputed: printed side by side"},
                                          {"no-reply", "No reply by the deadline"}};

#define LIST(name, codes)                                                                          \
    {                                                                                              \
        name, PAL_COUNT(codes), codes                                                              \
    }
static const struct list fixed[] = {
    LIST("CL_FREQ", freq),
    LIST("CL_REPORTING_TYPE", reporting_type),
    LIST("CL_COMPOSITE_BREAKDOWN", composite),
    LIST("CL_UNIT_MULT", unit_mult),
    LIST("CL_OBS_STATUS", obs_status),
    LIST("CL_CONF_STATUS", conf_status),
    LIST("CL_NATURE", nature),
    LIST("CL_KIND", kind),
    LIST("CL_BASIS", basis),
    LIST("CL_SCOPE", scope),
    LIST("CL_UNC_KIND", uncertainty),
    LIST("CL_ENDORSE_STATUS", endorsement),
};

static const enum pal_language columns[] = {PAL_EN, PAL_AR, PAL_ZH, PAL_FR, PAL_RU, PAL_ES};

static void header(struct pal_buf *out)
{
    pal_buf_clear(out);
    pal_buf_adds(out, "CODE");
    for (size_t i = 0; i < PAL_COUNT(columns); i++)
        pal_buf_addf(out, ",NAME_%s", pal_language_code(columns[i]));
    pal_csv_end(out);
}

static void row(struct pal_buf *out, pal_str code, const struct pal_text *name)
{
    pal_csv_field_safe(out, code, true);
    for (size_t i = 0; i < PAL_COUNT(columns); i++)
        pal_csv_field_safe(out, name->in[columns[i]], false);
    pal_csv_end(out);
}

static enum pal_status write(struct pal_outdir *outdir, pal_str list, struct pal_buf *out,
                             struct pal_arena *scratch, struct pal_error *err)
{
    PAL_TRY(pal_buf_status(out, "a code list", err));
    return pal_outdir_write(outdir, pal_arena_printf(scratch, "sdmx/%.*s.csv", PAL_ARG(list)),
                            pal_buf_str(out), err);
}

static enum pal_status write_areas(const struct pal_figures *all, const bool *used,
                                   struct pal_outdir *outdir, struct pal_buf *out,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    header(out);
    for (uint32_t a = 0; a < pal_areas_count(all->areas); a++)
        if (used[a])
            row(out, pal_areas_get(all->areas, a)->code, &pal_areas_get(all->areas, a)->name);
    return write(outdir, PAL_STR("CL_AREA"), out, scratch, err);
}

/* Series and their units: figures of one definition stand together. */
static enum pal_status write_series(const struct pal_figures *all, struct pal_outdir *outdir,
                                    struct pal_buf *out, struct pal_arena *scratch,
                                    struct pal_error *err)
{
    struct pal_map *units = pal_map_new(scratch, 64);
    struct pal_buf list, code;
    if (!units)
        return pal_nomem(err, "a code list");
    pal_buf_init(&list, scratch, 16u << 20);
    pal_buf_init(&code, scratch, 65536);
    header(&list);
    header(out);
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_definition *d = all->figure[i].definition;
        if (i && all->figure[i - 1].definition == d)
            continue;
        row(out, d->code, &d->title);
        pal_buf_clear(&code);
        sdmx_unit_code(d->unit, &code);
        bool is_new;
        if (pal_map_add(units, pal_buf_str(&code), &is_new) == SIZE_MAX)
            return pal_nomem(err, "a code list");
        struct pal_text name = d->unit_name;
        if (!name.in[PAL_EN].len)
            name.in[PAL_EN] = d->unit;
        if (is_new)
            row(&list, pal_buf_str(&code), &name);
    }
    PAL_TRY(write(outdir, PAL_STR("CL_SERIES"), out, scratch, err));
    return write(outdir, PAL_STR("CL_UNIT_MEASURE"), &list, scratch, err);
}

static enum pal_status write_breakdown(const struct pal_report_input *input, size_t k,
                                       struct pal_map *used, struct pal_outdir *outdir,
                                       struct pal_buf *out, struct pal_arena *scratch,
                                       struct pal_error *err)
{
    const pal_str name = input->figures->breakdown[k];
    const struct report_labels *labels = input->tables ? input->table[0]->labels : NULL;
    const struct report_label_set *set = report_labels_find(labels, name);
    header(out);
    for (size_t i = 0; set && i < set->n; i++) /* in the order of the labels */
        if (pal_map_find(used, set->code[i].code) != SIZE_MAX)
            row(out, set->code[i].code, &set->code[i].name);
    for (size_t u = 0; u < pal_map_count(used); u++) {
        const pal_str code = pal_map_key(used, u);
        bool named = false;
        for (size_t i = 0; set && i < set->n; i++)
            named |= pal_str_eq(set->code[i].code, code);
        const bool total = pal_str_eq(code, PAL_STR("_T"));
        struct pal_text text = {.in = {[PAL_EN] = total ? PAL_STR("Total") : code}};
        if (!named)
            row(out, code, &text);
    }
    struct pal_text none = {.in = {[PAL_EN] = PAL_STR("Not applicable")}};
    if (pal_map_find(used, PAL_STR("_Z")) == SIZE_MAX)
        row(out, PAL_STR("_Z"), &none);
    return write(outdir, pal_arena_printf(scratch, "CL_%.*s", PAL_ARG(name)), out, scratch, err);
}

/* Which areas and breakdown codes the figures use, in one pass; figures of one breakdown share its
 * codes, so neighbours need one look. */
static enum pal_status find_used(const struct pal_figures *all, bool *areas, struct pal_map **used,
                                 struct pal_error *err)
{
    const pal_str *last = NULL;
    for (size_t i = 0; i < all->n; i++) {
        areas[all->figure[i].area] = true;
        if (all->figure[i].breakdown == last)
            continue;
        last = all->figure[i].breakdown;
        for (size_t k = 0; k < all->breakdowns; k++)
            if (last[k].len && pal_map_add(used[k], last[k], NULL) == SIZE_MAX)
                return pal_nomem(err, "a code list");
    }
    return PAL_OK;
}

enum pal_status sdmx_lists_write(const struct pal_report_input *input, struct pal_outdir *outdir,
                                 struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_figures *all = input->figures;
    struct pal_buf out;
    pal_buf_init(&out, scratch, 16u << 20);
    for (size_t i = 0; i < PAL_COUNT(fixed); i++) {
        header(&out);
        for (size_t k = 0; k < fixed[i].n; k++) {
            struct pal_text name = {.in = {[PAL_EN] = pal_str_of(fixed[i].code[k].name)}};
            row(&out, pal_str_of(fixed[i].code[k].code), &name);
        }
        PAL_TRY(write(outdir, pal_str_of(fixed[i].name), &out, scratch, err));
    }
    bool *areas = pal_arena_alloc(scratch, pal_areas_count(all->areas) + 1, sizeof *areas);
    struct pal_map **used = pal_arena_alloc(scratch, all->breakdowns + 1, sizeof *used);
    if (!areas || !used)
        return pal_nomem(err, "the code lists");
    for (size_t k = 0; k < all->breakdowns; k++) {
        used[k] = pal_map_new(scratch, 16);
        if (!used[k])
            return pal_nomem(err, "the code lists");
    }
    PAL_TRY(find_used(all, areas, used, err));
    PAL_TRY(write_areas(all, areas, outdir, &out, scratch, err));
    PAL_TRY(write_series(all, outdir, &out, scratch, err));
    for (size_t k = 0; k < all->breakdowns; k++)
        PAL_TRY(write_breakdown(input, k, used[k], outdir, &out, scratch, err));
    return PAL_OK;
}
