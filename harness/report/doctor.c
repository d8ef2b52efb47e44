#include "report/doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "report/escape.h"
#include "report/grid.h"
#include "report/shown.h"

/* Where the text of a line begins: behind state and name, or behind the name of a measurement. */
enum {
    WIDTH = 100,
    FOUND_COLUMN = 21,
    FIGURE_COLUMN = 10,
    REMEDY_COLUMN = 67, /* where both fit, else close behind what was found */
    REMEDY_GAP = 3,
};

/* Changes that a gate and a curve have to show. */
static const double gate_change = .02;
static const double curve_change = .05;

void be_doctor_finish(struct be_doctor *doctor)
{
    be_floors_finish(&doctor->floors);
}

size_t be_doctor_count(const struct be_doctor *doctor, enum be_check_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < BE_CHECK_COUNT; i++) {
        count += doctor->checks[i].state == state;
    }
    return count;
}

static void why_add(char why[BE_DOCTOR_WHY_BYTES], const char *name)
{
    size_t length = strlen(why);
    snprintf(why + length, BE_DOCTOR_WHY_BYTES - length, "%s%s", length ? ", " : "", name);
}

/* Adds the checks that spoil what `use` is for. */
static void checks_blame(const struct be_doctor *doctor, enum be_use use,
                         char why[BE_DOCTOR_WHY_BYTES])
{
    for (size_t i = 0; i < BE_CHECK_COUNT; i++) {
        const struct be_check_result *result = &doctor->checks[i];
        if (result->state == BE_CHECK_SPOILS && (result->against & (unsigned)use)) {
            why_add(why, be_checks[i].name);
        }
    }
}

static bool noise_hides(const struct be_doctor *doctor, double change)
{
    return doctor->noise.known && doctor->noise.visible > change;
}

enum be_answer be_doctor_judge(const struct be_doctor *doctor, enum be_doctor_use use,
                               char why[BE_DOCTOR_WHY_BYTES])
{
    why[0] = '\0';
    switch (use) {
    case BE_DOCTOR_SCALING:
    case BE_DOCTOR_BREAKEVEN:
        checks_blame(doctor, use == BE_DOCTOR_SCALING ? BE_USE_SCALING : BE_USE_BREAKEVEN, why);
        if (noise_hides(doctor, curve_change)) {
            why_add(why, "noise");
        }
        break;
    case BE_DOCTOR_GATE:
        if (!doctor->noise.known) {
            return BE_UNKNOWN;
        }
        if (noise_hides(doctor, gate_change) || doctor->noise.biased) {
            why_add(why, "noise");
        }
        break;
    case BE_DOCTOR_COUNTING:
        if (doctor->checks[BE_CHECK_counters].state != BE_CHECK_FINE) {
            why_add(why, be_checks[BE_CHECK_counters].name);
        }
        break;
    case BE_DOCTOR_USES:
        break;
    }
    return why[0] ? BE_NO : BE_YES;
}

/* "Slurm job 88123: 128 cores, 29 min left". */
static void job_append(const struct be_surroundings *surroundings, struct be_buffer *line)
{
    be_buffer_printf(line, " · %s job %s", be_scheduler_name(surroundings->scheduler),
                     surroundings->job);
    if (surroundings->job_cores >= 0) {
        be_buffer_printf(line, ": %lld %s", (long long)surroundings->job_cores,
                         surroundings->job_cores == 1 ? "core" : "cores");
    }
    if (surroundings->job_left_s >= 0) {
        be_buffer_printf(line, ", %lld min left", (long long)(surroundings->job_left_s / 60));
    }
}

void be_doctor_put_head(const struct be_facts *facts, const char *host, struct be_buffer *out)
{
    char text[BE_MACHINE_TEXT_BYTES];
    struct be_buffer line = {0};

    if (host) {
        be_buffer_printf(&line, "%s: ", host);
    }
    be_buffer_puts(&line, be_machine_describe(facts->machine, text));
    if (facts->surroundings.container != BE_CONTAINER_NONE) {
        be_buffer_printf(&line, " · in %s", be_container_name(facts->surroundings.container));
    }
    if (facts->surroundings.scheduler != BE_SCHEDULER_NONE) {
        job_append(&facts->surroundings, &line);
    }
    be_grid_wrap(be_buffer_text(&line), WIDTH, out);
    out->failed = out->failed || line.failed;
    be_buffer_finish(&line);
}

