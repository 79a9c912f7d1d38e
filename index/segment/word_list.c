/* Layout: a header (magic, number of words, bytes of text, 1 or 0: with downloads or without), then
   the downloads (64 bits each, little-endian), the numbers of crates and the offsets (32 bits
   each), then the texts one behind the other. */
#include "index/segment/word_list.h"

#include "index/trie/trie_build.h"

#include <cratedex/canonical_name.h>
#include <stdlib.h>
#include <string.h>

#define WORD_LIST_MAGIC 0x4c445257u /* "WRDL" */

struct header {
    uint32_t magic;
    uint32_t n_words;
    uint32_t n_text_bytes;
    uint32_t has_downloads;
};

static int compare_words(const void *left_word, const void *right_word)
{
    const struct counted_word *left = left_word;
    const struct counted_word *right = right_word;
    if (left->n_crates != right->n_crates)
        return left->n_crates > right->n_crates ? -1 : 1;
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, shorter);
    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

static bool append(msgpack_sbuffer *block, const void *bytes, size_t size)
{
    return size == 0 || msgpack_sbuffer_write(block, bytes, size) == 0;
}

static bool append_list(const struct counted_word *words, size_t n_words, uint32_t n_text_bytes,
                        bool with_downloads, msgpack_sbuffer *list)
{
    struct header header = {WORD_LIST_MAGIC, (uint32_t)n_words, n_text_bytes, with_downloads};
    bool ok = append(list, &header, sizeof header);
    for (size_t i = 0; with_downloads && i < n_words && ok; i++)
        ok = append(list, &words[i].downloads, sizeof words[i].downloads);
    for (size_t i = 0; i < n_words && ok; i++)
        ok = append(list, &words[i].n_crates, sizeof words[i].n_crates);
    uint32_t offset = 0;
    for (size_t i = 0; i <= n_words && ok; i++) {
        ok = append(list, &offset, sizeof offset);
        offset += i < n_words ? words[i].length : 0;
    }
    for (size_t i = 0; i < n_words && ok; i++)
        ok = append(list, words[i].text, words[i].length);
    return ok;
}

static int build_trie(const struct counted_word *words, size_t n_words, size_t n_text_bytes,
                      msgpack_sbuffer *trie, struct error *error)
{
    struct trie_entry *entries = calloc(n_words + 1, sizeof *entries);
    char *keys = malloc(n_text_bytes + 1);
    int result = entries == NULL || keys == NULL ? error_out_of_memory(error) : 0;
    char *key = keys;
    for (size_t i = 0; i < n_words && result == 0; i++) {
        canonical_name(key, words[i].text, words[i].length);
        entries[i] = (struct trie_entry){key, words[i].length, (uint32_t)i + 1};
        key += words[i].length;
    }
    if (result == 0)
        result = trie_build(entries, n_words, trie, error);
    free(keys);
    free(entries);
    return result;
}

int word_list_build(struct counted_word *words, size_t n_words, bool with_downloads,
                    msgpack_sbuffer *list, msgpack_sbuffer *trie, struct error *error)
{
    uint64_t n_text_bytes = 0;
    for (size_t i = 0; i < n_words; i++)
        n_text_bytes += words[i].length;
    if (n_words >= UINT32_MAX || n_text_bytes > UINT32_MAX)
        return error_set(error, "the words together pass 4 GiB");
    if (n_words > 0)
        qsort(words, n_words, sizeof *words, compare_words);
    if (!append_list(words, n_words, (uint32_t)n_text_bytes, with_downloads, list))
        return error_out_of_memory(error);
    return build_trie(words, n_words, (size_t)n_text_bytes, trie, error);
}

static bool words_are_true(const struct word_list *list, uint32_t n_text_bytes, uint32_t max_length)
{
    if (list->offsets[0] != 0 || list->offsets[list->n_words] != n_text_bytes)
        return false;
    for (uint32_t i = 0; i < list->n_words; i++) {
        if (list->offsets[i] > list->offsets[i + 1] ||
            list->offsets[i + 1] - list->offsets[i] > max_length ||
            (i > 0 && list->n_crates[i - 1] < list->n_crates[i]))
            return false;
    }
    return true;
}

int word_list_open(struct word_list *list, const void *block, size_t size, uint32_t max_length,
                   const char *name, struct error *error)
{
    struct header header;
    if (size < sizeof header)
        return error_set(error, "the list of %s is cut short", name);
    memcpy(&header, block, sizeof header);
    if (header.magic != WORD_LIST_MAGIC || header.has_downloads > 1 ||
        sizeof header + (header.has_downloads ? 16 : 8) * (uint64_t)header.n_words + 4 +
                header.n_text_bytes !=
            size)
        return error_set(error, "the list of %s has a wrong header or size", name);
    const unsigned char *at = (const unsigned char *)block + sizeof header;
    list->n_words = header.n_words;
    list->downloads = header.has_downloads ? (const void *)at : NULL;
    if (header.has_downloads)
        at += 8 * (size_t)header.n_words;
    list->n_crates = (const void *)at;
    list->offsets = list->n_crates + header.n_words;
    list->texts = (const char *)(list->offsets + header.n_words + 1);
    return words_are_true(list, header.n_text_bytes, max_length)
               ? 0
               : error_set(error, "the list of %s is damaged", name);
}

struct counted_word word_list_word(const struct word_list *list, uint32_t number)
{
    uint32_t start = list->offsets[number - 1];
    return (struct counted_word){list->texts + start, list->offsets[number] - start,
                                 list->n_crates[number - 1],
                                 list->downloads == NULL ? 0 : list->downloads[number - 1]};
}
