#include "sim/files/foreign.h"

#include <string.h>

static const struct {
  size_t offset;
  const char *magic;
  size_t length;
  const char *name;
} formats[] = {
    {0, "\x93NUMPY", 6, "a NumPy array (.npy)"},
    {0, "PK\x03\x04", 4, "a ZIP archive (.npz, or a checkpoint of PyTorch)"},
    {0, "PK\x05\x06", 4, "an empty ZIP archive"},
    {0, "GGUF", 4, "a GGUF model"},
    {0, "ggml", 4, "a GGML model"},
    {0, "\x89HDF\r\n\x1a\n", 8, "an HDF5 file (Keras)"},
    {0, "\x1f\x8b", 2, "a gzip file: unpack it first"},
    {0, "BZh", 3, "a bzip2 file: unpack it first"},
    {0,
     "\xfd"
     "7zXZ",
     5, "an xz file: unpack it first"},
    {0, "\x28\xb5\x2f\xfd", 4, "a zstd file: unpack it first"},
    {0,
     "\x7f"
     "ELF",
     4, "an ELF program or library"},
    {0, "\x89PNG", 4, "a PNG picture"},
    {0, "\xff\xd8\xff", 3, "a JPEG picture"},
    {0, "GIF8", 4, "a GIF picture"},
    {0, "%PDF", 4, "a PDF document"},
    {0, "PAR1", 4, "a Parquet table"},
    {0, "ARROW1", 6, "an Arrow file"},
    {0, "MATLAB 5.0", 10, "a MATLAB file"},
    {0, "\x80\x02", 2, "a Python pickle (a checkpoint of PyTorch)"},
    {0, "\x80\x03", 2, "a Python pickle"},
    {0, "\x80\x04", 2, "a Python pickle"},
    {0, "\x80\x05", 2, "a Python pickle"},
    {4, "TFL3", 4, "a TensorFlow Lite model"},
    {0, "\x00\x00\x08\x03", 4, "an IDX file of images (MNIST): tools/frames.py converts the installed sets"},
    {0, "\x00\x00\x08\x01", 4, "an IDX file of labels (MNIST)"},
    {0, "\xef\xbb\xbf", 3, "a text with a byte order mark: save it without"},
    {0, "\xff\xfe", 2, "UTF-16: save it as UTF-8"},
    {0, "\xfe\xff", 2, "UTF-16: save it as UTF-8"},
    {0, "version https://git-lfs", 23, "a pointer of Git LFS: git lfs pull fetches the file"},
    {0, "<!DOCTYPE", 9, "an HTML page"},
    {0, "<html", 5, "an HTML page"},
    {257, "ustar", 5, "a tar archive"},
};

static uint64_t big_endian(const uint8_t *bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) {
    value = value << 8 | bytes[i];
  }
  return value;
}

const char *em_foreign_format(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    if (formats[i].offset + formats[i].length <= size &&
        memcmp(bytes + formats[i].offset, formats[i].magic, formats[i].length) == 0) {
      return formats[i].name;
    }
  }
  if (size > 8 && bytes[0] == 0 && bytes[8] == '{' && big_endian(bytes) <= size - 8) {
    return "safetensors with a big-endian header length; it must be little-endian";
  }
  return NULL;
}
