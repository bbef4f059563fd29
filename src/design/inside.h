/* inside.h: the design as its own files see it. */
#ifndef PALERMO_DESIGN_INSIDE_H
#define PALERMO_DESIGN_INSIDE_H

#include "palermo/design.h"

struct design_index { /* (parent, code) -> dense number, open addressing; value 0 = free */
    size_t slots;
    uint32_t n;
    uint64_t *key;
    uint32_t *value;
};

struct design_stratum {
    uint32_t parent;   /* unit of the stage above; 0 at the first */
    size_t sampled;    /* n_h                                     */
    double fpc;        /* as given with its first row             */
    double population; /* N_h, INFINITY without fpc               */
};

struct design_stage {
    size_t strata, strata_cap, units, units_cap;
    struct design_stratum *stratum;
    uint32_t *unit_stratum; /* [units] */
    struct design_index strata_of, units_of;
};

struct pal_design {
    struct pal_design_spec spec;
    struct pal_arena *arena;
    size_t levels; /* stages that count: the first, and down to the last with an fpc */
    struct design_stage stage[PAL_MAX_STAGES];
    struct design_index codes; /* first-stage ids seen, where they must not repeat */
    bool repeated;
};

#endif
