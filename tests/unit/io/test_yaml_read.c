/* Typed reads out of YAML, and what they say when the type is another. */
#include "palermo/io.h"

#include <criterion/criterion.h>
#include <string.h>

static struct pal_arena *arena;
static struct pal_error err;
static const struct pal_yaml *root;

static void begin(void)
{
    static const char text[] = "name: glotip\n"
                               "per: 100000\n"
                               "half: 0.5\n"
                               "yes_: true\n"
                               "off: no\n"
                               "empty:\n"
                               "quoted: \"null\"\n"
                               "tilde: ~\n"
                               "list: [a, b]\n"
                               "map: {x: 1}\n"
                               "negative: -1\n";
    struct pal_yaml *node;
    arena = pal_arena_new();
    cr_assert_eq(pal_yaml_parse(pal_str_of(text), "d.yaml", arena, &node, &err), PAL_OK);
    root = node;
}
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_yaml_read, .init = begin, .fini = finish);

#define FAILS(call, said)                                                                          \
    do {                                                                                           \
        cr_expect_eq(call, PAL_SYNTAX);                                                            \
        cr_expect_str_eq(err.text, said);                                                          \
    } while (0)

Test(io_yaml_read, typed_values)
{
    pal_str text = PAL_STR("before");
    double number = -1;
    size_t size = 7;
    bool flag = false;
    cr_expect_eq(pal_yaml_text(root, "name", &text, &err), PAL_OK);
    cr_expect(pal_str_eq(text, PAL_STR("glotip")));
    cr_expect_eq(pal_yaml_number(root, "half", &number, &err), PAL_OK);
    cr_expect_eq(number, 0.5);
    cr_expect_eq(pal_yaml_size(root, "per", &size, &err), PAL_OK);
    cr_expect_eq(size, 100000);
    cr_expect_eq(pal_yaml_bool(root, "yes_", &flag, &err), PAL_OK);
    cr_expect(flag);
    cr_expect_eq(pal_yaml_bool(root, "off", &flag, &err), PAL_OK);
    cr_expect_not(flag);
}

Test(io_yaml_read, missing_and_null_leave_the_answer_alone)
{
    pal_str text = PAL_STR("before");
    const pal_str *texts = &text;
    size_t n = 1;
    static const char *const keys[] = {"missing", "empty", "tilde"};
    for (size_t i = 0; i < PAL_COUNT(keys); i++) {
        cr_expect_eq(pal_yaml_text(root, keys[i], &text, &err), PAL_OK);
        cr_expect(pal_str_eq(text, PAL_STR("before")), "%s", keys[i]);
        cr_expect_eq(pal_yaml_texts(root, keys[i], arena, &texts, &n, &err), PAL_OK);
        cr_expect_eq(texts, &text);
    }
    cr_expect_eq(pal_yaml_text(root, "quoted", &text, &err), PAL_OK);
    cr_expect(pal_str_eq(text, PAL_STR("null")), "in quotes it means itself");
}

Test(io_yaml_read, wrong_types_are_told_at_their_place)
{
    pal_str text;
    double number;
    size_t size;
    bool flag;
    const struct pal_yaml *node;
    FAILS(pal_yaml_number(root, "name", &number, &err), "'name' must be a number, not 'glotip'");
    cr_expect_eq(err.line, 1);
    cr_expect_eq(err.column, 7);
    FAILS(pal_yaml_size(root, "negative", &size, &err),
          "'negative' must be a whole number from 0, not '-1'");
    FAILS(pal_yaml_size(root, "half", &size, &err),
          "'half' must be a whole number from 0, not '0.5'");
    FAILS(pal_yaml_bool(root, "per", &flag, &err), "'per' must be true or false, not '100000'");
    FAILS(pal_yaml_text(root, "list", &text, &err),
          "'list' must be one word or number, not a list");
    FAILS(pal_yaml_need(root, "map", PAL_YAML_LIST, &node, &err),
          "'map' must be a list, not a map of keys");
    FAILS(pal_yaml_need(root, "missing", PAL_YAML_MAP, &node, &err),
          "the key 'missing' is missing");
    FAILS(pal_yaml_need(root, "empty", PAL_YAML_SCALAR, &node, &err),
          "the key 'empty' has no value");
    cr_expect_eq(err.line, 6);
}

Test(io_yaml_read, lists_of_words)
{
    const pal_str *texts;
    size_t n;
    cr_assert_eq(pal_yaml_texts(root, "list", arena, &texts, &n, &err), PAL_OK);
    cr_assert_eq(n, 2);
    cr_expect(pal_str_eq(texts[1], PAL_STR("b")));
    cr_assert_eq(pal_yaml_texts(root, "name", arena, &texts, &n, &err), PAL_OK);
    cr_assert_eq(n, 1, "one word is a list of one");
    FAILS(pal_yaml_texts(root, "map", arena, &texts, &n, &err),
          "'map' must be a list, not a map of keys");
}

Test(io_yaml_read, unknown_keys_name_the_nearest)
{
    static const char *const known[] = {"name",   "per",   "half", "yes_", "off",    "empty",
                                        "quoted", "tilde", "list", "map",  "negativ"};
    static const char *const all[] = {"name",   "per",   "half", "yes_", "off",     "empty",
                                      "quoted", "tilde", "list", "map",  "negative"};
    cr_expect_eq(pal_yaml_known(root, "the example", all, PAL_COUNT(all), &err), PAL_OK);
    FAILS(pal_yaml_known(root, "the example", all + 1, PAL_COUNT(all) - 1, &err),
          "unknown key 'name' in the example");
    FAILS(pal_yaml_known(root, "the example", known, PAL_COUNT(known), &err),
          "unknown key 'negative' in the example; did you mean 'negativ'?");
    cr_expect_eq(err.line, 11);
    cr_expect_eq(err.column, 1);
    FAILS(pal_yaml_known(pal_yaml_get(root, "list"), "the example", known, 1, &err),
          "the example must be a map of keys, not a list");
}
