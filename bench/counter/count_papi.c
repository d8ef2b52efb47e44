/*
 * PAPI is loaded only when an event of it is asked for: start-up stays cheap, and a machine without
 * it can say so. It counts user mode only, unless a native event's own attributes say otherwise.
 */
#include "counter/counter.h"

static const char *const papi_names[] = {"PAPI_TOT_INS", "PAPI_TOT_CYC", NULL};

#if __has_include(<papi.h>)

#include <dlfcn.h>
#include <papi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter/perf.h"
#include "counter/tally.h"

static const char hardware_component[] = "perf_event";
static const char tally_prefix[] = "sde:::breakeven::";

#define PAPI_CALLS(X)                                                                              \
    X(library_init)                                                                                \
    X(thread_init)                                                                                 \
    X(register_thread)                                                                             \
    X(unregister_thread)                                                                           \
    X(event_name_to_code)                                                                          \
    X(get_event_component)                                                                         \
    X(get_component_index)                                                                         \
    X(get_component_info)                                                                          \
    X(create_eventset)                                                                             \
    X(add_event)                                                                                   \
    X(start)                                                                                       \
    X(read)                                                                                        \
    X(stop)                                                                                        \
    X(cleanup_eventset)                                                                            \
    X(destroy_eventset)                                                                            \
    X(strerror)                                                                                    \
    X(shutdown)

struct papi_library {
    pid_t pid;            /* the process that it was initialised in */
    pthread_mutex_t lock; /* one thread at a time opens or closes: PAPI's tables grow and shrink */
    bool has_tallies;
#define PAPI_MEMBER(call) __typeof__(PAPI_##call) *(call);
    PAPI_CALLS(PAPI_MEMBER)
#undef PAPI_MEMBER
};

/*
 * PAPI starts and stops the events of one component together, as one set. Those that do not fit the
 * hardware together are in sets of their own, and sets of one component take turns.
 */
struct papi_set {
    int component;
    int event_set;
    uint32_t turn; /* from 0, of the sets of its component */
    bool is_started;
    int start_code; /* what PAPI_start returned */
    /* What software-defined events hold at the start need not be 0, as hardware's is. */
    bool is_software;
    long long base[BE_COUNTERS_MAX];
    size_t count;
    size_t values[BE_COUNTERS_MAX]; /* of each event, the index of its value */
};

struct papi_session {
    struct papi_library *library;
    size_t set_count;
    struct papi_set sets[BE_COUNTERS_MAX];
};

static unsigned long thread_id(void)
{
    return (unsigned long)pthread_self();
}

static enum be_status library_init(struct papi_library *self, struct be_error *error)
{
    int code = self->library_init(PAPI_VER_CURRENT);

    if (code != PAPI_VER_CURRENT) {
        return be_error_set(error, BE_EUNAVAILABLE, "PAPI_library_init: %s",
                            code > 0 ? "built for another version of PAPI; build again"
                                     : self->strerror(code));
    }
    code = self->thread_init(thread_id);
    if (code != PAPI_OK) {
        return be_error_set(error, BE_EUNAVAILABLE, "PAPI_thread_init: %s", self->strerror(code));
    }
    self->pid = getpid();
    return BE_OK;
}

static enum be_status library_open(struct papi_library *self, struct be_error *error)
{
    char soname[32];
    int major = PAPI_VERSION_MAJOR(PAPI_VERSION);
    int minor = PAPI_VERSION_MINOR(PAPI_VERSION);

    snprintf(soname, sizeof(soname), "libpapi.so.%d.%d", major, minor);
    void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        return be_error_set(error, BE_ENOTFOUND, "libpapi not found: apt-get install libpapi%d.%d",
                            major, minor);
    }
