/* The store on files that are damaged, are no database, or want to do harm. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/wait.h>

#include "core/io.h"
#include "core/rng.h"

enum { SAMPLES = 20 };

/* Runs SQL on the file as another program would. */
static void sql_run(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    sqlite3_close(db);
}

static void file_write(const char *path, const void *data, size_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    ASSERT_OK(be_io_write_all(fd, data, bytes, &error));
    close(fd);
}

/* The bytes of a database of one run; the caller frees them. */
static unsigned char *database_bytes(const char *path, size_t *bytes)
{
    struct stat file;
    FILE *stream = NULL;

    fixture_database(path, SAMPLES);
    assert_int_equal(stat(path, &file), 0);
    *bytes = (size_t)file.st_size;
    unsigned char *data = malloc(*bytes);
    assert_non_null(data);
    stream = fopen(path, "re");
    assert_non_null(stream);
    assert_int_equal(fread(data, 1, *bytes, stream), *bytes);
    fclose(stream);
    return data;
}

/* Opens the file and loads run 1; closed and finished again. *sum: of the samples' wall_ns. */
static enum be_status database_load(const char *path, enum be_store_detail detail, uint64_t *sum,
                                    struct be_error *error)
{
    struct be_store *store = NULL;
    struct be_run run = {0};
    enum be_status status = be_store_open(path, BE_STORE_READ, &store, error);

    if (status == BE_OK) {
        status = be_store_load_run(store, 1, detail, &run, error);
    }
    *sum = 0;
    for (size_t i = 0; status == BE_OK && i < run.sample_count; i++) {
        *sum += run.samples[i].wall_ns;
    }
    be_run_finish(&run);
    be_store_close(store);
    return status;
}

static void test_what_is_no_database_is_refused(void **state)
{
    static const struct {
        const char *name;
        const char *data;
        size_t bytes;
        enum be_status status;
    } cases[] = {
        {"empty", "", 0, BE_ENOTFOUND},
        {"one byte", "S", 1, BE_ECORRUPT},
        {"text", "workload,executor,workers\ngcd-trial,serial,1\n", 44, BE_ECORRUPT},
        {"magic only", "SQLite format 3", 16, BE_ECORRUPT},
    };
    const struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        uint64_t sum = 0;
        file_write(fixture->path, cases[i].data, cases[i].bytes);
        enum be_status status = database_load(fixture->path, BE_STORE_RECORDS, &sum, &error);
        if (status != cases[i].status || !strstr(error.message, fixture->path)) {
            fail_msg("%s: %s: %s", cases[i].name, be_status_name(status), error.message);
        }
    }
}

static void test_only_a_plain_file_is_opened(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    char link[FIXTURE_PATH_BYTES + 16];

    snprintf(link, sizeof(link), "%s/link.db", fixture->folder);
    fixture_database(fixture->path, 1);
    assert_int_equal(symlink(fixture->path, link), 0);
    assert_int_equal(be_store_open(link, BE_STORE_READ, &store, NULL), BE_EINPUT);
    assert_int_equal(be_store_open(link, BE_STORE_WRITE, &store, NULL), BE_EINPUT);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkfifo(link, 0600), 0);
    assert_int_equal(be_store_open(link, BE_STORE_READ, &store, NULL), BE_EINPUT);
    assert_int_equal(be_store_open(fixture->folder, BE_STORE_READ, &store, NULL), BE_EINPUT);
}

static void test_database_of_others_is_refused(void **state)
{
    static const struct {
        const char *sql;
        enum be_status status;
        const char *says;
    } cases[] = {
        {"PRAGMA user_version = 4", BE_EINCOMPARABLE, "newer breakeven: schema 4"},
        {"PRAGMA user_version = 2", BE_EINCOMPARABLE, "older breakeven: schema 2"},
        {"PRAGMA application_id = 1", BE_ECORRUPT, "another program"},
        {"CREATE TABLE more (x)", BE_ECORRUPT, "not those"},
        {"CREATE TRIGGER t AFTER INSERT ON sample BEGIN DELETE FROM run; END", BE_ECORRUPT,
         "not those"},
        {"DROP TABLE transcript; CREATE VIEW transcript AS SELECT 1 AS sample", BE_ECORRUPT,
         "not those"},
        {"DROP INDEX sample_of_run", BE_ECORRUPT, "not those"},
        {"ALTER TABLE run ADD COLUMN more TEXT", BE_ECORRUPT, "not those"},
    };
    const struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        struct be_store *store = NULL;
        unlink(fixture->path);
        fixture_database(fixture->path, 1);
        sql_run(fixture->path, cases[i].sql);
        enum be_status status = be_store_open(fixture->path, BE_STORE_WRITE, &store, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].says)) {
            fail_msg("%s: %s: %s", cases[i].sql, be_status_name(status), error.message);
        }
    }
}

