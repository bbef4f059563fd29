/* rule.c: which cells may not be told, and how wide an interval each must be given. */
#include "inside.h"

#include <math.h>
#include <string.h>

static bool numbers(pal_str text, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pal_str piece;
        if (!pal_str_split(&text, ',', &piece) || !pal_num_parse(pal_str_trim(piece), &out[i]))
            return false;
    }
    return text.len == 0;
}

enum pal_status pal_primary_parse(pal_str text, struct pal_primary_rule *out, struct pal_error *err)
{
    pal_str rest = text, word;
    double number[2] = {0, 0};
    (void)pal_str_split(&rest, ':', &word);
    if (pal_str_eq(word, PAL_STR("threshold")) && numbers(rest, number, 1) && number[0] >= 1) {
        *out = (struct pal_primary_rule){PAL_RULE_THRESHOLD, number[0], 0};
        return PAL_OK;
    }
    if (pal_str_eq(word, PAL_STR("p")) && numbers(rest, number, 1) && number[0] > 0) {
        *out = (struct pal_primary_rule){PAL_RULE_P, 0, number[0]};
        return PAL_OK;
    }
    if (pal_str_eq(word, PAL_STR("nk")) && numbers(rest, number, 2) && number[0] >= 1 &&
        number[0] <= PAL_LARGEST && number[0] == floor(number[0]) && number[1] > 0 &&
        number[1] <= 100) {
        *out = (struct pal_primary_rule){PAL_RULE_NK, number[0], number[1]};
        return PAL_OK;
    }
    if (pal_str_eq(word, PAL_STR("zeros")) && rest.len == 0) {
        *out = (struct pal_primary_rule){PAL_RULE_ZEROS, 0, 0};
        return PAL_OK;
    }
    return pal_fail(err, PAL_USAGE,
                    "a rule is threshold:N, p:PERCENT, nk:N,PERCENT (N from 1 to %d) or zeros, not "
                    "'%.*s'",
                    PAL_LARGEST, PAL_ARG(text));
}

static void ask(struct pal_entry *c, double upper, double lower, char letter)
{
    if (c->mark != PAL_CELL_PRIMARY)
        c->letter = letter;
    c->mark = PAL_CELL_PRIMARY;
    c->upper = fmax(c->upper, upper);
    c->lower = fmax(c->lower, lower);
}

enum pal_status pal_primary_apply(struct pal_system *s, const struct pal_primary_rule *rule,
                                  size_t rules, const struct pal_contributors *contributors,
                                  struct pal_error *err)
{
    for (size_t k = 0; k < rules; k++) {
        const struct pal_primary_rule *r = &rule[k];
        if ((r->kind == PAL_RULE_P || r->kind == PAL_RULE_NK) && !contributors)
            return pal_fail(err, PAL_USAGE,
                            "rules p and nk need the contributors of each cell: columns "
                            "n_contributors, largest1, largest2 ..., or --micro and --cellmap");
        for (size_t i = 0; i < s->cells; i++) {
            struct pal_entry *c = &s->cell[i];
            double u = 0;
            if (c->derived)
                continue;
            switch (r->kind) {
            case PAL_RULE_THRESHOLD:
                if (c->value > 0 && c->value < r->n)
                    ask(c, 1, fmin(1, c->value), 'A');
                break;
            case PAL_RULE_ZEROS:
                if (c->value == 0)
                    ask(c, 1, 0, 'A');
                break;
            case PAL_RULE_P: {
                const double *x = contributors[i].largest;
                u = r->k / 100 * x[0] - (c->value - x[0] - x[1]);
                if (u > 1e-12 && c->value > 0)
                    ask(c, u, fmin(u, c->value), 'M');
                break;
            }
            case PAL_RULE_NK: {
                double top = 0;
                for (size_t j = 0; j < (size_t)r->n; j++)
                    top += contributors[i].largest[j];
                u = 100 / r->k * top - c->value;
                if (u > 1e-12 && c->value > 0)
                    ask(c, u, fmin(u, c->value), r->n == 1 ? 'O' : r->n == 2 ? 'T' : 'M');
                break;
            }
            }
        }
    }
    return PAL_OK;
}

static void merge(struct pal_contributors *into, const struct pal_contributors *from)
{
    struct pal_contributors both = {.n = into->n + from->n};
    size_t a = 0, b = 0;
    for (size_t i = 0; i < PAL_LARGEST; i++)
        both.largest[i] =
            from->largest[b] > into->largest[a] ? from->largest[b++] : into->largest[a++];
    *into = both;
}

/* A total whose parts are all known, through relation r. */
static bool add_up(const struct pal_system *s, size_t i, size_t r, const bool *known,
                   struct pal_contributors *contributors)
{
    struct pal_contributors sum = {0};
    if (pal_relation_total(s, r) != i)
        return false;
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
        if (s->term[t].cell != i && !known[s->term[t].cell])
            return false;
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
        if (s->term[t].cell != i)
            merge(&sum, &contributors[s->term[t].cell]);
    contributors[i] = sum;
    return true;
}

enum pal_status pal_contributors_add(const struct pal_system *s, bool *known,
                                     struct pal_contributors *contributors, struct pal_error *err)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < s->cells; i++)
            for (size_t w = s->within_start[i]; w < s->within_start[i + 1] && !known[i]; w++)
                if (add_up(s, i, s->within[w], known, contributors))
                    known[i] = more = true;
    }
    for (size_t i = 0; i < s->cells; i++)
        if (!known[i] && !s->cell[i].derived)
            return pal_fail(
                err, PAL_DATA,
                "no contributors are given for cell '%.*s', and it is no total of cells "
                "that have them",
                PAL_ARG(s->cell[i].key));
    return PAL_OK;
}
