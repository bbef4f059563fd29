/* systems_read.c: tables of lists in the shapes that people have:
 *
 *   patterns with counts   A,B,C,count   1,0,1,12        a row a history
 *   a row a person         sex,A,B,C     F,yes,no,yes    1/0, yes/no, true/false, obs/un, x/-
 *   a row a sighting       id,source     17,police       --person id --list source
 *
 * Rows are kept as bits (one a candidate column), so a file may be larger than memory by far. */
#include "systems.h"

#include "estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 64 };  /* columns that may be lists, when nobody said which are */
enum { APART_NAMED = 10 }; /* pairs of lists that never overlap, by name */

enum mark { MARK_OFF, MARK_ON, MARK_NONE };

/* What a cell of a list column says. */
static enum mark mark_of(pal_str cell)
{
    static const char *const on[] = {"1", "yes", "y", "true", "obs", "observed", "x"};
    static const char *const off[] = {"0", "no", "n", "false", "un", "unobserved", "-"};
    if (cell.len == 1 && (cell.ptr[0] == '0' || cell.ptr[0] == '1'))
        return cell.ptr[0] == '1' ? MARK_ON : MARK_OFF;
    for (size_t i = 0; i < PAL_COUNT(on); i++)
        if (pal_str_eq_nocase(cell, pal_str_of(on[i])))
            return MARK_ON;
    for (size_t i = 0; i < PAL_COUNT(off); i++)
        if (pal_str_eq_nocase(cell, pal_str_of(off[i])))
            return MARK_OFF;
    return MARK_NONE;
}

struct kept { /* one row, or one person of a row-a-sighting file */
    uint64_t on;
    double count; /* NaN: the cell's count was not given */
    uint32_t group;
};

struct reader {
    struct sys_job *job;
    const char *name; /* of the file, for messages */
    const pal_str *header;
    size_t columns;
    size_t count, person, list; /* columns; SIZE_MAX: none */
    size_t bys, by[16];
    size_t wheres;
    struct est_where *where;               /* [wheres] */
    size_t *where_column;                  /* [wheres] */
    size_t candidates, column[CANDIDATES]; /* of the lists, by candidate */
    bool given;                            /* --lists named them */
    uint64_t marks[CANDIDATES];            /* cells that are marks */
    uint64_t odd_line[CANDIDATES];         /* the first that is none */
    pal_str odd[CANDIDATES];
    size_t rows, room;
    struct kept *row;
    struct pal_map *groups;  /* key texts joined by 0x1f */
    struct pal_map *persons; /* group and person */
    struct pal_map *sources; /* lists of a row-a-sighting file */
};

static enum pal_status fail_at(const struct reader *r, uint64_t line, size_t column,
                               struct pal_error *err, const char *what, pal_str value,
                               const char *todo)
{
    const struct pal_place at = {r->name, line, (uint32_t)(column + 1)};
    return pal_fail_at(err, PAL_DATA, &at, "'%.*s' %s '%.*s'; %s", PAL_ARG(value), what,
                       PAL_ARG(r->header[column]), todo);
}

/* ---- columns
 * ---------------------------------------------------------------------------------------- */

static enum pal_status column_named(const struct reader *r, pal_str name, const char *option,
                                    size_t *out, struct pal_error *err)
{
    for (size_t c = 0; c < r->columns; c++)
        if (pal_str_eq(r->header[c], name)) {
            *out = c;
            return PAL_OK;
        }
    const pal_str near = pal_nearest(name, r->header, r->columns);
    return pal_fail(err, PAL_USAGE, "%s: '%s' has no column '%.*s'%s%.*s%s", option, r->name,
                    PAL_ARG(name), PAL_NEAR(near));
}

static enum pal_status find_wheres(struct reader *r, struct pal_error *err)
{
    const struct cli_list *given = &r->job->options->where;
    r->wheres = given->n;
    r->where = pal_arena_alloc(r->job->arena, given->n + 1, sizeof *r->where);
    r->where_column = pal_arena_alloc(r->job->arena, given->n + 1, sizeof *r->where_column);
    if (!r->where || !r->where_column)
        return pal_nomem(err, "the conditions");
    for (size_t i = 0; i < given->n; i++) {
        PAL_TRY(est_where_parse(pal_str_of(given->item[i]), r->job->arena, &r->where[i], err));
        PAL_TRY(column_named(r, r->where[i].column, "--where", &r->where_column[i], err));
    }
    return PAL_OK;
}

