/* What may be done with which files: Landlock, linux/landlock.h. */
#ifndef CRATEDEX_SERVER_SANDBOX_FILE_RULES_H
#define CRATEDEX_SERVER_SANDBOX_FILE_RULES_H

#include <cratedex/error.h>
#include <stdint.h>

/* Rights, as in linux/landlock.h. */
#define FILE_RULES_READ (UINT64_C(1) << 2)
#define FILE_RULES_WRITE (UINT64_C(1) << 1 | UINT64_C(1) << 14) /* truncating is part of it */
#define FILE_RULES_LIST (UINT64_C(1) << 3)
#define FILE_RULES_MAKE (UINT64_C(1) << 8) /* regular files */
#define FILE_RULES_REMOVE (UINT64_C(1) << 5)

struct file_rules {
    int ruleset;
    uint64_t handled; /* the rights that this kernel knows; none: it has no Landlock */
};

/* Rules that allow nothing yet. Where the kernel has no Landlock, all below does nothing. Returns
   0, or -1 and why. */
int file_rules_begin(struct file_rules *rules, struct error *error);

/* Allows something with a file, or with all below a folder, that is open (O_PATH will do). What is
   on no file system, such as a pipe, needs no rule and gets none. Returns 0, or -1 and why. */
int file_rules_allow(const struct file_rules *rules, int descriptor, uint64_t rights,
                     struct error *error);

/* From now on this thread, and those that it makes, can open, make and remove what was allowed and
   nothing else. Needs PR_SET_NO_NEW_PRIVS. Returns 0, or -1 and why. */
int file_rules_enforce(const struct file_rules *rules, struct error *error);

/* To be called in any case. */
void file_rules_end(const struct file_rules *rules);

#endif
