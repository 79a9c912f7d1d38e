/* Of two configurations that are read, the one that was read last counts: what was read is asked
   for before anybody else may read. Whoever asks the watch wakes it, which the test sees, for its
   eventfd_write takes the place of the C library's. */
#include "server/reload.h"
#include "server/service/index_watch.h"
#include "tests/support/test_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static struct reload reload;
static bool is_observed;
static unsigned n_asked;
static unsigned n_kept_out; /* of these times others could not read */

/* The C library names its parameters as only it may. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int eventfd_write(int descriptor, eventfd_t value)
{
    if (is_observed) {
        bool is_free = pthread_mutex_trylock(&reload.reading) == 0;
        n_asked++;
        n_kept_out += !is_free;
        if (is_free)
            pthread_mutex_unlock(&reload.reading);
    }
    return write(descriptor, &value, sizeof value) == (ssize_t)sizeof value ? 0 : -1;
}

static void asks_before_another_reads(void **state)
{
    (void)state;
    static struct options options;
    struct error error;
    const char *arguments[] = {"cratedex-server", "--index", test_index(), "--banner", "read"};
    assert_int_equal(options_parse(5, (char **)arguments, &options, &error), OPTIONS_RUN);
    const struct snapshot_source source = {
        .path = options.index_path, .n_readers = 1, .settings = &options.settings};
    struct snapshot *first = snapshot_open(&source, 1, &error);
    assert_non_null(first);
    struct published *snapshots = published_create(first, &error);
    assert_non_null(snapshots);
    struct index_watch *watch = index_watch_start(snapshots, first, &source, NULL, &error);
    assert_non_null(watch);

    reload_init(&reload, &options, NULL, watch);
    is_observed = true;
    assert_int_equal(reload_now(&reload, &error), 0);
    is_observed = false;
    assert_int_equal(n_asked, 1);
    assert_int_equal(n_kept_out, 1);
    assert_int_equal(pthread_mutex_trylock(&reload.reading), 0);

    index_watch_stop(watch);
    snapshot_close(published_destroy(snapshots));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_before_another_reads),
    };
    return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
