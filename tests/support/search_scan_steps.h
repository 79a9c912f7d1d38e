/* What the steps of the scan share; for the scan's own sources only. */
#ifndef CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_STEPS_H
#define CRATEDEX_TESTS_SUPPORT_SEARCH_SCAN_STEPS_H

#include "tests/support/search_scan.h"

#include <cratedex/ranking.h>
#include <sqlite3.h>

struct crate {
    int64_t id;
    int64_t downloads;
    bool has_recent_downloads;
    int64_t recent_downloads;
    int64_t dependents;
    int64_t n_versions;
    size_t description_length;
    unsigned family; /* crates whose name begins with this one's and a separator */
    char *name;
    char *canonical;
    char *created_at; /* without the Z: text that sorts by time */
    char *updated_at;
    double popularity;
    bool is_yanked;
};

/* The words that begin with what was typed and have another stem: how many, and how many crates
   have them. */
struct scan_completions {
    unsigned n_words;
    uint64_t n_crates;
};

/* What was found of one word of the text: crates that have its stem, it as it is written, a
   synonym; and how much of its weight counts. */
struct scan_found {
    uint64_t n;
    uint32_t n_written;
    uint64_t n_synonymous;
    struct scan_completions completions;
    size_t n_characters;
    bool is_cut;   /* longer than its stem */
    bool is_typed; /* and no part of what was typed */
    double share;
};

/* The fields, as numbers of the columns of crates_fts. */
enum scan_field { SCAN_NAME, SCAN_KEYWORDS, SCAN_DESCRIPTION, SCAN_README, N_SCAN_FIELDS };

struct scan_text {
    char text[SEARCH_MAX_TEXT_BYTES + 1];
};

/* A word that was cut from a text. */
struct scan_word {
    struct search_string text; /* as it was typed; with symbols, `spelled` */
    bool has_symbols;
    struct scan_text spelled; /* by letters: cplusplus */
    struct scan_text stem;
    struct scan_text folded;
    uint64_t n_with;        /* crates that have it as it is written, or a synonym */
    uint64_t n_completed;   /* that have a completion */
    bool begins_others;     /* words, as it is written, or is one */
    struct scan_text meant; /* what was looked for in its place; "": itself */
};

struct scan_words {
    struct scan_word words[SEARCH_MAX_WORDS + 1];
    unsigned n;
};

/* What occurs in a crate of the text's words: inverse document frequencies, summed. */
struct scan_coverage {
    double any;
    double reach; /* towards a match; of synonyms more than in scores */
    double main;
    double fields[N_SCAN_FIELDS];
    double best;           /* the largest of one word */
    double best_main;      /* … outside the README */
    bool has_first;        /* the first word occurs outside the README */
    unsigned n_words;      /* words that occur */
    unsigned n_whole;      /* of these, as such and not only as a beginning */
    enum scan_field worst; /* of the best fields of the words that occur */
    bool has_any;
};

struct scan_hit {
    uint32_t rank;
    enum search_tier tier;
    bool exact;
    unsigned front_place; /* among the names in front that are not exact, from 1; 0: none */
    bool is_by_words;     /* the name is words of the text */
    bool is_apart;        /* for this it is among the second stage's; behind all others in `hits` */
    double score;         /* of the first stage */
    /* By relevance: where the crate may stand in the first stage's order. */
    size_t first_place;
    size_t last_place;
    size_t first_candidate; /* the same with those that are apart */
    size_t last_candidate;
    /* The score of the second stage, where the crate may be among the best: it lies between. */
    double lowest;
    double highest;
};

/* At most so many crates whose name the text nearly is. */
#define SCAN_NEAR_NAMES 3
/* At most so many of each other kind that the text names; of all kinds, and of names looked at. */
#define SCAN_NAMES_OF_A_KIND 5
#define SCAN_NAMES 24
#define SCAN_ALIKE 32
/* A crate that is named by words is at this place or before it, where the text is no other name. */
#define SCAN_LAST_PLACE_BY_WORDS 10

/* Crates whose names have the text's letters, by rank, and what they cover where the words are
   those of their name. */
struct scan_alike {
    uint32_t ranks[SCAN_ALIKE];
    struct scan_coverage coverage[SCAN_ALIKE];
    bool is_front[SCAN_ALIKE];
    unsigned n;
};

