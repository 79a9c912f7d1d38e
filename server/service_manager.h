/* What the server tells the service manager that started it (systemd, or one that speaks like it;
   sd_notify(3)), and the sockets that it has from it (sd_listen_fds(3)). Without one nothing is
   told and there are none. */
#ifndef CRATEDEX_SERVER_SERVICE_MANAGER_H
#define CRATEDEX_SERVER_SERVICE_MANAGER_H

#include <cratedex/error.h>
#include <stdbool.h>

/* Listening TCP sockets that it has opened for us; -1: none. */
struct activation {
    int http;  /* named "http", or the only one; in place of --listen */
    int admin; /* named "admin"; in place of --admin-listen */
};

/* Takes them, once, before there are other threads. They belong to the caller. Returns 0, or -1
   where there is one that cannot be used, and why. */
int activation_take(struct activation *activation, struct error *error);

/* Ready, or ready again; `status` is a line for people. These and the next are for the main thread,
   and wait for nobody. */
void service_manager_say_ready(const char *status);
void service_manager_say_status(const char *status);
void service_manager_say_reloading(void);
void service_manager_say_stopping(void);

/* Tells it what it could not be told when that was said; to be called some times a second. */
void service_manager_follow(void);

/* Whether it wants to hear that we are alive, and when it hears that next. */
struct watchdog {
    double seconds; /* between two; 0: it does not want to */
    double next;    /* of monotonic_seconds */
};

void watchdog_init(struct watchdog *watchdog);

/* To be called some times as often as it wants to hear. Says nothing unless `is_working`. */
void watchdog_feed(struct watchdog *watchdog, bool is_working);

#endif
