/* Pages of a registry in which everybody means harm: every text that an author, an owner or a
   visitor may choose holds what a browser, a template or a terminal could take for its own. */
#include "tests/support/built_index.h"
#include "tests/support/html_check.h"
#include "tests/support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

/* Any text. U+202E and U+2066 turn what stands around them, U+0085 is a control character. */
#define POISON                                                                                     \
    "<pwn pwned='1'><script>alert(1)</script>\" onmouseover=\"pwned\" x='y' javascript:alert(1) "  \
    "&bogus &#0; {{mustache}} {{{site.version}}} {{> head}} ]]> --> </title></textarea></bdi> "    \
    "\x01\x1B[31m\x7F \xC2\x85 \xE2\x80\xAE\xE2\x81\xA6 \xE2\x80\xA8\xE2\x81\xA9\xE2\x80\xAC end"
/* What is a piece of a path as well: of names, keywords, slugs and logins. */
#define NAME "a\"onclick=\"pwned<b>&amp;{{x}}\xE2\x80\xAE'\xE2\x80\xAC"
#define TEAM "github:" NAME ":t"
/* What a visitor may send: no control characters in a path. */
#define POISON_QUERY                                                                               \
    "<pwn pwned='1'>\" onmouseover=\"pwned\" &bogus {{x}} \xE2\x80\xAE\xE2\x80\xAC ]]>"
/* Markdown whose links and pictures lead where they must not. */
#define MARKDOWN                                                                                   \
    "# A <script>alert(1)</script> title\n\n[a](javascript:alert(1)) [b](data:text/html,x) "       \
    "[c](//evil.example) [d](https://ok.example/\"onclick=x 'ti\"tle') "                           \
    "![e](https://evil.example/x) <https://ok.example/?a=1&b=2> [f](JaVaScRiPt:x) "                \
    "[g](&#106;avascript:x) [h](../../api) <img src=x onerror=alert(1)>\n\n"                       \
    "<div onclick=\"x\">\n\n```\"><script>\n</code></pre>\n```\n\n"                                \
    "| <b> | {{x}} |\n|---|---|\n| ]]> | `<i>` |\n\n" POISON
#define FACES_BYTES 65536
#define MAX_PAGE_BYTES 200000

/* Tables in CSV, but that `@` stands for a field that is POISON, `~` for NAME, `^` for TEAM, `#`
   for MARKDOWN and `$` for 64 KiB of emoji. */
