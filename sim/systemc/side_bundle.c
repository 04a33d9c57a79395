/* What is kept of a difference between model and RTL. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/files/atomic_file.h"
#include "sim/files/places.h"
#include "sim/systemc/side_parts.h"

enum { WAVE_CYCLES_BEFORE = 200, WAVE_CYCLES_AFTER = 100 };

static em_status open_part(const em_side *side, const char *name, em_atomic_file *file, em_error *error) {
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%.4000s/%s", side->bundle, name);
  return em_atomic_file_open(file, path, error);
}

static em_status write_report(const em_side *side, const char *what, em_error *error) {
  em_atomic_file file;
  em_status status = open_part(side, "report.txt", &file, error);
  if (status != EM_OK) {
    return status;
  }
  const uint64_t cycle = em_side_cycle(side), from = cycle > WAVE_CYCLES_BEFORE ? cycle - WAVE_CYCLES_BEFORE : 0;
  fprintf(file.stream, "design %s (hash %016" PRIx64 "), model and RTL in SystemC\n%s\n", side->design.name,
          em_design_hash(&side->design), what);
  fprintf(file.stream, "for a wave, set the parameters wave=FILE.fst wave_from=%" PRIu64 " wave_to=%" PRIu64 "\n", from,
          cycle + WAVE_CYCLES_AFTER);
  return em_atomic_file_commit(&file, error);
}

static void print_outputs(const em_side *side, const em_device_outputs *o, FILE *file) {
  fprintf(file, " running %d pslverr %d prdata %08x in_ready %d out_valid %d out_last %d out_data ", o->running,
          o->pslverr, o->prdata, o->in_ready, o->out_valid, o->out_last);
  for (uint32_t i = side->streams.out_bytes; i-- > 0;) {
    fprintf(file, "%02x", (uint8_t)o->out_data[i]);
  }
  fputc('\n', file);
}

static em_status write_pins(const em_side *side, em_error *error) {
  em_atomic_file file;
  em_status status = open_part(side, "pins.txt", &file, error);
  if (status != EM_OK) {
    return status;
  }
  uint64_t last = em_side_cycle(side), first = last >= EM_SIDE_HISTORY ? last - EM_SIDE_HISTORY + 1 : 0;
  for (uint64_t cycle = first; cycle <= last; cycle++) {
    const em_side_cycle_record *r = &side->history[cycle % EM_SIDE_HISTORY];
    const em_device_inputs *in = &r->in;
    fprintf(file.stream,
            "cycle %" PRIu64
            ": rst_n %d psel %d penable %d pwrite %d pstrb %x paddr %08x pwdata %08x in_valid %d in_last "
            "%d out_ready %d in_data ",
            cycle, in->rst_n, in->psel, in->penable, in->pwrite, in->pstrb, in->paddr, in->pwdata, in->in_valid,
            in->in_last, in->out_ready);
    for (uint32_t i = side->streams.in_bytes; i-- > 0;) {
      fprintf(file.stream, "%02x", (uint8_t)in->in_data[i]);
    }
    fputs("\n  model", file.stream);
    print_outputs(side, &r->model, file.stream);
    fputs("  RTL  ", file.stream);
    print_outputs(side, &r->rtl, file.stream);
  }
  return em_atomic_file_commit(&file, error);
}

/* The command line of this process, one word a line. */
static em_status write_command(const em_side *side, em_error *error) {
  em_atomic_file file;
  em_status status = open_part(side, "command.txt", &file, error);
  FILE *own = status == EM_OK ? fopen("/proc/self/cmdline", "re") : NULL;
  if (status != EM_OK) {
    return status;
  }
  for (int c; own != NULL && (c = fgetc(own)) != EOF;) {
    fputc(c == '\0' ? '\n' : c, file.stream);
  }
  if (own != NULL) {
    fclose(own);
  }
  return em_atomic_file_commit(&file, error);
}

em_status em_side_bundle(em_side *side, const char *what, em_error *error) {
  if (side->bundle[0] == '\0') {
    char root[EM_PATH_BYTES], folder[EM_PATH_BYTES];
    em_status status = em_build_folder(side->build[0] != '\0' ? side->build : NULL, root, error);
    if (status != EM_OK) {
      return status;
    }
    snprintf(folder, sizeof folder, "%.3900s/failures/systemc-%s-cycle%" PRIu64, root, side->design.name,
             em_side_cycle(side));
    memcpy(side->bundle, folder, sizeof folder);
  }
  em_status status = em_make_folders(side->bundle, error);
  status = status == EM_OK ? write_report(side, what, error) : status;
  status = status == EM_OK ? write_pins(side, error) : status;
  return status == EM_OK ? write_command(side, error) : status;
}
