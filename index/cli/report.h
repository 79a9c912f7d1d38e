/* What a build says when it is done. */
#ifndef CRATEDEX_INDEX_CLI_REPORT_H
#define CRATEDEX_INDEX_CLI_REPORT_H

#include <cratedex/error.h>
#include <cratedex/index_builder.h>
#include <stdint.h>
#include <stdio.h>

/* Prints rows by table, how many counted downloads were added, warnings, seconds by phase and the
   sizes of the parts of the index at `path`. Returns 0; -1 where the index cannot be read or memory
   runs out. */
int report_print(FILE *out, const char *path, const struct build_report *report,
                 struct error *error);

/* Prints what index_info tells of `path`: its facts, then its parts by size. */
int report_print_info(FILE *out, const char *path, struct error *error);

/* The same as one JSON object with the parts' bytes in the member "parts". */
int report_print_info_json(FILE *out, const char *path, struct error *error);

#endif
