/* Nearness is what the search allows in a misspelt name (edit_automaton.h); a name that was only
   begun, such as a long option or a sort, comes behind all that lie within these edits. Nothing
   here is fast: it runs once, before a program ends. */
#include <cratedex/command_line.h>

#include "index/base/edit_automaton.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SHORT_WORD 3
#define NONE (EDIT_TOO_FAR + 1) /* further than a beginning */

void nearest_name_begin(struct nearest_name *nearest, const char *word)
{
    *nearest = (struct nearest_name){.word = word, .distance = NONE};
}

/* In small letters. Returns false for a text that no automaton takes. */
static bool fold(const char *text, char folded[EDIT_MAX_BYTES], size_t *length)
{
    *length = strlen(text);
    if (*length == 0 || *length > EDIT_MAX_BYTES)
        return false;
    for (size_t i = 0; i < *length; i++)
        folded[i] = (char)tolower((unsigned char)text[i]);
    return true;
}

static unsigned distance_between(const char *word, const char *name)
{
    char folded[EDIT_MAX_BYTES];
    size_t length;
    struct edit_automaton automaton;
    struct edit_state state;
    if (!fold(word, folded, &length) ||
        !edit_automaton_init(&automaton, folded, length,
                             length <= SHORT_WORD ? 1 : EDIT_MAX_DISTANCE))
        return NONE;
    bool is_beginning = strncasecmp(word, name, length) == 0;
    if (fold(name, folded, &length)) {
        edit_state_init(&automaton, &state);
        for (size_t i = 0; i < length; i++)
            edit_step(&automaton, &state, (unsigned char)folded[i]);
        unsigned distance = edit_distance(&automaton, &state);
        if (distance != EDIT_TOO_FAR)
            return distance;
    }
    return is_beginning ? EDIT_TOO_FAR : NONE;
}

void nearest_name_offer(struct nearest_name *nearest, const char *name)
{
    unsigned distance = distance_between(nearest->word, name);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
}

const char *nearest_name_hint(const struct nearest_name *nearest, const char *prefix,
                              char text[NEAREST_NAME_HINT_SIZE])
{
    text[0] = '\0';
    if (nearest->name != NULL)
        snprintf(text, NEAREST_NAME_HINT_SIZE, "; did you mean '%s%s'?", prefix, nearest->name);
    return text;
}

/* Whether an option that takes no value was spelt with one; then `optopt` is its number. */
static bool has_unwanted_value(const char *name, size_t length, const struct option *known)
{
    for (; known->name != NULL; known++)
        if (name[length] == '=' && known->has_arg == no_argument && known->val == optopt &&
            strncmp(known->name, name, length) == 0)
            return true;
    return false;
}

/* The first two options that an abbreviation may mean are enough to show what is wrong. */
static bool is_ambiguous(const char *name, size_t length, const struct option *known,
                         const char *meant[2])
{
    unsigned n_meant = 0;
    for (; known->name != NULL && n_meant < 2; known++)
        if (length > 0 && strncmp(known->name, name, length) == 0)
            meant[n_meant++] = known->name;
    return n_meant == 2;
}

int command_line_bad_option(int found, char *const *argv, const struct option *known,
                            struct error *error)
{
    const char *word = argv[optind - 1];
    const char *name = word + 2;
    bool is_long = strncmp(word, "--", 2) == 0;
    if (found == ':')
        return is_long ? error_set(error, "option %s needs a value", word)
                       : error_set(error, "option -%c needs a value", optopt);
    size_t length = is_long ? strcspn(name, "=") : 0;
    if (is_long && has_unwanted_value(name, length, known))
        return error_set(error, "option --%.*s takes no value", (int)length, name);
    /* Of a letter getopt_long tells the letter, of an unknown long name nothing. */
    if (optopt != 0)
        return error_set(error, "unknown option -%c", optopt);
    const char *meant[2];
    if (is_ambiguous(name, length, known, meant))
        return error_set(error, "option --%.*s may be --%s or --%s: write it out", (int)length,
                         name, meant[0], meant[1]);
    char begun[EDIT_MAX_BYTES + 1];
    char hint[NEAREST_NAME_HINT_SIZE];
    struct nearest_name nearest;
    snprintf(begun, sizeof begun, "%.*s", (int)length, name);
    nearest_name_begin(&nearest, begun);
    for (; known->name != NULL; known++)
        nearest_name_offer(&nearest, known->name);
    return error_set(error, "unknown option --%.*s%s", (int)length, name,
                     nearest_name_hint(&nearest, "--", hint));
}
