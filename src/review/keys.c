/* keys.c: Ed25519 keys in small text files. A secret key is readable by its owner only, lies in no
 * packet, and is wiped from memory when the job ends. */
#include "palermo/review.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_KEY_FILE = 4096 };

pal_str pal_fields_get(pal_str text, const char *name)
{
    const pal_str wanted = pal_str_of(name);
    pal_str line;
    while (pal_str_split(&text, '\n', &line)) {
        pal_str word;
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (pal_str_split(&line, ':', &word) && pal_str_eq(word, wanted))
            return pal_str_trim(line);
    }
    return (pal_str){"", 0};
}

static bool of_hex(pal_str hex, uint8_t *out, size_t size)
{
    size_t got = 0;
    return hex.len == size * 2 &&
           sodium_hex2bin(out, size, hex.ptr, hex.len, NULL, &got, NULL) == 0 && got == size;
}

static void wipe(void *secret) { sodium_memzero(secret, crypto_sign_SECRETKEYBYTES); }

static enum pal_status ready(struct pal_error *err)
{
    return sodium_init() < 0 ? pal_fail(err, PAL_BUG, "libsodium cannot be initialized") : PAL_OK;
}

static void name_by_hash(struct pal_key *key)
{
    struct pal_sha256 hash;
    char hex[65];
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, key->public_key, sizeof key->public_key);
    pal_sha256_hex(&hash, hex);
    memcpy(key->id, hex, 16);
    key->id[16] = '\0';
}

bool pal_key_of_hex(pal_str hex, struct pal_key *out)
{
    *out = (struct pal_key){.name = {"", 0}};
    if (!of_hex(hex, out->public_key, sizeof out->public_key))
        return false;
    name_by_hash(out);
    return true;
}

void pal_key_hex(const struct pal_key *key, char *out /* [65] */)
{
    sodium_bin2hex(out, 65, key->public_key, sizeof key->public_key);
}

static enum pal_status write_new(const char *path, mode_t mode, pal_str content,
                                 struct pal_error *err)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0 && errno == EEXIST)
        return pal_fail(err, PAL_IO, "there is a file '%s' already; a key is never replaced", path);
    if (file < 0)
        return pal_fail_errno(err, "cannot make '%s'", path);
    size_t done = 0;
    while (done < content.len) {
        const ssize_t n = write(file, content.ptr + done, content.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    const bool good = done == content.len && fchmod(file, mode) == 0 && fsync(file) == 0;
    if (close(file) != 0 || !good) {
        const enum pal_status status = pal_fail_errno(err, "cannot write '%s'", path);
        (void)unlink(path);
        return status;
    }
    return PAL_OK;
}

static bool is_plain(pal_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ')
            return false;
    return pal_utf8_valid(name);
}

enum pal_status pal_key_make(const char *stem, pal_str name, struct pal_arena *arena,
                             struct pal_key *out, struct pal_error *err)
{
    PAL_TRY(ready(err));
    if (!is_plain(name))
        return pal_fail(err, PAL_USAGE, "the name of a key is one line of text");
    uint8_t *secret = pal_arena_alloc(arena, 1, crypto_sign_SECRETKEYBYTES);
    if (!secret)
        return pal_nomem(err, "a key");
    PAL_TRY(pal_arena_defer(arena, wipe, secret, err));
    *out = (struct pal_key){.name = name, .secret = secret};
    if (crypto_sign_keypair(out->public_key, secret) != 0)
        return pal_fail(err, PAL_BUG, "no key could be made");
    name_by_hash(out);
    char public_hex[65], secret_hex[2 * crypto_sign_SEEDBYTES + 1], text[512];
    pal_key_hex(out, public_hex);
    sodium_bin2hex(secret_hex, sizeof secret_hex, secret, crypto_sign_SEEDBYTES);
    const pal_str secret_path = pal_arena_printf(arena, "%s.key", stem),
                  public_path = pal_arena_printf(arena, "%s.pub", stem);
    if (!secret_path.ptr || !public_path.ptr)
        return pal_nomem(err, "a key");
    int n = snprintf(text, sizeof text, "palermo: secret key 1\nid: %s\nname: %.*s\nseed: %s\n",
                     out->id, name.len < 200 ? (int)name.len : 200, name.ptr, secret_hex);
    enum pal_status status = write_new(secret_path.ptr, 0600, (pal_str){text, (size_t)n}, err);
    sodium_memzero(text, sizeof text);
    sodium_memzero(secret_hex, sizeof secret_hex);
    if (status != PAL_OK)
        return status;
    n = snprintf(text, sizeof text, "palermo: public key 1\nid: %s\nname: %.*s\npublic: %s\n",
                 out->id, name.len < 200 ? (int)name.len : 200, name.ptr, public_hex);
    status = write_new(public_path.ptr, 0644, (pal_str){text, (size_t)n}, err);
    if (status != PAL_OK)
        (void)unlink(secret_path.ptr);
    return status;
}

static enum pal_status read_secret(const char *path, pal_str text, struct pal_arena *arena,
                                   struct pal_key *out, struct pal_error *err)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    struct stat info;
    if (stat(path, &info) != 0)
        return pal_fail_errno(err, "cannot look at '%s'", path);
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return pal_fail(err, PAL_DATA,
                        "the secret key '%s' can be read by others; 'chmod 600 %s', and if others "
                        "may have read it, make a new one and revoke this one",
                        path, path);
    uint8_t *secret = pal_arena_alloc(arena, 1, crypto_sign_SECRETKEYBYTES);
    if (!secret)
        return pal_nomem(err, path);
    PAL_TRY(pal_arena_defer(arena, wipe, secret, err));
    if (!of_hex(pal_fields_get(text, "seed"), seed, sizeof seed))
        return pal_fail(err, PAL_DATA, "the secret key '%s' is damaged", path);
    (void)crypto_sign_seed_keypair(out->public_key, secret, seed);
    sodium_memzero(seed, sizeof seed);
    out->secret = secret;
    return PAL_OK;
}

