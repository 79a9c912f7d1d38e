/* Numbers into buffers of the caller. The separator is always a comma, whatever the locale, so that
   the same index prints the same text everywhere. */
#include "index/cli/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *format_count(uint64_t count, char text[FORMAT_SIZE])
{
    char digits[FORMAT_SIZE];
    int n_digits = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *out = text;
    for (int i = 0; i < n_digits; i++) {
        if (i > 0 && (n_digits - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

const char *format_bytes(uint64_t bytes, char text[FORMAT_SIZE])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) {
        snprintf(text, FORMAT_SIZE, "%" PRIu64 " B", bytes);
        return text;
    }
    double value = (double)bytes / 1024;
    size_t unit = 0;
    /* 1023.95 would be rounded to 1024.0 of the smaller unit. */
    while (value >= 1023.95 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(text, FORMAT_SIZE, "%.1f %s", value, units[unit]);
    return text;
}

const char *format_seconds(double seconds, char text[FORMAT_SIZE])
{
    snprintf(text, FORMAT_SIZE, "%.2f s", seconds);
    return text;
}
