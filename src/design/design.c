/* design.c: the tree of strata and units, grown row by row, counted once. */
#include "inside.h"

#include <math.h>
#include <string.h>

const char *pal_lonely_name(enum pal_lonely rule)
{
    static const char *const names[] = {"fail", "certainty", "remove", "average", "adjust"};
    return names[rule];
}

bool pal_lonely_parse(pal_str word, enum pal_lonely *out)
{
    for (int rule = PAL_LONELY_FAIL; rule <= PAL_LONELY_ADJUST; rule++) {
        if (pal_str_eq(word, pal_str_of(pal_lonely_name((enum pal_lonely)rule)))) {
            *out = (enum pal_lonely)rule;
            return true;
        }
    }
    return false;
}

/* ---- a table of (parent, code) -> dense number
 * --------------------------------------------------- */

static uint64_t spread(uint64_t key)
{
    key ^= key >> 32;
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return key ^ (key >> 29);
}

static enum pal_status index_grow(struct design_index *index, struct pal_arena *arena,
                                  struct pal_error *err)
{
    const size_t slots = index->slots ? index->slots * 2 : 64;
    uint64_t *key = pal_arena_alloc(arena, slots, sizeof *key);
    uint32_t *value = pal_arena_alloc(arena, slots, sizeof *value);
    if (!key || !value)
        return pal_nomem(err, "the units of the design");
    for (size_t i = 0; i < index->slots; i++) {
        if (!index->value[i])
            continue;
        size_t at = (size_t)spread(index->key[i]) & (slots - 1);
        while (value[at])
            at = (at + 1) & (slots - 1);
        key[at] = index->key[i];
        value[at] = index->value[i];
    }
    index->slots = slots;
    index->key = key;
    index->value = value;
    return PAL_OK;
}

/* The number of (parent, code), a new one when it was not there. */
static enum pal_status index_add(struct design_index *index, uint32_t parent, uint32_t code,
                                 struct pal_arena *arena, uint32_t *out, bool *is_new,
                                 struct pal_error *err)
{
    if (index->n * 2 >= index->slots)
        PAL_TRY(index_grow(index, arena, err));
    const uint64_t key = (uint64_t)parent << 32 | code;
    size_t at = (size_t)spread(key) & (index->slots - 1);
    while (index->value[at] && index->key[at] != key)
        at = (at + 1) & (index->slots - 1);
    *is_new = !index->value[at];
    if (*is_new) {
        index->key[at] = key;
        index->value[at] = ++index->n;
    }
    *out = index->value[at] - 1;
    return PAL_OK;
}

/* ---- growing
 * --------------------------------------------------------------------------------------- */

enum pal_status pal_design_new(const struct pal_design_spec *spec, struct pal_arena *arena,
                               struct pal_design **out, struct pal_error *err)
{
    if (spec->stages > PAL_MAX_STAGES)
        return pal_fail(err, PAL_USAGE, "%zu stages; at most %d are possible", spec->stages,
                        PAL_MAX_STAGES);
    bool below = false;
    for (size_t s = 1; s < spec->stages; s++)
        below = below || spec->fpc[s];
    if (spec->unequal && (!spec->fpc[0] || below))
        return pal_fail(err, PAL_USAGE,
                        "unequal probabilities need the inclusion probability of each first-stage "
                        "unit, --fpc P, and of no later stage");
    struct pal_design *design = pal_arena_alloc(arena, 1, sizeof *design);
    if (!design)
        return pal_nomem(err, "the design");
    design->spec = *spec;
    design->arena = arena;
    /* Stages after the last with an fpc add nothing to the variance: only the first always counts.
     */
    design->levels = 1;
    for (size_t s = 1; s < spec->stages; s++)
        if (spec->fpc[s])
            design->levels = s + 1;
    *out = design;
    return PAL_OK;
}

