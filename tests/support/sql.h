/* SQL on an index file, by SQLite alone: what the file says to anyone who opens it. Every function
   fails the test where SQLite reports an error. */
#ifndef CRATEDEX_TESTS_SUPPORT_SQL_H
#define CRATEDEX_TESTS_SUPPORT_SQL_H

/* Fails the test unless the rows that `query` gives are `expected`: columns separated by `|`, rows
   by a newline, NULL for null. */
void sql_expect(const char *path, const char *query, const char *expected);

/* The same text; the caller frees. */
char *sql_text(const char *path, const char *query);

/* Changes the file, and makes the checksums of its pages right. Shadow tables of FTS5 may be
   written too. */
void sql_change(const char *path, const char *statements);

/* Makes the checksums right of a file that was changed in another way. */
void sql_seal(const char *path);

#endif
