/* What each check finds, and what it advises, on machines that nobody here has. */
#include <math.h>

#include "fake_machines.h"

static const struct be_check *check_named(const char *name)
{
    for (const struct be_check *check = be_checks; check->name; check++) {
        if (strcmp(check->name, name) == 0) {
            return check;
        }
    }
    fail_msg("no check is named '%s'", name);
    return NULL;
}

/* remedy: NULL for none. */
static void assert_checked(const struct be_facts *facts, const char *name,
                           enum be_check_state state, const char *found, const char *remedy)
{
    struct be_check_result result;

    be_check_run(check_named(name), facts, &result);
    if (result.state != state || !strstr(result.found, found) ||
        strcmp(result.remedy, remedy ? remedy : "") != 0) {
        fail_msg("%s: %s, '%s' -> '%s'; wanted %s, '%s' -> '%s'", name,
                 be_check_state_name(result.state), result.found, result.remedy,
                 be_check_state_name(state), found, remedy ? remedy : "");
    }
}

struct expected {
    const char *check;
    enum be_check_state state;
    const char *found; /* a part of it */
    const char *remedy;
};

#define FINE    BE_CHECK_FINE
#define SPOILS  BE_CHECK_SPOILS
#define UNKNOWN BE_CHECK_UNKNOWN
#define ABSENT  BE_CHECK_ABSENT

static const struct expected on_server[] = {
    {"cores", FINE, "effective 4: all allowed, no quota", NULL},
    {"smt", FINE, "one thread a core", NULL},
    {"kinds", ABSENT, "", NULL},
    {"quota", ABSENT, "", NULL},
    {"clock", FINE, "tsc, 18 ns a reading", NULL},
    {"governor", FINE, "performance (intel_pstate)", NULL},
    {"turbo", FINE, "off", NULL},
    {"power", ABSENT, "", NULL},
    {"heat", FINE, "has slowed no core down", NULL},
    {"steal", ABSENT, "", NULL},
    {"others", FINE, "0.00 of 4 CPUs busy, load 0.2", NULL},
    {"waiting", ABSENT, "", NULL},
    {"memory", FINE, "no swap in use; ASLR on, as it should be", NULL},
    {"numa", UNKNOWN, "cannot be read", NULL},
    {"counters", FINE, "instructions can be counted", NULL},
    {NULL, FINE, NULL, NULL},
};

static const struct expected on_laptop[] = {
    {"cores", FINE, "effective 4", NULL},
    {"smt", FINE, "2 threads a core: the curve bends after 2 workers", NULL},
    {"governor", SPOILS, "powersave (intel_pstate): the clock drifts",
     "sudo cpupower frequency-set -g performance"},
    {"turbo", SPOILS, "one busy core runs faster than all",
     "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"},
    {"power", SPOILS, "on battery", "plug in"},
    {"heat", SPOILS, "has slowed cores down 12 times", "let it cool; clear its vents"},
    {"counters", UNKNOWN, "none: perf_event_paranoid is 3",
     "sudo sysctl kernel.perf_event_paranoid=1"},
    {NULL, FINE, NULL, NULL},
};

static const struct expected in_container[] = {
    {"cores", SPOILS, "effective 1.5: all allowed, but a quota stops all work",
     "docker run --cpuset-cpus=0-3 ... in place of --cpus"},
    {"quota", SPOILS, "has stopped this control group 41 times, 2.50 s in all",
     "docker run --cpuset-cpus=0-3 ... in place of --cpus"},
    {"clock", SPOILS, "hpet, 4.50 us a reading",
     "on the host: echo tsc | sudo tee /sys/bus/clocksource/devices/*/current_clocksource"},
    {"governor", SPOILS, "schedutil (acpi-cpufreq)",
     "on the host: sudo cpupower frequency-set -g performance"},
    {"turbo", SPOILS,
     "on:", "on the host: echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"},
    {"counters", UNKNOWN, "none: perf_event_open is forbidden", "docker run --cap-add=PERFMON ..."},
    {NULL, FINE, NULL, NULL},
};

static const struct expected in_nested_group[] = {
    {"cores", SPOILS, "effective 2: all allowed, but a quota stops all work",
     "podman run --cpuset-cpus=0-3 ... in place of --cpus"},
    {"quota", SPOILS, "has stopped this control group 2 times, 3.00 ms in all",
     "podman run --cpuset-cpus=0-3 ... in place of --cpus"},
    {"governor", UNKNOWN, "not readable", NULL},
    {"turbo", UNKNOWN, "boost state not readable: a speedup may contain a clock loss", NULL},
    {"heat", UNKNOWN, "no counter to read", NULL},
    {"power", UNKNOWN, "supplies are not readable", NULL},
    {"memory", UNKNOWN, "swap not readable; ASLR not readable", NULL},
    {NULL, FINE, NULL, NULL},
};

