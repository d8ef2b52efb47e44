/*
 * One measuring harness a set of CPUs, and one a run. A lock is an abstract Unix socket named after
 * what it locks, so it is freed when its holder dies, however it dies. Threads: one owner.
 */
#ifndef BE_MEASURE_LOCK_H
#define BE_MEASURE_LOCK_H

#include <stdint.h>
#include <sys/types.h>

#include "core/status.h"

enum be_lock_mode {
    BE_LOCK_FAIL, /* refuse at once, naming the holder */
    BE_LOCK_WAIT, /* wait until it is free */
    BE_LOCK_OFF,  /* take none */
};

/* "fail", "wait", "off". Errors: BE_EINVAL. */
enum be_status be_lock_mode_parse(const char *text, enum be_lock_mode *mode,
                                  struct be_error *error);

/*
 * Takes the lock of the CPUs that this process may run on. *fd holds it until it is closed; -1 for
 * BE_LOCK_OFF. Before it waits it calls wait_begins (may be NULL) with the process that has it, 0
 * where that cannot be seen from here. Errors: BE_EUNAVAILABLE naming the holder's process,
 * BE_EINTERRUPTED when interrupt_fd (-1: never) became readable while waiting, BE_ESYSTEM.
 */
enum be_status be_lock_take(enum be_lock_mode mode, int interrupt_fd,
                            void (*wait_begins)(pid_t holder), int *fd, struct be_error *error);

/*
 * Makes a run of a database this process's alone, also where no CPU is shared and no lock of CPUs
 * is taken: an unfinished run may be one that somebody else measures right now. *fd as above.
 * Errors: BE_EUNAVAILABLE when another process has it, BE_EIO, BE_ESYSTEM.
 */
enum be_status be_lock_take_run(const char *database, int64_t run_id, int *fd,
                                struct be_error *error);

#endif
