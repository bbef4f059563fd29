/* uk.c: published tables of lists. */
#include "uk.h"

#include <stdlib.h>

struct pal_lists *lists_of(size_t t, const char *const *pattern, const double *count, size_t n,
                           struct pal_arena *arena)
{
    static const pal_str names[] = {PAL_STR_INIT("A"), PAL_STR_INIT("B"), PAL_STR_INIT("C"),
                                    PAL_STR_INIT("D"), PAL_STR_INIT("E"), PAL_STR_INIT("F")};
    struct pal_lists *lists = NULL;
    if (pal_lists_new(names, t, arena, &lists, NULL) != PAL_OK)
        abort();
    for (size_t i = 0; i < n; i++) {
        size_t cell = 0;
        for (size_t j = 0; j < t; j++)
            cell |= (size_t)(pattern[i][j] == '1') << j;
        lists->count[cell] += count[i];
    }
    return lists;
}

struct pal_lists *uk_2013(struct pal_arena *arena)
{
    static const char *const pattern[] = {
        "100000", "010000", "001000", "000100", "000010", "000001", "110000", "101000", "100100",
        "011000", "010100", "010010", "010001", "001100", "001010", "001001", "000110", "000101",
        "000011", "111000", "110100", "011100", "011001", "001101", "111100"};
    static const double count[] = {54, 463, 907, 695, 316, 57, 15, 19, 3, 56, 19, 1, 3,
                                   69, 10,  31,  8,   6,   1,  1,  1,  4, 3,  1,  1};
    return lists_of(6, pattern, count, PAL_COUNT(count), arena);
}
