#include "sim/lockstep/wave.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

em_status em_wave_prepare(em_wave *wave, const char *path, uint64_t from, uint64_t to, em_error *error) {
  if (to != EM_WAVE_TO_END && from > to) {
    return em_fail(error, EM_BAD_INPUT, "--wave-from: %" PRIu64 " is behind --wave-to %" PRIu64, from, to);
  }
  *wave = (em_wave){.from = from, .to = to == EM_WAVE_TO_END ? UINT64_MAX : to};
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    return em_fail(error, EM_BAD_INPUT, "--wave: %.400s is not a regular file", path);
  }
  return em_atomic_file_open(&wave->file, path, error) == EM_OK ? EM_OK : EM_BAD_INPUT;
}

void em_wave_open(em_wave *wave, const em_rtl_library *library, em_rtl *rtl) {
  wave->lost = library->wave(rtl, wave->file.temporary);
  wave->opened = true;
}

static void end(em_wave *wave, const em_rtl_library *library, em_rtl *rtl) {
  int lost = library->wave_close(rtl);
  wave->lost = wave->lost != 0 ? wave->lost : lost;
  wave->closed = true;
}

void em_wave_cycle(em_wave *wave, const em_rtl_library *library, em_rtl *rtl, uint64_t cycle) {
  if (!wave->opened && cycle == wave->from) {
    em_wave_open(wave, library, rtl);
  }
  if (wave->opened && !wave->closed && cycle > wave->to) {
    end(wave, library, rtl);
  }
}

em_status em_wave_finish(em_wave *wave, const em_rtl_library *library, em_rtl *rtl, uint64_t cycles, em_error *error) {
  if (!wave->opened) {
    em_wave_discard(wave);
    return em_fail(error, EM_BAD_INPUT, "--wave-from: the run ended before cycle %" PRIu64 ", after %" PRIu64 " cycles",
                   wave->from, cycles);
  }
  if (!wave->closed) {
    end(wave, library, rtl);
  }
  if (wave->lost != 0) {
    em_wave_discard(wave);
    return em_fail(error, EM_FAILED, "%.400s: cannot write the wave: %s", wave->file.path, strerror(wave->lost));
  }
  return em_atomic_file_commit(&wave->file, error);
}

void em_wave_discard(em_wave *wave) {
  em_atomic_file_discard(&wave->file);
}

/* ---- The view ---- */

/* GTKWave's flags of a trace, in hexadecimal: right-aligned and binary, decimal, hexadecimal; or a comment. */
enum { VIEW_BINARY = 0x28, VIEW_DECIMAL = 0x24, VIEW_HEX = 0x22, VIEW_COMMENT = 0x200 };

typedef struct {
  FILE *file;
  const char *scope; /* signals that stand directly in it, or in its probe */
  const char *name;  /* only this signal of it, or NULL */
  unsigned flags;    /* of signals of several bits */
} view_part;

/* One signal of the wave: printed where it belongs to the part. `name` is "TOP.SCOPE.SIGNAL[MSB:LSB]". */
static void view_signal(void *context, const char *name, unsigned bits) {
  const view_part *part = context;
  const char *top = "TOP.";
  size_t scope = strlen(part->scope);
  if (strncmp(name, top, strlen(top)) != 0 || strncmp(name + strlen(top), part->scope, scope) != 0) {
    return;
  }
  const char *rest = name + strlen(top) + scope;
  if (*rest != '.') {
    return;
  }
  rest += strncmp(rest, ".u_probe.", 9) == 0 ? 9 : 1;
  size_t length = strcspn(rest, "[.");
  if (rest[strcspn(rest, ".")] == '.' ||
      (part->name != NULL && (strlen(part->name) != length || strncmp(rest, part->name, length) != 0))) {
    return;
  }
  fprintf(part->file, "@%x\n%s\n", bits == 1 ? (unsigned)VIEW_BINARY : part->flags, name);
}

static void view_comment(FILE *file, const char *text) {
  fprintf(file, "@%x\n-%s\n", (unsigned)VIEW_COMMENT, text);
}

/* WAVE.fst and WAVE have the view WAVE.gtkw. */
static void view_path(const char *wave, char path[EM_PATH_BYTES]) {
  size_t length = strlen(wave);
  if (length > 4 && strcmp(wave + length - 4, ".fst") == 0) {
    length -= 4;
  }
  snprintf(path, EM_PATH_BYTES, "%.*s.gtkw", (int)(length < 4000 ? length : 4000), wave);
}

static void write_view(const em_wave *wave, const em_rtl_library *library, const char *const *scopes, uint32_t count,
                       uint64_t cycle, FILE *file) {
  static const char *const pins[] = {"s_axis_tvalid_i", "s_axis_tready_o", "s_axis_tlast_i", "s_axis_tdata_i",
                                     "m_axis_tvalid_o", "m_axis_tready_i", "m_axis_tlast_o", "m_axis_tdata_o"};
  char absolute[EM_PATH_BYTES];
  uint64_t marker = wave->first_time + EM_TIMES_PER_CYCLE * cycle, before = EM_TIMES_PER_CYCLE * 20;
  fprintf(file, "[*] emamba: cycle c settles at time %" PRIu64 " + %d c; em_top.u_apb.cycles_q is c\n",
          wave->first_time, EM_TIMES_PER_CYCLE);
  fprintf(file, "[dumpfile] \"%s\"\n", realpath(wave->file.path, absolute) != NULL ? absolute : wave->file.path);
  fprintf(file, "[timestart] %" PRIu64 "\n*-4 %" PRIu64 "%s\n", marker > before ? marker - before : 0, marker,
          " -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1");
  view_part part = {file, "em_top", "clk_i", VIEW_HEX};
  library->wave_signals(wave->file.path, view_signal, &part);
  part = (view_part){file, "em_top.u_apb", "cycles_q", VIEW_DECIMAL};
  library->wave_signals(wave->file.path, view_signal, &part);
  view_comment(file, "streams");
  for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
    part = (view_part){file, "em_top", pins[i], VIEW_HEX};
    library->wave_signals(wave->file.path, view_signal, &part);
  }
  for (uint32_t i = 0; i < count; i++) {
    view_comment(file, scopes[i]);
    part = (view_part){file, scopes[i], NULL, VIEW_HEX};
    library->wave_signals(wave->file.path, view_signal, &part);
  }
}

em_status em_wave_view(const em_wave *wave, const em_rtl_library *library, const char *const *scopes, uint32_t count,
                       uint64_t cycle, em_error *error) {
  char path[EM_PATH_BYTES];
  em_atomic_file file;
  view_path(wave->file.path, path);
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  write_view(wave, library, scopes, count, cycle, file.stream);
  return em_atomic_file_commit(&file, error);
}
