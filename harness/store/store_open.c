/* Opens a database: finds or makes the file, and takes no order from it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/io.h"
#include "store/store.h"
#include "store/store_query.h"

/*
 * The path with its folders' links followed, so that SQLITE_OPEN_NOFOLLOW refuses a link in the
 * last place only: /home may be one.
 */
static enum be_status path_resolve(const char *path, enum be_store_mode mode,
                                   char resolved[PATH_MAX], struct be_error *error)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    enum be_status status = BE_OK;

    if (strlen(path) >= sizeof(folder) || name[0] == '\0') {
        return be_error_set(error, BE_EINVAL, "'%s' cannot name a database file", path);
    }
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    if (mode == BE_STORE_WRITE && access(folder, F_OK) < 0) {
        status = be_io_make_folder(folder, error);
    }
    if (status != BE_OK) {
        return status;
    }
    if (!realpath(folder, resolved)) {
        status = errno == ENOENT ? BE_ENOTFOUND : BE_EIO;
        return be_error_errno(error, status, "no database '%s'", path);
    }
    size_t used = strlen(resolved);
    if (used + 1 + strlen(name) >= PATH_MAX) {
        return be_error_set(error, BE_EINVAL, "path too long: '%s'", path);
    }
    snprintf(resolved + used, PATH_MAX - used, "/%s", name);
    return BE_OK;
}

/* Makes the file empty and private, so that SQLite, which copies its mode, need not. */
static enum be_status file_make(const char *path, struct be_error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0 && errno != EEXIST) {
        return be_error_errno(error, BE_EIO, "cannot make the database '%s'", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return BE_OK;
}

static enum be_status file_prepare(const char *path, enum be_store_mode mode, uint64_t *bytes,
                                   struct be_error *error)
{
    struct stat file;

    if (lstat(path, &file) < 0) {
        if (errno != ENOENT) {
            return be_error_errno(error, BE_EIO, "cannot open the database '%s'", path);
        }
        if (mode == BE_STORE_READ) {
            return be_error_set(error, BE_ENOTFOUND, "no database '%s': nothing was stored yet",
                                path);
        }
        *bytes = 0;
        return file_make(path, error);
    }
    if (!S_ISREG(file.st_mode)) {
        return be_error_set(error, BE_EINPUT,
                            "'%s' is no plain file; a database is never opened through a link",
                            path);
    }
    /* SQLite takes a file of one byte for an empty one, and would write over it. */
    if (file.st_size == 1) {
        return be_error_set(error, BE_ECORRUPT, "'%s' is not a database", path);
    }
    *bytes = (uint64_t)file.st_size;
    return BE_OK;
}

/* SQLite's advice for files from outside ("Defense Against The Dark Arts"), and no SQL but ours. */
static void connection_harden(sqlite3 *db)
{
    static const struct {
        int option;
        int value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        sqlite3_db_config(db, options[i].option, options[i].value, NULL);
    }
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, BE_STORE_TEXT_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 65536);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BE_STORE_BUSY_MS);
}

static enum be_status connection_open(struct be_store *store, const char *path,
                                      enum be_store_mode mode, struct be_error *error)
{
    /*
     * Reading may have to undo what a killed writer left half done, so it opens for writing too. A
     * store has one owner at a time: without a mutex, a tenth less to load.
     */
    int code = sqlite3_open_v2(path, &store->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                                   SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX,
                               NULL);

    if (!store->db) {
        return be_error_set(error, BE_ENOMEM, "out of memory opening '%s'", path);
    }
    if (code != SQLITE_OK) {
        return be_store_fail(store, "cannot open the database", error);
    }
    connection_harden(store->db);
    if (mode == BE_STORE_WRITE && sqlite3_db_readonly(store->db, "main")) {
        return be_error_set(error, BE_EIO, "'%s' is read-only: --db FILE names another", path);
    }
    /*
     * EXTRA is FULL that also syncs the folder once the journal is gone: without that a power cut
     * could bring the journal back, and with it take the last sample away.
     */
    return be_store_execute(store,
                            "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                            "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;",
                            "cannot open the database", error);
}

enum be_status be_store_open(const char *path, enum be_store_mode mode, struct be_store **store,
                             struct be_error *error)
{
    char resolved[PATH_MAX];
    uint64_t bytes = 0;
    enum be_status status = path_resolve(path, mode, resolved, error);

    if (status == BE_OK) {
        status = file_prepare(resolved, mode, &bytes, error);
    }
    if (status != BE_OK) {
        return status;
    }
    struct be_store *opened = calloc(1, sizeof(*opened));
    if (!opened || !(opened->path = strdup(path))) {
        free(opened);
        return be_error_set(error, BE_ENOMEM, "out of memory opening '%s'", path);
    }
    status = connection_open(opened, resolved, mode, error);
    if (status == BE_OK) {
        status = be_store_check(opened, mode == BE_STORE_WRITE, bytes, error);
    }
    if (status == BE_OK && mode == BE_STORE_READ) {
        status = be_store_execute(opened, "PRAGMA query_only = ON", "cannot open", error);
    }
    if (status != BE_OK) {
        be_store_close(opened);
        return status;
    }
    *store = opened;
    return BE_OK;
}

void be_store_close(struct be_store *store)
{
    if (store) {
        sqlite3_close(store->db);
        free(store->path);
        free(store);
    }
}

const char *be_store_path(const struct be_store *store)
{
    return store->path;
}