/* A cell that is a number is judged as one where the condition speaks of one. An empty cell
 * fulfils nothing. */
static bool is_wanted(const struct reader *r, const struct pal_record *record)
{
    for (size_t i = 0; i < r->wheres; i++) {
        const struct est_where *where = &r->where[i];
        const pal_str cell = record->field[r->where_column[i]];
        if (!cell.len || !est_where_cell(where, cell))
            return false;
    }
    return true;
}

static bool is_taken(const struct reader *r, size_t column)
{
    if (column == r->count || column == r->person || column == r->list)
        return true;
    for (size_t b = 0; b < r->bys; b++)
        if (r->by[b] == column)
            return true;
    for (size_t i = 0; i < r->wheres; i++)
        if (r->where_column[i] == column)
            return true;
    return false;
}

/* A column that is called what columns of counts are called. */
static size_t find_count(const struct reader *r)
{
    static const char *const names[] = {"count",   "n",      "freq", "frequency",
                                        "persons", "people", "cases"};
    for (size_t i = 0; i < PAL_COUNT(names); i++)
        for (size_t c = 0; c < r->columns; c++)
            if (pal_str_eq_nocase(r->header[c], pal_str_of(names[i])) && !is_taken(r, c))
                return c;
    return SIZE_MAX;
}

static enum pal_status find_lists(struct reader *r, struct pal_error *err)
{
    const struct sys_options *o = r->job->options;
    if (o->lists) {
        pal_str rest = pal_str_of(o->lists), name;
        while (pal_str_split(&rest, ',', &name)) {
            if (r->candidates == PAL_LISTS_MOST)
                return pal_fail(err, PAL_USAGE, "--lists names more than %d lists", PAL_LISTS_MOST);
            PAL_TRY(
                column_named(r, pal_str_trim(name), "--lists", &r->column[r->candidates++], err));
        }
        r->given = true;
        return PAL_OK;
    }
    for (size_t c = 0; c < r->columns; c++) {
        if (is_taken(r, c) || !r->header[c].len)
            continue;
        if (r->candidates == CANDIDATES)
            return pal_fail(err, PAL_USAGE,
                            "'%s' has more than %d columns that may be lists; name them with "
                            "--lists A,B,C",
                            r->name, CANDIDATES);
        r->column[r->candidates++] = c;
    }
    return PAL_OK;
}

static enum pal_status find_columns(struct reader *r, struct pal_error *err)
{
    const struct sys_options *o = r->job->options;
    r->count = r->person = r->list = SIZE_MAX;
    PAL_TRY(find_wheres(r, err));
    if (o->by) {
        pal_str rest = pal_str_of(o->by), name;
        while (pal_str_split(&rest, ',', &name)) {
            if (r->bys == PAL_COUNT(r->by))
                return pal_fail(err, PAL_USAGE, "--by names more than %zu columns",
                                PAL_COUNT(r->by));
            PAL_TRY(column_named(r, pal_str_trim(name), "--by", &r->by[r->bys++], err));
        }
    }
    if (!o->person != !o->list)
        return pal_fail(err, PAL_USAGE,
                        "--person and --list go together: the columns of a row-a-sighting file");
    if (o->person) {
        PAL_TRY(column_named(r, pal_str_of(o->person), "--person", &r->person, err));
        PAL_TRY(column_named(r, pal_str_of(o->list), "--list", &r->list, err));
        if (o->count)
            return pal_fail(err, PAL_USAGE,
                            "--count does not go with --person: a row is a person "
                            "on a list");
        return PAL_OK;
    }
    if (o->count)
        PAL_TRY(column_named(r, pal_str_of(o->count), "--count", &r->count, err));
    else
        r->count = find_count(r);
    return find_lists(r, err);
}

/* ---- rows
 * ------------------------------------------------------------------------------------------- */

