# SPDX-License-Identifier: GPL-2.0
"""The figures, in the order in which they are shown, and the goals."""


def counts(names, rows):
    """Rows of figures that are measured for several counts."""
    return [(f"{key}-{name}", text.format(name), other and f"{other}-{name}")
            for name in names for key, text, other in rows]


def lookups(six):
    return [(f"lookup{six}-{what}-{size}", f"IPv{six or 4}, {size} routes: {text}", None)
            for size in ("1k", "100k", "1M")
            for what, text in (("hot", "256 addresses"), ("random", "random addresses"),
                               ("updates", "one add or delete"), ("bytes", "memory"))]


# (section, [(key, what it is, key that it is compared with)]), for performance-ipsec.md
IPSEC = ("Packets that leave in ESP, keys by hand", [
    (f"{way}-{cipher}-{size}", f"{name}, {what}, {size} bytes", f"xfrmi-{cipher}-{size}")
    for cipher, what in (("null", "ESP without a cipher"), ("gcm", "AES-GCM"))
    for size in (60, 1400)
    for way, name in (("xfrmi", "VRF and xfrm interface"),
                      ("esp", "**vpc**, IPsec connection"))
] + [
    ("xfrmi-1000", "VRF and 1,000 xfrm interfaces, random, no cipher, 60 bytes", "xfrmi-1000"),
    ("esp-1000", "**vpc**, 1,000 IPsec connections, random, no cipher, 60 bytes",
     "xfrmi-1000"),
])

# The same, for performance-nat.md
NAT = ("Packets that get a public address", [
    (f"{way}-{size}", f"{name}, {what}", f"masq-{size}")
    for size, what in (("8", "8 flows"), ("64k", "65,392 flows"), ("new", "every packet a new flow"))
    for way, name in (("masq", "VRF and masquerade"), ("flowtable-nat", "masquerade and flowtable"),
                      ("nat", "**vpc**, NAT gateway"))
])

# The same, for performance-fleet.md
FLEET = ("Packets that leave for another host, in VXLAN", [
    ("overlay-bridge", "switched: bridge and VXLAN device", "overlay-bridge"),
    ("overlay", "**vpc**, an endpoint on another host", "overlay-bridge"),
    ("fleet-floor", "floor: 10,000 devices of tenants, drop at tc ingress", None),
    ("overlay-fleet", "**vpc**, 100,000 endpoints in 10,000 VPCs, random", "fleet-floor"),
    ("endpoints", "vpcctl -batch, endpoint add", None),
    ("endpoints-move", "vpcctl -batch, endpoint replace, to where it is", None),
    ("endpoints-del", "vpcctl -batch, endpoint del", None),
    ("endpoint-bytes", "memory of an endpoint, ways to its hosts included", None),
    ("cap", "four TCP streams at the bandwidth of a peering: of it, what arrives", None),
    ("cap-none", "sixteen TCP streams over a peering, without a bandwidth that is reached", None),
    ("cap-half", "the same at half of that: of it, what arrives", None),
    ("cap-udp-none", "frames of 64 bytes over a peering, without a bandwidth that is reached", None),
    ("cap-udp-half", "the same at half of that: of it, what arrives", None),
    ("vpc-new", "vpcctl -batch, a VPC with a subnet and a port", None),
    ("vpc-end", "the end of one of 10,000 VPCs, with ten endpoints and a port", None),
    ("vpc-end-quiet", "as many commands that change nothing", None),
    ("gap-quiet", "the longest time without a packet of another VPC, beside these", None),
    ("gap", "the same while VPCs end", "gap-quiet"),
    ("ask-quiet", "the slowest answer to another command, beside these", None),
    ("ask", "the same while VPCs end", "ask-quiet"),
])