/* What is done to a database, and what must be said of it. */
static const struct {
    const char *sql;
    const char *says;
} impossible[] = {
    {"UPDATE run SET status = 'sleeping'", "run 1"},
    {"UPDATE run SET seed = '-1'", "run 1"},
    {"UPDATE run SET rounds = -1", "run 1"},
    {"UPDATE run SET plan = CAST(x'610062' AS TEXT)", "run 1"},
    {"UPDATE configuration SET role = 'king' WHERE position = 1", "configuration 1"},
    {"UPDATE configuration SET params = '[]' WHERE position = 1", "configuration 1"},
    {"UPDATE configuration SET params = '{' WHERE position = 1", "configuration 1"},
    {"UPDATE configuration SET params = replace(params, '\"2\"', '\"3\"')", "configuration 0"},
    {"UPDATE configuration SET id = 'x' WHERE position = 1", "configuration 1"},
    {"UPDATE configuration SET bound_best = -1 WHERE position = 1", "configuration 1"},
    {"UPDATE configuration SET position = 5 WHERE position = 1", "configuration 1"},
    {"UPDATE sample SET state = '' WHERE id = 2", "sample 2"},
    {"UPDATE sample SET configuration = 2 WHERE id = 2", "sample 2"},
    {"UPDATE sample SET elapsed_ns = -1 WHERE id = 2", "sample 2"},
    {"UPDATE sample SET wall_ns = 3 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET wall_ns = NULL WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET cpu_ns = 1 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET round = 6 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET state = 'suspect' WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET reason = 'x' WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET latency_p50_ns = 3 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET latency_p50_ns = NULL WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET latency_p50_ns = 9e999 WHERE id = 2", "sample 2"},
    {"UPDATE sample SET pass_drift = 1.25 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET transcript_hash = 1 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE sample SET position = 2 WHERE id = 2", "sample 2: one before it is missing"},
    {"DELETE FROM counter_sum WHERE sample = 1; DELETE FROM transcript WHERE sample = 1;"
     "DELETE FROM sample WHERE id = 1",
     "sample 2: one before it is missing"},
    {"UPDATE sample SET hash = 1 WHERE id = 2", "sample 2: its figures"},
    {"UPDATE counter_sum SET value = 5 WHERE sample = 2", "sample 2: its figures"},
    {"UPDATE counter_sum SET share = .5 WHERE sample = 2", "sample 2: its figures"},
    {"UPDATE counter_sum SET event = 2 WHERE sample = 2 AND event = 1", "counter of sample 2"},
    {"DELETE FROM counter_sum WHERE sample = 2 AND event = 1", "sample 2: its figures"},
    {"UPDATE counter_sum SET sample = 7 WHERE sample = 2 AND event = 1", "sample 2"},
    {"UPDATE counter_sum SET sample = 7 WHERE sample = 1", "sample 1"},
    {"INSERT INTO counter_sum VALUES (1, 7, 1, 1, NULL)", "sample 7: it has counters"},
    {"UPDATE event SET name = 'papi:PAPI_TOT_CYC' WHERE position = 1", "sample 1: its figures"},
    {"UPDATE event SET state = 'counted' WHERE position = 1", "sample 1: its figures"},
    {"UPDATE event SET state = 'guessed' WHERE position = 1", "event 1"},
    {"UPDATE event SET name = printf('%.99c', 'x') WHERE position = 1", "event 1"},
    {"UPDATE event SET position = 4 WHERE position = 1", "event 1"},
};

static void test_value_that_cannot_be_is_named(void **state)
{
    const struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        struct be_error error = {0};
        uint64_t sum = 0;
        unlink(fixture->path);
        fixture_database(fixture->path, 2);
        sql_run(fixture->path, impossible[i].sql);
        enum be_status status = database_load(fixture->path, BE_STORE_VALUES, &sum, &error);
        if (status != BE_ECORRUPT || !strstr(error.message, impossible[i].says) ||
            !strstr(error.message, fixture->path)) {
            fail_msg("%s: %s: %s", impossible[i].sql, be_status_name(status), error.message);
        }
    }
}

/* Of three samples 1 and 3 are of one configuration, so that figures come without what 1 said. */
static void test_transcript_is_checked_where_it_is_read(void **state)
{
    static const struct {
        const char *sql;
        const char *says;
    } cases[] = {
        {"DELETE FROM transcript WHERE sample = 1", "sample 1: what the runner said is missing"},
        {"UPDATE transcript SET lines = replace(lines, '2', '3') WHERE sample = 1",
         "sample 1: what the runner said has changed"},
        {"UPDATE transcript SET sample = 9 WHERE sample = 1",
         "sample 1: what the runner said is missing"},
    };
    const struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct be_error error = {0};
        uint64_t sum = 0;
        unlink(fixture->path);
        fixture_database(fixture->path, 3);
        sql_run(fixture->path, cases[i].sql);
        assert_int_equal(database_load(fixture->path, BE_STORE_VALUES, &sum, &error), BE_OK);
        assert_int_equal(sum, 1 + 2 + 3);
        enum be_status status = database_load(fixture->path, BE_STORE_RECORDS, &sum, &error);
        if (status != BE_ECORRUPT || !strstr(error.message, cases[i].says)) {
            fail_msg("%s: %s: %s", cases[i].sql, be_status_name(status), error.message);
        }
    }
}

