/*
 * Start method `forkserver`: a worker is a copy of a small process that did nothing but load what
 * workers need. It is spawned with the pool, forks at request, and reaps. One that was lost, and
 * its workers with it, is spawned again when a worker is asked for.
 */
#include <unistd.h>

#include "start/program.h"

static void server_end(struct be_start *start)
{
    if (start->server.pid > 0) {
        close(start->socket); /* so it ends, and its workers with it */
        if (!be_child_ends(&start->server, BE_CHILD_LEAVES_MS)) {
            be_child_kill(&start->server);
        }
        be_child_reap(&start->server);
    }
}

static void forkserver_close(struct be_start *start)
{
    server_end(start);
    be_program_close(start);
}

static enum be_status server_start(struct be_start *start, struct be_error *error)
{
    pid_t pid = 0;

    start->brief.forks = true;
    enum be_status status = be_program_start(start, &pid, &start->socket, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_child_watch(&start->server, BE_CHILD_SERVER, pid, error);
    if (status != BE_OK) {
        close(start->socket);
        return status;
    }
    /* Its loading is no part of a worker's start. */
    struct be_order_answer loaded;
    struct be_error cause;
    status = be_message_receive(start->socket, &loaded, sizeof(loaded), NULL, &cause);
    if (status == BE_ETIMEOUT) {
        return be_error_set(error, BE_EWORKER, "the fork server: %s", cause.message);
    }
    return status == BE_OK ? BE_OK : be_child_explain(&start->server, error);
}

static enum be_status forkserver_open(const struct be_executor_env *env, struct be_start **start,
                                      struct be_error *error)
{
    struct be_start *made = NULL;
    enum be_status status = be_program_open(env, &made, error);

    if (status != BE_OK) {
        return status;
    }
    status = server_start(made, error);
    if (status != BE_OK) {
        forkserver_close(made);
        return status;
    }
    *start = made;
    return BE_OK;
}

/* Orders a worker over the socket that it will be told of by. */
static enum be_status worker_order(const struct be_start *start, const struct be_birth *birth,
                                   const int answers[2], struct be_child *child,
                                   struct be_error *error)
{
    struct be_order_answer answer = {0};
    int fds[BE_MESSAGE_FDS_MAX];
    enum be_status status = be_program_order(start->socket, birth, answers[1], NULL);

    close(answers[1]); /* so that its end is heard of, should the server end */
    if (status == BE_OK) {
        status = be_message_receive(answers[0], &answer, sizeof(answer), fds, error);
    }
    if (status == BE_EIO) {
        return be_child_explain(&start->server, error);
    }
    if (status != BE_OK) {
        return status;
    }
    if (answer.pid == 0) {
        const struct be_error *said = &start->env->accounts[birth->index].error;
        return be_error_set(error, said->status, "fork server: %s", said->message);
    }
    *child = (struct be_child){birth->index, answer.pid, fds[0], answers[0]};
    return BE_OK;
}

static enum be_status worker_ask(const struct be_start *start, const struct be_birth *birth,
                                 struct be_child *child, struct be_error *error)
{
    int answers[2];
    enum be_status status = be_message_pair(answers, error);

    if (status != BE_OK) {
        return status;
    }
    status = worker_order(start, birth, answers, child, error);
    if (status != BE_OK) {
        close(answers[0]);
    }
    return status;
}

static enum be_status forkserver_worker(struct be_start *start, const struct be_birth *birth,
                                        struct be_child *child, struct be_error *error)
{
    enum be_status status = worker_ask(start, birth, child, error);

    if (status != BE_EWORKER && status != BE_ETIMEOUT) {
        return status;
    }
    /* It is gone or stuck, and its workers with it: so that these can be replaced, so is it. */
    server_end(start);
    status = server_start(start, error);
    return status == BE_OK ? worker_ask(start, birth, child, error) : status;
}

static const struct be_param forkserver_params[] = {{.name = NULL}};

const struct be_start_ops be_start_forkserver = {
    .row = {"forkserver", "a copy of a small process that has loaded what it needs",
            forkserver_params},
    .open = forkserver_open,
    .worker = forkserver_worker,
    .close = forkserver_close,
};
