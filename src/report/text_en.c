/* text_en.c: English, as words.def gives it. */
#include "inside.h"

const char *const report_text_en[PAL_WORDS] = {
#define PAL_WORD(id, english) [PAL_WORD_##id] = (english),
#include "palermo/words.def"
#undef PAL_WORD
};
