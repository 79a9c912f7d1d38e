/* A recursive-descent reading into a fixed array of comparators, without allocation, and their
   evaluation. A comparator is evaluated by how a version's numbers compare with the numbers it
   gives: lower, equal or higher ("the difference"); only where all three are given and equal do
   pre-releases decide.

   That is how Rust's `semver` crate evaluates, and it is not a comparison with the ends of a range:
   `<2` takes no pre-release of 2.0.0, and `^1` any of 1.0.0 that another comparator names. The
   ranges of RFC 3493 differ in just this, so both evaluations share all the rest. */
#include <cratedex/version_requirement.h>

#include "index/version/semver_grammar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Parsing ---- */

struct reading {
    const char *text;
    size_t length;
    size_t at;
    struct error *error;
};

/* Of a long text the sentence quotes the end of what was understood. */
#define QUOTED_BYTES 40

static int fault(const struct reading *reading, const char *what)
{
    size_t start = reading->at > QUOTED_BYTES ? reading->at - QUOTED_BYTES : 0;
    if (reading->at == 0)
        return error_set(reading->error, "invalid version requirement: %s at the beginning", what);
    return error_set(reading->error, "invalid version requirement: %s behind `%s%.*s`", what,
                     start > 0 ? "…" : "", (int)(reading->at - start), reading->text + start);
}

static bool next_is(const struct reading *reading, char c)
{
    return reading->at < reading->length && reading->text[reading->at] == c;
}

/* Reads one character where it is there. */
static bool take(struct reading *reading, char c)
{
    if (!next_is(reading, c))
        return false;
    reading->at++;
    return true;
}

static bool take_wildcard(struct reading *reading)
{
    return take(reading, '*') || take(reading, 'x') || take(reading, 'X');
}

/* Spaces alone: cargo takes no tabs or line ends. */
static void skip_spaces(struct reading *reading)
{
    while (take(reading, ' '))
        ;
}

static bool take_relation(struct reading *reading, enum version_relation *relation)
{
    if (take(reading, '='))
        *relation = VERSION_EXACT;
    else if (take(reading, '>'))
        *relation = take(reading, '=') ? VERSION_GREATER_OR_EQUAL : VERSION_GREATER;
    else if (take(reading, '<'))
        *relation = take(reading, '=') ? VERSION_LESS_OR_EQUAL : VERSION_LESS;
    else if (take(reading, '~'))
        *relation = VERSION_TILDE;
    else if (take(reading, '^'))
        *relation = VERSION_CARET;
    else
        return false;
    return true;
}

static int read_number(struct reading *reading, uint64_t *number)
{
    size_t at = reading->at;
    if (semver_read_number(reading->text, reading->length, &at, number) == 0) {
        reading->at = at;
        return 0;
    }
    if (at == reading->at)
        return fault(reading, "a number is expected");
    if (next_is(reading, '0'))
        return fault(reading, "a number has a leading zero");
    return fault(reading, "a number exceeds 64 bits");
}

/* The numbers and wildcards of one comparator. */
static int read_numbers(struct reading *reading, struct version_comparator *comparator,
                        bool has_relation)
{
    struct semver *version = &comparator->version;
    uint64_t *const numbers[] = {&version->major, &version->minor, &version->patch};
    bool has_wildcard = false;
    if (read_number(reading, numbers[0]) != 0)
        return -1;
    comparator->n_numbers = 1;
    for (int i = 1; i < 3 && take(reading, '.'); i++) {
        if (take_wildcard(reading)) {
            has_wildcard = true;
            continue;
        }
        if (has_wildcard)
            return fault(reading, "nothing but a wildcard can stand");
        if (read_number(reading, numbers[i]) != 0)
            return -1;
        comparator->n_numbers++;
    }
    if (has_wildcard && !has_relation)
        comparator->relation = VERSION_WILDCARD;
    return 0;
}

/* The pre-release and the build metadata, which only a whole version has. */
static int read_suffixes(struct reading *reading, struct semver *version)
{
    size_t start = reading->at + 1;
    if (take(reading, '-')) {
        if (semver_read_identifiers(reading->text, reading->length, &reading->at, false) != 0)
            return fault(reading, "an identifier of the pre-release is not valid");
        version->prerelease = reading->text + start;
        version->prerelease_length = reading->at - start;
    }
    if (take(reading, '+') &&
        semver_read_identifiers(reading->text, reading->length, &reading->at, true) != 0)
        return fault(reading, "an identifier of the build metadata is not valid");
    return 0;
}

