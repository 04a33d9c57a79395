/* cmocka with what it needs before it, and how much a test repeats. */
#ifndef EM_CHECK_H
#define EM_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* Repetitions in a release build, and how many are left where a sanitizer slows everything down. */
#ifdef __SANITIZE_ADDRESS__
#define EM_REPEAT(count) ((count) / 8 + 1)
#else
#define EM_REPEAT(count) (count)
#endif

/* For exhaustive loops: every value, or every `step`-th under a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define EM_STRIDE(step) (step)
#else
#define EM_STRIDE(step) 1
#endif

#endif
