/* assess_print.c: how estimators fared, as CSV and JSON for programs and as a table for people. */
#include "assess.h"
#include "lines.h"

#include <math.h>
#include <string.h>

/* ---- for programs
 * --------------------------------------------------------------------------------- */

enum { MOST_FIELDS = 28 };
struct field {
    const char *name;
    double number; /* NaN: empty */
    pal_str text;  /* of fields that are text */
    bool is_text;
};

static struct field text(const char *name, pal_str value)
{
    return (struct field){name, (double)NAN, value, true};
}

static struct field number(const char *name, double value)
{
    return (struct field){name, value, {0}, false};
}

static size_t fields_of(const struct assess_scene *s, size_t e, bool time, struct field *out)
{
    const struct pal_assessed *a = &s->assessed[e];
    const double truth = pal_scenario_truth(s->scenario);
    const struct field all[] = {
        text("scenario", pal_str_of(s->name)),
        text("kind", pal_str_of(pal_scenario_kind(s->scenario))),
        text("target", pal_str_of(pal_scenario_target(s->scenario))),
        number("truth", truth),
        number("level", pal_scenario_level(s->scenario)),
        text("estimator", a->name),
        number("replicates", (double)a->replicates),
        number("failures", (double)a->failures),
        number("mean", a->mean),
        number("bias", a->bias),
        number("bias_mc", a->bias_mc),
        number("relative_bias", a->bias / truth),
        number("relative_bias_mc", a->bias_mc / truth),
        number("rmse", a->rmse),
        number("rmse_mc", a->rmse_mc),
        number("sd", a->sd),
        number("mean_std_error", a->mean_se),
        number("intervals", (double)a->intervals),
        number("coverage", a->coverage),
        number("coverage_mc", a->coverage_mc),
        number("above", a->above),
        number("below", a->below),
        number("width", a->width),
        number("width_mc", a->width_mc),
        text("first_failure", pal_str_of(a->reason)),
        number("seconds", a->seconds),
        number("seconds_mc", a->seconds_mc),
    };
    const size_t n = PAL_COUNT(all) - (time ? 0 : 2);
    memcpy(out, all, n * sizeof *all);
    return n;
}

static void csv_number(struct pal_buf *out, double value, bool first)
{
    pal_buf_adds(out, first ? "" : ",");
    if (!isnan(value))
        pal_buf_addnum(out, value);
}

void assess_csv(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out)
{
    struct field field[MOST_FIELDS];
    bool head = false;
    for (size_t s = 0; s < n; s++)
        for (size_t e = 0; e < pal_scenario_estimators(scene[s].scenario); e++) {
            const size_t fields = fields_of(&scene[s], e, time, field);
            for (size_t i = 0; i < fields && !head; i++)
                pal_csv_field(out, pal_str_of(field[i].name), i == 0);
            if (!head)
                pal_csv_end(out);
            head = true;
            for (size_t i = 0; i < fields; i++) {
                if (field[i].is_text)
                    pal_csv_field(out, field[i].text, i == 0);
                else
                    csv_number(out, field[i].number, i == 0);
            }
            pal_csv_end(out);
        }
}

void assess_json(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out)
{
    struct field field[MOST_FIELDS];
    bool any = false;
    pal_buf_addc(out, '[');
    for (size_t s = 0; s < n; s++)
        for (size_t e = 0; e < pal_scenario_estimators(scene[s].scenario); e++) {
            const size_t fields = fields_of(&scene[s], e, time, field);
            pal_buf_adds(out, any ? ",\n " : "\n ");
            any = true;
            for (size_t i = 0; i < fields; i++) {
                pal_buf_adds(out, i ? ", " : "{");
                pal_json_text(out, pal_str_of(field[i].name));
                pal_buf_adds(out, ": ");
                if (field[i].is_text)
                    pal_json_text(out, field[i].text);
                else if (isnan(field[i].number))
                    pal_buf_adds(out, "null");
                else if (isinf(field[i].number))
                    pal_json_text(out, field[i].number > 0 ? PAL_STR("Inf") : PAL_STR("-Inf"));
                else
                    pal_buf_addnum(out, field[i].number);
            }
            pal_buf_addc(out, '}');
        }
    pal_buf_adds(out, "\n]\n");
}

void assess_each(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out)
{
    pal_buf_adds(out, "scenario,estimator,replicate,failed,estimate,std_error,conf_low,conf_high");
    pal_buf_adds(out, time ? ",seconds\n" : "\n");
    for (size_t s = 0; s < n; s++)
        for (size_t e = 0; e < pal_scenario_estimators(scene[s].scenario); e++)
            for (size_t r = 0; r < scene[s].assessed[e].replicates; r++) {
                const struct pal_assessed_one *one = &scene[s].assessed[e].one[r];
                pal_csv_field(out, pal_str_of(scene[s].name), true);
                pal_csv_field(out, scene[s].assessed[e].name, false);
                csv_number(out, (double)(r + 1), false);
                csv_number(out, one->failed, false);
                csv_number(out, one->estimate, false);
                csv_number(out, one->std_error, false);
                csv_number(out, one->low, false);
                csv_number(out, one->high, false);
                if (time)
                    csv_number(out, one->seconds, false);
                pal_csv_end(out);
            }
}

/* ---- for people
 * ------------------------------------------------------------------------------------- */

enum { COLUMNS = 9, FROM = 75, TO = 100 }; /* the picture of coverage, in per cent */

static const char *const head[COLUMNS] = {"estimator", "bias %",  "RMSE %", "coverage %", "above %",
                                          "below %",   "width %", "failed", "ms"};

