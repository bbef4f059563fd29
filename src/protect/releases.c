/* releases.c: what was printed before is known for ever. The suppression ledger keeps it, and joins
 * it to the next release. */
#include "releases.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEDGER_CEILING = 1 << 30 };

size_t pal_releases_count(const struct pal_releases *r) { return r->n; }
pal_str pal_releases_name(const struct pal_releases *r, size_t i) { return r->release[i].name; }
pal_str pal_releases_head(const struct pal_releases *r) { return pal_str_of(r->head); }

/* ---- reading
 * -------------------------------------------------------------------------------------- */

struct reader {
    struct pal_releases *out;
    const char *path;
    pal_str rest;
    uint64_t line;
    size_t cells_room, relations_room;
};

static enum pal_status malformed(const struct reader *r, const char *what, struct pal_error *err)
{
    const struct pal_place at = {r->path, r->line, 0};
    return pal_fail_at(err, PAL_DATA, &at, "the ledger is not well formed: %s", what);
}

static bool number(pal_str *line, double *out)
{
    pal_str field;
    return pal_str_split(line, '\t', &field) && pal_num_parse(field, out);
}

static enum pal_status read_cell(struct reader *r, pal_str line, struct pal_error *err)
{
    struct release *release = &r->out->release[r->out->n];
    struct release_cell c = {0};
    pal_str letter;
    if (!pal_str_split(&line, '\t', &letter) || letter.len == 0 || letter.len > 2 ||
        !number(&line, &c.value) || !number(&line, &c.upper) || !number(&line, &c.lower))
        return malformed(r, "a cell has a letter, a value, two distances and a key", err);
    c.letter = letter.ptr[0];
    c.derived = letter.len == 2;
    c.key = line;
    if (release->cells == r->cells_room) {
        const size_t larger = 2 * r->cells_room + 64;
        release->cell = pal_arena_grow(r->out->arena, release->cell, r->cells_room, larger,
                                       sizeof *release->cell);
        if (!release->cell)
            return pal_nomem(err, r->path);
        r->cells_room = larger;
    }
    release->cell[release->cells++] = c;
    return PAL_OK;
}

static enum pal_status read_relation(struct reader *r, pal_str line, struct pal_error *err)
{
    struct release *release = &r->out->release[r->out->n];
    struct release_relation relation = {0};
    relation.term = pal_arena_alloc(r->out->arena, line.len / 4 + 2, sizeof *relation.term);
    if (!relation.term)
        return pal_nomem(err, r->path);
    while (line.len) {
        double cell, coef;
        if (!number(&line, &cell) || !number(&line, &coef) || cell < 0 ||
            cell >= (double)release->cells || cell != floor(cell))
            return malformed(r, "a relation names cells of its own release", err);
        relation.term[relation.n++] = (struct pal_term){(size_t)cell, coef};
    }
    if (release->relations == r->relations_room) {
        const size_t larger = 2 * r->relations_room + 64;
        release->relation = pal_arena_grow(r->out->arena, release->relation, r->relations_room,
                                           larger, sizeof *release->relation);
        if (!release->relation)
            return pal_nomem(err, r->path);
        r->relations_room = larger;
    }
    release->relation[release->relations++] = relation;
    return PAL_OK;
}

static void hash_block(const char *before, pal_str block, char *out)
{
    struct pal_sha256 hash;
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, before, strlen(before));
    pal_sha256_add(&hash, block.ptr, block.len);
    pal_sha256_hex(&hash, out);
}

/* One block: "release NAME", cells, relations, "hash". */
static enum pal_status read_block(struct reader *r, struct pal_error *err)
{
    struct pal_releases *out = r->out;
    const char *from = r->rest.ptr;
    pal_str line, word;
    out->release =
        pal_arena_grow(out->arena, out->release, out->n, out->n + 1, sizeof *out->release);
    if (!out->release)
        return pal_nomem(err, r->path);
    r->cells_room = r->relations_room = 0;
    for (bool first = true; pal_str_split(&r->rest, '\n', &line); first = false) {
        r->line++;
        const char *end = line.ptr;
        if (!pal_str_split(&line, '\t', &word))
            return malformed(r, "an empty line", err);
        if (first != pal_str_eq(word, PAL_STR("release")))
            return malformed(r, "a block begins with 'release'", err);
        if (first) {
            out->release[out->n].name = line;
        } else if (pal_str_eq(word, PAL_STR("cell"))) {
            PAL_TRY(read_cell(r, line, err));
        } else if (pal_str_eq(word, PAL_STR("relation"))) {
            PAL_TRY(read_relation(r, line, err));
        } else if (pal_str_eq(word, PAL_STR("hash"))) {
            char hash[65];
            hash_block(out->head, (pal_str){from, (size_t)(end - from)}, hash);
            if (!pal_str_eq(line, pal_str_of(hash)))
                return pal_fail(err, PAL_DATA,
                                "'%s' was changed: release '%.*s' is not what its hash says; go "
                                "back to a copy",
                                r->path, PAL_ARG(out->release[out->n].name));
            memcpy(out->head, hash, sizeof hash);
            out->n++;
            return PAL_OK;
        } else {
            return malformed(r, "no line begins so", err);
        }
    }
    return pal_fail(err, PAL_DATA, "'%s' ends inside release '%.*s'; go back to a copy", r->path,
                    PAL_ARG(out->release[out->n].name));
}

