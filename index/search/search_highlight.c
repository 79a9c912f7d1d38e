/* The plan of the search says what was looked for: stems, of the words themselves, of what replaces
   them and of their synonyms, and the beginning of the last word. A text of a crate is cut by the
   code that has cut it for the index (placed_words.h), and a word of it is highlighted where it has
   such a stem or begins so. What stands in a name but for word limits is found by its bytes.

   Porter's stemmer takes endings off and never changes the first byte, so most words are dismissed
   by theirs and not stemmed.

   Which fields a crate has the words in, the README among them, which is not in the file, is read
   from the postings. */
#define _GNU_SOURCE /* memmem */
#include "index/search/search_highlight.h"

#include "index/base/database.h"
#include "index/search/highlighted_text.h"
#include "index/search/rank/search_score.h"
#include "index/search/search_state.h"
#include "index/text/name_words.h"
#include "index/text/placed_words.h"

#include <cratedex/canonical_name.h>
#include <cratedex/highlight.h>
#include <cratedex/utf8.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEMS (TEXT_WORDS_MAX + SEARCH_MAX_WORD_ALTERNATIVES)
#define MAX_NAME_WORDS 256

/* What is looked for, and what was found. */
struct highlighter {
    struct tokenizer *tokenizer;
    struct search_string stems[MAX_STEMS];
    uint32_t n_stems;
    bool is_first_byte[256];         /* of a stem */
    struct search_string unfinished; /* what longer words begin with; `data` NULL: nothing */
    struct name_forms forms;         /* of the text */
    struct loose_text loose;         /* likewise, as the next */
    char canonical[SEARCH_MAX_TEXT_BYTES];
    char synonyms[SEARCH_MAX_WORD_ALTERNATIVES * SYNONYM_MAX_BYTES]; /* their stems */
    struct highlighted_text text;                                    /* at hand */
    struct highlight *highlights;
    uint32_t n_highlights;
    uint32_t capacity;
};

void highlighter_free(struct highlighter *highlighter)
{
    if (highlighter == NULL)
        return;
    highlighted_text_free(&highlighter->text);
    free(highlighter->highlights);
    free(highlighter);
}

static void add_stem(struct highlighter *highlighter, const char *stem, size_t length)
{
    if (length == 0 || highlighter->n_stems == MAX_STEMS)
        return;
    highlighter->stems[highlighter->n_stems++] = (struct search_string){stem, length};
    highlighter->is_first_byte[(unsigned char)stem[0]] = true;
}

static void add_synonyms(struct highlighter *highlighter, const struct search_plan *plan)
{
    char *stem = highlighter->synonyms;
    for (uint32_t i = 0; i < plan->n_alternatives; i++) {
        const struct synonym *synonym = plan->alternatives[i].synonym;
        if (synonym == NULL)
            continue;
        size_t length = text_words_stem(highlighter->tokenizer, synonym->word, synonym->length,
                                        stem, SYNONYM_MAX_BYTES);
        add_stem(highlighter, stem, length);
        stem += length;
    }
}

/* The last word, if longer ones may count for it. Which of them did is not asked: only the most
   frequent are looked for, but all of them begin with what was typed. */
static struct search_string unfinished_word(const struct search_plan *plan)
{
    const struct text_words *words = &plan->text_words;
    uint32_t last = words->n_words - 1;
    if (words->n_words == 0 || plan->ranking->prefix <= 0 ||
        words->words[last].written_length < SEARCH_MIN_COMPLETED_BYTES)
        return (struct search_string){NULL, 0};
    return (struct search_string){words->written + words->words[last].written_start,
                                  words->words[last].written_length};
}

static void take_words(struct highlighter *highlighter, const struct search_plan *plan)
{
    highlighter->n_stems = 0;
    memset(highlighter->is_first_byte, 0, sizeof highlighter->is_first_byte);
    for (uint32_t i = 0; i < plan->n_words; i++)
        add_stem(highlighter, plan->text_words.bytes + plan->words[i].start, plan->words[i].length);
    add_synonyms(highlighter, plan);
    highlighter->unfinished = unfinished_word(plan);
}

static void take_text(struct highlighter *highlighter, struct search_string text)
{
    bool has_letters = loose_text_read(&highlighter->loose, text.data, text.length);
    canonical_name(highlighter->canonical, text.data, text.length);
    name_forms_read(&highlighter->forms, highlighter->canonical, text.length,
                    has_letters ? &highlighter->loose : NULL);
}

