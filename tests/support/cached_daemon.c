/* What main does of a server, without its options, logs and signals. */
#include "tests/support/cached_daemon.h"

#include "server/answer/answer.h"
#include "server/cache/recent_hits.h"
#include "server/connections/listener.h"
#include "server/exchange/router.h"
#include "server/http/trusted_proxies.h"
#include "server/service/published.h"
#include "server/telemetry/metrics.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CACHE_BYTES ((size_t)64 << 20)
#define RECENT_BYTES ((size_t)1 << 20)

const struct settings *cached_daemon_settings(void)
{
    static struct settings settings;
    settings_set_defaults(&settings);
    return &settings;
}

void cached_daemon_start(struct cached_daemon *daemon, unsigned n_threads)
{
    struct error error = {.message = ""};
    struct listen_address address;
    const struct daemon_limits limits = {.n_threads = n_threads};
    static const struct trusted_proxies no_proxies;
    struct service *service = &daemon->service;
    built_index_open_sample(&daemon->built);
    const struct snapshot_source source = {
        .path = daemon->built.path, .n_readers = n_threads, .settings = cached_daemon_settings()};
    service->proxies = &no_proxies;
    atomic_init(&service->is_stopping, false);
    daemon->snapshot = snapshot_open(&source, 1, &error);
    assert_non_null(daemon->snapshot);
    service->snapshots = published_create(daemon->snapshot, &error);
    service->cache = cache_create(CACHE_BYTES, 1, answer_free, &error);
    service->recent_hits = recent_hits_create(service->cache, RECENT_BYTES, &error);
    service->metrics =
        metrics_create(daemon->route_names, router_names(daemon->route_names), &error);
    assert_non_null(service->snapshots);
    assert_non_null(service->recent_hits);
    assert_non_null(service->metrics);
    assert_int_equal(listen_address_parse("127.0.0.1:0", &address, &error), 0);
    daemon->listener = listener_open(&address, "--listen", &error);
    assert_true(daemon->listener >= 0);
    daemon->daemon = daemon_start(service, daemon->listener, &limits, &error);
    if (daemon->daemon == NULL)
        fail_msg("%s", error.message);
}

void cached_daemon_stop(struct cached_daemon *daemon)
{
    daemon_stop(daemon->daemon);
    close(daemon->listener);
    recent_hits_destroy(daemon->service.recent_hits);
    cache_destroy(daemon->service.cache);
    metrics_destroy(daemon->service.metrics);
    snapshot_close(published_destroy(daemon->service.snapshots));
    built_index_remove(&daemon->built);
}

int cached_daemon_connect(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(connection >= 0);
    assert_int_equal(connect(connection, (struct sockaddr *)&address, size), 0);
    return connection;
}

int cached_daemon_set_up(void **state, unsigned n_threads)
{
    struct cached_daemon *daemon = calloc(1, sizeof *daemon);
    assert_non_null(daemon);
    cached_daemon_start(daemon, n_threads);
    *state = daemon;
    return 0;
}

int cached_daemon_tear_down(void **state)
{
    cached_daemon_stop(*state);
    free(*state);
    return 0;
}
