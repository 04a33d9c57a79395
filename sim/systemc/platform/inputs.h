/*
 * What the platform runs: a design, a network and frames, checked against each other; and the same by the bare model.
 *
 * The boundary between C and C++: an opaque handle.
 */
#ifndef EM_PLATFORM_INPUTS_H
#define EM_PLATFORM_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "models/base/status.h"
#include "models/machine/device.h"
#include "models/network/load_words.h"

typedef struct em_inputs em_inputs;

/* frame_limit 0: all. On an error there is nothing to close. */
em_status em_inputs_open(em_inputs **inputs, const char *design, const char *network, const char *frames,
                         uint64_t frame_limit, em_error *error);
void em_inputs_close(em_inputs *inputs); /* or NULL */

uint64_t em_inputs_count(const em_inputs *inputs);
const int8_t *em_inputs_frame(const em_inputs *inputs, uint64_t index); /* they follow each other */
int64_t em_inputs_class(const em_inputs *inputs, uint64_t index);       /* -1 without classes */
uint32_t em_inputs_outputs(const em_inputs *inputs);
em_stream_sizes em_inputs_streams(const em_inputs *inputs);

/* The image that the driver loads (sim/driver/emamba.h); NULL when memory is short. */
const uint32_t *em_inputs_image(em_inputs *inputs, uint32_t *words);

/* Tells every APB write that loads the network. */
em_status em_inputs_words(const em_inputs *inputs, em_put_word *put_word, void *context, em_error *error);

/* Writes codes [frames, result] as `emamba run -o` does. */
em_status em_inputs_save(const em_inputs *inputs, const char *path, const int8_t *codes, em_error *error);

/* For the benchmark: the same frames by the C model, or the RTL, in a plain loop. Seconds of this process. */
em_status em_inputs_bare(const em_inputs *inputs, bool rtl, double *seconds, uint64_t *last_cycle, em_error *error);
/* The codes [frames, result] of em_inputs_bare by the model. */
const int8_t *em_inputs_results(const em_inputs *inputs);
double em_process_seconds(void);

#ifdef __cplusplus
}
#endif

#endif
