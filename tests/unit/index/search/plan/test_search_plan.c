/* What a text comes to: its words with masses, the names, what is required of a match; and how each
   crate covers it, which is what the posting lists say. */
#define _GNU_SOURCE /* memmem */
#include "index/search/plan/search_plan.h"

#include "index/search/rank/search_score.h"
#include "index/trie/trie.h"
#include "tests/support/built_index.h"
#include "tests/support/random.h"
#include "tests/support/random_query.h"

#include <cratedex/ranking.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct built_index built;
    struct query_source *source;
    struct ranking ranking;
    struct search_plan plan;
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    built_index_open_sample(&fixture.built);
    fixture.source = query_source_open(fixture.built.path);
    ranking_set_defaults(&fixture.ranking);
    fixture.ranking.typos = false;
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    query_source_close(fixture->source);
    built_index_remove(&fixture->built);
    return 0;
}

static struct search_plan *make(struct fixture *fixture, const char *text, enum search_match match)
{
    struct error error = {.message = ""};
    struct index_reader *reader = fixture->built.reader;
    static struct query_reading reading;
    struct search_string typed = {text, strlen(text)};
    if (query_reading_make(&reading, reader->index, reader, typed, &error) != 0 ||
        search_plan_make(&fixture->plan, reader, &fixture->ranking, &reading, match, &error) != 0)
        fail_msg("%s: %s", text, error.message);
    return &fixture->plan;
}

static double idf(const struct fixture *fixture, double n)
{
    double n_crates = (double)index_n_crates(fixture->built.index);
    return fmax(0.01, log(1 + (n_crates - n + 0.5) / (n + 0.5)));
}

/* The fields of a crate in a list, looked for from the front. */
static unsigned fields_in(const struct posting_list *list, uint32_t rank)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (list->ranks[i] == rank)
            return list->fields[i];
    }
    return 0;
}

/* Where some crates with the stem have not the word itself, the stem counts less. */
static void expect_stem_share(const struct fixture *fixture, const struct search_word *word,
                              double share)
{
    const struct word_alternative *own = &word->alternatives[0];
    bool all_have_it = word->written.n == 0;
    assert_true(word->n_written > 0 && word->n_written <= own->list.n);
    assert_int_equal(all_have_it, word->n_written == own->list.n);
    assert_true(fabs((double)own->mass - (all_have_it ? 1 : share) * (double)word->mass) < 1e-5);
    assert_true(fabsf(own->mass + word->written_mass - word->mass) < 1e-5F);
    for (uint32_t i = 0; i < word->written.n; i++)
        assert_int_equal(fields_in(&own->list, word->written.ranks[i]) & word->written.fields[i],
                         word->written.fields[i]);
    assert_true(fixture->ranking.stem < 1);
}

static void words_have_lists_and_masses(void **state)
{
    struct fixture *fixture = *state;
    struct search_plan *plan = make(fixture, "the JSON parser", SEARCH_MATCH_ALL);
    assert_int_equal(plan->n_words, 2);
    double total = 0;
    for (uint32_t i = 0; i < 2; i++) {
        const struct search_word *word = &plan->words[i];
        assert_true(i == 1 ? word->n_alternatives > 0 : word->n_alternatives == 1);
        const struct word_alternative *own = &word->alternatives[0];
        assert_int_equal(own->kind, ALTERNATIVE_STEM);
        assert_true(own->list.n > 0);
        assert_int_equal(own->list.position, 0);
        assert_true(fabs((double)word->mass - idf(fixture, own->list.n)) < 1e-5);
        assert_true(own->reach == word->mass);
        expect_stem_share(fixture, word, fixture->ranking.stem * (i == 0 ? 0.5 : 1));
        total += (double)word->mass;
    }
    assert_true(fabs((double)plan->total_mass - total) < 1e-5);
    assert_true(plan->required == plan->total_mass);
    assert_false(plan->no_words_match);
    plan = make(fixture, "the JSON parser", SEARCH_MATCH_BEST);
    assert_true(fabs((double)plan->required - total * fixture->ranking.min_share) < 1e-5);
}

static void words_that_occur_nowhere(void **state)
{
    struct fixture *fixture = *state;
    struct search_plan *plan = make(fixture, "json qqqqqqqq", SEARCH_MATCH_BEST);
    assert_int_equal(plan->n_words, 1);
    assert_int_equal(plan->text_words.n_words, 2);
    assert_false(plan->no_words_match);
    assert_true(make(fixture, "json qqqqqqqq", SEARCH_MATCH_ALL)->no_words_match);
    assert_true(make(fixture, "qqqqqqqq", SEARCH_MATCH_BEST)->no_words_match);
    assert_true(make(fixture, "the of", SEARCH_MATCH_BEST)->no_words_match);
    assert_true(make(fixture, "::", SEARCH_MATCH_BEST)->no_words_match);
}

