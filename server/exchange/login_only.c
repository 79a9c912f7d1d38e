/* One table of paths that have no public operation. Each of their own methods is answered as
   crates.io answers without a session: 403. What a public path has for people who are logged in
   (PUT of owners, …) is not here: there a write method is 405, as on every path that only reads.

   Three operations bear a token of their own instead of a session (confirm, accept, the exchange of
   a token for trusted publishing). They change what belongs to an account, and we keep none to
   compare it with: 403 too. */
#include "server/exchange/login_only.h"

#include "server/http/path_pattern.h"

#include <string.h>

static const struct login_only records[] = {
    {"/api/v1/me", "GET, HEAD"},
    {"/api/v1/me/updates", "GET, HEAD"},
    {"/api/v1/me/tokens", "GET, HEAD, PUT"},
    {"/api/v1/me/tokens/{id}", "GET, HEAD, DELETE"},
    {"/api/v1/me/email_notifications", "PUT"},
    {"/api/v1/me/crate_owner_invitations", "GET, HEAD"},
    {"/api/v1/me/crate_owner_invitations/{crate_id}", "PUT"},
    {"/api/v1/me/crate_owner_invitations/accept/{token}", "PUT"},
    {"/api/v1/tokens/current", "DELETE"},
    {"/api/v1/confirm/{email_token}", "PUT"},
    {"/api/v1/users/{id}/resend", "PUT"},
    {"/api/v1/users/{user}/admin", "GET, HEAD"},
    {"/api/v1/users/{user}/lock", "PUT, DELETE"},
    {"/api/v1/crates/{name}/follow", "PUT, DELETE"},
    {"/api/v1/crates/{name}/following", "GET, HEAD"},
    {"/api/v1/crates/{name}/{version}/yank", "DELETE"},
    {"/api/v1/crates/{name}/{version}/unyank", "PUT"},
    {"/api/v1/crates/{name}/{version}/rebuild_docs", "POST"},
    {"/api/v1/trusted_publishing/github_configs", "GET, HEAD, POST"},
    {"/api/v1/trusted_publishing/github_configs/{id}", "DELETE"},
    {"/api/v1/trusted_publishing/gitlab_configs", "GET, HEAD, POST"},
    {"/api/v1/trusted_publishing/gitlab_configs/{id}", "DELETE"},
    {"/api/v1/trusted_publishing/tokens", "POST, DELETE"},
    {"/api/private/session/authorize", "GET, HEAD"},
    {"/api/private/crate_owner_invitations", "GET, HEAD"},
};

static bool ends_in_parameter(const char *pattern)
{
    return pattern[strlen(pattern) - 1] == '}';
}

const struct login_only *login_only_find(const char *path, const struct endpoint *endpoint)
{
    struct path_value values[REQUEST_MAX_PATH_VALUES];
    if (endpoint != NULL && !ends_in_parameter(endpoint->path))
        return NULL;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        if ((endpoint == NULL || !ends_in_parameter(records[i].path)) &&
            path_pattern_matches(records[i].path, path, values))
            return &records[i];
    return NULL;
}

/* Methods are compared as they are, in capitals (RFC 9110, section 9.1). */
bool login_only_has_method(const struct login_only *login_only, const char *method)
{
    size_t length = strlen(method);
    const char *methods = login_only->methods;
    while (length > 0 && methods != NULL) {
        methods += strspn(methods, ", ");
        if (strncmp(methods, method, length) == 0 &&
            (methods[length] == ',' || methods[length] == '\0'))
            return true;
        methods = strchr(methods, ',');
    }
    return false;
}
