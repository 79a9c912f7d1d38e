/* Names are looked up in memory, before the cache: all spellings of a name share its entries, and a
   name that does not exist costs no more than that. Versions are looked up in the file, behind the
   cache. */
#include "server/endpoints/crate_path.h"

#include <cratedex/canonical_name.h>
#include <cratedex/version_lookup.h>
#include <stdio.h>
#include <string.h>

int crate_path_find(const struct index *index, const struct path_value *name, uint32_t *rank,
                    struct failure *failure)
{
    *rank = index_find_crate(index, name->text, name->length);
    if (*rank == 0)
        return failure_set(failure, 404, "crate `%.*s` does not exist", (int)name->length,
                           name->text);
    return 0;
}

void crate_path_tag(const struct index *index, uint32_t rank, char tag[ANSWER_MAX_SURROGATE_KEY])
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    struct index_crate crate;
    char name[INDEX_MAX_NAME_BYTES + 1];
    index_crate(index, rank, &crate);
    canonical_name(name, crate.name, crate.name_length);
    name[crate.name_length] = '\0';
    if (strspn(name, allowed) == crate.name_length)
        snprintf(tag, ANSWER_MAX_SURROGATE_KEY, "crate/%s", name);
}

int64_t crate_path_id(const struct index *index, uint32_t rank)
{
    struct index_crate crate;
    index_crate(index, rank, &crate);
    return crate.id;
}

void crate_path_key(const struct index *index, uint32_t rank, struct canonical_key *key)
{
    canonical_key_number(key, 'c', (uint64_t)crate_path_id(index, rank));
}

int crate_path_prepare(const struct question *question, uint32_t *rank, struct failure *failure)
{
    if (crate_path_find(question->snapshot->index, &question->request->path_values[0], rank,
                        failure) != 0)
        return -1;
    crate_path_key(question->snapshot->index, *rank, question->key);
    return 0;
}

int crate_path_prepare_version(const struct question *question, struct crate_version_path *path,
                               struct failure *failure)
{
    path->name = question->request->path_values[0];
    path->version = question->request->path_values[1];
    if (crate_path_prepare(question, &path->rank, failure) != 0)
        return -1;
    canonical_key_text(question->key, 'v', path->version.text, path->version.length);
    return 0;
}

int crate_path_find_version(struct index_reader *reader, const struct crate_version_path *path,
                            int64_t *version_id, struct failure *failure)
{
    int found = index_find_version(reader, path->rank, path->version.text, path->version.length,
                                   version_id, &failure->error);
    if (found == 1)
        return 0;
    if (found < 0) {
        failure->status = 500;
        return -1;
    }
    return failure_set(failure, 404, "crate `%.*s` does not have a version `%.*s`",
                       (int)path->name.length, path->name.text, (int)path->version.length,
                       path->version.text);
}
