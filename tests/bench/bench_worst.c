/* `worst`: looks for the slowest query that may be asked. It begins with texts that
   ought to be hard (the most frequent words, unfinished words, stop words, words that nearly occur,
   long words, letters that fold) and goes on from the slowest of them by a seeded hill climb: words
   are replaced, added, taken out, repeated, misspelt, run together, shortened, and halves of texts
   joined; what is among the slowest stays. A text's time is its best of three runs by this thread's
   clock, which stands still while others have the processor: a search waits for nothing.
   The texts are asked for as a client can ask at most: SEARCH_MAX_LIMIT results. The slowest are
   asked for again from the deepest offset, as a list, and with match=all. */
#include "index/segment/open_reader.h"
#include "index/trie/trie.h"
#include "index/trie/trie_walk.h"
#include "tests/bench/bench.h"
#include "tests/support/random.h"

#include <cratedex/index_reader.h>
#include <cratedex/search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_WORDS 4096 /* of the vocabulary, the most frequent ones */
#define MAX_WORD_BYTES 31
#define N_KEPT 24
#define N_SHOWN 5
#define N_RUNS 3

struct text {
    char bytes[SEARCH_MAX_TEXT_CHARACTERS + 1];
    uint64_t time; /* nanoseconds */
    uint64_t total;
};

struct worst {
    struct index_reader *reader;
    char words[N_WORDS][MAX_WORD_BYTES + 1]; /* most frequent first */
    uint32_t n_words;
    struct text kept[N_KEPT]; /* slowest first */
    size_t n_kept;
    uint64_t n_tried;
    uint64_t seed;
    struct search_result result;
};

static int on_word(void *context, const char *key, size_t key_length, const unsigned char *values,
                   uint32_t n_values)
{
    struct worst *worst = context;
    uint32_t number = n_values > 0 ? trie_value(values, 0) : 0;
    if (number == 0 || number > N_WORDS || key_length > MAX_WORD_BYTES)
        return 0;
    memcpy(worst->words[number - 1], key, key_length);
    worst->words[number - 1][key_length] = '\0';
    return 0;
}

/* Words that are too long leave gaps: the others close up. */
static int read_words(struct worst *worst, const struct index *index, struct error *error)
{
    if (trie_walk(&index->words, on_word, worst) != 0)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < N_WORDS; i++) {
        if (worst->words[i][0] != '\0')
            memmove(worst->words[worst->n_words++], worst->words[i], sizeof worst->words[i]);
    }
    return worst->n_words > 0 ? 0 : error_set(error, "the index has no words");
}

/* Adds as much of a word as has room, cut between characters. */
static void add_word(struct text *text, const char *word)
{
    size_t at = strlen(text->bytes);
    size_t room = SEARCH_MAX_TEXT_CHARACTERS - at;
    size_t length = strlen(word);
    if (at > 0 && room > 0) {
        text->bytes[at++] = ' ';
        room--;
    }
    if (length > room)
        length = room;
    while (length > 0 && ((unsigned char)word[length] & 0xc0) == 0x80)
        length--;
    memcpy(text->bytes + at, word, length);
    text->bytes[at + length] = '\0';
}

static uint64_t thread_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int run_once(struct worst *worst, struct text *text, const struct search_query *settings,
                    struct error *error)
{
    struct search_query query = *settings;
    query.text = (struct search_string){text->bytes, strlen(text->bytes)};
    uint64_t begin = thread_now();
    if (search_run(worst->reader, &query, &worst->result, error) != SEARCH_OK)
        return error_prefix(error, "query \"%s\": ", text->bytes);
    uint64_t time = thread_now() - begin;
    if (time < text->time)
        text->time = time;
    text->total = worst->result.total;
    return 0;
}

/* What is fast once need not be run again. */
static int measure(struct worst *worst, struct text *text, const struct search_query *settings,
                   uint64_t enough, struct error *error)
{
    text->time = UINT64_MAX;
    for (int i = 0; i < N_RUNS && text->time > enough; i++) {
        if (run_once(worst, text, settings, error) != 0)
            return -1;
    }
    return 0;
}

