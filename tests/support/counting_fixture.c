/* The counts are read as cratedex-index reads them, while the server may still add to them. */
#include "tests/support/counting_fixture.h"

#include <cratedex/download_counts.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct dump_file counting_dump[] = {
    BUILT_TIME("2020-11-01T02:00:00Z"),
    BUILT_TABLE("crates", CRATES_COLUMNS "\n1,one,2020-01-01,2020-01-01,,,,\n"
                                         "2,two,2020-01-01,2020-01-01,,,,\n"),
    BUILT_TABLE("versions", VERSIONS_COLUMNS "\n11,1,0.1.0,2020-01-01,f,60,2020-01-01\n"
                                             "12,1,1.0.0,2020-01-01,f,40,2020-01-01\n"
                                             "13,1,1.1.0,2020-01-01,f,40,2020-01-01\n"
                                             "14,1,1.2.0,2020-01-01,f,40,2020-01-01\n"
                                             "15,1,1.3.0,2020-01-01,f,40,2020-01-01\n"
                                             "16,1,1.4.0+b,2020-01-01,f,40,2020-01-01\n"
                                             "21,2,1.0.0,2020-01-01,f,200,2020-01-01\n"),
    BUILT_TABLE("version_downloads", "version_id,date,downloads\n12,2020-10-31,5\n"),
    BUILT_END,
};

int counting_fixture_start(void **state)
{
    struct counting_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    built_index_from_files(&fixture->built, counting_dump);
    folder_make(fixture->folder);
    fixture->arguments[0] = "--index";
    fixture->arguments[1] = fixture->built.path;
    fixture->arguments[2] = "--count-downloads";
    fixture->arguments[3] = fixture->folder;
    http_fixture_open(&fixture->http, fixture->arguments);
    *state = fixture;
    return 0;
}

int counting_fixture_stop(void **state)
{
    struct counting_fixture *fixture = *state;
    http_fixture_close(&fixture->http);
    folder_remove(fixture->folder);
    built_index_remove(&fixture->built);
    free(fixture);
    return 0;
}

uint64_t counts_in_folder(const char *folder, int64_t version_id)
{
    uint64_t sum = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char path[FOLDER_PATH_SIZE];
        struct error error;
        const char *suffix = strrchr(entry->d_name, '.');
        if (suffix == NULL || strcmp(suffix, DOWNLOAD_COUNTS_SUFFIX) != 0)
            continue;
        struct download_counts *counts =
            download_counts_read(folder_join(path, folder, entry->d_name), &error);
        if (counts == NULL)
            fail_msg("%s", error.message);
        sum += download_counts_value(counts, download_counts_slot(counts, version_id));
        download_counts_close(counts);
    }
    closedir(entries);
    return sum;
}
