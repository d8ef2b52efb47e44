/* labels: threads */
#include "counter_work.h"

#include <linux/perf_event.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static const char *const thread_events[] = {
    "rusage:minor-faults",       "rusage:voluntary-switches", "rusage:user-time",
    "rusage:system-time",        "perf_event:minor-faults",   "perf_event:task-clock",
    "perf_event:page-faults",    "perf_event:major-faults",   "perf_event:context-switches",
    "perf_event:cpu-migrations",
};

/* Of hardware, which a machine may not have. */
static const char *const hardware_events[] = {
    "perf_event:instructions",
    "perf_event:cycles",
    "perf_event:ref-cycles",
    "perf_event:branches",
    "perf_event:branch-misses",
    "perf_event:cache-misses",
    "perf_event:L1-dcache-load-misses",
    "perf_event:dTLB-load-misses",
    "perf_event:stalled-cycles-frontend",
    "perf_event:stalled-cycles-backend",
};

enum { EVENT_COUNT = sizeof(thread_events) / sizeof(thread_events[0]) };

static void rows_have_default_events(void **state)
{
    (void)state;
    assert_non_null(be_counter_table[0]);
    for (size_t i = 0; be_counter_table[i]; i++) {
        assert_non_null(be_counter_table[i]->events[0]);
    }
}

static void unknown_counters_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "rusage",
        "rusage:",
        ":minor-faults",
        "minor-faults",
        "Rusage:minor-faults",
        "defaults",
        "papi:A_NAME_THAT_IS_LONGER_THAN_WHAT_A_VALUE_HAS_ROOM_FOR:EVEN_ONE_WITH:ATTRIBUTES=1",
    };
    struct be_counter_plan *plan = NULL;
    struct be_error error;
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(be_counter_plan_create((char *const *)&wrong[i], 1, &plan, &error),
                         BE_EINVAL);
        assert_non_null(strstr(error.message, wrong[i]));
        assert_null(plan);
    }
}

static void too_many_counters_are_refused(void **state)
{
    char names[BE_COUNTERS_MAX + 1][BE_COUNTER_NAME_BYTES];
    char *events[BE_COUNTERS_MAX + 1];
    struct be_counter_plan *plan = NULL;
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    struct be_error error;
    (void)state;

    for (int i = 0; i <= BE_COUNTERS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "rusage:e%d", i);
        events[i] = names[i];
    }
    assert_int_equal(be_counter_plan_create(events, BE_COUNTERS_MAX + 1, &plan, &error), BE_EINVAL);
    assert_null(plan);
    assert_int_equal(be_counter_plan_create(events, BE_COUNTERS_MAX, &plan, &error), BE_OK);
    assert_int_equal(be_counter_session_open(plan, &values, &session, &error), BE_OK);
    assert_int_equal(values.count, BE_COUNTERS_MAX);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

static void no_plan_counts_nothing(void **state)
{
    struct be_counter_values values = {.count = 7};
    struct be_counter_session *session = (void *)&values;
    (void)state;

    assert_int_equal(be_counter_session_open(NULL, &values, &session, NULL), BE_OK);
    assert_null(session);
    assert_int_equal(values.count, 0);
    be_counter_session_start(session);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(NULL);
}

