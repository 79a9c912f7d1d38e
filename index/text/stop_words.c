/* The closed classes of English function words (articles, pronouns, auxiliaries, prepositions,
   conjunctions), sorted, found by binary search. */
#include "index/text/stop_words.h"

#include <stdlib.h>
#include <string.h>

static const char *const stop_words[] = {
    "a",      "about",  "above", "after", "again",   "against",   "all",       "am",
    "an",     "and",    "any",   "are",   "as",      "at",        "be",        "because",
    "been",   "before", "being", "below", "between", "both",      "but",       "by",
    "can",    "did",    "do",    "does",  "doing",   "don",       "down",      "during",
    "each",   "few",    "for",   "from",  "further", "had",       "has",       "have",
    "having", "he",     "her",   "here",  "hers",    "herself",   "him",       "himself",
    "his",    "how",    "i",     "if",    "in",      "into",      "is",        "it",
    "its",    "itself", "just",  "me",    "more",    "most",      "my",        "myself",
    "no",     "nor",    "not",   "now",   "of",      "off",       "on",        "once",
    "only",   "or",     "other", "our",   "ours",    "ourselves", "out",       "over",
    "own",    "s",      "same",  "she",   "should",  "so",        "some",      "such",
    "t",      "than",   "that",  "the",   "their",   "theirs",    "them",      "themselves",
    "then",   "there",  "these", "they",  "this",    "those",     "through",   "to",
    "too",    "under",  "until", "up",    "very",    "was",       "we",        "were",
    "what",   "when",   "where", "which", "while",   "who",       "whom",      "why",
    "will",   "with",   "you",   "your",  "yours",   "yourself",  "yourselves"};

struct text {
    const char *bytes;
    size_t length;
};

static int compare(const void *key, const void *element)
{
    const struct text *text = key;
    const char *word = *(const char *const *)element;
    size_t word_length = strlen(word);
    size_t shorter = text->length < word_length ? text->length : word_length;
    int order = memcmp(text->bytes, word, shorter);
    return order != 0 ? order : (text->length > word_length) - (text->length < word_length);
}

bool stop_word(const char *word, size_t length)
{
    struct text text = {word, length};
    return bsearch(&text, stop_words, sizeof stop_words / sizeof *stop_words, sizeof *stop_words,
                   compare) != NULL;
}
