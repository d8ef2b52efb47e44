/*
 * A world of its own for a test that counts what is left behind: namespaces of processes, System V
 * and POSIX queues, semaphores and shared memory, and temporary files, in which there is nothing
 * but what the test starts. The test is its first process, so every orphan becomes its child.
 */
#ifndef BE_TEST_OWN_WORLD_H
#define BE_TEST_OWN_WORLD_H

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch_folder.h"

enum { WORLD_SKIPPED = 77 };

static inline bool world_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0) {
        close(fd);
    }
    return is_written;
}

/* The next child is the first process of a world. */
static inline bool world_make(void)
{
    int own = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID;
    char user[32];
    char group[32];

    if (geteuid() == 0) {
        return unshare(own) == 0;
    }
    snprintf(user, sizeof(user), "0 %u 1", geteuid());
    snprintf(group, sizeof(group), "0 %u 1", getegid());
    return unshare(own | CLONE_NEWUSER) == 0 && world_write("/proc/self/setgroups", "deny") &&
           world_write("/proc/self/uid_map", user) && world_write("/proc/self/gid_map", group);
}

static inline const char *world_path(const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* In it: `folder` is empty but for the message queues and the place of temporary files. */
static inline bool world_furnish(void)
{
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("proc", "/proc", "proc", 0, NULL) == 0 &&
           mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, NULL) == 0 &&
           mkdir(world_path("queues"), 0700) == 0 &&
           mount("mqueue", world_path("queues"), "mqueue", 0, NULL) == 0 &&
           mkdir(world_path("temporary"), 0700) == 0 &&
           setenv("TMPDIR", world_path("temporary"), 1) == 0;
}

/* Runs the tests in one and ends as they do; outside of it no process can be started any more. */
static inline _Noreturn void world_run(int (*tests)(void))
{
    int status = 0;

    if (folder_make(NULL) != 0 || !world_make()) {
        printf("no namespaces of one's own here\n");
        folder_remove(NULL);
        exit(WORLD_SKIPPED);
    }
    pid_t first = fork();
    if (first == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!world_furnish()) {
            perror("cannot mount in namespaces of one's own");
            exit(WORLD_SKIPPED);
        }
        exit(tests());
    }
    waitpid(first, &status, 0);
    rmdir(folder);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Those whose names begin with a digit, or with anything but a dot. */
static inline int world_entries(const char *path, bool digits)
{
    const struct dirent *entry;
    DIR *opened = opendir(path);
    int count = 0;

    while (opened && (entry = readdir(opened))) {
        count += digits ? isdigit((unsigned char)entry->d_name[0]) != 0 : entry->d_name[0] != '.';
    }
    if (opened) {
        closedir(opened);
    }
    return opened ? count : -1;
}

/* Lines of a table of the kernel's, without its head. */
static inline int world_lines(const char *path)
{
    FILE *file = fopen(path, "re");
    int count = -1;
    int letter;

    while (file && (letter = fgetc(file)) != EOF) {
        count += letter == '\n';
    }
    if (file) {
        fclose(file);
    }
    return file ? count : -1;
}

/* What there is in the world; a zeroed one is an empty world's. */
struct world_things {
    int processes; /* beside this one */
    int queues;
    int semaphores; /* System V's, as the next two */
    int segments;
    int message_queues;
    int shared_files; /* in /dev/shm, where POSIX semaphores are, too */
    int temporary_files;
};

static inline struct world_things world_count(void)
{
    return (struct world_things){
        .processes = world_entries("/proc", true) - 1,
        .queues = world_entries(world_path("queues"), false),
        .semaphores = world_lines("/proc/sysvipc/sem"),
        .segments = world_lines("/proc/sysvipc/shm"),
        .message_queues = world_lines("/proc/sysvipc/msg"),
        .shared_files = world_entries("/dev/shm", false),
        .temporary_files = world_entries(world_path("temporary"), false),
    };
}

#endif
