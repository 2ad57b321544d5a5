/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VPCCTL_RATES_H
#define VPCCTL_RATES_H

#include <stdint.h>

/*
 * Prints what has happened per second, every @period nanoseconds, @count times; 0: until it
 * is interrupted. @vpc: only what is of this VPC; NULL: all.
 */
int rates_run(const char *vpc, uint64_t period, uint64_t count);

#endif
