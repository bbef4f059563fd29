/* packet_cells.c: the cells of a review sheet in one language: what every form of a packet shows.
 * The columns are those of a draft table that a focal point reviews. */
#include "inside.h"

#include <math.h>

enum { LONGEST = 30000, SERIES_YEARS = 5 }; /* a cell of a workbook holds 32,767 characters */

const struct review_column_kind review_column_kind[REVIEW_COLUMNS] = {
    [COLUMN_KEY] = {"KEY", 26, false, false},
    [COLUMN_INDICATOR] = {"INDICATOR", 34, false, false},
    [COLUMN_BREAKDOWN] = {"BREAKDOWN", 20, false, false},
    [COLUMN_AREA] = {"REF_AREA", 14, false, false},
    [COLUMN_YEAR] = {"YEAR", 7, false, true},
    [COLUMN_UNIT] = {"UNIT", 20, false, false},
    [COLUMN_SENT] = {"SENT", 12, false, true},
    [COLUMN_PROPOSED] = {"PROPOSED", 14, false, true},
    [COLUMN_LOWER] = {"LOWER", 11, false, true},
    [COLUMN_UPPER] = {"UPPER", 11, false, true},
    [COLUMN_PREVIOUS] = {"PREVIOUS", 18, false, false},
    [COLUMN_CHANGE] = {"CHANGE", 20, false, false},
    [COLUMN_QUERY] = {"QUERY", 46, false, false},
    [COLUMN_ANSWER] = {"ANSWER", 16, true, false},
    [COLUMN_VALUE] = {"VALUE", 14, true, false},
    [COLUMN_ORIGIN] = {"ORIGIN", 26, true, false},
    [COLUMN_REASON] = {"REASON", 40, true, false},
    [COLUMN_SERIES] = {"SERIES", 34, false, false},
    [COLUMN_UNCERTAINTY] = {"UNCERTAINTY", 26, false, false},
    [COLUMN_FLAGS] = {"FLAGS", 20, false, false},
    [COLUMN_SOURCE] = {"SOURCE", 40, false, false},
    [COLUMN_METADATA] = {"METADATA", 40, false, false},
    [COLUMN_NOTES] = {"NOTES", 40, false, false},
    [COLUMN_ADJUSTMENT] = {"ADJUSTMENT", 34, false, false},
    [COLUMN_APPEARS] = {"APPEARS", 18, false, false},
    [COLUMN_EFFECT] = {"EFFECT", 34, false, false},
    [COLUMN_STATE] = {"STATE", 14, false, false},
    [COLUMN_CHECK] = {"CHECK", 10, false, false},
};

bool review_is_checked(enum review_column column)
{
    return !review_column_kind[column].answer && !review_column_kind[column].number &&
           column != COLUMN_KEY && column != COLUMN_CHECK;
}

pal_str review_column_head(enum pal_language language, enum review_column column)
{
    switch (column) {
    case COLUMN_AREA:
        return pal_word(language, PAL_WORD_AREA);
    case COLUMN_YEAR:
        return pal_word(language, PAL_WORD_YEAR);
    case COLUMN_UNIT:
        return pal_word(language, PAL_WORD_UNIT);
    case COLUMN_LOWER:
        return pal_word(language, PAL_WORD_LOWER);
    case COLUMN_UPPER:
        return pal_word(language, PAL_WORD_UPPER);
    case COLUMN_SOURCE:
        return pal_word(language, PAL_WORD_SOURCE);
    case COLUMN_KEY:
        return review_word(language, REVIEW_KEY);
    case COLUMN_INDICATOR:
        return review_word(language, REVIEW_INDICATOR);
    case COLUMN_BREAKDOWN:
        return review_word(language, REVIEW_BREAKDOWN);
    case COLUMN_SENT:
        return review_word(language, REVIEW_SENT);
    case COLUMN_PROPOSED:
        return review_word(language, REVIEW_PROPOSED);
    case COLUMN_PREVIOUS:
        return review_word(language, REVIEW_PREVIOUS);
    case COLUMN_CHANGE:
        return review_word(language, REVIEW_CHANGE);
    case COLUMN_QUERY:
        return review_word(language, REVIEW_QUERY);
    case COLUMN_ANSWER:
        return review_word(language, REVIEW_ANSWER);
    case COLUMN_VALUE:
        return review_word(language, REVIEW_VALUE);
    case COLUMN_ORIGIN:
        return review_word(language, REVIEW_ORIGIN);
    case COLUMN_REASON:
        return review_word(language, REVIEW_REASON);
    case COLUMN_SERIES:
        return review_word(language, REVIEW_SERIES);
    case COLUMN_UNCERTAINTY:
        return review_word(language, REVIEW_UNCERTAINTY_KIND);
    case COLUMN_FLAGS:
        return review_word(language, REVIEW_FLAGS);
    case COLUMN_METADATA:
        return review_word(language, REVIEW_METADATA);
    case COLUMN_NOTES:
        return review_word(language, REVIEW_PRINTED_NOTES);
    case COLUMN_ADJUSTMENT:
        return review_word(language, REVIEW_ADJUSTMENT);
    case COLUMN_APPEARS:
        return review_word(language, REVIEW_APPEARS);
    case COLUMN_EFFECT:
        return review_word(language, REVIEW_EFFECT);
    case COLUMN_STATE:
        return review_word(language, REVIEW_STATE);
    case COLUMN_CHECK:
    case REVIEW_COLUMNS:
        break;
    }
    return review_word(language, REVIEW_CHECK);
}

