/* A file is hashed by its descriptor, whose stamp is taken before and compared after, and again
   with that of the index which is opened then: what was verified is what is served. Only its header
   is read before: what has no end, or is no index, is not hashed.

   Only the digest is signed, so that `openssl pkeyutl -verify -rawin` can check it as well. */
#define _GNU_SOURCE /* asprintf */
#include "index/segment/index_signature.h"

#include "index/base/file_stamp.h"
#include "index/base/transfer.h"
#include "index/segment/index_header.h"
#include "index/segment/index_pages.h"
#include "index/segment/open_index.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGEST_BYTES 32
#define PIECE_BYTES ((size_t)1 << 20)
#define KIND "ed25519 "
#define MAX_LINES 16

struct signed_digest {
    unsigned char digest[DIGEST_BYTES];
    unsigned char signature[SIGNATURE_BYTES];
};

struct hashing {
    int descriptor;
    int64_t size;               /* no more bytes than these are read */
    const atomic_bool *is_over; /* NULL: it is never given up */
};

/* Feeds the file to the digest. Returns 0 or -1. */
static int hash_pieces(const struct hashing *hashing, EVP_MD_CTX *context, unsigned char *piece,
                       struct error *error)
{
    for (int64_t at = 0; at < hashing->size;) {
        if (hashing->is_over != NULL && atomic_load(hashing->is_over))
            return error_set(error, "verifying it was given up");
        int64_t left = hashing->size - at;
        size_t wanted = left < (int64_t)PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        ssize_t n = transfer_read(hashing->descriptor, piece, wanted, at);
        if (n < 0)
            return error_set(error, "cannot read it: %s", strerror(errno));
        if (n == 0)
            return 0;
        if (EVP_DigestUpdate(context, piece, (size_t)n) != 1)
            return error_set(error, "OpenSSL cannot compute SHA-256");
        at += n;
    }
    return 0;
}

