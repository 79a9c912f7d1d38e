/* Our own OpenAPI document: complete, and the same in all encodings. */
#include "server/endpoints/openapi.h"
#include "server/exchange/router.h"
#include "tests/support/decode_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_document(void)
{
    size_t size;
    json_error_t fault;
    const char *text = openapi_text(&size);
    json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (document == NULL)
        fail_msg("server/endpoints/openapi.json, line %d: %s", fault.line, fault.text);
    return document;
}

/* Two patterns are the same whatever their parameters are called. */
static bool same_pattern(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        if (*a == '{') {
            a = strchr(a, '}');
            b = strchr(b, '}');
            if (a == NULL || b == NULL)
                return false;
        }
        a++;
        b++;
    }
    return *a == *b;
}

static bool has_path(json_t *paths, const char *pattern)
{
    const char *path;
    json_t *operations;
    json_object_foreach(paths, path, operations)
    {
        if (same_pattern(path, pattern))
            return true;
    }
    return false;
}

static bool is_routed(const char *path)
{
    for (unsigned route = 0; route < router_other(); route++)
        if (same_pattern(path, router_endpoint(route)->path))
            return true;
    return false;
}

static void has_every_route(void **state)
{
    (void)state;
    json_t *document = read_document();
    json_t *paths = json_object_get(document, "paths");
    for (unsigned route = 0; route < router_other(); route++)
        if (!endpoint_is_page(router_endpoint(route)) &&
            !has_path(paths, router_endpoint(route)->path))
            fail_msg("server/endpoints/openapi.json does not have %s",
                     router_endpoint(route)->path);
    json_decref(document);
}

/* The one operation of a path. */
static json_t *operation_of(json_t *operations)
{
    json_t *get = json_object_get(operations, "get");
    return get != NULL ? get : json_object_get(operations, "post");
}

static void has_nothing_that_is_not_routed(void **state)
{
    (void)state;
    json_t *document = read_document();
    const char *path;
    json_t *operations;
    json_object_foreach(json_object_get(document, "paths"), path, operations)
    {
        bool is_for_clients = json_object_get(operations, "x-cratedex-audience") == NULL;
        if (!is_routed(path))
            fail_msg("%s is not routed", path);
        assert_non_null(operation_of(operations));
        assert_int_equal(json_object_size(operations), is_for_clients ? 1 : 2);
    }
    json_decref(document);
}

/* Where a reference (RFC 6901) points, or NULL. */
static json_t *at_reference(json_t *document, const char *reference)
{
    json_t *node = document;
    assert_memory_equal(reference, "#/", 2);
    reference += 2;
    while (node != NULL && *reference != '\0') {
        char name[128];
        size_t length = strcspn(reference, "/");
        assert_true(length < sizeof name);
        memcpy(name, reference, length);
        name[length] = '\0';
        node = json_object_get(node, name);
        reference += length + (reference[length] == '/');
    }
    return node;
}

static void check_references(json_t *document, json_t *node)
{
    const char *key;
    json_t *value;
    size_t i;
    json_array_foreach(node, i, value)
    {
        check_references(document, value);
    }
    json_object_foreach(node, key, value)
    {
        if (strcmp(key, "$ref") == 0 && at_reference(document, json_string_value(value)) == NULL)
            fail_msg("%s points at nothing", json_string_value(value));
        check_references(document, value);
    }
}

static void refers_to_what_it_has(void **state)
{
    (void)state;
    json_t *document = read_document();
    check_references(document, document);
    json_decref(document);
}

static int write_document(void *context, struct encoder *encoder)
{
    openapi_encode(context, encoder);
    return 0;
}

/* The document that is served describes what is answered where it is served. */
static void describes_what_the_address_has(void **state)
{
    (void)state;
    static const enum address_role roles[] = {ADDRESS_SOLE, ADDRESS_PUBLIC};
    for (size_t i = 0; i < 2; i++) {
        struct error error;
        size_t n_answered = 0;
        const struct service service = {.role = roles[i], .site = NULL};
        struct openapi *openapi = openapi_create(roles[i] == ADDRESS_PUBLIC, &error);
        assert_non_null(openapi);
        json_t *document = decode_both(write_document, openapi);
        json_t *paths = json_object_get(document, "paths");
        for (unsigned route = 0; route < router_other(); route++) {
            struct request request = {.path = router_endpoint(route)->path};
            unsigned found;
            bool is_answered = router_find(&request, &service, &found) != NULL;
            n_answered += is_answered;
            if (has_path(paths, request.path) != is_answered)
                fail_msg("%s is answered: %d, and described: %d", request.path, is_answered,
                         !is_answered);
        }
        check_references(document, document);
        assert_int_equal(json_object_size(paths), n_answered);
        json_decref(document);
        openapi_destroy(openapi);
    }
}

static void an_admin_address_has_four_paths(void **state)
{
    (void)state;
    unsigned n_paths = 0;
    const struct service service = {.role = ADDRESS_ADMIN};
    for (unsigned route = 0; route < router_other(); route++) {
        struct request request = {.path = router_endpoint(route)->path};
        unsigned found;
        n_paths += router_find(&request, &service, &found) != NULL;
    }
    assert_int_equal(n_paths, 4);
}

/* The parameters that a path names are those that it describes. */
static void describes_the_parameters_of_paths(void **state)
{
    (void)state;
    json_t *document = read_document();
    const char *path;
    json_t *operations;
    json_object_foreach(json_object_get(document, "paths"), path, operations)
    {
        json_t *parameters = json_object_get(operation_of(operations), "parameters");
        size_t i;
        json_t *parameter;
        unsigned n_described = 0;
        unsigned n_named = 0;
        json_array_foreach(parameters, i, parameter)
        {
            json_t *reference = json_object_get(parameter, "$ref");
            if (reference != NULL)
                parameter = at_reference(document, json_string_value(reference));
            if (strcmp(json_string_value(json_object_get(parameter, "in")), "path") != 0)
                continue;
            const char *name = json_string_value(json_object_get(parameter, "name"));
            char named[64];
            snprintf(named, sizeof named, "{%s}", name);
            if (strstr(path, named) == NULL)
                fail_msg("%s has no %s", path, named);
            n_described++;
        }
        for (const char *c = path; *c != '\0'; c++)
            n_named += *c == '{';
        if (n_described != n_named)
            fail_msg("%s: %u parameters are named and %u described", path, n_named, n_described);
    }
    json_decref(document);
}

static void is_the_same_in_all_encodings(void **state)
{
    (void)state;
    struct error error;
    struct openapi *openapi = openapi_create(false, &error);
    assert_non_null(openapi);
    json_t *encoded = decode_both(write_document, openapi);
    json_t *document = read_document();
    json_object_set_new(json_object_get(document, "info"), "version",
                        json_string(CRATEDEX_VERSION));
    json_object_del(json_object_get(document, "paths"), "/-/reload");
    json_object_del(json_object_get(document, "paths"), "/status.json");
    char *texts[] = {json_dumps(document, JSON_COMPACT), json_dumps(encoded, JSON_COMPACT)};
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
    json_decref(document);
    json_decref(encoded);
    openapi_destroy(openapi);
    openapi_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_every_route),
        cmocka_unit_test(has_nothing_that_is_not_routed),
        cmocka_unit_test(refers_to_what_it_has),
        cmocka_unit_test(describes_what_the_address_has),
        cmocka_unit_test(an_admin_address_has_four_paths),
        cmocka_unit_test(describes_the_parameters_of_paths),
        cmocka_unit_test(is_the_same_in_all_encodings),
    };
    return cmocka_run_group_tests_name("openapi", tests, NULL, NULL);
}
