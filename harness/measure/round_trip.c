#include "measure/round_trip.h"

#include <math.h>
#include <stdio.h>

#include "machine/placement.h"
#include "measure/floors_launch.h"

/* Enough for an interval. */
enum { LAUNCHES = 6 };

static bool axis_has(const struct be_plan *plan, const char *key, const char *value)
{
    const struct be_axis *axis = be_plan_axis(plan, key);

    return axis && be_texts_have(&axis->values, value);
}

/* The two PUs by the plan's first placement. False: it pins nothing, or has one PU only. */
static bool pus_find(const struct be_sweep *sweep, int32_t pus[2], enum be_status *status,
                     struct be_error *error)
{
    const char *placement = be_plan_axis(sweep->plan, "placement")->values.items[0];
    struct be_placement_result placed = {0};

    *status = be_placement_plan(sweep->topology, placement, 1, &placed, error);
    bool found = *status == BE_OK && placed.pu_count == 2;
    if (found) {
        pus[0] = placed.dispatcher_pu;
        pus[1] = placed.pus[0];
    }
    be_placement_result_finish(&placed);
    return found;
}

/* "cache-line" becomes "cache_line_ns" and the ends of its interval. */
static void floor_note(json_t *floors, const struct be_floor *floor)
{
    const struct be_estimate *ns = &floor->ns;
    const struct {
        const char *end;
        double value;
    } members[] = {
        {"", ns->known ? ns->median : NAN},
        {"_low", ns->known && ns->bounded ? ns->low : NAN},
        {"_high", ns->known && ns->bounded ? ns->high : NAN},
    };

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        char key[64];
        snprintf(key, sizeof(key), "%s_ns%s", floor->name, members[i].end);
        for (char *p = key; *p; p++) {
            if (*p == '-') {
                *p = '_';
            }
        }
        json_object_set_new(floors, key, be_json_real(members[i].value));
    }
}

enum be_status be_round_trip_note(const struct be_sweep *sweep, json_t *machine,
                                  struct be_error *error)
{
    struct be_floors floors = {0};
    enum be_status status = BE_OK;
    int32_t pus[2];

    if (!axis_has(sweep->plan, "workload", "null") || !axis_has(sweep->plan, "window", "1") ||
        !axis_has(sweep->plan, "workers", "1") || !pus_find(sweep, pus, &status, error)) {
        return status;
    }
    status =
        be_floors_measure_between(sweep->runner, sweep->topology, pus, LAUNCHES, &floors, error);
    json_t *noted = json_pack("{s:[i,i]}", "pus", (int)pus[0], (int)pus[1]);
    for (size_t i = 0; status == BE_OK && i < floors.count; i++) {
        floor_note(noted, &floors.items[i]);
    }
    json_object_set_new(machine, "floors", noted);
    be_floors_finish(&floors);
    return status;
}
