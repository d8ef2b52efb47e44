/* Where the database is when nobody says. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/io.h"
#include "store/store.h"

static bool folder_is_checkout(const char *folder)
{
    char path[PATH_MAX];
    struct stat results;
    char *text = NULL;
    size_t bytes = 0;

    int length = snprintf(path, sizeof(path), "%s/results", folder);
    if (length >= (int)sizeof(path) || stat(path, &results) < 0 || !S_ISDIR(results.st_mode)) {
        return false;
    }
    length = snprintf(path, sizeof(path), "%s/CMakeLists.txt", folder);
    if (length >= (int)sizeof(path) || be_io_read_file(path, 65536, &text, &bytes, NULL) != BE_OK) {
        return false;
    }
    bool ours = strstr(text, "project(breakeven") != NULL;
    free(text);
    return ours;
}

/* Cuts the working folder down to the checkout around it; false when there is none. */
static bool checkout_find(char *folder, size_t bytes, bool *here)
{
    if (!getcwd(folder, bytes)) {
        return false;
    }
    for (*here = true; folder[0] == '/'; *here = false) {
        if (folder_is_checkout(folder)) {
            return true;
        }
        *strrchr(folder, '/') = '\0';
    }
    return false;
}

enum be_status be_store_default_path(const char *asked, char **path, struct be_error *error)
{
    struct be_buffer text = {0};
    char folder[PATH_MAX];
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    bool here = false;

    if (asked) {
        be_buffer_puts(&text, asked);
    } else if (checkout_find(folder, sizeof(folder), &here)) {
        be_buffer_printf(&text, "%s%sresults/breakeven.db", here ? "" : folder, here ? "" : "/");
    } else if (state && state[0] == '/') {
        be_buffer_printf(&text, "%s/breakeven/breakeven.db", state);
    } else if (home && home[0] == '/') {
        be_buffer_printf(&text, "%s/.local/state/breakeven/breakeven.db", home);
    } else {
        return be_error_set(error, BE_EUSAGE,
                            "no place for the database: HOME is not set; --db FILE names one");
    }
    enum be_status status = be_buffer_check(&text, error);
    if (status != BE_OK) {
        be_buffer_finish(&text);
        return status;
    }
    *path = text.data;
    return BE_OK;
}
