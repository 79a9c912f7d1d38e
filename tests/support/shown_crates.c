/* A registry for pages of crates:

   | name        | what it is there for                                                            |
   |-------------|---------------------------------------------------------------------------------|
   | Odd-Name    | features, dependencies of every kind, downloads, owners; 1.0.0+b.1, 2.0.0-rc.1  |
   | bare        | no version                                                                      |
   | gone        | all versions are yanked, with a message                                         |
   | tool        | a program, not a library                                                        |
   | evil        | hostile text in every place                                                     |
   | $(reboot)   | a name that no shell should see                                                 |
   | many        | 130 versions, 60 dependencies, 45 features                                      |
   | d00 … d59   | depend on Odd-Name; many depends on them                                        |

   The fixture stands first, where client_of looks for it. */
#include "tests/support/shown_crates.h"

#include "tests/support/built_index.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY ",2026-01-01"
/* Markup, a reference, quotes, and an override of the text's direction. */
#define EVIL "<script>alert(1)</script>&amp;'\xE2\x80\xAE"
#define VERSION_ROWS                                                                               \
    VERSIONS_COLUMNS                                                                               \
    ",license,edition,rust_version,crate_size,has_lib,bin_names,yank_message"                      \
    ",published_by,features\n"                                                                     \
    "11,1,1.0.0" DAY ",f,7" DAY ",MIT,2021,1.70,12345,t,{},,1,{}\n"                                \
    "12,1,1.0.0+b.1,2026-02-01,f,0" DAY ",MIT,2021,,,t,{},,,{}\n"                                  \
    "13,1,2.0.0-rc.1,2026-03-01,f,0" DAY ",MIT,2021,,,t,{},,,{}\n"                                 \
    "14,1,1.2.0,2026-04-01,f,1234" DAY ",MIT OR Apache-2.0,2021,1.70,12345,t,{},,1,"               \
    "\"{\"\"default\"\":[\"\"std\"\"],\"\"std\"\":[\"\"alloc\"\"],\"\"alloc\"\":[],"               \
    "\"\"unused\"\":[\"\"dep:gone\"\"]}\"\n"                                                       \
    "31,3,0.1.0" DAY ",t,0" DAY ",MIT,,,,,,It broke <b>all</b>,,{}\n"                              \
    "41,4,3.0.0" DAY ",f,0" DAY ",,,,,f,{tool},,,{}\n"                                             \
    "51,5,1.0.0" DAY ",f,0" DAY "," EVIL "," EVIL ",1.1,,t,{},,2,"                                 \
    "\"{\"\"" EVIL "\"\":[\"\"" EVIL "\"\"]}\"\n"                                                  \
    "61,6,1.0.0" DAY ",f,0" DAY ",MIT,,,,t,{},,,{}\n"
#define DEPENDENCY_ROWS                                                                            \
    "id,version_id,crate_id,req,kind,optional,default_features,features,target,explicit_name\n"    \
    "1,14,4,^3.0,0,f,t,{},,\n"                                                                     \
    "2,14,3,^0.1,0,t,f,\"{a,b}\",cfg(unix),\n"                                                     \
    "3,14,2,>=1,1,f,t,{},,\n"                                                                      \
    "4,14,4,what is this,2,f,t,{},,\n"                                                             \
    "5,51,1," EVIL ",0,f,t,{" EVIL "}," EVIL ",\n"

#define MAX_TEXT 65536
#define N_DESCRIPTION 20000 /* of four bytes each */

struct shown_crates {
    struct http_fixture fixture;
    struct built_index built;
};

struct text {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text->bytes + text->length, text->capacity - text->length, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < text->capacity - text->length);
    text->length += (size_t)n;
}

static struct text text_begin(const char *beginning)
{
    struct text text = {.capacity = 3 * MAX_TEXT};
    text.bytes = malloc(text.capacity);
    assert_non_null(text.bytes);
    add(&text, "%s", beginning);
    return text;
}

/* 80 kB of one character outside the first plane. */
static void add_description(struct text *crates)
{
    for (int i = 0; i < N_DESCRIPTION; i++)
        add(crates, "\xF0\x9F\xA6\x80");
}

