/* packet_write.c: a packet as a folder: the forms in each language, the figures as sent, and a
 * small signed manifest. No secret and no clock. */
#include "inside.h"

enum { LARGEST_FORM = 512 << 20 };

enum pal_status pal_signature_text(const char *what, pal_str packet, pal_str sha256,
                                   const struct pal_key *key, struct pal_arena *arena, pal_str *out,
                                   struct pal_error *err)
{
    char signature[PAL_SIGNATURE_SIZE];
    const pal_str head =
        pal_arena_printf(arena, "palermo: %s signature 1\npacket: %.*s\nkey: %s\nsha256: %.*s\n",
                         what, PAL_ARG(packet), key->id, PAL_ARG(sha256));
    if (!head.ptr)
        return pal_nomem(err, "a signature");
    PAL_TRY(pal_key_sign(key, head, signature, err));
    *out = pal_arena_printf(arena, "%.*ssignature: %s\n", PAL_ARG(head), signature);
    return out->ptr ? PAL_OK : pal_nomem(err, "a signature");
}

static void pair(struct pal_buf *out, const char *name, pal_str value, const char *end)
{
    pal_buf_addf(out, "  \"%s\": ", name);
    pal_json_text(out, value);
    pal_buf_adds(out, end);
}

static enum pal_status write_manifest(const struct pal_packet *packet,
                                      const enum pal_language *language, size_t languages,
                                      const struct pal_key *key, struct pal_outdir *outdir,
                                      struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_buf out;
    struct pal_sha256 hash;
    char sha[65];
    pal_str signature;
    pal_buf_init(&out, scratch, 1u << 20);
    pal_buf_adds(&out, "{\n");
    pair(&out, "program", PAL_STR("palermo"), ",\n");
    pair(&out, "packet", packet->id, ",\n");
    pair(&out, "area", packet->area, ",\n");
    pair(&out, "instrument", packet->stream, ",\n");
    pal_buf_addf(&out, "  \"round\": %lld,\n", (long long)packet->round);
    pair(&out, "date", packet->date, ",\n");
    pair(&out, "deadline", packet->deadline, ",\n");
    pal_buf_addf(&out, "  \"figures\": %zu,\n  \"queried\": %zu,\n", packet->rows, packet->queried);
    pair(&out, "figures_sha256", pal_str_of(packet->sha256), ",\n");
    pal_buf_adds(&out, "  \"languages\": [");
    for (size_t l = 0; l < languages; l++)
        pal_buf_addf(&out, "%s\"%s\"", l ? ", " : "", pal_language_code(language[l]));
    pal_buf_addf(&out, "],\n  \"synthetic\": %s\n}\n", packet->input->synthetic ? "true" : "false");
    PAL_TRY(pal_buf_status(&out, "a manifest", err));
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, out.ptr, out.len);
    pal_sha256_hex(&hash, sha);
    PAL_TRY(
        pal_signature_text("packet", packet->id, pal_str_of(sha), key, scratch, &signature, err));
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("manifest.sig"), signature, err));
    return pal_outdir_write(outdir, PAL_STR("manifest.json"), pal_buf_str(&out), err);
}

static enum pal_status write_language(const struct pal_packet *packet, enum pal_language language,
                                      struct pal_outdir *outdir, struct pal_arena *scratch,
                                      struct pal_error *err)
{
    static enum pal_status (*const forms[])(
        const struct pal_packet *, enum pal_language, struct pal_buf *, struct pal_arena *,
        struct pal_error *) = {review_write_csv, review_write_html};
    static const char *const endings[] = {"csv", "html"};
    const char *code = pal_language_code(language), *path;
    for (size_t i = 0; i < PAL_COUNT(forms); i++) {
        struct pal_arena *own = pal_arena_new();
        if (!own)
            return pal_nomem(err, "a packet");
        struct pal_buf out;
        pal_buf_init(&out, own, LARGEST_FORM);
        enum pal_status status = forms[i](packet, language, &out, scratch, err);
        if (status == PAL_OK)
            status = pal_outdir_write(outdir,
                                      pal_arena_printf(scratch, "packet-%s.%s", code, endings[i]),
                                      pal_buf_str(&out), err);
        pal_arena_free(own);
        PAL_TRY(status);
    }
    PAL_TRY(pal_outdir_path(outdir, scratch, pal_arena_printf(scratch, "packet-%s.xlsx", code),
                            &path, err));
    return review_write_xlsx(packet, language, path, scratch, err);
}

enum pal_status pal_packet_write(const struct pal_packet *packet, const enum pal_language *language,
                                 size_t languages, const struct pal_key *key,
                                 struct pal_outdir *outdir, struct pal_arena *scratch,
                                 struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct pal_buf figures;
    pal_buf_init(&figures, scratch, LARGEST_FORM);
    PAL_TRY(pal_packet_figures(packet, &figures, err));
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("figures.csv"), pal_buf_str(&figures), err));
    for (size_t l = 0; l < languages; l++)
        PAL_TRY(write_language(packet, language[l], outdir, scratch, err));
    PAL_TRY(write_manifest(packet, language, languages, key, outdir, scratch, err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* ---- working languages --------------------------------------------------------------------------
 */

struct pal_working_languages {
    struct pal_map *area;
    enum pal_language *language;
};

enum pal_status pal_working_languages_read(const char *areas_folder, struct pal_arena *arena,
                                           struct pal_working_languages **out,
                                           struct pal_error *err)
{
    struct pal_working_languages *own = pal_arena_alloc(arena, 1, sizeof *own);
    const char *path = pal_path_join(arena, areas_folder, PAL_STR("languages.csv"));
    if (!own || !path || !(own->area = pal_map_new(arena, 256)))
        return pal_nomem(err, "the working languages");
    *out = own;
    if (!pal_file_exists(path))
        return PAL_OK;
    const struct pal_dialect dialect = {.header_rows = 1};
    struct pal_records *records;
    struct pal_record record;
    size_t cap = 0;
    bool end = false;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        enum pal_language language;
        const struct pal_place at = {path, record.line, 2};
        if (record.fields < 2 || !pal_language_parse(record.field[1], &language))
            return pal_fail_at(err, PAL_SYNTAX, &at,
                               "no language of the United Nations stands here");
        const size_t i = pal_map_add(own->area, record.field[0], NULL);
        if (i == SIZE_MAX)
            return pal_nomem(err, "the working languages");
        if (i >= cap) {
            own->language = pal_arena_grow(arena, own->language, cap, cap ? cap * 2 : 128,
                                           sizeof *own->language);
            cap = cap ? cap * 2 : 128;
            if (!own->language)
                return pal_nomem(err, "the working languages");
        }
        own->language[i] = language;
    }
}

enum pal_language pal_working_language(const struct pal_working_languages *languages, pal_str area)
{
    const size_t i = pal_map_find(languages->area, area);
    return i == SIZE_MAX ? PAL_EN : languages->language[i];
}
