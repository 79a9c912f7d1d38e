/* A thread's last hits: found by exactly what the client sent, void when the cache evicts, bounded,
   and given back when the thread ends. */
#include "server/cache/recent_hits.h"
#include "tests/support/cache_look.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CACHE_BYTES ((size_t)1 << 20)
#define BODY_BYTES 1000

struct fixture {
    struct cache *cache;
    struct recent_hits *recent;
};

static void set_up(struct fixture *fixture, size_t max_bytes)
{
    struct error error;
    fixture->cache = cache_create(CACHE_BYTES, 1, answer_free, &error);
    assert_non_null(fixture->cache);
    fixture->recent = recent_hits_create(fixture->cache, max_bytes, &error);
    assert_non_null(fixture->recent);
}

static void tear_down(struct fixture *fixture)
{
    recent_hits_destroy(fixture->recent);
    cache_destroy(fixture->cache);
}

/* Looks `name` up in the cache and fills it where it is not there; the caller releases it. */
static struct cache_entry *acquire(struct fixture *fixture, const char *name)
{
    static const char bytes[BODY_BYTES];
    enum cache_outcome outcome;
    struct error error;
    struct cache_entry *entry = cache_acquire(fixture->cache, name, strlen(name), &outcome);
    assert_non_null(entry);
    if (outcome == CACHE_HIT)
        return entry;
    const struct answer_head head = {.status = 200, .content_type = "text/plain"};
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    msgpack_sbuffer_write(&body, bytes, sizeof bytes);
    struct answer *answer = answer_create(&head, &body, NULL, NULL, &error);
    assert_non_null(answer);
    msgpack_sbuffer_destroy(&body);
    cache_fill(fixture->cache, entry, answer, answer_cost(answer));
    return entry;
}

static struct request request_for(const char *target)
{
    struct request request = {
        .method = METHOD_GET, .target = target, .scheme = "http", .host = "h"};
    return request;
}

static void keep_of(struct fixture *fixture, uint64_t generation, const struct request *request)
{
    struct recent_key key;
    struct error error;
    size_t added;
    struct cache_entry *entry = acquire(fixture, request->target);
    const struct recent_hit hit = {
        entry, answer_representation(cache_value(entry), CODING_IDENTITY, &added, &error), 7,
        ENCODING_MESSAGEPACK};
    recent_key_make(&key, generation, request);
    recent_hits_keep(fixture->recent, &key, &hit);
    cache_release(fixture->cache, entry);
}

static void keep(struct fixture *fixture, const struct request *request)
{
    keep_of(fixture, 1, request);
}

static const struct recent_hit *find_of(struct fixture *fixture, uint64_t generation,
                                        const struct request *request)
{
    struct recent_key key;
    recent_key_make(&key, generation, request);
    return recent_hits_find(fixture->recent, &key);
}

static const struct recent_hit *find(struct fixture *fixture, const struct request *request)
{
    return find_of(fixture, 1, request);
}

static uint64_t n_hits(struct fixture *fixture)
{
    struct cache_statistics statistics = cache_totals(fixture->cache);
    return statistics.n_hits;
}

static void finds_what_was_kept_and_counts_it(void **state)
{
    (void)state;
    struct fixture fixture;
    struct request request = request_for("/a?q=x");
    set_up(&fixture, CACHE_BYTES);
    assert_null(find(&fixture, &request));
    keep(&fixture, &request);
    uint64_t before = n_hits(&fixture);
    const struct recent_hit *hit = find(&fixture, &request);
    assert_non_null(hit);
    assert_int_equal(hit->route, 7);
    assert_int_equal(hit->encoding, ENCODING_MESSAGEPACK);
    assert_int_equal(representation_size(hit->representation), BODY_BYTES);
    assert_int_equal(n_hits(&fixture), before + 1);
    request.method = METHOD_HEAD;
    assert_non_null(find(&fixture, &request));
    tear_down(&fixture);
}

