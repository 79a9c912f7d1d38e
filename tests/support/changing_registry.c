/* Numbers and words have few different values, so that there are ties in every order. */
#include "tests/support/changing_registry.h"

#include "tests/support/random.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_BYTES ((size_t)1 << 16)

static const char *const words[] = {"json", "parser", "serde", "async", "fast"};
#define N_WORDS (sizeof words / sizeof *words)

static void change(struct changing_entry *entry, uint64_t *seed)
{
    /* Few different values, so that there are ties; most have the first word. */
    entry->words = random_below(seed, 1U << N_WORDS) | (random_below(seed, 8) > 0);
    entry->n_downloads = random_below(seed, 12) * 100;
    entry->n_recent = random_below(seed, 3) == 0 ? random_below(seed, 6) * 7 : 0;
    entry->updated_day = random_below(seed, 12);
    entry->keyword = random_below(seed, 3);
    entry->category = random_below(seed, 3);
    entry->owner = random_below(seed, 3);
    entry->is_yanked = random_below(seed, 6) == 0;
}

void changing_registry_add(struct changing_registry *registry, uint64_t *seed)
{
    static const char *const given[] = {"json",       "serde", "serde-json", "serde_js",
                                        "parserlike", "async", "a-json-b"};
    struct changing_entry *entry = &registry->entries[registry->n++];
    *entry =
        (struct changing_entry){.id = registry->next_id++, .created_day = random_below(seed, 9)};
    if (entry->id <= (int64_t)(sizeof given / sizeof *given))
        snprintf(entry->name, sizeof entry->name, "%s", given[entry->id - 1]);
    else
        snprintf(entry->name, sizeof entry->name, "%s-%u%" PRId64,
                 words[random_below(seed, N_WORDS)], random_below(seed, 10), entry->id);
    change(entry, seed);
}

void changing_registry_work(struct changing_registry *registry, uint64_t *seed)
{
    unsigned one_of = 6 + random_below(seed, 10);
    for (unsigned i = 0; i < registry->n;) {
        if (random_below(seed, 12) == 0) {
            registry->entries[i] = registry->entries[--registry->n];
            continue;
        }
        if (random_below(seed, one_of) < 2)
            change(&registry->entries[i], seed);
        char *separator = strpbrk(registry->entries[i].name, "-_");
        if (separator != NULL && random_below(seed, 20) == 0)
            *separator = *separator == '-' ? '_' : '-';
        i++;
    }
    for (unsigned n = random_below(seed, 40); n > 0 && registry->n < CHANGING_MAX_CRATES; n--)
        changing_registry_add(registry, seed);
}

/* A table's text that grows. */
struct table {
    char text[TEXT_BYTES];
    size_t length;
};

static void __attribute__((format(printf, 2, 3)))
write_row(struct table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(table->text + table->length, sizeof table->text - table->length, format,
                           arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof table->text - table->length);
    table->length += (size_t)length;
}

void changing_registry_build(struct built_index *built, const struct changing_registry *registry)
{
    static struct table crates;
    static struct table versions;
    static struct table downloads;
    static struct table keywords;
    static struct table categories;
    static struct table owners;
    crates.length = versions.length = downloads.length = 0;
    keywords.length = categories.length = owners.length = 0;
    write_row(&crates, CRATES_COLUMNS ",downloads\n");
    write_row(&versions, VERSIONS_COLUMNS "\n");
    write_row(&downloads, "version_id,date,downloads\n");
    write_row(&keywords, "crate_id,keyword_id\n");
    write_row(&categories, "crate_id,category_id\n");
    write_row(&owners, "crate_id,owner_id,owner_kind\n");
    for (unsigned i = 0; i < registry->n; i++) {
        const struct changing_entry *entry = &registry->entries[i];
        write_row(&crates, "%" PRId64 ",%s,2026-01-%02u,2026-02-%02u,It", entry->id, entry->name,
                  entry->created_day + 1, entry->updated_day + 1);
        for (size_t word = 0; word < N_WORDS; word++)
            if ((entry->words >> word & 1) != 0)
                write_row(&crates, " %s", words[word]);
        write_row(&crates, ",,,,%u\n", entry->n_downloads);
        write_row(&versions, "%" PRId64 ",%" PRId64 ",1.0.0,2026-01-01,%c,0,2026-01-01\n",
                  entry->id, entry->id, entry->is_yanked ? 't' : 'f');
        if (entry->n_recent > 0)
            write_row(&downloads, "%" PRId64 ",2026-10-31,%u\n", entry->id, entry->n_recent);
        if (entry->keyword > 0)
            write_row(&keywords, "%" PRId64 ",%u\n", entry->id, entry->keyword);
        if (entry->category > 0)
            write_row(&categories, "%" PRId64 ",%u\n", entry->id, entry->category);
        if (entry->owner > 0)
            write_row(&owners, "%" PRId64 ",7,%u\n", entry->id, entry->owner - 1);
    }
    const struct dump_file files[] = {
        BUILT_TIME("2026-11-01T02:00:00Z"),
        BUILT_TABLE("crates", crates.text),
        BUILT_TABLE("versions", versions.text),
        BUILT_TABLE("version_downloads", downloads.text),
        BUILT_TABLE("keywords", "id,keyword,crates_cnt,created_at\n1,gui,1,2020-01-01\n"
                                "2,cli,2,2020-01-01\n"),
        BUILT_TABLE("crates_keywords", keywords.text),
        BUILT_TABLE("categories",
                    "id,category,slug,description,crates_cnt,created_at\n"
                    "1,GUI,gui,\"\",1,2020-01-01\n2,Web,gui::web,\"\",1,2020-01-01\n"),
        BUILT_TABLE("crates_categories", categories.text),
        BUILT_TABLE("crate_owners", owners.text),
        BUILT_END,
    };
    built_index_from_files(built, files);
}
