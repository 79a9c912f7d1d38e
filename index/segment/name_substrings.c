/* Layout: a header (magic, number of places of each kind, zero), then for each kind the ranks (32
   bits) and the offsets (16 bits, padded to 4 bytes). Sorting compares the first eight bytes as one
   big-endian number and the rest only where those are equal. So does looking up, which has these
   numbers of some places side by side (fences), and reads names only between two of them. */
#include "index/segment/name_substrings.h"

#include "index/base/partition_point.h"
#include "index/text/name_words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define SUBSTRINGS_MAGIC 0x4253554eu /* "NSUB" */

struct header {
    uint32_t magic;
    uint32_t n_anywhere;
    uint32_t n_word_starts;
    uint32_t zero;
};

/* A place while it is sorted. */
struct place {
    uint64_t first_bytes; /* of the text, big-endian, zero-padded */
    const char *text;
    uint32_t rank;
    uint16_t offset;
    uint16_t length;
};

struct place_array {
    struct place *items;
    size_t n;
    size_t capacity;
};

static int compare_text(const char *left, size_t left_length, const char *right,
                        size_t right_length)
{
    size_t shorter = left_length < right_length ? left_length : right_length;
    int order = memcmp(left, right, shorter);
    if (order != 0)
        return order;
    return left_length < right_length ? -1 : left_length > right_length;
}

