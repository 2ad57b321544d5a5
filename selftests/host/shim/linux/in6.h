/* SPDX-License-Identifier: GPL-2.0 */
/* The C library has its own struct in6_addr; the two must not meet. */
#include <netinet/in.h>
#include "../shim.h"
