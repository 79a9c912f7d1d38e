/* Words of one crate are drawn together, so that conjunctions match something. */
#include "tests/support/random_query.h"

#include "tests/support/random.h"

#include <cratedex/ranking.h>
#include <ctype.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Lists of strings, each from one SELECT. */
enum list { NAMES, TEXTS, README_WORDS, KEYWORDS, SLUGS, USERS, TEAMS, N_LISTS };

static const char *const selects[N_LISTS] = {
    [NAMES] = "SELECT name FROM crates ORDER BY rank",
    /* All that is known of a crate in one string. */
    [TEXTS] = ("SELECT name || ' ' || coalesce(description, '') || ' ' || coalesce((SELECT"
               " group_concat(keyword, ' ') FROM crates_keywords k JOIN keywords ON id = keyword_id"
               " WHERE k.rank = crates.rank), '') FROM crates ORDER BY rank"),
    [README_WORDS] = "SELECT term FROM temp.vocabulary WHERE col = 'readme' ORDER BY term",
    [KEYWORDS] = "SELECT keyword FROM keywords ORDER BY keyword",
    [SLUGS] = "SELECT slug FROM categories ORDER BY slug",
    [USERS] = "SELECT DISTINCT owner_id FROM crate_owners WHERE owner_kind = 0 ORDER BY 1",
    [TEAMS] = "SELECT DISTINCT owner_id FROM crate_owners WHERE owner_kind = 1 ORDER BY 1",
};

struct strings {
    char **items;
    uint32_t n;
};

struct query_source {
    struct strings lists[N_LISTS];
};

static void read_list(sqlite3 *database, const char *sql, struct strings *strings)
{
    sqlite3_stmt *select = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &select, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(database));
    uint32_t capacity = 0;
    while (sqlite3_step(select) == SQLITE_ROW) {
        if (strings->n == capacity) {
            capacity = 2 * capacity + 64;
            strings->items = realloc(strings->items, capacity * sizeof *strings->items);
            assert_non_null(strings->items);
        }
        char *item = strdup((const char *)sqlite3_column_text(select, 0));
        assert_non_null(item);
        strings->items[strings->n++] = item;
    }
    sqlite3_finalize(select);
}

struct query_source *query_source_open(const char *path)
{
    struct query_source *source = calloc(1, sizeof *source);
    sqlite3 *database = NULL;
    assert_non_null(source);
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database,
                                  "CREATE VIRTUAL TABLE temp.vocabulary USING"
                                  " fts5vocab('main', 'crates_fts', 'col')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 0; i < N_LISTS; i++)
        read_list(database, selects[i], &source->lists[i]);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return source;
}

void query_source_close(struct query_source *source)
{
    for (int i = 0; i < N_LISTS; i++) {
        for (uint32_t j = 0; j < source->lists[i].n; j++)
            free(source->lists[i].items[j]);
        free(source->lists[i].items);
    }
    free(source);
}

static const char *pick(const struct query_source *source, enum list list, uint64_t *seed)
{
    const struct strings *strings = &source->lists[list];
    return strings->n == 0 ? "nothing" : strings->items[random_below(seed, strings->n)];
}

/* Appends as much of `text` as has room and is ASCII without control characters: what lies beyond
   is for the texts below. */
static void append(char *text, const char *more, size_t length)
{
    size_t at = strlen(text);
    for (size_t i = 0; i < length && at < SEARCH_MAX_TEXT_CHARACTERS; i++) {
        if (more[i] >= ' ' && more[i] < 0x7f)
            text[at++] = more[i];
    }
    text[at] = '\0';
}

/* Appends a word of what is known of one crate. */
static void append_word_of(char *text, const char *known, uint64_t *seed)
{
    size_t length = strlen(known);
    size_t at = length == 0 ? 0 : random_below(seed, (uint32_t)length);
    while (at > 0 && isalnum((unsigned char)known[at - 1]))
        at--;
    while (at < length && !isalnum((unsigned char)known[at]))
        at++;
    size_t end = at;
    while (end < length && isalnum((unsigned char)known[end]))
        end++;
    append(text, known + at, end - at);
}