struct query_reading;
struct scan_written;

struct search_scan {
    struct scan_written *words; /* as they are written */
    sqlite3 *database;
    void *known_cuts;    /* tsearch's, of words and what FTS5 makes of them */
    struct index *index; /* for the words as they are written */
    struct index_reader *reader;
    struct crate *crates; /* by rank, from 1 */
    uint32_t n_crates;
    int64_t max_dependents;
    int64_t max_downloads;
    bool *passes;              /* the filters, by rank */
    bool *marks;               /* what one statement gave */
    bool *in_name;             /* the name contains the text in one of its forms */
    unsigned char *fields;     /* of one word: a bit a field */
    unsigned char *written;    /* the same for the word as it was typed */
    unsigned char *synonym;    /* the same for what means the same */
    unsigned char *completion; /* the same for what it is the beginning of */
    unsigned char *any_fields; /* … for all of these together */
    unsigned char *n_close;    /* words of the text that are in another field than the README */
    struct scan_coverage *coverage;
    /* The text. */
    struct scan_words cut;
    bool has_filter;
    bool is_meaning_known; /* … by the scan */
    char did_you_mean[SEARCH_MAX_DID_YOU_MEAN];
    unsigned n_words;     /* different words, without stop words */
    unsigned n_respelt;   /* words that occur nowhere */
    unsigned n_occurring; /* of these, as they were typed: whole, or as the beginning of another */
    bool any_in_name;     /* `in_name` of any crate, or one is named */
    double total_mass;
    size_t text_length;
    char canonical[SEARCH_MAX_TEXT_BYTES + 1]; /* the text as a canonical name */
    uint32_t near[SCAN_NEAR_NAMES];            /* ranks, nearest first */
    unsigned n_near;
    struct {
        uint32_t rank;
        enum search_tier tier;
    } front[SCAN_NAMES]; /* in order; no exact ones */
    unsigned n_front_names;
    const struct query_reading *reading;
    struct scan_alike alike;
    uint32_t by_words[SCAN_NAMES_OF_A_KIND];
    unsigned n_by_words;
    bool is_common;     /* the text has words, and each occurs in many crates */
    bool is_other_name; /* a name has the text's letters and stands in front, or is exact */
    bool is_relaxed;
    bool is_unsure;
    /* What was found, in order; the exact matches and near names first by relevance. */
    struct ranking ranking;
    enum search_sort sort;
    struct scan_hit *hits;
    size_t n_hits;
    size_t n_front;        /* by relevance: exact matches and near names */
    size_t n_second;       /* behind them */
    size_t depth;          /* of these, the first stage's best */
    uint32_t *hit_of_rank; /* place in `hits`, from 1; 0: no hit */
};

/* Scores closer than this may be in either order. */
#define SCAN_ROUNDING 1e-5
/* How many the second stage puts in order. */
#define SCAN_SECOND_STAGE 64

/* Runs a statement; fails the test where SQLite does not like it. */
void scan_execute(struct search_scan *scan, const char *sql);
/* Prepares a statement; fails the test where SQLite does not like it. */
sqlite3_stmt *scan_prepare(struct search_scan *scan, const char *sql);

/* Marks the ranks that a statement gives, beside those that are marked, and finalizes it. */
void scan_mark(struct search_scan *scan, sqlite3_stmt *statement);
/* The same for SQL with one parameter. */
void scan_mark_text(struct search_scan *scan, const char *sql, struct search_string text);
void scan_clear_marks(struct search_scan *scan);
/* Only what is marked passes on; clears the marks. */
void scan_keep_marked(struct search_scan *scan);

/* Sets `passes` by the query's filters. */
void scan_filter(struct search_scan *scan, const struct search_query *query);

/* Lets pass on only what passes the filters of a list; NULL: all. */
void scan_filter_by_list(struct search_scan *scan, const struct search_filters *filters);

/* Reads one character; returns its bytes. */
size_t scan_character(const char *text, size_t length, unsigned *character);

/* Makes the tables that scan_words and scan_cut need. */
void scan_words_open(struct search_scan *scan);
void scan_words_close(struct search_scan *scan);
/* Cuts a text into words, with distinct stems, without stop words. */
void scan_cut(struct search_scan *scan, struct search_string text, bool with_symbols,
              struct scan_words *cut);
