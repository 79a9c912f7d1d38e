/* Users as answers have them, out of what the dump says. Since June 2026 an account on GitHub is a
   row of oauth_github.csv, and a user may have none, or several; before, it was part of the user's
   own row. Which of the two holds is a matter of the whole dump: a user without a row there has no
   picture, even where a column of older dumps would have one. Accounts of people who are not among
   the users are no fault: the dump has only the users who own or published something, and the
   accounts of all. */
#include "index/build/build_people.h"

#include "index/base/database.h"

#define LOGIN "coalesce(username, gh_login)"

/* Of several accounts the one of the user's own name gives the picture, else the oldest on GitHub:
   the first of the user's places. */
static const char *const with_accounts =
    "CREATE INDEX temp.accounts_by_user ON staged_github_accounts(user_id);"
    "INSERT INTO users SELECT id, own_login, gh_login, name, avatar, created_at, matches FROM"
    " (SELECT users.*, accounts.avatar, coalesce(accounts.login = own_login, 0) AS matches,"
    "   row_number() OVER (PARTITION BY id ORDER BY accounts.login = own_login DESC, account_id)"
    "   AS place FROM (SELECT *, " LOGIN " AS own_login FROM staged_users) AS users"
    "  LEFT JOIN staged_github_accounts AS accounts ON user_id = users.id)"
    " WHERE place = 1 ORDER BY id;";

/* GitHub's picture of an account stands in for one of their own. A dump without names on the
   registry is older than them: they were those on GitHub. */
static const char *const without_accounts =
    "INSERT INTO users SELECT id, " LOGIN ", gh_login, name,"
    " coalesce(gh_avatar, CASE WHEN gh_id > 0 THEN"
    "  'https://avatars.githubusercontent.com/u/' || gh_id || '?v=4' END),"
    " created_at, " LOGIN " = gh_login FROM staged_users ORDER BY id;";

int build_write_users(struct build *build, struct error *error)
{
    return database_execute(build->database,
                            build->has_github_accounts ? with_accounts : without_accounts, error);
}
