/* Debian 12 has no library for Landlock, and its C library no functions: these are the three
   system calls of landlock(7), and rights in the order in which kernels learned them. A kernel
   is asked for those that it knows. Without the newest, some actions on files cannot be
   forbidden (up to 6.1 one of them is to truncate); those that make, open and remove can since
   5.13. */
#define _GNU_SOURCE /* syscall */

#include "server/sandbox/file_rules.h"

#include <errno.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How many rights each version of the interface knows: the first bits. */
static const unsigned n_rights[] = {0, 13, 14, 15, 15, 16};

#define LAST_VERSION (sizeof n_rights / sizeof n_rights[0] - 1)

/* Of a rule for a file no other rights are taken. */
#define RIGHTS_OF_FILES (FILE_RULES_READ | FILE_RULES_WRITE | LANDLOCK_ACCESS_FS_EXECUTE)

_Static_assert(FILE_RULES_READ == LANDLOCK_ACCESS_FS_READ_FILE &&
                   (FILE_RULES_WRITE & LANDLOCK_ACCESS_FS_WRITE_FILE) != 0 &&
                   FILE_RULES_LIST == LANDLOCK_ACCESS_FS_READ_DIR &&
                   FILE_RULES_MAKE == LANDLOCK_ACCESS_FS_MAKE_REG &&
                   FILE_RULES_REMOVE == LANDLOCK_ACCESS_FS_REMOVE_FILE,
               "rights are the kernel's bits");

int file_rules_begin(struct file_rules *rules, struct error *error)
{
    *rules = (struct file_rules){.ruleset = -1};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0; /* ENOSYS: the kernel is older; EOPNOTSUPP: it was started without */
    if (version > (long)LAST_VERSION)
        version = (long)LAST_VERSION;
    rules->handled = (UINT64_C(1) << n_rights[version]) - 1;
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = rules->handled};
    rules->ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    return rules->ruleset >= 0
               ? 0
               : error_set(error, "cannot confine files (Landlock): %s", strerror(errno));
}

int file_rules_allow(const struct file_rules *rules, int descriptor, uint64_t rights,
                     struct error *error)
{
    struct stat status;
    if (rules->handled == 0)
        return 0;
    if (fstat(descriptor, &status) != 0)
        return error_set(error, "cannot tell what kind of file it is: %s", strerror(errno));
    rights &= rules->handled & (S_ISDIR(status.st_mode) ? UINT64_MAX : RIGHTS_OF_FILES);
    const struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                                    .parent_fd = descriptor};
    if (syscall(SYS_landlock_add_rule, rules->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ||
        errno == EBADFD)
        return 0;
    return error_set(error, "cannot allow a file (Landlock): %s", strerror(errno));
}

int file_rules_enforce(const struct file_rules *rules, struct error *error)
{
    if (rules->handled == 0 || syscall(SYS_landlock_restrict_self, rules->ruleset, 0) == 0)
        return 0;
    return error_set(error, "cannot confine files (Landlock): %s", strerror(errno));
}

void file_rules_end(const struct file_rules *rules)
{
    if (rules->ruleset >= 0)
        close(rules->ruleset);
}
