/* Tables are written out, but for the versions of `many`, which a loop makes. */
#include "tests/support/versions_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T "2020-01-01 00:00:00+00"
#define N_MANY 40

static const char crates[] =
    CRATES_COLUMNS ",trustpub_only\n"
                   "1,Tracks-Lib," T ",2021-02-03 04:05:06.789+00,A library,https://home.example,"
                   "https://docs.example,https://repo.example,t\n"
                   "2,many," T "," T ",,,,,f\n"
                   "3,bare," T "," T ",,,,,f\n"
                   "11,user-a," T "," T ",,,,,f\n"
                   "12,user-b," T "," T ",,,,,f\n"
                   "13,user-c," T "," T ",,,,,f\n"
                   "14,user-d," T "," T ",,,,,f\n"
                   "15,user-e," T "," T ",,,,,f\n"
                   "16,user-f," T "," T ",,,,,f\n";

static const char downloads[] =
    "crate_id,downloads\n1,900\n2,5\n3,0\n11,50\n12,70\n13,70\n14,1000\n"
    "15,60\n16,2000\n";

#define COLUMNS                                                                                    \
    VERSIONS_COLUMNS ",features,crate_size,license,published_by,tar_sha256,links,"                 \
                     "rust_version,edition,has_lib,bin_names,yank_message,description"
#define REST ",{},10,MIT,,\\x00ff,,,,t,{},,\n"

static const char versions[] = COLUMNS
    "\n"
    "1,1,0.1.0,2020-01-01 00:00:00+00,f,1," T REST "2,1,0.1.1,2020-01-02 00:00:00+00,f,1," T REST
    "3,1,0.2.0,2020-01-03 00:00:00+00,t,1," T REST
    "4,1,1.0.0-alpha.1,2020-01-04 00:00:00+00,f,1," T REST
    "5,1,1.0.0,2020-01-05 00:00:00+00,f,1," T REST
    "6,1,1.0.0+build.7,2020-01-05 00:00:00+00,f,1," T REST
    "7,1,1.10.0,2020-01-06 00:00:00+00,f,1," T REST "8,1,1.9.0,2020-01-07 00:00:00+00,f,1," T REST
    "9,1,2.0.0,2020-01-08 00:00:00+00,t,1," T REST
    "10,1,0.1.0-rc,2019-01-08 00:00:00+00,f,1," T REST
    "11,1,latest,2020-01-05 00:00:00+00,f,1," T REST
    "12,1,1.2.3,2020-01-09 01:02:03.456+00,f,77,2021-01-01 00:00:00+00,"
    "\"{\"\"std\"\": [\"\"dep:a\"\", \"\"b?/c\"\"], \"\"\xc3\xa9\"\": []}\",1234,MIT OR "
    "Apache-2.0,500,"
    "\\xABCD,git2,1.70,2021,t,\"{tool,\"\"a b\"\"}\",\"broken, sorry\",about it\n";

static const char dependents[] =
    "1101,11,1.0.0," T ",f,1," T REST "1201,12,1.0.0," T ",f,1," T REST "1301,13,1.0.0," T
    ",f,1," T REST "1401,14,1.0.0," T ",f,1," T REST "1402,14,1.1.0," T ",f,1," T REST
    "1501,15,1.0.0," T ",t,1," T REST "1601,16,1.0.0," T ",f,1," T REST;

static const char dependencies[] =
    "id,version_id,crate_id,req,kind,optional,default_features,features,target\n"
    "1,1101,1,^1,0,f,t,\"{std,\"\"x y\"\"}\",cfg(unix)\n"
    "2,1201,1,^0.1,2,t,f,{},\n"
    "3,1201,1,^1,0,f,t,{},\n"
    "4,1301,1,=1.0.0,1,f,t,{},\n"
    "5,1401,1,^1,0,f,t,{},\n"
    "6,1402,2,^1,0,f,t,{},\n"
    "7,1501,1,^1,0,f,t,{},\n"
    "8,1601,2,^1,0,f,t,{},\n"
    "9,12,1,*,2,f,t,{},\n";

static char *write_versions(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    fputs(versions, file);
    fputs(dependents, file);
    for (int i = 0; i < N_MANY; i++)
        fprintf(file,
                "%d,2,1.0.%d,2020-02-01 00:00:%02d+00,f,%d,%s,\"{\"\"f%d\"\": []}\",10,MIT,500,"
                "\\x00ff,,,,t,{},,\n",
                101 + i, i, i, i, T, i);
    assert_int_equal(fclose(file), 0);
    return text;
}

void versions_dump_build(struct built_index *built)
{
    char *all_versions = write_versions();
    const struct dump_file files[] = {
        BUILT_TIME("2021-06-01T02:00:00Z"),
        BUILT_TABLE("crates", crates),
        BUILT_TABLE("crate_downloads", downloads),
        BUILT_TABLE("keywords",
                    "id,keyword,crates_cnt,created_at\n7,zeta,1," T "\n9,alpha,3," T "\n"),
        BUILT_TABLE("crates_keywords", "crate_id,keyword_id\n1,9\n1,7\n"),
        BUILT_TABLE("categories", "id,category,slug,description,crates_cnt,created_at\n"
                                  "5,Tools::Command line,tools::cli,For shells,2," T
                                  "\n4,Tools,tools,All,3," T "\n"),
        BUILT_TABLE("crates_categories", "crate_id,category_id\n1,5\n1,4\n"),
        BUILT_TABLE("users",
                    "id,gh_login,name,gh_avatar,gh_id\n500,ferris,Ferris,https://a.example,3\n"),
        BUILT_TABLE("versions", all_versions),
        BUILT_TABLE("dependencies", dependencies),
        BUILT_TABLE("default_versions", "crate_id,version_id\n1,12\n14,1402\n"),
        BUILT_TABLE("version_downloads", "version_id,date,downloads\n12,2021-05-30,77\n"),
        BUILT_END,
    };
    built_index_from_files(built, files);
    free(all_versions);
}

int versions_dump_open(void **state)
{
    static struct built_index built;
    versions_dump_build(&built);
    *state = &built;
    return 0;
}

int versions_dump_close(void **state)
{
    built_index_remove(*state);
    return 0;
}

uint32_t versions_dump_rank(const struct built_index *built, const char *name)
{
    uint32_t rank = index_find_crate(built->index, name, strlen(name));
    if (rank == 0)
        fail_msg("no crate %s", name);
    return rank;
}