static enum pal_status stratum_new(struct design_stage *stage, uint32_t parent, double fpc,
                                   struct pal_arena *arena, struct pal_error *err)
{
    if (stage->strata == stage->strata_cap) {
        const size_t cap = stage->strata_cap ? stage->strata_cap * 2 : 32;
        struct design_stratum *grown =
            pal_arena_grow(arena, stage->stratum, stage->strata_cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the strata of the design");
        stage->stratum = grown;
        stage->strata_cap = cap;
    }
    stage->stratum[stage->strata++] = (struct design_stratum){.parent = parent, .fpc = fpc};
    return PAL_OK;
}

/* probability: of the unit's own; NULL where it has none. */
static enum pal_status unit_new(struct design_stage *stage, uint32_t stratum,
                                const double *probability, struct pal_arena *arena,
                                struct pal_error *err)
{
    if (stage->units == stage->units_cap) {
        const size_t cap = stage->units_cap ? stage->units_cap * 2 : 64;
        uint32_t *grown =
            pal_arena_grow(arena, stage->unit_stratum, stage->units_cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the units of the design");
        stage->unit_stratum = grown;
        if (probability) {
            stage->probability =
                pal_arena_grow(arena, stage->probability, stage->units_cap, cap, sizeof(double));
            if (!stage->probability)
                return pal_nomem(err, "the units of the design");
        }
        stage->units_cap = cap;
    }
    if (probability) {
        stage->probability[stage->units] = *probability;
        stage->stratum[stratum].spread += 1 - *probability;
    }
    stage->unit_stratum[stage->units++] = stratum;
    stage->stratum[stratum].sampled++;
    return PAL_OK;
}

static enum pal_status missing(const struct pal_design_rows *rows, size_t i, const char *what,
                               struct pal_error *err)
{
    const struct pal_place at = {rows->file, rows->line ? rows->line[i] : 0, 0};
    return pal_fail_at(err, PAL_DATA, &at,
                       "the %s is missing; a row without it belongs to no design", what);
}

/* The probability of a row's unit, the same in all its rows. */
static enum pal_status check_probability(const struct pal_design_rows *rows, size_t i,
                                         const double *known, struct pal_error *err)
{
    const struct pal_place at = {rows->file, rows->line ? rows->line[i] : 0, 0};
    const double p = rows->fpc[0][i];
    if (!(p > 0 && p <= 1))
        return pal_fail_at(err, PAL_DATA, &at,
                           "an inclusion probability is %g; it lies above 0 and is at most 1", p);
    if (known && *known != p)
        return pal_fail_at(err, PAL_DATA, &at,
                           "a sampling unit has the inclusion probability %g here and %g before; "
                           "all rows of a unit carry the same",
                           p, *known);
    return PAL_OK;
}

/* Most rows name a unit that was seen before, in the same stratum. */
static bool remembered(const struct pal_design *design, uint32_t stratum, uint32_t code,
                       uint32_t *unit)
{
    if (code >= design->memo_room || design->memo[code].stratum != stratum + 1)
        return false;
    *unit = design->memo[code].unit;
    return true;
}

static enum pal_status remember(struct pal_design *design, uint32_t stratum, uint32_t code,
                                uint32_t unit, struct pal_error *err)
{
    if (code >= design->memo_room) {
        const size_t old = design->memo_room, room = 2 * (size_t)code + 64;
        design->memo = pal_arena_grow(design->arena, design->memo, old, room, sizeof *design->memo);
        if (!design->memo)
            return pal_nomem(err, "the units of the design");
        design->memo_room = room;
    }
    design->memo[code] = (struct design_memo){stratum + 1, unit};
    return PAL_OK;
}

enum pal_status pal_design_add(struct pal_design *design, const struct pal_design_rows *rows,
                               uint32_t *unit, struct pal_error *err)
{
    const bool unequal = design->spec.unequal != PAL_UNEQUAL_NONE;
    const bool remembers = design->levels == 1 && rows->unit[0] && !unequal;
    for (size_t i = 0; i < rows->rows; i++) {
        uint32_t parent = 0;
        const uint32_t first = rows->stratum[0] ? rows->stratum[0][i] : 0;
        const double *probability = unequal ? &rows->fpc[0][i] : NULL;
        if (unequal)
            PAL_TRY(check_probability(rows, i, NULL, err));
        if (remembers && (first || !rows->stratum[0]) &&
            remembered(design, first, rows->unit[0][i], &unit[i]))
            continue;
        for (size_t s = 0; s < design->levels; s++) {
            struct design_stage *stage = &design->stage[s];
            uint32_t stratum, code = 0;
            bool is_new;
            if (rows->stratum[s] && !(code = rows->stratum[s][i]))
                return missing(rows, i, "stratum", err);
            PAL_TRY(
                index_add(&stage->strata_of, parent, code, design->arena, &stratum, &is_new, err));
            if (is_new)
                PAL_TRY(stratum_new(stage, parent, rows->fpc[s] ? rows->fpc[s][i] : 0.0,
                                    design->arena, err));
            if (!rows->unit[s]) { /* every row is a unit of its own */
                PAL_TRY(unit_new(stage, stratum, probability, design->arena, err));
                parent = (uint32_t)stage->units - 1;
                continue;
            }
            if (!(code = rows->unit[s][i]))
                return missing(rows, i, "sampling unit", err);
            PAL_TRY(
                index_add(&stage->units_of, stratum, code, design->arena, &parent, &is_new, err));
            if (is_new)
                PAL_TRY(unit_new(stage, stratum, probability, design->arena, err));
            else if (unequal)
                PAL_TRY(check_probability(rows, i, &stage->probability[parent], err));
            if (is_new && s == 0 && !design->spec.nest && design->spec.strata[0]) {
                uint32_t owner;
                bool fresh;
                PAL_TRY(index_add(&design->codes, 0, code, design->arena, &owner, &fresh, err));
                if (!fresh)
                    design->repeated = true;
            }
        }
        if (remembers)
            PAL_TRY(remember(design, first, rows->unit[0][i], parent, err));
        unit[i] = parent;
    }
    return PAL_OK;
}

/* ---- closing
 * ---------------------------------------------------------------------------------------- */

enum pal_status pal_design_joint(struct pal_design *design, const double *joint,
                                 struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[0];
    const size_t n = stage->units;
    if (n > PAL_MOST_JOINT)
        return pal_fail(err, PAL_USAGE,
                        "joint inclusion probabilities of %zu units; at most %d are possible: "
                        "--variance brewer needs none",
                        n, PAL_MOST_JOINT);
    design->together = pal_arena_alloc(design->arena, n * n + 1, sizeof *design->together);
    if (!design->together)
        return pal_nomem(err, "joint inclusion probabilities");
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            const double a = stage->probability[i], b = stage->probability[k], p = joint[i * n + k];
            if (i == k || stage->unit_stratum[i] != stage->unit_stratum[k])
                continue;
            if (!(p > 0 && p <= (a < b ? a : b) * (1 + 1e-12)))
                return pal_fail(err, PAL_DATA,
                                "two units of inclusion probabilities %g and %g have the joint "
                                "probability %g; it lies above 0 and not above either",
                                a, b, p);
            design->together[i * n + k] = (a * b - p) / p;
            sum += design->together[i * n + k];
        }
        design->together[i * n + i] =
            design->spec.unequal == PAL_UNEQUAL_YATES_GRUNDY ? sum : 1 - stage->probability[i];
    }
    return PAL_OK;
}

