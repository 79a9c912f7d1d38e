/* From the highest version down, a bitmap is kept of the crates so far whenever many have come
   since the last one: a 32nd of all, where a group that has a bitmap of its own counts as no
   more. */
#include "index/segment/rust_versions.h"

#include "index/base/bitmap.h"
#include "index/base/partition_point.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MARKS 33 /* for all crates have one version at most */

static int compare_versions(const void *left, const void *right)
{
    const struct needed_rust_version *a = left;
    const struct needed_rust_version *b = right;
    for (int i = 0; i < 3; i++) {
        if (a->version.numbers[i] != b->version.numbers[i])
            return a->version.numbers[i] < b->version.numbers[i] ? -1 : 1;
    }
    return (a->number > b->number) - (a->number < b->number);
}

static void read_versions(struct rust_versions *versions, const struct attribute_values *values)
{
    for (uint32_t number = 1; number <= values->n_values; number++) {
        struct needed_rust_version *needed = &versions->needed[versions->n];
        uint32_t length;
        const char *text = crate_value_text(values, number, &length);
        needed->number = number;
        if (rust_version_parse(&needed->version, text, length) == 0)
            versions->n++;
    }
    qsort(versions->needed, versions->n, sizeof *versions->needed, compare_versions);
}

static struct membership_list group_of(const struct rust_versions *versions,
                                       const struct memberships *memberships, uint32_t place)
{
    return memberships_of(memberships, MEMBERSHIP_RUST_VERSION, versions->needed[place].number);
}

static void make_marks(struct rust_versions *versions, const struct memberships *memberships,
                       uint32_t n_crates)
{
    uint32_t step = n_crates / (MAX_MARKS - 1) + 1;
    uint32_t n_since = 0;
    uint64_t *bitmap = versions->bitmaps; /* of the next mark, as far as it is made */
    for (uint32_t place = versions->n; place-- > 0 && versions->n_marks < MAX_MARKS;) {
        struct membership_list group = group_of(versions, memberships, place);
        membership_list_mark(&group, bitmap, versions->n_words);
        n_since += group.n < step ? group.n : step;
        if (n_since < step)
            continue;
        versions->marks[versions->n_marks++] = place;
        n_since = 0;
        if (versions->n_marks < MAX_MARKS) {
            memcpy(bitmap + versions->n_words, bitmap, versions->n_words * sizeof *bitmap);
            bitmap += versions->n_words;
        }
    }
}

int rust_versions_make(struct rust_versions *versions, const struct attribute_values *values,
                       const struct memberships *memberships, struct error *error)
{
    versions->n = 0;
    versions->n_marks = 0;
    versions->n_words = bitmap_n_words(values->n_ranks + 1);
    versions->needed = calloc((size_t)values->n_values + 1, sizeof *versions->needed);
    versions->marks = calloc(MAX_MARKS, sizeof *versions->marks);
    versions->bitmaps = calloc(MAX_MARKS * versions->n_words, sizeof *versions->bitmaps);
    if (versions->needed == NULL || versions->marks == NULL || versions->bitmaps == NULL)
        return error_out_of_memory(error);
    read_versions(versions, values);
    make_marks(versions, memberships, values->n_ranks);
    return 0;
}

void rust_versions_close(struct rust_versions *versions)
{
    free(versions->needed);
    free(versions->marks);
    free(versions->bitmaps);
}

struct sought {
    const struct rust_versions *versions;
    const struct rust_version *given; /* NULL: nothing suffices */
};

static bool suffices(const void *context, uint32_t place)
{
    const struct sought *sought = context;
    return sought->given != NULL &&
           rust_version_suffices(sought->given, &sought->versions->needed[place].version);
}

void rust_versions_mark(const struct rust_versions *versions, const struct memberships *memberships,
                        const struct rust_version *given, uint64_t *marked)
{
    const struct sought sought = {versions, given};
    uint32_t first = partition_point(0, versions->n, suffices, &sought);
    uint32_t mark = 0;
    while (mark < versions->n_marks && versions->marks[mark] >= first)
        mark++;
    if (mark == 0)
        bitmap_reset(marked, versions->n_words);
    else
        memcpy(marked, versions->bitmaps + (mark - 1) * versions->n_words,
               versions->n_words * sizeof *marked);
    uint32_t end = mark == 0 ? versions->n : versions->marks[mark - 1];
    for (uint32_t place = first; place < end; place++) {
        struct membership_list group = group_of(versions, memberships, place);
        membership_list_mark(&group, marked, versions->n_words);
    }
}