static int hash_file(const struct hashing *hashing, unsigned char digest[DIGEST_BYTES],
                     struct error *error)
{
    int result = -1;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *piece = malloc(PIECE_BYTES);
    (void)posix_fadvise(hashing->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (context == NULL || piece == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        error_out_of_memory(error);
    else if (hash_pieces(hashing, context, piece, error) == 0)
        result = EVP_DigestFinal_ex(context, digest, NULL) == 1
                     ? 0
                     : error_set(error, "OpenSSL cannot compute SHA-256");
    free(piece);
    EVP_MD_CTX_free(context);
    return result;
}

static void write_hex(char *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
}

int index_signature_make(int descriptor, const struct signature_key *private_key,
                         char line[INDEX_SIGNATURE_LINE_SIZE], struct error *error)
{
    struct signed_digest made;
    const struct hashing hashing = {.descriptor = descriptor, .size = INT64_MAX};
    char digest[2 * DIGEST_BYTES + 1];
    char signature[2 * SIGNATURE_BYTES + 1];
    if (hash_file(&hashing, made.digest, error) != 0 ||
        signature_key_sign(private_key, made.digest, DIGEST_BYTES, made.signature, error) != 0)
        return -1;
    write_hex(digest, made.digest, DIGEST_BYTES);
    write_hex(signature, made.signature, SIGNATURE_BYTES);
    snprintf(line, INDEX_SIGNATURE_LINE_SIZE, KIND "%s %s\n", digest, signature);
    return 0;
}

/* Reads bytes in hexadecimal, behind which `end` must stand. */
static bool read_hex(const char *text, unsigned char *bytes, size_t size, char end)
{
    for (size_t i = 0; i < 2 * size; i++) {
        int digit = text[i] == '\0' ? -1 : OPENSSL_hexchar2int((unsigned char)text[i]);
        if (digit < 0)
            return false;
        if (i % 2 == 0)
            bytes[i / 2] = (unsigned char)(digit << 4);
        else
            bytes[i / 2] |= (unsigned char)digit;
    }
    return text[2 * size] == end;
}

static bool parse_line(const char *line, struct signed_digest *found)
{
    const size_t kind = sizeof KIND - 1;
    return strncmp(line, KIND, kind) == 0 &&
           read_hex(line + kind, found->digest, DIGEST_BYTES, ' ') &&
           read_hex(line + kind + 2 * DIGEST_BYTES + 1, found->signature, SIGNATURE_BYTES, '\n');
}

/* Looks for a signature of the digest among the lines. */
static int find_signature(const char *path, FILE *lines, const unsigned char digest[DIGEST_BYTES],
                          const struct signature_key *key, struct error *error)
{
    char line[INDEX_SIGNATURE_LINE_SIZE];
    struct signed_digest found;
    unsigned n_lines = 0;
    bool is_of_file = false;
    for (; n_lines < MAX_LINES && fgets(line, sizeof line, lines) != NULL; n_lines++) {
        if (!parse_line(line, &found))
            return error_set(error,
                             "%s" INDEX_SIGNATURE_SUFFIX " is damaged: line %u is not a signature; "
                             "fetch it again, or build the index again with --sign",
                             path, n_lines + 1);
        if (memcmp(found.digest, digest, DIGEST_BYTES) != 0)
            continue;
        is_of_file = true;
        if (signature_key_verifies(key, digest, DIGEST_BYTES, found.signature))
            return 0;
    }
    if (is_of_file)
        return error_set(error,
                         "%s" INDEX_SIGNATURE_SUFFIX " is not signed with the key that belongs to "
                         "%s, or is damaged: do not trust %s unless you know why",
                         path, signature_key_path(key), path);
    if (ferror(lines))
        return error_set(error, "cannot read the signature %s" INDEX_SIGNATURE_SUFFIX ": %s", path,
                         strerror(errno));
    return error_set(error,
                     n_lines == 0 ? "%s" INDEX_SIGNATURE_SUFFIX " is empty: fetch it again, or "
                                    "build the index again with --sign"
                                  : "%s" INDEX_SIGNATURE_SUFFIX " is the signature of another "
                                    "file: the index was changed or exchanged after it was signed, "
                                    "or one of the two was not fetched",
                     path);
}

static int verify_digest(const char *path, const unsigned char digest[DIGEST_BYTES],
                         const struct signature_key *key, struct error *error)
{
    char *name = NULL;
    if (asprintf(&name, "%s" INDEX_SIGNATURE_SUFFIX, path) < 0)
        return error_out_of_memory(error);
    FILE *lines = transfer_open(name);
    int result;
    if (lines == NULL && errno == ENOENT)
        result = error_set(error,
                           "%s has no signature: %s is missing; fetch it too, or build the index "
                           "with --sign KEY",
                           path, name);
    else if (lines == NULL)
        result = error_set(error, "cannot read the signature %s: %s", name, strerror(errno));
    else
        result = find_signature(path, lines, digest, key, error);
    if (lines != NULL)
        fclose(lines);
    free(name);
    return result;
}

/* Verifies the file at the path and tells its stamp. */
static int verify(const char *path, const struct signature_key *key, const atomic_bool *is_over,
                  struct file_stamp *stamp, struct error *error)
{
    unsigned char digest[DIGEST_BYTES];
    struct index_header header;
    int descriptor = index_header_open(path, &header, error);
    if (descriptor < 0)
        return -1;
    *stamp = header.stamp;
    const struct hashing hashing = {descriptor, stamp->size, is_over};
    int result = hash_file(&hashing, digest, error);
    if (result != 0)
        error_prefix(error, "%s: ", path);
    else if (!file_stamp_holds(descriptor, stamp))
        result = error_set(error, "%s was changed while it was verified: try again", path);
    else
        result = verify_digest(path, digest, key, error);
    close(descriptor);
    return result;
}

int index_signature_verify(const char *path, const struct signature_key *public_key,
                           struct error *error)
{
    struct file_stamp stamp;
    return verify(path, public_key, NULL, &stamp, error);
}

struct index *index_open_signed(const char *path, const struct signature_key *public_key,
                                struct error *error)
{
    return index_open_signed_unless(path, public_key, NULL, error);
}

struct index *index_open_signed_unless(const char *path, const struct signature_key *public_key,
                                       const atomic_bool *is_over, struct error *error)
{
    struct file_stamp stamp;
    if (public_key == NULL)
        return index_open(path, error);
    if (verify(path, public_key, is_over, &stamp, error) != 0)
        return NULL;
    struct index *index = index_open(path, error);
    if (index == NULL || file_stamp_equals(&index->pages->stamp, &stamp))
        return index;
    error_set(error, "%s was changed or replaced while it was verified: try again", path);
    index_close(index);
    return NULL;
}
