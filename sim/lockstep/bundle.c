/* The failure bundle: everything needed to look at a failed lock-step run without running it again. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/files/places.h"
#include "sim/lockstep/cosim.h"

enum { WAVE_CYCLES_BEFORE = 200, WAVE_CYCLES_AFTER = 100 };

static em_status open_part(const char *folder, const char *name, em_atomic_file *file, em_error *error) {
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%.4000s/%s", folder, name);
  return em_atomic_file_open(file, path, error);
}

static void print_failure(const em_job *job, const em_lockstep *failed, em_lockstep_outcome outcome, FILE *file) {
  fprintf(file, "design %s (hash %016" PRIx64 "), network %s, frames %s\n", job->design.name,
          em_design_hash(&job->design), job->network_path, job->frames_path);
  if (outcome == EM_LOCKSTEP_DIVERGED) {
    em_lockstep_print_divergence(failed, file);
  } else {
    fprintf(file, "deadlock: nothing happened for %" PRIu64 " cycles, up to cycle %" PRIu64 "\n",
            failed->watchdog_cycles, failed->state->cycle);
    em_lockstep_print_waits(failed, file);
  }
}

/*
 * A word quoted for a shell: between single quotes, or, where it holds control characters, as $'...' of bash, so that
 * the command stays one line.
 */
static void print_word(const char *word, FILE *file) {
  bool plain = true;
  for (const char *c = word; *c != '\0'; c++) {
    plain = plain && (unsigned char)*c >= ' ' && *c != 0x7f;
  }
  fputs(plain ? "'" : "$'", file);
  for (; *word != '\0'; word++) {
    unsigned char c = (unsigned char)*word;
    if (!plain && (c < ' ' || c == 0x7f || c == '\\' || c == '\'')) {
      fprintf(file, "\\%03o", c);
    } else if (c == '\'') {
      fputs("'\\''", file);
    } else {
      fputc(c, file);
    }
  }
  fputc('\'', file);
}

/* The command line as it was given, in the folder in which it was given, whatever its options are. */
static em_status print_command(const em_options *o, FILE *file, em_error *error) {
  char folder[EM_PATH_BYTES], program[EM_PATH_BYTES];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length < 0 || getcwd(folder, sizeof folder) == NULL) {
    return em_fail(error, EM_FAILED, "the program's folder: %s", strerror(errno));
  }
  program[length] = '\0';
  fputs("cd ", file);
  print_word(folder, file);
  fputs(" && ", file);
  print_word(program, file);
  for (int i = 0; i < o->word_count; i++) {
    fputc(' ', file);
    print_word(o->words[i], file);
  }
  fputc('\n', file);
  return EM_OK;
}

/* Runs again to the same failure with records and a wave. */
static em_status replay(em_job *job, const em_options *options, uint64_t failed_cycle, const char *folder,
                        em_error *error) {
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%.4000s/wave.fst", folder);
  em_rtl_library library;
  em_status status =
      em_rtl_library_open(&library, &job->design, options->rtl, options->build, EM_RTL_WAVES, options->quiet, error);
  if (status != EM_OK) {
    return status;
  }
  em_wave wave;
  em_atomic_file records = {0};
  uint64_t from = failed_cycle > WAVE_CYCLES_BEFORE ? failed_cycle - WAVE_CYCLES_BEFORE : 0;
  status = em_wave_prepare(&wave, path, from, EM_WAVE_TO_END, error);
  if (status == EM_OK) {
    status = open_part(folder, "records.txt", &records, error);
  }
  if (status == EM_OK) {
    em_tracker tracker = {.job = job};
    em_lockstep lockstep;
    em_lockstep_outcome outcome;
    em_cosim_setup setup = {&library, &tracker, NULL, &wave, records.stream, from, WAVE_CYCLES_AFTER};
    status = em_cosim_run(job, options, &setup, &lockstep, &outcome, error);
    if (status == EM_OK) {
      status = em_cosim_finish_wave(&lockstep, outcome, error);
    }
    if (status == EM_OK) {
      status = em_atomic_file_commit(&records, error);
    }
    em_lockstep_close(&lockstep);
  }
  em_wave_discard(&wave);
  em_atomic_file_discard(&records);
  em_rtl_library_close(&library);
  return status;
}

em_status em_bundle_write(em_job *job, const em_options *options, const em_lockstep *failed,
                          em_lockstep_outcome outcome, char *folder, size_t folder_bytes, em_error *error) {
  if (options->bundle != NULL) {
    snprintf(folder, folder_bytes, "%s", options->bundle);
  } else {
    char root[EM_PATH_BYTES];
    em_status status = em_build_folder(options->build, root, error);
    if (status != EM_OK) {
      return status;
    }
    snprintf(folder, folder_bytes, "%s/failures/", root);
    mkdir(folder, 0777);
    snprintf(folder, folder_bytes, "%s/failures/%s-seed%" PRIu64 "-cycle%" PRIu64, root, job->design.name,
             options->seed, failed->state->cycle);
  }
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    return em_fail(error, EM_FAILED, "%.400s: %s", folder, strerror(errno));
  }
  em_atomic_file part;
  em_status status = open_part(folder, "report.txt", &part, error);
  if (status == EM_OK) {
    print_failure(job, failed, outcome, part.stream);
    status = em_atomic_file_commit(&part, error);
  }
  if (status == EM_OK) {
    status = open_part(folder, "command.txt", &part, error);
  }
  if (status == EM_OK) {
    status = print_command(options, part.stream, error);
    if (status == EM_OK) {
      status = em_atomic_file_commit(&part, error);
    } else {
      em_atomic_file_discard(&part);
    }
  }
  uint64_t cycle = outcome == EM_LOCKSTEP_DIVERGED ? failed->divergence.cycle : failed->state->cycle;
  return status == EM_OK ? replay(job, options, cycle, folder, error) : status;
}
