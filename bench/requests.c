#include "requests.h"

#include <inttypes.h>
#include <string.h>

#include "core/rng.h"

/* All that is beyond the first group repeats it, but for a rest that is a group of its own. */
struct requests {
    const struct breakeven_workload *workload;
    enum be_distribution distribution;
    uint64_t steps;
    char *bytes;
    struct be_rng rng;
};

static char *request_at(const struct requests *requests, uint64_t index)
{
    return requests->bytes + index * requests->workload->request_bytes;
}

static void group_draw(struct requests *requests, uint64_t first, size_t count)
{
    uint64_t sizes[BE_DISTRIBUTION_GROUP];

    be_distribution_sizes(requests->distribution, requests->steps, count, sizes);
    for (size_t i = 0; i < count; i++) {
        requests->workload->generate(be_rng_next(&requests->rng), sizes[i], 1,
                                     request_at(requests, first + i),
                                     requests->workload->request_bytes);
    }
}

static void request_swap(struct requests *requests, uint64_t left, uint64_t right)
{
    char *a = request_at(requests, left);
    char *b = request_at(requests, right);
    uint64_t word;

    for (uint32_t at = 0; at < requests->workload->request_bytes; at += sizeof(word)) {
        memcpy(&word, a + at, sizeof(word));
        memmove(a + at, b + at, sizeof(word));
        memcpy(b + at, &word, sizeof(word));
    }
}

/* Every order is as likely (Fisher and Yates, as Durstenfeld wrote it in 1964). */
static void requests_shuffle(struct requests *requests, uint64_t tasks)
{
    for (uint64_t i = tasks; i > 1; i--) {
        request_swap(requests, i - 1, be_rng_below(&requests->rng, i));
    }
}

static enum be_status largest_check(const struct requests *requests, struct be_error *error)
{
    const struct breakeven_workload *workload = requests->workload;
    uint64_t largest = be_distribution_largest(requests->distribution, requests->steps);

    if (largest <= workload->steps_max) {
        return BE_OK;
    }
    return be_error_set(error, BE_EINVAL,
                        "distribution: %s around %" PRIu64 " steps goes up to %" PRIu64
                        ", and a task of %s has at most %" PRIu64,
                        be_distribution_name(requests->distribution), requests->steps, largest,
                        workload->name, workload->steps_max);
}

static void varied_draw(struct requests *requests, uint64_t tasks)
{
    uint64_t rest = tasks % BE_DISTRIBUTION_GROUP;

    if (tasks >= BE_DISTRIBUTION_GROUP) {
        group_draw(requests, 0, BE_DISTRIBUTION_GROUP);
    }
    for (uint64_t i = BE_DISTRIBUTION_GROUP; i < tasks - rest; i++) {
        memcpy(request_at(requests, i), request_at(requests, i - BE_DISTRIBUTION_GROUP),
               requests->workload->request_bytes);
    }
    if (rest > 0) {
        group_draw(requests, tasks - rest, rest);
    }
    requests_shuffle(requests, tasks);
}

enum be_status be_requests_generate(const struct breakeven_workload *workload,
                                    const struct be_requests_wish *wish, void *requests,
                                    struct be_error *error)
{
    struct requests all = {workload, wish->distribution, wish->steps, requests, {{0}}};

    if (wish->distribution == BE_DISTRIBUTION_FIXED) {
        workload->generate(wish->seed, wish->steps, wish->tasks, requests, workload->request_bytes);
        return BE_OK;
    }
    enum be_status status = largest_check(&all, error);
    if (status == BE_OK) {
        be_rng_init(&all.rng, wish->seed);
        varied_draw(&all, wish->tasks);
    }
    return status;
}
