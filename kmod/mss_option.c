// SPDX-License-Identifier: GPL-2.0
/* The options of a TCP header, which a tenant writes. */

#include <linux/kernel.h>

#include "mss.h"

/* RFC 9293 section 3.1; those of uapi/linux/tcp.h are private to the kernel. */
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2
#define OPTION_MSS_LEN 4

/**
 * vpc_mss_find() - the next MSS option
 * @options: of a TCP header
 * @len: of all of them
 * @from: where an option begins: 0, or 2 after what the last call returned
 *
 * Reads as tcp_parse_options() does, whose word is what counts: it stops where an option
 * does not hold together, ignores an MSS of another length, and believes the last of
 * several.
 *
 * Context: any.
 * Return: where the two bytes of the value are, or -1.
 */
int vpc_mss_find(const u8 *options, unsigned int len, unsigned int from)
{
	unsigned int at = from, size;

	while (at < len && options[at] != OPTION_END) {
		if (options[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (len - at < 2)
			break;
		size = options[at + 1];
		if (size < 2 || size > len - at)
			break;
		if (options[at] == OPTION_MSS && size == OPTION_MSS_LEN)
			return at + 2;
		at += size;
	}
	return -1;
}
