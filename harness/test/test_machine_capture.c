#include <math.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fake_root.h"
#include "machine/machine.h"

#define CPU "/sys/devices/system/cpu"

struct file {
    const char *path;
    const char *text;
};

static const char quota_free[] = "1 0 0:1 / / rw - ext4 /dev/sda rw\n";

static struct be_topology *synthetic(const char *description)
{
    struct be_topology *topology = NULL;

    assert_int_equal(be_topology_load_synthetic(description, &topology, NULL), BE_OK);
    return topology;
}

/* The caller finishes it. */
static struct be_machine capture(const char *description, const struct file *files, size_t count)
{
    struct fake_root root;
    struct be_machine machine = {0};
    struct be_topology *topology = synthetic(description);

    fake_root_create(&root);
    for (size_t i = 0; i < count; i++) {
        fake_root_put(&root, files[i].path, files[i].text);
    }
    assert_int_equal(be_machine_capture(root.path, topology, &machine, NULL), BE_OK);
    fake_root_remove(&root);
    be_topology_destroy(topology);
    return machine;
}

#define CAPTURE(description, files) capture(description, files, sizeof(files) / sizeof((files)[0]))

static const struct file laptop[] = {
    {"/proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD Ryzen 7 7840U w/ Radeon 780M Graphics\n"
                      "microcode\t: 0xa704103\nflags\t\t: fpu vme avx2\npower management:\n\n"
                      "processor\t: 1\nmodel name\t: AMD Ryzen 7 7840U w/ Radeon 780M Graphics\n"
                      "microcode\t: 0xa704103\nflags\t\t: fpu vme avx2\npower management:\n\n"},
    {"/proc/self/mountinfo", quota_free},
    {"/proc/meminfo", "MemTotal:       32000000 kB\nMemFree:         1 kB\n"},
    {"/proc/sys/kernel/osrelease", "6.1.0-13-amd64\n"},
    {"/proc/sys/kernel/random/boot_id", "0b3c5e9e-0000-4000-8000-000000000001\n"},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
    {CPU "/cpu0/cpufreq/scaling_governor", "powersave\n"},
    {CPU "/cpu0/cpufreq/scaling_min_freq", "400000\n"},
    {CPU "/cpu0/cpufreq/scaling_max_freq", "5132000\n"},
    {CPU "/cpu15/cpufreq/scaling_governor", "performance\n"},
    {CPU "/cpu15/cpufreq/scaling_min_freq", "1600000\n"},
    {CPU "/cpu15/cpufreq/scaling_max_freq", "3300000\n"},
    {CPU "/cpufreq/boost", "1\n"},
    {CPU "/vulnerabilities/spectre_v2", "Mitigation: Retpolines\n"},
    {CPU "/vulnerabilities/meltdown", "Not affected\n"},
    {"/sys/class/power_supply/AC/type", "Mains\n"},
    {"/sys/class/power_supply/AC/online", "0\n"},
    {"/sys/class/power_supply/BAT0/type", "Battery\n"},
    {"/sys/class/power_supply/BAT0/status", "Discharging\n"},
};

static void a_laptop_is_read_whole(void **state)
{
    char text[BE_MACHINE_TEXT_BYTES];
    struct utsname name;
    struct be_machine machine = CAPTURE("package:1 core:8 pu:2", laptop);
    (void)state;

    assert_int_equal(uname(&name), 0);
    assert_string_equal(machine.architecture, name.machine);
    assert_string_equal(machine.cpu_models, "AMD Ryzen 7 7840U w/ Radeon 780M Graphics");
    assert_string_equal(machine.microcode, "0xa704103");
    assert_string_equal(machine.kernel, "6.1.0-13-amd64");
    assert_string_equal(machine.boot_id, "0b3c5e9e-0000-4000-8000-000000000001");
    assert_string_equal(machine.clock_source, "tsc");
    assert_string_equal(machine.governor, "performance + powersave");
    assert_string_equal(machine.mitigations,
                        "meltdown: Not affected | spectre_v2: Mitigation: Retpolines");
    assert_int_equal(machine.clock_khz_min, 400000);
    assert_int_equal(machine.clock_khz_max, 5132000);
    assert_int_equal(machine.ram_bytes, INT64_C(32000000) * 1024);
    assert_int_equal(machine.page_bytes, sysconf(_SC_PAGESIZE));
    assert_int_equal(machine.turbo, BE_YES);
    assert_int_equal(machine.virtualised, BE_NO);
    assert_int_equal(machine.power, BE_POWER_BATTERY);
    assert_true(machine.effective_cores == 16);
    assert_true(machine.clock_read_ns > 0);
    assert_true(strlen(machine.compiler) > 0 && strlen(machine.flags) > 0);
    assert_string_equal(be_machine_describe(&machine, text),
                        "Ryzen 7 7840U, 8 cores, 16 threads, no quota, on battery");
    be_machine_finish(&machine);
}

