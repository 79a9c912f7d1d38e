/* nginx takes over listening sockets that the variable NGINX names by their descriptors, as its own
   new binary does in an upgrade: so the port is the kernel's choice, and connections wait from the
   first moment on. Its settings are those of Debian's nginx.conf, as far as they have a say in an
   answer.

   Time cannot be waited for. A file of the cache begins with a number for its form and the second
   until which it is fresh (ngx_http_file_cache_header_t), which nginx reads again for every
   request; written anew, the answer is stale. */
#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include "tests/support/nginx.h"

#include "tests/support/certificate.h"
#include "tests/support/page_block.h"
#include "tests/support/program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CACHE_FORM 5

static const char settings_format[] = "daemon off;\n"
                                      "%s"
                                      "worker_processes 1;\n"
                                      "pid %s/nginx.pid;\n"
                                      "error_log %s/error.log;\n"
                                      "events { worker_connections 768; }\n"
                                      "http {\n"
                                      "    sendfile on;\n"
                                      "    tcp_nopush on;\n"
                                      "    types_hash_max_size 2048;\n"
                                      "    default_type application/octet-stream;\n"
                                      "    gzip on;\n"
                                      "    access_log off;\n"
                                      "    client_body_temp_path %s/body;\n"
                                      "    proxy_temp_path %s/proxy;\n"
                                      "    fastcgi_temp_path %s/fastcgi;\n"
                                      "    uwsgi_temp_path %s/uwsgi;\n"
                                      "    scgi_temp_path %s/scgi;\n"
                                      "    include %s/cratedex.conf;\n"
                                      "}\n";

static const char *find_program(void)
{
    static const char *const paths[] = {"/usr/sbin/nginx", "/usr/local/sbin/nginx"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

bool nginx_is_there(void)
{
    return find_program() != NULL;
}

/* A listening socket on a port of the kernel's choice. */
static int open_listener(unsigned short *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

#define KEY "proxy_cache_key $scheme://$http_host$request_uri;"

/* The README's block with ports and folder in the places of its own, `more` behind the port it
   listens on, and `key` in place of the cache's key; the caller frees. */
static char *make_block(const struct nginx *nginx, unsigned short port, unsigned short server_port,
                        const char *more, const char *key)
{
    char text[4 * FOLDER_PATH_SIZE];
    char *block = page_block("server/README.md", "nginx");
    snprintf(text, sizeof text, "127.0.0.1:%u", server_port);
    block = page_block_replace(block, "127.0.0.1:8888", text);
    snprintf(text, sizeof text, "listen 127.0.0.1:%u%s", port, more);
    block = page_block_replace(block, "listen 80;", text);
    block = page_block_replace(block, KEY, key);
    snprintf(text, sizeof text, "%s/cache ", nginx->folder);
    return page_block_replace(block, "/var/cache/nginx-cratedex ", text);
}

static void write_settings(const struct nginx *nginx, const char *block, char path[])
{
    char text[8192];
    char block_path[FOLDER_PATH_SIZE];
    const char *folder = nginx->folder;
    const char *user = geteuid() == 0 ? "user root;\n" : ""; /* as whom the folder is */
    int length = snprintf(text, sizeof text, settings_format, user, folder, folder, folder, folder,
                          folder, folder, folder, folder);
    assert_in_range(length, 1, sizeof text - 1);
    folder_join(path, folder, "nginx.conf");
    folder_join(block_path, folder, "cratedex.conf");
    file_write(path, text, (size_t)length);
    file_write(block_path, block, strlen(block));
}

static void expect_no_faults(const char *program, const char *settings)
{
    const char *const arguments[] = {program, "-t", "-e", "stderr", "-c", settings, NULL};
    const struct program_options options = {.arguments = arguments};
    struct program_run run;
    program_run(&options, &run);
    if (run.status != 0 || strstr(run.error_out, "[warn]") != NULL)
        fail_msg("nginx -t: %s", run.error_out);
    program_run_free(&run);
}

static void run(struct nginx *nginx, const char *settings, int listener)
{
    const char *program = find_program();
    char inherited[32];
    char log[FOLDER_PATH_SIZE];
    expect_no_faults(program, settings);
    snprintf(inherited, sizeof inherited, "%d;", listener);
    folder_join(log, nginx->folder, "error.log");
    nginx->pid = fork();
    assert_true(nginx->pid >= 0);
    if (nginx->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        fcntl(listener, F_SETFD, 0);
        setenv("NGINX", inherited, 1);
        execl(program, program, "-e", log, "-c", settings, (char *)NULL);
        _exit(127);
    }
    close(listener);
}

static void start(struct nginx *nginx, unsigned short server_port, const char *scheme,
                  const char *more, const char *key)
{
    char settings[FOLDER_PATH_SIZE];
    unsigned short port;
    int listener = open_listener(&port);
    char *block = make_block(nginx, port, server_port, more, key);
    write_settings(nginx, block, settings);
    run(nginx, settings, listener);
    free(block);
    snprintf(nginx->url, sizeof nginx->url, "%s://127.0.0.1:%u", scheme, port);
}

void nginx_start(struct nginx *nginx, unsigned short server_port)
{
    folder_make(nginx->folder);
    start(nginx, server_port, "http", ";", KEY);
}

void nginx_start_with_default_key(struct nginx *nginx, unsigned short server_port)
{
    folder_make(nginx->folder);
    start(nginx, server_port, "http", ";", "");
}

bool nginx_start_tls(struct nginx *nginx, unsigned short server_port,
                     char certificate[FOLDER_PATH_SIZE])
{
    char key[FOLDER_PATH_SIZE];
    char more[3 * FOLDER_PATH_SIZE];
    folder_make(nginx->folder);
    folder_join(certificate, nginx->folder, "certificate.pem");
    if (!certificate_make(certificate, folder_join(key, nginx->folder, "key.pem"))) {
        folder_remove(nginx->folder);
        return false;
    }
    snprintf(more, sizeof more, " ssl;\n    ssl_certificate %s;\n    ssl_certificate_key %s;",
             certificate, key);
    start(nginx, server_port, "https", more, KEY);
    return true;
}

/* Returns false where the file is of another form. */
static bool age_file(const char *path)
{
    struct {
        uint64_t form;
        int64_t fresh_until;
    } head;
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(pread(file, &head, sizeof head, 0), sizeof head);
    bool is_known = head.form == CACHE_FORM;
    head.fresh_until = 1;
    if (is_known)
        assert_int_equal(pwrite(file, &head, sizeof head, 0), sizeof head);
    close(file);
    return is_known;
}

int nginx_age_cache(const struct nginx *nginx)
{
    char cache[FOLDER_PATH_SIZE];
    char *const roots[] = {cache, NULL};
    int n = 0;
    folder_join(cache, nginx->folder, "cache");
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(walk);
    for (FTSENT *entry = fts_read(walk); entry != NULL && n >= 0; entry = fts_read(walk))
        if (entry->fts_info == FTS_F)
            n = age_file(entry->fts_path) ? n + 1 : -1;
    fts_close(walk);
    return n;
}

void nginx_stop(struct nginx *nginx)
{
    int status;
    pid_t ended;
    assert_int_equal(kill(nginx->pid, SIGTERM), 0);
    do
        ended = waitpid(nginx->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    assert_int_equal(ended, nginx->pid);
    assert_int_equal(status, 0);
    folder_remove(nginx->folder);
}
