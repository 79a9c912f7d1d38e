/* Why the server ends a connection that its client would have kept. */
#ifndef CRATEDEX_SERVER_CONNECTION_END_H
#define CRATEDEX_SERVER_CONNECTION_END_H

enum connection_end {
    CONNECTION_END_DEADLINE, /* its time was over */
    CONNECTION_END_FULL,     /* another needed its place */
    CONNECTION_END_ADDRESS,  /* its address has too many */
};
#define N_CONNECTION_ENDS 3

#endif
