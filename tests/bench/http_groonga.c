/* Groonga reads a file of its commands: a table, the packages, and then an index of the words of
   all three columns, which is built faster after the packages than with them. Texts are cut into
   words as its manual has it by default (TokenBigram keeps the letters of a word together) and
   compared without case. Its server ends the connection after every answer: that is part of what a
   request to it costs.

   Scores are the sum of the matches by the weight of their column; words are joined by AND. */
#include "tests/bench/http_groonga.h"

#include "tests/bench/bench_child.h"

#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

const char http_groonga_before[] =
    "/d/select?table=Packages&match_columns=name*10%7C%7Ckeywords*5%7C%7Cdescription&limit=10"
    "&output_columns=name,description,_score&sort_keys=-_score&query=";
const char http_groonga_after_cached[] = "";
const char http_groonga_after[] = "&cache=no";
const char http_groonga_special[] = "\"()\\*+-<>~:&|!";

static const char columns[] = "table_create Packages TABLE_NO_KEY\n"
                              "column_create Packages name COLUMN_SCALAR ShortText\n"
                              "column_create Packages description COLUMN_SCALAR Text\n"
                              "column_create Packages keywords COLUMN_SCALAR ShortText\n"
                              "load --table Packages\n"
                              "[\n";
static const char words[] =
    "]\n"
    "table_create Words TABLE_PAT_KEY ShortText --default_tokenizer TokenBigram"
    " --normalizer NormalizerAuto\n"
    "column_create Words packages COLUMN_INDEX|WITH_POSITION|WITH_SECTION Packages"
    " name,keywords,description\n";

/* One line of JSON a package. */
static int write_package(FILE *file, sqlite3_stmt *package, const char *separator)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "name", sqlite3_column_text(package, 0), "description",
                  sqlite3_column_text(package, 1), "keywords", sqlite3_column_text(package, 2));
    int status = object != NULL ? 0 : -1;
    fputs(separator, file);
    if (status == 0)
        status = json_dumpf(object, file, JSON_COMPACT);
    json_decref(object);
    return status;
}

static int write_packages(FILE *file, sqlite3 *database)
{
    static const char text[] =
        "SELECT name, coalesce(description, ''), coalesce((SELECT group_concat(keyword, ' ')"
        " FROM crates_keywords JOIN keywords ON keywords.id = keyword_id"
        " WHERE crates_keywords.rank = crates.rank), '') FROM crates ORDER BY rank";
    sqlite3_stmt *package = NULL;
    const char *separator = "";
    int found = SQLITE_DONE;
    int status = sqlite3_prepare_v2(database, text, -1, &package, NULL) == SQLITE_OK ? 0 : -1;
    while (status == 0 && (found = sqlite3_step(package)) == SQLITE_ROW) {
        status = write_package(file, package, separator);
        separator = ",\n";
    }
    sqlite3_finalize(package);
    return status == 0 && found == SQLITE_DONE ? 0 : -1;
}

static int write_commands(const char *path, const char *index_path, struct error *error)
{
    sqlite3 *database = NULL;
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return error_set(error, "%s: %s", path, strerror(errno));
    int status = 0;
    if (sqlite3_open_v2(index_path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = error_set(error, "%s: %s", index_path, sqlite3_errmsg(database));
    fputs(columns, file);
    if (status == 0 && write_packages(file, database) != 0)
        status = error_set(error, "%s: its packages cannot be read", index_path);
    fputs(words, file);
    sqlite3_close(database);
    bool has_fault = ferror(file) != 0;
    if ((fclose(file) != 0 || has_fault) && status == 0)
        status = error_set(error, "%s: cannot be written", path);
    return status;
}

/* Groonga tells by its answers, not by its status, whether its commands did well: [[0, …], …]
   each. */
static int run_commands(char *commands, char *database, struct error *error)
{
    char name[] = "groonga";
    char file[] = "--file";
    char create[] = "-n";
    char *const arguments[] = {name, file, commands, create, database, NULL};
    msgpack_sbuffer output;
    msgpack_sbuffer_init(&output);
    int status = bench_child_run(arguments, &output, error);
    if (status == 0)
        status = msgpack_sbuffer_write(&output, "", 1) == 0 ? 0 : error_out_of_memory(error);
    for (const char *line = output.data; status == 0 && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "[[0,", 4) != 0)
            status = error_set(error, "groonga: %.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
    msgpack_sbuffer_destroy(&output);
    return status;
}

int http_groonga_start(struct http_server_child *server, const char *index_path, const char *folder,
                       unsigned n_threads, struct error *error)
{
    char commands[BENCH_FOLDER_MAX + 32];
    char database[BENCH_FOLDER_MAX + 32];
    char log[BENCH_FOLDER_MAX + 32];
    char port_text[8];
    char threads[16];
    snprintf(commands, sizeof commands, "%s/groonga.commands", folder);
    snprintf(database, sizeof database, "%s/groonga", folder);
    snprintf(log, sizeof log, "%s/groonga.log", folder);
    if (write_commands(commands, index_path, error) != 0 ||
        run_commands(commands, database, error) != 0)
        return -1;
    uint16_t port = http_server_child_free_port(error);
    if (port == 0)
        return -1;
    snprintf(port_text, sizeof port_text, "%u", port);
    snprintf(threads, sizeof threads, "%u", n_threads);
    char options[][20] = {"groonga",        "-s",          "--protocol", "http",
                          "--bind-address", "127.0.0.1",   "--port",     "--max-threads",
                          "--log-path",     "--log-level", "error"};
    char *const arguments[] = {options[0], options[1],  options[2], options[3],
                               options[4], options[5],  options[6], port_text,
                               options[7], threads,     options[8], log,
                               options[9], options[10], database,   NULL};
    return http_server_child_run_on(server, port, arguments, 0, error);
}
