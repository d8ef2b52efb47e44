/* What the kernel says of a thread's moves to another CPU, and what it does not say. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "executor/worker.h"
#include "migrations.h"

static void only_a_count_that_is_there_is_known(void **state)
{
    static const struct {
        const char *text;
        bool known;
        uint64_t count;
    } cases[] = {
        {"a (1, #threads: 1)\nse.nr_migrations                  :          7\nnr_switches : 9\n",
         true, 7},
        {"a (1, #threads: 1)\nse.nr_migrations:0\n", true, 0},
        {"a (1, #threads: 1)\nnr_switches : 9\n", false, 0},
        {"se.nr_migrations (1, #threads: 1)\nnr_switches : 9\n", false, 0},
        {"a (1, #threads: 1)\nse.nr_migrations : \n", false, 0},
        {"a (1, #threads: 1)\nse.nr_migrations_cold : 3\n", false, 0},
        {"", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t count = 0;
        if (be_migrations_parse(cases[i].text, &count) != cases[i].known ||
            count != cases[i].count) {
            fail_msg("'%s'", cases[i].text);
        }
    }
}

/* Binds the thread to each CPU that it may use, one after the other; returns how many. */
static uint64_t visit_all(const cpu_set_t *allowed)
{
    uint64_t visited = 0;

    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, allowed)) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
            visited++;
        }
    }
    return visited;
}

static void moves_of_a_member_are_counted(void **state)
{
    struct be_disturbance before;
    struct be_worker_record record = {0};
    cpu_set_t allowed;
    (void)state;

    assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
    be_disturbance_read(&before);
    uint64_t visited = visit_all(&allowed);
    be_disturbance_tell(&before, &record);
    assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
    assert_int_equal(record.disturbance.migrations_known, before.migrations_known);
    if (!before.migrations_known) {
        skip();
    }
    assert_in_range(record.disturbance.migrations, visited - 1, visited + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_count_that_is_there_is_known),
        cmocka_unit_test(moves_of_a_member_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
