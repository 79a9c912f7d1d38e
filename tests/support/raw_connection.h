/* A connection to a server, asked by hand: to have many, to leave requests unfinished, to send them
   while the server stands still. Every function fails the test where it cannot do its work. */
#ifndef CRATEDEX_TESTS_SUPPORT_RAW_CONNECTION_H
#define CRATEDEX_TESTS_SUPPORT_RAW_CONNECTION_H

#include <stdbool.h>
#include <sys/types.h>

#define RAW_MAX_ANSWER 65536

/* Sends a text, all of it. */
void raw_send(int connection, const char *text);

/* Asks for a target, and keeps the connection. */
void raw_ask(int connection, const char *target);

/* Reads the answer to the one request that is open; returns its status, and the answer
   in `text`. 0 where the connection was closed instead. An answer that does not come in 15 seconds
   fails the test. */
long raw_receive(int connection, char text[RAW_MAX_ANSWER]);

/* Stops a process (SIGSTOP) that is a child of this one, and waits until it stands still. What is
   sent to it then it finds all at once, when it goes on. */
void raw_stop_process(pid_t pid);
void raw_continue_process(pid_t pid);

#endif
