#include "sim/report/report_export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/files/atomic_file.h"
#include "sim/report/quantities.h"
#include "sim/report/report_fields.h"

/* The shortest decimal that reads back as the same double: what the report's JSON says, for all its numbers. */
static void put_number(FILE *file, double value) {
  char text[32];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    double back = 0;
    if (sscanf(text, "%lf", &back) == 1 && back == value) {
      break;
    }
  }
  fputs(text, file);
}

/* ---- CSV ---- */

/* Quoted; a text that a spreadsheet would take for a formula gets an apostrophe. */
static void put_text(FILE *file, const char *text) {
  fputc('"', file);
  fputs(text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL ? "'" : "", file);
  for (; *text != '\0'; text++) {
    fputs(*text == '"' ? "\"" : "", file);
    fputc(*text, file);
  }
  fputc('"', file);
}

typedef struct {
  FILE *file;
  const char *report, *design;
} csv;

static void put_place(const csv *to, const char *table, const char *name, const char *figure) {
  const char *const texts[] = {to->report, to->design, table, name, figure};
  for (size_t i = 0; i < 5; i++) {
    put_text(to->file, texts[i]);
    fputc(',', to->file);
  }
}

static void csv_quantities(em_report_reader *r, const cJSON *report, const csv *to) {
  for (size_t q = 0; q < em_quantity_count; q++) {
    em_figure f = em_figure_read(r, report, &em_quantities[q]);
    if (!f.known) {
      continue;
    }
    put_place(to, "design", to->design, em_quantities[q].key);
    const double values[] = {f.low, f.nominal, f.high};
    for (size_t i = 0; i < 3; i++) {
      if (em_quantities[q].bounds ? isfinite(values[i]) : i == 1) {
        put_number(to->file, values[i] / em_quantities[q].scale);
      }
      fputc(i < 2 ? ',' : '\n', to->file);
    }
  }
}

static void csv_row(em_report_reader *r, const em_report_table *table, const char *name, const cJSON *row,
                    const csv *to) {
  for (uint32_t i = 0; i < table->count; i++) {
    const em_report_field *field = &table->fields[i];
    if (field->shown.kind != EM_FIELD_TEXT && cJSON_HasObjectItem(row, field->shown.key)) {
      put_place(to, table->name, name, field->shown.key);
      fputc(',', to->file);
      put_number(to->file, em_reader_number(r, row, field->shown.key));
      fputs(",\n", to->file);
    }
  }
}

static void csv_table(em_report_reader *r, const em_report_table *table, const cJSON *report, const csv *to) {
  const cJSON *home = table->section == NULL ? report : cJSON_GetObjectItemCaseSensitive(report, table->section), *row;
  if (home == NULL) {
    return;
  }
  cJSON_ArrayForEach(row, em_reader_array(r, home, table->rows, 0)) {
    csv_row(r, table, em_reader_text(r, row, "name"), row, to);
  }
  csv_row(r, table, "total", em_reader_child(r, home, table->totals), to);
}

em_status em_report_csv_save(const char *path, const em_report_set *set, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  em_report_reader r = {error, EM_OK};
  fputs("report,design,table,name,figure,low,nominal,high\n", file.stream);
  for (size_t i = 0; i < set->count; i++) {
    const cJSON *report = set->reports[i];
    csv to = {file.stream, set->names[i], em_reader_text(&r, em_reader_child(&r, report, "design"), "name")};
    csv_quantities(&r, report, &to);
    for (uint32_t t = 0; t < EM_TABLES; t++) {
      csv_table(&r, &em_report_tables[t], report, &to);
    }
  }
  if (r.status != EM_OK) {
    em_atomic_file_discard(&file);
    return r.status;
  }
  return em_atomic_file_commit(&file, error);
}

/* ---- LaTeX ---- */

static void put_latex(FILE *file, const char *text) {
  for (; *text != '\0'; text++) {
    if (*text == '\\') {
      fputs("\\textbackslash{}", file);
    } else if (*text == '~' || *text == '^') {
      fprintf(file, "\\%c{}", *text);
    } else {
      fputs(strchr("&%$#_{}", *text) != NULL ? "\\" : "", file);
      fputc(*text, file);
    }
  }
}

static bool is_shown(em_report_reader *r, const em_report_set *set, const em_quantity *q) {
  bool known = false;
  for (size_t i = 0; i < set->count && q->latex != NULL; i++) {
    known = known || em_figure_read(r, set->reports[i], q).known;
  }
  return known;
}

/* Digits after the point that the widest range of a column leaves. */
static int decimals_of(em_report_reader *r, const em_report_set *set, const em_quantity *q) {
  int most = 0;
  for (size_t i = 0; i < set->count; i++) {
    em_figure f = em_figure_read(r, set->reports[i], q);
    double half = isfinite(f.high) ? (f.high - f.low) / 2 : f.nominal - f.low;
    int decimals = half > 0 ? 1 - (int)floor(log10(half)) : 0;
    most = decimals > most ? decimals : most;
  }
  return most > 6 ? 6 : most;
}

static void put_latex_figure(FILE *file, const em_quantity *q, em_figure f, int decimals) {
  if (!f.known) {
    fputs(" & {--}", file);
  } else if (!q->bounds) {
    fprintf(file, strcmp(q->key, "top1_percent") == 0 ? " & \\num{%.2f}" : " & \\num{%.0f}", f.nominal);
  } else if (!isfinite(f.high)) {
    fprintf(file, " & $\\num{%.*f}^{+\\infty}_{-\\num{%.*f}}$", decimals, f.nominal, decimals, f.nominal - f.low);
  } else {
    fprintf(file, " & $\\num{%.*f}^{+\\num{%.*f}}_{-\\num{%.*f}}$", decimals, f.nominal, decimals, f.high - f.nominal,
            decimals, f.nominal - f.low);
  }
}

