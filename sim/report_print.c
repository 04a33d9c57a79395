/* A report as tables on the terminal. */
#include <stdlib.h>

#include "report.h"

/* Reads a report; remembers the first thing that is missing. */
typedef struct {
  em_error *error;
  em_status status;
} reader;

static const cJSON *child(reader *r, const cJSON *object, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  if (item == NULL && r->status == EM_OK) {
    r->status = em_fail(r->error, EM_BAD_INPUT, "the report has no \"%s\"", key);
  }
  return item;
}

static double number(reader *r, const cJSON *object, const char *key) {
  const cJSON *item = child(r, object, key);
  if (item != NULL && !cJSON_IsNumber(item) && r->status == EM_OK) {
    r->status = em_fail(r->error, EM_BAD_INPUT, "the report's \"%s\" is not a number", key);
  }
  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static const char *text(reader *r, const cJSON *object, const char *key) {
  const cJSON *item = child(r, object, key);
  if (item != NULL && !cJSON_IsString(item) && r->status == EM_OK) {
    r->status = em_fail(r->error, EM_BAD_INPUT, "the report's \"%s\" is not a text", key);
  }
  return cJSON_IsString(item) ? item->valuestring : "";
}

static void print_head(reader *r, const cJSON *report, FILE *file) {
  const cJSON *design = child(r, report, "design"), *network = child(r, report, "network"),
              *time = child(r, report, "time");
  fprintf(file, "design   %s (%s), hash %s\n", text(r, design, "name"), text(r, design, "file"),
          text(r, design, "hash"));
  fprintf(file, "network  %s, %.0f parameters\n", text(r, network, "file"), number(r, network, "parameters"));
  fprintf(file, "frames   %.0f of %s\n", number(r, report, "frames"), text(r, report, "frames_file"));
  fprintf(file, "cycles   %.0f at %g MHz; latency %.0f (%.2f us)", number(r, time, "cycles"),
          number(r, design, "clock_mhz"), number(r, time, "latency_cycles"), number(r, time, "latency_us"));
  if (cJSON_HasObjectItem(time, "frames_per_second")) {
    fprintf(file, ", interval %.0f (%.2f us, %.0f frames/s)", number(r, time, "interval_cycles"),
            number(r, time, "interval_us"), number(r, time, "frames_per_second"));
  }
  fprintf(file, "\nlimit    %s, busy %.0f cycles a frame\n", text(r, time, "bottleneck"),
          number(r, time, "bottleneck_busy_cycles_per_frame"));
}

static void print_accuracy(reader *r, const cJSON *report, FILE *file) {
  const cJSON *accuracy = cJSON_GetObjectItemCaseSensitive(report, "accuracy");
  if (accuracy == NULL) {
    return;
  }
  if (cJSON_HasObjectItem(accuracy, "top1_percent")) {
    fprintf(file, "accuracy %.2f %% top-1 (%.0f of %.0f frames)\n", number(r, accuracy, "top1_percent"),
            number(r, accuracy, "right"), number(r, accuracy, "frames"));
  } else {
    fprintf(file, "accuracy MAE %.5g, RMSE %.5g %s (mean over outputs, %.0f frames)\n", number(r, accuracy, "mae"),
            number(r, accuracy, "rmse"), text(r, accuracy, "unit"), number(r, accuracy, "frames"));
  }
}

static void print_engines(reader *r, const cJSON *report, FILE *file) {
  const cJSON *engine;
  fprintf(file, "\n%-22s %9s %8s %12s %12s %12s %7s\n", "engine", "tokens", "cyc/tok", "busy", "starved", "blocked",
          "used %");
  cJSON_ArrayForEach(engine, child(r, report, "engines")) {
    fprintf(file, "%-22s %9.0f %8.0f %12.0f %12.0f %12.0f %7.1f\n", text(r, engine, "name"),
            number(r, engine, "tokens"), number(r, engine, "cycles_per_token"), number(r, engine, "busy_cycles"),
            number(r, engine, "starved_cycles"), number(r, engine, "blocked_cycles"),
            number(r, engine, "utilisation_percent"));
  }
  const cJSON *totals = child(r, report, "engine_totals");
  fprintf(file, "%-22s %9s %8s %12.0f %12.0f %12.0f\n", "total", "", "", number(r, totals, "busy_cycles"),
          number(r, totals, "starved_cycles"), number(r, totals, "blocked_cycles"));
}

static void print_activity_row(reader *r, const char *name, const cJSON *counts, FILE *file) {
  static const char *const keys[] = {"mac_8x8_ops", "mul_8x8_ops", "mul_8x17_ops", "mac_8x24_ops", "mul_norm_ops",
                                     "add_ops",     "round_ops",   "pwl_ops",      "div_step_ops"};
  fprintf(file, "%-22s", name);
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    fprintf(file, " %11.0f", number(r, counts, keys[i]));
  }
  fprintf(file, "\n");
}