static void append_words(const struct query_source *source, char *text, uint64_t *seed)
{
    const char *known = pick(source, TEXTS, seed);
    for (uint32_t n_left = 1 + random_below(seed, 3); n_left > 0; n_left--) {
        uint32_t chance = random_below(seed, 10);
        if (chance == 0) {
            const char *word = pick(source, README_WORDS, seed);
            append(text, word, strlen(word));
        } else {
            append_word_of(text, chance == 1 ? pick(source, TEXTS, seed) : known, seed);
        }
        if (n_left > 1)
            append(text, " ", 1);
    }
}

static void append_part_of_name(const struct query_source *source, char *text, uint64_t *seed)
{
    const char *name = pick(source, NAMES, seed);
    uint32_t length = (uint32_t)strlen(name);
    uint32_t at = random_below(seed, 2) == 0 ? 0 : random_below(seed, length);
    append(text, name + at, 1 + random_below(seed, length - at));
}

static void change_case_and_separators(char *text, uint64_t *seed)
{
    for (char *c = text; *c != '\0'; c++) {
        if (random_below(seed, 2) == 0)
            *c = (char)toupper((unsigned char)*c);
        if (*c == '-' || *c == '_')
            *c = "-_"[random_below(seed, 2)];
    }
}

/* A name as it stands where people copy it from; some forms name the crate for sure, some only
   where there is one. */
static void append_pasted(const struct query_source *source, char *text, uint64_t *seed)
{
    static const char *const forms[][2] = {
        {"", " = \"1.0\""},
        {"", " = { version = \"1\", features = [\"x\"] }"},
        {"use ", "::Item;"},
        {"cargo add ", " --features x"},
        {"https://docs.rs/", ""},
        {"https://crates.io/crates/", "/1.0.0"},
        {"", " 1.0"},
        {"", "@1.0.0"},
        {"", "::Item"},
        {"", ".rs"},
        {"rust ", ""},
        {"", " crate"},
        {"(", ")"},
        {"\t", "\n"},
        {"\xF0\x9F\xA6\x80 ", ""},
    };
    const char *const *form = forms[random_below(seed, sizeof forms / sizeof *forms)];
    const char *name = pick(source, NAMES, seed);
    snprintf(text, SEARCH_MAX_TEXT_CHARACTERS, "%s%s%s", form[0], name, form[1]);
}

/* A name, often not to its end, with other separators between its words, with none, or with one
   inside a word. */
static void append_loose_name(const struct query_source *source, char *text, uint64_t *seed)
{
    static const char *const separators[] = {" ", "-", "_", "::", "/", ".", ""};
    const char *separator = separators[random_below(seed, 7)];
    const char *name = pick(source, NAMES, seed);
    size_t length = strlen(name);
    size_t cut = random_below(seed, 2) == 0 ? random_below(seed, (uint32_t)length) : length;
    if (random_below(seed, 4) == 0)
        length = 1 + random_below(seed, (uint32_t)length);
    for (size_t i = 0; i < length; i++) {
        bool separates = name[i] == '-' || name[i] == '_';
        if (separates || (i == cut && i > 0))
            append(text, separator, strlen(separator));
        if (!separates)
            append(text, name + i, 1);
    }
}

/* Two words of one crate, run together. */
static void append_compound(const struct query_source *source, char *text, uint64_t *seed)
{
    const char *known = pick(source, TEXTS, seed);
    append_word_of(text, known, seed);
    append_word_of(text, known, seed);
    if (random_below(seed, 3) == 0) {
        append(text, " ", 1);
        append_word_of(text, known, seed);
    }
}

static const char *const other_texts[] = {
    "the",
    "how to",
    "of",
    "and or not",
    "is it",
    "a",
    "i",
    "in",
    "no",
    "-",
    "_",
    "*",
    "\"",
    "::",
    "\"serde\" AND NEAR(json)",
    "name:json",
    "{name keywords}: json",
    "json*",
    "-json",
    "^json",
    "json + parser",
    "c++",
    "json c++ parser",
    "no_std",
    "no std parser",
    "no-alloc",
    "no-panic json",
    "caf\u00E9",
    "\u00DCber parser",
    "\u4E2D\u6587",
    "\u5206\u8BCD",
    "\u0437\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439",
    "json\u2014parser",
    "\u201Cserde\u201D",
    "\u2026",
    "\u00C9",
    "SERDE",
    "' OR 1=1; --",
    "%",
    "_____",
    "\U0001F980",
    "json \U0001F980",
    "json json",
    "sha 2",
    "tls 1.3",
    "\\",
    "no such word at all qqqqq",
};

