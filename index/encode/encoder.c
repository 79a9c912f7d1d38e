/* A stack of open objects and arrays counts the values that are still to come; every value passes
   begin_value, which checks the count and writes JSON's comma, and is then written by the packer of
   msgpack-c or as JSON. Both write to the same growing buffer of msgpack-c.

   JSON text is mostly strings without anything to escape: those are copied between quotes. A string
   that needs escapes, and every floating-point number, goes through jansson, so that there is one
   set of rules for them. The encoder owns no memory; one thread uses one encoder. */
#include <cratedex/encoder.h>

#include <cratedex/utf8.h>

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char out_of_memory[] = "out of memory";

static void set_fault(struct encoder *encoder, const char *fault)
{
    if (encoder->fault == NULL)
        encoder->fault = fault;
}

void encoder_lack_memory(struct encoder *encoder)
{
    set_fault(encoder, out_of_memory);
}

static void write_bytes(struct encoder *encoder, const char *bytes, size_t size)
{
    if (msgpack_sbuffer_write(encoder->out, bytes, size) != 0)
        set_fault(encoder, out_of_memory);
}

static msgpack_packer packer_of(struct encoder *encoder)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, encoder->out, msgpack_sbuffer_write);
    return packer;
}

static void check_packed(struct encoder *encoder, int status)
{
    if (status != 0)
        set_fault(encoder, out_of_memory);
}

static void write_comma(struct encoder *encoder)
{
    if (encoder->encoding == ENCODING_JSON && !encoder->levels[encoder->depth].is_first)
        write_bytes(encoder, ",", 1);
    encoder->levels[encoder->depth].is_first = false;
}

/* Accounts for one value. Returns whether it may be written. */
static bool begin_value(struct encoder *encoder)
{
    if (encoder->fault != NULL)
        return false;
    if (encoder->levels[encoder->depth].is_object) {
        if (!encoder->after_key) {
            set_fault(encoder, "a value in an object has no key");
            return false;
        }
        encoder->after_key = false;
    } else {
        if (encoder->levels[encoder->depth].remaining == 0) {
            set_fault(encoder, encoder->depth == 0 ? "more than one value at the top"
                                                   : "an array has more elements than stated");
            return false;
        }
        write_comma(encoder);
    }
    encoder->levels[encoder->depth].remaining--;
    return encoder->fault == NULL;
}

static bool begin_level(struct encoder *encoder, bool is_object, uint32_t remaining)
{
    if (!begin_value(encoder))
        return false;
    if (encoder->depth == ENCODER_MAX_DEPTH) {
        set_fault(encoder, "objects and arrays are nested too deeply");
        return false;
    }
    encoder->depth++;
    encoder->levels[encoder->depth].remaining = remaining;
    encoder->levels[encoder->depth].is_object = is_object;
    encoder->levels[encoder->depth].is_first = true;
    return true;
}

static void end_level(struct encoder *encoder, bool is_object)
{
    if (encoder->fault != NULL)
        return;
    if (encoder->depth == 0)
        set_fault(encoder, "an object or array was ended that was not begun");
    else if (encoder->levels[encoder->depth].is_object != is_object)
        set_fault(encoder, is_object ? "an array was ended as an object"
                                     : "an object was ended as an array");
    else if (encoder->after_key)
        set_fault(encoder, "a key has no value");
    else if (encoder->levels[encoder->depth].remaining != 0)
        set_fault(encoder, is_object ? "an object has fewer members than stated"
                                     : "an array has fewer elements than stated");
    if (encoder->fault != NULL)
        return;
    encoder->depth--;
    if (encoder->encoding == ENCODING_JSON)
        write_bytes(encoder, is_object ? "}" : "]", 1);
}

void encoder_init(struct encoder *encoder, enum encoding encoding, msgpack_sbuffer *out)
{
    *encoder = (struct encoder){.out = out, .encoding = encoding};
    encoder->levels[0].remaining = 1;
    encoder->levels[0].is_first = true;
}

void encoder_object(struct encoder *encoder, uint32_t n_members)
{
    if (!begin_level(encoder, true, n_members))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_bytes(encoder, "{", 1);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, msgpack_pack_map(&packer, n_members));
    }
}

void encoder_end_object(struct encoder *encoder)
{
    end_level(encoder, true);
}

void encoder_array(struct encoder *encoder, uint32_t n_elements)
{
    if (!begin_level(encoder, false, n_elements))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_bytes(encoder, "[", 1);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, msgpack_pack_array(&packer, n_elements));
    }
}

void encoder_end_array(struct encoder *encoder)
{
    end_level(encoder, false);
}

static void pack_string(struct encoder *encoder, const char *text, size_t length)
{
    if (length > UINT32_MAX) {
        set_fault(encoder, "a string is longer than MessagePack allows");
        return;
    }
    msgpack_packer packer = packer_of(encoder);
    check_packed(encoder, msgpack_pack_str(&packer, length));
    check_packed(encoder, msgpack_pack_str_body(&packer, text, length));
}

/* Accounts for one member's name. Returns whether it may be written. */
static bool begin_key(struct encoder *encoder)
{
    if (encoder->fault != NULL)
        return false;
    if (!encoder->levels[encoder->depth].is_object)
        set_fault(encoder, "a key stands outside an object");
    else if (encoder->after_key)
        set_fault(encoder, "a key has no value");
    else if (encoder->levels[encoder->depth].remaining == 0)
        set_fault(encoder, "an object has more members than stated");
    if (encoder->fault != NULL)
        return false;
    encoder->after_key = true;
    write_comma(encoder);
    return true;
}