#define PAPI_LOOKUP(call)                                                                          \
    self->call = (__typeof__(self->call))dlsym(handle, "PAPI_" #call);                             \
    if (!self->call) {                                                                             \
        return be_error_set(error, BE_EUNAVAILABLE, "%s has no PAPI_" #call, soname);              \
    }
    PAPI_CALLS(PAPI_LOOKUP)
#undef PAPI_LOOKUP
    return library_init(self, error);
}

/* The library itself stays loaded: what it allocated for good is reached only from its own data. */
static void papi_unload(void *library)
{
    struct papi_library *self = library;

    if (self->pid == getpid()) {
        self->shutdown();
    }
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static bool events_begin_with(const struct be_counter_value *values, size_t count,
                              const char *prefix, bool all)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        found += strncmp(be_counter_event(&values[i]), prefix, strlen(prefix)) == 0;
    }
    return all ? found == count : found > 0;
}

/* Presets are all hardware events, for which PAPI has to know the processor. */
static enum be_status presets_check(const struct papi_library *library, struct be_error *error)
{
    int index = library->get_component_index(hardware_component);
    const PAPI_component_info_t *info = index >= 0 ? library->get_component_info(index) : NULL;

    return info && info->disabled
               ? be_error_set(error, BE_ENOTFOUND,
                              "PAPI cannot count this processor's events (%s): perf_event:... can",
                              info->disabled_reason)
               : BE_OK;
}

static enum be_status library_create(struct papi_library **library, struct be_error *error)
{
    struct papi_library *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    pthread_mutex_init(&made->lock, NULL);
    enum be_status status = library_open(made, error);
    if (status != BE_OK) {
        pthread_mutex_destroy(&made->lock);
        free(made);
        return status;
    }
    *library = made;
    return BE_OK;
}

/*
 * PAPI takes some ms to load and to initialise, so where only presets are asked for and the kernel
 * has no hardware events the answer is known without it.
 */
static enum be_status papi_load(const struct be_counter_value *values, size_t count, void **library,
                                struct be_error *error)
{
    bool presets_only = events_begin_with(values, count, "PAPI_", true);
    struct papi_library *made = NULL;
    struct be_error cause;

    if (presets_only && be_perf_hardware_check(&cause) != BE_OK) {
        return be_error_set(error, BE_EUNAVAILABLE, "%s", cause.message);
    }
    bool has_tallies =
        events_begin_with(values, count, tally_prefix, false) && be_tally_publish(NULL) == BE_OK;
    enum be_status status = library_create(&made, error);
    if (status == BE_OK && presets_only) {
        status = presets_check(made, error);
    }
    if (status == BE_OK) {
        made->has_tallies = has_tallies;
        *library = made;
    } else if (made) {
        papi_unload(made);
    }
    return status;
}

/*
 * Why PAPI refused an event of a component (-1: it knows no such event): in its own words, then the
 * component's, the kernel's or ours for the cause.
 */
static void event_refuse(const struct papi_library *library, int code, int component,
                         struct be_counter_value *value)
{
    const PAPI_component_info_t *info =
        component >= 0 ? library->get_component_info(component) : NULL;
    const char *cause = "papi_avail and papi_native_avail (papi-tools) list what there is";
    struct be_error hardware;
    enum be_status status = be_perf_hardware_check(&hardware);
    bool is_hardware = info && strcmp(info->name, hardware_component) == 0;

    if (status == BE_EUNAVAILABLE || (status == BE_ENOTFOUND && is_hardware)) {
        cause = hardware.message;
    } else if (code == PAPI_ECMP_DISABLED && info) {
        cause = info->disabled_reason;
    } else if (code == PAPI_ECNFLCT) {
        cause = "there is no counter that can count it, or others hold it";
    }
    be_counter_refuse(value, BE_COUNTER_UNAVAILABLE, "PAPI: %s: %s", library->strerror(code),
                      cause);
}

static int set_add(const struct papi_library *library, struct papi_set *set, int event,
                   size_t index)
{
    int code = library->add_event(set->event_set, event);

    if (code == PAPI_OK) {
        set->values[set->count++] = index;
    }
    return code;
}

