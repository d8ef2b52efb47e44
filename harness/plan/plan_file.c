/* Plan files: INI text over the keys of a plan, as hostile as any file from elsewhere. */
#include <dirent.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/io.h"
#include "core/units.h"
#include "plan/axis.h"
#include "plan/key.h"
#include "plan/nearest.h"
#include "plan/plan.h"

enum { FILE_BYTES_MAX = 64 << 10, PUBLISHED_MAX = 64 };

static const char suffix[] = ".ini";

/* A file while inih reads it line by line. */
struct plan_file {
    struct be_plan *plan;
    const char *path;
    const char *rest; /* of the text */
    size_t line;      /* the number of the line that was handed out last */
    struct be_texts seen;
    const char *source_key; /* the key that said what the tasks are; NULL: none so far */
    enum be_status status;
    struct be_error *error;
};

/* Notes the first error, with the line that it is in; 0, which stops inih. */
static int file_fail(struct plan_file *file, enum be_status status, const char *message)
{
    file->status = be_error_set(file->error, status, "%s:%zu: %s", file->path, file->line, message);
    return 0;
}

/* What is wrong with a line before it is parsed, or NULL. `room` is that of inih's buffer. */
static const char *line_fault(const char *line, size_t length, size_t room)
{
    size_t blanks = strspn(line, " \t");

    if (length + 3 > room) { /* "\r\n" and NUL */
        return "a line of more than 197 bytes; many pairs belong in a CSV file";
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < ' ' && c != '\t' && !(c == '\r' && i + 1 == length)) || c == 0x7f) {
            return "a control character";
        }
    }
    if (blanks > 0 && blanks < length && !strchr("#;\r", line[blanks])) {
        return "a blank before the key";
    }
    return NULL;
}

/* inih's fgets. */
static char *file_read_line(char *buffer, int room, void *stream)
{
    struct plan_file *file = stream;
    size_t length = strcspn(file->rest, "\n");

    if (file->status != BE_OK || *file->rest == '\0') {
        return NULL;
    }
    file->line++;
    const char *fault = line_fault(file->rest, length, (size_t)room);
    if (fault) {
        file_fail(file, BE_EINPUT, fault);
        return NULL;
    }
    memcpy(buffer, file->rest, length);
    memcpy(buffer + length, "\n", 2);
    file->rest += length + (file->rest[length] == '\n');
    return buffer;
}

static enum be_status published_add(struct be_plan *plan, const char *executor, uint64_t wall_ns,
                                    struct be_error *error)
{
    if (plan->published_count == PUBLISHED_MAX) {
        return be_error_set(error, BE_EINVAL, "more than %d published figures", PUBLISHED_MAX);
    }
    char *copy = strdup(executor);
    struct be_published *grown =
        realloc(plan->published, (plan->published_count + 1) * sizeof(*grown));
    if (grown) {
        plan->published = grown;
    }
    if (!grown || !copy) {
        free(copy);
        return be_error_set(error, BE_ENOMEM, "out of memory for a plan");
    }
    grown[plan->published_count++] = (struct be_published){copy, wall_ns};
    return BE_OK;
}

/* [published]: where the figures are from, and a duration for each executor. */
static enum be_status published_set(struct be_plan *plan, const char *key, const char *value,
                                    struct be_error *error)
{
    uint64_t wall_ns = 0;
    enum be_status status = be_plan_text_check(key, error);

    if (status == BE_OK && strcmp(key, "source") == 0) {
        status = be_plan_text_check(value, error);
        if (status == BE_OK) {
            free(plan->published_source);
            plan->published_source = strdup(value);
            status =
                plan->published_source ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory");
        }
        return status;
    }
    if (status == BE_OK) {
        status = be_units_parse_duration(value, &wall_ns, error);
    }
    if (status == BE_OK && wall_ns == 0) {
        status = be_error_set(error, BE_EINVAL, "a published time of 0");
    }
    return status == BE_OK ? published_add(plan, key, wall_ns, error) : status;
}

/* The key's section must be this one; a key of no section can only be a row's parameter. */
static enum be_status section_check(const char *section, const char *name, struct be_error *error)
{
    const struct be_plan_key *key = be_plan_key_find(name);
    struct be_nearest nearest = {.word = name};

