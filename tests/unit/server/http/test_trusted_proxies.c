/* Networks: both families, prefixes that end within a byte, and what is no network. */
#include "server/http/trusted_proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof(array)[0])

static void finds_addresses_in_networks(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        const char *address;
        bool is_in;
    } cases[] = {
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"10.0.0.0/8", "a00::", false},
        {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"172.16.0.0/12", "172.31.255.1", true},
        {"172.16.0.0/12", "172.32.0.1", false},
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1/32", "192.0.2.1", true},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::1", false},
        {"::/0", "::1", true},
        {"::/0", "1.2.3.4", true},
        {"::1", "::1", true},
        {"::1/128", "::2", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        struct trusted_proxies proxies = {.n_networks = 0};
        struct ip_address address;
        struct error error;
        assert_int_equal(trusted_proxies_add(&proxies, cases[i].network, &error), 0);
        assert_int_equal(ip_address_parse(cases[i].address, &address), 0);
        if (trusted_proxies_have(&proxies, &address) != cases[i].is_in)
            fail_msg("%s in %s", cases[i].address, cases[i].network);
        assert_false(trusted_proxies_have(&(struct trusted_proxies){0}, &address));
    }
}

static void refuses_what_is_no_network(void **state)
{
    (void)state;
    static const char *const networks[] = {
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8x",
        "10.0.0/8",
        "::1/129",
        "::1/9999999",
        "localhost",
        "10.0.0.0 /8",
        "[::1]",
        "10.0.0.0/8/8",
        "1.2.3.4:80",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64",
    };
    for (size_t i = 0; i < N_ELEMENTS(networks); i++) {
        struct trusted_proxies proxies = {.n_networks = 0};
        struct error error;
        if (trusted_proxies_add(&proxies, networks[i], &error) != -1)
            fail_msg("'%s' is taken", networks[i]);
        assert_non_null(strstr(error.message, "bad network '"));
        assert_int_equal(proxies.n_networks, 0);
    }
    struct trusted_proxies full = {.n_networks = 0};
    struct error error;
    for (size_t i = 0; i < TRUSTED_PROXIES_MAX; i++)
        assert_int_equal(trusted_proxies_add(&full, "::1", &error), 0);
    assert_int_equal(trusted_proxies_add(&full, "::1", &error), -1);
}

static void reads_the_addresses_of_sockets(void **state)
{
    (void)state;
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x01020304)};
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct ip_address left;
    struct ip_address right;
    char text[INET6_ADDRSTRLEN];
    assert_int_equal(inet_pton(AF_INET6, "::ffff:1.2.3.4", &mapped.sin6_addr), 1);
    assert_int_equal(ip_address_of((const struct sockaddr *)&ipv4, &left), 0);
    assert_int_equal(ip_address_of((const struct sockaddr *)&mapped, &right), 0);
    assert_memory_equal(&left, &right, sizeof left);
    ip_address_write(&left, text);
    assert_string_equal(text, "1.2.3.4");
    assert_int_equal(ip_address_of(&other, &left), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_addresses_in_networks),
        cmocka_unit_test(refuses_what_is_no_network),
        cmocka_unit_test(reads_the_addresses_of_sockets),
    };
    return cmocka_run_group_tests_name("trusted_proxies", tests, NULL, NULL);
}
