/* Where a thread counts what all threads count: in a slot of the processor that it runs on, so that
   the cache line of a counter does not travel from one processor to another at every request.
   Threads move, and two may have one slot: counters stay atomic, and only the sum over all slots
   means something. */
#ifndef CRATEDEX_SERVER_CPU_SLOT_H
#define CRATEDEX_SERVER_CPU_SLOT_H

#define CPU_MAX_SLOTS 16

/* How many slots are worth having: one for each processor of the machine, 1 … CPU_MAX_SLOTS. */
unsigned cpu_n_slots(void);

/* The calling thread's, of `n_slots` (at least 1); another a moment later. Costs a few instructions
   where the kernel has rseq, else a call of the vDSO. */
unsigned cpu_slot(unsigned n_slots);

#endif
