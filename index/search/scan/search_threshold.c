/* The diagram is built from the last word to the first by recursion over the sums that are
   possible. A sum that reaches the limit already ends in "all" and one that cannot reach it any
   more in "none", because adding what is not negative never makes a float smaller; equal steps are
   made once. For a few words that leaves a few steps, and the limits here only keep the odd query
   from taking long. */
#include "index/search/scan/search_threshold.h"

#include "index/base/processor.h"

#define MAX_CALLS 1024

#define EIGHT_TIMES(x) x, x, x, x, x, x, x, x
_Static_assert(THRESHOLD_BLOCK_WORDS == 8 * 8, "threshold_all has as many words");

const uint64_t threshold_none[THRESHOLD_BLOCK_WORDS];
const uint64_t threshold_all[THRESHOLD_BLOCK_WORDS] = {EIGHT_TIMES(EIGHT_TIMES(UINT64_MAX))};

struct build {
    struct threshold *threshold;
    const struct threshold_words *words;
    float greatest[THRESHOLD_MAX_WORDS]; /* value of an alternative */
    float added;
    float limit;
    uint32_t n_calls;
    bool has_failed;
};

static void find_greatest(const struct threshold_words *words, float *greatest)
{
    for (uint32_t word = 0; word < words->n_words; word++) {
        greatest[word] = 0;
        for (unsigned i = words->first[word]; i < words->first[word + 1]; i++)
            greatest[word] = words->values[i] > greatest[word] ? words->values[i] : greatest[word];
    }
}

static uint8_t add_step(struct build *build, uint8_t alternative, uint8_t set, uint8_t unset)
{
    struct threshold *threshold = build->threshold;
    if (set == unset)
        return set;
    for (uint32_t i = 0; i < threshold->n_steps; i++) {
        const struct threshold_step *step = &threshold->steps[i];
        if (step->alternative == alternative && step->set == set && step->unset == unset)
            return (uint8_t)(THRESHOLD_STEP + i);
    }
    if (threshold->n_steps == THRESHOLD_MAX_STEPS) {
        build->has_failed = true;
        return THRESHOLD_NONE;
    }
    threshold->steps[threshold->n_steps] = (struct threshold_step){alternative, set, unset};
    return (uint8_t)(THRESHOLD_STEP + threshold->n_steps++);
}

/* What is to be done from `word` on, with the sum of the words before it. */
static uint8_t build_from(struct build *build, uint32_t word, float sum, bool has_any)
{
    const struct threshold_words *words = build->words;
    float most = sum;
    if (++build->n_calls > MAX_CALLS)
        build->has_failed = true;
    if (has_any && sum + build->added >= build->limit)
        return THRESHOLD_ALL;
    for (uint32_t i = word; i < words->n_words; i++)
        most += build->greatest[i];
    if (build->has_failed || word == words->n_words || !(most + build->added >= build->limit))
        return THRESHOLD_NONE;
    uint8_t result = build_from(build, word + 1, sum, has_any);
    for (unsigned i = words->first[word + 1]; i-- > words->first[word];) {
        if (words->is_part_of_next[i])
            continue;
        uint8_t set = build_from(build, word + 1, sum + words->values[i], true);
        result = add_step(build, (uint8_t)i, set, result);
    }
    return result;
}

int threshold_build(struct threshold *threshold, const struct threshold_words *words, float added,
                    float limit)
{
    struct build build = {.threshold = threshold, .words = words, .added = added, .limit = limit};
    find_greatest(words, build.greatest);
    threshold->n_steps = 0;
    threshold->result = build_from(&build, 0, 0, false);
    return build.has_failed ? -1 : 0;
}

float threshold_greatest_sum(const struct threshold_words *words, uint32_t some)
{
    float greatest[THRESHOLD_MAX_WORDS];
    float sum = 0;
    find_greatest(words, greatest);
    for (uint32_t word = 0; word < words->n_words; word++)
        sum += (some >> word & 1) != 0 ? greatest[word] : 0;
    return sum;
}

PROCESSOR_VARIANTS
static void choose(const uint64_t *choice, const uint64_t *set, const uint64_t *unset,
                   uint64_t *result, size_t n_words)
{
    for (size_t i = 0; i < n_words; i += VECTOR_WORDS) {
        word_vector otherwise = *(const word_vector *)(unset + i);
        word_vector different = *(const word_vector *)(set + i) ^ otherwise;
        *(word_vector *)(result + i) = otherwise ^ (*(const word_vector *)(choice + i) & different);
    }
}

PROCESSOR_VARIANTS
static void intersect(const uint64_t *left, const uint64_t *right, uint64_t *result, size_t n_words)
{
    for (size_t i = 0; i < n_words; i += VECTOR_WORDS)
        *(word_vector *)(result + i) =
            *(const word_vector *)(left + i) & *(const word_vector *)(right + i);
}

PROCESSOR_VARIANTS
static void unite(const uint64_t *left, const uint64_t *right, uint64_t *result, size_t n_words)
{
    for (size_t i = 0; i < n_words; i += VECTOR_WORDS)
        *(word_vector *)(result + i) =
            *(const word_vector *)(left + i) | *(const word_vector *)(right + i);
}

const uint64_t *threshold_evaluate(const struct threshold *threshold,
                                   const uint64_t *const *alternatives, size_t n_words,
                                   struct threshold_scratch *scratch)
{
    const uint64_t *operands[THRESHOLD_STEP + THRESHOLD_MAX_STEPS];
    operands[THRESHOLD_NONE] = threshold_none;
    operands[THRESHOLD_ALL] = threshold_all;
    if (threshold->result == THRESHOLD_NONE)
        return NULL;
    for (uint32_t i = 0; i < threshold->n_steps; i++) {
        const struct threshold_step *step = &threshold->steps[i];
        const uint64_t *choice = alternatives[step->alternative];
        if (step->set == THRESHOLD_ALL && step->unset == THRESHOLD_NONE) {
            operands[THRESHOLD_STEP + i] = choice;
            continue;
        }
        if (step->unset == THRESHOLD_NONE)
            intersect(choice, operands[step->set], scratch->steps[i], n_words);
        else if (step->set == THRESHOLD_ALL)
            unite(choice, operands[step->unset], scratch->steps[i], n_words);
        else
            choose(choice, operands[step->set], operands[step->unset], scratch->steps[i], n_words);
        operands[THRESHOLD_STEP + i] = scratch->steps[i];
    }
    return operands[threshold->result];
}
