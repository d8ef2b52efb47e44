/* Workers and fork servers that are stopped from outside: nobody waits for them for ever. */
#include "losing.h"

#include "process_of.h"

static pid_t server_of(pid_t worker)
{
    pid_t server = parent_of(worker);

    assert_int_not_equal(server, getpid());
    return server;
}

static void a_stopped_worker_does_not_keep_its_pool(void **state)
{
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 100);

    (void)state;
    for (size_t i = 0; be_start_table[i]; i++) {
        const char *const chosen[] = {"start", be_start_table[i]->row.name, NULL};
        struct fixture f;
        losing_start(&f, &small_deeds, chosen, 1);
        expect_all(&f, &batch);
        assert_int_equal(kill(atomic_load(&shared->worker), SIGSTOP), 0);
        fixture_end(&f);
        expect_no_child();
    }
    batch_free(&batch);
}

static void a_stopped_server_does_not_keep_its_pool(void **state)
{
    const char *const chosen[] = {"start", "forkserver", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 100);
    struct fixture f;

    (void)state;
    losing_start(&f, &small_deeds, chosen, 1);
    expect_all(&f, &batch);
    assert_int_equal(kill(server_of(atomic_load(&shared->worker)), SIGSTOP), 0);
    fixture_end(&f);
    expect_no_child();
    batch_free(&batch);
}

/* It cannot tell how its worker ended, nor fork another one. */
static void a_stopped_server_is_replaced(void **state)
{
    const char *const chosen[] = {"start", "forkserver", NULL};
    struct be_batch batch = batch_with(&small_deeds, DEED_NOTHING, 0, 100);
    struct fixture f;

    (void)state;
    losing_start(&f, &small_deeds, chosen, 1);
    expect_all(&f, &batch);
    pid_t worker = atomic_load(&shared->worker);
    pid_t server = server_of(worker);
    assert_int_equal(kill(server, SIGSTOP), 0);
    assert_int_equal(kill(worker, SIGKILL), 0);
    expect_all(&f, &batch);
    assert_int_not_equal(server_of(atomic_load(&shared->worker)), server);
    fixture_end(&f);
    expect_no_child();
    batch_free(&batch);
}

int main(int argc, char **argv)
{
    static const struct breakeven_workload *const own[] = {&small_deeds, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_worker_does_not_keep_its_pool),
        cmocka_unit_test(a_stopped_server_does_not_keep_its_pool),
        cmocka_unit_test(a_stopped_server_is_replaced),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    if (!shared_open()) {
        return 1;
    }
    fixture_serve(argc, argv, own);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
