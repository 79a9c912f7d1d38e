/* Numbers as people read them. */
#ifndef CRATEDEX_INDEX_CLI_FORMAT_H
#define CRATEDEX_INDEX_CLI_FORMAT_H

#include <stdint.h>

#define FORMAT_SIZE 32

/* 1234567 as "1,234,567". Returns `text`. */
const char *format_count(uint64_t count, char text[FORMAT_SIZE]);

/* A size with a unit of 1,024: "812 B", "1.5 KiB", "23.4 MiB". Returns `text`. */
const char *format_bytes(uint64_t bytes, char text[FORMAT_SIZE]);

/* Seconds with two digits of fraction: "12.34 s". Returns `text`. */
const char *format_seconds(double seconds, char text[FORMAT_SIZE]);

#endif
