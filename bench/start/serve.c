#include "start/serve.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"
#include "job.h"
#include "start/program.h"

/* A worker that this process has forked. */
struct fork {
    struct be_child child;
    int answers;  /* to who wants to know how it ends */
    bool is_told; /* it has ended, and that was told */
};

struct server {
    uint64_t begun_ns;
    uint64_t imported_ns;
    struct be_shared memory;
    struct be_job job;
    struct be_meter meter;
    struct be_executor_env env;
    struct be_executor *pool; /* for the numbers that follow from the env */
    struct be_error cause;    /* why nothing can be ordered; BE_OK otherwise */
    struct fork *forks;
    size_t fork_count;
};

static bool socket_is_there(void)
{
    int type = 0;
    socklen_t length = sizeof(type);

    return getsockopt(BE_PROGRAM_SOCKET, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
           type == SOCK_SEQPACKET;
}

static enum be_status spec_read(int fd, size_t bytes, struct be_spec *spec, struct be_error *error)
{
    char *text = malloc(bytes);

    be_spec_init(spec);
    if (!text) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a spec");
    }
    enum be_status status = pread(fd, text, bytes, 0) == (ssize_t)bytes
                                ? be_spec_parse(text, bytes, spec, error)
                                : be_error_errno(error, BE_EIO, "cannot read the spec");
    free(text);
    return status;
}

/* Loads all that a worker needs to compute tasks: what a copy of the dispatcher is born with. */
static enum be_status import(struct server *self, const struct be_brief *brief, int spec_fd,
                             const struct breakeven_workload *const *others, struct be_error *error)
{
    struct be_counter_plan *counters = NULL;
    struct be_pin *pin = NULL;
    struct be_spec spec;
    enum be_status status = spec_read(spec_fd, brief->spec_bytes, &spec, error);

    if (status == BE_OK) {
        status = be_job_init_worker(&self->job, &spec, others, error);
    }
    if (status == BE_OK) {
        status = be_pin_create(&self->job.spec, &pin, error);
    }
    if (status == BE_OK && brief->counts) {
        status = be_counter_plan_create(self->job.spec.counters, self->job.spec.counter_count,
                                        &counters, error);
    }
    if (status != BE_OK) {
        return status;
    }
    be_job_env(&self->job, &self->memory, &self->env);
    self->env.pin = pin;
    self->env.counters = counters;
    self->env.meter = &self->meter;
    self->env.clock_costs = brief->clock_costs;
    self->pool = be_process_pool_alloc(&self->env);
    return self->pool ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a worker");
}

/* If it cannot be there, be_pin_worker will say so. */
static void move_to(size_t pu)
{
    cpu_set_t *set = CPU_ALLOC(pu + 1);
    size_t bytes = CPU_ALLOC_SIZE(pu + 1);

    if (set) {
        CPU_ZERO_S(bytes, set);
        CPU_SET_S(pu, bytes, set);
        sched_setaffinity(0, bytes, set);
        CPU_FREE(set);
    }
}

/* The process that is briefed may have no dispatcher any more, and then has nobody to tell. */
static void begin(struct server *self, const struct breakeven_workload *const *others)
{
    struct be_brief brief;
    int fds[BE_MESSAGE_FDS_MAX];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (be_message_receive(BE_PROGRAM_SOCKET, &brief, sizeof(brief), fds, NULL) != BE_OK ||
        getppid() != brief.dispatcher ||
        be_shared_attach(fds[BE_BRIEF_MEMORY], &brief.shape, &self->memory, NULL) != BE_OK) {
        _exit(be_status_exit_code(BE_ESYSTEM));
    }
    if (brief.pu >= 0) {
        move_to((size_t)brief.pu);
    }
    self->cause.status = import(self, &brief, fds[BE_BRIEF_SPEC], others, &self->cause);
    close(fds[BE_BRIEF_SPEC]);
    self->imported_ns = be_clock_now_ns();
    if (brief.forks) {
        /* Whoever spawns reads nothing: to close a socket on a message unread loses what it sent.
         */
        const struct be_order_answer loaded = {0};
        be_message_send(BE_PROGRAM_SOCKET, &loaded, sizeof(loaded), NULL, NULL);
    }
}

/* Waits for an order and makes a worker's birth of it. False: there are no more. */
static bool order_take(struct server *self, struct be_birth *birth, int *answers)
{
    struct be_order order;
    int fds[BE_MESSAGE_FDS_MAX];

    if (be_message_receive(BE_PROGRAM_SOCKET, &order, sizeof(order), fds, NULL) != BE_OK) {
        return false;
    }
    *birth = (struct be_birth){
        .pool = self->pool,
        .index = order.index,
        .asked_ns = order.asked_ns,
        .link = order.link,
    };
    birth->link.params = self->env.params;
    for (int i = 0; i < BE_LINK_FDS; i++) {
        birth->fds[i] = fds[BE_ORDER_LINK + i];
    }
    *answers = fds[BE_ORDER_ANSWERS];
    return true;
}

