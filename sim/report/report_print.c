/* A report as text: a summary of one screen, and the tables that are asked for. */
#include <stdlib.h>
#include <string.h>

#include "sim/report/price_print.h"
#include "sim/report/report.h"
#include "sim/report/report_fields.h"
#include "sim/report/report_reader.h"
#include "sim/run/details.h"

/* Stalls, where there were any. */
static void print_options(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *options = em_reader_child(r, report, "options");
  double in = em_reader_number(r, options, "stall_in"), out = em_reader_number(r, options, "stall_out");
  if (in > 0 || out > 0) {
    em_terminal_line(terminal, "stalls", "in %g, out %g, seed %.0f", in, out, em_reader_number(r, options, "seed"));
  }
}

static void print_head(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *design = em_reader_child(r, report, "design"), *network = em_reader_child(r, report, "network"),
              *time = em_reader_child(r, report, "time");
  const char *us = em_terminal_unit(terminal, "us");
  em_terminal_line(terminal, "design", "%s (%s), hash %s", em_reader_text(r, design, "name"),
                   em_reader_text(r, design, "file"), em_reader_text(r, design, "hash"));
  em_terminal_line(terminal, "network", "%s, %.0f parameters", em_reader_text(r, network, "file"),
                   em_reader_number(r, network, "parameters"));
  em_terminal_line(terminal, "frames", "%.0f of %s", em_reader_number(r, report, "frames"),
                   em_reader_text(r, report, "frames_file"));
  em_terminal_line(terminal, "cycles",
                   "%.0f at %g MHz; latency %.0f (%.2f %s), interval %.10g (%.2f %s, %.0f frames/s)",
                   em_reader_number(r, time, "cycles"), em_reader_number(r, design, "clock_mhz"),
                   em_reader_number(r, time, "latency_cycles"), em_reader_number(r, time, "latency_us"), us,
                   em_reader_number(r, time, "interval_cycles"), em_reader_number(r, time, "interval_us"), us,
                   em_reader_number(r, time, "frames_per_second"));
  em_terminal_line(terminal, "interval", "%s", em_reader_text(r, time, "interval_basis"));
  em_terminal_line(terminal, "limit", "%s", em_reader_text(r, em_reader_child(r, time, "limit"), "text"));
  print_options(r, report, terminal);
}

static void print_accuracy(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *accuracy = cJSON_GetObjectItemCaseSensitive(report, "accuracy");
  if (accuracy == NULL) {
    return;
  }
  if (cJSON_HasObjectItem(accuracy, "top1_percent")) {
    em_terminal_line(terminal, "accuracy", "%.2f %% top-1 (%.0f of %.0f frames)",
                     em_reader_number(r, accuracy, "top1_percent"), em_reader_number(r, accuracy, "right"),
                     em_reader_number(r, accuracy, "frames"));
  } else {
    em_terminal_line(terminal, "accuracy", "MAE %.5g, RMSE %.5g %s (mean over outputs, %.0f frames)",
                     em_reader_number(r, accuracy, "mae"), em_reader_number(r, accuracy, "rmse"),
                     em_reader_text(r, accuracy, "unit"), em_reader_number(r, accuracy, "frames"));
  }
}

/* The numbers of an array, numbered from 0: "MAE by output". */
static void print_by_output(em_report_reader *r, const cJSON *accuracy, const em_terminal *terminal) {
  static const char *const titles[] = {"output", "MAE", "RMSE"};
  const cJSON *mae = em_reader_array(r, accuracy, "mae_by_output", 0),
              *rmse = em_reader_array(r, accuracy, "rmse_by_output", 0);
  if (r->status != EM_OK || cJSON_GetArraySize(mae) != cJSON_GetArraySize(rmse)) {
    em_reader_fail(r, "\"mae_by_output\" and \"rmse_by_output\" are not equally long");
    return;
  }
  em_table *table = em_table_new(titles, 3);
  double output = 0;
  for (mae = mae->child, rmse = rmse->child; mae != NULL && rmse != NULL; mae = mae->next, rmse = rmse->next) {
    if (!cJSON_IsNumber(mae) || !cJSON_IsNumber(rmse)) {
      em_reader_fail(r, "\"accuracy\" has a value by output that is not a number");
    }
    em_table_count(table, output++);
    em_table_figure(table, mae->valuedouble);
    em_table_figure(table, rmse->valuedouble);
  }
  em_error error;
  if (em_table_print(table, terminal, &error) != EM_OK && r->status == EM_OK) {
    r->status = em_fail(r->error, EM_FAILED, "%s", error.text);
  }
}

