/* labels: perf */
/*
 * What transports are held to, measured: samples of the runner in turn, ratios inside a round,
 * medians of ratios. One worker on the first PU that is allowed, the dispatcher on the last one,
 * trivial tasks, one in flight: a pass's time over its tasks is a round trip. Figures are printed.
 */
#include "bench_process.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "median.h"

enum { ROUNDS = 15, PASSES = 5, SHORT_PASSES = 200, BARE_TRIPS = 2000 };

static int worker_pu = -1;
static int dispatcher_pu = -1;

/* A sample: the median time of an operation in ns. `how` and `params` are members of a spec. */
static double sample_ns(const char *how, const char *params, uint64_t tasks)
{
    struct be_sample_record record;
    struct be_error error;
    char spec[1024];

    snprintf(spec, sizeof(spec), "{\"protocol\":1,%s,\"params\":{\"tasks\":\"%" PRIu64 "\",%s}}\n",
             how, tasks, params);
    if (bench_measure(spec, &record, &error) != BE_OK) {
        fail_msg("%s: %s", params, error.message);
    }
    double took_ns = (double)be_sample_record_wall_ns(&record) / (double)tasks;
    be_sample_record_finish(&record);
    return took_ns;
}

/* A round trip over a transport; `own`: its parameters. */
static double round_trip_ns(const char *own, uint64_t tasks, int passes)
{
    char how[96];
    char params[512];

    snprintf(how, sizeof(how), "\"passes\":%d,\"warmup\":1,\"pus\":[%d],\"dispatcher_pu\":%d",
             passes, worker_pu, dispatcher_pu);
    snprintf(params, sizeof(params),
             "\"workload\":\"null\",\"executor\":\"processes\",\"workers\":\"1\",\"window\":\"1\","
             "\"coalesce\":\"1\",%s",
             own);
    return sample_ns(how, params, tasks);
}

static double cache_line_ns(void)
{
    char how[64];

    snprintf(how, sizeof(how), "\"passes\":%d,\"pus\":[%d,%d]", PASSES, dispatcher_pu, worker_pu);
    return sample_ns(how, "\"probe\":\"cache-line\"", 20000);
}

static void a_ring_is_near_the_cache_line(void **state)
{
    double to_floor[ROUNDS];
    double adaptive[ROUNDS];
    double floors_ns[ROUNDS];

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        floors_ns[i] = cache_line_ns();
        double spin_ns =
            round_trip_ns("\"transport\":\"shm-ring\",\"wake\":\"spin\"", 20000, PASSES);
        double adaptive_ns =
            round_trip_ns("\"transport\":\"shm-ring\",\"wake\":\"adaptive\"", 20000, PASSES);
        to_floor[i] = spin_ns / (2 * floors_ns[i]);
        adaptive[i] = adaptive_ns / spin_ns;
    }
    double distance = values_median(to_floor, ROUNDS);
    double ratio = values_median(adaptive, ROUNDS);
    double floor_ns = values_median(floors_ns, ROUNDS);
    printf("shm-ring spin: round trip %.0f ns, %.2f of 2c (c = %.0f ns); adaptive %.3f of spin\n",
           distance * 2 * floor_ns, distance, floor_ns, ratio);
    assert_true(ratio <= 1.2);
    assert_true(distance <= 1.5);
}

/* While one worker computes for a second, the other one and the dispatcher have nothing to do. */
static void whoever_waits_long_sleeps(void **state)
{
    struct be_sample_record record;
    struct be_error error;
    char spec[512];

    (void)state;
    snprintf(spec, sizeof(spec),
             "{\"protocol\":1,\"passes\":1,\"pus\":[%d,%d],\"dispatcher_pu\":%d,\"params\":{"
             "\"workload\":\"spin\",\"steps\":\"1000000000\",\"tasks\":\"1\",\"workers\":\"2\","
             "\"executor\":\"processes\",\"transport\":\"shm-ring\",\"wake\":\"adaptive\"}}\n",
             worker_pu, dispatcher_pu, dispatcher_pu);
    assert_int_equal(bench_measure(spec, &record, &error), BE_OK);
    const struct be_pass_record *pass = &record.passes[0];
    double dispatcher = (double)pass->dispatcher.cpu_ns / (double)pass->wall_ns;
    double idle = (double)pass->workers[pass->workers[0].tasks > 0].cpu_ns / (double)pass->wall_ns;
    printf("shm-ring adaptive, idle for 1 s: worker %.4f %%, dispatcher %.4f %% of a core\n",
           100 * idle, 100 * dispatcher);
    be_sample_record_finish(&record);
    assert_true(idle <= .01);
    assert_true(dispatcher <= .01);
}

/* Offsets travel, whatever lies behind them. */
static void an_arena_does_not_feel_the_payload(void **state)
{
    enum { TASKS = 64 }; /* of the largest payload, as much memory as a pass may have */
    static const char *const payloads[] = {"64", "4KiB", "256KiB", "4MiB"};
    enum { PAYLOADS = sizeof(payloads) / sizeof(payloads[0]) };
    double trips_ns[PAYLOADS][ROUNDS];
    double smallest_ns = INFINITY;
    double largest_ns = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        for (size_t k = 0; k < PAYLOADS; k++) {
            char own[128];
            snprintf(own, sizeof(own),
                     "\"transport\":\"shm-arena\",\"wake\":\"spin\",\"payload\":\"%s\"",
                     payloads[k]);
            trips_ns[k][i] = round_trip_ns(own, TASKS, SHORT_PASSES);
        }
    }
    for (size_t k = 0; k < PAYLOADS; k++) {
        double trip_ns = values_median(trips_ns[k], ROUNDS);
        printf("shm-arena spin, payload %s, untouched: round trip %.0f ns\n", payloads[k], trip_ns);
        smallest_ns = fmin(smallest_ns, trip_ns);
        largest_ns = fmax(largest_ns, trip_ns);
    }
    assert_true(largest_ns <= 1.1 * smallest_ns);
}

