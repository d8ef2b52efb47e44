/*
 * A library that prints to stdout whenever it can: when it is loaded, when it is called, and when
 * it is unloaded. It stands in front of hwloc.
 */
#include <dlfcn.h>
#include <hwloc.h>
#include <stdio.h>
#include <unistd.h>

static void noise_make(const char *when)
{
    dprintf(STDOUT_FILENO, "{\"noise\":\"%s, unbuffered\"}\n", when);
    printf("{\"noise\":\"%s, buffered\"}\n", when);
}

__attribute__((constructor)) static void noisy_load(void)
{
    noise_make("loaded");
}

__attribute__((destructor)) static void noisy_unload(void)
{
    noise_make("unloaded");
}

int hwloc_topology_load(hwloc_topology_t topology)
{
    int (*next)(hwloc_topology_t) = NULL;

    noise_make("called");
    *(void **)&next = dlsym(RTLD_NEXT, "hwloc_topology_load");
    return next(topology);
}
