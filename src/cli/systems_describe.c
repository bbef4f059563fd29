/* systems_describe.c: what a table of lists holds, before anything is estimated from it. */
#include "systems.h"

enum pal_status sys_describe(struct sys_job *job, const struct sys_group *group,
                             struct pal_error *err)
{
    const struct pal_lists *lists = group->lists;
    double by_number[PAL_LISTS_MOST + 1] = {0};
    size_t seen = 0;
    bool ok = true;
    for (uint32_t cell = 1; cell < lists->cells; cell++) {
        seen += lists->count[cell] > 0;
        by_number[__builtin_popcount(cell)] += lists->count[cell];
    }
    ok = ok && sys_row_add(job, group, PAL_STR("n_observed"), pal_lists_people(lists));
    ok = ok && sys_row_add(job, group, PAL_STR("n_lists"), (double)lists->t);
    ok = ok && sys_row_add(job, group, PAL_STR("n_histories_nonzero"), (double)seen);
    for (size_t j = 0; j < lists->t; j++)
        ok = ok && sys_row_addf(job, group, pal_lists_on(lists, (uint32_t)1 << j),
                                "list_total[%.*s]", PAL_ARG(lists->name[j]));
    for (size_t k = 1; k <= lists->t; k++)
        ok = ok && sys_row_addf(job, group, by_number[k], "f[%zu]", k);
    for (size_t i = 0; i < lists->t; i++)
        for (size_t j = i + 1; j < lists->t; j++) {
            const uint32_t pair = (uint32_t)1 << i | (uint32_t)1 << j;
            ok = ok && sys_row_addf(job, group, pal_lists_on(lists, pair), "overlap[%.*s:%.*s]",
                                    PAL_ARG(lists->name[i]), PAL_ARG(lists->name[j]));
        }
    for (size_t j = 0; j < lists->t; j++)
        ok = ok && sys_row_addf(job, group, lists->count[(size_t)1 << j], "exclusive[%.*s]",
                                PAL_ARG(lists->name[j]));
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

enum pal_status sys_triples(struct sys_job *job, const struct sys_group *group,
                            struct pal_error *err)
{
    const double triples = (double)pal_lists_triples(group->lists);
    return sys_row_add(job, group, PAL_STR("n_triples"), triples) ? PAL_OK
                                                                  : pal_nomem(err, "the answer");
}