void encoder_key(struct encoder *encoder, const char *key)
{
    if (!begin_key(encoder))
        return;
    size_t length = strlen(key);
    if (encoder->encoding == ENCODING_JSON) {
        write_bytes(encoder, "\"", 1);
        write_bytes(encoder, key, length);
        write_bytes(encoder, "\":", 2);
    } else {
        pack_string(encoder, key, length);
    }
}

static bool needs_escape(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\')
            return true;
    }
    return false;
}

static int append_dump(const char *bytes, size_t size, void *context)
{
    return msgpack_sbuffer_write(context, bytes, size);
}

static void write_json_string(struct encoder *encoder, const char *text, size_t length)
{
    if (!needs_escape(text, length)) {
        write_bytes(encoder, "\"", 1);
        write_bytes(encoder, text, length);
        write_bytes(encoder, "\"", 1);
        return;
    }
    json_t *string = json_stringn(text, length);
    if (string == NULL)
        set_fault(encoder,
                  utf8_is_valid(text, length) ? out_of_memory : "a string is not valid UTF-8");
    else if (json_dump_callback(string, append_dump, encoder->out, JSON_ENCODE_ANY) != 0)
        set_fault(encoder, out_of_memory);
    json_decref(string);
}

void encoder_key_string(struct encoder *encoder, const char *text, size_t length)
{
    if (!begin_key(encoder))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_json_string(encoder, text, length);
        write_bytes(encoder, ":", 1);
    } else {
        pack_string(encoder, text, length);
    }
}

void encoder_string(struct encoder *encoder, const char *text, size_t length)
{
    /* So SQLite gives a column whose text it found no memory for. */
    if (text == NULL && length > 0)
        encoder_lack_memory(encoder);
    if (!begin_value(encoder))
        return;
    if (text == NULL) {
        text = "";
        length = 0;
    }
    if (encoder->encoding == ENCODING_JSON)
        write_json_string(encoder, text, length);
    else
        pack_string(encoder, text, length);
}

void encoder_text(struct encoder *encoder, const char *text)
{
    if (text == NULL)
        encoder_null(encoder);
    else
        encoder_string(encoder, text, strlen(text));
}

void encoder_integer(struct encoder *encoder, int64_t value)
{
    if (!begin_value(encoder))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        char digits[24];
        int length = snprintf(digits, sizeof digits, "%" PRId64, value);
        write_bytes(encoder, digits, (size_t)length);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, msgpack_pack_int64(&packer, value));
    }
}

/* The shortest of 15, 16 and 17 significant digits that reads back equal; 17 always do (IEEE 754
   binary64). */
static void write_json_number(struct encoder *encoder, double value)
{
    char digits[64];
    size_t length = 0;
    json_t *number = json_real(value);
    for (size_t precision = 15; number != NULL && precision <= 17; precision++) {
        length = json_dumpb(number, digits, sizeof digits - 1,
                            JSON_ENCODE_ANY | JSON_REAL_PRECISION(precision));
        if (length == 0 || length >= sizeof digits)
            break;
        digits[length] = '\0';
        if (strtod(digits, NULL) == value)
            break;
    }
    json_decref(number);
    if (length == 0 || length >= sizeof digits)
        set_fault(encoder, out_of_memory);
    else
        write_bytes(encoder, digits, length);
}

void encoder_number(struct encoder *encoder, double value)
{
    if (!isfinite(value)) {
        encoder_null(encoder);
        return;
    }
    if (!begin_value(encoder))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_json_number(encoder, value);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, msgpack_pack_double(&packer, value));
    }
}

void encoder_boolean(struct encoder *encoder, bool value)
{
    if (!begin_value(encoder))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_bytes(encoder, value ? "true" : "false", value ? 4 : 5);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
    }
}

void encoder_null(struct encoder *encoder)
{
    if (!begin_value(encoder))
        return;
    if (encoder->encoding == ENCODING_JSON) {
        write_bytes(encoder, "null", 4);
    } else {
        msgpack_packer packer = packer_of(encoder);
        check_packed(encoder, msgpack_pack_nil(&packer));
    }
}

void encoder_member_text(struct encoder *encoder, const char *key, const char *text)
{
    encoder_key(encoder, key);
    encoder_text(encoder, text);
}

void encoder_member_integer(struct encoder *encoder, const char *key, int64_t value)
{
    encoder_key(encoder, key);
    encoder_integer(encoder, value);
}

void encoder_member_number(struct encoder *encoder, const char *key, double value)
{
    encoder_key(encoder, key);
    encoder_number(encoder, value);
}

void encoder_member_boolean(struct encoder *encoder, const char *key, bool value)
{
    encoder_key(encoder, key);
    encoder_boolean(encoder, value);
}

void encoder_fragment(struct encoder *encoder, const void *bytes, size_t size)
{
    if (!begin_value(encoder))
        return;
    if (size == 0)
        set_fault(encoder, "a fragment is empty");
    else
        write_bytes(encoder, bytes, size);
}

int encoder_finish(struct encoder *encoder, struct error *error)
{
    if (encoder->fault == NULL) {
        if (encoder->depth > 0)
            set_fault(encoder, "an object or array was not ended");
        else if (encoder->levels[0].remaining > 0)
            set_fault(encoder, "nothing was encoded");
    }
    if (encoder->fault == NULL)
        return 0;
    error_set(error, "encoding an answer failed: %s", encoder->fault);
    return encoder->fault == out_of_memory ? error_mark_transient(error) : -1;
}