static void print_table(em_report_reader *r, const cJSON *report, em_table_kind kind, const char *what, bool some,
                        const em_terminal *terminal) {
  const em_report_table *table = &em_report_tables[kind];
  const cJSON *totals = em_reader_child(r, report, table->totals);
  em_field fields[EM_MOST_FIELDS];
  uint32_t count = em_report_shown(kind, totals, fields);
  em_rows_print(r, terminal, what, fields, count, em_reader_child(r, report, table->rows), totals, some);
}

static void print_nodes(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *accuracy = cJSON_GetObjectItemCaseSensitive(report, "accuracy");
  print_table(r, report, EM_TABLE_NODES, "node (calibration)", true, terminal);
  if (accuracy != NULL && cJSON_HasObjectItem(accuracy, "mae_by_output")) {
    print_by_output(r, accuracy, terminal);
  }
}

/* What a person who quantises a network looks at, in a line. */
static void print_events(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *totals = em_reader_child(r, report, "node_totals");
  double saturations = em_reader_number(r, totals, "saturations"),
         outside = em_reader_number(r, totals, "pwl_inputs_below") + em_reader_number(r, totals, "pwl_inputs_above");
  em_terminal_line(terminal, "codes", "%.0f saturated, %.0f piecewise-linear inputs outside their tables", saturations,
                   outside);
}

static void print_lockstep(em_report_reader *r, const cJSON *report, const em_terminal *terminal) {
  const cJSON *lockstep = cJSON_GetObjectItemCaseSensitive(report, "lockstep");
  if (lockstep != NULL) {
    em_terminal_line(terminal, "RTL",
                     "in lock-step: %.0f cycles, %.0f transactions compared; seed %.0f, stall in %g, out %g",
                     em_reader_number(r, lockstep, "cycles"), em_reader_number(r, lockstep, "transactions"),
                     em_reader_number(r, lockstep, "seed"), em_reader_number(r, lockstep, "stall_in"),
                     em_reader_number(r, lockstep, "stall_out"));
  }
}

static bool has(uint32_t details, em_detail detail) {
  return (details >> detail & 1) != 0;
}

static em_status print_all(const cJSON *report, uint32_t details, const em_terminal *terminal, em_error *error) {
  em_report_reader r = {error, EM_OK};
  print_head(&r, report, terminal);
  print_accuracy(&r, report, terminal);
  print_events(&r, report, terminal);
  print_lockstep(&r, report, terminal);
  em_price_print(&r, report, has(details, EM_DETAIL_PRICE), terminal);
  if (has(details, EM_DETAIL_ENGINES)) {
    print_table(&r, report, EM_TABLE_ENGINES, "engine", false, terminal);
  }
  if (has(details, EM_DETAIL_MEMORIES)) {
    print_table(&r, report, EM_TABLE_MEMORIES, "memory", false, terminal);
  }
  if (has(details, EM_DETAIL_NODES)) {
    print_nodes(&r, report, terminal);
  }
  if (details == 0) {
    em_terminal_line(terminal, "more",
                     "--details engines, memories, nodes, price or all; exact figures: --csv, --report FILE");
  }
  return r.status;
}

em_status em_report_print(const cJSON *report, uint32_t details, FILE *file, em_error *error) {
  char *printed = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&printed, &size);
  if (memory == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the report's tables");
  }
  em_terminal terminal = em_terminal_of(memory, stdout);
  em_status status = print_all(report, details, &terminal, error);
  fclose(memory);
  if (status == EM_OK) {
    fwrite(printed, 1, size, file);
  }
  free(printed);
  return status;
}
