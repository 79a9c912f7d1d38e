/* What a reader keeps: statements that were prepared at their first use, and in its slots what the
   rooms above keep of their own (a search its scratch memory). Both are few, so they are found by
   looking at each; nothing is given up before the reader is closed. A clock that SQLite looks at
   now and then ends a statement that has no end. */
#include "index/segment/open_reader.h"

#include "index/base/database.h"

#include <time.h>

#define NANOSECONDS INT64_C(1000000000)
/* So many instructions of SQLite's machine lie between two looks at the clock: some
   milliseconds. */
#define STEPS_A_LOOK 100000

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

/* Ends a statement that is past its deadline. */
static int on_progress(void *context)
{
    const struct index_reader *reader = context;
    return now() > reader->deadline;
}

void reader_watch_statements(struct index_reader *reader)
{
    sqlite3_progress_handler(reader->database, STEPS_A_LOOK, on_progress, reader);
}

sqlite3_stmt *reader_statement(struct index_reader *reader, const char *text, struct error *error)
{
    reader->deadline = now() + READER_STATEMENT_SECONDS * NANOSECONDS;
    for (uint32_t i = 0; i < reader->n_statements; i++) {
        if (reader->statements[i].text != text)
            continue;
        sqlite3_reset(reader->statements[i].statement);
        sqlite3_clear_bindings(reader->statements[i].statement);
        return reader->statements[i].statement;
    }
    if (reader->n_statements == READER_MAX_STATEMENTS) {
        error_set(error, "a reader keeps no more than %d statements", READER_MAX_STATEMENTS);
        return NULL;
    }
    sqlite3_stmt *statement = database_prepare(reader->database, text, error);
    if (statement != NULL)
        reader->statements[reader->n_statements++] = (struct reader_statement){text, statement};
    return statement;
}

void *reader_slot(struct index_reader *reader, const struct reader_slot_kind *kind,
                  struct error *error)
{
    for (uint32_t i = 0; i < reader->n_slots; i++) {
        if (reader->slots[i].kind == kind)
            return reader->slots[i].state;
    }
    if (reader->n_slots == READER_MAX_SLOTS) {
        error_set(error, "a reader has no more than %d slots", READER_MAX_SLOTS);
        return NULL;
    }
    void *state = kind->create(reader, error);
    if (state != NULL) {
        reader->slots[reader->n_slots].kind = kind;
        reader->slots[reader->n_slots++].state = state;
    }
    return state;
}
