/* test_keys.c: keys and signatures. The vector is test 2 of RFC 8032, section 7.1. */
#include "palermo/review.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <sys/stat.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void end(void) { pal_arena_free(arena); }
TestSuite(review_keys, .init = begin, .fini = end);

Test(review_keys, signs_as_rfc_8032)
{
    static const char seed[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                      public_hex[] =
                          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                      expected[] =
                          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    struct pal_key key, known;
    char text[512], signature[PAL_SIGNATURE_SIZE];
    cr_assert(pal_key_of_hex(PAL_STR("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4"
                                     "660c"),
                             &known));
    snprintf(text, sizeof text, "palermo: secret key 1\nid: %s\nname: RFC\nseed: %s\n", known.id,
             seed);
    const char *path = scratch_text("rfc.key", text);
    cr_assert_eq(chmod(path, 0600), 0);
    cr_assert_eq(pal_key_read(path, arena, &key, &err), PAL_OK, "%s", err.text);
    char hex[65];
    pal_key_hex(&key, hex);
    cr_assert_str_eq(hex, public_hex);
    cr_assert_eq(pal_key_sign(&key, PAL_STR("\x72"), signature, &err), PAL_OK);
    cr_assert_str_eq(signature, expected);
    cr_assert(pal_key_verify(&known, PAL_STR("\x72"), pal_str_of(signature)));
    cr_assert_not(pal_key_verify(&known, PAL_STR("\x73"), pal_str_of(signature)));
    signature[5] = signature[5] == '0' ? '1' : '0';
    cr_assert_not(pal_key_verify(&known, PAL_STR("\x72"), pal_str_of(signature)));
    cr_assert_not(pal_key_verify(&known, PAL_STR("\x72"), PAL_STR("92a0")));
}

Test(review_keys, a_pair_is_made_once_and_is_the_owners)
{
    struct pal_key made, secret, public_key;
    struct stat info;
    char signature[PAL_SIGNATURE_SIZE];
    const char *stem = scratch_path("pair");
    cr_assert_eq(pal_key_make(stem, PAL_STR("Ministry"), arena, &made, &err), PAL_OK, "%s",
                 err.text);
    cr_assert_eq(pal_key_make(stem, PAL_STR("Ministry"), arena, &made, &err), PAL_IO);
    cr_assert_eq(stat(scratch_path("pair.key"), &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
    cr_assert_eq(pal_key_read(scratch_path("pair.key"), arena, &secret, &err), PAL_OK);
    cr_assert_eq(pal_key_read(scratch_path("pair.pub"), arena, &public_key, &err), PAL_OK);
    cr_assert_str_eq(secret.id, public_key.id);
    cr_assert_null(public_key.secret);
    cr_assert_eq(pal_key_sign(&public_key, PAL_STR("x"), signature, &err), PAL_USAGE);
    cr_assert_eq(pal_key_sign(&secret, PAL_STR("x"), signature, &err), PAL_OK);
    cr_assert(pal_key_verify(&public_key, PAL_STR("x"), pal_str_of(signature)));
    cr_assert_eq(chmod(scratch_path("pair.key"), 0640), 0);
    cr_assert_eq(pal_key_read(scratch_path("pair.key"), arena, &secret, &err), PAL_DATA);
    cr_assert_eq(pal_key_read(scratch_text("no.key", "hello\n"), arena, &secret, &err), PAL_DATA);
}

Test(review_keys, fields_of_a_text)
{
    const pal_str text = PAL_STR("a: 1\r\nlong name: x: y \nb:\n");
    cr_assert(pal_str_eq(pal_fields_get(text, "a"), PAL_STR("1")));
    cr_assert(pal_str_eq(pal_fields_get(text, "long name"), PAL_STR("x: y")));
    cr_assert_eq(pal_fields_get(text, "b").len, 0);
    cr_assert_eq(pal_fields_get(text, "c").len, 0);
}
