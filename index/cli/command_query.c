/* `query`: the search of the server, in a terminal. The words are joined by spaces to one text; the
   result is shown as a table that fits the terminal, as tab separated rows to a program, or as JSON
   (query_json.h). */
#include "index/base/json_text.h"
#include "index/cli/cli.h"
#include "index/cli/explain.h"
#include "index/cli/facet_table.h"
#include "index/cli/format.h"
#include "index/cli/no_match.h"
#include "index/cli/query_filters.h"
#include "index/cli/query_json.h"
#include "index/cli/reading.h"
#include "index/cli/show_highlights.h"
#include "index/cli/table.h"
#include "index/cli/terminal.h"

#include <cratedex/command_line.h>
#include <cratedex/crate_fragment.h>
#include <cratedex/index_file.h>
#include <cratedex/ranking.h>
#include <cratedex/search.h>
#include <cratedex/search_facets.h>
#include <cratedex/search_hints.h>
#include <cratedex/search_hit.h>
#include <cratedex/search_text.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 10

/* What the command line asks for. */
struct request {
    struct search_query query;
    struct query_filters filters;
    struct ranking ranking; /* what query.ranking points to, where a file was named */
    const char *ranking_path;
    bool json;
    bool explain;
    bool highlight;
};

/* The description is the one thing shown that only the crate's document has. NULL on failure; the
   caller frees. */
static char *read_description(struct index_reader *reader, uint32_t rank, struct error *error)
{
    const void *bytes;
    size_t size;
    if (index_reader_document(reader, rank, ENCODING_JSON, &bytes, &size, error) != 0)
        return NULL;
    json_t *document = json_text_read(bytes, size, 0, error);
    if (document == NULL) {
        error_prefix(error, "the document of crate number %" PRIu32 ": ", rank);
        return NULL;
    }
    const char *text = json_string_value(json_object_get(document, "description"));
    char *description = strdup(text != NULL ? text : "");
    json_decref(document);
    if (description == NULL)
        error_out_of_memory(error);
    return description;
}

static int add_hit(struct table *table, struct reading *reading, const struct search_hit *hit,
                   unsigned number, bool is_tabs, struct error *error)
{
    struct index_crate crate;
    index_crate(reading->index, hit->rank, &crate);
    char place[FORMAT_SIZE];
    char downloads[FORMAT_SIZE];
    snprintf(place, sizeof place, "%u", number);
    if (is_tabs)
        snprintf(downloads, sizeof downloads, "%" PRId64, crate.downloads);
    else
        format_count((uint64_t)crate.downloads, downloads);
    char *description = read_description(reading->reader, hit->rank, error);
    if (description == NULL)
        return -1;
    char *name = strndup(crate.name, crate.name_length);
    int status = -1;
    if (name != NULL) {
        const char *cells[] = {place, name, downloads, search_tier_name(hit->tier), description};
        status = table_add(table, cells);
    }
    free(name);
    free(description);
    return status == 0 ? 0 : error_out_of_memory(error);
}

/* "Also a keyword: parser (1,234 crates)" */
static void print_hints(const struct search_result *result)
{
    for (uint32_t i = 0; i < result->n_hints; i++) {
        const struct search_hint *hint = &result->hints[i];
        char n_crates[FORMAT_SIZE];
        printf("Also a %s: %.*s (%s crates)\n", search_hint_name(hint->kind), (int)hint->id_length,
               hint->id, format_count(hint->n_crates, n_crates));
    }
}

static int print_hits(struct reading *reading, const struct request *request,
                      const struct search_result *result, struct error *error)
{
    static const struct table_column columns[] = {
        {.title = "#", .is_number = true},
        {.title = "NAME", .is_bold = true},
        {.title = "DOWNLOADS", .is_number = true},
        {.title = "MATCH"},
        {.title = "DESCRIPTION"},
    };
    static const struct highlighted_columns highlighted = {.name = 1, .description = 4};
    bool is_tabs = !terminal_is_capable(stdout);
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    if (table == NULL)
        return error_out_of_memory(error);
    for (uint32_t i = 0; i < result->n_hits; i++) {
        const struct search_hit *hit = &result->hits[i];
        if (add_hit(table, reading, hit, i + 1, is_tabs, error) != 0 ||
            (request->highlight &&
             show_highlights(table, &highlighted, result->search, hit, error) != 0) ||
            (request->explain && explain_hit(table, result->search, hit, error) != 0)) {
            table_destroy(table);
            return -1;
        }
    }
    if (is_tabs) {
        table_print_tabs(table, stdout);
    } else {
        char shown[FORMAT_SIZE];
        char total[FORMAT_SIZE];
        table_print(table, stdout, 0, terminal_columns(stdout), terminal_wants_colour(stdout));
        printf("%s of %s crates\n", format_count(result->n_hits, shown),
               format_count(result->total, total));
        if (request->query.filters != NULL)
            query_filters_print(&request->query);
        if (result->did_you_mean[0] != '\0')
            printf("Did you mean: %s\n", result->did_you_mean);
        print_hints(result);
    }
    table_destroy(table);
    return 0;
}