/* The highlighter of the last search. NULL when memory runs out. */
static struct highlighter *open_highlighter(struct search *search, struct error *error)
{
    struct highlighter *highlighter = search->highlighter;
    if (highlighter == NULL)
        highlighter = search->highlighter = calloc(1, sizeof *highlighter);
    if (highlighter == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    if (!search->is_highlighted) {
        highlighter->tokenizer = search->reader->tokenizer;
        take_words(highlighter, &search->plan);
        take_text(highlighter, search->reading.text);
        search->is_highlighted = true;
    }
    return highlighter;
}

/* Whether a word of a crate, folded, is one that was looked for. */
static bool is_wanted(const struct highlighter *highlighter, const char *word, size_t length)
{
    const struct search_string *unfinished = &highlighter->unfinished;
    char stem[TEXT_WORDS_FOLDED_BYTES];
    if (unfinished->data != NULL && length > unfinished->length &&
        memcmp(word, unfinished->data, unfinished->length) == 0)
        return true;
    if (length == 0 || !highlighter->is_first_byte[(unsigned char)word[0]])
        return false;
    size_t n = text_words_stem(highlighter->tokenizer, word, length, stem, sizeof stem);
    for (uint32_t i = 0; i < highlighter->n_stems; i++) {
        if (highlighter->stems[i].length == n && memcmp(highlighter->stems[i].data, stem, n) == 0)
            return true;
    }
    return false;
}

static int on_word(void *context, const char *word, size_t length, size_t start, size_t end)
{
    struct highlighter *highlighter = context;
    return is_wanted(highlighter, word, length)
               ? highlighted_text_add(&highlighter->text, start, end)
               : 0;
}

static struct highlight *new_highlight(struct highlighter *highlighter)
{
    if (highlighter->n_highlights == highlighter->capacity) {
        uint32_t capacity = highlighter->capacity == 0 ? 16 : 2 * highlighter->capacity;
        struct highlight *grown = reallocarray(highlighter->highlights, capacity, sizeof *grown);
        if (grown == NULL)
            return NULL;
        highlighter->highlights = grown;
        highlighter->capacity = capacity;
    }
    return &highlighter->highlights[highlighter->n_highlights++];
}

/* Counts what was found in a text, byte by byte, in its code points. `model` says which text. */
static int take_ranges(struct highlighter *highlighter, const char *text,
                       const struct highlight *model)
{
    size_t at = 0;
    size_t n_before = 0;
    highlighted_text_merge(&highlighter->text);
    for (size_t i = 0; i < highlighter->text.n; i++) {
        struct text_range range = highlighter->text.ranges[i];
        struct highlight *highlight = new_highlight(highlighter);
        if (highlight == NULL)
            return -1;
        n_before += utf8_count_characters(text + at, range.start - at);
        size_t n = utf8_count_characters(text + range.start, range.end - range.start);
        *highlight = *model;
        highlight->start = (uint32_t)n_before;
        highlight->length = (uint32_t)n;
        n_before += n;
        at = range.end;
    }
    highlighter->text.n = 0;
    return 0;
}

static int highlight_text(struct highlighter *highlighter, const char *text, size_t length,
                          const struct highlight *model)
{
    int status = placed_words_of_text(highlighter->tokenizer, text, length, on_word, highlighter);
    return status == 0 ? take_ranges(highlighter, text, model) : -1;
}

/* Adds every place where a form of the text stands in a canonical name. */
static int add_places(struct highlighter *highlighter, const struct name_form *form,
                      const char *canonical, size_t length)
{
    const char *at = canonical;
    const char *end = canonical + length;
    while (form->length > 0 && at < end &&
           (at = memmem(at, (size_t)(end - at), form->text, form->length)) != NULL) {
        size_t start = (size_t)(at - canonical);
        if (highlighted_text_add(&highlighter->text, start, start + form->length) != 0)
            return -1;
        at++;
    }
    return 0;
}

/* The same of a form that counts only where a word of the name begins. */
static int add_word_starts(struct highlighter *highlighter, const struct name_form *form,
                           const char *name, const char *canonical, size_t length)
{
    struct name_word words[MAX_NAME_WORDS];
    size_t n = name_words_split(name, length, words, MAX_NAME_WORDS);
    for (size_t i = 0; i < n && i < MAX_NAME_WORDS; i++) {
        size_t start = words[i].start;
        if (form->length > 0 && length - start >= form->length &&
            memcmp(canonical + start, form->text, form->length) == 0 &&
            highlighted_text_add(&highlighter->text, start, start + form->length) != 0)
            return -1;
    }
    return 0;
}

/* Whether the text is the name, in whatever way, and not only a part of it. */
static bool is_whole_name(const struct search_plan *plan, uint32_t rank)
{
    const struct named_crate *named = named_crates_find(&plan->named, rank);
    return named != NULL ? named->how != NAMED_BY_BEGINNING
                         : named_crates_is_exact(&plan->named, rank);
}

static int highlight_name(struct highlighter *highlighter, const struct search *search,
                          uint32_t rank)
{
    struct index_crate crate;
    size_t length;
    int status = 0;
    index_crate(search->index, rank, &crate);
    const char *canonical = index_canonical_name(search->index, rank, &length);
    if (is_whole_name(&search->plan, rank))
        status = highlighted_text_add(&highlighter->text, 0, length);
    for (uint32_t i = 0; i < highlighter->forms.n && status == 0; i++) {
        const struct name_form *form = &highlighter->forms.forms[i];
        status = form->is_short ? add_word_starts(highlighter, form, crate.name, canonical, length)
                                : add_places(highlighter, form, canonical, length);
    }
    if (status == 0)
        status =
            placed_words_of_name(highlighter->tokenizer, crate.name, length, on_word, highlighter);
    return status == 0
               ? take_ranges(highlighter, crate.name, &(struct highlight){.field = HIGHLIGHT_NAME})
               : -1;
}

static int highlight_keywords(struct highlighter *highlighter, const struct index *index,
                              uint32_t rank)
{
    const struct attribute_values *values = &index->values.attributes[CRATE_ATTRIBUTE_KEYWORD];
    uint32_t n = crate_values_of(values, rank);
    for (uint32_t i = 0; i < n; i++) {
        struct highlight model = {.field = HIGHLIGHT_KEYWORD};
        model.keyword =
            crate_value_text(values, crate_values_number(values, rank, i), &model.keyword_length);
        if (highlight_text(highlighter, model.keyword, model.keyword_length, &model) != 0)
            return -1;
    }
    return 0;
}

static int highlight_description(struct highlighter *highlighter, struct index_reader *reader,
                                 uint32_t rank, struct error *error)
{
    static const char *const sql = "SELECT description FROM crates WHERE rank = ?1";
    const struct highlight model = {.field = HIGHLIGHT_DESCRIPTION};
    sqlite3_stmt *select = reader_statement(reader, sql, error);
    if (select == NULL)
        return -1;
    sqlite3_bind_int64(select, 1, rank);
    int found = database_step(select, error);
    int status = found < 0 ? -1 : 0;
    const char *text = found == 1 ? (const char *)sqlite3_column_text(select, 0) : NULL;
    if (text != NULL &&
        highlight_text(highlighter, text, (size_t)sqlite3_column_bytes(select, 0), &model) != 0)
        status = error_out_of_memory(error);
    sqlite3_reset(select);
    return status;
}

static unsigned fields_with_words(struct search_plan *plan, uint32_t rank)
{
    unsigned fields = 0;
    search_plan_rewind(plan);
    for (uint32_t i = 0; i < plan->n_words; i++)
        fields |= search_word_fields(&plan->words[i], rank);
    search_plan_rewind(plan);
    return fields;
}

static unsigned fields_with_highlights(const struct highlighter *highlighter)
{
    static const unsigned fields_of[] = {
        [HIGHLIGHT_NAME] = POSTING_NAME,
        [HIGHLIGHT_DESCRIPTION] = POSTING_DESCRIPTION,
        [HIGHLIGHT_KEYWORD] = POSTING_KEYWORDS,
    };
    unsigned fields = 0;
    for (uint32_t i = 0; i < highlighter->n_highlights; i++)
        fields |= fields_of[highlighter->highlights[i].field];
    return fields;
}

static int find_highlights(struct highlighter *highlighter, struct search *search, uint32_t rank,
                           struct error *error)
{
    highlighter->text.n = 0;
    highlighter->n_highlights = 0;
    if (highlight_name(highlighter, search, rank) != 0)
        return error_out_of_memory(error);
    if (highlight_description(highlighter, search->reader, rank, error) != 0)
        return -1;
    return highlight_keywords(highlighter, search->index, rank) == 0 ? 0
                                                                     : error_out_of_memory(error);
}

int search_highlight(struct search *search, const struct search_hit *hit,
                     struct search_highlights *highlights, struct error *error)
{
    *highlights = (struct search_highlights){0};
    if (!search->has_text)
        return 0;
    struct highlighter *highlighter = open_highlighter(search, error);
    if (highlighter == NULL || find_highlights(highlighter, search, hit->rank, error) != 0)
        return -1;
    highlights->highlights = highlighter->highlights;
    highlights->n = highlighter->n_highlights;
    highlights->matched_in =
        fields_with_words(&search->plan, hit->rank) | fields_with_highlights(highlighter);
    return 0;
}
