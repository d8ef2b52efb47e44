#include "executor/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "busy.h"
#include "core/clock.h"

#define SLOW_NS UINT64_C(10000000)

struct be_fault be_fault_read(const char *value)
{
    static const char *const names[] = {
        [BE_FAULT_NONE] = "none",       [BE_FAULT_KILL] = "kill", [BE_FAULT_STOP] = "stop",
        [BE_FAULT_GARBAGE] = "garbage", [BE_FAULT_SLOW] = "slow",
    };
    const char *number = strchr(value, '=');
    struct be_fault fault = {.every = number ? strtoull(number + 1, NULL, 10) : 0};

    for (size_t i = 0; fault.every > 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(value, names[i], strlen(names[i])) == 0) {
            fault.kind = (enum be_fault_kind)i;
        }
    }
    return fault;
}

void be_fault_strike(const struct be_fault *fault, struct be_account *account)
{
    account->fault_ns = be_clock_now_ns();
    switch (fault->kind) {
    case BE_FAULT_KILL:
        raise(SIGKILL);
        break;
    case BE_FAULT_STOP:
        raise(SIGSTOP);
        break;
    case BE_FAULT_SLOW:
        be_busy_spend(SLOW_NS);
        break;
    case BE_FAULT_GARBAGE:
        return;
    case BE_FAULT_NONE:
        break;
    }
    account->fault_ns = 0; /* it goes on */
}

void be_fault_garble(struct be_frame *answer)
{
    uint64_t bytes = answer->bytes;

    memset(answer, 0xa5, sizeof(*answer) + bytes);
    answer->bytes = bytes;
}