static enum pal_status group_of(struct reader *r, const struct pal_record *record, uint32_t *out,
                                struct pal_error *err)
{
    char room[512];
    size_t at;
    if (r->bys == 0) {
        at = pal_map_add(r->groups, PAL_STR(""), NULL);
    } else if (r->bys == 1) {
        at = pal_map_add(r->groups, record->field[r->by[0]], NULL);
    } else {
        size_t n = 0;
        for (size_t b = 0; b < r->bys; b++) {
            const pal_str cell = record->field[r->by[b]];
            if (n + cell.len + 1 > sizeof room)
                return fail_at(r, record->line, r->by[b], err, "is too long for a group of",
                               (pal_str){cell.ptr, 40}, "choose another column for --by");
            if (b)
                room[n++] = '\x1f';
            if (cell.len)
                memcpy(room + n, cell.ptr, cell.len);
            n += cell.len;
        }
        at = pal_map_add(r->groups, (pal_str){room, n}, NULL);
    }
    if (at == SIZE_MAX)
        return pal_nomem(err, "groups");
    if (at >= 100000)
        return pal_fail(err, PAL_DATA,
                        "--by makes more than 100,000 groups; choose columns of categories");
    *out = (uint32_t)at;
    return PAL_OK;
}

static enum pal_status keep(struct reader *r, struct kept row, struct pal_error *err)
{
    if (r->rows == r->room) {
        const size_t room = r->room ? 2 * r->room : 1024;
        struct kept *grown = pal_arena_grow(r->job->arena, r->row, r->room, room, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the table");
        r->row = grown;
        r->room = room;
    }
    r->row[r->rows++] = row;
    return PAL_OK;
}

static bool is_missing(pal_str cell)
{
    return cell.len == 0 || pal_str_eq(cell, PAL_STR("NA")) || pal_str_eq(cell, PAL_STR(".")) ||
           pal_str_eq(cell, PAL_STR(".."));
}

static enum pal_status read_marks(struct reader *r, const struct pal_record *record,
                                  struct pal_error *err)
{
    struct kept row = {.count = 1};
    if (r->count != SIZE_MAX) {
        const pal_str cell = record->field[r->count];
        if (is_missing(cell))
            row.count = (double)NAN;
        else if (!pal_num_parse(cell, &row.count) || row.count < 0 ||
                 row.count != floor(row.count) || row.count > 9007199254740992.0)
            return fail_at(r, record->line, r->count, err, "is no count of", cell,
                           "counts are whole numbers from 0");
    }
    for (size_t i = 0; i < r->candidates; i++) {
        const pal_str cell = record->field[r->column[i]];
        const enum mark mark = mark_of(cell);
        if (mark == MARK_NONE) {
            if (r->given)
                return fail_at(r, record->line, r->column[i], err, "is no mark of list", cell,
                               "write 1 or 0, yes or no, true or false, obs or un, x or -");
            if (!r->odd_line[i]) {
                r->odd_line[i] = record->line;
                r->odd[i] = pal_arena_str(r->job->arena, cell);
            }
            continue;
        }
        r->marks[i]++;
        if (mark == MARK_ON)
            row.on |= (uint64_t)1 << i;
    }
    PAL_TRY(group_of(r, record, &row.group, err));
    return keep(r, row, err);
}

static enum pal_status read_sighting(struct reader *r, const struct pal_record *record,
                                     struct pal_error *err)
{
    const pal_str person = record->field[r->person], source = record->field[r->list];
    struct kept row = {.count = 1};
    char key[600];
    if (!source.len)
        return fail_at(r, record->line, r->list, err, "is no list in column", source,
                       "name the list that saw this person");
    if (!person.len)
        return fail_at(r, record->line, r->person, err, "is no person in column", person,
                       "every row needs the key of a person");
    const size_t list = pal_map_add(r->sources, source, NULL);
    if (list == SIZE_MAX)
        return pal_nomem(err, "lists");
    if (list >= CANDIDATES)
        return pal_fail(err, PAL_DATA, "column '%.*s' holds more than %d lists",
                        PAL_ARG(r->header[r->list]), CANDIDATES);
    PAL_TRY(group_of(r, record, &row.group, err));
    if (person.len + 16 > sizeof key)
        return fail_at(r, record->line, r->person, err, "is too long for a key of",
                       (pal_str){person.ptr, 40}, "use shorter keys");
    const int n = snprintf(key, sizeof key, "%u\x1f%.*s", row.group, PAL_ARG(person));
    bool fresh;
    const size_t at = pal_map_add(r->persons, (pal_str){key, (size_t)n}, &fresh);
    if (at == SIZE_MAX)
        return pal_nomem(err, "persons");
    if (fresh)
        PAL_TRY(keep(r, row, err));
    r->row[at].on |= (uint64_t)1 << list;
    return PAL_OK;
}

static enum pal_status read_rows(struct reader *r, struct pal_records *records,
                                 struct pal_error *err)
{
    enum { BETWEEN_LOOKS = 65536 };
    for (size_t n = 0;; n++) {
        struct pal_record record;
        bool end;
        if (n % BETWEEN_LOOKS == 0)
            PAL_TRY(pal_in_time(r->job->until, err, "after %zu rows", n));
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (record.fields != r->columns) {
            const struct pal_place at = {r->name, record.line, 0};
            return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields, the header %zu",
                               record.fields, r->columns);
        }
        if (is_wanted(r, &record))
            PAL_TRY(r->person != SIZE_MAX ? read_sighting(r, &record, err)
                                          : read_marks(r, &record, err));
    }
}

