/* All logins lie one behind the other in one text while the trie is made of them. */
#include "index/build/build_logins.h"

#include "index/base/database.h"
#include "index/build/build_part.h"
#include "index/segment/logins.h"
#include "index/trie/trie_build.h"

#include <cratedex/canonical_name.h>
#include <stdlib.h>

static const char logins_sql[] =
    "SELECT login, id, 0 FROM users UNION ALL SELECT login, id, 1 FROM teams";
static const char count_sql[] = "SELECT (SELECT count(*) FROM users) + count(*) FROM teams";

struct logins {
    struct trie_entry *entries; /* the keys are set at the end, when the texts do not move */
    size_t n;
    size_t capacity;
    msgpack_sbuffer texts;
};

static int add_login(struct logins *logins, const struct build *build, sqlite3_stmt *row,
                     struct error *error)
{
    size_t length = (size_t)sqlite3_column_bytes(row, 0);
    enum membership kind = sqlite3_column_int(row, 2) == 0 ? MEMBERSHIP_USER : MEMBERSHIP_TEAM;
    if (length == 0 || length > LOGIN_MAX_BYTES)
        return 0;
    if (logins->n == logins->capacity)
        return error_set(error, "index file: there are more logins than were counted");
    if (msgpack_sbuffer_write(&logins->texts, (const char *)sqlite3_column_text(row, 0), length) !=
        0)
        return error_out_of_memory(error);
    logins->entries[logins->n++] = (struct trie_entry){
        .key_length = (uint32_t)length,
        .value = login_value(&build->memberships, kind, sqlite3_column_int64(row, 1))};
    return 0;
}

static int read_logins(struct logins *logins, const struct build *build, struct error *error)
{
    int64_t n;
    if (database_integer(build->database, count_sql, &n, error) != 0)
        return -1;
    logins->capacity = (size_t)n;
    logins->entries = calloc(logins->capacity + 1, sizeof *logins->entries);
    if (logins->entries == NULL)
        return error_out_of_memory(error);
    sqlite3_stmt *select = database_prepare(build->database, logins_sql, error);
    if (select == NULL)
        return -1;
    int found;
    while ((found = database_step(select, error)) == 1) {
        if (add_login(logins, build, select, error) != 0) {
            found = -1;
            break;
        }
    }
    sqlite3_finalize(select);
    return found;
}

int build_write_logins(struct build *build, struct error *error)
{
    struct logins logins = {0};
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    msgpack_sbuffer_init(&logins.texts);
    int result = read_logins(&logins, build, error);
    char *text = logins.texts.data;
    if (text != NULL)
        canonical_name(text, text, logins.texts.size);
    for (size_t i = 0; i < logins.n; i++) {
        logins.entries[i].key = text;
        text += logins.entries[i].key_length;
    }
    if (result == 0)
        result = trie_build(logins.entries, logins.n, &block, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_LOGINS, &block, error);
    free(logins.entries);
    msgpack_sbuffer_destroy(&logins.texts);
    msgpack_sbuffer_destroy(&block);
    return result;
}
