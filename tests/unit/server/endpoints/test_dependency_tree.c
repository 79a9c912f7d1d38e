/* Closures of dependencies: which version each gets, what is marked, and the limits. That the
   versions are those of cargo is checked by tests/cargo/check_tree.py. */
#include <cratedex/dependency_tree.h>

#include "index/resolve/dependency_resolution.h"
#include "tests/support/decode_both.h"
#include "tests/support/http_case.h"
#include "tests/support/registry_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int write_tree(void *context, struct encoder *encoder)
{
    dependency_tree_encode(context, encoder);
    return 0;
}

/* The tree as JSON; its parts that are in both must agree. */
static json_t *tree_of(struct built_index *built, const char *crate, const char *num,
                       uint32_t depth)
{
    struct error error = {.message = ""};
    int64_t version_id = registry_text_version(built, crate, num);
    struct dependency_tree *tree = dependency_tree_open(built->reader, version_id, depth, &error);
    if (tree == NULL)
        fail_msg("%s", error.message);
    json_t *json = decode_both(write_tree, tree);
    assert_int_equal(json_integer_at(json, "meta.total"), json_integer_at(json, "nodes.length"));
    assert_int_equal(json_integer_at(json, "meta.depth"), depth);
    dependency_tree_close(tree);
    return json;
}

/* A node a line: crate and number, `!` where it is yanked, and where each dependency leads. */
static void print_node(FILE *out, const json_t *nodes, const json_t *node)
{
    json_t *dependency;
    size_t i;
    fprintf(out, "%s%s %s", json_is_true(json_object_get(node, "yanked")) ? "!" : "",
            json_text_at(node, "crate"), json_text_at(node, "num"));
    json_array_foreach(json_object_get(node, "dependencies"), i, dependency)
    {
        const json_t *place = json_object_get(dependency, "node");
        const json_t *target = json_object_get(dependency, "target");
        fprintf(out, "%s %s %s", i > 0 ? ";" : ":", json_text_at(dependency, "crate"),
                json_text_at(dependency, "req"));
        if (json_is_string(target))
            fprintf(out, " for %s", json_string_value(target));
        if (json_is_integer(place))
            fprintf(out, " = %s",
                    json_text_at(json_array_get(nodes, (size_t)json_integer_value(place)), "num"));
        else
            fprintf(out, " ? %s", json_text_at(dependency, "unresolved"));
        if (json_is_true(json_object_get(dependency, "cycle")))
            fprintf(out, " cycle");
    }
    fputc('\n', out);
}

