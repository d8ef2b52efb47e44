/* What changed how fast the machine is: heat, clock limits, swapping, power; and a large machine.
 */
#include <stdbool.h>
#include <unistd.h>

#include "quality_root.h"

static void put_cpu(const struct fake_root *root, int cpu, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/%s", cpu, name);
    fake_root_put(root, path, text);
}

#define CORE_HEAT    "thermal_throttle/core_throttle_count"
#define PACKAGE_HEAT "thermal_throttle/package_throttle_count"
#define CLOCK        "cpufreq/scaling_max_freq"

static void cores_say_how_they_were_slowed(void **state)
{
    struct fake_root root;
    const int32_t pus[] = {1, 2, 3};
    (void)state;

    machine_create(&root);
    for (int cpu = 0; cpu < 4; cpu++) {
        put_cpu(&root, cpu, CLOCK, "3000000\n");
        put_cpu(&root, cpu, PACKAGE_HEAT, "10\n");
    }
    put_cpu(&root, 0, CORE_HEAT, "100\n");
    put_cpu(&root, 1, CORE_HEAT, "7\n");
    struct be_quality_reading reading = read_now(&root, pus, 2);
    assert_int_equal(reading.watched & (BE_QUALITY_HEAT | BE_QUALITY_CLOCK),
                     BE_QUALITY_HEAT | BE_QUALITY_CLOCK);
    assert_int_equal(reading.heat_count, 27);
    assert_int_equal(reading.clock_khz, 6000000);
    put_cpu(&root, 3, PACKAGE_HEAT, "?\n");
    put_cpu(&root, 3, CLOCK, "<unsupported>\n");
    reading = read_now(&root, pus, 2);
    assert_int_equal(reading.heat_count, 27);
    reading = read_now(&root, pus, 3);
    assert_false(reading.watched & (BE_QUALITY_HEAT | BE_QUALITY_CLOCK));
    fake_root_remove(&root);
}

static void a_kernel_that_keeps_no_account_of_waiting_is_not_watched(void **state)
{
    struct fake_root root;
    (void)state;

    machine_create(&root);
    assert_false(read_now(&root, NULL, 0).watched & BE_QUALITY_DELAY);
    fake_root_put(&root, "/proc/self/schedstat", "0 0 0\n");
    assert_false(read_now(&root, NULL, 0).watched & BE_QUALITY_DELAY);
    fake_root_put(&root, "/proc/self/schedstat", "409981 0 1\n");
    assert_true(read_now(&root, NULL, 0).watched & BE_QUALITY_DELAY);
    fake_root_remove(&root);
}