static int compare_places(const void *left_place, const void *right_place)
{
    const struct place *left = left_place;
    const struct place *right = right_place;
    if (left->first_bytes != right->first_bytes)
        return left->first_bytes < right->first_bytes ? -1 : 1;
    int order = compare_text(left->text, left->length, right->text, right->length);
    if (order != 0)
        return order;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* The first eight bytes of a text as one number, whose order is theirs. */
static uint64_t first_bytes(const char *text, size_t length, unsigned char padding)
{
    unsigned char bytes[8];
    uint64_t number;
    memset(bytes, padding, sizeof bytes);
    memcpy(bytes, text, length < sizeof bytes ? length : sizeof bytes);
    memcpy(&number, bytes, sizeof number);
    return be64toh(number);
}

static int add_place(struct place_array *places, uint32_t rank, const char *name, size_t length,
                     size_t offset)
{
    if (places->n == places->capacity) {
        size_t capacity = places->capacity == 0 ? 4096 : 2 * places->capacity;
        struct place *items = realloc(places->items, capacity * sizeof *items);
        if (items == NULL)
            return -1;
        places->items = items;
        places->capacity = capacity;
    }
    size_t left = length - offset;
    places->items[places->n++] = (struct place){first_bytes(name + offset, left, 0), name + offset,
                                                rank, (uint16_t)offset, (uint16_t)left};
    return 0;
}

static int append_places(const struct place_array *places, msgpack_sbuffer *block)
{
    for (size_t i = 0; i < places->n; i++) {
        if (msgpack_sbuffer_write(block, (const char *)&places->items[i].rank, 4) != 0)
            return -1;
    }
    for (size_t i = 0; i < places->n; i++) {
        if (msgpack_sbuffer_write(block, (const char *)&places->items[i].offset, 2) != 0)
            return -1;
    }
    uint16_t padding = 0;
    if (places->n % 2 == 1 && msgpack_sbuffer_write(block, (const char *)&padding, 2) != 0)
        return -1;
    return 0;
}

/* Collects the places of one name. */
static int add_name(struct place_array *anywhere, struct place_array *word_starts, uint32_t rank,
                    const char *name, const char *canonical, size_t length)
{
    struct name_word words[256];
    size_t n_words = name_words_split(name, length, words, 256);
    for (size_t i = 0; i < n_words && i < 256; i++) {
        if (add_place(word_starts, rank, canonical, length, words[i].start) != 0)
            return -1;
    }
    for (size_t offset = 0; offset + NAME_SUBSTRING_MIN_CHARACTERS <= length; offset++) {
        if (add_place(anywhere, rank, canonical, length, offset) != 0)
            return -1;
    }
    return 0;
}

int name_substrings_build(const struct crate_columns *columns, msgpack_sbuffer *block,
                          struct error *error)
{
    struct place_array anywhere = {0};
    struct place_array word_starts = {0};
    bool ok = true;
    for (uint32_t rank = 1; rank <= columns->n_crates && ok; rank++) {
        uint32_t start = columns->name_offsets[rank - 1];
        size_t length = columns->name_offsets[rank] - start;
        if (length > NAME_MAX_BYTES)
            length = NAME_MAX_BYTES;
        ok = add_name(&anywhere, &word_starts, rank, columns->names + start,
                      columns->canonical_names + start, length) == 0;
    }
    if (ok && (anywhere.n > UINT32_MAX || word_starts.n > UINT32_MAX)) {
        free(anywhere.items);
        free(word_starts.items);
        return error_set(error, "the crate names together pass 4 GiB");
    }
    if (ok) {
        struct header header = {SUBSTRINGS_MAGIC, (uint32_t)anywhere.n, (uint32_t)word_starts.n, 0};
        if (anywhere.n > 0)
            qsort(anywhere.items, anywhere.n, sizeof *anywhere.items, compare_places);
        if (word_starts.n > 0)
            qsort(word_starts.items, word_starts.n, sizeof *word_starts.items, compare_places);
        ok = msgpack_sbuffer_write(block, (const char *)&header, sizeof header) == 0 &&
             append_places(&anywhere, block) == 0 && append_places(&word_starts, block) == 0;
    }
    free(anywhere.items);
    free(word_starts.items);
    return ok ? 0 : error_out_of_memory(error);
}

static size_t places_size(uint64_t n)
{
    return (size_t)(4 * n + 2 * (n + n % 2));
}

/* The text that begins at place `i`, up to the end of its name. */
static const char *place_text(const struct crate_columns *columns, const struct name_places *places,
                              uint32_t i, size_t *length)
{
    uint32_t rank = places->ranks[i];
    uint32_t start = columns->name_offsets[rank - 1] + places->offsets[i];
    *length = columns->name_offsets[rank] - start;
    return columns->canonical_names + start;
}

static bool places_are_true(const struct crate_columns *columns, const struct name_places *places)
{
    for (uint32_t i = 0; i < places->n; i++) {
        uint32_t rank = places->ranks[i];
        if (rank == 0 || rank > columns->n_crates ||
            places->offsets[i] >= columns->name_offsets[rank] - columns->name_offsets[rank - 1])
            return false;
    }
    return true;
}

static bool places_are_in_order(const struct crate_columns *columns,
                                const struct name_places *places)
{
    const char *before = NULL;
    size_t before_length = 0;
    for (uint32_t i = 0; i < places->n; i++) {
        size_t length;
        const char *text = place_text(columns, places, i, &length);
        if (before != NULL && compare_text(before, before_length, text, length) > 0)
            return false;
        before = text;
        before_length = length;
    }
    return true;
}

int name_substrings_verify(const struct name_substrings *substrings, struct error *error)
{
    if (!places_are_in_order(substrings->columns, &substrings->anywhere) ||
        !places_are_in_order(substrings->columns, &substrings->word_starts))
        return error_set(error, "the name substrings are out of order");
    return 0;
}

static int make_fences(const struct crate_columns *columns, struct name_places *places,
                       struct error *error)
{
    size_t n_fences = (size_t)places->n / NAME_PLACES_A_FENCE + 1;
    places->fences = malloc(n_fences * sizeof *places->fences);
    if (places->fences == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < places->n; i += NAME_PLACES_A_FENCE) {
        size_t length;
        const char *text = place_text(columns, places, i, &length);
        places->fences[i / NAME_PLACES_A_FENCE] = first_bytes(text, length, 0);
        if (places->n - i <= NAME_PLACES_A_FENCE)
            break; /* more might overflow */
    }
    return 0;
}

int name_substrings_open(struct name_substrings *substrings, const struct crate_columns *columns,
                         const void *block, size_t size, struct error *error)
{
    struct header header;
    *substrings = (struct name_substrings){.columns = columns};
    if (size < sizeof header)
        return error_set(error, "the name substrings are cut short");
    memcpy(&header, block, sizeof header);
    if (header.magic != SUBSTRINGS_MAGIC || header.zero != 0 ||
        sizeof header + places_size(header.n_anywhere) + places_size(header.n_word_starts) != size)
        return error_set(error, "the name substrings have a wrong header or size");
    const unsigned char *at = (const unsigned char *)block + sizeof header;
    substrings->anywhere =
        (struct name_places){header.n_anywhere, (const void *)at,
                             (const void *)(at + 4 * (size_t)header.n_anywhere), NULL};
    at += places_size(header.n_anywhere);
    substrings->word_starts =
        (struct name_places){header.n_word_starts, (const void *)at,
                             (const void *)(at + 4 * (size_t)header.n_word_starts), NULL};
    if (!places_are_true(columns, &substrings->anywhere) ||
        !places_are_true(columns, &substrings->word_starts))
        return error_set(error, "the name substrings are damaged");
    return make_fences(columns, &substrings->anywhere, error) != 0
               ? -1
               : make_fences(columns, &substrings->word_starts, error);
}

void name_substrings_close(struct name_substrings *substrings)
{
    free(substrings->anywhere.fences);
    free(substrings->word_starts.fences);
}

/* A text and where it is looked for. */
struct sought {
    const struct crate_columns *columns;
    const struct name_places *places;
    const char *text;
    size_t length;
};

/* Compares the text at a place with the one that is sought as far as that goes: 0 where it begins
   with it. */
static int compare_beginning(const struct sought *sought, uint32_t i)
{
    size_t place_length;
    const char *place = place_text(sought->columns, sought->places, i, &place_length);
    size_t shorter = place_length < sought->length ? place_length : sought->length;
    int order = memcmp(place, sought->text, shorter);
    return order == 0 && place_length < sought->length ? -1 : order;
}

static bool is_before(const void *sought, uint32_t i)
{
    return compare_beginning(sought, i) < 0;
}

static bool begins_with_it(const void *sought, uint32_t i)
{
    return compare_beginning(sought, i) == 0;
}

/* A number and where it is looked for. */
struct sought_fence {
    const uint64_t *fences;
    uint64_t number;
};

static bool is_lower(const void *context, uint32_t i)
{
    const struct sought_fence *sought = context;
    return sought->fences[i] < sought->number;
}

static bool is_not_higher(const void *context, uint32_t i)
{
    const struct sought_fence *sought = context;
    return sought->fences[i] <= sought->number;
}

/* Stores places between which all are that begin with the text. */
static void find_fences(const struct sought *sought, uint32_t *low, uint32_t *high)
{
    uint32_t n = sought->places->n;
    uint32_t n_fences = n / NAME_PLACES_A_FENCE + (n % NAME_PLACES_A_FENCE > 0);
    struct sought_fence fence = {sought->places->fences,
                                 first_bytes(sought->text, sought->length, 0)};
    uint32_t first = partition_point(0, n_fences, is_lower, &fence);
    fence.number = first_bytes(sought->text, sought->length, 0xff);
    uint32_t last = partition_point(first, n_fences, is_not_higher, &fence);
    *low = first == 0 ? 0 : (first - 1) * NAME_PLACES_A_FENCE + 1;
    *high = last == n_fences ? n : last * NAME_PLACES_A_FENCE;
}

uint32_t name_places_find(const struct name_substrings *substrings,
                          const struct name_places *places, const char *text, size_t length,
                          uint32_t *first)
{
    const struct sought sought = {substrings->columns, places, text, length};
    uint32_t low;
    uint32_t end;
    find_fences(&sought, &low, &end);
    low = partition_point(low, end, is_before, &sought);
    *first = low;
    /* Most texts stand in few names: the end is looked for from the beginning on, by galloping. */
    uint32_t step = 1;
    while (step <= end - low && compare_beginning(&sought, low + step - 1) == 0) {
        low += step;
        step *= 2;
    }
    uint32_t high = step <= end - low ? low + step - 1 : end;
    return partition_point(low, high, begins_with_it, &sought) - *first;
}
