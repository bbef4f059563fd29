/* review_send.c: palermo review send: one packet for each State and instrument. The folders are
 * complete before the ledger says that they were sent, in one transaction; a run that is stopped
 * leaves packets that no ledger knows, and the next makes the same ones again. */
#include "review.h"

#include <string.h>

enum pal_status review_work(struct cli *cli, const char *cycle, struct cli_work *work,
                            struct pal_report_input *input, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    PAL_TRY(cli_work_do(cli,
                        &(struct cli_work_options){.cycle = cycle,
                                                   .data = o->data,
                                                   .indicators = o->indicators,
                                                   .as_of = o->as_of,
                                                   .threads = o->threads},
                        work, err));
    *input = (struct pal_report_input){
        .figures = work->figures,
        .catalogue = work->catalogue,
        .areas = work->areas,
        .dataset = work->dataset,
        .datasets = work->datasets,
        .diag = work->diag,
        .title = work->cycle.title,
        .subtitle = work->cycle.subtitle,
        .as_of = work->cycle.as_of,
        .synthetic = work->synthetic,
    };
    return pal_table_definitions_read(work->folders.indicators, work->folders.indicators_n,
                                      work->catalogue, work->diag, cli->arena, &input->table,
                                      &input->tables, err);
}

struct sending {
    struct cli *cli;
    const struct review_options *o;
    struct cli_work work;
    struct pal_report_input input;
    struct pal_ledger *ledger;
    const struct pal_ledger_entry *entry;
    size_t entries;
    struct pal_working_languages *working;
    struct pal_key key;
    struct pal_packet_ask ask;
    enum pal_language extra[PAL_LANGUAGES];
    size_t extras;
    struct pal_arena *scratch;
    size_t packets, figures, queried, unchanged;
};

static enum pal_status settle_ask(struct sending *s, struct pal_error *err)
{
    struct pal_query_ask queries = {.figures = s->work.figures};
    PAL_TRY(review_date(s->cli, &s->ask.date, err));
    s->ask.deadline = s->o->deadline ? pal_str_of(s->o->deadline) : s->work.cycle.review_deadline;
    struct pal_date date;
    if (!pal_date_parse(s->ask.deadline, &date))
        return pal_fail(err, PAL_USAGE,
                        s->ask.deadline.len
                            ? "the deadline '%.*s' is no date; write 2026-03-31"
                            : "by when shall States answer? --deadline 2026-03-31, or 'review: "
                              "{deadline: 2026-03-31}' in the cycle%.*s",
                        PAL_ARG(s->ask.deadline));
    s->ask.deadline =
        pal_arena_printf(s->cli->arena, "%04d-%02d-%02d", date.year, date.month, date.day);
    s->ask.silence = s->work.cycle.review_silence;
    s->ask.years = s->o->years;
    s->ask.input = &s->input;
    if (s->o->alpha && (!pal_num_parse(pal_str_of(s->o->alpha), &queries.alpha) ||
                        !(queries.alpha > 0 && queries.alpha < 0.5)))
        return pal_fail(err, PAL_USAGE, "--alpha takes a share between 0 and 0.5, not '%s'",
                        s->o->alpha);
    if (s->o->previous)
        PAL_TRY(pal_released_read(s->o->previous, s->cli->arena, &s->ask.released,
                                  &s->ask.released_n, err));
    else
        PAL_TRY(pal_ledger_released(s->ledger, s->cli->arena, &s->ask.released, &s->ask.released_n,
                                    err));
    queries.released = s->ask.released;
    queries.released_n = s->ask.released_n;
    return pal_queries_make(&queries, s->cli->arena, &s->ask.query, &s->ask.queries, err);
}

static bool is_wanted(const struct sending *s, const struct pal_area *area)
{
    bool wanted = !s->o->areas.n;
    for (size_t i = 0; i < s->o->areas.n; i++)
        wanted |= pal_str_eq(pal_str_of(s->o->areas.item[i]), area->code);
    return wanted && area->kind == PAL_AREA_COUNTRY;
}

static enum pal_status check_areas(const struct sending *s, struct pal_error *err)
{
    for (size_t i = 0; i < s->o->areas.n; i++) {
        const pal_str code = pal_str_of(s->o->areas.item[i]);
        const uint32_t area = pal_areas_by_code(s->work.areas, code);
        const pal_str near = pal_areas_nearest(s->work.areas, code);
        if (area == PAL_NO_AREA || pal_areas_get(s->work.areas, area)->kind != PAL_AREA_COUNTRY)
            return pal_fail(err, PAL_USAGE, "'%.*s' is no State%s%.*s%s", PAL_ARG(code),
                            PAL_NEAR(near));
    }
    return PAL_OK;
}

/* The last packet of the State and instrument, or NULL. */
static const struct pal_ledger_entry *last_packet(const struct sending *s, pal_str area,
                                                  pal_str stream)
{
    for (size_t i = s->entries; i-- > 0;)
        if (pal_str_eq(s->entry[i].kind, PAL_STR("packet")) && pal_str_eq(s->entry[i].area, area) &&
            pal_str_eq(s->entry[i].stream, stream))
            return &s->entry[i];
    return NULL;
}

static size_t languages_of(const struct sending *s, pal_str area, enum pal_language *out)
{
    size_t n = 0;
    out[n++] = pal_working_language(s->working, area);
    for (size_t i = 0; i < s->extras; i++)
        if (s->extra[i] != out[0])
            out[n++] = s->extra[i];
    return n;
}

