/* estimate_state.c: a pass with its request as bytes, so that sums made in two ministries can be
 * added by a third party who never sees a record. */
#include "estimate_survey.h"

#include <string.h>

static const char kind[] = "estimate";

static void pack_texts(struct pal_buf *out, const pal_str *text, size_t n)
{
    pal_pack_u64(out, n);
    for (size_t i = 0; i < n; i++)
        pal_pack_text(out, text[i]);
}

static void pack_request(struct pal_buf *out, const struct est_request *request)
{
    pack_texts(out, request->stat, request->stats);
    pack_texts(out, request->where, request->wheres);
    const pal_str texts[] = {request->by,       request->change, request->interval,
                             request->variance, request->test,   request->standard_by};
    pack_texts(out, texts, PAL_COUNT(texts));
    pal_pack_f64(out, request->level);
    pal_pack_f64(out, request->theta);
    pal_pack_u32(out, request->margins);
    pack_texts(out, request->standard.category, request->standard.n);
    for (size_t i = 0; i < request->standard.n; i++)
        pal_pack_f64(out, request->standard.weight[i]);
    pal_pack_u64(out, request->extras);
    for (size_t i = 0; i < request->extras; i++) {
        pal_pack_text(out, request->extra[i].name);
        pal_pack_text(out, request->extra[i].text);
    }
}

static enum pal_status unpack_texts(struct pal_unpack *in, struct pal_arena *arena,
                                    const pal_str **out, size_t *n, struct pal_error *err)
{
    const uint64_t count = pal_unpack_u64(in);
    *n = 0;
    if (in->failed || count > in->rest.len / 8) { /* each text takes eight bytes or more */
        in->failed = true;
        return PAL_OK;
    }
    pal_str *text = pal_arena_alloc(arena, (size_t)count + 1, sizeof *text);
    if (!text)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < count; i++) {
        text[i] = pal_arena_str(arena, pal_unpack_text(in)); /* a NUL stands behind it */
        if (!text[i].ptr)
            return pal_nomem(err, "a saved state");
    }
    *out = text;
    *n = (size_t)count;
    return PAL_OK;
}

static enum pal_status unpack_extras(struct pal_unpack *in, struct est_request *request,
                                     struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t n = pal_unpack_u64(in);
    if (in->failed || n > in->rest.len / 16) {
        in->failed = true;
        return PAL_OK;
    }
    struct est_extra *extra = pal_arena_alloc(arena, (size_t)n + 1, sizeof *extra);
    if (!extra)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < n; i++) {
        extra[i].name = pal_arena_str(arena, pal_unpack_text(in));
        extra[i].text = pal_arena_str(arena, pal_unpack_text(in));
        if (!extra[i].name.ptr || !extra[i].text.ptr)
            return pal_nomem(err, "a saved state");
    }
    request->extra = extra;
    request->extras = (size_t)n;
    return PAL_OK;
}

static enum pal_status unpack_request(struct pal_unpack *in, struct pal_arena *arena,
                                      const struct est_request **out, struct pal_error *err)
{
    struct est_request *request = pal_arena_alloc(arena, 1, sizeof *request);
    const pal_str *texts = NULL;
    size_t n = 0;
    if (!request)
        return pal_nomem(err, "a saved state");
    *out = request;
    PAL_TRY(unpack_texts(in, arena, &request->stat, &request->stats, err));
    PAL_TRY(unpack_texts(in, arena, &request->where, &request->wheres, err));
    PAL_TRY(unpack_texts(in, arena, &texts, &n, err));
    if (in->failed || n != 6) {
        in->failed = true;
        return PAL_OK;
    }
    request->by = texts[0];
    request->change = texts[1];
    request->interval = texts[2];
    request->variance = texts[3];
    request->test = texts[4];
    request->standard_by = texts[5];
    request->level = pal_unpack_f64(in);
    request->theta = pal_unpack_f64(in);
    request->margins = pal_unpack_u32(in) != 0;
    struct pal_standard *standard = &request->standard;
    PAL_TRY(unpack_texts(in, arena, &standard->category, &standard->n, err));
    double *weight = pal_arena_alloc(arena, standard->n + 1, sizeof *weight);
    if (!weight)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < standard->n; i++)
        weight[i] = pal_unpack_f64(in);
    standard->weight = weight;
    return unpack_extras(in, request, arena, err);
}

