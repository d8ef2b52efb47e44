/*
 * Facts of a machine that is a table of files, for tests of the checks. The clock is measured for
 * real whatever the files say, so each machine names what a reading costs on it.
 */
#ifndef BE_TEST_FACTS_FIXTURE_H
#define BE_TEST_FACTS_FIXTURE_H

#include "fake_root.h"
#include "machine/check.h"
#include "machine/facts.h"

struct fake_file {
    const char *path;
    const char *text;
};

/* The tables end with an empty row. */
struct fake_machine {
    const char *topology; /* hwloc's synthetic description, or its XML */
    const struct fake_file *files;
    const char *const *environment;   /* NULL: an empty one */
    const char *counters_unavailable; /* NULL: they count */
    double clock_read_ns;
};

struct facts_fixture {
    struct fake_root root;
    struct be_topology *topology;
    struct be_machine machine;
    struct be_facts facts;
};

static inline void facts_create(struct facts_fixture *f, const struct fake_machine *fake)
{
    static const char *const nothing[] = {NULL};

    *f = (struct facts_fixture){0};
    fake_root_create(&f->root);
    for (const struct fake_file *file = fake->files; file->path; file++) {
        fake_root_put(&f->root, file->path, file->text);
    }
    enum be_status loaded = fake->topology[0] == '<'
                                ? be_topology_load_xml(fake->topology, &f->topology, NULL)
                                : be_topology_load_synthetic(fake->topology, &f->topology, NULL);
    assert_int_equal(loaded, BE_OK);
    assert_int_equal(be_machine_capture(f->root.path, f->topology, &f->machine, NULL), BE_OK);
    f->machine.clock_read_ns = fake->clock_read_ns;
    be_facts_capture(f->root.path, fake->environment ? fake->environment : nothing, f->topology,
                     &f->machine, &f->facts);
    f->facts.counters_unavailable = fake->counters_unavailable;
    assert_int_equal(be_facts_watch(f->root.path, f->topology, 1000000, -1, &f->facts, NULL),
                     BE_OK);
}

static inline void facts_finish(struct facts_fixture *f)
{
    be_machine_finish(&f->machine);
    be_topology_destroy(f->topology);
    fake_root_remove(&f->root);
}

#endif
