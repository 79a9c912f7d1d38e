/* Texts are written again by the code that wrote them (sparse_text.c), and compared with what a
   reader gives. Not as they are compressed: another release of zstd may do that in another way. */
#include "index/verify/verify_sparse_index.h"

#include "index/base/database.h"
#include "index/sparse/sparse_text.h"

#include <cratedex/index_reader.h>
#include <cratedex/sparse_index.h>
#include <cratedex/timestamp.h>
#include <inttypes.h>
#include <string.h>

struct sparse_check {
    const struct index *index;
    struct index_reader *reader;
    struct sparse_text made;
    msgpack_sbuffer kept;
    int64_t dump_time;
};

static int check_crate(struct sparse_check *check, uint32_t rank, struct error *error)
{
    struct index_crate crate;
    int64_t last_modified = 0;
    int64_t updated_at;
    index_crate(check->index, rank, &crate);
    check->kept.size = 0;
    if (sparse_index_read(check->reader, rank, &check->kept, &last_modified, error) < 0)
        return error_prefix(error, "crate %.*s: ", (int)crate.name_length, crate.name);
    if (sparse_text_write(&check->made, rank, &updated_at, error) != 0)
        return -1;
    const msgpack_sbuffer *made = &check->made.lines;
    if (updated_at > check->dump_time)
        updated_at = check->dump_time;
    if (made->size == check->kept.size &&
        (made->size == 0 || (memcmp(made->data, check->kept.data, made->size) == 0 &&
                             last_modified == updated_at / 1000000)))
        return 0;
    return error_set(error, "the sparse-index text of %.*s does not fit its versions",
                     (int)crate.name_length, crate.name);
}

static void pass_over(void *context, int64_t version_id)
{
    (void)context;
    (void)version_id;
}

static int check_crates(struct sparse_check *check, const struct build *build, sqlite3 *database,
                        struct error *error)
{
    timestamp_parse(build->timestamp, strlen(build->timestamp), &check->dump_time);
    check->reader = index_reader_open(check->index, error);
    int result = sparse_text_open(&check->made, database, build->columns, build->n_crates,
                                  pass_over, NULL, error);
    if (check->reader == NULL)
        result = -1;
    for (uint32_t rank = 1; rank <= build->n_crates && result == 0; rank++)
        result = check_crate(check, rank, error);
    return result;
}

int verify_sparse_index(const struct index *index, const struct build *build, sqlite3 *database,
                        struct error *error)
{
    int64_t n_strangers = 0;
    struct sparse_check check = {.index = index};
    if (database_integer(database,
                         "SELECT count(*) FROM sparse_index WHERE rank NOT IN"
                         " (SELECT rank FROM crates)",
                         &n_strangers, error) != 0)
        return -1;
    if (n_strangers > 0)
        return error_set(error, "%" PRId64 " sparse-index texts belong to no crate", n_strangers);
    msgpack_sbuffer_init(&check.kept);
    int result = check_crates(&check, build, database, error);
    msgpack_sbuffer_destroy(&check.kept);
    sparse_text_close(&check.made);
    index_reader_close(check.reader);
    return result;
}
