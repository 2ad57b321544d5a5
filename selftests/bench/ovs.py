#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes the kernel's Open vSwitch datapath route, without the daemon: ovs.py IN OUT MAC.

One flow, as the daemon would have installed it: from IN to 10.9.0.0/16, new Ethernet
addresses, one hop less, out of OUT.
"""

import socket
import struct
import sys

GENL_ID_CTRL, NLM_F_REQUEST_ACK, CREATE, EXCL = 16, 5, 0x400, 0x200


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack("HH", size, kind) + data + bytes(-size % 4)


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        yield kind, data[4:size]
        data = data[(size + 3) & ~3:]


class Genl:
    """Requests, each answered before the next."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))

    def call(self, family, cmd, payload, version=1):
        data = struct.pack("BBH", cmd, version, 0) + payload
        self.sock.send(struct.pack("IHHII", 16 + len(data), family,
                                   NLM_F_REQUEST_ACK | CREATE | EXCL, 0, 0) + data)
        reply = b""
        while True:
            part = self.sock.recv(65536)
            while part:
                size, kind = struct.unpack_from("IH", part)
                if kind == 2:
                    error = -struct.unpack_from("i", part, 16)[0]
                    if error:
                        raise OSError(error, f"family {family}, command {cmd}")
                    return reply
                reply = part[20:size]
                part = part[(size + 3) & ~3:]

    def family(self, name):
        reply = self.call(GENL_ID_CTRL, 3, attr(2, name.encode() + b"\0"))
        return struct.unpack("H", dict(attrs(reply))[1])[0]


def ethernet(device):
    with open(f"/sys/class/net/{device}/address", encoding="ascii") as file:
        return bytes.fromhex(file.read().strip().replace(":", ""))


def main():
    into, out, mac = sys.argv[1:4]
    genl = Genl()
    genl.call(genl.family("ovs_datapath"), 1, bytes(4) + attr(1, b"ovs\0") +
              attr(2, struct.pack("I", 0)), 2)
    header = struct.pack("i", socket.if_nametoindex("ovs"))
    vport = genl.family("ovs_vport")
    for number, device in ((1, into), (2, out)):
        genl.call(vport, 1, header + attr(1, struct.pack("I", number)) +
                  attr(2, struct.pack("I", 1)) + attr(3, device.encode() + b"\0") +
                  attr(5, struct.pack("I", 0)))

    # The structures of the addresses: source, destination, protocol, tos, ttl, fragment.
    dst = socket.inet_aton("10.9.0.0"), socket.inet_aton("255.255.0.0")
    key = (attr(3, struct.pack("I", 1)) + attr(4, bytes(12)) +
           attr(6, struct.pack("!H", 0x0800)) +
           attr(7, bytes(4) + dst[0] + struct.pack("BBBB", 17, 0, 32, 0)) +
           attr(10, bytes(4)))
    mask = (attr(3, b"\xff" * 4) + attr(4, bytes(12)) + attr(6, b"\xff\xff") +
            attr(7, bytes(4) + dst[1] + struct.pack("BBBB", 0, 0, 255, 255)))
    frame = ethernet(out) + bytes.fromhex(mac.replace(":", ""))
    ttl = bytes(8) + struct.pack("BBBB", 0, 0, 31, 0), bytes(8) + struct.pack("BBBB", 0, 0, 255, 0)
    actions = (attr(11, attr(4, frame + b"\xff" * 12)) + attr(11, attr(7, ttl[0] + ttl[1])) +
               attr(1, struct.pack("I", 2)))
    genl.call(genl.family("ovs_flow"), 1, header + attr(1, key) + attr(7, mask) +
              attr(2, actions))


if __name__ == "__main__":
    main()