enum pal_status pal_releases_read(const char *path, struct pal_arena *arena,
                                  struct pal_releases **out, struct pal_error *err)
{
    struct pal_releases *r = pal_arena_alloc(arena, 1, sizeof *r);
    if (!r)
        return pal_nomem(err, path);
    *out = r;
    r->arena = arena;
    if (!pal_file_exists(path))
        return PAL_OK;
    PAL_TRY(pal_file_read(path, LEDGER_CEILING, arena, &r->text, err));
    struct reader reader = {.out = r, .path = path, .rest = r->text};
    while (reader.rest.len)
        PAL_TRY(read_block(&reader, err));
    return PAL_OK;
}

/* The hash that each block ends with; the file was read, so they are well formed. */
static size_t block_end(pal_str text, size_t block, char *head /* [65] */)
{
    pal_str rest = text, line, word;
    size_t done = 0;
    while (done < block && pal_str_split(&rest, '\n', &line))
        if (pal_str_split(&line, '\t', &word) && pal_str_eq(word, PAL_STR("hash"))) {
            memcpy(head, line.ptr, 64);
            head[64] = '\0';
            done++;
        }
    return text.len - rest.len;
}

bool pal_releases_holds(const struct pal_releases *r, pal_str head)
{
    char hash[65] = "";
    for (size_t i = 1; i <= r->n; i++) {
        (void)block_end(r->text, i, hash);
        if (pal_str_eq(head, pal_str_of(hash)))
            return true;
    }
    return false;
}

void pal_releases_before(struct pal_releases *r, pal_str name)
{
    size_t i = 0;
    while (i < r->n && !pal_str_eq(r->release[i].name, name))
        i++;
    if (i == r->n)
        return;
    r->head[0] = '\0';
    const size_t end = block_end(r->text, i, r->head);
    r->aside = (pal_str){r->text.ptr + end, r->text.len - end};
    r->text.len = end;
    r->n = i;
}

/* ---- joining
 * --------------------------------------------------------------------------------------- */

static bool same_value(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(1, fabs(a)); }

/* The cell of an earlier release in the system: the same when its value is, else one of its own. */
static enum pal_status variable(struct pal_system *s, const struct release_cell *c, size_t *out,
                                struct pal_error *err)
{
    *out = pal_system_find(s, c->key);
    if (*out != SIZE_MAX && same_value(s->cell[*out].value, c->value))
        return PAL_OK;
    char text[PAL_NUM_SIZE];
    pal_num_write(c->value, text);
    const pal_str key = pal_arena_printf(s->arena, "%.*s, then %s", PAL_ARG(c->key), text);
    if (!key.ptr)
        return pal_nomem(err, "earlier releases");
    const bool is_new = pal_system_find(s, key) == SIZE_MAX;
    PAL_TRY(pal_system_cell(s, key, c->value, out, err));
    if (is_new)
        s->cell[*out].earlier = s->cell[*out].derived = true;
    return PAL_OK;
}

