#include "measure/price.h"

#include <string.h>

/*
 * Guesses, to the nearest power of ten or so: between a large and a small plan lie more of them. A
 * message at window 1 wakes its reader, unless that spins; with many under way most do not. Peers
 * are interpreters.
 */
#define HARNESS_NS      3e6
#define LAUNCH_NS       5e6
#define PEER_LAUNCH_NS  2e8
#define ROUND_TRIP_NS   2e4
#define MESSAGE_NS      1e3
#define PEER_MESSAGE_NS 1e5
#define BYTE_NS         .5
#define AUTO_CHUNK      100.

/* So many samples say more than guesses. */
enum { SAMPLES_MIN = 8 };

/* Executors that move none have no transport. */
double be_price_messages_ns(const struct be_configuration *configuration, bool is_peer)
{
    const struct be_params *params = &configuration->params;
    double tasks = (double)configuration->tasks;
    double messages =
        tasks / (configuration->chunk > 0 ? (double)configuration->chunk : AUTO_CHUNK);
    double payload = (double)be_params_get_count(params, "payload", 0);

    if (is_peer) {
        return messages * PEER_MESSAGE_NS;
    }
    if (!be_params_get(params, "transport")) {
        return 0;
    }
    const char *wake = be_params_get(params, "wake");
    bool spins = wake && strcmp(wake, "futex") != 0;
    bool wakes = be_params_get_count(params, "window", 0) == 1 && !spins;
    return messages * (wakes ? ROUND_TRIP_NS : MESSAGE_NS) + tasks * payload * BYTE_NS;
}

uint64_t be_price_sample_ns(const struct be_plan *plan,
                            const struct be_configuration *configuration,
                            const struct be_truth *truth, bool is_peer)
{
    double passes = (double)(plan->passes + plan->warmup + (plan->cold ? 1 : 0));
    double launch_ns = truth->launch_ns > 0 ? (double)truth->launch_ns : LAUNCH_NS;
    double compute_ns = (double)truth->pass_ns / (configuration->workers > 1 ? 2 : 1);

    launch_ns += is_peer ? PEER_LAUNCH_NS : 0;
    return (uint64_t)(HARNESS_NS + launch_ns +
                      passes * (compute_ns + be_price_messages_ns(configuration, is_peer)));
}

uint64_t be_price_correct_ns(const struct be_price *price, uint64_t expected_ns)
{
    if (price->samples < SAMPLES_MIN) {
        return expected_ns;
    }
    return (uint64_t)((double)expected_ns * (double)price->spent_ns / (double)price->expected_ns);
}
