/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file options.h
 * How options structs are initialised. Nothing that a caller writes into one
 * is replaced: a zero is a zero.
 *
 *     syngan_trainer_options o = SYNGAN_TRAINER_INIT;
 *     o.batch = 128;
 *
 * or, in place, SYNGAN_TRAINER(.batch = 128): a pointer to a struct that has
 * the defaults first and then what is given. Both are constant expressions.
 * syngan_options_init() does the same by the struct's name for other languages,
 * and `syngan::options<T>()` in C++.
 *
 * The initialisers mark `struct_size`. A struct without the mark, where a zero
 * could not be told from what was left out, is refused; only options of layers
 * (layers.h) may also be zeroed but for a `struct_size` of sizeof: no field of
 * theirs that has another default accepts zero. NULL instead of a struct means
 * all defaults. Structs from older headers keep working.
 */
#ifndef SYNGAN_OPTIONS_H
#define SYNGAN_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/** The default of fields that the library decides on: by the recipe, the
 *  context's seed, another field, or a checkpoint, as the field's comment says.
 *  No field accepts this number as such. */
#define SYNGAN_AUTO (-2147483647 - 1)
/** The same for seeds: 18446744071562067968. */
#define SYNGAN_AUTO_SEED ((uint64_t)SYNGAN_AUTO)

/** `struct_size` of an initialised options struct. */
#define SYNGAN_INITIALISED(type) (sizeof(type) | SYNGAN_INITIALISED_MARK)
#define SYNGAN_INITIALISED_MARK ((size_t)0x5A470000)

/* SYNGAN_X(...) lets what is given override the defaults in front of it, which
 * compilers warn of. They can't be told so at the place of use, so the warning
 * is off from here on; define SYNGAN_KEEP_OVERRIDE_WARNINGS to keep it on, and
 * use SYNGAN_X_INIT then. */
#if !defined(__cplusplus) && !defined(SYNGAN_KEEP_OVERRIDE_WARNINGS)
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#endif

#endif
