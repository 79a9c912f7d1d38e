/* The crates are a table here and the rows are printed from it, with the columns in the order of
   the official export. Tables lie in `2026-01-02-030405/data`, as in the archives. */
#include "tests/support/small_dump.h"

#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const struct {
    const char *name;
    const char *description; /* as it stands in the CSV */
    unsigned long downloads;
} crates[SMALL_DUMP_CRATES] = {
    {"json-parser", "A fast parser", 70000001},
    {"yaml",
     "\"YAML\tand json \033[31m\xe8\xaa\x9e\xe8\xaa\x9e\xe8\xaa\x9e\xe8\xaa\x9e, read and written "
     "with a description that no narrow terminal shows in one line\"",
     1200},
    {"network", "Sockets", 54321},
    {"net-pool", "", 999},
    {"netting", "Meshes", 88888},
    {"empty", "Nothing at all", 0},
};

static const struct {
    const char *table;
    const char *text;
} small_tables[] = {
    {"categories", "category,crates_cnt,created_at,description,id,path,slug\n"
                   "Parsing,2,2015-01-01 00:00:00+00,Parsers.,1,root.parsing,parsing\n"},
    {"crate_owners", "crate_id,created_at,created_by,owner_id,owner_kind\n"
                     "1,2015-01-01 00:00:00+00,1,1,0\n2,2015-01-01 00:00:00+00,1,1,1\n"},
    {"crates_categories", "category_id,crate_id\n1,1\n1,2\n"},
    {"crates_keywords", "crate_id,keyword_id\n1,1\n3,2\n4,2\n"},
    {"dependencies", "crate_id,default_features,explicit_name,features,id,kind,optional,req,target,"
                     "version_id\n1,t,,{},1,0,f,^1.0,,4\n"},
    {"keywords", "crates_cnt,created_at,id,keyword\n"
                 "1,2015-01-01 00:00:00+00,1,parser\n2,2015-01-01 00:00:00+00,2,net\n"},
    {"metadata", "total_downloads\n70145409\n"},
    {"reserved_crate_names", "name\nstd\n"},
    {"teams", "avatar,github_id,id,login,name,org_id\n,11,1,github:org:team,Team,12\n"},
    {"users", "gh_avatar,gh_id,gh_login,id,name\n,21,someone,1,Some One\n"},
    {"version_downloads", "date,downloads,version_id\n"
                          "2026-01-01,1000,2\n2026-01-01,10,4\n2025-12-31,5,6\n"},
};

static FILE *open_table(const char *folder, const char *table, const char *columns)
{
    char path[FOLDER_PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    assert_in_range(length, 1, sizeof path - 1);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(columns, file);
    return file;
}

static void write_crates(const char *folder, size_t n_more)
{
    FILE *file = open_table(folder, "crates",
                            "created_at,description,documentation,homepage,id,max_features,"
                            "max_upload_size,name,readme,repository,updated_at\n");
    FILE *downloads = open_table(folder, "crate_downloads", "crate_id,downloads\n");
    for (size_t id = 1; id <= SMALL_DUMP_CRATES + n_more; id++) {
        bool is_filler = id > SMALL_DUMP_CRATES;
        fprintf(file, "2015-01-01 00:00:%02zu+00,%s,,,%zu,,,", id % 60,
                is_filler ? "Something that fills the table" : crates[id - 1].description, id);
        if (is_filler)
            fprintf(file, "filler-%zu", id - SMALL_DUMP_CRATES);
        else
            fputs(crates[id - 1].name, file);
        fprintf(file, ",\"# Title\n\nText of %zu.\",,2025-01-01 00:00:%02zu+00\n", id, id % 60);
        fprintf(downloads, "%zu,%lu\n", id,
                is_filler ? (unsigned long)(id % 100) : crates[id - 1].downloads);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(fclose(downloads), 0);
}

static void write_version(FILE *file, size_t id, size_t crate_id, const char *number)
{
    fprintf(file,
            "{},{},%zu,100,2025-01-01 00:00:00+00,,,5,2021,\"{\"\"std\"\": []}\",t,,%zu,{},MIT,,%s,"
            "%s,1,,1.60,\\xcca797d2ddaac79d07ff6411678ce28ba28ce4b84ceda928624fd341193352fb,"
            "2025-01-01 00:00:00+00,f\n",
            crate_id, id, number, number);
}

static void write_versions(const char *folder, size_t n_more)
{
    FILE *file = open_table(folder, "versions",
                            "bin_names,categories,crate_id,crate_size,created_at,description,"
                            "documentation,downloads,edition,features,has_lib,homepage,id,keywords,"
                            "license,links,num,num_no_build,published_by,repository,rust_version,"
                            "tar_sha256,updated_at,yanked\n");
    FILE *defaults = open_table(folder, "default_versions", "crate_id,num_versions,version_id\n");
    size_t id = 0;
    for (size_t crate_id = 1; crate_id <= SMALL_DUMP_CRATES + n_more; crate_id++) {
        if (crate_id <= SMALL_DUMP_CRATES)
            write_version(file, ++id, crate_id, "0.9.0");
        write_version(file, ++id, crate_id, "1.0.0");
        fprintf(defaults, "%zu,%d,%zu\n", crate_id, crate_id <= SMALL_DUMP_CRATES ? 2 : 1, id);
    }
    write_version(file, ++id, 999999999, "1.0.0");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(fclose(defaults), 0);
}

void small_dump_write(const char *folder, size_t n_more)
{
    static const char metadata[] = "{\"timestamp\": \"2026-01-02T03:04:05Z\"}\n";
    char dated[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];
    folder_join(dated, folder, "2026-01-02-030405");
    assert_int_equal(mkdir(dated, 0755), 0);
    file_write(folder_join(path, dated, "metadata.json"), metadata, strlen(metadata));
    assert_int_equal(mkdir(folder_join(path, dated, "data"), 0755), 0);
    for (size_t i = 0; i < sizeof small_tables / sizeof small_tables[0]; i++) {
        FILE *file = open_table(path, small_tables[i].table, small_tables[i].text);
        assert_int_equal(fclose(file), 0);
    }
    write_crates(path, n_more);
    write_versions(path, n_more);
}

void small_dump_build(struct built_index *built, size_t n_more)
{
    char folder[FOLDER_PATH_SIZE];
    folder_make(folder);
    small_dump_write(folder, n_more);
    built_index_make(built, folder);
    folder_remove(folder);
}