static bool has_sizes(const struct design_stage *stage)
{
    for (size_t h = 0; h < stage->strata; h++)
        if (stage->stratum[h].fpc > 1 && isfinite(stage->stratum[h].fpc))
            return true;
    return false;
}

/* Whether the corrections of a stage are population sizes: one above 1 says so; where all are
 * exactly 1, another stage does. Otherwise they are fractions, and 1 is a census. */
static enum pal_status read_as_sizes(const struct pal_design *design, size_t s, bool *sizes,
                                     struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[s];
    bool fractions = false, elsewhere = false;
    for (size_t h = 0; h < stage->strata; h++)
        fractions = fractions || (stage->stratum[h].fpc > 0 && stage->stratum[h].fpc < 1);
    for (size_t k = 0; k < design->levels; k++)
        elsewhere = elsewhere || (k != s && design->spec.fpc[k] && has_sizes(&design->stage[k]));
    *sizes = has_sizes(stage);
    if (*sizes && fractions)
        return pal_fail(err, PAL_DATA,
                        "the finite population corrections of stage %zu are partly above 1, as "
                        "population sizes are, and partly below, as fractions sampled; give one "
                        "of the two",
                        s + 1);
    *sizes = *sizes || (!fractions && elsewhere);
    return PAL_OK;
}

