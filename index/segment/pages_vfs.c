/* A VFS (https://www.sqlite.org/vfs.html) whose only file is the mapping of an index: what SQLite
   asks for is checked and lent (xFetch) or copied (xRead). A page that is damaged is
   SQLITE_IOERR_DATA, as with SQLite's own checksum VFS, and which one it was is told by
   DATABASE_FCNTL_EXPLAIN, so that it reaches the error of whoever ran the statement (database.c).

   The file never changes, and says so (SQLITE_IOCAP_IMMUTABLE): SQLite then neither locks it nor
   looks for a journal. What SQLite spills while it sorts are files of the default VFS, as are the
   clock and all else. */
#include "index/segment/pages_vfs.h"

#include "index/base/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct pages_file {
    sqlite3_file base;
    struct index_pages *pages;
    uint32_t damaged; /* the page that was found damaged last */
};

static struct pages_file *file_of(sqlite3_file *file)
{
    return (struct pages_file *)(void *)file;
}

static sqlite3_int64 size_of(const struct pages_file *file)
{
    return (sqlite3_int64)file->pages->n_pages * INDEX_PAGE_BYTES;
}

/* Checks the pages that hold the bytes, which lie within the file. */
static int check(struct pages_file *file, sqlite3_int64 at, int n)
{
    if (n <= 0)
        return SQLITE_OK;
    uint32_t last = (uint32_t)((at + n - 1) / INDEX_PAGE_BYTES) + 1;
    for (uint32_t number = (uint32_t)(at / INDEX_PAGE_BYTES) + 1; number <= last; number++) {
        if (!index_pages_check(file->pages, number)) {
            file->damaged = number;
            return SQLITE_IOERR_DATA;
        }
    }
    return SQLITE_OK;
}

static int close_file(sqlite3_file *base)
{
    (void)base;
    return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *bytes, int n, sqlite3_int64 at)
{
    struct pages_file *file = file_of(base);
    sqlite3_int64 left = at < size_of(file) ? size_of(file) - at : 0;
    int n_there = left < n ? (int)left : n;
    int result = check(file, at, n_there);
    if (result != SQLITE_OK)
        return result;
    memcpy(bytes, file->pages->bytes + at, (size_t)n_there);
    if (n_there == n)
        return SQLITE_OK;
    memset((char *)bytes + n_there, 0, (size_t)(n - n_there));
    return SQLITE_IOERR_SHORT_READ;
}

static int fetch(sqlite3_file *base, sqlite3_int64 at, int n, void **bytes)
{
    struct pages_file *file = file_of(base);
    *bytes = NULL;
    if (at + n > size_of(file))
        return SQLITE_OK;
    /* SQLite asks for a writable pointer but does not write to a file that is read-only. */
    union {
        const unsigned char *readable;
        void *writable;
    } address = {.readable = file->pages->bytes + at};
    int result = check(file, at, n);
    if (result == SQLITE_OK)
        *bytes = address.writable;
    return result;
}

static int unfetch(sqlite3_file *base, sqlite3_int64 at, void *bytes)
{
    (void)base;
    (void)at;
    (void)bytes;
    return SQLITE_OK;
}

static int write_file(sqlite3_file *base, const void *bytes, int n, sqlite3_int64 at)
{
    (void)base;
    (void)bytes;
    (void)n;
    (void)at;
    return SQLITE_READONLY;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size)
{
    (void)base;
    (void)size;
    return SQLITE_READONLY;
}

static int size_file(sqlite3_file *base, sqlite3_int64 *size)
{
    *size = size_of(file_of(base));
    return SQLITE_OK;
}

/* Of a file that nobody writes: sync, lock, unlock. */
static int do_nothing(sqlite3_file *base, int flags)
{
    (void)base;
    (void)flags;
    return SQLITE_OK;
}

static int check_reserved(sqlite3_file *base, int *is_reserved)
{
    (void)base;
    *is_reserved = 0;
    return SQLITE_OK;
}

static int control_file(sqlite3_file *base, int operation, void *argument)
{
    const struct pages_file *file = file_of(base);
    if (operation != DATABASE_FCNTL_EXPLAIN || file->damaged == 0)
        return SQLITE_NOTFOUND;
    index_pages_complain(file->pages, file->damaged, argument);
    return SQLITE_OK;
}

static int sector_size(sqlite3_file *base)
{
    (void)base;
    return INDEX_PAGE_BYTES;
}

static int device_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 3,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = do_nothing,
    .xFileSize = size_file,
    .xLock = do_nothing,
    .xUnlock = do_nothing,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xFetch = fetch,
    .xUnfetch = unfetch,
};

static sqlite3_vfs *default_vfs(void)
{
    return sqlite3_vfs_find(NULL);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                     int *flags_out)
{
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return default_vfs()->xOpen(default_vfs(), name, base, flags, flags_out);
    *file_of(base) = (struct pages_file){.base = {&file_methods}, .pages = vfs->pAppData};
    if (flags_out != NULL)
        *flags_out = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int in_sync)
{
    (void)vfs;
    return default_vfs()->xDelete(default_vfs(), name, in_sync);
}

static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs;
    return default_vfs()->xAccess(default_vfs(), name, flags, result);
}

/* The name of the file means nothing: there is one. */
static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *full)
{
    (void)vfs;
    snprintf(full, (size_t)size, "%s", name);
    return SQLITE_OK;
}

static int make_random(sqlite3_vfs *vfs, int n, char *bytes)
{
    (void)vfs;
    return default_vfs()->xRandomness(default_vfs(), n, bytes);
}

static int sleep_for(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return default_vfs()->xSleep(default_vfs(), microseconds);
}

static int last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs;
    return default_vfs()->xGetLastError(default_vfs(), size, text);
}

static int current_time(sqlite3_vfs *vfs, double *days)
{
    (void)vfs;
    return default_vfs()->xCurrentTime(default_vfs(), days);
}

static int register_pages(struct index_pages *pages, struct error *error)
{
    int result = sqlite3_initialize();
    if (result != SQLITE_OK)
        return database_code_error(result, "SQLite", sqlite3_errstr(result), error);
    int default_bytes = default_vfs()->szOsFile;
    int own_bytes = (int)sizeof(struct pages_file);
    snprintf(pages->vfs_name, sizeof pages->vfs_name, "cratedex-%" PRIxPTR, (uintptr_t)pages);
    pages->vfs = (sqlite3_vfs){
        .iVersion = 1,
        .szOsFile = default_bytes > own_bytes ? default_bytes : own_bytes,
        .mxPathname = default_vfs()->mxPathname,
        .zName = pages->vfs_name,
        .pAppData = pages,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_name,
        .xRandomness = make_random,
        .xSleep = sleep_for,
        .xCurrentTime = current_time,
        .xGetLastError = last_error,
    };
    return sqlite3_vfs_register(&pages->vfs, 0) == SQLITE_OK ? 0 : error_out_of_memory(error);
}

struct index_pages *pages_vfs_open(const char *path, struct error *error)
{
    struct index_pages *pages = index_pages_open(path, error);
    if (pages == NULL || register_pages(pages, error) == 0)
        return pages;
    index_pages_close(pages);
    return NULL;
}
