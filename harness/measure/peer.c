#include "measure/peer.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"
#include "core/io.h"

static const char file_name[] = "describe.json";

enum { FILE_BYTES_MAX = 64 << 10 };

static enum be_status executors_show(struct be_runner *runner, const struct be_peer *peer,
                                     const struct be_catalog *catalog, struct be_error *error)
{
    return be_catalog_add_executors(&runner->catalog, catalog, peer->program, error);
}

/* The program is named in the file, and lies beside it. */
static enum be_status peer_read(const char *path, struct be_peer *peer, struct be_error *error)
{
    char *text = NULL;
    size_t bytes = 0;
    struct be_error cause;
    enum be_status status = be_io_read_file(path, FILE_BYTES_MAX, &text, &bytes, error);

    if (status != BE_OK) {
        return status;
    }
    status = be_catalog_parse(text, bytes, &peer->written, &cause);
    free(text);
    if (status != BE_OK) {
        return be_error_set(error, status, "'%s': %s", path, cause.message);
    }
    int folder = (int)(strrchr(path, '/') - path);
    if (asprintf(&peer->program, "%.*s/%s", folder, path, peer->written.program) < 0) {
        peer->program = NULL;
        return be_error_set(error, BE_ENOMEM, "out of memory for a peer");
    }
    return BE_OK;
}

static enum be_status peer_add(struct be_runner *runner, const char *path, struct be_error *error)
{
    struct be_peer *peers = be_array_grow(runner->peers, runner->peer_count, sizeof(*peers));

    if (!peers) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a peer");
    }
    runner->peers = peers;
    struct be_peer *peer = &peers[runner->peer_count++];
    *peer = (struct be_peer){0};
    enum be_status status = peer_read(path, peer, error);
    return status == BE_OK ? executors_show(runner, peer, &peer->written, error) : status;
}

enum be_status be_peers_add(struct be_runner *runner, const char *folder, struct be_error *error)
{
    char *pattern = NULL;
    glob_t found = {0};
    enum be_status status = BE_OK;

    if (asprintf(&pattern, "%s/*/%s", folder, file_name) < 0) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a path");
    }
    if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE) {
        status = be_error_set(error, BE_ENOMEM, "out of memory for the peers in '%s'", folder);
    }
    for (size_t i = 0; status == BE_OK && i < found.gl_pathc; i++) {
        status = peer_add(runner, found.gl_pathv[i], error);
    }
    globfree(&found);
    free(pattern);
    return status;
}

static bool peer_is_wanted(const struct be_peer *peer, const struct be_texts *executors)
{
    bool wanted = !executors;

    for (size_t i = 0; !wanted && i < executors->count; i++) {
        wanted = be_catalog_find(&peer->written, BE_CATALOG_EXECUTOR, executors->items[i]);
    }
    return wanted;
}

/* What it says replaces what its file says; without an answer the file's rows are unavailable. */
static enum be_status peer_ask(struct be_runner *runner, struct be_peer *peer,
                               struct be_error *error)
{
    struct be_catalog_rows *rows = &peer->written.rows[BE_CATALOG_EXECUTOR];
    struct be_error cause;
    enum be_status status =
        be_runner_describe(peer->program, runner->interrupt_fd, &peer->said, &cause);

    peer->asked = true;
    if (status == BE_EINTERRUPTED || status == BE_ENOMEM) {
        return be_error_set(error, status, "%s", cause.message);
    }
    if (status == BE_OK) {
        status = executors_show(runner, peer, &peer->said, &cause);
    }
    if (status == BE_OK) {
        return BE_OK;
    }
    snprintf(peer->reason, sizeof(peer->reason), "%.150s", cause.message);
    for (size_t i = 0; i < rows->count; i++) {
        rows->items[i].unavailable = peer->reason;
    }
    return executors_show(runner, peer, &peer->written, error);
}

enum be_status be_peers_ask(struct be_runner *runner, const struct be_texts *executors,
                            struct be_error *error)
{
    enum be_status status = BE_OK;

    for (size_t i = 0; status == BE_OK && i < runner->peer_count; i++) {
        struct be_peer *peer = &runner->peers[i];
        if (!peer->asked && peer_is_wanted(peer, executors)) {
            status = peer_ask(runner, peer, error);
        }
    }
    return status;
}

void be_peers_build_id(const struct be_runner *runner, const struct be_texts *executors,
                       struct be_buffer *text)
{
    struct be_buffer all = {0};
    bool known = runner->catalog.build_id[0];

    be_buffer_puts(&all, runner->catalog.build_id);
    for (size_t i = 0; i < runner->peer_count; i++) {
        const struct be_peer *peer = &runner->peers[i];
        if (peer_is_wanted(peer, executors)) {
            const char *build_id = peer->said.source ? peer->said.build_id : "";
            known = known && build_id[0];
            be_buffer_printf(&all, " %s %s", peer->written.program, build_id);
        }
    }
    be_buffer_puts(text, known ? be_buffer_text(&all) : "");
    text->failed |= all.failed;
    be_buffer_finish(&all);
}

void be_peers_finish(struct be_runner *runner)
{
    for (size_t i = 0; i < runner->peer_count; i++) {
        be_catalog_finish(&runner->peers[i].written);
        be_catalog_finish(&runner->peers[i].said);
        free(runner->peers[i].program);
    }
    free(runner->peers);
    runner->peers = NULL;
    runner->peer_count = 0;
}
