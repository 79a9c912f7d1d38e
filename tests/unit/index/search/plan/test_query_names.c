/* Texts that name crates: a table of each kind in which people paste them. */
#include "tests/support/query_text_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct query_text reading;

static void manifests_name_crates(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"serde = \"1.0\"", "serde@1.0"},
        {"serde=\"1\"", "serde@1"},
        {"serde = '1'", "serde@1"},
        {"serde = \u201C1.0\u201D", "serde@1.0"},
        {"serde = 1.0", "serde@1.0"},
        {"serde==1.0.2", "serde@1.0.2"},
        {"serde = \"*\"", "serde"},
        {"serde = \"=1.0.2\"", "serde@1.0.2"},
        {"tokio = \">=1, <2\"", "tokio@1"},
        {"tokio = \"~1.2\",", "tokio@1.2"},
        {"serde = { version = \"1\", features = [\"derive\"] }", "serde@1"},
        {"serde = {version=\"1.0.3\"}", "serde@1.0.3"},
        {"serde = { features = [\"version\"], version = \"1\" }", "serde@1"},
        {"serde = { workspace = true }", "serde"},
        {"serde = { path = \"../serde\" }", "serde"},
        {"serde = { git = \"https://github.com/serde-rs/serde\" }", "serde"},
        {"serde = { version = \"1\", feat", "serde@1"},
        {"json = { package = \"serde_json\", version = \"1\" }", "serde_json@1"},
        {"serde.workspace = true", "serde"},
        {"serde.version = \"1.2\"", "serde@1.2"},
        {"\"serde\" = \"1\"", "serde@1"},
        {"serde = \"1.0\" # for the JSON", "serde@1.0"},
        {"[dependencies]\nserde = \"1.0\"", "serde@1.0"},
        {"[dependencies]\r\nserde = \"1.0\"\r\ntokio = \"1\"", "serde tokio@1.0"},
        {"[dependencies] serde = \"1\" tokio = { version = \"1\" }", "serde tokio@1"},
        {"serde = \"1\" # one\ntokio = \"2\"", "serde tokio@1"},
        {"[dependencies.serde]", "serde"},
        {"[dependencies.serde]\nversion = \"1\"\nfeatures = [\"derive\"]", "serde@1"},
        {"[dev-dependencies.criterion]\nversion = \"0.5\"", "criterion@0.5"},
        {"[build-dependencies.cc]", "cc"},
        {"[target.'cfg(windows)'.dependencies.winapi]", "winapi"},
        {"[target.'cfg(unix)'.dependencies]\nnix = \"0.2\"", "nix@0.2"},
        {"[workspace.dependencies]\nserde = \"1\"", "serde@1"},
        {"name = \"serde\"", "serde"},
        {"[package]\nname = \"serde\"\nversion = \"1.0.2\"\nedition = \"2021\"", "serde@1.0.2"},
        {"[[package]]\nname = \"serde\"\nversion = \"1.0.2\"\nsource = \"registry+x\"",
         "serde@1.0.2"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_NAMES, cases);
}

static void source_code_names_crates(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"use serde;", "serde"},
        {"use serde_json::Value;", "serde_json"},
        {"use serde_json::Value", "serde_json"},
        {"use serde::{Deserialize, Serialize};", "serde"},
        {"use ::serde::Serialize;", "serde"},
        {"use r#try::x;", "try"},
        {"pub use serde::ser;", "serde"},
        {"pub(crate) use serde::ser;", "serde"},
        {"use serde_json as json;", "serde_json"},
        {"use {serde::Serialize, tokio::spawn};", "serde"},
        {"use std::fmt;\nuse serde::Serialize;", "serde"},
        {"use serde::Serialize;\nuse tokio::{io, net};", "serde tokio"},
        {"use serde::Serialize;\n\n#[derive(Serialize)]\nstruct S;", "serde"},
        {"extern crate clap;", "clap"},
        {"extern crate clap", "clap"},
        {"extern crate serde_json as json;", "serde_json"},
        {"#[macro_use] extern crate log;", "log"},
        {"#[macro_use]\nextern crate log;\nextern crate serde;", "log serde"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_NAMES, cases);
}

