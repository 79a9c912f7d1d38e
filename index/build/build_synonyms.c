/* The index has all of the table, for words that no crate has yet may be in another segment. */
#include "index/build/build_synonyms.h"

#include "index/build/build_part.h"

int build_read_synonyms(struct build *build, struct error *error)
{
    struct tokenizer *tokenizer = tokenizer_open(build->database, error);
    if (tokenizer == NULL)
        return -1;
    int result =
        synonym_table_read(&build->synonyms, build->options->synonyms_path, tokenizer, error);
    tokenizer_close(tokenizer);
    return result;
}

int build_write_synonyms(struct build *build, struct error *error)
{
    msgpack_sbuffer block;
    msgpack_sbuffer_init(&block);
    int result = synonyms_build(&build->synonyms, &block, error);
    if (result == 0)
        result = build_write_part(build, INDEX_PART_SYNONYMS, &block, error);
    msgpack_sbuffer_destroy(&block);
    return result;
}