    if (*section == '\0') {
        return be_error_set(error, BE_EUSAGE, "'%s' stands before any section", name);
    }
    if (strcmp(section, "plan") != 0 && strcmp(section, "axes") != 0 &&
        strcmp(section, "input") != 0) {
        return be_error_set(error, BE_EUSAGE,
                            "no section '[%s]'; there are [plan] [axes] [input] [published]",
                            section);
    }
    if (key && !key->section) {
        return be_error_set(error, BE_EUSAGE, "'%s' is a flag, and no key of plan files", name);
    }
    if (key && strcmp(key->section, section) != 0) {
        return be_error_set(error, BE_EUSAGE, "'%s' belongs in [%s]", name, key->section);
    }
    if (key || strcmp(section, "axes") == 0) {
        return BE_OK;
    }
    for (key = be_plan_keys; key->param.name; key++) {
        if (key->section) {
            be_nearest_offer(&nearest, key->param.name);
        }
    }
    return be_error_set(error, BE_EUSAGE, "[%s] has no key '%s'%s%s%s", section, name,
                        nearest.found ? "; did you mean '" : "", nearest.found ? nearest.found : "",
                        nearest.found ? "'?" : "");
}

/* Each key once, and of the four keys that say what the tasks are one only. */
static enum be_status key_note(struct plan_file *file, const char *section, const char *name,
                               struct be_error *error)
{
    static const char *const sources[] = {"grain", "steps", "pairs", "input"};
    struct be_buffer full_name = {0};
    size_t before = file->seen.count;

    be_buffer_printf(&full_name, "%s/%s", section, name);
    enum be_status status = be_texts_add(&file->seen, be_buffer_text(&full_name), error);
    be_buffer_finish(&full_name);
    if (status == BE_OK && file->seen.count == before) {
        status = be_error_set(error, BE_EINPUT, "'%s' is there twice", name);
    }
    for (size_t i = 0; status == BE_OK && i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(section, "published") == 0 || strcmp(name, sources[i]) != 0) {
            continue;
        }
        if (file->source_key) {
            return be_error_set(error, BE_EUSAGE,
                                "'%s' and '%s' both say what the tasks are; keep one",
                                file->source_key, name);
        }
        file->source_key = sources[i];
    }
    return status;
}

/* Relative, and no component of it is empty, "." or "..". */
static bool path_stays_inside(const char *path)
{
    for (const char *part = path;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strspn(part, ".") >= length)) {
            return false;
        }
        part += length;
        if (*part == '\0') {
            return true;
        }
    }
}

/* A file named in a plan lies in the plan's folder or below; *path is the caller's (free). */
static enum be_status input_locate(const char *plan_path, const char *value, char **path,
                                   struct be_error *error)
{
    const char *slash = strrchr(plan_path, '/');
    struct be_buffer joined = {0};

    if (!path_stays_inside(value)) {
        return be_error_set(error, BE_EINVAL, "input: '%s' is not a file in the folder of the plan",
                            value);
    }
    be_buffer_append(&joined, plan_path, slash ? (size_t)(slash - plan_path) + 1 : 0);
    be_buffer_puts(&joined, value);
    enum be_status status = be_buffer_check(&joined, error);
    if (status != BE_OK) {
        be_buffer_finish(&joined);
        return status;
    }
    *path = joined.data;
    return BE_OK;
}

static enum be_status file_set(struct plan_file *file, const char *section, const char *name,
                               const char *value, struct be_error *error)
{
    char *path = NULL;
    enum be_status status = section_check(section, name, error);

    if (status == BE_OK && strcmp(name, "input") == 0) {
        status = input_locate(file->path, value, &path, error);
    }
    if (status == BE_OK) {
        status = be_plan_set(file->plan, name, path ? path : value, error);
    }
    if (status == BE_OK) {
        status = be_axis_mark(file->plan, name, file->path, file->line, error);
    }
    free(path);
    return status;
}

