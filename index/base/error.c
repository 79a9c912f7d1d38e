/* Error messages live in a fixed buffer that the caller owns: reporting a failure never allocates,
   so it works when memory has run out. */
#include <cratedex/error.h>

#include <cratedex/utf8.h>
#include <stdio.h>
#include <string.h>

/* Takes the first bytes of a character off the end of a text that was cut: messages go into
   JSON. */
static void end_at_a_character(char *message)
{
    size_t length = strlen(message);
    size_t start = length;
    while (start > 0 && ((unsigned char)message[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && !utf8_is_valid(message + start - 1, length - start + 1))
        message[start - 1] = '\0';
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
    if (length >= (int)sizeof error->message)
        end_at_a_character(error->message);
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
    if (length >= (int)sizeof error->message)
        end_at_a_character(error->message);
    return -1;
}
