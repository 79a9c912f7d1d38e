/* Letters of ASCII, whatever the locale. */
#ifndef CRATEDEX_INDEX_ASCII_H
#define CRATEDEX_INDEX_ASCII_H

/* The small letter of a capital one; every other byte as it is. */
static inline char ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

#endif
