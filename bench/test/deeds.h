/*
 * A workload that does to its worker what the request says, for tests of what can happen to worker
 * processes. Messages of `deeds` are as large as every transport carries, so that both directions
 * fill up; those of `small_deeds` leave room for many tasks in one.
 */
#ifndef BE_TEST_DEEDS_H
#define BE_TEST_DEEDS_H

#include "executor_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum deed {
    DEED_NOTHING,
    DEED_KILL,
    DEED_KILL_ONCE, /* whoever comes to it first */
    DEED_EXIT,
    DEED_CLOSE,
    DEED_PAUSE,
};

enum { MESSAGE_BYTES = 1 << 12, SMALL_BYTES = 16, WORKERS = 2 };

enum { PATIENT_TASKS = 8 };

/*
 * What the tests' processes tell each other, in memory that they share. A worker that is no fork of
 * the test finds its path in the environment.
 */
struct shared {
    _Atomic uint64_t computed;
    _Atomic uint64_t tried; /* deeds other than nothing */
    _Atomic pid_t worker;   /* who computed last */
    /* So that a task can tell whether an earlier one's result has arrived. */
    _Atomic uint64_t replies[PATIENT_TASKS];
};

static struct shared *shared;

/* The test makes it, its workers open it. */
static inline bool shared_open(void)
{
    const char *path = getenv("BE_TEST_SHARED");
    char own[64];
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : memfd_create("shared", MFD_CLOEXEC);

    if (!path) {
        snprintf(own, sizeof(own), "/proc/%ld/fd/%d", (long)getpid(), fd);
        setenv("BE_TEST_SHARED", own, 1);
    }
    if (fd < 0 || (!path && ftruncate(fd, sizeof(*shared)) < 0)) {
        return false;
    }
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (path) {
        close(fd);
    }
    return shared != MAP_FAILED;
}

static inline _Noreturn void pause_for_ever(void)
{
    for (;;) {
        pause();
    }
}

static inline void deed_do(enum deed deed)
{
    uint64_t before = deed == DEED_NOTHING ? 0 : atomic_fetch_add(&shared->tried, 1);

    switch (deed) {
    case DEED_NOTHING:
        break;
    case DEED_KILL_ONCE:
        if (before > 0) {
            break;
        }
        raise(SIGKILL);
        break;
    case DEED_KILL:
        raise(SIGKILL);
        break;
    case DEED_EXIT:
        _exit(3);
    case DEED_CLOSE:
        close_range(3, 1 << 20, 0);
        pause_for_ever();
    case DEED_PAUSE:
        atomic_fetch_add(&shared->computed, 1);
        pause_for_ever();
    }
}

static inline size_t deeds_run_sized(const char *requests, char *replies, size_t count,
                                     size_t bytes)
{
    for (size_t i = 0; i < count; i++) {
        atomic_store(&shared->worker, getpid());
        deed_do((enum deed)requests[i * bytes]);
        memset(replies + i * bytes, 1, bytes);
        atomic_fetch_add(&shared->computed, 1);
    }
    return count;
}

static inline size_t deeds_run(const void *requests, size_t request_bytes, void *replies,
                               size_t count, struct breakeven_turns *turns)
{
    (void)request_bytes;
    (void)turns;
    return deeds_run_sized(requests, replies, count, MESSAGE_BYTES);
}

static inline size_t small_deeds_run(const void *requests, size_t request_bytes, void *replies,
                                     size_t count, struct breakeven_turns *turns)
{
    (void)request_bytes;
    (void)turns;
    return deeds_run_sized(requests, replies, count, SMALL_BYTES);
}

static const struct breakeven_workload deeds = {
    .name = "deeds",
    .request_bytes = MESSAGE_BYTES,
    .reply_bytes = MESSAGE_BYTES,
    .run = deeds_run,
};

static const struct breakeven_workload small_deeds = {
    .name = "small-deeds",
    .request_bytes = SMALL_BYTES,
    .reply_bytes = SMALL_BYTES,
    .run = small_deeds_run,
};

static inline struct be_batch batch_with(const struct breakeven_workload *workload, enum deed deed,
                                         uint64_t index, uint64_t tasks)
{
    struct be_batch batch = batch_alloc(workload, tasks);

    atomic_store(&shared->tried, 0);
    ((char *)batch.requests)[index * workload->request_bytes] = (char)deed;
    return batch;
}

/* Whether a task's reply is as a run leaves it, the last byte too. */
static inline bool reply_is_right(const struct breakeven_workload *workload,
                                  const struct be_batch *batch, uint64_t index)
{
    const char *reply = (const char *)batch->replies + index * workload->reply_bytes;

    return !batch->failed[index] && reply[0] == 1 && reply[workload->reply_bytes - 1] == 1;
}

static inline void expect_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

#endif