void scan_stem(struct search_scan *scan, struct search_string word, struct scan_text *stem);
struct search_string scan_fold(struct search_scan *scan, struct search_string word,
                               struct scan_text *folded);
/* Sets the fields of every crate for a whole word. Returns how many crates have it. */
uint32_t scan_look_up(struct search_scan *scan, const char *word, size_t length);
/* Sets `did_you_mean`. */
void scan_meaning(struct search_scan *scan, struct search_string text);
/* Looks for the crates whose names have the text's letters. */
void scan_alike_names(struct search_scan *scan, struct search_string text);
/* Looks the text's words up, the last of which may be the beginning of longer ones, and sets
   `coverage`, that of `alike`, `n_words` and `total_mass`. */
void scan_words(struct search_scan *scan, struct search_string text);

/* The inverse document frequency of a word that `n` crates have. */
double scan_mass_of(const struct search_scan *scan, uint64_t n);
/* Counts a word whose `fields`, `written`, `synonym` and `completion` are set; of a crate that the
   text names by words, as one of its name. */
void scan_cover_all(struct search_scan *scan, const struct scan_found *found);
/* Counts the whole text as the name of crates that it names by words, where it has no word. */
void scan_cover_alike(struct search_scan *scan);

/* Reads the words as they are written. */
void scan_written_open(struct search_scan *scan);
void scan_written_close(struct search_scan *scan);
/* Whether some crate has a word, folded, as it is written. */
bool scan_is_written(const struct search_scan *scan, const char *word);
/* Whether a word, folded, begins one of those, or is one. */
bool scan_begins_words(const struct search_scan *scan, const char *word);
/* Sets `written` for it. Returns how many crates have it. */
uint32_t scan_look_up_written(struct search_scan *scan, const char *word);
/* Sets `completion` for the most frequent words that begin with `typed`, folded, without those that
   have its stem. */
struct scan_completions scan_look_up_completions(struct search_scan *scan, const char *typed,
                                                 const char *stem, uint32_t n_written);
/* A word with symbols that begins at `start`, and what it is called: how many bytes of the text it
   takes; 0 where there is none that the index knows or that may not be missed. */
size_t scan_symbol_word(const struct search_scan *scan, struct search_string text, size_t start,
                        struct scan_text *word);
/* The word nearest to `typed` (folded) of those that so many crates have, of equal ones the most
   frequent. False where none is near, or a rarer one is nearer. */
bool scan_correct(const struct search_scan *scan, struct search_string typed, uint64_t least_crates,
                  struct search_string *corrected);
/* Finds the crates whose name the text nearly is and writes at most SCAN_NEAR_NAMES. */
unsigned scan_find_near(const struct search_scan *scan, const char *canonical,
                        uint32_t near[SCAN_NEAR_NAMES]);
/* The two words of which `typed` (folded) is made, both as frequent as can be. False where it is
   none, or an edit away from a word. */
bool scan_part(const struct search_scan *scan, struct search_string typed,
               struct search_string parts[2]);
/* Sets `in_name` and `any_in_name`; scan_alike_names comes first. */
void scan_mark_names(struct search_scan *scan, struct search_string text, const char *canonical);
/* Sets `front` and `by_words`, where nothing of the text occurs with near names. */
void scan_names(struct search_scan *scan, struct search_string text, const char *canonical);
/* Whether the crate's canonical name is the text, and the text what was typed. */
bool scan_is_exact(const struct search_scan *scan, uint32_t rank, const char *canonical);
/* Sets `near` and `n_near`: to nothing where anything of the text occurs. */
void scan_near_names(struct search_scan *scan, const char *canonical);

/* Lets pass on only what passes the filters of a list that look at words; NULL: all. With a text,
   its words and names must have been looked up. */
void scan_filter_by_words(struct search_scan *scan, const struct search_filters *filters,
                          bool has_text);

/* Writes a hit for every crate that matches the text and passes, with its score. */
void scan_match(struct search_scan *scan, struct search_string text,
                const struct search_filters *filters, enum search_match match);

/* Puts the hits in the order of relevance and works out places and second scores. */
void scan_relevance(struct search_scan *scan);

#endif
