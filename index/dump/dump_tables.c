/* The official export's tables (August 2026 and older), as data. What is not listed is ignored:
   further columns, further tables. Old dumps lack some columns; those are not required. */
#include "index/dump/dump_tables.h"

#include <string.h>

/* Shorthands for the rows below: a column that must be there and have a value, one that must be
   there, one that older dumps lack. */
#define KEY(name, type)                                                                            \
    {                                                                                              \
        {name, true}, type, true                                                                   \
    }
#define FIELD(name, type)                                                                          \
    {                                                                                              \
        {name, true}, type, false                                                                  \
    }
#define MAYBE(name, type)                                                                          \
    {                                                                                              \
        {name, false}, type, false                                                                 \
    }

static const struct dump_table tables[] = {
    {"crates",
     "INSERT INTO staged_crates VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, coalesce(?10, 0), ?11)",
     11,
     {KEY("id", DUMP_INTEGER), KEY("name", DUMP_NAME), FIELD("description", DUMP_TEXT),
      FIELD("homepage", DUMP_ADDRESS), FIELD("documentation", DUMP_ADDRESS),
      FIELD("repository", DUMP_ADDRESS), KEY("created_at", DUMP_TIMESTAMP),
      KEY("updated_at", DUMP_TIMESTAMP), MAYBE("downloads", DUMP_INTEGER),
      MAYBE("trustpub_only", DUMP_BOOLEAN), MAYBE("readme", DUMP_TEXT)}},
    {"crate_downloads",
     "INSERT INTO staged_downloads VALUES(?1, ?2)",
     2,
     {KEY("crate_id", DUMP_INTEGER), KEY("downloads", DUMP_INTEGER)}},
    {"default_versions",
     "INSERT INTO staged_default_versions VALUES(?1, ?2)",
     2,
     {KEY("crate_id", DUMP_INTEGER), KEY("version_id", DUMP_INTEGER)}},
    {"versions",
     "INSERT INTO versions VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, coalesce(?11, ?12), ?13,"
     " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
     25,
     {KEY("id", DUMP_INTEGER),
      KEY("crate_id", DUMP_INTEGER),
      KEY("num", DUMP_NAME),
      KEY("created_at", DUMP_TIMESTAMP),
      KEY("updated_at", DUMP_TIMESTAMP),
      KEY("downloads", DUMP_INTEGER),
      KEY("yanked", DUMP_BOOLEAN),
      MAYBE("yank_message", DUMP_TEXT),
      MAYBE("license", DUMP_TEXT),
      MAYBE("crate_size", DUMP_INTEGER),
      MAYBE("tar_sha256", DUMP_BYTEA),
      MAYBE("checksum", DUMP_HEX),
      MAYBE("features", DUMP_TEXT),
      MAYBE("links", DUMP_TEXT),
      MAYBE("rust_version", DUMP_TEXT),
      MAYBE("edition", DUMP_TEXT),
      MAYBE("has_lib", DUMP_BOOLEAN),
      MAYBE("bin_names", DUMP_ARRAY),
      MAYBE("published_by", DUMP_INTEGER),
      MAYBE("description", DUMP_TEXT),
      MAYBE("documentation", DUMP_ADDRESS),
      MAYBE("homepage", DUMP_ADDRESS),
      MAYBE("repository", DUMP_ADDRESS),
      MAYBE("keywords", DUMP_ARRAY),
      MAYBE("categories", DUMP_ARRAY)}},
    {"dependencies",
     "INSERT INTO dependencies VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
     10,
     {KEY("id", DUMP_INTEGER), KEY("version_id", DUMP_INTEGER), KEY("crate_id", DUMP_INTEGER),
      KEY("req", DUMP_TEXT), KEY("kind", DUMP_INTEGER), KEY("optional", DUMP_BOOLEAN),
      KEY("default_features", DUMP_BOOLEAN), FIELD("features", DUMP_ARRAY),
      FIELD("target", DUMP_TEXT), MAYBE("explicit_name", DUMP_TEXT)}},
    {"version_downloads",
     "INSERT INTO version_downloads VALUES(?1, ?2, ?3)",
     3,
     {KEY("version_id", DUMP_INTEGER), KEY("date", DUMP_DATE), KEY("downloads", DUMP_INTEGER)}},
    {"keywords",
     "INSERT INTO keywords VALUES(?1, ?2, ?3, ?4)",
     4,
     {KEY("id", DUMP_INTEGER), KEY("keyword", DUMP_TEXT), KEY("crates_cnt", DUMP_INTEGER),
      KEY("created_at", DUMP_TIMESTAMP)}},
    {"crates_keywords",
     "INSERT INTO staged_keywords VALUES(?1, ?2)",
     2,
     {KEY("crate_id", DUMP_INTEGER), KEY("keyword_id", DUMP_INTEGER)}},
    {"categories",
     "INSERT INTO categories VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0)",
     6,
     {KEY("id", DUMP_INTEGER), KEY("category", DUMP_TEXT), KEY("slug", DUMP_TEXT),
      KEY("description", DUMP_TEXT), KEY("crates_cnt", DUMP_INTEGER),
      KEY("created_at", DUMP_TIMESTAMP)}},
    {"crates_categories",
     "INSERT INTO staged_categories VALUES(?1, ?2)",
     2,
     {KEY("crate_id", DUMP_INTEGER), KEY("category_id", DUMP_INTEGER)}},
    {"users",
     "INSERT INTO staged_users VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
     7,
     {KEY("id", DUMP_INTEGER), KEY("gh_login", DUMP_TEXT), MAYBE("name", DUMP_TEXT),
      MAYBE("gh_avatar", DUMP_TEXT), MAYBE("gh_id", DUMP_INTEGER), MAYBE("username", DUMP_TEXT),
      MAYBE("created_at", DUMP_TIMESTAMP)}},
    {"oauth_github",
     "INSERT INTO staged_github_accounts VALUES(?1, ?2, ?3, ?4)",
     4,
     {KEY("account_id", DUMP_INTEGER), KEY("user_id", DUMP_INTEGER), KEY("login", DUMP_TEXT),
      FIELD("avatar", DUMP_TEXT)}},
    {"teams",
     "INSERT INTO teams VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
     6,
     {KEY("id", DUMP_INTEGER), KEY("login", DUMP_TEXT), MAYBE("name", DUMP_TEXT),
      MAYBE("avatar", DUMP_TEXT), MAYBE("github_id", DUMP_INTEGER), MAYBE("org_id", DUMP_INTEGER)}},
    {"crate_owners",
     "INSERT INTO staged_owners VALUES(?1, ?2, ?3, ?4)",
     4,
     {KEY("crate_id", DUMP_INTEGER), KEY("owner_kind", DUMP_INTEGER), KEY("owner_id", DUMP_INTEGER),
      MAYBE("created_at", DUMP_TIMESTAMP)}},
    {"metadata",
     "INSERT INTO staged_metadata VALUES(?1)",
     1,
     {KEY("total_downloads", DUMP_INTEGER)}},
};

const struct dump_table *dump_table_find(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    }
    return NULL;
}