static int file_handle(void *user, const char *section, const char *name, const char *value)
{
    struct plan_file *file = user;
    struct be_error cause;
    enum be_status status = key_note(file, section, name, &cause);

    if (status == BE_OK) {
        status = strcmp(section, "published") == 0 ? published_set(file->plan, name, value, &cause)
                                                   : file_set(file, section, name, value, &cause);
    }
    return status == BE_OK ? 1 : file_fail(file, status, cause.message);
}

static enum be_status file_parse(struct be_plan *plan, const char *path, const char *text,
                                 struct be_error *error)
{
    struct plan_file file = {.plan = plan, .path = path, .rest = text, .error = error};
    int first_bad_line = ini_parse_stream(file_read_line, &file, file_handle, &file);

    be_texts_finish(&file.seen);
    if (file.status != BE_OK) {
        return file.status;
    }
    if (first_bad_line > 0) {
        return be_error_set(error, BE_EINPUT, "%s:%d: neither '[section]' nor 'key = value'", path,
                            first_bad_line);
    }
    return first_bad_line == 0 ? BE_OK : be_error_set(error, BE_ENOMEM, "out of memory for a plan");
}

static bool name_has_suffix(const char *name)
{
    size_t length = strlen(name);
    size_t suffix_length = sizeof(suffix) - 1;

    return length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0;
}

static bool name_is_path(const char *name)
{
    return strchr(name, '/') || name_has_suffix(name);
}

/* The file's name without folder and suffix names the plan. */
static enum be_status plan_name(struct be_plan *plan, const char *path, struct be_error *error)
{
    const char *slash = strrchr(path, '/');
    char *stem = strdup(slash ? slash + 1 : path);

    if (!stem) {
        return be_error_set(error, BE_ENOMEM, "out of memory for a plan");
    }
    if (name_has_suffix(stem)) {
        stem[strlen(stem) - (sizeof(suffix) - 1)] = '\0';
    }
    enum be_status status = be_plan_set(plan, "name", stem, error);
    free(stem);
    return status;
}

static enum be_status not_found(const char *name, const char *folder, struct be_error *error)
{
    struct be_texts names = {0};
    struct be_error ignored;
    char *list = NULL;

    if (be_plan_list(folder, &names, &ignored) == BE_OK) {
        list = be_texts_join(&names);
    }
    be_error_fill(error, BE_ENOTFOUND, "no plan '%s' in %s; there are: %s", name, folder,
                  list && *list ? list : "none");
    free(list);
    be_texts_finish(&names);
    return BE_ENOTFOUND;
}

enum be_status be_plan_load(struct be_plan *plan, const char *name, const char *folder,
                            struct be_error *error)
{
    struct be_buffer path = {0};
    char *text = NULL;
    size_t bytes = 0;

    if (name_is_path(name)) {
        be_buffer_puts(&path, name);
    } else {
        be_buffer_printf(&path, "%s/%s%s", folder, name, suffix);
    }
    enum be_status status = be_buffer_check(&path, error);
    if (status == BE_OK) {
        status = be_io_read_file(path.data, FILE_BYTES_MAX, &text, &bytes, error);
    }
    if (status == BE_ENOTFOUND && !name_is_path(name)) {
        status = not_found(name, folder, error);
    }
    if (status == BE_OK) {
        status = plan_name(plan, path.data, error);
    }
    if (status == BE_OK) {
        status = file_parse(plan, path.data, text, error);
    }
    free(text);
    be_buffer_finish(&path);
    return status;
}

static int entry_is_plan(const struct dirent *entry)
{
    return name_has_suffix(entry->d_name);
}

enum be_status be_plan_list(const char *folder, struct be_texts *names, struct be_error *error)
{
    struct dirent **entries = NULL;
    struct be_texts found = {0};
    enum be_status status = BE_OK;
    int count = scandir(folder, &entries, entry_is_plan, alphasort);

    if (count < 0) {
        return be_error_errno(error, BE_ENOTFOUND, "folder of plans '%s'", folder);
    }
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;
        name[strlen(name) - (sizeof(suffix) - 1)] = '\0';
        if (status == BE_OK) {
            status = be_texts_add(&found, name, error);
        }
        free(entries[i]);
    }
    free(entries);
    if (status != BE_OK) {
        be_texts_finish(&found);
        return status;
    }
    *names = found;
    return BE_OK;
}
