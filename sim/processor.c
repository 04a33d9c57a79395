/*
 * Says in one line, before anything else runs, that the program was compiled for another processor, instead of dying of
 * an instruction that this one does not have. Compiled without such instructions itself (Makefile, NEEDS).
 */
#include <stdio.h>
#include <stdlib.h>

#include "models/base/status.h"

#ifdef __x86_64__

static void need(int there, const char *name) {
  if (!there) {
    fprintf(stderr,
            "emamba: this program was built for a processor with %s, which this one lacks; "
            "make ARCH=-march=x86-64-v2 builds a portable one\n",
            name);
    exit(EM_FAILED);
  }
}

__attribute__((constructor)) static void check_processor(void) {
  __builtin_cpu_init();
#ifdef EM_NEEDS_SSE4_2
  need(__builtin_cpu_supports("sse4.2"), "SSE4.2");
#endif
#ifdef EM_NEEDS_AVX
  need(__builtin_cpu_supports("avx"), "AVX");
#endif
#ifdef EM_NEEDS_AVX2
  need(__builtin_cpu_supports("avx2"), "AVX2");
#endif
#ifdef EM_NEEDS_FMA
  need(__builtin_cpu_supports("fma"), "FMA");
#endif
#ifdef EM_NEEDS_BMI
  need(__builtin_cpu_supports("bmi"), "BMI");
#endif
#ifdef EM_NEEDS_BMI2
  need(__builtin_cpu_supports("bmi2"), "BMI2");
#endif
#ifdef EM_NEEDS_AVX512F
  need(__builtin_cpu_supports("avx512f"), "AVX-512 F");
#endif
#ifdef EM_NEEDS_AVX512BW
  need(__builtin_cpu_supports("avx512bw"), "AVX-512 BW");
#endif
#ifdef EM_NEEDS_AVX512DQ
  need(__builtin_cpu_supports("avx512dq"), "AVX-512 DQ");
#endif
#ifdef EM_NEEDS_AVX512VL
  need(__builtin_cpu_supports("avx512vl"), "AVX-512 VL");
#endif
#ifdef EM_NEEDS_AVX512VBMI
  need(__builtin_cpu_supports("avx512vbmi"), "AVX-512 VBMI");
#endif
#ifdef EM_NEEDS_AVX512VNNI
  need(__builtin_cpu_supports("avx512vnni"), "AVX-512 VNNI");
#endif
}

#endif
