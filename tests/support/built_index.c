/* The dump lies in a folder of its own while the index is built. */
#include "tests/support/built_index.h"

#include "tests/support/test_server.h"

#include <cratedex/index_reader.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void open_built(struct built_index *built)
{
    struct error error = {.message = ""};
    built->index = index_open(built->path, &error);
    if (built->index == NULL)
        fail_msg("%s", error.message);
    built->reader = index_reader_open(built->index, &error);
    if (built->reader == NULL)
        fail_msg("%s", error.message);
}

void built_index_make(struct built_index *built, const char *dump_path)
{
    struct error error = {.message = ""};
    memset(built, 0, sizeof *built);
    folder_make(built->folder);
    folder_join(built->path, built->folder, "test.cdx");
    struct build_options options = {
        .dump_path = dump_path, .out_path = built->path, .keep_readmes = true};
    if (index_build(&options, &built->report, &error) != 0)
        fail_msg("%s: %s", dump_path, error.message);
    open_built(built);
}

static void open_shared(struct built_index *built, const char *path)
{
    memset(built, 0, sizeof *built);
    assert_in_range(strlen(path), 1, sizeof built->path - 1);
    memcpy(built->path, path, strlen(path) + 1);
    open_built(built);
}

void built_index_open_sample(struct built_index *built)
{
    open_shared(built, test_index());
}

void built_index_open_large(struct built_index *built)
{
    const char *path = getenv("CRATEDEX_LARGE_INDEX");
    if (path != NULL && *path != '\0')
        open_shared(built, path);
    else
        built_index_make(built, LARGE_DUMP);
}

void built_index_from_files(struct built_index *built, const struct dump_file *files)
{
    char folder[FOLDER_PATH_SIZE];
    folder_make(folder);
    char *dump = dump_write_folder(folder, "dump", files);
    built_index_make(built, dump);
    free(dump);
    folder_remove(folder);
}

void built_index_remove(struct built_index *built)
{
    index_reader_close(built->reader);
    index_close(built->index);
    if (built->folder[0] != '\0')
        folder_remove(built->folder);
}

static struct built_index of_group;

int built_index_set_up(void **state, const struct dump_file *files)
{
    built_index_from_files(&of_group, files);
    *state = &of_group;
    return 0;
}

int built_index_set_up_sample(void **state)
{
    built_index_open_sample(&of_group);
    *state = &of_group;
    return 0;
}

int built_index_tear_down(void **state)
{
    built_index_remove(*state);
    return 0;
}

const struct build_warning *built_index_warning(const struct build_report *report,
                                                const char *reason)
{
    for (unsigned i = 0; i < report->n_warnings; i++) {
        if (strncmp(report->warnings[i].reason, reason, strlen(reason)) == 0)
            return &report->warnings[i];
    }
    fail_msg("no warning \"%s\"", reason);
    return NULL;
}
