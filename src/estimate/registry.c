/* registry.c: the estimators, from estimators.def. */
#include "inside.h"

static const struct pal_estimator *const all[] = {
#define PAL_ESTIMATOR(name) &pal_estimator_##name,
#include "estimators.def"
#undef PAL_ESTIMATOR
    NULL,
};

const struct pal_estimator *const *pal_estimators(void) { return all; }

const struct pal_estimator *pal_estimator_find(pal_str name)
{
    for (size_t i = 0; all[i]; i++)
        if (pal_str_eq(name, pal_str_of(all[i]->name)))
            return all[i];
    return NULL;
}

pal_str pal_estimator_nearest(pal_str name)
{
    pal_str words[PAL_COUNT(all)];
    size_t n = 0;
    for (; all[n]; n++)
        words[n] = pal_str_of(all[n]->name);
    return pal_nearest(name, words, n);
}