static void an_event_asked_for_twice_is_opened_once(void **state)
{
    static const char *const events[] = {"rusage:user-time", "rusage:minor-faults",
                                         "rusage:user-time"};
    struct be_counter_plan *plan = plan_of(events, 3);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    assert_int_equal(values.count, 2);
    assert_string_equal(values.items[0].name, "rusage:user-time");
    assert_string_equal(values.items[1].name, "rusage:minor-faults");
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

static void default_is_every_row_s_events_but_those_by_name(void **state)
{
    static const char *const events[] = {"default", "rusage:user-time", "default"};
    struct be_counter_plan *plan = plan_of(events, 3);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    uint32_t found = 0;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    for (size_t i = 0; be_counter_table[i]; i++) {
        for (size_t j = 0; !be_counter_table[i]->by_name && be_counter_table[i]->events[j]; j++) {
            char name[BE_COUNTER_NAME_BYTES];
            snprintf(name, sizeof(name), "%s:%s", be_counter_table[i]->name,
                     be_counter_table[i]->events[j]);
            assert_non_null(value_find(&values, name));
            found++;
        }
    }
    assert_int_equal(values.count, found);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

static void an_event_that_is_not_there_says_which_are(void **state)
{
    static const char *const events[] = {"rusage:faults", "perf_event:faults", "rusage:user-time"};
    struct be_counter_plan *plan = plan_of(events, 3);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);

    const struct be_counter_value *wrong = value_find(&values, "rusage:faults");
    assert_int_equal(wrong->state, BE_COUNTER_UNAVAILABLE);
    assert_non_null(strstr(wrong->reason, "minor-faults"));
    wrong = value_find(&values, "perf_event:faults");
    assert_int_equal(wrong->state, BE_COUNTER_UNAVAILABLE);
    assert_non_null(strstr(wrong->reason, "major-faults"));
    assert_int_equal(value_find(&values, "rusage:user-time")->state, BE_COUNTER_COUNTED);
}

/* Everywhere: a count above 0, or a state and a reason. */
static void hardware_events_are_counted_or_say_why_not(void **state)
{
    enum { COUNT = sizeof(hardware_events) / sizeof(hardware_events[0]) };
    struct be_counter_plan *plan = plan_of(hardware_events, COUNT);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    cpu_burn(1000000);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    assert_int_equal(values.count, COUNT);
    for (uint32_t i = 0; i < values.count; i++) {
        const struct be_counter_value *value = &values.items[i];
        bool known = value->state == BE_COUNTER_COUNTED || value->state == BE_COUNTER_SCALED;
        assert_null(strstr(value->reason, "not one of"));
        assert_int_equal(value->value > 0, known);
        assert_int_equal(value->reason[0] == '\0', known);
    }
}

/* A worker may die between the two: what it leaves must not read as a count. */
static void what_was_not_stopped_does_not_read_as_a_count(void **state)
{
    struct be_counter_plan *plan = plan_of(thread_events, EVENT_COUNT);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    for (uint32_t i = 0; i < values.count; i++) {
        assert_true(values.items[i].state == BE_COUNTER_NOT_COUNTING ||
                    values.items[i].state == BE_COUNTER_UNAVAILABLE);
        assert_true(values.items[i].reason[0] != '\0');
    }
}

static void each_stop_tells_what_happened_since_its_start(void **state)
{
    static const char *const events[] = {"rusage:minor-faults", "perf_event:minor-faults"};
    struct be_counter_plan *plan = plan_of(events, 2);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    for (size_t round = 0; round < 2; round++) {
        size_t pages = round == 0 ? 3000 : 1;
        be_counter_session_start(session);
        pages_touch(pages);
        be_counter_session_stop(session);
        for (uint32_t i = 0; i < values.count; i++) {
            if (values.items[i].state != BE_COUNTER_UNAVAILABLE) {
                assert_int_equal(values.items[i].state, BE_COUNTER_COUNTED);
                assert_in_range(values.items[i].value, pages, pages + FAULT_SLACK);
            }
        }
    }
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

/* A worker with its account, as executors have them. */
struct worker {
    const struct be_counter_plan *plan;
    size_t pages;
    uint64_t burn_ns; /* 0: sleeps instead */
    enum be_status status;
    struct be_counter_values values;
};

static int worker_run(void *argument)
{
    struct worker *worker = argument;
    struct be_counter_session *session = NULL;

    worker->status = be_counter_session_open(worker->plan, &worker->values, &session, NULL);
    be_counter_session_start(session);
    pages_touch(worker->pages);
    if (worker->burn_ns > 0) {
        cpu_burn(worker->burn_ns);
    } else {
        usleep(20000);
    }
    be_counter_session_stop(session);
    be_counter_session_close(session);
    return 0;
}

static void *worker_thread(void *argument)
{
    worker_run(argument);
    return NULL;
}

static bool counted(const struct worker *worker, const char *name)
{
    return value_find(&worker->values, name)->state == BE_COUNTER_COUNTED;
}

static uint64_t count_of(const struct worker *worker, const char *name)
{
    const struct be_counter_value *value = value_find(&worker->values, name);
    assert_int_equal(value->state, BE_COUNTER_COUNTED);
    return value->value;
}

enum { WORKER_COUNT = 2, BURN_NS = 60000000 };

/* The first worker computes and touches many pages, the second sleeps and touches few. */
static struct worker *workers_create(struct be_counter_plan *plan)
{
    struct worker *workers = mmap(NULL, WORKER_COUNT * sizeof(*workers), PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(workers, MAP_FAILED);
    workers[0] = (struct worker){.plan = plan, .pages = 4000, .burn_ns = BURN_NS};
    workers[1] = (struct worker){.plan = plan, .pages = 1000};
    return workers;
}

/* Each worker's counts are its own; what is summed over them is what they did together. */
static void workers_check(const struct worker *workers)
{
    const struct worker *busy = &workers[0];
    const struct worker *idle = &workers[1];
    uint64_t busy_cpu_ns =
        count_of(busy, "rusage:user-time") + count_of(busy, "rusage:system-time");

    assert_int_equal(busy->status, BE_OK);
    assert_int_equal(idle->status, BE_OK);
    /* The kernel brings these up at its ticks only, hence the half. */
    assert_in_range(busy_cpu_ns, BURN_NS / 2, UINT64_MAX);
    assert_true(count_of(idle, "rusage:voluntary-switches") >= 1);
    assert_in_range(count_of(busy, "rusage:minor-faults"), 4000, 4000 + FAULT_SLACK);
    assert_in_range(count_of(idle, "rusage:minor-faults"), 1000, 1000 + FAULT_SLACK);
    if (!counted(busy, "perf_event:task-clock")) {
        print_message("perf_event: %s\n",
                      value_find(&busy->values, "perf_event:task-clock")->reason);
        return;
    }
    assert_true(count_of(busy, "perf_event:task-clock") >= BURN_NS);
    assert_true(count_of(idle, "perf_event:task-clock") < count_of(busy, "perf_event:task-clock"));
    assert_in_range(count_of(busy, "perf_event:minor-faults"), 4000, 4000 + FAULT_SLACK);
    assert_in_range(count_of(idle, "perf_event:minor-faults"), 1000, 1000 + FAULT_SLACK);
    /* Events start and stop one after the other: a fault in between is in some of them only. */
    uint64_t faults =
        count_of(idle, "perf_event:minor-faults") + count_of(idle, "perf_event:major-faults");
    assert_in_range(count_of(idle, "perf_event:page-faults"), faults - 16, faults + 16);
    if (counted(idle, "perf_event:context-switches")) {
        assert_true(count_of(idle, "perf_event:context-switches") >= 1);
    }
}

static void threads_count_their_own(void **state)
{
    struct be_counter_plan *plan = plan_of(thread_events, EVENT_COUNT);
    struct worker *workers = workers_create(plan);
    pthread_t threads[WORKER_COUNT];
    struct rusage before;
    struct rusage after;
    (void)state;

    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < WORKER_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, worker_thread, &workers[i]), 0);
    }
    for (int i = 0; i < WORKER_COUNT; i++) {
        pthread_join(threads[i], NULL);
    }
    getrusage(RUSAGE_SELF, &after);
    workers_check(workers);
    uint64_t sum =
        count_of(&workers[0], "rusage:minor-faults") + count_of(&workers[1], "rusage:minor-faults");
    assert_true(sum <= (uint64_t)(after.ru_minflt - before.ru_minflt));
    munmap(workers, WORKER_COUNT * sizeof(*workers));
    be_counter_plan_destroy(plan);
}