static void pack_values(struct pal_buf *out, const struct est_values *values)
{
    const size_t n = pal_map_count(values->map);
    pal_pack_u64(out, n);
    for (size_t i = 0; i < n; i++) {
        pal_pack_text(out, pal_map_key(values->map, i));
        pal_pack_f64(out, values->sort[i]);
    }
}

static void pack_keys(struct pal_buf *out, const struct pal_groups *groups, size_t width)
{
    const size_t n = pal_groups_count(groups);
    pal_pack_u64(out, n);
    for (size_t g = 0; g < n; g++)
        for (size_t b = 0; b < width; b++)
            pal_pack_u32(out, pal_groups_key(groups, g)[b]);
}

static enum pal_status unpack_values(struct pal_unpack *in, struct est_values *values,
                                     struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t n = pal_unpack_u64(in);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        const pal_str text = pal_unpack_text(in);
        const double sort = pal_unpack_f64(in);
        if (!in->failed && est_values_add(values, arena, text, sort) == UINT32_MAX)
            return pal_nomem(err, "a saved state");
        if (pal_map_count(values->map) != i + 1)
            in->failed = true; /* the same value twice */
    }
    return PAL_OK;
}

/* Of a sample: the texts behind its codes, groups of levels, sums; or moments. */
static enum pal_status pack_survey(const struct est_pass *pass, struct pal_buf *out,
                                   struct pal_error *err)
{
    const struct est_survey_pass *s = pass->survey;
    if (est_moments_are(pass))
        est_moments_pack(pass, out);
    for (size_t k = 0; k < PAL_MAX_STAGES && !est_moments_are(pass); k++) {
        pack_values(out, &s->stratum[k]);
        pack_values(out, &s->unit[k]);
    }
    for (size_t f = 0; f < pass->plan->survey->frames; f++) {
        if (!s->groups[f])
            continue;
        pack_values(out, &s->level[f]);
        pack_keys(out, s->groups[f], pass->plan->bys + 1);
    }
    return pal_survey_save(s->survey, out, err);
}

/* The first words of a state: may it be passed on, and what did that cost. */
static const char confidential[] = "confidential", hand_over[] = "hand-over";
/* Of a sample, when such a state was added to those for hand-over: no units, but small groups. */
static const char no_units[] = "confidential without units";

static void pack_mark(struct pal_buf *out, const struct est_pass *pass)
{
    const struct est_mark *mark = &pass->mark;
    const char *word = mark->hand_over         ? hand_over
                       : est_moments_are(pass) ? no_units
                                               : confidential;
    pal_pack_text(out, pal_str_of(word));
    pal_pack_f64(out, mark->threshold);
    const uint64_t counts[] = {mark->groups, mark->merged,      mark->dropped,
                               mark->rows,   mark->rows_merged, mark->rows_dropped};
    for (size_t i = 0; i < PAL_COUNT(counts); i++)
        pal_pack_u64(out, counts[i]);
    pal_pack_f64(out, mark->counted);
    pal_pack_f64(out, mark->counted_merged);
    pal_pack_f64(out, mark->counted_dropped);
}

/* moments: of a sample, what follows are those. */
static void unpack_mark(struct pal_unpack *in, struct est_mark *mark, bool *moments)
{
    const pal_str word = pal_unpack_text(in);
    mark->hand_over = pal_str_eq(word, pal_str_of(hand_over));
    *moments = mark->hand_over || pal_str_eq(word, pal_str_of(no_units));
    if (!*moments && !pal_str_eq(word, pal_str_of(confidential)))
        in->failed = true;
    mark->threshold = pal_unpack_f64(in);
    uint64_t *const counts[] = {&mark->groups, &mark->merged,      &mark->dropped,
                                &mark->rows,   &mark->rows_merged, &mark->rows_dropped};
    for (size_t i = 0; i < PAL_COUNT(counts); i++)
        *counts[i] = pal_unpack_u64(in);
    mark->counted = pal_unpack_f64(in);
    mark->counted_merged = pal_unpack_f64(in);
    mark->counted_dropped = pal_unpack_f64(in);
}

