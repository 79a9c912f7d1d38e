/* The same facts as in the JSON form, one a line. A line is put together in a buffer on the stack:
   a word is at most as long as a query. */
#include "index/cli/explain.h"

#include <cratedex/explanation.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE (SEARCH_MAX_TEXT_BYTES + 256)

struct line {
    char text[LINE_SIZE];
    size_t length;
};

static void __attribute__((format(printf, 2, 3))) append(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->length, LINE_SIZE - line->length, format, arguments);
    va_end(arguments);
    if (length > 0)
        line->length += (size_t)length;
    if (line->length >= LINE_SIZE)
        line->length = LINE_SIZE - 1;
}

/* Terms that are zero say nothing and are left out. */
static void append_term(struct line *line, const char *name, double value)
{
    if (value != 0)
        append(line, "%s%.3f %s", line->text[line->length - 1] == '=' ? " " : " + ", value, name);
}

static const char *how_named(enum search_tier tier)
{
    return tier == SEARCH_TIER_PASTED ? "the query names the crate"
           : tier == SEARCH_TIER_SAME ? "the query is the name but for what separates its words"
           : tier == SEARCH_TIER_BEGINNING ? "the name begins with the query"
                                           : "the query nearly is the name";
}

static int add_place(struct table *table, const struct search_hit *hit)
{
    struct line line = {.length = 0};
    if (hit->exact)
        append(&line, "first: the name is the query");
    else if (hit->in_front)
        append(&line, "in front: %s", how_named(hit->tier));
    else if (hit->is_second_stage)
        append(&line, "placed by the second stage: %.3f", hit->score);
    else
        append(&line, "placed by the first stage: %.3f", hit->score);
    return table_add_note(table, line.text);
}

static int add_terms(struct table *table, const struct search_explanation *explanation)
{
    struct line line = {.length = 0};
    append(&line, "first stage %.3f =", explanation->first_stage);
    append_term(&line, "any field", explanation->any);
    append_term(&line, "name, keywords or description", explanation->main);
    append_term(&line, "keywords", explanation->keywords);
    append_term(&line, "text in the name", explanation->substring);
    append_term(&line, "popularity", explanation->popularity);
    return table_add_note(table, line.text);
}

static int add_word(struct table *table, const struct search_explanation *explanation, uint32_t i)
{
    struct line line = {.length = 0};
    const char *names[EXPLANATION_MAX_FIELDS];
    size_t n_names = explanation_fields(explanation->words[i].fields, names);
    append(&line, "%.*s%s", (int)explanation->words[i].length, explanation->words[i].stem,
           explanation->words[i].is_completion ? "…" : "");
    if (explanation->words[i].synonym != NULL)
        append(&line, " as %.*s", (int)explanation->words[i].synonym_length,
               explanation->words[i].synonym);
    bool is_other_form = n_names > 0 && !explanation->words[i].is_written &&
                         !explanation->words[i].is_completion &&
                         explanation->words[i].synonym == NULL;
    append(&line, "%s", is_other_form ? " in another form" : "");
    append(&line, ", %.0f %% of the query:", 100 * explanation->words[i].share);
    for (size_t f = 0; f < n_names; f++)
        append(&line, "%s%s", f > 0 ? ", " : " ", names[f]);
    if (n_names == 0)
        append(&line, " nowhere");
    return table_add_note(table, line.text);
}

int explain_hit(struct table *table, struct search *search, const struct search_hit *hit,
                struct error *error)
{
    struct search_explanation explanation;
    if (search_explain(search, hit, &explanation, error) != 0)
        return -1;
    int status = add_place(table, hit);
    if (status == 0)
        status = add_terms(table, &explanation);
    for (uint32_t i = 0; status == 0 && i < explanation.n_words; i++)
        status = add_word(table, &explanation, i);
    return status == 0 ? 0 : error_out_of_memory(error);
}
