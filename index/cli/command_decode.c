/* `decode`: MessagePack as JSON, for somebody who looks at the server's answers in a shell.

   The input is read whole, up to a limit, and taken apart by msgpack-c, value after value. Where
   that finds a fault it does not say at which byte; but it takes any beginning of the input, of
   which it asks for more bytes as long as the fault is not in it: bisection finds the byte.
   msgpack-c makes room for as many elements as a header claims before it reads them. That is
   address space which is never touched, and where there is not so much of it, an error. */
#include "index/base/json_text.h"
#include "index/cli/cli.h"
#include "index/cli/msgpack_json.h"

#include <cratedex/error.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The largest answer of the server is below 1 MiB. An element takes a byte here and 24 of
   memory. */
#define MAX_INPUT_BYTES ((size_t)64 << 20)

/* The first bytes of headers, by the specification of MessagePack. */
#define NEVER_USED 0xc1 /* begins no value */
#define ARRAY_32 0xdd   /* a big-endian number of 32 bits follows */
#define MAP_32 0xdf
#define ARRAY_HEADER_BYTES 5

struct input {
    const char *name;
    char *bytes;
    size_t size;
};

static int read_stream(FILE *stream, struct input *input, struct error *error)
{
    size_t capacity = 0;
    size_t n;
    do {
        if (input->size == capacity) {
            capacity = capacity == 0 ? 65536 : 2 * capacity;
            char *grown = realloc(input->bytes, capacity);
            if (grown == NULL)
                return error_out_of_memory(error);
            input->bytes = grown;
        }
        n = fread(input->bytes + input->size, 1, capacity - input->size, stream);
        input->size += n;
        if (input->size > MAX_INPUT_BYTES)
            return error_set(error, "%s is larger than %zu MiB", input->name,
                             MAX_INPUT_BYTES >> 20);
    } while (n > 0);
    if (ferror(stream))
        return error_set(error, "cannot read %s: %s", input->name, strerror(errno));
    return 0;
}

static int read_input(const char *path, struct input *input, struct error *error)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return read_stream(stdin, input, error);
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL)
        return error_set(error, "cannot read %s: %s", path, strerror(errno));
    int result = read_stream(stream, input, error);
    fclose(stream);
    return result;
}

/* Any text is MessagePack, too: small numbers, a byte each. But what is a JSON document as a
   whole was not meant so. */
static int refuse_json(const struct input *input, struct error *error)
{
    json_t *root = json_text_read(input->bytes, input->size, 0, error);
    if (root == NULL)
        return error->is_transient ? -1 : 0;
    json_decref(root);
    return error_set(error,
                     "%s is JSON already: ask the server with "
                     "-H 'Accept: application/msgpack' for MessagePack",
                     input->name);
}

/* What msgpack-c makes of the first `length` bytes behind `begin`. */
static msgpack_unpack_return unpack_beginning(const struct input *input, size_t begin,
                                              size_t length)
{
    size_t offset = 0;
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return found =
        msgpack_unpack_next(&unpacked, input->bytes + begin, length, &offset);
    msgpack_unpacked_destroy(&unpacked);
    return found;
}

/* The byte at which the value that begins at `begin` is found to be none. */
static size_t find_fault(const struct input *input, size_t begin)
{
    size_t sound = 0; /* so many bytes are without the fault */
    size_t faulty = input->size - begin;
    while (faulty - sound > 1) {
        size_t middle = sound + (faulty - sound) / 2;
        if (unpack_beginning(input, begin, middle) == MSGPACK_UNPACK_CONTINUE)
            sound = middle;
        else
            faulty = middle;
    }
    return begin + faulty - 1;
}

/* Whether the byte is the last one of a header that announces more elements than bytes follow;
   then stores how many. Only headers with 32 bits announce so many that memory may not hold
   them. */
static bool announces_too_many(const struct input *input, size_t at, uint32_t *n_elements)
{
    if (at < ARRAY_HEADER_BYTES - 1)
        return false;
    const unsigned char *header =
        (const unsigned char *)input->bytes + at - (ARRAY_HEADER_BYTES - 1);
    if (header[0] != ARRAY_32 && header[0] != MAP_32)
        return false;
    *n_elements = (uint32_t)header[1] << 24 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 8 |
                  header[4];
    return *n_elements > input->size - at - 1;
}

