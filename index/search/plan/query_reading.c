/* Each name is a probe of the trie of names; the versions of a crate are asked for only where the
   text says one that is unsure. */
#include "index/search/plan/query_reading.h"

#include "index/base/database.h"
#include "index/trie/trie.h"

#include <cratedex/canonical_name.h>
#include <string.h>

/* A crate is well known that is among the first of all, one in so many. */
#define KNOWN_SHARE 32

/* The most popular crate of that canonical name; 0 where there is none. */
static uint32_t find_canonical(const struct index *index, const char *name, size_t length)
{
    return length > 0 ? trie_find_first(&index->names, name, length) : 0;
}

static uint32_t find_crate(const struct index *index, struct search_string name)
{
    char canonical[SEARCH_MAX_TEXT_BYTES];
    canonical_name(canonical, name.data, name.length);
    return find_canonical(index, canonical, name.length);
}

/* The crate whose name is the text but for what stands between words: `_` there, or nothing. */
static uint32_t find_crate_of_words(const struct index *index, struct search_string text)
{
    char separated[SEARCH_MAX_TEXT_BYTES];
    char joined[SEARCH_MAX_TEXT_BYTES];
    size_t n_separated = 0;
    size_t n_joined = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if ((query_is_name_byte(c) && c != '-' && c != '_') || (unsigned char)c > 127) {
            canonical_name(&separated[n_separated], &c, 1);
            joined[n_joined++] = separated[n_separated++];
        } else if (n_separated > 0 && separated[n_separated - 1] != '_') {
            separated[n_separated++] = '_';
        }
    }
    uint32_t first = find_canonical(index, separated, n_separated);
    uint32_t second = find_canonical(index, joined, n_joined);
    return first == 0 || (second > 0 && second < first) ? second : first;
}

/* One row of ?1, the crate's id, and ?2, the version: 1, 0, or -1 and why. `sql` is static. */
static int look_up_version(struct index_reader *reader, const char *sql, uint32_t rank,
                           struct search_string version, struct error *error)
{
    sqlite3_stmt *select = reader_statement(reader, sql, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, reader->index->columns.ids[rank - 1]);
    sqlite3_bind_text64(select, 2, version.data, version.length, SQLITE_STATIC, SQLITE_UTF8);
    int found = database_step(select, error);
    sqlite3_reset(select);
    return found;
}

/* Whether the crate has a version that is this one or begins with it. */
static int has_beginning(struct index_reader *reader, uint32_t rank, struct search_string version,
                         struct error *error)
{
    /* What follows a point comes before `/`. */
    static const char *const sql =
        "SELECT 1 FROM versions WHERE crate_id = ?1 AND (num = ?2 OR num > ?2 || '.' AND num < ?2 "
        "|| '/') LIMIT 1";
    return look_up_version(reader, sql, rank, version, error);
}

int query_reading_has_version(const struct query_reading *reading, struct index_reader *reader,
                              struct error *error)
{
    static const char *const sql = "SELECT 1 FROM versions WHERE crate_id = ?1 AND num = ?2";
    return reading->n_named == 0 || reading->version.data == NULL
               ? 0
               : look_up_version(reader, sql, reading->named[0], reading->version, error);
}

/* Whether what looks like a version is one of this crate. */
static int believe_version(const struct query_reading *reading, const struct index *index,
                           struct index_reader *reader, uint32_t rank, struct error *error)
{
    const struct query_text *read = &reading->read;
    if (read->version_form == QUERY_VERSION_PLAIN)
        return 1;
    if (read->version_form == QUERY_VERSION_NUMBER) {
        uint32_t whole = find_crate_of_words(index, read->text);
        if (reader == NULL || (whole != 0 && rank >= whole / QUERY_FAR_BETTER))
            return 0;
    }
    return reader == NULL ? 1 : has_beginning(reader, rank, read->names.version, error);
}

/* Words may mean a crate that people know. */
static bool is_well_known(const struct index *index, uint32_t rank)
{
    return query_is_popular(index, rank, KNOWN_SHARE);
}

/* Whether a `::` stands there, which may be for any separator. */
static bool has_path(struct search_string text)
{
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.data[i] == ':' && text.data[i + 1] == ':')
            return true;
    }
    return false;
}