static const struct {
    const char *name;
    const char *text;
} tables[] = {
    {"crates", CRATES_COLUMNS ",readme\n"
                              "1,~,2015-01-01 00:00:00+00,2016-01-01 00:00:00+00,@,"
                              "javascript:alert(1),\"data:text/html,<script>alert(1)</script>\","
                              "\"https://ok.example/\"\"onmouseover=\"\"pwned<script>\",#\n"
                              "2,plain,2015-01-01 00:00:00+00,2016-01-01 00:00:00+00,$,"
                              "//evil.example/,http:evil.example,https://ok.example/,$\n"},
    {"versions", VERSIONS_COLUMNS
     ",license,features,rust_version,edition,links,bin_names,has_lib,published_by\n"
     "1,1,1.0.0,2015-01-01 00:00:00+00,f,5,2015-01-01 00:00:00+00,@,"
     "\"{\"\"<script>'\"\": [\"\"dep:<b>\"\"], \"\"default\"\": [\"\"x/&amp;\"\"]}\",@,@,@,"
     "\"{\"\"<script>\"\",b}\",t,1\n"
     "2,1,~,2015-01-02 00:00:00+00,f,5,2015-01-01 00:00:00+00,MIT,{},1.60,2021,,{},t,1\n"
     "3,2,1.0.0,2015-01-01 00:00:00+00,f,5,2015-01-01 00:00:00+00,$,{},,,$,{},t,2\n"},
    {"default_versions", "crate_id,num_versions,version_id\n1,2,1\n2,1,3\n"},
    {"crate_downloads", "crate_id,downloads\n1,9223372036854775807\n2,0\n"},
    {"version_downloads", "date,downloads,version_id\n2026-10-30,9000000000000000000,1\n"
                          "2026-10-29,5,3\n"},
    {"keywords", "crates_cnt,created_at,id,keyword\n1,2015-01-01 00:00:00+00,1,~\n"
                 "1,2015-01-01 00:00:00+00,2,$\n1,2015-01-01 00:00:00+00,3,@\n"},
    {"crates_keywords", "crate_id,keyword_id\n1,1\n1,2\n1,3\n2,2\n"},
    {"categories", "category,crates_cnt,created_at,description,id,path,slug\n"
                   "@,2,2015-01-01 00:00:00+00,@,1,root.top,top\n"
                   "$,2,2015-01-01 00:00:00+00,$,2,root.top.a,~\n"
                   "@,2,2015-01-01 00:00:00+00,@,3,root.other,other\n"},
    {"crates_categories", "category_id,crate_id\n1,1\n2,1\n3,2\n"},
    {"users", "gh_avatar,gh_id,gh_login,id,name\njavascript:alert(1),21,~,1,@\n,22,two,2,$\n"},
    {"teams", "avatar,github_id,id,login,name,org_id\ndata:x,11,1,^,@,12\n"},
    {"crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                     "1,2015-01-01 00:00:00+00,1,1,0\n1,2015-01-01 00:00:00+00,1,1,1\n"
                     "2,2015-01-01 00:00:00+00,1,2,0\n"},
    {"dependencies", "crate_id,default_features,explicit_name,features,id,kind,optional,req,target,"
                     "version_id\n1,t,@,\"{\"\"<b>\"\",b}\",1,0,f,@,@,3\n"
                     "2,t,,{},2,1,t,=1,\"cfg(<script>)\",1\n"},
};

static const char *field_of(char byte)
{
    static char faces[FACES_BYTES + 1];
    switch (byte) {
    case '@':
        return POISON;
    case '~':
        return NAME;
    case '^':
        return TEAM;
    case '#':
        return MARKDOWN;
    case '$':
        for (size_t i = 0; i < FACES_BYTES; i++)
            faces[i] = "\xF0\x9F\x98\x80"[i % 4];
        return faces;
    default:
        return NULL;
    }
}

/* The caller frees. */
static char *write_table(const char *text)
{
    char *bytes = NULL;
    size_t size;
    FILE *out = open_memstream(&bytes, &size);
    assert_non_null(out);
    for (; *text != '\0'; text++) {
        const char *field = field_of(*text);
        putc(field != NULL ? '"' : *text, out);
        if (field == NULL)
            continue;
        for (; *field != '\0'; field++)
            fprintf(out, "%s%c", *field == '"' ? "\"" : "", *field);
        putc('"', out);
    }
    assert_int_equal(fclose(out), 0);
    return bytes;
}

static void build(struct built_index *built)
{
    struct dump_file files[N_ELEMENTS(tables) + 1] = {0};
    char paths[N_ELEMENTS(tables)][64];
    for (size_t i = 0; i < N_ELEMENTS(tables); i++) {
        snprintf(paths[i], sizeof paths[i], "2026-11-01-020000/data/%s.csv", tables[i].name);
        files[i].path = paths[i];
        files[i].content = write_table(tables[i].text);
    }
    built_index_from_files(built, files);
    for (size_t i = 0; i < N_ELEMENTS(tables); i++)
        free((void *)files[i].content);
}

/* Writes a path, of which `*` stands for `piece`, percent-encoded. */
static const char *target_of(const char *pattern, const char *piece)
{
    static char target[4096];
    size_t length = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '*')
            target[length++] = *pattern;
        for (const char *c = piece; *pattern == '*' && *c != '\0'; c++)
            length += (size_t)snprintf(target + length, 4, "%%%02X", (unsigned char)*c);
        assert_true(length + 3 * strlen(piece) + 4 < sizeof target);
    }
    target[length] = '\0';
    return target;
}

