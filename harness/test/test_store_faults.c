/*
 * The store when the system fails it: killed before, or in the middle of, each write and unlink of
 * one commit; a full disk and a failing one at each of them.
 */
#include "store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/wait.h>

enum fault { FAULT_NONE, FAULT_KILL, FAULT_KILL_HALFWAY, FAULT_FULL, FAULT_BROKEN };

typedef ssize_t write_function(int fd, const void *data, size_t bytes, off_t offset);
typedef int unlink_function(const char *path);

/* The one place that SQLite's calls can reach: what goes wrong, and in how many calls. */
static struct {
    enum fault fault;
    int calls_left;
    write_function *write;
    unlink_function *unlink;
} disk;

/* Whether this call is the one that goes wrong. */
static bool disk_fails(void)
{
    if (disk.fault == FAULT_NONE || --disk.calls_left > 0) {
        return false;
    }
    errno = disk.fault == FAULT_FULL ? ENOSPC : EIO;
    return true;
}

static void disk_kill(void)
{
    if (disk.fault == FAULT_KILL || disk.fault == FAULT_KILL_HALFWAY) {
        raise(SIGKILL);
    }
}

static ssize_t disk_write(int fd, const void *data, size_t bytes, off_t offset)
{
    if (!disk_fails()) {
        return disk.write(fd, data, bytes, offset);
    }
    if (disk.fault == FAULT_KILL_HALFWAY) {
        disk.write(fd, data, bytes / 2, offset);
    }
    disk_kill();
    return -1;
}

static int disk_unlink(const char *path)
{
    if (!disk_fails()) {
        return disk.unlink(path);
    }
    disk_kill();
    return -1;
}

static int disk_setup(void **state)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    /* This is what SQLite offers the hook for; the names are those of its own calls. */
    disk.write = (write_function *)vfs->xGetSystemCall(vfs, "pwrite64");
    disk.unlink = (unlink_function *)vfs->xGetSystemCall(vfs, "unlink");
    assert_non_null(disk.write);
    assert_non_null(disk.unlink);
    vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)disk_write);
    vfs->xSetSystemCall(vfs, "unlink", (sqlite3_syscall_ptr)disk_unlink);
    return fixture_setup(state);
}

static int disk_teardown(void **state)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    vfs->xSetSystemCall(vfs, NULL, NULL);
    return fixture_teardown(state);
}

/* Loads run 1 and holds it against samples 1 .. count, or one more where `may_have_more`. */
static void assert_samples(const char *path, size_t count, bool may_have_more)
{
    struct be_store *store = NULL;
    struct be_run run = {0};

    ASSERT_OK(be_store_open(path, BE_STORE_READ, &store, &error));
    ASSERT_OK(be_store_load_run(store, 1, BE_STORE_RECORDS, &run, &error));
    assert_in_range(run.sample_count, count, count + may_have_more);
    for (size_t i = 0; i < run.sample_count; i++) {
        assert_int_equal(run.samples[i].wall_ns, i + 1);
    }
    be_run_finish(&run);
    be_store_close(store);
}

/* Adds sample 3 in a child that is killed in its n-th call; false when there is no n-th. */
static bool child_add(const char *path, enum fault fault, int n)
{
    int how = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct be_store *store = NULL;
        if (be_store_open(path, BE_STORE_WRITE, &store, NULL) != BE_OK) {
            _exit(1);
        }
        disk.fault = fault;
        disk.calls_left = n;
        _exit(fixture_add(store, 1, 3, NULL) == BE_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    if (WIFSIGNALED(how)) {
        return true;
    }
    assert_int_equal(WEXITSTATUS(how), 0);
    return false;
}

static void kill_at_each_call(const char *path, enum fault fault)
{
    int n = 1;

    for (;; n++) {
        unlink(path);
        fixture_database(path, 2);
        if (!child_add(path, fault, n)) {
            break;
        }
        assert_samples(path, 2, true);
    }
    assert_samples(path, 3, false);
    /* A commit that writes fewer times than this is none, and the test would show nothing. */
    assert_true(n > 5);
}

static void test_killed_before_each_call_of_a_commit(void **state)
{
    const struct fixture *fixture = *state;
    kill_at_each_call(fixture->path, FAULT_KILL);
}

static void test_killed_halfway_through_each_write_of_a_commit(void **state)
{
    const struct fixture *fixture = *state;
    kill_at_each_call(fixture->path, FAULT_KILL_HALFWAY);
}

/* Fails the n-th call of one add; the sample is refused whole and the next one is kept. */
static void fail_at_each_call(const char *path, enum fault fault)
{
    struct be_store *store = NULL;
    enum be_status status = BE_EIO;
    int n = 1;

    fixture_database(path, 2);
    ASSERT_OK(be_store_open(path, BE_STORE_WRITE, &store, &error));
    for (; status != BE_OK; n++) {
        disk.fault = fault;
        disk.calls_left = n;
        status = fixture_add(store, 1, 3, NULL);
        disk.fault = FAULT_NONE;
        if (status != BE_OK) {
            assert_int_equal(status, BE_EIO);
            assert_samples(path, 2, false);
        }
    }
    ASSERT_OK(fixture_add(store, 1, 4, &error));
    be_store_close(store);
    assert_samples(path, 4, false);
    assert_true(n > 5);
}

static void test_full_disk_keeps_what_is_stored(void **state)
{
    const struct fixture *fixture = *state;
    fail_at_each_call(fixture->path, FAULT_FULL);
}

static void test_broken_disk_keeps_what_is_stored(void **state)
{
    const struct fixture *fixture = *state;
    fail_at_each_call(fixture->path, FAULT_BROKEN);
}

static void test_full_disk_is_called_that(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    struct be_error error = {0};

    fixture_database(fixture->path, 2);
    assert_int_equal(be_store_open(fixture->path, BE_STORE_WRITE, &store, NULL), BE_OK);
    disk.fault = FAULT_FULL;
    disk.calls_left = 1;
    assert_int_equal(fixture_add(store, 1, 3, &error), BE_EIO);
    disk.fault = FAULT_NONE;
    assert_non_null(strstr(error.message, "disk is full"));
    assert_non_null(strstr(error.message, fixture->path));
    be_store_close(store);
}

static void test_removed_database_is_called_that(void **state)
{
    const struct fixture *fixture = *state;
    struct be_store *store = NULL;
    struct be_error error = {0};

    fixture_database(fixture->path, 2);
    assert_int_equal(be_store_open(fixture->path, BE_STORE_WRITE, &store, NULL), BE_OK);
    assert_int_equal(remove(fixture->path), 0);
    assert_int_equal(fixture_add(store, 1, 3, &error), BE_EIO);
    assert_non_null(strstr(error.message, "moved or removed"));
    be_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, disk_setup, disk_teardown)
        DISK_TEST(test_killed_before_each_call_of_a_commit),
        DISK_TEST(test_killed_halfway_through_each_write_of_a_commit),
        DISK_TEST(test_full_disk_keeps_what_is_stored),
        DISK_TEST(test_broken_disk_keeps_what_is_stored),
        DISK_TEST(test_full_disk_is_called_that),
        DISK_TEST(test_removed_database_is_called_that),
    };
    return cmocka_run_group_tests_name("store_faults", tests, NULL, NULL);
}
