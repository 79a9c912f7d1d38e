/* The crates that a text names: exactly, but for separators, by the beginning of their names, or
   nearly; and the places in names where it stands. */
#ifndef CRATEDEX_INDEX_NAMED_CRATES_H
#define CRATEDEX_INDEX_NAMED_CRATES_H

#include "index/search/plan/name_forms.h"
#include "index/search/plan/query_reading.h"
#include "index/segment/open_index.h"

#include <cratedex/search_query.h>
#include "index/trie/trie.h"

/* How a text names a crate whose canonical name it is not. */
enum named_how {
    NAMED_PASTED, /* the text is what people paste that names the crate (query_reading.h) */
    /* The name is the text but for separators, and a word of it begins wherever one of the text
       does: `tokio util`, `tokioutil`. */
    NAMED_BUT_FOR_SEPARATORS,
    NAMED_BY_BEGINNING, /* the name begins with the text, which has a `-` or `_` between words */
    NAMED_NEARLY,       /* the name is an edit or two away */
    /* Two words of the text are one of the name: `temp file`, tempfile; or hardly anybody uses the
       crate, and the text may well mean something else: `game engine`. It does not stand in front,
       but is ordered among the best by its own score. */
    NAMED_BY_WORDS
};

struct named_crate {
    uint32_t rank;
    enum named_how how;
};

/* At most so many of each kind; the most popular ones. */
#define NAMED_MAX_OF_A_KIND 5
#define NAMED_MAX 24

/* A form of the text and the crates whose name contains it; one may occur repeatedly. */
struct named_places {
    const uint32_t *ranks;
    uint32_t n;
};

struct named_crates {
    const unsigned char *exact_values; /* of the crates called so; see trie_find */
    uint32_t n_exact;
    struct named_crate crates[NAMED_MAX]; /* in the order in which they stand in front */
    uint32_t n_crates;
    struct named_places places[NAME_FORMS_MAX];
    uint32_t n_forms;
    uint32_t n_places; /* of all forms */
    uint64_t mask; /* of the ranks of all of them, 6 bits each: says of most that they are not */
};

/* Looks the text that was read up, of which `is_common` says that it has words and all of them are
   common ones, so that it may mean what they say. */
void named_crates_read(struct named_crates *named, const struct index *index,
                       const struct query_reading *reading, bool is_common);

/* Appends a crate, unless it is there, is exact, or there is no room. */
void named_crates_add(struct named_crates *named, uint32_t rank, enum named_how how);

/* The exact crates and all others that are named, one by one: number `i`, below
   named_crates_count. */
static inline uint32_t named_crates_count(const struct named_crates *named)
{
    return named->n_exact + named->n_crates;
}
static inline uint32_t named_crates_rank(const struct named_crates *named, uint32_t i)
{
    return i < named->n_exact ? trie_value(named->exact_values, i)
                              : named->crates[i - named->n_exact].rank;
}

/* The crate's number among them; named_crates_count where it has none. */
static inline uint32_t named_crates_number(const struct named_crates *named, uint32_t rank)
{
    uint32_t n = named_crates_count(named);
    uint32_t i = (named->mask >> (rank % 64) & 1) != 0 ? 0 : n;
    while (i < n && named_crates_rank(named, i) != rank)
        i++;
    return i;
}

/* True where the text names the crate. */
static inline bool named_crates_has(const struct named_crates *named, uint32_t rank)
{
    return named_crates_number(named, rank) < named_crates_count(named);
}

/* True where the crate's canonical name is the canonical text. */
static inline bool named_crates_is_exact(const struct named_crates *named, uint32_t rank)
{
    return named_crates_number(named, rank) < named->n_exact;
}

/* The crate as one that is named other than exactly; NULL where it is none. */
static inline const struct named_crate *named_crates_find(const struct named_crates *named,
                                                          uint32_t rank)
{
    uint32_t number = named_crates_number(named, rank);
    return number < named->n_exact || number == named_crates_count(named)
               ? NULL
               : &named->crates[number - named->n_exact];
}

/* True where the crate is one that does not stand in front. */
static inline bool named_crates_is_by_words(const struct named_crates *named, uint32_t rank)
{
    const struct named_crate *crate = named_crates_find(named, rank);
    return crate != NULL && crate->how == NAMED_BY_WORDS;
}

#endif