struct completions {
    const struct word_alternative *first;
    uint32_t n;
};

static struct completions completions(const struct search_word *word)
{
    struct completions found = {word->alternatives, word->n_alternatives};
    while (found.n > 0 && found.first->kind != ALTERNATIVE_COMPLETION) {
        found.first++;
        found.n--;
    }
    for (uint32_t i = 0; i < found.n; i++)
        assert_int_equal(found.first[i].kind, ALTERNATIVE_COMPLETION);
    return found;
}

static void the_last_word_is_completed(void **state)
{
    struct fixture *fixture = *state;
    struct search_plan *plan = make(fixture, "js js parse", SEARCH_MATCH_BEST);
    assert_int_equal(plan->n_words, 2);
    assert_int_equal(completions(&plan->words[0]).n, 0);
    const struct search_word *last = &plan->words[1];
    struct completions found = completions(last);
    assert_in_range(last->n_completions, 1, SEARCH_MAX_COMPLETIONS_OF_WORD);
    assert_in_range(found.n, 1, last->n_completions);
    assert_true(last->n_written > 0);
    for (uint32_t i = 0; i < found.n; i++) {
        const struct word_alternative *completion = &found.first[i];
        assert_true(completion->list.n > 0);
        assert_true(completion->reach == completion->mass);
        assert_true(fabsf(completion->mass - (float)fixture->ranking.prefix * last->mass) < 1e-5F);
    }
    /* Where every word must occur, one that is only begun counts as one that occurs. */
    last = &make(fixture, "js js parse", SEARCH_MATCH_ALL)->words[1];
    found = completions(last);
    assert_true(found.first[0].reach == last->mass);
    assert_true(found.first[0].mass < last->mass);
    /* One byte begins too much. */
    plan = make(fixture, "json p", SEARCH_MATCH_BEST);
    assert_int_equal(completions(&plan->words[plan->n_words - 1]).n, 0);
}

/* `pars` is the stem of `parse`, but nobody has written it: that counts no more than `parser`. */
static void an_unwritten_word_is_unfinished(void **state)
{
    struct fixture *fixture = *state;
    const struct search_word *last = &make(fixture, "pars", SEARCH_MATCH_BEST)->words[0];
    assert_int_equal(last->n_written, 0);
    assert_true(last->n_alternatives > 1);
    assert_int_equal(last->alternatives[0].kind, ALTERNATIVE_STEM);
    for (uint32_t i = 0; i < last->n_alternatives; i++) {
        assert_true(last->alternatives[i].mass == last->mass);
        assert_true(last->alternatives[i].reach == last->mass);
    }
    /* Where another word stands behind it, it is whole. */
    last = &make(fixture, "pars json", SEARCH_MATCH_BEST)->words[0];
    assert_int_equal(last->n_alternatives, 1);
    assert_true(fabs((double)last->mass - idf(fixture, last->alternatives[0].list.n)) < 1e-5);
}

/* The crates of a word as it is written have the word's last alternative. */
static bool has_completion(const struct fixture *fixture, const struct search_word *word,
                           const char *completion)
{
    const struct index *index = fixture->built.index;
    const unsigned char *values;
    bool has = true;
    assert_int_equal(trie_find(&index->words, completion, strlen(completion), &values), 1);
    struct posting_list list = postings_of(&index->written, trie_value(values, 0));
    for (uint32_t i = 0; i < list.n; i++) {
        const struct completions found = completions(word);
        unsigned fields = 0;
        for (uint32_t c = 0; c < found.n; c++)
            fields |= fields_in(&found.first[c].list, list.ranks[i]);
        has = has && (fields & list.fields[i]) == list.fields[i];
    }
    return has;
}

/* The stem of `serialize` is shorter than what was typed of it, however it was typed. */
static void words_are_completed_as_they_are_written(void **state)
{
    struct fixture *fixture = *state;
    static const char *const typed[] = {"seriali", "SERIALI", "json seri\u00e1li", "serializatio"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct search_plan *plan = make(fixture, typed[i], SEARCH_MATCH_BEST);
        assert_true(plan->n_words > 0);
        if (!has_completion(fixture, &plan->words[plan->n_words - 1], "serialization"))
            fail_msg("%s is not completed", typed[i]);
    }
    /* Not where another word stands behind it. */
    assert_int_equal(make(fixture, "seriali json", SEARCH_MATCH_BEST)->n_words, 1);
}

