/* From a database dump to an index file. */
#ifndef CRATEDEX_INDEX_BUILDER_H
#define CRATEDEX_INDEX_BUILDER_H

#include <cratedex/error.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a build is doing, for a progress display. */
struct build_progress {
    const char *phase; /* e.g. "reading versions" */
    uint64_t done;     /* of `total`, in `unit`s */
    uint64_t total;    /* 0 where unknown */
    const char *unit;  /* "bytes", "crates", … */
    double share;      /* of the whole build's time that is over, estimated; 0 to 1, never falls */
};

struct build_options {
    const char *dump_path;   /* .tar.gz, .zip or folder */
    const char *out_path;    /* replaced atomically; untouched on any error */
    uint64_t max_dump_bytes; /* refuse dumps that unpack to more; 0: the default, 64 GiB */
    /* Downloads that servers counted: files, or folders of them, as cratedex/download_counts.h has
       them. Those of days that the dump has no downloads of are added to it. */
    const char *const *download_paths;
    size_t n_download_paths;
    /* A table of words that mean the same, a line each, separated by spaces, with comments from `#`
       on; NULL: the one that ships. */
    const char *synonyms_path;
    /* Replace an index by one of a dump that lost more than a tenth, and 100 rows at least, of one
       of its tables: mostly such a dump was cut off. */
    bool allow_shrink;
    /* A private key to sign the index with (index_signature.h): OUT.sig is then written before OUT
       is replaced. NULL: it is not signed. */
    const char *sign_key_path;
    /* Keep READMEs for crate pages (cratedex/readme.h): those of the dump, and of `readmes_path`,
       where it is not NULL, the ones of default versions, which take their place. */
    bool keep_readmes;
    const char *readmes_path;
    /* Called now and then (about every 10,000 rows and at every change of phase); may be NULL. */
    void (*on_progress)(void *context, const struct build_progress *progress);
    void *context;
    const volatile sig_atomic_t *interrupted; /* non-zero ends the build; may be NULL */
};

#define BUILD_MAX_PHASES 32
#define BUILD_MAX_WARNINGS 32
#define BUILD_MAX_TABLES 24

/* A kind of row that was skipped or mended. */
struct build_warning {
    char reason[96];   /* "version of an unknown crate, skipped" */
    char example[256]; /* the first of them: file, row, value */
    uint64_t n_rows;
};

struct build_report {
    struct {
        char name[32];
        uint64_t n_rows;
    } tables[BUILD_MAX_TABLES];
    unsigned n_tables;
    struct build_warning warnings[BUILD_MAX_WARNINGS];
    unsigned n_warnings;
    struct {
        char name[32];
        double seconds;
    } phases[BUILD_MAX_PHASES];
    unsigned n_phases;
    double seconds;             /* all phases */
    uint64_t peak_memory_bytes; /* of the process, by getrusage */
    uint64_t file_bytes;
    /* Of build_options.download_paths. */
    struct {
        bool were_given;
        uint64_t n_added;   /* downloads */
        unsigned n_files;   /* that they came from */
        unsigned n_skipped; /* files; the warnings say why */
    } downloads;
};

/* Reads the dump and writes the index: to a temporary name in the folder of `out_path`, fsynced and
   renamed at the end. On any error or interrupt `out_path` is as it was, nothing is left behind, -1
   is returned and `error` says what is wrong with which file, row and column. The same dump gives
   the same bytes. */
int index_build(const struct build_options *options, struct build_report *report,
                struct error *error);

#ifdef __cplusplus
}
#endif

#endif
