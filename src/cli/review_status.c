/* review_status.c: palermo review status and endorse. */
#include "review.h"

#include <string.h>

static enum pal_status write_all(struct cli *cli, const struct pal_status_grid *grid,
                                 enum pal_language language, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_outdir *outdir;
    struct pal_buf out;
    PAL_TRY(pal_outdir_open(o->out, cli->arena, &outdir, err));
    for (size_t g = 0; g < PAL_STATUS_GRIDS; g++) {
        pal_buf_init(&out, cli->arena, 256u << 20);
        pal_status_csv(&grid[g], &out);
        PAL_TRY(pal_buf_status(&out, "the status", err));
        PAL_TRY(pal_outdir_write(outdir, pal_arena_printf(cli->arena, "%s.csv", grid[g].name),
                                 pal_buf_str(&out), err));
    }
    pal_buf_init(&out, cli->arena, 256u << 20);
    pal_status_html(grid, PAL_STATUS_GRIDS, language, &out);
    PAL_TRY(pal_buf_status(&out, "the status", err));
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("index.html"), pal_buf_str(&out), err));
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("manifest.json"),
                             PAL_STR("{\n  \"program\": \"palermo\"\n}\n"), err));
    PAL_TRY(pal_outdir_commit(outdir, err));
    fprintf(cli->out, "%s/index.html\n", o->out);
    return PAL_OK;
}

static enum pal_status unknown_table(const struct pal_status_grid *grid, const char *word,
                                     struct pal_error *err)
{
    pal_str known[PAL_STATUS_GRIDS];
    for (size_t g = 0; g < PAL_STATUS_GRIDS; g++)
        known[g] = pal_str_of(grid[g].name);
    const pal_str near = pal_nearest(pal_str_of(word), known, PAL_STATUS_GRIDS);
    return pal_fail(err, PAL_USAGE,
                    "no table '%s'%s%.*s%s; there are by-region, by-part, by-state, queries and "
                    "revisions",
                    word, PAL_NEAR(near));
}

enum pal_status review_status(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    struct pal_status_grid grid[PAL_STATUS_GRIDS];
    struct cli_work work;
    enum pal_language language = PAL_EN;
    if (o->language && !pal_language_parse(pal_str_of(o->language), &language))
        return pal_fail(err, PAL_USAGE,
                        "unknown language '%s'; there are ar, zh, en, fr, ru and es", o->language);
    PAL_TRY(review_ledger(cli, review_word_at(cli, 0), PAL_LEDGER_READ, &ledger, err));
    PAL_TRY(cli_work_do(cli,
                        &(struct cli_work_options){.cycle = review_word_at(cli, 0),
                                                   .data = o->data,
                                                   .indicators = o->indicators,
                                                   .as_of = o->as_of,
                                                   .no_data = true},
                        &work, err));
    const struct pal_status_ask ask = {.areas = work.areas,
                                       .catalogue = work.catalogue,
                                       .language = language,
                                       .as_of = work.cycle.as_of};
    PAL_TRY(pal_review_status(ledger, &ask, cli->arena, grid, err));
    if (o->out)
        return write_all(cli, grid, language, err);
    const bool csv = o->format ? strcmp(o->format, "csv") == 0 : !cli_is_terminal(cli->out);
    if (o->format && !csv && strcmp(o->format, "table") != 0)
        return pal_fail(err, PAL_USAGE, "--format takes table or csv, not '%s'", o->format);
    bool any = false;
    for (size_t g = 0; g < PAL_STATUS_GRIDS; g++) {
        if (o->by ? strcmp(o->by, grid[g].name) != 0 : csv && g != 2)
            continue;
        any = true;
        if (!csv) {
            pal_status_text(&grid[g], cli->out);
            continue;
        }
        struct pal_buf out;
        pal_buf_init(&out, cli->arena, 256u << 20);
        pal_status_csv(&grid[g], &out);
        PAL_TRY(pal_buf_status(&out, "the status", err));
        fwrite(out.ptr, 1, out.len, cli->out);
    }
    return any ? PAL_OK : unknown_table(grid, o->by, err);
}

/* ---- endorse ------------------------------------------------------------------------------------
 */

