/* Threads take the tasks one by one, each with an SQLite connection of its own; this thread takes
   part, and does all of it where no other can be had. They are joined before open_stage_run
   returns. */
#include "index/segment/open_stage.h"

#include "index/segment/index_database.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

/* More threads find nothing to do: most bytes are in few parts. */
#define MAX_THREADS 4

/* Tasks that are shared out among threads. */
struct stage {
    struct index *index;
    bool reads_file; /* a thread needs a connection */
    const struct open_task *tasks;
    size_t n_tasks;
    pthread_mutex_t mutex; /* guards what follows */
    size_t next;           /* the first task that nobody has taken */
    size_t failed;         /* the first task that failed; n_tasks where none has */
    struct error error;    /* its error */
};

/* Takes and runs tasks until there is none. After a failure nobody takes any more, but all tasks
   before it were taken: the fault that is told is the one that a single thread would find. */
static void run_tasks(struct stage *stage, sqlite3 *database)
{
    for (;;) {
        struct error error = {.message = ""};
        pthread_mutex_lock(&stage->mutex);
        size_t i = stage->failed < stage->n_tasks ? stage->n_tasks : stage->next;
        stage->next = i < stage->n_tasks ? i + 1 : i;
        pthread_mutex_unlock(&stage->mutex);
        if (i == stage->n_tasks)
            return;
        if (stage->tasks[i].run(stage->index, database, stage->tasks[i].part, &error) == 0)
            continue;
        pthread_mutex_lock(&stage->mutex);
        if (i < stage->failed) {
            stage->failed = i;
            stage->error = error;
        }
        pthread_mutex_unlock(&stage->mutex);
    }
}

/* A thread that gets no connection leaves the tasks to the others. */
static void *help(void *context)
{
    struct stage *stage = context;
    struct error error;
    sqlite3 *database =
        stage->reads_file ? index_database_connect(stage->index->pages, &error) : NULL;
    if (database != NULL || !stage->reads_file)
        run_tasks(stage, database);
    sqlite3_close(database);
    return NULL;
}

/* A thread that was made nicer than others are leaves the other processors to them. */
static bool stands_back(void)
{
    return getpriority(PRIO_PROCESS, 0) > 0; /* of this thread, on Linux */
}

int open_stage_run(struct index *index, sqlite3 *database, const struct open_task *tasks,
                   size_t n_tasks, struct error *error)
{
    struct stage stage = {.index = index,
                          .reads_file = database != NULL,
                          .tasks = tasks,
                          .n_tasks = n_tasks,
                          .failed = n_tasks};
    pthread_t threads[MAX_THREADS - 1];
    long n_wanted = stands_back() ? 0 : sysconf(_SC_NPROCESSORS_ONLN) - 1;
    int n_threads = 0;
    pthread_mutex_init(&stage.mutex, NULL);
    while (n_threads < n_wanted && n_threads < MAX_THREADS - 1 &&
           pthread_create(&threads[n_threads], NULL, help, &stage) == 0)
        n_threads++;
    run_tasks(&stage, database);
    while (n_threads > 0)
        pthread_join(threads[--n_threads], NULL);
    pthread_mutex_destroy(&stage.mutex);
    if (stage.failed == n_tasks)
        return 0;
    *error = stage.error;
    return -1;
}
