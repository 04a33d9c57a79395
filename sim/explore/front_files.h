/* A front as tables and pages. */
#ifndef EM_FRONT_FILES_H
#define EM_FRONT_FILES_H

#include <cjson/cJSON.h>

#include "sim/explore/found.h"

/* A design of one's own beside the front. */
typedef struct {
  char name[80];
  em_found_point point;
  em_found_range range;
} em_own_design;

/* A row a point: number, variant, figures with ranges, regret, what limits it, every knob. Units are in the heads. */
em_status em_front_csv_save(const em_found *found, const char *path, em_error *error);

/* The same and more as JSON, "emamba-front-1" (docs/explore.md); the caller deletes it. */
em_status em_front_json(const em_found *found, const em_own_design *own, uint32_t own_count, cJSON **front,
                        em_error *error);

/* A page that works offline. */
em_status em_front_page_save(const cJSON *front, const char *path, em_error *error);

#endif
