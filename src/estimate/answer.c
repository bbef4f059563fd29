/* answer.c: from tallies to the answer: what is known, what censored cells leave open, what did
 * not enter. */
#include "inside.h"

#include <math.h>
#include <string.h>

const char *pal_uncertainty_name(enum pal_uncertainty kind)
{
    static const char *const names[] = {
        [PAL_UNC_NONE] = "none",   [PAL_UNC_SAMPLING] = "sampling",     [PAL_UNC_RANDOM] = "random",
        [PAL_UNC_MODEL] = "model", [PAL_UNC_IMPUTATION] = "imputation", [PAL_UNC_EXPERT] = "expert",
    };
    return names[kind];
}

const char *pal_answer_status_name(enum pal_answer_status status)
{
    static const char *const names[] = {
        [PAL_ANSWER_OK] = "ok",
        [PAL_ANSWER_UNDEFINED] = "undefined",
        [PAL_ANSWER_SUPPRESSED] = "suppressed",
    };
    return names[status];
}

struct answer_range answer_y(const struct tally *tally)
{
    const double y = pal_sum_value(&tally->y);
    return (struct answer_range){y + tally->y_low, y + tally->y_low, y + tally->y_high,
                                 tally->y_low == tally->y_high};
}

struct answer_range answer_x(const struct tally *tally, size_t args)
{
    if (args < 2)
        return (struct answer_range){1, 1, 1, true};
    const double x = pal_sum_value(&tally->x);
    return (struct answer_range){x + tally->x_low, x + tally->x_low, x + tally->x_high,
                                 tally->x_low == tally->x_high};
}

bool answer_start(const struct pal_state *state, const struct tally *const *tally, size_t tallies,
                  struct pal_estimate *out)
{
    *out = (struct pal_estimate){
        .value = (double)NAN,
        .std_error = (double)NAN,
        .low = (double)NAN,
        .high = (double)NAN,
        .df = (double)NAN,
        .df_design = (double)NAN,
        .deff = (double)NAN,
        .bound_low = (double)NAN,
        .bound_high = (double)NAN,
        .test_z = (double)NAN,
        .test_p = (double)NAN,
        .numerator = (double)NAN,
        .denominator = (double)NAN,
        .coverage_share = (double)NAN,
        .has_n = true,
        .has_std_error = !state->ask.no_variance,
        .has_interval = !state->ask.no_variance && state->ask.interval,
        .level = state->ask.level,
        .interval = state->ask.interval,
        .uncertainty = PAL_UNC_RANDOM,
        .status = PAL_ANSWER_UNDEFINED,
        .method =
            state->ask.interval ? answer_method(state->ask.interval, state->ask.overdispersed) : "",
    };
    for (size_t i = 0; i < tallies; i++) {
        out->n += tally[i]->n;
        out->missing += tally[i]->missing;
        out->censored += tally[i]->censored;
        out->left_out += tally[i]->left_out;
    }
    if (out->n == 0)
        out->absent = PAL_BLANK;
    return out->n > 0;
}

bool answer_range(struct pal_estimate *out, double low, double high, double value)
{
    if (!(low < high)) {
        out->value = value;
        return !isnan(value);
    }
    out->absent = PAL_BELOW_THRESHOLD;
    out->bound_low = low;
    out->bound_high = high;
    out->has_bounds = true;
    return false;
}

void answer_interval(struct pal_estimate *out, double low, double high)
{
    out->low = low;
    out->high = high;
}

/* "; 3 rows without a value did not enter", and nothing of none. */
static char *put_number_of(char *to, const char *start, uint64_t n, const char *what,
                           const char *rest)
{
    if (!n)
        return to;
    if (to > start)
        to = pal_put(to, PAL_STR("; "));
    to = pal_put(pal_put_whole(to, n), pal_str_of(what));
    if (n != 1)
        *to++ = 's';
    return pal_put(to, pal_str_of(rest));
}

/* A cycle has tens of thousands of notes: each is put together here and kept at its length. */
static enum pal_status write_note(struct pal_estimate *out, const char *remark,
                                  struct pal_arena *arena, struct pal_error *err)
{
    enum { LONGEST_REMARK = 1024, NUMBERS = 512 };
    char text[LONGEST_REMARK + NUMBERS], *to = text;
    const pal_str first = pal_str_of(remark ? remark : "");
    if (first.len > LONGEST_REMARK)
        return pal_fail(err, PAL_BUG, "a remark of %zu bytes", first.len);
    to = pal_put(to, first);
    to = put_number_of(to, text, out->censored, " censored cell", "");
    if (out->censored && out->has_bounds) {
        to = pal_put(to, PAL_STR(": between "));
        to += pal_num_write(out->bound_low, to);
        to = pal_put(to, PAL_STR(" and "));
        to += pal_num_write(out->bound_high, to);
    }
    to = put_number_of(to, text, out->missing, " row", " without a value did not enter");
    to = put_number_of(to, text, out->left_out, " row", " with an error did not enter");
    out->note = pal_arena_cstr(arena, (pal_str){text, (size_t)(to - text)});
    return out->note ? PAL_OK : pal_nomem(err, "a note");
}

