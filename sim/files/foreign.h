/* What a file of another program looks like, told by how it begins. */
#ifndef EM_FOREIGN_H
#define EM_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/* "a NumPy array (.npy)"; NULL for what is not known. */
const char *em_foreign_format(const uint8_t *bytes, size_t size);

#endif
