#include "core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void be_io_guard_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        /* O_PATH opens nothing; the lowest free number is this one. */
        if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) < 0) {
            return;
        }
    }
}

enum be_status be_io_write_all(int fd, const void *data, size_t bytes, struct be_error *error)
{
    const char *p = data;

    while (bytes > 0) {
        ssize_t written = be_io_write_some(fd, p, bytes);
        if (written < 0) {
            return be_error_errno(error, BE_EIO, "write of %zu bytes", bytes);
        }
        p += written;
        bytes -= (size_t)written;
    }
    return BE_OK;
}

ssize_t be_io_read_some(int fd, void *data, size_t bytes)
{
    ssize_t n;
    do {
        n = read(fd, data, bytes);
    } while (n < 0 && errno == EINTR);
    return n;
}

ssize_t be_io_write_some(int fd, const void *data, size_t bytes)
{
    ssize_t n;
    do {
        n = write(fd, data, bytes);
    } while (n < 0 && errno == EINTR);
    return n;
}

enum be_status be_io_set_nonblock(int fd, struct be_error *error)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        return be_error_errno(error, BE_ESYSTEM, "fcntl(O_NONBLOCK)");
    }
    return BE_OK;
}

void be_io_close_from(int first, const int keep[2])
{
    int low = keep[0] < keep[1] ? keep[0] : keep[1];
    int high = keep[0] < keep[1] ? keep[1] : keep[0];
    const int kept[] = {low, high};

    for (int i = 0; i < 2; i++) {
        if (kept[i] > first) {
            close_range((unsigned)first, (unsigned)kept[i] - 1, 0);
        }
        if (kept[i] >= first) {
            first = kept[i] + 1;
        }
    }
    close_range((unsigned)first, UINT_MAX, 0);
}

static enum be_status file_read(int fd, const char *path, size_t max_bytes,
                                struct be_buffer *buffer, struct be_error *error)
{
    for (;;) {
        char *end = be_buffer_reserve(buffer, 65536);
        if (!end) {
            return be_error_set(error, BE_ENOMEM, "out of memory reading '%s'", path);
        }
        ssize_t n = be_io_read_some(fd, end, 65536);
        if (n < 0) {
            return be_error_errno(error, BE_EIO, "cannot read '%s'", path);
        }
        if (n == 0) {
            end[0] = '\0';
            return BE_OK;
        }
        buffer->length += (size_t)n;
        if (buffer->length > max_bytes) {
            return be_error_set(error, BE_EINPUT, "'%s' is larger than %zu bytes", path, max_bytes);
        }
    }
}

/* Without waiting for the other end of a FIFO, which could be for ever. */
static enum be_status file_open(const char *path, int *fd, struct be_error *error)
{
    struct stat info;
    int opened = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (opened < 0) {
        enum be_status status = errno == ENOENT ? BE_ENOTFOUND : BE_EIO;
        return be_error_errno(error, status, "cannot open '%s'", path);
    }
    if (fstat(opened, &info) < 0 || !S_ISREG(info.st_mode)) {
        close(opened);
        return be_error_set(error, BE_EINPUT, "'%s' is no plain file", path);
    }
    *fd = opened;
    return BE_OK;
}

enum be_status be_io_read_file(const char *path, size_t max_bytes, char **text, size_t *bytes,
                               struct be_error *error)
{
    struct be_buffer buffer = {0};
    int fd = -1;
    enum be_status status = file_open(path, &fd, error);

    if (status != BE_OK) {
        return status;
    }
    status = file_read(fd, path, max_bytes, &buffer, error);
    close(fd);
    if (status == BE_OK && memchr(buffer.data, '\0', buffer.length)) {
        status = be_error_set(error, BE_EINPUT, "'%s' is not text: it holds a NUL byte", path);
    }
    if (status != BE_OK) {
        be_buffer_finish(&buffer);
        return status;
    }
    *text = buffer.data;
    *bytes = buffer.length;
    return BE_OK;
}

enum be_status be_io_write_file(const char *path, const void *data, size_t bytes,
                                struct be_error *error)
{
    struct be_error cause;
    struct stat info;
    char beside[PATH_MAX];
    int length = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);

    /* A link or /dev/null would not be written to: it would be gone. */
    if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return be_error_set(error, BE_EIO, "'%s' is no plain file, and is not replaced", path);
    }
    if (length >= (int)sizeof(beside)) {
        return be_error_set(error, BE_EIO, "path too long: '%s'", path);
    }
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0) {
        return be_error_errno(error, BE_EIO, "cannot write beside '%s'", path);
    }
    enum be_status status = be_io_write_all(fd, data, bytes, &cause);
    if (status != BE_OK) {
        be_error_fill(error, status, "cannot write '%s': %s", beside, cause.message);
    }
    if (status == BE_OK && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)) {
        status = be_error_errno(error, BE_EIO, "cannot sync '%s'", beside);
    }
    close(fd);
    if (status == BE_OK && rename(beside, path) < 0) {
        status = be_error_errno(error, BE_EIO, "cannot replace '%s'", path);
    }
    if (status != BE_OK) {
        unlink(beside);
    }
    return status;
}

enum be_status be_io_make_folder(const char *path, struct be_error *error)
{
    char part[PATH_MAX];
    size_t length = strlen(path);

    if (length >= sizeof(part)) {
        return be_error_set(error, BE_EIO, "path too long: '%s'", path);
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST) {
            return be_error_errno(error, BE_EIO, "cannot make folder '%s'", part);
        }
    }
    struct stat info;
    if (stat(path, &info) < 0 || !S_ISDIR(info.st_mode)) {
        return be_error_set(error, BE_EIO, "'%s' is there and is not a folder", path);
    }
    return BE_OK;
}
