/* The weights' names stand in one table, which the reader of files and its error messages share. */
#include <cratedex/ranking.h>

#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
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
    {"prefix", offsetof(struct ranking, prefix), 1},
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
        .prefix = 0.4,
        .min_share = 0.4,
        .typos = true,
        .second_stage = true,
    };
}

struct reading {
    struct ranking *ranking;
    struct error *error;
};

static int on_weight(void *context, const char *section, const char *name, const char *value)
{
    (void)section;
    struct reading *reading = context;
    if (reading->error->message[0] != '\0')
        return 0; /* inih goes on behind an error: the first one is told */
    char *end;
    double number = strtod(value, &end);
    bool is_number = end != value && *end == '\0' && isfinite(number);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(switches[i].name, name) != 0)
            continue;
        if (!is_number || (number != 0 && number != 1)) {
            error_set(reading->error, "%s = %s: 0 or 1 is expected", name, value);
            return 0;
        }
        *(bool *)((char *)reading->ranking + switches[i].offset) = number != 0;
        return 1;
    }
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        if (strcmp(weights[i].name, name) != 0)
            continue;
        if (!is_number || number < 0 || number > weights[i].max) {
            error_set(reading->error, "%s = %s: a number from 0 to %g is expected", name, value,
                      weights[i].max);
            return 0;
        }
        memcpy((char *)reading->ranking + weights[i].offset, &number, sizeof number);
        return 1;
    }
    error_set(reading->error, "there is no weight called %s", name);
    return 0;
}

int ranking_read(struct ranking *ranking, const char *path, struct error *error)
{
    struct error cause = {""};
    struct reading reading = {ranking, &cause};
    int line = ini_parse(path, on_weight, &reading);
    if (line == 0)
        return 0;
    if (line < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    return error_set(error, "%s: line %d: %s", path, line,
                     cause.message[0] != '\0' ? cause.message : "`name = value` is expected");
}