static int read_comparator(struct reading *reading, struct version_comparator *comparator)
{
    *comparator = (struct version_comparator){.relation = VERSION_CARET};
    bool has_relation = take_relation(reading, &comparator->relation);
    skip_spaces(reading);
    if (read_numbers(reading, comparator, has_relation) != 0)
        return -1;
    if (comparator->n_numbers == 3 && read_suffixes(reading, &comparator->version) != 0)
        return -1;
    skip_spaces(reading);
    return 0;
}

/* Reads `*` where it is all there is. Returns 1; 0 for anything else; -1 where more follows it. */
static int read_star(struct reading *reading)
{
    if (!take_wildcard(reading))
        return 0;
    skip_spaces(reading);
    if (reading->at == reading->length)
        return 1;
    return fault(reading, "nothing can stand");
}

int version_requirement_parse(struct version_requirement *requirement, const char *text,
                              size_t length, struct error *error)
{
    struct reading reading = {.text = text, .length = length, .error = error};
    requirement->n_comparators = 0;
    if (length > VERSION_REQUIREMENT_MAX_BYTES)
        return error_set(error, "invalid version requirement: it has more than %d bytes",
                         VERSION_REQUIREMENT_MAX_BYTES);
    skip_spaces(&reading);
    int star = read_star(&reading);
    if (star != 0)
        return star < 0 ? -1 : 0;
    for (;;) {
        if (read_comparator(&reading, &requirement->comparators[requirement->n_comparators]) != 0)
            return -1;
        requirement->n_comparators++;
        if (reading.at == length)
            return 0;
        if (!take(&reading, ','))
            return fault(&reading, "a comma or the end is expected");
        if (requirement->n_comparators == VERSION_REQUIREMENT_MAX_COMPARATORS)
            return error_set(error, "invalid version requirement: it has more than %d comparators",
                             VERSION_REQUIREMENT_MAX_COMPARATORS);
        skip_spaces(&reading);
    }
}

/* ---- Evaluation ---- */

