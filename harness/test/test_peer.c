/*
 * Peers: found by their files, asked only where somebody wants what they have, and launched for
 * their own executors. The peer here is a shell script that says what each case wants.
 */
#include "plan_fixture.h"

#include <stdio.h>
#include <sys/stat.h>

#include "measure/peer.h"
#include "scratch_folder.h"

#define EXECUTOR(name, unavailable)                                                                \
    "{\"name\":\"" name "\",\"summary\":\"toys\",\"parallel\":true,\"computes\":true,"             \
    "\"unavailable\":" unavailable ",\"params\":[]}"
#define DESCRIBED(build_id, executors)                                                             \
    "{\"protocol\":1,\"program\":\"breakeven-toy\",\"version\":\"1\",\"build_id\":\"" build_id     \
    "\",\"workloads\":[],\"counters\":[],\"executors\":[" executors "]}"

static struct be_runner runner;

static void file_write(const char *name, const char *text, mode_t mode)
{
    char path[128];
    struct be_error error;

    snprintf(path, sizeof(path), "%s/toy", folder);
    must(be_io_make_folder(path, &error), &error);
    snprintf(path, sizeof(path), "%s/toy/%s", folder, name);
    must(be_io_write_file(path, text, strlen(text), &error), &error);
    assert_int_equal(chmod(path, mode), 0);
}

/* What the peer says to --describe; each time it does, its file `asked` grows by a line. */
static void program_write(const char *says)
{
    char script[1024];

    snprintf(
        script, sizeof(script),
        "#!/bin/sh\n[ \"$1\" = --describe ] || { echo "
        "'{\"type\":\"error\",\"status\":\"BE_EWORKER\",\"message\":\"a toy broke\"}'; exit 4; }\n"
        "echo >>'%s/toy/asked'\n%s\n",
        folder, says);
    file_write("breakeven-toy", script, 0700);
}

/* Opens the runner with the peers of the folder. */
static enum be_status runner_open(struct be_error *error)
{
    must(be_launch_prepare(error), error);
    must(be_runner_open(BE_RUNNER, -1, &runner, error), error);
    return be_peers_add(&runner, folder, error);
}

static int runner_close(void **state)
{
    char command[64];
    (void)state;

    be_runner_finish(&runner);
    snprintf(command, sizeof(command), "rm -rf '%s/toy'", folder);
    return system(command);
}

static const struct be_catalog_row *toy_row(void)
{
    return be_catalog_find(&runner.catalog, BE_CATALOG_EXECUTOR, "toy-pool");
}

static struct be_texts texts_of(const char *list)
{
    struct be_texts texts = {0};
    struct be_error error;

    must(be_texts_split(&texts, "executor", list, &error), &error);
    return texts;
}

static void ask(const char *executors)
{
    struct be_texts wanted = texts_of(executors);
    struct be_error error;

    must(be_peers_ask(&runner, &wanted, &error), &error);
    be_texts_finish(&wanted);
}

static void assert_build_id(const char *executors, const char *behind)
{
    struct be_texts wanted = texts_of(executors);
    struct be_buffer text = {0};
    struct be_buffer expected = {0};

    be_peers_build_id(&runner, &wanted, &text);
    if (behind) {
        be_buffer_printf(&expected, "%s%s", runner.catalog.build_id, behind);
    }
    assert_string_equal(be_buffer_text(&text), be_buffer_text(&expected));
    be_buffer_finish(&expected);
    be_buffer_finish(&text);
    be_texts_finish(&wanted);
}

static void a_peer_starts_only_when_it_is_wanted(void **state)
{
    char asked[128];
    struct stat status;
    struct be_error error;
    (void)state;

    file_write("describe.json", DESCRIBED("", EXECUTOR("toy-pool", "null")), 0600);
    program_write("echo '" DESCRIBED("ab12", EXECUTOR("toy-pool", "null")) "'");
    snprintf(asked, sizeof(asked), "%s/toy/asked", folder);
    must(runner_open(&error), &error);
    assert_non_null(toy_row());
    ask("serial,threads");
    assert_build_id("serial,threads", "");
    assert_true(stat(asked, &status) < 0);
    /* Not asked, so not known. */
    assert_build_id("toy-pool", NULL);
    ask("serial,toy-pool");
    ask("toy-pool");
    assert_int_equal(stat(asked, &status), 0);
    assert_int_equal(status.st_size, 1);
    assert_null(toy_row()->unavailable);
    assert_build_id("serial,toy-pool", " breakeven-toy ab12");
    assert_build_id("serial", "");
}

