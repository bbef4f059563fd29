/* return_guard.c: what may not come back in a workbook, found in the archive's list of members
 * before any of them is unpacked, and in its relations. */
#include "inside.h"
#include "return.h"

#include <zip.h>

enum { MOST_MEMBERS = 4096, MOST_RELATIONS = 1 << 20 };

static bool has(pal_str name, const char *part)
{
    const size_t n = strlen(part);
    for (size_t i = 0; i + n <= name.len; i++)
        if (pal_str_eq_nocase((pal_str){name.ptr + i, n}, (pal_str){part, n}))
            return true;
    return false;
}

static bool judge_name(pal_str name, enum review_word *why)
{
    static const struct {
        const char *part;
        enum review_word why;
    } bad[] = {
        {"vbaProject", REVIEW_HOSTILE_MACROS},      {"macrosheets/", REVIEW_HOSTILE_MACROS},
        {"externalLinks/", REVIEW_HOSTILE_OUTSIDE}, {"connections.xml", REVIEW_HOSTILE_OUTSIDE},
        {"queryTables/", REVIEW_HOSTILE_OUTSIDE},   {"embeddings/", REVIEW_HOSTILE_OBJECTS},
        {"activeX/", REVIEW_HOSTILE_OBJECTS},       {"customUI/", REVIEW_HOSTILE_OBJECTS},
        {"ctrlProps/", REVIEW_HOSTILE_OBJECTS},
    };
    if (!name.len || !pal_path_is_inside(name)) {
        *why = REVIEW_HOSTILE_PATHS;
        return false;
    }
    for (size_t i = 0; i < PAL_COUNT(bad); i++) {
        *why = bad[i].why;
        if (has(name, bad[i].part))
            return false;
    }
    return true;
}

/* A relation with a target outside: a linked workbook, picture or page that would be fetched. */
static bool judge_relations(struct zip *zip, uint64_t at, uint64_t size, struct pal_arena *scratch,
                            enum review_word *why)
{
    *why = REVIEW_HOSTILE_SIZE;
    if (size > MOST_RELATIONS)
        return false;
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    char *bytes = pal_arena_alloc(scratch, size + 1, 1);
    struct zip_file *file = bytes ? zip_fopen_index(zip, at, 0) : NULL;
    const int64_t got = file ? zip_fread(file, bytes, size) : -1;
    if (file)
        zip_fclose(file);
    *why = REVIEW_HOSTILE_DAMAGED;
    bool good = got >= 0;
    if (good && has((pal_str){bytes, (size_t)got}, "TargetMode=\"External\"")) {
        /* Links in cells to pages do nothing until they are clicked; all else would be fetched. */
        pal_str rest = {bytes, (size_t)got}, piece;
        while (good && pal_str_split(&rest, '<', &piece))
            good = !has(piece, "TargetMode=\"External\"") || has(piece, "/hyperlink\"");
        *why = REVIEW_HOSTILE_OUTSIDE;
    }
    pal_arena_reset(scratch, mark);
    return good;
}

static bool judge(struct zip *zip, struct pal_arena *scratch, enum review_word *why)
{
    const int64_t n = zip_get_num_entries(zip, 0);
    uint64_t whole = 0;
    *why = REVIEW_HOSTILE_SIZE;
    if (n < 0 || n > MOST_MEMBERS)
        return false;
    for (int64_t i = 0; i < n; i++) {
        struct zip_stat info;
        *why = REVIEW_HOSTILE_DAMAGED;
        if (zip_stat_index(zip, (zip_uint64_t)i, 0, &info) != 0 || !(info.valid & ZIP_STAT_NAME) ||
            !(info.valid & ZIP_STAT_SIZE))
            return false;
        pal_str name = pal_str_of(info.name);
        if (name.len && name.ptr[name.len - 1] == '/') /* a folder */
            name.len--;
        if (!judge_name(name, why))
            return false;
        *why = REVIEW_HOSTILE_SIZE;
        whole += info.size;
        if (info.size > RETURN_LARGEST || whole > RETURN_LARGEST)
            return false;
        if (pal_str_ends(name, PAL_STR(".rels")) &&
            !judge_relations(zip, (uint64_t)i, info.size, scratch, why))
            return false;
    }
    return true;
}

bool return_is_safe(const char *path, struct pal_arena *scratch, enum review_word *why)
{
    char start[4] = {0};
    FILE *file = fopen(path, "rb");
    const size_t got = file ? fread(start, 1, sizeof start, file) : 0;
    if (file)
        (void)fclose(file);
    if (got < 4 || memcmp(start, "PK\3\4", 4) != 0)
        return true; /* text: its reader judges it */
    if (pal_zip_ready(NULL) != PAL_OK)
        return true; /* nothing is unpacked: its reader says why */
    int code;
    struct zip *zip = zip_open(path, ZIP_RDONLY, &code);
    *why = REVIEW_HOSTILE_DAMAGED;
    if (!zip)
        return false;
    const bool good = judge(zip, scratch, why);
    zip_discard(zip);
    return good;
}
