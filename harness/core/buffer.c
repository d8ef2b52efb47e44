#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void be_buffer_finish(struct be_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct be_buffer){0};
}

char *be_buffer_reserve(struct be_buffer *buffer, size_t bytes)
{
    if (buffer->failed) {
        return NULL;
    }
    size_t needed = buffer->length + bytes + 1;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 256;
        while (capacity < needed) {
            capacity *= 2;
        }
        char *data = realloc(buffer->data, capacity);
        if (!data) {
            buffer->failed = true;
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->length;
}

void be_buffer_append(struct be_buffer *buffer, const void *data, size_t bytes)
{
    char *end = be_buffer_reserve(buffer, bytes);

    if (!end) {
        return;
    }
    if (bytes > 0) {
        memcpy(end, data, bytes);
    }
    end[bytes] = '\0';
    buffer->length += bytes;
}

void be_buffer_puts(struct be_buffer *buffer, const char *text)
{
    be_buffer_append(buffer, text, strlen(text));
}

void be_buffer_printf(struct be_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_list again;

    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *end = length < 0 ? NULL : be_buffer_reserve(buffer, (size_t)length);
    if (end) {
        vsnprintf(end, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

const char *be_buffer_text(const struct be_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

enum be_status be_buffer_check(const struct be_buffer *buffer, struct be_error *error)
{
    return buffer->failed ? be_error_set(error, BE_ENOMEM, "out of memory for text") : BE_OK;
}
