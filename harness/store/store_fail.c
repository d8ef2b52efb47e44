/* SQLite's errors in words, and who holds a database that stays busy. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_query.h"

enum { LINE_BYTES = 256 };

/*
 * The process that holds a lock of SQLite's on this file, as a line of /proc/locks tells it:
 *   1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 1073741825 1073741825
 * 0 when the line tells of another lock. SQLite locks single bytes from 2^30 on.
 */
static long lock_holder(char *line, ino_t inode)
{
    enum { FIELD_KIND = 1, FIELD_PID = 4, FIELD_FILE = 5, FIELD_START = 6, FIELDS = 7 };
    const char *fields[FIELDS];
    char *rest = NULL;

    for (int i = 0; i < FIELDS; i++) {
        fields[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
        if (!fields[i]) {
            return 0;
        }
    }
    const char *colon = strrchr(fields[FIELD_FILE], ':');
    bool ours = strcmp(fields[FIELD_KIND], "POSIX") == 0 && colon &&
                strtoull(colon + 1, NULL, 10) == inode &&
                strtoull(fields[FIELD_START], NULL, 10) >= UINT64_C(1) << 30;
    long pid = strtol(fields[FIELD_PID], NULL, 10);
    return ours && pid != getpid() ? pid : 0;
}

/*
 * /proc/locks is read instead of asking fcntl, because closing a descriptor that was opened to ask
 * would drop this process's own locks. Returns 0 when nobody is found, as for a holder on another
 * machine.
 */
static long holder_find(ino_t inode)
{
    FILE *locks = fopen("/proc/locks", "re");
    char line[LINE_BYTES];
    long holder = 0;

    while (locks && holder <= 0 && fgets(line, sizeof(line), locks)) {
        holder = lock_holder(line, inode);
    }
    if (locks) {
        fclose(locks);
    }
    return holder;
}

static void holder_name(long pid, char *name, size_t bytes)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
    FILE *comm = fopen(path, "re");
    if (!comm || !fgets(name, (int)bytes, comm)) {
        snprintf(name, bytes, "unknown");
    }
    name[strcspn(name, "\n")] = '\0';
    if (comm) {
        fclose(comm);
    }
}

static enum be_status fail_busy(const struct be_store *store, const char *doing,
                                struct be_error *error)
{
    struct stat file;
    char name[64];
    long pid = stat(store->path, &file) == 0 ? holder_find(file.st_ino) : 0;

    if (pid <= 0) {
        return be_error_set(error, BE_EIO, "%s in '%s': another process held it for over %d s",
                            doing, store->path, BE_STORE_BUSY_MS / 1000);
    }
    holder_name(pid, name, sizeof(name));
    return be_error_set(error, BE_EIO, "%s in '%s': process %ld (%s) held it for over %d s", doing,
                        store->path, pid, name, BE_STORE_BUSY_MS / 1000);
}

enum be_status be_store_fail(const struct be_store *store, const char *doing,
                             struct be_error *error)
{
    int system_errno = sqlite3_system_errno(store->db);

    if (sqlite3_extended_errcode(store->db) == SQLITE_READONLY_DBMOVED) {
        return be_error_set(error, BE_EIO, "%s in '%s': it was moved or removed meanwhile", doing,
                            store->path);
    }
    switch (sqlite3_errcode(store->db) & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_busy(store, doing, error);
    case SQLITE_FULL:
        return be_error_set(error, BE_EIO,
                            "%s in '%s': the disk is full; what was stored before is kept", doing,
                            store->path);
    case SQLITE_NOTADB:
        return be_error_set(error, BE_ECORRUPT, "'%s' is not a database", store->path);
    case SQLITE_CORRUPT:
    /* Every statement here is a fixed one that works on a sound database. */
    case SQLITE_ERROR:
        return be_error_set(error, BE_ECORRUPT, "'%s' is damaged: %s", store->path,
                            sqlite3_errmsg(store->db));
    case SQLITE_NOMEM:
        return be_error_set(error, BE_ENOMEM, "%s in '%s': out of memory", doing, store->path);
    case SQLITE_TOOBIG:
        return be_error_set(error, BE_EINVAL, "%s in '%s': a text is too long", doing, store->path);
    case SQLITE_CONSTRAINT:
        return be_error_set(error, BE_EINTERNAL, "%s in '%s': %s", doing, store->path,
                            sqlite3_errmsg(store->db));
    default:
        return be_error_set(error, BE_EIO, "%s in '%s': %s%s%s", doing, store->path,
                            sqlite3_errmsg(store->db), system_errno ? ", " : "",
                            system_errno ? strerror(system_errno) : "");
    }
}
