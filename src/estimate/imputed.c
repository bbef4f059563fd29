/* imputed.c: answers of several imputed data sets become one, by Rubin's rules. */
#include "inside.h"

#include <math.h>

bool pal_imputed_df_parse(pal_str word, enum pal_imputed_df *out)
{
    static const char *const words[] = {"rubin", "barnard-rubin", "barnard-rubin-mitools"};
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        if (pal_str_eq(word, pal_str_of(words[i]))) {
            *out = (enum pal_imputed_df)i;
            return true;
        }
    }
    return false;
}

/* Degrees of freedom that the data would have had, had they been observed as they are. */
static double df_observed(double df_complete, double within, double rest)
{
    if (isinf(df_complete))
        return df_complete;
    return (df_complete + 1) / (df_complete + 3) * df_complete * (within / (within + rest));
}

enum pal_status pal_imputed_combine(size_t m, const double *value, const double *variance,
                                    double df_complete, enum pal_imputed_df rule,
                                    struct pal_imputed *out, struct pal_error *err)
{
    const double n = (double)m, more = 1 + 1 / n;
    double squares = 0;
    if (m < 2)
        return pal_fail(err, PAL_DOMAIN,
                        "multiple imputation needs at least two completed data sets, not %zu", m);
    *out = (struct pal_imputed){0};
    for (size_t i = 0; i < m; i++) {
        out->value += value[i] / n;
        out->within += variance[i] / n;
    }
    for (size_t i = 0; i < m; i++)
        squares += (value[i] - out->value) * (value[i] - out->value);
    out->between = squares / (n - 1);
    /* Answers that agree to the last bits differ by rounding, not by imputation. */
    if (sqrt(out->between) < 1e-14 * fabs(out->value))
        out->between = 0;
    out->variance = out->within + more * out->between;
    const double r = more * out->between / out->within;
    out->df = r == 0 ? (double)INFINITY : (n - 1) * (1 + 1 / r) * (1 + 1 / r);
    if (rule != PAL_IMPUTED_RUBIN) {
        const double rest = (rule == PAL_IMPUTED_MITOOLS ? 1 : more) * out->between;
        const double observed = df_observed(df_complete, out->within, rest);
        out->df = 1 / (1 / out->df + 1 / observed);
    }
    out->missing = isinf(r) ? 1 : (r + 2 / (out->df + 3)) / (1 + r);
    return PAL_OK;
}
