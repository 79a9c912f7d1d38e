/* An answer's address is written once: clients ask for it, and the server makes of the same query
   the body that it measures, so that both are of one request. */
#include "server/pages/encodings/compared_answer.h"

#include "server/endpoints/endpoints.h"

#include <stdio.h>
#include <string.h>

#define N_KINDS (sizeof kinds / sizeof *kinds)
#define MANY_RANKS 1000 /* are looked through for a name that can stand in a path */

static const struct compared_kind kinds[] = {
    {"search_10", "A search, 10 crates", &list_crates_endpoint, SUBJECT_TEXT, "&per_page=10",
     "created_since"},
    {"search_100", "A search, 100 crates", &list_crates_endpoint, SUBJECT_TEXT, "&per_page=100",
     "created_since"},
    {"summary", "The homepage's lists", &summary_endpoint, SUBJECT_NONE, NULL, NULL},
    {"crate", "A crate with its versions", &show_crate_endpoint, SUBJECT_CRATE, NULL, NULL},
    {"suggestions", "Suggestions", &suggest_endpoint, SUBJECT_TEXT, "&limit=10", NULL},
};

const struct compared_kind *compared_kind_at(size_t i)
{
    return i < N_KINDS ? &kinds[i] : NULL;
}

static const struct compared_kind *find_kind(const struct query_string *query)
{
    const struct query_parameter *of = query_string_find(query, "of");
    if (of == NULL || of->value_length == 0)
        return &kinds[0];
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].name, of->value) == 0)
            return &kinds[i];
    return NULL;
}

static bool can_stand_in_path(const struct path_value *name)
{
    return name->length > 0 && memchr(name->text, '/', name->length) == NULL;
}

/* The name of the most popular crate that the API can be asked for; empty where there is none. */
static struct path_value popular_name(const struct index *index)
{
    uint32_t n_crates = index_n_crates(index);
    for (uint32_t rank = 1; rank <= n_crates && rank <= MANY_RANKS; rank++) {
        struct index_crate crate;
        index_crate(index, rank, &crate);
        const struct path_value name = {.text = crate.name, .length = crate.name_length};
        if (can_stand_in_path(&name))
            return name;
    }
    return (struct path_value){.text = "", .length = 0};
}

/* As the crate spells it: compressing a large answer eight times takes a quarter of a second, which
   no other spelling of its name shall cost again. */
static struct path_value own_name(const struct index *index, const struct path_value *typed)
{
    const uint32_t rank = index_find_crate(index, typed->text, typed->length);
    struct index_crate crate;
    if (rank == 0)
        return *typed;
    index_crate(index, rank, &crate);
    return (struct path_value){.text = crate.name, .length = crate.name_length};
}

static int write_address(struct compared_answer *answer)
{
    const struct compared_kind *kind = answer->kind;
    const struct path_value *subject = &answer->subject;
    char *out = answer->address;
    const char *path = kind->endpoint->path;
    size_t length = strcspn(path, "{"); /* a crate's name is the end of its path */
    memcpy(out, path, length);
    if (kind->subject == SUBJECT_TEXT)
        length += (size_t)snprintf(out + length, 4, "?q=");
    if (kind->subject != SUBJECT_NONE && query_string_encode(out, sizeof answer->address, &length,
                                                             subject->text, subject->length) != 0)
        return -1;
    int rest = snprintf(out + length, sizeof answer->address - length, "%s",
                        kind->rest != NULL ? kind->rest : "");
    if ((size_t)rest >= sizeof answer->address - length)
        return -1;
    length = strcspn(out, "?");
    answer->query_at = length + (out[length] == '?');
    return 0;
}

int compared_answer_read(const struct query_string *query, const struct index *index,
                         struct compared_answer *answer, struct failure *failure)
{
    const struct query_parameter *text = query_string_find(query, "q");
    answer->kind = find_kind(query);
    if (answer->kind == NULL)
        return failure_set(failure, 400,
                           "there is no such answer to compare: use of=search_10, search_100, "
                           "summary, crate or suggestions");
    answer->subject = text != NULL && text->value_length > 0
                          ? (struct path_value){.text = text->value, .length = text->value_length}
                          : popular_name(index);
    if (answer->kind->subject == SUBJECT_CRATE && !can_stand_in_path(&answer->subject))
        return failure_set(failure, 404, "no path of the API has a crate called `%.*s`",
                           (int)answer->subject.length, answer->subject.text);
    if (answer->kind->subject == SUBJECT_CRATE)
        answer->subject = own_name(index, &answer->subject);
    if (write_address(answer) != 0)
        return failure_set(failure, 400, "the text is too long to be asked for");
    return 0;
}

struct part compared_answer_part(const struct compared_answer *answer)
{
    struct part part = {
        .endpoint = answer->kind->endpoint,
        .query = answer->address + answer->query_at,
        .query_length = strlen(answer->address + answer->query_at),
    };
    if (answer->kind->subject == SUBJECT_CRATE)
        part.path_values[0] = answer->subject;
    return part;
}
