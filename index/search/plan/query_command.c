/* A command is cut at spaces; quotes around a word are taken off. An option's value is skipped
   where the option is known to have one. */
#include "index/search/plan/query_command.h"

#include <string.h>

static bool is_one_of(struct search_string word, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++) {
        if (word.length == strlen(list[i]) && memcmp(word.data, list[i], word.length) == 0)
            return true;
    }
    return false;
}
#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

/* Whose arguments are crates. */
static const char *const about_crates[] = {"add",    "install", "binstall", "uninstall",
                                           "remove", "rm",      "info",     "search"};

static const char *const with_value[] = {
    "-F",           "--features",      "--git",      "--branch",  "--tag",     "--rev",
    "--path",       "--target",        "--registry", "--index",   "--rename",  "--root",
    "--target-dir", "--bin",           "--config",   "--example", "--color",   "--jobs",
    "-j",           "--manifest-path", "-Z",         "--limit",   "--profile",
};
static const char *const with_version[] = {"--version", "--vers", "--precise"};
/* The package that is meant, but beside crates the one that they are added to. */
static const char *const with_package[] = {"-p", "--package", "-i", "--invert"};

/* The next word of the same command. */
static bool take_argument(struct query_cursor *cursor, struct search_string *word)
{
    while (query_peek(cursor) == ' ' || query_peek(cursor) == '"' || query_peek(cursor) == '\'')
        cursor->at++;
    const char *start = cursor->at;
    while (!query_at_end(cursor) && strchr(" \n\"'`;&|", *cursor->at) == NULL)
        cursor->at++;
    *word = (struct search_string){start, (size_t)(cursor->at - start)};
    return word->length > 0;
}

/* `serde`, `serde@1.0`, `serde:1.0`. */
static void add_package(struct query_names *names, struct search_string word)
{
    struct query_cursor cursor = {word.data, word.data + word.length};
    struct search_string name;
    struct search_string version;
    if (!query_take_name(&cursor, &name) ||
        (!query_at_end(&cursor) && query_peek(&cursor) != '@' && query_peek(&cursor) != ':'))
        return;
    query_names_add(names, name);
    if ((query_take(&cursor, "@") || query_take(&cursor, ":")) &&
        query_take_requirement(&cursor, &version) != QUERY_VERSION_NONE)
        query_names_set_version(names, version);
}

static void take_option(struct query_cursor *cursor, struct search_string option,
                        bool is_about_crates, struct query_names *names)
{
    struct search_string value = {NULL, 0};
    const char *equals = memchr(option.data, '=', option.length);
    if (equals != NULL) {
        value.data = equals + 1;
        value.length = (size_t)(option.data + option.length - value.data);
        option.length = (size_t)(equals - option.data);
    }
    bool has_version = IS_ONE_OF(option, with_version);
    bool has_package = IS_ONE_OF(option, with_package);
    if (equals == NULL && (!(has_version || has_package || IS_ONE_OF(option, with_value)) ||
                           !take_argument(cursor, &value)))
        return;
    struct query_cursor version = {value.data, value.data + value.length};
    if (has_package && !is_about_crates)
        add_package(names, value);
    else if (has_version && query_take_requirement(&version, &value) != QUERY_VERSION_NONE)
        query_names_set_version(names, value);
}

/* `$ ` and the like, and `sudo`. */
static void skip_prompt(struct query_cursor *cursor)
{
    while (!query_at_end(cursor) && strchr("$%>#`&| \n", *cursor->at) != NULL)
        cursor->at++;
    if (query_take_word(cursor, "sudo"))
        query_skip_spaces(cursor);
}

bool query_command_take(struct query_cursor *cursor, struct query_names *names)
{
    struct query_cursor ahead = *cursor;
    struct query_names found = *names;
    struct search_string word;
    skip_prompt(&ahead);
    if (!query_take_word(&ahead, "cargo") || !take_argument(&ahead, &word))
        return false;
    if (word.data[0] == '+' && !take_argument(&ahead, &word))
        return false;
    bool is_about_crates = IS_ONE_OF(word, about_crates);
    while (take_argument(&ahead, &word)) {
        if (word.data[0] == '-')
            take_option(&ahead, word, is_about_crates, &found);
        else if (is_about_crates)
            add_package(&found, word);
    }
    if (found.n_names == names->n_names)
        return false;
    *cursor = ahead;
    *names = found;
    return true;
}
