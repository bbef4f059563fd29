/* date.c: calendar dates, without clock or time zone. */
#include "palermo/base.h"

static bool number(pal_str text, int least, int most, int *out)
{
    int64_t value;
    if (text.len == 0 || text.len > 4 || text.ptr[0] == '-' || text.ptr[0] == '+' ||
        !pal_int_parse(text, &value) || value < least || value > most)
        return false;
    *out = (int)value;
    return true;
}

static bool month_name(pal_str text, int *out)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (text.len < 3)
        return false;
    for (int i = 0; i < 12; i++) {
        if (pal_str_eq_nocase((pal_str){text.ptr, 3}, (pal_str){names + 3 * i, 3})) {
            *out = i + 1;
            return true;
        }
    }
    return false;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool sensible(const struct pal_date *date)
{
    return date->day <= days_in(date->year, date->month);
}

bool pal_date_parse(pal_str text, struct pal_date *out)
{
    pal_str rest = pal_str_trim(text), piece[3];
    char cut = 0;
    unsigned n = 0;
    for (size_t i = 0; i < rest.len && !cut; i++)
        if (rest.ptr[i] == '-' || rest.ptr[i] == '/' || rest.ptr[i] == ' ')
            cut = rest.ptr[i];
    if (!cut)
        return false;
    while (n < 3 && pal_str_split(&rest, cut, &piece[n]))
        n++;
    if (n != 3 || rest.ptr)
        return false;
    struct pal_date date;
    bool ok;
    if (cut == '-' && piece[0].len == 4)
        ok = number(piece[0], 1, 9999, &date.year) && number(piece[1], 1, 12, &date.month) &&
             number(piece[2], 1, 31, &date.day);
    else
        ok =
            piece[2].len == 4 && number(piece[2], 1, 9999, &date.year) &&
            number(piece[0], 1, 31, &date.day) &&
            (cut == ' ' ? month_name(piece[1], &date.month) : number(piece[1], 1, 12, &date.month));
    if (!ok || !sensible(&date))
        return false;
    *out = date;
    return true;
}

/* Hinnant's days_from_civil: exact for the proleptic Gregorian calendar. */
int32_t pal_date_days(struct pal_date date)
{
    const int y = date.year - (date.month <= 2);
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}
