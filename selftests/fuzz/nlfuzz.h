/* SPDX-License-Identifier: GPL-2.0 */
/* What nlfuzz.c and nlpeer.c share: sockets, devices, questions of our own. */
#ifndef _VPC_FUZZ_NLFUZZ_H
#define _VPC_FUZZ_NLFUZZ_H

#include "nlgen.h"

struct talker {
	int fd;
	bool small;	/* reads little at a time, so dumps come in many parts */
	bool ext_ack;
	bool dumping;
	__u32 dump_seq;
};

#define INFO_NUMBERS 24

struct info {
	__u32 n[INFO_NUMBERS];
};

void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...);

void talkers_open(__u32 group);
struct talker *talker_first(void);
struct talker *talker_any(void);
void talker_reopen(struct talker *t);
bool talker_readable(const struct talker *t);
void device_event(int fd);
bool info_get(int fd, struct info *info);
void audit(int fd);

#endif /* _VPC_FUZZ_NLFUZZ_H */
