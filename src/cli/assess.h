/* assess.h: what the files of `palermo assess` share. */
#ifndef PALERMO_CLI_ASSESS_H
#define PALERMO_CLI_ASSESS_H

#include "inside.h"

#include "palermo/assess.h"

struct assess_scene { /* a scenario and its answers */
    const char *path;
    const char *name; /* of the file, without its folders and ending */
    struct pal_scenario *scenario;
    struct pal_assessed *assessed; /* [estimators] */
};

void assess_csv(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out);
void assess_json(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out);
void assess_each(const struct assess_scene *scene, size_t n, bool time, struct pal_buf *out);
PAL_CHECK_RESULT
enum pal_status assess_table(const struct assess_scene *scene, size_t n, bool time,
                             struct pal_buf *out, struct pal_error *err);
/* Relative bias and coverage of all estimators, as SVG. */
void assess_chart(const struct assess_scene *scene, size_t n, struct pal_buf *out);

#endif