enum pal_status est_state_pack(const struct est_pass *pass, struct pal_buf *out,
                               struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    if (pass->imputed)
        return pal_fail(err, PAL_USAGE,
                        "completed data sets are combined where they are: a saved state holds one");
    struct pal_buf request, body;
    pal_buf_init(&request, out->arena, out->ceiling);
    pal_buf_init(&body, out->arena, out->ceiling);
    pack_request(&request, plan->request);
    PAL_TRY(pal_buf_status(&request, "a saved state", err));
    pack_mark(&body, pass);
    pal_pack_text(&body, pal_buf_str(&request));
    pal_pack_u64(&body, pass->rows);
    for (size_t b = 0; b < plan->bys; b++)
        pack_values(&body, &pass->value[b]);
    pack_keys(&body, pass->groups, plan->bys);
    if (plan->survey)
        PAL_TRY(pack_survey(pass, &body, err));
    for (size_t t = 0; t < plan->tasks; t++) {
        if (plan->task[t].unit != EST_NO_COLUMN)
            pack_values(&body, &pass->unit[t]);
        PAL_TRY(pal_state_pack(plan->task[t].estimator, pass->state[t], &body, err));
    }
    PAL_TRY(pal_buf_status(&body, "a saved state", err));
    pal_frame_write(out, kind, pal_buf_str(&body));
    return pal_buf_status(out, "a saved state", err);
}

/* level: values of a further key, or NULL. */
static enum pal_status unpack_groups(struct pal_unpack *in, struct est_pass *pass,
                                     const struct est_values *level, struct pal_groups *groups,
                                     struct pal_error *err)
{
    const size_t bys = pass->plan->bys;
    uint32_t key[17];
    const uint64_t n = pal_unpack_u64(in);
    for (uint64_t g = 0; g < n && !in->failed; g++) {
        for (size_t b = 0; b < bys; b++) {
            key[b] = pal_unpack_u32(in);
            const bool blank = key[b] == 0 && est_survey_unites(pass->plan);
            if (key[b] != EST_TOTAL && !blank &&
                (key[b] == 0 || key[b] > pal_map_count(pass->value[b].map)))
                in->failed = true;
        }
        if (level) {
            key[bys] = pal_unpack_u32(in);
            if (key[bys] == 0 || key[bys] > pal_map_count(level->map))
                in->failed = true;
        }
        const uint32_t group = in->failed ? 0 : pal_groups_add(groups, bys || level ? key : NULL);
        if (group == PAL_NO_GROUP)
            return pal_nomem(err, "a saved state");
        if (group != g)
            in->failed = true;
    }
    return PAL_OK;
}

static enum pal_status unpack_survey(struct pal_unpack *in, struct est_pass *pass, bool moments,
                                     const char *name, struct pal_error *err)
{
    struct est_survey_pass *s = pass->survey;
    if (moments)
        PAL_TRY(est_moments_unpack(pass, in, name, err));
    for (size_t k = 0; k < PAL_MAX_STAGES && !moments; k++) {
        PAL_TRY(unpack_values(in, &s->stratum[k], pass->arena, err));
        PAL_TRY(unpack_values(in, &s->unit[k], pass->arena, err));
    }
    for (size_t f = 0; f < pass->plan->survey->frames; f++) {
        if (!s->groups[f])
            continue;
        PAL_TRY(unpack_values(in, &s->level[f], pass->arena, err));
        PAL_TRY(unpack_groups(in, pass, &s->level[f], s->groups[f], err));
        for (size_t g = 0; pass->plan->bys && g < pal_groups_count(s->groups[f]); g++)
            if (pal_groups_find(pass->groups, pal_groups_key(s->groups[f], g)) == PAL_NO_GROUP)
                in->failed = true; /* a level of no group */
    }
    return in->failed ? PAL_OK : pal_survey_load(s->survey, in, err);
}

