/* ahead.c: pieces that are begun in order, worked on side by side and handed out in order. Who
 * waits sleeps: a thread that spins for another takes the processor away from it. */
#include "palermo/base.h"

#include <pthread.h>

enum slot_stage { SLOT_FREE, SLOT_BEGUN, SLOT_DONE };

struct slot {
    enum slot_stage stage;
    enum pal_status status;
    struct pal_error err;
};

struct pal_ahead {
    const struct pal_ahead_steps *steps;
    void *context;
    struct slot *slot; /* [slots] piece i is in slot i % slots */
    size_t slots;
    uint64_t begun, given; /* pieces; those in [given, begun) are in their slots */
    bool out;              /* piece `given` is with the caller                   */
    bool beginning, ended, stop;
    unsigned helpers;
    pthread_t *helper;
    unsigned workers; /* that have a number */
    pthread_mutex_t lock;
    pthread_cond_t change;
};

static bool can_begin(const struct pal_ahead *a)
{
    return !a->beginning && !a->ended && a->begun - a->given < a->slots;
}

/* Begins the next piece and works on it. Called with the lock, and returns with it. */
static void make_one(struct pal_ahead *a, unsigned worker)
{
    const size_t at = (size_t)(a->begun % a->slots);
    struct slot *slot = &a->slot[at];
    a->beginning = true;
    pthread_mutex_unlock(&a->lock);
    bool end = false;
    slot->err = (struct pal_error){0};
    slot->status = a->steps->begin(a->context, at, &end, &slot->err);
    pthread_mutex_lock(&a->lock);
    a->beginning = false;
    /* What follows a piece that failed cannot be trusted: nothing is begun after it. */
    if (end || slot->status != PAL_OK)
        a->ended = true;
    if (slot->status != PAL_OK || !end) {
        slot->stage = slot->status == PAL_OK ? SLOT_BEGUN : SLOT_DONE;
        a->begun++;
    }
    pthread_cond_broadcast(&a->change);
    if (end || slot->status != PAL_OK)
        return;
    pthread_mutex_unlock(&a->lock);
    slot->status = a->steps->work(a->context, at, worker, &slot->err);
    pthread_mutex_lock(&a->lock);
    slot->stage = SLOT_DONE;
    pthread_cond_broadcast(&a->change);
}

static void *help(void *argument)
{
    struct pal_ahead *a = argument;
    pthread_mutex_lock(&a->lock);
    const unsigned worker = a->workers++;
    while (!a->stop && !a->ended) {
        if (can_begin(a))
            make_one(a, worker);
        else
            pthread_cond_wait(&a->change, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

static void stop(void *object)
{
    struct pal_ahead *a = object;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->change);
    pthread_mutex_unlock(&a->lock);
    for (unsigned i = 0; i < a->helpers; i++)
        pthread_join(a->helper[i], NULL);
    a->helpers = 0;
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->change);
}

enum pal_status pal_ahead_new(const struct pal_ahead_steps *steps, void *context, size_t slots,
                              unsigned helpers, struct pal_arena *arena, struct pal_ahead **out,
                              struct pal_error *err)
{
    struct pal_ahead *a = pal_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return pal_nomem(err, "pieces of work");
    a->steps = steps;
    a->context = context;
    a->slots = slots;
    a->workers = 1; /* the caller is worker 0 */
    a->slot = pal_arena_alloc(arena, slots, sizeof *a->slot);
    a->helper = pal_arena_alloc(arena, helpers + 1, sizeof *a->helper);
    if (!a->slot || !a->helper)
        return pal_nomem(err, "pieces of work");
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->change, NULL);
    PAL_TRY(pal_arena_defer(arena, stop, a, err));
    while (a->helpers < helpers && pthread_create(&a->helper[a->helpers], NULL, help, a) == 0)
        a->helpers++; /* with fewer the answer is the same, only later */
    *out = a;
    return PAL_OK;
}

enum pal_status pal_ahead_next(struct pal_ahead *a, size_t *slot, bool *end, struct pal_error *err)
{
    pthread_mutex_lock(&a->lock);
    if (a->out) {
        a->slot[a->given % a->slots].stage = SLOT_FREE;
        a->given++;
        a->out = false;
        pthread_cond_broadcast(&a->change);
    }
    *slot = (size_t)(a->given % a->slots);
    struct slot *mine = &a->slot[*slot];
    while (mine->stage != SLOT_DONE && !(a->ended && a->given == a->begun)) {
        if (can_begin(a) && (a->helpers == 0 || a->steps->share))
            make_one(a, 0);
        else
            pthread_cond_wait(&a->change, &a->lock);
    }
    *end = mine->stage != SLOT_DONE;
    a->out = !*end;
    enum pal_status status = PAL_OK;
    if (!*end && mine->status != PAL_OK) {
        status = mine->status;
        if (err)
            *err = mine->err;
    }
    pthread_mutex_unlock(&a->lock);
    return status;
}
