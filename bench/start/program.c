#include "start/program.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/io.h"

/* The spec without its input, which lies in the shared memory. */
static enum be_status spec_encode(const struct be_executor_env *env, struct be_buffer *line,
                                  struct be_error *error)
{
    struct be_spec spec = *env->spec;

    spec.params = (struct be_params){NULL, 0};
    spec.pairs = (struct be_pairs){NULL, 0};
    spec.input_path = NULL;
    enum be_status status = be_params_merge(&spec.params, &env->spec->params, error);
    if (status == BE_OK) {
        status = be_params_set_count(&spec.params, "tasks", env->tasks, error);
    }
    if (status == BE_OK) {
        be_spec_encode(&spec, line);
        status = be_buffer_check(line, error);
    }
    be_params_finish(&spec.params);
    return status;
}

static struct be_brief brief_of(const struct be_executor_env *env, size_t spec_bytes)
{
    return (struct be_brief){
        .dispatcher = getpid(),
        .pu = -1,
        .spec_bytes = spec_bytes,
        .shape = {.workers = env->workers,
                  .tasks = env->tasks,
                  .request_bytes = env->workload->request_bytes,
                  .reply_bytes = env->workload->reply_bytes},
        .clock_costs = env->clock_costs,
        .counts = env->counters != NULL,
    };
}

enum be_status be_program_open(const struct be_executor_env *env, struct be_start **start,
                               struct be_error *error)
{
    struct be_start *made = malloc(sizeof(*made));
    struct be_buffer line = {0};
    enum be_status status = spec_encode(env, &line, error);
    int fd = -1;

    if (status == BE_OK && !made) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for a start method");
    }
    if (status == BE_OK) {
        fd = memfd_create("breakeven-spec", MFD_CLOEXEC);
        status =
            fd < 0 ? be_error_errno(error, BE_ESYSTEM, "cannot start worker programs: memfd_create")
                   : be_io_write_all(fd, line.data, line.length, error);
    }
    if (status == BE_OK) {
        *made = (struct be_start){
            .env = env,
            .brief = brief_of(env, line.length),
            .fds = {[BE_BRIEF_SPEC] = fd, [BE_BRIEF_MEMORY] = env->memory->fd, -1, -1},
        };
        *start = made;
    } else {
        free(made);
        if (fd >= 0) {
            close(fd);
        }
    }
    be_buffer_finish(&line);
    return status;
}

void be_program_close(struct be_start *start)
{
    close(start->fds[BE_BRIEF_SPEC]);
    free(start);
}

/* Returns 0 or an error number. */
static int program_spawn(int socket, pid_t *pid)
{
    char program[] = "breakeven-bench";
    char option[] = "--worker";
    char *const arguments[] = {program, option, NULL};
    posix_spawn_file_actions_t actions;
    int cause = posix_spawn_file_actions_init(&actions);

    if (cause != 0) {
        return cause;
    }
    cause = posix_spawn_file_actions_adddup2(&actions, socket, BE_PROGRAM_SOCKET);
    if (cause == 0) {
        cause = posix_spawn_file_actions_addclosefrom_np(&actions, BE_PROGRAM_SOCKET + 1);
    }
    if (cause == 0) {
        cause = posix_spawn(pid, "/proc/self/exe", &actions, NULL, arguments, environ);
    }
    posix_spawn_file_actions_destroy(&actions);
    return cause;
}

enum be_status be_program_start(const struct be_start *start, pid_t *pid, int *socket,
                                struct be_error *error)
{
    int pair[2];
    enum be_status status = be_message_pair(pair, error);

    if (status != BE_OK) {
        return status;
    }
    /* What the program will read is there before it is. */
    status = be_message_send(pair[0], &start->brief, sizeof(start->brief), start->fds, error);
    if (status == BE_OK) {
        errno = program_spawn(pair[1], pid);
        status =
            errno == 0 ? BE_OK : be_error_errno(error, BE_ESYSTEM, "cannot spawn a worker program");
    }
    close(pair[1]);
    if (status != BE_OK) {
        close(pair[0]);
        return status;
    }
    *socket = pair[0];
    return BE_OK;
}

enum be_status be_program_order(int socket, const struct be_birth *birth, int answers,
                                struct be_error *error)
{
    const struct be_order order = {
        .index = birth->index,
        .asked_ns = birth->asked_ns,
        .link = birth->link,
    };
    int fds[BE_MESSAGE_FDS_MAX] = {-1, -1, -1, -1};

    for (int i = 0; i < BE_LINK_FDS; i++) {
        fds[BE_ORDER_LINK + i] = birth->fds[i];
    }
    fds[BE_ORDER_ANSWERS] = answers;
    return be_message_send(socket, &order, sizeof(order), fds, error);
}
