#include "machine/cgroup.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/io.h"
#include "core/units.h"
#include "machine/procfile.h"

enum { FILE_BYTES_MAX = 4096 };

/* Whether a list such as "cpu,cpuacct" has that item. */
static bool list_has(const char *list, const char *item)
{
    size_t length = strlen(item);

    while (list) {
        if (strncmp(list, item, length) == 0 && (list[length] == ',' || list[length] == '\0')) {
            return true;
        }
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    return false;
}

/*
 * From the lines "id:controllers:path" of /proc/self/cgroup, which are cut apart: the path of this
 * process in the hierarchy that has the CPU controller, or NULL. With no v1 hierarchy that has it,
 * that is v2's.
 */
static const char *own_path(char *groups, bool *v2)
{
    const char *path_v2 = NULL;
    char *rest = NULL;

    for (char *line = strtok_r(groups, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path) {
            continue;
        }
        *controllers++ = '\0';
        *path++ = '\0';
        if (list_has(controllers, "cpu")) {
            *v2 = false;
            return path;
        }
        if (strcmp(line, "0") == 0 && controllers[0] == '\0') {
            path_v2 = path;
        }
    }
    *v2 = true;
    return path_v2;
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* Turns the kernel's "\040" for a blank, and the like, back into characters. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in; out++) {
        if (in[0] == '\\' && is_octal(in[1]) && is_octal(in[2]) && is_octal(in[3])) {
            *out = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
            in += 4;
        } else {
            *out = *in++;
        }
    }
    *out = '\0';
}

struct mount {
    char *point;
    const char *below; /* the process's path as seen from the mount's own root */
};

/* What `path` is below `ancestor`: "" or "/…"; NULL when it is not below it. */
static const char *path_below(const char *path, const char *ancestor)
{
    size_t length = strcmp(ancestor, "/") == 0 ? 0 : strlen(ancestor);

    if (strncmp(path, ancestor, length) != 0 || (path[length] != '/' && path[length] != '\0')) {
        return NULL;
    }
    return strcmp(path + length, "/") == 0 ? "" : path + length;
}

/*
 * Reads a line of mountinfo (proc(5)), which is cut apart: "id parent device root point options
 * [more …] - type source super-options".
 */
