/*
 * A PAPI of a machine with two counters. EVENT_3 reads 300 over every round, EVENT_0 reads 0, and
 * no counter can count EVENT_NEVER. One thread uses it.
 */
#include <papi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { COUNTERS = 2, SETS = 16, EVENT_NEVER = 99 };

static struct {
    bool used;
    int count;
    int events[COUNTERS];
} sets[SETS];

static int running = PAPI_NULL;

int PAPI_library_init(int version)
{
    return version;
}

int PAPI_thread_init(unsigned long (*id)(void))
{
    return id() ? PAPI_OK : PAPI_EINVAL;
}

int PAPI_register_thread(void)
{
    return PAPI_OK;
}

int PAPI_unregister_thread(void)
{
    return PAPI_OK;
}

void PAPI_shutdown(void)
{
}

char *PAPI_strerror(int code)
{
    static char text[32];

    snprintf(text, sizeof(text), "fake code %d", code);
    return text;
}

int PAPI_event_name_to_code(const char *in, int *out)
{
    if (strncmp(in, "EVENT_", 6) != 0) {
        return PAPI_ENOEVNT;
    }
    *out = strcmp(in, "EVENT_NEVER") == 0 ? EVENT_NEVER : in[6] - '0';
    return PAPI_OK;
}

int PAPI_get_event_component(int code)
{
    (void)code;
    return 0;
}

int PAPI_get_component_index(const char *name)
{
    return strcmp(name, "fake") == 0 ? 0 : PAPI_ECMP;
}

const PAPI_component_info_t *PAPI_get_component_info(int cidx)
{
    static const PAPI_component_info_t info = {.name = "fake"};
    (void)cidx;

    return &info;
}

int PAPI_create_eventset(int *set)
{
    for (int i = 0; i < SETS; i++) {
        if (!sets[i].used) {
            sets[i].used = true;
            sets[i].count = 0;
            *set = i;
            return PAPI_OK;
        }
    }
    return PAPI_ENOMEM;
}

int PAPI_add_event(int set, int event)
{
    if (event == EVENT_NEVER || sets[set].count == COUNTERS) {
        return PAPI_ECNFLCT;
    }
    sets[set].events[sets[set].count++] = event;
    return PAPI_OK;
}

/* As PAPI does it: one set of a component runs at a time. */
int PAPI_start(int set)
{
    if (running != PAPI_NULL) {
        return PAPI_EISRUN;
    }
    running = set;
    return PAPI_OK;
}

int PAPI_read(int set, long long *values)
{
    for (int i = 0; i < sets[set].count; i++) {
        values[i] = 0;
    }
    return running == set ? PAPI_OK : PAPI_ENOTRUN;
}

int PAPI_stop(int set, long long *values)
{
    if (running != set) {
        return PAPI_ENOTRUN;
    }
    running = PAPI_NULL;
    for (int i = 0; i < sets[set].count; i++) {
        values[i] = 100LL * sets[set].events[i];
    }
    return PAPI_OK;
}

int PAPI_cleanup_eventset(int set)
{
    sets[set].count = 0;
    return PAPI_OK;
}

int PAPI_destroy_eventset(int *set)
{
    sets[*set].used = false;
    *set = PAPI_NULL;
    return PAPI_OK;
}
