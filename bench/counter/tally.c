#include "counter/tally.h"

#include <stddef.h>

struct be_tally *be_tally_mine(void)
{
    static _Thread_local struct be_tally tally;

    return &tally;
}

const char *const be_tally_names[] = {
#define BE_TALLY(member, event, meaning) event,
    BE_TALLIES(BE_TALLY)
#undef BE_TALLY
        NULL,
};

#if __has_include(<sde_lib.h>)

#include <dlfcn.h>
#include <sde_lib.h>

static const struct {
    const char *meaning;
    size_t offset;
} members[] = {
#define BE_TALLY(member, event, meaning) {meaning, offsetof(struct be_tally, member)},
    BE_TALLIES(BE_TALLY)
#undef BE_TALLY
};

/* Called in the thread that reads the event. */
static long long tally_read(void *offset)
{
    return (long long)*(const uint64_t *)((const char *)be_tally_mine() + *(const size_t *)offset);
}

enum be_status be_tally_publish(struct be_error *error)
{
    /* PAPI looks for it among what is loaded for all. */
    void *library = dlopen("libsde.so.1", RTLD_NOW | RTLD_GLOBAL);

    if (!library) {
        return be_error_set(error, BE_ENOTFOUND, "libsde not found: apt-get install libsde1");
    }
    __typeof__(papi_sde_init) *init = (__typeof__(init))dlsym(library, "papi_sde_init");
    __typeof__(papi_sde_register_counter_cb) *add =
        (__typeof__(add))dlsym(library, "papi_sde_register_counter_cb");
    papi_handle_t handle = init && add ? init("breakeven") : NULL;
    for (size_t i = 0; be_tally_names[i]; i++) {
        if (!handle || add(handle, be_tally_names[i], PAPI_SDE_RO | PAPI_SDE_INSTANT,
                           PAPI_SDE_long_long, tally_read, (void *)&members[i].offset) != SDE_OK) {
            return be_error_set(error, BE_EUNAVAILABLE, "libsde does not take the event '%s'",
                                be_tally_names[i]);
        }
    }
    return BE_OK;
}

#else

enum be_status be_tally_publish(struct be_error *error)
{
    return be_error_set(error, BE_ENOTFOUND,
                        "built without sde_lib.h: apt-get install libpapi-dev and build again");
}

#endif
