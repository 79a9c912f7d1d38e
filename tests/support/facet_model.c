/* Every crate has two versions, of which the older one is yanked and has other values: it is never
   the default one, so that it must count for nothing. */
#include "tests/support/facet_model.h"

#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TABLE_BYTES (FACET_MODEL_CRATES * 256)

const char *const facet_model_words[FACET_MODEL_WORDS] = {"alpha", "beta", "gamma", "delta"};

const char *const facet_model_categories[FACET_MODEL_CATEGORIES] = {
    "web", "web::server", "web::server::http", "webx", "games", "net"};
static const char *const editions[] = {"2015", "2018", "2021", "2024", ""};
static const struct {
    const char *expression;
    const char *names[4];
} licenses[] = {
    {"MIT", {"MIT"}},
    {"MIT OR Apache-2.0", {"MIT", "Apache-2.0"}},
    {"Apache-2.0/MIT", {"MIT", "Apache-2.0"}},
    {"(MIT AND Zlib) OR MIT", {"MIT", "Zlib"}},
    {"GPL-2.0-only WITH Classpath-exception-2.0", {"GPL-2.0-only WITH Classpath-exception-2.0"}},
    {"see the file", {"see the file"}},
    {"", {NULL}},
};
#define N_LICENSES (sizeof licenses / sizeof *licenses)

struct table {
    char *text;
    size_t length;
};

static void __attribute__((format(printf, 2, 3))) add(struct table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(table->text + table->length, TABLE_BYTES - table->length, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, TABLE_BYTES - table->length - 1);
    table->length += (size_t)length;
}

static struct table new_table(const char *columns)
{
    struct table table = {malloc(TABLE_BYTES), 0};
    assert_non_null(table.text);
    add(&table, "%s\n", columns);
    return table;
}

static void give(struct facet_model_crate *crate, enum search_facet facet, const char *value)
{
    size_t i = 0;
    while (crate->values[facet][i] != NULL && strcmp(crate->values[facet][i], value) != 0)
        i++;
    assert_true(i < FACET_MODEL_MAX_VALUES);
    crate->values[facet][i] = value;
}

/* A category and those above it. */
static void give_category(struct facet_model_crate *crate, size_t number)
{
    for (size_t i = 0; i < FACET_MODEL_CATEGORIES; i++) {
        size_t length = strlen(facet_model_categories[i]);
        if (i == number ||
            (strncmp(facet_model_categories[number], facet_model_categories[i], length) == 0 &&
             strncmp(facet_model_categories[number] + length, "::", 2) == 0))
            give(crate, SEARCH_FACET_CATEGORY, facet_model_categories[i]);
    }
}

uint32_t facet_model_skewed(uint64_t *seed, uint32_t n)
{
    uint32_t one = random_below(seed, n);
    uint32_t other = random_below(seed, n);
    return one < other ? one : other;
}

static void add_version(struct facet_model *model, struct facet_model_crate *crate,
                        struct table *versions, uint32_t id, uint64_t *seed)
{
    size_t license = random_below(seed, N_LICENSES);
    const char *edition = editions[facet_model_skewed(seed, 5)];
    uint32_t rust = random_below(seed, FACET_MODEL_RUST_VERSIONS + 3);
    bool has_lib = random_below(seed, 5) > 0;
    bool has_bin = random_below(seed, 4) == 0;
    const char *rust_version = rust < FACET_MODEL_RUST_VERSIONS ? model->rust_versions[rust] : "";
    for (size_t i = 0; licenses[license].names[i] != NULL; i++)
        give(crate, SEARCH_FACET_LICENSE, licenses[license].names[i]);
    if (*edition != '\0')
        give(crate, SEARCH_FACET_EDITION, edition);
    if (*rust_version != '\0')
        give(crate, SEARCH_FACET_RUST_VERSION, rust_version);
    if (has_lib)
        give(crate, SEARCH_FACET_HAS, "lib");
    if (has_bin)
        give(crate, SEARCH_FACET_HAS, "bin");
    add(versions, "%u,%u,1.0.0,2020-01-01,%s,%u,2020-01-01,%s,%s,%s,%s,%s\n", id, id,
        random_below(seed, 6) == 0 ? "t" : "f", random_below(seed, 100000),
        licenses[license].expression, edition, rust_version, has_lib ? "t" : "f",
        has_bin ? "{tool}" : "{}");
    /* Not the default version: it counts for nothing. */
    add(versions, "%u,%u,0.1.0,2019-01-01,t,1,2020-01-01,Old,2015,1.1,t,{old}\n",
        FACET_MODEL_CRATES + id, id);
}

