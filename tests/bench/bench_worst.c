/* `worst`: looks for the slowest query that may be asked. It begins with texts that ought to be
   hard (the most frequent words, unfinished words, stop words, words that nearly occur, long words,
   letters that fold, many exclusions, quotes and filters; worst_texts.c) and goes on from the
   slowest of them by a seeded hill climb: words are replaced, added, taken out, repeated, misspelt,
   run together, shortened, and halves of texts joined; what is among the slowest stays. A text's
   time is its best of three runs by this thread's clock, which stands still while others have the
   processor: a search waits for nothing. Reading the search box's language is part of it.
   The texts are asked for as a client can ask at most: SEARCH_MAX_LIMIT results, and with --facets
   all facets. The slowest are asked for again from the deepest offset, as a list, and with
   match=all. */
#include "index/segment/open_reader.h"
#include "tests/bench/bench.h"
#include "tests/bench/worst_texts.h"
#include "tests/support/random.h"

#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_filter_list.h>
#include <cratedex/search_language.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_KEPT 24
#define N_SHOWN 5
#define N_RUNS 3

struct worst {
    struct index_reader *reader;
    struct worst_words words;
    struct worst_text kept[N_KEPT]; /* slowest first */
    size_t n_kept;
    uint64_t n_tried;
    unsigned facets;
    struct search_filters filters;
    char rest[SEARCH_MAX_TEXT_BYTES];
    struct search_result result;
};

static uint64_t thread_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int run_once(struct worst *worst, struct worst_text *text,
                    const struct search_query *settings, struct error *error)
{
    struct search_query query = *settings;
    size_t length;
    query.text = (struct search_string){text->bytes, strlen(text->bytes)};
    query.facets = worst->facets;
    uint64_t begin = thread_now();
    search_filters_init(&worst->filters);
    if (search_language_read(worst->reader->index, query.text, &worst->filters, worst->rest,
                             &length)) {
        query.filters = &worst->filters;
        query.text = (struct search_string){length > 0 ? worst->rest : NULL, length};
    }
    if (search_run(worst->reader, &query, &worst->result, error) != SEARCH_OK)
        return error_prefix(error, "query \"%s\": ", text->bytes);
    uint64_t time = thread_now() - begin;
    if (time < text->time)
        text->time = time;
    text->total = worst->result.total;
    return 0;
}

/* What is fast once need not be run again. */
static int measure(struct worst *worst, struct worst_text *text,
                   const struct search_query *settings, uint64_t enough, struct error *error)
{
    text->time = UINT64_MAX;
    for (int i = 0; i < N_RUNS && text->time > enough; i++) {
        if (run_once(worst, text, settings, error) != 0)
            return -1;
    }
    return 0;
}

/* Keeps the text where it is slow enough and not kept already. */
static int consider(struct worst *worst, struct worst_text *text, struct error *error)
{
    static const struct search_query settings = {.limit = SEARCH_MAX_LIMIT};
    uint64_t enough = worst->n_kept == N_KEPT ? worst->kept[N_KEPT - 1].time : 0;
    if (measure(worst, text, &settings, enough, error) != 0)
        return -1;
    worst->n_tried++;
    for (size_t i = 0; i < worst->n_kept; i++) {
        if (strcmp(worst->kept[i].bytes, text->bytes) == 0)
            return 0;
    }
    if (text->time <= enough)
        return 0;
    if (worst->n_kept < N_KEPT)
        worst->n_kept++;
    size_t at = worst->n_kept - 1;
    for (; at > 0 && worst->kept[at - 1].time < text->time; at--)
        worst->kept[at] = worst->kept[at - 1];
    worst->kept[at] = *text;
    return 0;
}

/* Words again and again. */
static int consider_repeated(struct worst *worst, struct error *error)
{
    struct worst_text text;
    static const char *const repeated[] = {
        "a",          "ab",      "the",           "json", "\u00e9",      "\u4e2d",
        "\U0001f980", "parserr", "serialisazion", "_",    "\u0130\u1e9e"};
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        worst_text_fill_repeated(repeated[i], &text);
        if (consider(worst, &text, error) != 0)
            return -1;
        memset(&text, 0, sizeof text); /* one word, as long as can be */
        while (strlen(text.bytes) + strlen(repeated[i]) <= SEARCH_MAX_TEXT_CHARACTERS)
            memcpy(text.bytes + strlen(text.bytes), repeated[i], strlen(repeated[i]));
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    return 0;
}

/* Every beginning of a word, of one or two letters, anywhere and in names. */
static int consider_beginnings(struct worst *worst, struct error *error)
{
    for (int first = 'a'; first <= 'z'; first++) {
        for (int second = 'a' - 1; second <= 'z'; second++) {
            for (int in_name = 0; in_name < 2; in_name++) {
                struct worst_text text = {.bytes = ""};
                char beginning[] = {(char)first, second < 'a' ? '\0' : (char)second, '\0'};
                snprintf(text.bytes, sizeof text.bytes, "%s%s", beginning,
                         in_name ? " in:name" : "");
                if (consider(worst, &text, error) != 0)
                    return -1;
            }
        }
    }
    return 0;
}

