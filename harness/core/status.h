/*
 * Status codes and the error record that every fallible function fills.
 *
 * Threads: no shared state. Errors: a function that can fail returns enum be_status and, where it
 * takes a struct be_error as its last parameter (may be NULL), fills it at the point of detection;
 * callers pass it on. The record holds no pointer, so a worker process can send it home as bytes.
 */
#ifndef BE_CORE_STATUS_H
#define BE_CORE_STATUS_H

/* X(name, exit code of the command line, what went wrong in general) */
#define BE_STATUS_LIST(X)                                                                          \
    X(BE_OK, 0, "success")                                                                         \
    X(BE_EUSAGE, 2, "wrong usage")                                                                 \
    X(BE_EINVAL, 2, "value not allowed here")                                                      \
    X(BE_EINPUT, 2, "bad input file")                                                              \
    X(BE_ENOTFOUND, 2, "not found")                                                                \
    X(BE_ENOMEM, 1, "out of memory")                                                               \
    X(BE_EIO, 1, "input or output failed")                                                         \
    X(BE_ESYSTEM, 1, "a system call failed")                                                       \
    X(BE_EINTERNAL, 1, "internal error")                                                           \
    X(BE_EUNAVAILABLE, 4, "not available on this machine")                                         \
    X(BE_EPROTOCOL, 4, "the runner broke the protocol")                                            \
    X(BE_ETIMEOUT, 4, "took longer than allowed")                                                  \
    X(BE_ECRASH, 4, "the runner died")                                                             \
    X(BE_EWORKER, 4, "a worker died")                                                              \
    X(BE_ETASK, 4, "a task failed")                                                                \
    X(BE_EWRONG, 4, "the results are wrong")                                                       \
    X(BE_ENODATA, 4, "nothing could be judged")                                                    \
    X(BE_EINCOMPARABLE, 5, "not comparable")                                                       \
    X(BE_ECORRUPT, 6, "corrupt or partial data")                                                   \
    X(BE_EINTERRUPTED, 130, "interrupted")                                                         \
    X(BE_ETERMINATED, 143, "terminated")

enum be_status {
#define BE_STATUS_ENUM(name, exit_code, text) name,
    BE_STATUS_LIST(BE_STATUS_ENUM)
#undef BE_STATUS_ENUM
};

/* What failed, exactly: one line, lower case, values in single quotes, what would be right. */
struct be_error {
    enum be_status status;
    char message[512];
};

/* The name of a status, such as "BE_EIO"; never NULL. */
const char *be_status_name(enum be_status status);

/* What a status means in general; never NULL. */
const char *be_status_text(enum be_status status);

/* The exit code that the command line ends with for this status (see README.md). */
int be_status_exit_code(enum be_status status);

/* Finds a status by its name. Returns BE_EINTERNAL for a name that is not in the list. */
enum be_status be_status_from_name(const char *name);

/*
 * Fills *error (may be NULL) and yields status, so that a detector can `return be_error_set(...)`.
 * A message that does not fit is cut and ends in "...". Macros, so that compilers see that the
 * status is the one given; it is evaluated twice.
 */
#define be_error_set(error, status, ...) (be_error_fill(error, status, __VA_ARGS__), (status))

/* The same, followed by ": " and the text of the current errno. */
#define be_error_errno(error, status, ...)                                                         \
    (be_error_fill_errno(error, status, __VA_ARGS__), (status))

void be_error_fill(struct be_error *error, enum be_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void be_error_fill_errno(struct be_error *error, enum be_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