static void is_harmless(void **state)
{
    static const struct {
        long status;
        const char *pattern;
        const char *piece;
    } pages[] = {
        {200, "/", ""},
        {200, "/search", ""},
        {200, "/search?q=*", POISON_QUERY},
        {200, "/search?q=plain&sort=downloads", ""},
        {200, "/search?q=*&highlight=1", "pwned"},
        {200, "/search?q=*", "keyword:" NAME},
        {400, "/search?license=*", POISON_QUERY},
        {200, "/crates/*", NAME},
        {200, "/crates/plain", ""},
        {200, "/crates/*/1.0.0", NAME},
        {200, "/crates/plain/1.0.0", ""},
        {200, "/crates/*/versions?q=*", NAME},
        {200, "/crates/*/1.0.0/dependencies", NAME},
        {200, "/crates/*/1.0.0/features", NAME},
        {200, "/crates/*/reverse_dependencies?q=*", NAME},
        {200, "/crates/plain/versions", ""},
        {200, "/crates/plain/1.0.0/dependencies", ""},
        {200, "/crates/plain/reverse_dependencies", ""},
        {404, "/crates/plain/*", POISON_QUERY},
        {404, "/crates/*", POISON_QUERY},
        {200, "/keywords", ""},
        {200, "/keywords?sort=alpha", ""},
        {200, "/keywords/*", NAME},
        {404, "/keywords/*", POISON_QUERY},
        {200, "/categories", ""},
        {200, "/categories/top", ""},
        {200, "/categories/*", NAME},
        {200, "/users/*", NAME},
        {200, "/users/two", ""},
        {200, "/teams/*", TEAM},
        {404, "/teams/*", POISON_QUERY},
        {200, "/docs", ""},
        {404, "/docs/try/*", POISON_QUERY},
        {200, "/encodings?q=*", POISON_QUERY},
        {200, "/status", ""},
        {404, "/*", POISON_QUERY},
    };
    const struct http_fixture *fixture = *state;
    for (size_t i = 0; i < N_ELEMENTS(pages); i++) {
        struct http_response response;
        const char *target = target_of(pages[i].pattern, pages[i].piece);
        http_get(fixture->client, target, "Accept: text/html\n", &response);
        if (response.status != pages[i].status)
            fail_msg("%s: %ld: %s", target, response.status, response.body);
        html_check(target, response.body, response.size);
        if (response.size > MAX_PAGE_BYTES)
            fail_msg("%s: %zu bytes", target, response.size);
        http_response_free(&response);
    }
}

/* It is all there to read: what is harmless is not left out. */
static void is_shown(void **state)
{
    const struct http_fixture *fixture = *state;
    static const char *const parts[] = {
        "&lt;pwn pwned=&#39;1&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onmouseover=",
        "&amp;bogus &amp;#0; {{mustache}} {{{site.version}}} {{&gt; head}} ]]&gt;",
        "\xEF\xBF\xBD\xEF\xBF\xBD[31m\xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD",
    };
    struct http_response response;
    http_get(fixture->client, target_of("/users/*", NAME), "", &response);
    for (size_t i = 0; i < N_ELEMENTS(parts); i++)
        if (strstr(response.body, parts[i]) == NULL)
            fail_msg("%s is not in %s", parts[i], response.body);
    http_response_free(&response);
}

static struct built_index index_of_group;

static int start(void **state)
{
    static struct http_fixture fixture;
    build(&index_of_group);
    const char *const arguments[] = {"--index", index_of_group.path, NULL};
    http_fixture_open(&fixture, arguments);
    *state = &fixture;
    return 0;
}

static int stop(void **state)
{
    http_fixture_close(*state);
    built_index_remove(&index_of_group);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_harmless),
        cmocka_unit_test(is_shown),
    };
    return cmocka_run_group_tests_name("hostile_pages", tests, start, stop);
}
