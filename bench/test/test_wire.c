/* Ends over descriptors that take as few bytes as they like. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "transport/wire.h"

enum { PAYLOAD_BYTES = 1 << 15, FRAMES = 8, TAKEN_BYTES = 30001 };
enum { FRAME_BYTES = sizeof(struct be_frame) + PAYLOAD_BYTES };

/* What was written, and how much more may be before the descriptor is full. */
static unsigned char written[FRAMES * FRAME_BYTES];
static size_t written_bytes;
static size_t room;

static ssize_t write_what_fits(int fd, const void *data, size_t bytes)
{
    size_t taken = bytes < room ? bytes : room;

    (void)fd;
    memcpy(written + written_bytes, data, taken);
    written_bytes += taken;
    room -= taken;
    if (taken > 0) {
        return (ssize_t)taken;
    }
    errno = EAGAIN;
    return -1;
}

static const struct be_wire_calls calls = {.read = NULL, .write = write_what_fits};

/* A kernel's buffer may end anywhere within a frame. */
static void frames_stay_aligned_behind_part_of_one(void **state)
{
    const struct be_link_env env = {
        .request_bytes = PAYLOAD_BYTES, .reply_bytes = PAYLOAD_BYTES, .frames = FRAMES};
    struct be_end *near;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    const struct be_wire wire = {fd, fd, &calls, 0};
    assert_int_equal(be_wire_open(&env, &wire, &near, NULL), BE_OK);
    for (int i = 0; i < FRAMES; i++) {
        struct be_frame *frame = near->ops->prepare(near, PAYLOAD_BYTES);
        assert_non_null(frame);
        assert_int_equal((uintptr_t)frame % 8, 0);
        *frame = (struct be_frame){.bytes = PAYLOAD_BYTES, .kind = BE_FRAME_TASKS};
        memset(frame + 1, i, PAYLOAD_BYTES);
        near->ops->put(near);
        room = TAKEN_BYTES;
        assert_int_equal(near->ops->flush(near, NULL), BE_OK);
    }
    room = sizeof(written);
    assert_int_equal(near->ops->flush(near, NULL), BE_OK);
    assert_int_equal(written_bytes, sizeof(written));
    for (int i = 0; i < FRAMES; i++) {
        assert_int_equal(written[i * FRAME_BYTES + FRAME_BYTES - 1], i);
    }
    be_end_close(near);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_stay_aligned_behind_part_of_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
