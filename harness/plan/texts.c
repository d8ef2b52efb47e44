#include "plan/texts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"

void be_texts_finish(struct be_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        free(texts->items[i]);
    }
    free(texts->items);
    *texts = (struct be_texts){0};
}

bool be_texts_have(const struct be_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (strcmp(texts->items[i], text) == 0) {
            return true;
        }
    }
    return false;
}

enum be_status be_texts_add(struct be_texts *texts, const char *text, struct be_error *error)
{
    if (be_texts_have(texts, text)) {
        return BE_OK;
    }
    if (texts->count == BE_TEXTS_MAX) {
        return be_error_set(error, BE_EINVAL, "a list has at most %d values", BE_TEXTS_MAX);
    }
    char *copy = strdup(text);
    char **items = realloc(texts->items, (texts->count + 1) * sizeof(*items));
    if (items) {
        texts->items = items;
    }
    if (!items || !copy) {
        free(copy);
        return be_error_set(error, BE_ENOMEM, "out of memory for a list");
    }
    items[texts->count++] = copy;
    return BE_OK;
}

/* The element at the start of `list`, up to the next comma, into text. */
static enum be_status element_copy(const char *list, char text[BE_TEXTS_ITEM_BYTES],
                                   struct be_error *error)
{
    list += strspn(list, " \t");
    size_t length = strcspn(list, ",");
    while (length > 0 && (list[length - 1] == ' ' || list[length - 1] == '\t')) {
        length--;
    }
    if (length == 0) {
        return be_error_set(error, BE_EINVAL, "an empty value in a list");
    }
    if (length >= BE_TEXTS_ITEM_BYTES) {
        return be_error_set(error, BE_EINVAL, "a value of %zu bytes; at most %d", length,
                            BE_TEXTS_ITEM_BYTES - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if (list[i] <= ' ' || list[i] > '~') {
            return be_error_set(error, BE_EINVAL,
                                "a value holds a blank or a character that is not ASCII");
        }
    }
    memcpy(text, list, length);
    text[length] = '\0';
    return BE_OK;
}

enum be_status be_texts_split(struct be_texts *texts, const char *key, const char *value,
                              struct be_error *error)
{
    enum be_status status = BE_OK;
    struct be_error cause;

    for (const char *rest = value; status == BE_OK && rest;) {
        char text[BE_TEXTS_ITEM_BYTES];
        status = element_copy(rest, text, &cause);
        if (status == BE_OK) {
            status = be_texts_add(texts, text, &cause);
        }
        rest = strchr(rest, ',');
        rest = rest ? rest + 1 : NULL;
    }
    if (status != BE_OK) {
        be_texts_finish(texts);
        be_error_fill(error, status, "%s: %s", key, cause.message);
    }
    return status;
}

char *be_texts_join(const struct be_texts *texts)
{
    struct be_buffer joined = {0};

    for (size_t i = 0; i < texts->count; i++) {
        be_buffer_puts(&joined, i > 0 ? "," : "");
        be_buffer_puts(&joined, texts->items[i]);
    }
    if (be_buffer_check(&joined, NULL) != BE_OK) {
        be_buffer_finish(&joined);
    }
    return joined.data;
}
