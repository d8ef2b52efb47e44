/*
 * What the tests of plans share: a catalogue like a runner's, and plans made in few words. Errors
 * of the set-up end the test.
 */
#ifndef BE_TEST_PLAN_FIXTURE_H
#define BE_TEST_PLAN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/io.h"
#include "plan/catalog.h"
#include "plan/plan.h"

static const struct be_plan_limits four_workers = {
    .max_workers = 4, .placements = "none compact spread cores smt numa"};

/* Ends the test unless the status is BE_OK. */
static inline void must(enum be_status status, const struct be_error *error)
{
    if (status != BE_OK) {
        fail_msg("%s: %s", be_status_name(status), error->message);
    }
}

/*
 * The text of data/catalog.json; the caller's (free). Not inlined, since GCC 12 then takes what
 * came through an out-parameter for a pointer to it.
 */
__attribute__((noinline)) static char *catalog_text(void)
{
    struct be_error error;
    char *text = NULL;
    size_t bytes = 0;
    must(be_io_read_file(BE_SOURCE_DIR "/harness/test/data/catalog.json", 1 << 20, &text, &bytes,
                         &error),
         &error);
    return text;
}

static inline void catalog_make(struct be_catalog *catalog)
{
    struct be_error error;
    char *text = catalog_text();
    must(be_catalog_parse(text, strlen(text), catalog, &error), &error);
    free(text);
}

/* A plan of the defaults and of keys and values in turn, ended by NULL. */
static inline void plan_make(struct be_plan *plan, const char *const *settings)
{
    struct be_error error;
    must(be_plan_init(plan, &error), &error);
    for (size_t i = 0; settings[i]; i += 2) {
        must(be_plan_set(plan, settings[i], settings[i + 1], &error), &error);
    }
}

#endif
