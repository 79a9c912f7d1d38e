/* An answer is immutable but for its representations: one atomic pointer a content coding, NULL
   until somebody asks for that coding. A reader takes the pointer without a lock; whoever finds
   NULL takes the answer's mutex, looks again, compresses and publishes, so that a body is
   compressed once. A coding that does not pay (small body, or larger after than before) points to
   the identity representation, which the answer therefore always has. The response that hits share
   is made by the first of them: many an answer is never asked for again.

   The bytes are counted (shared_bytes): every MHD_Response made of them holds a reference, so the
   cache may drop an answer while a slow client is still reading it. libmicrohttpd counts the uses
   of a response itself and allows it to be queued on many connections at once, with status 200 as
   with 304: for that it sends the headers, Content-Length among them, and no body.

   A strong ETag must differ between codings of one body. It is the XXH3 hash (128 bits) of the
   identity body with the coding's name behind it: compression is deterministic, so equal tags mean
   equal bytes. */
#include "server/answer/answer.h"

#include "server/answer/shared_bytes.h"
#include "server/http/compression.h"
#include "server/http/response_headers.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* A response of a dozen headers: what malloc gives out for it, rounded up. */
#define RESPONSE_COST 1456
/* What the headers of a page take besides. */
#define PAGE_HEADERS_COST 1040
/* What malloc takes for itself and leaves between the small blocks of an answer, or of a
   representation. */
#define SMALL_BLOCKS_COST 128

#define ETAG_SIZE 48

static const char hit_timing[] = "cache;desc=hit";

struct representation {
    struct answer *answer; /* whose it is */
    enum content_coding coding;
    struct shared_bytes *body;
    char etag[ETAG_SIZE];
};

/* A page and how its links are spelled. */
struct spelled_page {
    struct list_page page;
    size_t length;
    char text[];
};

struct answer {
    struct answer_head head; /* what it points to, but for the store, is the answer's own */
    struct original_request *original; /* NULL: none */
    struct asked_query *asked;         /* likewise */
    struct shared_bytes *body;
    struct spelled_page *page; /* NULL without links */
    char hash[33];             /* of the identity body, in hexadecimal */
    pthread_mutex_t making;    /* held while a representation is made */
    _Atomic(struct representation *) representations[N_CONTENT_CODINGS];
    _Atomic(struct MHD_Response *)
        hits[N_CONTENT_CODINGS]; /* of these; NULL before the first hit */
};

static struct MHD_Response *response_create(const struct answer *answer,
                                            const struct representation *representation,
                                            const char *x_cache, const char *server_timing,
                                            const char *request_id)
{
    struct shared_bytes *body = shared_bytes_reference(representation->body);
    /* libmicrohttpd asks for a writable pointer but only reads. */
    union {
        const void *readable;
        void *writable;
    } bytes = {.readable = shared_bytes_data(body)};
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        shared_bytes_size(body), bytes.writable, shared_bytes_release, body);
    if (response == NULL)
        shared_bytes_release(body);
    const struct answer_head *head = &answer->head;
    const struct response_headers headers = {
        .content_type = shared_bytes_size(answer->body) > 0 ? head->content_type : NULL,
        .content_encoding = representation->coding == CODING_IDENTITY
                                ? NULL
                                : content_coding_name(representation->coding),
        .etag = head->status == MHD_HTTP_OK ? representation->etag : NULL,
        .last_modified = head->last_modified,
        .cache_control = head->cache_control,
        .location = head->location,
        .surrogate_key = head->surrogate_key,
        .x_cache = x_cache,
        .server_timing = server_timing,
        .request_id = request_id,
        .experiment = experiment_arm_name(head->arm),
        .varies_by_accept = head->is_negotiated,
        .is_page = head->is_page,
        .varies_by_coding = true,
    };
    return response_add_headers(response, &headers);
}

static void representation_free(struct representation *representation)
{
    if (representation == NULL)
        return;
    struct MHD_Response *hit = atomic_load(&representation->answer->hits[representation->coding]);
    if (hit != NULL)
        MHD_destroy_response(hit);
    shared_bytes_release(representation->body);
    body_store_give_back(representation->answer->head.store, representation);
}

/* Takes the caller's reference to `body`, also on failure. */
static struct representation *
representation_create(struct answer *answer, enum content_coding coding, struct shared_bytes *body)
{
    struct representation *representation =
        body_store_take(answer->head.store, sizeof *representation);
    if (representation == NULL) {
        shared_bytes_release(body);
        return NULL;
    }
    representation->answer = answer;
    representation->coding = coding;
    representation->body = body;
    if (coding == CODING_IDENTITY)
        snprintf(representation->etag, sizeof representation->etag, "\"%s\"", answer->hash);
    else
        snprintf(representation->etag, sizeof representation->etag, "\"%s-%s\"", answer->hash,
                 content_coding_name(coding));
    return representation;
}

