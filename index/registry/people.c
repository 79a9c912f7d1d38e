/* Users and teams are found along an index of the file over the canonical form of their logins, the
   owners of a crate along one over its rank: none of these reads grows with the registry. A login
   on GitHub tells where the account lies, so addresses are made here and not stored. */
#include <cratedex/people.h>

#include "index/base/database.h"
#include "index/segment/reader_rows.h"

/* `github:organization:team` lies at https://github.com/organization. */
#define TEAM_URL                                                                                   \
    "CASE WHEN teams.login LIKE 'github:_%:_%' THEN 'https://github.com/' ||"                      \
    " substr(teams.login, 8, instr(substr(teams.login, 8), ':') - 1) END"

static const struct row_member team_members[] = {{"id", ROW_VALUE},
                                                 {"login", ROW_VALUE},
                                                 {"name", ROW_VALUE},
                                                 {"avatar", ROW_VALUE},
                                                 {"url", ROW_VALUE}};
#define TEAM_MEMBERS ((uint32_t)(sizeof team_members / sizeof *team_members))

int user_encode(struct index_reader *reader, const char *login, size_t length,
                struct encoder *encoder, struct error *error)
{
    static const char *const user =
        "SELECT " USER_COLUMNS " FROM users"
        " WHERE " CANONICAL_LOGIN("login") " = " CANONICAL_LOGIN("?1") " ORDER BY id DESC LIMIT 1";
    return reader_encode_row(reader, user, login, length, user_members, USER_MEMBERS, encoder,
                             error);
}

static int64_t total_downloads(const struct index_reader *reader, enum membership kind, int64_t id)
{
    const struct index *index = reader->index;
    struct membership_list owned = memberships_of(&index->memberships, kind, id);
    int64_t sum = 0;
    for (uint32_t i = 0; i < owned.n; i++)
        if (__builtin_add_overflow(sum, index->columns.downloads[owned.ranks[i] - 1], &sum))
            return INT64_MAX;
    return sum;
}

int64_t user_total_downloads(const struct index_reader *reader, int64_t user_id)
{
    return total_downloads(reader, MEMBERSHIP_USER, user_id);
}

int64_t team_total_downloads(const struct index_reader *reader, int64_t team_id)
{
    return total_downloads(reader, MEMBERSHIP_TEAM, team_id);
}

int team_encode(struct index_reader *reader, const char *login, size_t length,
                struct encoder *encoder, struct error *error)
{
    static const char *const team = "SELECT id, login, name, avatar, " TEAM_URL " FROM teams"
                                    " WHERE " CANONICAL_LOGIN("login") " = " CANONICAL_LOGIN(
                                        "?1") " ORDER BY login = ?1 DESC, id DESC LIMIT 1";
    return reader_encode_row(reader, team, login, length, team_members, TEAM_MEMBERS, encoder,
                             error);
}

/* A user has all of them; a team, which has one account alone, all but the last. */
static const struct row_member owner_members[] = {{"id", ROW_VALUE},
                                                  {"login", ROW_VALUE},
                                                  {"kind", ROW_VALUE},
                                                  {"url", ROW_VALUE},
                                                  {"name", ROW_VALUE},
                                                  {"avatar", ROW_VALUE},
                                                  {"github_username_matches", ROW_BOOLEAN}};
#define USER_OWNER_MEMBERS ((int)(sizeof owner_members / sizeof *owner_members))
#define TEAM_OWNER_MEMBERS (USER_OWNER_MEMBERS - 1)

/* The owners of one kind, whose statement stands at the first of them where there is one. */
struct owner_rows {
    sqlite3_stmt *statement;
    int n_members;
    int found;
    uint32_t n_owners;
};

static int owner_rows_begin(struct owner_rows *rows, struct index_reader *reader, const char *sql,
                            int n_members, uint32_t rank, struct error *error)
{
    *rows = (struct owner_rows){reader_statement(reader, sql, error), n_members, 0, 0};
    if (rows->statement == NULL)
        return -1;
    sqlite3_bind_int64(rows->statement, 1, rank);
    rows->found = database_step(rows->statement, error);
    if (rows->found == 1)
        rows->n_owners = (uint32_t)sqlite3_column_int64(rows->statement, n_members);
    return rows->found < 0 ? -1 : 0;
}

static int owner_rows_write(struct owner_rows *rows, struct encoder *encoder, struct error *error)
{
    while (rows->found == 1) {
        row_document(rows->statement, 0, owner_members, (uint32_t)rows->n_members, encoder);
        rows->found = database_step(rows->statement, error);
    }
    return rows->found;
}

int crate_owners_encode(struct index_reader *reader, uint32_t rank, enum owners owners,
                        struct encoder *encoder, struct error *error)
{
    static const char *const users_sql =
        "SELECT users.id, users.login, 'user', " USER_URL ", users.name, users.avatar,"
        " users.github_username_matches, count(*) OVER () FROM crate_owners JOIN users ON "
        "users.id ="
        " owner_id WHERE owner_kind = 0 AND rank = ?1 ORDER BY users.id";
    static const char *const teams_sql =
        "SELECT teams.id, teams.login, 'team', " TEAM_URL ", teams.name, teams.avatar,"
        " count(*) OVER () FROM crate_owners JOIN teams ON teams.id = owner_id"
        " WHERE owner_kind = 1 AND rank = ?1 ORDER BY teams.id";
    struct owner_rows users = {NULL, 0, 0, 0};
    struct owner_rows teams = {NULL, 0, 0, 0};
    int result = 0;
    if (owners != OWNERS_TEAMS)
        result = owner_rows_begin(&users, reader, users_sql, USER_OWNER_MEMBERS, rank, error);
    if (owners != OWNERS_USERS && result == 0)
        result = owner_rows_begin(&teams, reader, teams_sql, TEAM_OWNER_MEMBERS, rank, error);
    if (result == 0) {
        encoder_array(encoder, users.n_owners + teams.n_owners);
        result = owner_rows_write(&users, encoder, error);
        if (result == 0)
            result = owner_rows_write(&teams, encoder, error);
        encoder_end_array(encoder);
    }
    sqlite3_reset(users.statement);
    sqlite3_reset(teams.statement);
    return result;
}
