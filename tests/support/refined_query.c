/* What is typed is put together of pieces in a random order, of which is known what each means. Its
   words are plain ones, so that nothing else of the text is of the language. */
#include "tests/support/refined_query.h"

#include "tests/support/random.h"
#include "tests/support/random_filters.h"
#include "tests/support/stop_word_list.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_PIECES (SEARCH_MAX_FILTERS + 4)
#define MAX_WORD 96
#define MAX_PIECE (SEARCH_MAX_TEXT_BYTES + 8)

struct refined_source {
    struct query_source *queries;
    struct random_filters *filters;
};

struct refined_source *refined_source_open(const char *path, const struct index *index)
{
    struct refined_source *source = calloc(1, sizeof *source);
    assert_non_null(source);
    source->queries = query_source_open(path);
    source->filters = random_filters_open(path, index);
    return source;
}

void refined_source_close(struct refined_source *source)
{
    random_filters_close(source->filters);
    query_source_close(source->queries);
    free(source);
}

static bool is_plain(const char *word, size_t length)
{
    /* What pasted commands and statements begin with. */
    static const char *const others[] = {"cargo", "rust", "crate", "use", "extern", "mod"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i]) == length && memcmp(others[i], word, length) == 0)
            return false;
    char padded[MAX_WORD + 3];
    if (length < 3 || length >= MAX_WORD)
        return false;
    snprintf(padded, sizeof padded, " %.*s ", (int)length, word);
    if (strstr(STOP_WORD_LIST, padded) != NULL)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!islower((unsigned char)word[i]))
            return false;
    return true;
}