static char *print_tree(const json_t *tree)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const json_t *nodes = json_object_get(tree, "nodes");
    const json_t *meta = json_object_get(tree, "meta");
    const json_t *node;
    size_t i;
    assert_non_null(out);
    json_array_foreach(nodes, i, node)
    {
        print_node(out, nodes, node);
    }
    if (!json_is_true(json_object_get(meta, "resolved")))
        fputs("not resolved\n", out);
    if (json_is_true(json_object_get(meta, "truncated")))
        fputs("truncated\n", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void expect_tree(struct built_index *built, const char *crate, const char *num,
                        uint32_t depth, const char *expected)
{
    json_t *tree = tree_of(built, crate, num, depth);
    char *text = print_tree(tree);
    assert_string_equal(text, expected);
    free(text);
    json_decref(tree);
}

/* Builds, asks for app 1.0.0, and compares. */
static void expect(const char *registry, const char *expected)
{
    struct built_index built;
    registry_text_build(&built, registry);
    expect_tree(&built, "app", "1.0.0", DEPENDENCY_TREE_DEFAULT_DEPTH, expected);
    built_index_remove(&built);
}

static void a_leaf_is_a_tree(void **state)
{
    (void)state;
    expect("app 1.0.0\napp 2.0.0: app ^1\n", "app 1.0.0\n");
}

static void compatible_requirements_share_a_version(void **state)
{
    (void)state;
    expect("app 1.0.0: left ^1; right ^1; low ^0.1; lower ^0.2.1\n"
           "left 1.0.0: util ^1.2; low ~0.1.2\nright 1.4.0: util ^2\n"
           "util 1.2.0\nutil 1.9.0\nutil 1.10.0\nutil 2.0.0\nutil 2.1.0-beta\n"
           "low 0.1.2\nlow 0.1.9\nlow 0.2.0\nlower 0.2.1\nlower 0.2.3\nlower !0.2.4\nlower 0.3.0\n",
           "app 1.0.0: left ^1 = 1.0.0; right ^1 = 1.4.0; low ^0.1 = 0.1.9; lower ^0.2.1 = 0.2.3\n"
           "left 1.0.0: util ^1.2 = 1.10.0; low ~0.1.2 = 0.1.9\nright 1.4.0: util ^2 = 2.0.0\n"
           "low 0.1.9\nlower 0.2.3\nutil 1.10.0\nutil 2.0.0\n");
    /* One version suits all, although for one alone there would be a higher. */
    expect("app 1.0.0: left *; util ^1\nleft 1.0.0: util =1.2.0\nutil 1.2.0\nutil 1.9.0\n",
           "app 1.0.0: left * = 1.0.0; util ^1 = 1.2.0\nleft 1.0.0: util =1.2.0 = 1.2.0\nutil "
           "1.2.0\n");
    /* In 0.0.x nothing is compatible. */
    expect("app 1.0.0: left *; tiny =0.0.1\nleft 1.0.0: tiny 0.0.2\ntiny 0.0.1\ntiny 0.0.2\n",
           "app 1.0.0: left * = 1.0.0; tiny =0.0.1 = 0.0.1\nleft 1.0.0: tiny 0.0.2 = 0.0.2\ntiny "
           "0.0.1\n"
           "tiny 0.0.2\n");
}

static void other_kinds_are_left_out(void **state)
{
    (void)state;
    expect("app 1.0.0: lib ^1; extra ^1 optional; tool ^1 build; check ^1 dev; win ^1 for "
           "cfg(windows)\n"
           "lib 1.0.0: extra * optional\nextra 1.0.0\ntool 1.0.0\ncheck 1.0.0\nwin 1.0.0\n",
           "app 1.0.0: lib ^1 = 1.0.0; win ^1 for cfg(windows) = 1.0.0\nlib 1.0.0\nwin 1.0.0\n");
    /* The same crate for two targets. */
    expect("app 1.0.0: sys ^1 for cfg(unix); sys ^2 for cfg(windows); sys ^1 for cfg(wasi)\n"
           "sys 1.0.0\nsys 2.0.0\n",
           "app 1.0.0: sys ^1 for cfg(unix) = 1.0.0; sys ^2 for cfg(windows) = 2.0.0; "
           "sys ^1 for cfg(wasi) = 1.0.0\nsys 1.0.0\nsys 2.0.0\n");
}

/* The highest version of `lib` needs what cannot be had. */
static void the_search_goes_back(void **state)
{
    (void)state;
    expect("app 1.0.0: lib ^1\nlib 1.0.0: util ^1\nlib 1.1.0: util ^3\nlib 1.2.0: gone ^1\n"
           "util 1.0.0\nutil 2.0.0\ngone !1.0.0\n",
           "app 1.0.0: lib ^1 = 1.0.0\nlib 1.0.0: util ^1 = 1.0.0\nutil 1.0.0\n");
    expect(
        "app 1.0.0: lib ^1; util =1.0.0\nlib 1.0.0: util ^1\nlib 1.1.0: util =1.1.0\n"
        "util 1.0.0\nutil 1.1.0\n",
        "app 1.0.0: lib ^1 = 1.0.0; util =1.0.0 = 1.0.0\nlib 1.0.0: util ^1 = 1.0.0\nutil 1.0.0\n");
    expect("app 1.0.0: one ^1; two ^1\none 1.0.0 links z\none 1.1.0 links y\ntwo 1.0.0 links y\n",
           "app 1.0.0: one ^1 = 1.0.0; two ^1 = 1.0.0\none 1.0.0\ntwo 1.0.0\n");
}

/* Whoever comes first gets its highest version: the one with fewer candidates, wherever it
   stands. */
static void the_most_constrained_comes_first(void **state)
{
    (void)state;
    expect("app 1.0.0: many ^1; few ^1\nmany 1.0.0\nmany 1.1.0\nmany 1.2.0 links z\n"
           "few 1.0.0\nfew 1.1.0 links z\n",
           "app 1.0.0: many ^1 = 1.1.0; few ^1 = 1.1.0\nmany 1.1.0\nfew 1.1.0\n");
    expect("app 1.0.0: left ^1; right ^1\nleft 1.0.0: many ^1\nright 1.0.0: few ^1\n"
           "many 1.0.0\nmany 1.1.0\nmany 1.2.0 links z\nfew 1.0.0\nfew 1.1.0 links z\n",
           "app 1.0.0: left ^1 = 1.0.0; right ^1 = 1.0.0\nleft 1.0.0: many ^1 = 1.1.0\n"
           "right 1.0.0: few ^1 = 1.1.0\nmany 1.1.0\nfew 1.1.0\n");
    /* Of equals the one that was published first. */
    expect(
        "app 1.0.0: one ^1; two ^1\none 1.0.0\none 1.1.0 links z\ntwo 1.0.0\ntwo 1.1.0 links z\n",
        "app 1.0.0: one ^1 = 1.1.0; two ^1 = 1.0.0\none 1.1.0\ntwo 1.0.0\n");
}

static void what_cannot_be_had_is_marked(void **state)
{
    (void)state;
    expect("app 1.0.0: lib ^2; bare ^1; odd latest; util ^1\nlib 1.0.0\nodd 1.0.0\nutil 1.0.0\n",
           "app 1.0.0: lib ^2 ? version; bare ^1 ? version; odd latest ? version; util ^1 = 1.0.0\n"
           "util 1.0.0\nnot resolved\n");
    expect("app 1.0.0: lib =1.0.0; mid ^1\nmid 1.0.0: lib =1.1.0\nlib 1.0.0\nlib 1.1.0\n",
           "app 1.0.0: lib =1.0.0 = 1.0.0; mid ^1 = 1.0.0\nlib 1.0.0\nmid 1.0.0: lib =1.1.0 ? "
           "conflict\n"
           "not resolved\n");
    expect("app 1.0.0: one ^1; two ^1\none 1.0.0 links z\ntwo 1.0.0 links z\n",
           "app 1.0.0: one ^1 = 1.0.0; two ^1 ? conflict\none 1.0.0\nnot resolved\n");
}

static void a_yanked_root_has_a_tree(void **state)
{
    (void)state;
    expect("app !1.0.0: lib ^1\nlib 1.0.0: app ^1\n",
           "!app 1.0.0: lib ^1 = 1.0.0\nlib 1.0.0: app ^1 ? version\nnot resolved\n");
    struct built_index built;
    registry_text_build(&built, "odd 1.0: lib ^1\nlib 1.0.0\n"); /* no SemVer */
    expect_tree(&built, "odd", "1.0", 1, "odd 1.0: lib ^1 = 1.0.0\nlib 1.0.0\n");
    built_index_remove(&built);
}

static void cycles_are_marked(void **state)
{
    (void)state;
    expect("app 1.0.0: app ^1\n", "app 1.0.0: app ^1 = 1.0.0 cycle\n");
    expect("app 1.0.0: left ^1; right ^1\nleft 1.0.0: shared ^1\nright 1.0.0: shared ^1\n"
           "shared 1.0.0: leaf ^1; right ^1; app ^1\nleaf 1.0.0\n",
           "app 1.0.0: left ^1 = 1.0.0; right ^1 = 1.0.0\nleft 1.0.0: shared ^1 = 1.0.0\n"
           "right 1.0.0: shared ^1 = 1.0.0 cycle\n"
           "shared 1.0.0: leaf ^1 = 1.0.0; right ^1 = 1.0.0; app ^1 = 1.0.0 cycle\nleaf 1.0.0\n");
}

static void depth_is_limited(void **state)
{
    (void)state;
    static const char registry[] =
        "app 1.0.0: one ^1; far ^1\none 1.0.0: two ^1; back ^1\n"
        "two 1.0.0: far ^1; deep ^1\nfar 1.0.0\ndeep 1.0.0\nback 1.0.0\n";
    struct built_index built;
    registry_text_build(&built, registry);
    expect_tree(&built, "app", "1.0.0", 1,
                "app 1.0.0: one ^1 = 1.0.0; far ^1 = 1.0.0\n"
                "one 1.0.0: two ^1 ? depth; back ^1 ? depth\nfar 1.0.0\ntruncated\n");
    expect_tree(&built, "app", "1.0.0", 2,
                "app 1.0.0: one ^1 = 1.0.0; far ^1 = 1.0.0\n"
                "one 1.0.0: two ^1 = 1.0.0; back ^1 = 1.0.0\nfar 1.0.0\n"
                "two 1.0.0: far ^1 = 1.0.0; deep ^1 ? depth\nback 1.0.0\ntruncated\n");
    json_t *tree = tree_of(&built, "app", "1.0.0", DEPENDENCY_TREE_MAX_DEPTH);
    assert_int_equal(json_integer_at(tree, "nodes[2].depth"), 1);
    assert_int_equal(json_integer_at(tree, "nodes[5].depth"), 3);
    assert_int_equal(json_integer_at(tree, "nodes.length"), 6);
    json_decref(tree);
    built_index_remove(&built);
}

/* Crates node-0, node-1, … that all come into the closure of node-0. */
static void build_many(struct built_index *built, unsigned n, unsigned n_children)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (unsigned i = 0; i < n; i++) {
        fprintf(out, "node-%u 1.0.0", i);
        for (unsigned child = n_children * i + 1; child <= n_children * (i + 1) && child < n;
             child++)
            fprintf(out, "%s node-%u ^1", child == n_children * i + 1 ? ":" : ";", child);
        fputc('\n', out);
    }
    assert_int_equal(fclose(out), 0);
    registry_text_build(built, text);
    free(text);
}

