/* The control characters that no URL and no field value may have (RFC 9112, section 2.2; RFC 9110,
   section 5.5). Every value of every request is read: eight bytes at a time. */
#ifndef CRATEDEX_SERVER_CONTROL_BYTES_H
#define CRATEDEX_SERVER_CONTROL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether one of eight bytes is below `limit` (1 to 128) or DEL. */
static inline bool has_low_byte(const char *bytes, unsigned char limit)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t deleted = word ^ (ones * 0x7f);
    return ((((word - ones * limit) & ~word) | ((deleted - ones) & ~deleted)) & (ones * 0x80)) != 0;
}

/* Whether there is a control character or a space among `length` bytes. */
static inline bool has_control_or_space(const char *text, size_t length)
{
    size_t at = 0;
    for (; length - at >= 8; at += 8)
        if (has_low_byte(text + at, ' ' + 1))
            return true;
    for (; at < length; at++)
        if ((unsigned char)text[at] <= ' ' || text[at] == 0x7f)
            return true;
    return false;
}

/* Whether there is one below 0x20 other than a tab; DEL in a value is passed over, as may be. */
static inline bool has_control(const char *text, size_t length)
{
    size_t at = 0;
    while (length - at >= 8 && !has_low_byte(text + at, ' '))
        at += 8;
    for (; at < length; at++)
        if ((unsigned char)text[at] < ' ' && text[at] != '\t')
            return true;
    return false;
}

#endif
