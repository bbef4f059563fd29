/* xlsx_out.c: libxlsxwriter, opened when the first workbook is written.
 *
 * It brings libcrypto along, as libzip does (zip.c), and loading that is most of what a small table
 * costs. The functions of <xlsxwriter.h> that the house calls are therefore defined here, hidden
 * from other libraries, and hand over to those of the library. Whoever makes a workbook asks
 * pal_xlsx_ready first. */
#include "inside.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC visibility push(hidden)
#include <xlsxwriter.h>

#ifndef XLSXWRITER_SO /* the Makefile tells the one that headers and library of this build agree   \
                         on */
#define XLSXWRITER_SO "libxlsxwriter.so"
#endif

#define FUNCTIONS(ENTRY)                                                                           \
    ENTRY(format_set_align)                                                                        \
    ENTRY(format_set_bg_color)                                                                     \
    ENTRY(format_set_bold)                                                                         \
    ENTRY(format_set_border)                                                                       \
    ENTRY(format_set_bottom)                                                                       \
    ENTRY(format_set_font_color)                                                                   \
    ENTRY(format_set_font_size)                                                                    \
    ENTRY(format_set_indent)                                                                       \
    ENTRY(format_set_italic)                                                                       \
    ENTRY(format_set_num_format)                                                                   \
    ENTRY(format_set_reading_order)                                                                \
    ENTRY(format_set_text_wrap)                                                                    \
    ENTRY(format_set_unlocked)                                                                     \
    ENTRY(lxw_strerror)                                                                            \
    ENTRY(workbook_add_format)                                                                     \
    ENTRY(workbook_add_worksheet)                                                                  \
    ENTRY(workbook_close)                                                                          \
    ENTRY(workbook_new)                                                                            \
    ENTRY(workbook_set_properties)                                                                 \
    ENTRY(worksheet_autofilter)                                                                    \
    ENTRY(worksheet_data_validation_range)                                                         \
    ENTRY(worksheet_fit_to_pages)                                                                  \
    ENTRY(worksheet_freeze_panes)                                                                  \
    ENTRY(worksheet_merge_range)                                                                   \
    ENTRY(worksheet_print_area)                                                                    \
    ENTRY(worksheet_protect)                                                                       \
    ENTRY(worksheet_repeat_rows)                                                                   \
    ENTRY(worksheet_right_to_left)                                                                 \
    ENTRY(worksheet_set_column)                                                                    \
    ENTRY(worksheet_set_column_opt)                                                                \
    ENTRY(worksheet_set_landscape)                                                                 \
    ENTRY(worksheet_set_paper)                                                                     \
    ENTRY(worksheet_set_row)                                                                       \
    ENTRY(worksheet_write_blank)                                                                   \
    ENTRY(worksheet_write_number)                                                                  \
    ENTRY(worksheet_write_string)

#define MEMBER(name) __typeof__(name) *(name);
static struct {
    FUNCTIONS(MEMBER)
} of;
#undef MEMBER

static pthread_once_t opening = PTHREAD_ONCE_INIT;
static enum pal_status opened;
static struct pal_error problem;

static void open_library(void)
{
#define FIND(name) {#name, &of.name},
    static const struct pal_library_entry entry[] = {FUNCTIONS(FIND)};
#undef FIND
    opened = pal_library_open(XLSXWRITER_SO, entry, PAL_COUNT(entry), &problem);
}

enum pal_status pal_xlsx_ready(struct pal_error *err)
{
    pthread_once(&opening, open_library);
    if (opened != PAL_OK && err)
        *err = problem;
    return opened;
}

void format_set_align(lxw_format *format, uint8_t alignment)
{
    of.format_set_align(format, alignment);
}

void format_set_bg_color(lxw_format *format, lxw_color_t color)
{
    of.format_set_bg_color(format, color);
}

void format_set_bold(lxw_format *format) { of.format_set_bold(format); }

void format_set_border(lxw_format *format, uint8_t style) { of.format_set_border(format, style); }

void format_set_bottom(lxw_format *format, uint8_t style) { of.format_set_bottom(format, style); }

void format_set_font_color(lxw_format *format, lxw_color_t color)
{
    of.format_set_font_color(format, color);
}

void format_set_font_size(lxw_format *format, double size)
{
    of.format_set_font_size(format, size);
}

void format_set_indent(lxw_format *format, uint8_t level) { of.format_set_indent(format, level); }

void format_set_italic(lxw_format *format) { of.format_set_italic(format); }

void format_set_num_format(lxw_format *format, const char *num_format)
{
    of.format_set_num_format(format, num_format);
}

void format_set_reading_order(lxw_format *format, uint8_t value)
{
    of.format_set_reading_order(format, value);
}

void format_set_text_wrap(lxw_format *format) { of.format_set_text_wrap(format); }

