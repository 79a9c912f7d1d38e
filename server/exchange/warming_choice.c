/* All that are in use are referenced first, under the cache's locks, and sorted; then it is copied
   what the first of them were asked for, and the references are given up: what the cache evicts
   while answers are made is free at once. */
#include "server/exchange/warming_choice.h"

#include "server/answer/answer.h"

#include <stdlib.h>

struct used {
    struct cache_entry *entry; /* referenced */
    unsigned n_uses;
};

struct survey {
    uint64_t generation;
    struct used *used;
    size_t n_used;
    size_t capacity;
};

static const struct answer_head *head_of(const struct cache_entry *entry)
{
    return answer_head(cache_value(entry));
}

/* For cache_visit. */
static bool note(void *context, struct cache_entry *entry, unsigned n_uses)
{
    struct survey *survey = context;
    const struct original_request *original = head_of(entry)->original;
    if (n_uses == 0 || original == NULL || original->generation != survey->generation)
        return true;
    if (survey->n_used == survey->capacity)
        return false; /* more were added since they were counted */
    cache_reference(entry);
    survey->used[survey->n_used++] = (struct used){entry, n_uses};
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct used *a = left;
    const struct used *b = right;
    return (a->n_uses < b->n_uses) - (a->n_uses > b->n_uses);
}

static size_t count_entries(struct cache *cache)
{
    size_t n_entries = 0;
    for (unsigned i = 0; i < cache_n_shards(cache); i++) {
        struct cache_statistics statistics;
        cache_read_shard_statistics(cache, i, &statistics);
        n_entries += statistics.n_entries;
    }
    return n_entries;
}

/* How many of them, from the first on. */
static size_t cut(const struct survey *survey, size_t max_answers, size_t max_bytes)
{
    size_t n = 0;
    size_t n_bytes = 0;
    while (n < survey->n_used && n < max_answers) {
        n_bytes += answer_cost(cache_value(survey->used[n].entry));
        if (n_bytes > max_bytes)
            break;
        n++;
    }
    return n;
}

static int copy(struct chosen_answer *chosen, const struct used *used)
{
    const struct answer *answer = cache_value(used->entry);
    const struct answer_head *head = answer_head(answer);
    chosen->original = original_request_copy(NULL, head->original);
    chosen->n_uses = used->n_uses;
    chosen->is_redirect = head->location != NULL;
    for (unsigned i = 0; i < N_CONTENT_CODINGS; i++)
        chosen->codings[i] = answer_was_coded(answer, (enum content_coding)i);
    return chosen->original != NULL ? 0 : -1;
}

static int copy_first(struct warming_choice *choice, const struct survey *survey, size_t n)
{
    if (n == 0)
        return 0;
    choice->answers = calloc(n, sizeof *choice->answers);
    if (choice->answers == NULL)
        return -1;
    while (choice->n_answers < n) {
        if (copy(&choice->answers[choice->n_answers], &survey->used[choice->n_answers]) != 0)
            return -1;
        choice->n_answers++;
    }
    return 0;
}

int warming_choose(struct warming_choice *choice, struct cache *cache, uint64_t generation,
                   size_t max_answers, size_t max_bytes)
{
    struct survey survey = {.generation = generation, .capacity = count_entries(cache)};
    *choice = (struct warming_choice){.answers = NULL};
    if (survey.capacity == 0)
        return 0;
    survey.used = malloc(survey.capacity * sizeof *survey.used);
    if (survey.used == NULL)
        return -1;
    cache_visit(cache, note, &survey);
    qsort(survey.used, survey.n_used, sizeof *survey.used, compare);
    int status = copy_first(choice, &survey, cut(&survey, max_answers, max_bytes));
    for (size_t i = 0; i < survey.n_used; i++)
        cache_release(cache, survey.used[i].entry);
    free(survey.used);
    return status;
}

void warming_choice_free(struct warming_choice *choice)
{
    for (size_t i = 0; i < choice->n_answers; i++)
        free(choice->answers[i].original);
    free(choice->answers);
    *choice = (struct warming_choice){.answers = NULL};
}
