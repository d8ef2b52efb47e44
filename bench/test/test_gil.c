/* labels: threads */
/* The lock that is handed over on request. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/clock.h"
#include "executor/gil.h"

static void yielding_to_nobody_keeps_it(void **state)
{
    struct be_gil gil;

    (void)state;
    be_gil_init(&gil, 1000);
    be_gil_take(&gil, &gil);
    be_gil_yield(&gil, &gil);
    be_gil_drop(&gil);
    be_gil_take(&gil, &gil);
    assert_int_equal(gil.handovers, 1);
    be_gil_drop(&gil);
    be_gil_finish(&gil);
}

struct guest {
    struct be_gil *gil;
    uint64_t asked_ns;
    uint64_t had_ns;
};

static void *guest_main(void *argument)
{
    struct guest *guest = argument;

    guest->asked_ns = be_clock_now_ns();
    be_gil_take(guest->gil, guest);
    guest->had_ns = be_clock_now_ns();
    be_gil_drop(guest->gil);
    return NULL;
}

/* `had_ns` is no atomic: that the holder reads it right is the lock's doing, which TSan watches. */
static void a_holder_does_not_take_it_back_before_another_had_it(void **state)
{
    enum { INTERVAL_NS = 2000000 };
    struct be_gil gil;
    struct guest guest = {&gil, 0, 0};
    pthread_t thread;

    (void)state;
    be_gil_init(&gil, INTERVAL_NS);
    be_gil_take(&gil, &gil);
    assert_int_equal(pthread_create(&thread, NULL, guest_main, &guest), 0);
    while (!atomic_load(&gil.wanted)) {
        sched_yield();
    }
    be_gil_yield(&gil, &gil);
    assert_true(guest.had_ns > 0);
    /* The guest asked only after an interval. */
    assert_true(guest.had_ns - guest.asked_ns >= INTERVAL_NS);
    assert_false(atomic_load(&gil.wanted));
    assert_int_equal(gil.handovers, 3);
    be_gil_drop(&gil);
    pthread_join(thread, NULL);
    be_gil_finish(&gil);
}

/* Everyone counts on what the lock alone protects, and yields all the time. */
struct counter {
    struct be_gil gil;
    uint64_t value;
};

enum { THREADS = 4, COUNTS = 20000 };

static void *counter_main(void *argument)
{
    struct counter *counter = argument;
    int who = 0; /* its address tells this thread apart */

    be_gil_take(&counter->gil, &who);
    for (int i = 0; i < COUNTS; i++) {
        counter->value++;
        be_gil_yield(&counter->gil, &who);
    }
    be_gil_drop(&counter->gil);
    return NULL;
}

static void one_at_a_time_holds_it(void **state)
{
    struct counter counter = {.value = 0};
    pthread_t threads[THREADS];

    (void)state;
    be_gil_init(&counter.gil, 1000);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, counter_main, &counter), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(counter.value, THREADS * COUNTS);
    be_gil_finish(&counter.gil);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yielding_to_nobody_keeps_it),
        cmocka_unit_test(a_holder_does_not_take_it_back_before_another_had_it),
        cmocka_unit_test(one_at_a_time_holds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
