/*
 * Pools of processes that are about to lose workers or tasks, and passes that go well otherwise.
 */
#ifndef BE_TEST_LOSING_H
#define BE_TEST_LOSING_H

#include "deeds.h"

enum { PARAMS_MAX = 16 };

/* The transport under test, and these parameters (name, value ..., NULL) beside it. */
static inline void losing_init(struct fixture *f, const struct breakeven_workload *workload,
                               const char *const *more, uint64_t chunk)
{
    const char *const *transport = fixture_params;
    const char *all[PARAMS_MAX] = {NULL};
    size_t count = 0;

    for (const char *const *p = transport; p && *p; p++) {
        all[count++] = *p;
    }
    for (const char *const *p = more; p && *p; p++) {
        all[count++] = *p;
    }
    assert_true(count < PARAMS_MAX);
    fixture_params = all;
    fixture_init(f, be_executor_find("processes"), workload, WORKERS, chunk);
    fixture_params = transport;
}

static inline void losing_start(struct fixture *f, const struct breakeven_workload *workload,
                                const char *const *more, uint64_t chunk)
{
    losing_init(f, workload, more, chunk);
    enum be_status status = fixture_create(f);
    if (status == BE_EUNAVAILABLE) {
        print_message("%s\n", f->error.message);
        skip();
    }
    assert_int_equal(status, BE_OK);
}

/* A pass that goes well, but for `count` tasks from `guilty` on. */
static inline void expect_all_but(struct fixture *f, const struct be_batch *batch, uint64_t guilty,
                                  uint64_t count)
{
    uint64_t answered = 0;

    if (fixture_run(f, batch) != BE_OK) {
        fail_msg("%s", f->error.message);
    }
    for (uint64_t i = 0; i < batch->tasks; i++) {
        bool is_guilty = i >= guilty && i < guilty + count;
        /* A lost worker may have computed some; nothing of that may stay. */
        size_t at = i * f->env.workload->reply_bytes / sizeof(uint64_t);
        bool is_right = is_guilty ? ((const uint64_t *)batch->replies)[at] == 0
                                  : reply_is_right(f->env.workload, batch, i);
        if (batch->failed[i] != is_guilty || !is_right) {
            fail_msg("task %llu of %llu, failed %d", (unsigned long long)i,
                     (unsigned long long)batch->tasks, batch->failed[i]);
        }
    }
    for (uint32_t i = 0; i < f->env.workers; i++) {
        answered += f->env.accounts[i].tasks;
    }
    assert_int_equal(answered, batch->tasks - count);
}

static inline void expect_all(struct fixture *f, const struct be_batch *batch)
{
    expect_all_but(f, batch, 0, 0);
}

#endif
