/* One way to write an answer, two encodings of it: JSON (RFC 8259) and MessagePack
   (https://github.com/msgpack/msgpack/blob/master/spec.md). The same calls give the same data model
   in both: same members, same order, same values.

   The caller states the number of members or elements when it begins an object or array, because
   MessagePack writes it in front. A mistake in that count is a bug of the caller; encoder_finish
   reports it. Memory failure is remembered and reported by encoder_finish too, so that calls need
   no check in between. After the first fault nothing more is written, and what is in the buffer is
   of no use. */
#ifndef CRATEDEX_ENCODER_H
#define CRATEDEX_ENCODER_H

#include <cratedex/error.h>
#include <msgpack/sbuffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum encoding { ENCODING_JSON, ENCODING_MESSAGEPACK };
#define N_ENCODINGS 2

#define ENCODER_MAX_DEPTH 16

/* An answer that is being written. No member is for callers to touch. */
struct encoder {
    msgpack_sbuffer *out;
    enum encoding encoding;
    const char *fault; /* what went wrong first; NULL: nothing */
    bool after_key;
    unsigned depth; /* of the innermost object or array that is open; 0: none is */
    struct {
        uint32_t remaining; /* values still to come; keys of objects not counted */
        bool is_object;
        bool is_first;
    } levels[ENCODER_MAX_DEPTH + 1]; /* levels[0] waits for the one value at the top */
};

/* Begins one value of any kind, appended to `out`. The buffer stays the caller's and must outlive
   the encoder; the encoder itself owns nothing and needs no closing. */
void encoder_init(struct encoder *encoder, enum encoding encoding, msgpack_sbuffer *out);

/* Begins an object of `n_members` members: that many pairs of a key and a value follow, then
   encoder_end_object. At most ENCODER_MAX_DEPTH objects and arrays may be open at once. */
void encoder_object(struct encoder *encoder, uint32_t n_members);
void encoder_end_object(struct encoder *encoder);

/* Begins an array of `n_elements` elements: that many values follow, then encoder_end_array. */
void encoder_array(struct encoder *encoder, uint32_t n_elements);
void encoder_end_array(struct encoder *encoder);

/* A member's name; plain ASCII without characters that JSON escapes. Its value must follow. */
void encoder_key(struct encoder *encoder, const char *key);
/* The same for a name out of data: `length` bytes of valid UTF-8, any characters. */
void encoder_key_string(struct encoder *encoder, const char *text, size_t length);

/* A string value of `length` bytes of valid UTF-8. Text that is not valid is a mistake of the
   caller: it is written as it is or reported by encoder_finish. */
void encoder_string(struct encoder *encoder, const char *text, size_t length);
/* The same for a NUL-terminated string; NULL is written as null. */
void encoder_text(struct encoder *encoder, const char *text);
void encoder_integer(struct encoder *encoder, int64_t value);
/* A floating-point number that reads back equal; NaN and infinities, which JSON lacks, are null. */
void encoder_number(struct encoder *encoder, double value);
void encoder_boolean(struct encoder *encoder, bool value);
void encoder_null(struct encoder *encoder);

/* A member of an object in one call: its name, then its value as above. */
void encoder_member_text(struct encoder *encoder, const char *key, const char *text);
void encoder_member_integer(struct encoder *encoder, const char *key, int64_t value);
void encoder_member_number(struct encoder *encoder, const char *key, double value);
void encoder_member_boolean(struct encoder *encoder, const char *key, bool value);

/* One whole value that was encoded earlier in the same encoding, copied as it is. It counts as one
   value and may be of any depth; its bytes are trusted. */
void encoder_fragment(struct encoder *encoder, const void *bytes, size_t size);

/* A value cannot be had, for memory ran out: encoder_finish will say so. */
void encoder_lack_memory(struct encoder *encoder);

/* Returns 0 when exactly one value was begun and all of it is complete and written; else -1 and
   why. */
int encoder_finish(struct encoder *encoder, struct error *error);

#ifdef __cplusplus
}
#endif

#endif
