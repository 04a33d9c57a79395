/*
 * libemamba: the eMamba accelerator's model for other programs.
 *
 * A design (what the chip is), a network (what it computes) and frames (what it reads) are opened, checked against each
 * other and run; out come the outputs, to the bit what the RTL computes, cycles to the cycle, and a report with
 * activity, area, power and energy. docs/library.md has the examples; the file formats are those of the program.
 *
 * Handles are opaque. There are no globals: calls on different handles may run in different threads at once, and so may
 * calls that take the same handle as const. Locale and signals are left alone, nothing is printed.
 *
 * Every function that can meet bad input returns a status and writes one line of text into `error`, which may be NULL:
 * file, place, cause, and what is allowed. Outputs are only written on EMAMBA_OK; handles are then closed, and texts
 * freed, by the caller. Closing NULL does nothing. Pointers must not be NULL where nothing else is said.
 *
 * Not in the library: co-simulation with the RTL (the program's `cosim`).
 */
#ifndef EMAMBA_H
#define EMAMBA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EMAMBA_API __attribute__((visibility("default")))
#else
#define EMAMBA_API
#endif

/* The version of the library that runs, "0.1.0". Until 1.0 any minor version may change what stands here. */
EMAMBA_API const char *emamba_version(void);

/* ---- Errors ---- */

typedef enum emamba_status {
  EMAMBA_OK = 0,
  EMAMBA_FAILED = 1,   /* memory is short, a file cannot be written */
  EMAMBA_BAD_INPUT = 2 /* a file or an argument is wrong */
} emamba_status;

typedef struct emamba_error {
  char text[640]; /* one line without a newline */
} emamba_error;

/* ---- Designs ---- */

typedef struct emamba_design emamba_design;

/* Opens a design file with the technology it names and the calibration that belongs to it. */
EMAMBA_API emamba_status emamba_design_open(const char *path, emamba_design **design, emamba_error *error);

/* The same from the text[bytes] of a design file; `path` stands in error texts and the technology is sought beside it.
 */
EMAMBA_API emamba_status emamba_design_parse(const char *text, size_t bytes, const char *path, emamba_design **design,
                                             emamba_error *error);
EMAMBA_API emamba_status emamba_design_copy(const emamba_design *design, emamba_design **copy, emamba_error *error);
EMAMBA_API void emamba_design_close(emamba_design *design);

/* Prices with another technology file from now on. */
EMAMBA_API emamba_status emamba_design_set_technology(emamba_design *design, const char *path, emamba_error *error);

/*
 * The numbers of a design, by the names of the file: "engines.ssm.lanes", "depth_tokens.tok", "shape.D", "clock_mhz".
 * `shape.head` is 0 none, 1 flatten, 2 mean, 3 token. A value is checked against the key's range; whether all fit
 * together is said by emamba_check and by whatever needs them to, so that several can be changed in turn.
 */
EMAMBA_API const char *emamba_design_name(const emamba_design *design);
EMAMBA_API emamba_status emamba_design_get(const emamba_design *design, const char *key, double *value,
                                           emamba_error *error);
EMAMBA_API emamba_status emamba_design_set(emamba_design *design, const char *key, double value, emamba_error *error);

/* Writes the name of key number `index` of those that apply to the design; 1, or 0 past the last. */
enum { EMAMBA_KEY_CHARS = 64 };
EMAMBA_API int emamba_design_key(const emamba_design *design, size_t index, char name[EMAMBA_KEY_CHARS]);

/* Writes a design file, which emamba_design_open reads again. */
EMAMBA_API emamba_status emamba_design_save(const emamba_design *design, const char *path, emamba_error *error);

/* ---- Networks ---- */

typedef struct emamba_network emamba_network;

EMAMBA_API emamba_status emamba_network_open(const char *path, emamba_network **network, emamba_error *error);

/* The same from the bytes[size] of a network file, of which nothing is kept. */
EMAMBA_API emamba_status emamba_network_parse(const void *bytes, size_t size, emamba_network **network,
                                              emamba_error *error);
EMAMBA_API void emamba_network_close(emamba_network *network);

/* Output values are codes * 2^exponent, input values likewise. */
EMAMBA_API int emamba_network_input_exponent(const emamba_network *network);
EMAMBA_API int emamba_network_output_exponent(const emamba_network *network);

/* ---- Frames ---- */

typedef struct emamba_frames emamba_frames;

EMAMBA_API emamba_status emamba_frames_open(const char *path, emamba_frames **frames, emamba_error *error);