void format_set_unlocked(lxw_format *format) { of.format_set_unlocked(format); }

char *lxw_strerror(lxw_error error_num) { return of.lxw_strerror(error_num); }

lxw_format *workbook_add_format(lxw_workbook *workbook) { return of.workbook_add_format(workbook); }

lxw_worksheet *workbook_add_worksheet(lxw_workbook *workbook, const char *sheetname)
{
    return of.workbook_add_worksheet(workbook, sheetname);
}

lxw_error workbook_close(lxw_workbook *workbook) { return of.workbook_close(workbook); }

lxw_workbook *workbook_new(const char *filename) { return of.workbook_new(filename); }

lxw_error workbook_set_properties(lxw_workbook *workbook, lxw_doc_properties *properties)
{
    return of.workbook_set_properties(workbook, properties);
}

lxw_error worksheet_autofilter(lxw_worksheet *worksheet, lxw_row_t first_row, lxw_col_t first_col,
                               lxw_row_t last_row, lxw_col_t last_col)
{
    return of.worksheet_autofilter(worksheet, first_row, first_col, last_row, last_col);
}

lxw_error worksheet_data_validation_range(lxw_worksheet *worksheet, lxw_row_t first_row,
                                          lxw_col_t first_col, lxw_row_t last_row,
                                          lxw_col_t last_col, lxw_data_validation *validation)
{
    return of.worksheet_data_validation_range(worksheet, first_row, first_col, last_row, last_col,
                                              validation);
}

void worksheet_fit_to_pages(lxw_worksheet *worksheet, uint16_t width, uint16_t height)
{
    of.worksheet_fit_to_pages(worksheet, width, height);
}

void worksheet_freeze_panes(lxw_worksheet *worksheet, lxw_row_t row, lxw_col_t col)
{
    of.worksheet_freeze_panes(worksheet, row, col);
}

lxw_error worksheet_merge_range(lxw_worksheet *worksheet, lxw_row_t first_row, lxw_col_t first_col,
                                lxw_row_t last_row, lxw_col_t last_col, const char *string,
                                lxw_format *format)
{
    return of.worksheet_merge_range(worksheet, first_row, first_col, last_row, last_col, string,
                                    format);
}

lxw_error worksheet_print_area(lxw_worksheet *worksheet, lxw_row_t first_row, lxw_col_t first_col,
                               lxw_row_t last_row, lxw_col_t last_col)
{
    return of.worksheet_print_area(worksheet, first_row, first_col, last_row, last_col);
}

void worksheet_protect(lxw_worksheet *worksheet, const char *password, lxw_protection *options)
{
    of.worksheet_protect(worksheet, password, options);
}

lxw_error worksheet_repeat_rows(lxw_worksheet *worksheet, lxw_row_t first_row, lxw_row_t last_row)
{
    return of.worksheet_repeat_rows(worksheet, first_row, last_row);
}

void worksheet_right_to_left(lxw_worksheet *worksheet) { of.worksheet_right_to_left(worksheet); }

lxw_error worksheet_set_column(lxw_worksheet *worksheet, lxw_col_t first_col, lxw_col_t last_col,
                               double width, lxw_format *format)
{
    return of.worksheet_set_column(worksheet, first_col, last_col, width, format);
}

lxw_error worksheet_set_column_opt(lxw_worksheet *worksheet, lxw_col_t first_col,
                                   lxw_col_t last_col, double width, lxw_format *format,
                                   lxw_row_col_options *options)
{
    return of.worksheet_set_column_opt(worksheet, first_col, last_col, width, format, options);
}

void worksheet_set_landscape(lxw_worksheet *worksheet) { of.worksheet_set_landscape(worksheet); }

void worksheet_set_paper(lxw_worksheet *worksheet, uint8_t paper_type)
{
    of.worksheet_set_paper(worksheet, paper_type);
}

lxw_error worksheet_set_row(lxw_worksheet *worksheet, lxw_row_t row, double height,
                            lxw_format *format)
{
    return of.worksheet_set_row(worksheet, row, height, format);
}

lxw_error worksheet_write_blank(lxw_worksheet *worksheet, lxw_row_t row, lxw_col_t col,
                                lxw_format *format)
{
    return of.worksheet_write_blank(worksheet, row, col, format);
}

lxw_error worksheet_write_number(lxw_worksheet *worksheet, lxw_row_t row, lxw_col_t col,
                                 double number, lxw_format *format)
{
    return of.worksheet_write_number(worksheet, row, col, number, format);
}

lxw_error worksheet_write_string(lxw_worksheet *worksheet, lxw_row_t row, lxw_col_t col,
                                 const char *string, lxw_format *format)
{
    return of.worksheet_write_string(worksheet, row, col, string, format);
}
#pragma GCC visibility pop
