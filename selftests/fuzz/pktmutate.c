// SPDX-License-Identifier: GPL-2.0
/* Damage to frames, and what a guest may write into its virtio header. */
#include <string.h>

#include "pktgen.h"
#include "rnd.h"

static void mutate_one(struct frame *f)
{
	unsigned int head = f->len < 120 ? f->len : 120, at, n;

	switch (rnd(9)) {
	case 0:
	case 1:
		if (head)
			f->b[rnd(head)] ^= 1 << rnd(8);
		break;
	case 2:
		if (head)
			f->b[rnd(head)] = PICK(((const uint8_t[]){ 0, 1, 127, 128, 254, 255 }));
		break;
	case 3:
		if (f->len)
			f->b[rnd(f->len)] = rnd(256);
		break;
	case 4:		/* cut, most of all inside the headers */
		f->len = chance(80) ? rnd(head + 1) : rnd(f->len + 1);
		break;
	case 5:		/* padding */
		n = chance(80) ? rnd(64) : rnd(scene.most);
		if (f->len + n > scene.most)
			n = f->len < scene.most ? scene.most - f->len : 0;
		memset(f->b + f->len, rnd(256), n);
		f->len += n;
		break;
	case 6:		/* lengths in the network header */
		at = f->l3 + (f->v6 ? 4 : 2);
		if (f->l3 && at + 2 <= f->len) {
			n = (f->b[at] << 8 | f->b[at + 1]) + rnd(33) - 16;
			f->b[at] = n >> 8;
			f->b[at + 1] = n;
		}
		break;
	case 7:		/* version and header length */
		if (f->l3 && f->l3 < f->len)
			f->b[f->l3] = chance(50) ? (f->b[f->l3] & 0xf0) | rnd(16) : rnd(256);
		break;
	default:	/* some bytes move */
		n = rnd(24);
		if (f->len > 64 + n) {
			at = rnd(64);
			memmove(f->b + at, f->b + at + n, f->len - at - n);
			f->len -= n;
		}
	}
}

void mutate_frame(struct frame *f)
{
	int count = 1 + rnd(3);

	while (count--)
		mutate_one(f);
}

/* A header that a driver would write for this frame. */
static void vnet_right(struct frame *f)
{
	static const uint16_t usual[] = { 1, 8, 64, 100, 536, 1000, 1400, 1448, 1460, 9000 };
	struct virtio_net_hdr *h = &f->vnet;
	unsigned int check = f->proto == 6 ? 16 : f->proto == 17 ? 6 : 2;

	if (!f->l4 || (f->proto != 6 && f->proto != 17 && f->proto != 58))
		return;
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = f->l4;
	h->csum_offset = check;
	if (f->proto == 58 || chance(40))
		return;
	h->gso_type = f->proto == 6 ? (f->v6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
					       VIRTIO_NET_HDR_GSO_TCPV4) :
		      chance(70) ? 5 /* UDP_L4 */ : VIRTIO_NET_HDR_GSO_UDP;
	if (chance(10))
		h->gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	h->hdr_len = f->l4 + (f->proto == 6 ? 20 : 8);
	h->gso_size = PICK(usual);
}

void gen_vnet(struct frame *f)
{
	struct virtio_net_hdr *h = &f->vnet;
	static const uint8_t types[] = { 0, 1, 3, 4, 5, 0x80, 0x81, 0x84, 2, 6, 127, 255 };
	static const uint16_t sizes[] = { 0, 1, 2, 7, 8, 36, 63, 64, 536, 1400, 9000, 65535 };
	const uint16_t starts[] = {
		0, 6, 14, 18, 22, 24, 26, 34, 38, 54, f->l4, f->l4, f->l3, f->len, f->len - 2,
		f->len + 1, 65535, rnd(65536), rnd(100),
	};

	if (chance(35))
		return;
	vnet_right(f);
	if (chance(50))
		return;
	if (chance(40))
		h->flags = chance(80) ? rnd(8) : rnd(256);
	if (chance(40))
		h->gso_type = PICK(types);
	if (chance(40))
		h->gso_size = chance(90) ? PICK(sizes) : rnd(65536);
	if (chance(30))
		h->hdr_len = PICK(starts);
	if (chance(40))
		h->csum_start = PICK(starts);
	if (chance(40))
		h->csum_offset = chance(50) ? rnd(24) : PICK(starts);
}
