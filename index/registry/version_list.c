/* All versions of the crate are read, a few columns of each, then sorted and cut: a crate has
   hundreds at most. Their objects are copied from the crate's set of versions, which has them in
   the order of the ids, so that a version's place there is known from the reading. */
#include <cratedex/version_list.h>

#include "index/base/database.h"
#include "index/registry/release_tracks.h"
#include "index/registry/version_seek.h"
#include "index/registry/version_set.h"
#include "index/segment/open_reader.h"

#include <cratedex/index_file.h>
#include <cratedex/timestamp.h>
#include <stdlib.h>
#include <string.h>

struct version_list_state {
    struct index_reader *reader;
    uint32_t rank;
    struct listed_version *versions; /* the page is a part of them */
    uint32_t n_versions;
    uint32_t first; /* of the page */
    struct release_tracks tracks;
    msgpack_sbuffer nums; /* the texts that the versions point into */
};

static void free_state(struct version_list_state *state)
{
    if (state == NULL)
        return;
    release_tracks_free(&state->tracks);
    msgpack_sbuffer_destroy(&state->nums);
    free(state->versions);
    free(state);
}

static int count_versions(struct index_reader *reader, int64_t crate_id, uint32_t *n,
                          struct error *error)
{
    static const char *const text = "SELECT count(*) FROM versions WHERE crate_id = ?1";
    sqlite3_stmt *select = reader_statement(reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, crate_id);
    int found = database_step(select, error);
    if (found == 1)
        *n = (uint32_t)sqlite3_column_int64(select, 0);
    sqlite3_reset(select);
    return found == 1 ? 0 : -1;
}

static int add_version(struct version_list_state *state, sqlite3_stmt *row, struct error *error)
{
    struct listed_version *version = &state->versions[state->n_versions];
    const char *num =
        database_column_text(row, 1, INDEX_MAX_VERSION_BYTES, "version number", error);
    if (num == NULL)
        return -1;
    const char *created_at = (const char *)sqlite3_column_text(row, 2);
    *version = (struct listed_version){
        .id = sqlite3_column_int64(row, 0),
        .place = state->n_versions,
        .num_length = (size_t)sqlite3_column_bytes(row, 1),
        .is_yanked = sqlite3_column_int(row, 3) != 0,
    };
    (void)timestamp_parse(created_at != NULL ? created_at : "",
                          (size_t)sqlite3_column_bytes(row, 2), &version->created_at);
    if (version->num_length > 0 &&
        msgpack_sbuffer_write(&state->nums, num, version->num_length) != 0)
        return error_out_of_memory(error);
    state->n_versions++;
    return 0;
}

/* Newest id first, as in the set. The texts have stopped moving when they are pointed to. */
static int read_versions(struct version_list_state *state, struct error *error)
{
    static const char *const text = "SELECT id, num, created_at, yanked FROM versions"
                                    " WHERE crate_id = ?1 ORDER BY id DESC";
    int64_t crate_id = state->reader->index->columns.ids[state->rank - 1];
    uint32_t n = 0;
    if (count_versions(state->reader, crate_id, &n, error) != 0)
        return -1;
    state->versions = calloc((size_t)n + 1, sizeof *state->versions);
    if (state->versions == NULL)
        return error_out_of_memory(error);
    sqlite3_stmt *select = reader_statement(state->reader, text, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, crate_id);
    int found = 1;
    while (found == 1 && state->n_versions <= n && (found = database_step(select, error)) == 1)
        found = state->n_versions == n ? 0 : add_version(state, select, error) == 0 ? 1 : -1;
    sqlite3_reset(select);
    const char *num = state->nums.data;
    for (uint32_t i = 0; i < state->n_versions; i++) {
        listed_version_set_num(&state->versions[i], num, state->versions[i].num_length);
        num += state->versions[i].num_length;
    }
    return found;
}

static int compare_by_semver(const void *left, const void *right)
{
    return listed_version_compare(VERSION_SORT_SEMVER, left, right);
}

static int compare_by_date(const void *left, const void *right)
{
    return listed_version_compare(VERSION_SORT_DATE, left, right);
}

static void sort_versions(struct version_list_state *state, enum version_sort sort)
{
    qsort(state->versions, state->n_versions, sizeof *state->versions,
          sort == VERSION_SORT_DATE ? compare_by_date : compare_by_semver);
}

