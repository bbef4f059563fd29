/* order.c: the alphabetical order of area names in each language, by ICU.
 *
 * Linking ICU would cost every command about a millisecond of start-up, most of it for C++ tables
 * that only collation needs. So it is opened when the first table is sorted, by the names that the
 * headers of this build give its functions (they carry ICU's version, as the library's name does).
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>

#define TEXT_OF(x)  #x
#define TEXT(x)     TEXT_OF(x)
#define LIBRARY(x)  "libicu" x ".so." TEXT(U_ICU_VERSION_MAJOR_NUM)
#define NAME(entry) TEXT(entry)

struct icu {
    UCollator *(*open)(const char *, UErrorCode *);
    void (*close)(UCollator *);
    int32_t (*sort_key)(const UCollator *, const UChar *, int32_t, uint8_t *, int32_t);
    UChar *(*from_utf8)(UChar *, int32_t, int32_t *, const char *, int32_t, UErrorCode *);
    UCollator *collator;
};

static void icu_release(void *object)
{
    struct icu *icu = object;
    if (icu->collator)
        icu->close(icu->collator);
    /* The libraries stay open: ICU keeps data of its own that others may share. */
}

static enum pal_status icu_open(struct icu *icu, const char *locale, struct pal_error *err)
{
    const struct pal_library_entry uc[] = {{NAME(u_strFromUTF8), &icu->from_utf8}},
                                   i18n[] = {{NAME(ucol_open), &icu->open},
                                             {NAME(ucol_close), &icu->close},
                                             {NAME(ucol_getSortKey), &icu->sort_key}};
    PAL_TRY(pal_library_open(LIBRARY("uc"), uc, PAL_COUNT(uc), err));
    PAL_TRY(pal_library_open(LIBRARY("i18n"), i18n, PAL_COUNT(i18n), err));
    UErrorCode code = U_ZERO_ERROR;
    icu->collator = icu->open(locale, &code);
    if (U_FAILURE(code))
        return pal_fail(err, PAL_IO, "ICU has no order for the language '%s' (error %d)", locale,
                        (int)code);
    return PAL_OK;
}

struct keyed {
    const uint8_t *key; /* ends with a zero byte, compares as bytes */
    pal_str code;
    uint32_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    const int c = strcmp((const char *)x->key, (const char *)y->key);
    return c ? c : pal_str_cmp(x->code, y->code);
}

static enum pal_status key_of(const struct icu *icu, pal_str name, struct pal_arena *arena,
                              const uint8_t **out, struct pal_error *err)
{
    enum { LONGEST = 512 }; /* UTF-16 units; names of areas have some forty */
    UChar wide[LONGEST];
    int32_t len = 0;
    UErrorCode code = U_ZERO_ERROR;
    if (name.len > LONGEST - 1)
        name.len = LONGEST - 1;
    icu->from_utf8(wide, LONGEST, &len, name.len ? name.ptr : "", (int32_t)name.len, &code);
    if (U_FAILURE(code))
        len = 0; /* a name that is no UTF-8 sorts first, by its code */
    const int32_t size = icu->sort_key(icu->collator, wide, len, NULL, 0);
    uint8_t *key = pal_arena_alloc(arena, (size_t)size + 1, 1);
    if (!key)
        return pal_nomem(err, "the order of names");
    icu->sort_key(icu->collator, wide, len, key, size);
    *out = key;
    return PAL_OK;
}

static enum pal_status sort(const struct pal_areas *areas, const uint32_t *area, size_t n,
                            enum pal_language language, struct pal_arena *scratch,
                            struct keyed **out, struct pal_error *err)
{
    struct icu *icu = pal_arena_alloc(scratch, 1, sizeof *icu);
    struct keyed *keyed = pal_arena_alloc(scratch, n + 1, sizeof *keyed);
    if (!icu || !keyed)
        return pal_nomem(err, "the order of names");
    PAL_TRY(pal_arena_defer(scratch, icu_release, icu, err));
    PAL_TRY(icu_open(icu, pal_language_code(language), err));
    for (size_t i = 0; i < n; i++) {
        const struct pal_area *a = pal_areas_get(areas, area ? area[i] : (uint32_t)i);
        keyed[i].code = a->code;
        keyed[i].at = (uint32_t)i;
        PAL_TRY(key_of(icu, pal_text_in(&a->name, language), scratch, &keyed[i].key, err));
    }
    if (n)
        qsort(keyed, n, sizeof *keyed, by_key);
    *out = keyed;
    return PAL_OK;
}

enum pal_status pal_areas_sort(const struct pal_areas *areas, const uint32_t *area, size_t n,
                               enum pal_language language, size_t *order, struct pal_arena *scratch,
                               struct pal_error *err)
{
    struct keyed *keyed;
    PAL_TRY(sort(areas, area, n, language, scratch, &keyed, err));
    for (size_t i = 0; i < n; i++)
        order[i] = keyed[i].at;
    return PAL_OK;
}

enum pal_status pal_area_order_new(const struct pal_areas *areas, enum pal_language language,
                                   struct pal_arena *arena, const struct pal_area_order **out,
                                   struct pal_error *err)
{
    const size_t n = pal_areas_count(areas);
    struct pal_area_order *order = pal_arena_alloc(arena, 1, sizeof *order);
    uint32_t *rank = pal_arena_alloc(arena, n + 1, sizeof *rank);
    struct pal_arena *scratch = pal_arena_new();
    if (!order || !rank || !scratch) {
        pal_arena_free(scratch);
        return pal_nomem(err, "the order of names");
    }
    struct keyed *keyed;
    const enum pal_status status = sort(areas, NULL, n, language, scratch, &keyed, err);
    for (size_t i = 0; status == PAL_OK && i < n; i++)
        rank[keyed[i].at] = (uint32_t)i;
    pal_arena_free(scratch);
    PAL_TRY(status);
    *order = (struct pal_area_order){language, n, rank};
    *out = order;
    return PAL_OK;
}