/* ---- checks -----------------------------------------------------------------------------------
 */

/* White space as one space and the apostrophe that keeps text from being a formula left out:
 * spreadsheets change both. */
static void hash_text(struct pal_sha256 *hash, pal_str text)
{
    text = pal_str_trim(text);
    if (text.len > 1 && text.ptr[0] == '\'')
        text = (pal_str){text.ptr + 1, text.len - 1};
    bool space = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            space = true;
            continue;
        }
        if (space)
            pal_sha256_add(hash, " ", 1);
        space = false;
        pal_sha256_add(hash, &c, 1);
    }
}

void review_check(pal_str packet, const pal_str *column_text, char *out /* [REVIEW_CHECK_SIZE] */)
{
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        char *at = out + c * REVIEW_CHECK_DIGITS;
        if (!review_is_checked((enum review_column)c)) {
            memset(at, '-', REVIEW_CHECK_DIGITS);
            continue;
        }
        struct pal_sha256 hash;
        char hex[65];
        pal_sha256_init(&hash);
        pal_sha256_add(&hash, packet.ptr, packet.len);
        pal_sha256_add(&hash, review_column_kind[c].id, strlen(review_column_kind[c].id));
        hash_text(&hash, column_text[COLUMN_KEY]);
        pal_sha256_add(&hash, "\n", 1);
        hash_text(&hash, column_text[c]);
        pal_sha256_hex(&hash, hex);
        memcpy(at, hex, REVIEW_CHECK_DIGITS);
    }
    out[REVIEW_CHECK_SIZE - 1] = '\0';
}

/* ---- texts ------------------------------------------------------------------------------------
 */

static pal_str number(const struct pal_packet *packet, enum pal_language language, double value,
                      struct pal_arena *arena)
{
    (void)packet;
    return pal_number_text(language, value, pal_number_decimals(value, value == floor(value)),
                           arena);
}

pal_str review_query_text(const struct pal_packet *packet, const struct pal_query *query,
                          enum pal_language language, struct pal_arena *arena)
{
    static const struct {
        enum review_word word;
        const char *kinds; /* n number, y year, r ratio, a area */
    } forms[PAL_QUERIES] = {
        [PAL_QUERY_CHANGE] = {REVIEW_QUERY_CHANGE, "nynyrrr"},
        [PAL_QUERY_BREAK] = {REVIEW_QUERY_BREAK, "ynn"},
        [PAL_QUERY_ZERO] = {REVIEW_QUERY_ZERO, "yny"},
        [PAL_QUERY_SLIP] = {REVIEW_QUERY_SLIP, "nn"},
        [PAL_QUERY_COPY] = {REVIEW_QUERY_COPY, "nyy"},
        [PAL_QUERY_PARTS] = {REVIEW_QUERY_PARTS, "nn"},
        [PAL_QUERY_STAGES] = {REVIEW_QUERY_STAGES, "nny"},
        [PAL_QUERY_MIRROR] = {REVIEW_QUERY_MIRROR, "nany"},
    };
    const char *kinds = forms[query->rule].kinds;
    pal_str with[PAL_COUNT(query->with)];
    size_t n = 0;
    for (; kinds[n]; n++) {
        const double x = query->with[n];
        with[n] = kinds[n] == 'y'   ? pal_arena_printf(arena, "%d", (int)x)
                  : kinds[n] == 'r' ? pal_number_text(language, x, 2, arena)
                  : kinds[n] == 'a'
                      ? pal_text_in(&pal_areas_get(packet->input->areas, query->other_area)->name,
                                    language)
                      : number(packet, language, x, arena);
    }
    return review_fill(language, forms[query->rule].word, with, n, arena);
}

