/* SPDX-License-Identifier: GPL-2.0 */
/* What churn.c and its requests in other files share. */
#ifndef _VPC_SELFTESTS_CHURN_H
#define _VPC_SELFTESTS_CHURN_H

#include <stdbool.h>

#include "objects.h"

#define VPCS 4

/* From 0 to @n - 1. */
unsigned int rnd(unsigned int n);
/* As printf() makes it of numbers; good until seven more were made. */
const char *text(const char *fmt, int a, int b, int c);

/*
 * churn_gateways.c: writes a request about gateways, connections, probes, alarms or a transit
 * domain to the_message.
 */
void gateways_request(void);

#endif /* _VPC_SELFTESTS_CHURN_H */
