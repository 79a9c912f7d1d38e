/* What is typed is put together of pieces in a random order, of which is known what each means. Its
   words are plain ones, so that nothing else of the text is of the language. */
#include "tests/support/refined_query.h"

#include "tests/support/random.h"
#include "tests/support/stop_word_list.h"

#include <ctype.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_PIECES (REFINEMENT_MAX + 4)
#define MAX_PIECE (SEARCH_MAX_TEXT_BYTES + 8)

/* Values, each list from one SELECT. */
enum list { LICENSES, EDITIONS, CRATES, OWNERS, KEYWORDS, CATEGORIES, DOWNLOADS, N_LISTS };

static const char *const selects[N_LISTS] = {
    [LICENSES] = "SELECT DISTINCT v.license FROM crates c JOIN versions v ON v.crate_id = c.id AND"
                 " v.num = c.default_version WHERE v.license IS NOT NULL AND v.license NOT LIKE"
                 " '% OR %' AND v.license NOT LIKE '% AND %' AND instr(v.license, '/') = 0"
                 " AND instr(v.license, '(') = 0 ORDER BY 1",
    [EDITIONS] = "SELECT DISTINCT v.edition FROM crates c JOIN versions v ON v.crate_id = c.id AND"
                 " v.num = c.default_version WHERE v.edition IS NOT NULL ORDER BY 1",
    /* Those that many depend on come as often as dozens depend on them. */
    [CRATES] = "SELECT c.name FROM reverse_dependencies r JOIN crates c ON c.rank = r.rank WHERE"
               " r.place % 20 = 1 ORDER BY r.rank, r.place",
    [OWNERS] = "SELECT login FROM crate_owners JOIN users ON id = owner_id WHERE owner_kind = 0"
               " UNION ALL SELECT login FROM crate_owners JOIN teams ON id = owner_id WHERE"
               " owner_kind = 1 ORDER BY 1",
    [KEYWORDS] = "SELECT keyword FROM crates_keywords JOIN keywords ON id = keyword_id ORDER BY 1",
    [CATEGORIES] = "SELECT slug FROM crates_categories JOIN categories ON id = category_id"
                   " ORDER BY 1",
    [DOWNLOADS] = "SELECT CAST(downloads AS TEXT) FROM crates ORDER BY rank",
};

struct refined_source {
    struct query_source *queries;
    char **lists[N_LISTS];
    uint32_t n[N_LISTS];
};

struct refined_source *refined_source_open(const char *path)
{
    struct refined_source *source = calloc(1, sizeof *source);
    sqlite3 *database = NULL;
    assert_non_null(source);
    source->queries = query_source_open(path);
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (int i = 0; i < N_LISTS; i++) {
        sqlite3_stmt *select = NULL;
        assert_int_equal(sqlite3_prepare_v2(database, selects[i], -1, &select, NULL), SQLITE_OK);
        while (sqlite3_step(select) == SQLITE_ROW) {
            source->lists[i] =
                realloc(source->lists[i], (source->n[i] + 1) * sizeof *source->lists[i]);
            assert_non_null(source->lists[i]);
            source->lists[i][source->n[i]++] = strdup((const char *)sqlite3_column_text(select, 0));
        }
        sqlite3_finalize(select);
    }
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return source;
}

void refined_source_close(struct refined_source *source)
{
    for (int i = 0; i < N_LISTS; i++) {
        for (uint32_t k = 0; k < source->n[i]; k++)
            free(source->lists[i][k]);
        free(source->lists[i]);
    }
    query_source_close(source->queries);
    free(source);
}

static const char *pick(const struct refined_source *source, enum list list, uint64_t *seed)
{
    return source->n[list] == 0 ? NULL : source->lists[list][random_below(seed, source->n[list])];
}

static bool is_plain(const char *word, size_t length)
{
    /* What pasted commands and statements begin with. */
    static const char *const others[] = {"cargo", "rust", "crate", "use", "extern", "mod"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strlen(others[i]) == length && memcmp(others[i], word, length) == 0)
            return false;
    char padded[REFINEMENT_MAX_VALUE + 3];
    if (length < 3 || length >= REFINEMENT_MAX_VALUE)
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
            strcpy(text, random.text);
            return n;
        }
    }
}

static void add(struct refinements *refinements, const char *name, const char *value)
{
    if (value == NULL || strlen(value) >= REFINEMENT_MAX_VALUE || refinements->n == REFINEMENT_MAX)
        return;
    for (unsigned i = 0; i < refinements->n; i++)
        if (strcmp(refinements->items[i].name, name) == 0 &&
            strcmp(refinements->items[i].value, value) == 0)
            return;
    struct refinement *refinement = &refinements->items[refinements->n++];
    refinement->name = name;
    snprintf(refinement->value, sizeof refinement->value, "%s", value);
}

