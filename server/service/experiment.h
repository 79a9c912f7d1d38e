/* Two rankings side by side: which of them a request gets. */
#ifndef CRATEDEX_SERVER_EXPERIMENT_H
#define CRATEDEX_SERVER_EXPERIMENT_H

#include <cratedex/error.h>

enum experiment_arm {
    EXPERIMENT_NONE, /* no experiment runs, or the answer is the same in both arms */
    EXPERIMENT_A,    /* --ranking, or the weights that are built in */
    EXPERIMENT_B     /* --ranking-b */
};
#define N_EXPERIMENT_ARMS 3

/* Whose arm is drawn. */
enum experiment_key {
    EXPERIMENT_BY_CLIENT, /* an address keeps its arm */
    EXPERIMENT_BY_REQUEST /* every request id has one */
};

struct experiment {
    enum experiment_key key;
    unsigned percent; /* that get arm B; 0 … 100 */
};

/* Reads `client=20` or `request=50`. Returns 0, or -1 and what to write instead. */
int experiment_parse(const char *text, struct experiment *experiment, struct error *error);

/* The arm of a client's address or a request's id: by a hash, the same in all servers and at all
   times. Who is in arm B stays there when the percentage grows. */
enum experiment_arm experiment_draw(const struct experiment *experiment, const char *id);

/* "a", "b"; NULL for EXPERIMENT_NONE. Static. */
const char *experiment_arm_name(enum experiment_arm arm);

/* Cache-Control of an answer that depends on the arm; static. What a shared cache keeps of one
   client it would send to those of the other arm, too, so it may keep nothing: `private`, for a
   client keeps its arm. Where each request draws anew, nobody may keep anything. */
const char *experiment_cache_control(const struct experiment *experiment);

#endif
