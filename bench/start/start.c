#include "start/start.h"

#include <stdlib.h>
#include <string.h>

#define BE_START(row) extern const struct be_start_ops be_start_##row;
#include "start/start.def"
#undef BE_START

const struct be_start_ops *const be_start_table[] = {
#define BE_START(row) &be_start_##row,
#include "start/start.def"
#undef BE_START
    NULL,
};

const struct be_start_ops *be_start_find(const char *name)
{
    for (size_t i = 0; be_start_table[i]; i++) {
        if (strcmp(be_start_table[i]->row.name, name) == 0) {
            return be_start_table[i];
        }
    }
    return NULL;
}

/* What a step of one start took; false: it was not taken. */
typedef bool step(const struct be_start_times *start, uint64_t *ns);

static bool process_step(const struct be_start_times *start, uint64_t *ns)
{
    *ns = start->begun_ns - start->asked_ns;
    return true;
}

static bool import_step(const struct be_start_times *start, uint64_t *ns)
{
    *ns = start->imported_ns - start->begun_ns;
    return start->imported_ns > 0;
}

static bool ready_step(const struct be_start_times *start, uint64_t *ns)
{
    *ns = start->ready_ns - (start->imported_ns > 0 ? start->imported_ns : start->begun_ns);
    return true;
}

static int numbers_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static void median_tell(const struct be_executor_env *env, enum be_gauge gauge, step *take,
                        uint64_t *room)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < env->workers; i++) {
        count += take(&env->accounts[i].start, &room[count]);
    }
    if (count > 0) {
        qsort(room, count, sizeof(*room), numbers_compare);
        uint32_t low = (count - 1) / 2;
        uint32_t high = count / 2;
        be_gauges_set(env->gauges, gauge, ((double)room[low] + (double)room[high]) / 2);
    }
}

void be_start_tell(const struct be_executor_env *env)
{
    uint64_t *room = calloc(env->workers, sizeof(*room));

    if (room) {
        median_tell(env, BE_GAUGE_start_process_ns, process_step, room);
        median_tell(env, BE_GAUGE_start_import_ns, import_step, room);
        median_tell(env, BE_GAUGE_start_ready_ns, ready_step, room);
    }
    free(room);
}