static const char *const nullable[] = {
    "cpu_models",   "quota",         "quota_cores", "virtualised", "kernel",
    "microcode",    "mitigations",   "boot_id",     "governor",    "clock_khz_min",
    "clock_source", "clock_khz_max", "turbo",       "power",       "ram_bytes",
};

static void what_is_unknown_is_null_in_json(void **state)
{
    char text[BE_MACHINE_TEXT_BYTES];
    struct be_machine machine = capture("core:1 pu:1", NULL, 0);
    json_t *json = be_machine_to_json(&machine);
    (void)state;

    for (size_t i = 0; i < sizeof(nullable) / sizeof(nullable[0]); i++) {
        if (!json_is_null(json_object_get(json, nullable[i]))) {
            fail_msg("'%s' is not null", nullable[i]);
        }
    }
    assert_string_equal(be_machine_describe(&machine, text), "unknown CPU, 1 core, quota unknown");
    assert_int_equal(be_machine_effective_cores(&machine), 1);
    json_decref(json);
    be_machine_finish(&machine);
}

static void what_is_known_is_in_json(void **state)
{
    char text[BE_MACHINE_TEXT_BYTES];
    struct be_machine machine = CAPTURE("package:1 core:8 pu:2", laptop);
    json_t *json = be_machine_to_json(&machine);
    (void)state;

    for (size_t i = 0; i < sizeof(nullable) / sizeof(nullable[0]); i++) {
        bool is_null = json_is_null(json_object_get(json, nullable[i]));
        assert_int_equal(is_null, strcmp(nullable[i], "quota_cores") == 0);
    }
    assert_string_equal(json_string_value(json_object_get(json, "key")), machine.key);
    assert_string_equal(json_string_value(json_object_get(json, "description")),
                        be_machine_describe(&machine, text));
    assert_string_equal(json_string_value(json_object_get(json, "power")), "battery");
    assert_string_equal(json_string_value(json_object_get(json, "quota")), "none");
    assert_true(json_is_false(json_object_get(json, "virtualised")));
    assert_true(json_is_true(json_object_get(json, "turbo")));
    assert_int_equal(json_integer_value(json_object_get(json, "packages")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "numa_nodes")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "cores")), 8);
    assert_int_equal(json_integer_value(json_object_get(json, "pus")), 16);
    assert_int_equal(json_integer_value(json_object_get(json, "smt")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "core_kinds")), 1);
    assert_true(json_number_value(json_object_get(json, "effective_cores")) == 16);
    json_decref(json);
    be_machine_finish(&machine);
}

static void garbage_is_unknown(void **state)
{
    const struct file files[] = {
        {"/proc/cpuinfo", "\n\n:\nmodel name\nmodel name :\nflags\n"},
        {"/proc/meminfo", "MemTotal: lots\n"},
        {"/proc/sys/kernel/osrelease", "\n"},
        {CPU "/cpu0/cpufreq/scaling_min_freq", "-400000\n"},
        {CPU "/cpu0/cpufreq/scaling_max_freq", "<unknown>\n"},
        {CPU "/intel_pstate/no_turbo", "2\n"},
        {CPU "/cpufreq/boost", "on\n"},
        {"/sys/class/power_supply/AC/type", ""},
    };
    struct be_machine machine = CAPTURE("core:1 pu:1", files);
    (void)state;

    assert_null(machine.cpu_models);
    assert_null(machine.kernel);
    assert_int_equal(machine.ram_bytes, -1);
    assert_int_equal(machine.clock_khz_min, -1);
    assert_int_equal(machine.clock_khz_max, -1);
    assert_int_equal(machine.turbo, BE_UNKNOWN);
    assert_int_equal(machine.virtualised, BE_UNKNOWN);
    assert_int_equal(machine.power, BE_POWER_UNKNOWN);
    be_machine_finish(&machine);
}

