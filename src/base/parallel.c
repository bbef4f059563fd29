/* parallel.c: pieces of work that do not depend on each other. Only this file and ahead.c know
 * about threads. */
#include "palermo/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct pool {
    atomic_size_t next, failed_at;
    size_t pieces;
    pal_work work;
    void *context;
    pthread_mutex_t lock;
    struct pal_error err; /* of piece failed_at */
};

static void *run(void *argument)
{
    struct pool *pool = argument;
    for (;;) {
        const size_t piece = atomic_fetch_add(&pool->next, 1);
        /* Pieces after a failure need not run; those before it must, for the lowest one decides. */
        if (piece >= pool->pieces || piece > atomic_load(&pool->failed_at))
            return NULL;
        struct pal_error err = {0};
        const enum pal_status status = pool->work(pool->context, piece, &err);
        if (status == PAL_OK)
            continue;
        pthread_mutex_lock(&pool->lock);
        if (piece < atomic_load(&pool->failed_at)) {
            err.status = status;
            pool->err = err;
            atomic_store(&pool->failed_at, piece);
        }
        pthread_mutex_unlock(&pool->lock);
    }
}

enum { MOST_THREADS = 256 };

unsigned pal_processors(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

enum pal_status pal_parallel(size_t pieces, unsigned threads, pal_work work, void *context,
                             struct pal_error *err)
{
    if (threads == 0)
        threads = pal_processors();
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    if (threads > pieces)
        threads = (unsigned)pieces;
    if (threads <= 1) {
        for (size_t i = 0; i < pieces; i++)
            PAL_TRY(work(context, i, err));
        return PAL_OK;
    }
    struct pool pool = {
        .pieces = pieces, .work = work, .context = context, .lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_init(&pool.next, 0);
    atomic_init(&pool.failed_at, SIZE_MAX);
    pthread_t helper[MOST_THREADS];
    unsigned started = 0;
    while (started + 1 < threads && pthread_create(&helper[started], NULL, run, &pool) == 0)
        started++; /* with fewer threads than asked for the answer is the same, only later */
    run(&pool);
    for (unsigned i = 0; i < started; i++)
        pthread_join(helper[i], NULL);
    pthread_mutex_destroy(&pool.lock);
    if (atomic_load(&pool.failed_at) == SIZE_MAX)
        return PAL_OK;
    if (err)
        *err = pool.err;
    return pool.err.status;
}