static void size_is_limited(void **state)
{
    (void)state;
    struct built_index built;
    build_many(&built, DEPENDENCY_RESOLUTION_MAX_NODES, 3);
    json_t *tree = tree_of(&built, "node-0", "1.0.0", DEPENDENCY_TREE_MAX_DEPTH);
    assert_int_equal(json_integer_at(tree, "nodes.length"), DEPENDENCY_RESOLUTION_MAX_NODES);
    assert_true(json_is_false(json_object_get(json_object_get(tree, "meta"), "truncated")));
    assert_true(json_is_true(json_object_get(json_object_get(tree, "meta"), "resolved")));
    json_decref(tree);
    built_index_remove(&built);

    build_many(&built, DEPENDENCY_RESOLUTION_MAX_NODES + 1, 3);
    tree = tree_of(&built, "node-0", "1.0.0", DEPENDENCY_TREE_MAX_DEPTH);
    assert_int_equal(json_integer_at(tree, "nodes.length"), DEPENDENCY_RESOLUTION_MAX_NODES);
    assert_true(json_is_true(json_object_get(json_object_get(tree, "meta"), "truncated")));
    assert_true(json_is_false(json_object_get(json_object_get(tree, "meta"), "resolved")));
    /* The last one, and only it, is missing: node-500 is the second child of node-166. */
    assert_string_equal(json_text_at(tree, "nodes[166].dependencies[1].unresolved"), "size");
    json_decref(tree);
    built_index_remove(&built);

    /* A chain is deeper than may be asked for. */
    build_many(&built, 100, 1);
    tree = tree_of(&built, "node-0", "1.0.0", DEPENDENCY_TREE_MAX_DEPTH);
    assert_int_equal(json_integer_at(tree, "nodes.length"), DEPENDENCY_TREE_MAX_DEPTH + 1);
    assert_string_equal(json_text_at(tree, "nodes[64].dependencies[0].unresolved"), "depth");
    json_decref(tree);
    built_index_remove(&built);
}

