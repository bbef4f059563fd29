/* scenario.h: a scenario as it was read. */
#ifndef PALERMO_ASSESS_SCENARIO_H
#define PALERMO_ASSESS_SCENARIO_H

#include "inside.h"

struct assess_estimator {
    pal_str name;
    const struct assess_method *method; /* NULL: an outside program */
    pal_str argument;
    const char *const *argv; /* NULL-ended */
    double timeout;          /* seconds */
};

struct pal_scenario {
    pal_str title;
    const struct assess_kind *kind;
    void *world;
    double truth, level;
    uint64_t seed;
    size_t replicates, estimators;
    struct assess_estimator *estimator;
};

#endif