/* ---- from rows to tables
 * ------------------------------------------------------------------------------ */

/* Without --lists, a column whose every cell is a mark is a list. One that is nearly so is not
 * dropped in silence. */
static enum pal_status choose_lists(struct reader *r, uint64_t *chosen, struct pal_error *err)
{
    *chosen = 0;
    size_t n = 0;
    for (size_t i = 0; i < r->candidates; i++) {
        if (r->odd_line[i]) {
            if (r->marks[i] * 2 >= r->rows)
                return fail_at(r, r->odd_line[i], r->column[i], err, "is no mark of list",
                               r->odd[i],
                               "the other cells look like a list: correct it, or name the lists "
                               "with --lists");
            continue;
        }
        *chosen |= (uint64_t)1 << i;
        n++;
    }
    if (n > PAL_LISTS_MOST)
        return pal_fail(err, PAL_DATA,
                        "%zu columns of '%s' look like lists, more than %d; name them with "
                        "--lists, or merge some first",
                        n, r->name, PAL_LISTS_MOST);
    if (n == 0)
        return pal_fail(err, PAL_DATA,
                        "no column of '%s' looks like a list (every cell 1 or 0, yes or no, obs "
                        "or un); name the lists with --lists A,B,C",
                        r->name);
    return PAL_OK;
}

static enum pal_status names_of(struct reader *r, uint64_t chosen, pal_str *name, size_t *t,
                                size_t *place /* [CANDIDATES] */, struct pal_error *err)
{
    *t = 0;
    if (r->person == SIZE_MAX) {
        for (size_t i = 0; i < r->candidates; i++)
            if (chosen >> i & 1) {
                place[i] = *t;
                name[(*t)++] = r->header[r->column[i]];
            }
        return PAL_OK;
    }
    /* Lists of a row-a-sighting file: those of --lists in their order, or all, sorted. */
    const size_t n = pal_map_count(r->sources);
    for (size_t i = 0; i < n; i++)
        place[i] = SIZE_MAX;
    if (r->job->options->lists) {
        pal_str rest = pal_str_of(r->job->options->lists), piece;
        while (pal_str_split(&rest, ',', &piece)) {
            const size_t at = pal_map_find(r->sources, pal_str_trim(piece));
            if (at == SIZE_MAX)
                return pal_fail(err, PAL_USAGE, "--lists: nobody in '%s' is on a list '%.*s'",
                                r->name, PAL_ARG(pal_str_trim(piece)));
            if (*t == PAL_LISTS_MOST)
                return pal_fail(err, PAL_USAGE, "--lists names more than %d lists", PAL_LISTS_MOST);
            place[at] = *t;
            name[(*t)++] = pal_map_key(r->sources, at);
        }
        return PAL_OK;
    }
    if (n > PAL_LISTS_MOST)
        return pal_fail(err, PAL_DATA,
                        "'%s' holds %zu lists, more than %d; choose some with --lists", r->name, n,
                        PAL_LISTS_MOST);
    for (size_t i = 0; i < n; i++) {
        size_t rank = 0;
        for (size_t k = 0; k < n; k++)
            rank += pal_str_cmp(pal_map_key(r->sources, k), pal_map_key(r->sources, i)) < 0;
        place[i] = rank;
        name[rank] = pal_map_key(r->sources, i);
    }
    *t = n;
    return PAL_OK;
}

