/* The weights' names stand in one table, which the reader of files and its error messages share. */
#include <cratedex/ranking.h>

#include <cratedex/command_line.h>
#include <cratedex/settings_file.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WEIGHT 1000.0

static const struct {
    const char *name;
    size_t offset;
    double max;
} weights[] = {
    {"any", offsetof(struct ranking, any), MAX_WEIGHT},
    {"main", offsetof(struct ranking, main), MAX_WEIGHT},
    {"keywords", offsetof(struct ranking, keywords), MAX_WEIGHT},
    {"popularity", offsetof(struct ranking, popularity), MAX_WEIGHT},
    {"substring", offsetof(struct ranking, substring), MAX_WEIGHT},
    {"stem", offsetof(struct ranking, stem), 1},
    {"prefix", offsetof(struct ranking, prefix), 1},
    {"synonym", offsetof(struct ranking, synonym), 1},
    {"min_share", offsetof(struct ranking, min_share), 1},
};

static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    {"typos", offsetof(struct ranking, typos)},
    {"second_stage", offsetof(struct ranking, second_stage)},
};

void ranking_set_defaults(struct ranking *ranking)
{
    *ranking = (struct ranking){
        .any = 0.5,
        .main = 1.0,
        .keywords = 0.2,
        .popularity = 0.9,
        .substring = 0.4,
        .stem = 0.8,
        .prefix = 0.4,
        .synonym = 0.8,
        .min_share = 0.4,
        .typos = true,
        .second_stage = true,
    };
}

static int unknown_weight(const char *name, struct error *error)
{
    struct nearest_name nearest;
    char hint[NEAREST_NAME_HINT_SIZE];
    nearest_name_begin(&nearest, name);
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        nearest_name_offer(&nearest, weights[i].name);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        nearest_name_offer(&nearest, switches[i].name);
    return error_set(error, "there is no weight called %s%s", name,
                     nearest_name_hint(&nearest, "", hint));
}

static int take_weight(void *context, const char *name, const char *value, struct error *error)
{
    char *ranking = context;
    char *end;
    double number = strtod(value, &end);
    bool is_number = end != value && *end == '\0' && isfinite(number);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(switches[i].name, name) != 0)
            continue;
        if (!is_number || (number != 0 && number != 1))
            return error_set(error, "%s = %s: 0 or 1 is expected", name, value);
        *(bool *)(ranking + switches[i].offset) = number != 0;
        return 0;
    }
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        if (strcmp(weights[i].name, name) != 0)
            continue;
        if (!is_number || number < 0 || number > weights[i].max)
            return error_set(error, "%s = %s: a number from 0 to %g is expected", name, value,
                             weights[i].max);
        memcpy(ranking + weights[i].offset, &number, sizeof number);
        return 0;
    }
    return unknown_weight(name, error);
}

int ranking_read(struct ranking *ranking, const char *path, struct error *error)
{
    const struct settings_taker taker = {take_weight, NULL, ranking};
    return settings_file_read(path, &taker, error);
}

bool ranking_equal(const struct ranking *one, const struct ranking *other)
{
    bool is_equal = true;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        is_equal &= memcmp((const char *)one + weights[i].offset,
                           (const char *)other + weights[i].offset, sizeof(double)) == 0;
    return is_equal && one->typos == other->typos && one->second_stage == other->second_stage;
}
