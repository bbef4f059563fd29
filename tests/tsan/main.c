/* main.c: runs every law without Criterion, for `make tsan`. */
#include "law.h"

#include <stdio.h>

static struct law *laws;
static int broken;

void law_add(struct law *law)
{
    law->next = laws;
    laws = law;
}

void law_broken(const char *file, int line)
{
    broken++;
    fprintf(stderr, "%s:%d: ", file, line);
}

int main(void)
{
    int passed = 0, failed = 0;
    for (const struct law *law = laws; law; law = law->next) {
        broken = 0;
        law->run();
        if (broken)
            printf("FAIL law %s %s\n", law->suite, law->name);
        broken ? failed++ : passed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