static void hash_body(const struct shared_bytes *body, char hash[33])
{
    XXH128_hash_t sum = XXH3_128bits(shared_bytes_data(body), shared_bytes_size(body));
    snprintf(hash, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)sum.high64, (uint64_t)sum.low64);
}

static struct spelled_page *spelled_page_create(struct body_store *store,
                                                const struct list_page *page,
                                                const struct link_spelling *spelling)
{
    struct spelled_page *copy = body_store_take(store, sizeof *copy + spelling->length);
    if (copy == NULL)
        return NULL;
    copy->page = *page;
    copy->length = spelling->length;
    memcpy(copy->text, spelling->text, spelling->length);
    return copy;
}

/* A copy of the buffer's bytes; the buffer is empty after. */
static struct shared_bytes *take_body(struct body_store *store, msgpack_sbuffer *buffer)
{
    struct shared_bytes *body = shared_bytes_copy(store, buffer->data, buffer->size);
    if (body != NULL)
        free(msgpack_sbuffer_release(buffer));
    return body;
}

/* Gives the head a copy of a text of its own, or none of an empty one. Returns 0 or -1 (memory). */
static int own_text(struct body_store *store, char **text)
{
    const char *borrowed = *text;
    *text = NULL;
    if (borrowed == NULL || borrowed[0] == '\0')
        return 0;
    size_t size = strlen(borrowed) + 1;
    *text = body_store_take(store, size);
    if (*text == NULL)
        return -1;
    memcpy(*text, borrowed, size);
    return 0;
}

static int own_head(struct answer_head *own, const struct answer_head *head)
{
    *own = *head;
    int location = own_text(own->store, &own->location);
    int surrogate_key = own_text(own->store, &own->surrogate_key);
    return location == 0 && surrogate_key == 0 ? 0 : -1;
}

static int own_original(struct answer *answer)
{
    if (answer->head.original == NULL)
        return 0;
    answer->original = original_request_copy(answer->head.store, answer->head.original);
    answer->head.original = answer->original;
    return answer->original != NULL ? 0 : -1;
}

static int own_asked(struct answer *answer)
{
    const struct asked_query *borrowed = answer->head.asked;
    if (borrowed == NULL)
        return 0;
    answer->head.asked = answer->asked = body_store_take(answer->head.store, sizeof *borrowed);
    if (answer->asked == NULL)
        return -1;
    *answer->asked = *borrowed;
    return 0;
}

/* What an index says is not known to fit into a header. Found out here it is an error that can be
   answered and told; later there would be no response, and a closed connection. */
static int check_head(const struct answer_head *head, struct error *error)
{
    if (!response_date_is_sayable(head->last_modified))
        return error_set(error,
                         "it was last modified %" PRId64
                         " seconds from 1970 on, says the index: no date of HTTP can say that",
                         head->last_modified);
    if (!response_value_is_sayable(head->location) ||
        !response_value_is_sayable(head->surrogate_key))
        return error_set(error, "a text of the index has characters that no header can have");
    return 0;
}

struct answer *answer_create(const struct answer_head *head, msgpack_sbuffer *body,
                             const struct list_page *page, const struct link_spelling *spelling,
                             struct error *error)
{
    if (check_head(head, error) != 0)
        return NULL;
    struct answer *answer = body_store_take(head->store, sizeof *answer);
    if (answer == NULL)
        goto out_of_memory;
    memset(answer, 0, sizeof *answer);
    pthread_mutex_init(&answer->making, NULL);
    if (own_head(&answer->head, head) != 0 || own_original(answer) != 0 || own_asked(answer) != 0)
        goto out_of_memory;
    answer->body = take_body(head->store, body);
    if (answer->body == NULL)
        goto out_of_memory;
    if (page != NULL) {
        answer->page = spelled_page_create(head->store, page, spelling);
        if (answer->page == NULL)
            goto out_of_memory;
    }
    hash_body(answer->body, answer->hash);
    struct representation *identity =
        representation_create(answer, CODING_IDENTITY, shared_bytes_reference(answer->body));
    if (identity == NULL)
        goto out_of_memory;
    atomic_init(&answer->representations[CODING_IDENTITY], identity);
    return answer;

out_of_memory:
    if (answer != NULL)
        answer_free(answer);
    error_out_of_memory(error);
    return NULL;
}

void answer_free(void *value)
{
    struct answer *answer = value;
    struct representation *identity = atomic_load(&answer->representations[CODING_IDENTITY]);
    for (unsigned i = 0; i < N_CONTENT_CODINGS; i++) {
        struct representation *representation = atomic_load(&answer->representations[i]);
        /* A coding that did not pay shares the identity representation. */
        if (representation != identity)
            representation_free(representation);
    }
    representation_free(identity);
    shared_bytes_release(answer->body);
    pthread_mutex_destroy(&answer->making);
    struct body_store *store = answer->head.store;
    body_store_give_back(store, answer->head.location);
    body_store_give_back(store, answer->head.surrogate_key);
    body_store_give_back(store, answer->original);
    body_store_give_back(store, answer->asked);
    body_store_give_back(store, answer->page);
    body_store_give_back(store, answer);
}

