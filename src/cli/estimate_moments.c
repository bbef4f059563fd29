/* estimate_moments.c: a sample as the moments of its estimates: what a state may say that leaves
 * the house, and how two such states become one. */
#include "estimate_survey.h"

#include <string.h>

bool est_moments_are(const struct est_pass *pass)
{
    return pass->survey && pal_survey_is_moments(pass->survey->survey);
}

/* ---- which statistics stand together -----------------------------------------------------------
 */

static void uses_of(const struct est_plan *plan, const struct est_survey_line *line, bool *uses)
{
    const struct est_survey_plan *s = plan->survey;
    switch (line->show) {
    case EST_SURVEY_DIFFERENCE:
    case EST_SURVEY_RATIO:
    case EST_SURVEY_PERCENT:
    case EST_SURVEY_T:
    case EST_SURVEY_P:
    case EST_SURVEY_COVARIANCE:
        uses[line->a] = uses[line->b] = true;
        break;
    case EST_SURVEY_CONTRAST:
        for (size_t i = 0; i < plan->stats; i++)
            if (est_formula_uses(line->formula, i))
                uses[s->of_stat[i]] = true;
        break;
    case EST_SURVEY_VALUE:
    case EST_SURVEY_LEVELS:
    case EST_SURVEY_WEIGHTS:
        break;
    }
}

static bool same_set(const struct pal_survey_set *a, const size_t *b, size_t n)
{
    return a->n == n && memcmp(a->statistic, b, n * sizeof *b) == 0;
}

static enum pal_status sets_of(const struct est_plan *plan, struct pal_arena *arena,
                               struct pal_survey_set **out, size_t *n, struct pal_error *err)
{
    const struct est_survey_plan *s = plan->survey;
    *n = 0;
    *out = pal_arena_alloc(arena, s->lines + 1, sizeof **out);
    bool *uses = pal_arena_alloc(arena, s->statistics + 1, sizeof *uses);
    if (!*out || !uses)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < s->lines; i++) {
        size_t *statistic = pal_arena_alloc(arena, s->statistics + 1, sizeof *statistic);
        size_t used = 0;
        bool known = false;
        if (!statistic)
            return pal_nomem(err, "a plan");
        memset(uses, 0, s->statistics * sizeof *uses);
        uses_of(plan, &s->line[i], uses);
        for (size_t k = 0; k < s->statistics; k++)
            if (uses[k])
                statistic[used++] = k;
        for (size_t k = 0; k < *n; k++)
            known = known || same_set(&(*out)[k], statistic, used);
        if (used > 1 && !known)
            (*out)[(*n)++] = (struct pal_survey_set){used, statistic};
    }
    return PAL_OK;
}

/* ---- passes ------------------------------------------------------------------------------------
 */

enum pal_status est_moments_begin(struct est_pass *pass, struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    struct est_survey_pass *s = pass->survey;
    struct pal_survey_set *set;
    size_t sets;
    PAL_TRY(sets_of(pass->plan, pass->arena, &set, &sets, err));
    s->strata = pal_map_new(pass->arena, 0);
    if (!s->strata)
        return pal_nomem(err, "a pass");
    return pal_survey_moments_new(&plan->ask, set, sets, pass->arena, &s->survey, err);
}

/* Names of strata may be those of groups that must not be seen; that two are the same shows in
 * their hashes too. */
static enum pal_status hash_strata(const struct est_pass *from, struct est_pass *to,
                                   struct pal_error *err)
{
    enum { KEPT = 32 }; /* hexadecimal digits: 128 bits */
    const struct pal_map *names = from->survey->stratum[0].map;
    for (size_t i = 0; i < pal_map_count(names); i++) {
        const pal_str name = pal_map_key(names, i);
        struct pal_sha256 hash;
        char hex[65];
        pal_sha256_init(&hash);
        pal_sha256_add(&hash, "palermo stratum", sizeof "palermo stratum");
        pal_sha256_add(&hash, name.ptr, name.len);
        pal_sha256_hex(&hash, hex);
        if (pal_map_add(to->survey->strata, (pal_str){hex, KEPT}, NULL) == SIZE_MAX)
            return pal_nomem(err, "the strata");
    }
    return PAL_OK;
}

/* Groups of levels know their group by the front of their key. */
static enum pal_status parents_of(const struct est_pass *pass, size_t f, struct pal_arena *arena,
                                  uint32_t **out, struct pal_error *err)
{
    const struct pal_groups *levels = pass->survey->groups[f];
    const size_t n = pal_groups_count(levels);
    *out = pal_arena_alloc(arena, n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "groups");
    for (size_t g = 0; pass->plan->bys && g < n; g++)
        (*out)[g] = pal_groups_find(pass->groups, pal_groups_key(levels, g));
    return PAL_OK;
}

