/* `cratedex-index decode`: every kind of value, documents of a real index, and input that is
   damaged. */
#include "tests/support/cli.h"
#include "tests/support/test_server.h"

#include <cratedex/crate_fragment.h>
#include <cratedex/index_file.h>
#include <cratedex/index_reader.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Through standard input where `option` is NULL, else from the file. */
static void decode(const char *folder, const void *bytes, size_t size, const char *option,
                   struct program_run *run)
{
    char path[FOLDER_PATH_SIZE];
    file_write(folder_join(path, folder, "values"), bytes, size);
    struct program_options options = {
        .arguments = option == NULL ? ARGUMENTS("decode") : ARGUMENTS("decode", path, option),
        .input_path = path,
    };
    program_run(&options, run);
}

#define BYTES(text) text, sizeof(text) - 1

static void every_kind_of_value_is_json(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *json;
    } cases[] = {
        {BYTES("\xc0"), "null"},
        {BYTES("\xc2\xc3"), "false\ntrue"},
        {BYTES("\x00\x7f\xe0\xff"), "0\n127\n-32\n-1"},
        {BYTES("\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff"), "255\n65535\n4294967295"},
        {BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615"},
        {BYTES("\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00"), "-128\n-32768\n-2147483648"},
        {BYTES("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808"},
        {BYTES("\xca\x3f\xc0\x00\x00\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), "1.5\n0.1"},
        {BYTES("\xca\x7f\xc0\x00\x00\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"), "null\nnull"},
        {BYTES("\xa0\xa3\"\\\n\xd9\x03\xe2\x82\xac\xda\x00\x01x\xdb\x00\x00\x00\x01y"),
         "\"\"\n\"\\\"\\\\\\n\"\n\"\xe2\x82\xac\"\n\"x\"\n\"y\""},
        {BYTES("\xa3"
               "a\xff"
               "b"),
         "\"a\xef\xbf\xbd"
         "b\""},
        {BYTES("\xc4\x02\xff\xfe\xc5\x00\x01z"), "\"__4\"\n\"eg\""},
        {BYTES("\xd4\x05z\xc7\x00\x80"),
         "{\"type\":5,\"data\":\"eg\"}\n{\"type\":-128,\"data\":\"\"}"},
        {BYTES("\x90\x80\x92\x01\x90\xdc\x00\x01\xc0"), "[]\n{}\n[1,[]]\n[null]"},
        {BYTES("\x82\xa1"
               "b\x01\xa1"
               "a\xde\x00\x01\xa1x\x02"),
         "{\"b\":1,\"a\":{\"x\":2}}"},
        {BYTES("\x84\x01\x01\xc0\x02\x91\xa1q\x03\xc4\x01z\x04"),
         "{\"1\":1,\"null\":2,\"[\\\"q\\\"]\":3,\"eg\":4}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_run run;
        char expected[256];
        decode(*state, cases[i].bytes, cases[i].size, "--compact", &run);
        assert_string_equal(run.error_out, "");
        assert_int_equal(run.status, 0);
        snprintf(expected, sizeof expected, "%s\n", cases[i].json);
        assert_string_equal(run.out, expected);
        program_run_free(&run);
    }
}

static void a_person_gets_lines_with_indents(void **state)
{
    static const char bytes[] = "\x83\xa1"
                                "a\x92\x01\x80\xa1"
                                "b\x90\xa1"
                                "c\xd4\x05z\x07";
    struct program_run run;
    decode(*state, BYTES(bytes), NULL, &run);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "{\n"
                                 "  \"a\": [\n"
                                 "    1,\n"
                                 "    {}\n"
                                 "  ],\n"
                                 "  \"b\": [],\n"
                                 "  \"c\": {\"type\": 5, \"data\": \"eg\"}\n"
                                 "}\n"
                                 "7\n");
    program_run_free(&run);
}

/* All crates of the sample: what the server sends in MessagePack becomes what it sends in JSON,
   byte by byte. */
static void documents_become_those_in_json(void **state)
{
    struct error error = {.message = ""};
    struct index *index = index_open(test_index(), &error);
    assert_non_null(index);
    struct index_reader *reader = index_reader_open(index, &error);
    assert_non_null(reader);
    char *packed;
    char *json;
    size_t packed_size;
    size_t json_size;
    FILE *packed_stream = open_memstream(&packed, &packed_size);
    FILE *json_stream = open_memstream(&json, &json_size);
    assert_true(packed_stream != NULL && json_stream != NULL);
    for (uint32_t rank = 1; rank <= index_n_crates(index); rank++) {
        const void *bytes;
        size_t size;
        assert_int_equal(
            index_reader_document(reader, rank, ENCODING_MESSAGEPACK, &bytes, &size, &error), 0);
        fwrite(bytes, 1, size, packed_stream);
        assert_int_equal(index_reader_document(reader, rank, ENCODING_JSON, &bytes, &size, &error),
                         0);
        fwrite(bytes, 1, size, json_stream);
        fputc('\n', json_stream);
    }
    fclose(packed_stream);
    fclose(json_stream);
    struct program_run run;
    decode(*state, packed, packed_size, "-c", &run);
    assert_int_equal(run.status, 0);
    assert_int_equal(run.out_length, json_size);
    assert_memory_equal(run.out, json, json_size);
    program_run_free(&run);
    free(packed);
    free(json);
    index_reader_close(reader);
    index_close(index);
}

#define NESTED_8 "\x91\x91\x91\x91\x91\x91\x91\x91"
#define NESTED_32 NESTED_8 NESTED_8 NESTED_8 NESTED_8

static void faults_are_told_with_their_byte(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *out; /* the values in front */
        const char *message;
    } cases[] = {
        {BYTES(""), "", "standard input is empty"},
        {BYTES("\xc1"), "", ": byte 0: no MessagePack value begins with 0xc1"},
        {BYTES("\x01\x92\x02\xc1\x03"), "1\n", ": byte 3: no MessagePack value begins with 0xc1"},
        {BYTES("\x82\xa1"
               "a\xc1\x01\x02"),
         "", ": byte 3: no MessagePack"},
        {BYTES("\x01\x02\x93\x01"), "1\n2\n",
         ": the value that begins at byte 2 is cut off: the input ends at byte 4"},
        {BYTES("\xa5"
               "four"),
         "", "begins at byte 0 is cut off: the input ends at byte 5"},
        {BYTES("\xc0\xcf\x01"), "null\n", "begins at byte 1 is cut off"},
        {BYTES("\xdb\xff\xff\xff\xff"
               "abc"),
         "", "begins at byte 0 is cut off"},
        {BYTES("\x01\xdd\xff\xff\xff\xff\x01"), "1\n", "byte 1"},
        {BYTES("\xdf\xff\xff\xff\xff\x01\x02"), "", "byte 0"},
        {BYTES("\x01" NESTED_32 "\x91\x01"), "1\n", ": byte 33: nested more than 32 deep"},
        {BYTES("{\"crates\": [1, 2]}\n"), "", "is JSON already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program_run run;
        decode(*state, cases[i].bytes, cases[i].size, NULL, &run);
        if (run.status != 1 || run.was_killed)
            fail_msg("case %zu: status %d: %s%s", i, run.status, run.out, run.error_out);
        assert_string_equal(run.out, cases[i].out);
        assert_message(run.error_out);
        assert_contains(run.error_out, cases[i].message);
        program_run_free(&run);
    }
    struct program_run run;
    decode(*state, BYTES(NESTED_32 "\x01"), NULL, &run);
    assert_int_equal(run.status, 0);
    program_run_free(&run);
}

/* Wherever a value is cut, the message says where it began. */
static void every_cut_is_found(void **state)
{
    static const char value[] = "\x01\x83\xa3key\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a\xa1s\xd9\x05"
                                "abcde\xa1z\x92\xce\x00\x00\x00\x01\xc4\x03xyz";
    for (size_t size = 2; size < sizeof value - 1; size++) {
        struct program_run run;
        char expected[128];
        decode(*state, value, size, NULL, &run);
        assert_int_equal(run.status, 1);
        assert_string_equal(run.out, "1\n");
        snprintf(expected, sizeof expected,
                 "the value that begins at byte 1 is cut off: the input ends at byte %zu\n", size);
        assert_contains(run.error_out, expected);
        program_run_free(&run);
    }
}

static void input_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    struct program_options options = {.arguments = ARGUMENTS("decode"), .input_path = "/dev/zero"};
    struct program_run run;
    program_run(&options, &run);
    assert_failed(&run, 1);
    assert_contains(run.error_out, "larger than 64 MiB");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("decode", "/nonexistent/file"));
    assert_failed(&run, 1);
    assert_contains(run.error_out, "/nonexistent/file: No such file");
    program_run_free(&run);
    cli_run(&run, ARGUMENTS("decode", "a", "b"));
    assert_failed(&run, 2);
    program_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_is_json),
        cmocka_unit_test(a_person_gets_lines_with_indents),
        cmocka_unit_test(documents_become_those_in_json),
        cmocka_unit_test(faults_are_told_with_their_byte),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(input_beyond_the_limit_is_refused),
    };
    return cmocka_run_group_tests_name("decode", tests, folder_setup, folder_teardown);
}
