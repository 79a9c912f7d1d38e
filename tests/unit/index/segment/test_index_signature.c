/* Signing and verifying as operators do it: with keys of the program openssl, by cratedex-index. An
   index of the small dump is signed once; each test spoils something and looks what is said. */
#include "index/segment/index_signature.h"
#include "tests/support/cli.h"
#include "tests/support/signing_keys.h"
#include "tests/support/small_dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_SECONDS 30
#define LINE_LENGTH (INDEX_SIGNATURE_LINE_SIZE - 1)
#define DIGEST_AT 8
#define SIGNATURE_AT (DIGEST_AT + 64 + 1)

struct file {
    char *bytes;
    size_t size;
};

struct scene {
    struct signed_paths paths;
    char dump[FOLDER_PATH_SIZE];
    struct file whole_index;
    struct file whole_signature;
};

static int make_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct program_run run;
    assert_non_null(scene);
    signed_paths_make(&scene->paths);
    folder_make(scene->dump);
    small_dump_write(scene->dump, 0);
    cli_run(&run, ARGUMENTS("build", scene->dump, "-o", scene->paths.index, "--sign",
                            scene->paths.key, "-q"));
    if (run.status != 0)
        fail_msg("%s", run.error_out);
    program_run_free(&run);
    scene->whole_index.bytes = file_read(scene->paths.index, &scene->whole_index.size);
    scene->whole_signature.bytes = file_read(scene->paths.signature, &scene->whole_signature.size);
    *state = scene;
    return 0;
}

static int remove_scene(void **state)
{
    struct scene *scene = *state;
    folder_remove(scene->paths.folder);
    folder_remove(scene->dump);
    free(scene->whole_index.bytes);
    free(scene->whole_signature.bytes);
    free(scene);
    return 0;
}

static int restore(void **state)
{
    struct scene *scene = *state;
    file_write(scene->paths.index, scene->whole_index.bytes, scene->whole_index.size);
    file_write(scene->paths.signature, scene->whole_signature.bytes, scene->whole_signature.size);
    return 0;
}

static void expect_verified(const struct scene *scene)
{
    struct program_run run;
    cli_run(&run, ARGUMENTS("verify", scene->paths.index, "--key", scene->paths.public_key));
    if (run.status != 0)
        fail_msg("%s", run.error_out);
    program_run_free(&run);
}

/* One message with this in it. */
static void expect_refused(const struct scene *scene, const char *public_key, const char *part)
{
    struct program_run run;
    cli_run(&run, ARGUMENTS("verify", scene->paths.index, "--key", public_key));
    assert_failed(&run, 1);
    assert_contains(run.error_out, part);
    program_run_free(&run);
}

static void verifies_what_it_signed(void **state)
{
    struct scene *scene = *state;
    expect_verified(scene);
    assert_int_equal(scene->whole_signature.size, LINE_LENGTH);
    assert_int_equal(strncmp(scene->whole_signature.bytes, "ed25519 ", 8), 0);
}

