/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SWAB_H
#define _SHIM_SWAB_H

#include_next <linux/swab.h>

#define swab16(x) __builtin_bswap16(x)

#endif
