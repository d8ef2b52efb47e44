/* labels: threads */
/* PAPI's software events count on any machine, so they stand for its hardware counters here. */
#include "counter_work.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

static const char *const faults[] = {"papi:perf::PERF_COUNT_SW_PAGE_FAULTS"};
static const char *const instructions[] = {"papi:PAPI_TOT_INS", "papi:PAPI_TOT_CYC"};

static bool papi_is_loaded(void)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps)) {
        found = found || strstr(line, "libpapi.so");
    }
    fclose(maps);
    return found;
}

/* Skips the test where PAPI is not installed or the kernel gives it not even software events. */
static void papi_need(void)
{
    struct be_counter_plan *plan = plan_of(faults, 1);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    if (values.items[0].state == BE_COUNTER_UNAVAILABLE) {
        print_message("%s\n", values.items[0].reason);
        skip();
    }
}

/* The first of the program: nothing has loaded it before. */
static void papi_is_loaded_only_when_asked_for(void **state)
{
    static const char *const others[] = {"rusage:minor-faults", "perf_event:task-clock"};
    (void)state;

    be_counter_plan_destroy(plan_of(others, 2));
    assert_false(papi_is_loaded());
    papi_need();
    assert_true(papi_is_loaded());
}

static void an_unknown_event_is_unavailable(void **state)
{
    papi_need();
    static const char *const unknown[] = {"papi:PAPI_NO_SUCH", "papi:perf::NO_SUCH", "papi:NO"};
    (void)state;
    assert_true(all_unavailable(unknown, 3, "papi_native_avail"));
}

/* Everywhere: a count above 0, or a state and a reason, but never a 0. */
static void instructions_are_counted_or_say_why_not(void **state)
{
    struct be_counter_plan *plan = plan_of(instructions, 2);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    cpu_burn(1000000);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    assert_int_equal(values.count, 2);
    for (uint32_t i = 0; i < values.count; i++) {
        const struct be_counter_value *value = &values.items[i];
        bool known = value->state == BE_COUNTER_COUNTED;
        assert_int_equal(value->value > 0, known);
        assert_int_equal(value->reason[0] == '\0', known);
    }
}

struct worker {
    const struct be_counter_plan *plan;
    size_t pages[2]; /* of the first and the second measurement of one session */
    struct be_counter_value values[2];
};

static int worker_run(void *argument)
{
    struct worker *worker = argument;
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    if (be_counter_session_open(worker->plan, &values, &session, NULL) != BE_OK) {
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        be_counter_session_start(session);
        pages_touch(worker->pages[i]);
        be_counter_session_stop(session);
        worker->values[i] = values.items[0];
    }
    be_counter_session_close(session);
    return 0;
}

static void *worker_thread(void *argument)
{
    return worker_run(argument) == 0 ? argument : NULL;
}

static void worker_check(const struct worker *worker)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(worker->values[i].state, BE_COUNTER_COUNTED);
        assert_in_range(worker->values[i].value, worker->pages[i], worker->pages[i] + FAULT_SLACK);
    }
}

