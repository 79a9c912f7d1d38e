/* Which addresses are shown: by the URL Standard, not by RFC 3986, and never one of the domains
   that are left out, however it is spelled. */
#define _GNU_SOURCE /* memmem */
#include "index/dump/web_address.h"

#include "tests/support/built_index.h"
#include "tests/support/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Judges a copy of exactly those bytes, so that a sanitizer sees every byte read beyond. */
static bool is_shown(const char *text, size_t length)
{
    char *copy = malloc(length + (length == 0));
    assert_non_null(copy);
    memcpy(copy, text, length);
    bool shown = web_address_is_shown(copy, length);
    free(copy);
    return shown;
}

static void expect_all(const char *const *texts, size_t n, bool expected)
{
    for (size_t i = 0; i < n; i++)
        if (is_shown(texts[i], strlen(texts[i])) != expected)
            fail_msg("%s is %sshown", texts[i], expected ? "not " : "");
}
#define EXPECT_ALL(texts, expected) expect_all(texts, sizeof(texts) / sizeof *(texts), expected)

static void addresses_are_shown(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "https://serde.rs",
        "http://a",
        "https://docs.rs/crate/1.0/?a=b#c",
        "HTTPS://GitHub.com/A/B",
        "hTTp:/one-slash.org",
        "https:no-slash.org",
        "http:////many.org",
        "http:\\\\back.org\\path",
        "  \t https://space.org/ \n",
        "ht\ntp:/\t/line\r.org",
        "\x01http://control.org\x1f",
        "https://user@host.org",
        "https://user:pass@word@host.org:8080/",
        "https://@host.org",
        "http://host.org:",
        "http://host.org:0",
        "http://host.org:65535/",
        "http://host.org:000000000000000000000000080",
        "http://host.org./",
        "http://a..b/",
        "http://a_b.org",
        "http://%65xample.org",
        "http://localhost/x y\"<>`{}|\\^%zz",
        "http://h?http://x y/",
        "http://h#/",
        "http://127.0.0.1/",
        "http://1.2.3",
        "http://0x7f.1.",
        "http://4294967295",
        "http://0x",
        "http://1.2.3.4.example",
        "http://[::1]/",
        "http://[2001:db8::1.2.3.4]:80",
        "http://u@[1:2:3:4:5:6:7:8]",
        "http://z\xc3\xbcrich.example/",
        "http://xn--bcher-kva.example",
        "http://\xe4\xbe\x8b\xe3\x81\x88.jp:1",
        "http://i\xe2\x9d\xa4.ws",
        "http://%E4%BE%8B.jp",
    };
    EXPECT_ALL(texts, true);
}

static void others_are_not(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "none",
        "example.org",
        "www.example.org/x",
        "//example.org",
        "/path",
        "#x",
        "javascript:alert(1)",
        " \x01java\nscript:alert(1)",
        "JAVASCRIPT://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "file:///etc/passwd",
        "git://github.com/a/b",
        "git+https://github.com/a/b",
        "ssh://git@github.com/a/b",
        "git@github.com:a/b.git",
        "mailto:a@example.org",
        "httpss://example.org",
        "http ://example.org",
        "http",
        "http:",
        "http://",
        "https:///",
        "http://?x",
        "http://#x",
        "http://:80",
        "http://user@",
        "http://user@:80/",
        "http://user@/x",
        "http://host.org:65536",
        "http://host.org:99999999999999999999999",
        "http://host.org:-1",
        "http://host.org:+1",
        "http://host.org:8a",
        "http://host.org:80:80",
        "http://ho st.org",
        "http://ho<st.org",
        "http://ho|st.org",
        "http://ho^st.org",
        "http://ho%st.org",
        "http://ho%20st.org",
        "http://ho%2fst.org",
        "http://host.org%00.evil",
        "http://host%7f",
        "http://ho[st",
        "http://ho]st",
        "http://[::1",
        "http://[::1]x",
        "http://[::1]:x",
        "http://[::g]",
        "http://[1:2]",
        "http://[1.2.3.4]",
        "http://[fe80::1%25eth0]",
        "http://[]",
        "http://256.1.1.1",
        "http://1.2.3.256",
        "http://1.2.3.4.5",
        "http://1.2.3.08",
        "http://1..2",
        "http://4294967296",
        "http://0x100000000",
        "http://99999999999999999999999999",
        "http://example.09",
        "http://example.0x1f.",
        "http://xn--a",
        "http://\xc2\xad",          /* a soft hyphen is nothing */
        "http://%ff.org",           /* no UTF-8 */
        "http://a\xe2\x84\x80.org", /* a sign that stands for a/c */
        "http://a\xef\xbf\xbd.org", /* the replacement character */
        "http://\xcc\x81.org",      /* an accent on nothing */
    };
    EXPECT_ALL(texts, false);
    static const char nul[] = "http://host.org\0.evil/";
    assert_false(is_shown(nul, sizeof nul - 1));
    assert_true(is_shown(nul, sizeof "http://host.org" - 1));
}

