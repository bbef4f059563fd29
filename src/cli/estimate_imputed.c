/* estimate_imputed.c: completed data sets of multiple imputation. Each is a pass of its own, with
 * its own design and weights; the rows that come out of all of them become one. */
#include "estimate_reading.h"

#include <math.h>
#include <string.h>

struct set { /* one completed data set */
    struct est_pass *pass;
    struct est_survey_reader *reader; /* of the file at hand */
    struct pal_batch batch;           /* its rows of the batch at hand */
    struct pal_column *column;
    uint64_t *line;
    uint8_t *state;
    size_t room;
};

struct est_imputed {
    struct pal_map *names; /* the sets by the text that names them */
    struct set *set;
    size_t sets, room;
    uint32_t *of_code; /* set + 1 of the codes of the column; 0: not met */
    size_t codes;
};

enum pal_status est_imputed_new(struct est_pass *pass, struct pal_error *err)
{
    struct est_imputed *im = pal_arena_alloc(pass->arena, 1, sizeof *im);
    if (!im)
        return pal_nomem(err, "a pass");
    im->names = pal_map_new(pass->arena, 0);
    pass->imputed = im;
    return im->names ? PAL_OK : pal_nomem(err, "a pass");
}

/* The set of a name, added when new with `pass` (NULL: an empty one). */
static enum pal_status set_of(struct est_pass *parent, pal_str name, struct est_pass *pass,
                              size_t *out, bool *is_new, struct pal_error *err)
{
    struct est_imputed *im = parent->imputed;
    *out = pal_map_add(im->names, name, is_new);
    if (*out == SIZE_MAX)
        return pal_nomem(err, "a pass");
    if (!*is_new)
        return PAL_OK;
    if (im->sets == im->room) {
        const size_t room = 2 * im->room + 8;
        struct set *grown = pal_arena_grow(parent->arena, im->set, im->room, room, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a pass");
        im->set = grown;
        im->room = room;
    }
    im->set[im->sets] = (struct set){.pass = pass};
    if (!pass)
        PAL_TRY(est_pass_new_single(parent->plan, parent->arena, &im->set[im->sets].pass, err));
    im->sets++;
    return PAL_OK;
}

/* ---- reading ------------------------------------------------------------------------------------
 */

static enum pal_status set_room(struct set *set, const struct pal_batch *batch,
                                struct pal_arena *arena, struct pal_error *err)
{
    if (batch->rows <= set->room)
        return PAL_OK;
    set->room = batch->rows;
    set->column = pal_arena_alloc(arena, batch->cols + 1, sizeof *set->column);
    set->line = pal_arena_alloc(arena, set->room, sizeof *set->line);
    set->state = pal_arena_alloc(arena, set->room, 1);
    bool ok = set->column && set->line && set->state;
    for (size_t c = 0; ok && c < batch->cols; c++) {
        struct pal_column *to = &set->column[c];
        const bool number = batch->col[c].type == PAL_COLUMN_NUMBER;
        to->absent = pal_arena_alloc(arena, set->room, 1);
        if (number)
            to->value = pal_arena_alloc(arena, set->room, sizeof *to->value);
        else
            to->code = pal_arena_alloc(arena, set->room, sizeof *to->code);
        ok = to->absent && (number ? (void *)to->value : (void *)to->code);
    }
    return ok ? PAL_OK : pal_nomem(err, "rows");
}

static void take_row(struct set *set, const struct pal_batch *batch, size_t row)
{
    const size_t at = set->batch.rows++;
    set->line[at] = batch->line[row];
    set->state[at] = batch->state ? batch->state[row] : (uint8_t)PAL_ROW_ENTERS;
    for (size_t c = 0; c < batch->cols; c++) {
        const struct pal_column *from = &batch->col[c];
        struct pal_column *to = &set->column[c];
        to->absent[at] = from->absent[row];
        if (from->type == PAL_COLUMN_NUMBER)
            to->value[at] = from->value[row];
        else
            to->code[at] = from->code[row];
    }
}

static enum pal_status find_set(struct est_pass *pass, const struct pal_batch *batch, size_t row,
                                size_t *out, struct pal_error *err)
{
    struct est_imputed *im = pass->imputed;
    const struct pal_column *column = &batch->col[pass->plan->survey->imputation];
    const uint32_t code = column->code[row];
    const size_t codes = pal_dict_count(column->dict);
    bool is_new;
    if (!code) {
        const struct pal_place at = {.file = batch->file, .line = batch->line[row]};
        return pal_fail_at(err, PAL_DATA, &at,
                           "'%.*s' is empty; it must say which imputation the row belongs to",
                           PAL_ARG(column->name));
    }
    if (codes > im->codes) {
        im->of_code = pal_arena_grow(pass->arena, im->of_code, im->codes, codes, sizeof(uint32_t));
        if (!im->of_code)
            return pal_nomem(err, "a pass");
        im->codes = codes;
    }
    if (!im->of_code[code]) {
        PAL_TRY(set_of(pass, pal_dict_text(column->dict, code), NULL, out, &is_new, err));
        im->of_code[code] = (uint32_t)*out + 1;
    }
    *out = im->of_code[code] - 1;
    return PAL_OK;
}

static enum pal_status feed_sets(void *context, const struct pal_batch *batch,
                                 struct pal_error *err)
{
    struct est_pass *pass = context;
    struct est_imputed *im = pass->imputed;
    for (size_t s = 0; s < im->sets; s++)
        im->set[s].batch.rows = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        size_t at = 0;
        PAL_TRY(find_set(pass, batch, row, &at, err));
        PAL_TRY(set_room(&im->set[at], batch, pass->arena, err));
        take_row(&im->set[at], batch, row);
    }
    for (size_t s = 0; s < im->sets; s++) {
        struct set *set = &im->set[s];
        if (!set->batch.rows)
            continue;
        for (size_t c = 0; c < batch->cols; c++) {
            set->column[c].name = batch->col[c].name;
            set->column[c].type = batch->col[c].type;
            set->column[c].dict = batch->col[c].dict;
        }
        set->batch.cols = batch->cols;
        set->batch.col = set->column;
        set->batch.line = set->line;
        set->batch.state = set->state;
        set->batch.file = batch->file;
        if (!set->reader)
            PAL_TRY(est_survey_reader_new(set->pass, &set->reader, err));
        PAL_TRY(est_survey_feed(set->reader, &set->batch, err));
    }
    return PAL_OK;
}

