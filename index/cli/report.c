/* Reports are tables; the facts of an index file come from index_info as pairs of texts and are
   collected first, because the parts are shown by size and with their share of the whole. */
#include "index/cli/report.h"

#include "index/cli/format.h"
#include "index/cli/table.h"

#include <cratedex/index_file.h>
#include <cratedex/index_info.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define PART_PREFIX "part:"
#define N_PARTS_SHOWN 12

struct fact {
    char *name;
    char *value;
};

struct part {
    char *name;
    uint64_t bytes;
};

struct facts {
    struct fact *facts;
    size_t n_facts;
    struct part *parts;
    size_t n_parts;
    bool failed;
};

static void free_facts(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_facts; i++) {
        free(facts->facts[i].name);
        free(facts->facts[i].value);
    }
    for (size_t i = 0; i < facts->n_parts; i++)
        free(facts->parts[i].name);
    free(facts->facts);
    free(facts->parts);
}

/* Reads a text of digits alone; what is longer than 64 bits is none. */
static bool is_count(const char *text, uint64_t *count)
{
    size_t length = strlen(text);
    if (length == 0 || length > 19 || strspn(text, "0123456789") != length)
        return false;
    *count = strtoull(text, NULL, 10);
    return true;
}

static int add_fact(struct facts *facts, const char *name, const char *value)
{
    struct fact *grown = reallocarray(facts->facts, facts->n_facts + 1, sizeof *grown);
    if (grown == NULL)
        return -1;
    facts->facts = grown;
    struct fact *fact = &grown[facts->n_facts++];
    *fact = (struct fact){strdup(name), strdup(value)};
    return fact->name != NULL && fact->value != NULL ? 0 : -1;
}

static int add_part(struct facts *facts, const char *name, uint64_t bytes)
{
    struct part *grown = reallocarray(facts->parts, facts->n_parts + 1, sizeof *grown);
    if (grown == NULL)
        return -1;
    facts->parts = grown;
    struct part *part = &grown[facts->n_parts++];
    *part = (struct part){strdup(name), bytes};
    return part->name != NULL ? 0 : -1;
}

static void collect(void *context, const char *name, const char *value)
{
    struct facts *facts = context;
    size_t prefix = strlen(PART_PREFIX);
    uint64_t bytes;
    int status = strncmp(name, PART_PREFIX, prefix) == 0 && is_count(value, &bytes)
                     ? add_part(facts, name + prefix, bytes)
                     : add_fact(facts, name, value);
    if (status != 0)
        facts->failed = true;
}

static int by_size(const void *left, const void *right)
{
    const struct part *a = left;
    const struct part *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int read_facts(struct facts *facts, const char *path, struct error *error)
{
    *facts = (struct facts){0};
    if (index_info(path, collect, facts, error) != 0) {
        free_facts(facts);
        return -1;
    }
    if (facts->failed) {
        free_facts(facts);
        return error_out_of_memory(error);
    }
    if (facts->n_parts > 0)
        qsort(facts->parts, facts->n_parts, sizeof *facts->parts, by_size);
    return 0;
}

/* A name of a fact as people write it: underscores are spaces. */
static void to_words(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '_')
            *text = ' ';
    }
}

static int print_table_of(FILE *out, struct table *table, int status, struct error *error)
{
    if (status == 0)
        table_print(table, out, 2, 0, false);
    table_destroy(table);
    return status == 0 ? 0 : error_out_of_memory(error);
}

static const struct table_column part_columns[] = {
    {.is_number = true}, {.is_number = true}, {.is_number = false}};

/* The biggest parts, then the rest in one row. */
static int print_parts(FILE *out, const struct facts *facts, struct error *error)
{
    if (facts->n_parts == 0)
        return 0;
    struct table *table = table_create(part_columns, 3);
    int status = table == NULL ? -1 : 0;
    uint64_t total = 0;
    uint64_t rest = 0;
    for (size_t i = 0; i < facts->n_parts; i++) {
        total += facts->parts[i].bytes;
        if (i >= N_PARTS_SHOWN)
            rest += facts->parts[i].bytes;
    }
    bool has_rest = facts->n_parts > N_PARTS_SHOWN;
    size_t n_rows = has_rest ? N_PARTS_SHOWN + 1 : facts->n_parts;
    for (size_t i = 0; status == 0 && i < n_rows; i++) {
        bool is_rest = i == N_PARTS_SHOWN;
        uint64_t bytes = is_rest ? rest : facts->parts[i].bytes;
        char size[FORMAT_SIZE];
        char share[FORMAT_SIZE];
        format_bytes(bytes, size);
        snprintf(share, sizeof share, "%.1f %%",
                 total > 0 ? 100 * (double)bytes / (double)total : 0.0);
        const char *cells[] = {size, share, is_rest ? "everything else" : facts->parts[i].name};
        status = table_add(table, cells);
    }
    fputs("\nSize by part\n", out);
    return print_table_of(out, table, status, error);
}

/* A fact as people read it: its name in words, numbers with separators, the file's size with a
   unit. */
static int add_fact_row(struct table *table, struct fact *fact)
{
    char number[FORMAT_SIZE];
    char size[FORMAT_SIZE];
    char text[2 * FORMAT_SIZE + 16];
    uint64_t count = 0;
    const char *name = fact->name;
    const char *value = fact->value;
    if (is_count(value, &count))
        value = format_count(count, number);
    if (strcmp(name, "file_bytes") == 0) {
        snprintf(text, sizeof text, "%s (%s bytes)", format_bytes(count, size), value);
        name = "file size";
        value = text;
    } else {
        to_words(fact->name);
    }
    const char *cells[] = {name, value};
    return table_add(table, cells);
}

