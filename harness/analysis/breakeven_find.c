#include "analysis/breakeven.h"

#include <stdlib.h>

enum be_status be_breakeven_find(const struct be_grain_curves *curves,
                                 struct be_breakeven *breakeven, struct be_error *error)
{
    struct be_curve_point *points = calloc(curves->count + 1, sizeof(points[0]));

    if (!points) {
        return be_error_set(error, BE_ENOMEM, "out of memory for %zu grains", curves->count);
    }
    for (size_t i = 0; i < curves->count; i++) {
        const struct be_grain_point *point = &curves->points[i];
        points[i] = (struct be_curve_point){point->grain_ns, point->speedup, point->rounds};
    }
    breakeven->warm = be_crossing_find(points, curves->count, 1, BE_CROSSING_LAST);
    for (size_t i = 0; i < curves->count; i++) {
        points[i].y = curves->points[i].cold_speedup;
    }
    breakeven->cold = be_crossing_find(points, curves->count, 1, BE_CROSSING_LAST);
    free(points);
    return BE_OK;
}