static void commands_name_crates(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"cargo add serde", "serde"},
        {"$ cargo add serde", "serde"},
        {"> cargo add serde", "serde"},
        {"`cargo add serde`", "serde"},
        {"cargo add serde tokio", "serde tokio"},
        {"cargo add serde --features derive", "serde"},
        {"cargo add --features=derive serde", "serde"},
        {"cargo add serde -F derive,rc", "serde"},
        {"cargo add serde@1.0.228", "serde@1.0.228"},
        {"cargo add 'serde@^1'", "serde@1"},
        {"cargo add --dev criterion", "criterion"},
        {"cargo install ripgrep", "ripgrep"},
        {"cargo install --locked ripgrep --version 13.0.0", "ripgrep@13.0.0"},
        {"cargo install --git https://github.com/a/b ripgrep", "ripgrep"},
        {"cargo +nightly install ripgrep", "ripgrep"},
        {"sudo cargo install ripgrep", "ripgrep"},
        {"cargo binstall ripgrep", "ripgrep"},
        {"cargo remove serde", "serde"},
        {"cargo info serde", "serde"},
        {"cargo update -p serde", "serde"},
        {"cargo add -p mine serde", "serde"},
        {"cargo tree -i serde", "serde"},
        {"cargo update -p serde:1.0.2", "serde@1.0.2"},
        {"cargo update serde --precise 1.0.2 --package serde", "serde"},
        {"cargo add serde\ncargo add tokio", "serde tokio"},
        {"cargo add serde && cargo add tokio", "serde tokio"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_NAMES, cases);
}

static void addresses_name_crates(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"https://crates.io/crates/serde", "serde"},
        {"http://www.crates.io/crates/serde/", "serde"},
        {"crates.io/crates/serde", "serde"},
        {"HTTPS://Crates.IO/crates/serde", "serde"},
        {"https://crates.io/crates/serde/1.0.228", "serde@1.0.228"},
        {"https://crates.io/crates/serde/versions?sort=date#top", "serde"},
        {"https://crates.io/api/v1/crates/serde", "serde"},
        {"https://static.crates.io/crates/serde/serde-1.0.2.crate", "serde"},
        {"https://index.crates.io/se/rd/serde", "serde"},
        {"https://docs.rs/serde", "serde"},
        {"docs.rs/serde", "serde"},
        {"https://docs.rs/serde/1.0.2/serde/trait.Serialize.html", "serde@1.0.2"},
        {"https://docs.rs/serde/latest/serde/#x", "serde"},
        {"https://docs.rs/crate/serde/latest", "serde"},
        {"https://docs.rs/serde?x=1", "serde"},
        {"https://lib.rs/crates/serde", "serde"},
        {"https://crates.io/search?q=serde", "serde"},
        {"https://lib.rs/search?q=serde&x=y", "serde"},
        {"lib.rs/crates/serde", "serde"},
        {"https://deps.rs/crate/serde/1.0.2", "serde@1.0.2"},
        {"https://github.com/serde-rs/serde", "serde"},
        {"https://github.com/serde-rs/serde.git", "serde"},
        {"github.com/bheisler/criterion.rs", "criterion"},
        {"git@github.com:serde-rs/serde.git", "serde"},
        {"ssh://git@github.com/serde-rs/serde", "serde"},
        {"git+https://github.com/serde-rs/serde#abc", "serde"},
        {"https://github.com/tokio-rs/tokio/tree/master/tokio-util", "tokio"},
        {"https://gitlab.com/kornelski/rgb", "rgb"},
        {"http://127.0.0.1:8888/crates/serde", "serde"},
        {"https://registry.example.com/crates/serde/1.0", "serde@1.0"},
        {"pkg:cargo/serde@1.0.2", "serde@1.0.2"},
        {"pkg:cargo/serde?x=y#z", "serde"},
        {"<https://docs.rs/serde>", "serde"},
        {"\"https://docs.rs/serde\"", "serde"},
        {"[serde](https://crates.io/crates/serde)", "serde"},
        {"[docs]: https://docs.rs/serde", "serde"},
        {"[![x](https://img.shields.io/crates/v/serde.svg)](https://crates.io/crates/serde)",
         "serde"},
        {"[![docs](https://docs.rs/serde/badge.svg)](https://docs.rs/serde)", "serde"},
        {"https://img.shields.io/crates/d/serde", "serde"},
        {"see https://docs.rs/serde and https://docs.rs/tokio", "serde tokio"},
        {"https://serde.rs https://docs.rs/serde", "serde"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_NAMES, cases);
}

