/* A template as it was parsed: for template.c, which makes it, and template_render.c. */
#ifndef CRATEDEX_SERVER_TEMPLATE_NODES_H
#define CRATEDEX_SERVER_TEMPLATE_NODES_H

#include "server/html/filters.h"

#include <stdint.h>

/* Sections and partials inside each other. */
#define TEMPLATE_MAX_DEPTH 24

enum template_node_kind {
    NODE_TEXT,
    NODE_VALUE,    /* through its filter */
    NODE_RAW,      /* as it is: what is markup already */
    NODE_SECTION,  /* up to `next` */
    NODE_INVERTED, /* likewise */
    NODE_PARTIAL
};

struct template_node {
    enum template_node_kind kind;
    const char *text; /* TEXT: the bytes; else the name */
    size_t length;
    html_filter *filter; /* of a VALUE */
    uint32_t next;       /* of sections: the first node behind what is inside */
    uint32_t partial;    /* of a PARTIAL: the template's number */
};

struct template
{
    const char *name;
    char *text; /* that the nodes point into */
    struct template_node *nodes;
    uint32_t n_nodes;
    uint32_t capacity;
};

struct templates {
    uint32_t n;
    struct template *templates; /* in the order of their sources */
};

#endif
