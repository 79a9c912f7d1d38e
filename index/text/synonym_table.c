/* The text is gone through once, byte by byte. Words are cut and folded as those of a query, so
   that what a search looks for is what stands here: `C#` is one word, `foo-bar` is two and refused.
   Then the entries are sorted, and a word that stands twice has itself for a neighbour. */
#include "index/text/synonym_table.h"

#include <cratedex/utf8.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The assembler copies the file in: what gcc and clang have in common, for C17 has no #embed. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "cratedex_synonyms_begin:\n"
        ".incbin \"index/text/synonyms.txt\"\n"
        "cratedex_synonyms_end:\n"
        ".balign 8\n"
        "cratedex_synonyms_size:\n"
        ".quad cratedex_synonyms_end - cratedex_synonyms_begin\n"
        ".popsection\n");
extern const char cratedex_synonyms_begin[];
extern const uint64_t cratedex_synonyms_size;

#define SHIPPED_NAME "synonyms.txt"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

const char *synonym_table_shipped(size_t *size)
{
    *size = cratedex_synonyms_size;
    return cratedex_synonyms_begin;
}

/* A table that is being read. */
struct reading {
    struct synonym_table *table;
    struct tokenizer *tokenizer;
    const char *name; /* of the file */
    uint32_t line;
    uint32_t n_of_line; /* words */
    struct error *error;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Words with symbols are one, whatever an index has. */
static bool exists(const void *context, const char *word, size_t length)
{
    (void)context;
    (void)word;
    (void)length;
    return true;
}

static struct synonym_entry *next_entry(struct synonym_table *table, struct error *error)
{
    if (table->n_entries == table->capacity) {
        size_t capacity = 2 * table->capacity + 256;
        struct synonym_entry *entries = reallocarray(table->entries, capacity, sizeof *entries);
        if (entries == NULL) {
            error_out_of_memory(error);
            return NULL;
        }
        table->entries = entries;
        table->capacity = capacity;
    }
    return &table->entries[table->n_entries++];
}

/* Appends a word that was found in the text. */
static int add_word(struct reading *reading, const char *word, size_t length)
{
    struct synonym_table *table = reading->table;
    struct text_words cut;
    int shown = (int)(length < SYNONYM_MAX_BYTES ? length : SYNONYM_MAX_BYTES);
    if (++reading->n_of_line > SYNONYM_MAX_OF_A_LINE)
        return error_set(reading->error, "more than %d words", SYNONYM_MAX_OF_A_LINE);
    if (length > SYNONYM_MAX_BYTES)
        return error_set(reading->error, "`%.*s…` has more than %d bytes", shown, word,
                         SYNONYM_MAX_BYTES);
    if (text_words_cut(reading->tokenizer, word, length, exists, NULL, &cut, reading->error) != 0)
        return -1;
    if (cut.n_words == 0)
        return error_set(reading->error, "`%.*s` is nothing that a search looks for", shown, word);
    if (cut.n_words > 1 || cut.words[0].text_start != 0 || cut.words[0].text_length != length ||
        cut.words[0].written_length > SYNONYM_MAX_BYTES)
        return error_set(reading->error, "`%.*s` is more than one word", shown, word);
    struct synonym_entry *entry = next_entry(table, reading->error);
    if (entry == NULL)
        return -1;
    *entry = (struct synonym_entry){
        .length = cut.words[0].written_length, .group = table->n_groups + 1, .line = reading->line};
    if (msgpack_sbuffer_write(&table->texts, cut.written + cut.words[0].written_start,
                              entry->length) != 0)
        return error_out_of_memory(reading->error);
    return 0;
}

static int read_line(struct reading *reading, const char *line, size_t length)
{
    size_t at = 0;
    reading->n_of_line = 0;
    if (!utf8_is_valid(line, length))
        return error_set(reading->error, "this is no UTF-8");
    while (at < length) {
        size_t start = at;
        while (at < length && !is_blank(line[at]))
            at++;
        if (at > start && line[start] == '#')
            break;
        if (at > start && add_word(reading, line + start, at - start) != 0)
            return -1;
        at++;
    }
    if (reading->n_of_line == 1)
        return error_set(reading->error, "one word alone has no synonym");
    reading->table->n_groups += reading->n_of_line > 0;
    return 0;
}

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const struct synonym_entry *left = left_entry;
    const struct synonym_entry *right = right_entry;
    size_t length = left->length < right->length ? left->length : right->length;
    int compared = memcmp(left->word, right->word, length);
    if (compared == 0)
        compared = (left->length > right->length) - (left->length < right->length);
    return compared != 0 ? compared : (left->line > right->line) - (left->line < right->line);
}

