/* One slip of the finger in the name of a crate that many people use, 1,000 times: the right name
   is the first suggestion for at least 90 %, among ten for at least 99 %, and on the first page of
   a search or what the search says may have been meant for at least 98 %. On the large dumps where
   they lie beside the repository, and always on the sample with the names that it has. */
#include "index/segment/open_reader.h"
#include "tests/support/built_index.h"
#include "tests/support/random_edit.h"
#include "tests/support/test_server.h"

#include <cratedex/canonical_name.h>
#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <cratedex/suggest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define N_NAMES 1000
#define MIN_BYTES 5
#define MAX_BYTES 63
#define LIMIT 10
#define SEED 3141592653

struct typo {
    char name[MAX_BYTES + 1];
    char text[MAX_BYTES + 1];
    size_t name_length;
    size_t length;
    uint32_t rank;
};

struct counts {
    size_t n_typos;
    size_t n_first;
    size_t n_found;
    size_t n_on_page; /* on the first page of a search, or what it says was meant */
};

static bool has_name(const struct index *index, const struct typo *typo)
{
    for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
        char name[MAX_BYTES + 1];
        struct index_crate crate;
        index_crate(index, rank, &crate);
        if (crate.name_length != typo->length)
            continue;
        canonical_name(name, crate.name, crate.name_length);
        if (memcmp(name, typo->text, typo->length) == 0)
            return true;
    }
    return false;
}

/* Prints what the typo gives instead of the right name. */
static void print_failure(const struct typo *typo, const struct suggestion *suggestions, size_t n,
                          size_t at)
{
    char line[1024];
    int length = 0;
    for (size_t i = 0; i < n && i < 3; i++)
        length += snprintf(line + length, sizeof line - (size_t)length, " %.*s",
                           (int)suggestions[i].name_length, suggestions[i].name);
    print_message("%.*s for %.*s: %s; first come%.*s\n", (int)typo->length, typo->text,
                  (int)typo->name_length, typo->name, at < n ? "not first" : "not suggested",
                  length, line);
}

/* Whether the text that is offered is the right name. */
static bool is_offered(const struct typo *typo, const char *did_you_mean)
{
    char canonical[SEARCH_MAX_DID_YOU_MEAN];
    size_t length = strlen(did_you_mean);
    canonical_name(canonical, did_you_mean, length);
    return length == typo->name_length && memcmp(canonical, typo->name, length) == 0;
}

static void search_typo(struct index_reader *reader, const struct typo *typo, struct counts *counts)
{
    struct search_query query = {.text = {typo->text, typo->length}, .limit = LIMIT};
    struct search_result result;
    struct error error;
    assert_int_equal(search_run(reader, &query, &result, &error), SEARCH_OK);
    uint32_t at = 0;
    while (at < result.n_hits && result.hits[at].rank != typo->rank)
        at++;
    bool is_found = at < result.n_hits || is_offered(typo, result.did_you_mean);
    counts->n_on_page += is_found;
    if (!is_found)
        print_message("%.*s for %.*s: not on the first page of %lu, did you mean \"%s\"\n",
                      (int)typo->length, typo->text, (int)typo->name_length, typo->name,
                      (unsigned long)result.total, result.did_you_mean);
}

static void suggest_typo(const struct index *index, const struct typo *typo, struct counts *counts)
{
    struct suggestion suggestions[LIMIT];
    size_t n = suggest(index, typo->text, typo->length, suggestions, LIMIT);
    size_t at = 0;
    while (at < n &&
           (suggestions[at].kind != SUGGESTION_CRATE || suggestions[at].rank != typo->rank))
        at++;
    counts->n_typos++;
    counts->n_first += n > 0 && at == 0;
    counts->n_found += at < n;
    if (n == 0 || at > 0)
        print_failure(typo, suggestions, n, at);
}

static void misspell_popular_names(struct index_reader *reader, const char *what)
{
    const struct index *index = reader->index;
    struct counts counts = {0};
    uint64_t seed = SEED;
    size_t n_names = 0;
    for (uint32_t rank = 1; rank <= index_n_crates(index) && n_names < N_NAMES; rank++) {
        struct index_crate crate;
        struct typo typo = {.rank = rank};
        index_crate(index, rank, &crate);
        if (crate.name_length < MIN_BYTES || crate.name_length > MAX_BYTES)
            continue;
        n_names++;
        canonical_name(typo.name, crate.name, crate.name_length);
        memcpy(typo.text, typo.name, crate.name_length);
        typo.name_length = crate.name_length;
        typo.length = random_edit(&seed, typo.text, typo.name_length);
        if (has_name(index, &typo))
            continue;
        suggest_typo(index, &typo, &counts);
        search_typo(reader, &typo, &counts);
    }
    print_message(
        "%s: %zu typos, suggested first %.2f %%, among ten %.2f %%, on the first page of a"
        " search or offered by it %.2f %%\n",
        what, counts.n_typos, 100.0 * (double)counts.n_first / (double)counts.n_typos,
        100.0 * (double)counts.n_found / (double)counts.n_typos,
        100.0 * (double)counts.n_on_page / (double)counts.n_typos);
    assert_true(counts.n_typos > n_names * 9 / 10);
    assert_true(100 * counts.n_first >= 90 * counts.n_typos);
    assert_true(100 * counts.n_found >= 99 * counts.n_typos);
    assert_true(100 * counts.n_on_page >= 98 * counts.n_typos);
}

static void names_of_the_sample(void **state)
{
    (void)state;
    struct built_index built;
    built_index_open_sample(&built);
    misspell_popular_names(built.reader, SAMPLE_DUMP);
    built_index_remove(&built);
}

/* `make test` builds the indexes of the real data, where that is there. */
static void misspell_names_of(const char *file)
{
    char path[1024];
    struct error error = {.message = ""};
    test_build_path(path, file);
    if (access(path, R_OK) != 0) {
        print_message("skipped: no %s\n", path);
        skip();
    }
    struct index *index = index_open(path, &error);
    struct index_reader *reader = index != NULL ? index_reader_open(index, &error) : NULL;
    if (reader == NULL)
        fail_msg("%s", error.message);
    misspell_popular_names(reader, file);
    index_reader_close(reader);
    index_close(index);
}

static void names_of_150_000_crates(void **state)
{
    (void)state;
    misspell_names_of("real/crates-real.cdx");
}

static void names_of_227_000_packages(void **state)
{
    (void)state;
    misspell_names_of("real/npm-227k.cdx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_sample),
        cmocka_unit_test(names_of_150_000_crates),
        cmocka_unit_test(names_of_227_000_packages),
    };
    return cmocka_run_group_tests_name("typos", tests, NULL, NULL);
}
