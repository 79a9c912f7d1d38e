/* By what an index file is known, which layout it has, and what fits into it. */
#ifndef CRATEDEX_INDEX_FORMAT_H
#define CRATEDEX_INDEX_FORMAT_H

/* Written to the SQLite header: "CDX1" and the version of the layout. */
#define INDEX_APPLICATION_ID 0x43445831
#define INDEX_FORMAT_VERSION 6

/* SQLite's pages in it. */
#define INDEX_PAGE_BYTES 4096

/* No crate has a longer name: the builder refuses it. */
#define INDEX_MAX_NAME_BYTES 255
/* Nor has a version a longer number. */
#define INDEX_MAX_VERSION_BYTES 255

#endif
