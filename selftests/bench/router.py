#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Says who has an address, again and again: a dummy device has nobody behind it who answers.

router.py DEV ADDR MAC TO_ADDR TO_MAC

ARP replies leave by DEV, whose packets come in on another device by a filter of tc.
"""

import socket
import sys
import time


def main():
    dev, addr, mac, to_addr, to_mac = sys.argv[1:]
    mac, to_mac = (bytes.fromhex(text.replace(":", "")) for text in (mac, to_mac))
    reply = (to_mac + mac + bytes.fromhex("0806" "0001080006040002") +
             mac + socket.inet_aton(addr) + to_mac + socket.inet_aton(to_addr))
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, 0))
    while True:
        sock.send(reply.ljust(60, b"\0"))
        time.sleep(1)


if __name__ == "__main__":
    main()
