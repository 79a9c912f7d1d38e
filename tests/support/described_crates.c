/* The tables of the dump are printed from the crates. Keywords and categories are numbered as they
   come. */
#include "tests/support/described_crates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_LABELS 64
#define MAX_LABEL_BYTES 64

/* A table that is being printed. */
struct table {
    char *text;
    size_t size;
    FILE *file;
};

/* Keywords or slugs, each once, and the rows that link crates to them. */
struct labels {
    char texts[MAX_LABELS][MAX_LABEL_BYTES];
    unsigned n;
    struct table links;
};

static void begin(struct table *table, const char *columns)
{
    table->file = open_memstream(&table->text, &table->size);
    assert_non_null(table->file);
    fprintf(table->file, "%s\n", columns);
}

static const char *finish(struct table *table)
{
    assert_int_equal(fclose(table->file), 0);
    return table->text;
}

static void print_field(FILE *file, const char *text)
{
    assert_true(text == NULL || strchr(text, '"') == NULL);
    if (text != NULL)
        fprintf(file, "\"%s\"", text);
}

static unsigned number_of(struct labels *labels, const char *text, size_t length)
{
    unsigned i = 0;
    while (i < labels->n &&
           (strlen(labels->texts[i]) != length || memcmp(labels->texts[i], text, length) != 0))
        i++;
    if (i == labels->n) {
        assert_in_range(length, 1, MAX_LABEL_BYTES - 1);
        assert_true(labels->n < MAX_LABELS);
        snprintf(labels->texts[labels->n++], MAX_LABEL_BYTES, "%.*s", (int)length, text);
    }
    return i + 1;
}

static void link_crate(struct labels *labels, unsigned crate_id, const char *list)
{
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, " ");
        fprintf(labels->links.file, "%u,%u\n", crate_id, number_of(labels, list, length));
        list += length + strspn(list + length, " ");
    }
}

static void print_labels(struct table *table, const struct labels *labels, const char *row)
{
    for (unsigned i = 0; i < labels->n; i++) {
        fprintf(table->file, "%u,%s", i + 1, labels->texts[i]);
        fprintf(table->file, "%s\n", row);
    }
}

void described_crates_build(struct built_index *built, const struct described_crate *crates)
{
    struct labels keywords = {.n = 0};
    struct labels slugs = {.n = 0};
    struct table texts;
    struct table downloads;
    struct table keyword_rows;
    struct table category_rows;
    begin(&texts, CRATES_COLUMNS ",readme");
    begin(&downloads, "crate_id,downloads");
    begin(&keywords.links, "crate_id,keyword_id");
    begin(&slugs.links, "crate_id,category_id");
    begin(&keyword_rows, "id,keyword,crates_cnt,created_at");
    begin(&category_rows, "id,slug,category,crates_cnt,created_at,description,path");
    for (unsigned i = 0; crates[i].name != NULL; i++) {
        fprintf(texts.file, "%u,%s,2020-01-01,2020-01-01,", i + 1, crates[i].name);
        print_field(texts.file, crates[i].description);
        fputs(",,,,", texts.file);
        print_field(texts.file, crates[i].readme);
        fputs("\n", texts.file);
        fprintf(downloads.file, "%u,%lu\n", i + 1, crates[i].downloads);
        link_crate(&keywords, i + 1, crates[i].keywords);
        link_crate(&slugs, i + 1, crates[i].categories);
    }
    print_labels(&keyword_rows, &keywords, ",1,2020-01-01");
    print_labels(&category_rows, &slugs, ",A category,1,2020-01-01,Its crates,root");
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", finish(&texts)),
        BUILT_TABLE("crate_downloads", finish(&downloads)),
        BUILT_TABLE("versions", VERSIONS_COLUMNS "\n"),
        BUILT_TABLE("keywords", finish(&keyword_rows)),
        BUILT_TABLE("crates_keywords", finish(&keywords.links)),
        BUILT_TABLE("categories", finish(&category_rows)),
        BUILT_TABLE("crates_categories", finish(&slugs.links)),
        BUILT_END,
    };
    built_index_from_files(built, files);
    enum { N_TABLES = 6 };
    struct table *const tables[N_TABLES] = {&texts,          &downloads,     &keyword_rows,
                                            &keywords.links, &category_rows, &slugs.links};
    for (size_t i = 0; i < N_TABLES; i++)
        free(tables[i]->text);
}

int described_crates_set_up(void **state, const struct described_crate *crates)
{
    static struct built_index of_group;
    described_crates_build(&of_group, crates);
    *state = &of_group;
    return 0;
}

int described_crates_tear_down(void **state)
{
    built_index_remove(*state);
    return 0;
}

const char *described_crates_found(struct built_index *built, const char *text)
{
    struct search_query query = {.sort = SEARCH_SORT_RELEVANCE, .match = SEARCH_MATCH_ALL};
    return described_crates_found_by(built, text, query);
}

const char *described_crates_found_by(struct built_index *built, const char *text,
                                      struct search_query query)
{
    static struct search_result result;
    static char names[4096];
    struct error error = {.message = ""};
    size_t at = 0;
    query.text = (struct search_string){text, strlen(text)};
    query.limit = SEARCH_MAX_LIMIT;
    if (search_run(built->reader, &query, &result, &error) != SEARCH_OK)
        fail_msg("%s: %s", text, error.message);
    names[0] = '\0';
    for (uint32_t i = 0; i < result.n_hits; i++) {
        struct index_crate crate;
        index_crate(built->index, result.hits[i].rank, &crate);
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%.*s", i == 0 ? "" : " ",
                               (int)crate.name_length, crate.name);
    }
    return names;
}
