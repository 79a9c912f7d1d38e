/* A dump of its own, written to a temporary folder. */
#include "tests/support/fuzzed_index.h"

#include <cratedex/index_builder.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY "2020-01-01"

static const struct {
    const char *table;
    const char *text;
} tables[] = {
    {"crates",
     "id,name,created_at,updated_at,description,homepage,documentation,repository,readme\n"
     "1,a," DAY "," DAY ",b c,,,,d\n2,b-c," DAY ",2020-01-02,a,,,,a b\n"
     "3,B_C," DAY "," DAY ",c,,,,\n4,abc," DAY "," DAY ",\xc3\xa9t\xc3\xa9,,,,the a\n"
     "5,aBc2," DAY "," DAY ",a b c d,,,,e\n6,d," DAY ",2020-01-03,e,,,,\n"
     "7,\xe4\xb8\xad\xe6\x96\x87," DAY "," DAY ",,,,,\n8,e-a-b-c," DAY "," DAY ",b,,,,c\n"},
    {"versions", "id,crate_id,num,created_at,yanked,downloads,updated_at\n"
                 "1,1,1.0.0," DAY ",f,0," DAY "\n2,2,1.0.0," DAY ",t,0," DAY "\n"
                 "3,3,1.0.0," DAY ",f,0," DAY "\n"},
    {"version_downloads", "version_id,date,downloads\n1," DAY ",5\n2," DAY ",9\n3," DAY ",9\n"},
    {"keywords", "id,keyword,crates_cnt,created_at\n1,a,1," DAY "\n2,b,2," DAY "\n"},
    {"crates_keywords", "crate_id,keyword_id\n1,1\n1,2\n3,2\n8,1\n"},
    {"categories", "id,category,slug,description,crates_cnt,created_at\n1,A,a,A,1," DAY "\n"
                   "2,B,a::b,B,1," DAY "\n"},
    {"crates_categories", "crate_id,category_id\n1,1\n3,2\n4,2\n"},
    {"crate_owners", "crate_id,owner_id,owner_kind\n1,1,0\n2,1,1\n5,1,0\n"},
};

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

void fuzzed_index_open(struct fuzzed_index *fuzzed)
{
    char folder[] = "/tmp/fuzz-index-XXXXXX";
    char out[64];
    char name[64];
    struct error error = {.message = ""};
    struct build_report report;
    if (mkdtemp(folder) == NULL)
        abort();
    write_file(folder, "metadata.json", "{\"timestamp\": \"" DAY "T00:00:00Z\"}");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(name, sizeof name, "%s.csv", tables[i].table);
        write_file(folder, name, tables[i].text);
    }
    snprintf(out, sizeof out, "%s/fuzz.cdx", folder);
    struct build_options options = {.dump_path = folder, .out_path = out};
    if (index_build(&options, &report, &error) != 0 ||
        (fuzzed->index = index_open(out, &error)) == NULL ||
        (fuzzed->reader = index_reader_open(fuzzed->index, &error)) == NULL) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    /* The reader has the file open. */
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(name, sizeof name, "%s/%s.csv", folder, tables[i].table);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s/metadata.json", folder);
    unlink(name);
    unlink(out);
    rmdir(folder);
}
