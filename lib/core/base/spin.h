/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting on a busy machine. libgomp's threads wait for each other by spinning,
 * some 10 ms, which takes the processor from whom they wait for when others
 * want it, too. libgomp spins 300 times shorter while it has more threads than
 * processors. So, as long as the machine is busy, a thread of ours keeps a team
 * that sleeps; where it is not, all is as it was.
 */
#ifndef SG_BASE_SPIN_H
#define SG_BASE_SPIN_H

#include "base/context.h"

/* After computing, in the thread that has: looks, from time to time, whether
 * the machine is busy. */
void sg_spin_notice(syngan_context *context);
void sg_spin_free(syngan_context *context);

/* Whether the team sleeps now. */
bool sg_spin_is_short(const syngan_context *context);

#endif
