/* The assembler copies the files in: what gcc and clang have in common, for C17 has no #embed. A
   new file is a line of one of the two lists. */
#include "server/html/files.h"

#include <stdint.h>
#include <string.h>

#define TEMPLATES(X)                                                                               \
    X(head)                                                                                        \
    X(top)                                                                                         \
    X(bottom)                                                                                      \
    X(error)                                                                                       \
    X(home)                                                                                        \
    X(about)                                                                                       \
    X(list_head)                                                                                   \
    X(pager)                                                                                       \
    X(crate_list)                                                                                  \
    X(keywords)                                                                                    \
    X(keyword)                                                                                     \
    X(categories)                                                                                  \
    X(category)                                                                                    \
    X(owner)                                                                                       \
    X(docs)                                                                                        \
    X(docs_operation)                                                                              \
    X(docs_field)                                                                                  \
    X(status)                                                                                      \
    X(status_answers)                                                                              \
    X(status_asked)                                                                                \
    X(crate)                                                                                       \
    X(dependencies)                                                                                \
    X(features)                                                                                    \
    X(versions)                                                                                    \
    X(crate_dependents)                                                                            \
    X(crate_versions)                                                                              \
    X(crate_features)                                                                              \
    X(crate_dependencies)                                                                          \
    X(crate_crumbs)                                                                                \
    X(crate_pages)                                                                                 \
    X(crate_missing)                                                                               \
    X(readme)                                                                                      \
    X(search)                                                                                      \
    X(encodings)                                                                                   \
    X(search_chips)                                                                                \
    X(search_filters)

/* These are no HTML. */
#define XML_TEMPLATES(X) X(opensearch)

/* Key, stem, extension. */
#define ASSETS(X)                                                                                  \
    X(style, "style", ".css")                                                                      \
    X(lists, "lists", ".css")                                                                      \
    X(crate, "crate", ".css")                                                                      \
    X(readme, "readme", ".css")                                                                    \
    X(copy, "copy", ".js")                                                                         \
    X(suggest, "suggest", ".js")                                                                   \
    X(docs_style, "docs", ".css")                                                                  \
    X(docs, "docs", ".js")                                                                         \
    X(status_style, "status", ".css")                                                              \
    X(status, "status", ".js")                                                                     \
    X(status_charts, "status_charts", ".js")                                                       \
    X(icon, "icon", ".svg")                                                                        \
    X(encodings_style, "encodings", ".css")                                                        \
    X(encodings, "encodings", ".js")                                                               \
    X(encodings_measure, "encodings_measure", ".js")                                               \
    X(encodings_plot, "encodings_plot", ".js")                                                     \
    X(encodings_report, "encodings_report", ".js")                                                 \
    X(messagepack, "messagepack", ".js")                                                           \
    X(statistics, "statistics", ".js")                                                             \
    X(search_style, "search", ".css")                                                              \
    X(search, "search", ".js")

#define EMBED(symbol, path)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".balign 16\n"                                                                         \
            "cratedex_html_" symbol ":\n"                                                          \
            ".incbin \"server/html/" path "\"\n"                                                   \
            "cratedex_html_" symbol "_end:\n"                                                      \
            ".balign 8\n"                                                                          \
            "cratedex_html_" symbol "_size:\n"                                                     \
            ".quad cratedex_html_" symbol "_end - cratedex_html_" symbol "\n"                      \
            ".popsection\n");

#define EMBED_TEMPLATE(name, extension)                                                            \
    EMBED("template_" #name, "templates/" #name extension)                                         \
    extern const char cratedex_html_template_##name[];                                             \
    extern const uint64_t cratedex_html_template_##name##_size;
#define EMBED_HTML(name) EMBED_TEMPLATE(name, ".html")
#define EMBED_XML(name) EMBED_TEMPLATE(name, ".xml")
#define EMBED_ASSET(key, stem, extension)                                                          \
    EMBED("asset_" #key, "assets/" stem extension)                                                 \
    extern const char cratedex_html_asset_##key[];                                                 \
    extern const uint64_t cratedex_html_asset_##key##_size;

TEMPLATES(EMBED_HTML)
XML_TEMPLATES(EMBED_XML)
ASSETS(EMBED_ASSET)

bool html_template_at(size_t i, struct template_source *source)
{
#define ROW(name) {#name, cratedex_html_template_##name, &cratedex_html_template_##name##_size},
    static const struct {
        const char *name;
        const char *text;
        const uint64_t *size;
    } rows[] = {TEMPLATES(ROW) XML_TEMPLATES(ROW)};
#undef ROW
    if (i >= sizeof rows / sizeof *rows)
        return false;
    *source = (struct template_source){
        .name = rows[i].name,
        .text = rows[i].text,
        .size = *rows[i].size,
    };
    return true;
}

static const char *media_type_of(const char *extension)
{
    if (strcmp(extension, ".css") == 0)
        return "text/css; charset=utf-8";
    if (strcmp(extension, ".js") == 0)
        return "text/javascript; charset=utf-8";
    return "image/svg+xml";
}

bool html_asset_at(size_t i, struct html_asset *asset)
{
#define ROW(key, stem, extension)                                                                  \
    {#key, stem, extension, cratedex_html_asset_##key, &cratedex_html_asset_##key##_size},
    static const struct {
        const char *key;
        const char *stem;
        const char *extension;
        const char *bytes;
        const uint64_t *size;
    } rows[] = {ASSETS(ROW)};
#undef ROW
    if (i >= sizeof rows / sizeof *rows)
        return false;
    *asset = (struct html_asset){
        .key = rows[i].key,
        .stem = rows[i].stem,
        .extension = rows[i].extension,
        .media_type = media_type_of(rows[i].extension),
        .bytes = rows[i].bytes,
        .size = *rows[i].size,
    };
    return true;
}
