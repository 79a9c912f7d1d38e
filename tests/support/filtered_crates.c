/* The crates, by name: what is said of each in the tables below.

   | name  | created    | updated          | downloads | keywords    | categories    |
   |-------|------------|------------------|-----------|-------------|---------------|
   | alpha | 2020-01-01 | 2024-01-31 00:00 |      1000 | cli         | web           |
   | beta  | 2021-01-01 | 2024-01-31 12:00 |       999 | cli, parser | web::http     |
   | gamma | 2022-01-01 | 2022-01-01       |         0 | parser      | web, embedded |
   | delta | 2023-01-01 | 2025-06-01       |     50000 |             |               | */
#include "tests/support/filtered_crates.h"

#include "tests/support/text_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const struct dump_file filtered_crates[] = {
    BUILT_TIME("2026-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n"
                                         "1,alpha,2020-01-01,2024-01-31,A web thing,,,\n"
                                         "2,beta,2021-01-01,2024-01-31 12:00:00,A web tool,,,\n"
                                         "3,gamma,2022-01-01,2022-01-01,Parses the web,,,\n"
                                         "4,delta,2023-01-01,2025-06-01,Nothing of it,,,\n"),
    BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,1000\n2,999\n3,0\n4,50000\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
    BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n"
                            "1,cli,2,2020-01-01\n2,parser,2,2020-01-01\n"),
    BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n2,1\n2,2\n3,2\n"),
    BUILT_TABLE("categories", "id,slug,category,crates_cnt,created_at,description,path\n"
                              "1,web,Web,2,2020-01-01,Its crates,root.web\n"
                              "2,web::http,HTTP,1,2020-01-01,Its crates,root.web.http\n"
                              "3,embedded,Embedded,1,2020-01-01,Its crates,root.embedded\n"),
    BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n2,2\n3,1\n3,3\n"),
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
