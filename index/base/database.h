/* SQLite calls with errors in words. */
#ifndef CRATEDEX_INDEX_DATABASE_H
#define CRATEDEX_INDEX_DATABASE_H

#include <cratedex/error.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* A file control of a VFS of ours: after SQLITE_IOERR_DATA it writes into the struct error that it
   is given what is wrong with the file, in a sentence. */
#define DATABASE_FCNTL_EXPLAIN 0x43445831

/* Writes "<doing>: <why>" of SQLite's result code: transient where it says that memory, room or a
   disk that reads was lacking. Returns -1. */
int database_code_error(int code, const char *doing, const char *why, struct error *error);

/* The same with the code and the message of what the connection did last, or what the file's VFS
   explains. Returns -1. */
int database_error(sqlite3 *database, const char *doing, struct error *error);

/* Runs SQL without results. Returns 0 or -1. */
int database_execute(sqlite3 *database, const char *sql, struct error *error);

/* Prepares one statement for repeated use; finalize it with sqlite3_finalize. NULL on failure. */
sqlite3_stmt *database_prepare(sqlite3 *database, const char *sql, struct error *error);

/* Steps: 1 = a row, 0 = done, -1 = failed. */
int database_step(sqlite3_stmt *statement, struct error *error);

/* Steps a statement that gives no rows, then resets it for the next bindings. Returns 0 or -1. */
int database_run(sqlite3_stmt *statement, struct error *error);

/* Runs a statement that gives one integer. Returns 0 or -1 (also where there is no row). */
int database_integer(sqlite3 *database, const char *sql, int64_t *value, struct error *error);

/* FTS5's programming interface of this connection; NULL on failure, and where it is not built
   in. */
fts5_api *database_fts5(sqlite3 *database, struct error *error);

/* A column whose text, a `what`, has at most `max_bytes` and no NUL inside, as the builder sees to;
   SQLite itself would hold anything of a forged file. Valid until the statement's next step. NULL
   on failure. */
const char *database_column_text(sqlite3_stmt *row, int column, int max_bytes, const char *what,
                                 struct error *error);

/* A column with an RFC 3339 text as microseconds since 1970; 0 where it is none. */
int64_t database_column_time(sqlite3_stmt *row, int column);

#endif
