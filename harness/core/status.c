#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_code;
    const char *text;
} status_table[] = {
#define BE_STATUS_ROW(name, exit_code, text) {#name, exit_code, text},
    BE_STATUS_LIST(BE_STATUS_ROW)
#undef BE_STATUS_ROW
};

enum { STATUS_COUNT = sizeof(status_table) / sizeof(status_table[0]) };

const char *be_status_name(enum be_status status)
{
    return (size_t)status < STATUS_COUNT ? status_table[status].name : "BE_EINTERNAL";
}

const char *be_status_text(enum be_status status)
{
    return (size_t)status < STATUS_COUNT ? status_table[status].text : "internal error";
}

int be_status_exit_code(enum be_status status)
{
    return (size_t)status < STATUS_COUNT ? status_table[status].exit_code : 1;
}

enum be_status be_status_from_name(const char *name)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        if (strcmp(status_table[i].name, name) == 0) {
            return (enum be_status)i;
        }
    }
    return BE_EINTERNAL;
}

static void error_format(struct be_error *error, const char *format, va_list args)
{
    int length = vsnprintf(error->message, sizeof(error->message), format, args);

    if (length >= (int)sizeof(error->message)) {
        memcpy(error->message + sizeof(error->message) - 4, "...", 4);
    }
}

void be_error_fill(struct be_error *error, enum be_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        error->status = status;
        error_format(error, format, args);
        va_end(args);
    }
}

void be_error_fill_errno(struct be_error *error, enum be_status status, const char *format, ...)
{
    int saved = errno;

    if (error) {
        va_list args;
        va_start(args, format);
        error->status = status;
        error_format(error, format, args);
        va_end(args);
        size_t used = strlen(error->message);
        snprintf(error->message + used, sizeof(error->message) - used, ": %s", strerror(saved));
    }
}