static void turbo_is_read_from_either_file(void **state)
{
    static const struct {
        const char *no_turbo;
        const char *boost;
        enum be_answer turbo;
    } cases[] = {
        {NULL, NULL, BE_UNKNOWN}, {"0\n", NULL, BE_YES}, {"1\n", NULL, BE_NO},
        {NULL, "0\n", BE_NO},     {NULL, "1\n", BE_YES}, {"1\n", "1\n", BE_NO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct file files[2];
        size_t count = 0;
        if (cases[i].no_turbo) {
            files[count++] = (struct file){CPU "/intel_pstate/no_turbo", cases[i].no_turbo};
        }
        if (cases[i].boost) {
            files[count++] = (struct file){CPU "/cpufreq/boost", cases[i].boost};
        }
        struct be_machine machine = capture("core:1 pu:1", files, count);
        assert_int_equal(machine.turbo, cases[i].turbo);
        be_machine_finish(&machine);
    }
}

static void virtual_machines_are_told_apart(void **state)
{
    static const struct {
        const char *cpuinfo;
        const char *vendor;
        const char *product;
        enum be_answer virtualised;
    } cases[] = {
        {"flags\t: fpu hypervisor lahf_lm\n", NULL, NULL, BE_YES},
        {"flags\t: fpu hypervisor\n", NULL, NULL, BE_YES},
        {"flags\t: hypervisor fpu\n", NULL, NULL, BE_YES},
        {"flags\t: hypervisors\n", NULL, NULL, BE_NO},
        {"flags\t: fpu lahf_lm\n", "QEMU\n", NULL, BE_NO}, /* x86 says it itself */
        {"flags\t: fpu\nbugs\t: no hypervisor\n", NULL, NULL, BE_NO},
        {"Features\t: fp asimd\n", NULL, NULL, BE_UNKNOWN},
        {"Features\t: fp asimd\n", "Ampere\n", "Altra\n", BE_UNKNOWN},
        {"Features\t: fp asimd\n", "QEMU\n", "virt\n", BE_YES},
        {"Features\t: fp asimd\n", "Amazon EC2\n", "c7g.large\n", BE_YES},
        {"Features\t: fp asimd\n", "Amazon EC2\n", "c7g.metal\n", BE_NO},
        {"Features\t: fp asimd\n", "Microsoft Corporation\n", "Surface\n", BE_UNKNOWN},
        {"Features\t: fp asimd\n", "Microsoft Corporation\n", "Virtual Machine\n", BE_YES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct file files[] = {
            {"/proc/cpuinfo", cases[i].cpuinfo},
            {"/sys/class/dmi/id/sys_vendor", cases[i].vendor ? cases[i].vendor : "\n"},
            {"/sys/class/dmi/id/product_name", cases[i].product ? cases[i].product : "\n"},
        };
        struct be_machine machine = CAPTURE("core:1 pu:1", files);
        assert_int_equal(machine.virtualised, cases[i].virtualised);
        be_machine_finish(&machine);
    }
}

static void power_comes_from_the_supplies_of_the_system(void **state)
{
    static const struct {
        const char *ac_online;
        const char *battery_status;
        const char *battery_scope;
        enum be_power power;
    } cases[] = {
        {"1\n", "Charging\n", "System\n", BE_POWER_MAINS},
        {"1\n", "Discharging\n", "System\n", BE_POWER_MAINS},
        {"0\n", "Discharging\n", "System\n", BE_POWER_BATTERY},
        {"0\n", "Unknown\n", "System\n", BE_POWER_UNKNOWN},
        {"0\n", "Discharging\n", "Device\n", BE_POWER_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct file files[] = {
            {"/sys/class/power_supply/ADP1/type", "Mains\n"},
            {"/sys/class/power_supply/ADP1/online", cases[i].ac_online},
            {"/sys/class/power_supply/BAT0/type", "Battery\n"},
            {"/sys/class/power_supply/BAT0/scope", cases[i].battery_scope},
            {"/sys/class/power_supply/BAT0/status", cases[i].battery_status},
        };
        struct be_machine machine = CAPTURE("core:1 pu:1", files);
        assert_int_equal(machine.power, cases[i].power);
        be_machine_finish(&machine);
    }
}

static void a_quota_limits_the_effective_cores(void **state)
{
    static const struct {
        const char *cpu_max;
        double cores;
        uint32_t whole;
        const char *text;
    } cases[] = {
        {"max 100000\n", 4, 4, "unknown CPU, 4 cores, no quota"},
        {"150000 100000\n", 1.5, 1, "unknown CPU, 4 cores, quota of 1.5 cores"},
        {"50000 100000\n", .5, 1, "unknown CPU, 4 cores, quota of 0.5 cores"},
        {"300000 100000\n", 3, 3, "unknown CPU, 4 cores, quota of 3 cores"},
        {"900000 100000\n", 4, 4, "unknown CPU, 4 cores, quota of 9 cores"},
        {"garbage\n", 4, 4, "unknown CPU, 4 cores, quota unknown"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[BE_MACHINE_TEXT_BYTES];
        const struct file files[] = {
            {"/proc/self/cgroup", "0::/pod\n"},
            {"/proc/self/mountinfo", "1 0 0:1 / /cg rw - cgroup2 none rw\n"},
            {"/cg/pod/cpu.max", cases[i].cpu_max},
        };
        struct be_machine machine = CAPTURE("core:4 pu:1", files);
        assert_true(fabs(machine.effective_cores - cases[i].cores) < 1e-9);
        assert_int_equal(be_machine_effective_cores(&machine), cases[i].whole);
        assert_string_equal(be_machine_describe(&machine, text), cases[i].text);
        be_machine_finish(&machine);
    }
}

static void models_read_as_people_say_them(void **state)
{
    static const struct {
        const char *cpuinfo;
        const char *description;
        const char *text;
    } cases[] = {
        {"model name : AMD EPYC 7763 64-Core Processor\n", "package:2 numa:4 core:16 pu:1",
         "2 x EPYC 7763, 128 cores, 8 NUMA nodes, no quota"},
        {"model name : AMD EPYC\nflags : x hypervisor\n", "core:2 pu:1",
         "EPYC, 2 CPUs, virtual, no quota"},
        {"model name : Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz\n", "core:1 pu:2",
         "Xeon Platinum 8375C, 1 core, 2 threads, no quota"},
        {"model name : 13th Gen Intel(R) Core(TM) i7-1360P\n", "core:1 pu:1",
         "13th Gen Core i7-1360P, 1 core, no quota"},
        {"model name : AMD CPU\n", "core:1 pu:1", "AMD CPU, 1 core, no quota"},
        {"cpu\t\t: POWER9, altivec supported\n", "core:1 pu:4",
         "POWER9, altivec supported, 1 core, 4 threads, no quota"},
        {"CPU implementer : 0x41\nCPU part : 0xd0c\nCPU implementer : 0x41\nCPU part : 0xd05\n",
         "core:2 pu:1",
         "implementer 0x41 part 0xd05 + implementer 0x41 part 0xd0c, 2 cores, no quota"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[BE_MACHINE_TEXT_BYTES];
        const struct file files[] = {{"/proc/cpuinfo", cases[i].cpuinfo},
                                     {"/proc/self/mountinfo", quota_free}};
        struct be_machine machine = CAPTURE(cases[i].description, files);
        assert_string_equal(be_machine_describe(&machine, text), cases[i].text);
        be_machine_finish(&machine);
    }
}

/* A machine by hand; its key is pinned, so that no change makes stored runs strangers unseen. */
static struct be_machine by_hand(void)
{
    return (struct be_machine){
        .architecture = (char *)"x86_64",
        .cpu_models = (char *)"AMD EPYC 7763 64-Core Processor",
        .counts = {2, 8, 128, 256, 2, 1},
        .effective_cores = 256,
        .virtualised = BE_NO,
    };
}

static void the_key_is_stable(void **state)
{
    char text[BE_ID_BYTES];
    struct be_machine machine = by_hand();
    (void)state;
    assert_string_equal(be_machine_key(&machine, text), "2abec2d15dfae13d");
}

static void the_key_changes_with_each_hashed_member(void **state)
{
    struct be_machine machines[10];
    char keys[10][BE_ID_BYTES];
    (void)state;

    for (size_t i = 0; i < 10; i++) {
        machines[i] = by_hand();
    }
    machines[1].architecture = (char *)"aarch64";
    machines[2].cpu_models = (char *)"AMD EPYC 7713 64-Core Processor";
    machines[3].counts.packages = 1;
    machines[4].counts.numa_nodes = 2;
    machines[5].counts.cores = 64;
    machines[6].counts.pus = 128;
    machines[7].counts.smt = 1;
    machines[8].effective_cores = 1.5;
    machines[9].virtualised = BE_UNKNOWN;
    for (size_t i = 0; i < 10; i++) {
        be_machine_key(&machines[i], keys[i]);
        assert_int_equal(strlen(keys[i]), 16);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(keys[i], keys[k]);
        }
    }
}

static void the_key_ignores_what_is_only_recorded(void **state)
{
    char key[BE_ID_BYTES];
    char other[BE_ID_BYTES];
    struct be_machine machine = by_hand();
    (void)state;

    be_machine_key(&machine, key);
    machine.kernel = (char *)"6.1";
    machine.microcode = (char *)"0x1";
    machine.mitigations = (char *)"off";
    machine.governor = (char *)"powersave";
    machine.boot_id = (char *)"1";
    machine.compiler = "cc";
    machine.flags = "-O0";
    machine.clock_khz_max = 1;
    machine.ram_bytes = 1;
    machine.power = BE_POWER_BATTERY;
    machine.turbo = BE_NO;
    machine.counts.kinds = 2;
    assert_string_equal(be_machine_key(&machine, other), key);
}

static void this_machine_has_one_key_and_no_host_name(void **state)
{
    struct be_topology *topology = NULL;
    struct be_machine machines[2] = {{0}, {0}};
    char host[256] = "";
    (void)state;

    assert_int_equal(be_topology_load(&topology, NULL), BE_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(be_machine_capture("", topology, &machines[i], NULL), BE_OK);
    }
    assert_string_equal(machines[0].key, machines[1].key);
    json_t *json = be_machine_to_json(&machines[0]);
    char *text = json_dumps(json, 0);
    assert_non_null(text);
    assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
    if (strlen(host) > 8) { /* A short name could be part of a word. */
        assert_null(strstr(text, host));
    }
    free(text);
    json_decref(json);
    be_machine_finish(&machines[0]);
    be_machine_finish(&machines[1]);
    be_topology_destroy(topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_laptop_is_read_whole),
        cmocka_unit_test(what_is_unknown_is_null_in_json),
        cmocka_unit_test(what_is_known_is_in_json),
        cmocka_unit_test(garbage_is_unknown),
        cmocka_unit_test(turbo_is_read_from_either_file),
        cmocka_unit_test(virtual_machines_are_told_apart),
        cmocka_unit_test(power_comes_from_the_supplies_of_the_system),
        cmocka_unit_test(a_quota_limits_the_effective_cores),
        cmocka_unit_test(models_read_as_people_say_them),
        cmocka_unit_test(the_key_is_stable),
        cmocka_unit_test(the_key_changes_with_each_hashed_member),
        cmocka_unit_test(the_key_ignores_what_is_only_recorded),
        cmocka_unit_test(this_machine_has_one_key_and_no_host_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
