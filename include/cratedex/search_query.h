/* What is asked of a search, and what it gives. */
#ifndef CRATEDEX_SEARCH_QUERY_H
#define CRATEDEX_SEARCH_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ranking;        /* ranking.h */
struct search_facets;  /* search_facets.h */
struct search_filters; /* search_filter_list.h */

#define SEARCH_MAX_TEXT_CHARACTERS 256 /* code points */
#define SEARCH_MAX_TEXT_BYTES (4 * SEARCH_MAX_TEXT_CHARACTERS)
#define SEARCH_MAX_WORDS 128 /* so many characters hold no more */
#define SEARCH_MAX_LIMIT 100
#define SEARCH_MAX_OFFSET 20000

enum search_sort {
    SEARCH_SORT_RELEVANCE, /* without a text: alphabetical */
    SEARCH_SORT_ALPHABETICAL,
    SEARCH_SORT_DOWNLOADS,
    SEARCH_SORT_RECENT_DOWNLOADS,
    SEARCH_SORT_RECENT_UPDATES,
    SEARCH_SORT_NEW
};

/* How many of a text's words must occur in a crate, whatever the sort; of the last word the
   beginning of a longer one is enough. A crate also matches when its canonical name contains the
   canonical text (from 3 characters; a shorter one must begin a word of the name), with `_` or
   nothing for the spaces of the text, and when its name is the text but for separators. */
enum search_match {
    SEARCH_MATCH_DEFAULT, /* best for relevance, all for every other sort */
    SEARCH_MATCH_BEST,    /* those that carry a share of ranking.min_share of the inverse document
                             frequency; where no crate reaches that, those with the largest share.
                             Beside quoted words (SEARCH_FILTER_ALL_OF) any is enough */
    SEARCH_MATCH_ALL      /* every word */
};

/* How a crate matched. */
enum search_tier {
    SEARCH_TIER_EXACT,       /* the canonical name is the canonical text */
    SEARCH_TIER_NAME,        /* every word occurs in the name */
    SEARCH_TIER_KEYWORDS,    /* … in the name or the keywords */
    SEARCH_TIER_DESCRIPTION, /* … or the description */
    SEARCH_TIER_README,      /* … or the README */
    SEARCH_TIER_SOME,        /* some words occur, or the last one only as a beginning */
    SEARCH_TIER_SUBSTRING,   /* the canonical name contains the text, separators aside */
    SEARCH_TIER_NEAR,        /* the canonical name is within an edit or two of the text */
    SEARCH_TIER_PASTED,      /* the text names it, as a line of a manifest does */
    SEARCH_TIER_SAME,        /* the name is the text but for what separates its words */
    SEARCH_TIER_BEGINNING,   /* the name begins with the text, which was typed with - or _ */
    SEARCH_TIER_BY_WORDS,    /* the name is the text's words run together */
    SEARCH_TIER_NONE         /* a list: nothing was searched for */
};
#define N_SEARCH_TIERS 13

/* A byte string that the caller owns; `data` NULL means not given. */
struct search_string {
    const char *data;
    size_t length;
};

/* Filters are joined by AND. */
struct search_query {
    struct search_string text;            /* as typed; see search_check_text */
    struct search_string category;        /* slug; its subcategories count too */
    const struct search_string *keywords; /* all required */
    size_t n_keywords;
    struct search_string letter;       /* first character of the canonical name */
    const struct search_string *names; /* exact names; any of them */
    size_t n_names;
    bool by_names; /* `names` is a filter even when empty */
    bool by_user;
    bool by_team;
    int64_t user_id;
    int64_t team_id;
    bool leave_out_yanked;                /* crates all of whose versions are yanked */
    const struct search_filters *filters; /* further ones; NULL: none */
    enum search_sort sort;
    enum search_match match;
    const struct ranking *ranking; /* NULL: the defaults */
    uint32_t limit;                /* 1 … SEARCH_MAX_LIMIT */
    uint32_t offset;               /* at most SEARCH_MAX_OFFSET; 0 with `after` */
    struct search_string after;    /* a seek key that an earlier result gave */
    unsigned facets;               /* to be counted: a bit each, 1 << enum search_facet */
};

struct search_hit {
    uint32_t rank;
    enum search_tier tier;
    bool exact;    /* the canonical name is the canonical text */
    bool in_front; /* the text names the crate: SEARCH_TIER_PASTED, _SAME, _BEGINNING, _NEAR */
    bool is_second_stage; /* relevance: the learned trees put it in its place */
    double score;         /* relevance: of its stage; only comparable within the stage */
};

/* A keyword or category that the text or a word of it is. */
enum search_hint_kind { SEARCH_HINT_KEYWORD, SEARCH_HINT_CATEGORY };
struct search_hint {
    enum search_hint_kind kind;
    const char *id; /* the keyword, or the slug; not NUL-terminated; lives as long as the index */
    uint32_t id_length;
    uint32_t n_crates; /* of a category, with those below it */
};
#define SEARCH_MAX_HINTS 6

#define SEARCH_MAX_SEEK_KEY 512
#define SEARCH_MAX_DID_YOU_MEAN 512
#define SEARCH_MAX_VERSION 64

/* A search that was run: what search_explain and query_plan_describe look at. */
struct search;

struct search_result {
    struct search *search; /* the reader's: valid until its next search */
    struct search_hit hits[SEARCH_MAX_LIMIT];
    uint32_t n_hits;
    uint64_t total; /* exactly how many crates match */
    /* The key that continues after the last hit (base64url); empty where there is no hit. */
    char seek_key[SEARCH_MAX_SEEK_KEY];
    /* The text as it may have been meant; empty where there is nothing to say. */
    char did_you_mean[SEARCH_MAX_DID_YOU_MEAN];
    /* The version that the text says of the crate it names first (`serde@1.0.228`), where the crate
       has that version; else empty. */
    char named_version[SEARCH_MAX_VERSION];
    /* The search was for more than the text: a word that occurs nowhere was replaced by its nearest
       neighbour, or names that the text nearly is match. */
    bool is_relaxed;
    /* What of the text is a keyword or a category that the query does not filter by. */
    struct search_hint hints[SEARCH_MAX_HINTS];
    uint32_t n_hints;
    /* What the crates that match have; the reader's: valid until its next search. NULL where
       `query.facets` asks for none. */
    const struct search_facets *facets;
};

enum search_status {
    SEARCH_OK = 0,
    SEARCH_FAILED = -1, /* memory or I/O; `error` says what */
    SEARCH_BAD_SEEK =
        -2,              /* `after` is no key of this sort; `error` says "invalid seek parameter" */
    SEARCH_BAD_TEXT = -3 /* too long, not UTF-8, a control character */
};

#ifdef __cplusplus
}
#endif

#endif
