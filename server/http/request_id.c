/* Every thread hashes a counter of its own together with 128 random bits that it drew from the
   system when it made its first id: no two threads, and no two runs, share a sequence. */
#include "server/http/request_id.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

bool request_id_is_sane(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._~+/=-";
    size_t length = strspn(text, allowed);
    return length > 0 && length <= REQUEST_ID_MAX_BYTES && text[length] == '\0';
}

struct sequence {
    uint64_t random[2];
    uint64_t counter; /* 0: nothing is drawn yet */
};

static void begin(struct sequence *sequence)
{
    if (getrandom(sequence->random, sizeof sequence->random, 0) == (ssize_t)sizeof sequence->random)
        return;
    /* An old kernel, or one without entropy yet: the time and the thread's own address tell runs
       and threads apart. */
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    sequence->random[0] = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
    sequence->random[1] = (uint64_t)(uintptr_t)sequence;
}

void request_id_make(char id[REQUEST_ID_SIZE])
{
    static _Thread_local struct sequence sequence;
    if (sequence.counter == 0)
        begin(&sequence);
    sequence.counter++;
    XXH128_hash_t hash = XXH3_128bits(&sequence, sizeof sequence);
    snprintf(id, REQUEST_ID_SIZE, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
             (uint64_t)hash.low64);
}
