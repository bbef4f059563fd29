/* suggest.c: a draft of dataset.yaml for a table that nobody described. A draft: everything in it
 * is to be read and corrected by somebody who knows the source. */
#include "suggest.h"

#include <string.h>

/* Plain where YAML cannot read anything else into it, quoted otherwise. */
static void word(struct pal_buf *out, pal_str text)
{
    static const pal_str taken[] = {
        PAL_STR_INIT("null"), PAL_STR_INIT("true"), PAL_STR_INIT("false"), PAL_STR_INIT("yes"),
        PAL_STR_INIT("no"),   PAL_STR_INIT("on"),   PAL_STR_INIT("off")};
    bool plain = text.len > 0 && text.ptr[text.len - 1] != ' ';
    for (size_t i = 0; i < text.len && plain; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        plain = letter ||
                (i > 0 && (c == ' ' || c == '-' || c == '.' || c == '/' || (c >= '0' && c <= '9')));
    }
    for (size_t i = 0; i < PAL_COUNT(taken) && plain; i++)
        plain = !pal_str_eq_nocase(text, taken[i]);
    if (plain)
        pal_buf_add(out, text);
    else
        pal_json_text(out, text);
}

static void line(struct pal_buf *out, const char *key, pal_str text)
{
    pal_buf_addf(out, "%s: ", key);
    word(out, text);
    pal_buf_addc(out, '\n');
}

static void writing(const struct suggestion *s, struct pal_buf *out)
{
    if (s->dialect.delimiter != ',') {
        const char sign[2] = {s->dialect.delimiter, '\0'};
        pal_buf_adds(out, "dialect: {delimiter: ");
        pal_json_text(out, pal_str_of(sign));
        pal_buf_adds(out, "}\n");
    }
    line(out, "encoding", pal_str_of(s->dialect.encoding ? s->dialect.encoding : "utf-8"));
    if (s->dialect.skip_rows)
        pal_buf_addf(out, "skip_rows: %zu\n", s->dialect.skip_rows);
    if (s->footer.len) {
        pal_buf_addf(out, "footer: {from: \"^%.*s\"}   # line %llu\n", PAL_ARG(s->footer),
                     (unsigned long long)s->footer_line);
    }
}

static bool holds_value(const struct suggestion *s, size_t i)
{
    return i == s->value || (s->shape == PAL_SHAPE_WIDE_YEARS && s->column[i].year) ||
           suggest_holds_numbers(s, i);
}

static void number_signs(const struct suggestion *s, struct pal_buf *out)
{
    uint64_t thousands = 0, commas = 0, dots = 0;
    for (size_t i = 0; i < s->columns; i++) {
        if (!holds_value(s, i))
            continue;
        thousands += s->column[i].thousands;
        commas += s->column[i].commas;
        dots += s->column[i].dots;
    }
    if (commas && !thousands)
        pal_buf_adds(out, dots ? "decimal: \",\"\nthousands: \".\"\n" : "decimal: \",\"\n");
    else if (thousands)
        pal_buf_adds(out, "thousands: \",\"\n");
}

static bool names(pal_str column, const char *word_in_it)
{
    const size_t n = strlen(word_in_it);
    for (size_t i = 0; i + n <= column.len; i++)
        if (pal_str_eq_nocase((pal_str){column.ptr + i, n}, (pal_str){word_in_it, n}))
            return true;
    return false;
}

static void role(struct pal_buf *out, const char *name, pal_str column, const char *remark)
{
    pal_buf_addf(out, "  %s: ", name);
    word(out, column);
    pal_buf_addf(out, "%s%s\n", *remark ? "   # " : "", remark);
}

static bool is_list(const struct suggestion *s, size_t i)
{
    return s->shape == PAL_SHAPE_LISTS && i != s->value && s->column[i].filled == s->rows &&
           s->column[i].binary == s->rows;
}

