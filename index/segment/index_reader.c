/* A reader is what one thread needs to answer: an SQLite connection of its own (opened without
   mutexes), statements prepared at their first use, a tokenizer, and in its slots what the rooms above keep
   of their own (a search its scratch memory). Readers share nothing but the immutable index. */
#define _DEFAULT_SOURCE /* madvise */
#include "index/base/database.h"
#include "index/segment/open_index.h"

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A reader wants pages here and there, a few KiB each. Around each the kernel reads as much as the disk is set
   to, up to MiBs. It is advice: failure changes nothing. */
static void advise_random(sqlite3 *database)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    void *map = NULL;
    void *last = NULL;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 3 ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
        file->pMethods->xFetch(file, 0, 1, &map) != SQLITE_OK || map == NULL)
        return;
    /* SQLite maps no more than its own limit, and the advice is for its memory only. */
    if (file->pMethods->xFetch(file, size - 1, 1, &last) == SQLITE_OK && last != NULL) {
        (void)madvise(map, (size_t)size, MADV_RANDOM);
        file->pMethods->xUnfetch(file, size - 1, last);
    }
    file->pMethods->xUnfetch(file, 0, map);
}

struct index_reader *index_reader_open(const struct index *index, struct error *error)
{
    struct index_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    reader->index = index;
    reader->database = index_database_reopen(index, error);
    if (reader->database == NULL)
        goto failed;
    advise_random(reader->database);
    reader->tokenizer = tokenizer_open(reader->database, error);
    if (reader->tokenizer == NULL)
        goto failed;
    return reader;
failed:
    index_reader_close(reader);
    return NULL;
}

void index_reader_close(struct index_reader *reader)
{
    if (reader == NULL)
        return;
    for (uint32_t i = 0; i < reader->n_slots; i++)
        reader->slots[i].kind->free(reader->slots[i].state);
    ZSTD_freeDCtx(reader->decompressor);
    tokenizer_close(reader->tokenizer);
    for (uint32_t i = 0; i < reader->n_statements; i++)
        sqlite3_finalize(reader->statements[i].statement);
    sqlite3_close(reader->database);
    free(reader);
}

const struct index *index_reader_index(const struct index_reader *reader)
{
    return reader->index;
}

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

/* Reads the one value of a statement whose first parameter is bound. */
static int read_value(sqlite3_stmt *statement, const char *what, const void **bytes, size_t *size,
                      struct error *error)
{
    int found = database_step(statement, error);
    if (found < 0)
        return -1;
    if (found == 0)
        return error_set(error, "index file: %s is missing", what);
    *bytes = sqlite3_column_blob(statement, 0);
    *size = (size_t)sqlite3_column_bytes(statement, 0);
    if (*bytes == NULL)
        return error_set(error, "index file: %s is empty", what);
    return 0;
}

int index_reader_document(struct index_reader *reader, uint32_t rank, enum encoding encoding,
                          const void **bytes, size_t *size, struct error *error)
{
    static const char *const texts[N_ENCODINGS] = {
        [ENCODING_JSON] = "SELECT json FROM documents WHERE rank = ?1",
        [ENCODING_MESSAGEPACK] = "SELECT msgpack FROM documents WHERE rank = ?1",
    };
    static const unsigned columns[N_ENCODINGS] = {[ENCODING_JSON] = 1, [ENCODING_MESSAGEPACK] = 2};
    if (table_rows_find(&reader->index->documents, rank, columns[encoding], bytes, size))
        return 0;
    sqlite3_stmt *statement = reader_statement(reader, texts[encoding], error);
    if (statement == NULL)
        return -1;
    sqlite3_bind_int64(statement, 1, rank);
    return read_value(statement, "a document", bytes, size, error);
}

void index_reader_fetch_document(const struct index_reader *reader, uint32_t rank)
{
    table_rows_fetch(&reader->index->documents, rank);
}

/* How a document ends, `exact_match` and all. These are the two last members of the object; the value
   of `exact_match` stands at a fixed distance from the end. */
static const char json_tail[] = "\"exact_match\":false,\"trustpub_only\":";
#define MESSAGEPACK_FALSE '\xc2'
#define MESSAGEPACK_TRUE '\xc3'
#define MESSAGEPACK_MAP16 0xde
#define MESSAGEPACK_TAIL (1 + 1 + sizeof "trustpub_only" - 1 + 1) /* false, key, boolean */