/* Keeps the text where it is slow enough and not kept already. */
static int consider(struct worst *worst, struct text *text, struct error *error)
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

static const char *random_word(struct worst *worst)
{
    /* Half of the time one of the most frequent. */
    uint32_t n = random_below(&worst->seed, 2) == 0 ? worst->n_words : worst->n_words / 32 + 1;
    return worst->words[random_below(&worst->seed, n)];
}

/* Changes one letter, so that the word nearly occurs. */
static void misspell(struct worst *worst, const char *word, char misspelt[MAX_WORD_BYTES + 1])
{
    size_t length = strlen(word);
    memcpy(misspelt, word, length + 1);
    size_t at = random_below(&worst->seed, (uint32_t)length);
    if ((unsigned char)misspelt[at] < 0x80)
        misspelt[at] = (char)('a' + (int)random_below(&worst->seed, 26));
}

static void add_random_word(struct worst *worst, struct text *text)
{
    static const char *const odd[] = {"\u00c5\u00c9\u00d6",
                                      "\u1e9e\u0130\u01c5",
                                      "re\u0301sume\u0301",
                                      "\u4e2d\u6587\u5206\u8bcd",
                                      "\u0411\u042b\u0421\u0422\u0420\u042b\u0419",
                                      "the",
                                      "zzzzzzzzzzzz"};
    static const char *const separators[] = {"", "", "_", "-", "::"}; /* between two words */
    char changed[2 * MAX_WORD_BYTES + 3];
    const char *word = random_word(worst);
    const char *separator = separators[random_below(&worst->seed, 5)];
    snprintf(changed, sizeof changed, "%s", word);
    switch (random_below(&worst->seed, 8)) {
    case 0:
        misspell(worst, word, changed);
        break;
    case 1: /* one or two letters */
        changed[1 + random_below(&worst->seed, 2)] = '\0';
        break;
    case 2:
        word = odd[random_below(&worst->seed, sizeof odd / sizeof *odd)];
        snprintf(changed, sizeof changed, "%s", word);
        break;
    case 3:
        snprintf(changed, sizeof changed, "%s%s%s", word, separator, random_word(worst));
        break;
    }
    add_word(text, changed);
}

/* Copies words `from` to `to` - 1 of a text behind another. */
static void add_words(struct text *text, const struct text *source, uint32_t from, uint32_t to)
{
    char copy[SEARCH_MAX_TEXT_CHARACTERS + 1];
    char *rest = NULL;
    uint32_t i = 0;
    memcpy(copy, source->bytes, sizeof copy);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest), i++) {
        if (i >= from && i < to)
            add_word(text, word);
    }
}

static uint32_t count_words(const struct text *text)
{
    uint32_t n = 0;
    for (size_t i = 0; text->bytes[i] != '\0'; i++)
        n += text->bytes[i] != ' ' && (i == 0 || text->bytes[i - 1] == ' ');
    return n;
}

/* A neighbour of one of the slowest. */
static void mutate(struct worst *worst, struct text *text)
{
    const struct text *parent = &worst->kept[random_below(&worst->seed, (uint32_t)worst->n_kept)];
    const struct text *other = &worst->kept[random_below(&worst->seed, (uint32_t)worst->n_kept)];
    uint32_t n = count_words(parent);
    uint32_t at = random_below(&worst->seed, n + 1);
    memset(text, 0, sizeof *text);
    switch (random_below(&worst->seed, 6)) {
    case 0: /* replaced */
        add_words(text, parent, 0, at);
        add_random_word(worst, text);
        add_words(text, parent, at + 1, n);
        break;
    case 1: /* added */
        add_words(text, parent, 0, at);
        add_random_word(worst, text);
        add_words(text, parent, at, n);
        break;
    case 2: /* taken out */
        add_words(text, parent, 0, at);
        add_words(text, parent, at + 1, n);
        break;
    case 3: /* in front, and the last one another */
        add_random_word(worst, text);
        add_words(text, parent, 0, n);
        break;
    case 4: /* the last one unfinished */
        add_words(text, parent, 0, n);
        text->bytes[strlen(text->bytes) > 2 ? strlen(text->bytes) - 2 : 0] = '\0';
        while (strlen(text->bytes) > 0 &&
               (unsigned char)text->bytes[strlen(text->bytes) - 1] >= 0x80)
            text->bytes[strlen(text->bytes) - 1] = '\0';
        break;
    default: /* crossed */
        add_words(text, parent, 0, at);
        add_words(text, other, at, SEARCH_MAX_TEXT_CHARACTERS);
        break;
    }
}

