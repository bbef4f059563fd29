/* words.c: the words that descriptors and definitions share: absence, languages, rules. */
#include "inside.h"

static const char *const absents[] = {
    [PAL_PRESENT] = "present",
    [PAL_BLANK] = "blank",
    [PAL_NOT_COLLECTED] = "not-collected",
    [PAL_NOT_APPLICABLE] = "not-applicable",
    [PAL_WITHHELD] = "withheld",
    [PAL_BELOW_THRESHOLD] = "below-threshold",
    [PAL_NOT_COVERED] = "not-covered",
    [PAL_UNREADABLE] = "unreadable",
};

const char *pal_absent_name(enum pal_absent absent)
{
    return (size_t)absent < PAL_COUNT(absents) ? absents[absent] : "unknown";
}

bool pal_absent_parse(pal_str word, enum pal_absent *out)
{
    for (size_t i = PAL_BLANK; i < PAL_UNREADABLE; i++) {
        if (pal_str_eq(word, pal_str_of(absents[i]))) {
            *out = (enum pal_absent)i;
            return true;
        }
    }
    return false;
}

static const char *const languages[PAL_LANGUAGES] = {"ar", "zh", "en", "fr", "ru", "es"};

const char *pal_language_code(enum pal_language language) { return languages[language]; }

bool pal_language_parse(pal_str code, enum pal_language *out)
{
    for (int i = 0; i < PAL_LANGUAGES; i++) {
        if (pal_str_eq(code, pal_str_of(languages[i]))) {
            *out = (enum pal_language)i;
            return true;
        }
    }
    return false;
}

pal_str pal_text_in(const struct pal_text *text, enum pal_language language)
{
    return text->in[language].len ? text->in[language] : text->in[PAL_EN];
}

enum pal_status pal_text_read(const struct pal_yaml *node, struct pal_text *out,
                              struct pal_error *err)
{
    *out = (struct pal_text){0};
    if (node->kind == PAL_YAML_SCALAR) {
        out->in[PAL_EN] = node->text;
        return PAL_OK;
    }
    PAL_TRY(pal_yaml_known(node, "a text in several languages", languages, PAL_LANGUAGES, err));
    for (int i = 0; i < PAL_LANGUAGES; i++)
        PAL_TRY(pal_yaml_text(node, languages[i], &out->in[i], err));
    return PAL_OK;
}

static const char *const rules[] = {"error", "first", "last", "sum", "keep-both"};

const char *pal_duplicates_name(enum pal_duplicates rule) { return rules[rule]; }