enum pal_status est_imputed_read(struct est_pass *pass, const char *path, unsigned threads,
                                 struct pal_progress *progress, struct pal_error *err)
{
    struct est_imputed *im = pass->imputed;
    if (pass->plan->survey->imputation == EST_NO_COLUMN) {
        size_t at;
        bool is_new;
        PAL_TRY(set_of(pass, pal_str_of(path), NULL, &at, &is_new, err));
        return est_pass_read(im->set[at].pass, path, threads, progress, err);
    }
    im->codes = 0; /* each file has its own dictionary */
    for (size_t s = 0; s < im->sets; s++)
        im->set[s].reader = NULL;
    return est_reading_file(pass, path, threads, progress, feed_sets, pass, err);
}

enum pal_status est_imputed_fold(struct est_pass *into, const struct est_pass *from,
                                 struct pal_error *err)
{
    for (size_t s = 0; s < from->imputed->sets; s++) {
        struct est_pass *theirs = from->imputed->set[s].pass;
        size_t at;
        bool is_new;
        PAL_TRY(set_of(into, pal_map_key(from->imputed->names, s), theirs, &at, &is_new, err));
        if (!is_new)
            PAL_TRY(est_pass_fold(into->imputed->set[at].pass, theirs, err));
    }
    return PAL_OK;
}

/* ---- rows of all sets become one
 * ------------------------------------------------------------------ */

struct sheaf { /* the rows of the sets that speak of the same thing */
    const struct est_row *first;
    const struct pal_estimate **of; /* [sets] NULL: the set has no such row */
};

struct combining {
    const struct est_pass *pass;
    struct pal_arena *arena;
    size_t sets, sheaves, room;
    struct pal_map *keys; /* statistic, variable, groups */
    struct sheaf *sheaf;
    struct est_row *row; /* what comes out */
    size_t rows;
};

static enum pal_status key_of(struct combining *c, const char *statistic, const struct est_row *row,
                              pal_str *out, struct pal_error *err)
{
    struct pal_buf text;
    pal_buf_init(&text, c->arena, 1 << 20);
    pal_buf_addf(&text, "%s\x1f%.*s", statistic, PAL_ARG(row->variable));
    for (size_t b = 0; b < c->pass->plan->bys; b++)
        pal_buf_addf(&text, "\x1f%.*s", PAL_ARG(row->group[b]));
    *out = pal_buf_str(&text);
    return pal_buf_status(&text, "rows of output", err);
}

static enum pal_status gather(struct combining *c, size_t set, const struct est_row *row, size_t n,
                              struct pal_error *err)
{
    for (size_t i = 0; i < n; i++) {
        pal_str key;
        bool is_new;
        PAL_TRY(key_of(c, row[i].statistic, &row[i], &key, err));
        const size_t at = pal_map_add(c->keys, key, &is_new);
        if (at == SIZE_MAX)
            return pal_nomem(err, "rows of output");
        if (is_new && at == c->room) {
            const size_t room = 2 * c->room + 64;
            c->sheaf = pal_arena_grow(c->arena, c->sheaf, c->room, room, sizeof *c->sheaf);
            if (!c->sheaf)
                return pal_nomem(err, "rows of output");
            c->room = room;
        }
        if (is_new) {
            c->sheaf[at] = (struct sheaf){
                &row[i], pal_arena_alloc(c->arena, c->sets + 1, sizeof(struct pal_estimate *))};
            if (!c->sheaf[at].of)
                return pal_nomem(err, "rows of output");
            c->sheaves++;
        }
        c->sheaf[at].of[set] = &row[i].estimate;
    }
    return PAL_OK;
}

