/*
 * Reads a report's values; remembers the first thing that is missing or of another type, so that code which walks a
 * report need not check every value: it looks at `status` in the end.
 */
#ifndef EM_REPORT_READER_H
#define EM_REPORT_READER_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "models/base/status.h"

typedef struct {
  em_error *error; /* of the first fault */
  em_status status;
} em_report_reader;

/* NULL, 0 or "" after a fault. */
const cJSON *em_reader_child(em_report_reader *r, const cJSON *object, const char *key);
double em_reader_number(em_report_reader *r, const cJSON *object, const char *key);
const char *em_reader_text(em_report_reader *r, const cJSON *object, const char *key);

/* The array `key` of `object`, with `count` members where that is not 0. */
const cJSON *em_reader_array(em_report_reader *r, const cJSON *object, const char *key, uint64_t count);

/* A whole number in 0..max, where max is at most 2^53. */
uint64_t em_reader_count(em_report_reader *r, const cJSON *object, const char *key, uint64_t max);

/* A number in min..max. */
double em_reader_within(em_report_reader *r, const cJSON *object, const char *key, double min, double max);

/* A fault: the text after "the report's ". Only the first is kept. */
void em_reader_fail(em_report_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
