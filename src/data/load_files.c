/* load_files.c: where the files of a dataset lie, and one line of them again. */
#include "load.h"

#include <string.h>

const char *load_find_file(const struct pal_descriptor *d, pal_str name,
                           const struct pal_load_options *options, struct pal_arena *arena)
{
    if (options->file)
        return options->file;
    return load_find_beside(d, name, options, arena);
}

const char *load_find_beside(const struct pal_descriptor *d, pal_str name,
                             const struct pal_load_options *options, struct pal_arena *arena)
{
    const char *path = pal_path_join(arena, d->folder, name);
    /* A folder of that name is found too: opening it says what is wrong. */
    if (path && (pal_file_exists(path) || pal_dir_exists(path)))
        return path;
    for (size_t i = 0; i < options->folders_n; i++) {
        path = pal_path_join(arena, options->folders[i], name);
        if (path && pal_file_exists(path))
            return path;
    }
    return NULL;
}

pal_str pal_descriptor_missing_file(const struct pal_descriptor *descriptor,
                                    const struct pal_load_options *options, struct pal_arena *arena)
{
    for (size_t i = 0; i < descriptor->paths_n; i++)
        if (!load_find_file(descriptor, descriptor->paths[i], options, arena))
            return descriptor->paths[i];
    const struct pal_names *population = &descriptor->sample.weighting.population;
    for (size_t i = 0; i < population->n; i++)
        if (!load_find_beside(descriptor, population->name[i], options, arena))
            return population->name[i];
    return (pal_str){"", 0};
}

enum pal_status load_missing_file(const struct pal_descriptor *d, pal_str name,
                                  struct pal_error *err)
{
    return pal_fail(err, PAL_IO,
                    "the file '%.*s' of dataset '%.*s' is nowhere; --data DIR says where it lies",
                    PAL_ARG(name), PAL_ARG(d->name));
}

enum pal_status load_remarks_above(const char *path, char comment, struct pal_arena *reading,
                                   struct pal_dialect *dialect, struct pal_error *err)
{
    enum { LOOK = 64 * 1024 };
    struct pal_source *source;
    char *text = pal_arena_alloc(reading, LOOK, 1);
    size_t have = 0, got = 1, line = 0;
    if (!comment || strcmp(path, "-") == 0) /* standard input is read once */
        return PAL_OK;
    if (!text)
        return pal_nomem(err, path);
    PAL_TRY(pal_source_open(path, NULL, reading, &source, err));
    while (have < LOOK && got) {
        PAL_TRY(pal_source_read(source, text + have, LOOK - have, &got, err));
        have += got;
    }
    for (size_t at = 0; at < have; line++) {
        if (line >= dialect->skip_rows && text[at] != comment)
            return PAL_OK;
        if (line >= dialect->skip_rows)
            dialect->skip_rows++;
        const char *end = memchr(text + at, '\n', have - at);
        at = end ? (size_t)(end - text) + 1 : have;
    }
    return PAL_OK;
}

enum pal_status pal_dataset_source_line(const struct pal_descriptor *descriptor,
                                        const struct pal_load_options *options, size_t file,
                                        uint64_t line, struct pal_arena *arena, pal_str *out,
                                        struct pal_error *err)
{
    const char *path = load_find_file(descriptor, descriptor->paths[file], options, arena);
    if (!path)
        return load_missing_file(descriptor, descriptor->paths[file], err);
    struct pal_records *records;
    struct pal_dialect dialect = descriptor->dialect;
    PAL_TRY(load_remarks_above(path, descriptor->comment, arena, &dialect, err));
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return pal_fail(err, PAL_DATA, "'%s' has no line %llu", path, (unsigned long long)line);
        if (record.line != line)
            continue;
        struct pal_buf text;
        pal_buf_init(&text, arena, 1u << 20);
        for (size_t i = 0; i < record.fields; i++)
            pal_csv_field(&text, record.field[i], i == 0);
        *out = pal_buf_str(&text);
        return pal_buf_status(&text, "a line", err);
    }
}
