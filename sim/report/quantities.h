/*
 * The figures by which designs are compared and told of in papers: one table, for the terminal, CSV, LaTeX and JSON.
 */
#ifndef EM_QUANTITIES_H
#define EM_QUANTITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/report/report_reader.h"

/* What must be the same in two reports, else a ratio of their figures means nothing. */
enum { EM_NEEDS_FRAMES = 1, EM_NEEDS_STALLS = 2, EM_NEEDS_SHAPE = 4, EM_NEEDS_NETWORK = 8 };

typedef struct {
  const char *key;     /* of JSON and CSV: that of the report, with its unit */
  const char *name;    /* "energy a frame" */
  const char *unit;    /* as a terminal shows it; "" for none */
  const char *latex;   /* the unit in siunitx; NULL: not in the table for a paper */
  const char *order;   /* the word of --order; NULL: none */
  const char *section; /* "time" or "accuracy" of the report, "bounds" or "efficiency" of its price */
  double scale;        /* from the report's unit to `unit` */
  bool bounds;         /* it has low and high */
  unsigned needs;
} em_quantity;

extern const em_quantity em_quantities[];
extern const size_t em_quantity_count;

typedef struct {
  bool known;                /* else 0: the report has no price, or no labels */
  double low, nominal, high; /* in `unit`; high INFINITY: unbounded */
} em_figure;

em_figure em_figure_read(em_report_reader *r, const cJSON *report, const em_quantity *quantity);

#endif
