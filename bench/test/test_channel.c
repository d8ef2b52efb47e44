/* Frames over a socketpair, whole and in pieces. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/io.h"
#include "executor/channel.h"

struct ends {
    struct be_channel near;
    struct be_channel far;
};

static void ends_open(struct ends *ends)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(be_io_set_nonblock(pair[0], NULL), BE_OK);
    assert_int_equal(be_io_set_nonblock(pair[1], NULL), BE_OK);
    be_channel_init(&ends->near, pair[0]);
    be_channel_init(&ends->far, pair[1]);
}

static void ends_close(struct ends *ends)
{
    be_channel_finish(&ends->near);
    be_channel_finish(&ends->far);
}

static void frame_put(struct be_channel *channel, uint64_t first, size_t bytes)
{
    struct be_frame frame = {.first = first, .bytes = bytes, .count = 1, .kind = BE_FRAME_TASKS};
    unsigned char *payload = be_channel_prepare(channel, bytes);

    assert_non_null(payload);
    memset(payload, (int)first, bytes);
    be_channel_put(channel, &frame);
}

/* The next frame, read as often as it takes; all of it was sent. */
static void frame_await(struct be_channel *channel, uint64_t first, size_t bytes)
{
    struct be_frame frame;
    const unsigned char *payload;

    while (!(payload = be_channel_next(channel, &frame))) {
        assert_int_equal(be_channel_receive(channel, NULL), BE_OK);
    }
    assert_int_equal((uintptr_t)payload % 8, 0);
    assert_int_equal(frame.first, first);
    assert_int_equal(frame.bytes, bytes);
    for (size_t i = 0; i < bytes; i++) {
        assert_int_equal(payload[i], (unsigned char)first);
    }
}

static void frames_travel_together(void **state)
{
    struct ends ends;
    struct be_frame frame;

    (void)state;
    ends_open(&ends);
    for (uint64_t i = 0; i < 100; i++) {
        frame_put(&ends.near, i, 8 * (i % 5));
    }
    assert_int_equal(be_channel_flush(&ends.near, NULL), BE_OK);
    assert_int_equal(be_channel_pending(&ends.near), 0);
    assert_int_equal(be_channel_receive(&ends.far, NULL), BE_OK);
    for (uint64_t i = 0; i < 100; i++) {
        frame_await(&ends.far, i, 8 * (i % 5));
    }
    assert_null(be_channel_next(&ends.far, &frame));
    ends_close(&ends);
}

/* Hands the bytes of a frame over one at a time. */
static void a_frame_is_given_only_when_whole(void **state)
{
    struct ends ends;
    struct be_frame frame;

    (void)state;
    ends_open(&ends);
    frame_put(&ends.near, 7, 16);
    size_t bytes = be_channel_pending(&ends.near);
    for (size_t i = 0; i < bytes; i++) {
        assert_null(be_channel_next(&ends.far, &frame));
        assert_int_equal(write(ends.near.fd, ends.near.out.data + i, 1), 1);
        assert_int_equal(be_channel_receive(&ends.far, NULL), BE_OK);
    }
    frame_await(&ends.far, 7, 16);
    ends_close(&ends);
}

/* Frames larger than the socket's buffer and than a queue: what does not fit waits. */
static void a_full_socket_keeps_the_rest_waiting(void **state)
{
    enum { LARGE = 3 << 20 };
    struct ends ends;

    (void)state;
    ends_open(&ends);
    frame_put(&ends.near, 1, 24);
    frame_put(&ends.near, 2, LARGE);
    frame_put(&ends.near, 3, 8);
    assert_int_equal(be_channel_flush(&ends.near, NULL), BE_OK);
    assert_true(be_channel_pending(&ends.near) > 0);
    assert_int_equal(be_channel_receive(&ends.far, NULL), BE_OK);
    frame_await(&ends.far, 1, 24);
    while (be_channel_pending(&ends.near) > 0) {
        assert_int_equal(be_channel_receive(&ends.far, NULL), BE_OK);
        assert_int_equal(be_channel_flush(&ends.near, NULL), BE_OK);
    }
    frame_await(&ends.far, 2, LARGE);
    frame_await(&ends.far, 3, 8);
    ends_close(&ends);
}

static void reading_nothing_is_no_error(void **state)
{
    struct ends ends;
    struct be_frame frame;

    (void)state;
    ends_open(&ends);
    assert_int_equal(be_channel_receive(&ends.far, NULL), BE_OK);
    assert_null(be_channel_next(&ends.far, &frame));
    ends_close(&ends);
}

static void the_other_ends_end_is_an_error(void **state)
{
    struct ends ends;
    struct be_error error;

    (void)state;
    ends_open(&ends);
    be_channel_finish(&ends.far);
    assert_int_equal(be_channel_receive(&ends.near, &error), BE_EIO);
    assert_int_equal(be_channel_signal(&ends.near, BE_FRAME_READY, &error), BE_EIO);
    ends_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_travel_together),
        cmocka_unit_test(a_frame_is_given_only_when_whole),
        cmocka_unit_test(a_full_socket_keeps_the_rest_waiting),
        cmocka_unit_test(reading_nothing_is_no_error),
        cmocka_unit_test(the_other_ends_end_is_an_error),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