/* The most frequent words: whole, cut, excluded, quoted. */
static int consider_frequent(struct worst *worst, struct error *error)
{
    static const uint32_t counts[] = {1, 2, 3, 5, 10, 20, 40, SEARCH_MAX_WORDS};
    struct worst_text text;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (size_t n_bytes = 0; n_bytes < 3; n_bytes++) {
            worst_text_fill_frequent(&worst->words, counts[i], n_bytes, "", &text);
            if (consider(worst, &text, error) != 0)
                return -1;
        }
        worst_text_fill_frequent(&worst->words, counts[i], 0, "-", &text);
        if (consider(worst, &text, error) != 0)
            return -1;
        worst_text_fill_quoted(&worst->words, counts[i], &text);
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    return 0;
}

/* Each filter alone, behind frequent words, and with those that follow. */
static int consider_filters(struct worst *worst, struct error *error)
{
    static const uint32_t counts[] = {0, 1, 3};
    for (uint32_t first = 0; first < worst->words.n_filters; first++) {
        for (size_t i = 0; i < 2 * sizeof counts / sizeof *counts; i++) {
            struct worst_text text;
            worst_text_fill_filtered(&worst->words, counts[i / 2], first, i % 2 == 0 ? 1 : 8,
                                     &text);
            if (consider(worst, &text, error) != 0)
                return -1;
        }
    }
    return 0;
}

static int consider_misspelt(struct worst *worst, struct error *error)
{
    for (size_t round = 0; round < 40; round++) {
        struct worst_text text;
        worst_text_fill_misspelt(&worst->words, round % 10, &text);
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    return 0;
}

/* The texts to begin with. */
static int consider_hard_texts(struct worst *worst, struct error *error)
{
    return consider_repeated(worst, error) != 0 || consider_frequent(worst, error) != 0 ||
                   consider_beginnings(worst, error) != 0 || consider_filters(worst, error) != 0 ||
                   consider_misspelt(worst, error) != 0
               ? -1
               : 0;
}

static const struct worst_text *any_kept(struct worst *worst)
{
    return &worst->kept[random_below(&worst->words.seed, (uint32_t)worst->n_kept)];
}

/* Asks for the slowest in other ways; the slowest time of all goes to `slowest`. */
static int show(struct worst *worst, uint64_t *slowest, struct error *error)
{
    static const struct {
        const char *name;
        struct search_query settings;
    } ways[] = {
        {"best 100", {.limit = SEARCH_MAX_LIMIT}},
        {"deepest page", {.limit = SEARCH_MAX_LIMIT, .offset = SEARCH_MAX_OFFSET}},
        {"by downloads",
         {.limit = SEARCH_MAX_LIMIT, .sort = SEARCH_SORT_DOWNLOADS, .match = SEARCH_MATCH_BEST}},
        {"match=all", {.limit = SEARCH_MAX_LIMIT, .match = SEARCH_MATCH_ALL}},
    };
    *slowest = 0;
    for (size_t i = 0; i < N_SHOWN && i < worst->n_kept; i++) {
        struct worst_text *text = &worst->kept[i];
        printf("%zu. %s\n", i + 1, text->bytes);
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            if (measure(worst, text, &ways[way].settings, 0, error) != 0)
                return -1;
            printf("   %-14s%9.3f ms  %8llu crates match\n", ways[way].name,
                   (double)text->time / 1e6, (unsigned long long)text->total);
            if (text->time > *slowest)
                *slowest = text->time;
        }
    }
    return 0;
}

static int run(struct worst *worst, const struct bench_options *options, struct error *error)
{
    const struct index *index = worst->reader->index;
    uint64_t end = bench_now() + (uint64_t)options->n_seconds * 1000000000;
    uint64_t slowest;
    worst->facets = options->facets ? (1U << N_SEARCH_FACETS) - 1 : 0;
    if (worst_words_read(&worst->words, worst->reader, error) != 0 ||
        consider_hard_texts(worst, error) != 0)
        return -1;
    while (bench_now() < end) {
        struct worst_text text;
        worst_text_mutate(&worst->words, any_kept(worst), any_kept(worst), &text);
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    bench_print_header(index, options->index_path);
    printf("%llu texts tried\n", (unsigned long long)worst->n_tried);
    if (show(worst, &slowest, error) != 0)
        return -1;
    if ((double)slowest / 1e6 > options->limit_ms)
        return error_set(error, "a query of %d characters or less takes %.3f ms, more than %g",
                         SEARCH_MAX_TEXT_CHARACTERS, (double)slowest / 1e6, options->limit_ms);
    return 0;
}

int bench_worst(const struct bench_options *options, struct error *error)
{
    struct index *index = index_open(options->index_path, error);
    if (index == NULL)
        return -1;
    struct worst *worst = calloc(1, sizeof *worst);
    int result = -1;
    if (worst == NULL)
        error_out_of_memory(error);
    else if ((worst->reader = index_reader_open(index, error)) != NULL)
        result = run(worst, options, error);
    if (worst != NULL)
        index_reader_close(worst->reader);
    free(worst);
    index_close(index);
    return result;
}
