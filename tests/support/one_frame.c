#include "tests/support/one_frame.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"

static void *rows_new(size_t bytes) {
  void *rows = aligned_alloc(EM_LANES, (bytes + EM_LANES) / EM_LANES * EM_LANES);
  assert_non_null(rows);
  memset(rows, 0x35, bytes); /* not negative, for delta; and not 0 */
  return rows;
}

static int8_t *spread(const int8_t *codes, size_t elements) {
  int8_t *rows = rows_new(elements * EM_LANES);
  for (size_t i = 0; codes != NULL && i < elements; i++) {
    rows[i * EM_LANES] = codes[i];
  }
  return rows;
}

/* Frees the rows. */
static void collect(int8_t *rows, size_t elements, int8_t *codes) {
  for (size_t i = 0; codes != NULL && i < elements; i++) {
    codes[i] = rows[i * EM_LANES];
  }
  free(rows);
}

static int32_t *spread_words(const int32_t *values, size_t count) {
  int32_t *rows = rows_new(count * sizeof(em_words));
  memset(rows, 0, count * sizeof(em_words));
  for (size_t i = 0; i < count; i++) {
    rows[i * EM_LANES + em_word_place(0)] = values[i];
  }
  return rows;
}

static void collect_words(int32_t *rows, size_t count, int32_t *values) {
  for (size_t i = 0; i < count; i++) {
    values[i] = rows[i * EM_LANES + em_word_place(0)];
  }
  free(rows);
}

void em_linear_one(const em_linear_unit *unit, const int8_t *x, const int8_t *residual, int8_t *y,
                   em_node_count *nodes) {
  const em_linear_geometry *g = unit->geometry;
  const em_valid valid = em_valid_make(1);
  int8_t *x_rows = spread(x, g->in), *residual_rows = spread(residual, g->out), *y_rows = spread(NULL, g->out);
  void *scratch = rows_new(em_linear_scratch_bytes(g));
  em_linear_unit prepared = *unit;
  assert_true(em_linear_prepare(&prepared));
  em_linear_compute(&prepared, 1, &valid, x_rows, residual_rows, y_rows, scratch, nodes);
  free(x_rows);
  free(residual_rows);
  free(scratch);
  em_linear_free(&prepared);
  collect(y_rows, g->out, y);
}

void em_norm_one(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes) {
  const em_valid valid = em_valid_make(1);
  int8_t *x_rows = spread(x, unit->d), *y_rows = spread(NULL, unit->d);
  em_norm_compute(unit, 1, &valid, x_rows, y_rows, nodes);
  free(x_rows);
  collect(y_rows, unit->d, y);
}

void em_conv_one(const em_conv_unit *unit, const int8_t *sz, bool first, int8_t *history, int8_t *x, int8_t *g,
                 em_node_count *nodes) {
  const em_valid valid = em_valid_make(1);
  const size_t ed = unit->ed, past = ed * (unit->k - 1);
  int8_t *sz_rows = spread(sz, 2 * ed), *history_rows = spread(history, past);
  int8_t *x_rows = spread(NULL, ed), *g_rows = spread(NULL, ed);
  em_conv_compute(unit, 1, first, &valid, sz_rows, history_rows, x_rows, g_rows, nodes);
  free(sz_rows);
  collect(history_rows, past, history);
  collect(x_rows, ed, x);
  collect(g_rows, ed, g);
}

void em_ssm_one(const em_ssm_unit *unit, const int8_t *x, const int8_t *delta, const int8_t *b, const int8_t *c,
                const int8_t *g, bool first, int32_t *h, int8_t *q, em_node_count *nodes) {
  const em_valid valid = em_valid_make(1);
  const size_t ed = unit->ed, n = unit->n;
  int8_t *p = malloc(2 * n);
  memcpy(p, b, n);
  memcpy(p + n, c, n);
  int8_t *x_rows = spread(x, ed), *delta_rows = spread(delta, ed), *g_rows = spread(g, ed), *p_rows = spread(p, 2 * n);
  int8_t *q_rows = spread(NULL, ed);
  int32_t *h_rows = spread_words(h, ed * n);
  void *scratch = rows_new(em_ssm_scratch_bytes(unit->n, 1));
  em_ssm_compute(unit, &(em_ssm_io){.tokens = 1,
                                    .first = first,
                                    .valid = &valid,
                                    .x = x_rows,
                                    .delta = delta_rows,
                                    .g = g_rows,
                                    .p = p_rows,
                                    .h = h_rows,
                                    .q = q_rows,
                                    .scratch = scratch,
                                    .nodes = nodes});
  free(p);
  free(x_rows);
  free(delta_rows);
  free(g_rows);
  free(p_rows);
  free(scratch);
  collect_words(h_rows, ed * n, h);
  collect(q_rows, ed, q);
}

void em_pool_one(const em_pool_unit *unit, const int8_t *x, bool first, bool last, int32_t *sums, int8_t *y,
                 em_node_count *nodes) {
  const em_valid valid = em_valid_make(1);
  int8_t *x_rows = spread(x, unit->d), *y_rows = spread(NULL, unit->d);
  int32_t *sum_rows = spread_words(sums, unit->d);
  em_pool_compute(unit, 1, first, last, &valid, x_rows, sum_rows, y_rows, nodes);
  free(x_rows);
  collect_words(sum_rows, unit->d, sums);
  collect(y_rows, unit->d, last ? y : NULL);
}
