/* diag.c: findings about data. All are counted; the first of each rule and file are kept. */
#include "palermo/base.h"

#include <string.h>

struct pal_diag {
    struct pal_arena *arena;
    size_t keep;
    struct pal_map *tally_of; /* "rule\0severity\0file" -> index in tally */
    struct pal_diag_tally *tally;
    size_t *listed_of; /* [tallies] how many of it are kept */
    size_t tallies, tally_cap;
    struct pal_finding *finding;
    size_t findings, finding_cap;
    uint64_t count[PAL_ERROR + 1];
    struct pal_map *names; /* file names and rules, once each */
};

struct pal_diag *pal_diag_new(struct pal_arena *arena, size_t keep_per_rule_and_file)
{
    struct pal_diag *diag = pal_arena_alloc(arena, 1, sizeof *diag);
    if (!diag)
        return NULL;
    diag->arena = arena;
    diag->keep = keep_per_rule_and_file ? keep_per_rule_and_file : PAL_DIAG_KEEP;
    diag->tally_of = pal_map_new(arena, 16);
    diag->names = pal_map_new(arena, 16);
    return diag->tally_of && diag->names ? diag : NULL;
}

static const char *name_once(struct pal_diag *diag, const char *name)
{
    const size_t i = pal_map_add(diag->names, pal_str_of(name), NULL);
    return i == SIZE_MAX ? "" : pal_map_key(diag->names, i).ptr;
}

/* The tally of (rule, severity, file), made when new; SIZE_MAX without memory. */
static size_t tally_for(struct pal_diag *diag, const struct pal_finding *f, const char *file)
{
    char key[768];
    const size_t rule = strlen(f->rule), name = strlen(file);
    size_t n = 0;
    if (rule + name + 2 > sizeof key)
        return SIZE_MAX;
    memcpy(key, f->rule, rule);
    n = rule;
    key[n++] = (char)('0' + (int)f->severity);
    memcpy(key + n, file, name);
    n += name;
    bool is_new;
    const size_t at = pal_map_add(diag->tally_of, (pal_str){key, n}, &is_new);
    if (at == SIZE_MAX || !is_new)
        return at;
    if (diag->tallies == diag->tally_cap) {
        const size_t cap = diag->tally_cap ? diag->tally_cap * 2 : 32;
        struct pal_diag_tally *tally =
            pal_arena_grow(diag->arena, diag->tally, diag->tally_cap, cap, sizeof *tally);
        size_t *listed = tally ? pal_arena_grow(diag->arena, diag->listed_of, diag->tally_cap, cap,
                                                sizeof *listed)
                               : NULL;
        if (!listed)
            return SIZE_MAX;
        diag->tally = tally;
        diag->listed_of = listed;
        diag->tally_cap = cap;
    }
    diag->tally[diag->tallies++] = (struct pal_diag_tally){name_once(diag, f->rule), f->severity,
                                                           name_once(diag, file), 0, SIZE_MAX};
    return at;
}

void pal_diag_add(struct pal_diag *diag, const struct pal_finding *finding)
{
    if (!diag)
        return;
    diag->count[finding->severity]++;
    const char *file = finding->at.file ? finding->at.file : "";
    const size_t at = tally_for(diag, finding, file);
    if (at == SIZE_MAX)
        return;
    struct pal_diag_tally *tally = &diag->tally[at];
    tally->count++;
    if (diag->listed_of[at] >= diag->keep)
        return;
    if (diag->findings == diag->finding_cap) {
        const size_t cap = diag->finding_cap ? diag->finding_cap * 2 : 64;
        struct pal_finding *grown =
            pal_arena_grow(diag->arena, diag->finding, diag->finding_cap, cap, sizeof *grown);
        if (!grown)
            return;
        diag->finding = grown;
        diag->finding_cap = cap;
    }
    struct pal_finding *kept = &diag->finding[diag->findings];
    *kept = *finding;
    kept->rule = tally->rule;
    kept->at.file = tally->file;
    kept->what = pal_arena_str(diag->arena, finding->what);
    kept->todo = pal_arena_str(diag->arena, finding->todo);
    kept->key = pal_arena_str(diag->arena, finding->key);
    kept->value = pal_arena_str(diag->arena, finding->value);
    if (tally->first == SIZE_MAX)
        tally->first = diag->findings;
    diag->listed_of[at]++;
    diag->findings++;
}

void pal_diag_addf(struct pal_diag *diag, enum pal_severity severity, const char *rule,
                   const struct pal_place *at, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    pal_diag_add(diag, &(struct pal_finding){.severity = severity,
                                             .rule = rule,
                                             .at = at ? *at : (struct pal_place){0},
                                             .what = {text, len}});
}

uint64_t pal_diag_count(const struct pal_diag *diag, enum pal_severity severity)
{
    return diag->count[severity];
}

size_t pal_diag_listed(const struct pal_diag *diag) { return diag->findings; }

const struct pal_finding *pal_diag_get(const struct pal_diag *diag, size_t i)
{
    return &diag->finding[i];
}

size_t pal_diag_tallies(const struct pal_diag *diag, const struct pal_diag_tally **out)
{
    *out = diag->tally;
    return diag->tallies;
}

enum pal_status pal_diag_fail(const struct pal_diag *diag, const char *rule, struct pal_error *err)
{
    const struct pal_finding *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < pal_diag_listed(diag); i++) {
        const struct pal_finding *f = pal_diag_get(diag, i);
        if (strcmp(f->rule, rule) != 0)
            continue;
        first = first ? first : f;
        n++;
    }
    if (!first)
        return pal_fail(err, PAL_SYNTAX, "a %s cannot be read", rule);
    if (n == 1)
        return pal_fail_at(err, PAL_SYNTAX, &first->at, "%.*s", PAL_ARG(first->what));
    return pal_fail_at(err, PAL_SYNTAX, &first->at,
                       "%.*s (and %zu more like it; 'palermo check' names all)",
                       PAL_ARG(first->what), n - 1);
}

static bool hide_digits(struct pal_diag *diag, pal_str *text)
{
    if (!text->len)
        return true;
    char *at = pal_arena_alloc(diag->arena, text->len + 1, 1);
    if (!at)
        return false;
    for (size_t i = 0; i < text->len; i++)
        at[i] = text->ptr[i] >= '0' && text->ptr[i] <= '9' ? '#' : text->ptr[i];
    *text = (pal_str){at, text->len};
    return true;
}

enum pal_status pal_diag_hide_numbers(struct pal_diag *diag, pal_str file, struct pal_error *err)
{
    for (size_t i = 0; i < diag->findings; i++) {
        struct pal_finding *f = &diag->finding[i];
        if (file.len && pal_str_eq(pal_str_of(f->at.file), file) &&
            (!hide_digits(diag, &f->what) || !hide_digits(diag, &f->value)))
            return pal_nomem(err, "the findings");
    }
    return PAL_OK;
}
