/* labels: perf */
/*
 * What the pools are held to, measured: A B A B in one process, ratios inside a round, medians of
 * ratios; where warm passes are compared, A and B are samples: a warm-up, then timed passes. Every
 * figure is printed. Workers have a PU each and the dispatcher shares the last one's, as on a
 * machine with none to spare.
 */
#include "executor_fixture.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "median.h"
#include "workload/workload_table.h"

enum { WORKERS = 2, ROUNDS = 101, SAMPLE_ROUNDS = 31, SAMPLE_PASSES = 5 };

static const struct breakeven_pair seed_pairs[] = {
    {1963309, 2265973}, {2030677, 3814172}, {1551645, 2229620}, {2039045, 2020802}};

/* The speedup that these whole tasks allow two workers, in this order. */
static const double seed_bound = 1.868;

/* The PUs that this program was allowed when it started. */
static cpu_set_t allowed;

/* Like fixture_init, pinned to the first PUs that are allowed. */
static void pinned_init(struct fixture *f, const char *executor, const char *workload)
{
    int32_t pus[WORKERS] = {0};
    struct be_spec spec = {.pus = pus};

    fixture_init(f, be_executor_find(executor), be_workload_find(workload), WORKERS, 1);
    for (int32_t pu = 0; pu < CPU_SETSIZE && spec.pu_count < f->env.workers; pu++) {
        if (CPU_ISSET((size_t)pu, &allowed)) {
            pus[spec.pu_count++] = pu;
        }
    }
    if (spec.pu_count < f->env.workers) {
        skip();
    }
    spec.dispatcher_pu = pus[spec.pu_count - 1];
    fixture_pin(f, &spec);
}

static void pinned_create(struct fixture *f)
{
    struct be_worker_record dispatcher;

    if (fixture_create(f) != BE_OK) {
        fail_msg("%s: %s", f->ops->name, f->error.message);
    }
    assert_int_equal(be_pin_dispatcher(f->pin, &dispatcher, &f->error), BE_OK);
}

static uint64_t pass_time_ns(struct fixture *f, const struct be_batch *batch)
{
    uint64_t start_ns = be_clock_now_ns();

    assert_int_equal(fixture_run(f, batch), BE_OK);
    return be_clock_now_ns() - start_ns;
}

/* One warm-up pass, then the median of the timed ones: what a sample's value is. */
static double sample_ns(struct fixture *f, const struct be_batch *batch)
{
    double passes[SAMPLE_PASSES];

    pass_time_ns(f, batch);
    for (int i = 0; i < SAMPLE_PASSES; i++) {
        passes[i] = (double)pass_time_ns(f, batch);
    }
    return values_median(passes, SAMPLE_PASSES);
}

/* serial / pool, over the bound: 1 is as good as whole tasks allow. */
static double part_of_bound(const char *executor)
{
    double ratios[SAMPLE_ROUNDS];
    struct fixture serial;
    struct fixture pool;
    struct be_batch batch = batch_alloc(be_workload_find("gcd-trial"), 4);

    memcpy((void *)batch.requests, seed_pairs, sizeof(seed_pairs));
    pinned_init(&serial, "serial", "gcd-trial");
    pinned_init(&pool, executor, "gcd-trial");
    pinned_create(&serial);
    pinned_create(&pool);
    for (int i = 0; i < SAMPLE_ROUNDS; i++) {
        double serial_ns = sample_ns(&serial, &batch);
        ratios[i] = serial_ns / sample_ns(&pool, &batch) / seed_bound;
    }
    fixture_end(&pool);
    fixture_end(&serial);
    batch_free(&batch);
    double part = values_median(ratios, SAMPLE_ROUNDS);
    printf("%s x%d, the pairs of plan seed, warm: speedup %.3f, %.3f of the bound %.3f\n", executor,
           WORKERS, part * seed_bound, part, seed_bound);
    return part;
}

static void threads_reach_the_bound(void **state)
{
    (void)state;
    assert_true(part_of_bound("threads") >= 0.97);
}

static void processes_reach_the_bound(void **state)
{
    (void)state;
    assert_true(part_of_bound("processes") >= 0.97);
}

static void the_lock_keeps_threads_serial(void **state)
{
    (void)state;
    assert_true(part_of_bound("threads-gil") * seed_bound <= 1.02);
}

/* Forks `count` children that do nothing and waits for them. */
static uint64_t bare_children_ns(uint32_t count)
{
    pid_t children[WORKERS];
    uint64_t start_ns = be_clock_now_ns();

    for (uint32_t i = 0; i < count; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            _exit(0);
        }
        assert_true(children[i] > 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        waitpid(children[i], NULL, 0);
    }
    return be_clock_now_ns() - start_ns;
}

