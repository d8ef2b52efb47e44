/* Every transport: frames both ways, whole, in order, however many and however large. */
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/rng.h"
#include "executor_fixture.h"
#include "transport/ring.h"

enum { FRAMES = 4, LARGEST = 4096 };

enum { DISPATCHER, WORKER };

struct link {
    struct be_params params;
    struct be_end *ends[2];
    int fds[BE_LINK_FDS]; /* of the worker's end */
};

/* The transport that the fixture names. */
static void link_make(struct link *link, size_t payload_bytes)
{
    const struct be_transport_ops *transport = be_transport_find(fixture_params[1]);
    struct be_error error;

    *link = (struct link){{NULL, 0}, {NULL, NULL}, {-1, -1}};
    fixture_params_set(&link->params, transport->row.params);
    const struct be_link_env env = {.params = &link->params,
                                    .request_bytes = payload_bytes,
                                    .reply_bytes = payload_bytes,
                                    .frames = FRAMES};
    enum be_status status =
        be_link_open(transport, &env, &link->ends[DISPATCHER], link->fds, &error);
    if (status == BE_EUNAVAILABLE) {
        print_message("%s\n", error.message);
        be_params_finish(&link->params);
        skip();
    }
    assert_int_equal(status, BE_OK);
    status = transport->attach(&env, link->fds, &link->ends[WORKER], &error);
    assert_int_equal(status, BE_OK);
}

static void link_finish(struct link *link)
{
    be_end_close(link->ends[DISPATCHER]);
    be_end_close(link->ends[WORKER]);
    be_params_finish(&link->params);
}

static void frame_put(struct be_end *end, uint64_t first, size_t bytes)
{
    struct be_frame *frame = end->ops->prepare(end, bytes);

    assert_non_null(frame);
    assert_int_equal((uintptr_t)frame % 8, 0);
    *frame = (struct be_frame){.first = first, .bytes = bytes, .count = 1, .kind = BE_FRAME_TASKS};
    memset(frame + 1, (int)first, bytes);
    end->ops->put(end);
}

/* The next frame, received as often as it takes; the other end flushes what it could not send. */
static void frame_expect(struct be_end *end, struct be_end *other, uint64_t first, size_t bytes)
{
    struct be_frame frame;
    const unsigned char *payload;

    while (!(payload = end->ops->next(end, &frame))) {
        assert_int_equal(other->ops->flush(other, NULL), BE_OK);
        assert_int_equal(end->ops->receive(end, NULL), BE_OK);
    }
    assert_int_equal((uintptr_t)payload % 8, 0);
    assert_int_equal(frame.first, first);
    assert_int_equal(frame.bytes, bytes);
    for (size_t i = 0; i < bytes; i++) {
        assert_int_equal(payload[i], (unsigned char)first);
    }
}

/* Requests of all sizes, as many under way as may be, and an answer to each: round and round. */
static void go_round_and_round(size_t largest)
{
    enum { ROUNDS = 500 };
    struct link link;

    link_make(&link, largest);
    struct be_end *near = link.ends[DISPATCHER];
    struct be_end *far = link.ends[WORKER];
    for (uint64_t i = 0; i < ROUNDS; i++) {
        for (uint64_t j = 0; j < FRAMES; j++) {
            frame_put(near, i + j, 8 * ((i * 7 + j * 131) % (largest / 8 + 1)));
        }
        assert_int_equal(near->ops->flush(near, NULL), BE_OK);
        for (uint64_t j = 0; j < FRAMES; j++) {
            frame_expect(far, near, i + j, 8 * ((i * 7 + j * 131) % (largest / 8 + 1)));
            frame_put(far, i + j, 8 * ((i + j) % 4));
        }
        assert_int_equal(far->ops->flush(far, NULL), BE_OK);
        assert_int_equal(far->ops->pending(far), 0);
        for (uint64_t j = 0; j < FRAMES; j++) {
            frame_expect(near, far, i + j, 8 * ((i + j) % 4));
        }
    }
    link_finish(&link);
}

static void frames_go_round_and_round(void **state)
{
    (void)state;
    go_round_and_round(LARGEST);
}

/* Of one slot of a ring at most. */
static void small_frames_go_round_and_round(void **state)
{
    (void)state;
    go_round_and_round(40);
}

