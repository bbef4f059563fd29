/* shapes.c: the list of shapes. */
#include "load.h"

#define DATA_SHAPE(name) extern const struct data_shape data_shape_##name;
#include "shapes.def"
#undef DATA_SHAPE

static const struct data_shape *const shapes[] = {
#define DATA_SHAPE(name) &data_shape_##name,
#include "shapes.def"
#undef DATA_SHAPE
};

const struct data_shape *data_shape_of(enum pal_shape shape) { return shapes[shape]; }
