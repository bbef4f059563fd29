/* state.c: saved states as bytes, and the frame around them. */
#include "inside.h"

#include <inttypes.h>
#include <string.h>

static const char magic[8] = {'P', 'A', 'L', 'S', 'T', 'A', 'T', 'E'};

enum { STATE_VERSION = 3, HASH_BYTES = 64 };

void pal_pack_u32(struct pal_buf *out, uint32_t value)
{
    char bytes[4];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(unsigned char)(value >> (8 * i) & 0xff);
    pal_buf_add(out, (pal_str){bytes, sizeof bytes});
}

void pal_pack_u64(struct pal_buf *out, uint64_t value)
{
    pal_pack_u32(out, (uint32_t)(value & 0xffffffffu));
    pal_pack_u32(out, (uint32_t)(value >> 32));
}

void pal_pack_f64(struct pal_buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    pal_pack_u64(out, bits);
}

void pal_pack_text(struct pal_buf *out, pal_str text)
{
    pal_pack_u64(out, text.len);
    pal_buf_add(out, text);
}

static pal_str take(struct pal_unpack *in, uint64_t size)
{
    if (in->failed || size > in->rest.len) {
        in->failed = true;
        return (pal_str){NULL, 0};
    }
    const pal_str piece = {in->rest.ptr, (size_t)size};
    in->rest.ptr += piece.len;
    in->rest.len -= piece.len;
    return piece;
}

uint32_t pal_unpack_u32(struct pal_unpack *in)
{
    const pal_str bytes = take(in, 4);
    uint32_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value |= (uint32_t)(unsigned char)bytes.ptr[i] << (8 * i);
    return value;
}

uint64_t pal_unpack_u64(struct pal_unpack *in)
{
    const uint64_t low = pal_unpack_u32(in);
    return low | (uint64_t)pal_unpack_u32(in) << 32;
}

double pal_unpack_f64(struct pal_unpack *in)
{
    const uint64_t bits = pal_unpack_u64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

pal_str pal_unpack_text(struct pal_unpack *in) { return take(in, pal_unpack_u64(in)); }

static void hash_of(pal_str bytes, char *out)
{
    struct pal_sha256 hash;
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, bytes.ptr, bytes.len);
    pal_sha256_hex(&hash, out);
}

void pal_frame_write(struct pal_buf *out, const char *kind, pal_str content)
{
    const size_t start = out->len;
    pal_buf_add(out, (pal_str){magic, sizeof magic});
    pal_pack_u32(out, STATE_VERSION);
    pal_pack_text(out, pal_str_of(kind));
    pal_pack_text(out, content);
    if (out->failed)
        return;
    char hex[HASH_BYTES + 1];
    hash_of((pal_str){out->ptr + start, out->len - start}, hex);
    pal_buf_add(out, (pal_str){hex, HASH_BYTES});
}

enum pal_status pal_frame_read(pal_str bytes, const char *kind, const char *name, pal_str *content,
                               struct pal_error *err)
{
    if (bytes.len < sizeof magic || memcmp(bytes.ptr, magic, sizeof magic) != 0)
        return pal_fail(err, PAL_DATA, "'%s' is no saved state of palermo", name);
    struct pal_unpack in = {.rest = {bytes.ptr + sizeof magic, bytes.len - sizeof magic}};
    const uint32_t version = pal_unpack_u32(&in);
    if (!in.failed && version != STATE_VERSION)
        return pal_fail(err, PAL_DATA,
                        "'%s' is a saved state of version %" PRIu32
                        "; this palermo reads version %d",
                        name, version, STATE_VERSION);
    const pal_str written = pal_unpack_text(&in);
    *content = pal_unpack_text(&in);
    if (in.failed || in.rest.len < HASH_BYTES)
        return pal_fail(err, PAL_DATA, "the saved state '%s' ends too early; copy it again", name);
    if (in.rest.len > HASH_BYTES)
        return pal_fail(err, PAL_DATA, "the saved state '%s' goes on after its end", name);
    char hex[HASH_BYTES + 1];
    hash_of((pal_str){bytes.ptr, bytes.len - HASH_BYTES}, hex);
    if (memcmp(hex, in.rest.ptr, HASH_BYTES) != 0)
        return pal_fail(err, PAL_DATA, "the saved state '%s' was altered: its checksum disagrees",
                        name);
    if (!pal_str_eq(written, pal_str_of(kind)))
        return pal_fail(err, PAL_DATA, "'%s' is a saved state of '%.*s', not of '%s'", name,
                        PAL_ARG(written), kind);
    return PAL_OK;
}

enum pal_status pal_state_pack(const struct pal_estimator *estimator, const struct pal_state *state,
                               struct pal_buf *out, struct pal_error *err)
{
    struct pal_buf bytes;
    pal_buf_init(&bytes, out->arena, out->ceiling);
    PAL_TRY(estimator->save(state, &bytes, err));
    pal_pack_text(out, pal_str_of(estimator->name));
    pal_pack_text(out, pal_buf_str(&bytes));
    return pal_buf_status(out, "a saved state", err);
}

enum pal_status pal_state_unpack(const struct pal_estimator *estimator, struct pal_state *state,
                                 struct pal_unpack *in, struct pal_error *err)
{
    const pal_str name = pal_unpack_text(in);
    const pal_str bytes = pal_unpack_text(in);
    if (in->failed)
        return pal_fail(err, PAL_DATA, "the saved state of '%s' ends too early", estimator->name);
    if (!pal_str_eq(name, pal_str_of(estimator->name)))
        return pal_fail(err, PAL_DATA, "a saved state of '%.*s' stands where '%s' is expected",
                        PAL_ARG(name), estimator->name);
    return estimator->load(state, bytes, err);
}
