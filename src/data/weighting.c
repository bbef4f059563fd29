/* weighting.c: words that adjust weights, and which of them go together. */
#include "palermo/data.h"

#include <math.h>
#include <string.h>

pal_str pal_names_join(const struct pal_names *names, struct pal_arena *arena)
{
    struct pal_buf text;
    pal_buf_init(&text, arena, 1 << 20);
    for (size_t i = 0; i < names->n; i++) {
        if (i)
            pal_buf_addc(&text, ',');
        pal_buf_add(&text, names->name[i]);
    }
    return pal_buf_str(&text);
}

bool pal_weighting_asked(const struct pal_weighting *w)
{
    return w->respondents.len || w->trims || w->poststratify.n || w->rakes || w->calibrate.len;
}

struct option {
    char text[32];
};

/* "max_iterations" is --max-iterations on the command line. */
static struct option name_of(const char *key, bool typed)
{
    struct option out = {""};
    size_t n = 0;
    for (; typed && n < 2; n++)
        out.text[n] = '-';
    for (; *key && n + 1 < sizeof out.text; key++)
        out.text[n++] = typed && *key == '_' ? '-' : *key;
    return out;
}

static enum pal_status one_of(const char *key, bool typed, pal_str word, const char *const *words,
                              size_t n, struct pal_error *err)
{
    char all[64] = "";
    for (size_t i = 0, used = 0; i < n; i++) {
        if (pal_str_eq(word, pal_str_of(words[i])))
            return PAL_OK;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                 !i           ? ""
                                 : i + 1 == n ? " or "
                                              : ", ",
                                 words[i]);
    }
    return pal_fail(err, PAL_USAGE, "%s '%.*s' cannot be read; write %s", name_of(key, typed).text,
                    PAL_ARG(word), all);
}

static enum pal_status check_calibration(const struct pal_weighting *w, bool typed,
                                         const char **key, struct pal_error *err)
{
    static const char *const distances[] = {"linear", "raking", "logit"}, *const units[] = {"psu"};
    *key = "calibrate";
    PAL_TRY(one_of(*key, typed, w->calibrate, distances, PAL_COUNT(distances), err));
    if (!w->terms)
        return pal_fail(err, PAL_USAGE,
                        typed ? "%s needs %s, as '1,sex=M,age'"
                              : "%s needs %s, as [\"1\", sex=M, age]",
                        name_of("calibrate", typed).text, name_of("terms", typed).text);
    if (pal_str_eq(w->calibrate, PAL_STR("logit")) &&
        (!w->bounded || isinf(w->low) || isinf(w->high)))
        return pal_fail(err, PAL_USAGE,
                        typed ? "%s logit needs %s LOW,HIGH" : "%s logit needs %s: [low, high]",
                        name_of("calibrate", typed).text, name_of("bounds", typed).text);
    *key = "aggregate";
    if (w->aggregate.len)
        PAL_TRY(one_of(*key, typed, w->aggregate, units, PAL_COUNT(units), err));
    return PAL_OK;
}

static enum pal_status check_population(const struct pal_weighting *w, bool typed, const char **key,
                                        struct pal_error *err)
{
    const char *way = w->rakes ? "rake" : w->calibrate.len ? "calibrate" : "poststratify";
    const size_t files = w->rakes ? w->rakes : 1;
    *key = w->population.n ? "population" : way;
    if (!w->population.n)
        return pal_fail(err, PAL_USAGE, "%s needs %s%s", name_of(way, typed).text,
                        name_of("population", typed).text, typed ? " FILE" : ", a file");
    if (w->calibrate.len && w->population.n > 1)
        return pal_fail(err, PAL_USAGE, "%s takes one file of totals", name_of(way, typed).text);
    if (w->population.n < files)
        return pal_fail(err, PAL_USAGE, "%s names too few files; one is needed a margin",
                        name_of("population", typed).text);
    if (w->population.n > files)
        return pal_fail(err, PAL_USAGE, "%s names more files than %s margins",
                        name_of("population", typed).text, name_of(way, typed).text);
    return PAL_OK;
}

enum pal_status pal_weighting_check(const struct pal_weighting *w, bool typed, const char **key,
                                    struct pal_error *err)
{
    const int ways = (w->poststratify.n > 0) + (w->rakes > 0) + (w->calibrate.len > 0);
    *key = w->rakes ? "rake" : "calibrate";
    if (ways > 1)
        return pal_fail(err, PAL_USAGE, "%s, %s and %s are three ways to one end; choose one",
                        name_of("poststratify", typed).text, name_of("rake", typed).text,
                        name_of("calibrate", typed).text);
    *key = "population";
    if (!ways && w->population.n)
        return pal_fail(err, PAL_USAGE, "%s belongs to %s, %s or %s",
                        name_of("population", typed).text, name_of("poststratify", typed).text,
                        name_of("rake", typed).text, name_of("calibrate", typed).text);
    *key = w->terms ? "terms" : w->bounded ? "bounds" : "aggregate";
    if (!w->calibrate.len && (w->terms || w->bounded || w->aggregate.len))
        return pal_fail(err, PAL_USAGE, "%s, %s and %s belong to %s", name_of("terms", typed).text,
                        name_of("bounds", typed).text, name_of("aggregate", typed).text,
                        name_of("calibrate", typed).text);
    *key = w->max_iterations ? "max_iterations" : "epsilon";
    if (!w->rakes && !w->calibrate.len && (w->max_iterations || w->epsilon > 0))
        return pal_fail(err, PAL_USAGE, "%s and %s belong to %s and %s",
                        name_of("max_iterations", typed).text, name_of("epsilon", typed).text,
                        name_of("rake", typed).text, name_of("calibrate", typed).text);
    *key = "nonresponse_classes";
    if (w->classes.n && !w->respondents.len)
        return pal_fail(err, PAL_USAGE, "%s needs %s%s", name_of(*key, typed).text,
                        name_of("respondents", typed).text, typed ? " COND" : "");
    if (w->calibrate.len)
        PAL_TRY(check_calibration(w, typed, key, err));
    return ways ? check_population(w, typed, key, err) : PAL_OK;
}
