/* Whom a request is from behind proxies: RFC 7239's own examples, lists, ports, what is hidden, and
   what no client can claim. */
#include "server/http/forwarding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void trust(struct trusted_proxies *proxies)
{
    static const char *const networks[] = {"127.0.0.0/8", "10.0.0.0/8", "fd00::/8"};
    struct error error;
    proxies->n_networks = 0;
    for (size_t i = 0; i < N_ELEMENTS(networks); i++)
        assert_int_equal(trusted_proxies_add(proxies, networks[i], &error), 0);
}

static void expect(const struct forwarding_fields *fields, const char *client, const char *scheme)
{
    struct trusted_proxies proxies;
    struct forwarding forwarding;
    const char *subject =
        fields->x_forwarded_for != NULL ? fields->x_forwarded_for : fields->forwarded;
    trust(&proxies);
    forwarding_read(&proxies, fields, &forwarding);
    if (forwarding.has_client != (client != NULL) ||
        (client != NULL && strcmp(forwarding.client, client) != 0))
        fail_msg("'%s': the client is %s, not %s", subject,
                 forwarding.has_client ? forwarding.client : "unknown",
                 client != NULL ? client : "unknown");
    if ((forwarding.scheme != NULL) != (scheme != NULL) ||
        (scheme != NULL && strcmp(forwarding.scheme, scheme) != 0))
        fail_msg("'%s': the scheme is %s", subject,
                 forwarding.scheme != NULL ? forwarding.scheme : "unknown");
}

static void reads_x_forwarded_for(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *client;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {" 192.0.2.1 ", "192.0.2.1"},
        {"192.0.2.1:47011", "192.0.2.1"},
        {"2001:DB8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:47011", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        /* The client wrote the first one itself. */
        {"198.51.100.7, 192.0.2.1", "192.0.2.1"},
        {"198.51.100.7, 192.0.2.1, 10.1.2.3", "192.0.2.1"},
        {"192.0.2.1, 10.1.2.3, fd00::5, 127.0.0.1", "192.0.2.1"},
        {"10.0.0.9, 10.0.0.8", "10.0.0.9"},
        {"192.0.2.1, unknown", NULL},
        {"192.0.2.1, unknown, 10.0.0.8", "10.0.0.8"},
        {"unknown, 192.0.2.1", "192.0.2.1"},
        {"", NULL},
        {", ,", NULL},
        {"192.0.2.1,, ", "192.0.2.1"},
        {"192.0.2", NULL},
        {"192.0.2.256", NULL},
        {"[2001:db8::1", NULL},
        {"[2001:db8::1]x", NULL},
        {"'; DROP TABLE clients", NULL},
        {"\"192.0.2.1", NULL},
        {"198.51.100.7, \"x, 192.0.2.1", "192.0.2.1"},
        {"0000000000000000000000000000000000000000000000000000000000000000000000192.0.2.1", NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        expect(&(struct forwarding_fields){.x_forwarded_for = cases[i].field}, cases[i].client,
               NULL);
}

static void reads_forwarded(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *client;
        const char *scheme;
    } cases[] = {
        {"for=\"_gazonk\"", NULL, NULL},
        {"For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17", NULL},
        {"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60", "http"},
        {"for=192.0.2.43, for=198.51.100.17", "198.51.100.17", NULL},
        {"for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown", NULL, NULL},
        {"for=_hidden, for=_SEVKISEK", NULL, NULL},
        {"for=192.0.2.60;proto=https, for=10.0.0.1;proto=http", "192.0.2.60", "https"},
        {" for = 192.0.2.60", NULL, NULL},
        {"for=\"192.0.2.60\" ; PROTO=\"HTTPS\"", "192.0.2.60", "https"},
        {"by=10.0.0.2;for=\"192.0.2.60:_port\"", "192.0.2.60", NULL},
        {"host=\"a,b;for=1.2.3.4\";for=192.0.2.60", "192.0.2.60", NULL},
        {"host=\"\\\",for=1.2.3.4\";for=192.0.2.60", "192.0.2.60", NULL},
        {"proto=ftp;for=192.0.2.60", "192.0.2.60", NULL},
        {"for=192.0.2.60, proto=https", NULL, "https"},
        /* What a client sent to hide or to change what the proxy appended. */
        {"host=\"unclosed, for=192.0.2.60", NULL, NULL},
        {"for=198.51.100.7;x=\", for=192.0.2.60", NULL, NULL},
        {"for=198.51.100.7;x=\", for=\"[2001:db8::1]\"", NULL, NULL},
        {"for=198.51.100.7;x=\"\\, for=\"[2001:db8::1]\"", NULL, NULL},
        {"for=198.51.100.7;x=y\"\", for=\"[2001:db8::1]\"", "2001:db8::1", NULL},
        {"", NULL, NULL},
        {";;,,==", NULL, NULL},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        expect(&(struct forwarding_fields){.forwarded = cases[i].field}, cases[i].client,
               cases[i].scheme);
}

static void weighs_the_fields(void **state)
{
    (void)state;
    expect(&(struct forwarding_fields){.x_forwarded_for = "192.0.2.1",
                                       .forwarded = "for=198.51.100.7;proto=https"},
           "192.0.2.1", NULL);
    expect(
        &(struct forwarding_fields){.x_forwarded_for = "192.0.2.1", .x_forwarded_proto = "HTTPS"},
        "192.0.2.1", "https");
    expect(&(struct forwarding_fields){.x_forwarded_for = "192.0.2.1",
                                       .x_forwarded_proto = "https, http "},
           "192.0.2.1", "http");
    expect(&(struct forwarding_fields){.x_forwarded_proto = "gopher", .forwarded = ""}, NULL, NULL);
    expect(&(struct forwarding_fields){.forwarded = "for=192.0.2.1;proto=https",
                                       .x_forwarded_proto = "http"},
           "192.0.2.1", "http");
    expect(&(struct forwarding_fields){0}, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_x_forwarded_for),
        cmocka_unit_test(reads_forwarded),
        cmocka_unit_test(weighs_the_fields),
    };
    return cmocka_run_group_tests_name("forwarding", tests, NULL, NULL);
}