enum pal_status answer_end(struct pal_estimate *out, const char *remark, struct pal_arena *arena,
                           struct pal_error *err)
{
    out->status = isnan(out->value) ? PAL_ANSWER_UNDEFINED : PAL_ANSWER_OK;
    if (isnan(out->value) && out->absent == PAL_BELOW_THRESHOLD)
        out->has_std_error = out->has_interval = false;
    if (!out->has_interval) {
        out->interval = NULL;
        out->level = 0;
    }
    if (!remark && !out->missing && !out->censored && !out->left_out)
        return PAL_OK;
    return write_note(out, remark, arena, err);
}

double answer_dispersion(const struct pal_state *state, const struct tally *const *tally,
                         size_t tallies)
{
    if (!state->ask.overdispersed)
        return 1;
    if (state->ask.dispersion > 0)
        return state->ask.dispersion;
    double chi_square = 0, df = 0;
    for (size_t i = 0; i < tallies; i++) {
        const double y = pal_sum_value(&tally[i]->y), n = (double)tally[i]->n;
        const double x = state->args > 1 ? pal_sum_value(&tally[i]->x) : n;
        if (n < 2 || !(y > 0) || !(x > 0))
            continue;
        chi_square += pal_sum_value(&tally[i]->squares) / (y / x) - y;
        df += n - 1;
    }
    return df > 0 ? fmax(1, chi_square / df) : 1;
}

enum pal_status answer_settled(enum pal_status status, double *low, double *high)
{
    if (status != PAL_NOCONV)
        return status;
    *low = *high = (double)NAN;
    return PAL_OK;
}

enum pal_status answer_count(const struct pal_state *state, double y, double dispersion,
                             double *std_error, double *low, double *high, struct pal_error *err)
{
    const bool negative_binomial = strncmp(state->ask.interval, "nb-", 3) == 0;
    *std_error = negative_binomial ? sqrt(y + y * y / state->ask.theta) : sqrt(dispersion * y);
    const bool plain = negative_binomial || tally_is(state, "quasi");
    const double scale = plain ? 1 : dispersion;
    PAL_TRY(answer_settled(pal_interval_count(state->ask.interval, y / scale, state->ask.level,
                                              state->ask.theta, dispersion, low, high, err),
                           low, high));
    *low *= scale;
    *high *= scale;
    return PAL_OK;
}

const char *answer_method(const char *interval, bool overdispersed)
{
    static const struct {
        const char *word, *poisson, *quasi;
    } methods[] = {
        {"byar", "Poisson (Byar)", "quasi-Poisson (Byar)"},
        {"fayfeuer", "gamma (Fay-Feuer 1997)", "gamma (Fay-Feuer 1997), quasi-Poisson"},
        {"garwood", "exact Poisson (Garwood 1936)", "quasi-Poisson (Garwood 1936)"},
        {"goodman", "simultaneous score (Goodman 1965)", "simultaneous score (Goodman 1965)"},
        {"lognormal", "Poisson, log scale", "quasi-Poisson, log scale"},
        {"midp", "mid-p Poisson", "mid-p quasi-Poisson"},
        {"nb-exact", "exact negative binomial", "exact negative binomial"},
        {"nb-log", "negative binomial, log scale", "negative binomial, log scale"},
        {"nb-wald", "negative binomial, normal", "negative binomial, normal"},
        {"normal", "Poisson, normal", "quasi-Poisson, normal"},
        {"quasi", "quasi-Poisson (Garwood 1936)", "quasi-Poisson (Garwood 1936)"},
        {"rr-exact", "exact conditional (Clopper-Pearson)", "exact conditional (Clopper-Pearson)"},
        {"rr-lognormal", "Poisson, delta method on the log",
         "quasi-Poisson, delta method on the log"},
        {"rr-nb-log", "negative binomial, delta method on the log",
         "negative binomial, delta method on the log"},
        {"wald", "Poisson, normal", "quasi-Poisson, normal"},
        {"wilson", "score (Wilson 1927)", "score (Wilson 1927)"},
    };
    for (size_t i = 0; i < PAL_COUNT(methods); i++)
        if (strcmp(interval, methods[i].word) == 0)
            return overdispersed ? methods[i].quasi : methods[i].poisson;
    return interval;
}

struct answer_range answer_quotient(struct answer_range y, struct answer_range x, double per)
{
    struct answer_range out = {.value = y.value / x.value * per, .known = y.known && x.known};
    out.low = out.high = out.value;
    if (!out.known) {
        out.low = y.low / x.high * per;
        out.high = x.low > 0 ? y.high / x.low * per : HUGE_VAL;
    }
    return out;
}
