/* A report as tables on the terminal. */
#include <stdlib.h>

#include "sim/report/price_print.h"
#include "sim/report/report.h"
#include "sim/report/report_reader.h"

/* Stalls, where there were any. */
static void print_options(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *options = em_reader_child(r, report, "options");
  double in = em_reader_number(r, options, "stall_in"), out = em_reader_number(r, options, "stall_out");
  if (in > 0 || out > 0) {
    fprintf(file, "stalls   in %g, out %g, seed %.0f\n", in, out, em_reader_number(r, options, "seed"));
  }
}

static void print_head(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *design = em_reader_child(r, report, "design"), *network = em_reader_child(r, report, "network"),
              *time = em_reader_child(r, report, "time");
  fprintf(file, "design   %s (%s), hash %s\n", em_reader_text(r, design, "name"), em_reader_text(r, design, "file"),
          em_reader_text(r, design, "hash"));
  fprintf(file, "network  %s, %.0f parameters\n", em_reader_text(r, network, "file"),
          em_reader_number(r, network, "parameters"));
  fprintf(file, "frames   %.0f of %s\n", em_reader_number(r, report, "frames"),
          em_reader_text(r, report, "frames_file"));
  fprintf(file, "cycles   %.0f at %g MHz; latency %.0f (%.2f us)", em_reader_number(r, time, "cycles"),
          em_reader_number(r, design, "clock_mhz"), em_reader_number(r, time, "latency_cycles"),
          em_reader_number(r, time, "latency_us"));
  fprintf(file, ", interval %.10g (%.2f us, %.0f frames/s)\n", em_reader_number(r, time, "interval_cycles"),
          em_reader_number(r, time, "interval_us"), em_reader_number(r, time, "frames_per_second"));
  fprintf(file, "interval %s\n", em_reader_text(r, time, "interval_basis"));
  fprintf(file, "limit    %s\n", em_reader_text(r, em_reader_child(r, time, "limit"), "text"));
  print_options(r, report, file);
}

/* "  RMSE by output" and the numbers of an array, ten a line. */
static void print_by_output(em_report_reader *r, const char *title, const cJSON *values, FILE *file) {
  const cJSON *value;
  uint32_t printed = 0;
  cJSON_ArrayForEach(value, values) {
    if (!cJSON_IsNumber(value)) {
      em_reader_fail(r, "\"accuracy\" has a value by output that is not a number");
      return;
    }
    if (printed % 10 == 0) {
      fprintf(file, "%s%3u..", printed == 0 ? title : "                ", printed);
    }
    fprintf(file, " %10.4g%s", value->valuedouble, ++printed % 10 == 0 ? "\n" : "");
  }
  if (printed % 10 != 0) {
    fprintf(file, "\n");
  }
}

static void print_accuracy(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *accuracy = cJSON_GetObjectItemCaseSensitive(report, "accuracy");
  if (accuracy == NULL) {
    return;
  }
  if (cJSON_HasObjectItem(accuracy, "top1_percent")) {
    fprintf(file, "accuracy %.2f %% top-1 (%.0f of %.0f frames)\n", em_reader_number(r, accuracy, "top1_percent"),
            em_reader_number(r, accuracy, "right"), em_reader_number(r, accuracy, "frames"));
  } else {
    fprintf(file, "accuracy MAE %.5g, RMSE %.5g %s (mean over outputs, %.0f frames)\n",
            em_reader_number(r, accuracy, "mae"), em_reader_number(r, accuracy, "rmse"),
            em_reader_text(r, accuracy, "unit"), em_reader_number(r, accuracy, "frames"));
    print_by_output(r, "  MAE by output ", em_reader_array(r, accuracy, "mae_by_output", 0), file);
    print_by_output(r, "  RMSE by output", em_reader_array(r, accuracy, "rmse_by_output", 0), file);
  }
}

static void print_engines(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *engine;
  fprintf(file, "\n%-22s %9s %8s %12s %12s %12s %7s\n", "engine", "tokens", "cyc/tok", "busy", "starved", "blocked",
          "used %");
  cJSON_ArrayForEach(engine, em_reader_child(r, report, "engines")) {
    fprintf(file, "%-22s %9.0f %8.0f %12.0f %12.0f %12.0f %7.1f\n", em_reader_text(r, engine, "name"),
            em_reader_number(r, engine, "tokens"), em_reader_number(r, engine, "cycles_per_token"),
            em_reader_number(r, engine, "busy_cycles"), em_reader_number(r, engine, "starved_cycles"),
            em_reader_number(r, engine, "blocked_cycles"), em_reader_number(r, engine, "utilisation_percent"));
  }
  const cJSON *totals = em_reader_child(r, report, "engine_totals");
  fprintf(file, "%-22s %9s %8s %12.0f %12.0f %12.0f\n", "total", "", "", em_reader_number(r, totals, "busy_cycles"),
          em_reader_number(r, totals, "starved_cycles"), em_reader_number(r, totals, "blocked_cycles"));
}

