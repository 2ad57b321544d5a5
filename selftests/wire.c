// SPDX-License-Identifier: GPL-2.0
/*
 * wire DEV FILE [FILE]: the end of a cable. Makes the tap device DEV or takes one that is
 * there, sets it up, and carries its frames over a file that takes and gives bytes, such as
 * a serial line (or two, to write to and to read from), as two bytes of length and the
 * frame. Another wire is at the other end. It says "ready" and runs until it is told to end.
 *
 * A frame of no bytes says that one was taken. Not more than a few are on their way, others
 * wait here: User-Mode Linux does not always go on reading a line that it had to stop.
 *
 * User-Mode Linux has serial lines, whatever else it was built with: so a guest gets a
 * device whose other end is outside. What was sent to a guest that stands still waits in
 * the line. Nothing here may be the bottleneck: it runs ahead of everything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define ROOM 65536
#define QUEUE 1024
#define WINDOW 1000	/* bytes on their way, or a single frame */

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int tap(const char *dev)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR), s = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(dev);
	ifr.ifr_flags = IFF_UP;
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		die("up");
	close(s);
	return fd;
}

static int line(const char *name)
{
	int fd = open(name, O_RDWR | O_NOCTTY);
	struct termios t;

	if (fd < 0)
		die(name);
	if (!tcgetattr(fd, &t)) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

static void put(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			die("write");
		if (n > 0) {
			p += n;
			len -= n;
		}
	}
}

/* Frames in the order in which they came: those before sent are on their way. */
static uint8_t *queue[QUEUE];
static unsigned int first, sent, end;
static size_t going;

static size_t size_of(const uint8_t *frame)
{
	return (frame[0] << 8 | frame[1]) + 2;
}

static void advance(int to)
{
	size_t len;

	while (sent != end) {
		len = size_of(queue[sent % QUEUE]);
		if (going && going + len > WINDOW)
			return;
		going += len;
		put(to, queue[sent++ % QUEUE], len);
	}
}

static void enqueue(const uint8_t *frame, size_t len)
{
	if (end - first == QUEUE)
		return;	/* lost, as on any cable */
	queue[end % QUEUE] = malloc(len);
	if (!queue[end % QUEUE])
		die("queue");
	memcpy(queue[end++ % QUEUE], frame, len);
}

static void taken(void)
{
	if (first == sent)
		return;
	going -= size_of(queue[first % QUEUE]);
	free(queue[first++ % QUEUE]);
}

int main(int argc, char **argv)
{
	static uint8_t in[2 * ROOM], out[ROOM + 2];
	static const uint8_t ack[2];
	struct sched_param ahead = { .sched_priority = 50 };
	struct pollfd wait[2] = { { .events = POLLIN }, { .events = POLLIN } };
	size_t have = 0, len, off;
	ssize_t n;
	int to;

	if (argc != 3 && argc != 4)
		die("DEV FILE [FILE]");
	wait[0].fd = tap(argv[1]);
	to = line(argv[2]);
	wait[1].fd = argc == 4 ? line(argv[3]) : to;
	if (sched_setscheduler(0, SCHED_FIFO, &ahead))
		fprintf(stderr, "wire: priority: %s\n", strerror(errno));
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (poll(wait, 2, -1) < 0)
			continue;
		if ((wait[0].revents | wait[1].revents) & ~POLLIN)
			usleep(10000);	/* down */
		if (wait[0].revents) {
			n = read(wait[0].fd, out + 2, ROOM - 1);
			if (n < 0 && errno != EINTR && errno != EIO)
				die("tap");
			if (n > 0) {
				out[0] = n >> 8;
				out[1] = n;
				enqueue(out, n + 2);
				advance(to);
			}
		}
		if (!wait[1].revents)
			continue;
		n = read(wait[1].fd, in + have, sizeof(in) - have);
		if (!n || (n < 0 && errno != EINTR))
			return 0;	/* the other end is gone */
		have += n > 0 ? n : 0;
		for (off = 0; have - off >= 2; off += len + 2) {
			len = in[off] << 8 | in[off + 1];
			if (have - off < len + 2)
				break;
			if (!len) {
				taken();
				continue;
			}
			/* A device that is down takes nothing. */
			(void)!write(wait[0].fd, in + off + 2, len);
			put(to, ack, sizeof(ack));
		}
		advance(to);
		have -= off;
		memmove(in, in + off, have);
	}
}