static bool is_wanted(const struct version_query *query, const struct listed_version *version)
{
    for (size_t i = 0; i < query->n_nums; i++) {
        if (query->nums[i].length == version->num_length &&
            memcmp(query->nums[i].data, version->num, version->num_length) == 0)
            return true;
    }
    return query->n_nums == 0;
}

static void filter_versions(struct version_list_state *state, const struct version_query *query)
{
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < state->n_versions; i++) {
        if (is_wanted(query, &state->versions[i]))
            state->versions[n_kept++] = state->versions[i];
    }
    state->n_versions = n_kept;
}

/* Sorted by SemVer first where tracks are wanted, which are read off that order. */
static int arrange(struct version_list_state *state, const struct version_query *query,
                   struct error *error)
{
    bool is_paged = query->limit > 0;
    if (!is_paged)
        filter_versions(state, query);
    if (query->has_release_tracks) {
        sort_versions(state, VERSION_SORT_SEMVER);
        if (release_tracks_find(&state->tracks, state->versions, state->n_versions, error) != 0)
            return -1;
    }
    if (is_paged)
        filter_versions(state, query);
    if (!query->has_release_tracks || query->sort != VERSION_SORT_SEMVER)
        sort_versions(state, query->sort);
    return 0;
}

/* What comes behind the key's version, wherever that stands now; where it is gone, behind the place
   that it had. */
static uint32_t find_start(const struct version_list_state *state, enum version_sort sort,
                           const struct listed_version *after)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i < state->n_versions; i++)
        if (state->versions[i].id == after->id)
            return i + 1;
    while (start < state->n_versions &&
           listed_version_compare(sort, &state->versions[start], after) <= 0)
        start++;
    return start;
}

static void cut_page(struct version_list *list, const struct version_query *query,
                     const struct listed_version *after)
{
    struct version_list_state *state = list->state;
    if (after != NULL)
        state->first = find_start(state, query->sort, after);
    list->n = state->n_versions - state->first;
    if (query->limit > 0 && list->n >= query->limit) {
        list->n = query->limit;
        version_seek_format(query->sort, &state->versions[state->first + list->n - 1],
                            list->seek_key);
    }
    list->total = list->n > 0 ? state->n_versions : 0;
}

static enum version_list_status find_page(struct version_list *list,
                                          const struct version_query *query, struct error *error)
{
    struct version_seek seek;
    bool has_seek = query->after.data != NULL;
    if (has_seek &&
        version_seek_parse(&seek, query->sort, query->after.data, query->after.length) != 0) {
        error_set(error, "invalid seek parameter");
        return VERSION_LIST_INVALID_SEEK;
    }
    if (read_versions(list->state, error) != 0 || arrange(list->state, query, error) != 0)
        return VERSION_LIST_FAILED;
    cut_page(list, query, has_seek ? &seek.version : NULL);
    return VERSION_LIST_OK;
}

enum version_list_status version_list_open(struct version_list *list, struct index_reader *reader,
                                           const struct version_query *query, struct error *error)
{
    *list = (struct version_list){.state = calloc(1, sizeof *list->state)};
    if (list->state == NULL) {
        error_out_of_memory(error);
        return VERSION_LIST_FAILED;
    }
    list->state->reader = reader;
    list->state->rank = query->rank;
    msgpack_sbuffer_init(&list->state->nums);
    enum version_list_status status = find_page(list, query, error);
    if (status != VERSION_LIST_OK)
        version_list_close(list);
    return status;
}

void version_list_close(struct version_list *list)
{
    free_state(list->state);
    list->state = NULL;
}

int version_list_encode(const struct version_list *list, struct encoder *encoder,
                        struct error *error)
{
    const struct version_list_state *state = list->state;
    struct version_set set;
    if (version_set_open(state->reader, state->rank, encoder->encoding, &set, error) != 0)
        return -1;
    for (uint32_t i = 0; i < list->n; i++) {
        const struct listed_version *version = &state->versions[state->first + i];
        if (version->place >= set.n || set.ids[version->place] != version->id)
            return error_set(error, "index file: a set of versions lacks one");
        size_t size;
        const void *bytes = version_set_document(&set, version->place, &size);
        encoder_fragment(encoder, bytes, size);
    }
    return 0;
}

void version_list_encode_tracks(const struct version_list *list, struct encoder *encoder)
{
    release_tracks_encode(&list->state->tracks, encoder);
}