/* Lends codes[count][h][w][c], which are not copied and must live as long as the handle. */
EMAMBA_API emamba_status emamba_frames_lend(const int8_t *codes, uint64_t count, uint64_t h, uint64_t w, uint64_t c,
                                            emamba_frames **frames, emamba_error *error);

/*
 * Labels, for the report's accuracy: a class a frame, or `columns` values a frame (as many as there are outputs) in a
 * unit ("m"; may be NULL). Lent too.
 */
EMAMBA_API emamba_status emamba_frames_lend_classes(emamba_frames *frames, const int64_t *classes, emamba_error *error);
EMAMBA_API emamba_status emamba_frames_lend_values(emamba_frames *frames, const float *values, uint64_t columns,
                                                   const char *unit, emamba_error *error);
EMAMBA_API uint64_t emamba_frames_count(const emamba_frames *frames);
EMAMBA_API void emamba_frames_close(emamba_frames *frames);

/* ---- Check, time, price: without data, in microseconds to milliseconds ---- */

/* Is the design legal, and do the network and the frames (each may be NULL) fit it and each other? */
EMAMBA_API emamba_status emamba_check(const emamba_design *design, const emamba_network *network,
                                      const emamba_frames *frames, emamba_error *error);

/* Can it be built as RTL too (fewer and smaller memories than the model allows)? */
EMAMBA_API emamba_status emamba_check_rtl(const emamba_design *design, emamba_error *error);

/* Without stalls. Latency: of the first frame, first input beat to last output beat. The rest: steady state. */
typedef struct emamba_timing {
  uint64_t latency_cycles;
  double interval_cycles; /* mean distance of frames */
  int exact;              /* 1: the interval is that of a period found; 0: the mean over as many frames as were tried */
  double latency_us, interval_us, frames_per_second; /* at the design's clock */
} emamba_timing;

EMAMBA_API emamba_status emamba_time(const emamba_design *design, emamba_timing *timing, emamba_error *error);

typedef struct emamba_range {
  double low, nominal, high;
} emamba_range;

/* In the steady state, with switching as of random data (emamba_run's report has that of the data at hand). */
typedef struct emamba_price_totals {
  emamba_range area_um2, power_mw, energy_per_frame_pj;
} emamba_price_totals;

/* EMAMBA_BAD_INPUT without a calibration, or where the constants make no sane price. */
EMAMBA_API emamba_status emamba_price(const emamba_design *design, emamba_price_totals *totals, emamba_error *error);

/* The time of every engine over `frames` frames back to back, and the price of every part, as JSON (docs/formats.md).
 */
EMAMBA_API emamba_status emamba_time_json(const emamba_design *design, uint64_t frames, char **json,
                                          emamba_error *error);
EMAMBA_API emamba_status emamba_price_json(const emamba_design *design, char **json, emamba_error *error);

/* Frees a text that came through a char **. */
EMAMBA_API void emamba_free(char *text);

/* ---- Run ---- */

/* All zero: all frames, no stalls, nothing optional. */
typedef struct emamba_run_options {
  uint64_t frames;              /* only the first so many; 0: all */
  uint64_t seed;                /* of the stalls */
  double stall_in, stall_out;   /* probability of a bubble before an input beat, of an output that is not ready */
  uint64_t power_window_cycles; /* of power over time; 0: chosen from the run's length */
  int toggles;                  /* 1: count the bit toggles of operands, results and memory data: energy of this data */
  int no_report;                /* 1: outputs alone */
} emamba_run_options;

typedef struct emamba_result emamba_result;

/* `options` may be NULL. The result does not depend on the handles afterwards. */
EMAMBA_API emamba_status emamba_run(const emamba_design *design, const emamba_network *network,
                                    const emamba_frames *frames, const emamba_run_options *options,
                                    emamba_result **result, emamba_error *error);

/* codes[count][width], count frames; they live as long as the result. With head none a frame yields L*D codes. */
EMAMBA_API const int8_t *emamba_result_outputs(const emamba_result *result, uint64_t *count, uint64_t *width);
EMAMBA_API int emamba_result_exponent(const emamba_result *result);
EMAMBA_API uint64_t emamba_result_cycles(const emamba_result *result);

/* The report as JSON (docs/formats.md), the same as the program's; NULL with no_report. Lives as long as the result. */
EMAMBA_API const char *emamba_result_report(const emamba_result *result);

/* Writes a results file, a report file; whole or not at all. */
EMAMBA_API emamba_status emamba_result_save(const emamba_result *result, const char *path, emamba_error *error);
EMAMBA_API emamba_status emamba_result_save_report(const emamba_result *result, const char *path, emamba_error *error);
EMAMBA_API void emamba_result_close(emamba_result *result);

#ifdef __cplusplus
}
#endif

#endif
