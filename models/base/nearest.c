#include "models/base/nearest.h"

#include <string.h>

enum { LETTERS = 64 };

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Optimal string alignment: rows are prefixes of a, columns those of b. */
size_t em_edit_distance(const char *a, const char *b) {
  size_t rows = least(strlen(a), LETTERS), columns = least(strlen(b), LETTERS);
  size_t table[LETTERS + 1][LETTERS + 1];
  for (size_t i = 0; i <= rows; i++) {
    for (size_t j = 0; j <= columns; j++) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      table[i][j] = least(least(table[i - 1][j], table[i][j - 1]) + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[rows][columns];
}

bool em_is_near(const char *name, const char *meant) {
  size_t letters = strlen(meant);
  return em_edit_distance(name, meant) <= (letters < 6 ? 1 : letters / 3);
}