/* Splits a document at the value of `exact_match`: `*at` is where it begins. */
static int find_exact_match(enum encoding encoding, const char *bytes, size_t size, size_t *at,
                            struct error *error)
{
    if (encoding == ENCODING_MESSAGEPACK) {
        if (size > MESSAGEPACK_TAIL && bytes[size - MESSAGEPACK_TAIL] == MESSAGEPACK_FALSE) {
            *at = size - MESSAGEPACK_TAIL;
            return 0;
        }
        return error_set(error, "index file: a document has no exact_match");
    }
    for (size_t value = sizeof "true}" - 1; value <= sizeof "false}" - 1; value++) {
        size_t tail = sizeof json_tail - 1 + value;
        if (size >= tail && memcmp(bytes + size - tail, json_tail, sizeof json_tail - 1) == 0) {
            *at = size - tail + sizeof "\"exact_match\":" - 1;
            return 0;
        }
    }
    return error_set(error, "index file: a document has no exact_match");
}

int index_reader_encode_crate(struct index_reader *reader, uint32_t rank, bool exact_match,
                              struct encoder *encoder, struct error *error)
{
    const void *bytes = NULL;
    size_t size = 0;
    if (index_reader_document(reader, rank, encoder->encoding, &bytes, &size, error) != 0)
        return -1;
    msgpack_sbuffer *out = encoder->out;
    size_t size_before = out->size;
    encoder_fragment(encoder, bytes, size);
    if (!exact_match || out->size < size_before + size) /* the encoder remembers its failure */
        return 0;
    size_t at = 0;
    if (find_exact_match(encoder->encoding, bytes, size, &at, error) != 0)
        return -1;
    /* The fragment is the last thing in the buffer: mend it there. */
    char *value = out->data + out->size - size + at;
    if (encoder->encoding == ENCODING_MESSAGEPACK) {
        *value = MESSAGEPACK_TRUE;
    } else {
        size_t rest = size - at - (sizeof "false" - 1);
        memcpy(value, "true", 4);
        memmove(value + 4, value + 5, rest);
        out->size--;
    }
    return 0;
}

/* Appends a member to the object that ends the buffer, of the given size. MessagePack states the
   number of members in front: a crate has more than the 15 of the short form, so the count is a 16-bit
   number (big-endian) and grows in place. */
static int append_member(msgpack_sbuffer *out, size_t size, enum encoding encoding,
                         const struct index_member *member, struct error *error)
{
    size_t key_length = strlen(member->key);
    unsigned char *object = (unsigned char *)out->data + out->size - size;
    int status = 0;
    if (encoding == ENCODING_MESSAGEPACK) {
        if (size < 3 || object[0] != MESSAGEPACK_MAP16 || (object[1] == 0xff && object[2] == 0xff))
            return error_set(error, "index file: a document cannot take one more member");
        object[1] = (unsigned char)(object[1] + (object[2] == 0xff));
        object[2]++;
        msgpack_packer packer;
        msgpack_packer_init(&packer, out, msgpack_sbuffer_write);
        status |= msgpack_pack_str(&packer, key_length);
        status |= msgpack_pack_str_body(&packer, member->key, key_length);
        status |= msgpack_sbuffer_write(out, member->value, member->value_size);
    } else {
        if (object[size - 1] != '}')
            return error_set(error, "index file: a document cannot take one more member");
        out->size--;
        status |= msgpack_sbuffer_write(out, ",\"", 2);
        status |= msgpack_sbuffer_write(out, member->key, key_length);
        status |= msgpack_sbuffer_write(out, "\":", 2);
        status |= msgpack_sbuffer_write(out, member->value, member->value_size);
        status |= msgpack_sbuffer_write(out, "}", 1);
    }
    return status == 0 ? 0 : error_out_of_memory(error);
}

int index_reader_encode_crate_with(struct index_reader *reader, uint32_t rank, bool exact_match,
                                   const struct index_member *member, struct encoder *encoder,
                                   struct error *error)
{
    msgpack_sbuffer *out = encoder->out;
    size_t before = out->size;
    if (index_reader_encode_crate(reader, rank, exact_match, encoder, error) != 0)
        return -1;
    if (encoder->fault != NULL) /* encoder_finish reports it */
        return 0;
    /* Within an array or object JSON may have put a comma in front; the object begins behind it. */
    size_t at = before + (encoder->encoding == ENCODING_JSON && out->data[before] == ',');
    return append_member(out, out->size - at, encoder->encoding, member, error);
}

int index_reader_encode_page(struct index_reader *reader, const char *page, struct encoder *encoder,
                             struct error *error)
{
    static const char *const texts[N_ENCODINGS] = {
        [ENCODING_JSON] = "SELECT json FROM pages WHERE name = ?1",
        [ENCODING_MESSAGEPACK] = "SELECT msgpack FROM pages WHERE name = ?1",
    };
    const void *bytes = NULL;
    size_t size = 0;
    sqlite3_stmt *statement = reader_statement(reader, texts[encoder->encoding], error);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, page, -1, SQLITE_TRANSIENT);
    if (read_value(statement, "a page", &bytes, &size, error) != 0)
        return -1;
    encoder_fragment(encoder, bytes, size);
    return 0;
}
