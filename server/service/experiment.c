/* XXH3 spreads ids evenly over 64 bits, of which the upper 32 are scaled to a number below 10,000.
   Nothing is remembered: the arm is a function of the id. */
#include "server/service/experiment.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define N_PARTS 10000 /* of all ids; a percent is a hundred of them */

int experiment_parse(const char *text, struct experiment *experiment, struct error *error)
{
    static const struct {
        const char *prefix;
        enum experiment_key key;
    } keys[] = {{"client=", EXPERIMENT_BY_CLIENT}, {"request=", EXPERIMENT_BY_REQUEST}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t length = strlen(keys[i].prefix);
        if (strncmp(text, keys[i].prefix, length) != 0)
            continue;
        const char *number = text + length;
        size_t n_digits = strspn(number, "0123456789");
        unsigned long percent = strtoul(number, NULL, 10);
        if (n_digits == 0 || n_digits > 3 || number[n_digits] != '\0' || percent > 100)
            break;
        experiment->key = keys[i].key;
        experiment->percent = (unsigned)percent;
        return 0;
    }
    return error_set(error,
                     "bad experiment '%s': write client=20 or request=20, for 20 %% of the clients "
                     "or requests",
                     text);
}

enum experiment_arm experiment_draw(const struct experiment *experiment, const char *id)
{
    uint64_t upper = XXH3_64bits(id, strlen(id)) >> 32;
    uint64_t part = upper * N_PARTS >> 32;
    return part < (uint64_t)experiment->percent * (N_PARTS / 100) ? EXPERIMENT_B : EXPERIMENT_A;
}

const char *experiment_arm_name(enum experiment_arm arm)
{
    static const char *const names[N_EXPERIMENT_ARMS] = {NULL, "a", "b"};
    return names[arm];
}

const char *experiment_cache_control(const struct experiment *experiment)
{
    return experiment->key == EXPERIMENT_BY_CLIENT ? "private, max-age=60" : "no-store";
}