/* Twelve crates of twelve versions each, every one of which is tried with every other before it
   shows that the last cannot be had: the search gives up, and the answer says what is missing. */
static void a_search_without_end_is_given_up(void **state)
{
    (void)state;
    enum { N = 12 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "app 1.0.0: c0 ^1\n");
    for (int i = 0; i < N; i++)
        for (int version = 0; version < N; version++) {
            fprintf(out, "c%d 1.%d.0: c%d ^1", i, version, i + 1);
            if (i == N - 1)
                fprintf(out, "; c%d =1.%d.0", N, version);
            fputs(i == N - 1 ? "; c0 =9.0.0\n" : "\n", out);
        }
    fprintf(out, "c%d 1.0.0\n", N);
    assert_int_equal(fclose(out), 0);
    struct built_index built;
    registry_text_build(&built, text);
    free(text);
    json_t *tree = tree_of(&built, "app", "1.0.0", DEPENDENCY_TREE_MAX_DEPTH);
    assert_true(json_is_false(json_object_get(json_object_get(tree, "meta"), "resolved")));
    assert_int_equal(json_integer_at(tree, "nodes.length"), N + 2);
    assert_string_equal(json_text_at(tree, "nodes[12].dependencies[2].unresolved"), "version");
    json_decref(tree);
    built_index_remove(&built);
}