enum pal_status pal_design_close(struct pal_design *design, struct pal_error *err)
{
    if (design->spec.unequal >= PAL_UNEQUAL_HORVITZ_THOMPSON && !design->together)
        return pal_fail(err, PAL_USAGE,
                        "this variance needs joint inclusion probabilities, --joint FILE; without "
                        "them take --variance brewer or hajek");
    if (design->repeated)
        return pal_fail(
            err, PAL_DATA,
            "the same unit id stands in several strata; if ids are unique only inside a "
            "stratum say --nest");
    for (size_t s = 0; s < design->levels; s++) {
        struct design_stage *stage = &design->stage[s];
        bool sizes = false;
        if (design->spec.fpc[s] && !design->spec.unequal)
            PAL_TRY(read_as_sizes(design, s, &sizes, err));
        for (size_t h = 0; h < stage->strata; h++) {
            struct design_stratum *stratum = &stage->stratum[h];
            const double n = (double)stratum->sampled;
            if (design->spec.unequal) { /* all drawn with certainty: nothing is left out */
                stratum->population = stratum->spread > 0 ? (double)INFINITY : n;
                continue;
            }
            if (!design->spec.fpc[s] || stratum->fpc == (double)INFINITY) {
                stratum->population = (double)INFINITY;
                continue;
            }
            if (!(stratum->fpc > 0))
                return pal_fail(err, PAL_DATA,
                                "a finite population correction is %g; give the population "
                                "size, or the fraction sampled",
                                stratum->fpc);
            stratum->population = sizes ? stratum->fpc : n / stratum->fpc;
            if (stratum->population < n * (1 - 1e-12))
                return pal_fail(
                    err, PAL_DATA,
                    "a stratum of stage %zu has %zu sampled units of a population of %g", s + 1,
                    stratum->sampled, stratum->population);
        }
    }
    const struct design_stage *first = &design->stage[0];
    if (first->units == 1 && first->stratum[0].population > 1)
        return pal_fail(err, PAL_DATA,
                        "the whole design has one sampling unit; no variance follows from one");
    return PAL_OK;
}

/* ---- reading
 * ------------------------------------------------------------------------------------------ */

size_t pal_design_units(const struct pal_design *design)
{
    return design->stage[design->levels - 1].units;
}

size_t pal_design_psus(const struct pal_design *design) { return design->stage[0].units; }

size_t pal_design_strata(const struct pal_design *design) { return design->stage[0].strata; }

uint32_t pal_design_psu_of(const struct pal_design *design, uint32_t unit)
{
    for (size_t s = design->levels - 1; s > 0; s--)
        unit = design->stage[s].stratum[design->stage[s].unit_stratum[unit]].parent;
    return unit;
}

uint32_t pal_design_stratum_of(const struct pal_design *design, uint32_t psu)
{
    return design->stage[0].unit_stratum[psu];
}

size_t pal_design_sampled(const struct pal_design *design, uint32_t stratum)
{
    return design->stage[0].stratum[stratum].sampled;
}

double pal_design_population(const struct pal_design *design, uint32_t stratum)
{
    return design->stage[0].stratum[stratum].population;
}

double pal_design_unit_weight(const struct pal_design *design, uint32_t unit)
{
    double weight = 1;
    for (size_t s = design->levels; s-- > 0;) {
        const struct design_stage *stage = &design->stage[s];
        const struct design_stratum *stratum = &stage->stratum[stage->unit_stratum[unit]];
        if (stage->probability)
            weight /= stage->probability[unit];
        else if (isfinite(stratum->population))
            weight *= stratum->population / (double)stratum->sampled;
        unit = stratum->parent;
    }
    return weight;
}

double pal_design_df(const struct pal_design *design)
{
    return (double)design->stage[0].units - (double)design->stage[0].strata;
}

/* ---- merging
 * ------------------------------------------------------------------------------------------ */

/* The codes behind dense numbers. */
static enum pal_status codes_of(const struct design_index *index, struct pal_arena *scratch,
                                uint32_t **out, struct pal_error *err)
{
    *out = pal_arena_alloc(scratch, index->n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "the units of the design");
    for (size_t i = 0; i < index->slots; i++)
        if (index->value[i])
            (*out)[index->value[i] - 1] = (uint32_t)index->key[i];
    return PAL_OK;
}