enum pal_status releases_join_some(const struct pal_releases *r, const struct releases_some *some,
                                   struct pal_system *s, struct pal_error *err)
{
    size_t most = 1;
    for (size_t i = 0; i < some->relations; i++) {
        const struct release_item item = some->relation[i];
        const size_t n = r->release[item.release].relation[item.at].n;
        most = n > most ? n : most;
    }
    struct pal_term *term = pal_arena_alloc(s->arena, most, sizeof *term);
    if (!term)
        return pal_nomem(err, "earlier releases");
    for (size_t i = 0; i < some->cells; i++) {
        const struct release_item item = some->cell[i];
        size_t at;
        PAL_TRY(variable(s, &r->release[item.release].cell[item.at], &at, err));
    }
    for (size_t i = 0; i < some->relations; i++) {
        const struct release_item item = some->relation[i];
        const struct release *release = &r->release[item.release];
        const struct release_relation *relation = &release->relation[item.at];
        bool other = false;
        for (size_t t = 0; t < relation->n; t++) {
            term[t].coef = relation->term[t].coef;
            PAL_TRY(variable(s, &release->cell[relation->term[t].cell], &term[t].cell, err));
            other = other || s->cell[term[t].cell].earlier;
        }
        if (other) /* among cells that did not change it says what this release says */
            PAL_TRY(pal_system_relation(s, term, relation->n, err));
    }
    return PAL_OK;
}

static enum pal_status all_of(const struct pal_releases *r, struct pal_arena *arena,
                              struct releases_some *out, struct pal_error *err)
{
    size_t cells = 0, relations = 0;
    for (size_t k = 0; k < r->n; k++) {
        cells += r->release[k].cells;
        relations += r->release[k].relations;
    }
    struct release_item *cell = pal_arena_alloc(arena, cells + 1, sizeof *cell);
    struct release_item *relation = pal_arena_alloc(arena, relations + 1, sizeof *relation);
    if (!cell || !relation)
        return pal_nomem(err, "earlier releases");
    *out = (struct releases_some){.cell = cell, .relation = relation};
    for (size_t k = 0; k < r->n; k++) {
        for (size_t i = 0; i < r->release[k].cells; i++)
            cell[out->cells++] = (struct release_item){k, i};
        for (size_t i = 0; i < r->release[k].relations; i++)
            relation[out->relations++] = (struct release_item){k, i};
    }
    return PAL_OK;
}

enum pal_status pal_releases_join(const struct pal_releases *r, struct pal_system *s,
                                  struct pal_error *err)
{
    struct releases_some all;
    PAL_TRY(all_of(r, s->arena, &all, err));
    return releases_join_some(r, &all, s, err);
}

static void hide_again(struct pal_entry *now, const struct release_cell *then)
{
    if (then->letter == 'S') {
        if (now->mark == PAL_CELL_OPEN) {
            now->mark = PAL_CELL_SECONDARY;
            now->letter = 'S';
        }
        return;
    }
    if (now->mark != PAL_CELL_PRIMARY)
        now->letter = then->letter;
    now->mark = PAL_CELL_PRIMARY;
    now->upper = fmax(now->upper, then->upper);
    now->lower = fmax(now->lower, fmin(then->lower, now->value));
}

enum pal_status releases_settle_some(const struct pal_releases *r, const struct releases_some *some,
                                     struct pal_system *s, size_t *told, struct pal_error *err)
{
    *told = 0;
    for (size_t i = 0; i < s->cells; i++)
        if (s->cell[i].earlier)
            s->cell[i].derived = false;
    for (int printed = 0; printed < 2; printed++)
        for (size_t i = 0; i < some->cells; i++) {
            const struct release_cell *c =
                &r->release[some->cell[i].release].cell[some->cell[i].at];
            const bool was_printed = c->letter == 'F' || c->letter == '-';
            size_t at, now = pal_system_find(s, c->key);
            if (was_printed != (printed == 1))
                continue;
            PAL_TRY(variable(s, c, &at, err));
            struct pal_entry *e = &s->cell[at];
            if (!was_printed) {
                hide_again(e, c);
                if (now != SIZE_MAX && now != at && s->cell[now].mark == PAL_CELL_OPEN) {
                    s->cell[now].mark = PAL_CELL_SECONDARY; /* a revision stays hidden */
                    s->cell[now].letter = 'S';
                }
                continue;
            }
            *told += e->mark == PAL_CELL_PRIMARY;
            e->mark = PAL_CELL_OPEN; /* printed once, with this value: known for ever */
            e->letter = c->letter == '-' ? '\0' : 'F';
            e->fixed = true;
            e->derived = c->derived;
        }
    return PAL_OK;
}

enum pal_status pal_releases_settle(const struct pal_releases *r, struct pal_system *s,
                                    size_t *told, struct pal_error *err)
{
    struct releases_some all;
    PAL_TRY(all_of(r, s->arena, &all, err));
    return releases_settle_some(r, &all, s, told, err);
}

/* ---- adding
 * --------------------------------------------------------------------------------------- */

