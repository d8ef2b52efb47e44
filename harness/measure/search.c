#include "measure/search.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/breakeven.h"
#include "analysis/summary.h"
#include "measure/ledger.h"
#include "measure/sweep_plan.h"
#include "plan/schedule.h"

/* A wish as it would be measured. */
struct task_wish {
    uint32_t configuration; /* to copy */
    uint32_t reference;     /* of its block */
    struct be_grain grain;
    char block_id[BE_ID_BYTES]; /* of the reference that its block would have */
    bool taken;                 /* it is in a block */
};

/* While wishes become blocks. */
struct search {
    const struct be_sweep *sweep;
    struct be_run *run;
    struct be_run view; /* the rounds that are looked at; its samples are owned */
    struct be_summaries summaries;
    struct task_wish *wishes; /* owned */
    size_t wish_count;
    struct be_error *error;
};

bool be_search_applies(const struct be_plan *plan, const struct be_run *run)
{
    const struct be_axis *grains = be_plan_axis(plan, "grain");

    if (!grains || grains->values.count < 2) {
        return false;
    }
    for (size_t i = 0; i < run->configuration_count; i++) {
        if (run->configurations[i].role == BE_ROLE_MEASURED && run->configurations[i].workers > 1) {
            return true;
        }
    }
    return false;
}

static uint32_t reference_find(const struct be_run *run, uint32_t block)
{
    uint32_t i = 0;

    while (run->configurations[i].block != block ||
           run->configurations[i].role != BE_ROLE_REFERENCE) {
        i++;
    }
    return i;
}

/* The parameters of a configuration, with tasks of another grain. */
static enum be_status params_resize(const struct search *search,
                                    const struct be_configuration *configuration,
                                    const struct be_grain *grain, struct be_params *params)
{
    uint64_t tasks = be_schedule_tasks(search->sweep->plan, grain, &configuration->params);
    enum be_status status = be_params_merge(params, &configuration->params, search->error);

    if (be_params_get(params, "scaling")) {
        tasks *= configuration->workers;
    }
    if (status == BE_OK) {
        status = be_params_set_count(params, "steps", grain->steps, search->error);
    }
    return status == BE_OK ? be_params_set_count(params, "tasks", tasks, search->error) : status;
}

/* Fills in a wish; a grain that the workload cannot reach is none: steps stay 0. */
static enum be_status wish_fill(const struct search *search, const struct be_wish *wish,
                                struct task_wish *filled)
{
    const struct be_summary *summary = &search->summaries.items[wish->configuration];
    const struct be_configuration *configuration =
        &search->run->configurations[wish->configuration];
    struct be_params params = {0};

    *filled = (struct task_wish){
        .configuration = wish->configuration,
        .reference = reference_find(search->run, configuration->block),
        .grain = {.workload = configuration->workload, .asked_ns = wish->grain_ns, .fit = true},
    };
    const struct be_catalog *catalog = &search->sweep->runner->catalog;
    const struct be_catalog_row *row =
        be_catalog_find(catalog, BE_CATALOG_WORKLOAD, configuration->workload);
    double ns_per_step = row->step_ns > 0 ? (double)row->step_ns
                                          : summary->grain_ns.median / (double)configuration->steps;
    if (be_grain_fit(&filled->grain, catalog, ns_per_step, NULL) != BE_OK) {
        filled->taken = true;
        return BE_OK;
    }
    enum be_status status = params_resize(search, &search->run->configurations[filled->reference],
                                          &filled->grain, &params);
    if (status == BE_OK) {
        filled->taken = be_grain_check(&params, catalog, NULL) != BE_OK;
        be_params_id(&params, filled->block_id);
    }
    be_params_finish(&params);
    return status;
}

static enum be_status wishes_find(struct search *search, size_t goal)
{
    struct be_wish *wishes = NULL;
    enum be_status status = be_breakeven_wishes(&search->view, &search->summaries, goal, &wishes,
                                                &search->wish_count, search->error);

    if (status != BE_OK) {
        return status;
    }
    free(search->wishes);
    search->wishes = calloc(search->wish_count + 1, sizeof(*search->wishes));
    if (!search->wishes) {
        status = be_error_set(search->error, BE_ENOMEM, "out of memory for a search");
    }
    for (size_t i = 0; status == BE_OK && i < search->wish_count; i++) {
        status = wish_fill(search, &wishes[i], &search->wishes[i]);
    }
    free(wishes);
    return status;
}

