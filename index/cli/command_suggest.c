/* `suggest`: what the search box would offer for a text that is being typed. Suggestions come from
   memory, so the command needs an index but no reader. */
#include "index/cli/cli.h"
#include "index/cli/format.h"
#include "index/cli/table.h"
#include "index/cli/terminal.h"

#include <cratedex/index_file.h>
#include <cratedex/search_text.h>
#include <cratedex/suggest.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 10

static int print_suggestions(const struct suggestion *suggestions, size_t n_suggestions,
                             struct error *error)
{
    static const struct table_column columns[] = {{.title = "NAME", .is_bold = true},
                                                  {.title = "KIND"},
                                                  {.title = "DOWNLOADS", .is_number = true}};
    bool is_tabs = !terminal_is_capable(stdout);
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    int status = table == NULL ? -1 : 0;
    for (size_t i = 0; status == 0 && i < n_suggestions; i++) {
        char downloads[FORMAT_SIZE];
        if (is_tabs)
            snprintf(downloads, sizeof downloads, "%" PRId64, suggestions[i].downloads);
        else
            format_count((uint64_t)suggestions[i].downloads, downloads);
        char *name = strndup(suggestions[i].name, suggestions[i].name_length);
        const char *cells[] = {name, suggestion_kind_name(suggestions[i].kind), downloads};
        status = name != NULL ? table_add(table, cells) : -1;
        free(name);
    }
    if (status == 0 && is_tabs)
        table_print_tabs(table, stdout);
    else if (status == 0)
        table_print(table, stdout, 0, 0, terminal_wants_colour(stdout));
    table_destroy(table);
    return status == 0 ? 0 : error_out_of_memory(error);
}

static int print_json(const struct suggestion *suggestions, size_t n_suggestions,
                      struct error *error)
{
    msgpack_sbuffer buffer;
    msgpack_sbuffer_init(&buffer);
    struct encoder encoder;
    encoder_init(&encoder, ENCODING_JSON, &buffer);
    suggestions_encode(suggestions, n_suggestions, &encoder);
    int status = encoder_finish(&encoder, error);
    if (status == 0) {
        fwrite(buffer.data, 1, buffer.size, stdout);
        fputc('\n', stdout);
    }
    msgpack_sbuffer_destroy(&buffer);
    return status;
}

static int suggest_from_file(const char *path, const char *text, size_t limit, bool json)
{
    struct error error = {0};
    struct index *index = index_open(path, &error);
    if (index == NULL)
        return cli_fail("%s", error.message);
    struct suggestion suggestions[SUGGEST_MAX_LIMIT];
    size_t n_suggestions = suggest(index, text, strlen(text), suggestions, limit);
    int status = json ? print_json(suggestions, n_suggestions, &error)
                      : print_suggestions(suggestions, n_suggestions, &error);
    index_close(index);
    if (status == 0 && n_suggestions == 0 && !json)
        cli_note("nothing to suggest for '%s'; `cratedex-index query` searches descriptions and "
                 "READMEs, too",
                 text);
    return status == 0 ? EXIT_OK : cli_fail("%s", error.message);
}

static int run_suggest(int argc, char **argv)
{
    uint64_t limit = DEFAULT_LIMIT;
    bool json = false;
    int found;
    int status;
    while ((found = cli_next_option(&command_suggest, argc, argv, &status)) >= 0) {
        json = json || found == OPTION_JSON;
        if (found == OPTION_LIMIT && cli_parse_number(optarg, 1, SUGGEST_MAX_LIMIT, &limit) != 0)
            return cli_usage_error(&command_suggest, "--limit takes a number from 1 to %d: %s",
                                   SUGGEST_MAX_LIMIT, optarg);
    }
    if (found == CLI_ENDED)
        return status;
    if (argc - optind < 2)
        return cli_usage_error(&command_suggest, "%s is missing", optind == argc ? "FILE" : "TEXT");
    if (argc - optind > 2)
        return cli_usage_error(&command_suggest, "one TEXT is enough: %s", argv[optind + 2]);
    struct error error = {0};
    const char *text = argv[optind + 1];
    if (search_check_text(text, strlen(text), &error) != SEARCH_OK)
        return cli_usage_error(&command_suggest, "%s", error.message);
    return suggest_from_file(argv[optind], text, limit, json);
}

static const struct option long_options[] = {
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"json", no_argument, NULL, OPTION_JSON},
    CLI_LONG_OPTIONS,
};

const struct command command_suggest = {
    .name = "suggest",
    .arguments = "FILE TEXT [--limit N] [--json]",
    .summary = "Suggest crate names and keywords for what is being typed",
    .help =
        "  FILE           an index file\n"
        "  TEXT           what was typed so far; '' gives the most popular crates\n"
        "      --limit N  how many to show: 1 to 100, default 10\n"
        "      --json     {\"suggestions\":[{\"name\",\"kind\",\"downloads\",\"highlight\"}]}\n" //
    CLI_OPTIONS_HELP(""),
    .notes = "The crate of exactly this name comes first, then names that begin with it, names\n"
             "with a later word that does, names with one or two typos, and keywords; each by\n"
             "popularity. A keyword's downloads are those of its crates. Where standard output\n"
             "is no terminal, every suggestion is a line of tab separated cells: name, kind,\n"
             "downloads.\n",
    .examples = "  cratedex-index suggest crates.cdx toki\n"
                "  cratedex-index suggest crates.cdx serd --limit 3 --json\n",
    .short_options = CLI_SHORT_OPTIONS,
    .long_options = long_options,
    .run = run_suggest,
};
