/* round.c: cells are rounded to multiples of a base: each for itself, or so that tables stay
 * additive. */
#include "inside.h"

#include <limits.h>
#include <math.h>

enum { ROUND_NODES = 200000 };

enum pal_status pal_round_parse(pal_str text, enum pal_round_kind *kind, double *base,
                                struct pal_error *err)
{
    static const pal_str word[] = {PAL_STR_INIT("controlled"), PAL_STR_INIT("random"),
                                   PAL_STR_INIT("conventional")};
    pal_str rest = text, name;
    (void)pal_str_split(&rest, ':', &name);
    for (size_t i = 0; i < PAL_COUNT(word); i++)
        if (pal_str_eq(name, word[i]) && pal_num_parse(rest, base) && *base >= 2 &&
            *base == floor(*base)) {
            *kind = (enum pal_round_kind)i;
            return PAL_OK;
        }
    return pal_fail(err, PAL_USAGE,
                    "--round takes controlled:BASE, random:BASE or conventional:BASE, BASE a whole "
                    "number from 2, not '%.*s'",
                    PAL_ARG(text));
}

static double below(double value, double base) { return floor(value / base) * base; }

static void delete_lp(void *glp) { glp_delete_prob(glp); }

struct controlled {
    glp_prob *glp;
    int *variable; /* [cells] 0: a multiple already */
    size_t nodes;
};

static enum pal_status set_up(const struct pal_system *s, double base, struct controlled *x,
                              struct pal_error *err)
{
    int columns = 0;
    int *index = pal_arena_alloc(s->arena, s->cells + 1, sizeof *index);
    double *coef = pal_arena_alloc(s->arena, s->cells + 1, sizeof *coef);
    x->variable = pal_arena_alloc(s->arena, s->cells + 1, sizeof *x->variable);
    if (!index || !coef || !x->variable)
        return pal_nomem(err, "rounding");
    glp_term_out(GLP_OFF);
    x->glp = glp_create_prob();
    PAL_TRY(pal_arena_defer(s->arena, delete_lp, x->glp, err));
    for (size_t i = 0; i < s->cells; i++) {
        const double rest = s->cell[i].value - below(s->cell[i].value, base);
        if (rest == 0)
            continue;
        x->variable[i] = glp_add_cols(x->glp, 1);
        columns++;
        glp_set_col_kind(x->glp, columns, GLP_BV);
        glp_set_obj_coef(x->glp, columns, base - 2 * rest); /* up costs base - rest, down rest */
    }
    for (size_t r = 0; r < s->relations; r++) {
        int terms = 0;
        double sum = 0;
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
            const size_t i = s->term[t].cell;
            sum += s->term[t].coef * below(s->cell[i].value, base) / base;
            if (!x->variable[i])
                continue;
            index[++terms] = x->variable[i];
            coef[terms] = s->term[t].coef;
        }
        const int row = glp_add_rows(x->glp, 1);
        glp_set_row_bnds(x->glp, row, GLP_FX, -sum, 0);
        glp_set_mat_row(x->glp, row, terms, index, coef);
    }
    return PAL_OK;
}

static void count_nodes(glp_tree *tree, void *left)
{
    size_t *nodes = left;
    if (glp_ios_reason(tree) != GLP_ISELECT)
        return;
    if (*nodes == 0)
        glp_ios_terminate(tree);
    else
        --*nodes;
}

static enum pal_status controlled(const struct pal_system *s, double base, struct pal_rounded *out,
                                  struct pal_error *err)
{
    struct controlled x = {.nodes = ROUND_NODES};
    glp_iocp how;
    PAL_TRY(set_up(s, base, &x, err));
    PAL_TRY(protect_lp_solve(x.glp, &out->feasible, err));
    if (!out->feasible)
        return PAL_OK;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.cb_func = count_nodes;
    how.cb_info = &x.nodes;
    const int code = glp_intopt(x.glp, &how);
    const int status = glp_mip_status(x.glp);
    if (status == GLP_NOFEAS && code == 0) {
        out->feasible = false;
        return PAL_OK;
    }
    if (code || status != GLP_OPT)
        return pal_fail(err, PAL_NOCONV,
                        "no controlled rounding was found within %d nodes; use random rounding, or "
                        "fewer dimensions",
                        ROUND_NODES);
    for (size_t i = 0; i < s->cells; i++) {
        out->value[i] = below(s->cell[i].value, base);
        if (x.variable[i] && glp_mip_col_val(x.glp, x.variable[i]) > 0.5)
            out->value[i] += base;
    }
    return PAL_OK;
}

static double uniform(uint64_t seed, pal_str key)
{
    struct pal_random random;
    pal_random_start(&random, seed, "rounding", pal_hash(key.ptr, key.len, 0));
    return pal_random_unit(&random);
}

enum pal_status pal_round(const struct pal_system *s, enum pal_round_kind kind, double base,
                          const double *u, uint64_t seed, struct pal_rounded *out,
                          struct pal_error *err)
{
    *out = (struct pal_rounded){.feasible = true};
    out->value = pal_arena_alloc(s->arena, s->cells + 1, sizeof *out->value);
    if (!out->value)
        return pal_nomem(err, "rounding");
    if (kind == PAL_ROUND_CONTROLLED)
        PAL_TRY(controlled(s, base, out, err));
    if (!out->feasible)
        return PAL_OK;
    struct pal_sum deviation = {0}, variance = {0};
    for (size_t i = 0; i < s->cells; i++) {
        const double value = s->cell[i].value, rest = value - below(value, base);
        if (kind == PAL_ROUND_CONVENTIONAL)
            out->value[i] = base * floor(value / base + 0.5);
        else if (kind == PAL_ROUND_RANDOM)
            out->value[i] = value - rest +
                            ((u ? u[i] : uniform(seed, s->cell[i].key)) < rest / base ? base : 0);
        pal_sum_add(&deviation, fabs(out->value[i] - value));
        pal_sum_add(&variance, rest * (base - rest));
    }
    out->deviation = pal_sum_value(&deviation);
    out->variance = pal_sum_value(&variance);
    return PAL_OK;
}
