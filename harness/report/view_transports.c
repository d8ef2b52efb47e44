/* What a run says of its transports, with the floors that are kept with its machine. */
#include <stdio.h>
#include <string.h>

#include "report/view.h"

/* A figure of the machine with the ends of its interval; null is unknown. */
static struct be_estimate floor_read(const json_t *floors, const char *key)
{
    char low_key[64];
    char high_key[64];

    snprintf(low_key, sizeof(low_key), "%s_low", key);
    snprintf(high_key, sizeof(high_key), "%s_high", key);
    const json_t *median = json_object_get(floors, key);
    const json_t *low = json_object_get(floors, low_key);
    const json_t *high = json_object_get(floors, high_key);
    return (struct be_estimate){
        .known = json_is_number(median),
        .bounded = json_is_number(low) && json_is_number(high),
        .median = json_number_value(median),
        .low = json_number_value(low),
        .high = json_number_value(high),
    };
}

/* Whether all that was measured is of workload null. */
static bool is_messages_only(const struct be_view *view)
{
    for (size_t i = 0; i < view->task_count; i++) {
        if (strcmp(view->tasks[i].reference->configuration->workload, "null") != 0) {
            return false;
        }
    }
    return view->cell_count > 0;
}

enum be_status be_view_add_transports(struct be_view *view)
{
    const json_t *floors = json_object_get(view->machine, "floors");
    const json_t *pus = json_object_get(floors, "pus");
    struct be_way way = {.pus = {-1, -1}};

    view->messages_only = is_messages_only(view);
    if (json_array_size(pus) == 2) {
        way = (struct be_way){
            .pus = {(int32_t)json_integer_value(json_array_get(pus, 0)),
                    (int32_t)json_integer_value(json_array_get(pus, 1))},
            .cache_line_ns = floor_read(floors, "cache_line_ns"),
            .futex_wake_ns = floor_read(floors, "futex_wake_ns"),
        };
    }
    return be_transports_create(view->run, view->summaries, &way, &view->transports, NULL);
}
