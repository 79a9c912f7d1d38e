/* Lines become three tables of a dump, whose texts grow in memory streams. */
#include "tests/support/registry_text.h"

#include <cratedex/version_lookup.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_CRATES 2048
#define MAX_WORD 96
#define T "2020-01-01 00:00:00+00"

enum table { CRATES, VERSIONS, DEPENDENCIES };

struct tables {
    char *texts[3];
    size_t sizes[3];
    FILE *files[3];
    char names[MAX_CRATES][MAX_WORD];
    unsigned n_crates;
    unsigned n_versions;
    unsigned n_dependencies;
};

/* The id of a crate, which is written when it comes first. */
static unsigned crate_id(struct tables *tables, const char *name)
{
    for (unsigned i = 0; i < tables->n_crates; i++)
        if (strcmp(tables->names[i], name) == 0)
            return i + 1;
    assert_in_range(tables->n_crates, 0, MAX_CRATES - 1);
    snprintf(tables->names[tables->n_crates++], MAX_WORD, "%s", name);
    fprintf(tables->files[CRATES], "%u,%s," T "," T ",,,,\n", tables->n_crates, name);
    return tables->n_crates;
}

/* Cuts `word` and what follows it off the end of a text. */
static char *cut(char *text, const char *word)
{
    char *at = strstr(text, word);
    if (at == NULL)
        return NULL;
    *at = '\0';
    return at + strlen(word);
}

static void add_dependency(struct tables *tables, char *text)
{
    const char *target = cut(text, " for ");
    bool is_optional = cut(text, " optional") != NULL;
    bool is_build = cut(text, " build") != NULL;
    bool is_dev = cut(text, " dev") != NULL;
    text += strspn(text, " ");
    char *req = strchr(text, ' ');
    if (req == NULL) {
        fail_msg("no requirement in \"%s\"", text);
        return;
    }
    *req++ = '\0';
    fprintf(tables->files[DEPENDENCIES], "%u,%u,%u,\"%s\",%d,%s,t,{},%s\n",
            ++tables->n_dependencies, tables->n_versions, crate_id(tables, text), req,
            is_build ? 1
            : is_dev ? 2
                     : 0,
            is_optional ? "t" : "f", target != NULL ? target : "");
}

static void add_version(struct tables *tables, char *line)
{
    char *dependencies = cut(line, ":");
    const char *links = cut(line, " links ");
    char *num = cut(line, " ");
    if (num == NULL) {
        fail_msg("no version in \"%s\"", line);
        return;
    }
    bool is_yanked = *num == '!';
    fprintf(tables->files[VERSIONS], "%u,%u,%s," T ",%s,0," T ",%s\n", ++tables->n_versions,
            crate_id(tables, line), num + is_yanked, is_yanked ? "t" : "f",
            links != NULL ? links : "");
    char *rest = NULL;
    for (char *text = dependencies != NULL ? strtok_r(dependencies, ";", &rest) : NULL;
         text != NULL; text = strtok_r(NULL, ";", &rest))
        add_dependency(tables, text);
}

void registry_text_build(struct built_index *built, const char *text)
{
    struct tables *tables = calloc(1, sizeof *tables);
    char *lines = strdup(text);
    assert_non_null(tables);
    assert_non_null(lines);
    static const char *const headers[] = {
        CRATES_COLUMNS, VERSIONS_COLUMNS ",links",
        "id,version_id,crate_id,req,kind,optional,default_features,features,target"};
    for (int i = 0; i < 3; i++) {
        tables->files[i] = open_memstream(&tables->texts[i], &tables->sizes[i]);
        assert_non_null(tables->files[i]);
        fprintf(tables->files[i], "%s\n", headers[i]);
    }
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        add_version(tables, line);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fclose(tables->files[i]), 0);
    const struct dump_file dump[] = {BUILT_TIME("2026-11-01T02:00:00Z"),
                                     BUILT_TABLE("crates", tables->texts[0]),
                                     BUILT_TABLE("versions", tables->texts[1]),
                                     BUILT_TABLE("dependencies", tables->texts[2]), BUILT_END};
    built_index_from_files(built, dump);
    for (int i = 0; i < 3; i++)
        free(tables->texts[i]);
    free(tables);
    free(lines);
}

int64_t registry_text_version(struct built_index *built, const char *crate, const char *num)
{
    int64_t version_id = 0;
    struct error error;
    uint32_t rank = index_find_crate(built->index, crate, strlen(crate));
    assert_int_not_equal(rank, 0);
    assert_int_equal(index_find_version(built->reader, rank, num, strlen(num), &version_id, &error),
                     1);
    return version_id;
}
