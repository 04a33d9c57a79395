/* The price of a run on the terminal. */
#ifndef EM_PRICE_PRINT_H
#define EM_PRICE_PRINT_H

#include <stdio.h>

#include "sim/report/report_reader.h"
#include "sim/report/terminal.h"

/* Prints the report's "price", with its modules and sources if `details`; faults are left in the reader. */
void em_price_print(em_report_reader *r, const cJSON *report, bool details, const em_terminal *terminal);

/* A price without the run's tables, for `check`. */
void em_price_print_short(em_report_reader *r, const cJSON *price, FILE *file);

#endif