static void roles(const struct suggestion *s, struct pal_buf *out)
{
    pal_buf_adds(out, "roles:\n");
    if (s->area != SIZE_MAX)
        role(out, "area", s->column[s->area].name, "");
    if (s->area_name != SIZE_MAX)
        role(out, "area_name", s->column[s->area_name].name, "");
    if (s->period != SIZE_MAX)
        role(out, "period", s->column[s->period].name, "");
    if (s->value != SIZE_MAX)
        role(out, "value", s->column[s->value].name, "");
    for (size_t i = 0, n = 0; i < s->columns; i++) {
        if (!is_list(s, i))
            continue;
        pal_buf_adds(out, n++ ? ", " : "  list: [");
        word(out, s->column[i].name);
    }
    if (s->shape == PAL_SHAPE_LISTS)
        pal_buf_adds(out, "]\n");
    size_t numbers = 0;
    for (size_t i = 0; i < s->columns; i++) {
        const struct suggest_column *c = &s->column[i];
        const char *dimension = suggest_dimension(c->name);
        if (i == s->area || i == s->area_name || i == s->period || i == s->value || c->year)
            continue;
        if (dimension)
            role(out, dimension, c->name, "");
        else if (names(c->name, "unit"))
            role(out, "unit", c->name, "");
        else if (pal_str_eq_nocase(c->name, PAL_STR("source")))
            role(out, "source", c->name, "");
        else if (suggest_holds_numbers(s, i)) {
            if (!numbers++)
                pal_buf_adds(out, "  # several columns of values: shape wide-columns, measures: "
                                  "{name: {column: Header}}\n");
            pal_buf_adds(out, "  # numbers too: ");
            word(out, c->name);
            pal_buf_adds(out, "\n");
        } else if (!is_list(s, i) && c->name.len && pal_map_count(c->words) <= 60) {
            pal_buf_adds(out, "  # a dimension, or what tells measures apart? ");
            word(out, c->name);
            pal_buf_addf(out, ": %zu different words\n", pal_map_count(c->words));
        }
    }
}

static bool is_number(pal_str text)
{
    double number;
    return pal_num_parse(text, &number) || pal_num_parse_as(text, '.', ',', &number) ||
           pal_num_parse_as(text, ',', '.', &number);
}

static void mark_of(struct pal_buf *out, pal_str mark, uint64_t times)
{
    const char *reason = suggest_meaning(mark);
    int64_t below;
    const bool censored =
        mark.len > 1 && mark.ptr[0] == '<' &&
        pal_int_parse(pal_str_trim((pal_str){mark.ptr + 1, mark.len - 1}), &below);
    pal_buf_adds(out, reason || censored ? "  " : "  # what does it mean? ");
    pal_json_text(out, mark);
    if (censored)
        pal_buf_addf(out, ": {below-threshold: %lld}", (long long)below);
    else if (reason)
        pal_buf_addf(out, ": %s", reason);
    pal_buf_addf(out, "   # %llu cell%s\n", (unsigned long long)times, times == 1 ? "" : "s");
}

static enum pal_status marks(const struct suggestion *s, struct pal_arena *arena,
                             struct pal_buf *out, struct pal_error *err)
{
    struct pal_map *said = pal_map_new(arena, 16);
    uint64_t times[64] = {0};
    for (size_t i = 0; said && i < s->columns; i++) {
        const struct suggest_column *c = &s->column[i];
        if (!holds_value(s, i))
            continue;
        for (size_t k = 0; k < pal_map_count(c->words); k++) {
            const size_t at = pal_map_count(said) < PAL_COUNT(times)
                                  ? pal_map_add(said, pal_map_key(c->words, k), NULL)
                                  : pal_map_find(said, pal_map_key(c->words, k));
            if (at < PAL_COUNT(times) && !is_number(pal_map_key(c->words, k)))
                times[at] += c->times[k];
        }
    }
    if (!said)
        return pal_nomem(err, "a suggestion");
    bool headed = false;
    for (size_t i = 0; i < pal_map_count(said); i++) {
        if (!times[i])
            continue;
        if (!headed)
            pal_buf_adds(out, "absent:\n");
        headed = true;
        mark_of(out, pal_map_key(said, i), times[i]);
    }
    return PAL_OK;
}

