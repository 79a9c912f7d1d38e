/* Objects out of rows: a table says which column is which member, so that an endpoint is its SQL
   and its members. */
#ifndef CRATEDEX_INDEX_ROW_DOCUMENT_H
#define CRATEDEX_INDEX_ROW_DOCUMENT_H

#include <cratedex/encoder.h>
#include <cratedex/error.h>
#include <sqlite3.h>
#include <stdint.h>

/* How a column is written; NULL is null where nothing else is said. */
enum row_value {
    ROW_VALUE,    /* by its type in SQLite: text, integer or floating-point number */
    ROW_BOOLEAN,  /* an integer: false is 0 */
    ROW_STRINGS,  /* JSON text: an array of strings */
    ROW_FEATURES, /* JSON text: an object of arrays of strings; NULL is the empty one */
};

struct row_member {
    const char *key;
    enum row_value value;
};

/* Writes `n_members` members from the columns `first_column`, `first_column` + 1, … of the row at
   which `row` stands, into the object that is open. */
void row_document_members(sqlite3_stmt *row, int first_column, const struct row_member *members,
                          uint32_t n_members, struct encoder *encoder);

/* The same as an object of its own. */
void row_document(sqlite3_stmt *row, int first_column, const struct row_member *members,
                  uint32_t n_members, struct encoder *encoder);

/* Writes all rows of the statement, which has its bindings and is not stepped yet, as an array of
   such objects. MessagePack wants the number of elements first: the column behind the members has
   it in every row, `count(*) OVER ()`. Returns 0 or -1. */
int row_document_array(sqlite3_stmt *rows, const struct row_member *members, uint32_t n_members,
                       struct encoder *encoder, struct error *error);

/* People as crates.io's schema `User` has them. */
#define USER_URL "'https://github.com/' || users.gh_login"
#define USER_COLUMNS                                                                               \
    "users.id, users.login, users.name, users.avatar, " USER_URL                                   \
    ", users.created_at, users.github_username_matches"
/* A login as users and teams are found by it, like the name of a crate (canonical_name.h): indexes
   of the file are over this very expression of their columns. */
#define CANONICAL_LOGIN(login) "replace(lower(" login "), '-', '_')"
#define USER_MEMBERS 7
extern const struct row_member user_members[USER_MEMBERS];

/* Keywords and categories as crates.io's schemas `Keyword` and `Category` (of a list) have them. */
#define KEYWORD_COLUMNS                                                                            \
    "keywords.keyword, keywords.keyword, keywords.created_at, keywords.crates_cnt"
#define KEYWORD_MEMBERS 4
/* A subcategory is named without the categories above it: `Command line` of `Tools::Command
   line`. */
#define CATEGORY_NAME(table)                                                                       \
    "substr(" table ".category, length(rtrim(" table ".category, replace(" table                   \
    ".category, ':', ''))) + 1)"
#define CATEGORY_COLUMNS                                                                           \
    "categories.slug, " CATEGORY_NAME(                                                             \
        "categories") ", categories.slug, categories.description,"                                 \
                      " categories.created_at, categories.crates_cnt"
#define CATEGORY_MEMBERS 6
extern const struct row_member keyword_members[KEYWORD_MEMBERS];
extern const struct row_member category_members[CATEGORY_MEMBERS];

/* A category of which the crates below it count too. */
#define CATEGORY_COLUMNS_WITH_BELOW                                                                \
    "categories.slug, " CATEGORY_NAME(                                                             \
        "categories") ", categories.slug, categories.description,"                                 \
                      " categories.created_at, categories.crates_with_below AS n_crates"

/* Dependencies as crates.io's schema `Dependency` has them; what is depended on, and the downloads,
   which only lists of reverse dependencies have, are SQL expressions. */
#define DEPENDENCY_COLUMNS(crate_name, downloads)                                                  \
    "dependencies.id, dependencies.version_id, " crate_name                                        \
    ", dependencies.req, dependencies.optional, dependencies.default_features,"                    \
    " coalesce(dependencies.features, '[]'), dependencies.target, CASE dependencies.kind"          \
    " WHEN 1 THEN 'build' WHEN 2 THEN 'dev' ELSE 'normal' END, " downloads
#define DEPENDENCY_MEMBERS 10
extern const struct row_member dependency_members[DEPENDENCY_MEMBERS];

#endif
