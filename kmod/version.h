/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPC_VERSION_H
#define _VPC_VERSION_H

#define VPC_VERSION "0.1.0"

#endif /* _VPC_VERSION_H */