static int group_order(const void *a, const void *b)
{
    const struct sys_group *x = a, *y = b;
    for (size_t i = 0;; i++) { /* keys differ somewhere: they come from a map */
        const int order = pal_str_cmp(x->key[i], y->key[i]);
        if (order)
            return order;
    }
}

enum { TABLES_MOST = 1 << 27 }; /* histories of all groups */

static enum pal_status too_many(size_t groups, size_t t, struct pal_error *err)
{
    return pal_fail(err, PAL_DATA, "%zu groups of %zu lists are too many tables; ask for fewer",
                    groups, t);
}

static enum pal_status make_groups(struct reader *r, const pal_str *name, size_t t,
                                   struct pal_error *err)
{
    struct sys_job *job = r->job;
    const size_t n = pal_map_count(r->groups);
    if (n * ((size_t)1 << t) > TABLES_MOST)
        return too_many(n, t, err);
    job->cells = n;
    job->groups = n + (r->bys > 0);
    job->group = pal_arena_alloc(job->arena, job->groups + 1, sizeof *job->group);
    if (!job->group)
        return pal_nomem(err, "groups");
    for (size_t g = 0; g < job->groups; g++) {
        pal_str *key = pal_arena_alloc(job->arena, r->bys + 1, sizeof *key);
        if (!key)
            return pal_nomem(err, "groups");
        pal_str rest = g < n ? pal_map_key(r->groups, g) : (pal_str){0};
        for (size_t b = 0; b < r->bys; b++) {
            if (g == n)
                key[b] = PAL_STR("_T");
            else if (!pal_str_split(&rest, '\x1f', &key[b]))
                key[b] = PAL_STR("");
        }
        job->group[g].key = key;
        PAL_TRY(pal_lists_new(name, t, job->arena, &job->group[g].lists, err));
        job->group[g].lists->until = job->until;
    }
    return PAL_OK;
}

/* A row a history: what no row speaks of was seen 0 times. An empty count makes the cell unknown.
 */
static void pour(struct sys_group *group, uint32_t cell, double count)
{
    if (cell == 0) {
        group->nowhere += isnan(count) ? 0 : count;
        return;
    }
    if (isnan(count))
        group->lists->state[cell] = PAL_HISTORY_UNKNOWN;
    else
        group->lists->count[cell] += count;
}

/* ---- margins: groups of some of the columns alone
 * ---------------------------------------------------------------- */

/* The key of a cell with "_T" in the places outside `kept`, as one text. */
static enum pal_status margin_key(const struct reader *r, const pal_str *key, size_t kept,
                                  struct pal_buf *out, struct pal_error *err)
{
    pal_buf_clear(out);
    for (size_t b = 0; b < r->bys; b++) {
        pal_buf_add(out, kept >> b & 1 ? key[b] : PAL_STR("_T"));
        pal_buf_addc(out, '\x1f');
    }
    return pal_buf_status(out, "groups", err);
}

static enum pal_status margin_new(struct reader *r, pal_str text, struct sys_group *out,
                                  struct pal_error *err)
{
    const struct pal_lists *like = r->job->group[0].lists;
    pal_str *key = pal_arena_alloc(r->job->arena, r->bys, sizeof *key);
    if (!key)
        return pal_nomem(err, "groups");
    for (size_t b = 0; b < r->bys; b++)
        if (!pal_str_split(&text, '\x1f', &key[b]))
            key[b] = PAL_STR("");
    out->key = key;
    PAL_TRY(pal_lists_new(like->name, like->t, r->job->arena, &out->lists, err));
    out->lists->until = like->until;
    return PAL_OK;
}