enum pal_status est_moments_take(const struct est_pass *closed, struct pal_arena *arena,
                                 struct est_pass **out, struct pal_error *err)
{
    const struct est_survey_plan *plan = closed->plan->survey;
    PAL_TRY(est_pass_new(closed->plan, arena, out, err));
    struct est_pass *to = *out;
    PAL_TRY(est_moments_begin(to, err));
    to->mark = closed->mark;
    to->rows = closed->rows;
    to->value = closed->value;
    to->groups = closed->groups;
    to->survey->groups = closed->survey->groups;
    to->survey->level = closed->survey->level;
    PAL_TRY(hash_strata(closed, to, err));
    uint32_t **parent = pal_arena_alloc(arena, plan->frames + 1, sizeof *parent);
    if (!parent)
        return pal_nomem(err, "groups");
    for (size_t f = 0; f < plan->frames; f++)
        if (plan->frame[f].levels != EST_NO_COLUMN)
            PAL_TRY(parents_of(closed, f, arena, &parent[f], err));
    return pal_survey_moments_take(to->survey->survey, closed->survey->survey,
                                   pal_groups_count(closed->groups),
                                   (const uint32_t *const *)parent, err);
}

/* ---- merging -----------------------------------------------------------------------------------
 */

enum pal_status est_moments_apart(struct est_pass *into, const struct est_pass *from,
                                  struct pal_error *err)
{
    const struct pal_survey_ask *ask = &into->plan->survey->ask;
    const bool stratified = ask->design.strata[0];
    struct pal_map *mine = into->survey->strata;
    const struct pal_map *theirs = from->survey->strata;
    if (!mine || !theirs)
        return pal_fail(err, PAL_BUG, "moments are added to sums by unit");
    if (ask->method == PAL_SURVEY_MADE || ask->method == PAL_SURVEY_GIVEN)
        return PAL_OK; /* pal_survey_merge refuses them, whatever their strata */
    if (!stratified && ask->method != PAL_SURVEY_VALUE)
        return pal_fail(err, PAL_USAGE,
                        "states of samples made for hand-over are added stratum by stratum, and "
                        "these have no --strata: give a column that tells the samples apart, or "
                        "merge the confidential states");
    size_t shared = 0;
    for (size_t i = 0; i < pal_map_count(theirs); i++)
        shared += pal_map_find(mine, pal_map_key(theirs, i)) != SIZE_MAX;
    if (shared)
        return pal_fail(err, PAL_USAGE,
                        "%zu of its %zu strata stand in a state before it too, and the units of a "
                        "stratum belong together: merge the confidential states first, then make "
                        "one for hand-over; where the strata only have the same names, put the "
                        "name of the sample before them",
                        shared, pal_map_count(theirs));
    for (size_t i = 0; i < pal_map_count(theirs); i++)
        if (pal_map_add(mine, pal_map_key(theirs, i), NULL) == SIZE_MAX)
            return pal_nomem(err, "the strata");
    return PAL_OK;
}

bool est_moments_reach(const struct est_pass *pass, double threshold)
{
    const struct pal_survey *survey = pass->survey->survey;
    for (size_t g = 0; g < pal_groups_count(pass->groups); g++)
        for (size_t k = 0; k < pass->plan->survey->statistics; k++) {
            const double rows = (double)pal_survey_moments_rows(survey, k, g);
            if (rows > 0 && rows < threshold)
                return false;
        }
    return true;
}

/* ---- bytes -------------------------------------------------------------------------------------
 */

static const char heading[] = "moments";

void est_moments_pack(const struct est_pass *pass, struct pal_buf *out)
{
    const struct pal_map *strata = pass->survey->strata;
    pal_pack_text(out, pal_str_of(heading));
    pal_pack_u64(out, pal_map_count(strata));
    for (size_t i = 0; i < pal_map_count(strata); i++)
        pal_pack_text(out, pal_map_key(strata, i));
}

enum pal_status est_moments_unpack(struct est_pass *pass, struct pal_unpack *in, const char *name,
                                   struct pal_error *err)
{
    PAL_TRY(est_moments_begin(pass, err));
    if (!pal_str_eq(pal_unpack_text(in), pal_str_of(heading)))
        return pal_fail(err, PAL_DATA,
                        "the saved state '%s' says that it is made for hand-over and holds sums by "
                        "sampling unit: it is confidential",
                        name);
    const uint64_t strata = pal_unpack_u64(in);
    for (uint64_t i = 0; i < strata && !in->failed; i++) {
        bool fresh = true;
        const pal_str hash = pal_unpack_text(in);
        if (!in->failed && pal_map_add(pass->survey->strata, hash, &fresh) == SIZE_MAX)
            return pal_nomem(err, "a saved state");
        in->failed = in->failed || !fresh;
    }
    return PAL_OK;
}