/* A remedy stands behind what it mends where both fit, else on a line of its own. */
void be_doctor_put_check(const char *name, const struct be_check_result *result,
                         struct be_buffer *out)
{
    size_t end = FOUND_COLUMN + be_escape_columns(result->found);
    size_t columns = be_escape_columns(result->remedy);

    if (result->state == BE_CHECK_ABSENT) {
        return;
    }
    be_buffer_printf(out, " %-8s %-10s ", be_check_state_name(result->state), name);
    bool aligned = end + REMEDY_GAP <= REMEDY_COLUMN && REMEDY_COLUMN + columns <= WIDTH;
    size_t gap = aligned ? REMEDY_COLUMN - end : REMEDY_GAP;
    if (columns > 0 && end + gap + columns <= WIDTH) {
        be_escape_append(out, BE_ESCAPE_TERMINAL, result->found, 0);
        be_buffer_printf(out, "%*s%s\n", (int)gap, "", result->remedy);
        return;
    }
    be_grid_wrap_behind(result->found, FOUND_COLUMN, FOUND_COLUMN, WIDTH, out);
    if (columns > 0) {
        be_buffer_printf(out, "%*s-> %s\n", FIGURE_COLUMN, "", result->remedy);
    }
}

/* Items of a line, joined by a separator; one that does not fit begins the next line. */
struct items {
    struct be_buffer *out;
    const char *separator;
    size_t indent;
    size_t used; /* columns */
    bool started;
};

static void items_add(struct items *items, const char *text)
{
    size_t columns = be_escape_columns(text);
    size_t separator = items->started ? be_escape_columns(items->separator) : 0;

    if (items->started && items->used + separator + columns > WIDTH) {
        be_buffer_printf(items->out, "\n%*s", (int)items->indent, "");
        items->used = items->indent;
    } else if (items->started) {
        be_buffer_puts(items->out, items->separator);
        items->used += separator;
    }
    be_escape_append(items->out, BE_ESCAPE_TERMINAL, text, 0);
    items->used += columns;
    items->started = true;
}

static struct items figures_begin(const char *name, const char *separator, struct be_buffer *out)
{
    be_buffer_printf(out, " %-8s ", name);
    return (struct items){out, separator, FIGURE_COLUMN, FIGURE_COLUMN, false};
}

/* A figure with what stands before and behind it, or why there is none. */
static void floor_print(const char *before, const struct be_floor *floor, const char *after,
                        struct items *items)
{
    struct be_shown shown = be_shown_of(BE_SHOWN_TIME, &floor->ns);
    char text[256];

    if (floor->ns.known) {
        snprintf(text, sizeof(text), "%s%s%s%s%s", before, shown.value,
                 shown.interval[0] ? " " : "", shown.interval, after);
    } else {
        snprintf(text, sizeof(text), "%sunavailable: %s", before, floor->unavailable);
    }
    items_add(items, text);
}

/* The floor between two PUs for each way in which they are near. */
static void pairs_put(const struct be_floors *floors, struct be_buffer *out)
{
    struct items items = figures_begin("floors", ", ", out);
    const char *before = "cache line one way: ";

    for (size_t i = 0; i < floors->count; i++) {
        const struct be_floor *floor = &floors->items[i];
        char after[64];
        if (strcmp(floor->name, "cache-line") == 0) {
            snprintf(after, sizeof(after), " %s", floor->between ? floor->between : "");
            floor_print(before, floor, after, &items);
            before = "";
        }
    }
    be_buffer_puts(out, "\n");
}