static void add_part(struct pal_buf *out, pal_str text)
{
    if (!text.len)
        return;
    if (out->len)
        pal_buf_addc(out, '\n');
    pal_buf_add(out, text);
}

static void add_labelled(struct pal_buf *out, enum pal_language language, enum pal_word label,
                         pal_str text, struct pal_arena *arena)
{
    const pal_str with[] = {pal_word(language, label), text};
    if (text.len)
        add_part(out, pal_word_fill(language, PAL_WORD_LABELLED, with, 2, arena));
}

struct at { /* one row on its way into text */
    const struct pal_packet *packet;
    const struct pal_packet_row *row;
    const struct pal_figure *f;
    enum pal_language language;
    struct pal_arena *arena;
};

static pal_str previous_text(const struct at *a)
{
    const struct pal_released *old = a->row->released;
    double value;
    if (!old)
        return PAL_STR("");
    const pal_str with[] = {pal_num_parse(old->value, &value)
                                ? number(a->packet, a->language, value, a->arena)
                                : PAL_STR(".."),
                            old->packet};
    return review_fill(a->language, REVIEW_RELEASE, with, 2, a->arena);
}

static pal_str change_text(const struct at *a)
{
    const struct pal_figure *before = a->row->before;
    if (!before || !review_has_value(a->f))
        return PAL_STR("");
    const double now = a->f->estimate.value, then = before->estimate.value, by = now - then;
    const int decimals = pal_number_decimals(by, review_is_count(a->f) && by == floor(by));
    const pal_str text = pal_number_text(a->language, by, decimals, a->arena);
    /* Its sign stays before a number inside Arabic too. */
    const char *const mark = pal_language_rtl(a->language) ? "\u200e" : "";
    const pal_str with[] = {
        pal_arena_printf(a->arena, "%s%s%.*s%s", mark, by > 0 ? "+" : "", PAL_ARG(text), mark),
        pal_arena_printf(a->arena, "%d", (int)before->period),
        then > 0 ? pal_number_text(a->language, now / then, 2, a->arena) : PAL_STR(".."),
    };
    /* A leading sign would be taken for a formula by some readers of CSV. */
    const pal_str line = review_fill(a->language, REVIEW_FROM_TO, with, 3, a->arena);
    return line;
}

static pal_str series_text(const struct at *a)
{
    const struct pal_figures *all = a->packet->input->figures;
    const struct pal_figure *at[SERIES_YEARS];
    size_t n = 0;
    struct pal_buf out;
    pal_buf_init(&out, a->arena, LONGEST);
    const struct pal_figure *f = a->f;
    for (size_t i = a->row->figure + 1; i-- > 0 && n < SERIES_YEARS;) {
        const struct pal_figure *g = &all->figure[i];
        if (g->definition != f->definition || g->area != f->area)
            break;
        bool same = n == 0 ? g == f : g->period < at[n - 1]->period;
        for (size_t k = 0; same && g->breakdown != f->breakdown && k < all->breakdowns; k++)
            same = pal_str_eq(g->breakdown[k], f->breakdown[k]);
        if (same)
            at[n++] = g;
    }
    while (n-- > 0) {
        const pal_str value = review_value_text(at[n], a->language, a->arena);
        pal_buf_addf(&out, "%s%d: %.*s", out.len ? " | " : "", (int)at[n]->period, PAL_ARG(value));
    }
    return pal_buf_str(&out);
}

static pal_str queries_text(const struct at *a)
{
    struct pal_buf out;
    pal_buf_init(&out, a->arena, LONGEST);
    for (size_t q = 0; q < a->row->queries; q++) {
        const pal_str text = review_query_text(a->packet, &a->row->query[q], a->language, a->arena);
        if (out.len)
            pal_buf_addc(&out, '\n');
        pal_buf_addf(&out, "[%s] %.*s", pal_query_name(a->row->query[q].rule), PAL_ARG(text));
    }
    return pal_buf_str(&out);
}

static pal_str flags_text(const struct at *a)
{
    char flags[PAL_FLAGS_SIZE];
    return pal_arena_str(a->arena,
                         (pal_str){flags, (size_t)(pal_flags_put(flags, a->f->flags) - flags)});
}

