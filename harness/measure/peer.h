/*
 * Peers: other runners, whose executors can stand in one block with those of the runner that is
 * measured. They lie in a folder of the project, which is trusted: no plan names them. Each has a
 * folder of its own there, with its program and `describe.json`, which says what --describe prints
 * as far as that is known without starting the program; it starts only when somebody wants to use
 * what it has. Threads: the main thread.
 */
#ifndef BE_MEASURE_PEER_H
#define BE_MEASURE_PEER_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/status.h"
#include "measure/runner_program.h"
#include "plan/texts.h"

struct be_peer {
    char *program;             /* owned: its path */
    struct be_catalog written; /* from its file */
    struct be_catalog said;    /* from itself, once it has answered */
    bool asked;
    char reason[160]; /* why it did not answer; "" while nothing is known against it */
};

/*
 * Adds the executors of every peer in the folder to the runner's catalogue, by what their files
 * say. A folder that is not there holds none. Errors: BE_EPROTOCOL and those of reading a file,
 * naming it; BE_ENOMEM. The runner's finish frees them, also after an error.
 */
enum be_status be_peers_add(struct be_runner *runner, const char *folder, struct be_error *error);

/*
 * Asks the peers that have one of these executors (NULL: all peers) what they can do here, and
 * takes their answers into the catalogue, whose rows may move. One that gives no answer is no
 * error: its executors are unavailable, with the reason. Errors: BE_EINTERRUPTED, BE_ENOMEM.
 */
enum be_status be_peers_ask(struct be_runner *runner, const struct be_texts *executors,
                            struct be_error *error);

/*
 * Appends the build-ids of all programs that these executors need: the runner's own, then a program
 * and its build-id for each peer. Nothing when one of them is unknown.
 */
void be_peers_build_id(const struct be_runner *runner, const struct be_texts *executors,
                       struct be_buffer *text);

/* For be_runner_finish. */
void be_peers_finish(struct be_runner *runner);

#endif