static enum pal_status same_request(const struct est_request *mine, pal_str theirs,
                                    const char *name, struct pal_arena *arena,
                                    struct pal_error *err)
{
    struct pal_buf bytes;
    pal_buf_init(&bytes, arena, theirs.len + (1u << 20));
    pack_request(&bytes, mine);
    PAL_TRY(pal_buf_status(&bytes, "a saved state", err));
    if (pal_str_eq(pal_buf_str(&bytes), theirs))
        return PAL_OK;
    struct pal_unpack in = {.rest = theirs};
    const struct est_request *other = NULL;
    PAL_TRY(unpack_request(&in, arena, &other, err));
    const struct {
        const char *what;
        pal_str mine, theirs;
    } parts[] = {
        {"--by", mine->by, other->by},
        {"--change", mine->change, other->change},
        {"--interval", mine->interval, other->interval},
        {"--variance", mine->variance, other->variance},
        {"--test", mine->test, other->test},
    };
    for (size_t i = 0; i < PAL_COUNT(parts); i++)
        if (!pal_str_eq(parts[i].mine, parts[i].theirs))
            return pal_fail(err, PAL_USAGE,
                            "'%s' was made with another %s ('%.*s', not '%.*s'): states of one "
                            "question only can be merged",
                            name, parts[i].what, PAL_ARG(parts[i].theirs), PAL_ARG(parts[i].mine));
    return pal_fail(err, PAL_USAGE,
                    "'%s' answers another question (statistics, --where, --level or --standard "
                    "differ): states of one question only can be merged",
                    name);
}

enum pal_status est_state_unpack(pal_str bytes, const char *name, const struct est_plan **plan,
                                 struct pal_arena *arena, struct est_pass **out,
                                 struct pal_error *err)
{
    pal_str content;
    PAL_TRY(pal_frame_read(bytes, kind, name, &content, err));
    struct pal_unpack in = {.rest = content};
    struct est_mark mark;
    bool moments;
    unpack_mark(&in, &mark, &moments);
    const pal_str request = pal_unpack_text(&in);
    if (*plan) {
        PAL_TRY(same_request((*plan)->request, request, name, arena, err));
    } else {
        struct pal_unpack head = {.rest = request};
        const struct est_request *made;
        struct est_plan *fresh;
        PAL_TRY(unpack_request(&head, arena, &made, err));
        if (head.failed)
            return pal_fail(err, PAL_DATA, "the saved state '%s' does not fit together", name);
        if (est_plan_new(made, arena, &fresh, err) != PAL_OK)
            return pal_while(err, "reading the saved state '%s'", name);
        *plan = fresh;
    }
    struct est_pass *pass;
    PAL_TRY(est_pass_new(*plan, arena, &pass, err));
    if (pass->imputed)
        return pal_fail(err, PAL_DATA, "the saved state '%s' does not fit together", name);
    pass->mark = mark;
    pass->rows = pal_unpack_u64(&in);
    for (size_t b = 0; b < (*plan)->bys; b++)
        PAL_TRY(unpack_values(&in, &pass->value[b], arena, err));
    PAL_TRY(unpack_groups(&in, pass, NULL, pass->groups, err));
    if (pass->survey && unpack_survey(&in, pass, moments, name, err) != PAL_OK)
        return pal_while(err, "reading the saved state '%s'", name);
    for (size_t t = 0; t < (*plan)->tasks && !in.failed; t++) {
        if ((*plan)->task[t].unit != EST_NO_COLUMN)
            PAL_TRY(unpack_values(&in, &pass->unit[t], arena, err));
        if (pal_state_unpack((*plan)->task[t].estimator, pass->state[t], &in, err) != PAL_OK)
            return pal_while(err, "reading the saved state '%s'", name);
    }
    if (in.failed || in.rest.len)
        return pal_fail(err, PAL_DATA, "the saved state '%s' does not fit together", name);
    if (mark.hand_over && est_moments_are(pass) &&
        !(mark.threshold > 1 && est_moments_reach(pass, mark.threshold)))
        return pal_fail(err, PAL_DATA,
                        "the saved state '%s' says that it is made for hand-over, threshold %g, "
                        "and holds a group of fewer respondents",
                        name, mark.threshold);
    *out = pass;
    return PAL_OK;
}