static void margin_add(struct sys_group *margin, const struct sys_group *cell)
{
    margin->nowhere += cell->nowhere;
    for (size_t c = 1; c < cell->lists->cells; c++) {
        margin->lists->count[c] += cell->lists->count[c];
        if (cell->lists->state[c] != PAL_HISTORY_COUNTED)
            margin->lists->state[c] = cell->lists->state[c];
    }
}

/* Between the cells and the whole: every group of some of the columns. */
static enum pal_status make_margins(struct reader *r, struct pal_error *err)
{
    struct sys_job *job = r->job;
    struct pal_map *map = pal_map_new(job->arena, 0);
    struct pal_buf text;
    size_t n = 0, room = 0;
    struct sys_group *margin = NULL;
    if (!map)
        return pal_nomem(err, "groups");
    pal_buf_init(&text, job->arena, 65536);
    for (size_t kept = 1; kept + 1 < (size_t)1 << r->bys; kept++)
        for (size_t g = 0; g < job->cells; g++) {
            bool fresh;
            PAL_TRY(margin_key(r, job->group[g].key, kept, &text, err));
            const size_t at = pal_map_add(map, pal_buf_str(&text), &fresh);
            if (at == SIZE_MAX)
                return pal_nomem(err, "groups");
            if ((job->groups + at + 1) * job->group[0].lists->cells > TABLES_MOST)
                return too_many(job->groups + at + 1, job->group[0].lists->t, err);
            if (at == room) {
                const size_t grown = room ? 2 * room : 64;
                margin = pal_arena_grow(job->arena, margin, room, grown, sizeof *margin);
                if (!margin)
                    return pal_nomem(err, "groups");
                room = grown;
            }
            if (fresh)
                PAL_TRY(margin_new(r, pal_map_key(map, n++), &margin[at], err));
            margin_add(&margin[at], &job->group[g]);
        }
    qsort(margin, n, sizeof *margin, group_order);
    const struct sys_group all = job->group[job->groups - 1];
    job->group =
        pal_arena_grow(job->arena, job->group, job->groups, job->groups + n, sizeof *job->group);
    if (!job->group)
        return pal_nomem(err, "groups");
    memcpy(job->group + job->cells, margin, n * sizeof *margin);
    job->groups += n;
    job->group[job->groups - 1] = all;
    return PAL_OK;
}

static enum pal_status make_tables(struct reader *r, struct pal_error *err)
{
    struct sys_job *job = r->job;
    pal_str name[PAL_LISTS_MOST];
    size_t t, place[CANDIDATES];
    uint64_t chosen;
    if (!r->rows)
        return pal_fail(err, PAL_DATA,
                        r->wheres ? "no row of '%s' fulfils --where" : "'%s' has no rows", r->name);
    if (r->person == SIZE_MAX)
        PAL_TRY(choose_lists(r, &chosen, err));
    else
        chosen = UINT64_MAX;
    PAL_TRY(names_of(r, chosen, name, &t, place, err));
    PAL_TRY(make_groups(r, name, t, err));
    const size_t candidates = r->person == SIZE_MAX ? r->candidates : pal_map_count(r->sources);
    for (size_t i = 0; i < r->rows; i++) {
        const struct kept *row = &r->row[i];
        uint32_t cell = 0;
        for (size_t c = 0; c < candidates; c++)
            if ((chosen >> c & 1) && (row->on >> c & 1) && place[c] < t)
                cell |= (uint32_t)1 << place[c];
        pour(&job->group[row->group], cell, row->count);
        if (r->bys)
            pour(&job->group[job->groups - 1], cell, row->count);
    }
    if (r->bys)
        qsort(job->group, job->groups - 1, sizeof *job->group, group_order);
    return job->options->margins && r->bys > 1 ? make_margins(r, err) : PAL_OK;
}

/* ---- merging, structural zeros, findings
 * -------------------------------------------------------------- */

static enum pal_status merge_lists(struct sys_job *job, struct pal_error *err)
{
    for (size_t m = 0; m < job->options->merge.n; m++) {
        const pal_str text = pal_str_of(job->options->merge.item[m]);
        pal_str rest = text, left;
        if (!pal_str_split(&rest, '=', &left) || !rest.len)
            return pal_fail(err, PAL_USAGE, "--merge '%.*s' is not A+B=NAME", PAL_ARG(text));
        for (size_t g = 0; g < job->groups; g++) {
            uint32_t set;
            struct pal_lists *merged;
            PAL_TRY(pal_lists_set_parse(job->group[g].lists, left, &set, err));
            PAL_TRY(pal_lists_merge(job->group[g].lists, set, pal_str_trim(rest), job->arena,
                                    &merged, err));
            job->group[g].lists = merged;
        }
    }
    return PAL_OK;
}