int report_print_info(FILE *out, const char *path, struct error *error)
{
    static const struct table_column columns[] = {{.title = NULL}, {.title = NULL}};
    struct facts facts;
    if (read_facts(&facts, path, error) != 0)
        return -1;
    struct table *table = table_create(columns, 2);
    int status = table == NULL ? -1 : 0;
    for (size_t i = 0; status == 0 && i < facts.n_facts; i++)
        status = add_fact_row(table, &facts.facts[i]);
    fprintf(out, "%s\n", path);
    status = print_table_of(out, table, status, error);
    if (status == 0)
        status = print_parts(out, &facts, error);
    free_facts(&facts);
    return status;
}

int report_print_info_json(FILE *out, const char *path, struct error *error)
{
    struct facts facts;
    if (read_facts(&facts, path, error) != 0)
        return -1;
    json_t *root = json_object();
    json_t *parts = json_object();
    int status = root == NULL || parts == NULL ? -1 : 0;
    for (size_t i = 0; status == 0 && i < facts.n_facts; i++) {
        uint64_t count;
        json_t *value = is_count(facts.facts[i].value, &count) ? json_integer((json_int_t)count)
                                                               : json_string(facts.facts[i].value);
        status = json_object_set_new(root, facts.facts[i].name, value);
    }
    for (size_t i = 0; status == 0 && i < facts.n_parts; i++)
        status = json_object_set_new(parts, facts.parts[i].name,
                                     json_integer((json_int_t)facts.parts[i].bytes));
    if (status == 0)
        status = json_object_set(root, "parts", parts);
    if (status == 0) {
        status = json_dumpf(root, out, JSON_INDENT(2));
        fputc('\n', out);
    }
    json_decref(parts);
    json_decref(root);
    free_facts(&facts);
    return status == 0 ? 0 : error_out_of_memory(error);
}

static int print_tables(FILE *out, const struct build_report *report, struct error *error)
{
    static const struct table_column columns[] = {{.is_number = true}, {.is_number = false}};
    struct table *table = table_create(columns, 2);
    int status = table == NULL ? -1 : 0;
    for (unsigned i = 0; status == 0 && i < report->n_tables; i++) {
        char number[FORMAT_SIZE];
        const char *cells[] = {format_count(report->tables[i].n_rows, number),
                               report->tables[i].name};
        status = table_add(table, cells);
    }
    fputs("\nRows by table\n", out);
    return print_table_of(out, table, status, error);
}

static int print_phases(FILE *out, const struct build_report *report, struct error *error)
{
    static const struct table_column columns[] = {{.is_number = true}, {.is_number = false}};
    struct table *table = table_create(columns, 2);
    int status = table == NULL ? -1 : 0;
    for (unsigned i = 0; status == 0 && i < report->n_phases; i++) {
        char seconds[FORMAT_SIZE];
        const char *cells[] = {format_seconds(report->phases[i].seconds, seconds),
                               report->phases[i].name};
        status = table_add(table, cells);
    }
    fputs("\nSeconds by phase\n", out);
    return print_table_of(out, table, status, error);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Of counted downloads, also where none were added: then it says so. */
static void print_downloads(FILE *out, const struct build_report *report)
{
    char added[FORMAT_SIZE];
    if (!report->downloads.were_given)
        return;
    unsigned n_files = report->downloads.n_files;
    unsigned n_skipped = report->downloads.n_skipped;
    fprintf(out, "\nCounted downloads\n  %s download%s of %u file%s added",
            format_count(report->downloads.n_added, added), plural(report->downloads.n_added),
            n_files, plural(n_files));
    if (n_skipped > 0)
        fprintf(out, "; %u file%s skipped", n_skipped, plural(n_skipped));
    fputc('\n', out);
}

static void print_warnings(FILE *out, const struct build_report *report)
{
    if (report->n_warnings == 0)
        return;
    fputs("\nWarnings\n", out);
    for (unsigned i = 0; i < report->n_warnings; i++) {
        const struct build_warning *warning = &report->warnings[i];
        char number[FORMAT_SIZE];
        fprintf(out, "  %s row%s: %s\n", format_count(warning->n_rows, number),
                plural(warning->n_rows), warning->reason);
        if (warning->example[0] != '\0')
            fprintf(out, "    first: %s\n", warning->example);
    }
}

int report_print(FILE *out, const char *path, const struct build_report *report,
                 struct error *error)
{
    char seconds[FORMAT_SIZE];
    char size[FORMAT_SIZE];
    char memory[FORMAT_SIZE];
    struct facts facts;
    if (read_facts(&facts, path, error) != 0)
        return -1;
    fprintf(out, "%s: %s in %s, peak memory %s\n", path, format_bytes(report->file_bytes, size),
            format_seconds(report->seconds, seconds),
            format_bytes(report->peak_memory_bytes, memory));
    int status = print_tables(out, report, error);
    print_downloads(out, report);
    print_warnings(out, report);
    if (status == 0)
        status = print_phases(out, report, error);
    if (status == 0)
        status = print_parts(out, &facts, error);
    free_facts(&facts);
    return status;
}
