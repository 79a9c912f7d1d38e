/* bare_http: how fast libmicrohttpd alone can be on this machine. It answers every request with one
   response that was built at the start, with one status, from the same kind of daemon as the
   server's (epoll, a thread pool, keep-alive, and the same options where they cost something at
   each request: connections that time out, and the memory for one, which is zeroed), and looks at
   nothing of the request. What the server is slower than this is what the server itself costs.

   The response is shared by all threads; libmicrohttpd counts its references. A handler that queues
   on its first call makes libmicrohttpd close the connection, so it queues on the second. */
#include "server/connections/connection_table.h"
#include "server/connections/daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXIT_USAGE 2
#define MAX_THREADS 256
#define MAX_HEADERS 32
#define MAX_STATUS 599

static const char usage[] =
    "Usage: bare_http --body FILE [--header 'Name: value']… [--status N] [--port N] [--threads "
    "N]\n\n"
    "Answers every request on 127.0.0.1 with the bytes of FILE and status N (default 200; with "
    "304\n"
    "they are not sent). Prints its address (port 0, the default, takes a free one) and ends on\n"
    "SIGINT or SIGTERM.\n";

struct answer {
    struct MHD_Response *response;
    unsigned status;
};

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    *upload_size = 0; /* what a client uploads is dropped */
    if (*state == NULL) {
        *state = context;
        return MHD_YES;
    }
    const struct answer *prebuilt = context;
    return MHD_queue_response(connection, prebuilt->status, prebuilt->response);
}

/* The whole file in memory that libmicrohttpd frees, or NULL with errno set. */
static struct MHD_Response *read_body(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL)
        return NULL;
    struct MHD_Response *response = NULL;
    if (fstat(fileno(file), &status) == 0) {
        size_t size = (size_t)status.st_size;
        char *body = malloc(size + 1);
        if (body != NULL && fread(body, 1, size, file) == size)
            response = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
        if (response == NULL)
            free(body);
    }
    fclose(file);
    return response;
}

static int add_header(struct MHD_Response *response, const char *header)
{
    char name[128];
    const char *colon = strchr(header, ':');
    if (colon == NULL || (size_t)(colon - header) >= sizeof name)
        return -1;
    snprintf(name, sizeof name, "%.*s", (int)(colon - header), header);
    const char *value = colon + 1 + strspn(colon + 1, " ");
    return MHD_add_response_header(response, name, value) == MHD_YES ? 0 : -1;
}

static int parse_number(const char *text, unsigned long maximum, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || value > maximum)
        return -1;
    *number = (unsigned)value;
    return 0;
}

/* Blocks until SIGINT or SIGTERM; the daemon's threads inherit the mask and are not disturbed. */
static int serve(struct answer *prebuilt, unsigned port, unsigned n_threads)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);

    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, prebuilt,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)CONNECTION_HEAD_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)DAEMON_CONNECTION_BYTES, MHD_OPTION_THREAD_POOL_SIZE, n_threads, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "bare_http: cannot listen on port %u: %s\n", port, strerror(errno));
        return EXIT_FAILURE;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    printf("http://127.0.0.1:%" PRIu16 "\n", info != NULL ? info->port : (uint16_t)port);
    fflush(stdout);
    int received;
    sigwait(&signals, &received);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}

struct options {
    const char *body;
    const char *headers[MAX_HEADERS];
    unsigned n_headers;
    unsigned status;
    unsigned port;
    unsigned n_threads;
};

/* Returns 0; -1 where the command line is wrong; 1 where help was asked for. */
static int parse_options(int argc, char **argv, struct options *options)
{
    static const struct option long_options[] = {
        {"port", required_argument, NULL, 'p'},
        {"threads", required_argument, NULL, 't'},
        {"body", required_argument, NULL, 'b'},
        {"header", required_argument, NULL, 'H'},
        {"status", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *options = (struct options){.status = MHD_HTTP_OK, .n_threads = 1};
    int found;
    while ((found = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (found) {
        case 'p':
            if (parse_number(optarg, UINT16_MAX, &options->port) != 0)
                return -1;
            break;
        case 't':
            if (parse_number(optarg, MAX_THREADS, &options->n_threads) != 0)
                return -1;
            break;
        case 's':
            if (parse_number(optarg, MAX_STATUS, &options->status) != 0)
                return -1;
            break;
        case 'b':
            options->body = optarg;
            break;
        case 'H':
            if (options->n_headers == MAX_HEADERS)
                return -1;
            options->headers[options->n_headers++] = optarg;
            break;
        case 'h':
            return 1;
        default:
            return -1;
        }
    }
    return options->body != NULL && optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct options options;
    int parsed = parse_options(argc, argv, &options);
    if (parsed != 0) {
        fputs(usage, parsed > 0 ? stdout : stderr);
        return parsed > 0 ? EXIT_SUCCESS : EXIT_USAGE;
    }
    struct answer prebuilt = {.response = read_body(options.body), .status = options.status};
    if (prebuilt.response == NULL) {
        fprintf(stderr, "bare_http: %s: %s\n", options.body, strerror(errno));
        return EXIT_FAILURE;
    }
    int status = EXIT_SUCCESS;
    for (unsigned i = 0; i < options.n_headers && status == EXIT_SUCCESS; i++) {
        if (add_header(prebuilt.response, options.headers[i]) != 0) {
            fprintf(stderr, "bare_http: not a header: %s\n", options.headers[i]);
            status = EXIT_FAILURE;
        }
    }
    if (status == EXIT_SUCCESS)
        status = serve(&prebuilt, options.port, options.n_threads);
    MHD_destroy_response(prebuilt.response);
    return status;
}