/* Bytes from their hexadecimal text. */
static void write_bytes(const char *path, const char *hexadecimal, size_t size)
{
    unsigned char bytes[64];
    for (size_t i = 0; i < size; i++) {
        char digits[3] = {hexadecimal[2 * i], hexadecimal[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    file_write(path, bytes, size);
}

/* Without us: the digest is that of sha256sum, and openssl finds the signature good. */
static void is_what_openssl_checks(void **state)
{
    struct scene *scene = *state;
    const char *line = scene->whole_signature.bytes;
    char digest[FOLDER_PATH_SIZE];
    char signature[FOLDER_PATH_SIZE];
    struct program_run run;
    const struct program_options sum = {
        .arguments =
            (const char *const[]){OPENSSL, "dgst", "-sha256", "-r", scene->paths.index, NULL}};
    program_run(&sum, &run);
    assert_int_equal(strncmp(run.out, line + DIGEST_AT, 64), 0);
    program_run_free(&run);
    write_bytes(folder_join(digest, scene->paths.folder, "digest"), line + DIGEST_AT, 32);
    write_bytes(folder_join(signature, scene->paths.folder, "signature"), line + SIGNATURE_AT, 64);
    signing_keys_run((const char *const[]){OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey",
                                           scene->paths.public_key, "-rawin", "-in", digest,
                                           "-sigfile", signature, NULL});
}

static void refuses_every_changed_byte(void **state)
{
    struct scene *scene = *state;
    const size_t size = scene->whole_index.size;
    const size_t places[] = {100, size / 2, size - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        scene->whole_index.bytes[places[i]] ^= 1;
        file_write(scene->paths.index, scene->whole_index.bytes, size);
        scene->whole_index.bytes[places[i]] ^= 1;
        expect_refused(scene, scene->paths.public_key,
                       "signed.cdx.sig is the signature of another file");
    }
}

static void make_short(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(truncate(path, status.st_size - 1), 0);
}

/* Mostly a hole: it takes no room, but hours to hash. */
static void make_long(const char *path)
{
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
}

static void make_empty(const char *path)
{
    assert_int_equal(truncate(path, 0), 0);
}

static void make_zeros(const char *path)
{
    make_empty(path);
    make_long(path);
}

static void make_fifo(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
}

static void make_folder(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void make_endless(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(unlink(path), 0);
    assert_true(descriptor >= 0 && strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    assert_int_equal(bind(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    close(descriptor);
}

/* Nor without a key. */
static void hashes_no_more_than_an_index(void **state)
{
    struct scene *scene = *state;
    static const char *const advice = ": build an index with `cratedex-index build DUMP -o FILE`";
    static const struct {
        void (*make)(const char *path);
        const char *part;
        bool is_regular;
    } cases[] = {
        {make_short, " is damaged: it has ", true},
        {make_long, " is damaged: it has 1099511627776 bytes where its header says ", true},
        {make_empty, " is not a Cratedex index", true},
        {make_zeros, " is not a Cratedex index", true},
        {make_endless, " is no regular file", false},
        {make_fifo, " is no regular file", false},
        {make_socket, " is no regular file", false},
        {make_folder, " is a folder, not an index", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct program_run run;
        restore(state);
        cases[i].make(scene->paths.index);
        alarm(PATIENCE_SECONDS);
        expect_refused(scene, scene->paths.public_key, cases[i].part);
        cli_run(&run, ARGUMENTS("info", scene->paths.index));
        alarm(0);
        assert_failed(&run, 1);
        assert_contains(run.error_out, cases[i].part);
        if (!cases[i].is_regular)
            assert_contains(run.error_out, advice);
        program_run_free(&run);
        assert_int_equal(remove(scene->paths.index), 0);
    }
}

/* Before anything is said of its signature. */
static void gives_up_when_it_is_over(void **state)
{
    struct scene *scene = *state;
    struct error error = {.message = ""};
    atomic_bool is_over = false;
    struct signature_key *key = signature_key_read_public(scene->paths.public_key, &error);
    assert_non_null(key);
    struct index *index = index_open_signed_unless(scene->paths.index, key, &is_over, &error);
    assert_non_null(index);
    index_close(index);
    atomic_store(&is_over, true);
    assert_null(index_open_signed_unless(scene->paths.index, key, &is_over, &error));
    assert_contains(error.message, "signed.cdx: verifying it was given up");
    signature_key_free(key);
}

static void refuses_another_key(void **state)
{
    struct scene *scene = *state;
    char path[FOLDER_PATH_SIZE];
    folder_join(path, scene->paths.folder, "other.pub");
    expect_refused(scene, path, "is not signed with the key that belongs to");
    expect_refused(scene, path, path);
}

static void refuses_a_missing_signature(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(unlink(scene->paths.signature), 0);
    expect_refused(scene, scene->paths.public_key, "has no signature: ");
    expect_refused(scene, scene->paths.public_key, "build the index with --sign KEY");
}

static void refuses_a_damaged_signature(void **state)
{
    struct scene *scene = *state;
    char line[2 * LINE_LENGTH + 1];
    static const struct {
        const char *text;
        const char *part;
    } texts[] = {
        {"", "signed.cdx.sig is empty"},
        {"\n", "is damaged: line 1 is not a signature"},
        {"ed25519 0123 4567\n", "is damaged: line 1"},
        {"rsa", "is damaged: line 1"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        file_write(scene->paths.signature, texts[i].text, strlen(texts[i].text));
        expect_refused(scene, scene->paths.public_key, texts[i].part);
    }
    file_write(scene->paths.signature, scene->whole_signature.bytes, LINE_LENGTH - 1);
    expect_refused(scene, scene->paths.public_key, "is damaged: line 1");
    for (size_t at = SIGNATURE_AT; at < LINE_LENGTH - 1; at += 19) {
        memcpy(line, scene->whole_signature.bytes, LINE_LENGTH);
        line[at] = line[at] == '0' ? '1' : '0';
        file_write(scene->paths.signature, line, LINE_LENGTH);
        expect_refused(scene, scene->paths.public_key, "is not signed with the key");
        line[at] = 'x';
        file_write(scene->paths.signature, line, LINE_LENGTH);
        expect_refused(scene, scene->paths.public_key, "is damaged: line 1");
    }
    memcpy(line, scene->whole_signature.bytes, LINE_LENGTH);
    line[DIGEST_AT] = line[DIGEST_AT] == '0' ? '1' : '0';
    file_write(scene->paths.signature, line, LINE_LENGTH);
    expect_refused(scene, scene->paths.public_key, "is the signature of another file");
}

/* A FIFO that nobody writes to, for which opening would wait for ever, and a folder. */
static void waits_for_no_signature(void **state)
{
    struct scene *scene = *state;
    struct program_run run;
    assert_int_equal(unlink(scene->paths.signature), 0);
    assert_int_equal(mkfifo(scene->paths.signature, 0644), 0);
    alarm(PATIENCE_SECONDS);
    expect_refused(scene, scene->paths.public_key, "signed.cdx.sig is empty");
    cli_run(&run, ARGUMENTS("build", scene->dump, "-o", scene->paths.index, "--sign",
                            scene->paths.key, "-q"));
    alarm(0);
    assert_failed(&run, 1);
    assert_contains(run.error_out, "signed.cdx.sig is not a regular file");
    program_run_free(&run);
    assert_int_equal(unlink(scene->paths.signature), 0);
    assert_int_equal(mkdir(scene->paths.signature, 0755), 0);
    expect_refused(scene, scene->paths.public_key, "cannot read the signature ");
    assert_int_equal(rmdir(scene->paths.signature), 0);
}

/* What lies there between the steps of a build: the signature of the one and of the other. */
static void accepts_either_of_two(void **state)
{
    struct scene *scene = *state;
    char lines[2 * LINE_LENGTH];
    for (size_t own = 0; own < 2; own++) {
        memcpy(lines, scene->whole_signature.bytes, LINE_LENGTH);
        memcpy(lines + LINE_LENGTH, scene->whole_signature.bytes, LINE_LENGTH);
        char *other = lines + (1 - own) * LINE_LENGTH;
        other[DIGEST_AT] = other[DIGEST_AT] == '0' ? '1' : '0';
        file_write(scene->paths.signature, lines, sizeof lines);
        expect_verified(scene);
    }
}

/* The old one is gone when the build is over. A build without a key leaves it, of another file. */
static void follows_the_next_build(void **state)
{
    struct scene *scene = *state;
    struct program_run run;
    size_t size;
    cli_run(&run, ARGUMENTS("build", scene->dump, "-o", scene->paths.index, "--sign",
                            scene->paths.key, "-q", "--synonyms", "/dev/null"));
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    char *line = file_read(scene->paths.signature, &size);
    assert_int_equal(size, LINE_LENGTH);
    assert_memory_not_equal(line, scene->whole_signature.bytes, LINE_LENGTH);
    free(line);
    expect_verified(scene);
    cli_run(&run, ARGUMENTS("build", scene->dump, "-o", scene->paths.index, "-q"));
    assert_int_equal(run.status, 0);
    program_run_free(&run);
    expect_refused(scene, scene->paths.public_key, "is the signature of another file");
}

/* With a key that cannot sign nothing is read, and all is as it was. */
static void expect_no_build(const struct scene *scene, const char *key, const char *part)
{
    struct program_run run;
    char out[FOLDER_PATH_SIZE];
    size_t n_files = folder_count(scene->paths.folder);
    cli_run(&run, ARGUMENTS("build", scene->dump, "-o",
                            folder_join(out, scene->paths.folder, "new.cdx"), "--sign", key, "-q"));
    assert_failed(&run, 1);
    assert_contains(run.error_out, part);
    program_run_free(&run);
    assert_int_equal(folder_count(scene->paths.folder), n_files);
}

static void says_what_is_wrong_with_a_key(void **state)
{
    struct scene *scene = *state;
    char path[FOLDER_PATH_SIZE];
    static const struct {
        const char *kind;
        const char *part;
    } kinds[] = {
        {"RSA", "is of the kind RSA, not Ed25519: make one with `openssl "},
        {"X25519", "is of the kind X25519, not Ed25519: make one with `openssl "},
        {"ed448", "is of the kind ED448, not Ed25519: make one with `openssl "},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        signing_keys_make(scene->paths.folder, "wrong", kinds[i].kind);
        expect_no_build(scene, folder_join(path, scene->paths.folder, "wrong.key"), kinds[i].part);
        expect_refused(scene, folder_join(path, scene->paths.folder, "wrong.pub"), kinds[i].part);
    }
    folder_join(path, scene->paths.folder, "encrypted.key");
    signing_keys_run((const char *const[]){OPENSSL, "pkey", "-in", scene->paths.key, "-aes256",
                                           "-passout", "pass:secret", "-out", path, NULL});
    expect_no_build(scene, path, "is encrypted, and nobody is asked for a pass phrase");
    expect_refused(scene, path, "is encrypted");
    expect_no_build(scene, scene->paths.public_key, "is a public key, which only verifies");
    expect_refused(scene, scene->paths.key,
                   "is a private key, which belongs where indexes are built");
    expect_no_build(scene, scene->paths.index, "is not a private key in PEM, or is damaged");
    expect_refused(scene, scene->paths.signature, "is not a public key in PEM, or is damaged");
    expect_no_build(scene, scene->paths.folder, "cannot read the key ");
    folder_join(path, scene->paths.folder, "missing");
    expect_no_build(scene, path, "cannot read the key ");
    expect_refused(scene, path, "No such file or directory");
}

/* A file beside another's name, and what is no index at all. */
static void refuses_what_it_cannot_read(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(unlink(scene->paths.index), 0);
    expect_refused(scene, scene->paths.public_key, "signed.cdx: No such file or directory");
}

#define TEST(function) cmocka_unit_test_setup(function, restore)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(verifies_what_it_signed),     TEST(is_what_openssl_checks),
        TEST(refuses_every_changed_byte),  TEST(refuses_another_key),
        TEST(refuses_a_missing_signature), TEST(refuses_a_damaged_signature),
        TEST(waits_for_no_signature),      TEST(accepts_either_of_two),
        TEST(follows_the_next_build),      TEST(says_what_is_wrong_with_a_key),
        TEST(refuses_what_it_cannot_read), TEST(hashes_no_more_than_an_index),
        TEST(gives_up_when_it_is_over),
    };
    return cmocka_run_group_tests(tests, make_scene, remove_scene);
}
