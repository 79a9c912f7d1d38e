/* Keys must tell requests apart whatever bytes clients send: different sequences of fields never
   give the same key. Checked against the sequences themselves, on random ones made of few values,
   so that many are nearly equal. */
#include "server/parameters/canonical_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_KEYS 2000
#define MAX_FIELDS 3

struct field {
    char tag;
    bool is_number;
    uint64_t number;
    char text[12];
    size_t length;
};

struct sequence {
    unsigned route;
    size_t n_fields;
    struct field fields[MAX_FIELDS];
};

static uint32_t next_random(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

/* Texts that look like framing: tags, zeros, lengths. */
static void random_sequence(uint32_t *random, struct sequence *sequence)
{
    static const char bytes[] = {'a', 'b', 0, 1};
    memset(sequence, 0, sizeof *sequence);
    sequence->route = next_random(random) % 2;
    sequence->n_fields = next_random(random) % (MAX_FIELDS + 1);
    for (size_t i = 0; i < sequence->n_fields; i++) {
        struct field *field = &sequence->fields[i];
        field->is_number = next_random(random) % 2 == 0;
        /* A tag belongs to one kind of field. */
        field->tag = (char)(field->is_number ? 'n' : 'a' + (int)(next_random(random) % 2));
        field->number = field->is_number ? next_random(random) % 3 : 0;
        field->length = field->is_number ? 0 : next_random(random) % 6;
        for (size_t j = 0; j < field->length; j++)
            field->text[j] = bytes[next_random(random) % sizeof bytes];
    }
}

static bool are_equal(const struct sequence *left, const struct sequence *right)
{
    if (left->route != right->route || left->n_fields != right->n_fields)
        return false;
    for (size_t i = 0; i < left->n_fields; i++) {
        const struct field *a = &left->fields[i];
        const struct field *b = &right->fields[i];
        if (a->tag != b->tag || a->number != b->number || a->length != b->length ||
            memcmp(a->text, b->text, a->length) != 0)
            return false;
    }
    return true;
}

static void write_key(const struct sequence *sequence, struct canonical_key *key)
{
    canonical_key_init(key, sequence->route, 0, 1);
    for (size_t i = 0; i < sequence->n_fields; i++) {
        const struct field *field = &sequence->fields[i];
        if (field->is_number)
            canonical_key_number(key, field->tag, field->number);
        else
            canonical_key_text(key, field->tag, field->text, field->length);
    }
}

static void differs_where_the_fields_differ(void **state)
{
    (void)state;
    static struct sequence sequences[N_KEYS];
    static struct canonical_key keys[2];
    uint32_t random = 362436069;
    size_t n_equal = 0;
    for (size_t i = 0; i < N_KEYS; i++)
        random_sequence(&random, &sequences[i]);
    for (size_t i = 0; i < N_KEYS; i++) {
        write_key(&sequences[i], &keys[0]);
        assert_false(keys[0].is_too_long);
        for (size_t j = i + 1; j < N_KEYS; j++) {
            bool is_same = are_equal(&sequences[i], &sequences[j]);
            write_key(&sequences[j], &keys[1]);
            bool has_same_key = keys[0].size == keys[1].size &&
                                memcmp(keys[0].bytes, keys[1].bytes, keys[0].size) == 0;
            assert_int_equal(is_same, has_same_key);
            n_equal += is_same;
        }
    }
    assert_true(n_equal > 0);
}

static void tells_encodings_routes_and_generations_apart(void **state)
{
    (void)state;
    static struct canonical_key keys[4];
    canonical_key_init(&keys[0], 1, 0, 1);
    canonical_key_init(&keys[1], 1, 1, 1);
    canonical_key_init(&keys[2], 0, 1, 1);
    canonical_key_init(&keys[3], 1, 1, 2);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i].bytes, keys[j].bytes, keys[i].size);
    canonical_key_set_generation(&keys[3], 1);
    assert_memory_equal(keys[3].bytes, keys[1].bytes, keys[1].size);
}

static void says_when_it_is_full(void **state)
{
    (void)state;
    static struct canonical_key key;
    static char text[CANONICAL_KEY_MAX_BYTES];
    canonical_key_init(&key, 0, 0, 1);
    canonical_key_text(&key, 'q', text, CANONICAL_KEY_MAX_BYTES - 15);
    assert_false(key.is_too_long);
    assert_int_equal(key.size, CANONICAL_KEY_MAX_BYTES);
    canonical_key_number(&key, 'n', 1);
    assert_true(key.is_too_long);
    assert_int_equal(key.size, CANONICAL_KEY_MAX_BYTES);
    canonical_key_init(&key, 0, 0, 1);
    assert_false(key.is_too_long);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differs_where_the_fields_differ),
        cmocka_unit_test(tells_encodings_routes_and_generations_apart),
        cmocka_unit_test(says_when_it_is_full),
    };
    return cmocka_run_group_tests_name("canonical_key", tests, NULL, NULL);
}