static void frames_that_do_not_fit_wait(void **state)
{
    enum { LARGE = 3 << 20 };
    struct link link;

    (void)state;
    link_make(&link, LARGE);
    struct be_end *near = link.ends[DISPATCHER];
    struct be_end *far = link.ends[WORKER];
    frame_put(near, 1, 24);
    frame_put(near, 2, LARGE);
    frame_put(near, 3, LARGE);
    frame_put(near, 4, 8);
    assert_int_equal(near->ops->flush(near, NULL), BE_OK);
    assert_int_equal(far->ops->receive(far, NULL), BE_OK);
    frame_expect(far, near, 1, 24);
    frame_expect(far, near, 2, LARGE);
    frame_expect(far, near, 3, LARGE);
    frame_expect(far, near, 4, 8);
    assert_int_equal(near->ops->pending(near), 0);
    link_finish(&link);
}

/* A payload full of what looks like the number of a frame to come. */
static void payloads_are_not_taken_for_frames(void **state)
{
    struct link link;

    (void)state;
    link_make(&link, LARGEST);
    struct be_end *near = link.ends[DISPATCHER];
    struct be_end *far = link.ends[WORKER];
    for (uint64_t i = 0; i < 2000; i++) {
        struct be_frame *sent = near->ops->prepare(near, LARGEST);
        struct be_frame frame;
        uint64_t *payload = (uint64_t *)(void *)(sent + 1);
        *sent = (struct be_frame){.bytes = LARGEST, .kind = BE_FRAME_TASKS};
        for (size_t j = 0; j < LARGEST / 8; j++) {
            payload[j] = i * (LARGEST / BE_RING_SLOT_BYTES + 1) + j;
        }
        near->ops->put(near);
        assert_int_equal(near->ops->flush(near, NULL), BE_OK);
        far->ops->await(far);
        assert_int_equal(far->ops->receive(far, NULL), BE_OK);
        assert_non_null(far->ops->next(far, &frame));
        assert_null(far->ops->next(far, &frame));
    }
    link_finish(&link);
}

static void nothing_received_is_no_error(void **state)
{
    struct link link;
    struct be_frame frame;

    (void)state;
    link_make(&link, 8);
    struct be_end *near = link.ends[DISPATCHER];
    assert_int_equal(near->ops->receive(near, NULL), BE_OK);
    assert_null(near->ops->next(near, &frame));
    link_finish(&link);
}

static bool is_readable(const struct be_end *end)
{
    int fds[2];

    end->ops->descriptors(end, fds);
    return poll(&(struct pollfd){.fd = fds[0], .events = POLLIN}, 1, 0) == 1;
}

/* Whoever goes to sleep is told of what came before, and of what comes later. */
static void a_sleeping_dispatcher_is_told(void **state)
{
    struct link link;

    (void)state;
    link_make(&link, 8);
    struct be_end *near = link.ends[DISPATCHER];
    struct be_end *far = link.ends[WORKER];
    if (near->ops->park) {
        assert_true(near->ops->park(near));
    }
    assert_false(is_readable(near));
    assert_int_equal(be_end_signal(far, BE_FRAME_READY, NULL), BE_OK);
    assert_true(is_readable(near));
    if (near->ops->park) {
        near->ops->unpark(near);
        assert_true(near->ops->ready(near));
        assert_false(near->ops->park(near));
        near->ops->unpark(near);
    }
    link_finish(&link);
}

/* A header that promises more than the link carries. */
static void garbage_is_recognised(void **state)
{
    struct be_frame garbage = {.bytes = UINT64_C(1) << 60, .kind = BE_FRAME_TASKS};
    struct link link;
    struct be_frame frame;

    (void)state;
    link_make(&link, 64);
    struct be_end *near = link.ends[DISPATCHER];
    struct be_end *far = link.ends[WORKER];
    if (near->ops->park) {
        *far->ops->prepare(far, 0) = garbage;
        far->ops->put(far);
        assert_int_equal(far->ops->flush(far, NULL), BE_OK);
    } else if (strcmp(fixture_params[1], "mqueue") == 0) {
        link_finish(&link);
        skip(); /* its descriptor is not written to */
    } else {
        int out = link.fds[1] >= 0 ? link.fds[1] : link.fds[0];
        assert_int_equal(write(out, &garbage, sizeof(garbage)), sizeof(garbage));
    }
    assert_int_equal(near->ops->receive(near, NULL), BE_OK);
    assert_non_null(near->ops->next(near, &frame));
    assert_int_equal(frame.kind, BE_FRAME_GARBAGE);
    link_finish(&link);
}