static pal_str source_text(const struct at *a)
{
    const struct pal_report_input *input = a->packet->input;
    struct pal_buf out;
    pal_str rest = a->f->source, name;
    pal_buf_init(&out, a->arena, LONGEST);
    while (pal_str_split(&rest, '+', &name)) {
        pal_str title = name, release = PAL_STR("");
        for (size_t i = 0; i < input->datasets; i++) {
            const struct pal_descriptor *d = input->dataset[i]->descriptor;
            if (!pal_str_eq(pal_descriptor_name(d), name))
                continue;
            const struct pal_text text = pal_descriptor_title(d);
            const pal_str own = pal_text_in(&text, a->language);
            title = own.len ? own : name;
            release = pal_descriptor_facts(d)->release;
        }
        add_part(&out, release.len ? pal_arena_printf(a->arena, "%.*s (%.*s)", PAL_ARG(title),
                                                      PAL_ARG(release))
                                   : title);
    }
    if (a->f->provenance.len) {
        const pal_str with[] = {a->f->provenance};
        add_part(&out, review_fill(a->language, REVIEW_LINES, with, 1, a->arena));
    }
    return pal_buf_str(&out);
}

static pal_str metadata_text(const struct at *a)
{
    const struct pal_definition *d = a->f->definition;
    const struct pal_report_input *input = a->packet->input;
    const enum pal_language l = a->language;
    struct pal_buf out, iccs;
    pal_buf_init(&out, a->arena, LONGEST);
    pal_buf_init(&iccs, a->arena, LONGEST);
    add_labelled(&out, l, PAL_WORD_COUNTING_UNIT,
                 pal_label_text(input, PAL_STR("counting_unit"), d->counting_unit, l), a->arena);
    add_labelled(&out, l, PAL_WORD_COUNTING_STAGE,
                 pal_label_text(input, PAL_STR("counting_stage"), d->counting_stage, l), a->arena);
    add_labelled(
        &out, l, PAL_WORD_PRINCIPAL_RULE,
        pal_label_text(input, PAL_STR("principal_offence_rule"), d->principal_offence_rule, l),
        a->arena);
    add_labelled(&out, l, PAL_WORD_SCOPE,
                 pal_word(l, (enum pal_word)(PAL_WORD_SCOPE_TRANSNATIONAL + (int)a->f->scope)),
                 a->arena);
    for (size_t i = 0; i < d->iccs_n; i++)
        pal_buf_addf(&iccs, "%s%.*s", i ? " " : "ICCS ", PAL_ARG(d->iccs[i]));
    add_labelled(&out, l, PAL_WORD_CLASSIFICATION, pal_buf_str(&iccs), a->arena);
    return pal_buf_str(&out);
}

static pal_str notes_text(const struct at *a)
{
    struct pal_buf out;
    pal_buf_init(&out, a->arena, LONGEST);
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++)
        if (a->f->flags >> bit & 1)
            add_part(&out,
                     pal_word(a->language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + (int)bit)));
    add_labelled(&out, a->language, PAL_WORD_CONFIDENTIALITY,
                 pal_law_text(a->packet->input, a->f, a->language, a->arena), a->arena);
    return pal_buf_str(&out);
}

static pal_str adjustment_text(const struct at *a)
{
    const struct pal_figure_estimate *e = &a->f->estimate;
    struct pal_buf out;
    pal_buf_init(&out, a->arena, LONGEST);
    if (!review_is_count(a->f) && review_has_value(a->f) && isfinite(e->numerator) &&
        isfinite(e->denominator) && e->denominator > 0) {
        const double per = a->f->definition->ask.per > 0 ? a->f->definition->ask.per : 1;
        const pal_str with[] = {number(a->packet, a->language, e->numerator, a->arena),
                                number(a->packet, a->language, e->denominator, a->arena),
                                number(a->packet, a->language, per, a->arena)};
        add_part(&out, review_fill(a->language, REVIEW_ADJUST_RATIO, with, 3, a->arena));
    }
    if (a->f->flags & PAL_FLAG_PARTS_SUM)
        add_part(&out, pal_word(a->language, PAL_WORD_FLAG_PARTS_SUM));
    if (a->f->flags & PAL_FLAG_ROWS_LEFT_OUT)
        add_part(&out, pal_word(a->language, PAL_WORD_FLAG_ROWS_LEFT_OUT));
    return out.len ? pal_buf_str(&out) : review_word(a->language, REVIEW_ADJUST_NONE);
}