/* Begins a set with an event; one that cannot even be alone leaves no set. Returns PAPI's code. */
static int set_begin(struct papi_session *self, int component, uint32_t turn, int event,
                     size_t index)
{
    struct papi_set *set = &self->sets[self->set_count];

    const PAPI_component_info_t *info = self->library->get_component_info(component);
    *set = (struct papi_set){.component = component,
                             .event_set = PAPI_NULL,
                             .turn = turn,
                             .is_software = info && strcmp(info->name, "sde") == 0};
    int code = self->library->create_eventset(&set->event_set);
    if (code != PAPI_OK) {
        return code;
    }
    code = set_add(self->library, set, event, index);
    if (code == PAPI_OK) {
        self->set_count++;
    } else {
        self->library->destroy_eventset(&set->event_set);
    }
    return code;
}

/* Puts an event into the last set of its component, or the next. Returns PAPI's code. */
static int session_add(struct papi_session *self, int event, int component, size_t index)
{
    uint32_t turn = 0;

    for (size_t i = self->set_count; i-- > 0;) {
        struct papi_set *set = &self->sets[i];
        if (set->component != component) {
            continue;
        }
        int code = set_add(self->library, set, event, index);
        if (code != PAPI_ECNFLCT && code != PAPI_ECOUNT) {
            return code;
        }
        turn = set->turn + 1;
        break;
    }
    return set_begin(self, component, turn, event, index);
}

static bool is_tally(const char *event)
{
    return strncmp(event, tally_prefix, strlen(tally_prefix)) == 0;
}

/* PAPI takes any name for a software-defined event that is yet to come, and reads 0 of it. */
static bool tally_is_published(const struct papi_library *library, const char *event)
{
    size_t i = 0;

    while (be_tally_names[i] && strcmp(be_tally_names[i], event + strlen(tally_prefix)) != 0) {
        i++;
    }
    return library->has_tallies && be_tally_names[i];
}

/* One event has a name of its own in each family of processors. */
static bool event_find(const struct papi_library *library, const char *name, int *event)
{
    static const char *const divider_busy[] = {"ARITH:DIVIDER_ACTIVE",  "ARITH:DIV_ACTIVE",
                                               "ARITH:FPU_DIV_ACTIVE",  "ARITH:DIVIDER_UOPS",
                                               "DIV_CYCLES_BUSY_COUNT", "CYCLES_DIV_BUSY:ALL"};
    bool found = false;

    if (strcmp(name, "divider-busy") != 0) {
        return (!is_tally(name) || tally_is_published(library, name)) &&
               library->event_name_to_code(name, event) == PAPI_OK;
    }
    for (size_t i = 0; !found && i < sizeof(divider_busy) / sizeof(divider_busy[0]); i++) {
        found = library->event_name_to_code(divider_busy[i], event) == PAPI_OK;
    }
    return found;
}

static void event_open(struct papi_session *self, struct be_counter_value *values, size_t index)
{
    int event = PAPI_NULL;
    int component = -1;
    int code = PAPI_ENOEVNT; /* PAPI's own for an unknown name differs from call to call. */

    if (event_find(self->library, be_counter_event(&values[index]), &event)) {
        component = self->library->get_event_component(event);
        code = session_add(self, event, component, index);
    }
    if (code != PAPI_OK) {
        event_refuse(self->library, code, component, &values[index]);
    }
}

/* Opens the events on a session that is zeroed; a backend that fails says so in all of them. */
static void session_open(struct papi_session *self, struct papi_library *library,
                         struct be_counter_value *values, size_t count)
{
    struct be_error cause = {BE_OK, ""};

    self->library = library;
    /* A forked child inherits the library as it was, not the kernel's side of it. */
    if (library->pid != getpid() && library_init(library, &cause) != BE_OK) {
        for (size_t i = 0; i < count; i++) {
            be_counter_refuse(&values[i], BE_COUNTER_UNAVAILABLE, "%s", cause.message);
        }
        return;
    }
    library->register_thread();
    for (size_t i = 0; i < count; i++) {
        event_open(self, values, i);
    }
}