static void some_domains_are_left_out(void **state)
{
    (void)state;
    static const char *const gone[] = {
        "http://rust-ci.org",
        "https://www.rustless.org/x",
        "http://a.b.ironframework.io:8080",
        "http://nebulanet.cc?",
        "https:\\\\ESP-RS.org\\book",
        "https:ncollide.org",
        "  http://RUST-CI.ORG/  ",
        "http://rust-ci.org./",
        "http://user@rust-ci.org:80/",
        "http://rustless.org\\@example.org/",
        "http://example.org@rustless.org",
        "http://ru\nst-ci.o\trg",
        "http://%72ust%2Dci%2eorg/",
        "http://\xef\xbd\x92ust-ci.org", /* a wide r */
        "http://rust-ci\xe3\x80\x82org", /* an ideographic full stop */
        "http://ru\xc2\xadst-ci.org",    /* a soft hyphen */
        "http://z\xc3\xbcrich.rust-ci.org",
    };
    static const char *const others[] = {
        "http://notrust-ci.org",
        "http://rust-ci.organists.com",
        "http://rust-ci.org.example.com",
        "http://example.com/rust-ci.org",
        "http://rust-ci.org@example.com",
        "http://example.com?http://rust-ci.org",
        "http://-rust-ci.org",
        "http://ci.org",
    };
    EXPECT_ALL(gone, false);
    EXPECT_ALL(others, true);
}

/* However long: no host has more than 253 bytes, and what stands behind it may have any number. */
static void long_addresses(void **state)
{
    (void)state;
    static char text[100000] = "https://";
    memset(text + 8, 'a', sizeof text - 8);
    assert_false(is_shown(text, sizeof text));
    assert_true(is_shown(text, 8 + 253));
    text[100] = '/';
    assert_true(is_shown(text, sizeof text));
    text[100] = '@';
    assert_false(is_shown(text, sizeof text));
    memset(text + 8, '/', sizeof text - 8);
    assert_false(is_shown(text, sizeof text));
    text[sizeof text - 1] = 'h';
    assert_true(is_shown(text, sizeof text));
    memset(text + 8, '\n', sizeof text - 9);
    assert_true(is_shown(text, sizeof text));
}

/* Every beginning, and every byte replaced by every other: nothing is read beyond. */
static void damaged_addresses(void **state)
{
    (void)state;
    static const char *const texts[] = {"https://u:p@h%41.org:80/", "http://[::1.2.3.4]:80",
                                        "http:\\\\0x7f.1.255", "http://\xe4\xbe\x8b.rust-ci.org"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t length = strlen(texts[i]);
        for (size_t n = 0; n <= length; n++)
            (void)is_shown(texts[i], n);
        for (size_t at = 0; at < length; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[64];
                memcpy(text, texts[i], length);
                text[at] = (char)byte;
                (void)is_shown(text, length);
            }
        }
    }
}

#define DAY "2020-01-01"
#define BAD "javascript:alert(1),http://www.rust-ci.org/x,//host"
#define GOOD " https://Example.org/%,HTTP:/docs.rs,https://github.com/a b"
#define VERSION(id, crate_id, num, addresses)                                                      \
    id "," crate_id "," num "," DAY ",f,0," DAY "," addresses "\n"

/* What is shown is shown as it is written, everywhere; what is not is null everywhere. */
static void a_dump_with_edited_addresses(void **state)
{
    (void)state;
    static const struct dump_file files[] = {
        BUILT_TABLE("crates", CRATES_COLUMNS "\n1,bad," DAY "," DAY ",D," BAD "\n2,good," DAY
                                             "," DAY ",D," GOOD "\n"),
        BUILT_TABLE("versions", VERSIONS_COLUMNS ",homepage,documentation,repository\n" VERSION(
                                    "1", "1", "1.0.0", BAD) VERSION("2", "2", "1.0.0", GOOD)),
        BUILT_END,
    };
    struct built_index built;
    built_index_from_files(&built, files);
    for (int table = 0; table < 2; table++)
        sql_expect(built.path,
                   table == 0 ? "SELECT homepage, documentation, repository FROM crates ORDER BY id"
                              : "SELECT homepage, documentation, repository FROM versions"
                                " ORDER BY id",
                   "NULL|NULL|NULL\n https://Example.org/%|HTTP:/docs.rs|https://github.com/a b");
    /* Nowhere in the file is any of them left. */
    size_t size;
    char *bytes = file_read(built.path, &size);
    assert_null(memmem(bytes, size, "alert(1)", 8));
    assert_null(memmem(bytes, size, "rust-ci", 7));
    free(bytes);
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_shown),       cmocka_unit_test(others_are_not),
        cmocka_unit_test(some_domains_are_left_out), cmocka_unit_test(long_addresses),
        cmocka_unit_test(damaged_addresses),         cmocka_unit_test(a_dump_with_edited_addresses),
    };
    return cmocka_run_group_tests_name("web_address", tests, NULL, NULL);
}