static void threads_count_their_own(void **state)
{
    papi_need();
    struct be_counter_plan *plan = plan_of(faults, 1);
    struct worker workers[] = {
        {.plan = plan, .pages = {4000, 10}},
        {.plan = plan, .pages = {10, 2000}},
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

/* The dispatcher's own session counts on while its children count theirs. */
static void forked_children_count_their_own(void **state)
{
    papi_need();
    struct be_counter_plan *plan = plan_of(faults, 1);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    struct worker *worker =
        mmap(NULL, sizeof(*worker), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void)state;

    assert_ptr_not_equal(worker, MAP_FAILED);
    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    be_counter_session_start(session);
    for (size_t pages = 8000; pages > 500; pages /= 2) {
        *worker = (struct worker){.plan = plan, .pages = {pages, 10}};
        assert_int_equal(child_run(worker_run, worker), 0);
        worker_check(worker);
    }
    be_counter_session_stop(session);
    assert_int_equal(values.items[0].state, BE_COUNTER_COUNTED);
    assert_in_range(values.items[0].value, 1, 4000);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    munmap(worker, sizeof(*worker));
}

/* Switches happen in the kernel, of which PAPI counts nothing: it reads 0 whatever happened. */
static void a_zero_is_not_a_count(void **state)
{
    static const char *const never[] = {"papi:perf::PERF_COUNT_SW_CONTEXT_SWITCHES"};
    papi_need();
    struct be_counter_plan *plan = plan_of(never, 1);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;
    (void)state;

    assert_int_equal(be_counter_session_open(plan, &values, &session, NULL), BE_OK);
    assert_int_equal(values.items[0].state, BE_COUNTER_NOT_COUNTING);
    be_counter_session_start(session);
    usleep(1000);
    be_counter_session_stop(session);
    assert_int_equal(values.items[0].state, BE_COUNTER_NOT_COUNTING);
    assert_non_null(strstr(values.items[0].reason, "0 over a pass"));
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
}

static int child_forbidden(void *argument)
{
    (void)argument;
    if (!perf_forbid(EPERM)) {
        return CHILD_CANNOT;
    }
    return all_unavailable(instructions, 2, "CAP_PERFMON") ? 0 : 1;
}

static void a_refusal_of_the_kernel_is_told_with_its_remedy(void **state)
{
    (void)state;
    papi_need();
    int code = child_run(child_forbidden, NULL);

    if (code == CHILD_CANNOT) {
        skip();
    }
    assert_int_equal(code, 0);
}

/* Whether the kernel's own event is opened beside that of a PAPI that is not there, and said why.
 */
static bool kernel_stands_in(void)
{
    static const char *const presets[] = {"papi:PAPI_TOT_INS", "papi:perf::A_NATIVE_EVENT"};
    struct be_counter_plan *plan = plan_of(presets, 2);
    struct be_counter_session *session = NULL;
    struct be_counter_values values;

    if (be_counter_session_open(plan, &values, &session, NULL) != BE_OK) {
        return false;
    }
    be_counter_session_start(session);
    cpu_burn(1000000);
    be_counter_session_stop(session);
    be_counter_session_close(session);
    be_counter_plan_destroy(plan);
    const struct be_counter_value *preset = value_find(&values, "papi:PAPI_TOT_INS");
    const struct be_counter_value *own = value_find(&values, "perf_event:instructions");
    return values.count == 3 && preset && preset->state == BE_COUNTER_UNAVAILABLE && own &&
           (own->value > 0) == (own->state == BE_COUNTER_COUNTED) &&
           (own->value > 0 || own->reason[0] != '\0');
}

/* In a root folder where there is no library. */
static int child_without_library(void *folder)
{
    if ((unshare(CLONE_NEWUSER) < 0 && geteuid() != 0) || chroot(folder) < 0) {
        return CHILD_CANNOT;
    }
    return all_unavailable(faults, 1, "apt-get install libpapi") && kernel_stands_in() ? 0 : 1;
}

/* Its plan is made in the child, which has not loaded PAPI before. */
static void a_machine_without_papi_says_what_to_install(void **state)
{
    char folder[] = "/tmp/breakeven-test-XXXXXX";
    (void)state;

    assert_non_null(mkdtemp(folder));
    int code = child_run(child_without_library, folder);
    rmdir(folder);
    if (code == CHILD_CANNOT) {
        skip();
    }
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_without_papi_says_what_to_install),
        cmocka_unit_test(papi_is_loaded_only_when_asked_for),
        cmocka_unit_test(an_unknown_event_is_unavailable),
        cmocka_unit_test(instructions_are_counted_or_say_why_not),
        cmocka_unit_test(threads_count_their_own),
        cmocka_unit_test(forked_children_count_their_own),
        cmocka_unit_test(a_zero_is_not_a_count),
        cmocka_unit_test(a_refusal_of_the_kernel_is_told_with_its_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
