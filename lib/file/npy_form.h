/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writer and the reader of NPY files agree on.
 *
 *   6 bytes    magic
 *   2 bytes    version: major, minor
 *   2 bytes    n, little-endian: length of the header (4 bytes since 2.0)
 *   n bytes    {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
 *              spaces, and a line end, so that all before the elements is a
 *              multiple of 64 bytes
 *   the rest   elements
 */
#ifndef SG_FILE_NPY_FORM_H
#define SG_FILE_NPY_FORM_H

#define SG_NPY_MAGIC "\x93NUMPY"
#define SG_NPY_MAGIC_SIZE 6
#define SG_NPY_ALIGNMENT 64

#endif