static int say_fault(const struct input *input, size_t begin, msgpack_unpack_return found,
                     struct error *error)
{
    uint32_t n_elements;
    if (found == MSGPACK_UNPACK_CONTINUE)
        return error_set(error,
                         "%s: the value that begins at byte %zu is cut off: the input ends at byte "
                         "%zu",
                         input->name, begin, input->size);
    size_t at = find_fault(input, begin);
    unsigned char byte = (unsigned char)input->bytes[at];
    if (found == MSGPACK_UNPACK_PARSE_ERROR && byte == NEVER_USED)
        return error_set(error, "%s: byte %zu: no MessagePack value begins with 0x%02x",
                         input->name, at, byte);
    if (announces_too_many(input, at, &n_elements))
        return error_set(
            error, "%s: byte %zu: %" PRIu32 " elements are announced, but %zu bytes follow",
            input->name, at - (ARRAY_HEADER_BYTES - 1), n_elements, input->size - at - 1);
    return error_set(error, "%s: byte %zu: nested more than 32 deep, or too large for the memory",
                     input->name, at);
}

static int print_value(const msgpack_object *value, bool is_compact, struct error *error)
{
    msgpack_sbuffer text;
    msgpack_sbuffer_init(&text);
    int result = msgpack_json_append(&text, value, is_compact);
    if (result == 0) {
        fwrite(text.data, 1, text.size, stdout);
        putchar('\n');
    } else {
        error_out_of_memory(error);
    }
    msgpack_sbuffer_destroy(&text);
    return result;
}

static int print_values(const struct input *input, bool is_compact, struct error *error)
{
    size_t offset = 0;
    int result = 0;
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    while (result == 0 && offset < input->size) {
        size_t begin = offset;
        msgpack_unpack_return found =
            msgpack_unpack_next(&unpacked, input->bytes, input->size, &offset);
        if (found == MSGPACK_UNPACK_SUCCESS || found == MSGPACK_UNPACK_EXTRA_BYTES)
            result = print_value(&unpacked.data, is_compact, error);
        else
            result = say_fault(input, begin, found, error);
    }
    msgpack_unpacked_destroy(&unpacked);
    return result;
}

static int decode(const char *path, bool is_compact)
{
    struct error error = {0};
    struct input input = {.name = path == NULL || strcmp(path, "-") == 0 ? "standard input" : path};
    int result = read_input(path, &input, &error);
    if (result == 0 && input.size == 0)
        result = error_set(&error, "%s is empty", input.name);
    if (result == 0)
        result = refuse_json(&input, &error);
    if (result == 0)
        result = print_values(&input, is_compact, &error);
    free(input.bytes);
    return result == 0 ? EXIT_OK : cli_fail("%s", error.message);
}

static int run_decode(int argc, char **argv)
{
    bool is_compact = false;
    int found;
    int status;
    while ((found = cli_next_option(&command_decode, argc, argv, &status)) >= 0)
        is_compact = is_compact || found == 'c';
    if (found == CLI_ENDED)
        return status;
    if (optind + 1 < argc)
        return cli_usage_error(&command_decode, "one FILE is enough: %s", argv[optind + 1]);
    return decode(optind < argc ? argv[optind] : NULL, is_compact);
}

static const struct option long_options[] = {
    {"compact", no_argument, NULL, 'c'},
    CLI_LONG_OPTIONS,
};

const struct command command_decode = {
    .name = "decode",
    .arguments = "[FILE] [--compact]",
    .summary = "Print MessagePack as JSON",
    .help = "  FILE           one or more MessagePack values; standard input where it is\n"
            "                 missing or -\n"
            "  -c, --compact  every value in one line\n" CLI_OPTIONS_HELP(""),
    .notes = "What JSON lacks: binary becomes text in base64url; an extension becomes\n"
             "{\"type\", \"data\"}; NaN and infinities become null; a key that is no text becomes\n"
             "the text of its JSON; bytes that are not UTF-8 become U+FFFD. Values may be 32\n"
             "levels deep, the input 64 MiB large. Of an input that is damaged or cut off, the\n"
             "values in front are printed; the message tells the byte, counted from 0.\n",
    .examples = "  printf '\\201\\243key\\222\\001\\300' | cratedex-index decode\n"
                "  printf '\\001\\302' | cratedex-index decode --compact\n",
    .short_options = CLI_SHORT_OPTIONS "c",
    .long_options = long_options,
    .run = run_decode,
};