/* A search for the text by relevance, without corrections. */
static void set_query(struct random_query *random)
{
    ranking_set_defaults(&random->ranking);
    random->ranking.typos = false;
    random->query = (struct search_query){.text = {random->text, strlen(random->text)},
                                          .sort = SEARCH_SORT_RELEVANCE,
                                          .ranking = &random->ranking,
                                          .limit = SEARCH_MAX_LIMIT};
}

void random_query_text(const struct query_source *source, uint64_t *seed,
                       struct random_query *random)
{
    memset(random, 0, sizeof *random);
    char *text = random->text;
    switch (random_below(seed, 10)) {
    case 0: {
        const char *name = pick(source, NAMES, seed);
        append(text, name, strlen(name));
        change_case_and_separators(text, seed);
        break;
    }
    case 1:
        append_part_of_name(source, text, seed);
        change_case_and_separators(text, seed);
        break;
    case 2:
        append_part_of_name(source, text, seed);
        break;
    case 3: {
        const char *other =
            other_texts[random_below(seed, sizeof other_texts / sizeof *other_texts)];
        memcpy(text, other, strlen(other) + 1);
        break;
    }
    case 4: /* a word as typed so far */
        append_word_of(text, pick(source, TEXTS, seed), seed);
        if (strlen(text) > 1)
            text[1 + random_below(seed, (uint32_t)strlen(text) - 1)] = '\0';
        break;
    case 5:
        append(text, "  \"", 3);
        append_words(source, text, seed);
        append(text, "*:(the)\" ", random_below(seed, 10));
        break;
    case 6:
        append_words(source, text, seed);
        change_case_and_separators(text, seed);
        break;
    case 7:
        append_pasted(source, text, seed);
        break;
    default:
        append_words(source, text, seed);
        break;
    }
    set_query(random);
}

void random_query_compound(const struct query_source *source, uint64_t *seed,
                           struct random_query *random)
{
    memset(random, 0, sizeof *random);
    append_compound(source, random->text, seed);
    set_query(random);
    random->ranking.typos = true;
}

void random_query_loose_name(const struct query_source *source, uint64_t *seed,
                             struct random_query *random)
{
    memset(random, 0, sizeof *random);
    append_loose_name(source, random->text, seed);
    set_query(random);
}

static struct search_string string_of(const char *text)
{
    return (struct search_string){text, strlen(text)};
}

void random_query_filter(const struct query_source *source, uint64_t *seed,
                         struct random_query *random)
{
    struct search_query *query = &random->query;
    for (uint32_t n_left = 1 + random_below(seed, 3); n_left > 0; n_left--) {
        switch (random_below(seed, 7)) {
        case 0:
            query->category = string_of(pick(source, SLUGS, seed));
            /* A top-level category has more. */
            if (random_below(seed, 2) == 0)
                query->category.length = strcspn(query->category.data, ":");
            break;
        case 1:
            query->n_keywords = 1 + random_below(seed, 2);
            for (size_t i = 0; i < query->n_keywords; i++)
                random->keywords[i] = string_of(pick(source, KEYWORDS, seed));
            query->keywords = random->keywords;
            break;
        case 2:
            query->letter = string_of(pick(source, NAMES, seed));
            break;
        case 3:
            query->by_user = true;
            query->user_id = strtoll(pick(source, USERS, seed), NULL, 10);
            break;
        case 4:
            query->by_team = true;
            query->team_id = strtoll(pick(source, TEAMS, seed), NULL, 10);
            break;
        case 5:
            query->by_names = true;
            query->n_names = random_below(seed, RANDOM_QUERY_MAX_LISTED + 1);
            for (size_t i = 0; i < query->n_names; i++)
                random->names[i] = string_of(pick(source, NAMES, seed));
            query->names = random->names;
            break;
        default:
            query->leave_out_yanked = true;
            break;
        }
    }
}
