/*
 * The library in C: run frames from a file and say what came out, what it took and what it would cost.
 *
 *   cc run.c $(pkg-config --cflags --libs emamba) -o run
 *   ./run DESIGN NETWORK FRAMES
 */
#include <emamba.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv) {
  emamba_design *design = NULL;
  emamba_network *network = NULL;
  emamba_frames *frames = NULL;
  emamba_result *result = NULL;
  emamba_error error = {""};
  emamba_timing timing;
  emamba_price_totals price;
  if (argc != 4) {
    fprintf(stderr, "usage: run DESIGN NETWORK FRAMES\n");
    return EMAMBA_BAD_INPUT;
  }
  /* Each step only when those before it went well; the first that does not leaves its text in `error`. */
  emamba_status status = emamba_design_open(argv[1], &design, &error);
  if (status == EMAMBA_OK) {
    status = emamba_network_open(argv[2], &network, &error);
  }
  if (status == EMAMBA_OK) {
    status = emamba_frames_open(argv[3], &frames, &error);
  }
  if (status == EMAMBA_OK) {
    status = emamba_run(design, network, frames, NULL, &result, &error);
  }
  if (status == EMAMBA_OK) {
    status = emamba_time(design, &timing, &error);
  }
  if (status == EMAMBA_OK) {
    status = emamba_price(design, &price, &error);
  }
  if (status == EMAMBA_OK) {
    uint64_t count, width;
    const int8_t *codes = emamba_result_outputs(result, &count, &width);
    printf("%s: %" PRIu64 " frames in %" PRIu64 " cycles\n", emamba_design_name(design), count,
           emamba_result_cycles(result));
    printf("first frame:");
    for (uint64_t i = 0; i < width; i++) {
      printf(" %d", codes[i]);
    }
    printf(" (* 2^%d)\n", emamba_result_exponent(result));
    printf("%.0f frames/s, %.2f mW, %.3f mm2\n", timing.frames_per_second, price.power_mw.nominal,
           price.area_um2.nominal * 1e-6);
  } else {
    fprintf(stderr, "run: %s\n", error.text);
  }
  emamba_result_close(result);
  emamba_frames_close(frames);
  emamba_network_close(network);
  emamba_design_close(design);
  return status;
}