static enum be_status configuration_add(struct search *search, uint32_t source, uint32_t block,
                                        const struct be_grain *grain)
{
    struct be_run *run = search->run;
    struct be_configuration added = {
        .role = run->configurations[source].role,
        .block = block,
        .grain_asked_ns = grain->asked_ns,
        .pu_count = run->configurations[source].pu_count,
    };
    enum be_status status =
        params_resize(search, &run->configurations[source], grain, &added.params);
    if (status == BE_OK) {
        status = be_configuration_index(&added, search->error);
    }
    struct be_configuration *grown = NULL;
    if (status == BE_OK) {
        grown = realloc(run->configurations, (run->configuration_count + 1) * sizeof(*grown));
        status =
            grown ? BE_OK : be_error_set(search->error, BE_ENOMEM, "out of memory for a search");
    }
    if (status != BE_OK) {
        be_configuration_finish(&added);
        return status;
    }
    run->configurations = grown;
    run->configurations[run->configuration_count++] = added;
    return BE_OK;
}

/* Whether the run has measured this wish: its steps can be those of a grain that is not new. */
static enum be_status wish_check(const struct search *search, struct task_wish *wish)
{
    const struct be_run *run = search->run;
    struct be_params params = {0};
    char id[BE_ID_BYTES] = "";
    enum be_status status =
        params_resize(search, &run->configurations[wish->configuration], &wish->grain, &params);

    if (status == BE_OK) {
        be_params_id(&params, id);
    }
    for (size_t i = 0; status == BE_OK && i < run->configuration_count; i++) {
        wish->taken |= strcmp(run->configurations[i].id, id) == 0;
    }
    be_params_finish(&params);
    return status;
}

/* The block of one wish, with all others that would have the same reference. */
static enum be_status block_add(struct search *search, size_t first)
{
    struct task_wish *wishes = search->wishes;
    uint32_t block = be_run_block_count(search->run);
    enum be_status status =
        configuration_add(search, wishes[first].reference, block, &wishes[first].grain);

    for (size_t i = first; status == BE_OK && i < search->wish_count; i++) {
        if (wishes[i].taken || strcmp(wishes[i].block_id, wishes[first].block_id) != 0) {
            continue;
        }
        status = wish_check(search, &wishes[i]);
        if (status == BE_OK && !wishes[i].taken) {
            wishes[i].taken = true;
            status =
                configuration_add(search, wishes[i].configuration, block, &wishes[first].grain);
        }
    }
    return status;
}

/* The blocks that are missing to the first goal that misses any. */
static enum be_status blocks_add(struct search *search)
{
    size_t before = search->run->configuration_count;
    enum be_status status = BE_OK;

    for (size_t goal = 0;
         status == BE_OK && goal < BE_BREAKEVEN_GOALS && search->run->configuration_count == before;
         goal++) {
        status = wishes_find(search, goal);
        for (size_t i = 0; status == BE_OK && i < search->wish_count; i++) {
            if (!search->wishes[i].taken) {
                status = wish_check(search, &search->wishes[i]);
            }
            if (status == BE_OK && !search->wishes[i].taken) {
                status = block_add(search, i);
            }
        }
    }
    return status;
}

/* What so many samples take, at the pace of those that are stored and compute. */
static double samples_price_ns(const struct be_run *run, size_t samples)
{
    double sum_ns = 0;
    size_t count = 0;

    for (size_t i = 0; i < run->sample_count; i++) {
        const struct be_sample *sample = &run->samples[i];
        if (run->configurations[sample->configuration].role != BE_ROLE_OVERHEAD) {
            sum_ns += (double)sample->elapsed_ns;
            count++;
        }
    }
    return count > 0 ? sum_ns / (double)count * (double)samples : 0;
}

/* Takes back what was added, and not stored, where the room is too small for it. */
static void stage_fit(struct be_run *run, size_t before, uint32_t rounds, uint64_t room_ns)
{
    size_t samples = (run->configuration_count - before) * rounds;

    if (samples_price_ns(run, samples) > (double)room_ns) {
        while (run->configuration_count > before) {
            be_configuration_finish(&run->configurations[--run->configuration_count]);
        }
    }
}

enum be_status be_search_extend(const struct be_sweep *sweep, struct be_run *run, uint32_t rounds,
                                uint64_t room_ns, size_t *added, struct be_error *error)
{
    struct search search = {.sweep = sweep, .run = run, .error = error};
    size_t before = run->configuration_count;
    enum be_status status = be_ledger_view(run, rounds, &search.view, error);

    if (status == BE_OK) {
        status = be_summaries_create(&search.view, &search.summaries, error);
    }
    if (status == BE_OK) {
        status = blocks_add(&search);
    }
    free(search.wishes);
    be_summaries_finish(&search.summaries);
    free(search.view.samples);
    if (status == BE_OK) {
        stage_fit(run, before, rounds, room_ns);
        status = be_sweep_bound(sweep, run, before, error);
    }
    if (status == BE_OK) {
        status = be_store_add_configurations(sweep->store, run, before, error);
    }
    *added = run->configuration_count - before;
    return status;
}
