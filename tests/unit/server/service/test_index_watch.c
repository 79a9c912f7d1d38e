/* Snapshots are published one after another, because files take the path and because many ask at
   once, while readers take what is there: each sees one whole snapshot, none goes back in time, and
   everybody who asks is answered, also by a watch that ends. */
#include "server/service/index_watch.h"
#include "tests/support/two_indexes.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_READERS 2
#define N_ASKERS 2
#define N_RELOADS 5
#define N_CRATES 329
#define N_OTHER_CRATES 2

struct scene {
    char folder[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    struct two_indexes indexes;
    struct settings settings;
    struct snapshot_source source;
    struct published *snapshots;
    struct index_watch *watch;
    atomic_bool is_over;
    int own_stderr; /* the server's words go nowhere */
    atomic_uint n_wrong;
    /* What the steps see. */
    atomic_uint n_warmed;
    atomic_uint n_forgotten;
    atomic_bool stalls; /* warming goes on until the watch ends */
    atomic_bool spoils; /* somebody writes to the file meanwhile */
};

/* The steps get the service alone. */
static struct scene *current;

/* For threads, which cmocka does not know. */
static void expect(bool is_right)
{
    if (!is_right)
        atomic_fetch_add(&current->n_wrong, 1);
}

static void warm(const struct service *service, const struct snapshot *served,
                 const struct snapshot *opened, const atomic_bool *is_over)
{
    expect(service == NULL && opened->generation > served->generation);
    atomic_fetch_add(&current->n_warmed, 1);
    if (atomic_load(&current->spoils)) {
        int descriptor = open(current->path, O_WRONLY | O_APPEND);
        expect(descriptor >= 0 && write(descriptor, "more", 4) == 4);
        close(descriptor);
    }
    while (atomic_load(&current->stalls) && !atomic_load(is_over))
        sched_yield();
}

static void forget(const struct service *service, uint64_t oldest)
{
    const struct snapshot *snapshot = published_take(current->snapshots);
    expect(service == NULL);
    expect(oldest ==
           (snapshot->stale_generation != 0 ? snapshot->stale_generation : snapshot->generation));
    published_give_back(current->snapshots);
    atomic_fetch_add(&current->n_forgotten, 1);
}

static void move_over(const struct scene *scene, const char *bytes, size_t size)
{
    char next[FOLDER_PATH_SIZE];
    file_write(folder_join(next, scene->folder, "next.cdx"), bytes, size);
    assert_int_equal(rename(next, scene->path), 0);
}

/* The sample is served, and there; or, where `is_late`, the other has its path already. */
static void begin_with(struct scene *scene, bool is_late)
{
    static const struct swap_steps steps = {.warm = warm, .forget = forget};
    struct error error;
    memset(scene, 0, sizeof *scene);
    current = scene;
    int nowhere = open("/dev/null", O_WRONLY);
    scene->own_stderr = dup(STDERR_FILENO);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
    two_indexes_make(&scene->indexes);
    folder_make(scene->folder);
    folder_join(scene->path, scene->folder, "live.cdx");
    file_write(scene->path, scene->indexes.sample.bytes, scene->indexes.sample.size);
    settings_set_defaults(&scene->settings);
    scene->source =
        (struct snapshot_source){.path = scene->path, .n_readers = 1, .settings = &scene->settings};
    struct snapshot *first = snapshot_open(&scene->source, 1, &error);
    assert_non_null(first);
    scene->snapshots = published_create(first, &error);
    assert_non_null(scene->snapshots);
    if (is_late)
        move_over(scene, scene->indexes.other.bytes, scene->indexes.other.size);
    scene->watch = index_watch_start(scene->snapshots, first, &scene->source, &steps, &error);
    assert_non_null(scene->watch);
}

static void begin(struct scene *scene)
{
    begin_with(scene, false);
}

static void end(struct scene *scene)
{
    index_watch_stop(scene->watch);
    dup2(scene->own_stderr, STDERR_FILENO);
    close(scene->own_stderr);
    assert_int_equal(atomic_load(&scene->n_wrong), 0);
    snapshot_close(published_destroy(scene->snapshots));
    folder_remove(scene->folder);
    two_indexes_free(&scene->indexes);
}

static int reload(struct index_watch *watch, const struct settings *settings, struct error *error)
{
    struct reload_wait wait;
    index_watch_ask(watch, settings, &wait);
    return index_watch_wait(watch, &wait, error);
}

static void *read_all_the_time(void *context)
{
    struct scene *scene = context;
    uint64_t generation = 0;
    while (!atomic_load(&scene->is_over)) {
        const struct snapshot *snapshot = published_take(scene->snapshots);
        uint32_t n_crates = index_n_crates(snapshot->index);
        expect(snapshot->generation >= generation);
        expect(n_crates == N_CRATES || n_crates == N_OTHER_CRATES);
        generation = snapshot->generation;
        published_give_back(scene->snapshots);
        sched_yield();
    }
    return NULL;
}

static uint64_t generation_now(const struct scene *scene)
{
    const struct snapshot *snapshot = published_take(scene->snapshots);
    uint64_t generation = snapshot->generation;
    published_give_back(scene->snapshots);
    return generation;
}

static void *reload_often(void *context)
{
    struct scene *scene = context;
    struct error error;
    for (int i = 0; i < N_RELOADS; i++) {
        uint64_t before = generation_now(scene);
        expect(reload(scene->watch, NULL, &error) == 0);
        expect(generation_now(scene) > before);
    }
    return NULL;
}

static void everybody_is_answered(void **state)
{
    struct scene scene;
    struct swap_figures figures;
    pthread_t readers[N_READERS];
    pthread_t askers[N_ASKERS];
    (void)state;
    begin(&scene);
    for (int i = 0; i < N_READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_all_the_time, &scene), 0);
    for (int i = 0; i < N_ASKERS; i++)
        assert_int_equal(pthread_create(&askers[i], NULL, reload_often, &scene), 0);
    for (int i = 0; i < N_RELOADS; i++) {
        const struct index_bytes *index = i % 2 == 0 ? &scene.indexes.other : &scene.indexes.sample;
        move_over(&scene, index->bytes, index->size);
        expect(reload(scene.watch, NULL, NULL) == 0);
    }
    for (int i = 0; i < N_ASKERS; i++)
        pthread_join(askers[i], NULL);
    atomic_store(&scene.is_over, true);
    for (int i = 0; i < N_READERS; i++)
        pthread_join(readers[i], NULL);
    index_watch_read_figures(scene.watch, &figures);
    assert_true(figures.n_published >= N_RELOADS);
    assert_true(figures.n_refused == 0);
    assert_false(figures.last_was_refused);
    assert_int_equal(atomic_load(&scene.n_warmed), figures.n_published);
    assert_int_equal(atomic_load(&scene.n_forgotten), figures.n_published);
    assert_true(generation_now(&scene) == figures.n_published + 1);
    end(&scene);
}

