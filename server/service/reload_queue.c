/* A list of those who wait, behind a mutex. The thread that answers takes the whole list before it
   begins, so that who asks meanwhile is answered by the next snapshot, which is opened after they
   asked. Of several settings the newest count. */
#include "server/service/reload_queue.h"

#include <stddef.h>

void reload_queue_init(struct reload_queue *queue)
{
    *queue = (struct reload_queue){.waiting = NULL};
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->answered, NULL);
    pthread_cond_init(&queue->left, NULL);
}

void reload_queue_destroy(struct reload_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->n_waiting > 0)
        pthread_cond_wait(&queue->left, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);
    pthread_cond_destroy(&queue->left);
    pthread_cond_destroy(&queue->answered);
    pthread_mutex_destroy(&queue->mutex);
}

static void answer(struct reload_wait *wait, int result, const struct error *error)
{
    while (wait != NULL) {
        struct reload_wait *next = wait->next;
        wait->result = result;
        if (result != 0)
            wait->error = *error;
        wait->is_over = true;
        wait = next;
    }
}

static void say_end(struct reload_wait *waiting)
{
    struct error error;
    answer(waiting, error_set(&error, "the server ends"), &error);
}

void reload_queue_ask(struct reload_queue *queue, const struct settings *settings,
                      struct reload_wait *wait)
{
    pthread_mutex_lock(&queue->mutex);
    *wait = (struct reload_wait){.next = queue->is_closed ? NULL : queue->waiting};
    queue->n_waiting++;
    if (queue->is_closed) {
        say_end(wait);
    } else {
        queue->waiting = wait;
        if (settings != NULL)
            queue->settings = *settings;
        queue->has_settings |= settings != NULL;
    }
    pthread_mutex_unlock(&queue->mutex);
}

int reload_queue_wait(struct reload_queue *queue, struct reload_wait *wait, struct error *error)
{
    pthread_mutex_lock(&queue->mutex);
    while (!wait->is_over)
        pthread_cond_wait(&queue->answered, &queue->mutex);
    queue->n_waiting--;
    pthread_cond_signal(&queue->left);
    pthread_mutex_unlock(&queue->mutex);
    if (wait->result != 0 && error != NULL)
        *error = wait->error;
    return wait->result;
}

bool reload_queue_take(struct reload_queue *queue, struct reload_request *request)
{
    pthread_mutex_lock(&queue->mutex);
    bool is_asked = queue->waiting != NULL;
    if (is_asked) {
        request->waiting = queue->waiting;
        request->has_settings = queue->has_settings;
        if (queue->has_settings)
            request->settings = queue->settings;
        queue->waiting = NULL;
        queue->has_settings = false;
    }
    pthread_mutex_unlock(&queue->mutex);
    return is_asked;
}

void reload_queue_answer(struct reload_queue *queue, struct reload_request *request, int result,
                         const struct error *error)
{
    pthread_mutex_lock(&queue->mutex);
    answer(request->waiting, result, error);
    pthread_cond_broadcast(&queue->answered);
    pthread_mutex_unlock(&queue->mutex);
}

void reload_queue_close(struct reload_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->is_closed = true;
    say_end(queue->waiting);
    queue->waiting = NULL;
    pthread_cond_broadcast(&queue->answered);
    pthread_mutex_unlock(&queue->mutex);
}
