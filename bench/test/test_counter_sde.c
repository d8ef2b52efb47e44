/* labels: threads */
/* What workers count themselves, and what PAPI reads of it. */
#include "counter_work.h"

#include <pthread.h>

#include "counter/tally.h"

enum { EVENTS_MAX = 2 * sizeof(struct be_tally) / sizeof(uint64_t) };

/* Each event as the backend has it, and behind those as PAPI does. */
static char names[EVENTS_MAX][BE_COUNTER_NAME_BYTES];
static const char *events[EVENTS_MAX];
static size_t event_count;

static int names_fill(void **state)
{
    (void)state;
    for (size_t i = 0; be_tally_names[i]; i++) {
        snprintf(names[event_count++], sizeof(names[0]), "sde:%s", be_tally_names[i]);
    }
    for (size_t i = 0; be_tally_names[i]; i++) {
        snprintf(names[event_count++], sizeof(names[0]), "papi:sde:::breakeven::%s",
                 be_tally_names[i]);
    }
    for (size_t i = 0; i < event_count; i++) {
        events[i] = names[i];
    }
    return 0;
}

/* What a thread does before it counts, and then. */
struct worker {
    const struct be_counter_plan *plan;
    struct be_tally before;
    struct be_tally counted;
    struct be_counter_values values;
};

static void tally_add(const struct be_tally *more)
{
    struct be_tally *tally = be_tally_mine();

    be_tally_computed(tally, more->tasks, more->messages);
    tally->bytes += more->bytes;
    for (uint64_t i = 0; i < more->wake_ups; i++) {
        be_tally_waited((uint32_t)(i == 0 ? more->retries + 1 : 1));
    }
}

static int worker_run(void *argument)
{
    struct worker *worker = argument;
    struct be_counter_session *session = NULL;

    if (be_counter_session_open(worker->plan, &worker->values, &session, NULL) != BE_OK) {
        return 1;
    }
    tally_add(&worker->before);
    be_counter_session_start(session);
    tally_add(&worker->counted);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    return 0;
}

static void *worker_thread(void *argument)
{
    return worker_run(argument) == 0 ? argument : NULL;
}

/* Both backends say what was counted, also where that is 0. */
static void worker_check(const struct worker *worker)
{
    const uint64_t *counted = (const uint64_t *)&worker->counted;
    size_t each = event_count / 2;

    assert_int_equal(worker->values.count, event_count);
    for (size_t i = 0; i < event_count; i++) {
        const struct be_counter_value *value = value_find(&worker->values, events[i]);
        if (value->state != BE_COUNTER_COUNTED) {
            fail_msg("%s: %s", value->name, value->reason);
        }
        assert_int_equal(value->value, counted[i % each]);
    }
}

/* Skips the test where PAPI or its software-defined events are not installed. */
static struct be_counter_plan *plan_need(void)
{
    struct be_counter_plan *plan = plan_of(events, event_count);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_close(session);
    for (uint32_t i = 0; i < values.count; i++) {
        if (values.items[i].state == BE_COUNTER_UNAVAILABLE &&
            strstr(values.items[i].reason, "apt-get install")) {
            print_message("%s\n", values.items[i].reason);
            be_counter_plan_destroy(plan);
            skip();
        }
    }
    return plan;
}

/* In its own thread, on from whatever was counted there before. */
static void papi_reads_what_a_thread_counted(void **state)
{
    struct be_counter_plan *plan = plan_need();
    struct worker worker = {.plan = plan,
                            .before = {.tasks = 1000, .messages = 70, .bytes = 1 << 20},
                            .counted = {.tasks = 12, .messages = 3, .bytes = 480}};
    (void)state;

    assert_int_equal(worker_run(&worker), 0);
    worker_check(&worker);
    assert_int_equal(worker_run(&worker), 0);
    worker_check(&worker);
    be_counter_plan_destroy(plan);
}

static void threads_count_their_own(void **state)
{
    struct be_counter_plan *plan = plan_need();
    struct worker workers[] = {
        {.plan = plan,
         .before = {.tasks = 5},
         .counted = {.tasks = 7, .messages = 7, .wake_ups = 2, .parks = 4, .retries = 2}},
        {.plan = plan, .counted = {.tasks = 100, .messages = 1, .wake_ups = 1, .parks = 1}},
    };
    pthread_t threads[2];
    void *done = NULL;
    (void)state;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, worker_thread, &workers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &done);
        assert_ptr_equal(done, &workers[i]);
        worker_check(&workers[i]);
    }
    be_counter_plan_destroy(plan);
}

static void forked_children_count_their_own(void **state)
{
    struct be_counter_plan *plan = plan_need();
    struct worker *worker =
        mmap(NULL, sizeof(*worker), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void)state;

    assert_ptr_not_equal(worker, MAP_FAILED);
    tally_add(&(struct be_tally){.tasks = 3});
    for (uint64_t tasks = 0; tasks < 3; tasks++) {
        *worker = (struct worker){.plan = plan, .counted = {.tasks = tasks, .bytes = 8 * tasks}};
        assert_int_equal(child_run(worker_run, worker), 0);
        worker_check(worker);
    }
    munmap(worker, sizeof(*worker));
    be_counter_plan_destroy(plan);
}

/* PAPI itself takes such names and reads 0. */
static void what_nobody_published_is_never_0(void **state)
{
    static const char *const ours[] = {"papi:sde:::breakeven::NO", "papi:sde:::breakeven::tasks:x"};
    static const char *const others[] = {"papi:sde:::others::tasks"};
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    be_counter_plan_destroy(plan_need());
    assert_true(all_unavailable(ours, 2, "papi_native_avail"));
    struct be_counter_plan *plan = plan_of(others, 1);
    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    assert_true(values.items[0].state == BE_COUNTER_NOT_COUNTING ||
                values.items[0].state == BE_COUNTER_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(papi_reads_what_a_thread_counted),
        cmocka_unit_test(threads_count_their_own),
        cmocka_unit_test(forked_children_count_their_own),
        cmocka_unit_test(what_nobody_published_is_never_0),
    };
    return cmocka_run_group_tests(tests, names_fill, NULL);
}
