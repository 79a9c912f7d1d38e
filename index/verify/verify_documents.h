/* Checks the encoded documents and pages of an index. */
#ifndef CRATEDEX_INDEX_VERIFY_DOCUMENTS_H
#define CRATEDEX_INDEX_VERIFY_DOCUMENTS_H

#include <cratedex/error.h>
#include <cratedex/index_file.h>
#include <sqlite3.h>

/* Every crate has a document, it decodes in both encodings, both say the same, and the name in it
   is the crate's; every page decodes and says the same in both. Returns 0, or -1 and the first
   fault. */
int verify_documents(const struct index *index, sqlite3 *database, struct error *error);

#endif