static struct text crate_rows(void)
{
    struct text crates = text_begin(
        CRATES_COLUMNS
        ",readme\n"
        "1,Odd-Name,2020-01-01,2026-04-01,\"Tests, pages\",https://example.org/"
        "?a=1&b=2,http://example.org/docs,,\"# Hello\n\n[in](#hello) <b>its</b> "
        "![logo](https://example.org/l.png) <script>\"\n"
        "2,bare" DAY DAY ",Nothing yet,,,,\n"
        "3,gone" DAY DAY ",Was here,,,,\n"
        "4,tool" DAY DAY ",A program,,,,\"<!-- nothing -->\"\n"
        "5,evil" DAY DAY "," EVIL
        ",javascript:alert(1),\"https://x.example/\"\"><script>\",data:text/html,\"" EVIL "\"\n"
        "6,$(reboot)" DAY DAY ",Do not run,,,,\n"
        "7,many" DAY DAY ",");
    add_description(&crates);
    add(&crates, ",,,,\n");
    for (int i = 0; i < SHOWN_CRATES_N_DEPENDENCIES; i++)
        add(&crates, "%d,d%02d" DAY DAY ",A dependency,,,,\n", 100 + i, i);
    return crates;
}

static struct text version_rows(void)
{
    struct text versions = text_begin(VERSION_ROWS);
    for (int i = 0; i < SHOWN_CRATES_N_VERSIONS; i++)
        add(&versions, "%d,7,0.%d.0" DAY ",f,0" DAY ",MIT,,,,t,{},,,%s", 1000 + i, i,
            i < SHOWN_CRATES_N_VERSIONS - 1 ? "{}\n" : "\"{");
    for (int i = 0; i < SHOWN_CRATES_N_FEATURES; i++)
        add(&versions, "%s\"\"f%02d\"\":[]", i > 0 ? "," : "", i);
    add(&versions, "}\"\n");
    for (int i = 0; i < SHOWN_CRATES_N_DEPENDENCIES; i++)
        add(&versions, "%d,%d,1.0.0" DAY ",f,0" DAY ",MIT,,,,t,{},,,{}\n", 2000 + i, 100 + i);
    return versions;
}

static struct text dependency_rows(void)
{
    struct text dependencies = text_begin(DEPENDENCY_ROWS);
    for (int i = 0; i < SHOWN_CRATES_N_DEPENDENCIES; i++)
        add(&dependencies,
            "%d,%d,%d,^1,0,f,t,{},,\n"
            "%d,%d,1,^1,%d,f,t,{},,\n",
            100 + i, 1000 + SHOWN_CRATES_N_VERSIONS - 1, 100 + i, 200 + i, 2000 + i, i % 2);
    return dependencies;
}

static void build(struct built_index *built)
{
    struct text crates = crate_rows();
    struct text versions = version_rows();
    struct text dependencies = dependency_rows();
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates.bytes),
        BUILT_TABLE("crate_downloads", "crate_id,downloads\n1,1234567\n"),
        BUILT_TABLE("versions", versions.bytes),
        BUILT_TABLE("version_downloads", "version_id,downloads,date\n14,1000,2026-10-30\n"
                                         "14,250,2026-10-31\n11,5,2026-10-30\n"),
        BUILT_TABLE("default_versions", "crate_id,num_versions,version_id\n1,4,14\n"),
        BUILT_TABLE("dependencies", dependencies.bytes),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,c++,1" DAY "\n"),
        BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,1\n"),
        BUILT_TABLE("categories", "id,slug,category,crates_cnt,created_at,description,path\n"
                                  "1,web::http,HTTP,1" DAY ",Its crates,root.web.http\n"),
        BUILT_TABLE("crates_categories", "crate_id,category_id\n1,1\n"),
        BUILT_TABLE("users", "gh_avatar,gh_id,gh_login,id,name\nhttps://a.example/1,21,Ada-L,1,"
                             "Ada\n,22,evil,2," EVIL "\n"),
        BUILT_TABLE("teams",
                    "avatar,github_id,id,login,name,org_id\n,11,1,github:org:core,Core,12\n"),
        BUILT_TABLE("crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                                    "1" DAY ",1,1,0\n1" DAY ",1,1,1\n5" DAY ",1,2,0\n"),
        BUILT_END,
    };
    built_index_from_files(built, files);
    free(crates.bytes);
    free(versions.bytes);
    free(dependencies.bytes);
}

int shown_crates_start(void **state)
{
    struct shown_crates *shown = calloc(1, sizeof *shown);
    assert_non_null(shown);
    build(&shown->built);
    const char *const arguments[] = {"--index", shown->built.path, NULL};
    http_fixture_open(&shown->fixture, arguments);
    *state = shown;
    return 0;
}

int shown_crates_stop(void **state)
{
    struct shown_crates *shown = *state;
    http_fixture_close(&shown->fixture);
    built_index_remove(&shown->built);
    free(shown);
    return 0;
}
