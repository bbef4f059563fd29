/* Folders that appear whole or not at all. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct pal_arena *arena;
static struct pal_error err;
static struct pal_outdir *out;
static void begin(void) { arena = pal_arena_new(); }
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_outdir, .init = begin, .fini = finish);

static bool holds(const char *path, const char *text)
{
    pal_str read = {"", 0};
    return pal_file_read(path, 1 << 20, arena, &read, &err) == PAL_OK &&
           pal_str_eq(read, pal_str_of(text));
}

/* Hidden entries too. */
static int entries(const char *folder)
{
    char command[1024];
    int n = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    cr_assert_eq(fscanf(pipe, "%d", &n), 1);
    pclose(pipe);
    return n;
}

static void open_out(const char *path)
{
    cr_assert_eq(pal_outdir_open(path, arena, &out, &err), PAL_OK, "%s", err.text);
}

static void write_out(const char *name, const char *text)
{
    cr_assert_eq(pal_outdir_write(out, pal_str_of(name), pal_str_of(text), &err), PAL_OK, "%s",
                 err.text);
}

static void commit(void) { cr_assert_eq(pal_outdir_commit(out, &err), PAL_OK, "%s", err.text); }

#define MANIFEST "{\n  \"program\": \"palermo 0.1.0\"\n}\n"

Test(io_outdir, appears_at_commit_and_not_before)
{
    const char *path = scratch_path("a/b/out");
    open_out(path);
    write_out("manifest.json", MANIFEST);
    write_out("tables/en/one.csv", "1\n");
    write_out("tables/fr/one.csv", "2\n");
    cr_expect_not(pal_dir_exists(path));
    commit();
    cr_expect(holds(scratch_path("a/b/out/tables/fr/one.csv"), "2\n"));
    cr_expect_eq(entries(scratch_path("a/b")), 1);
}

Test(io_outdir, replaces_the_older_one_whole)
{
    const char *path = scratch_path("out/");
    open_out(path);
    write_out("manifest.json", MANIFEST);
    write_out("old.csv", "old\n");
    commit();
    open_out(path);
    write_out("manifest.json", MANIFEST);
    write_out("new.csv", "new\n");
    cr_expect(holds(scratch_path("out/old.csv"), "old\n"), "the older one stays until then");
    commit();
    cr_expect(holds(scratch_path("out/new.csv"), "new\n"));
    cr_expect_not(pal_file_exists(scratch_path("out/old.csv")));
    cr_expect_eq(entries(scratch_folder()), 1);
    cr_expect_eq(pal_outdir_commit(out, &err), PAL_BUG, "a second commit");
}

Test(io_outdir, without_a_commit_nothing_is_left)
{
    open_out(scratch_path("out"));
    write_out("deep/er/file", "x");
    pal_outdir_abandon(out);
    pal_outdir_abandon(out);
    cr_expect_eq(entries(scratch_folder()), 0);
    open_out(scratch_path("out"));
    write_out("file", "x");
    pal_arena_free(arena);
    arena = pal_arena_new();
    cr_expect_eq(entries(scratch_folder()), 0, "the arena's end abandons it");
}

Test(io_outdir, folders_of_others_are_not_replaced)
{
    const char *path = scratch_path("theirs");
    cr_assert_eq(mkdir(path, 0777), 0);
    open_out(path);
    write_out("manifest.json", MANIFEST);
    commit();
    cr_expect(pal_file_exists(scratch_path("theirs/manifest.json")), "an empty folder may be");
    static const char *const theirs[] = {"theirs2/.git", "theirs3/manifest.json", "theirs4/x"};
    for (size_t i = 0; i < PAL_COUNT(theirs); i++) {
        char folder[20];
        snprintf(folder, sizeof folder, "%.7s", theirs[i]);
        cr_assert_eq(mkdir(scratch_path(folder), 0777), 0);
        scratch_text(theirs[i], "{\"name\": \"a web page\"}");
        cr_expect_eq(pal_outdir_open(scratch_path(folder), arena, &out, &err), PAL_IO);
        cr_expect(strstr(err.text, "holds files that palermo did not make"), "%s", err.text);
        cr_expect(pal_file_exists(scratch_path(theirs[i])));
    }
    cr_expect_eq(pal_outdir_open(scratch_text("file", "x"), arena, &out, &err), PAL_IO);
    cr_expect(strstr(err.text, "is no folder"));
    cr_expect_eq(pal_outdir_open(".", arena, &out, &err), PAL_USAGE);
    cr_expect_eq(pal_outdir_open("/", arena, &out, &err), PAL_USAGE);
}

Test(io_outdir, files_that_came_meanwhile_are_kept)
{
    const char *path = scratch_path("out");
    open_out(path);
    write_out("manifest.json", MANIFEST);
    cr_assert_eq(mkdir(path, 0777), 0);
    scratch_text("out/theirs", "x");
    cr_expect_eq(pal_outdir_commit(out, &err), PAL_IO);
    cr_expect(pal_file_exists(scratch_path("out/theirs")));
}

Test(io_outdir, a_link_to_a_folder_stays)
{
    open_out(scratch_path("real"));
    write_out("manifest.json", MANIFEST);
    commit();
    cr_assert_eq(symlink(scratch_path("real"), scratch_path("link")), 0);
    open_out(scratch_path("link"));
    write_out("manifest.json", MANIFEST);
    write_out("new", "x");
    commit();
    cr_expect(holds(scratch_path("real/new"), "x"));
    struct stat info;
    cr_assert_eq(lstat(scratch_path("link"), &info), 0);
    cr_expect(S_ISLNK(info.st_mode));
}

Test(io_outdir, links_inside_are_removed_and_not_followed)
{
    scratch_text("precious", "x");
    const char *path = scratch_path("out");
    open_out(path);
    write_out("manifest.json", MANIFEST);
    commit();
    cr_assert_eq(symlink(scratch_folder(), scratch_path("out/up")), 0);
    open_out(path);
    write_out("manifest.json", MANIFEST);
    commit();
    cr_expect(pal_file_exists(scratch_path("precious")));
    cr_expect_not(pal_dir_exists(scratch_path("out/up")));
}

Test(io_outdir, no_path_leads_out)
{
    static const char *const names[] = {"../x", "/x", "a/../../x", "a//b", "", "a\\b", "./x", "a/"};
    const char *path;
    open_out(scratch_path("out"));
    for (size_t i = 0; i < PAL_COUNT(names); i++)
        cr_expect_eq(pal_outdir_path(out, arena, pal_str_of(names[i]), &path, &err), PAL_BUG, "%s",
                     names[i]);
}

Test(io_outdir, what_a_killed_run_left_is_removed_and_what_runs_is_not)
{
    const char *path = scratch_path("out");
    scratch_folder(); /* made by this process, not by the child */
    int ready[2];
    cr_assert_eq(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        if (pal_outdir_open(path, arena, &out, &err) != PAL_OK ||
            pal_outdir_write(out, PAL_STR("half"), PAL_STR("x"), &err) != PAL_OK ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    char c;
    cr_assert_eq(read(ready[0], &c, 1), 1);
    open_out(path);
    cr_expect_eq(entries(scratch_folder()), 2, "two runs write beside each other");
    pal_outdir_abandon(out);
    cr_expect_eq(entries(scratch_folder()), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_expect_eq(entries(scratch_folder()), 1);
    open_out(path);
    write_out("manifest.json", MANIFEST);
    commit();
    cr_expect_eq(entries(scratch_folder()), 1, "only the output is left");
}