static void add_named(struct query_reading *reading, uint32_t rank)
{
    if (rank != 0)
        reading->named[reading->n_named++] = rank;
}

/* The names side by side are what is searched for. */
static void search_for_names(struct query_reading *reading)
{
    struct query_text *read = &reading->read;
    size_t length = 0;
    for (size_t i = 0; i < read->names.n_names; i++) {
        struct search_string name = read->names.names[i];
        if (length > 0)
            read->words[length++] = ' ';
        memcpy(read->words + length, name.data, name.length);
        length += name.length;
    }
    reading->text = (struct search_string){read->words, length};
    reading->version = read->names.version;
}

/* The crate of that rank, and a version, or else words: then the crate is still named, if it is
   well known and the version no number alone. */
static int settle_version(struct query_reading *reading, const struct index *index,
                          struct index_reader *reader, uint32_t rank, struct error *error)
{
    int is_version = believe_version(reading, index, reader, rank, error);
    if (is_version < 0)
        return -1;
    if (is_version > 0)
        search_for_names(reading);
    if (is_version > 0 ||
        (reading->read.version_form != QUERY_VERSION_NUMBER && is_well_known(index, rank)))
        add_named(reading, rank);
    return 0;
}

/* Words that name a crate if there is one. */
static int settle(struct query_reading *reading, const struct index *index,
                  struct index_reader *reader, struct error *error)
{
    struct query_text *read = &reading->read;
    uint32_t rank = find_crate_of_words(index, read->names.names[0]);
    if (rank == 0) {
        /* The name may be misspelt, but the version surely is one. */
        if (read->version_form == QUERY_VERSION_PLAIN)
            search_for_names(reading);
        return 0;
    }
    if (read->version_form != QUERY_VERSION_NONE)
        return settle_version(reading, index, reader, rank, error);
    /* `tokio::util`, `rust embed` and `xml.rs` may be names themselves, and are then, unless the
       crate is far more popular that they name else. */
    uint32_t whole = find_crate_of_words(index, read->text);
    reading->is_name = whole != 0 && (rank >= whole / QUERY_FAR_BETTER || has_path(read->text));
    if (reading->is_name && is_well_known(index, rank))
        add_named(reading, rank);
    if (reading->is_name)
        return 0;
    /* Several words may be a topic as well: they are what is searched for, no more. */
    if (memchr(read->names.names[0].data, ' ', read->names.names[0].length) == NULL)
        add_named(reading, rank);
    search_for_names(reading);
    return 0;
}

static int read_typed(struct query_reading *reading, const struct index *index,
                      struct index_reader *reader, struct error *error)
{
    struct query_text *read = &reading->read;
    char canonical[SEARCH_MAX_TEXT_BYTES];
    canonical_name(canonical, read->typed.data, read->typed.length);
    reading->n_typed =
        trie_find(&index->names, canonical, read->typed.length, &reading->typed_values);
    if (reading->n_typed > 0) {
        reading->text = read->typed;
        return 0;
    }
    if (read->kind == QUERY_TEXT_PLAIN && read->text.length < read->words_typed.length &&
        find_crate_of_words(index, read->words_typed) != 0)
        reading->text = read->words_typed; /* `mem mem`, memmem */
    if (read->kind == QUERY_TEXT_PERHAPS)
        return settle(reading, index, reader, error);
    if (read->kind == QUERY_TEXT_NAMES) {
        for (size_t i = 0; i < read->names.n_names; i++)
            add_named(reading, find_crate(index, read->names.names[i]));
        search_for_names(reading);
    }
    return 0;
}

int query_reading_make(struct query_reading *reading, const struct index *index,
                       struct index_reader *reader, struct search_string typed, struct error *error)
{
    struct query_text *read = &reading->read;
    query_text_read(read, typed);
    reading->text = read->text;
    reading->is_name = false;
    reading->n_named = 0;
    reading->version = (struct search_string){NULL, 0};
    int status = read_typed(reading, index, reader, error);
    reading->is_as_typed = reading->text.length == read->typed.length &&
                           memcmp(reading->text.data, read->typed.data, read->typed.length) == 0;
    return status;
}
