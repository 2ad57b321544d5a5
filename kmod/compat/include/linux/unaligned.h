/* SPDX-License-Identifier: GPL-2.0 */
#ifdef VPC_HAVE_UNALIGNED_H
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
