#include "counter_work.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>

#include "counter/perf.h"

static void a_reading_is_counted_scaled_or_unknown(void **state)
{
    static const struct {
        struct be_perf_reading start;
        struct be_perf_reading stop;
        enum be_counter_state state;
        uint64_t value;
        double share;
    } cases[] = {
        {{0, 0, 0}, {12, 1000, 1000}, BE_COUNTER_COUNTED, 12, 0},
        {{0, 0, 0}, {0, 1000, 1000}, BE_COUNTER_COUNTED, 0, 0},
        {{5, 700, 700}, {12, 1700, 1700}, BE_COUNTER_COUNTED, 7, 0},
        {{0, 0, 0}, {10, 1000, 250}, BE_COUNTER_SCALED, 40, 0.25},
        {{10, 1000, 250}, {25, 2000, 1000}, BE_COUNTER_SCALED, 20, 0.75},
        {{0, 0, 0}, {0, 1000, 500}, BE_COUNTER_SCALED, 0, 0.5},
        {{0, 0, 0}, {0, 1000, 0}, BE_COUNTER_NOT_COUNTING, 0, 0},
        {{9, 500, 500}, {9, 1500, 500}, BE_COUNTER_NOT_COUNTING, 0, 0},
        {{0, 0, 0}, {0, 0, 0}, BE_COUNTER_NOT_COUNTING, 0, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_counter_value value = {.name = "perf_event:x", .reason = "opened"};
        be_perf_judge(&cases[i].start, &cases[i].stop, &value);
        assert_int_equal(value.state, cases[i].state);
        assert_int_equal(value.value, cases[i].value);
        if (value.state == BE_COUNTER_SCALED) {
            assert_true(value.share == cases[i].share);
        }
        assert_int_equal(value.reason[0] != '\0', value.state == BE_COUNTER_NOT_COUNTING);
    }
}

static void descriptors_are_not_for_other_programs(void **state)
{
    (void)state;
    int fd = be_perf_open(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, true);

    if (fd < 0) {
        print_message("perf_event_open: %s\n", strerror(errno));
        skip();
    }
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}

static void a_descriptor_without_an_event_cannot_be_read(void **state)
{
    struct be_perf_reading reading;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)state;

    assert_false(be_perf_read(fd, &reading));
    assert_int_equal(errno, ENODATA);
    close(fd);
    assert_false(be_perf_read(fd, &reading));
    assert_int_equal(errno, EBADF);
}

/* A kernel that forbids perf_event_open, and what the reason has to name. */
struct refusal {
    int error_number;
    const char *reason;
};

static int child_refused(void *argument)
{
    static const char *const events[] = {"perf_event:task-clock", "perf_event:context-switches",
                                         "perf_event:page-faults", "perf_event:major-faults"};
    const struct refusal *refusal = argument;

    if (!perf_forbid(refusal->error_number)) {
        return CHILD_CANNOT;
    }
    return all_unavailable(events, 4, refusal->reason) ? 0 : 1;
}

static long paranoid_level(void)
{
    char text[32] = "";
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");

    if (!file) {
        return -1;
    }
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    return strtol(text, NULL, 10);
}

static void a_refusal_is_told_with_its_remedy(void **state)
{
    static struct refusal refusals[] = {
        {EACCES, "sysctl kernel.perf_event_paranoid=1"},
        {EPERM, "CAP_PERFMON"},
        {ENOSYS, "CONFIG_PERF_EVENTS"},
        {EMFILE, "ulimit -n"},
        {EINVAL, "Invalid argument"},
    };
    (void)state;

    if (paranoid_level() <= 1) {
        refusals[0].reason = "CAP_PERFMON"; /* The sysctl cannot be the cause. */
    }
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        int code = child_run(child_refused, &refusals[i]);
        if (code == CHILD_CANNOT) {
            print_message("no seccomp filters here\n");
            skip();
        }
        assert_int_equal(code, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_counted_scaled_or_unknown),
        cmocka_unit_test(descriptors_are_not_for_other_programs),
        cmocka_unit_test(a_descriptor_without_an_event_cannot_be_read),
        cmocka_unit_test(a_refusal_is_told_with_its_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