/* A version with more dependencies than one request reads. */
static void dependencies_are_limited(void **state)
{
    (void)state;
    enum { N = 3100 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "app 1.0.0");
    for (int i = 0; i < N; i++)
        fprintf(out, "%s lib ^1", i > 0 ? ";" : ":");
    fprintf(out, "\nlib 1.0.0\n");
    assert_int_equal(fclose(out), 0);
    struct built_index built;
    registry_text_build(&built, text);
    free(text);
    json_t *tree = tree_of(&built, "app", "1.0.0", 1);
    assert_int_equal(json_integer_at(tree, "nodes.length"), 2);
    assert_int_equal(json_integer_at(tree, "nodes[0].dependencies.length"), 3000);
    assert_true(json_is_true(json_object_get(json_object_get(tree, "meta"), "truncated")));
    json_decref(tree);
    built_index_remove(&built);
}

/* More versions to choose from than one request reads. */
static void versions_are_limited(void **state)
{
    (void)state;
    enum { N_CRATES = 40, N_VERSIONS = 1000 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "app 1.0.0");
    for (int i = 0; i < N_CRATES; i++)
        fprintf(out, "%s lib-%d *", i > 0 ? ";" : ":", i);
    for (int i = 0; i < N_CRATES; i++)
        for (int version = 0; version < N_VERSIONS; version++)
            fprintf(out, "\nlib-%d 1.%d.0", i, version);
    assert_int_equal(fclose(out), 0);
    struct built_index built;
    registry_text_build(&built, text);
    free(text);
    json_t *tree = tree_of(&built, "app", "1.0.0", 1);
    assert_int_equal(json_integer_at(tree, "nodes[0].dependencies.length"), 30);
    assert_string_equal(json_text_at(tree, "nodes[30].num"), "1.999.0");
    assert_true(json_is_true(json_object_get(json_object_get(tree, "meta"), "truncated")));
    assert_true(json_is_false(json_object_get(json_object_get(tree, "meta"), "resolved")));
    json_decref(tree);
    built_index_remove(&built);
}

static void an_unknown_version_is_an_error(void **state)
{
    (void)state;
    struct built_index built;
    struct error error = {.message = ""};
    registry_text_build(&built, "app 1.0.0\n");
    assert_null(dependency_tree_open(built.reader, 4711, 1, &error));
    assert_string_equal(error.message, "index file: a version is gone");
    built_index_remove(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_a_tree),
        cmocka_unit_test(compatible_requirements_share_a_version),
        cmocka_unit_test(other_kinds_are_left_out),
        cmocka_unit_test(the_search_goes_back),
        cmocka_unit_test(the_most_constrained_comes_first),
        cmocka_unit_test(what_cannot_be_had_is_marked),
        cmocka_unit_test(a_yanked_root_has_a_tree),
        cmocka_unit_test(cycles_are_marked),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(a_search_without_end_is_given_up),
        cmocka_unit_test(dependencies_are_limited),
        cmocka_unit_test(versions_are_limited),
        cmocka_unit_test(an_unknown_version_is_an_error),
    };
    return cmocka_run_group_tests_name("dependency_tree", tests, NULL, NULL);
}
