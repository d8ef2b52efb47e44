/*
 * Small text files of /proc and /sys, where one that is missing means "unknown". Paths are given
 * behind a root folder; "" is this machine. Threads: no shared state.
 */
#ifndef BE_MACHINE_PROCFILE_H
#define BE_MACHINE_PROCFILE_H

#include <stdint.h>

/*
 * The text without blanks at its end, owned by the caller (free); NULL when the file is missing,
 * unreadable, larger than 16 MiB, not text, or holds blanks only.
 */
char *be_procfile_read(const char *root, const char *path);

/* The whole number that the file holds; -1 when it holds none, or none below 2^63. */
int64_t be_procfile_read_count(const char *root, const char *path);

#endif