static _Noreturn void become_worker(const struct server *self, struct be_birth *birth)
{
    close(BE_PROGRAM_SOCKET);
    birth->begun_ns = self->begun_ns;
    birth->imported_ns = self->imported_ns;
    be_process_worker_run(birth);
    _exit(0);
}

static void fork_body(void *birth)
{
    be_process_worker_run(birth);
}

static enum be_status fork_worker(struct server *self, const struct be_birth *birth, int answers,
                                  struct be_error *error)
{
    struct fork *forks = realloc(self->forks, (self->fork_count + 1) * sizeof(*forks));
    struct be_child child;

    if (!forks) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a worker");
    }
    self->forks = forks;
    enum be_status status =
        be_child_fork(&child, birth->index, birth->fds, fork_body, (void *)birth, error);
    if (status == BE_OK) {
        forks[self->fork_count++] = (struct fork){child, answers, false};
    }
    return status;
}

/* Takes one order. Returns false when there are no more. */
static bool order_serve(struct server *self)
{
    struct be_order_answer answer = {0};
    int fds[BE_MESSAGE_FDS_MAX] = {-1, -1, -1, -1};
    struct be_birth birth;
    int answers;

    if (!order_take(self, &birth, &answers)) {
        return false;
    }
    struct be_error *error = &self->memory.accounts[birth.index].error;
    *error = self->cause;
    if (self->cause.status == BE_OK && answers < 0) {
        become_worker(self, &birth);
    }
    if (self->cause.status == BE_OK && fork_worker(self, &birth, answers, error) == BE_OK) {
        const struct be_child *child = &self->forks[self->fork_count - 1].child;
        answer.pid = child->pid;
        fds[0] = child->pidfd;
    }
    be_link_close_fds(birth.fds);
    be_message_send(answers, &answer, sizeof(answer), fds, NULL);
    if (answer.pid == 0 && answers >= 0) {
        close(answers);
    }
    return answers >= 0;
}

/* Tells how a worker has ended. It is reaped when that was heard, so that its number stays its own.
 */
static void fork_tell(struct fork *ended)
{
    siginfo_t info = {0};

    waitid(P_PIDFD, (id_t)ended->child.pidfd, &info, WEXITED | WNOWAIT);
    const struct be_ending ending = {info.si_code, info.si_status};
    be_io_write_some(ended->answers, &ending, sizeof(ending));
    ended->is_told = true;
}

static void fork_reap(struct server *self, struct fork *ended)
{
    be_child_reap(&ended->child);
    close(ended->answers);
    *ended = self->forks[--self->fork_count];
}

/* Waits until something is ordered or a worker ends. Returns false when there are no more orders.
 */
static bool serve_some(struct server *self)
{
    struct pollfd *fds = calloc(self->fork_count + 1, sizeof(*fds));
    bool goes_on = fds != NULL;

    for (size_t i = 0; fds && i < self->fork_count; i++) {
        const struct fork *fork = &self->forks[i];
        fds[i] = fork->is_told ? (struct pollfd){.fd = fork->answers, .events = POLLIN}
                               : (struct pollfd){.fd = fork->child.pidfd, .events = POLLIN};
    }
    if (fds) {
        size_t count = self->fork_count;
        fds[count] = (struct pollfd){.fd = BE_PROGRAM_SOCKET, .events = POLLIN};
        poll(fds, count + 1, -1);
        /* From the last on, since the last takes the place of one that goes. */
        for (size_t i = count; i-- > 0;) {
            if (fds[i].revents && self->forks[i].is_told) {
                fork_reap(self, &self->forks[i]);
            } else if (fds[i].revents) {
                fork_tell(&self->forks[i]);
            }
        }
        goes_on = !fds[count].revents || order_serve(self);
    }
    free(fds);
    return goes_on;
}

void be_serve(const struct breakeven_workload *const *others)
{
    struct server self = {.begun_ns = be_clock_now_ns()};

    if (!socket_is_there()) {
        return;
    }
    be_io_close_from(BE_PROGRAM_SOCKET, (const int[]){BE_PROGRAM_SOCKET, -1});
    begin(&self, others);
    while (serve_some(&self)) {
    }
    while (self.fork_count > 0) {
        struct fork *last = &self.forks[self.fork_count - 1];
        be_child_kill(&last->child);
        fork_reap(&self, last);
    }
    _exit(0);
}
