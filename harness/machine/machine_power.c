#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine_parts.h"
#include "machine/procfile.h"

static bool supply_says(const char *root, const char *supply, const char *name, const char *text)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", supply, name);
    char *found = be_procfile_read(root, path);
    bool equal = found && strcmp(found, text) == 0;
    free(found);
    return equal;
}

/* What one supply tells about the machine. Mice and headsets have batteries of scope "Device". */
static enum be_power supply_power(const char *root, const char *supply)
{
    if (supply_says(root, supply, "scope", "Device")) {
        return BE_POWER_UNKNOWN;
    }
    if (supply_says(root, supply, "type", "Battery")) {
        return supply_says(root, supply, "status", "Discharging") ? BE_POWER_BATTERY
                                                                  : BE_POWER_UNKNOWN;
    }
    return supply_says(root, supply, "online", "1") ? BE_POWER_MAINS : BE_POWER_UNKNOWN;
}

static DIR *supplies_open(const char *root)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/sys/class/power_supply", root);
    return opendir(path);
}

int64_t be_machine_count_batteries(const char *root)
{
    int64_t count = 0;
    DIR *dir = supplies_open(root);

    if (!dir) {
        return -1;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        count += entry->d_name[0] != '.' && supply_says(root, entry->d_name, "type", "Battery") &&
                 !supply_says(root, entry->d_name, "scope", "Device");
    }
    closedir(dir);
    return count;
}

void be_machine_capture_power(const char *root, struct be_machine *machine)
{
    bool seen[BE_POWER_BATTERY + 1] = {false};
    DIR *dir = supplies_open(root);

    machine->power = BE_POWER_UNKNOWN;
    if (!dir) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] != '.') {
            seen[supply_power(root, entry->d_name)] = true;
        }
    }
    closedir(dir);
    /* A weak charger can be online while the battery discharges: that is mains power still. */
    if (seen[BE_POWER_MAINS]) {
        machine->power = BE_POWER_MAINS;
    } else if (seen[BE_POWER_BATTERY]) {
        machine->power = BE_POWER_BATTERY;
    }
}