static bool is_named(const struct cli *cli, pal_str figure)
{
    if (review_words(cli) <= 2)
        return true;
    for (size_t i = 2; i < review_words(cli); i++)
        if (pal_str_eq(pal_str_of(review_word_at(cli, i)), figure))
            return true;
    return false;
}

static enum pal_status endorse_packet(struct cli *cli, struct pal_ledger *ledger,
                                      const struct pal_ledger_entry *packet, pal_str date,
                                      size_t *named, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    const struct pal_ledger_item *item;
    const struct pal_standing *standing;
    size_t items, standings, n = 0, kept = 0;
    PAL_TRY(pal_ledger_items(ledger, packet->seq, cli->arena, &item, &items, err));
    PAL_TRY(pal_ledger_standing(ledger, packet->id, cli->arena, &standing, &standings, err));
    struct pal_ledger_item *answer = pal_arena_alloc(cli->arena, items + 1, sizeof *answer);
    if (!answer)
        return pal_nomem(err, "an endorsement");
    for (size_t i = 0; i < items; i++) {
        if (!pal_str_eq(item[i].kind, PAL_STR("sent")) || !is_named(cli, item[i].figure))
            continue;
        bool answered = false;
        for (size_t k = 0; k < standings; k++)
            answered |= pal_str_eq(standing[k].figure, item[i].figure);
        ++*named;
        kept += answered;
        if (!answered)
            answer[n++] = (struct pal_ledger_item){.kind = PAL_STR("answer"),
                                                   .figure = item[i].figure,
                                                   .word = PAL_STR("endorsed"),
                                                   .text = pal_str_of(o->reason)};
    }
    if (!n && !kept)
        return PAL_OK;
    if (n) {
        struct pal_ledger_entry entry = {
            .kind = PAL_STR("endorsement"),
            .date = date,
            .area = packet->area,
            .stream = packet->stream,
            .id = pal_arena_printf(cli->arena, "%.*s-E%.*s", PAL_ARG(packet->id), PAL_ARG(date)),
            .refers = packet->id,
            .round = packet->round,
            .text = pal_str_of(o->reason)};
        PAL_TRY(pal_ledger_append(ledger, &entry, answer, n, err));
    }
    fprintf(cli->out, "%.*s: %zu figures endorsed", PAL_ARG(packet->id), n);
    if (kept)
        fprintf(cli->out, "; %zu were answered before, and those answers stand", kept);
    fputc('\n', cli->out);
    return PAL_OK;
}

enum pal_status review_endorse(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    const struct pal_ledger_entry *entry;
    size_t n, named = 0;
    bool chosen[2], found = false;
    pal_str date;
    const pal_str area = pal_str_of(review_word_at(cli, 1));
    if (!o->reason || !*o->reason)
        return pal_fail(err, PAL_USAGE,
                        "on which paper, or in which session? --reason 'note verbale 12/2026 of "
                        "3 May'");
    PAL_TRY(review_streams(cli, chosen, err));
    PAL_TRY(review_date(cli, &date, err));
    PAL_TRY(review_ledger(cli, review_word_at(cli, 0), PAL_LEDGER_WRITE, &ledger, err));
    PAL_TRY(pal_ledger_begin(ledger, err));
    PAL_TRY(pal_ledger_entries(ledger, cli->arena, &entry, &n, err));
    for (size_t s = 0; s < 2; s++) {
        const struct pal_ledger_entry *packet = NULL;
        for (size_t i = 0; i < n && chosen[s]; i++)
            if (pal_str_eq(entry[i].kind, PAL_STR("packet")) && pal_str_eq(entry[i].area, area) &&
                pal_str_eq(entry[i].stream, review_stream_name[s]))
                packet = &entry[i];
        found |= packet != NULL;
        if (packet)
            PAL_TRY(endorse_packet(cli, ledger, packet, date, &named, err));
    }
    if (!found)
        return pal_fail(err, PAL_USAGE, "no packet was sent to '%.*s'", PAL_ARG(area));
    if (!named)
        return pal_fail(err, PAL_USAGE, "none of these figures is in a packet of %.*s",
                        PAL_ARG(area));
    return pal_ledger_commit(ledger, err);
}