static int compare(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

/* How the first `n` numbers of a version compare with the comparator's. */
static int compare_numbers(const struct version_comparator *comparator,
                           const struct semver *version, unsigned n)
{
    const struct semver *given = &comparator->version;
    int difference = compare(version->major, given->major);
    if (difference == 0 && n > 1)
        difference = compare(version->minor, given->minor);
    if (difference == 0 && n > 2)
        difference = compare(version->patch, given->patch);
    return difference;
}

/* How many of its numbers a caret or tilde keeps. */
static unsigned n_kept(const struct version_comparator *comparator)
{
    const struct semver *given = &comparator->version;
    unsigned n = comparator->n_numbers;
    if (comparator->relation == VERSION_TILDE)
        return n < 2 ? n : 2;
    if (given->major > 0 || n == 1)
        return 1;
    return given->minor > 0 || n == 2 ? 2 : 3;
}

/* Whether a version whose given numbers are the comparator's satisfies it, by cargo's rules. */
static bool equal_numbers_match(const struct version_comparator *comparator,
                                const struct semver *version)
{
    bool is_whole = comparator->n_numbers == 3;
    int precedence = is_whole ? semver_precedence(version, &comparator->version) : 0;
    switch (comparator->relation) {
    case VERSION_GREATER:
        return precedence > 0;
    case VERSION_LESS:
        return precedence < 0;
    case VERSION_CARET:
        return precedence >= 0;
    case VERSION_TILDE:
    case VERSION_GREATER_OR_EQUAL:
    case VERSION_LESS_OR_EQUAL:
    case VERSION_EXACT:
    case VERSION_WILDCARD:
        break;
    }
    if (!is_whole)
        return !semver_is_prerelease(version);
    if (comparator->relation == VERSION_LESS_OR_EQUAL)
        return precedence <= 0;
    return comparator->relation == VERSION_EXACT ? precedence == 0 : precedence >= 0;
}

/* The same by the ranges of RFC 3493. */
static bool equal_numbers_include(const struct version_comparator *comparator,
                                  const struct semver *version)
{
    bool is_whole = comparator->n_numbers == 3;
    int precedence = semver_precedence(version, &comparator->version);
    switch (comparator->relation) {
    case VERSION_GREATER:
        return is_whole && precedence > 0;
    case VERSION_LESS:
        return precedence < 0;
    case VERSION_LESS_OR_EQUAL:
        return !is_whole || precedence <= 0;
    case VERSION_CARET:
    case VERSION_TILDE:
    case VERSION_GREATER_OR_EQUAL:
        return precedence >= 0;
    case VERSION_EXACT:
    case VERSION_WILDCARD:
        break;
    }
    return is_whole ? precedence == 0 : precedence >= 0;
}

static bool satisfies(const struct version_comparator *comparator, const struct semver *version,
                      bool by_range)
{
    int difference = compare_numbers(comparator, version, comparator->n_numbers);
    if (difference == 0)
        return by_range ? equal_numbers_include(comparator, version)
                        : equal_numbers_match(comparator, version);
    switch (comparator->relation) {
    case VERSION_GREATER:
    case VERSION_GREATER_OR_EQUAL:
        return difference > 0;
    case VERSION_LESS:
    case VERSION_LESS_OR_EQUAL:
        return difference < 0;
    case VERSION_CARET:
    case VERSION_TILDE:
        return difference > 0 && compare_numbers(comparator, version, n_kept(comparator)) == 0;
    case VERSION_EXACT:
    case VERSION_WILDCARD:
        break;
    }
    return false;
}

static bool all_satisfied(const struct version_requirement *requirement,
                          const struct semver *version, bool by_range)
{
    for (size_t i = 0; i < requirement->n_comparators; i++)
        if (!satisfies(&requirement->comparators[i], version, by_range))
            return false;
    return true;
}

static bool names_its_prerelease(const struct version_requirement *requirement,
                                 const struct semver *version)
{
    for (size_t i = 0; i < requirement->n_comparators; i++) {
        const struct version_comparator *comparator = &requirement->comparators[i];
        if (semver_is_prerelease(&comparator->version) &&
            compare_numbers(comparator, version, 3) == 0)
            return true;
    }
    return false;
}

bool version_requirement_matches(const struct version_requirement *requirement,
                                 const struct semver *version)
{
    return all_satisfied(requirement, version, false) &&
           (!semver_is_prerelease(version) || names_its_prerelease(requirement, version));
}

bool version_requirement_includes(const struct version_requirement *requirement,
                                  const struct semver *version)
{
    return all_satisfied(requirement, version, true);
}

/* ---- Printing ---- */

static size_t print_comparator(const struct version_comparator *comparator, char *text, size_t room)
{
    static const char *const spellings[] = {
        [VERSION_CARET] = "^", [VERSION_TILDE] = "~",         [VERSION_WILDCARD] = "",
        [VERSION_EXACT] = "=", [VERSION_GREATER] = ">",       [VERSION_GREATER_OR_EQUAL] = ">=",
        [VERSION_LESS] = "<",  [VERSION_LESS_OR_EQUAL] = "<="};
    const struct semver *version = &comparator->version;
    int length =
        snprintf(text, room, "%s%" PRIu64, spellings[comparator->relation], version->major);
    if (comparator->n_numbers > 1)
        length += snprintf(text + length, room - (size_t)length, ".%" PRIu64, version->minor);
    if (comparator->n_numbers > 2)
        length += snprintf(text + length, room - (size_t)length, ".%" PRIu64, version->patch);
    if (comparator->relation == VERSION_WILDCARD)
        length += snprintf(text + length, room - (size_t)length, ".*");
    if (semver_is_prerelease(version))
        length += snprintf(text + length, room - (size_t)length, "-%.*s",
                           (int)version->prerelease_length, version->prerelease);
    return (size_t)length;
}

size_t version_requirement_print(const struct version_requirement *requirement,
                                 char text[VERSION_REQUIREMENT_MAX_TEXT])
{
    size_t length = 0;
    if (requirement->n_comparators == 0)
        text[length++] = '*';
    for (size_t i = 0; i < requirement->n_comparators; i++) {
        if (i > 0) {
            text[length++] = ',';
            text[length++] = ' ';
        }
        length += print_comparator(&requirement->comparators[i], text + length,
                                   VERSION_REQUIREMENT_MAX_TEXT - length);
    }
    text[length] = '\0';
    return length;
}