static bool has(const struct refinements *refinements, const char *name)
{
    for (unsigned i = 0; i < refinements->n; i++)
        if (strcmp(refinements->items[i].name, name) == 0)
            return true;
    return false;
}

static void add_version(struct refinements *refinements, uint64_t *seed)
{
    char version[16];
    snprintf(version, sizeof version, "1.%u", 30 + random_below(seed, 60));
    add(refinements, "rust_version", version);
}

static void add_date(struct refinements *refinements, const char *name, uint64_t *seed)
{
    char date[16];
    snprintf(date, sizeof date, "20%02u-%02u-%02u", 15 + random_below(seed, 11),
             1 + random_below(seed, 12), 1 + random_below(seed, 28));
    add(refinements, name, date);
}

/* Adds one of which a crate has one; not a second one. */
static void add_single(const struct refined_source *source, struct refinements *refinements,
                       uint64_t *seed)
{
    static const char *const names[] = {
        "rust_version", "rust_version_known", "edition",       "no_std",
        "stable",       "updated_since",      "created_since", "min_downloads"};
    uint32_t which = random_below(seed, sizeof names / sizeof *names);
    if (has(refinements, names[which]))
        return;
    switch (which) {
    case 0:
        add_version(refinements, seed);
        break;
    case 2:
        add(refinements, "edition", pick(source, EDITIONS, seed));
        break;
    case 5:
    case 6:
        add_date(refinements, names[which], seed);
        break;
    case 7:
        add(refinements, "min_downloads", pick(source, DOWNLOADS, seed));
        break;
    default:
        add(refinements, names[which], "yes");
        break;
    }
}

static void add_dependency(const struct refined_source *source, struct refinements *refinements,
                           uint64_t *seed)
{
    static const char *const kinds[] = {"normal", "build", "dev"};
    add(refinements, "depends_on", pick(source, CRATES, seed));
    if (random_below(seed, 2) == 0 && has(refinements, "depends_on") && !has(refinements, "kind"))
        add(refinements, "kind", kinds[random_below(seed, 3)]);
}

static void add_filter(const struct refined_source *source, struct refinements *refinements,
                       uint64_t *seed)
{
    static const char *const targets[] = {"lib", "bin"};
    switch (random_below(seed, 9)) {
    case 0:
    case 1:
        add(refinements, "license", pick(source, LICENSES, seed));
        break;
    case 2:
        add(refinements, "has", targets[random_below(seed, 4) == 0]);
        break;
    case 3:
        add_dependency(source, refinements, seed);
        break;
    case 4:
        add(refinements, "owner", pick(source, OWNERS, seed));
        break;
    case 5:
        add(refinements, "keyword", pick(source, KEYWORDS, seed));
        break;
    case 6:
        add(refinements, "category", pick(source, CATEGORIES, seed));
        break;
    default:
        add_single(source, refinements, seed);
        break;
    }
}

static void add_word(struct refined_query *refined, enum search_filter_kind kind, const char *word)
{
    const struct search_string text = {word, strlen(word)};
    assert_int_equal(search_filters_add_value(&refined->words, kind, text, 0, NULL), 0);
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
static void add_typed_filters(const struct refinements *refinements, struct pieces *pieces,
                              uint64_t *seed)
{
    for (unsigned i = 0; i < refinements->n; i++) {
        const struct refinement *refinement = &refinements->items[i];
        bool is_quoted = strchr(refinement->value, ' ') != NULL;
        bool is_msrv = strcmp(refinement->name, "rust_version") == 0 && random_below(seed, 2) == 0;
        char typed[256];
        snprintf(typed, sizeof typed, "%s:%s%s%s", is_msrv ? "msrv" : refinement->name,
                 is_quoted ? "\"" : "", refinement->value, is_quoted ? "\"" : "");
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
    add_typed_filters(&refined->refinements, &pieces, seed);
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
    refined->refinements.n = 0;
    search_filters_init(&refined->words);
    random_query_text(source->queries, seed, &refined->random);
    refined->random.query.match = (enum search_match)random_below(seed, 3);
    refined->random.query.sort = random_below(seed, 2) == 0
                                     ? SEARCH_SORT_RELEVANCE
                                     : (enum search_sort)random_below(seed, 6);
    static const uint32_t n_filters[] = {0, 1, 1, 1, 2, 3};
    for (uint32_t n = n_filters[random_below(seed, 6)]; n > 0; n--)
        add_filter(source, &refined->refinements, seed);
    refined->is_typed = random_below(seed, 2) == 0;
    if (!refined->is_typed && random_below(seed, 3) == 0)
        refined->random.query.text = (struct search_string){NULL, 0};
    if (refined->is_typed)
        draw_typed(source, seed, refined);
    else if (random_below(seed, 6) == 0)
        random_query_filter(source->queries, seed, &refined->random);
    refined->random.query.filters = refined->words.n > 0 ? &refined->words : NULL;
}