static pal_str appears_text(const struct at *a)
{
    const struct pal_report_input *input = a->packet->input;
    const pal_str word = pal_word(a->language, PAL_WORD_TABLE);
    struct pal_buf out;
    pal_buf_init(&out, a->arena, LONGEST);
    for (size_t t = 0; t < input->tables; t++)
        if (pal_table_definition_prints(input->table[t], a->f->definition))
            add_part(&out, pal_arena_printf(a->arena, "%.*s %u", PAL_ARG(word),
                                            pal_table_definition_number(input->table[t])));
    return pal_buf_str(&out);
}

static pal_str effect_text(const struct at *a)
{
    const struct pal_figure *region = a->row->region;
    if (!region || !review_has_value(a->f))
        return PAL_STR("");
    const bool count = review_is_count(a->f);
    const double own = count ? a->f->estimate.value : a->f->estimate.numerator;
    const double all = count ? region->estimate.value : region->estimate.numerator;
    if (!isfinite(own) || !isfinite(all) || !(all > 0))
        return PAL_STR("");
    const pal_str with[] = {
        pal_number_text(a->language, 100 * own / all, 1, a->arena),
        pal_text_in(&pal_areas_get(a->packet->input->areas, region->area)->name, a->language),
        pal_arena_printf(a->arena, "%u", region->coverage_n)};
    return review_fill(a->language, REVIEW_EFFECT_TEXT, with, 3, a->arena);
}

static pal_str state_text(const struct at *a)
{
    enum pal_review_state state;
    return pal_review_state_parse(a->row->state, &state) ? pal_review_state_text(state, a->language)
                                                         : a->row->state;
}

static void put_number(struct review_cell *cell, double value, int decimals)
{
    *cell = (struct review_cell){.number = value, .decimals = decimals, .is_number = true};
}

static void values(const struct at *a, struct review_cell *out)
{
    const struct pal_figure_estimate *e = &a->f->estimate;
    const bool count = review_is_count(a->f), has = review_has_value(a->f);
    const int decimals = pal_number_decimals(e->value, count);
    put_number(&out[COLUMN_YEAR], a->f->period, 0);
    if (has)
        put_number(&out[COLUMN_PROPOSED], e->value, decimals);
    else
        out[COLUMN_PROPOSED].text = review_value_text(a->f, a->language, a->arena);
    if (count)
        out[COLUMN_SENT] = out[COLUMN_PROPOSED];
    else if (has && isfinite(e->numerator))
        put_number(&out[COLUMN_SENT], e->numerator,
                   pal_number_decimals(e->numerator, e->numerator == floor(e->numerator)));
    if (has && e->has_interval && isfinite(e->low) && isfinite(e->high)) {
        const int places = count && decimals == 0 ? 1 : decimals;
        put_number(&out[COLUMN_LOWER], e->low, places);
        put_number(&out[COLUMN_UPPER], e->high, places);
    } else if (e->has_bounds) {
        put_number(&out[COLUMN_LOWER], e->bound_low, pal_number_decimals(e->bound_low, count));
        put_number(&out[COLUMN_UPPER], e->bound_high, pal_number_decimals(e->bound_high, count));
    }
}

static pal_str cut(pal_str text)
{
    if (text.len <= LONGEST)
        return text;
    text.len = LONGEST;
    while (text.len && ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80)
        text.len--;
    return text;
}

