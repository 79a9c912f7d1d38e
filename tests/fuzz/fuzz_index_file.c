/* A whole index file, forged: the input is a list of places and bytes that are written over a good
   file, and where to cut it. The checksums of its pages are made right, unless it is cut. What
   opens is searched, read and verified; it may answer wrongly, never crash. */
#include "index/segment/page_checksums.h"
#include "tests/support/read_hits.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_builder.h>
#include <cratedex/index_reader.h>
#include <cratedex/index_verify.h>
#include <cratedex/readme.h>
#include <cratedex/search.h>
#include <cratedex/suggest.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATCH_BYTES 4 /* 24 bits of place, 8 of value */

static char folder[] = "/tmp/fuzz-index-XXXXXX";
static char path[64];
static unsigned char *good;
static size_t good_size;

static void write_file(const char *name, const void *bytes, size_t size)
{
    char file_path[128];
    snprintf(file_path, sizeof file_path, "%s/%s", folder, name);
    FILE *file = fopen(file_path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

static void remove_all(void)
{
    static const char *const names[] = {"crates.csv", "versions.csv", "metadata.json", "fuzz.cdx"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s/%s", folder, names[i]);
        unlink(name);
    }
    rmdir(folder);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is libFuzzer's */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct error error = {.message = ""};
    struct build_report report;
    struct stat status;
    if (mkdtemp(folder) == NULL)
        abort();
    atexit(remove_all);
    write_text("metadata.json", "{\"timestamp\": \"2020-01-01T00:00:00Z\"}");
    write_text(
        "crates.csv",
        "id,name,created_at,updated_at,description,homepage,documentation,repository,readme\n"
        "1,serde,2020-01-01,2020-01-01,a framework,,,,words\n"
        "2,serde_json,2020-01-01,2020-01-02,JSON for serde,,,,\n"
        "3,tokio,2020-01-01,2020-01-03,async runtime,,,,more words\n");
    write_text("versions.csv", "id,crate_id,num,created_at,yanked,downloads,updated_at\n"
                               "1,1,1.0.0,2020-01-01,f,9,2020-01-01\n");
    snprintf(path, sizeof path, "%s/fuzz.cdx", folder);
    struct build_options options = {.dump_path = folder, .out_path = path, .keep_readmes = true};
    if (index_build(&options, &report, &error) != 0 || stat(path, &status) != 0) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    good_size = (size_t)status.st_size;
    good = malloc(good_size);
    FILE *file = fopen(path, "rb");
    if (good == NULL || file == NULL || fread(good, 1, good_size, file) != good_size)
        abort();
    fclose(file);
    return 0;
}

static void use(const struct index *index)
{
    struct error error;
    struct index_reader *reader = index_reader_open(index, &error);
    if (reader == NULL)
        return;
    static const char *const texts[] = {"serde", "json framework", "tokoi", "a"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search_query query = {.text = {texts[i], strlen(texts[i])}, .limit = 10};
        struct search_result result;
        struct suggestion suggestions[10];
        suggest(index, texts[i], strlen(texts[i]), suggestions, 10);
        query.sort = i % 2 == 0 ? SEARCH_SORT_RELEVANCE : SEARCH_SORT_NEW;
        read_hits(reader, &query, &result);
    }
    for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
        struct readme readme;
        if (readme_read(reader, rank, &readme, &error) == 1)
            readme_free(&readme);
    }
    index_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    unsigned char *bytes = malloc(good_size);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, good, good_size);
    size_t cut = (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
    for (size_t i = 3; i + PATCH_BYTES <= size; i += PATCH_BYTES) {
        size_t at = (size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2];
        bytes[at % good_size] ^= data[i + 3];
    }
    bool is_cut = cut > 0 && cut <= good_size;
    write_file("fuzz.cdx", bytes, is_cut ? cut : good_size);
    free(bytes);
    struct error error;
    int file = is_cut ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file >= 0) {
        page_checksums_append(file, &error);
        close(file);
    }
    struct index *index = index_open(path, &error);
    if (index != NULL)
        use(index);
    index_close(index);
    index_verify(path, NULL, NULL, &error);
    return 0;
}