static enum pal_status combine(struct combining *c, const struct sheaf *sheaf,
                               struct pal_estimate *out, double *missing, struct pal_error *err)
{
    const char *word = sheaf->first->statistic;
    const enum pal_limits_of limits = strcmp(word, "quantile") == 0         ? PAL_LIMITS_OF_QUANTILE
                                      : strcmp(word, "percent_change") == 0 ? PAL_LIMITS_OF_PERCENT
                                                                            : PAL_LIMITS_OF_VALUE;
    return pal_survey_imputed(sheaf->of, c->sets, limits, c->pass->plan->survey->mi_df, c->arena,
                              out, missing, err);
}

/* t and p of a change follow from the difference of all sets, not from those of each. */
static enum pal_status test_of(struct combining *c, const struct sheaf *sheaf,
                               struct pal_estimate *out, struct pal_error *err)
{
    pal_str key;
    double missing;
    PAL_TRY(key_of(c, "difference", sheaf->first, &key, err));
    const size_t at = pal_map_find(c->keys, key);
    if (at == SIZE_MAX)
        return pal_fail(err, PAL_BUG, "a test without its difference");
    PAL_TRY(combine(c, &c->sheaf[at], out, &missing, err));
    const double t = out->value / out->std_error;
    out->value = sheaf->first->statistic[0] == 't' ? t : pal_student_two_sided(t, out->df);
    out->has_std_error = out->has_interval = false;
    out->status = isnan(out->value) ? PAL_ANSWER_UNDEFINED : PAL_ANSWER_OK;
    return PAL_OK;
}

static enum pal_status write_sheaf(struct combining *c, const struct sheaf *sheaf,
                                   struct pal_error *err)
{
    struct est_row *row = &c->row[c->rows++];
    double missing;
    *row = *sheaf->first;
    if (strcmp(row->statistic, "t_value") == 0 || strcmp(row->statistic, "p_value") == 0)
        return test_of(c, sheaf, &row->estimate, err);
    PAL_TRY(combine(c, sheaf, &row->estimate, &missing, err));
    if (!row->estimate.has_std_error)
        return PAL_OK;
    const struct pal_estimate *of = &row->estimate;
    struct est_row *share = &c->row[c->rows++];
    *share = *sheaf->first;
    share->statistic = "missing_information";
    share->estimate = (struct pal_estimate){
        .value = missing,
        .df = of->df,
        .df_design = of->df_design,
        .has_df = true,
        .has_df_design = of->has_df_design,
        .n = of->n,
        .has_n = of->has_n,
        .numerator = (double)NAN,
        .denominator = (double)NAN,
        .coverage_share = (double)NAN,
        .status = isnan(missing) ? PAL_ANSWER_UNDEFINED : PAL_ANSWER_OK,
        .method = "fraction of information that is missing (Rubin 1987)",
    };
    return PAL_OK;
}

/* They complete the same records; a column of something else would be taken for numbers of theirs.
 */
static enum pal_status need_same_size(const struct est_pass *pass, struct pal_error *err)
{
    const struct est_imputed *im = pass->imputed;
    for (size_t s = 1; s < im->sets; s++)
        if (im->set[s].pass->rows != im->set[0].pass->rows)
            return pal_fail(
                err, PAL_DATA,
                "completed data sets are of the same records, and '%.*s' has %llu rows and '%.*s' "
                "%llu; %s",
                PAL_ARG(pal_map_key(im->names, 0)), (unsigned long long)im->set[0].pass->rows,
                PAL_ARG(pal_map_key(im->names, s)), (unsigned long long)im->set[s].pass->rows,
                pass->plan->survey->imputation == EST_NO_COLUMN
                    ? "each file is to be a whole data set"
                    : "--imputation names the column of imputation numbers");
    return PAL_OK;
}

enum pal_status est_imputed_rows(const struct est_pass *pass, struct pal_arena *arena,
                                 struct est_row **out, size_t *n, struct pal_error *err)
{
    struct combining c = {.pass = pass, .arena = arena, .sets = pass->imputed->sets};
    c.keys = pal_map_new(arena, 0);
    if (!c.keys)
        return pal_nomem(err, "rows of output");
    PAL_TRY(need_same_size(pass, err));
    for (size_t s = 0; s < c.sets; s++) {
        struct est_row *row;
        size_t rows;
        PAL_TRY(est_rows_make(pass->imputed->set[s].pass, arena, &row, &rows, err));
        PAL_TRY(gather(&c, s, row, rows, err));
    }
    c.row = pal_arena_alloc(arena, 2 * c.sheaves + 1, sizeof *c.row);
    if (!c.row)
        return pal_nomem(err, "rows of output");
    for (size_t i = 0; i < c.sheaves; i++)
        PAL_TRY(write_sheaf(&c, &c.sheaf[i], err));
    *out = c.row;
    *n = c.rows;
    return PAL_OK;
}
