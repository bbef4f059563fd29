/* suppression.c: the suppression ledger of a cycle: what its releases printed and hid. `run` reads
 * it before it protects, and adds the release that the cycle names once all else is written. */
#include "inside.h"

#include <string.h>

/* The head that a manifest beside those figures names; empty: it names none, or there is none. */
static enum pal_status head_of(struct cli *cli, const char *folder, pal_str *head,
                               struct pal_error *err)
{
    const char *path = pal_path_join(cli->arena, folder, PAL_STR("manifest.json"));
    struct pal_yaml *root;
    *head = (pal_str){NULL, 0};
    if (!path)
        return pal_nomem(err, "the suppression ledger");
    if (!pal_file_exists(path))
        return PAL_OK;
    PAL_TRY(pal_yaml_read(path, cli->arena, &root, err));
    const struct pal_yaml *said = pal_yaml_get(root, "suppression");
    return said ? pal_yaml_text(said, "head", head, err) : PAL_OK;
}

/* A ledger that was cut at the end of a block, or is an old copy, does not hold what a release that
 * was printed since says. */
static enum pal_status holds(struct cli *cli, const struct cli_suppression *s, const char *folder,
                             struct pal_error *err)
{
    pal_str head;
    if (!folder)
        return PAL_OK;
    PAL_TRY(head_of(cli, folder, &head, err));
    if (!head.len || pal_releases_holds(s->releases, head))
        return PAL_OK;
    return pal_fail(err, PAL_DATA,
                    "the suppression ledger '%s' was cut, or is an old copy: it does not hold what "
                    "'%s/manifest.json' was printed with (%.12s...); go back to the copy that "
                    "does, or take that folder away if nobody ever saw it",
                    s->path, folder, head.ptr);
}

enum pal_status cli_suppression_open(struct cli *cli, struct cli_work *work, const char *out,
                                     struct pal_error *err)
{
    struct cli_suppression *s = &work->suppression;
    const struct cli_cycle *cycle = &work->cycle;
    const char *last = NULL;
    s->path = cli_cycle_suppression(cycle, cli->arena);
    if (!s->path)
        return pal_nomem(err, "the suppression ledger");
    PAL_TRY(pal_releases_read(s->path, cli->arena, &s->releases, err));
    if (cycle->last_release.len) {
        const char *path = pal_path_join(cli->arena, cycle->folder, cycle->last_release);
        if (!path || !(last = pal_path_dir(cli->arena, path)))
            return pal_nomem(err, "the suppression ledger");
    }
    PAL_TRY(holds(cli, s, last, err));
    PAL_TRY(holds(cli, s, out, err));
    if (cycle->release.len)
        pal_releases_before(s->releases, cycle->release);
    s->before = pal_releases_count(s->releases);
    memcpy(s->head, pal_releases_head(s->releases).ptr, sizeof s->head);
    return PAL_OK;
}

enum pal_status cli_figures_protect(struct cli *cli, struct cli_work *work,
                                    struct pal_figures *figures, bool corrected,
                                    struct pal_protection *out, struct pal_error *err)
{
    struct cli_suppression *s = &work->suppression;
    const struct cli_cycle *cycle = &work->cycle;
    const pal_str name = cycle->release.len ? cycle->release : PAL_STR("(draft)");
    struct pal_grid last;
    struct pal_figures_ask ask = {
        .dataset = work->dataset,
        .datasets = work->datasets,
        .as_of = cycle->as_of,
        .releases = s->releases,
        .release =
            corrected ? pal_arena_printf(cli->arena, "%.*s, corrected", PAL_ARG(name)) : name,
    };
    if (cycle->last_release.len) {
        const char *path = pal_path_join(cli->arena, cycle->folder, cycle->last_release);
        if (!path)
            return pal_nomem(err, "the last release");
        PAL_TRY(pal_grid_read(path, cli->arena, &last, err));
        ask.last = &last;
    }
    if (!ask.release.ptr)
        return pal_nomem(err, "the suppression ledger");
    PAL_TRY(pal_figures_protect(figures, &ask, cli->arena, out, err));
    if (cycle->release.len)
        memcpy(s->head, pal_releases_head(s->releases).ptr, sizeof s->head);
    return PAL_OK;
}

enum pal_status cli_suppression_write(const struct cli_work *work, struct pal_error *err)
{
    const struct cli_suppression *s = &work->suppression;
    if (!work->cycle.release.len || pal_releases_count(s->releases) == s->before)
        return PAL_OK;
    return pal_releases_write(s->releases, s->path, s->before, err);
}
