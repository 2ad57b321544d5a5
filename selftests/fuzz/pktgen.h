/* SPDX-License-Identifier: GPL-2.0 */
/* Frames as a tenant could send them, and could not. */
#ifndef _VPC_FUZZ_PKTGEN_H
#define _VPC_FUZZ_PKTGEN_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_net.h>

#define FRAME_ROOM 66000
#define ADDRS_MAX 48
#define MARK "FUZZMARK"

struct address {
	uint8_t bytes[16];
	uint8_t len;		/* 4 or 16 */
};

/* Who sends, and whom it knows of. */
struct scene {
	uint8_t own[6], router[6];
	struct address src[ADDRS_MAX], dst[ADDRS_MAX];
	int srcs, dsts;
	unsigned int mtu, most;	/* usual and greatest length of a frame */
};

struct frame {
	struct virtio_net_hdr vnet;
	unsigned int len;
	unsigned int l3, l4;	/* offsets; 0: none */
	bool v6;
	uint8_t proto;
	uint8_t b[FRAME_ROOM];
};

extern struct scene scene;

void gen_frame(struct frame *f);
void gen_vnet(struct frame *f);
void mutate_frame(struct frame *f);

#endif /* _VPC_FUZZ_PKTGEN_H */