static void print_activity(reader *r, const cJSON *report, FILE *file) {
  const cJSON *engine;
  fprintf(file, "\n%-22s %11s %11s %11s %11s %11s %11s %11s %11s %11s\n", "operations", "mac 8x8", "mul 8x8",
          "mul 8x17", "mac 8x24", "norm mul", "add", "round", "pwl", "div step");
  cJSON_ArrayForEach(engine, child(r, report, "engines")) {
    print_activity_row(r, text(r, engine, "name"), engine, file);
  }
  print_activity_row(r, "total", child(r, report, "engine_totals"), file);
}

static void print_memories(reader *r, const cJSON *report, FILE *file) {
  const cJSON *memory;
  fprintf(file, "\n%-28s %-10s %8s %9s %12s %12s %15s\n", "memory", "kind", "words", "word bits", "reads", "writes",
          "bits read");
  cJSON_ArrayForEach(memory, child(r, report, "memories")) {
    fprintf(file, "%-28s %-10s %8.0f %9.0f %12.0f %12.0f %15.0f\n", text(r, memory, "name"), text(r, memory, "kind"),
            number(r, memory, "words"), number(r, memory, "word_bits"), number(r, memory, "reads"),
            number(r, memory, "writes"), number(r, memory, "read_bits"));
  }
  const cJSON *totals = child(r, report, "memory_totals");
  fprintf(file, "%-28s %-10s %8s %9s %12.0f %12.0f %15.0f\n", "total", "", "", "", number(r, totals, "reads"),
          number(r, totals, "writes"), number(r, totals, "read_bits"));
}

static void print_nodes(reader *r, const cJSON *report, FILE *file) {
  const cJSON *node, *totals = child(r, report, "node_totals");
  double events =
      number(r, totals, "saturations") + number(r, totals, "pwl_inputs_below") + number(r, totals, "pwl_inputs_above");
  if (events == 0) {
    fprintf(file, "\nno saturation, no piecewise-linear input outside its table\n");
    return;
  }
  fprintf(file, "\n%-22s %12s %16s %16s\n", "node (calibration)", "saturations", "pwl input below", "pwl input above");
  cJSON_ArrayForEach(node, child(r, report, "nodes")) {
    double saturations = number(r, node, "saturations"), below = number(r, node, "pwl_inputs_below");
    double above = number(r, node, "pwl_inputs_above");
    if (saturations + below + above > 0) {
      fprintf(file, "%-22s %12.0f %16.0f %16.0f\n", text(r, node, "name"), saturations, below, above);
    }
  }
  fprintf(file, "%-22s %12.0f %16.0f %16.0f\n", "total", number(r, totals, "saturations"),
          number(r, totals, "pwl_inputs_below"), number(r, totals, "pwl_inputs_above"));
}

static void print_lockstep(reader *r, const cJSON *report, FILE *file) {
  const cJSON *lockstep = cJSON_GetObjectItemCaseSensitive(report, "lockstep");
  if (lockstep != NULL) {
    fprintf(file, "\nlock-step with the RTL: %.0f cycles, %.0f transactions compared; seed %.0f, stall in %g, out %g\n",
            number(r, lockstep, "cycles"), number(r, lockstep, "transactions"), number(r, lockstep, "seed"),
            number(r, lockstep, "stall_in"), number(r, lockstep, "stall_out"));
  }
}

static em_status print_all(const cJSON *report, FILE *file, em_error *error) {
  reader r = {error, EM_OK};
  print_head(&r, report, file);
  print_accuracy(&r, report, file);
  print_engines(&r, report, file);
  print_activity(&r, report, file);
  print_memories(&r, report, file);
  print_nodes(&r, report, file);
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
