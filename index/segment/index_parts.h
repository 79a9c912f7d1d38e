/* The parts of an index that search reads from memory. */
#ifndef CRATEDEX_INDEX_INDEX_PARTS_H
#define CRATEDEX_INDEX_INDEX_PARTS_H

/* The parts of the file that are held in memory, by their names in the table `parts`. */
enum index_part {
    INDEX_PART_COLUMNS,    /* struct crate_columns */
    INDEX_PART_NAMES,      /* trie: canonical name → ranks */
    INDEX_PART_TERMS,      /* trie: stem → term number */
    INDEX_PART_POSTINGS,   /* struct postings, by term number */
    INDEX_PART_SUBSTRINGS, /* struct name_substrings */
    INDEX_PART_NAME_ENDS,  /* trie: a canonical name from its second or a later word on → ranks */
    INDEX_PART_KEYWORD_LIST,  /* struct word_list */
    INDEX_PART_KEYWORDS,      /* trie: canonical keyword → its numbers in that list */
    INDEX_PART_SPELLING_LIST, /* struct word_list */
    INDEX_PART_SPELLING,      /* trie: word as written, in lower case → its number in that list */
    INDEX_PART_MEMBERSHIPS,   /* struct memberships */
    INDEX_PART_WORDS,         /* trie: word as written, folded → its number in the next part */
    INDEX_PART_WRITTEN,       /* struct postings, by that number */
    INDEX_PART_WORD_STEMS,    /* word_stems.h: that number → term number */
    INDEX_PART_SYNONYMS,      /* struct synonyms */
    INDEX_PART_CRATE_VALUES,  /* struct crate_values */
    INDEX_PART_LICENSES,      /* struct licenses */
    INDEX_PART_LOGINS,        /* trie: canonical login → groups of `memberships` (logins.h) */
    N_INDEX_PARTS
};

/* Words of a name that follow these many are not found by their beginning. */
#define NAME_ENDS_MAX_WORDS 256

/* "crate_columns", "names", … */
extern const char *const index_part_names[N_INDEX_PARTS];

#endif