/* Fills a text with words from the n-th most frequent on, `n_bytes` of each (0: whole). */
static void fill_frequent(struct worst *worst, struct text *text, uint32_t first, uint32_t n,
                          size_t n_bytes)
{
    memset(text, 0, sizeof *text);
    for (uint32_t i = first; i < first + n && i < worst->n_words; i++) {
        char word[MAX_WORD_BYTES + 1];
        memcpy(word, worst->words[i], sizeof word);
        size_t length = strlen(word);
        if (n_bytes > 0 && n_bytes < length && n_bytes < sizeof word &&
            (unsigned char)word[n_bytes] < 0x80)
            word[n_bytes] = '\0';
        add_word(text, word);
    }
}

static void fill_repeated(struct text *text, const char *word)
{
    memset(text, 0, sizeof *text);
    while (strlen(text->bytes) + 1 < SEARCH_MAX_TEXT_CHARACTERS)
        add_word(text, word);
}

/* The texts to begin with. */
static int consider_hard_texts(struct worst *worst, struct error *error)
{
    struct text text;
    static const char *const repeated[] = {
        "a",          "ab",      "the",           "json", "\u00e9",      "\u4e2d",
        "\U0001f980", "parserr", "serialisazion", "_",    "\u0130\u1e9e"};
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        fill_repeated(&text, repeated[i]);
        if (consider(worst, &text, error) != 0)
            return -1;
        memset(&text, 0, sizeof text); /* one word, as long as can be */
        while (strlen(text.bytes) + strlen(repeated[i]) <= SEARCH_MAX_TEXT_CHARACTERS)
            memcpy(text.bytes + strlen(text.bytes), repeated[i], strlen(repeated[i]));
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    static const uint32_t counts[] = {1, 2, 3, 5, 10, 20, 40, SEARCH_MAX_WORDS};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (size_t n_bytes = 0; n_bytes < 3; n_bytes++) {
            fill_frequent(worst, &text, 0, counts[i], n_bytes);
            if (consider(worst, &text, error) != 0)
                return -1;
        }
    }
    for (int first = 'a'; first <= 'z'; first++) { /* every beginning of a word */
        for (int second = 'a' - 1; second <= 'z'; second++) {
            memset(&text, 0, sizeof text);
            text.bytes[0] = (char)first;
            text.bytes[1] = second < 'a' ? '\0' : (char)second;
            if (consider(worst, &text, error) != 0)
                return -1;
        }
    }
    for (int round = 0; round < 40;
         round++) { /* near misses, each to be looked up by the automaton */
        memset(&text, 0, sizeof text);
        while (strlen(text.bytes) + MAX_WORD_BYTES < SEARCH_MAX_TEXT_CHARACTERS) {
            char misspelt[MAX_WORD_BYTES + 1];
            const char *word = random_word(worst);
            if (strlen(word) < (size_t)round % 10)
                continue;
            misspell(worst, word, misspelt);
            add_word(&text, misspelt);
        }
        if (consider(worst, &text, error) != 0)
            return -1;
    }
    return 0;
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
        struct text *text = &worst->kept[i];
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
    worst->seed = 1;
    if (read_words(worst, index, error) != 0 || consider_hard_texts(worst, error) != 0)
        return -1;
    while (bench_now() < end) {
        struct text text;
        mutate(worst, &text);
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
