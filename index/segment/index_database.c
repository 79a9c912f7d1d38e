/* The SQLite file behind an index. It is opened by its path more than once (by the threads that
   read parts, by every reader and for the documents), and compared each time with what was seen at
   the path before the first: a newer index may have taken it, and what is in memory would not fit
   to its parts or documents. */
#include "index/segment/index_database.h"

#include "index/base/database.h"
#include "index/segment/open_index.h"

#include <cratedex/index_format.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SQLITE_HEADER_BYTES 100
#define SQLITE_MAGIC "SQLite format 3"

/* A number of 32 bits in the header, most significant byte first. */
static uint32_t header_number(const unsigned char *header, size_t at)
{
    return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
           (uint32_t)header[at + 2] << 8 | header[at + 3];
}

/* Looks at the header of the file itself (https://www.sqlite.org/fileformat.html, section 1.3):
   from SQLite a file that was cut short gives no clear answer, or one only on the way. */
static int check_header(const char *path, struct error *error)
{
    unsigned char header[SQLITE_HEADER_BYTES];
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(error, "%s: %s; build an index with `cratedex-index build DUMP -o FILE`",
                         path, strerror(errno));
    bool is_whole = fread(header, 1, sizeof header, file) == sizeof header &&
                    memcmp(header, SQLITE_MAGIC, sizeof SQLITE_MAGIC) == 0 &&
                    fstat(fileno(file), &status) == 0;
    fclose(file);
    if (!is_whole)
        return error_set(error, "%s is not a Cratedex index", path);
    if (header_number(header, 68) != INDEX_APPLICATION_ID)
        return error_set(error, "%s is an SQLite database but not a Cratedex index", path);
    uint32_t format = header_number(header, 60);
    if (format != INDEX_FORMAT_VERSION)
        return error_set(error,
                         "%s has index format %" PRIu32 ", this program reads format %d: build "
                         "the index again with this version of cratedex-index",
                         path, format, INDEX_FORMAT_VERSION);
    uint32_t page_bytes = (uint32_t)header[16] << 8 | header[17];
    int64_t promised = (int64_t)header_number(header, 28) * (page_bytes == 1 ? 65536 : page_bytes);
    if (status.st_size != promised)
        return error_set(error,
                         "%s is damaged: it has %lld bytes where its header says %lld; build the "
                         "index again",
                         path, (long long)status.st_size, (long long)promised);
    return 0;
}

/* What SQLite itself advises for files of strangers (https://www.sqlite.org/security.html). */
static int trust_nothing(sqlite3 *database, struct error *error)
{
    static const struct {
        int option;
        int value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (sqlite3_db_config(database, settings[i].option, settings[i].value, NULL) != SQLITE_OK)
            return database_error(database, "SQLite", error);
    }
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    return 0;
}

sqlite3 *index_database_open(const char *path, struct error *error)
{
    if (check_header(path, error) != 0)
        return NULL;
    /* The path goes into a URI, where three characters have a meaning of their own, and so have two
       slashes at its beginning. */
    char *uri = sqlite3_mprintf(*path == '/' ? "file://" : "file:");
    for (const char *c = path; *c != '\0' && uri != NULL; c++) {
        const char *format = strchr("%?#", *c) != NULL ? "%z%%%02X" : "%z%c";
        uri = sqlite3_mprintf(format, uri, (unsigned char)*c);
    }
    if (uri != NULL)
        uri = sqlite3_mprintf("%z?mode=ro&immutable=1", uri);
    if (uri == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    sqlite3 *database = NULL;
    int result = sqlite3_open_v2(
        uri, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_free(uri);
    if (result != SQLITE_OK) {
        error_set(error, "%s: %s", path, sqlite3_errmsg(database));
    } else if (trust_nothing(database, error) == 0 &&
               database_execute(database,
                                "PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -512; "
                                "PRAGMA query_only = 1",
                                error) == 0) {
        return database;
    } else {
        error_prefix(error, "%s is damaged: ", path);
    }
    sqlite3_close(database);
    return NULL;
}

/* Whether the file at the path is the one that index_open saw there first. */
static int check_same_file(const struct index *index, struct error *error)
{
    struct stat status;
    if (stat(index->path, &status) == 0 && status.st_dev == index->stamp.device &&
        status.st_ino == index->stamp.inode)
        return 0;
    return error_set(error, "%s was replaced since it was opened: open it again", index->path);
}

sqlite3 *index_database_reopen(const struct index *index, struct error *error)
{
    sqlite3 *database = index_database_open(index->path, error);
    if (database != NULL && check_same_file(index, error) != 0) {
        sqlite3_close(database);
        return NULL;
    }
    return database;
}
