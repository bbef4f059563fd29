/* docx.h: the parts of a Word document that no table changes. */
#ifndef PALERMO_REPORT_DOCX_H
#define PALERMO_REPORT_DOCX_H

#include "palermo/report.h"

#define DOCX_NAMESPACE "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

extern const char docx_content_types[];
extern const char docx_package_rels[];
extern const char docx_document_rels[];
/* Title, language and a fixed date. */
void docx_core(pal_str title, enum pal_language language, struct pal_buf *out);
/* Styles Cell, CellHead, Caption, Headnote, Draft, Notes; `size` of cells in half-points. */
void docx_styles(enum pal_language language, unsigned size, struct pal_buf *out);

#endif
