/* estimate_formula.c: functions of estimates, --contrast 'EXPR': numbers, labels, + - * / ^ log exp
 * sqrt and parentheses. Derivatives are carried along with the value. */
#include "estimate_survey.h"

#include <math.h>
#include <string.h>

enum node_kind {
    NODE_NUMBER,
    NODE_LABEL,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_TIMES,
    NODE_OVER,
    NODE_POWER,
    NODE_MINUS,
    NODE_LOG,
    NODE_EXP,
    NODE_SQRT
};

struct node {
    enum node_kind kind;
    double number;
    size_t label;
    const struct node *a, *b;
};

struct est_formula {
    const struct node *root;
};

enum { DEEPEST = 200, MOST = 4096 }; /* of the stack: a sum is as deep as it has terms */

struct parser {
    pal_str text, rest;
    const pal_str *label;
    size_t labels, depth, nodes;
    struct pal_arena *arena;
    struct pal_error *err;
};

static void skip(struct parser *p)
{
    while (p->rest.len && (p->rest.ptr[0] == ' ' || p->rest.ptr[0] == '\t')) {
        p->rest.ptr++;
        p->rest.len--;
    }
}

static bool take(struct parser *p, char c)
{
    skip(p);
    if (!p->rest.len || p->rest.ptr[0] != c)
        return false;
    p->rest.ptr++;
    p->rest.len--;
    return true;
}

static enum pal_status bad(const struct parser *p, const char *why)
{
    const size_t at = p->text.len - p->rest.len;
    return pal_fail(p->err, PAL_USAGE, "'%.*s', character %zu: %s", PAL_ARG(p->text), at + 1, why);
}

static enum pal_status make(struct parser *p, struct node node, const struct node **out)
{
    if (++p->nodes > MOST)
        return bad(p, "the formula has too many parts");
    struct node *made = pal_arena_alloc(p->arena, 1, sizeof *made);
    if (!made)
        return pal_nomem(p->err, "a formula");
    *made = node;
    *out = made;
    return PAL_OK;
}

/* NOLINTBEGIN(misc-no-recursion): DEEPEST and MOST end it */
static enum pal_status parse_sum(struct parser *p, const struct node **out);

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }

static enum pal_status parse_word(struct parser *p, const struct node **out)
{
    static const struct {
        const char *word;
        enum node_kind kind;
    } functions[] = {{"log", NODE_LOG}, {"exp", NODE_EXP}, {"sqrt", NODE_SQRT}};
    size_t n = 0;
    while (n < p->rest.len &&
           (letter(p->rest.ptr[n]) || digit(p->rest.ptr[n]) || p->rest.ptr[n] == '.'))
        n++;
    const pal_str word = {p->rest.ptr, n};
    const struct parser before = *p;
    p->rest.ptr += n;
    p->rest.len -= n;
    for (size_t i = 0; i < p->labels; i++)
        if (p->label[i].len && pal_str_eq(word, p->label[i]))
            return make(p, (struct node){.kind = NODE_LABEL, .label = i}, out);
    for (size_t i = 0; i < PAL_COUNT(functions); i++) {
        const struct node *inside;
        if (!pal_str_eq(word, pal_str_of(functions[i].word)))
            continue;
        if (!take(p, '('))
            return bad(p, "a function is followed by '('");
        PAL_TRY(parse_sum(p, &inside));
        if (!take(p, ')'))
            return bad(p, "')' is missing");
        return make(p, (struct node){.kind = functions[i].kind, .a = inside}, out);
    }
    *p = before;
    const pal_str near = pal_nearest(word, p->label, p->labels);
    const pal_str why = pal_arena_printf(p->arena,
                                         "no statistic is labelled '%.*s'%s%.*s%s; labels stand as "
                                         "NAME:=STAT",
                                         PAL_ARG(word), near.len ? "; did you mean '" : "",
                                         PAL_ARG(near), near.len ? "'?" : "");
    return why.ptr ? bad(p, why.ptr) : pal_nomem(p->err, "a formula");
}

static enum pal_status parse_number(struct parser *p, const struct node **out)
{
    size_t n = 0;
    while (n < p->rest.len && (digit(p->rest.ptr[n]) || p->rest.ptr[n] == '.'))
        n++;
    if (n < p->rest.len && (p->rest.ptr[n] == 'e' || p->rest.ptr[n] == 'E')) {
        size_t m = n + 1;
        m += m < p->rest.len && (p->rest.ptr[m] == '-' || p->rest.ptr[m] == '+');
        if (m < p->rest.len && digit(p->rest.ptr[m]))
            for (n = m; n < p->rest.len && digit(p->rest.ptr[n]);)
                n++;
    }
    double number;
    if (!pal_num_parse((pal_str){p->rest.ptr, n}, &number))
        return bad(p, "a number, a label, a function or '(' is expected");
    p->rest.ptr += n;
    p->rest.len -= n;
    return make(p, (struct node){.kind = NODE_NUMBER, .number = number}, out);
}

