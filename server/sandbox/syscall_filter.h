/* Which system calls the server may make: a seccomp filter. */
#ifndef CRATEDEX_SERVER_SANDBOX_SYSCALL_FILTER_H
#define CRATEDEX_SERVER_SANDBOX_SYSCALL_FILTER_H

#include <cratedex/error.h>

/* From now on this thread and those that it makes can call nothing else. Returns 0, or -1 and why:
   mostly a kernel without such filters. */
int syscall_filter_enter(struct error *error);

#endif
