/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes like those of a full table: holders of a block announce it, and many announce parts of
 * it, here and there or side by side. Lengths come out as in today's table: about three of five
 * are /24, one of ten /22 and /23 each. A million occupies about 170,000 different /19.
 */
#ifndef _LPM_BGP_H
#define _LPM_BGP_H

struct bgp {
	unsigned long long state;
	u32 block;	/* the holder's */
	u32 last;	/* its latest announcement */
	u8 block_len;
	int parts;	/* left to announce */
};

static inline void bgp_prefix(struct vpc_lpm_prefix *p, u32 addr, u8 len)
{
	__be32 a = cpu_to_be32(addr & ~0u << (32 - len));

	memset(p, 0, sizeof(*p));
	memcpy(p->addr, &a, sizeof(a));
	p->len = len;
}

static inline void bgp_next(struct bgp *b, struct vpc_lpm_prefix *p)
{
	static const u8 blocks[] = {
		12, 13, 14, 15, 16, 16, 16, 16, 17, 18, 18, 19, 19, 19, 20, 20,
		20, 20, 21, 21, 21, 21, 22, 22, 22, 22, 22, 22, 22, 23, 24, 24,
	};
	static const u8 parts[] = {
		17, 18, 18, 19, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 21, 22,
		22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23, 23,
	};
	u64 r = rnd_from(&b->state), s = rnd_from(&b->state);
	u8 len = 24;

	if (!b->parts) {
		b->block_len = blocks[r % sizeof(blocks)];
		b->block = (u32)((1 + (r >> 8) % 222) << 24 | (s & 0xffffff)) &
			   ~0u << (32 - b->block_len);
		b->last = b->block;
		if (b->block_len < 24 && (r >> 16) % 4)
			b->parts = 1 + (r >> 24) % (1 << (24 - b->block_len)) /
				       (1 + (s >> 32) % 16);
		bgp_prefix(p, b->block, b->block_len);
		return;
	}
	b->parts--;
	if (r % 100 < 40)
		len = max(parts[(r >> 8) % sizeof(parts)], (u8)(b->block_len + 1));
	if ((r >> 18) % 2)
		b->last += 1u << (32 - len);
	else
		b->last = s;
	b->last = b->block | (b->last & ~(~0u << (32 - b->block_len)));
	bgp_prefix(p, b->last, len);
}

#endif /* _LPM_BGP_H */