static enum pal_status mark_impossible(struct sys_job *job, struct pal_error *err)
{
    for (size_t m = 0; m < job->options->impossible.n; m++)
        for (size_t g = 0; g < job->groups; g++) {
            struct pal_lists *lists = job->group[g].lists;
            uint32_t set;
            PAL_TRY(pal_lists_set_parse(lists, pal_str_of(job->options->impossible.item[m]), &set,
                                        err));
            for (size_t cell = 1; cell < lists->cells; cell++) {
                if ((cell & set) != set)
                    continue;
                if (lists->count[cell] > 0)
                    return pal_fail(err, PAL_DATA,
                                    "--impossible '%s': %.0f people have such a history",
                                    job->options->impossible.item[m], lists->count[cell]);
                lists->state[cell] = PAL_HISTORY_IMPOSSIBLE;
            }
        }
    return PAL_OK;
}

static void say(const struct sys_job *job)
{
    const struct sys_group *all = &job->group[job->groups - 1];
    const struct pal_lists *lists = all->lists;
    FILE *to = job->cli->err;
    if (!job->options->lists) {
        fprintf(to, "palermo: taken for lists:");
        for (size_t j = 0; j < lists->t; j++)
            fprintf(to, "%s %.*s", j ? "," : "", PAL_ARG(lists->name[j]));
        fputc('\n', to);
    }
    if (all->nowhere > 0)
        fprintf(to, "palermo: %.0f people are on no list; they are left out\n", all->nowhere);
    for (size_t j = 0; j < lists->t; j++)
        if (pal_lists_on(lists, (uint32_t)1 << j) == 0)
            fprintf(to, "palermo: list %.*s is empty\n", PAL_ARG(lists->name[j]));
    size_t apart = 0;
    for (size_t i = 0; i < lists->t; i++)
        for (size_t j = i + 1; j < lists->t; j++) {
            const uint32_t one = (uint32_t)1 << i, two = (uint32_t)1 << j;
            if (pal_lists_on(lists, one | two) > 0 || pal_lists_on(lists, one) == 0 ||
                pal_lists_on(lists, two) == 0)
                continue;
            if (apart++ < APART_NAMED)
                fprintf(to, "%s %.*s:%.*s", apart > 1 ? "," : "palermo: lists that never overlap:",
                        PAL_ARG(lists->name[i]), PAL_ARG(lists->name[j]));
        }
    if (apart > APART_NAMED)
        fprintf(to, " and %zu pairs more", apart - APART_NAMED);
    if (apart)
        fputc('\n', to);
}

enum pal_status sys_read(struct sys_job *job, struct pal_error *err)
{
    struct reader r = {.job = job};
    struct pal_records *records;
    const struct pal_dialect dialect = {.guess = true, .header_rows = 1};
    PAL_TRY(pal_records_open(job->file, &dialect, NULL, job->arena, &records, err));
    r.name = pal_records_name(records);
    r.header = pal_records_header(records, &r.columns);
    PAL_TRY(find_columns(&r, err));
    r.groups = pal_map_new(job->arena, 0);
    r.persons = pal_map_new(job->arena, 0);
    r.sources = pal_map_new(job->arena, 0);
    if (!r.groups || !r.persons || !r.sources)
        return pal_nomem(err, "the table");
    pal_str *by = pal_arena_alloc(job->arena, r.bys + 1, sizeof *by);
    if (!by)
        return pal_nomem(err, "groups");
    for (size_t b = 0; b < r.bys; b++)
        by[b] = r.header[r.by[b]];
    job->by = by;
    job->bys = r.bys;
    PAL_TRY(read_rows(&r, records, err));
    PAL_TRY(make_tables(&r, err));
    PAL_TRY(merge_lists(job, err));
    PAL_TRY(mark_impossible(job, err));
    say(job);
    return PAL_OK;
}