/* A pass of two workers that read all of every payload, a task. */
static double touching_ns(const char *payload, uint64_t tasks, const char *executor)
{
    char how[96];
    char params[256];

    snprintf(how, sizeof(how), "\"passes\":%d,\"warmup\":1,\"pus\":[%d,%d],\"dispatcher_pu\":%d",
             PASSES, worker_pu, dispatcher_pu, dispatcher_pu);
    snprintf(params, sizeof(params),
             "\"workload\":\"touch\",\"workers\":\"2\",\"payload\":\"%s\",%s", payload, executor);
    return sample_ns(how, params, tasks);
}

static void an_arena_is_read_like_memory_of_threads(void **state)
{
    static const char *const payloads[] = {"4MiB", "1MiB", "64KiB"};
    static const uint64_t tasks[] = {64, 256, 4096}; /* as much memory as a pass may have */
    double worst = 0;

    (void)state;
    for (size_t k = 0; k < sizeof(payloads) / sizeof(payloads[0]); k++) {
        double ratios[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            double threads_ns = touching_ns(payloads[k], tasks[k], "\"executor\":\"threads\"");
            double arena_ns = touching_ns(payloads[k], tasks[k],
                                          "\"executor\":\"processes\",\"transport\":\"shm-arena\"");
            ratios[i] = arena_ns / threads_ns;
        }
        double ratio = values_median(ratios, ROUNDS);
        printf("shm-arena, payload %s, touched: %.3f of the time of threads\n", payloads[k], ratio);
        worst = fmax(worst, ratio);
    }
    assert_true(worst <= 1.1);
}

static void pin_to(int pu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)pu, &set);
    assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

static void bytes_pass(int fd, bool out, unsigned char *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n =
            out ? write(fd, bytes + done, count - done) : read(fd, bytes + done, count - done);
        if (n <= 0) {
            _exit(1);
        }
        done += (size_t)n;
    }
}

/* Two processes that do nothing but send each other what a task and its result take. */
static double bare_round_trip_ns(void)
{
    enum { REQUEST_BYTES = 40, REPLY_BYTES = 32 }; /* a frame's header, and the numbers of a task */
    unsigned char bytes[REQUEST_BYTES];
    double passes_ns[PASSES + 1];
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    pid_t peer = fork();
    assert_true(peer >= 0);
    if (peer == 0) {
        pin_to(worker_pu);
        for (int i = 0; i < (PASSES + 1) * BARE_TRIPS; i++) {
            bytes_pass(fds[1], false, bytes, REQUEST_BYTES);
            bytes_pass(fds[1], true, bytes, REPLY_BYTES);
        }
        _exit(0);
    }
    pin_to(dispatcher_pu);
    for (int pass = 0; pass <= PASSES; pass++) {
        uint64_t start_ns = be_clock_now_ns();
        for (int i = 0; i < BARE_TRIPS; i++) {
            bytes_pass(fds[0], true, bytes, REQUEST_BYTES);
            bytes_pass(fds[0], false, bytes, REPLY_BYTES);
        }
        passes_ns[pass] = (double)(be_clock_now_ns() - start_ns) / BARE_TRIPS;
    }
    close(fds[0]);
    close(fds[1]);
    waitpid(peer, NULL, 0);
    return values_median(&passes_ns[1], PASSES);
}

static void a_socket_is_near_a_bare_one(void **state)
{
    double ratios[ROUNDS];
    double bare_ns[ROUNDS];
    cpu_set_t before;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    for (int i = 0; i < ROUNDS; i++) {
        bare_ns[i] = bare_round_trip_ns();
        assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
        ratios[i] = round_trip_ns("\"transport\":\"unix-stream\"", BARE_TRIPS, PASSES) / bare_ns[i];
    }
    double ratio = values_median(ratios, ROUNDS);
    printf("unix-stream, window 1: %.2f of a bare round trip of the same bytes, %.1f us\n", ratio,
           values_median(bare_ns, ROUNDS) / 1000);
    assert_true(ratio <= 1.3);
}

static int pus_find(void **state)
{
    cpu_set_t allowed;

    (void)state;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return -1;
    }
    for (int pu = 0; pu < CPU_SETSIZE; pu++) {
        if (CPU_ISSET((size_t)pu, &allowed)) {
            worker_pu = worker_pu < 0 ? pu : worker_pu;
            dispatcher_pu = pu;
        }
    }
    return 0;
}

/* With one PU there is no other core to talk to. */
static int two_pus_or_skip(void **state)
{
    (void)state;
    if (worker_pu == dispatcher_pu) {
        print_message("only one PU is allowed\n");
        skip();
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_ring_is_near_the_cache_line, two_pus_or_skip),
        cmocka_unit_test_setup(whoever_waits_long_sleeps, two_pus_or_skip),
        cmocka_unit_test_setup(an_arena_does_not_feel_the_payload, two_pus_or_skip),
        cmocka_unit_test_setup(an_arena_is_read_like_memory_of_threads, two_pus_or_skip),
        cmocka_unit_test_setup(a_socket_is_near_a_bare_one, two_pus_or_skip),
    };
    return cmocka_run_group_tests(tests, pus_find, NULL);
}