static const struct expected in_virtual_machine[] = {
    {"smt", UNKNOWN, "two virtual CPUs may be one core", NULL},
    {"clock", FINE, "kvm-clock, 40 ns a reading", NULL},
    {"governor", UNKNOWN, "not shown to a virtual machine", NULL},
    {"turbo", UNKNOWN, "not readable", NULL},
    {"power", ABSENT, "", NULL},
    {"heat", ABSENT, "", NULL},
    {"steal", SPOILS, "took 10.0 % of the CPU time wanted so far, 0.0 % now",
     "ask for dedicated CPUs"},
    {"counters", UNKNOWN, "none: no hardware counters here; a virtual machine needs", NULL},
    {NULL, FINE, NULL, NULL},
};

static const struct expected in_slurm_job[] = {
    {"governor", SPOILS, "schedutil", "srun --cpu-freq=Performance ..."},
    {"turbo", SPOILS, "on:", "srun --cpu-freq=HighM1 ..."},
    {"numa", SPOILS, "the kernel stops tasks to move their memory",
     "ask for: sudo sysctl kernel.numa_balancing=0"},
    {"counters", UNKNOWN, "none: perf_event_paranoid is 4",
     "ask for: sudo sysctl kernel.perf_event_paranoid=1"},
    {NULL, FINE, NULL, NULL},
};

static const struct expected on_hybrid[] = {
    {"smt", FINE, "2 threads a core: the curve bends after 6 workers", NULL},
    {"kinds", SPOILS, "2 kinds of core: the curve bends where the slower begin",
     "breakeven sweep --cpus 4-7 ..."},
    {NULL, FINE, NULL, NULL},
};

static const struct expected on_blind[] = {
    {"cores", SPOILS, "effective 1: all allowed; nothing can run at the same time", NULL},
    {"clock", FINE, "an unknown source, 25 ns a reading", NULL},
    {"steal", UNKNOWN, "cannot be read", NULL},
    {"others", UNKNOWN, "cannot be read", NULL},
    {"quota", UNKNOWN, "cannot be read", NULL},
    {NULL, FINE, NULL, NULL},
};

static const struct {
    const struct fake_machine *machine;
    const struct expected *expected;
} cases[] = {
    {&server, on_server},
    {&laptop, on_laptop},
    {&container, in_container},
    {&nested, in_nested_group},
    {&virtual_machine, in_virtual_machine},
    {&slurm_node, in_slurm_job},
    {&hybrid, on_hybrid},
    {&blind, on_blind},
};

enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static void every_machine_gets_its_own_advice(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct facts_fixture f;
        facts_create(&f, cases[i].machine);
        for (const struct expected *row = cases[i].expected; row->check; row++) {
            assert_checked(&f.facts, row->check, row->state, row->found, row->remedy);
        }
        facts_finish(&f);
    }
}

/* What is fine needs no remedy, and only what spoils speaks against a use. */
static void no_advice_is_given_without_need(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        struct facts_fixture f;
        facts_create(&f, cases[i].machine);
        for (const struct be_check *check = be_checks; check->name; check++) {
            struct be_check_result result;
            be_check_run(check, &f.facts, &result);
            if (result.state == FINE || result.state == ABSENT) {
                assert_string_equal(result.remedy, "");
            }
            assert_true((result.state == ABSENT) == (result.found[0] == '\0'));
            assert_null(strstr(result.remedy, "randomize_va_space=0"));
        }
        facts_finish(&f);
    }
}

/* What happened while the machine was watched. */
static void company_is_seen_in_the_moment_watched(void **state)
{
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &server);
    f.facts.before.at_ns = 0;
    f.facts.after.at_ns = 1000000000;
    f.facts.before.own_ns = f.facts.after.own_ns = 0;
    f.facts.after.busy_ns = f.facts.before.busy_ns + 90000000;
    assert_checked(&f.facts, "others", FINE, "0.09 of 4 CPUs busy", NULL);
    f.facts.after.busy_ns = f.facts.before.busy_ns + 300000000;
    assert_checked(&f.facts, "others", SPOILS, "0.3 of 4 CPUs busy with others, load 0.2",
                   "top  shows who; end it, or wait");
    f.facts.after.own_ns = 250000000;
    assert_checked(&f.facts, "others", FINE, "0.05 of 4 CPUs busy", NULL);

    f.facts.before.watched |= BE_QUALITY_PRESSURE;
    f.facts.after.watched |= BE_QUALITY_PRESSURE;
    f.facts.after.waited_ns = f.facts.before.waited_ns + 20000000;
    assert_checked(&f.facts, "waiting", FINE, "in 2.0 % of the time", NULL);
    f.facts.after.waited_ns = f.facts.before.waited_ns + 200000000;
    assert_checked(&f.facts, "waiting", SPOILS, "in 20 % of the time",
                   "uptime  and wait until the load is low");

    f.facts.after.swap_pages = f.facts.before.swap_pages + 1;
    assert_checked(&f.facts, "memory", SPOILS, "pages move to or from swap",
                   "free -h  and end what fills the memory");
    facts_finish(&f);
}

