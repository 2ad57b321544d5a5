/* SPDX-License-Identifier: GPL-2.0 */
/* IPsec connections. */
#ifndef VPCCTL_IPSEC_H
#define VPCCTL_IPSEC_H

#include "vpcctl.h"

/* ipsec_config.c: ipsec config NAME [ peer ] */
int ipsec_config(const struct object *object, struct args *args);

/* ipsec_sa.c: the security associations that the kernel has, as they were when last read. */
void ipsec_read_sas(void);
void ipsec_print_sas(uint32_t if_id, const struct prefix *local);

#endif
