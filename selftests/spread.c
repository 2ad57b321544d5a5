// SPDX-License-Identifier: GPL-2.0
/*
 * spread ADDR PORT FIRST COUNT [SIZE]
 *
 * Sends one UDP datagram of SIZE bytes (1) from each of the source ports FIRST to
 * FIRST + COUNT - 1.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "numeric.h"

static char data[65000];

/* Such a flow is lost for a moment while the kernel still gives back its memory. */
static int try_send(int fd, size_t size, const struct addrinfo *to)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (sendto(fd, data, size, 0, to->ai_addr, to->ai_addrlen) >= 0)
			return 0;
		if (errno != ENOBUFS && errno != EAGAIN && errno != EHOSTUNREACH &&
		    errno != ENETUNREACH)
			return -1;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct addrinfo *to = argc < 5 ? NULL : numeric(argv[1], argv[2]);
	struct sockaddr_storage from = { };
	size_t size = 1;
	int port, end;

	if (!to) {
		fprintf(stderr, "usage: spread ADDR PORT FIRST COUNT [SIZE]\n");
		return 2;
	}
	if (argc > 5)
		size = strtoul(argv[5], NULL, 10);
	port = atoi(argv[3]);
	end = port + atoi(argv[4]);
	if (size > sizeof(data) || port < 1 || end > 65536)
		return 2;
	for (; port < end; port++) {
		int fd = socket(to->ai_family, SOCK_DGRAM, 0);

		from.ss_family = to->ai_family;
		/* Where it is, is the same in both families. */
		((struct sockaddr_in *)&from)->sin_port = htons(port);
		if (fd < 0 || bind(fd, (struct sockaddr *)&from, to->ai_addrlen) ||
		    try_send(fd, size, to)) {
			fprintf(stderr, "spread: port %d: %s\n", port, strerror(errno));
			return 1;
		}
		close(fd);
	}
	return 0;
}
