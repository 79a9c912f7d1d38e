/* OpenSSL reads the keys and does the arithmetic. What it says of a file that is no key ("no start
   line") helps nobody, so the file is looked at first: the label of a PEM file (RFC 7468) tells
   what is in it. A pass phrase is never asked for: who builds is mostly a timer. */
#include <cratedex/signature_key.h>

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key has some 120. */
#define MAX_FILE_BYTES 65536

#define MAKE_PRIVATE "make one with `openssl genpkey -algorithm ed25519 -out KEY`"
#define MAKE_PUBLIC "make one with `openssl pkey -in KEY -pubout -out PUB`"

struct signature_key {
    EVP_PKEY *key;
    char *path;
};

static bool has_label(const char *text, const char *label)
{
    char line[64];
    snprintf(line, sizeof line, "-----BEGIN %s-----", label);
    return strstr(text, line) != NULL;
}

/* Reads the file into `text`, with a NUL behind it. */
static int read_text(const char *path, char text[MAX_FILE_BYTES], struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(error, "cannot read the key %s: %s", path, strerror(errno));
    size_t size = fread(text, 1, MAX_FILE_BYTES - 1, file);
    int failure = ferror(file) ? errno : 0;
    fclose(file);
    text[size] = '\0';
    return failure == 0 ? 0
                        : error_set(error, "cannot read the key %s: %s", path, strerror(failure));
}

/* Says what the file is, where it is not what was asked for. */
static int check_labels(const char *path, const char *text, bool is_private, struct error *error)
{
    if (has_label(text, "ENCRYPTED PRIVATE KEY") || strstr(text, "Proc-Type: 4,ENCRYPTED") != NULL)
        return error_set(error,
                         "the key %s is encrypted, and nobody is asked for a pass phrase: write "
                         "it without, with `openssl pkey -in %s -out KEY`, to a file that nobody "
                         "else can read",
                         path, path);
    if (is_private && has_label(text, "PUBLIC KEY"))
        return error_set(error, "%s is a public key, which only verifies: sign with the private",
                         path);
    if (!is_private && strstr(text, "PRIVATE KEY-----") != NULL)
        return error_set(error,
                         "%s is a private key, which belongs where indexes are built: verify with "
                         "its public key; " MAKE_PUBLIC,
                         path);
    return 0;
}

/* OpenSSL would ask a terminal. */
static int give_no_pass_phrase(char *buffer, int size, int is_for_writing, void *context)
{
    (void)is_for_writing;
    (void)context;
    if (size > 0)
        buffer[0] = '\0';
    return -1;
}

static EVP_PKEY *parse(const char *text, bool is_private)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    if (bio == NULL)
        return NULL;
    EVP_PKEY *key = is_private ? PEM_read_bio_PrivateKey(bio, NULL, give_no_pass_phrase, NULL)
                               : PEM_read_bio_PUBKEY(bio, NULL, give_no_pass_phrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

static struct signature_key *read_key(const char *path, bool is_private, struct error *error)
{
    char text[MAX_FILE_BYTES];
    const char *how = is_private ? MAKE_PRIVATE : MAKE_PUBLIC;
    if (read_text(path, text, error) != 0 || check_labels(path, text, is_private, error) != 0)
        return NULL;
    struct signature_key *key = calloc(1, sizeof *key);
    if (key != NULL)
        key->path = strdup(path);
    if (key == NULL || key->path == NULL) {
        error_out_of_memory(error);
    } else if ((key->key = parse(text, is_private)) == NULL) {
        error_set(error, "%s is not a %s key in PEM, or is damaged: %s", path,
                  is_private ? "private" : "public", how);
    } else if (!EVP_PKEY_is_a(key->key, "ED25519")) {
        error_set(error, "the key %s is of the kind %s, not Ed25519: %s", path,
                  EVP_PKEY_get0_type_name(key->key), how);
    } else {
        OPENSSL_cleanse(text, sizeof text);
        return key;
    }
    OPENSSL_cleanse(text, sizeof text);
    signature_key_free(key);
    return NULL;
}

struct signature_key *signature_key_read_private(const char *path, struct error *error)
{
    return read_key(path, true, error);
}

struct signature_key *signature_key_read_public(const char *path, struct error *error)
{
    return read_key(path, false, error);
}

void signature_key_free(struct signature_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    free(key->path);
    free(key);
}

const char *signature_key_path(const struct signature_key *key)
{
    return key->path;
}

int signature_key_sign(const struct signature_key *key, const void *bytes, size_t size,
                       unsigned char signature[SIGNATURE_BYTES], struct error *error)
{
    size_t length = SIGNATURE_BYTES;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_signed =
        context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->key) == 1 &&
        EVP_DigestSign(context, signature, &length, bytes, size) == 1 && length == SIGNATURE_BYTES;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_signed ? 0 : error_set(error, "OpenSSL cannot sign with the key %s", key->path);
}

bool signature_key_verifies(const struct signature_key *key, const void *bytes, size_t size,
                            const unsigned char signature[SIGNATURE_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_good = context != NULL &&
                   EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->key) == 1 &&
                   EVP_DigestVerify(context, signature, SIGNATURE_BYTES, bytes, size) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_good;
}
