#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/params.h"
#include "machine/machine_parts.h"
#include "machine/procfile.h"

/*
 * The value of a line "key : value" (cpuinfo pads keys with tabs), its length in *bytes; NULL when
 * the line has another key.
 */
static const char *line_value(const char *line, const char *key, size_t *bytes)
{
    size_t length = strlen(key);

    if (strncmp(line, key, length) != 0) {
        return NULL;
    }
    line += length + strspn(line + length, " \t");
    if (*line != ':') {
        return NULL;
    }
    line++;
    line += strspn(line, " \t");
    *bytes = strcspn(line, "\n");
    return *bytes > 0 ? line : NULL;
}

static const char *next_line(const char *line)
{
    line = strchr(line, '\n');
    return line ? line + 1 : "";
}

/* Adds every value of the key to the set. */
static enum be_status values_collect(const char *cpuinfo, const char *key, struct be_params *set,
                                     struct be_error *error)
{
    for (const char *line = cpuinfo; *line; line = next_line(line)) {
        char value[256];
        size_t bytes = 0;
        const char *found = line_value(line, key, &bytes);
        if (found && bytes < sizeof(value)) {
            memcpy(value, found, bytes);
            value[bytes] = '\0';
            enum be_status status = be_params_set(set, value, "", error);
            if (status != BE_OK) {
                return status;
            }
        }
    }
    return BE_OK;
}

static enum be_status values_join(const char *cpuinfo, const char *key, char **text,
                                  struct be_error *error)
{
    struct be_params set = {0};
    enum be_status status = values_collect(cpuinfo, key, &set, error);

    if (status == BE_OK) {
        status = be_machine_join(&set, text, error);
    }
    be_params_finish(&set);
    return status;
}

/* Arm names no model: the numbers of its implementer and part are what there is. */
static enum be_status arm_parts_join(const char *cpuinfo, char **text, struct be_error *error)
{
    struct be_params set = {0};
    enum be_status status = BE_OK;
    const char *implementer = NULL;
    size_t implementer_bytes = 0;

    for (const char *line = cpuinfo; *line && status == BE_OK; line = next_line(line)) {
        char value[256];
        size_t bytes = 0;
        const char *found = line_value(line, "CPU implementer", &bytes);
        if (found) {
            implementer = found;
            implementer_bytes = bytes;
        }
        found = line_value(line, "CPU part", &bytes);
        if (found && implementer) {
            snprintf(value, sizeof(value), "implementer %.*s part %.*s", (int)implementer_bytes,
                     implementer, (int)bytes, found);
            status = be_params_set(&set, value, "", error);
        }
    }
    if (status == BE_OK) {
        status = be_machine_join(&set, text, error);
    }
    be_params_finish(&set);
    return status;
}

/* "cpu" is POWER's key, "uarch" RISC-V's. */
static enum be_status models_capture(const char *cpuinfo, char **text, struct be_error *error)
{
    static const char *const keys[] = {"model name", "cpu", "uarch"};
    enum be_status status = BE_OK;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && status == BE_OK && !*text; i++) {
        status = values_join(cpuinfo, keys[i], text, error);
    }
    return status == BE_OK && !*text ? arm_parts_join(cpuinfo, text, error) : status;
}

