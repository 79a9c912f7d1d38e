/* Search and lists: from a query to the ranks of the crates that match, in order, with the exact
   total. Nothing of HTTP or of an encoding is known here. */
#ifndef CRATEDEX_SEARCH_H
#define CRATEDEX_SEARCH_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_MAX_TEXT_BYTES 256
#define SEARCH_MAX_WORDS 128 /* a text of that many bytes holds no more */
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

/* How a crate matched, best first. */
enum search_tier {
    SEARCH_TIER_EXACT,       /* the canonical name is the canonical text */
    SEARCH_TIER_NAME,        /* every word occurs in the name */
    SEARCH_TIER_KEYWORDS,    /* … in the name or the keywords */
    SEARCH_TIER_DESCRIPTION, /* … or the description */
    SEARCH_TIER_README,      /* … or the README */
    SEARCH_TIER_SUBSTRING,   /* the canonical name contains the canonical text */
    SEARCH_TIER_NONE         /* a list: nothing was searched for */
};
#define N_SEARCH_TIERS 7

/* A word for people: "exact name", "name", "keywords", … */
const char *search_tier_name(enum search_tier tier);

/* A byte string that the caller owns; `data` NULL means not given. */
struct search_string {
    const char *data;
    size_t length;
};

/* Filters are joined by AND. */
struct search_query {
    struct search_string text;            /* valid UTF-8; at most SEARCH_MAX_TEXT_BYTES */
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
    bool leave_out_yanked; /* crates all of whose versions are yanked */
    enum search_sort sort;
    uint32_t limit;             /* 1 … SEARCH_MAX_LIMIT */
    uint32_t offset;            /* at most SEARCH_MAX_OFFSET; 0 with `after` */
    struct search_string after; /* a seek key that an earlier result gave */
};

struct search_hit {
    uint32_t rank;
    enum search_tier tier;
    bool exact;   /* the canonical name is the canonical text */
    double score; /* relevance only: weight(tier) + α · popularity */
};

#define SEARCH_MAX_SEEK_KEY 512

struct search_result {
    struct search_hit hits[SEARCH_MAX_LIMIT];
    uint32_t n_hits;
    uint64_t total; /* exactly how many crates match */
    /* The key that continues after the last hit (base64url); empty where there is no hit. */
    char seek_key[SEARCH_MAX_SEEK_KEY];
};

enum search_status {
    SEARCH_OK = 0,
    SEARCH_FAILED = -1, /* memory or I/O; `error` says what */
    SEARCH_BAD_SEEK =
        -2,              /* `after` is no key of this sort; `error` says "invalid seek parameter" */
    SEARCH_BAD_TEXT = -3 /* too long, not UTF-8, a control character */
};

/* Runs the query on the reader's index. Cost: one pass over the postings of the rarest word, no
   allocation that depends on the query beyond a bitmap of one bit a crate held by the reader. */
enum search_status search_run(struct index_reader *reader, const struct search_query *query,
                              struct search_result *result, struct error *error);

/* Says whether a text may be searched for: SEARCH_OK, or SEARCH_BAD_TEXT and why. Needs no index. */
enum search_status search_check_text(const char *text, size_t length, struct error *error);

#endif