/* Points the entries to their words, sorts them, and looks for one that stands twice. */
static int sort_entries(struct reading *reading)
{
    struct synonym_table *table = reading->table;
    const char *text = table->texts.data;
    const struct synonym_entry *twice = NULL;
    for (size_t i = 0; i < table->n_entries; i++) {
        table->entries[i].word = text;
        text += table->entries[i].length;
    }
    if (table->n_entries > 0)
        qsort(table->entries, table->n_entries, sizeof *table->entries, compare_entries);
    for (size_t i = 1; i < table->n_entries; i++) {
        const struct synonym_entry *entry = &table->entries[i];
        bool is_same = entry->length == entry[-1].length &&
                       memcmp(entry->word, entry[-1].word, entry->length) == 0;
        if (is_same && (twice == NULL || entry->line < twice->line))
            twice = entry;
    }
    if (twice == NULL)
        return 0;
    reading->line = twice->line;
    return error_set(reading->error, "`%.*s` stands in line %u already", (int)twice->length,
                     twice->word, twice[-1].line);
}

static int read_text(struct reading *reading, const char *text, size_t size)
{
    size_t mark = sizeof BYTE_ORDER_MARK - 1;
    size_t at = size >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0 ? mark : 0;
    int result = 0;
    while (at < size && result == 0) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        reading->line++;
        result = read_line(reading, text + at, length);
        at += length + 1;
    }
    if (result == 0)
        result = sort_entries(reading);
    if (result != 0)
        return error_prefix(reading->error, "%s: line %u: ", reading->name, reading->line);
    return 0;
}

static int read_file(struct reading *reading)
{
    char *text = malloc(SYNONYM_TABLE_MAX_BYTES + 1);
    FILE *file = fopen(reading->name, "re");
    int result = -1;
    if (text == NULL) {
        error_out_of_memory(reading->error);
    } else if (file == NULL) {
        error_set(reading->error, "cannot read %s: %s", reading->name, strerror(errno));
    } else {
        size_t size = fread(text, 1, SYNONYM_TABLE_MAX_BYTES + 1, file);
        if (ferror(file))
            error_set(reading->error, "cannot read %s: %s", reading->name, strerror(errno));
        else if (size > SYNONYM_TABLE_MAX_BYTES)
            error_set(reading->error, "%s is longer than %d bytes", reading->name,
                      SYNONYM_TABLE_MAX_BYTES);
        else
            result = read_text(reading, text, size);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return result;
}

int synonym_table_read(struct synonym_table *table, const char *path, struct tokenizer *tokenizer,
                       struct error *error)
{
    struct reading reading = {.table = table, .tokenizer = tokenizer, .name = path, .error = error};
    *table = (struct synonym_table){.n_groups = 0};
    msgpack_sbuffer_init(&table->texts);
    int result;
    if (path == NULL) {
        size_t size;
        const char *text = synonym_table_shipped(&size);
        reading.name = SHIPPED_NAME;
        result = read_text(&reading, text, size);
    } else {
        result = read_file(&reading);
    }
    if (result != 0)
        synonym_table_free(table);
    return result;
}

void synonym_table_free(struct synonym_table *table)
{
    free(table->entries);
    msgpack_sbuffer_destroy(&table->texts);
    *table = (struct synonym_table){.n_groups = 0};
}