static bool has_word(const char *words, size_t bytes, const char *word)
{
    size_t length = strlen(word);

    for (const char *p = words; p < words + bytes; p += strcspn(p, " \n") + 1) {
        if (strcspn(p, " \n") == length && strncmp(p, word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* x86 shows its features as "flags", and a hypervisor shows itself there to its guest. */
static enum be_answer virtualised_by_flags(const char *cpuinfo)
{
    for (const char *line = cpuinfo; *line; line = next_line(line)) {
        size_t bytes = 0;
        const char *flags = line_value(line, "flags", &bytes);
        if (flags) {
            return has_word(flags, bytes, "hypervisor") ? BE_YES : BE_NO;
        }
    }
    return BE_UNKNOWN;
}

/* What the firmware says: some vendors sell only virtual machines, some also whole ones. */
static enum be_answer virtualised_by_firmware(const char *root)
{
    static const struct {
        const char *vendor;
        const char *product; /* part of its name; NULL: any */
        enum be_answer answer;
    } known[] = {
        {"Amazon EC2", ".metal", BE_NO},
        {"Amazon EC2", NULL, BE_YES},
        {"Google", "Google Compute Engine", BE_YES},
        {"Microsoft Corporation", "Virtual Machine", BE_YES},
        {"QEMU", NULL, BE_YES},
        {"Red Hat", "KVM", BE_YES},
        {"VMware, Inc.", NULL, BE_YES},
        {"Xen", NULL, BE_YES},
        {"Parallels", NULL, BE_YES},
        {"Apple Inc.", "Virtualization", BE_YES},
        {"Alibaba Cloud", "ECS", BE_YES},
    };
    char *vendor = be_procfile_read(root, "/sys/class/dmi/id/sys_vendor");
    char *product = be_procfile_read(root, "/sys/class/dmi/id/product_name");
    enum be_answer answer = BE_UNKNOWN;

    for (size_t i = 0; vendor && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(vendor, known[i].vendor, strlen(known[i].vendor)) == 0 &&
            (!known[i].product || (product && strstr(product, known[i].product)))) {
            answer = known[i].answer;
            break;
        }
    }
    free(vendor);
    free(product);
    return answer;
}

static enum be_answer virtualised_capture(const char *root, const char *cpuinfo)
{
    char *hypervisor = be_procfile_read(root, "/sys/hypervisor/type");
    enum be_answer answer = hypervisor ? BE_YES : virtualised_by_flags(cpuinfo);

    free(hypervisor);
    return answer != BE_UNKNOWN ? answer : virtualised_by_firmware(root);
}

/* Each file of the folder is a weakness of the CPU, its text what the kernel does about it. */
static enum be_status mitigations_collect(const char *root, struct be_params *states,
                                          struct be_error *error)
{
    static const char folder[] = "/sys/devices/system/cpu/vulnerabilities";
    char path[PATH_MAX];
    enum be_status status = BE_OK;

    snprintf(path, sizeof(path), "%s%s", root, folder);
    DIR *dir = opendir(path);
    if (!dir) {
        return BE_OK;
    }
    for (struct dirent *entry; status == BE_OK && (entry = readdir(dir));) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        char *state = entry->d_name[0] == '.' ? NULL : be_procfile_read(root, path);
        if (state) {
            status = be_params_set(states, entry->d_name, state, error);
        }
        free(state);
    }
    closedir(dir);
    return status;
}

static enum be_status mitigations_capture(const char *root, char **text, struct be_error *error)
{
    struct be_params states = {0};
    struct be_buffer buffer = {0};
    enum be_status status = mitigations_collect(root, &states, error);

    for (size_t i = 0; i < states.count; i++) {
        be_buffer_printf(&buffer, "%s%s: %s", i > 0 ? " | " : "", states.entries[i].key,
                         states.entries[i].value);
    }
    be_params_finish(&states);
    if (status == BE_OK) {
        status = be_buffer_check(&buffer, error);
    }
    if (status != BE_OK) {
        be_buffer_finish(&buffer);
        return status;
    }
    *text = buffer.data;
    return BE_OK;
}

enum be_status be_machine_capture_cpu(const char *root, struct be_machine *machine,
                                      struct be_error *error)
{
    char *cpuinfo = be_procfile_read(root, "/proc/cpuinfo");
    const char *text = cpuinfo ? cpuinfo : "";

    machine->virtualised = virtualised_capture(root, text);
    enum be_status status = models_capture(text, &machine->cpu_models, error);
    if (status == BE_OK) {
        status = values_join(text, "microcode", &machine->microcode, error);
    }
    if (status == BE_OK) {
        status = mitigations_capture(root, &machine->mitigations, error);
    }
    free(cpuinfo);
    return status;
}
