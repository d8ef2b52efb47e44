/*
 * The leash: a runner whose harness is gone stops by itself, without a thread, also in the middle
 * of a pass. The kernel sends SIGIO when something happens to stdin, and the handler ends the
 * process when it was the end. Worker processes die with it (PR_SET_PDEATHSIG).
 */
#ifndef BE_BENCH_LEASH_H
#define BE_BENCH_LEASH_H

#include "core/status.h"

/*
 * From now on the process ends, with the exit code of BE_EINTERRUPTED, as soon as the other end of
 * stdin (a pipe or a socket) is closed; at once if it is already. Errors: BE_ESYSTEM.
 */
enum be_status be_leash_tie(struct be_error *error);

#endif