/* Joins words by spaces; NULL when memory runs out. The caller frees. */
static char *join(char *const *words, int n_words)
{
    size_t size = 1;
    for (int i = 0; i < n_words; i++)
        size += strlen(words[i]) + 1;
    char *text = malloc(size);
    if (text == NULL)
        return NULL;
    char *end = text;
    for (int i = 0; i < n_words; i++) {
        size_t length = strlen(words[i]);
        if (i > 0)
            *end++ = ' ';
        memcpy(end, words[i], length);
        end += length;
    }
    *end = '\0';
    return text;
}

static int print_result(struct reading *reading, const struct request *request,
                        const struct search_result *result, struct error *error)
{
    unsigned members = (request->highlight ? SEARCH_HIT_HIGHLIGHTS : 0U) |
                       (request->explain ? SEARCH_HIT_EXPLANATION : 0U);
    if (request->json)
        return query_json_print(reading, &request->query, result, members, error);
    if (result->n_hits == 0)
        no_match_print(&request->query, result);
    else if (print_hits(reading, request, result, error) != 0)
        return -1;
    return result->facets != NULL ? facet_table_print(result->facets, error) : 0;
}

static int nothing_to_explain(void)
{
    return cli_usage_error(&command_query,
                           "--explain explains the order of relevance: give WORDS and no "
                           "other sort");
}

/* The result is big, so it lives on the heap. */
static int query_file(const char *path, struct request *request)
{
    struct error error = {0};
    struct reading reading;
    if (request->ranking_path != NULL) {
        ranking_set_defaults(&request->ranking);
        request->query.ranking = &request->ranking;
        if (ranking_read(&request->ranking, request->ranking_path, &error) != 0)
            return cli_fail("%s", error.message);
    }
    if (reading_open(&reading, path, &error) != 0)
        return cli_fail("%s", error.message);
    int read = query_filters_read(&request->filters, reading.index, &request->query);
    if (read == EXIT_OK && request->explain && request->query.text.data == NULL)
        read = nothing_to_explain();
    if (read != EXIT_OK) {
        reading_close(&reading);
        return read;
    }
    struct search_result *result = calloc(1, sizeof *result);
    int status = -1;
    if (result == NULL)
        error_out_of_memory(&error);
    else if (search_run(reading.reader, &request->query, result, &error) == SEARCH_OK)
        status = print_result(&reading, request, result, &error);
    free(result);
    reading_close(&reading);
    return status == 0 ? EXIT_OK : cli_fail("%s", error.message);
}

static int unknown_sort(const char *name)
{
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    const char *known;
    nearest_name_begin(&nearest, name);
    for (size_t i = 0; (known = search_sort_name(i)) != NULL; i++)
        nearest_name_offer(&nearest, known);
    return cli_usage_error(&command_query, "unknown sort: %s%s", name,
                           nearest_name_hint(&nearest, "", hint));
}

/* Takes one option. Returns EXIT_OK or EXIT_USAGE. */
static int take_option(int found, struct request *request)
{
    struct search_query *query = &request->query;
    struct error error;
    uint64_t limit;
    switch (found) {
    case OPTION_SORT:
        if (search_sort_parse(optarg, &query->sort) != 0)
            return unknown_sort(optarg);
        break;
    case OPTION_MATCH:
        if (search_match_parse(optarg, &query->match) != 0)
            return cli_usage_error(&command_query, "--match takes best or all: %s", optarg);
        break;
    case OPTION_LIMIT:
        if (cli_parse_number(optarg, 1, SEARCH_MAX_LIMIT, &limit) != 0)
            return cli_usage_error(&command_query, "--limit takes a number from 1 to %d: %s",
                                   SEARCH_MAX_LIMIT, optarg);
        query->limit = (uint32_t)limit;
        break;
    case OPTION_FILTER:
        return query_filters_take(&request->filters, optarg);
    case OPTION_RANKING:
        request->ranking_path = optarg;
        break;
    case OPTION_FACETS:
        if (search_facets_parse(optarg, &query->facets, &error) != 0)
            return cli_usage_error(&command_query, "--facets: %s: %s", error.message, optarg);
        break;
    case OPTION_EXPLAIN:
        request->explain = true;
        break;
    case OPTION_HIGHLIGHT:
        request->highlight = true;
        break;
    case OPTION_JSON:
        request->json = true;
        break;
    default:
        break;
    }
    return EXIT_OK;
}

