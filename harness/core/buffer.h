/*
 * A growable byte buffer that is always NUL-terminated. Appends after a failed allocation do
 * nothing, so a writer appends freely and asks once at the end. Threads: one owner at a time.
 */
#ifndef BE_CORE_BUFFER_H
#define BE_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

struct be_buffer {
    char *data; /* Owned; NULL while empty. */
    size_t length;
    size_t capacity;
    bool failed; /* An allocation failed: the contents are cut. */
};

/* A zeroed buffer (`= {0}`) is ready for use; finish frees it and makes it empty again. */
void be_buffer_finish(struct be_buffer *buffer);

void be_buffer_append(struct be_buffer *buffer, const void *data, size_t bytes);
void be_buffer_puts(struct be_buffer *buffer, const char *text);
void be_buffer_printf(struct be_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes room for at least `bytes` more; returns where they go, or NULL when out of memory. */
char *be_buffer_reserve(struct be_buffer *buffer, size_t bytes);

/* The text, "" while empty; owned by the buffer and valid until the next append. */
const char *be_buffer_text(const struct be_buffer *buffer);

/* Errors: BE_ENOMEM when any append failed. */
enum be_status be_buffer_check(const struct be_buffer *buffer, struct be_error *error);

#endif
