/* A sanitizer takes many times as long, and sees in fewer rounds what there is for it to see. */
#ifndef CRATEDEX_TESTS_SUPPORT_SANITIZED_H
#define CRATEDEX_TESTS_SUPPORT_SANITIZED_H

/* The first number in a usual build, the second under a sanitizer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define USUAL_OR_SANITIZED(usual, sanitized) (sanitized)
#else
#define USUAL_OR_SANITIZED(usual, sanitized) (usual)
#endif

#endif