static void a_crowd_speaks_against_curves_and_a_visitor_does_not(void **state)
{
    struct be_check_result result;
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &server);
    f.facts.before.at_ns = 0;
    f.facts.after.at_ns = 1000000000;
    f.facts.before.own_ns = f.facts.after.own_ns = 0;
    f.facts.after.busy_ns = f.facts.before.busy_ns + 300000000;
    be_check_run(check_named("others"), &f.facts, &result);
    assert_int_equal(result.against, 0);
    f.facts.after.busy_ns = f.facts.before.busy_ns + 500000000;
    be_check_run(check_named("others"), &f.facts, &result);
    assert_int_equal(result.against, BE_USE_SCALING | BE_USE_BREAKEVEN);
    facts_finish(&f);
}

/* Single facts that no whole machine above shows. */
static void each_fact_has_its_line(void **state)
{
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &server);
    f.facts.cpus_online = 16;
    snprintf(f.facts.cpus_isolated, sizeof(f.facts.cpus_isolated), "2-3");
    assert_checked(&f.facts, "cores", FINE,
                   "effective 4: 4 of 16 CPUs allowed, 2-3 isolated, no quota", NULL);
    f.machine.quota.known = false;
    assert_checked(&f.facts, "cores", UNKNOWN, "a quota cannot be read", NULL);
    f.facts.layout_random = 0;
    assert_checked(&f.facts, "memory", SPOILS, "ASLR off",
                   "sudo sysctl kernel.randomize_va_space=2");
    f.facts.layout_pinned = BE_YES;
    assert_checked(&f.facts, "memory", SPOILS, "ASLR off for this program",
                   "start it without setarch -R or debugger");
    f.facts.layout_pinned = BE_NO;
    f.facts.layout_random = 2;
    f.facts.swap_used_bytes = 3 << 20;
    assert_checked(&f.facts, "memory", FINE, "3 MiB in swap, at rest; ASLR on", NULL);
    f.facts.numa_balancing = 0;
    assert_checked(&f.facts, "numa", FINE, "memory stays", NULL);
    snprintf(f.facts.clock_sources, sizeof(f.facts.clock_sources), "hpet acpi_pm");
    f.machine.clock_read_ns = 4500;
    assert_checked(&f.facts, "clock", SPOILS, "tsc, 4.50 us a reading", NULL);
    snprintf(f.machine.clock_source, strlen("tsc") + 1, "pit");
    assert_checked(&f.facts, "clock", SPOILS, "pit, 4.50 us a reading",
                   "sudo dmesg | grep -i tsc  says why tsc is not used");
    f.facts.batteries = 1;
    f.machine.power = BE_POWER_MAINS;
    assert_checked(&f.facts, "power", FINE, "mains", NULL);
    f.machine.power = BE_POWER_UNKNOWN;
    assert_checked(&f.facts, "power", UNKNOWN, "no saying whether it is in use", NULL);
    facts_finish(&f);
}

/* Every place has its own way to get cores; a remedy that was cut would be a wrong command. */
static void every_place_has_whole_remedies(void **state)
{
    static const struct {
        enum be_scheduler scheduler;
        enum be_container container;
        const char *remedy;
    } places[] = {
        {BE_SCHEDULER_SLURM, BE_CONTAINER_DOCKER, "sbatch --exclusive ..."},
        {BE_SCHEDULER_PBS, BE_CONTAINER_NONE, "qsub -l place=excl ..."},
        {BE_SCHEDULER_LSF, BE_CONTAINER_NONE, "bsub -x ..."},
        {BE_SCHEDULER_NONE, BE_CONTAINER_KUBERNETES,
         "on the node: top; a node of its own (taints)"},
        {BE_SCHEDULER_NONE, BE_CONTAINER_PODMAN, "on the host: docker stats, top"},
        {BE_SCHEDULER_NONE, BE_CONTAINER_OTHER, "on the host: top"},
        {BE_SCHEDULER_NONE, BE_CONTAINER_NONE, "top  shows who; end it, or wait"},
    };
    struct facts_fixture f;
    (void)state;

    facts_create(&f, &server);
    f.facts.before.at_ns = 0;
    f.facts.after.at_ns = 1000000000;
    f.facts.after.busy_ns = f.facts.before.busy_ns + f.facts.after.own_ns + 900000000;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        f.facts.surroundings.scheduler = places[i].scheduler;
        f.facts.surroundings.container = places[i].container;
        assert_checked(&f.facts, "others", SPOILS, "CPUs busy with others", places[i].remedy);
        for (const struct be_check *check = be_checks; check->name; check++) {
            struct be_check_result result;
            be_check_run(check, &f.facts, &result);
            assert_true(strlen(result.remedy) < BE_CHECK_REMEDY_BYTES - 1);
        }
    }
    facts_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_machine_gets_its_own_advice),
        cmocka_unit_test(no_advice_is_given_without_need),
        cmocka_unit_test(company_is_seen_in_the_moment_watched),
        cmocka_unit_test(a_crowd_speaks_against_curves_and_a_visitor_does_not),
        cmocka_unit_test(each_fact_has_its_line),
        cmocka_unit_test(every_place_has_whole_remedies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