static void print_activity_row(em_report_reader *r, const char *name, const cJSON *counts, FILE *file) {
  static const char *const keys[] = {"mac_8x8_ops", "mul_8x8_ops", "mul_8x17_ops", "mac_8x24_ops", "mul_norm_ops",
                                     "add_ops",     "round_ops",   "pwl_ops",      "div_step_ops"};
  fprintf(file, "%-22s", name);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    fprintf(file, " %11.0f", em_reader_number(r, counts, keys[i]));
  }
  fprintf(file, "\n");
}

static void print_activity(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *engine;
  fprintf(file, "\n%-22s %11s %11s %11s %11s %11s %11s %11s %11s %11s\n", "operations", "mac 8x8", "mul 8x8",
          "mul 8x17", "mac 8x24", "norm mul", "add", "round", "pwl", "div step");
  cJSON_ArrayForEach(engine, em_reader_child(r, report, "engines")) {
    print_activity_row(r, em_reader_text(r, engine, "name"), engine, file);
  }
  print_activity_row(r, "total", em_reader_child(r, report, "engine_totals"), file);
}

static void print_memories(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *memory;
  fprintf(file, "\n%-28s %-10s %8s %9s %12s %12s %15s\n", "memory", "kind", "words", "word bits", "reads", "writes",
          "bits read");
  cJSON_ArrayForEach(memory, em_reader_child(r, report, "memories")) {
    fprintf(file, "%-28s %-10s %8.0f %9.0f %12.0f %12.0f %15.0f\n", em_reader_text(r, memory, "name"),
            em_reader_text(r, memory, "kind"), em_reader_number(r, memory, "words"),
            em_reader_number(r, memory, "word_bits"), em_reader_number(r, memory, "reads"),
            em_reader_number(r, memory, "writes"), em_reader_number(r, memory, "read_bits"));
  }
  const cJSON *totals = em_reader_child(r, report, "memory_totals");
  fprintf(file, "%-28s %-10s %8s %9s %12.0f %12.0f %15.0f\n", "total", "", "", "", em_reader_number(r, totals, "reads"),
          em_reader_number(r, totals, "writes"), em_reader_number(r, totals, "read_bits"));
}

static void print_nodes(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *node, *totals = em_reader_child(r, report, "node_totals");
  double events = em_reader_number(r, totals, "saturations") + em_reader_number(r, totals, "pwl_inputs_below") +
                  em_reader_number(r, totals, "pwl_inputs_above");
  if (events == 0) {
    fprintf(file, "\nno saturation, no piecewise-linear input outside its table\n");
    return;
  }
  fprintf(file, "\n%-22s %12s %16s %16s\n", "node (calibration)", "saturations", "pwl input below", "pwl input above");
  cJSON_ArrayForEach(node, em_reader_child(r, report, "nodes")) {
    double saturations = em_reader_number(r, node, "saturations"),
           below = em_reader_number(r, node, "pwl_inputs_below");
    double above = em_reader_number(r, node, "pwl_inputs_above");
    if (saturations + below + above > 0) {
      fprintf(file, "%-22s %12.0f %16.0f %16.0f\n", em_reader_text(r, node, "name"), saturations, below, above);
    }
  }
  fprintf(file, "%-22s %12.0f %16.0f %16.0f\n", "total", em_reader_number(r, totals, "saturations"),
          em_reader_number(r, totals, "pwl_inputs_below"), em_reader_number(r, totals, "pwl_inputs_above"));
}

static void print_lockstep(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *lockstep = cJSON_GetObjectItemCaseSensitive(report, "lockstep");
  if (lockstep != NULL) {
    fprintf(file, "\nlock-step with the RTL: %.0f cycles, %.0f transactions compared; seed %.0f, stall in %g, out %g\n",
            em_reader_number(r, lockstep, "cycles"), em_reader_number(r, lockstep, "transactions"),
            em_reader_number(r, lockstep, "seed"), em_reader_number(r, lockstep, "stall_in"),
            em_reader_number(r, lockstep, "stall_out"));
  }
}

static em_status print_all(const cJSON *report, FILE *file, em_error *error) {
  em_report_reader r = {error, EM_OK};
  print_head(&r, report, file);
  print_accuracy(&r, report, file);
  print_engines(&r, report, file);
  print_activity(&r, report, file);
  print_memories(&r, report, file);
  print_nodes(&r, report, file);
  em_price_print(&r, report, file);
  print_lockstep(&r, report, file);
  return r.status;
}

em_status em_report_print(const cJSON *report, FILE *file, em_error *error) {
  char *printed = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&printed, &size);
  if (memory == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the report's tables");
  }
  em_status status = print_all(report, memory, error);
  fclose(memory);
  if (status == EM_OK) {
    fwrite(printed, 1, size, file);
  }
  free(printed);
  return status;
}
