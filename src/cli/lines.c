/* lines.c: lines of 80 columns, and notes under a table. */
#include "lines.h"

size_t cli_letters(pal_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80u;
    return n;
}

void cli_pad(struct pal_buf *out, size_t n)
{
    while (n--)
        pal_buf_addc(out, ' ');
}

void cli_fill(struct pal_buf *out, pal_str text, size_t at, size_t indent)
{
    bool first = true; /* word of its line */
    pal_str word;
    while (pal_str_split(&text, ' ', &word)) {
        const size_t n = cli_letters(word);
        if (!first && at + 1 + n > CLI_COLUMNS) {
            pal_buf_addc(out, '\n');
            cli_pad(out, indent);
            at = indent;
        } else if (!first) {
            pal_buf_addc(out, ' ');
            at++;
        }
        first = false;
        pal_buf_add(out, word);
        at += n;
    }
    pal_buf_addc(out, '\n');
}

pal_str cli_note(struct cli_notes *notes, const char *note, size_t at)
{
    const pal_str text = pal_str_of(note);
    size_t k = 0;
    if (!text.len)
        return PAL_STR("");
    if (at + cli_letters(text) <= CLI_COLUMNS)
        return text;
    while (k < notes->n && !pal_str_eq(notes->note[k], text))
        k++;
    if (k == notes->room) {
        const size_t room = notes->room ? 2 * notes->room : 16;
        pal_str *grown =
            pal_arena_grow(notes->arena, notes->note, notes->room, room, sizeof *grown);
        if (!grown)
            return (pal_str){0};
        notes->note = grown;
        notes->room = room;
    }
    if (k == notes->n)
        notes->note[notes->n++] = text;
    return pal_arena_printf(notes->arena, "(%zu)", k + 1);
}

void cli_notes_print(const struct cli_notes *notes, struct pal_buf *out)
{
    if (notes->n)
        pal_buf_addc(out, '\n');
    for (size_t k = 0; k < notes->n; k++) {
        const size_t before = out->len;
        pal_buf_addf(out, "(%zu) ", k + 1);
        const size_t at = out->len - before;
        cli_fill(out, notes->note[k], at, at);
    }
}
