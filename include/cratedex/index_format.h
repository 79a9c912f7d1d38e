/* By what an index file is known, and which layout it has. */
#ifndef CRATEDEX_INDEX_FORMAT_H
#define CRATEDEX_INDEX_FORMAT_H

/* Written to the SQLite header: "CDX1" and the version of the layout. */
#define INDEX_APPLICATION_ID 0x43445831
#define INDEX_FORMAT_VERSION 3

#endif
