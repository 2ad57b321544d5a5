/* SPDX-License-Identifier: GPL-2.0 */
/* Drops of an object by reason. */
#ifndef _VPC_REASONS_H
#define _VPC_REASONS_H

#include "stats.h"

int vpc_reasons_module_init(void);
void vpc_reasons_module_exit(void);
void vpc_reasons_count(const void __percpu *whose, enum vpc_drop_reason reason, u32 packets);
u64 vpc_reasons_read(const void __percpu *whose, enum vpc_drop_reason reason);
void vpc_reasons_forget(const void __percpu *whose);

#endif /* _VPC_REASONS_H */