static enum be_status papi_open(void *library, struct be_counter_value *values, size_t count,
                                void **session, struct be_error *error)
{
    struct papi_library *loaded = library;
    struct papi_session *made = calloc(1, sizeof(*made));

    if (!made) {
        return be_error_set(error, BE_ENOMEM, "out of memory for counters");
    }
    pthread_mutex_lock(&loaded->lock);
    session_open(made, loaded, values, count);
    pthread_mutex_unlock(&loaded->lock);
    *session = made;
    return BE_OK;
}

/* How many sets a component has. */
static uint32_t sets_of(const struct papi_session *self, int component)
{
    uint32_t count = 0;

    for (size_t i = 0; i < self->set_count; i++) {
        count += self->sets[i].component == component;
    }
    return count;
}

static uint32_t papi_turns(const void *session)
{
    const struct papi_session *self = session;
    uint32_t most = 1;

    for (size_t i = 0; i < self->set_count; i++) {
        uint32_t count = sets_of(self, self->sets[i].component);
        most = count > most ? count : most;
    }
    return most;
}

static void set_start(const struct papi_library *library, struct papi_set *set)
{
    set->start_code = library->start(set->event_set);
    if (set->start_code == PAPI_OK && set->is_software) {
        set->start_code = library->read(set->event_set, set->base);
    }
}

static void papi_start(void *session, uint32_t round)
{
    struct papi_session *self = session;

    for (size_t i = 0; i < self->set_count; i++) {
        struct papi_set *set = &self->sets[i];
        set->is_started = set->turn == round % sets_of(self, set->component);
        if (set->is_started) {
            set_start(self->library, set);
        }
    }
}

static void set_stop(const struct papi_library *library, const struct papi_set *set,
                     struct be_counter_value *values)
{
    long long counts[BE_COUNTERS_MAX] = {0};
    int code = set->start_code;

    if (code == PAPI_OK) {
        code = library->stop(set->event_set, counts);
    }
    for (size_t i = 0; i < set->count; i++) {
        struct be_counter_value *value = &values[set->values[i]];
        if (code != PAPI_OK) {
            be_counter_refuse(value, BE_COUNTER_NOT_COUNTING, "PAPI: %s", library->strerror(code));
            continue;
        }
        be_counter_count(value, (uint64_t)(counts[i] - set->base[i]));
        if (!is_tally(be_counter_event(value))) {
            be_counter_doubt(value, "PAPI");
        }
    }
}

static void papi_stop(void *session, struct be_counter_value *values, size_t count)
{
    const struct papi_session *self = session;
    (void)count;

    for (size_t i = 0; i < self->set_count; i++) {
        if (self->sets[i].is_started) {
            set_stop(self->library, &self->sets[i], values);
        }
    }
}

static void papi_close(void *session)
{
    struct papi_session *self = session;

    pthread_mutex_lock(&self->library->lock);
    for (size_t i = 0; i < self->set_count; i++) {
        self->library->cleanup_eventset(self->sets[i].event_set);
        self->library->destroy_eventset(&self->sets[i].event_set);
    }
    self->library->unregister_thread();
    pthread_mutex_unlock(&self->library->lock);
    free(self);
}

#else /* no papi.h */

static enum be_status papi_load(const struct be_counter_value *values, size_t count, void **library,
                                struct be_error *error)
{
    (void)values;
    (void)count;
    (void)library;
    return be_error_set(error, BE_ENOTFOUND,
                        "built without papi.h: apt-get install libpapi-dev and build again");
}

#define papi_unload NULL
#define papi_open   NULL
#define papi_turns  NULL
#define papi_start  NULL
#define papi_stop   NULL
#define papi_close  NULL

#endif

const struct be_counter_ops be_counter_papi = {
    .name = "papi",
    .summary = "hardware counters by PAPI's preset and native names, user mode only",
    .events = papi_names,
    .load = papi_load,
    .unload = papi_unload,
    .open = papi_open,
    .turns = papi_turns,
    .start = papi_start,
    .stop = papi_stop,
    .close = papi_close,
};
