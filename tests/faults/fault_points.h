/* Calls that fail on purpose: the programs are linked with these sources once more, and what they
   and their libraries call is counted here before the C library gets it. Who tests says in a page
   of memory that both share which call fails; the page is the file that CRATEDEX_FAULTS names
   (fault_control.py). Without it nothing fails. */
#ifndef CRATEDEX_TESTS_FAULTS_FAULT_POINTS_H
#define CRATEDEX_TESTS_FAULTS_FAULT_POINTS_H

#include <stdbool.h>
#include <stdint.h>

/* How a call goes wrong. Each kind has a count of its own, of the calls that can go wrong so. */
enum fault_kind {
    FAULT_FAILS,          /* a call of the system, with an errno that fits it */
    FAULT_FALLS_SHORT,    /* reads or writes half of what was asked for */
    FAULT_IS_INTERRUPTED, /* EINTR, before anything was done */
    FAULT_NO_MEMORY,      /* an allocation */
    N_FAULT_KINDS
};

/* The page. fault_control.py knows its layout, too. */
struct fault_control {
    uint64_t n_calls[N_FAULT_KINDS];
    uint64_t at[N_FAULT_KINDS]; /* the call that goes wrong, counted from 1 on; 0: none does */
    uint64_t n_faults;          /* so many went wrong */
    int64_t clock_ahead;        /* seconds that time(2) is ahead */
    uint64_t n_processors;      /* what sysconf(3) says; 0: the truth */
    uint64_t notes_stacks;      /* not 0: see fault_stacks.c */
    char last[64];              /* the name of the call that went wrong last */
};
_Static_assert(sizeof(struct fault_control) == (2 * N_FAULT_KINDS + 4) * 8 + 64, "no padding");

/* Counts a call. Whether it goes wrong: the caller then does so. */
bool fault_is_due(enum fault_kind kind, const char *call);

/* The page, or NULL where nobody tests. */
const struct fault_control *fault_control(void);

/* Notes where an allocation is asked for, the `n`-th one: the first time that this stack is seen a
   line with `n` goes to the file that CRATEDEX_FAULT_STACKS names. */
void fault_note_stack(uint64_t n);

/* With CRATEDEX_FAULT_TRACE in the environment: prints the stack of a call that goes wrong. */
void fault_trace(const char *call);

#endif
