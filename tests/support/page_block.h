/* Blocks of our own pages, for tests that run what the pages say. Both fail the test where they
   cannot do their work. */
#ifndef CRATEDEX_TESTS_SUPPORT_PAGE_BLOCK_H
#define CRATEDEX_TESTS_SUPPORT_PAGE_BLOCK_H

/* The text of the page's one block of that language, "vcl"; the caller frees. */
char *page_block(const char *page, const char *language);

/* Replaces `old`, which must stand in `text` once: gives the new text, which the caller frees, and
   frees `text`. */
char *page_block_replace(char *text, const char *old, const char *replacement);

#endif