static void names_and_places(void **state)
{
    struct fixture *fixture = *state;
    const struct index *index = fixture->built.index;
    struct search_plan *plan = make(fixture, "SERDE", SEARCH_MATCH_BEST);
    assert_int_equal(plan->named.n_exact, 1);
    uint32_t n_exact = 0;
    assert_int_equal(plan->named.n_forms, 1);
    for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
        size_t length;
        const char *name = index_canonical_name(index, rank, &length);
        bool is_exact = length == 5 && memcmp(name, "serde", 5) == 0;
        assert_int_equal(named_crates_is_exact(&plan->named, rank), is_exact);
        n_exact += is_exact;
        if (is_exact)
            assert_int_equal(search_plan_tier(plan, rank), SEARCH_TIER_EXACT);
        bool is_place = false;
        for (uint32_t i = 0; i < plan->named.n_places; i++)
            is_place |= plan->named.places[0].ranks[i] == rank;
        assert_int_equal(is_place, memmem(name, length, "serde", 5) != NULL);
    }
    assert_int_equal(n_exact, 1);
}

/* The first alternative that has the crate; NULL where none has. */
static const struct word_alternative *expected_alternative(const struct search_word *word,
                                                           uint32_t rank, unsigned *fields)
{
    *fields = 0;
    for (uint32_t i = 0; i < word->n_alternatives; i++) {
        *fields = fields_in(&word->alternatives[i].list, rank);
        if (*fields != 0)
            return &word->alternatives[i];
    }
    return NULL;
}

static void expect_coverage(struct search_plan *plan, uint32_t rank)
{
    struct search_coverage coverage;
    double reach = 0;
    double mass = 0;
    double main = 0;
    double in_field[4] = {0};
    bool has_all = plan->n_words == plan->text_words.n_words && !plan->no_words_match;
    for (uint32_t i = 0; i < plan->n_words; i++) {
        unsigned fields;
        const struct word_alternative *alternative =
            expected_alternative(&plan->words[i], rank, &fields);
        unsigned written = fields_in(&plan->words[i].written, rank);
        double part = alternative != NULL ? (double)alternative->mass : 0;
        double more = (double)plan->words[i].written_mass;
        has_all = has_all && alternative != NULL && alternative->kind != ALTERNATIVE_COMPLETION;
        assert_true(written == 0 || alternative == &plan->words[i].alternatives[0]);
        mass += part + (written != 0 ? more : 0);
        reach += alternative != NULL ? (double)alternative->reach : 0;
        main += (fields & 7U ? part : 0) + (written & 7U ? more : 0);
        for (unsigned field = 0; field < 4; field++)
            in_field[field] +=
                (fields >> field & 1U ? part : 0) + (written >> field & 1U ? more : 0);
    }
    search_plan_cover(plan, rank, &coverage);
    double total = plan->n_words > 0 ? (double)plan->total_mass : 1;
    assert_true(fabs((double)coverage.mass - reach) < 1e-4);
    assert_true(fabs((double)coverage.any - mass / total) < 1e-4);
    assert_true(fabs((double)coverage.main - main / total) < 1e-4);
    assert_true(fabs((double)coverage.name - in_field[0] / total) < 1e-4);
    assert_true(fabs((double)coverage.keywords - in_field[1] / total) < 1e-4);
    assert_true(fabs((double)coverage.description - in_field[2] / total) < 1e-4);
    assert_true(fabs((double)coverage.readme - in_field[3] / total) < 1e-4);
    assert_int_equal(coverage.has_all, has_all);
    assert_int_equal(coverage.worst_field != 0, mass > 0);
}

static void crates_are_covered_as_the_lists_say(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 139;
    for (int round = 0; round < 300; round++) {
        struct random_query random;
        random_query_text(fixture->source, &seed, &random);
        struct search_plan *plan =
            make(fixture, random.text, round % 2 == 0 ? SEARCH_MATCH_BEST : SEARCH_MATCH_ALL);
        for (uint32_t rank = 1; rank <= index_n_crates(fixture->built.index);
             rank += 1 + random_below(&seed, 9))
            expect_coverage(plan, rank);
        search_plan_rewind(plan);
        for (uint32_t i = 0; i < plan->n_words; i++)
            for (uint32_t a = 0; a < plan->words[i].n_alternatives; a++)
                assert_int_equal(plan->words[i].alternatives[a].list.position, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_lists_and_masses),
        cmocka_unit_test(words_that_occur_nowhere),
        cmocka_unit_test(the_last_word_is_completed),
        cmocka_unit_test(an_unwritten_word_is_unfinished),
        cmocka_unit_test(words_are_completed_as_they_are_written),
        cmocka_unit_test(names_and_places),
        cmocka_unit_test(crates_are_covered_as_the_lists_say),
    };
    return cmocka_run_group_tests_name("search_plan", tests, open_fixture, close_fixture);
}
