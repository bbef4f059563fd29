/* estimate_stat.c: the words of STAT: [NAME:=]word(arguments)[@col=value]. */
#include "estimate.h"

#include <string.h>

static const struct est_word words[] = {
    {"count", "count() or count(x)", EST_VALUE, 0, 1, 0, "count", "rate-difference", "rate-ratio",
     "count"},
    {"dsr", "dsr(y,x[,PER])", EST_VALUE, 2, 2, 1e5, "dsr", "dsr-difference", "dsr-ratio", NULL},
    {"dsr-ratio", "dsr-ratio(y,x)", EST_COMPARISON, 2, 2, 0, "dsr-ratio", NULL, NULL, NULL},
    {"mean", "mean(x)", EST_SAMPLE, 1, 1, 0, NULL, NULL, NULL, "mean"},
    {"proportion", "proportion(x OP VALUE)", EST_SAMPLE, 1, 1, 0, NULL, NULL, NULL, "proportion"},
    {"proportions", "proportions(x)", EST_SAMPLE, 1, 1, 0, NULL, NULL, NULL, "proportion"},
    {"quantile", "quantile(x[,P])", EST_SAMPLE, 1, 1, 0.5, NULL, NULL, NULL, "quantile"},
    {"rate", "rate(y,x[,PER])", EST_VALUE, 2, 2, 1e5, "rate", "rate-difference", "rate-ratio",
     "ratio"},
    {"rate-difference", "rate-difference(y,x[,PER])", EST_COMPARISON, 2, 2, 1e5, "rate-difference",
     NULL, NULL, NULL},
    {"rate-ratio", "rate-ratio(y,x)", EST_COMPARISON, 2, 2, 0, "rate-ratio", NULL, NULL, NULL},
    {"ratio", "ratio(y,x)", EST_SAMPLE, 2, 2, 0, NULL, NULL, NULL, "ratio"},
    {"theta", "theta(y) or theta(y,UNIT)", EST_THETA, 1, 1, 0, "theta", NULL, NULL, NULL},
    {"total", "total(x)", EST_SAMPLE, 1, 1, 0, NULL, NULL, NULL, "total"},
    {"variance", "variance(x)", EST_SAMPLE, 1, 1, 0, NULL, NULL, NULL, "variance"},
};

static bool word_letter(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

bool est_stat_is(pal_str operand)
{
    for (size_t i = 0; i + 1 < operand.len; i++)
        if (operand.ptr[i] == ':' && operand.ptr[i + 1] == '=') {
            operand.ptr += i + 2;
            operand.len -= i + 2;
            break;
        }
    size_t n = 0;
    while (n < operand.len && word_letter(operand.ptr[n]))
        n++;
    return n > 0 && n < operand.len && operand.ptr[n] == '(' &&
           memchr(operand.ptr + n, ')', operand.len - n) != NULL;
}

static enum pal_status unknown_word(pal_str word, struct pal_error *err)
{
    pal_str known[PAL_COUNT(words)];
    char room[512];
    size_t used = 0;
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        known[i] = pal_str_of(words[i].word);
        used +=
            (size_t)snprintf(room + used, sizeof room - used, "%s%s", i ? ", " : "", words[i].word);
    }
    const pal_str near = pal_nearest(word, known, PAL_COUNT(known));
    if (near.len)
        return pal_fail(err, PAL_USAGE, "there is no statistic '%.*s'; did you mean '%.*s'?",
                        PAL_ARG(word), PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "there is no statistic '%.*s'; there are %s", PAL_ARG(word),
                    room);
}

static enum pal_status bad(const struct est_stat *stat, const char *why, struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE, "'%.*s': %s; write %s", PAL_ARG(stat->text), why,
                    stat->word->form);
}

/* proportion(x OP VALUE), up to the parenthesis that closes it outside quotes; proportion(x) is
 * x = 1. */
static enum pal_status parse_condition(struct est_stat *stat, pal_str *rest,
                                       struct pal_arena *arena, struct pal_error *err)
{
    char quote = 0;
    size_t depth = 0, n = 0;
    for (; n < rest->len; n++) {
        const char c = rest->ptr[n];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && n && strchr(" (,=<>~", rest->ptr[n - 1]))
            quote = c;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            break;
    }
    if (n == rest->len)
        return bad(stat, "its parenthesis does not close", err);
    pal_str inside = pal_str_trim((pal_str){rest->ptr + 1, n - 1}), name = inside;
    rest->ptr += n + 1;
    rest->len -= n + 1;
    stat->args = 1;
    if (est_name(&name, "=!<>~ ", arena, &stat->arg[0]) && !name.len) {
        inside = pal_arena_printf(arena, "%.*s = 1", PAL_ARG(inside));
        if (!inside.ptr)
            return pal_nomem(err, "a statistic");
    }
    PAL_TRY(est_where_parse(inside, arena, &stat->holds, err));
    stat->arg[0] = stat->holds.column;
    return PAL_OK;
}