static enum pal_status parse_atom(struct parser *p, const struct node **out)
{
    skip(p);
    if (take(p, '(')) {
        PAL_TRY(parse_sum(p, out));
        return take(p, ')') ? PAL_OK : bad(p, "')' is missing");
    }
    if (p->rest.len && letter(p->rest.ptr[0]))
        return parse_word(p, out);
    return parse_number(p, out);
}

/* A sign binds less than a power: -a^2 is -(a^2); a power takes a sign: a^-1. */
static enum pal_status parse_power(struct parser *p, const struct node **out)
{
    const struct node *a, *b;
    if (++p->depth > DEEPEST)
        return bad(p, "the formula is nested too deeply");
    if (take(p, '-')) {
        PAL_TRY(parse_power(p, &a));
        p->depth--;
        return make(p, (struct node){.kind = NODE_MINUS, .a = a}, out);
    }
    if (take(p, '+')) {
        PAL_TRY(parse_power(p, out));
        p->depth--;
        return PAL_OK;
    }
    PAL_TRY(parse_atom(p, out));
    if (take(p, '^')) {
        a = *out;
        PAL_TRY(parse_power(p, &b));
        PAL_TRY(make(p, (struct node){.kind = NODE_POWER, .a = a, .b = b}, out));
    }
    p->depth--;
    return PAL_OK;
}

static enum pal_status parse_product(struct parser *p, const struct node **out)
{
    PAL_TRY(parse_power(p, out));
    for (;;) {
        const struct node *a = *out, *b;
        const bool times = take(p, '*');
        if (!times && !take(p, '/'))
            return PAL_OK;
        PAL_TRY(parse_power(p, &b));
        PAL_TRY(
            make(p, (struct node){.kind = times ? NODE_TIMES : NODE_OVER, .a = a, .b = b}, out));
    }
}

static enum pal_status parse_sum(struct parser *p, const struct node **out)
{
    if (++p->depth > DEEPEST)
        return bad(p, "the formula is nested too deeply");
    PAL_TRY(parse_product(p, out));
    for (;;) {
        const struct node *a = *out, *b;
        const bool add = take(p, '+');
        if (!add && !take(p, '-'))
            break;
        PAL_TRY(parse_product(p, &b));
        PAL_TRY(
            make(p, (struct node){.kind = add ? NODE_ADD : NODE_SUBTRACT, .a = a, .b = b}, out));
    }
    p->depth--;
    return PAL_OK;
}

/* NOLINTEND(misc-no-recursion) */

enum pal_status est_formula_parse(pal_str text, const pal_str *label, size_t labels,
                                  struct pal_arena *arena, struct est_formula **out,
                                  struct pal_error *err)
{
    struct parser p = {
        .text = text, .rest = text, .label = label, .labels = labels, .arena = arena, .err = err};
    *out = pal_arena_alloc(arena, 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "a formula");
    PAL_TRY(parse_sum(&p, &(*out)->root));
    skip(&p);
    return p.rest.len ? bad(&p, "something stands behind the formula") : PAL_OK;
}

/* Value of a node and its derivative by one label. */
/* NOLINTNEXTLINE(misc-no-recursion): MOST ends it */
static double value_of(const struct node *n, const double *value, size_t label, double *slope)
{
    double da = 0, db = 0, a = 0, b = 0;
    if (n->a)
        a = value_of(n->a, value, label, &da);
    if (n->b)
        b = value_of(n->b, value, label, &db);
    switch (n->kind) {
    case NODE_NUMBER:
        *slope = 0;
        return n->number;
    case NODE_LABEL:
        *slope = n->label == label;
        return value[n->label];
    case NODE_ADD:
        *slope = da + db;
        return a + b;
    case NODE_SUBTRACT:
        *slope = da - db;
        return a - b;
    case NODE_TIMES:
        *slope = da * b + a * db;
        return a * b;
    case NODE_OVER:
        *slope = (da - a / b * db) / b;
        return a / b;
    case NODE_POWER:
        *slope = (da != 0 ? b * pow(a, b - 1) * da : 0) + (db != 0 ? pow(a, b) * log(a) * db : 0);
        return pow(a, b);
    case NODE_MINUS:
        *slope = -da;
        return -a;
    case NODE_LOG:
        *slope = da / a;
        return log(a);
    case NODE_EXP:
        *slope = exp(a) * da;
        return exp(a);
    case NODE_SQRT:
        *slope = da != 0 ? da / (2 * sqrt(a)) : 0;
        return sqrt(a);
    }
    *slope = 0;
    return (double)NAN;
}

double est_formula_value(const struct est_formula *formula, const double *value, double *gradient,
                         size_t labels)
{
    double slope;
    for (size_t i = 0; i < labels; i++)
        (void)value_of(formula->root, value, i, &gradient[i]);
    return value_of(formula->root, value, labels, &slope);
}

/* NOLINTNEXTLINE(misc-no-recursion): MOST ends it */
static bool uses(const struct node *n, size_t label)
{
    return n &&
           ((n->kind == NODE_LABEL && n->label == label) || uses(n->a, label) || uses(n->b, label));
}

bool est_formula_uses(const struct est_formula *formula, size_t label)
{
    return uses(formula->root, label);
}
