/* Lines are bytes here: the texts are plain ASCII, which is checked too. */
#include "tests/support/help_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void help_assert_fits(const char *text)
{
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n");
        assert_true(line[length] == '\n');
        for (size_t i = 0; i < length; i++)
            assert_in_range(line[i], ' ', '~');
        if (length > HELP_MAX_COLUMNS)
            fail_msg("more than %d columns: %.*s", HELP_MAX_COLUMNS, (int)length, line);
    }
}

void help_read_examples(const char *help, const char *program,
                        char examples[HELP_N_EXAMPLES][HELP_EXAMPLE_SIZE])
{
    static const char heading[] = "\nExamples:\n";
    const char *line = strstr(help, heading);
    assert_non_null(line);
    line += strlen(heading);
    for (size_t i = 0; i < HELP_N_EXAMPLES; i++) {
        size_t length = strcspn(line, "\n");
        assert_true(length > 2 && length < HELP_EXAMPLE_SIZE);
        assert_memory_equal(line, "  ", 2);
        snprintf(examples[i], HELP_EXAMPLE_SIZE, "%.*s", (int)length - 2, line + 2);
        assert_non_null(strstr(examples[i], program));
        line += length + 1;
    }
    assert_string_equal(line, "");
}
