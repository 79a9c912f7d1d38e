/* Which files each option makes the server use, in one table. Names of hosts are looked up before,
   for the sandbox lets nobody read /etc/hosts or ask a resolver. */
#include "server/confinement.h"

#include "server/sandbox/sandbox.h"

#include <stdbool.h>
#include <stdio.h>

int confine(struct options *options, struct error *error)
{
    const struct sandbox_path paths[] = {
        {options->index_path, SANDBOX_READS},        {options->verify_key_path, SANDBOX_READS},
        {options->config_path, SANDBOX_READS},       {options->ranking_path, SANDBOX_READS},
        {options->ranking_b_path, SANDBOX_READS},    {options->slow_query_path, SANDBOX_APPENDS},
        {options->access_log_path, SANDBOX_APPENDS}, {options->pid_path, SANDBOX_MAKES},
        {options->downloads_path, SANDBOX_KEEPS},
    };
    bool confines_files;
    if (listen_address_resolve(&options->listen, error) != 0 ||
        (options->has_admin && listen_address_resolve(&options->admin_listen, error) != 0) ||
        sandbox_enter(paths, sizeof paths / sizeof *paths, &confines_files, error) != 0)
        return -1;
    if (!confines_files)
        fputs("cratedex-server: --sandbox: this kernel has no Landlock: system calls are confined, "
              "files are not\n",
              stderr);
    return 0;
}