static enum pal_status write_packet(struct sending *s, const struct pal_packet *packet,
                                    struct pal_error *err)
{
    enum pal_language language[PAL_LANGUAGES + 1];
    struct pal_outdir *outdir;
    const char *out = s->o->out ? s->o->out : "review";
    const pal_str folder =
        pal_arena_printf(s->scratch, "%s/%.*s/%.*s-%lld", out, PAL_ARG(packet->area),
                         PAL_ARG(packet->stream), (long long)packet->round);
    const size_t languages = languages_of(s, packet->area, language);
    if (!folder.ptr)
        return pal_nomem(err, "a packet");
    PAL_TRY(pal_outdir_open(folder.ptr, s->scratch, &outdir, err));
    if (pal_packet_write(packet, language, languages, &s->key, outdir, s->scratch, err) != PAL_OK)
        return pal_while(err, "writing packet %.*s", PAL_ARG(packet->id));
    return pal_outdir_commit(outdir, err);
}

static enum pal_status send_one(struct sending *s, uint32_t area, pal_str stream,
                                struct pal_error *err)
{
    const struct pal_packet *packet;
    const pal_str code = pal_areas_get(s->work.areas, area)->code;
    const struct pal_ledger_entry *last = last_packet(s, code, stream);
    PAL_TRY(pal_packet_make(&s->ask, area, stream, last ? last->round + 1 : 1, s->scratch, &packet,
                            err));
    if (!packet)
        return PAL_OK;
    if (last && pal_str_eq(last->sha256, pal_str_of(packet->sha256)) &&
        pal_str_eq(last->deadline, packet->deadline)) {
        s->unchanged++;
        return PAL_OK;
    }
    PAL_TRY(write_packet(s, packet, err));
    PAL_TRY(pal_packet_record(packet, pal_str_of(s->key.id), s->ledger, s->scratch, err));
    s->packets++;
    s->figures += packet->rows;
    s->queried += packet->queried;
    return PAL_OK;
}

static enum pal_status check_key(struct sending *s, struct pal_error *err)
{
    struct pal_key known;
    bool registered, revoked;
    if (!s->o->key)
        return pal_fail(err, PAL_USAGE,
                        "which key signs? --key SECRETARIAT.key ('palermo review keys make' makes "
                        "one, 'keys add --secretariat' registers it)");
    PAL_TRY(pal_key_read(s->o->key, s->cli->arena, &s->key, err));
    if (!s->key.secret)
        return pal_fail(err, PAL_USAGE, "'%s' is a public key; signing takes the secret one",
                        s->o->key);
    for (size_t i = 0; i < 2; i++) {
        PAL_TRY(pal_ledger_key(s->ledger, pal_str_of(s->key.id), PAL_STR(""), review_stream_name[i],
                               s->cli->arena, &known, &registered, &revoked, err));
        if (!registered || revoked)
            return pal_fail(err, PAL_USAGE,
                            revoked ? "key %s was revoked"
                                    : "key %s is not the secretariat's; 'palermo review keys add "
                                      "CYCLE FILE.pub --secretariat' registers it",
                            s->key.id);
    }
    return PAL_OK;
}

enum pal_status review_send(struct cli *cli, struct pal_error *err)
{
    struct sending s = {.cli = cli, .o = cli->options};
    bool chosen[2];
    const char *cycle = review_word_at(cli, 0);
    PAL_TRY(review_streams(cli, chosen, err));
    if (s.o->languages)
        PAL_TRY(cli_languages_parse(s.o->languages, s.extra, &s.extras, err));
    PAL_TRY(review_ledger(cli, cycle, PAL_LEDGER_WRITE, &s.ledger, err));
    PAL_TRY(check_key(&s, err));
    PAL_TRY(review_work(cli, cycle, &s.work, &s.input, err));
    PAL_TRY(check_areas(&s, err));
    PAL_TRY(pal_working_languages_read(s.work.folders.areas, cli->arena, &s.working, err));
    if (!(s.scratch = pal_arena_new()))
        return pal_nomem(err, "packets");
    PAL_TRY(pal_arena_defer(cli->arena, (void (*)(void *))pal_arena_free, s.scratch, err));
    PAL_TRY(pal_ledger_begin(s.ledger, err));
    PAL_TRY(pal_ledger_entries(s.ledger, cli->arena, &s.entry, &s.entries, err));
    PAL_TRY(settle_ask(&s, err));
    const size_t areas = pal_areas_count(s.work.areas);
    struct pal_progress *progress =
        pal_progress_new(cli->arena, cli->err, "writing packets", areas);
    for (uint32_t a = 0; a < areas; a++) {
        for (size_t i = 0; i < 2 && is_wanted(&s, pal_areas_get(s.work.areas, a)); i++) {
            const struct pal_arena_mark mark = pal_arena_mark(s.scratch);
            if (chosen[i])
                PAL_TRY(send_one(&s, a, review_stream_name[i], err));
            pal_arena_reset(s.scratch, mark);
        }
        pal_progress_step(progress, a + 1);
    }
    pal_progress_done(progress);
    PAL_TRY(pal_ledger_commit(s.ledger, err));
    fprintf(cli->out, "%zu packets with %zu figures, %zu of them queried: %s/\n", s.packets,
            s.figures, s.queried, s.o->out ? s.o->out : "review");
    if (s.unchanged)
        fprintf(cli->out, "%zu packets would say what the last ones said, and are not sent again\n",
                s.unchanged);
    return PAL_OK;
}
