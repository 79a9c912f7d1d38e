/* The words under which a crate is found: four texts, a field each, which FTS5 indexes by their
   stems, and whose words are collected as they are written. Both get the same texts, and cut them
   by the same tokenizer, so that the stem of every written word is a term of FTS5's index.

   A text gets its words with symbols (symbol_words.h) behind it. So do the keywords for the slugs
   of the crate's categories, which are no words else: `no-std` is one. */
#include "index/build/build_crate_words.h"

#include "index/base/database.h"
#include "index/build/written_words.h"
#include "index/text/name_words.h"
#include "index/text/symbol_words.h"
#include "index/text/text_words.h"

#include <stdlib.h>
#include <string.h>

enum statement { SELECT_KEYWORDS, SELECT_SLUGS, INSERT_WORDS, N_STATEMENTS };

static const char *const statement_texts[N_STATEMENTS] = {
    [SELECT_KEYWORDS] = ("SELECT group_concat(keyword, ' ') FROM (SELECT keyword FROM"
                         " staged_keywords JOIN keywords ON id = keyword_id WHERE crate_id = ?1"
                         " ORDER BY keyword_id)"),
    [SELECT_SLUGS] = ("SELECT group_concat(slug, ' ') FROM (SELECT slug FROM staged_categories"
                      " JOIN categories ON id = category_id WHERE crate_id = ?1"
                      " ORDER BY category_id)"),
    [INSERT_WORDS] = ("INSERT INTO crates_fts(rowid, name, keywords, description, readme)"
                      " VALUES(?1, ?2, ?3, ?4, ?5)"),
};

/* The columns of crates_fts, in their order. */
static const enum posting_field fields[] = {POSTING_NAME, POSTING_KEYWORDS, POSTING_DESCRIPTION,
                                            POSTING_README};
#define N_FIELDS (sizeof fields / sizeof *fields)

struct crate_words {
    const struct build *build;
    sqlite3_stmt *statements[N_STATEMENTS];
    struct tokenizer *tokenizer;
    struct written_words *written; /* borrowed */
    msgpack_sbuffer texts[N_FIELDS];
};

struct crate_words *crate_words_open(struct build *build, struct error *error)
{
    struct crate_words *words = calloc(1, sizeof *words);
    if (words == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    for (size_t i = 0; i < N_FIELDS; i++)
        msgpack_sbuffer_init(&words->texts[i]);
    words->build = build;
    words->written = build->written;
    words->tokenizer = tokenizer_open(build->database, error);
    bool ok = words->tokenizer != NULL;
    for (int i = 0; i < N_STATEMENTS && ok; i++) {
        words->statements[i] = database_prepare(build->database, statement_texts[i], error);
        ok = words->statements[i] != NULL;
    }
    if (ok)
        return words;
    crate_words_close(words);
    return NULL;
}

void crate_words_close(struct crate_words *words)
{
    if (words == NULL)
        return;
    for (int i = 0; i < N_STATEMENTS; i++)
        sqlite3_finalize(words->statements[i]);
    for (size_t i = 0; i < N_FIELDS; i++)
        msgpack_sbuffer_destroy(&words->texts[i]);
    tokenizer_close(words->tokenizer);
    free(words);
}

/* Appends a text, which may be NULL, and its words with symbols. */
static int add_text(msgpack_sbuffer *out, const char *text, size_t length)
{
    if (text == NULL || length == 0)
        return 0;
    return msgpack_sbuffer_write(out, text, length) == 0 ? symbol_words_append(text, length, out)
                                                         : -1;
}

/* The names of a crate's keywords or the slugs of its categories. Reset the statement when done. */
static int select_joined(sqlite3_stmt *select, int64_t crate_id, struct crate_text *joined,
                         struct error *error)
{
    sqlite3_bind_int64(select, 1, crate_id);
    if (database_step(select, error) < 0)
        return -1;
    joined->bytes = (const char *)sqlite3_column_text(select, 0);
    joined->length = (size_t)sqlite3_column_bytes(select, 0);
    return 0;
}

static int fill_texts(struct crate_words *words, int64_t crate_id, struct crate_text name,
                      struct crate_text description, struct crate_text readme, struct error *error)
{
    struct crate_text keywords;
    struct crate_text slugs;
    for (size_t i = 0; i < N_FIELDS; i++)
        words->texts[i].size = 0;
    if (select_joined(words->statements[SELECT_KEYWORDS], crate_id, &keywords, error) != 0 ||
        select_joined(words->statements[SELECT_SLUGS], crate_id, &slugs, error) != 0)
        return -1;
    bool ok = name_words_text(name.bytes, name.length, &words->texts[0]) == 0 &&
              symbol_words_append(name.bytes, name.length, &words->texts[0]) == 0 &&
              add_text(&words->texts[1], keywords.bytes, keywords.length) == 0 &&
              (slugs.bytes == NULL ||
               symbol_words_append(slugs.bytes, slugs.length, &words->texts[1]) == 0) &&
              add_text(&words->texts[2], description.bytes, description.length) == 0 &&
              add_text(&words->texts[3], readme.bytes, readme.length) == 0;
    sqlite3_reset(words->statements[SELECT_KEYWORDS]);
    sqlite3_reset(words->statements[SELECT_SLUGS]);
    return ok ? 0 : error_out_of_memory(error);
}

/* Where the words of a text go. */
struct collecting {
    struct written_words *written;
    uint32_t rank;
    enum posting_field field;
    struct error *error;
};

static int collect(void *context, const char *word, size_t length, size_t start, size_t end)
{
    (void)start;
    (void)end;
    const struct collecting *collecting = context;
    if (length > WRITTEN_MAX_BYTES)
        return 0;
    return written_words_add(collecting->written, collecting->rank, collecting->field, word, length,
                             collecting->error);
}

int crate_words_write(struct crate_words *words, uint32_t rank, int64_t crate_id,
                      struct crate_text name, struct crate_text description,
                      struct crate_text readme, struct error *error)
{
    sqlite3_stmt *insert = words->statements[INSERT_WORDS];
    if (fill_texts(words, crate_id, name, description, readme, error) != 0)
        return -1;
    sqlite3_bind_int64(insert, 1, rank);
    for (size_t i = 0; i < N_FIELDS; i++) {
        const msgpack_sbuffer *text = &words->texts[i];
        struct collecting collecting = {words->written, rank, fields[i], error};
        if (text->size == 0) {
            sqlite3_bind_null(insert, (int)i + 2);
            continue;
        }
        sqlite3_bind_text(insert, (int)i + 2, text->data, (int)text->size, SQLITE_STATIC);
        if (text_words_each(words->tokenizer, text->data, text->size, collect, &collecting) != 0)
            return -1;
    }
    const struct build_check *check = words->build->check;
    return check != NULL ? check->add_readme(words->build, rank, error)
                         : database_run(insert, error);
}
