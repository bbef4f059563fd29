/* YAML trees: every node knows its place; what hides meaning is refused. */
#include "palermo/io.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_yaml, .init = begin, .fini = finish);

static struct pal_yaml *parse(const char *text)
{
    struct pal_yaml *node = NULL;
    cr_assert_eq(pal_yaml_parse(pal_str_of(text), "d.yaml", arena, &node, &err), PAL_OK, "%s",
                 err.text);
    return node;
}

static void expect_refused(const char *text, const char *said, uint64_t line, uint32_t column)
{
    struct pal_yaml *node;
    cr_expect_eq(pal_yaml_parse(pal_str_of(text), "d.yaml", arena, &node, &err), PAL_SYNTAX,
                 "<%s> is taken", text);
    cr_expect(strstr(err.text, said), "<%s>: %s", text, err.text);
    cr_expect_str_eq(err.file, "d.yaml");
    cr_expect(err.line == line && err.column == column, "<%s>: %llu:%u", text,
              (unsigned long long)err.line, err.column);
}

Test(io_yaml, maps_lists_and_scalars_in_the_order_written)
{
    const struct pal_yaml *root =
        parse("code: TIP-01\nby: [sex, age]\nmeasures:\n  victims: {where: "
              "{Sex: \"Male\"}}\n  rate: null\n");
    cr_assert_eq(root->kind, PAL_YAML_MAP);
    cr_assert_eq(root->n, 3);
    cr_expect(pal_str_eq(root->key[2]->text, PAL_STR("measures")));
    const struct pal_yaml *by = pal_yaml_get(root, "by"),
                          *measures = pal_yaml_get(root, "measures");
    cr_assert_eq(by->n, 2);
    cr_expect(pal_str_eq(by->item[1]->text, PAL_STR("age")));
    cr_expect_eq(by->item[1]->at.line, 2);
    cr_expect_eq(by->item[1]->at.column, 11);
    const struct pal_yaml *sex =
        pal_yaml_get(pal_yaml_get(pal_yaml_get(measures, "victims"), "where"), "Sex");
    cr_assert_not_null(sex);
    cr_expect_not(sex->plain, "it stands in quotes");
    cr_expect(pal_yaml_get(measures, "rate")->plain);
    cr_expect_null(pal_yaml_get(root, "missing"));
    cr_expect_null(pal_yaml_get(NULL, "missing"));
    cr_expect_null(pal_yaml_get(by, "sex"));
}

Test(io_yaml, json_is_yaml)
{
    const struct pal_yaml *root =
        parse("{\"name\": \"glotip\",\n \"fields\": [{\"type\": \"year\"}, "
              "1.5, true, null],\n \"u\": \"\\u00e9\"}");
    cr_assert_eq(pal_yaml_get(root, "fields")->n, 4);
    cr_expect(pal_str_eq(pal_yaml_get(root, "u")->text, PAL_STR("\xC3\xA9")));
}

Test(io_yaml, columns_count_characters_and_not_bytes)
{
    expect_refused("\xC3\xA9\xC3\xA9: &x 1\n", "anchors", 1, 5);
}

Test(io_yaml, what_hides_meaning_is_refused)
{
    expect_refused("a: 1\nb: 2\na: 3\n", "the key 'a' stands here twice (first on line 1)", 3, 1);
    expect_refused("a: &x 1\nb: 2\n", "anchors and aliases", 1, 4);
    expect_refused("a: *x\n", "anchors and aliases", 1, 4);
    expect_refused("a: &x [1]\n", "anchors and aliases", 1, 4);
    expect_refused("a: !!binary aGk=\n", "tags are not taken", 1, 4);
    expect_refused("a: !mine {b: 1}\n", "tags are not taken", 1, 4);
    expect_refused("[1, 2]: 3\n", "a key must be a plain word", 1, 1);
    expect_refused("a: 1\n---\nb: 2\n", "a second document", 2, 1);
    expect_refused("", "the file is empty", 1, 1);
    expect_refused("# only a comment\n", "the file is empty", 1, 1);
}

Test(io_yaml, grammar_and_bytes_have_their_place)
{
    expect_refused("a: 1\n\tb: 2\n", "a tab stands here", 2, 1);
    expect_refused("a: [1, 2\nb: 3\n", "did not find expected ',' or ']'", 2, 2);
    expect_refused("a: 1\nb: \"x\n", "unexpected end of stream", 3, 1);
    expect_refused("a: 1\nb: \xFF\n", "this is not UTF-8 text", 2, 4);
    expect_refused("a: b: c\n", "mapping values are not allowed", 1, 5);
}

Test(io_yaml, depth_has_a_ceiling)
{
    char text[400];
    memset(text, '[', 63);
    memset(text + 63, ']', 63);
    text[126] = '\0';
    parse(text);
    memset(text, '[', 70);
    memset(text + 70, ']', 70);
    text[140] = '\0';
    expect_refused(text, "nested more than 64 deep", 1, 65);
}

Test(io_yaml, many_keys_are_compared_as_few_are)
{
    struct pal_buf text;
    pal_buf_init(&text, arena, 64u << 20);
    for (int i = 0; i < 20000; i++)
        pal_buf_addf(&text, "key%d: %d\n", i, i);
    const struct pal_yaml *root = parse(text.ptr);
    cr_assert_eq(root->n, 20000);
    cr_expect(pal_str_eq(root->key[19999]->text, PAL_STR("key19999")));
    pal_buf_adds(&text, "key15: again\n");
    expect_refused(text.ptr, "the key 'key15' stands here twice (first on line 16)", 20001, 1);
    pal_buf_clear(&text);
    for (int i = 0; i < 17; i++)
        pal_buf_addf(&text, "key%d: %d\n", i, i);
    pal_buf_adds(&text, "key16: again\n");
    expect_refused(text.ptr, "the key 'key16' stands here twice (first on line 17)", 18, 1);
}

Test(io_yaml, size_has_a_ceiling)
{
    struct pal_yaml *node;
    const size_t size = (16u << 20) + 1;
    char *text = pal_arena_alloc(arena, size, 1);
    memset(text, '#', size);
    cr_expect_eq(pal_yaml_parse((pal_str){text, size}, "large", arena, &node, &err), PAL_SYNTAX);
    cr_expect(strstr(err.text, "'large' is larger than 16777216 bytes"));
}
