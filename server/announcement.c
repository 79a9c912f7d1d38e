/* The main thread's: whatever it says of a snapshot it takes (published.h) and gives back. */
#include "server/announcement.h"

#include "server/service/published.h"
#include "server/service/snapshot.h"
#include "server/service_manager.h"

#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>

#define TEXT_SIZE 512

int announcement_init(struct announcement *announcement, const struct service *service,
                      int listener, int admin_listener, struct error *error)
{
    *announcement = (struct announcement){.service = service};
    if (listener_name(listener, announcement->address, error) != 0)
        return -1;
    return admin_listener < 0 ? 0
                              : listener_name(admin_listener, announcement->admin_address, error);
}

/* Returns 0, or -1 where memory runs out. */
static int describe(struct announcement *announcement, char text[TEXT_SIZE])
{
    struct published *snapshots = announcement->service->snapshots;
    const struct snapshot *snapshot = published_take(snapshots);
    if (snapshot == NULL)
        return -1;
    bool has_admin = announcement->admin_address[0] != '\0';
    snprintf(text, TEXT_SIZE, "http://%s%s%s (%" PRIu32 " crates, dump of %s)",
             announcement->address, has_admin ? " and for operators on http://" : "",
             announcement->admin_address, index_n_crates(snapshot->index),
             index_dump_timestamp(snapshot->index));
    announcement->generation = snapshot->generation;
    published_give_back(snapshots);
    return 0;
}

int announcement_begin(struct announcement *announcement, FILE *out, struct error *error)
{
    char text[TEXT_SIZE];
    struct pollfd polled = {.fd = fileno(stdout), .events = POLLOUT};
    if (describe(announcement, text) != 0)
        return error_out_of_memory(error);
    if (out != stdout || poll(&polled, 1, 0) != 0)
        fprintf(out, "cratedex-server " CRATEDEX_VERSION " listening on %s\n", text);
    if (fflush(out) != 0)
        return error_set(error, "cannot write to standard %s", out == stdout ? "output" : "error");
    service_manager_say_ready(text);
    return 0;
}

void announcement_end_reload(struct announcement *announcement, const char *fault)
{
    char text[TEXT_SIZE];
    if (fault != NULL)
        snprintf(text, sizeof text, "Not reloaded: %s", fault);
    else if (describe(announcement, text) != 0)
        text[0] = '\0';
    service_manager_say_ready(text);
}

void announcement_follow(struct announcement *announcement)
{
    char text[TEXT_SIZE];
    uint64_t said = announcement->generation;
    if (describe(announcement, text) == 0 && announcement->generation != said)
        service_manager_say_status(text);
}
