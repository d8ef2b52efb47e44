/* One measuring harness a set of CPUs: who is told what, and when it is free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure/lock.h"

/* One CPU alone, so that no harness that runs beside this test is in the way. */
static int one_cpu(void **state)
{
    cpu_set_t set;
    (void)state;

    CPU_ZERO(&set);
    CPU_SET((unsigned)sched_getcpu(), &set);
    return sched_setaffinity(0, sizeof(set), &set);
}

static int held_fd = -1;
static pid_t told_holder = -1;

static void holder_note(pid_t holder)
{
    told_holder = holder;
    close(held_fd);
}

static void a_taken_lock_is_refused_by_name(void **state)
{
    struct be_error error = {0};
    char holder[32];
    int fd = -1;
    (void)state;

    assert_int_equal(be_lock_take(BE_LOCK_WAIT, -1, NULL, &held_fd, &error), BE_OK);
    assert_int_equal(be_lock_take(BE_LOCK_FAIL, -1, NULL, &fd, &error), BE_EUNAVAILABLE);
    assert_int_equal(fd, -1);
    snprintf(holder, sizeof(holder), "process %d ", (int)getpid());
    assert_non_null(strstr(error.message, holder));
    assert_int_equal(be_lock_take(BE_LOCK_OFF, -1, NULL, &fd, &error), BE_OK);
    assert_int_equal(fd, -1);
    close(held_fd);
}

/* It is told of the holder before it waits, here by the holder's letting go. */
static void who_waits_knows_for_whom(void **state)
{
    struct be_error error = {0};
    int fd = -1;
    (void)state;

    assert_int_equal(be_lock_take(BE_LOCK_WAIT, -1, NULL, &held_fd, &error), BE_OK);
    assert_int_equal(be_lock_take(BE_LOCK_WAIT, -1, holder_note, &fd, &error), BE_OK);
    assert_int_equal(told_holder, getpid());
    assert_true(fd >= 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_taken_lock_is_refused_by_name),
        cmocka_unit_test(who_waits_knows_for_whom),
    };
    return cmocka_run_group_tests(tests, one_cpu, NULL);
}