static void tells_requests_apart(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct request kept = request_for("/a?q=x");
    set_up(&fixture, CACHE_BYTES);
    keep(&fixture, &kept);
    struct request others[9];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        others[i] = kept;
    others[0].method = METHOD_OPTIONS;
    others[1].target = "/a?q=X";
    others[2].host = NULL;
    others[3].scheme = "https";
    others[4].fields.accept = "";
    others[5].fields.accept = "application/msgpack";
    others[6].fields.accept_encoding = "";
    others[7].fields.accept_encoding = "br";
    others[8].target = NULL;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_null(find(&fixture, &others[i]));
    assert_non_null(find(&fixture, &kept));
    tear_down(&fixture);
}

/* The same request of a newer snapshot is another, which takes the place of the older one. */
static void tells_generations_apart(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct request request = request_for("/a?q=x");
    set_up(&fixture, CACHE_BYTES);
    keep_of(&fixture, 1, &request);
    assert_null(find_of(&fixture, 2, &request));
    assert_non_null(find_of(&fixture, 1, &request));
    keep_of(&fixture, 2, &request);
    assert_non_null(find_of(&fixture, 2, &request));
    assert_null(find_of(&fixture, 1, &request));
    tear_down(&fixture);
}

/* What an older snapshot left takes no memory once there is something newer. */
static void forgets_older_generations(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct request first = request_for("/a?q=x");
    const struct request second = request_for("/b?q=x");
    set_up(&fixture, CACHE_BYTES);
    keep_of(&fixture, 1, &first);
    assert_non_null(find_of(&fixture, 1, &first));
    keep_of(&fixture, 2, &second);
    assert_null(find_of(&fixture, 1, &first));
    assert_non_null(find_of(&fixture, 2, &second));
    tear_down(&fixture);
}

static void keeps_no_long_requests(void **state)
{
    (void)state;
    struct fixture fixture;
    char target[RECENT_HITS_MAX_KEY + 1];
    memset(target, 'a', sizeof target);
    target[sizeof target - 1] = '\0';
    struct request request = request_for(target);
    set_up(&fixture, CACHE_BYTES);
    keep(&fixture, &request);
    assert_null(find(&fixture, &request));
    target[RECENT_HITS_MAX_KEY - 32] = '\0';
    keep(&fixture, &request);
    assert_non_null(find(&fixture, &request));
    tear_down(&fixture);
}

static void forgets_what_the_cache_evicts(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct request request = request_for("/a?q=x");
    set_up(&fixture, CACHE_BYTES);
    keep(&fixture, &request);
    for (int i = 0; i < 5000; i++) {
        char name[32];
        snprintf(name, sizeof name, "other %d", i);
        cache_release(fixture.cache, acquire(&fixture, name));
    }
    assert_null(find(&fixture, &request));
    tear_down(&fixture);
}

static void stays_within_its_bound(void **state)
{
    (void)state;
    struct fixture fixture;
    unsigned n_found = 0;
    char targets[100][32];
    set_up(&fixture, 10 * (size_t)2 * (BODY_BYTES + 4096));
    for (int i = 0; i < 100; i++) {
        snprintf(targets[i], sizeof targets[i], "/%d", i);
        const struct request request = request_for(targets[i]);
        keep(&fixture, &request);
    }
    for (int i = 0; i < 100; i++) {
        const struct request request = request_for(targets[i]);
        n_found += find(&fixture, &request) != NULL;
    }
    assert_in_range(n_found, 5, 50);
    tear_down(&fixture);
}

static void *keep_in_thread(void *context)
{
    const struct request request = request_for("/a?q=x");
    keep(context, &request);
    assert_non_null(find(context, &request));
    return NULL;
}

/* Under a sanitizer what the other thread kept would be a leak. */
static void belongs_to_a_thread(void **state)
{
    (void)state;
    struct fixture fixture;
    pthread_t thread;
    const struct request request = request_for("/a?q=x");
    set_up(&fixture, CACHE_BYTES);
    assert_int_equal(pthread_create(&thread, NULL, keep_in_thread, &fixture), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_null(find(&fixture, &request));
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_kept_and_counts_it),
        cmocka_unit_test(tells_requests_apart),
        cmocka_unit_test(tells_generations_apart),
        cmocka_unit_test(forgets_older_generations),
        cmocka_unit_test(keeps_no_long_requests),
        cmocka_unit_test(forgets_what_the_cache_evicts),
        cmocka_unit_test(stays_within_its_bound),
        cmocka_unit_test(belongs_to_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