static void forked_children_count_their_own(void **state)
{
    struct be_counter_plan *plan = plan_of(thread_events, EVENT_COUNT);
    struct worker *workers = workers_create(plan);
    (void)state;

    for (int i = 0; i < WORKER_COUNT; i++) {
        assert_int_equal(child_run(worker_run, &workers[i]), 0);
    }
    workers_check(workers);
    munmap(workers, WORKER_COUNT * sizeof(*workers));
    be_counter_plan_destroy(plan);
}

static int child_touch(void *pages)
{
    pages_touch(*(const size_t *)pages);
    return 0;
}

static void counts_of_exited_children_are_not_inherited(void **state)
{
    static const char *const events[] = {"rusage:minor-faults", "perf_event:minor-faults"};
    size_t pages = 8000;
    struct be_counter_plan *plan = plan_of(events, 2);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    child_run(child_touch, &pages);
    be_counter_session_stop(session);
    for (uint32_t i = 0; i < values.count; i++) {
        if (values.items[i].state != BE_COUNTER_UNAVAILABLE) {
            assert_int_equal(values.items[i].state, BE_COUNTER_COUNTED);
            assert_in_range(values.items[i].value, 0, pages / 2);
        }
    }
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

/* Minor faults of the calling thread and of its children to come; -1: it cannot be opened. */
static int inherited_open(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_PAGE_FAULTS_MIN,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* What it reads after it was reset and started anew. */
static uint64_t inherited_recount(int fd)
{
    uint64_t count = 0;

    ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    ioctl(fd, PERF_EVENT_IOC_RESET, 0);
    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
    assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
    close(fd);
    return count;
}

/*
 * An event that children inherit keeps their counts when they exit, even when it is reset. Ours has
 * nothing of the measurement before, and is not inherited: beside one that is not, the kernel does
 * not swap the counts of parent and child either.
 */
static void a_measurement_has_nothing_of_children_that_exited_before(void **state)
{
    static const char *const events[] = {"perf_event:minor-faults"};
    size_t pages = 8000;
    struct be_counter_plan *plan = plan_of(events, 1);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    int inherited = inherited_open();
    bool can = inherited >= 0 && values.items[0].state != BE_COUNTER_UNAVAILABLE;
    if (can) {
        be_counter_session_start(session);
        child_run(child_touch, &pages);
        be_counter_session_stop(session);
        be_counter_session_start(session);
        assert_in_range(inherited_recount(inherited), pages, pages + FAULT_SLACK);
        be_counter_session_stop(session);
        assert_int_equal(values.items[0].state, BE_COUNTER_COUNTED);
        assert_in_range(values.items[0].value, 0, FAULT_SLACK);
    }
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    if (!can) {
        skip();
    }
}

static void a_probe_says_of_each_event_whether_it_opens(void **state)
{
    struct be_counter_values values;
    (void)state;

    for (size_t i = 0; be_counter_table[i]; i++) {
        assert_int_equal(be_counter_probe(be_counter_table[i], &values, NULL), BE_OK);
        assert_true(values.count > 0);
        for (uint32_t j = 0; j < values.count; j++) {
            assert_true(values.items[j].state == BE_COUNTER_NOT_COUNTING ||
                        values.items[j].state == BE_COUNTER_UNAVAILABLE);
            print_message("%s: %s\n", values.items[j].name, values.items[j].reason);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_default_events),
        cmocka_unit_test(unknown_counters_are_refused),
        cmocka_unit_test(too_many_counters_are_refused),
        cmocka_unit_test(no_plan_counts_nothing),
        cmocka_unit_test(an_event_asked_for_twice_is_opened_once),
        cmocka_unit_test(default_is_every_row_s_events_but_those_by_name),
        cmocka_unit_test(an_event_that_is_not_there_says_which_are),
        cmocka_unit_test(hardware_events_are_counted_or_say_why_not),
        cmocka_unit_test(what_was_not_stopped_does_not_read_as_a_count),
        cmocka_unit_test(each_stop_tells_what_happened_since_its_start),
        cmocka_unit_test(threads_count_their_own),
        cmocka_unit_test(forked_children_count_their_own),
        cmocka_unit_test(counts_of_exited_children_are_not_inherited),
        cmocka_unit_test(a_measurement_has_nothing_of_children_that_exited_before),
        cmocka_unit_test(a_probe_says_of_each_event_whether_it_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
