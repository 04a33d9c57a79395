#include "sim/lockstep/rtl_recipe.h"

#include <ctype.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/file_bytes.h"
#include "sim/files/places.h"
#include "sim/lockstep/rtl_tools.h"

/* ---- Where sources stand ---- */

typedef struct {
  char rtl[EM_PATH_BYTES];  /* has files.f and probe/files.f */
  char root[EM_PATH_BYTES]; /* has sim/lockstep/rtl_shell.cpp and rtl_port.h */
} sources;

static em_status find_sources(const char *rtl_folder, sources *found, em_error *error) {
  em_status status = em_project_root(found->root, error);
  if (status != EM_OK) {
    return status;
  }
  int length = rtl_folder != NULL ? snprintf(found->rtl, sizeof found->rtl, "%s", rtl_folder)
                                  : snprintf(found->rtl, sizeof found->rtl, "%.4080s/rtl", found->root);
  return length < (int)sizeof found->rtl ? EM_OK : em_fail(error, EM_BAD_INPUT, "--rtl: the folder's name is too long");
}

/* ---- Parts ---- */

/* Takes over the bytes. */
static em_status add_bytes(em_rtl_recipe *recipe, const char *name, char *bytes, size_t size, em_error *error) {
  char *copy = strdup(name);
  if (bytes == NULL || copy == NULL || recipe->file_count == EM_RTL_MAX_FILES) {
    free(copy);
    free(bytes);
    return em_fail(error, EM_FAILED, "out of memory, or more than %d sources, for the RTL", EM_RTL_MAX_FILES);
  }
  recipe->files[recipe->file_count++] = (em_rtl_file){copy, bytes, size};
  return EM_OK;
}

/* FOLDER/NAME, to stand as `as` in the private folder. */
static em_status add_file(em_rtl_recipe *recipe, const char *folder, const char *name, const char *as,
                          em_error *error) {
  char path[2 * EM_PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  em_file_bytes file;
  em_status status = em_file_bytes_open(path, &file, error);
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return status;
  }
  char *bytes = malloc(file.size + 1);
  if (bytes != NULL) {
    if (file.size > 0) {
      memcpy(bytes, file.bytes, file.size);
    }
    bytes[file.size] = '\0';
  }
  size_t size = file.size;
  em_file_bytes_close(&file);
  return add_bytes(recipe, as, bytes, size, error);
}

static em_status add_word(em_rtl_recipe *recipe, const char *word, em_error *error) {
  char *copy = recipe->word_count < EM_RTL_MAX_WORDS ? strdup(word) : NULL;
  if (copy == NULL) {
    return em_fail(error, EM_FAILED, "out of memory, or too many sources, for the RTL");
  }
  recipe->words[recipe->word_count++] = copy;
  return EM_OK;
}

static em_status add_words(em_rtl_recipe *recipe, const char *const *words, size_t count, em_error *error) {
  em_status status = EM_OK;
  for (size_t i = 0; i < count && status == EM_OK; i++) {
    status = add_word(recipe, words[i], error);
  }
  return status;
}

/* ---- files.f: a name a line below its folder, comments from # or // ---- */

static bool plain_name(const char *name) {
  for (const char *c = name; *c != '\0'; c++) {
    if (!isalnum((unsigned char)*c) && strchr("_.-/", *c) == NULL) {
      return false;
    }
  }
  return name[0] != '-' && name[0] != '/' && strstr(name, "..") == NULL;
}

static bool is_check(const char *name) {
  const char *const ends[] = {"_sva.sv", "sva_pkg.sv"};
  for (size_t i = 0; i < 2; i++) {
    size_t length = strlen(name), end = strlen(ends[i]);
    if (length >= end && strcmp(name + length - end, ends[i]) == 0) {
      return true;
    }
  }
  return false;
}

/* `prefix`: "" or "probe/". Adds files.f and the sources it names; those with assertions when `checks`. */
static em_status add_listed(em_rtl_recipe *recipe, const char *rtl, const char *prefix, bool checks, em_error *error) {
  char name[EM_PATH_BYTES], as[EM_PATH_BYTES + 8];
  snprintf(name, sizeof name, "%sfiles.f", prefix);
  snprintf(as, sizeof as, "rtl/%s", name);
  em_status status = add_file(recipe, rtl, name, as, error);
  char *list = status == EM_OK ? strdup(recipe->files[recipe->file_count - 1].bytes) : NULL, *rest = list;
  uint32_t number = 0;
  while (status == EM_OK && rest != NULL) {
    char *line = rest, *end_of_line = strchr(rest, '\n');
    rest = end_of_line != NULL ? end_of_line + 1 : NULL;
    line[strcspn(line, "\n")] = '\0';
    number++;
    line += strspn(line, " \t\r");
    line[strcspn(line, "\r")] = '\0';
    if (line[0] == '\0' || line[0] == '#' || strncmp(line, "//", 2) == 0) {
      continue;
    }
    for (size_t end = strlen(line); end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'); end--) {
      line[end - 1] = '\0';
    }
    if (!plain_name(line) || strlen(line) > 1000) {
      status = em_fail(error, EM_BAD_INPUT,
                       "%.200s/%sfiles.f, line %u: \"%.80s\" is not the name of a file below this folder, of letters, "
                       "digits and _ . - /",
                       rtl, prefix, number, line);
    } else if (checks || !is_check(line)) {
      snprintf(name, sizeof name, "%s%s", prefix, line);
      snprintf(as, sizeof as, "rtl/%s", name);
      status = add_file(recipe, rtl, name, as, error);
      status = status == EM_OK ? add_word(recipe, as, error) : status;
    }
  }
  free(list);
  return status;
}