enum pal_status pal_design_list(const struct pal_design *design, struct pal_arena *arena,
                                struct pal_design_rows *out, struct pal_error *err)
{
    const size_t n = pal_design_units(design);
    uint32_t *stratum_code[PAL_MAX_STAGES], *unit_code[PAL_MAX_STAGES];
    uint32_t *strata[PAL_MAX_STAGES], *units[PAL_MAX_STAGES];
    double *fpc[PAL_MAX_STAGES];
    *out = (struct pal_design_rows){.rows = n};
    for (size_t s = 0; s < design->levels; s++) {
        PAL_TRY(codes_of(&design->stage[s].strata_of, arena, &stratum_code[s], err));
        PAL_TRY(codes_of(&design->stage[s].units_of, arena, &unit_code[s], err));
        strata[s] = pal_arena_alloc(arena, n + 1, sizeof *strata[s]);
        units[s] = pal_arena_alloc(arena, n + 1, sizeof *units[s]);
        fpc[s] = pal_arena_alloc(arena, n + 1, sizeof *fpc[s]);
        if (!strata[s] || !units[s] || !fpc[s])
            return pal_nomem(err, "the units of the design");
        out->stratum[s] = design->spec.strata[s] ? strata[s] : NULL;
        out->unit[s] = s < design->spec.stages ? units[s] : NULL;
        out->fpc[s] = design->spec.fpc[s] ? fpc[s] : NULL;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)i;
        for (size_t s = design->levels; s-- > 0;) {
            const struct design_stage *stage = &design->stage[s];
            const uint32_t h = stage->unit_stratum[at];
            if (out->unit[s])
                units[s][i] = unit_code[s][at];
            strata[s][i] = stratum_code[s][h];
            fpc[s][i] = stage->probability ? stage->probability[at] : stage->stratum[h].fpc;
            at = stage->stratum[h].parent;
        }
    }
    return PAL_OK;
}

/* Codes as another input has them; NULL: the same. */
static enum pal_status renumber(const uint32_t **codes, const uint32_t *map, size_t n,
                                struct pal_arena *scratch, struct pal_error *err)
{
    if (!*codes || !map)
        return PAL_OK;
    uint32_t *mine = pal_arena_alloc(scratch, n + 1, sizeof *mine);
    if (!mine)
        return pal_nomem(err, "the units of the design");
    for (size_t i = 0; i < n; i++)
        mine[i] = map[(*codes)[i]];
    *codes = mine;
    return PAL_OK;
}

enum pal_status pal_design_merge(struct pal_design *into, const struct pal_design *from,
                                 const uint32_t *const *stratum, const uint32_t *const *unit,
                                 struct pal_arena *scratch, uint32_t *out, struct pal_error *err)
{
    struct pal_design_rows rows;
    PAL_TRY(pal_design_list(from, scratch, &rows, err));
    for (size_t s = 0; s < from->levels; s++) {
        PAL_TRY(renumber(&rows.stratum[s], stratum ? stratum[s] : NULL, rows.rows, scratch, err));
        PAL_TRY(renumber(&rows.unit[s], unit ? unit[s] : NULL, rows.rows, scratch, err));
    }
    into->repeated = into->repeated || from->repeated;
    return pal_design_add(into, &rows, out, err);
}

enum pal_status pal_design_codes(const struct pal_design *design, struct pal_arena *arena,
                                 uint32_t **stratum, uint32_t **unit, struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[0];
    uint32_t *of_stratum;
    PAL_TRY(codes_of(&stage->strata_of, arena, &of_stratum, err));
    PAL_TRY(codes_of(&stage->units_of, arena, unit, err));
    if (stage->units_of.n < stage->units) /* every row is a unit */
        *unit = pal_arena_alloc(arena, stage->units + 1, sizeof **unit);
    *stratum = pal_arena_alloc(arena, stage->units + 1, sizeof **stratum);
    if (!*unit || !*stratum)
        return pal_nomem(err, "the units of the design");
    for (size_t u = 0; u < stage->units; u++)
        (*stratum)[u] = of_stratum[stage->unit_stratum[u]];
    return PAL_OK;
}

enum pal_status pal_design_arrange(const struct pal_design *design, uint32_t *place,
                                   struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[design->levels - 1];
    struct pal_arena *scratch = pal_arena_new();
    uint32_t *next = scratch ? pal_arena_alloc(scratch, stage->strata + 1, sizeof *next) : NULL;
    for (size_t h = 0; next && h < stage->strata; h++)
        next[h + 1] = next[h] + (uint32_t)stage->stratum[h].sampled;
    for (size_t u = 0; next && u < stage->units; u++)
        place[u] = next[stage->unit_stratum[u]]++;
    const bool done = next != NULL;
    if (scratch)
        pal_arena_free(scratch);
    return done ? PAL_OK : pal_nomem(err, "the units of the design");
}
