#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/io.h"

static char folder[] = "/tmp/breakeven-test-XXXXXX";
static char path[64];

static int folder_make(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/file", folder);
    return 0;
}

/* Also shows that nothing is left beside the file: rmdir would fail. */
static int folder_remove(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void check_file(const char *expected)
{
    char *text = NULL;
    size_t bytes = 0;

    assert_int_equal(be_io_read_file(path, 1000, &text, &bytes, NULL), BE_OK);
    assert_int_equal(bytes, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void a_file_is_replaced_whole(void **state)
{
    struct stat info;
    (void)state;

    assert_int_equal(be_io_write_file(path, "old text", 8, NULL), BE_OK);
    check_file("old text");
    assert_int_equal(be_io_write_file(path, "new", 3, NULL), BE_OK);
    check_file("new");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0644);
    assert_int_equal(be_io_write_file(path, NULL, 0, NULL), BE_OK);
    check_file("");
}

static int child_run(int (*work)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(work());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A limit on file sizes fails a write in the middle, as a full disk does. */
static int child_writes_too_much(void)
{
    static char large[100000];
    struct rlimit limit = {5000, 5000};
    struct be_error error = {BE_OK, ""};

    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) < 0) {
        return 1;
    }
    return be_io_write_file(path, large, sizeof(large), &error) == BE_EIO &&
                   strstr(error.message, strerror(EFBIG))
               ? 0
               : 2;
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;

    assert_int_equal(be_io_write_file(path, "old text", 8, NULL), BE_OK);
    assert_int_equal(child_run(child_writes_too_much), 0);
    check_file("old text");
}

static void a_file_that_cannot_be_replaced_leaves_nothing(void **state)
{
    char inner[96];
    struct be_error error;
    (void)state;

    snprintf(inner, sizeof(inner), "%s/folder", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_int_equal(be_io_write_file(inner, "text", 4, &error), BE_EIO);
    assert_non_null(strstr(error.message, inner));
    assert_int_equal(rmdir(inner), 0);
    snprintf(inner, sizeof(inner), "%s/no-folder/file", folder);
    assert_int_equal(be_io_write_file(inner, "text", 4, &error), BE_EIO);
    assert_non_null(strstr(error.message, inner));
}

static void reading_keeps_its_limits(void **state)
{
    char *text = NULL;
    size_t bytes = 77;
    struct be_error error;
    (void)state;

    assert_int_equal(be_io_write_file(path, "12345", 5, NULL), BE_OK);
    assert_int_equal(be_io_read_file(path, 4, &text, &bytes, &error), BE_EINPUT);
    assert_non_null(strstr(error.message, "larger than 4"));
    assert_int_equal(be_io_read_file("/nonexistent", 100, &text, &bytes, &error), BE_ENOTFOUND);
    assert_non_null(strstr(error.message, "'/nonexistent'"));
    assert_null(text);
    assert_int_equal(bytes, 77);
    assert_int_equal(be_io_read_file(path, 5, &text, &bytes, &error), BE_OK);
    assert_int_equal(bytes, 5);
    free(text);
}

/* A FIFO that nobody writes to must not be waited for, nor a device be renamed away. */
static void only_plain_files_are_read_and_replaced(void **state)
{
    char fifo[96];
    char link[96];
    const char *const others[] = {folder, fifo, "/dev/zero", "/dev/null"};
    char *text = NULL;
    size_t bytes = 0;
    struct be_error error;
    struct stat info;
    (void)state;

    snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(be_io_read_file(others[i], 1 << 20, &text, &bytes, &error), BE_EINPUT);
        assert_non_null(strstr(error.message, others[i]));
    }
    snprintf(link, sizeof(link), "%s/link", folder);
    assert_int_equal(symlink("/dev/null", link), 0);
    assert_int_equal(be_io_write_file(link, "text", 4, &error), BE_EIO);
    assert_int_equal(be_io_write_file(fifo, "text", 4, &error), BE_EIO);
    assert_non_null(strstr(error.message, fifo));
    assert_true(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    assert_true(lstat(fifo, &info) == 0 && S_ISFIFO(info.st_mode));
    unlink(link);
    unlink(fifo);
}

static void a_nul_is_not_text(void **state)
{
    char *text = NULL;
    size_t bytes = 0;
    struct be_error error;
    (void)state;

    assert_int_equal(be_io_write_file(path, "12\00045", 5, NULL), BE_OK);
    assert_int_equal(be_io_read_file(path, 100, &text, &bytes, &error), BE_EINPUT);
    assert_non_null(strstr(error.message, "NUL"));
    assert_null(text);
}

static void a_large_file_comes_back_unchanged(void **state)
{
    size_t length = 300001;
    char *large = malloc(length);
    char *text = NULL;
    size_t bytes = 0;
    (void)state;

    assert_non_null(large);
    for (size_t i = 0; i < length; i++) {
        large[i] = (char)('a' + i % 23);
    }
    assert_int_equal(be_io_write_file(path, large, length, NULL), BE_OK);
    assert_int_equal(be_io_read_file(path, length, &text, &bytes, NULL), BE_OK);
    assert_int_equal(bytes, length);
    assert_memory_equal(text, large, length);
    assert_int_equal(text[length], '\0');
    free(text);
    free(large);
}

/* A pipe takes 64 KiB at once, so writing more takes several writes while the child reads. */
static void writing_goes_on_after_short_writes(void **state)
{
    static char large[1000000];
    int ends[2];
    int status = 0;
    (void)state;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        size_t total = 0;
        ssize_t n = 0;
        close(ends[1]);
        while ((n = be_io_read_some(ends[0], large, sizeof(large))) > 0) {
            total += (size_t)n;
        }
        _exit(n == 0 && total == sizeof(large) ? 0 : 1);
    }
    close(ends[0]);
    assert_int_equal(be_io_write_all(ends[1], large, sizeof(large), NULL), BE_OK);
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_broken_pipe_is_an_error(void **state)
{
    int ends[2];
    struct be_error error;
    (void)state;

    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    assert_int_equal(be_io_write_all(ends[1], "text", 4, &error), BE_EIO);
    assert_non_null(strstr(error.message, strerror(EPIPE)));
    close(ends[1]);
}

static void an_empty_pipe_does_not_block(void **state)
{
    int ends[2];
    char byte;
    struct be_error error;
    (void)state;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(be_io_set_nonblock(ends[0], NULL), BE_OK);
    assert_int_equal(be_io_read_some(ends[0], &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    close(ends[1]);
    assert_int_equal(be_io_read_some(ends[0], &byte, 1), 0);
    close(ends[0]);
    assert_int_equal(be_io_set_nonblock(ends[0], &error), BE_ESYSTEM);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Whether 40 .. 43, all open before, are open after closing from 41 on but `keep`. */
static bool closing_leaves(const int keep[2], const bool expected[4])
{
    bool as_expected = true;

    for (int i = 0; i < 4; i++) {
        dup2(0, 40 + i);
    }
    be_io_close_from(41, keep);
    for (int i = 0; i < 4; i++) {
        as_expected = as_expected && is_open(40 + i) == expected[i];
    }
    return as_expected;
}

static int child_closes_all(void)
{
    static const struct {
        int keep[2];
        bool left[4];
    } cases[] = {
        {{-1, -1}, {true, false, false, false}}, {{42, -1}, {true, false, true, false}},
        {{-1, 41}, {true, true, false, false}},  {{43, 41}, {true, true, false, true}},
        {{42, 42}, {true, false, true, false}},  {{40, 42}, {true, false, true, false}},
    };
    int wrong = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        wrong += !closing_leaves(cases[i].keep, cases[i].left);
    }
    return wrong + !is_open(0);
}

static void closing_keeps_what_it_is_told_to(void **state)
{
    (void)state;
    assert_int_equal(child_run(child_closes_all), 0);
}

static void folders_are_made_with_their_parents(void **state)
{
    char deep[96];
    char file[96];
    struct stat info;
    struct be_error error;
    (void)state;

    snprintf(deep, sizeof(deep), "%s/a//b/c/", folder);
    assert_int_equal(be_io_make_folder(deep, NULL), BE_OK);
    assert_int_equal(be_io_make_folder(deep, NULL), BE_OK);
    assert_int_equal(stat(deep, &info), 0);
    assert_true(S_ISDIR(info.st_mode));

    snprintf(file, sizeof(file), "%s/a/b/c/file", folder);
    assert_int_equal(be_io_write_file(file, "x", 1, NULL), BE_OK);
    assert_int_equal(be_io_make_folder(file, &error), BE_EIO);
    assert_non_null(strstr(error.message, file));
    snprintf(deep, sizeof(deep), "%s/a/b/c/file/more", folder);
    assert_int_equal(be_io_make_folder(deep, &error), BE_EIO);
    unlink(file);
    for (int i = 0; i < 3; i++) {
        static const char *const inner[] = {"a/b/c", "a/b", "a"};
        snprintf(deep, sizeof(deep), "%s/%s", folder, inner[i]);
        assert_int_equal(rmdir(deep), 0);
    }
}

static void a_buffer_grows_and_stays_text(void **state)
{
    struct be_buffer buffer = {0};
    (void)state;

    assert_string_equal(be_buffer_text(&buffer), "");
    be_buffer_append(&buffer, NULL, 0);
    assert_string_equal(be_buffer_text(&buffer), "");
    for (int i = 0; i < 1000; i++) {
        be_buffer_puts(&buffer, "ab");
        be_buffer_printf(&buffer, "%d", i % 10);
        assert_int_equal(buffer.length, 3 * ((size_t)i + 1));
        assert_int_equal(strlen(be_buffer_text(&buffer)), buffer.length);
    }
    assert_memory_equal(be_buffer_text(&buffer), "ab0ab1ab2", 9);
    assert_int_equal(be_buffer_check(&buffer, NULL), BE_OK);
    be_buffer_finish(&buffer);
    assert_string_equal(be_buffer_text(&buffer), "");
}

static void a_buffer_without_memory_says_so_once_asked(void **state)
{
    struct be_buffer buffer = {0};
    struct be_error error;
    (void)state;

    be_buffer_puts(&buffer, "before");
    buffer.failed = true;
    be_buffer_puts(&buffer, " after");
    assert_string_equal(be_buffer_text(&buffer), "before");
    assert_null(be_buffer_reserve(&buffer, 1));
    assert_int_equal(be_buffer_check(&buffer, &error), BE_ENOMEM);
    be_buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(a_file_that_cannot_be_replaced_leaves_nothing),
        cmocka_unit_test(reading_keeps_its_limits),
        cmocka_unit_test(only_plain_files_are_read_and_replaced),
        cmocka_unit_test(a_nul_is_not_text),
        cmocka_unit_test(a_large_file_comes_back_unchanged),
        cmocka_unit_test(writing_goes_on_after_short_writes),
        cmocka_unit_test(a_broken_pipe_is_an_error),
        cmocka_unit_test(an_empty_pipe_does_not_block),
        cmocka_unit_test(closing_keeps_what_it_is_told_to),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(a_buffer_grows_and_stays_text),
        cmocka_unit_test(a_buffer_without_memory_says_so_once_asked),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