/* ---- Options ---- */

enum { INLINE_LANES = 400, GROUPS = 3, WIDE_GROUPS = 8 };

/*
 * Verilator copies small modules into their users, which makes narrow designs fast but would copy the lanes of wide
 * ones hundreds of times: those keep their modules apart.
 */
static bool is_wide(const em_design *d) {
  uint64_t lanes = d->ssm_lanes + (uint64_t)d->conv_lanes + d->norm_units;
  const em_lanes linears[] = {d->patch_embed, d->in_proj, d->param_proj, d->delta_proj,
                              d->out_proj,    d->head_0,  d->head_1};
  for (size_t i = 0; i < sizeof linears / sizeof linears[0]; i++) {
    lanes += (uint64_t)linears[i].in * linears[i].out;
  }
  return lanes > INLINE_LANES;
}

/* EMAMBA_RTL_OPT and EMAMBA_RTL_VERILATE: -O0 for quick builds of many designs; never what the library computes. */
static em_status level(const char *variable, const char **value, em_error *error) {
  const char *given = getenv(variable);
  *value = given != NULL && given[0] != '\0' ? given : "-O3";
  return strlen(*value) == 3 && strncmp(*value, "-O", 2) == 0 && (*value)[2] >= '0' && (*value)[2] <= '3'
             ? EM_OK
             : em_fail(error, EM_BAD_INPUT, "%s: \"%.40s\" is none of -O0, -O1, -O2 and -O3", variable, given);
}

/*
 * Verilator writes dozens to hundreds of small files, each with a second of headers to read. They are compiled in a few
 * groups, by falling size so that groups are alike. $1 $2: -j JOBS; the rest are Verilator's words.
 */
static em_status add_script(em_rtl_recipe *recipe, uint32_t groups, const char *make_flags, em_error *error) {
  static const char text[] =
      "set -e\n"
      "verilator \"$@\"\n"
      "cd obj\n"
      "n=0\n"
      "for file in $(ls -S Vem_top*.cpp); do\n"
      "  case $file in\n"
      "    *Slow.cpp | *__Syms.cpp) group=slow$((n %% 2)) ;;\n"
      "    *) group=fast$((n %% %u)) ;;\n"
      "  esac\n"
      "  echo \"#include \\\"$file\\\"\" >>$group.cpp\n"
      "  n=$((n + 1))\n"
      "done\n"
      "names() { ls \"$1\"*.cpp 2>/dev/null | sed 's/\\.cpp$//' | tr '\\n' ' '; }\n"
      "make -f Vem_top.mk \"$1\" \"$2\" %s \\\n"
      "  VM_PARALLEL_BUILDS=1 VM_CLASSES_FAST=\"$(names fast)\" VM_CLASSES_SLOW=\"$(names slow)\" \\\n"
      "  VM_SUPPORT_FAST= VM_SUPPORT_SLOW=\n";
  size_t room = sizeof text + strlen(make_flags) + 10;
  char *script = malloc(room);
  size_t size = script != NULL ? (size_t)snprintf(script, room, text, groups, make_flags) : 0;
  return add_bytes(recipe, "build.sh", script, size, error);
}

static em_status add_options(em_rtl_recipe *recipe, const em_design *design, em_rtl_build kind, em_error *error) {
  const char *verilate, *compile;
  em_status status = level("EMAMBA_RTL_VERILATE", &verilate, error);
  status = status == EM_OK ? level("EMAMBA_RTL_OPT", &compile, error) : status;
  if (status != EM_OK) {
    return status;
  }
  const char *const always[] = {"--cc",         "--exe",
                                "--top-module", "em_top",
                                "--prefix",     "Vem_top",
                                verilate,       "--x-initial",
                                "unique",       "-Wno-fatal",
                                "--Mdir",       "obj",
                                "-CFLAGS",      "-fPIC -fno-gnu-unique -std=c++17 -I.. " EM_ARCH,
                                "-LDFLAGS",     "-shared -Wl,-Bsymbolic",
                                "-o",           "../libem_rtl.so"};
  const char *const waves[] = {"--trace-fst", "--assert", "-CFLAGS", "-DEM_WAVE", "-LDFLAGS", "-Wl,--wrap=fclose"};
  char make_flags[128];
  /* verilated.mk refuses folders with blanks, though it names none: CURDIR=. keeps it from looking. */
  snprintf(make_flags, sizeof make_flags, "OPT_FAST=%s OPT_SLOW=-O0 OPT_GLOBAL=-O2 CURDIR=.", compile);
  const bool wide = is_wide(design);
  status = add_words(recipe, always, sizeof always / sizeof always[0], error);
  if (status == EM_OK && wide && strcmp(verilate, "-O3") == 0) {
    status = add_word(recipe, "-fno-inline", error);
  }
  if (status == EM_OK) {
    status = add_script(recipe, wide ? WIDE_GROUPS : GROUPS, make_flags, error);
  }
  if (status == EM_OK && kind == EM_RTL_WAVES) {
    status = add_words(recipe, waves, sizeof waves / sizeof waves[0], error);
  }
  return status;
}