enum pal_status review_row_cells(const struct pal_packet *packet, size_t row,
                                 enum pal_language language, struct pal_arena *arena,
                                 struct review_cell *out, struct pal_error *err)
{
    const struct at a = {packet, &packet->row[row],
                         &packet->input->figures->figure[packet->row[row].figure], language, arena};
    const struct pal_definition *d = a.f->definition;
    const pal_str unit = pal_text_in(&d->unit_name, language);
    for (size_t c = 0; c < REVIEW_COLUMNS; c++)
        out[c] = (struct review_cell){.text = {"", 0}};
    out[COLUMN_KEY].text = a.row->key;
    out[COLUMN_INDICATOR].text = pal_text_in(&d->title, language);
    out[COLUMN_BREAKDOWN].text = pal_breakdown_text(packet->input, a.f, language, arena);
    out[COLUMN_AREA].text =
        pal_text_in(&pal_areas_get(packet->input->areas, a.f->area)->name, language);
    out[COLUMN_UNIT].text = unit.len ? unit : d->unit;
    out[COLUMN_PREVIOUS].text = previous_text(&a);
    out[COLUMN_CHANGE].text = change_text(&a);
    out[COLUMN_QUERY].text = queries_text(&a);
    out[COLUMN_SERIES].text = series_text(&a);
    out[COLUMN_UNCERTAINTY].text =
        pal_word(language, (enum pal_word)(PAL_WORD_UNC_NONE + (int)a.f->estimate.uncertainty));
    out[COLUMN_FLAGS].text = flags_text(&a);
    out[COLUMN_SOURCE].text = source_text(&a);
    out[COLUMN_METADATA].text = metadata_text(&a);
    out[COLUMN_NOTES].text = notes_text(&a);
    out[COLUMN_ADJUSTMENT].text = adjustment_text(&a);
    out[COLUMN_APPEARS].text = appears_text(&a);
    out[COLUMN_EFFECT].text = effect_text(&a);
    out[COLUMN_STATE].text = state_text(&a);
    values(&a, out);
    pal_str text[REVIEW_COLUMNS];
    char check[REVIEW_CHECK_SIZE];
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        if (out[c].is_number || !out[c].text.len)
            out[c].text = (pal_str){"", 0};
        text[c] = out[c].text = cut(out[c].text);
    }
    review_check(packet->id, text, check);
    out[COLUMN_CHECK].text = pal_arena_str(arena, pal_str_of(check));
    return out[COLUMN_CHECK].text.ptr ? PAL_OK : pal_nomem(err, "a row of a packet");
}

/* ---- the cover --------------------------------------------------------------------------------
 */

pal_str review_title(const struct pal_packet *packet, enum pal_language language,
                     struct pal_arena *arena)
{
    const pal_str with[] = {
        pal_text_in(&pal_areas_get(packet->input->areas, packet->of_area)->name, language)};
    return review_fill(language, REVIEW_TITLE, with, 1, arena);
}

enum pal_status review_cover(const struct pal_packet *packet, enum pal_language language,
                             struct pal_arena *arena, const struct review_line **out, size_t *n,
                             struct pal_error *err)
{
    const bool implementation = pal_str_eq(packet->stream, PAL_STR("implementation"));
    const pal_str counts[] = {pal_arena_printf(arena, "%zu", packet->rows),
                              pal_arena_printf(arena, "%zu", packet->queried)};
    const pal_str burden[] = {counts[0], counts[0]};
    const struct pal_report_input *input = packet->input;
    const struct review_line lines[] = {
        {pal_text_in(&input->title, language), pal_text_in(&input->subtitle, language)},
        {review_word(language, REVIEW_INSTRUMENT),
         review_word(language, implementation ? REVIEW_IMPLEMENTATION : REVIEW_PHENOMENON)},
        {review_word(language, REVIEW_PACKET), packet->id},
        {review_word(language, REVIEW_ROUND),
         pal_arena_printf(arena, "%lld", (long long)packet->round)},
        {review_word(language, REVIEW_SENT_ON), pal_date_text(language, packet->date, arena)},
        {review_word(language, REVIEW_DEADLINE), pal_date_text(language, packet->deadline, arena)},
        {review_word(language, REVIEW_ASKED),
         review_fill(language, REVIEW_ASKED_TEXT, counts, 2, arena)},
        {review_word(language, REVIEW_SILENCE),
         packet->silence.len ? packet->silence : review_word(language, REVIEW_SILENCE_TEXT)},
        {review_word(language, REVIEW_RETURN), review_word(language, REVIEW_RETURN_TEXT)},
        {review_word(language, REVIEW_CONFIDENTIAL),
         review_word(language, REVIEW_CONFIDENTIAL_TEXT)},
        {review_word(language, REVIEW_BURDEN),
         review_fill(language, REVIEW_BURDEN_TEXT, burden, 2, arena)},
        {PAL_STR("SHA-256"), pal_str_of(packet->sha256)},
        {pal_word(language, PAL_WORD_NOTE),
         input->synthetic ? pal_word(language, PAL_WORD_SYNTHETIC) : (pal_str){"", 0}},
    };
    struct review_line *copy = pal_arena_alloc(arena, PAL_COUNT(lines), sizeof *copy);
    if (!copy)
        return pal_nomem(err, "a cover");
    *n = 0;
    for (size_t i = 0; i < PAL_COUNT(lines); i++)
        if (lines[i].text.len || i == 0)
            copy[(*n)++] = lines[i];
    *out = copy;
    return PAL_OK;
}
