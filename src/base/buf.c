/* buf.c: growing text with a ceiling. */
#include "palermo/base.h"

#include <string.h>

void pal_buf_init(struct pal_buf *buf, struct pal_arena *arena, size_t ceiling)
{
    *buf = (struct pal_buf){.arena = arena, .ceiling = ceiling};
}

static bool room_for(struct pal_buf *buf, size_t more)
{
    if (buf->failed)
        return false;
    if (more > buf->ceiling || buf->len > buf->ceiling - more) {
        buf->failed = true;
        return false;
    }
    const size_t need = buf->len + more + 1; /* a NUL stands behind */
    if (need > buf->cap) {
        size_t cap = buf->cap ? buf->cap + buf->cap / 2 : 256;
        if (cap < need)
            cap = need;
        char *grown = pal_arena_grow(buf->arena, buf->ptr, buf->cap, cap, 1);
        if (!grown) {
            buf->failed = true;
            return false;
        }
        buf->ptr = grown;
        buf->cap = cap;
    }
    return true;
}

void pal_buf_add(struct pal_buf *buf, pal_str text)
{
    if (!room_for(buf, text.len))
        return;
    if (text.len)
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void pal_buf_addc(struct pal_buf *buf, char c)
{
    if (!room_for(buf, 1))
        return;
    buf->ptr[buf->len++] = c;
    buf->ptr[buf->len] = '\0';
}

void pal_buf_adds(struct pal_buf *buf, const char *text) { pal_buf_add(buf, pal_str_of(text)); }

void pal_buf_addf(struct pal_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int need = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (need < 0) {
        buf->failed = true;
    } else if ((size_t)need < sizeof small) {
        pal_buf_add(buf, (pal_str){small, (size_t)need});
    } else if (room_for(buf, (size_t)need)) {
        vsnprintf(buf->ptr + buf->len, (size_t)need + 1, format, again);
        buf->len += (size_t)need;
    }
    va_end(again);
}

void pal_buf_addnum(struct pal_buf *buf, double value)
{
    char text[PAL_NUM_SIZE];
    const size_t n = pal_num_write(value, text);
    pal_buf_add(buf, (pal_str){text, n});
}

char *pal_buf_room(struct pal_buf *buf, size_t more)
{
    return room_for(buf, more) ? buf->ptr + buf->len : NULL;
}

void pal_buf_end(struct pal_buf *buf, const char *end)
{
    buf->len = (size_t)(end - buf->ptr);
    buf->ptr[buf->len] = '\0';
}

void pal_buf_clear(struct pal_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

enum pal_status pal_buf_status(const struct pal_buf *buf, const char *what, struct pal_error *err)
{
    if (!buf->failed)
        return PAL_OK;
    return pal_fail(err, PAL_NOMEM,
                    "'%s' is larger than its ceiling of %zu bytes, or memory is out", what,
                    buf->ceiling);
}
