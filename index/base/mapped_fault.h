/* Living on when a page of a mapped file is gone: somebody cut the file, or the disk cannot read
   it. The kernel then sends SIGBUS, which ends a program that knows nothing of it. */
#ifndef CRATEDEX_INDEX_MAPPED_FAULT_H
#define CRATEDEX_INDEX_MAPPED_FAULT_H

#include <cratedex/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From now on, in all threads, such a page becomes one of zeros, of the process alone, where
   reading and writing go on. For programs, before they start threads; a library leaves signals
   alone. Returns 0, or -1 and why. */
int mapped_fault_survive(struct error *error);

/* How often that happened outside of the ranges below. Who reads a mapped file looks before and
   after: where the number is another, what was read in between may be zeros that the file does not
   have. Thread-safe. */
uint64_t mapped_fault_count(void);

/* A mapping that is counted by itself. */
struct mapped_range;

/* Begins to count; until then pages of it are counted above. NULL where memory runs out. */
struct mapped_range *mapped_range_watch(const void *start, size_t size);

/* When nobody touches the mapping any more. NULL is allowed, here and below: of it nothing is
   known. */
void mapped_range_forget(struct mapped_range *range);

/* Whether any page of it, or the page of that address within it, has become one of zeros. */
bool mapped_range_has_faults(const struct mapped_range *range);
bool mapped_range_is_replaced(const struct mapped_range *range, const void *address);

#endif