/* ---- All together ---- */

static em_status add_package(em_rtl_recipe *recipe, const em_design *design, em_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  if (stream != NULL) {
    em_design_write_package(design, stream);
    fclose(stream);
  }
  em_status status = add_bytes(recipe, "em_design_pkg.sv", text, size, error);
  return status == EM_OK ? add_word(recipe, "em_design_pkg.sv", error) : status;
}

static em_status add_tools(em_rtl_recipe *recipe, const char *build_folder, em_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  em_status status = stream != NULL ? em_rtl_tools_describe(build_folder, stream, error)
                                    : em_fail(error, EM_FAILED, "out of memory for the RTL");
  if (stream != NULL) {
    fclose(stream);
  }
  if (status != EM_OK) {
    free(text);
    return status;
  }
  return add_bytes(recipe, "tools.txt", text, size, error);
}

static void hex(struct sha256_ctx *context, char digest[EM_RTL_DIGEST_BYTES]) {
  uint8_t bytes[(EM_RTL_DIGEST_BYTES - 1) / 2];
  sha256_digest(context, sizeof bytes, bytes);
  for (size_t i = 0; i < sizeof bytes; i++) {
    snprintf(digest + 2 * i, 3, "%02x", bytes[i]);
  }
}

void em_rtl_digest(const void *bytes, size_t size, char digest[EM_RTL_DIGEST_BYTES]) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, size, bytes);
  hex(&context, digest);
}

/* Every part with its length before it, so that no two recipes are the same row of bytes. */
static void hash_part(struct sha256_ctx *context, const char *bytes, size_t size) {
  char length[32];
  int digits = snprintf(length, sizeof length, "%zu:", size);
  sha256_update(context, (size_t)digits, (const uint8_t *)length);
  sha256_update(context, size, (const uint8_t *)bytes);
}

static void digest_all(em_rtl_recipe *recipe) {
  struct sha256_ctx context;
  sha256_init(&context);
  for (uint32_t i = 0; i < recipe->word_count; i++) {
    hash_part(&context, recipe->words[i], strlen(recipe->words[i]));
  }
  hash_part(&context, "", 0);
  for (uint32_t i = 0; i < recipe->file_count; i++) {
    hash_part(&context, recipe->files[i].name, strlen(recipe->files[i].name));
    hash_part(&context, recipe->files[i].bytes, recipe->files[i].size);
  }
  hex(&context, recipe->digest);
}

em_status em_rtl_recipe_open(em_rtl_recipe *recipe, const em_design *design, const char *rtl_folder, em_rtl_build kind,
                             const char *build_folder, em_error *error) {
  sources from;
  memset(recipe, 0, sizeof *recipe);
  em_status status = find_sources(rtl_folder, &from, error);
  status = status == EM_OK ? add_options(recipe, design, kind, error) : status;
  status = status == EM_OK ? add_package(recipe, design, error) : status;
  status = status == EM_OK ? add_listed(recipe, from.rtl, "", true, error) : status;
  if (status == EM_OK && kind != EM_RTL_BARE) {
    status = add_listed(recipe, from.rtl, "probe/", kind == EM_RTL_WAVES, error);
  }
  static const char *const shell[] = {"sim/lockstep/rtl_shell.cpp", "sim/lockstep/rtl_port.h"};
  for (size_t i = 0; i < 2 && status == EM_OK; i++) {
    status = add_file(recipe, from.root, shell[i], shell[i], error);
  }
  status = status == EM_OK ? add_word(recipe, "../sim/lockstep/rtl_shell.cpp", error) : status; /* seen from obj/ */
  status = status == EM_OK ? add_tools(recipe, build_folder, error) : status;
  if (status == EM_OK) {
    digest_all(recipe);
  }
  return status;
}

void em_rtl_recipe_close(em_rtl_recipe *recipe) {
  for (uint32_t i = 0; i < recipe->file_count; i++) {
    free(recipe->files[i].name);
    free(recipe->files[i].bytes);
  }
  for (uint32_t i = 0; i < recipe->word_count; i++) {
    free(recipe->words[i]);
  }
  memset(recipe, 0, sizeof *recipe);
}