/* The size that the reason names is carried indeed. */
static void the_largest_message_is_what_it_says(void **state)
{
    const struct be_transport_ops *transport = be_transport_find("unix-seqpacket");
    struct be_params params = {NULL, 0};
    struct be_link_env env = {.params = &params, .request_bytes = 1 << 28, .frames = FRAMES};
    struct be_end *end;
    struct be_error error;
    int fds[BE_LINK_FDS];

    (void)state;
    assert_int_equal(be_link_open(transport, &env, &end, fds, &error), BE_EUNAVAILABLE);
    const char *above = strstr(error.message, "above messages of ");
    assert_non_null(above);
    size_t most = strtoul(above + strlen("above messages of "), NULL, 10);
    env.request_bytes = most - sizeof(struct be_frame);
    assert_int_equal(be_link_open(transport, &env, &end, fds, &error), BE_OK);
    be_end_close(end);
    be_link_close_fds(fds);
    env.request_bytes += 8;
    assert_int_equal(be_link_open(transport, &env, &end, fds, &error), BE_EUNAVAILABLE);
}

static bool queue_name_is_there(const char *name)
{
    mqd_t queue = mq_open(name, O_RDONLY | O_CLOEXEC);

    if (queue >= 0) {
        mq_close(queue);
    }
    return queue >= 0;
}

/* Opens and closes links of message queues, until it is killed. */
static _Noreturn void queues_open_for_ever(const struct be_link_env *env)
{
    for (;;) {
        struct be_end *end;
        int fds[BE_LINK_FDS];
        if (be_link_open(be_transport_find("mqueue"), env, &end, fds, NULL) == BE_OK) {
            be_end_close(end);
            be_link_close_fds(fds);
        }
    }
}

/*
 * A message queue has to have a name for a moment. Whoever is killed in it leaves that, and the
 * next one to open a link removes it.
 */
static void a_queue_that_was_left_goes_with_the_next(void **state)
{
    enum { KILLS = 40, LATEST_US = 3000, LOOKS = 1000 };
    struct be_params params = {NULL, 0};
    const struct be_link_env env = {.params = &params, .request_bytes = 8, .frames = FRAMES};
    struct be_end *end;
    struct be_error error;
    struct be_rng rng;
    int fds[BE_LINK_FDS];
    char name[48];

    (void)state;
    be_rng_init(&rng, 6);
    snprintf(name, sizeof(name), "/breakeven-%ld", (long)geteuid());
    mqd_t left = mq_open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0600, NULL);
    if (left < 0) {
        print_message("no message queues here\n");
        skip();
    }
    mq_close(left);
    for (int i = 0; i < KILLS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            queues_open_for_ever(&env);
        }
        usleep((useconds_t)be_rng_below(&rng, LATEST_US));
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    assert_int_equal(be_link_open(be_transport_find("mqueue"), &env, &end, fds, &error), BE_OK);
    be_end_close(end);
    be_link_close_fds(fds);
    /* Other tests open queues as well, each name for some microseconds. */
    bool is_there = true;
    for (int i = 0; is_there && i < LOOKS; i++) {
        is_there = queue_name_is_there(name);
    }
    assert_false(is_there);
}

static int transport_test(const char *name, void *context)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_round_and_round),
        cmocka_unit_test(small_frames_go_round_and_round),
        cmocka_unit_test(frames_that_do_not_fit_wait),
        cmocka_unit_test(payloads_are_not_taken_for_frames),
        cmocka_unit_test(nothing_received_is_no_error),
        cmocka_unit_test(a_sleeping_dispatcher_is_told),
        cmocka_unit_test(garbage_is_recognised),
    };

    (void)context;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest limits[] = {
        cmocka_unit_test(the_largest_message_is_what_it_says),
        cmocka_unit_test(a_queue_that_was_left_goes_with_the_next),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return fixture_each_transport(transport_test, NULL) +
           cmocka_run_group_tests(limits, NULL, NULL);
}