static void expect_banner(const struct scene *scene, const char *banner)
{
    const struct snapshot *snapshot = published_take(scene->snapshots);
    assert_string_equal(snapshot->settings.banner, banner);
    published_give_back(scene->snapshots);
}

/* Between opening at the start and watching. */
static void takes_what_came_before_it_watched(void **state)
{
    struct scene scene;
    (void)state;
    begin_with(&scene, true);
    while (generation_now(&scene) == 1)
        sched_yield();
    const struct snapshot *snapshot = published_take(scene.snapshots);
    assert_int_equal(index_n_crates(snapshot->index), N_OTHER_CRATES);
    published_give_back(scene.snapshots);
    end(&scene);
}

/* A refused file takes its settings with it; accepted ones stay. */
static void settings_come_with_a_snapshot(void **state)
{
    struct scene scene;
    struct settings settings;
    struct swap_figures figures;
    struct error error;
    (void)state;
    begin(&scene);
    settings_set_defaults(&settings);
    strcpy(settings.banner, "first");
    assert_int_equal(reload(scene.watch, &settings, &error), 0);
    expect_banner(&scene, "first");
    assert_int_equal(reload(scene.watch, NULL, &error), 0);
    expect_banner(&scene, "first");
    move_over(&scene, "no index", 8);
    strcpy(settings.banner, "second");
    assert_int_equal(reload(scene.watch, &settings, &error), -1);
    assert_non_null(strstr(error.message, "live.cdx is not a Cratedex index"));
    expect_banner(&scene, "first");
    index_watch_read_figures(scene.watch, &figures);
    assert_true(figures.last_was_refused);
    move_over(&scene, scene.indexes.other.bytes, scene.indexes.other.size);
    assert_int_equal(reload(scene.watch, &settings, &error), 0);
    expect_banner(&scene, "second");
    end(&scene);
}

static void *reload_in_vain(void *context)
{
    struct scene *scene = context;
    struct error error;
    expect(reload(scene->watch, NULL, &error) == -1);
    expect(strcmp(error.message, "the server ends") == 0);
    return NULL;
}

