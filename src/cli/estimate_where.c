/* estimate_where.c: conditions on rows: COL OP VALUE. */
#include "estimate.h"

#include <math.h>
#include <string.h>

static void skip_space(pal_str *rest)
{
    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
        rest->ptr++;
        rest->len--;
    }
}

static void drop(pal_str *rest, size_t n)
{
    rest->ptr += n;
    rest->len -= n;
}

/* Text in quotes, a doubled quote standing for one. */
static bool quoted(pal_str *rest, struct pal_arena *arena, pal_str *out)
{
    const char quote = rest->ptr[0];
    char *text = pal_arena_alloc(arena, rest->len, 1);
    size_t n = 0;
    if (!text)
        return false;
    for (size_t i = 1; i < rest->len; i++) {
        if (rest->ptr[i] != quote) {
            text[n++] = rest->ptr[i];
        } else if (i + 1 < rest->len && rest->ptr[i + 1] == quote) {
            text[n++] = quote;
            i++;
        } else {
            drop(rest, i + 1);
            *out = (pal_str){text, n};
            return true;
        }
    }
    return false;
}

bool est_name(pal_str *rest, const char *ends, struct pal_arena *arena, pal_str *out)
{
    skip_space(rest);
    if (rest->len && (rest->ptr[0] == '"' || rest->ptr[0] == '\'')) {
        if (!quoted(rest, arena, out))
            return false;
        skip_space(rest);
        return rest->len == 0 || strchr(ends, rest->ptr[0]) != NULL;
    }
    size_t n = 0;
    while (n < rest->len && !strchr(ends, rest->ptr[n]))
        n++;
    *out = pal_str_trim((pal_str){rest->ptr, n});
    drop(rest, n);
    return out->len > 0;
}

bool est_names(pal_str text, struct pal_arena *arena, struct pal_names *out)
{
    pal_str *name = pal_arena_alloc(arena, text.len + 1, sizeof *name);
    *out = (struct pal_names){0, name};
    for (pal_str rest = text; name && rest.len; out->n++) {
        if (!est_name(&rest, ",", arena, &name[out->n]))
            return false;
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
    }
    return name && (out->n || !text.len);
}

static const struct {
    const char *sign;
    enum est_operator operator;
} signs[] = {
    {"!=", EST_NOT_EQUAL}, {"<=", EST_AT_MOST}, {">=", EST_AT_LEAST}, {"==", EST_EQUAL},
    {"=", EST_EQUAL},      {"<", EST_BELOW},    {">", EST_ABOVE},     {"~", EST_PREFIX},
};

static bool word_at(pal_str text, size_t at, const char *word)
{
    const size_t n = strlen(word);
    if (at == 0 || text.ptr[at - 1] != ' ' || text.len < at + n ||
        memcmp(text.ptr + at, word, n) != 0)
        return false;
    return at + n == text.len || strchr(" ('\"", text.ptr[at + n]) != NULL;
}

/* The first operator outside quotes; *size is its length. */
static bool find_operator(pal_str text, size_t *at, size_t *size, enum est_operator *out)
{
    char quote = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (quote) {
            quote = c == quote ? '\0' : quote;
            continue;
        }
        if ((c == '"' || c == '\'') && (i == 0 || text.ptr[i - 1] == ' ')) {
            quote = c;
            continue;
        }
        *at = i;
        for (size_t s = 0; s < PAL_COUNT(signs); s++) {
            *size = strlen(signs[s].sign);
            *out = signs[s].operator;
            if (text.len - i >= *size && memcmp(text.ptr + i, signs[s].sign, *size) == 0)
                return true;
        }
        *size = 6;
        *out = EST_NOT_IN;
        if (word_at(text, i, "not-in"))
            return true;
        *size = 2;
        *out = EST_IN;
        if (word_at(text, i, "in"))
            return true;
    }
    return false;
}