static void add_number(struct pal_buf *out, double value)
{
    char text[PAL_NUM_SIZE];
    pal_buf_addc(out, '\t');
    pal_buf_add(out, (pal_str){text, pal_num_write(value, text)});
}

static enum pal_status write_block(const struct pal_system *s, pal_str name, struct pal_buf *out,
                                   struct pal_error *err)
{
    size_t *index = pal_arena_alloc(s->arena, s->cells + 1, sizeof *index), n = 0;
    if (!index)
        return pal_nomem(err, "the ledger");
    pal_buf_addf(out, "release\t%.*s\n", PAL_ARG(name));
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        if (c->earlier)
            continue;
        if (memchr(c->key.ptr, '\n', c->key.len))
            return pal_fail(err, PAL_DATA, "the code '%.*s' has a line break", PAL_ARG(c->key));
        index[i] = n++;
        pal_buf_addf(out, "cell\t%c%s", c->letter ? c->letter : '-', c->derived ? "d" : "");
        add_number(out, c->value);
        add_number(out, c->upper);
        add_number(out, c->lower);
        pal_buf_addf(out, "\t%.*s\n", PAL_ARG(c->key));
    }
    for (size_t r = 0; r < s->relations; r++) {
        bool own = true;
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
            own = own && !s->cell[s->term[t].cell].earlier;
        if (!own)
            continue;
        pal_buf_adds(out, "relation");
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
            pal_buf_addf(out, "\t%zu", index[s->term[t].cell]);
            add_number(out, s->term[t].coef);
        }
        pal_buf_addc(out, '\n');
    }
    return PAL_OK;
}

enum pal_status pal_releases_add(struct pal_releases *r, pal_str name, const struct pal_system *s,
                                 struct pal_error *err)
{
    struct pal_buf block, all;
    char hash[65];
    for (size_t i = 0; i < r->n; i++)
        if (pal_str_eq(r->release[i].name, name))
            return pal_fail(err, PAL_USAGE, "the ledger has a release '%.*s' already",
                            PAL_ARG(name));
    if (!name.len || memchr(name.ptr, '\n', name.len) || memchr(name.ptr, '\t', name.len))
        return pal_fail(err, PAL_USAGE, "a release has a name on one line");
    pal_buf_init(&block, r->arena, LEDGER_CEILING);
    pal_buf_init(&all, r->arena, LEDGER_CEILING);
    PAL_TRY(write_block(s, name, &block, err));
    PAL_TRY(pal_buf_status(&block, "the ledger", err));
    hash_block(r->head, pal_buf_str(&block), hash);
    pal_buf_add(&all, r->text);
    pal_buf_add(&all, pal_buf_str(&block));
    pal_buf_addf(&all, "hash\t%s\n", hash);
    PAL_TRY(pal_buf_status(&all, "the ledger", err));
    struct reader reader = {.out = r, .path = "the ledger", .rest = pal_buf_str(&all)};
    reader.rest.ptr += r->text.len;
    reader.rest.len -= r->text.len;
    r->text = pal_buf_str(&all);
    return read_block(&reader, err);
}

enum pal_status pal_releases_write(const struct pal_releases *r, const char *path, size_t from,
                                   struct pal_error *err)
{
    char head[65];
    const pal_str old = r->aside;
    const size_t kept = block_end(r->text, from, head);
    const pal_str new = {r->text.ptr + kept, r->text.len - kept};
    const pal_str shorter = new.len < old.len ? new : old;
    if (shorter.len && memcmp(new.ptr, old.ptr, shorter.len) != 0)
        return pal_fail(err, PAL_DATA,
                        "'%s' has the release '%.*s', and it would be printed otherwise now; what "
                        "was printed stays known: give this one a name of its own",
                        path, PAL_ARG(r->release[from].name));
    if (new.len <= old.len) /* it says all of this already */
        return PAL_OK;
    /* Nobody else may read it, not even while it is new. */
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0)
        (void)close(fd);
    else if (errno != EEXIST)
        return pal_fail_errno(err, "cannot create '%s'", path);
    else if (chmod(path, S_IRUSR | S_IWUSR) != 0)
        return pal_fail_errno(err, "'%s' cannot be closed to others", path);
    return pal_file_write(path, r->text, err);
}

enum pal_status pal_releases_append(const char *path, struct pal_releases *r, pal_str name,
                                    const struct pal_system *s, struct pal_error *err)
{
    const size_t from = r->n;
    PAL_TRY(pal_releases_add(r, name, s, err));
    return pal_releases_write(r, path, from, err);
}
