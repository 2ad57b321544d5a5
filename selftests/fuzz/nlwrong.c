// SPDX-License-Identifier: GPL-2.0
/* Values that no command can want. */
#include "nlgen.h"
#include "rnd.h"

void wrong_string(int parent, __u16 number)
{
	static const char *const names[] = {
		"", "zz9", "1", "-", "a/b", "a b", "%s%n", "default", "v0\n", ".x", "\303\244",
		"a2345678901234567890123456789012", "lo", "f0 ", "v", "all", "eth0",
	};
	static unsigned char big[4000];

	switch (rnd(5)) {
	case 0:
		memset(big, 'a', sizeof(big));
		tree_add(parent, number, big, rnd(sizeof(big)));
		break;
	case 1:
		tree_add(parent, number, "v1", 2);	/* no end */
		break;
	case 2:
		tree_add(parent, number, "v1\0v2", 6);
		break;
	default: {
		const char *s = PICK(names);

		tree_add(parent, number, s, strlen(s) + 1);
	}
	}
}

void wrong_binary(int parent, __u16 number)
{
	static const char *const addrs[] = {
		"0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.1", "169.254.1.1",
		"240.0.0.1", "10.0.0.0", "10.1.255.255", "::", "::1", "ff02::1", "fe80::1",
		"::ffff:10.0.0.1", "fd00:1::", "2002:a00:1::1",
	};
	static const unsigned char sizes[] = { 0, 1, 3, 4, 5, 6, 7, 8, 12, 15, 16, 17, 32, 255 };
	unsigned char buf[256];
	unsigned int i, len = PICK(sizes);

	if (chance(60)) {
		const char *s = PICK(addrs);
		bool v6 = strchr(s, ':');

		inet_pton(v6 ? AF_INET6 : AF_INET, s, buf);
		tree_add(parent, number, buf, v6 ? 16 : 4);
		return;
	}
	for (i = 0; i < len; i++)
		buf[i] = rnd(3) ? rnd(256) : 255;
	tree_add(parent, number, buf, len);
}

void wrong_number(int parent, const struct attr *a)
{
	const __u64 values[] = {
		a->low - 1, a->high + 1, a->high, 0, 1, ~0ull, 1ull << 31, 1ull << 32, 255, 256,
		65535, 65536, 129, 33, 1000000, rnd64(),
	};
	static const unsigned char sizes[] = { 0, 1, 2, 4, 8, 12 };
	__u64 buf[2] = { PICK(values), 0 };
	unsigned int len = a->type == T_U8 ? 1 : a->type == T_U16 ? 2 : a->type == T_U32 ? 4 : 8;

	tree_add(parent, a->number, buf, chance(70) ? len : PICK(sizes));
}
