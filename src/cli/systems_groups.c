/* systems_groups.c: groups whose estimates add up to the whole's; the chart of an answer. */
#include "systems.h"

#include <math.h>
#include <string.h>

static struct sys_row *headline_of(const struct sys_job *job, const struct sys_group *group)
{
    for (size_t r = 0; r < job->rows; r++)
        if (job->row[r].group == group && pal_str_eq(job->row[r].statistic, PAL_STR("N_hat")))
            return &job->row[r];
    return NULL;
}

/* The cells' people not seen are scaled by one factor, so that their total is the whole's own
 * estimate; a margin is the sum of its cells. Cells without an estimate count the people seen. */
struct consistent {
    double factor;
    size_t without; /* cells that have no estimate */
};

static double share_of(const struct sys_job *job, const struct consistent *c, size_t cell)
{
    const struct sys_row *row = headline_of(job, &job->group[cell]);
    const double people = pal_lists_people(job->group[cell].lists);
    return !row || row->undefined ? people : people + (row->estimate - people) * c->factor;
}

static bool is_part(const struct sys_job *job, const struct sys_group *cell,
                    const struct sys_group *margin)
{
    for (size_t b = 0; b < job->bys; b++)
        if (!pal_str_eq(margin->key[b], PAL_STR("_T")) && !pal_str_eq(margin->key[b], cell->key[b]))
            return false;
    return true;
}

static enum pal_status add_shares(struct sys_job *job, const struct consistent *c,
                                  struct pal_error *err)
{
    for (size_t g = 0; g + 1 < job->groups; g++) {
        const struct sys_row *own = headline_of(job, &job->group[g]);
        double share = 0;
        if (g < job->cells && (!own || own->undefined))
            continue;
        for (size_t cell = 0; cell < job->cells; cell++)
            if (g < job->cells ? cell == g : is_part(job, &job->group[cell], &job->group[g]))
                share += share_of(job, c, cell);
        struct sys_row *row = sys_row_add(job, &job->group[g], PAL_STR("N_hat[consistent]"), share);
        if (!row)
            return pal_nomem(err, "the answer");
        row->note = g >= job->cells ? "the sum of its groups"
                    : c->without    ? "adds up to the whole's estimate with the people seen of the "
                                      "groups without one"
                                    : "adds up to the whole's estimate";
    }
    return PAL_OK;
}

/* Each group is estimated by itself, and so is the whole: the sums differ. */
enum pal_status sys_consistent(struct sys_job *job, struct pal_error *err)
{
    if (job->cells < 2)
        return PAL_OK;
    const struct sys_group *all = &job->group[job->groups - 1];
    const struct sys_row *whole = headline_of(job, all);
    struct consistent c = {0};
    double unseen = 0, variance = 0, sum = 0;
    if (!whole || whole->undefined)
        return PAL_OK;
    for (size_t g = 0; g < job->cells; g++) {
        const struct sys_row *row = headline_of(job, &job->group[g]);
        const double people = pal_lists_people(job->group[g].lists);
        if (!row || row->undefined) {
            c.without++;
            sum += people;
            continue;
        }
        unseen += row->estimate - people;
        sum += row->estimate;
        variance += row->std_error * row->std_error;
    }
    if (!(unseen > 0))
        return PAL_OK;
    c.factor = (whole->estimate - pal_lists_people(all->lists)) / unseen;
    struct sys_row *row = sys_row_add(job, all, PAL_STR("N_hat[sum of groups]"), sum);
    if (!row)
        return pal_nomem(err, "the answer");
    row->std_error = sqrt(variance);
    row->note = c.without
                    ? pal_arena_printf(job->arena, "%zu %s no estimate; the people seen are in it",
                                       c.without, c.without == 1 ? "group has" : "groups have")
                          .ptr
                    : "each group by itself; differs from the whole's own estimate";
    return add_shares(job, &c, err);
}

/* ---- the chart
 * ------------------------------------------------------------------------------------------ */

enum { POINTS_MOST = 26 }; /* a chart of one piece */

static bool is_drawn(const struct sys_job *job, const struct sys_row *row)
{
    return row->group == &job->group[job->groups - 1] && !row->undefined &&
           pal_str_starts(row->statistic, PAL_STR("N_hat")) &&
           !pal_str_starts(row->statistic, PAL_STR("N_hat[merged"));
}

/* "N_hat[without LA]" is "without LA". */
static pal_str label_of(pal_str statistic)
{
    if (pal_str_eq(statistic, PAL_STR("N_hat")))
        return PAL_STR("stepwise, BCa");
    if (pal_str_starts(statistic, PAL_STR("N_hat[")))
        return (pal_str){statistic.ptr + 6, statistic.len - 7};
    return statistic;
}

/* The drawing of the report's room is a piece of a page; alone it needs a name space and its own
 * style. */
static void stand_alone(pal_str drawing, struct pal_buf *out)
{
    static const char begin[] = "<svg ";
    static const char style[] =
        "<style>text{font:12px sans-serif;fill:#1b1b1b}.tick{fill:#555}.grid{stroke:#ddd}"
        ".axis{stroke:#333}.s1 line{stroke:#1f5a99;stroke-width:1.8}.s1 use{fill:#1f5a99;"
        "stroke:#fff;stroke-width:.8}.name{font-weight:600}</style>";
    pal_buf_adds(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" ");
    size_t end = 0;
    while (end < drawing.len && drawing.ptr[end] != '>')
        end++;
    pal_buf_add(out, (pal_str){drawing.ptr + strlen(begin), end + 1 - strlen(begin)});
    pal_buf_adds(out, style);
    pal_buf_add(out, (pal_str){drawing.ptr + end + 1, drawing.len - end - 1});
    pal_buf_addc(out, '\n');
}

enum pal_status sys_chart(struct sys_job *job, struct pal_error *err)
{
    struct pal_chart_point point[POINTS_MOST];
    size_t n = 0;
    for (size_t r = 0; r < job->rows && n < POINTS_MOST; r++) {
        const struct sys_row *row = &job->row[r];
        if (is_drawn(job, row))
            point[n++] = (struct pal_chart_point){.y = row->estimate,
                                                  .low = row->low,
                                                  .high = row->high,
                                                  .bound_low = (double)NAN,
                                                  .bound_high = (double)NAN,
                                                  .label = label_of(row->statistic)};
    }
    if (!n)
        return pal_fail(err, PAL_DOMAIN, "--chart: there is no estimate to draw");
    const struct pal_chart_series series = {.n = n, .point = point};
    const struct pal_chart chart = {
        .kind = PAL_CHART_DOTS,
        .language = PAL_EN,
        .id = PAL_STR("systems"),
        .title = PAL_STR("The population by every estimator"),
        .description = PAL_STR("One row an estimator: its estimate and its limits"),
        .unit = PAL_STR("people"),
        .is_count = true,
        .level = job->options->level > 0 ? job->options->level : 0.95,
        .series_n = 1,
        .series = &series,
    };
    struct pal_buf drawing, out;
    pal_buf_init(&drawing, job->arena, (size_t)1 << 24);
    pal_buf_init(&out, job->arena, (size_t)1 << 24);
    PAL_TRY(pal_chart_svg(&chart, &drawing, err));
    stand_alone(pal_buf_str(&drawing), &out);
    PAL_TRY(pal_buf_status(&out, "the chart", err));
    return pal_file_write(job->options->chart, pal_buf_str(&out), err);
}
