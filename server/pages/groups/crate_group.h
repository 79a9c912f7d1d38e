/* A page of crates that have something in common, which an endpoint tells of: a keyword, a
   category, an owner. */
#ifndef CRATEDEX_SERVER_CRATE_GROUP_H
#define CRATEDEX_SERVER_CRATE_GROUP_H

#include "server/pages/listing.h"
#include "server/pages/part.h"

struct crate_group {
    const struct endpoint *endpoint; /* whose path has one value: that of the page's path */
    const char *member;              /* what it answers has this alone: "keyword" */
    const char *path;                /* of its pages, up to the name: "/keywords/" */
    const char *name;                /* in the member: what stands behind that */
    const char *title;               /* in the member, where it is not null: what people call it */
    const char *filter;              /* that lists its crates, a parameter of GET /api/v1/crates: */
    const char *filter_value;        /* to be set to this, in the member */
    /* The downloads of what has that id; NULL: the page does not say them. */
    int64_t (*downloads)(const struct index_reader *reader, int64_t id);
    const char *template;
};

/* For the page's `parameters`. */
struct crate_group_parameters {
    struct part named;
    struct listing listing;
};

/* The page's `prepare`, but for the group. */
int crate_group_prepare(const struct crate_group *group, const struct question *question,
                        void *parameters, struct failure *failure);

/* Its `answer`. The model has `name`, `title` and `title_detail` (the name, where that is another:
   two owners may be called the same), `named` (what the endpoint answers), `found` (the crates'
   list), `listing` (listing.h), `profile` (the member's `url` where it is https, else null) and
   `downloads` (or null). */
int crate_group_answer(const struct crate_group *group, struct answer_job *job,
                       const void *parameters, struct failure *failure);

#endif
