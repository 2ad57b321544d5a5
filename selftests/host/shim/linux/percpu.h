/* SPDX-License-Identifier: GPL-2.0 */
/* CPUs are numbers: a test says how many there are, and on which one it is. */
#ifndef _SHIM_PERCPU_H
#define _SHIM_PERCPU_H

#include "shim.h"

#define SHIM_CPUS 128

extern unsigned int shim_cpus;
extern __thread unsigned int shim_cpu;

#define __percpu
#define num_possible_cpus() shim_cpus
#define alloc_percpu_gfp(type, gfp) ((type *)kzalloc(SHIM_CPUS * sizeof(type), gfp))
#define free_percpu(p) kfree(p)
#define this_cpu_ptr(p) (&(p)[shim_cpu])

#endif
