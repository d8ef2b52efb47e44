/*
 * A folder that stands in for the root of a machine, with its own /proc and /sys. For tests.
 */
#ifndef BE_TEST_FAKE_ROOT_H
#define BE_TEST_FAKE_ROOT_H

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/io.h"

struct fake_root {
    char path[64];
};

static inline void fake_root_create(struct fake_root *root)
{
    const char *folder = getenv("TMPDIR");
    int bytes = snprintf(root->path, sizeof(root->path), "%s/be-root-XXXXXX",
                         folder && strlen(folder) < 40 ? folder : "/tmp");
    assert_true(bytes < (int)sizeof(root->path));
    assert_non_null(mkdtemp(root->path));
}

/* Writes a file, with the folders that it needs; path starts with '/'. */
static inline void fake_root_put(const struct fake_root *root, const char *path, const char *text)
{
    char full[PATH_MAX];
    struct be_error error = {0};

    snprintf(full, sizeof(full), "%s%s", root->path, path);
    char *name = strrchr(full, '/');
    *name = '\0';
    if (be_io_make_folder(full, &error) != BE_OK) {
        fail_msg("%s", error.message);
    }
    *name = '/';
    FILE *file = fopen(full, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline int fake_root_remove_entry(const char *path, const struct stat *stat, int type,
                                         struct FTW *where)
{
    (void)stat;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void fake_root_remove(const struct fake_root *root)
{
    nftw(root->path, fake_root_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