static void add_crate(struct facet_model *model, struct table tables[4], uint32_t id,
                      uint64_t *seed)
{
    struct facet_model_crate *crate = &model->crates[id - 1];
    add(&tables[0], "%u,%s-%u,2020-01-01,2020-01-01,\"", id, random_below(seed, 2) ? "c" : "d", id);
    for (unsigned i = 0; i < FACET_MODEL_WORDS; i++)
        add(&tables[0], "%s ", random_below(seed, i + 2) == 0 ? facet_model_words[i] : "nothing");
    add(&tables[0], "\",,,\n");
    add_version(model, crate, &tables[1], id, seed);
    for (uint32_t i = 0; i < FACET_MODEL_KEYWORDS; i++) {
        if (random_below(seed, i + 3) == 0) {
            give(crate, SEARCH_FACET_KEYWORD, model->keywords[i]);
            add(&tables[2], "%u,%u\n", id, i + 1);
        }
    }
    for (uint32_t i = 0; i < FACET_MODEL_CATEGORIES; i++) {
        if (random_below(seed, 5) == 0) {
            give_category(crate, i);
            add(&tables[3], "%u,%u\n", id, i + 1);
        }
    }
}

void facet_model_build(struct facet_model *model)
{
    uint64_t seed = 307;
    memset(model, 0, sizeof *model);
    struct table tables[4] = {
        new_table(CRATES_COLUMNS),
        new_table(VERSIONS_COLUMNS ",license,edition,rust_version,has_lib,bin_names"),
        new_table("crate_id,keyword_id"), new_table("crate_id,category_id")};
    struct table keywords = new_table("id,keyword,crates_cnt,created_at");
    struct table slugs = new_table("id,category,slug,description,crates_cnt,created_at");
    for (uint32_t i = 0; i < FACET_MODEL_KEYWORDS; i++) {
        snprintf(model->keywords[i], sizeof model->keywords[i], "%c-word", 'z' - (int)i);
        add(&keywords, "%u,%s,1,2020-01-01\n", i + 1, model->keywords[i]);
    }
    for (uint32_t i = 0; i < FACET_MODEL_CATEGORIES; i++)
        add(&slugs, "%u,%s,%s,\"\",1,2020-01-01\n", i + 1, facet_model_categories[i],
            facet_model_categories[i]);
    for (uint32_t i = 0; i < FACET_MODEL_RUST_VERSIONS; i++)
        snprintf(model->rust_versions[i], sizeof model->rust_versions[i], "1.%u", 50 + i);
    for (uint32_t id = 1; id <= FACET_MODEL_CRATES; id++)
        add_crate(model, tables, id, &seed);
    const struct dump_file files[] = {BUILT_TABLE("crates", tables[0].text),
                                      BUILT_TABLE("versions", tables[1].text),
                                      BUILT_TABLE("crates_keywords", tables[2].text),
                                      BUILT_TABLE("crates_categories", tables[3].text),
                                      BUILT_TABLE("keywords", keywords.text),
                                      BUILT_TABLE("categories", slugs.text),
                                      BUILT_TIME("2026-11-01T02:00:00Z"),
                                      BUILT_END};
    built_index_from_files(&model->built, files);
    for (size_t i = 0; i < 4; i++)
        free(tables[i].text);
    free(keywords.text);
    free(slugs.text);
    assert_int_equal(index_n_crates(model->built.index), FACET_MODEL_CRATES);
}
