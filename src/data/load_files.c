/* load_files.c: where the files of a dataset lie, and one line of them again. */
#include "load.h"

const char *load_find_file(const struct pal_descriptor *d, pal_str name,
                           const struct pal_load_options *options, struct pal_arena *arena)
{
    if (options->file)
        return options->file;
    const char *path = pal_path_join(arena, d->folder, name);
    if (path && pal_file_exists(path))
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
    return (pal_str){"", 0};
}

enum pal_status load_missing_file(const struct pal_descriptor *d, pal_str name,
                                  struct pal_error *err)
{
    return pal_fail(err, PAL_IO,
                    "the file '%.*s' of dataset '%.*s' is nowhere; --data DIR says where it lies",
                    PAL_ARG(name), PAL_ARG(d->name));
}

enum pal_status pal_dataset_source_line(const struct pal_descriptor *descriptor,
                                        const struct pal_load_options *options, uint64_t line,
                                        struct pal_arena *arena, pal_str *out,
                                        struct pal_error *err)
{
    const char *path = load_find_file(descriptor, descriptor->paths[0], options, arena);
    if (!path)
        return load_missing_file(descriptor, descriptor->paths[0], err);
    struct pal_records *records;
    PAL_TRY(pal_records_open(path, &descriptor->dialect, NULL, arena, &records, err));
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
