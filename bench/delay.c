#include "delay.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CPU_TIME, DELAY, TURNS, NUMBER_COUNT };

/* A kernel that keeps no account writes "0 0 0", but who has started had a core once. */
struct be_delay be_delay_parse(const char *text)
{
    uint64_t numbers[NUMBER_COUNT];

    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        char *end = NULL;
        numbers[i] = strtoull(text, &end, 10);
        if (end == text) {
            return (struct be_delay){0};
        }
        text = end;
    }
    return numbers[TURNS] > 0 ? (struct be_delay){true, numbers[DELAY]} : (struct be_delay){0};
}

struct be_delay be_delay_read(int32_t thread_id)
{
    char path[48];
    char text[96];

    snprintf(path, sizeof(path), "/proc/%" PRId32 "/schedstat", thread_id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return (struct be_delay){0};
    }
    ssize_t bytes = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[bytes > 0 ? bytes : 0] = '\0';
    return be_delay_parse(text);
}

void be_delay_add(struct be_delay *sum, const struct be_delay *before, const struct be_delay *after)
{
    sum->known = sum->known && before->known && after->known;
    sum->ns = sum->known ? sum->ns + (after->ns - before->ns) : 0;
}
