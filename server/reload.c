/* Options are read anew as at the start, the file and then the command line, into options of their
   own: nothing changes before all of them are right. Two who ask at once read one after the other,
   since getopt and inih have global variables, and each asks the watch before the other reads: what
   was read last is what counts. The index is opened by its watch (index_watch.h), which may take
   long; so a signal's reload has a thread of its own, and the main one goes on to take signals. */
#include "server/reload.h"

#include "server/service/index_watch.h"
#include "server/service_manager.h"

#include <cratedex/ranking.h>
#include <stdio.h>
#include <string.h>

/* What a weights file does not name keeps the built-in weight. */
static int read_ranking(const char *path, struct ranking *ranking, struct error *error)
{
    return path[0] != '\0' ? ranking_read(ranking, path, error) : 0;
}

int reload_read_settings(struct settings *settings, const struct options *options,
                         struct error *error)
{
    *settings = options->settings;
    return read_ranking(options->ranking_path, &settings->ranking, error) == 0 &&
                   read_ranking(options->ranking_b_path, &settings->ranking_b, error) == 0
               ? 0
               : -1;
}

static void tell_changes(const struct options *running, const struct options *read)
{
    for (unsigned i = 0; option_setters[i].name != NULL; i++)
        if (!option_setters[i].is_reloaded && options_differ(running, read, i))
            fprintf(stderr, "cratedex-server: --%s has changed, and needs a restart\n",
                    option_setters[i].name);
}

/* The settings that the command line and the file say now. Standard error hears of options that
   have changed and need a restart. */
static int read_again(struct settings *settings, const struct options *running, struct error *error)
{
    struct options options;
    if (options_parse(running->argc, running->argv, &options, error) != OPTIONS_RUN)
        return -1;
    struct options wanted = options;
    if (running->has_experiment && !options.has_experiment) /* it goes on, with its ranking */
        memcpy(wanted.ranking_b_path, running->ranking_b_path, sizeof wanted.ranking_b_path);
    if (reload_read_settings(settings, &wanted, error) != 0)
        return -1;
    tell_changes(running, &options);
    return 0;
}

void reload_init(struct reload *reload, const struct options *options,
                 struct announcement *announcement, struct index_watch *watch)
{
    *reload = (struct reload){.options = options, .announcement = announcement, .watch = watch};
    atomic_init(&reload->is_over, false);
    pthread_mutex_init(&reload->reading, NULL);
}

int reload_now(struct reload *reload, struct error *error)
{
    struct settings settings;
    struct reload_wait wait;
    pthread_mutex_lock(&reload->reading);
    int result = read_again(&settings, reload->options, error);
    if (result == 0)
        index_watch_ask(reload->watch, &settings, &wait);
    pthread_mutex_unlock(&reload->reading);
    if (result == 0)
        return index_watch_wait(reload->watch, &wait, error);
    fprintf(stderr, "cratedex-server: not reloaded: %s\n", error->message);
    index_watch_note_refusal(reload->watch);
    return -1;
}

static void *run(void *context)
{
    struct reload *reload = context;
    reload->result = reload_now(reload, &reload->error);
    atomic_store(&reload->is_over, true);
    return NULL;
}

void reload_ask(struct reload *reload)
{
    reload->is_asked = reload->is_running;
    if (reload->is_running)
        return;
    service_manager_say_reloading();
    atomic_store(&reload->is_over, false);
    int reason = pthread_create(&reload->thread, NULL, run, reload);
    reload->is_running = reason == 0;
    if (reload->is_running)
        return;
    error_set(&reload->error, "cannot start a thread: %s", strerror(reason));
    fprintf(stderr, "cratedex-server: not reloaded: %s\n", reload->error.message);
    announcement_end_reload(reload->announcement, reload->error.message);
}

void reload_end(struct reload *reload)
{
    if (reload->is_running)
        pthread_join(reload->thread, NULL);
    reload->is_running = false;
}

void reload_follow(struct reload *reload)
{
    if (!reload->is_running || !atomic_load(&reload->is_over))
        return;
    reload_end(reload);
    announcement_end_reload(reload->announcement,
                            reload->result == 0 ? NULL : reload->error.message);
    if (reload->is_asked)
        reload_ask(reload);
}