# The others, for performance.md
SECTIONS = [
    ("Floors", [
        ("drop", "generator, drop at tc ingress", None),
        ("redirect", "generator, tc redirect to the sink", None),
    ]),
    ("One tenant, one route, IPv4", [
        ("plain", "ip_forward", "vrf"),
        ("vrf", "VRF", "vrf"),
        ("vrf-accept-local", "VRF with accept_local=1", "vrf"),
        ("leak", "VRF, route leaked to a device of another VRF", "leak"),
        ("leak-device", "VRF, route leaked to the other VRF", "leak"),
        ("iif-rule", "ip rule iif", "vrf"),
        ("ovs", "OVS kernel datapath, one flow", "vrf"),
        ("flowtable", "nft flowtable, established flow", "vrf"),
        ("local", "**vpc**, local", "vrf"),
        ("router", "**vpc**, router", "vrf"),
        ("peering", "**vpc**, peering", "leak"),
    ]),
    ("One tenant, one route, IPv6", [
        ("plain6", "ip_forward", "vrf6"),
        ("vrf6", "VRF", "vrf6"),
        ("leak6", "VRF, route leaked to a device of another VRF", "leak6"),
        ("leak-device6", "VRF, route leaked to the other VRF", "leak6"),
        ("iif-rule6", "ip rule iif", "vrf6"),
        ("local6", "**vpc**, local", "vrf6"),
        ("router6", "**vpc**, router", "vrf6"),
        ("peering6", "**vpc**, peering", "leak6"),
    ]),
    ("Many routes, random destinations", counts(("1", "1k", "100k", "1M"), [
        ("plain", "IPv4, {} routes: ip_forward", "vrf"),
        ("vrf", "IPv4, {} routes: VRF", "vrf"),
        ("router", "IPv4, {} routes: **vpc**", "vrf"),
        ("vrf6", "IPv6, {} routes: VRF", "vrf6"),
        ("router6", "IPv6, {} routes: **vpc**", "vrf6"),
    ])),
    ("Many tenants with 50 routes each, random tenants and destinations",
     counts(("1", "100", "1000", "10000"), [
         ("macvlan", "{} macvlan devices alone, drop at tc ingress", None),
         ("vrfs", "{} VRFs", "vrfs"),
         ("iif-rule", "{} ip rules", "vrfs"),
         ("vpcs", "{} **VPCs**", "vrfs"),
     ]) + [("vpcs-10-of-10000", "10000 **VPCs**, ten of them busy", "vpcs-1")]),
    ("Loading and changing 1 M routes", [
        ("load", "**vpc**, add, transactions of 10,000", "rtnl-load"),
        ("replace", "**vpc**, replace", "rtnl-replace"),
        ("delete", "**vpc**, delete", "rtnl-delete"),
        ("swap", "**vpc**, a new table in one transaction", "rtnl-load"),
        ("load-vpcctl", "**vpc**, vpcctl route load, one transaction", "ip-batch"),
        ("load6", "**vpc**, IPv6, add", "rtnl-load6"),
        ("delete6", "**vpc**, IPv6, delete", None),
        ("load-small", "**vpc**, 10,000 tables of 50 routes to one blackhole", "rtnl-load-small"),
        ("rtnl-load", "rtnetlink, 1,000 at once, nexthop object, add", None),
        ("rtnl-replace", "rtnetlink, replace", None),
        ("rtnl-delete", "rtnetlink, delete", None),
        ("rtnl-load-gateway", "rtnetlink, gateway and device, add", None),
        ("rtnl-delete-gateway", "rtnetlink, gateway and device, delete", None),
        ("rtnl-load6", "rtnetlink, IPv6, nexthop object, add", None),
        ("rtnl-load-small", "rtnetlink, 10,000 tables of 50 routes, nexthop object: one blackhole", None),
        ("ip-batch", "ip -batch, 20,000 routes", None),
    ]),
    ("Memory", [
        ("bytes", "**vpc**, 1 M IPv4 routes", "rtnl-bytes"),
        ("bytes6", "**vpc**, 1 M IPv6 routes", "rtnl-bytes6"),
        ("rtnl-bytes", "rtnetlink, 1 M IPv4 routes", None),
        ("rtnl-bytes6", "rtnetlink, 1 M IPv6 routes", None),
        ("memory-vpcs", "10,000 **VPCs** with a subnet and 50 routes to one blackhole", "memory-tables"),
        ("memory-tables", "10,000 tables of the kernel with 50 routes, nexthop object: one blackhole", None),
    ]),
    ("A next hop goes down: until no route leads there", counts(("10", "1k", "100k", "1M"), [
        ("flip", "**vpc**, {} routes", None),
        ("flip-listen", "**vpc**, {} routes, somebody listens", None),
        ("replace", "ip nexthop replace, {} routes with the group", None),
        ("replace-listen", "ip nexthop replace, {} routes, somebody listens", None),
    ])),
    ("TCP over veth devices, GRO on", [
        ("tcp-leak", "VRF, route leaked to a device of another VRF", "tcp-leak"),
        ("tcp-peering", "**vpc**, peering", "tcp-leak"),
    ]),
    ("The lookup alone, in a process of the machine", lookups("") + lookups("6") + [
        ("lookup-tables-1", "IPv4, one table of 50 routes", None),
        ("lookup-tables-10000", "IPv4, 10,000 tables of 50 routes, random", "lookup-tables-1"),
    ]),
]

# (text, key, key that it is compared with or None, limit, how)
GOALS = [
    ("one route, local", "local", "vrf", 0.55, "<="),
    ("one route, router", "router", "vrf", 0.55, "<="),
    ("local against ip_forward", "local", "plain", 1, "<"),
    ("router against ip_forward", "router", "plain", 1, "<"),
    ("local against the flowtable", "local", "flowtable", 1, "<"),
    ("router against the flowtable", "router", "flowtable", 1, "<"),
    ("1 M routes, random", "router-1M", "vrf-1M", 0.38, "<="),
    ("1,000 VPCs, random", "vpcs-1000", "vrfs-1000", 0.42, "<="),
    ("peering", "peering", "leak", 0.62, "<="),
    ("loading 1 M routes", "load", None, 1000000, ">="),
    ("memory of 1 M routes", "bytes", None, 24, "<="),
    ("memory of 10,000 VPCs with 50 routes", "memory-vpcs", None, 64, "<="),
    ("a flip of 1 M routes, ns", "flip-1M", None, 10000, "<="),
    ("10,000 VPCs, ten busy, against one", "vpcs-10-of-10000", "vpcs-1", 2, "<="),
    ("10,000 VPCs, all busy, against one", "vpcs-10000", "vpcs-1", 2, "<="),
]

IPSEC_GOALS = [
    ("ESP without a cipher, 60 bytes", "esp-null-60", "xfrmi-null-60", 0.70, "<="),
    ("AES-GCM, 60 bytes", "esp-gcm-60", "xfrmi-gcm-60", 0.80, "<="),
    ("1,000 IPsec connections, random", "esp-1000", "xfrmi-1000", 0.60, "<="),
]

NAT_GOALS = [
    ("8 flows", "nat-8", "masq-8", 0.75, "<="),
    ("65,392 flows", "nat-64k", "masq-64k", 0.70, "<="),
    ("every packet a new flow", "nat-new", "masq-new", 0.80, "<="),
    ("8 flows against the flowtable", "nat-8", "flowtable-nat-8", 1.3, "<="),
]