/* Draws a text of up to `most` small plain words of one crate. Returns how many it has. */
static unsigned draw_words(const struct refined_source *source, uint64_t *seed, unsigned most,
                           char *text)
{
    for (;;) {
        struct random_query random;
        unsigned n = 0;
        bool is_good = true;
        random_query_text(source->queries, seed, &random);
        for (char *c = random.text; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        size_t length = strlen(random.text);
        for (size_t at = 0; at < length && is_good; n++) {
            size_t end = at + strcspn(random.text + at, " ");
            is_good = is_plain(random.text + at, end - at);
            at = end + 1;
        }
        if (is_good && n >= 1 && n <= most) {
            memcpy(text, random.text, length + 1);
            return n;
        }
    }
}

static void add_word(struct refined_query *refined, enum search_filter_kind kind, const char *word)
{
    const struct search_string text = {word, strlen(word)};
    assert_int_equal(search_filters_add_value(&refined->filters, kind, text, 0, NULL), 0);
}

/* Pieces of what is typed; of some is searched for a part. */
struct pieces {
    char typed[MAX_PIECES][MAX_PIECE];
    char searched[MAX_PIECES][MAX_PIECE];
    unsigned n;
};

static void add_piece(struct pieces *pieces, const char *typed, const char *searched)
{
    snprintf(pieces->typed[pieces->n], sizeof pieces->typed[0], "%s", typed);
    snprintf(pieces->searched[pieces->n++], sizeof pieces->searched[0], "%s", searched);
}

/* Words of one crate or, often, those that are there without quotes too. */
static void add_quoted(const struct refined_source *source, struct refined_query *refined,
                       struct pieces *pieces, const char *plain, uint64_t *seed)
{
    char words[SEARCH_MAX_TEXT_BYTES + 1];
    char typed[SEARCH_MAX_TEXT_BYTES + 4];
    if (plain[0] != '\0' && random_below(seed, 2) == 0)
        snprintf(words, sizeof words, "%s", plain);
    else
        draw_words(source, seed, 2, words);
    snprintf(typed, sizeof typed, "\"%s\"", words);
    add_piece(pieces, typed, words);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        add_word(refined, SEARCH_FILTER_ALL_OF, word);
}

static void add_excluded(const struct refined_source *source, struct refined_query *refined,
                         struct pieces *pieces, uint64_t *seed)
{
    char word[SEARCH_MAX_TEXT_BYTES + 1];
    char typed[SEARCH_MAX_TEXT_BYTES + 4];
    draw_words(source, seed, 1, word);
    snprintf(typed, sizeof typed, "-%s", word);
    add_piece(pieces, typed, "");
    add_word(refined, SEARCH_FILTER_WITHOUT, word);
}

/* As the filters are typed; one that has a space, in quotes. */
static void add_filters(const struct search_filters *filters, struct pieces *pieces, uint64_t *seed)
{
    for (uint32_t i = 0; i < filters->n; i++) {
        const struct search_filter *filter = &filters->filters[i];
        struct search_string value = search_filter_text(filters, filter);
        bool is_quoted = memchr(value.data, ' ', value.length) != NULL;
        bool is_msrv = filter->kind == SEARCH_FILTER_RUST_VERSION && random_below(seed, 2) == 0;
        char typed[MAX_PIECE];
        snprintf(typed, sizeof typed, "%s:%s%.*s%s",
                 is_msrv ? "msrv" : search_filter_name(filter->kind), is_quoted ? "\"" : "",
                 (int)value.length, value.data, is_quoted ? "\"" : "");
        add_piece(pieces, typed, "");
    }
}

/* Joins the pieces in a random order. */
static void join(struct refined_query *refined, struct pieces *pieces, uint64_t *seed)
{
    char *text = refined->random.text;
    text[0] = '\0';
    refined->typed[0] = '\0';
    while (pieces->n > 0) {
        unsigned i = random_below(seed, pieces->n);
        bool is_searched = pieces->searched[i][0] != '\0';
        snprintf(refined->typed + strlen(refined->typed),
                 sizeof refined->typed - strlen(refined->typed), "%s%s",
                 refined->typed[0] == '\0' ? "" : " ", pieces->typed[i]);
        if (is_searched)
            snprintf(text + strlen(text), sizeof refined->random.text - strlen(text), "%s%s",
                     text[0] == '\0' ? "" : " ", pieces->searched[i]);
        pieces->n--;
        memmove(pieces->typed[i], pieces->typed[pieces->n], sizeof pieces->typed[0]);
        memmove(pieces->searched[i], pieces->searched[pieces->n], sizeof pieces->searched[0]);
    }
}

static void draw_typed(const struct refined_source *source, uint64_t *seed,
                       struct refined_query *refined)
{
    static struct pieces pieces;
    char words[SEARCH_MAX_TEXT_BYTES + 1] = "";
    pieces.n = 0;
    add_filters(&refined->filters, &pieces, seed);
    if (random_below(seed, 4) != 0) {
        draw_words(source, seed, 3, words);
        add_piece(&pieces, words, words);
    }
    if (random_below(seed, 3) == 0)
        add_quoted(source, refined, &pieces, words, seed);
    if (random_below(seed, 2) == 0)
        add_excluded(source, refined, &pieces, seed);
    if (random_below(seed, 4) == 0) {
        add_piece(&pieces, "in:name", "");
        add_word(refined, SEARCH_FILTER_IN, "name");
    }
    join(refined, &pieces, seed);
    refined->random.query.text =
        (struct search_string){refined->random.text, strlen(refined->random.text)};
}

void refined_query_draw(const struct refined_source *source, uint64_t *seed,
                        struct refined_query *refined)
{
    struct search_query *query = &refined->random.query;
    random_query_text(source->queries, seed, &refined->random);
    query->match = (enum search_match)random_below(seed, 3);
    if (random_below(seed, 2) == 0)
        query->sort = (enum search_sort)random_below(seed, 6);
    search_filters_init(&refined->filters);
    if (random_below(seed, 4) != 0)
        random_filters_draw(source->filters, seed, &refined->filters);
    refined->is_typed = random_below(seed, 2) == 0;
    if (refined->is_typed)
        draw_typed(source, seed, refined);
    else if (random_below(seed, 3) == 0)
        query->text = (struct search_string){NULL, 0};
    if (!refined->is_typed && random_below(seed, 6) == 0)
        random_query_filter(source->queries, seed, &refined->random);
    query->filters = refined->filters.n > 0 ? &refined->filters : NULL;
}
