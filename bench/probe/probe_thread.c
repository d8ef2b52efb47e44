#include <errno.h>
#include <pthread.h>

#include "probe/probe.h"

static void *thread_body(void *context)
{
    return context;
}

static enum be_status thread_run(struct be_probe *probe, uint64_t tasks, struct be_error *error)
{
    (void)probe;

    for (uint64_t i = 0; i < tasks; i++) {
        pthread_t thread;
        errno = pthread_create(&thread, NULL, thread_body, NULL);
        if (errno != 0) {
            return be_error_errno(error, BE_ESYSTEM, "pthread_create");
        }
        pthread_join(thread, NULL);
    }
    return BE_OK;
}

const struct be_probe_ops be_probe_thread = {
    .name = "thread",
    .summary = "creating a thread that does nothing, and joining it",
    .tasks = 8,
    .run = thread_run,
};