static void singles_put(const struct be_floors *floors, struct be_buffer *out)
{
    static const char *const singles[][2] = {
        {"syscall", "system call "}, {"futex-wake", "wake a sleeper "},
        {"clock", "clock "},         {"thread", "thread "},
        {"fork", "fork "},           {"posix-spawn", "spawn "},
    };
    struct items items = figures_begin("", " · ", out);

    for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
        const struct be_floor *floor = be_floors_find(floors, singles[i][0]);
        if (!floor) {
            continue; /* This runner has no such probe. */
        }
        bool wake = strcmp(floor->name, "futex-wake") == 0;
        const struct be_floor shown = wake ? be_floors_wake(floors) : *floor;
        floor_print(singles[i][1], &shown, "", &items);
    }
    be_buffer_puts(out, "\n");
}

static void figures_put(const char *name, const char *text, struct be_buffer *out)
{
    be_buffer_printf(out, " %-8s ", name);
    be_grid_wrap_behind(text, FIGURE_COLUMN, FIGURE_COLUMN, WIDTH, out);
}

void be_doctor_put_floors(const struct be_doctor *doctor, struct be_buffer *out)
{
    if (doctor->unmeasured[0]) {
        figures_put("floors", doctor->unmeasured, out);
        return;
    }
    pairs_put(&doctor->floors, out);
    singles_put(&doctor->floors, out);
}

void be_doctor_put_noise(const struct be_doctor *doctor, struct be_buffer *out)
{
    const struct be_noise *noise = &doctor->noise;
    struct be_buffer line = {0};

    if (doctor->unmeasured[0]) {
        figures_put("noise", doctor->unmeasured, out);
        return;
    }
    if (!noise->known) {
        be_buffer_printf(&line, "unavailable: %s", noise->reason);
    } else {
        be_buffer_printf(&line,
                         "the same binary twice, %zu rounds: a change of %.1f %% can be seen now",
                         noise->rounds, 100 * noise->visible);
    }
    if (noise->known && noise->biased) {
        be_buffer_printf(&line,
                         "; but the two differ by %.1f %%: something here changes as time goes by",
                         100 * fabs(noise->median));
    }
    figures_put("noise", be_buffer_text(&line), out);
    be_buffer_finish(&line);
}

static void uses_put(const struct be_doctor *doctor, struct be_buffer *out)
{
    static const char *const names[] = {"good for: scaling curves", "break-even", "a 2 % gate",
                                        "counting instructions"};
    static const char *const answers[] = {"not measured", "no", "yes"};
    struct items items = {.out = out, .separator = " · ", .indent = FIGURE_COLUMN};

    for (int i = 0; i < BE_DOCTOR_USES; i++) {
        char why[BE_DOCTOR_WHY_BYTES];
        char text[2 * BE_DOCTOR_WHY_BYTES];
        enum be_answer answer = be_doctor_judge(doctor, (enum be_doctor_use)i, why);
        snprintf(text, sizeof(text), "%s %s%s%s%s", names[i], answers[answer], why[0] ? " (" : "",
                 why, why[0] ? ")" : "");
        items_add(&items, text);
    }
    be_buffer_puts(out, "\n");
}

void be_doctor_put_end(const struct be_doctor *doctor, struct be_buffer *out)
{
    struct items items = {.out = out, .separator = " · "};
    size_t spoils = be_doctor_count(doctor, BE_CHECK_SPOILS);
    char counts[128];

    snprintf(counts, sizeof(counts), "%zu %s, %zu unknown; nothing was changed", spoils,
             spoils == 1 ? "spoils" : "spoil", be_doctor_count(doctor, BE_CHECK_UNKNOWN));
    be_buffer_puts(out, "\n");
    uses_put(doctor, out);
    items_add(&items, counts);
    items_add(&items, doctor->fast ? "floors and noise take 5 s, without --fast"
                                   : "--fast skips floors and noise");
    if (spoils == 0) {
        items_add(&items, "exit 0");
    } else {
        items_add(&items, doctor->strict ? "exit 4 (--strict)" : "exit 0 (--strict: 4)");
    }
    be_buffer_puts(out, "\n");
}