/* Reloads with these settings. Returns whether answers of the snapshot before may be given. */
static bool may_be_stale(const struct scene *scene, const struct settings *settings)
{
    assert_int_equal(reload(scene->watch, settings, NULL), 0);
    const struct snapshot *snapshot = published_take(scene->snapshots);
    bool is_allowed = snapshot->stale_generation != 0;
    assert_true(!is_allowed || snapshot->stale_generation == snapshot->generation - 1);
    published_give_back(scene->snapshots);
    return is_allowed;
}

/* With --freshness; who changes a setting does not want to see what was before. */
static void old_answers_have_the_same_settings(void **state)
{
    struct scene scene;
    struct settings settings;
    (void)state;
    begin(&scene);
    settings_set_defaults(&settings);
    assert_false(may_be_stale(&scene, &settings));
    settings.freshness_seconds = 600;
    assert_true(may_be_stale(&scene, &settings));
    assert_true(may_be_stale(&scene, NULL));
    settings.slow_query_seconds = 3;
    assert_true(may_be_stale(&scene, &settings));
    strcpy(settings.banner, "new");
    assert_false(may_be_stale(&scene, &settings));
    assert_true(may_be_stale(&scene, &settings));
    settings.ranking.stem /= 2;
    assert_false(may_be_stale(&scene, &settings));
    settings.ranking_b.typos = !settings.ranking_b.typos;
    assert_false(may_be_stale(&scene, &settings));
    strcpy(settings.base_url, "https://example.org");
    assert_false(may_be_stale(&scene, &settings));
    strcpy(settings.cdn_url, "https://example.org");
    assert_false(may_be_stale(&scene, &settings));
    settings.says_read_only = !settings.says_read_only;
    assert_false(may_be_stale(&scene, &settings));
    settings.freshness_seconds = 0;
    assert_false(may_be_stale(&scene, &settings));
    end(&scene);
}

/* It was whole when it was opened. */
static void what_is_spoilt_is_not_published(void **state)
{
    struct scene scene;
    struct error error;
    const struct index_bytes *other;
    (void)state;
    begin(&scene);
    other = &scene.indexes.other;
    atomic_store(&scene.spoils, true);
    move_over(&scene, other->bytes, other->size);
    assert_int_equal(reload(scene.watch, NULL, &error), -1);
    assert_non_null(strstr(error.message, "live.cdx"));
    assert_true(generation_now(&scene) == 1);
    atomic_store(&scene.spoils, false);
    move_over(&scene, other->bytes, other->size);
    assert_int_equal(reload(scene.watch, NULL, &error), 0);
    /* What was made of the one that was refused is of another generation. */
    assert_true(generation_now(&scene) > 2);
    end(&scene);
}

static void warming_ends_with_the_watch(void **state)
{
    struct scene scene;
    pthread_t asker;
    (void)state;
    begin(&scene);
    atomic_store(&scene.stalls, true);
    assert_int_equal(pthread_create(&asker, NULL, reload_in_vain, &scene), 0);
    while (atomic_load(&scene.n_warmed) == 0)
        sched_yield();
    index_watch_stop(scene.watch);
    scene.watch = NULL;
    pthread_join(asker, NULL);
    assert_true(generation_now(&scene) == 1);
    assert_int_equal(atomic_load(&scene.n_forgotten), 0);
    end(&scene);
}

/* Before anybody took it, and after. */
static void who_waits_is_told_of_the_end(void **state)
{
    struct reload_queue queue;
    struct reload_wait waits[2];
    struct reload_request request;
    struct error error;
    (void)state;
    reload_queue_init(&queue);
    assert_false(reload_queue_take(&queue, &request));
    reload_queue_ask(&queue, NULL, &waits[0]);
    reload_queue_close(&queue);
    reload_queue_ask(&queue, NULL, &waits[1]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reload_queue_wait(&queue, &waits[i], &error), -1);
        assert_string_equal(error.message, "the server ends");
    }
    reload_queue_destroy(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_answered),
        cmocka_unit_test(takes_what_came_before_it_watched),
        cmocka_unit_test(settings_come_with_a_snapshot),
        cmocka_unit_test(old_answers_have_the_same_settings),
        cmocka_unit_test(what_is_spoilt_is_not_published),
        cmocka_unit_test(warming_ends_with_the_watch),
        cmocka_unit_test(who_waits_is_told_of_the_end),
    };
    return cmocka_run_group_tests_name("index_watch", tests, NULL, NULL);
}