static enum pal_status parse_arguments(struct est_stat *stat, pal_str *rest,
                                       struct pal_arena *arena, struct pal_error *err)
{
    const struct est_word *word = stat->word;
    if (strcmp(word->word, "proportion") == 0)
        return parse_condition(stat, rest, arena, err);
    pal_str argument[4] = {{0}};
    size_t n = 0;
    rest->ptr++;
    rest->len--;
    pal_str look = pal_str_trim(*rest);
    if (look.len && look.ptr[0] == ')') {
        const size_t skipped = (size_t)(look.ptr - rest->ptr) + 1;
        rest->ptr += skipped;
        rest->len -= skipped;
    } else {
        for (;;) {
            if (n == PAL_COUNT(argument))
                return bad(stat, "too many arguments", err);
            if (!est_name(rest, ",)", arena, &argument[n++]) || !rest->len)
                return bad(stat, "its arguments cannot be read", err);
            const char end = rest->ptr[0];
            rest->ptr++;
            rest->len--;
            if (end == ')')
                break;
        }
    }
    if (n < word->args_min)
        return bad(stat, "too few arguments", err);
    stat->args = n < word->args_max ? n : word->args_max;
    for (size_t i = 0; i < stat->args; i++)
        stat->arg[i] = argument[i];
    if (n > stat->args && word->kind == EST_THETA)
        stat->unit = argument[stat->args++];
    if (word->kind == EST_THETA)
        stat->args = 1;
    const size_t read = stat->args + (stat->unit.len > 0);
    stat->per = word->per;
    if (n == read)
        return PAL_OK;
    if (n > read + 1 || word->per <= 0)
        return bad(stat, "too many arguments", err);
    if (!pal_num_parse(argument[read], &stat->per) || !(stat->per > 0))
        return bad(stat, "PER is a number above 0", err);
    if (strcmp(word->word, "quantile") == 0 && stat->per >= 1)
        return bad(stat, "P is a number between 0 and 1", err);
    return PAL_OK;
}

static enum pal_status parse_conditions(struct est_stat *stat, pal_str rest,
                                        struct pal_arena *arena, struct pal_error *err)
{
    pal_str piece;
    rest.ptr++;
    rest.len--;
    while (pal_str_split(&rest, '@', &piece)) {
        struct est_where *grown = pal_arena_grow(arena, stat->condition, stat->conditions,
                                                 stat->conditions + 1, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a statistic");
        stat->condition = grown;
        PAL_TRY(est_where_parse(pal_str_trim(piece), arena, &grown[stat->conditions++], err));
    }
    return stat->conditions ? PAL_OK : bad(stat, "'@' is followed by col=value", err);
}

enum pal_status est_stat_parse(pal_str text, struct pal_arena *arena, struct est_stat *out,
                               struct pal_error *err)
{
    *out = (struct est_stat){.text = text};
    pal_str rest = text;
    for (size_t i = 0; i + 1 < text.len && text.ptr[i] != '('; i++)
        if (text.ptr[i] == ':' && text.ptr[i + 1] == '=') {
            out->label = pal_str_trim((pal_str){text.ptr, i});
            rest = (pal_str){text.ptr + i + 2, text.len - i - 2};
            if (!out->label.len)
                return pal_fail(err, PAL_USAGE, "'%.*s': the name before ':=' is empty",
                                PAL_ARG(text));
            break;
        }
    rest = pal_str_trim(rest);
    size_t n = 0;
    while (n < rest.len && rest.ptr[n] != '(')
        n++;
    const pal_str word = pal_str_trim((pal_str){rest.ptr, n});
    if (n == rest.len)
        return pal_fail(err, PAL_USAGE, "'%.*s' is no statistic; write word(column)",
                        PAL_ARG(text));
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        if (pal_str_eq(word, pal_str_of(words[i].word)))
            out->word = &words[i];
    if (!out->word)
        return unknown_word(word, err);
    rest.ptr += n;
    rest.len -= n;
    PAL_TRY(parse_arguments(out, &rest, arena, err));
    rest = pal_str_trim(rest);
    if (rest.len && rest.ptr[0] != '@')
        return bad(out, "something stands behind the closing parenthesis", err);
    if (rest.len)
        PAL_TRY(parse_conditions(out, rest, arena, err));
    out->variable = out->label;
    if (!out->label.len && out->args == 1)
        out->variable = out->arg[0];
    if (!out->label.len && out->args == 2)
        out->variable =
            pal_arena_printf(arena, "%.*s/%.*s", PAL_ARG(out->arg[0]), PAL_ARG(out->arg[1]));
    if (out->args == 2 && !out->variable.ptr)
        return pal_nomem(err, "a statistic");
    return PAL_OK;
}