static int run_query(int argc, char **argv)
{
    struct request request = {
        .query = {.sort = SEARCH_SORT_RELEVANCE, .limit = DEFAULT_LIMIT},
    };
    int found;
    int status;
    while ((found = cli_next_option(&command_query, argc, argv, &status)) >= 0)
        if ((status = take_option(found, &request)) != EXIT_OK)
            return status;
    if (found == CLI_ENDED)
        return status;
    if (argc - optind < (request.filters.n > 0 ? 1 : 2))
        return cli_usage_error(&command_query, "%s missing",
                               optind == argc ? "FILE is" : "WORDS are");
    char *text = join(argv + optind + 1, argc - optind - 1);
    if (text == NULL)
        return cli_fail("out of memory");
    struct error error = {0};
    bool is_empty = text[strspn(text, " \t\n\v\f\r")] == '\0';
    if (search_check_text(text, strlen(text), &error) != SEARCH_OK) {
        status = cli_usage_error(&command_query, "%s", error.message);
    } else if (request.explain && (is_empty || request.query.sort != SEARCH_SORT_RELEVANCE)) {
        status = nothing_to_explain();
    } else {
        /* No text at all is a list, which the library wants to be told as such. */
        if (!is_empty)
            request.query.text = (struct search_string){text, strlen(text)};
        status = query_file(argv[optind], &request);
    }
    free(text);
    return status;
}

static const struct option long_options[] = {
    {"sort", required_argument, NULL, OPTION_SORT},
    {"match", required_argument, NULL, OPTION_MATCH},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"ranking", required_argument, NULL, OPTION_RANKING},
    {"facets", required_argument, NULL, OPTION_FACETS},
    {"explain", no_argument, NULL, OPTION_EXPLAIN},
    {"highlight", no_argument, NULL, OPTION_HIGHLIGHT},
    {"json", no_argument, NULL, OPTION_JSON},
    CLI_LONG_OPTIONS,
};

const struct command command_query = {
    .name = "query",
    .arguments = "FILE WORD... [--filter NAME=VALUE]... [--sort SORT]\n"
                 "                            [--match MATCH] [--limit N] [--facets NAMES]\n"
                 "                            [--ranking FILE] [--explain] [--highlight] [--json]",
    .summary = "Search an index file for crates",
    .help =
        "  FILE             an index file\n"
        "  WORD...          what to search for, as in the search box, which also takes\n"
        "                   'serde = \"1.0\"', 'use serde::ser;' and addresses for the\n"
        "                   crates that they name; at most 256 characters; '' lists\n"
        "                   every crate; behind -- words may start with a dash.\n"
        "                   Filters may stand among them (license:mit, in:name),\n"
        "                   -word leaves out what has it, and all of\n"
        "                   '\"quoted words\"' must occur\n"
        "      --filter NAME=VALUE\n"
        "                   only crates with that; repeatable, all are required;\n"
        "                   WORD may be left out then:\n"
        "                   license=MIT (repeated: any that these together meet),\n"
        "                   rust_version=1.70 (or msrv=1.70; what does not say passes,\n"
        "                   unless rust_version_known=yes), edition=2021, has=lib|bin,\n"
        "                   no_std=yes, stable=yes, depends_on=CRATE (and\n"
        "                   kind=normal|build|dev behind it), updated_since=2024-01-31,\n"
        "                   created_since=2024-01-31, min_downloads=10000,\n"
        "                   owner=LOGIN, keyword=cli, category=parsing\n"
        "      --sort SORT  relevance (default), alphabetical (alpha), downloads,\n"
        "                   recent-downloads, recent-updates or new\n"
        "      --match MATCH\n"
        "                   best: enough of the words occur in a crate (default by\n"
        "                   relevance); all: every word does (default of other sorts)\n"
        "      --limit N    how many crates to show: 1 to 100, default 10\n"
        "      --facets NAMES\n"
        "                   what the crates that match have, and how many of them:\n"
        "                   the ten largest values of each of category, keyword,\n"
        "                   license, edition, rust_version and has, as many of these\n"
        "                   as are named, with commas between them\n"
        "      --ranking FILE\n"
        "                   weights of the order of relevance, a line `name = value`\n"
        "                   each; cratedex-server --help lists them\n"
        "      --explain    why each crate stands where it does\n"
        "      --highlight  what matched: underlined on a terminal, and below each crate\n"
        "                   the fields and keywords in which something did\n"
        "      --json       {\"crates\":[{\"tier\",\"score\",\"crate\"}],\"meta\":{\"total\"}};\n"
        "                   the meta has `did_you_mean`, `relaxed`, `named_version`,\n"
        "                   `read_as`, `hints` and `facets` as the server's has; with\n"
        "                   --explain the last member of `crate` is `explanation`;\n"
        "                   with --highlight it has `highlights`, in code points, and\n"
        "                   `matched_in`\n" CLI_OPTIONS_HELP("  "),
    .notes = "A terminal gets a table in its width, with where the words matched, how many\n"
             "crates match in all, and how filters were read. Elsewhere every crate is a\n"
             "line of tab separated cells, whole and without titles: number, name, downloads,\n"
             "match, description; what explains or highlights stands in lines that begin\n"
             "with a tab, as do facets: facet, value, number of crates. Where no crate\n"
             "matches, standard error says so.\n"
             "Colours: only on a terminal, and never where NO_COLOR is set.\n",
    .examples = "  cratedex-index query crates.cdx http client\n"
                "  cratedex-index query crates.cdx async --sort downloads --filter keyword=http\n",
    .short_options = CLI_SHORT_OPTIONS,
    .long_options = long_options,
    .run = run_query,
};