static void test_every_truncation_is_found(void **state)
{
    const struct fixture *fixture = *state;
    struct be_rng rng;
    size_t bytes = 0;
    unsigned char *data = database_bytes(fixture->path, &bytes);

    be_rng_init(&rng, 1);
    for (size_t length = 1; length < bytes; length += 1 + be_rng_below(&rng, bytes / 64)) {
        struct be_error error = {0};
        uint64_t sum = 0;
        file_write(fixture->path, data, length);
        enum be_status status = database_load(fixture->path, BE_STORE_RECORDS, &sum, &error);
        if (status != BE_ECORRUPT || !strstr(error.message, fixture->path)) {
            fail_msg("%zu of %zu bytes: %s: %s", length, bytes, be_status_name(status),
                     error.message);
        }
    }
    free(data);
}

/* Flips one bit; the file must be refused, or give what was stored. Returns whether refused. */
static bool bit_flip(const char *path, unsigned char *data, size_t bytes, size_t bit)
{
    struct be_error error = {0};
    uint64_t sum = 0;

    data[bit / 8] ^= (unsigned char)(1U << (bit % 8));
    file_write(path, data, bytes);
    data[bit / 8] ^= (unsigned char)(1U << (bit % 8));
    enum be_status status = database_load(path, BE_STORE_RECORDS, &sum, &error);
    bool refused = status == BE_ECORRUPT || status == BE_EINCOMPARABLE;
    bool unharmed = status == BE_OK && sum == SAMPLES * (SAMPLES + 1) / 2;
    if (!refused && !unharmed) {
        fail_msg("bit %zu: %s: %s", bit, be_status_name(status), error.message);
    }
    return refused;
}

static void test_flipped_bit_is_found_or_harmless(void **state)
{
    enum { HEADER_BYTES = 100, FLIPS = 400 };
    const struct fixture *fixture = *state;
    struct be_rng rng;
    size_t bytes = 0;
    size_t refused = 0;
    unsigned char *data = database_bytes(fixture->path, &bytes);

    be_rng_init(&rng, 2);
    for (size_t byte = 0; byte < HEADER_BYTES; byte++) {
        refused += bit_flip(fixture->path, data, bytes, 8 * byte + be_rng_below(&rng, 8));
    }
    /* The magic text alone is 16 bytes, each of which must be seen. */
    assert_true(refused >= 16);
    for (int i = 0; i < FLIPS; i++) {
        bit_flip(fixture->path, data, bytes, be_rng_below(&rng, 8 * bytes));
    }
    free(data);
}

/* Starts a process that holds the database until its stdin, the descriptor returned, is closed. */
static pid_t holder_start(const char *path, int *leash)
{
    int ready[2];
    int hold[2];
    char byte = 0;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(hold[1]);
        sqlite3 *db = NULL;
        sqlite3_open(path, &db);
        sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
        be_io_write_some(ready[1], "r", 1);
        be_io_read_some(hold[0], &byte, 1);
        _exit(0);
    }
    close(hold[0]);
    close(ready[1]);
    assert_int_equal(be_io_read_some(ready[0], &byte, 1), 1);
    close(ready[0]);
    *leash = hold[1];
    return pid;
}

static void test_busy_database_names_its_holder(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    struct be_error error = {0};
    char holder[32];
    int leash = -1;

    fixture_database(fixture->path, 1);
    assert_int_equal(be_store_open(fixture->path, BE_STORE_WRITE, &store, NULL), BE_OK);
    pid_t pid = holder_start(fixture->path, &leash);
    assert_int_equal(fixture_add(store, 1, 2, &error), BE_EIO);
    snprintf(holder, sizeof(holder), "process %d (", pid);
    /* A kernel that hides /proc/locks leaves the holder without a name. */
    if (!strstr(error.message, holder) && !strstr(error.message, "another process")) {
        fail_msg("%s", error.message);
    }
    close(leash);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(fixture_add(store, 1, 2, NULL), BE_OK);
    be_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        STORE_TEST(test_what_is_no_database_is_refused),
        STORE_TEST(test_only_a_plain_file_is_opened),
        STORE_TEST(test_database_of_others_is_refused),
        STORE_TEST(test_value_that_cannot_be_is_named),
        STORE_TEST(test_transcript_is_checked_where_it_is_read),
        STORE_TEST(test_every_truncation_is_found),
        STORE_TEST(test_flipped_bit_is_found_or_harmless),
        STORE_TEST(test_busy_database_names_its_holder),
    };
    return cmocka_run_group_tests_name("store_damage", tests, NULL, NULL);
}
