/*
 * File descriptors: the one place where EINTR and short reads and writes are handled. Every
 * descriptor made here is CLOEXEC. Threads: safe on different descriptors.
 */
#ifndef BE_CORE_IO_H
#define BE_CORE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/buffer.h"
#include "core/status.h"

/*
 * For the first lines of a program: gives a standard descriptor that came closed to a file that can
 * be neither read nor written, so that no file opened later is taken for it and using it fails.
 */
void be_io_guard_standard(void);

/* Writes all of it, blocking as needed. Errors: BE_EIO. */
enum be_status be_io_write_all(int fd, const void *data, size_t bytes, struct be_error *error);

/*
 * Reads once, up to `bytes`. Returns what read(2) returns, with EINTR retried: 0 at end of file,
 * -1 with errno (EAGAIN on an empty non-blocking descriptor).
 */
ssize_t be_io_read_some(int fd, void *data, size_t bytes);

/* Writes once; like be_io_read_some. SIGPIPE must be ignored by the program. */
ssize_t be_io_write_some(int fd, const void *data, size_t bytes);

/* Errors: BE_ESYSTEM. */
enum be_status be_io_set_nonblock(int fd, struct be_error *error);

/* Closes every descriptor from `first` on but those two (-1: none); for children after fork. */
void be_io_close_from(int first, const int keep[2]);

/*
 * Reads a whole regular file, at most max_bytes. *text is NUL-terminated and owned by the caller
 * (free). Errors: BE_ENOTFOUND, BE_EIO, BE_ENOMEM, BE_EINPUT when it is larger, holds a NUL or is
 * no regular file.
 */
enum be_status be_io_read_file(const char *path, size_t max_bytes, char **text, size_t *bytes,
                               struct be_error *error);

/*
 * Replaces a file whole: written beside it, synced, renamed. A reader sees the old file or the new
 * one, never half of it; a full disk leaves the old one. Errors: BE_EIO, also for a path that is
 * there and is no regular file, such as a link or a device.
 */
enum be_status be_io_write_file(const char *path, const void *data, size_t bytes,
                                struct be_error *error);

/* Makes a folder and its parents. Errors: BE_EIO. */
enum be_status be_io_make_folder(const char *path, struct be_error *error);

#endif
