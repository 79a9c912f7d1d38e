/* What a build has in memory, from nothing to the end. */
#include "index/build/build_state.h"

#include "index/build/written_words.h"
#include "index/text/synonym_table.h"

#include <stdlib.h>
#include <string.h>

int build_state_init(struct build *build, const struct build_options *options,
                     struct build_report *report, struct error *error)
{
    memset(report, 0, sizeof *report);
    *build = (struct build){.options = options, .report = report};
    msgpack_sbuffer_init(&build->names);
    msgpack_sbuffer_init(&build->version_numbers);
    msgpack_sbuffer_init(&build->memberships_block);
    msgpack_sbuffer_init(&build->values_block);
    msgpack_sbuffer_init(&build->synonyms.texts);
    build->written = written_words_create();
    return build->written != NULL ? 0 : error_out_of_memory(error);
}

void build_state_destroy(struct build *build)
{
    msgpack_sbuffer_destroy(&build->version_numbers);
    msgpack_sbuffer_destroy(&build->memberships_block);
    msgpack_sbuffer_destroy(&build->values_block);
    msgpack_sbuffer_destroy(&build->names);
    written_words_destroy(build->written);
    synonym_table_free(&build->synonyms);
    free(build->license_numbers);
    free(build->columns);
    free(build->crates);
}