static void a_pool_starts_within_two_bare_forks(void **state)
{
    double starts[ROUNDS];
    double whole[ROUNDS];
    struct fixture pool;
    struct be_worker_record dispatcher;

    (void)state;
    pinned_init(&pool, "processes", "null");
    assert_int_equal(be_pin_dispatcher(pool.pin, &dispatcher, &pool.error), BE_OK);
    bare_children_ns(WORKERS);
    for (int i = 0; i < ROUNDS; i++) {
        double bare_ns = (double)bare_children_ns(WORKERS);
        uint64_t start_ns = be_clock_now_ns();
        pinned_create(&pool);
        uint64_t ready_ns = be_clock_now_ns();
        fixture_destroy(&pool);
        starts[i] = (double)(ready_ns - start_ns) / bare_ns;
        whole[i] = (double)(be_clock_now_ns() - start_ns) / bare_ns;
    }
    fixture_finish(&pool);
    double start = values_median(starts, ROUNDS);
    printf("processes x%d, start: %.2f of fork + exit + wait; start and end: %.2f\n", WORKERS,
           start, values_median(whole, ROUNDS));
    assert_true(start <= 2.0);
}

/* What a message costs when many share a system call and a wake-up, and when none do. */
static void a_window_saves_wake_ups(void **state)
{
    enum { TASKS = 20000, FEWER_ROUNDS = 11 };
    double ratios[FEWER_ROUNDS];
    double wide_ns[FEWER_ROUNDS];
    struct fixture wide;
    struct fixture one;

    (void)state;
    pinned_init(&wide, "processes", "null");
    pinned_init(&one, "processes", "null");
    assert_int_equal(be_params_set(&one.params, "window", "1", NULL), BE_OK);
    pinned_create(&wide);
    pinned_create(&one);
    struct be_batch batch = batch_alloc(wide.env.workload, TASKS);
    wide.env.workload->generate(1, 0, TASKS, (void *)batch.requests, 16);
    for (int i = 0; i < FEWER_ROUNDS; i++) {
        wide_ns[i] = (double)pass_time_ns(&wide, &batch);
        ratios[i] = (double)pass_time_ns(&one, &batch) / wide_ns[i];
    }
    fixture_end(&one);
    fixture_end(&wide);
    batch_free(&batch);
    double ratio = values_median(ratios, FEWER_ROUNDS);
    printf("processes x%d, workload null, chunk 1: %.0f ns a task; at window 1 %.1f times that\n",
           WORKERS, values_median(wide_ns, FEWER_ROUNDS) / TASKS, ratio);
    assert_true(ratio >= 10);
}

/* Messages and nothing else, in passes of some 5 ms. */
struct stamping {
    const char *executor;
    const char *window; /* NULL: has none */
    uint64_t tasks;
};

/*
 * A sample from a pool of its own. Without stamps: where a clock seems to cost a millisecond, next
 * to no reading of it is worth that. What begins and ends a span is timed all the same.
 */
static double stamping_sample_ns(const struct stamping *stamping, bool stamps)
{
    struct fixture f;

    pinned_init(&f, stamping->executor, "null");
    if (stamping->window) {
        assert_int_equal(be_params_set(&f.params, "window", stamping->window, NULL), BE_OK);
    }
    if (!stamps) {
        f.env.clock_costs = (struct be_clock_costs){1000000, 1000000};
    }
    struct be_batch batch = batch_alloc(f.env.workload, stamping->tasks);
    f.env.workload->generate(1, 0, stamping->tasks, (void *)batch.requests, 16);
    pinned_create(&f);
    double took_ns = sample_ns(&f, &batch);
    fixture_end(&f);
    batch_free(&batch);
    return took_ns;
}

static double stamping_ratio(const struct stamping *stamping)
{
    enum { LOW = 40, HIGH = ROUNDS - 1 - LOW }; /* 95 % by the sign test */
    double ratios[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        bool first = i % 2 == 0;
        double one_ns = stamping_sample_ns(stamping, first);
        double other_ns = stamping_sample_ns(stamping, !first);
        ratios[i] = first ? one_ns / other_ns : other_ns / one_ns;
    }
    double ratio = values_median(ratios, ROUNDS);
    printf("%s x%d, window %s, workload null: a pass with stamps takes %.4f of one without "
           "(%.4f .. %.4f)\n",
           stamping->executor, WORKERS, stamping->window ? stamping->window : "none", ratio,
           ratios[LOW], ratios[HIGH]);
    return ratio;
}

static void stamps_cost_next_to_nothing(void **state)
{
    static const struct stamping cases[] = {
        {"threads", NULL, 100000}, {"processes", "1024", 40000}, {"processes", "1", 400}};
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(stamping_ratio(&cases[i]) <= 1.02);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_reach_the_bound),
        cmocka_unit_test(processes_reach_the_bound),
        cmocka_unit_test(the_lock_keeps_threads_serial),
        cmocka_unit_test(a_pool_starts_within_two_bare_forks),
        cmocka_unit_test(a_window_saves_wake_ups),
        cmocka_unit_test(stamps_cost_next_to_nothing),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