static pal_str percent(double part, double error, struct pal_arena *arena)
{
    char text[PAL_NUM_SIZE], more[PAL_NUM_SIZE];
    if (isnan(part))
        return PAL_STR("-");
    if (fabs(part) > 1e4)
        return PAL_STR("huge");
    (void)pal_num_write_fixed(100 * part, 1, text, sizeof text);
    if (isnan(error))
        return pal_arena_printf(arena, "%s", text);
    (void)pal_num_write_fixed(100 * error, 1, more, sizeof more);
    return pal_arena_printf(arena, "%s (%s)", text, more);
}

/* A dot where the coverage lies between 75 and 100 per cent, bars around two points of the level.
 */
static pal_str picture(double coverage, double level, struct pal_arena *arena)
{
    char text[TO - FROM + 2];
    memset(text, '.', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const int low = (int)lround(100 * level) - 2 - FROM, high = low + 4;
    if (low >= 0 && high <= TO - FROM)
        text[low] = text[high] = '|';
    if (!isnan(coverage)) {
        const int at = (int)lround(100 * coverage) - FROM;
        text[at < 0 ? 0 : at] = at < 0 ? '<' : 'o';
    }
    return pal_arena_printf(arena, "%s", text);
}

static void row_of(const struct assess_scene *s, size_t e, bool time, struct pal_arena *arena,
                   pal_str *cell)
{
    const struct pal_assessed *a = &s->assessed[e];
    const double truth = pal_scenario_truth(s->scenario);
    char ms[PAL_NUM_SIZE];
    (void)pal_num_write_fixed(1000 * a->seconds, 2, ms, sizeof ms);
    cell[0] = a->name;
    cell[1] = percent(a->bias / truth, a->bias_mc / truth, arena);
    cell[2] = percent(a->rmse / truth, a->rmse_mc / truth, arena);
    cell[3] = percent(a->coverage, a->coverage_mc, arena);
    cell[4] = percent(a->above, (double)NAN, arena);
    cell[5] = percent(a->below, (double)NAN, arena);
    cell[6] = percent(a->width / truth, (double)NAN, arena);
    cell[7] = pal_arena_printf(arena, "%zu", a->failures);
    cell[8] = time ? pal_arena_printf(arena, "%s", ms) : PAL_STR("");
}

static void print_row(const pal_str *cell, const size_t *width, bool time, pal_str after,
                      struct pal_buf *out)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        if (c == 8 && !time)
            continue;
        const size_t gap = width[c] - cell[c].len;
        cli_pad(out, 2 + (c ? gap : 0));
        pal_buf_add(out, cell[c]);
        cli_pad(out, c ? 0 : gap);
    }
    if (after.len) {
        cli_pad(out, 2);
        pal_buf_add(out, after);
    }
    pal_buf_addc(out, '\n');
}

static enum pal_status one_table(const struct assess_scene *s, bool time, struct pal_buf *out,
                                 struct pal_error *err)
{
    const size_t n = pal_scenario_estimators(s->scenario);
    const double level = pal_scenario_level(s->scenario);
    pal_str(*cell)[COLUMNS] = pal_arena_alloc(out->arena, n + 1, sizeof *cell);
    size_t width[COLUMNS] = {0};
    if (!cell)
        return pal_nomem(err, "the table");
    for (size_t c = 0; c < COLUMNS; c++)
        cell[0][c] = pal_str_of(head[c]);
    for (size_t e = 0; e < n; e++)
        row_of(s, e, time, out->arena, cell[e + 1]);
    for (size_t r = 0; r <= n; r++)
        for (size_t c = 0; c < COLUMNS; c++)
            width[c] = cell[r][c].len > width[c] ? cell[r][c].len : width[c];
    pal_buf_adds(out, s->name);
    if (pal_scenario_title(s->scenario).len)
        pal_buf_addf(out, ": %.*s", PAL_ARG(pal_scenario_title(s->scenario)));
    pal_buf_addf(out, "\n%s ", pal_scenario_target(s->scenario));
    char truth[PAL_NUM_SIZE];
    (void)pal_num_write(nearbyint(1e6 * pal_scenario_truth(s->scenario)) / 1e6, truth);
    pal_buf_addf(out, "%s, %zu replicates, intervals at %g %%\n\n", truth,
                 n ? s->assessed[0].replicates : 0, 100 * level);
    const pal_str scale = pal_arena_printf(out->arena, "%-*d%d", TO - FROM - 2, FROM, TO);
    print_row(cell[0], width, time, scale, out);
    for (size_t e = 0; e < n; e++)
        print_row(cell[e + 1], width, time, picture(s->assessed[e].coverage, level, out->arena),
                  out);
    for (size_t e = 0; e < n; e++)
        if (s->assessed[e].reason)
            pal_buf_addf(out, "  %.*s failed first because %s\n", PAL_ARG(s->assessed[e].name),
                         s->assessed[e].reason);
    return PAL_OK;
}

enum pal_status assess_table(const struct assess_scene *scene, size_t n, bool time,
                             struct pal_buf *out, struct pal_error *err)
{
    for (size_t s = 0; s < n; s++) {
        pal_buf_adds(out, s ? "\n" : "");
        PAL_TRY(one_table(&scene[s], time, out, err));
    }
    pal_buf_adds(out, "\nBias, RMSE and width in per cent of the truth; Monte Carlo errors in "
                      "brackets. above, below: intervals\nthat lie wholly above or below the "
                      "truth. width: median.\n");
    return PAL_OK;
}
