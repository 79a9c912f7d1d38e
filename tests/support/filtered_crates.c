/* What lists are filtered by of the crate itself:

   | name    | created    | updated          | downloads | keywords       | categories    |
   |---------|------------|------------------|-----------|----------------|---------------|
   | alpha   | 2020-01-01 | 2024-01-31 00:00 |      1000 | cli            | web           |
   | beta    | 2021-01-01 | 2024-01-31 12:00 |       999 | cli, parser    | web::http     |
   | gamma   | 2022-01-01 | 2022-01-01       |         0 | parser, no_std | web, embedded |
   | delta   | 2023-01-01 | 2025-06-01       |     50000 |                | no-std::alloc |
   | epsilon | 2019-01-01 | 2019-01-01       |         0 |                |               |

   Of its default version:

   |         | licence                        | edition | Rust   | has      | depends on          |
   |---------|--------------------------------|---------|--------|----------|---------------------|
   | alpha   | MIT OR Apache-2.0              | 2021    | 1.70   | lib      | beta; dev: gamma    |
   | beta    | MIT AND Zlib                   | 2018    | 1.70.1 | bin      | build: alpha        |
   | gamma   | MIT/Apache-2.0                 | 2021    |        | lib, bin |                     |
   | delta   | Apache-2.0 WITH LLVM-exception |         | newest | lib      | alpha, beta         |
   | epsilon | see the file COPYING           | 2015    | 1.9    |          | dev and build: beta |

   gamma has a stable version that is not the default one; beta has a pre-release and a yanked one
   of 1.x, epsilon a yanked one alone.

   Ada owns alpha and beta, the team beta, too; two people have had the login `moved`. */
#include "tests/support/filtered_crates.h"

#include "tests/support/text_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY ",2020-01-01"

const struct dump_file filtered_crates[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n"
                                         "1,alpha,2020-01-01,2024-01-31,A web thing,,,\n"
                                         "2,beta,2021-01-01,2024-01-31 12:00:00,A web tool,,,\n"
                                         "3,gamma,2022-01-01,2022-01-01,Parses the web,,,\n"
                                         "4,delta,2023-01-01,2025-06-01,Nothing of it,,,\n"
                                         "5,epsilon,2019-01-01,2019-01-01,Nor this,,,\n"),
    BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,1000\n2,999\n3,0\n4,50000\n5,0\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS
                ",license,edition,rust_version,has_lib,bin_names\n"
                "11,1,1.0.0" DAY ",f,0" DAY ",MIT OR Apache-2.0,2021,1.70,t,{}\n"
                "21,2,0.5.0" DAY ",f,0" DAY ",MIT AND Zlib,2018,1.70.1,f,{beta}\n"
                "22,2,2.0.0-alpha.1" DAY ",f,0" DAY ",MIT,2024,1.80,t,{}\n"
                "23,2,1.5.0" DAY ",t,0" DAY ",MIT,2024,1.80,t,{}\n"
                "31,3,0.9.0" DAY ",f,0" DAY ",MIT/Apache-2.0,2021,,t,{g}\n"
                "32,3,1.2.0" DAY ",f,0" DAY ",MIT,2024,1.80,f,{}\n"
                "41,4,3.0.0" DAY ",f,0" DAY ",Apache-2.0 WITH LLVM-exception,,newest,t,{}\n"
                "51,5,1.0.0" DAY ",t,0" DAY ",see the file COPYING,2015,1.9,,\n"),
    BUILT_TABLE("default_versions",
                "crate_id,num_versions,version_id\n1,1,11\n2,3,21\n3,2,31\n4,1,41\n5,1,51\n"),
    BUILT_TABLE("dependencies", "id,version_id,crate_id,req,kind,optional,default_features,"
                                "features,target,explicit_name\n"
                                "1,11,2,^0.5,0,f,t,{},,\n"
                                "2,11,3,^0.9,2,f,t,{},,\n"
                                "3,21,1,^1,1,f,t,{},,\n"
                                "4,22,3,^1,0,f,t,{},,\n"
                                "5,41,1,^1,0,t,t,{},,\n"
                                "6,41,2,^0.5,0,f,t,{},,\n"
                                "7,51,2,^0.5,1,f,t,{},,\n"
                                "8,51,2,^0.5,2,f,t,{},,\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n"
                            "1,cli,2" DAY "\n2,parser,2" DAY "\n3,no_std,1" DAY "\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,1\n2,2\n3,2\n3,3\n"),
    BUILT_TABLE("categories", "id,slug,category,crates_cnt,created_at,description,path\n"
                              "1,web,Web,2" DAY ",Its crates,root.web\n"
                              "2,web::http,HTTP,1" DAY ",Its crates,root.web.http\n"
                              "3,embedded,Embedded,1" DAY ",Its crates,root.embedded\n"
                              "4,no-std,No std,0" DAY ",Its crates,root.no_std\n"
                              "5,no-std::alloc,Alloc,1" DAY ",Its crates,root.no_std.alloc\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,2\n3,1\n3,3\n4,5\n"),
    BUILT_TABLE("users", "gh_avatar,gh_id,gh_login,id,name\n,21,Ada-L,1,Ada\n,22,idle,2,Idle\n"
                         ",23,moved,3,First\n,24,Moved,4,Second\n"),
    BUILT_TABLE("teams", "avatar,github_id,id,login,name,org_id\n,11,1,github:org:core,Core,12\n"),
    BUILT_TABLE("crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                                "1" DAY ",1,1,0\n2" DAY ",1,1,0\n2" DAY ",1,1,1\n"
                                "3" DAY ",1,3,0\n4" DAY ",1,4,0\n"),
    BUILT_END,
};

void filtered_crates_add(struct built_index *built, struct search_filters *filters,
                         const char *written)
{
    while (*written != '\0') {
        struct error error = {.message = ""};
        size_t length = strcspn(written, "&");
        size_t name_length = strcspn(written, "=");
        const struct search_string name = {written, name_length};
        const struct search_string value = {written + name_length + 1, length - name_length - 1};
        if (search_filters_require(filters, built->index, name, value, &error) != 0)
            fail_msg("%s: %s", written, error.message);
        written += length + (written[length] == '&');
    }
}

const char *filtered_crates_found(struct built_index *built, const char *written)
{
    struct search_filters filters;
    search_filters_init(&filters);
    filtered_crates_add(built, &filters, written);
    const struct search_query query = {
        .sort = SEARCH_SORT_ALPHABETICAL, .filters = &filters, .limit = SEARCH_MAX_LIMIT};
    return text_search_query(built, &query);
}
