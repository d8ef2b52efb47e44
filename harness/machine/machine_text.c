#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/json.h"
#include "machine/machine.h"

static json_t *json_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *json_number(int64_t value)
{
    return value >= 0 ? be_json_count((uint64_t)value) : json_null();
}

static json_t *json_answer(enum be_answer answer)
{
    return answer == BE_UNKNOWN ? json_null() : json_boolean(answer == BE_YES);
}

static const char *power_name(enum be_power power)
{
    static const char *const names[] = {NULL, "mains", "battery"};
    return names[power];
}

static const char *quota_name(const struct be_cgroup_quota *quota)
{
    if (!quota->known) {
        return NULL;
    }
    return quota->limited ? "limited" : "none";
}

/* json_object_set_new takes the value over, fails for NULL, and leaves nothing half done. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static bool counts_put(json_t *object, const struct be_topology_counts *counts)
{
    return put(object, "packages", json_number(counts->packages)) &&
           put(object, "numa_nodes", json_number(counts->numa_nodes)) &&
           put(object, "cores", json_number(counts->cores)) &&
           put(object, "pus", json_number(counts->pus)) &&
           put(object, "smt", json_number(counts->smt)) &&
           put(object, "core_kinds", json_number(counts->kinds));
}

static bool clocks_put(json_t *object, const struct be_machine *machine)
{
    return put(object, "governor", json_text(machine->governor)) &&
           put(object, "clock_khz_min", json_number(machine->clock_khz_min)) &&
           put(object, "clock_khz_max", json_number(machine->clock_khz_max)) &&
           put(object, "turbo", json_answer(machine->turbo)) &&
           put(object, "clock_source", json_text(machine->clock_source)) &&
           put(object, "clock_resolution_ns", be_json_real(machine->clock_resolution_ns)) &&
           put(object, "clock_read_ns", be_json_real(machine->clock_read_ns));
}

static bool system_put(json_t *object, const struct be_machine *machine)
{
    const struct be_cgroup_quota *quota = &machine->quota;
    bool limited = quota->known && quota->limited;

    return put(object, "effective_cores", be_json_real(machine->effective_cores)) &&
           put(object, "quota", json_text(quota_name(quota))) &&
           put(object, "quota_cores", limited ? be_json_real(quota->cores) : json_null()) &&
           put(object, "virtualised", json_answer(machine->virtualised)) &&
           put(object, "power", json_text(power_name(machine->power))) &&
           put(object, "ram_bytes", json_number(machine->ram_bytes)) &&
           put(object, "page_bytes", json_number(machine->page_bytes)) &&
           put(object, "kernel", json_text(machine->kernel)) &&
           put(object, "microcode", json_text(machine->microcode)) &&
           put(object, "mitigations", json_text(machine->mitigations)) &&
           put(object, "boot_id", json_text(machine->boot_id)) &&
           put(object, "compiler", json_text(machine->compiler)) &&
           put(object, "flags", json_text(machine->flags));
}

json_t *be_machine_to_json(const struct be_machine *machine)
{
    json_t *object = json_object();
    char text[BE_MACHINE_TEXT_BYTES];

    if (object && put(object, "key", json_text(machine->key)) &&
        put(object, "description", json_text(be_machine_describe(machine, text))) &&
        put(object, "architecture", json_text(machine->architecture)) &&
        put(object, "cpu_models", json_text(machine->cpu_models)) &&
        counts_put(object, &machine->counts) && clocks_put(object, machine) &&
        system_put(object, machine)) {
        return object;
    }
    json_decref(object);
    return NULL;
}

/* Words that vendors put around the name of a CPU and that tell it from no other. */
static bool is_filler(const char *word)
{
    static const char *const fillers[] = {"AMD", "Intel", "CPU", "Processor"};

    for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
        if (strcmp(word, fillers[i]) == 0) {
            return true;
        }
    }
    return strstr(word, "-Core") != NULL;
}

static void marks_drop(char *word)
{
    static const char *const marks[] = {"(R)", "(r)", "(TM)", "(tm)"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        char *mark = strstr(word, marks[i]);
        if (mark) {
            memmove(mark, mark + strlen(marks[i]), strlen(mark + strlen(marks[i])) + 1);
        }
    }
}

/* "AMD Ryzen 7 7840U w/ Radeon 780M Graphics" to "Ryzen 7 7840U"; what follows '@' is a clock. */
static void model_shorten(const char *models, char *text, size_t bytes)
{
    char copy[BE_MACHINE_TEXT_BYTES];
    char *rest = NULL;
    size_t length = 0;

    snprintf(copy, sizeof(copy), "%s", models);
    text[0] = '\0';
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "@") == 0 || strcmp(word, "w/") == 0 || strcmp(word, "with") == 0) {
            break;
        }
        marks_drop(word);
        if (word[0] != '\0' && !is_filler(word) && length < bytes) {
            length +=
                (size_t)snprintf(text + length, bytes - length, "%s%s", length ? " " : "", word);
        }
    }
    if (text[0] == '\0') {
        snprintf(text, bytes, "%s", models);
    }
}

static void count_append(struct be_buffer *line, uint32_t count, const char *one, const char *many)
{
    be_buffer_printf(line, ", %u %s", count, count == 1 ? one : many);
}

static void cores_append(struct be_buffer *line, const struct be_machine *machine)
{
    const struct be_topology_counts *counts = &machine->counts;

    if (machine->virtualised == BE_YES) {
        /* What a hypervisor shows as cores need not be cores. */
        count_append(line, counts->pus, "CPU", "CPUs");
        be_buffer_puts(line, ", virtual");
    } else {
        count_append(line, counts->cores, "core", "cores");
        if (counts->pus > counts->cores) {
            count_append(line, counts->pus, "thread", "threads");
        }
    }
    if (counts->kinds > 1) {
        count_append(line, counts->kinds, "kind of core", "kinds of core");
    }
    if (counts->numa_nodes > 1) {
        count_append(line, counts->numa_nodes, "NUMA node", "NUMA nodes");
    }
}

static void quota_append(struct be_buffer *line, const struct be_cgroup_quota *quota)
{
    if (!quota->known) {
        be_buffer_puts(line, ", quota unknown");
    } else if (quota->limited) {
        be_buffer_printf(line, ", quota of %.3g cores", quota->cores);
    } else {
        be_buffer_puts(line, ", no quota");
    }
}

const char *be_machine_describe(const struct be_machine *machine, char *text)
{
    static const char *const powers[] = {"", ", mains power", ", on battery"};
    struct be_buffer line = {0};
    char model[BE_MACHINE_TEXT_BYTES / 2] = "unknown CPU";

    if (machine->cpu_models) {
        model_shorten(machine->cpu_models, model, sizeof(model));
    }
    if (machine->counts.packages > 1) {
        be_buffer_printf(&line, "%u x ", machine->counts.packages);
    }
    be_buffer_puts(&line, model);
    cores_append(&line, machine);
    quota_append(&line, &machine->quota);
    be_buffer_puts(&line, powers[machine->power]);
    snprintf(text, BE_MACHINE_TEXT_BYTES, "%s", be_buffer_text(&line));
    be_buffer_finish(&line);
    return text;
}