const struct answer_head *answer_head(const struct answer *answer)
{
    return &answer->head;
}

size_t answer_cost(const struct answer *answer)
{
    size_t page = answer->page != NULL ? sizeof *answer->page + answer->page->length : 0;
    size_t original =
        answer->original != NULL ? original_request_cost(answer->head.store, answer->original) : 0;
    size_t asked = answer->asked != NULL ? sizeof *answer->asked : 0;
    return sizeof *answer + sizeof(struct representation) + page + original + asked +
           SMALL_BLOCKS_COST + shared_bytes_cost(answer->body);
}

size_t representation_hit_cost(const struct representation *representation)
{
    const struct answer *answer = representation->answer;
    if (atomic_load_explicit(&answer->hits[representation->coding], memory_order_relaxed) != NULL)
        return 0;
    return RESPONSE_COST + (answer->head.is_page ? PAGE_HEADERS_COST : 0);
}

const void *answer_body(const struct answer *answer, size_t *size)
{
    *size = shared_bytes_size(answer->body);
    return shared_bytes_data(answer->body);
}

const struct list_page *answer_page(const struct answer *answer)
{
    return answer->page != NULL ? &answer->page->page : NULL;
}

bool answer_is_spelled(const struct answer *answer, const struct link_spelling *spelling)
{
    const struct spelled_page *page = answer->page;
    return page != NULL && link_spelling_equals(spelling, page->text, page->length);
}

/* Compresses the body, or gives the identity representation where that does not pay. The caller
   holds the mutex. */
static struct representation *make_representation(struct answer *answer, enum content_coding coding,
                                                  size_t *added_bytes, struct error *error)
{
    struct representation *identity = atomic_load(&answer->representations[CODING_IDENTITY]);
    void *coded;
    size_t coded_size;
    if (compress_where_it_pays(coding, shared_bytes_data(answer->body),
                               shared_bytes_size(answer->body), &coded, &coded_size, error) != 0)
        return NULL;
    if (coded == NULL)
        return identity;
    struct shared_bytes *body =
        shared_bytes_copy(shared_bytes_store(answer->body), coded, coded_size);
    free(coded);
    if (body == NULL) {
        error_out_of_memory(error);
        return NULL;
    }
    struct representation *representation = representation_create(answer, coding, body);
    if (representation == NULL)
        error_out_of_memory(error);
    *added_bytes = shared_bytes_cost(body) + sizeof *representation + SMALL_BLOCKS_COST;
    return representation;
}

const struct representation *answer_representation(struct answer *answer,
                                                   enum content_coding coding, size_t *added_bytes,
                                                   struct error *error)
{
    *added_bytes = 0;
    struct representation *representation =
        atomic_load_explicit(&answer->representations[coding], memory_order_acquire);
    if (representation != NULL)
        return representation;
    pthread_mutex_lock(&answer->making);
    representation = atomic_load_explicit(&answer->representations[coding], memory_order_relaxed);
    if (representation == NULL) {
        representation = make_representation(answer, coding, added_bytes, error);
        atomic_store_explicit(&answer->representations[coding], representation,
                              memory_order_release);
    }
    pthread_mutex_unlock(&answer->making);
    return representation;
}

bool answer_was_coded(const struct answer *answer, enum content_coding coding)
{
    return atomic_load_explicit(&answer->representations[coding], memory_order_acquire) != NULL;
}

enum content_coding representation_coding(const struct representation *representation)
{
    return representation->coding;
}

const char *representation_etag(const struct representation *representation)
{
    return representation->etag;
}

size_t representation_size(const struct representation *representation)
{
    return shared_bytes_size(representation->body);
}

struct MHD_Response *representation_hit(const struct representation *representation)
{
    struct answer *answer = representation->answer;
    _Atomic(struct MHD_Response *) *kept = &answer->hits[representation->coding];
    struct MHD_Response *hit = atomic_load_explicit(kept, memory_order_acquire);
    if (hit != NULL)
        return hit;
    struct MHD_Response *made = response_create(answer, representation, "hit", hit_timing, NULL);
    if (made == NULL || atomic_compare_exchange_strong(kept, &hit, made))
        return made;
    MHD_destroy_response(made); /* another thread was first */
    return hit;
}

struct MHD_Response *representation_hit_of(const struct answer *answer,
                                           const struct representation *representation,
                                           const char *request_id)
{
    return response_create(answer, representation, "hit", hit_timing, request_id);
}

struct MHD_Response *representation_miss(const struct answer *answer,
                                         const struct representation *representation,
                                         const char *server_timing, const char *request_id)
{
    return response_create(answer, representation, "miss", server_timing, request_id);
}