static void texts_may_name_a_crate(void **state)
{
    (void)state;
    static const struct query_text_case cases[] = {
        {"serde 1.0", "serde@1.0"},
        {"serde v1.0.2", "serde@1.0.2"},
        {"serde V1", "serde@1"},
        {"serde version 1.0", "serde@1.0"},
        {"serde (1.0.2)", "serde@1.0.2"},
        {"serde, version 1.0", "serde@1.0"},
        {"\"serde 1.0.2 (registry+https://github.com/rust-lang/crates.io-index)\",", "serde@1.0.2"},
        {"serde@1.0.228", "serde@1.0.228"},
        {"serde@^1", "serde@1"},
        {"serde:1.0", "serde@1.0"},
        {"serde: 1.0", "serde@1.0"},
        {"serde-1.0.2", "serde@1.0.2"},
        {"serde_1.0.2", "serde@1.0.2"},
        {"serde-1.0.2.crate", "serde@1.0.2"},
        {"serde/1.0", "serde@1.0"},
        {"serde 1.0.0-rc.1+build.5", "serde@1.0.0-rc.1+build.5"},
        {"serde 1.*", "serde@1.*"},
        {"tokio ^1.2", "tokio@1.2"},
        {"tokio^1.2", "tokio@1.2"},
        {"tokio >=1, <2", "tokio@1"},
        {"tokio ~ 1.2", "tokio@1.2"},
        {"sha-1 0.10", "sha-1@0.10"},
        {"tokio util 0.7", "tokio util@0.7"},
        {"sha 2", "sha@2"},
        {"log 4", "log@4"},
        {"tls 1.3", "tls@1.3"},
        {"Compiling serde v1.0.228", "serde@1.0.228"},
        {"    Checking serde v1.0.228 (/home/me/serde)", "serde@1.0.228"},
        {"\u251C\u2500\u2500 serde v1.0.228 (*)", "serde@1.0.228"},
        {"\"serde 1.0\"", "serde@1.0"},
        {"serde 1.0 \U0001F980", "serde@1.0"},
        {"serde_json::Value", "serde_json"},
        {"serde_json::Foo", "serde_json"},
        {"tokio::spawn(async {})", "tokio"},
        {"#[tokio::main]", "tokio"},
        {"json!({})", "json"},
        {"regex.rs", "regex"},
        {"serde crate", "serde"},
        {"the serde crate", "serde"},
        {"`serde` crate", "serde"},
        {"the `serde` crate", "serde"},
        {"serde crate rust", "serde"},
        {"crate:serde", "serde"},
        {"crates/serde", "serde"},
        {"serde@latest", "serde"},
        {"\"serde\" 1.0", "serde@1.0"},
        {"package `serde` was not found", "serde"},
        {"crate serde", "serde"},
        {"rust serde", "serde"},
        {"serde rust", "serde"},
        {"rust tokio-util 0.7", "tokio-util@0.7"},
        {"error[E0463]: can't find crate for `serde`", "serde"},
        {"unresolved import `serde_json::Value`", "serde_json"},
    };
    QUERY_TEXT_EXPECT(QUERY_TEXT_PERHAPS, cases);
}

static void versions_say_how_sure_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        enum query_version_form form;
    } cases[] = {
        {"sha 2", QUERY_VERSION_NUMBER},          {"tls 1.3", QUERY_VERSION_SHORT},
        {"uuid v4", QUERY_VERSION_SHORT},         {"serde 1.0.2", QUERY_VERSION_PLAIN},
        {"serde ^1", QUERY_VERSION_PLAIN},        {"serde@1", QUERY_VERSION_PLAIN},
        {"http/1.1", QUERY_VERSION_SHORT},        {"serde-1.0", QUERY_VERSION_SHORT},
        {"serde version 1", QUERY_VERSION_PLAIN}, {"serde crate", QUERY_VERSION_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        query_text_read(&reading, (struct search_string){cases[i].typed, strlen(cases[i].typed)});
        if (reading.version_form != cases[i].form)
            fail_msg("%s: %d", cases[i].typed, reading.version_form);
    }
}

/* A pasted manifest may name more crates than there is room for. */
static void names_are_bounded(void **state)
{
    (void)state;
    char typed[SEARCH_MAX_TEXT_CHARACTERS + 1];
    size_t length = 0;
    for (int name = 'a'; name < 'a' + 2 * QUERY_MAX_NAMES; name++)
        length +=
            (size_t)snprintf(typed + length, sizeof typed - length, "%c%c = \"1\"\n", name, name);
    query_text_read(&reading, (struct search_string){typed, length});
    assert_int_equal(reading.names.n_names, QUERY_MAX_NAMES);
    assert_int_equal(reading.kind, QUERY_TEXT_NAMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifests_name_crates),  cmocka_unit_test(source_code_names_crates),
        cmocka_unit_test(commands_name_crates),   cmocka_unit_test(addresses_name_crates),
        cmocka_unit_test(texts_may_name_a_crate), cmocka_unit_test(versions_say_how_sure_they_are),
        cmocka_unit_test(names_are_bounded),
    };
    return cmocka_run_group_tests_name("query_names", tests, NULL, NULL);
}