static void put_latex_head(em_report_reader *r, const em_report_set *set, FILE *file) {
  fputs("% \\usepackage{booktabs,siunitx}; nominal, with what the range has above and below\n\\begin{tabular}{l", file);
  for (size_t q = 0; q < em_quantity_count; q++) {
    fputs(is_shown(r, set, &em_quantities[q]) ? "r" : "", file);
  }
  fputs("}\n\\toprule\nDesign", file);
  for (size_t q = 0; q < em_quantity_count; q++) {
    const em_quantity *of = &em_quantities[q];
    if (is_shown(r, set, of)) {
      fprintf(file, " & %c%s", of->name[0] & ~0x20, of->name + 1);
      if (of->latex[0] != '\0') {
        fprintf(file, " / \\si{%s}", of->latex);
      } else {
        fprintf(file, " / %s", of->unit);
      }
    }
  }
  fputs(" \\\\\n\\midrule\n", file);
}

em_status em_report_latex_save(const char *path, const em_report_set *set, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  em_report_reader r = {error, EM_OK};
  put_latex_head(&r, set, file.stream);
  for (size_t i = 0; i < set->count; i++) {
    put_latex(file.stream, em_reader_text(&r, em_reader_child(&r, set->reports[i], "design"), "name"));
    for (size_t q = 0; q < em_quantity_count; q++) {
      if (is_shown(&r, set, &em_quantities[q])) {
        put_latex_figure(file.stream, &em_quantities[q], em_figure_read(&r, set->reports[i], &em_quantities[q]),
                         decimals_of(&r, set, &em_quantities[q]));
      }
    }
    fputs(" \\\\\n", file.stream);
  }
  fputs("\\bottomrule\n\\end{tabular}\n", file.stream);
  if (r.status != EM_OK) {
    em_atomic_file_discard(&file);
    return r.status;
  }
  return em_atomic_file_commit(&file, error);
}

/* ---- Components ---- */

static double tokens_of(const cJSON *report, const char *engine) {
  const cJSON *row;
  cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(report, "engines")) {
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(row, "name");
    const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(row, "tokens");
    if (cJSON_IsString(name) && strcmp(name->valuestring, engine) == 0 && cJSON_IsNumber(tokens)) {
      return tokens->valuedouble;
    }
  }
  return 0;
}

/* Of `frames` frames in the run and in the price alike: a buffer's or the APB's energy is told by the frame. */
static void put_component(em_report_reader *r, const cJSON *report, const cJSON *module, double frames, FILE *file) {
  const char *name = em_reader_text(r, module, "name");
  double tokens = tokens_of(report, name), run_frames = em_reader_number(r, report, "frames");
  double work = em_reader_number(r, module, "switching_pj") + em_reader_number(r, module, "sram_pj");
  bool engine = tokens > 0 && run_frames > 0;
  double actions = engine ? tokens / run_frames * frames : frames;
  fprintf(file, "    - name: \"%s\"\n      class: %s\n      area: ", name, engine ? "emamba_engine" : "emamba_storage");
  put_number(file, em_reader_number(r, module, "area_um2"));
  fputs("\n      leakage_mw: ", file);
  put_number(file, em_reader_number(r, module, "leakage_mw"));
  fputs("\n      clock_mw: ", file);
  put_number(file, em_reader_number(r, module, "clock_mw"));
  fprintf(file, "\n      actions:\n        - name: %s\n          count_per_frame: ", engine ? "token" : "frame");
  put_number(file, actions / frames);
  fputs("\n          energy: ", file);
  fprintf(file, "%.6g\n", work / actions);
}

em_status em_report_accelergy_save(const char *path, const cJSON *report, em_error *error) {
  em_report_reader r = {error, EM_OK};
  const cJSON *price = em_reader_child(&r, report, "price"), *module;
  const cJSON *point = em_reader_child(&r, price, "point"), *design = em_reader_child(&r, report, "design");
  double frames = em_reader_within(&r, point, "frames", 1, 1e18);
  if (r.status != EM_OK) {
    return r.status;
  }
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  fprintf(file.stream,
          "# Energies an action and areas of %s, from emamba: nominal, in the steady state. In the manner of\n"
          "# Accelergy's reference tables (ERT, ART). area: um2; energy: pJ, switching and SRAM access;\n"
          "# leakage and clock are drawn in every cycle, whatever is done.\n"
          "emamba_components:\n  version: 1\n  design: \"%s\"\n  technology: \"%s\"\n  clock_mhz: %g\n"
          "  vdd_mv: %g\n  temperature_c: %g\n  components:\n",
          em_reader_text(&r, design, "hash"), em_reader_text(&r, design, "hash"),
          em_reader_text(&r, em_reader_child(&r, price, "technology"), "hash"),
          em_reader_number(&r, point, "clock_mhz"), em_reader_number(&r, point, "vdd_mv"),
          em_reader_number(&r, point, "temperature_c"));
  cJSON_ArrayForEach(module, em_reader_array(&r, price, "modules", 0)) {
    put_component(&r, report, module, frames, file.stream);
  }
  if (r.status != EM_OK) {
    em_atomic_file_discard(&file);
    return r.status;
  }
  return em_atomic_file_commit(&file, error);
}
