/* Layout: a header (magic, number of terms, number of postings, zero), the first posting of each
   term and one past the last, then all ranks, then all field sets, a byte each. Five bytes a
   posting, uncompressed: a list is scanned at memory speed, any place in it is reached by binary
   search, and nothing is decoded. */
#include "index/segment/postings.h"

#include "index/base/append.h"
#include "index/base/bitmap.h"
#include "index/base/partition_point.h"

#include <stdlib.h>
#include <string.h>

/* A term has a bitmap where one in this many words of it, or more, would have a crate. Half as many
   bitmaps make a search 3 % slower. */
#define BITMAP_SHARE 2

#define POSTINGS_MAGIC 0x54534f50u /* "POST" */

struct header {
    uint32_t magic;
    uint32_t n_terms;
    uint32_t n_postings;
    uint32_t zero;
};

static const struct {
    enum posting_field field;
    const char *column;
} field_columns[POSTING_N_FIELDS] = {
    {POSTING_NAME, "name"},
    {POSTING_KEYWORDS, "keywords"},
    {POSTING_DESCRIPTION, "description"},
    {POSTING_README, "readme"},
};

enum posting_field posting_field_of(const char *column)
{
    size_t i = 0;
    while (i + 1 < POSTING_N_FIELDS && strcmp(column, field_columns[i].column) != 0)
        i++;
    return field_columns[i].field;
}

size_t posting_field_names(unsigned fields, const char *names[POSTING_N_FIELDS])
{
    size_t n_names = 0;
    for (size_t i = 0; i < POSTING_N_FIELDS; i++)
        if (fields & field_columns[i].field)
            names[n_names++] = field_columns[i].column;
    return n_names;
}

void postings_builder_init(struct postings_builder *builder)
{
    msgpack_sbuffer_init(&builder->starts);
    msgpack_sbuffer_init(&builder->ranks);
    msgpack_sbuffer_init(&builder->fields);
    builder->n_terms = 0;
}

void postings_builder_destroy(struct postings_builder *builder)
{
    msgpack_sbuffer_destroy(&builder->starts);
    msgpack_sbuffer_destroy(&builder->ranks);
    msgpack_sbuffer_destroy(&builder->fields);
}

static int append_start(struct postings_builder *builder, struct error *error)
{
    if (builder->fields.size > UINT32_MAX)
        return error_set(error, "the search index passes 2^32 postings");
    uint32_t start = (uint32_t)builder->fields.size;
    return append(&builder->starts, &start, sizeof start, error);
}

int postings_builder_term(struct postings_builder *builder, struct error *error)
{
    builder->n_terms++;
    return append_start(builder, error);
}

int postings_builder_add(struct postings_builder *builder, uint32_t rank, enum posting_field field,
                         struct error *error)
{
    uint32_t start;
    uint32_t last = 0;
    memcpy(&start, builder->starts.data + builder->starts.size - sizeof start, sizeof start);
    if (builder->fields.size > start)
        memcpy(&last, builder->ranks.data + builder->ranks.size - sizeof last, sizeof last);
    if (last == rank) {
        builder->fields.data[builder->fields.size - 1] |= (char)field;
        return 0;
    }
    char fields = (char)field;
    if (append(&builder->ranks, &rank, sizeof rank, error) != 0)
        return -1;
    return append(&builder->fields, &fields, 1, error);
}

/* A term while the terms are put in order. */
struct sorted_term {
    uint32_t start;
    uint32_t n;
    uint32_t place; /* in the order of coming */
};

