/* law.h: laws that hold for random inputs. LAW(suite, name) { ... } is a Criterion test in `make
 * test` and a plain function in `make tsan`, where Criterion cannot run. Inside, HOLDS(condition,
 * format, ...). */
#ifndef PALERMO_TESTS_LAW_H
#define PALERMO_TESTS_LAW_H

#ifdef LAW_PLAIN

#include <stdio.h>

struct law {
    const char *suite, *name;
    void (*run)(void);
    struct law *next;
};
void law_add(struct law *law);
void law_broken(const char *file, int line);

#define LAW(suite_, name_)                                                                         \
    static void law_run_##suite_##_##name_(void);                                                  \
    static struct law law_of_##suite_##_##name_ = {#suite_, #name_, law_run_##suite_##_##name_,    \
                                                   NULL};                                          \
    __attribute__((constructor)) static void law_add_##suite_##_##name_(void)                      \
    {                                                                                              \
        law_add(&law_of_##suite_##_##name_);                                                       \
    }                                                                                              \
    static void law_run_##suite_##_##name_(void)
#define HOLDS(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            law_broken(__FILE__, __LINE__);                                                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
        }                                                                                          \
    } while (0)

#else

#include <criterion/criterion.h>

#define LAW(suite_, name_)    Test(law_##suite_, name_)
#define HOLDS(condition, ...) cr_assert(condition, __VA_ARGS__)

#endif
#endif
