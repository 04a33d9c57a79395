/*
 * Everything that makes a library, read once: the sources that files.f names, files.f, the design's package, the shell
 * around the Verilated model, Verilator's options, the tools. The digest over all of it is the library's name; what is
 * built is these bytes, whatever happens to the files meanwhile.
 */
#ifndef EM_RTL_RECIPE_H
#define EM_RTL_RECIPE_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/design/design.h"

/* Three builds of the same RTL: with probes; with probes, assertions and waves; and nothing but the datapath. */
typedef enum { EM_RTL_PROBED, EM_RTL_WAVES, EM_RTL_BARE } em_rtl_build;

enum { EM_RTL_MAX_FILES = 512, EM_RTL_MAX_WORDS = EM_RTL_MAX_FILES + 64, EM_RTL_DIGEST_BYTES = 33 };

typedef struct {
  char *name; /* below the private folder: rtl/em_top.sv */
  char *bytes;
  size_t size;
} em_rtl_file;

typedef struct {
  em_rtl_file files[EM_RTL_MAX_FILES];
  uint32_t file_count;
  char *words[EM_RTL_MAX_WORDS]; /* Verilator's options and sources, without the number of jobs */
  uint32_t word_count;
  char digest[EM_RTL_DIGEST_BYTES]; /* hexadecimal, 128 bits */
} em_rtl_recipe;

/* `rtl_folder`: other sources than the project's, or NULL. EM_BAD_INPUT when they cannot be read. Close in any case. */
em_status em_rtl_recipe_open(em_rtl_recipe *recipe, const em_design *design, const char *rtl_folder, em_rtl_build kind,
                             const char *build_folder, em_error *error);
void em_rtl_recipe_close(em_rtl_recipe *recipe);

/* SHA-256 of bytes, the first 128 bits in hexadecimal. */
void em_rtl_digest(const void *bytes, size_t size, char digest[EM_RTL_DIGEST_BYTES]);

#endif