static bool any_role(const struct suggestion *s)
{
    bool any = s->area != SIZE_MAX || s->period != SIZE_MAX || s->value != SIZE_MAX ||
               s->shape == PAL_SHAPE_LISTS;
    for (size_t i = 0; i < s->columns && !any; i++)
        any = suggest_dimension(s->column[i].name) != NULL;
    return any;
}

static void crosswalk(const struct suggestion *s, struct pal_buf *out)
{
    bool headed = false;
    for (size_t i = 0; i < s->columns; i++) {
        const struct suggest_column *c = &s->column[i];
        const char *dimension = suggest_dimension(c->name);
        if (!dimension || is_list(s, i) || pal_map_count(c->words) > 60)
            continue;
        pal_buf_adds(out, headed ? "  " : "crosswalk:\n  ");
        headed = true;
        word(out, c->name);
        pal_buf_adds(out, ":\n");
        for (size_t k = 0; k < pal_map_count(c->words); k++) {
            const pal_str text = pal_map_key(c->words, k);
            const char *code = suggest_code(dimension, text);
            pal_buf_adds(out, "    ");
            word(out, text);
            if (code)
                pal_buf_addf(out, ": %s\n", code);
            else {
                pal_buf_adds(out, ": ");
                word(out, text.len ? text : PAL_STR("_Z"));
                pal_buf_adds(out, "   # which standard code?\n");
            }
        }
    }
}

enum pal_status pal_descriptor_suggest(const char *path, const struct pal_areas *areas,
                                       struct pal_arena *arena, struct pal_buf *out,
                                       struct pal_error *err)
{
    static const char *const shapes[] = {"long",   "wide-years", "wide-columns",
                                         "status", "lists",      "microdata"};
    static const char *const by[] = {"code", "alpha2", "m49", "name"};
    struct suggestion s;
    char sha256[65];
    PAL_TRY(suggest_look(path, areas, arena, &s, err));
    PAL_TRY(pal_file_sha256(path, sha256, err));
    pal_buf_addf(
        out,
        "# A draft, made by looking at %llu rows of the file. Read it line by line: what a "
        "column or a mark\n# means is known by whoever publishes it.\n",
        (unsigned long long)s.rows);
    line(out, "name", (pal_str){s.file, strcspn(s.file, ".")});
    line(out, "path", pal_str_of(s.file));
    writing(&s, out);
    number_signs(&s, out);
    line(out, "shape", pal_str_of(shapes[s.shape]));
    if (any_role(&s))
        roles(&s, out);
    if (s.area != SIZE_MAX)
        line(out, "area_by", pal_str_of(by[s.area_by]));
    PAL_TRY(marks(&s, arena, out, err));
    crosswalk(&s, out);
    pal_buf_adds(out, "# measures: {detected victims: {where: {Indicator: Detected victims}, "
                      "counting_unit: person}}\n"
                      "# counting_unit: person, offence, case?\n"
                      "# counting_stage: input, intermediate or output?\n"
                      "principal_offence_rule: unknown\n"
                      "scope: not-separable\n");
    if (s.shape != PAL_SHAPE_MICRODATA && s.shape != PAL_SHAPE_LISTS)
        pal_buf_adds(out, "duplicates: error   # error, first, last, sum, keep-both\n");
    pal_buf_adds(out, "# publisher: who?\n# licence: under which terms?\n");
    pal_buf_addf(out, "sha256: %s\n", sha256);
    if (s.synthetic)
        pal_buf_adds(out, "synthetic: true\n");
    return pal_buf_status(out, "a suggestion", err);
}
