/* What the counter tests count: work of a known size, by a thread or by a forked child. */
#ifndef BE_TEST_COUNTER_WORK_H
#define BE_TEST_COUNTER_WORK_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "counter/counter.h"

/* What a thread faults in beside the pages that it was told to touch, at most. */
enum { FAULT_SLACK = 500 };

/* Takes `pages` minor faults, or a few more. A sanitizer's own shadow would fault in its own. */
__attribute__((no_sanitize("address", "thread"))) static inline void pages_touch(size_t pages)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    volatile char *memory =
        mmap(NULL, pages * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        abort();
    }
    madvise((void *)memory, pages * page_bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < pages; i++) {
        memory[i * page_bytes] = 1;
    }
    munmap((void *)memory, pages * page_bytes);
}

/* Computes until the calling thread has used `ns` more of CPU time. */
static inline void cpu_burn(uint64_t ns)
{
    uint64_t until_ns = be_clock_thread_cpu_ns() + ns;
    while (be_clock_thread_cpu_ns() < until_ns) {
    }
}

static inline struct be_counter_plan *plan_of(const char *const *events, size_t count)
{
    struct be_counter_plan *plan = NULL;
    struct be_error error = {BE_OK, ""};

    if (be_counter_plan_create((char *const *)events, count, &plan, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    return plan;
}

/* The value of an event, also when only its user part could be opened; NULL when not there. */
static inline const struct be_counter_value *value_find(const struct be_counter_values *values,
                                                        const char *name)
{
    size_t length = strlen(name);

    for (uint32_t i = 0; i < values->count; i++) {
        const char *found = values->items[i].name;
        if (strncmp(found, name, length) == 0 &&
            (found[length] == '\0' || strcmp(found + length, ":u") == 0)) {
            return &values->items[i];
        }
    }
    return NULL;
}

/* Runs `work` in a forked child and waits for it; returns its exit code. */
static inline int child_run(int (*work)(void *argument), void *argument)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(work(argument));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* What child_run returns when `work` could not arrange what it was about. */
enum { CHILD_CANNOT = 77 };

/*
 * Makes perf_event_open fail with this errno in the calling process for good, as a kernel or a
 * container does that forbids it. Returns false where filters cannot be set.
 */
static inline bool perf_forbid(int error_number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error_number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/*
 * For children, where an assertion cannot be: whether a plan of these events, opened, started and
 * stopped, leaves every value unavailable, not a count, with `reason` in its reason.
 */
static inline bool all_unavailable(const char *const *events, size_t count, const char *reason)
{
    struct be_counter_plan *plan = NULL;
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    if (be_counter_plan_create((char *const *)events, count, &plan, NULL) != BE_OK ||
        be_counter_session_open(plan, &values, &session, NULL) != BE_OK) {
        return false;
    }
    be_counter_session_start(session);
    pages_touch(100);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    bool all = values.count > 0;
    for (uint32_t i = 0; i < values.count; i++) {
        const struct be_counter_value *value = &values.items[i];
        fprintf(stderr, "%s: %s\n", value->name, value->reason);
        all = all && value->state == BE_COUNTER_UNAVAILABLE && value->value == 0 &&
              strstr(value->reason, reason);
    }
    return all;
}

#endif
