/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An address and a port as sockets take them: getaddrinfo() for numbers, in programs that are
 * linked statically, where the C library's wants its libraries after all.
 */
#ifndef NUMERIC_H
#define NUMERIC_H

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

/* Return: NULL when that is no address or no port. */
static inline struct addrinfo *numeric(const char *addr, const char *port)
{
	struct numeric {
		struct addrinfo info;
		union {
			struct sockaddr any;
			struct sockaddr_in v4;
			struct sockaddr_in6 v6;
		} to;
	} *n = calloc(1, sizeof(*n));
	char text[INET6_ADDRSTRLEN], dev[IF_NAMESIZE] = "", *end;
	unsigned long number = strtoul(port, &end, 10);

	if (!n || *end || !*port || number > 65535 ||
	    sscanf(addr, "%45[^%]%%%15s", text, dev) < 1)
		return NULL;
	n->info.ai_addr = &n->to.any;
	if (inet_pton(AF_INET, text, &n->to.v4.sin_addr) == 1) {
		n->to.v4.sin_port = htons(number);
		n->info.ai_family = AF_INET;
		n->info.ai_addrlen = sizeof(n->to.v4);
	} else if (inet_pton(AF_INET6, text, &n->to.v6.sin6_addr) == 1) {
		n->to.v6.sin6_port = htons(number);
		n->to.v6.sin6_scope_id = *dev ? if_nametoindex(dev) : 0;
		n->info.ai_family = AF_INET6;
		n->info.ai_addrlen = sizeof(n->to.v6);
	} else {
		return NULL;
	}
	n->to.any.sa_family = n->info.ai_family;
	return &n->info;
}

#endif
