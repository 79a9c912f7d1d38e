/* What the builder encoded, copied into an answer: a crate's document and the precomputed pages.
   Two members of a document depend on the request: the value of `exact_match` is changed in place,
   in JSON and in MessagePack, and more members may be appended. Nothing is parsed: both stand at
   a known distance from the end. */
#include <cratedex/crate_fragment.h>

#include "index/base/database.h"
#include "index/segment/open_reader.h"

#include <msgpack.h>
#include <string.h>

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

/* How a document ends, `exact_match` and all. These are the two last members of the object; the
   value of `exact_match` stands at a fixed distance from the end. */
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
   number of members in front: a crate has more than the 15 of the short form, so the count is a
   16-bit number (big-endian) and grows in place. */
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
                                   const struct index_member *members, size_t n_members,
                                   struct encoder *encoder, struct error *error)
{
    msgpack_sbuffer *out = encoder->out;
    size_t before = out->size;
    if (index_reader_encode_crate(reader, rank, exact_match, encoder, error) != 0)
        return -1;
    if (encoder->fault != NULL) /* encoder_finish reports it */
        return 0;
    /* Within an array or object JSON may have put a comma in front; the object begins behind it. */
    size_t at = before + (encoder->encoding == ENCODING_JSON && out->data[before] == ',');
    int status = 0;
    for (size_t i = 0; i < n_members && status == 0; i++)
        status = append_member(out, out->size - at, encoder->encoding, &members[i], error);
    return status;
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
