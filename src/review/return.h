/* return.h: what the readers of returns share. */
#ifndef PALERMO_REVIEW_RETURN_H
#define PALERMO_REVIEW_RETURN_H

#include "inside.h"

enum { RETURN_LARGEST = 64 << 20 };

/* False with the reason when the archive holds what no return may. */
bool return_is_safe(const char *path, struct pal_arena *scratch, enum review_word *why);
/* A number as people write it, without doubt: "1234.5", "12,5", "1 234", Arabic digits; false for
 * "1,234", which is one thing here and another there. */
bool return_number(pal_str text, double *out);
/* True when `text` may be how a spreadsheet shows `value`. */
bool return_shows(pal_str text, double value);

#endif
