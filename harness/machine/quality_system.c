/* What the machine has once: its runnable tasks, swapping, and the power that it runs on. */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/procfile.h"
#include "machine/quality_parts.h"

#define SUPPLIES "/sys/class/power_supply"

enum { LOADAVG_BYTES_MAX = 128, VMSTAT_BYTES_MAX = 16 << 10 };

static bool supply_is(const char *root, const char *supply, const char *name, const char *text)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), SUPPLIES "/%s/%s", supply, name);
    char *found = be_procfile_read(root, path);
    bool equal = found && strcmp(found, text) == 0;
    free(found);
    return equal;
}

/* Batteries are left out: asking one for its state can take ms, and a mouse has one too. */
static void supplies_open(struct be_quality_system *system, const char *root)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s" SUPPLIES, root);
    DIR *dir = opendir(path);
    if (!dir) {
        return;
    }
    for (struct dirent *entry;
         system->supply_count < BE_QUALITY_SUPPLIES_MAX && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || supply_is(root, entry->d_name, "type", "Battery") ||
            supply_is(root, entry->d_name, "scope", "Device")) {
            continue;
        }
        snprintf(path, sizeof(path), SUPPLIES "/%s/online", entry->d_name);
        int fd = be_quality_open(root, path);
        if (fd >= 0) {
            system->supply_fds[system->supply_count++] = fd;
        }
    }
    closedir(dir);
}

void be_quality_system_init(struct be_quality_system *system, const char *root)
{
    system->loadavg_fd = be_quality_open(root, "/proc/loadavg");
    system->vmstat_fd = be_quality_open(root, "/proc/vmstat");
    char *delay = be_procfile_read(root, "/proc/self/schedstat");
    system->delay_told = delay && strcmp(delay, "0 0 0") != 0;
    free(delay);
    supplies_open(system, root);
}

void be_quality_system_finish(struct be_quality_system *system)
{
    if (system->loadavg_fd >= 0) {
        close(system->loadavg_fd);
    }
    if (system->vmstat_fd >= 0) {
        close(system->vmstat_fd);
    }
    for (size_t i = 0; i < system->supply_count; i++) {
        close(system->supply_fds[i]);
    }
}

/* "0.28 0.34 0.80 2/94 16337": 2 tasks are runnable, and the reader is one of them. */
static void runnable_read(const struct be_quality_system *system,
                          struct be_quality_reading *reading)
{
    char text[LOADAVG_BYTES_MAX];

    if (!be_quality_text_read(system->loadavg_fd, text, sizeof(text))) {
        return;
    }
    const char *number = text;
    for (int i = 0; i < 3 && number; i++) {
        number = strchr(number, ' ');
        number = number ? number + 1 : NULL;
    }
    if (number && isdigit((unsigned char)*number)) {
        uint64_t runnable = strtoull(number, NULL, 10);
        reading->runnable = runnable > 0 ? runnable - 1 : 0;
        reading->watched |= BE_QUALITY_RUNNABLE;
    }
}

static void swap_read(const struct be_quality_system *system, struct be_quality_reading *reading)
{
    char text[VMSTAT_BYTES_MAX];

    if (be_quality_text_read(system->vmstat_fd, text, sizeof(text)) && strstr(text, "\npswpin ") &&
        strstr(text, "\npswpout ")) {
        reading->swap_pages =
            be_quality_text_value(text, "\npswpin ") + be_quality_text_value(text, "\npswpout ");
        reading->watched |= BE_QUALITY_SWAP;
    }
}

static void power_read(const struct be_quality_system *system, struct be_quality_reading *reading)
{
    for (size_t i = 0; i < system->supply_count; i++) {
        uint64_t online = 0;
        if (!be_quality_number_read(system->supply_fds[i], &online)) {
            return;
        }
        reading->supplies += online > 0;
    }
    if (system->supply_count > 0) {
        reading->watched |= BE_QUALITY_POWER;
    }
}

void be_quality_system_read(const struct be_quality_system *system,
                            struct be_quality_reading *reading)
{
    runnable_read(system, reading);
    swap_read(system, reading);
    power_read(system, reading);
    if (system->delay_told) {
        reading->watched |= BE_QUALITY_DELAY;
    }
}