static int compare_terms(const void *left_term, const void *right_term)
{
    const struct sorted_term *left = left_term;
    const struct sorted_term *right = right_term;
    if (left->n != right->n)
        return left->n > right->n ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

static uint32_t start_of(const struct postings_builder *builder, uint32_t place)
{
    uint32_t start;
    memcpy(&start, builder->starts.data + (size_t)place * sizeof start, sizeof start);
    return start;
}

static int append_sorted(const struct postings_builder *builder, const struct sorted_term *terms,
                         msgpack_sbuffer *block, struct error *error)
{
    uint32_t n_terms = builder->n_terms;
    uint32_t start = 0;
    for (uint32_t i = 0; i <= n_terms; i++) {
        if (append(block, &start, sizeof start, error) != 0)
            return -1;
        start += i < n_terms ? terms[i].n : 0;
    }
    for (uint32_t i = 0; i < n_terms; i++) {
        if (append(block, builder->ranks.data + (size_t)terms[i].start * 4, (size_t)terms[i].n * 4,
                   error) != 0)
            return -1;
    }
    for (uint32_t i = 0; i < n_terms; i++) {
        if (append(block, builder->fields.data + terms[i].start, terms[i].n, error) != 0)
            return -1;
    }
    return 0;
}

int postings_builder_finish(struct postings_builder *builder, msgpack_sbuffer *block,
                            uint32_t *numbers, struct error *error)
{
    uint32_t n_terms = builder->n_terms;
    struct header header = {POSTINGS_MAGIC, n_terms, (uint32_t)builder->fields.size, 0};
    if (append_start(builder, error) != 0)
        return -1;
    struct sorted_term *terms = calloc((size_t)n_terms + 1, sizeof *terms);
    if (terms == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < n_terms; i++) {
        uint32_t start = start_of(builder, i);
        terms[i] = (struct sorted_term){start, start_of(builder, i + 1) - start, i};
    }
    qsort(terms, n_terms, sizeof *terms, compare_terms);
    for (uint32_t i = 0; i < n_terms; i++)
        numbers[terms[i].place] = i + 1;
    int result = append(block, &header, sizeof header, error);
    if (result == 0)
        result = append_sorted(builder, terms, block, error);
    free(terms);
    return result;
}

static int check_terms(const struct postings *postings, uint32_t n_crates)
{
    if (postings->starts[0] != 0 || postings->starts[postings->n_terms] != postings->n_postings)
        return -1;
    for (uint32_t term = 0; term < postings->n_terms; term++) {
        if (postings->starts[term] > postings->starts[term + 1])
            return -1;
    }
    for (uint32_t term = 0; term < postings->n_terms; term++) {
        uint32_t last = 0;
        for (uint32_t i = postings->starts[term]; i < postings->starts[term + 1]; i++) {
            if (postings->ranks[i] <= last || postings->fields[i] == 0 ||
                postings->fields[i] > POSTING_ALL_FIELDS)
                return -1;
            last = postings->ranks[i];
        }
        if (last > n_crates)
            return -1;
    }
    return 0;
}

int postings_open(struct postings *postings, uint32_t n_crates, const void *block, size_t size,
                  struct error *error)
{
    struct header header;
    if (size < sizeof header)
        return error_set(error, "the postings are cut short");
    memcpy(&header, block, sizeof header);
    uint64_t expected =
        sizeof header + 4 * ((uint64_t)header.n_terms + 1) + 5 * (uint64_t)header.n_postings;
    if (header.magic != POSTINGS_MAGIC || header.zero != 0 || expected != size)
        return error_set(error, "the postings have a wrong header or size");
    memset(postings, 0, sizeof *postings);
    postings->n_terms = header.n_terms;
    postings->n_postings = header.n_postings;
    postings->starts = (const void *)((const unsigned char *)block + sizeof header);
    postings->ranks = postings->starts + header.n_terms + 1;
    postings->fields = (const void *)(postings->ranks + header.n_postings);
    if (check_terms(postings, n_crates) != 0)
        return error_set(error, "the postings are damaged");
    return 0;
}

/* Terms are numbered by their number of postings, so the frequent ones come first. */
int postings_make_bitmaps(struct postings *postings, uint32_t n_crates, struct error *error)
{
    size_t n_words = bitmap_n_words(n_crates + 1);
    n_words += (POSTINGS_BITMAP_WORDS - n_words % POSTINGS_BITMAP_WORDS) % POSTINGS_BITMAP_WORDS;
    uint32_t n = 0;
    while (n < postings->n_terms &&
           postings->starts[n + 1] - postings->starts[n] >= n_words / BITMAP_SHARE)
        n++;
    postings->bitmaps = calloc(2 * n * n_words + 1, sizeof *postings->bitmaps);
    if (postings->bitmaps == NULL)
        return error_out_of_memory(error);
    for (uint32_t term = 0; term < n; term++) {
        uint64_t *bitmap = postings->bitmaps + 2 * term * n_words;
        for (uint32_t i = postings->starts[term]; i < postings->starts[term + 1]; i++) {
            bitmap_set(bitmap, postings->ranks[i]);
            if ((postings->fields[i] & POSTING_KEYWORDS) != 0)
                bitmap_set(bitmap + n_words, postings->ranks[i]);
        }
    }
    postings->n_bitmap_words = n_words;
    postings->n_bitmaps = n;
    return 0;
}

void postings_close(struct postings *postings)
{
    free(postings->bitmaps);
    postings->bitmaps = NULL;
    postings->n_bitmaps = 0;
}

struct posting_list postings_of(const struct postings *postings, uint32_t term)
{
    uint32_t start = postings->starts[term - 1];
    struct posting_list list = {
        .ranks = postings->ranks + start,
        .fields = postings->fields + start,
        .n = postings->starts[term] - start,
    };
    if (term <= postings->n_bitmaps) {
        list.bitmap = postings->bitmaps + 2 * (term - 1) * postings->n_bitmap_words;
        list.keyword_bitmap = list.bitmap + postings->n_bitmap_words;
    }
    return list;
}

struct sought {
    const uint32_t *ranks;
    uint32_t rank;
};

static bool is_before(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    return sought->ranks[place] < sought->rank;
}

void posting_list_seek(struct posting_list *list, uint32_t rank)
{
    uint32_t low = list->position;
    if (low >= list->n || list->ranks[low] >= rank)
        return;
    uint32_t step = 1;
    while (step < list->n - low && list->ranks[low + step] < rank) {
        low += step;
        step *= 2;
    }
    uint32_t high = step < list->n - low ? low + step : list->n;
    const struct sought sought = {list->ranks, rank};
    list->position = partition_point(low + 1, high, is_before, &sought);
}
