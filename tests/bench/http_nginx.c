/* The file's descriptor stays open and nothing is logged, so that nginx does no more than it must.
   It runs in the foreground, as our child, and its workers as the same user, for the folder is that
   user's alone. */
#include "tests/bench/http_nginx.h"

#include "tests/bench/bench_child.h"

#include <stdio.h>
#include <unistd.h>

static const char settings_format[] = "daemon off;\n"
                                      "%s"
                                      "worker_processes %u;\n"
                                      "pid %s/nginx.pid;\n"
                                      "error_log stderr crit;\n"
                                      "events { worker_connections 4096; }\n"
                                      "http {\n"
                                      "    access_log off;\n"
                                      "    sendfile on;\n"
                                      "    tcp_nopush on;\n"
                                      "    keepalive_requests 1000000000;\n"
                                      "    open_file_cache max=16;\n"
                                      "    client_body_temp_path %s;\n"
                                      "    proxy_temp_path %s;\n"
                                      "    fastcgi_temp_path %s;\n"
                                      "    uwsgi_temp_path %s;\n"
                                      "    scgi_temp_path %s;\n"
                                      "    server {\n"
                                      "        listen 127.0.0.1:%u;\n"
                                      "        default_type application/json;\n"
                                      "        location / { root %s; try_files /body =404; }\n"
                                      "    }\n"
                                      "}\n";

int http_nginx_start(struct http_server_child *server, const char *folder, unsigned n_workers,
                     struct error *error)
{
    char text[4096];
    char path[BENCH_FOLDER_MAX + 16];
    char words[][8] = {"nginx", "-e", "stderr", "-c"};
    char *const arguments[] = {words[0], words[1], words[2], words[3], path, NULL};
    uint16_t port = http_server_child_free_port(error);
    if (port == 0)
        return -1;
    const char *user = geteuid() == 0 ? "user root;\n" : "";
    int length = snprintf(text, sizeof text, settings_format, user, n_workers, folder, folder,
                          folder, folder, folder, folder, port, folder);
    snprintf(path, sizeof path, "%s/nginx.conf", folder);
    if (bench_folder_write(folder, "nginx.conf", text, (size_t)length, error) != 0)
        return -1;
    return http_server_child_run_on(server, port, arguments, n_workers, error);
}