static void what_it_cannot_do_here_is_unavailable_with_the_reason(void **state)
{
    static const struct {
        const char *says;
        const char *reason;
    } cases[] = {
        {"echo '" DESCRIBED("ab12", EXECUTOR("toy-pool", "\"no toys left\"")) "'", "no toys left"},
        {"echo no toybox >&2", "no toybox"},
        {"true", "it said nothing"},
        {"echo toys", "JSON"},
        {"kill -9 $$", "killed by signal 9"},
        {"echo '" DESCRIBED("ab12", EXECUTOR("serial", "null")) "'", "'serial' too"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error;
        file_write("describe.json", DESCRIBED("", EXECUTOR("toy-pool", "null")), 0600);
        program_write(cases[i].says);
        must(runner_open(&error), &error);
        ask("toy-pool");
        if (!toy_row()->unavailable || !strstr(toy_row()->unavailable, cases[i].reason)) {
            fail_msg("'%s' instead of '%s'", toy_row()->unavailable, cases[i].reason);
        }
        assert_null(be_catalog_find(&runner.catalog, BE_CATALOG_EXECUTOR, "serial")->program);
        runner_close(NULL);
    }
}

static void a_program_that_is_not_there_is_a_reason_too(void **state)
{
    struct be_error error;
    (void)state;

    file_write("describe.json", DESCRIBED("", EXECUTOR("toy-pool", "null")), 0600);
    must(runner_open(&error), &error);
    ask("toy-pool");
    assert_non_null(strstr(toy_row()->unavailable, "cannot run '"));
    assert_build_id("toy-pool", NULL);
}

static void a_file_that_is_wrong_is_named(void **state)
{
    struct be_error error;
    (void)state;

    file_write("describe.json", DESCRIBED("", EXECUTOR("Toy Pool", "null")), 0600);
    assert_int_equal(runner_open(&error), BE_EPROTOCOL);
    assert_non_null(strstr(error.message, "/toy/describe.json': executor 1: 'name' is not"));
}

static void a_folder_that_is_not_there_holds_no_peers(void **state)
{
    struct be_error error;
    (void)state;

    must(runner_open(&error), &error);
    assert_int_equal(runner.peer_count, 0);
}

static void a_spec_goes_to_the_program_that_has_its_executor(void **state)
{
    struct be_outcome outcome = {0};
    struct be_error error;
    struct be_spec spec;
    (void)state;

    file_write("describe.json", DESCRIBED("", EXECUTOR("toy-pool", "null")), 0600);
    program_write("echo '" DESCRIBED("ab12", EXECUTOR("toy-pool", "null")) "'");
    must(runner_open(&error), &error);
    be_spec_init(&spec);
    must(be_params_set(&spec.params, "executor", "toy-pool", &error), &error);
    assert_int_equal(be_runner_measure(&runner, &spec, UINT64_C(20000000000), &outcome, &error),
                     BE_EWORKER);
    assert_string_equal(error.message, "a toy broke");
    be_outcome_finish(&outcome);
    be_spec_finish(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_peer_starts_only_when_it_is_wanted, runner_close),
        cmocka_unit_test_teardown(what_it_cannot_do_here_is_unavailable_with_the_reason,
                                  runner_close),
        cmocka_unit_test_teardown(a_program_that_is_not_there_is_a_reason_too, runner_close),
        cmocka_unit_test_teardown(a_file_that_is_wrong_is_named, runner_close),
        cmocka_unit_test_teardown(a_folder_that_is_not_there_holds_no_peers, runner_close),
        cmocka_unit_test_teardown(a_spec_goes_to_the_program_that_has_its_executor, runner_close),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
