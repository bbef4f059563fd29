/* stream_numbers.c: the cells of columns that lie side by side become numbers. Nearly all are plain
 * and taken several at once, or as one word; what is not goes the long way, with the same outcome.
 */
#include "stream.h"

bool stream_number(const struct stream_field *field, size_t row, double *value, uint8_t *absent)
{
    const pal_str text = stream_text(field, row);
    *absent = text.len ? PAL_PRESENT : PAL_BLANK;
    return !text.len || pal_num_parse_fast(text, value);
}

static void note(struct stream_bad *bad, size_t row, size_t column)
{
    if (row < bad->row || (row == bad->row && column < bad->column))
        *bad = (struct stream_bad){row, column};
}

/* A word that stands for no value may be a plain number: then every cell goes the long way. */
static bool has_number(struct stream_absent absent)
{
    double value;
    for (size_t i = 0; i < absent.n; i++)
        if (pal_num_parse(absent.text[i], &value))
            return true;
    return false;
}

/* Where the cells of a column stand, apart from the piece: what is written to bytes might change
 * anything else, as far as the compiler knows. */
static size_t column_portable(const struct stream_field *field, size_t from, size_t to, bool plain,
                              double *value, uint8_t *absent)
{
    const char *text = field->piece->text;
    const uint32_t *end = field->piece->at, *first = field->first;
    const size_t column = field->at;
    for (size_t row = from; row < to; row++) {
        const size_t at = first[row] + column, begin = at ? end[at - 1] + 1 : 0;
        const pal_str cell = {text + begin, end[at] - begin};
        if (plain && cell.len == 1 && (unsigned char)(*cell.ptr - '0') < 10) {
            value[row] = *cell.ptr - '0';
            absent[row] = PAL_PRESENT;
        } else if (plain && pal_num_parse_short(cell, &value[row])) {
            absent[row] = PAL_PRESENT;
        } else if (!stream_number(field, row, &value[row], &absent[row])) {
            return row;
        }
    }
    return to;
}

/* The first row whose cell is no number, or `to`. */
static size_t numbers_of_column(enum stream_path path, const struct stream_field *field,
                                size_t from, size_t to, bool plain, double *value, uint8_t *absent)
{
    size_t row = from;
    if (path != STREAM_PORTABLE && plain && row < to) {
        if (field->first[row] + field->at == 0) { /* nothing ends before it */
            if (!stream_number(field, row, &value[row], &absent[row]))
                return row;
            row++;
        }
        for (; row + STREAM_LANES <= to; row += STREAM_LANES) {
            unsigned odd = stream_lanes_column(path, field, row, value + row, absent + row);
            for (; odd; odd &= odd - 1) {
                const size_t at = row + (unsigned)__builtin_ctz(odd);
                if (!stream_number(field, at, &value[at], &absent[at]))
                    return at;
            }
        }
    }
    return column_portable(field, row, to, plain, value, absent);
}

/* Eight columns, from `field` on. */
static void numbers_of_eight(enum stream_path path, const struct stream_field *field, size_t row,
                             const struct stream_cells *cells, size_t column,
                             struct stream_bad *bad)
{
    uint8_t odd[STREAM_LANES];
    if (!stream_lanes_square(path, field, row, cells, odd))
        return;
    for (size_t r = row; r < row + STREAM_LANES; r++) {
        for (unsigned left = odd[r - row]; left; left &= left - 1) {
            const size_t k = (unsigned)__builtin_ctz(left);
            struct stream_field one = *field;
            one.at += k;
            if (!stream_number(&one, r, &cells[k].value[r], &cells[k].absent[r]))
                note(bad, r, column + k);
        }
    }
}

void stream_numbers(enum stream_path path, const struct stream_field *field, size_t columns,
                    size_t from, size_t to, struct stream_cells *cells, size_t column,
                    struct stream_bad *bad)
{
    const bool plain = !has_number(field->absent);
    /* Squares begin behind another field, and leave some rows at the end to columns. */
    const size_t skip = path != STREAM_PORTABLE && plain && !field->at,
                 squares = path != STREAM_PORTABLE && plain ? (columns - skip) / STREAM_LANES : 0,
                 below = from + (to - from) / STREAM_LANES * STREAM_LANES;
    struct stream_field one = *field;
    for (size_t row = from; squares && row < below; row += STREAM_LANES) {
        for (size_t k = 0; k < squares; k++) {
            const size_t at = skip + k * STREAM_LANES;
            one.at = field->at + at;
            numbers_of_eight(path, &one, row, cells + at, column + at, bad);
        }
    }
    for (size_t k = 0; k < columns; k++) {
        one.at = field->at + k;
        const bool done = k >= skip && k < skip + squares * STREAM_LANES;
        const size_t row = numbers_of_column(path, &one, done ? below : from, to, plain,
                                             cells[k].value, cells[k].absent);
        if (row < to)
            note(bad, row, column + k);
    }
}
