/* A Varnish cache (Debian's varnishd) in front of a test server, on a free port that Varnish itself
   chooses. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_VARNISH_H
#define CRATEDEX_TESTS_SUPPORT_VARNISH_H

#include "tests/support/folder.h"

#include <stdbool.h>
#include <sys/types.h>

struct varnish {
    pid_t pid;
    int cli; /* a socket: the command line, standard input and output of varnishd -d */
    char folder[FOLDER_PATH_SIZE];
    char url[64]; /* "http://127.0.0.1:PORT" */
};

/* Starts it with a program in VCL. Returns false where varnishd is not installed, or the program
   needs a module that is not. */
bool varnish_start(struct varnish *varnish, const char *vcl);

/* Ends it and removes its folder. */
void varnish_stop(struct varnish *varnish);

#endif