static void runnable_tasks_are_others(void **state)
{
    static const struct {
        const char *loadavg;
        bool watched;
        uint64_t tasks;
    } cases[] = {
        {"0.28 0.34 0.80 3/94 16337\n", true, 2},
        {"0.28 0.34 0.80 1/94 16337\n", true, 0},
        {"0.28 0.34 0.80 0/94 16337\n", true, 0},
        {"0.28 0.34 0.80\n", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        machine_create(&root);
        fake_root_put(&root, "/proc/loadavg", cases[i].loadavg);
        struct be_quality_reading reading = read_now(&root, NULL, 0);
        assert_int_equal((reading.watched & BE_QUALITY_RUNNABLE) != 0, cases[i].watched);
        assert_int_equal(reading.runnable, cases[i].tasks);
        fake_root_remove(&root);
    }
}

static void swapping_is_both_ways(void **state)
{
    static const struct {
        const char *vmstat;
        bool watched;
        uint64_t pages;
    } cases[] = {
        {"nr_free_pages 5\npswpin 30\npswpout 4\npgfault 9\n", true, 34},
        {"nr_free_pages 5\npswpin 30\n", false, 0},
        {"nr_free_pages 5\n", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fake_root root;
        machine_create(&root);
        fake_root_put(&root, "/proc/vmstat", cases[i].vmstat);
        struct be_quality_reading reading = read_now(&root, NULL, 0);
        assert_int_equal((reading.watched & BE_QUALITY_SWAP) != 0, cases[i].watched);
        assert_int_equal(reading.swap_pages, cases[i].pages);
        fake_root_remove(&root);
    }
}

/* A laptop with a charger, two USB-C ports and a mouse, whose battery says nothing. */
static void only_external_supplies_count(void **state)
{
    struct fake_root root;
    (void)state;

    machine_create(&root);
    assert_false(read_now(&root, NULL, 0).watched & BE_QUALITY_POWER);
    fake_root_put(&root, "/sys/class/power_supply/BAT0/type", "Battery\n");
    fake_root_put(&root, "/sys/class/power_supply/BAT0/online", "1\n");
    fake_root_put(&root, "/sys/class/power_supply/mouse/type", "USB\n");
    fake_root_put(&root, "/sys/class/power_supply/mouse/scope", "Device\n");
    fake_root_put(&root, "/sys/class/power_supply/mouse/online", "1\n");
    assert_false(read_now(&root, NULL, 0).watched & BE_QUALITY_POWER);
    fake_root_put(&root, "/sys/class/power_supply/AC/type", "Mains\n");
    fake_root_put(&root, "/sys/class/power_supply/AC/online", "0\n");
    fake_root_put(&root, "/sys/class/power_supply/port1/type", "USB\n");
    fake_root_put(&root, "/sys/class/power_supply/port1/online", "0\n");
    fake_root_put(&root, "/sys/class/power_supply/port2/type", "USB\n");
    fake_root_put(&root, "/sys/class/power_supply/port2/online", "1\n");
    struct be_quality_reading reading = read_now(&root, NULL, 0);
    assert_true(reading.watched & BE_QUALITY_POWER);
    assert_int_equal(reading.supplies, 1);
    fake_root_put(&root, "/sys/class/power_supply/port2/online", "0\n");
    assert_int_equal(read_now(&root, NULL, 0).supplies, 0);
    fake_root_remove(&root);
}

enum { MANY = 128 };

/* Lines as long as those of a machine that has been up for a year. */
static void a_large_machine_is_read_whole(void **state)
{
    static char text[MANY * 160];
    struct fake_root root;
    int32_t pus[MANY];
    int length = snprintf(text, sizeof(text), "cpu  1 1 1 1 1 1 1 1 1 1\n");
    (void)state;

    machine_create(&root);
    for (int cpu = 0; cpu < MANY; cpu++) {
        length += snprintf(text + length, sizeof(text) - (size_t)length,
                           "cpu%d 3153600000 3153600000 3153600000 3153600000 3153600000 "
                           "3153600000 3153600000 %d 3153600000 3153600000\n",
                           cpu, cpu);
        put_cpu(&root, cpu, CORE_HEAT, "1\n");
        put_cpu(&root, cpu, PACKAGE_HEAT, "1\n");
        put_cpu(&root, cpu, CLOCK, "2450000\n");
        pus[cpu] = cpu;
    }
    snprintf(text + length, sizeof(text) - (size_t)length, "intr 1 2 3\n");
    fake_root_put(&root, "/proc/stat", text);
    struct be_quality_reading reading = read_now(&root, pus, MANY);
    assert_int_equal(reading.cpus, MANY);
    assert_int_equal(reading.machine_cpus, MANY);
    assert_int_equal(reading.steal_ns, UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK) *
                                           (MANY * (MANY - 1) / 2));
    assert_int_equal(reading.heat_count, 2 * MANY);
    assert_int_equal(reading.clock_khz, UINT64_C(2450000) * MANY);
    fake_root_remove(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cores_say_how_they_were_slowed),
        cmocka_unit_test(a_kernel_that_keeps_no_account_of_waiting_is_not_watched),
        cmocka_unit_test(runnable_tasks_are_others),
        cmocka_unit_test(swapping_is_both_ways),
        cmocka_unit_test(only_external_supplies_count),
        cmocka_unit_test(a_large_machine_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
