/* figures.c: the law of the sources is enforced on figures before anything is written. */
#include "figures.h"

#include <math.h>
#include <string.h>

/* ---- withholding
 * ------------------------------------------------------------------------------------ */

/* The names of the datasets stay, the lines go: their number is a count. */
static enum pal_status shorten(pal_str *provenance, struct pal_arena *arena, struct pal_error *err)
{
    struct pal_buf out;
    pal_str rest = *provenance, piece, name;
    pal_buf_init(&out, arena, PROTECT_KEY);
    while (pal_str_split(&rest, ';', &piece)) {
        (void)pal_str_split(&piece, ':', &name);
        if (out.len)
            pal_buf_addc(&out, ';');
        pal_buf_add(&out, name);
    }
    *provenance = pal_buf_str(&out);
    return pal_buf_status(&out, "provenance", err);
}

static enum pal_status withhold(struct law *law, struct pal_figure *f, uint32_t flag, char letter,
                                struct pal_error *err)
{
    struct pal_figure_estimate *e = &f->estimate;
    const double nothing = (double)NAN;
    /* One masked cell of the source says no more than its mark; sums over masked cells, and marks
     * that a margin narrowed, tell of the cells around them. */
    const bool mark = e->absent == PAL_BELOW_THRESHOLD && e->n == 1 && e->censored == 1 &&
                      !(f->flags & PAL_FLAG_CENSORED_MARGIN);
    f->conf_status = letter == 'A' || letter == 'S' ? letter : 'E';
    f->obs_status = 'Q';
    if (mark && letter == 'A')
        return PAL_OK;
    f->flags |= flag;
    e->absent = PAL_WITHHELD;
    e->status = PAL_ANSWER_SUPPRESSED;
    e->value = e->std_error = e->low = e->high = e->df = e->deff = nothing;
    e->bound_low = e->bound_high = nothing;
    e->numerator = e->denominator = nothing;
    e->has_std_error = e->has_interval = e->has_df = e->has_deff = false;
    e->has_bounds = false;
    e->n = e->missing = e->censored = 0;
    e->note = NULL;
    f->flags &= ~(uint32_t)(PAL_FLAG_CENSORED | PAL_FLAG_CENSORED_MARGIN | PAL_FLAG_OVERDISPERSED);
    return shorten(&f->provenance, law->arena, err);
}

static enum pal_status withhold_all(struct law *law, struct pal_protection *out,
                                    struct pal_error *err)
{
    /* A figure that tells a small count is A, also where it tells a secondary one. */
    for (int primary = 1; primary >= 0; primary--)
        for (size_t l = 0; l < law->links; l++) {
            struct pal_figure *f = &law->figures->figure[law->link[l].figure];
            const struct count *c = &law->count[figures_same(law, law->link[l].count)];
            if (c->mark != (primary ? PAL_CELL_PRIMARY : PAL_CELL_SECONDARY) ||
                (f->flags & (PAL_FLAG_PROTECTED | PAL_FLAG_PROTECTING)))
                continue;
            PAL_TRY(withhold(law, f, primary ? PAL_FLAG_PROTECTED : PAL_FLAG_PROTECTING,
                             primary ? 'A' : 'S', err));
            *(primary ? &out->small : &out->secondary) += 1;
        }
    return PAL_OK;
}

bool figures_embargo(const struct pal_dataset_facts *facts, pal_str as_of)
{
    struct pal_date end, today;
    if (!facts || !facts->conf_embargo.len || !pal_date_parse(facts->conf_embargo, &end))
        return false;
    return !as_of.len || !pal_date_parse(as_of, &today) ||
           pal_date_days(today) < pal_date_days(end);
}

static enum pal_status embargoes(struct law *law, pal_str as_of, struct pal_protection *out,
                                 struct pal_error *err)
{
    for (size_t i = 0; i < law->figures->n; i++) {
        struct pal_figure *f = &law->figures->figure[i];
        const struct pal_definition *d = f->definition;
        const struct pal_dataset_facts *y = figures_facts(law, d->numerator.dataset);
        const struct pal_dataset_facts *x =
            d->denominator.given ? figures_facts(law, d->denominator.dataset) : NULL;
        out->asked += (y && (y->conf_min_cell > 1 || y->conf_embargo.len)) ||
                      (x && (x->conf_min_cell > 1 || x->conf_embargo.len));
        if (!figures_embargo(y, as_of) && !figures_embargo(x, as_of))
            continue;
        f->estimate.absent = PAL_WITHHELD;
        PAL_TRY(withhold(law, f, PAL_FLAG_EMBARGO, 'E', err));
        out->embargoed++;
    }
    return PAL_OK;
}

enum pal_status pal_figures_protect(struct pal_figures *figures, const struct pal_figures_ask *ask,
                                    struct pal_arena *arena, struct pal_protection *out,
                                    struct pal_error *err)
{
    struct law law = {.arena = arena, .figures = figures, .ask = ask};
    struct totals totals = {0};
    bool any = false;
    *out = (struct pal_protection){0};
    for (size_t i = 0; i < ask->datasets; i++) {
        const struct pal_dataset_facts *facts = pal_descriptor_facts(ask->dataset[i]->descriptor);
        any = any || facts->conf_min_cell > 1 || facts->conf_embargo.len;
    }
    if (!any)
        return PAL_OK;
    law.keys = pal_map_new(arena, 1024);
    law.rows = pal_map_new(arena, 1024);
    if (!law.keys || !law.rows)
        return pal_nomem(err, "protection");
    pal_buf_init(&law.key, arena, PROTECT_KEY);
    PAL_TRY(figures_counts(&law, err));
    PAL_TRY(figures_last(&law, err));
    PAL_TRY(figures_totals(&law, &totals, err));
    PAL_TRY(figures_protect_counts(&law, &totals, err));
    if (ask->releases)
        PAL_TRY(figures_earlier_add(&law, &totals, err));
    PAL_TRY(withhold_all(&law, out, err));
    out->told = law.told;
    return embargoes(&law, ask->as_of, out, err);
}
