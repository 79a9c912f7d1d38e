/* Any bytes as what a client sent of X-Forwarded-For and Forwarded. Beyond not crashing: to what a
   trusted proxy appends to them, they make no difference but that of hiding it. */
#include "server/http/forwarding.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The client's bytes with the proxy's element behind them; the caller frees. */
static char *appended(const uint8_t *data, size_t size, const char *element)
{
    char *field = malloc(size + strlen(element) + 1);
    if (field == NULL)
        abort();
    memcpy(field, data, size);
    memcpy(field + size, element, strlen(element) + 1);
    return field;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char client[] = "2001:db8::1";
    struct trusted_proxies proxies = {.n_networks = 0};
    struct error error;
    struct forwarding forwarding;
    require(trusted_proxies_add(&proxies, "10.0.0.0/8", &error) == 0);
    /* A NUL ends a field. */
    const uint8_t *nul = memchr(data, '\0', size);
    if (nul != NULL)
        size = (size_t)(nul - data);

    char *listed = appended(data, size, ", 2001:db8::1, 10.0.0.1");
    forwarding_read(&proxies, &(struct forwarding_fields){.x_forwarded_for = listed}, &forwarding);
    require(forwarding.has_client && strcmp(forwarding.client, client) == 0);
    free(listed);

    char *structured = appended(data, size, ", for=\"[2001:db8::1]\";proto=https, for=10.0.0.1");
    forwarding_read(&proxies, &(struct forwarding_fields){.forwarded = structured}, &forwarding);
    require(!forwarding.has_client ||
            (strcmp(forwarding.client, client) == 0 && strcmp(forwarding.scheme, "https") == 0));
    free(structured);

    char *alone = appended(data, size, "");
    forwarding_read(&proxies,
                    &(struct forwarding_fields){.forwarded = alone, .x_forwarded_proto = alone},
                    &forwarding);
    free(alone);
    return 0;
}