enum pal_status pal_key_read(const char *path, struct pal_arena *arena, struct pal_key *out,
                             struct pal_error *err)
{
    pal_str text;
    PAL_TRY(ready(err));
    PAL_TRY(pal_file_read(path, LARGEST_KEY_FILE, arena, &text, err));
    const pal_str what = pal_fields_get(text, "palermo");
    *out = (struct pal_key){.name = pal_fields_get(text, "name")};
    if (pal_str_eq(what, PAL_STR("secret key 1")))
        PAL_TRY(read_secret(path, text, arena, out, err));
    else if (!pal_str_eq(what, PAL_STR("public key 1")))
        return pal_fail(err, PAL_DATA,
                        "'%s' is no key of palermo; 'palermo review keys make NAME' makes a pair",
                        path);
    else if (!of_hex(pal_fields_get(text, "public"), out->public_key, sizeof out->public_key))
        return pal_fail(err, PAL_DATA, "the public key '%s' is damaged", path);
    name_by_hash(out);
    if (!pal_str_eq(pal_fields_get(text, "id"), pal_str_of(out->id)))
        return pal_fail(err, PAL_DATA,
                        "the key '%s' is not the one that its id names; it is damaged", path);
    return PAL_OK;
}

enum pal_status pal_key_sign(const struct pal_key *key, pal_str message,
                             char *out /* [PAL_SIGNATURE_SIZE] */, struct pal_error *err)
{
    uint8_t signature[crypto_sign_BYTES];
    if (!key->secret)
        return pal_fail(err, PAL_USAGE,
                        "key %s is a public key; signing takes the secret one (NAME.key)", key->id);
    (void)crypto_sign_detached(signature, NULL, (const uint8_t *)message.ptr, message.len,
                               key->secret);
    sodium_bin2hex(out, PAL_SIGNATURE_SIZE, signature, sizeof signature);
    return PAL_OK;
}

bool pal_key_verify(const struct pal_key *key, pal_str message, pal_str signature)
{
    uint8_t bytes[crypto_sign_BYTES];
    return sodium_init() >= 0 && of_hex(signature, bytes, sizeof bytes) &&
           crypto_sign_verify_detached(bytes, (const uint8_t *)message.ptr, message.len,
                                       key->public_key) == 0;
}
