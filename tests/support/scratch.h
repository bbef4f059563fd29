/* scratch.h: files of a test in a folder of their own, and records as text that can be compared. */
#ifndef PALERMO_TESTS_SCRATCH_H
#define PALERMO_TESTS_SCRATCH_H

#include "palermo/io.h"

#include <stddef.h>

/* A fresh folder, removed when the process ends; files and names live as long. */
const char *scratch_folder(void);
const char *scratch_path(const char *name);
const char *scratch_file(const char *name, const void *bytes, size_t size);
const char *scratch_text(const char *name, const char *text);
/* The bytes as one gzip member; *size is replaced. The answer lives as long as the process. */
void *scratch_gzip(const void *bytes, size_t *size);
void scratch_remove(const char *path); /* with all that lies in it */

/* What the reader makes of a file: "H a|b" for a header, then "2 x|\"y\"|" for each record: its
 * line, its fields, quoted ones in quotes, LF CR TAB as \n \r \t. An error ends it: "! 3: text". */
const char *scratch_records(const char *path, const struct pal_dialect *dialect);
/* The same from bytes; and without the marks of quotes. */
const char *scratch_csv(const char *bytes, size_t size, const struct pal_dialect *dialect);
const char *scratch_csv_unmarked(const char *bytes, size_t size, const struct pal_dialect *dialect);

#endif
