/* The store under SIGKILL at random instants: what was acknowledged is there, whole. */
#include "store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include "core/io.h"
#include "core/rng.h"

/* Making the database takes some 10 ms here and a sample some 2: kills fall into both. */
enum { KILLS = 200, KILL_LATEST_US = 30000, KILL_LATEST_EVER_US = 500000 };

/* Adds samples 1, 2, 3 … and tells of each through `fd` once it is stored; never returns. */
static void writer_run(const char *path, int fd)
{
    struct be_store *store = NULL;
    struct be_run run;

    fixture_run(&run);
    if (be_store_open(path, BE_STORE_WRITE, &store, NULL) != BE_OK ||
        be_store_begin_run(store, &run, NULL) != BE_OK) {
        _exit(1);
    }
    for (uint32_t number = 1; fixture_add(store, run.id, number, NULL) == BE_OK; number++) {
        if (be_io_write_all(fd, &number, sizeof(number), NULL) != BE_OK) {
            break;
        }
    }
    _exit(1);
}

/* Starts a writer, kills it after delay_us, and returns the last sample that it told of. */
static uint32_t writer_kill(const char *path, uint64_t delay_us)
{
    const struct timespec delay = {.tv_nsec = (long)delay_us * 1000};
    uint32_t acknowledged = 0;
    uint32_t number = 0;
    int ends[2];
    int how = 0;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        writer_run(path, ends[1]);
    }
    close(ends[1]);
    nanosleep(&delay, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how));
    while (be_io_read_some(ends[0], &number, sizeof(number)) == sizeof(number)) {
        acknowledged = number;
    }
    close(ends[0]);
    return acknowledged;
}

static void assert_sound(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

/* Every sample that was told of is there, at most one more, in order, and the run goes on. */
static void assert_kept(const char *path, uint32_t acknowledged)
{
    struct be_store *store = NULL;
    struct be_run run = {0};

    ASSERT_OK(be_store_open(path, BE_STORE_WRITE, &store, &error));
    assert_sound(path);
    if (be_store_load_run(store, 1, BE_STORE_RECORDS, &run, NULL) == BE_ENOTFOUND) {
        assert_int_equal(acknowledged, 0);
    } else {
        be_run_finish(&run);
        ASSERT_OK(be_store_load_run(store, 1, BE_STORE_RECORDS, &run, &error));
        assert_in_range(run.sample_count, acknowledged, acknowledged + 1);
        for (size_t i = 0; i < run.sample_count; i++) {
            assert_int_equal(run.samples[i].wall_ns, i + 1);
        }
        ASSERT_OK(fixture_add(store, 1, run.sample_count + 1, &error));
    }
    be_run_finish(&run);
    be_store_close(store);
}

static void test_acknowledged_samples_survive_kills(void **state)
{
    const struct fixture *fixture = *state;
    struct be_rng rng;
    uint64_t latest_us = KILL_LATEST_US;
    uint64_t acknowledged = 0;
    int interrupted = 0;
    char journal[FIXTURE_PATH_BYTES + 32];

    snprintf(journal, sizeof(journal), "%s-journal", fixture->path);
    be_rng_init(&rng, 3);
    for (int i = 0; i < KILLS; i++) {
        unlink(fixture->path);
        unlink(journal);
        uint32_t told = writer_kill(fixture->path, be_rng_below(&rng, latest_us));
        /* A machine that did not come to a sample gets longer. */
        if (told == 0 && latest_us < KILL_LATEST_EVER_US) {
            latest_us += latest_us / 16;
        }
        interrupted += access(journal, F_OK) == 0;
        assert_kept(fixture->path, told);
        acknowledged += told;
    }
    print_message("%d kills: %d inside a transaction, %d samples acknowledged\n", KILLS,
                  interrupted, (int)acknowledged);
    assert_true(acknowledged > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_acknowledged_samples_survive_kills, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests_name("store_kill", tests, NULL, NULL);
}
