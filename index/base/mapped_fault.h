/* Living on when a page of a mapped file is gone: somebody cut the file, or the disk cannot read it.
   The kernel then sends SIGBUS, which ends a program that knows nothing of it. */
#ifndef CRATEDEX_INDEX_MAPPED_FAULT_H
#define CRATEDEX_INDEX_MAPPED_FAULT_H

#include <cratedex/error.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* From now on, in all threads, such a page becomes one of zeros, of the process alone, where
   reading and writing go on. For programs, before they start threads; a library leaves signals
   alone. Returns 0, or -1 and why. */
int mapped_fault_survive(struct error *error);

/* How often that happened. Who reads a mapped file looks before and after: where the number is
   another, what was read in between may be zeros that the file does not have. Thread-safe. */
uint64_t mapped_fault_count(void);

#endif