static enum pal_status add_value(struct est_where *where, pal_str value, struct pal_arena *arena,
                                 struct pal_error *err)
{
    pal_str *text = pal_arena_alloc(arena, where->n + 1, sizeof *text);
    double *number = pal_arena_alloc(arena, where->n + 1, sizeof *number);
    if (!text || !number)
        return pal_nomem(err, "a condition");
    for (size_t i = 0; i < where->n; i++) {
        text[i] = where->value[i];
        number[i] = where->number[i];
    }
    text[where->n] = value;
    if (!pal_num_parse(value, &number[where->n]))
        number[where->n] = (double)NAN;
    where->n++;
    where->value = text;
    where->number = number;
    return PAL_OK;
}

static enum pal_status bad(pal_str text, struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE,
                    "'%.*s' is no condition; write COL OP VALUE with OP one of "
                    "= != < <= > >= in not-in ~",
                    PAL_ARG(text));
}

static enum pal_status list_values(struct est_where *where, pal_str rest, struct pal_arena *arena,
                                   struct pal_error *err)
{
    if (rest.len >= 2 && rest.ptr[0] == '(' && rest.ptr[rest.len - 1] == ')')
        rest = (pal_str){rest.ptr + 1, rest.len - 2};
    for (;;) {
        pal_str value;
        if (!est_name(&rest, ",", arena, &value))
            return bad(where->text, err);
        PAL_TRY(add_value(where, value, arena, err));
        if (!rest.len)
            return PAL_OK;
        drop(&rest, 1);
    }
}

enum pal_status est_where_parse(pal_str text, struct pal_arena *arena, struct est_where *out,
                                struct pal_error *err)
{
    size_t at, size;
    enum est_operator operator;
    *out = (struct est_where){.text = text};
    if (!find_operator(text, &at, &size, &operator))
        return bad(text, err);
    pal_str name = {text.ptr, at};
    if (!est_name(&name, "", arena, &out->column) || name.len)
        return bad(text, err);
    out->operator= operator;
    pal_str rest = pal_str_trim((pal_str){text.ptr + at + size, text.len - at - size});
    if (operator== EST_IN || operator== EST_NOT_IN)
        return list_values(out, rest, arena, err);
    /* "code ~prefix 04" says the operator's name in full. */
    const pal_str word = PAL_STR("prefix ");
    if (operator== EST_PREFIX && pal_str_starts(rest, word))
        rest = pal_str_trim((pal_str){rest.ptr + word.len, rest.len - word.len});
    if (!rest.len)
        return bad(text, err);
    pal_str value = rest;
    if (rest.ptr[0] == '"' || rest.ptr[0] == '\'')
        if (!est_name(&rest, "", arena, &value) || rest.len)
            return bad(text, err);
    return add_value(out, value, arena, err);
}

static bool holds(enum est_operator operator, int order)
{
    switch (operator) {
    case EST_EQUAL:
        return order == 0;
    case EST_NOT_EQUAL:
        return order != 0;
    case EST_BELOW:
        return order < 0;
    case EST_AT_MOST:
        return order <= 0;
    case EST_ABOVE:
        return order > 0;
    case EST_AT_LEAST:
        return order >= 0;
    case EST_IN:
    case EST_NOT_IN:
    case EST_PREFIX:
        break;
    }
    return false;
}

bool est_where_number(const struct est_where *where, double value)
{
    if (where->operator!= EST_IN && where->operator!= EST_NOT_IN) {
        const double number = where->number[0];
        if (isnan(number))
            return where->operator== EST_NOT_EQUAL;
        return holds(where->operator,(value > number) - (value < number));
    }
    for (size_t i = 0; i < where->n; i++)
        if (where->number[i] == value)
            return where->operator== EST_IN;
    return where->operator== EST_NOT_IN;
}

bool est_where_text(const struct est_where *where, pal_str value)
{
    if (where->operator== EST_PREFIX)
        return pal_str_starts(value, where->value[0]);
    if (where->operator!= EST_IN && where->operator!= EST_NOT_IN)
        return holds(where->operator, pal_str_cmp(value, where->value[0]));
    for (size_t i = 0; i < where->n; i++)
        if (pal_str_eq(value, where->value[i]))
            return where->operator== EST_IN;
    return where->operator== EST_NOT_IN;
}

bool est_where_cell(const struct est_where *where, pal_str text)
{
    double value;
    if (where->operator!= EST_PREFIX && pal_num_parse(text, &value))
        return est_where_number(where, value);
    return est_where_text(where, text);
}
