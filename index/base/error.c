/* Error messages live in a fixed buffer that the caller owns: reporting a failure never allocates,
   so it works when memory has run out. They are one line of UTF-8, whatever a file held that they
   quote, for they go to terminals, into logs and into JSON. */
#include <cratedex/error.h>

#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

/* Takes the first bytes of a character off the end of a text that was cut. */
static void end_at_a_character(char *message)
{
    size_t length = strlen(message);
    size_t start = length;
    while (start > 0 && ((unsigned char)message[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && !utf8_is_valid(message + start - 1, length - start + 1))
        message[start - 1] = '\0';
}

/* C0, DEL and C1 (RFC 3629 writes the latter in two bytes). */
static bool is_control(const char *text, size_t n_bytes)
{
    const unsigned char *c = (const unsigned char *)text;
    return n_bytes == 1 ? *c < 0x20 || *c == 0x7f : n_bytes == 2 && *c == 0xc2 && c[1] < 0xa0;
}

static void make_one_line(char *message)
{
    size_t length = strlen(message);
    size_t n_bytes;
    for (size_t at = 0; at < length; at += n_bytes)
        if (!utf8_read_sequence(message + at, length - at, &n_bytes) ||
            is_control(message + at, n_bytes))
            memset(message + at, '?', n_bytes);
}

static void finish(char *message, bool was_cut)
{
    if (was_cut)
        end_at_a_character(message);
    make_one_line(message);
}

int error_set(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    error->is_transient = false;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    finish(error->message, length >= (int)sizeof error->message);
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    char rest[sizeof error->message];
    memcpy(rest, error->message, sizeof rest);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof error->message)
        length +=
            snprintf(error->message + length, sizeof error->message - (size_t)length, "%s", rest);
    finish(error->message, length >= (int)sizeof error->message);
    return -1;
}