static bool mount_parse(char *line, bool v2, const char *path, struct mount *mount)
{
    char *super = strstr(line, " - ");
    char *fields[5];
    char *rest = NULL;

    if (!super) {
        return false;
    }
    *super = '\0';
    for (size_t i = 0; i < 5; i++) {
        fields[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
        if (!fields[i]) {
            return false;
        }
    }
    const char *type = strtok_r(super + 3, " ", &rest);
    const char *source = strtok_r(NULL, " ", &rest);
    const char *options = strtok_r(NULL, " ", &rest);
    if (!source || !options || strcmp(type, v2 ? "cgroup2" : "cgroup") != 0 ||
        (!v2 && !list_has(options, "cpu"))) {
        return false;
    }
    unescape(fields[3]);
    unescape(fields[4]);
    mount->point = fields[4];
    mount->below = path_below(path, fields[3]);
    return mount->below != NULL;
}

/* The mount that shows the most ancestors of `path`; false: none shows it. */
static bool mount_find(char *mounts, bool v2, const char *path, struct mount *best)
{
    char *rest = NULL;
    bool found = false;

    for (char *line = strtok_r(mounts, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct mount mount;
        if (mount_parse(line, v2, path, &mount) &&
            (!found || strlen(mount.below) > strlen(best->below))) {
            *best = mount;
            found = true;
        }
    }
    return found;
}

/* Adds the folder and each of its parents up to the mount point, which is `top_bytes` long. */
static enum be_status chain_fill(struct be_cgroup_chain *chain, char *folder, size_t top_bytes,
                                 struct be_error *error)
{
    size_t depth = 1;
    for (const char *p = folder + top_bytes; *p; p++) {
        depth += *p == '/';
    }
    chain->folders = calloc(depth, sizeof(*chain->folders));
    if (!chain->folders) {
        return be_error_set(error, BE_ENOMEM, "out of memory for control groups");
    }
    while (chain->count < depth) {
        chain->folders[chain->count] = strdup(folder);
        if (!chain->folders[chain->count]) {
            return be_error_set(error, BE_ENOMEM, "out of memory for control groups");
        }
        chain->count++;
        char *slash = strrchr(folder + top_bytes, '/');
        if (slash) {
            *slash = '\0';
        }
    }
    return BE_OK;
}

/* groups and mounts are the texts of /proc/self/cgroup and mountinfo; both are cut apart. */
static enum be_status chain_find(const char *root, char *groups, char *mounts,
                                 struct be_cgroup_chain *chain, struct be_error *error)
{
    char folder[PATH_MAX];
    struct mount mount = {0};
    const char *path = own_path(groups, &chain->v2);

    if (!path) {
        chain->known = true;
        return BE_OK;
    }
    /* A path with ".." leads out of what this process may see. */
    if (strstr(path, "/..") || !mount_find(mounts, chain->v2, path, &mount)) {
        return BE_OK;
    }
    int bytes = snprintf(folder, sizeof(folder), "%s%s%s", root, mount.point, mount.below);
    if (bytes >= (int)sizeof(folder) || access(folder, R_OK | X_OK) != 0) {
        return BE_OK;
    }
    chain->known = true;
    return chain_fill(chain, folder, strlen(root) + strlen(mount.point), error);
}

enum be_status be_cgroup_find(const char *root, struct be_cgroup_chain *chain,
                              struct be_error *error)
{
    struct be_cgroup_chain found = {0};
    enum be_status status = BE_OK;
    char *groups = be_procfile_read(root, "/proc/self/cgroup");
    char *mounts = be_procfile_read(root, "/proc/self/mountinfo");

    if (mounts && groups) {
        status = chain_find(root, groups, mounts, &found, error);
    } else {
        /* A kernel without control groups has no such file; without mountinfo it is no /proc. */
        found.known = mounts != NULL;
    }
    free(groups);
    free(mounts);
    if (status != BE_OK) {
        be_cgroup_chain_finish(&found);
        return status;
    }
    *chain = found;
    return BE_OK;
}

void be_cgroup_chain_finish(struct be_cgroup_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        free(chain->folders[i]);
    }
    free(chain->folders);
    *chain = (struct be_cgroup_chain){0};
}

/* Reads "folder/name" cut at its first newline. A file that is not there is BE_ENOTFOUND. */
static enum be_status file_read(const char *folder, const char *name, char **text)
{
    char path[PATH_MAX];
    size_t bytes = 0;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        return BE_EIO;
    }
    enum be_status status = be_io_read_file(path, FILE_BYTES_MAX, text, &bytes, NULL);
    if (status == BE_OK) {
        (*text)[strcspn(*text, "\n")] = '\0';
    }
    return status;
}

/* Takes one group's limit into the quota; text that makes no sense makes it unknown. */
static void quota_add(struct be_cgroup_quota *quota, const char *limit_us, const char *period_us)
{
    uint64_t limit = 0;
    uint64_t period = 0;

    if (be_units_parse_count(period_us, &period, NULL) != BE_OK || period == 0 ||
        be_units_parse_count(limit_us, &limit, NULL) != BE_OK || limit == 0) {
        quota->known = false;
        return;
    }
    double cores = (double)limit / (double)period;
    if (!quota->limited || cores < quota->cores) {
        quota->limited = true;
        quota->cores = cores;
    }
}

/* "max 100000" or "150000 100000". The root group and one without the controller have no file. */
static void quota_read_v2(const char *folder, struct be_cgroup_quota *quota)
{
    char *text = NULL;
    enum be_status status = file_read(folder, "cpu.max", &text);

    if (status == BE_OK) {
        char *period = strchr(text, ' ');
        if (period) {
            *period++ = '\0';
        }
        if (strcmp(text, "max") != 0) {
            quota_add(quota, text, period ? period : "");
        }
    } else if (status != BE_ENOTFOUND) {
        quota->known = false;
    }
    free(text);
}

/* A quota of -1 is none. A kernel without CFS bandwidth control has no such files. */
static void quota_read_v1(const char *folder, struct be_cgroup_quota *quota)
{
    char *limit = NULL;
    char *period = NULL;
    enum be_status status = file_read(folder, "cpu.cfs_quota_us", &limit);

    if (status == BE_OK && strcmp(limit, "-1") != 0) {
        status = file_read(folder, "cpu.cfs_period_us", &period);
        quota_add(quota, limit, status == BE_OK ? period : "");
    } else if (status != BE_OK && status != BE_ENOTFOUND) {
        quota->known = false;
    }
    free(limit);
    free(period);
}

void be_cgroup_read_quota(const struct be_cgroup_chain *chain, struct be_cgroup_quota *quota)
{
    *quota = (struct be_cgroup_quota){.known = chain->known};
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->v2) {
            quota_read_v2(chain->folders[i], quota);
        } else {
            quota_read_v1(chain->folders[i], quota);
        }
    }
}
