/* What a reader keeps: statements that were prepared at their first use, and in its slots what the
   rooms above keep of their own (a search its scratch memory). Both are few, so they are found by
   looking at each; nothing is given up before the reader is closed. */
#include "index/segment/open_reader.h"

#include "index/base/database.h"

sqlite3_stmt *reader_statement(struct index_reader *reader, const char *text, struct error *error)
{
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
