/* A design as the object "design" of what the program writes as JSON. */
#ifndef EM_DESIGN_REPORT_H
#define EM_DESIGN_REPORT_H

#include <cjson/cJSON.h>

#include "models/design/design.h"

/* Name, file, hash, operating point and every key that applies. */
cJSON *em_design_report(const char *path, const em_design *design, const char *technology_name);

#endif
