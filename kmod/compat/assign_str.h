/* SPDX-License-Identifier: GPL-2.0 */
/* __assign_str() lost its second argument: VPC_ASSIGN_STR(field, what __string() was given). */
#ifndef _VPC_COMPAT_ASSIGN_STR_H
#define _VPC_COMPAT_ASSIGN_STR_H

#ifdef VPC_HAVE_ASSIGN_STR_1
#define VPC_ASSIGN_STR(dst, src) __assign_str(dst)
#else
#define VPC_ASSIGN_STR(dst, src) __assign_str(dst, src)
#endif

#endif
