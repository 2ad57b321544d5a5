#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Do the specification of the netlink family (Documentation/netlink/specs/vpc.yaml),
its header (uapi/linux/vpc.h) and the module (kmod/nl_policy.c, the table of
operations in kmod/netlink.c, what kmod/nl_*.c write) say the same?

    netlink_spec.py [DIRECTORY]     of the sources; default: the one of this script

Prints KTAP, one line per definition, attribute set and command. C is read with
regular expressions: nl_policy.c has one entry per line, and functions that write
attributes have "fill" or "put" in their names.
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../..").resolve()
KERNEL = {"IFNAMSIZ": 16, "ETH_ALEN": 6}
NLA = {"NLA_U8": "u8", "NLA_U16": "u16", "NLA_U32": "u32", "NLA_U64": "u64",
       "NLA_FLAG": "flag", "NLA_NUL_STRING": "string", "NLA_BINARY": "binary"}
WRITERS = {"nla_put_u8": "u8", "nla_put_u16": "u16", "nla_put_u32": "u32",
           "nla_put_u64_64bit": "u64", "nla_put_string": "string", "nla_put_flag": "flag",
           "nla_put": "binary", "nla_nest_start": "nest", "vpc_nl_put_addr": "binary",
           "vpc_nl_put_dev": "string", "vpc_nl_put_prefix": "nest prefix",
           "vpc_nl_put_totals": "nest counters", "vpc_nl_put_counters": "nest counters",
           "vpc_nl_put_drop": "nest drop", "put_counter": "u64", "put_ns": "u64",
           "put_u64": "u64"}


def c_name(name):
    return name.upper().replace("-", "_")


def code(path):
    """A C file without its comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(), flags=re.S)


class Header:
    """uapi/linux/vpc.h: constants, enumerations, and what their comments say."""

    def __init__(self):
        raw = (ROOT / "uapi/linux/vpc.h").read_text()
        text = code("uapi/linux/vpc.h")
        self.strings = dict(re.findall(r'#define (VPC_\w+)\s+"(.*)"', text))
        self.values = {n: int(v, 0) for n, v
                       in re.findall(r"#define (VPC_\w+)\s+(0x[0-9a-f]+|\d+)", text)}
        self.defines = set(self.values)
        self.enums = {}
        for name, body in re.findall(r"enum (vpc_\w+) \{(.*?)\};", text, re.S):
            self.enums[name] = self.members(body)
        self.docs = self.comments(raw)
        self.requests = self.commands(raw)

    def members(self, body):
        result, value = {}, 0
        for member in filter(None, (m.strip() for m in body.split(","))):
            name, _, given = (p.strip() for p in member.partition("="))
            if given:
                value = self.eval(given)
            self.values[name] = value
            result[name] = value
            value += 1
        return result

    def eval(self, expression):
        """A number: names of ours, names of the kernel, + and -."""
        words = re.sub(r"[A-Za-z_]\w*",
                       lambda m: str({**KERNEL, **self.values}[m.group()]), expression)
        return sum(int(n.replace(" ", "")) for n in re.findall(r"[+-]?\s*\d+", words))

    @staticmethod
    def comments(raw):
        """What is said of each member of an enumeration."""
        docs = {}
        for body in re.findall(r"/\*\*\n \* enum \w+ - (.*?)\*/", raw, re.S):
            parts = re.split(r"^@(\w+): ", re.sub(r"\n \* ?\t?", "\n", body), flags=re.M)
            for name, text in zip(parts[1::2], parts[2::2]):
                docs[name] = " ".join(text.split())
        return docs

    @staticmethod
    def commands(raw):
        """The attributes that the list of commands gives to each: {command: {do, dump}}."""
        block = re.search(r"The commands, with what each takes.*?\n \*\n(.*?)\n \* VPC_CMD_EVENT",
                          raw, re.S)
        text = re.sub(r"\([^()]*\)", "", re.sub(r"\n \*( {10,})", " ", block.group(1)))
        result = {}
        for line in filter(lambda l: l != " *", text.splitlines()):
            names, _, rest = re.match(r" \* +([A-Z_, ]+?)( +)(do:.*|dump:.*)", line).groups()
            takes = {}
            for how, what in re.findall(r"(do|dump):(.*?)(?=;|dump:|$)", rest):
                takes[how] = set(re.findall(r"[A-Z][A-Z_]+", what.split("->")[0]))
            for name in re.split(r",\s*", names.strip()):
                result[name] = takes
        return result


class Policies:
    """kmod/nl_policy.c: {policy: {attribute: constraint}}, and how large each is."""

    def __init__(self, header):
        self.header = header
        text = code("kmod/nl_policy.c")
        self.macros = dict(re.findall(r"^#define (\w+)\s+(.+)$", text, re.M))
        self.ranges = {}
        for name, body in re.findall(r"netlink_range_validation (\w+) = \{(.*?)\};", text, re.S):
            self.ranges[name] = {k: header.eval(v) for k, v
                                 in re.findall(r"\.(min|max) = ([^,]+),", body)}
        self.entries, self.size = {}, {}
        for name, size, body in re.findall(
                r"^const struct nla_policy\s+vpc_nl_policy_(\w+)\[(.*?)\] = \{\n(.*?)^\};",
                text, re.S | re.M):
            self.size[name] = header.eval(size)
            self.entries[name] = {}
            for line in filter(None, (line.strip() for line in body.splitlines())):
                attr, value = re.fullmatch(r"\[(VPC_A_\w+)\] = (.*),", line).groups()
                self.entries[name][attr] = self.constraint(self.macros.get(value, value))
        self.declared = {n: header.eval(s) for n, s in re.findall(
            r"vpc_nl_policy_(\w+)\[(.*?)\];", code("kmod/nl_policy.h"))}

    def constraint(self, text):
        number = self.header.eval
        rules = (
            (r"NLA_POLICY_NESTED\(vpc_nl_policy_(\w+)\)",
             lambda m: {"type": "nest", "nested": m[1].replace("_", "-")}),
            (r"NLA_POLICY_EXACT_LEN\((.*)\)",
             lambda m: {"type": "binary", "exact-len": number(m[1])}),
            (r"NLA_POLICY_RANGE\(NLA_BINARY, (.*), (.*)\)",
             lambda m: {"type": "binary", "min-len": number(m[1]), "max-len": number(m[2])}),
            (r"NLA_POLICY_RANGE\((\w+), (.*), (.*)\)",
             lambda m: {"type": NLA[m[1]], "min": number(m[2]), "max": number(m[3])}),
            (r"NLA_POLICY_FULL_RANGE\((\w+), &(\w+)\)",
             lambda m: {"type": NLA[m[1]], **self.ranges[m[2]]}),
            (r"NLA_POLICY_MIN\((\w+), (.*)\)",
             lambda m: {"type": NLA[m[1]], "min": number(m[2])}),
            (r"NLA_POLICY_MAX\((\w+), (.*)\)",
             lambda m: {"type": NLA[m[1]], "max": number(m[2])}),
            (r"\{ \.type = (NLA_NUL_STRING), \.len = (.*) \}",
             lambda m: {"type": NLA[m[1]], "max-len": number(m[2])}),
            (r"\{ \.type = (\w+) \}", lambda m: {"type": NLA[m[1]]}),
        )
        for pattern, make in rules:
            match = re.fullmatch(pattern, text)
            if match:
                return make(match)
        raise ValueError("policy entry not understood: " + text)


class Module:
    """The table of operations, the forms of objects, and what is written where."""

    def __init__(self):
        text = code("kmod/netlink.c")
        table = re.search(r"genl_ops vpc_nl_ops\[\].*?= \{(.*?)\n\};", text, re.S).group(1)
        self.ops = {}
        for entry in re.findall(r"\{([^{}]*)\}", table):
            op = dict(re.findall(r"\.(\w+) = (\w+)", entry))
            policy = re.search(r"POLICY\((\w+)\)", entry)
            op["policy"] = policy.group(1) if policy else None
            self.ops[op["cmd"]] = op
        self.family = re.search(r"genl_family vpc_nl_family.*?= \{(.*?)\n\};", text,
                                re.S).group(1)
        self.groups = re.findall(r"\{ \.name = (\w+), \.flags = (\w+) \}", text)
        self.forms, self.written, self.events = {}, {}, set()
        for path in sorted((ROOT / "kmod").glob("*.c")):
            self.scan(code(path.relative_to(ROOT)))

    def scan(self, text):
        for body in re.findall(r"struct vpc_nl_form \w+ = \{(.*?)\n\};", text, re.S):
            form = dict(re.findall(r"\.(\w+) = (\w+)", body))
            if "get" in form:
                self.forms[form["get"]] = form
        self.events.update(re.findall(r"VPC_A_EVENT_\w+", text))
        for body in re.findall(r"^(?:static )?int \w*(?:fill|put)\w*\(.*?^\}", text, re.S | re.M):
            for how, attr in re.findall(r"(\w+)\(msg,\s*(VPC_A_\w+)", body):
                self.written.setdefault(attr, set()).add(WRITERS.get(how, how))


class Test:
    def __init__(self):
        self.spec = yaml.safe_load((ROOT / "Documentation/netlink/specs/vpc.yaml").read_text())
        self.header = Header()
        self.policies = Policies(self.header)
        self.module = Module()
        self.sets = {s["name"]: s for s in self.spec["attribute-sets"]}
        self.list = self.spec["operations"]["list"]
        self.wrong = []

    def same(self, what, *values):
        if any(v != values[0] for v in values[1:]):
            self.wrong.append(f"{what}: {' / '.join(map(self.show, values))}")

    def true(self, condition, what):
        if not condition:
            self.wrong.append(what)

    @staticmethod
    def show(value):
        return str(sorted(value) if isinstance(value, (set, frozenset)) else value)

    def attr(self, set_name, name):
        return c_name(self.sets[set_name]["name-prefix"] + name)

    def family(self):
        """name, version, groups, strictness"""
        h, family = self.header, self.module.family
        self.same("family name", self.spec["name"], h.strings["VPC_GENL_NAME"])
        self.same("version", self.spec.get("version", 1), h.values["VPC_GENL_VERSION"])
        self.same("groups", [g["name"] for g in self.spec["mcast-groups"]["list"]],
                  [h.strings[g[0]] for g in self.module.groups])
        self.same("names of groups", [c_name(g["c-define-name"])
                                      for g in self.spec["mcast-groups"]["list"]],
                  [g[0] for g in self.module.groups])
        for name, flags in self.module.groups:
            self.same("permission of " + name, flags, "GENL_MCAST_CAP_NET_ADMIN")
        self.true("resv_start_op" not in family, "resv_start_op would make requests less strict")
        self.true("vpc_nl_ops" in family and "VPC_GENL_NAME" in family, "another family")
        for cmd, op in self.module.ops.items():
            self.true("validate" not in op, cmd + " is validated less strictly")

    def sets_known(self):
        """no attribute set, command, policy or form is missing or left over"""
        h, m = self.header, self.module
        self.same("attribute sets", {c_name(s["enum-name"]) for s in self.sets.values()},
                  {c_name(e) for e in h.enums if e.startswith("vpc_a_")})
        commands = {c for c in h.enums["vpc_cmd"] if c.startswith("VPC_CMD_")}
        commands -= {"VPC_CMD_UNSPEC", "VPC_CMD_MAX"}
        self.same("commands", {c_name("vpc-cmd-" + o["name"]) for o in self.list}, commands)
        self.same("commands of the module", set(m.ops), commands - {"VPC_CMD_EVENT"})
        self.same("commands in the comment of the header", set(h.requests),
                  {c[len("VPC_CMD_"):] for c in set(m.ops)})
        used = {o["policy"] for o in m.ops.values()} - {None}
        nested = {a["nested"].replace("-", "_") for p in self.policies.entries.values()
                  for a in p.values() if "nested" in a}
        self.same("policies", set(self.policies.entries), used | nested)
        self.same("sizes of policies", self.policies.size, self.policies.declared)
        self.same("forms", set(m.forms), {c for c, o in m.ops.items()
                                          if "doit" in o and "dumpit" in o})

    def constant(self, d):
        name = "VPC_" + c_name(d["name"])
        self.same(name, d["value"], self.header.values.get(name))

    def enumeration(self, d):
        prefix = c_name(d["name-prefix"])
        values = {prefix + c_name(e["name"]): i for i, e in enumerate(d["entries"])}
        members = dict(self.header.enums.get(c_name(d["enum-name"]).lower(), {}))
        for extra in [m for m in members if m.startswith("__")]:
            del members[extra]
        if d.get("render-max"):
            values[prefix + "MAX"] = len(d["entries"]) - 1
        self.same(d["enum-name"], list(values.items()), list(members.items()))

    def said(self, attr):
        """Type, nested set, enumeration and repetition as the header's comment has them."""
        text = self.header.docs.get(attr, "")
        m = re.match(r"(alignment|string|flag|binary|u\d+|nested enum vpc_a_(\w+))"
                     r"(?:, no content)?( \[\])?(?:, enum (vpc_\w+))?", text)
        if not m:
            return text
        kind = {"alignment": "pad"}.get(m[1], "nest" if m[2] else m[1])
        return kind, (m[2] or "").replace("_", "-"), c_name(m[4] or ""), bool(m[3])

    def attribute_set(self, s):
        h, name = self.header, s["name"]
        numbers = {self.attr(name, a["name"]): i for i, a in enumerate(s["attributes"], 1)}
        prefix = c_name(s["name-prefix"])
        numbers[prefix + "UNSPEC"] = 0
        members = {n: v for n, v in h.enums.get(c_name(s["enum-name"]).lower(), {}).items()
                   if not n.startswith("__") and n != prefix + "MAX"}
        self.same("numbers", numbers, members)
        enums = {d["name"]: c_name(d["enum-name"]) for d in self.spec["definitions"]
                 if d["type"] == "enum"}
        for a in s["attributes"]:
            attr = self.attr(name, a["name"])
            self.same(attr, (a["type"], a.get("nested-attributes", ""),
                             enums.get(a.get("enum"), ""), a.get("multi-attr", False)),
                      self.said(attr))
            self.checks(attr, a)
            self.writes(attr, a)
        if c_name(name).lower() in self.policies.entries and name in self.nested():
            self.nested_policy(s)
        replies = self.replies().get(name, set())
        self.same("written by the module",
                  {n for n in self.module.written if n in numbers and not n.endswith("_PAD")}
                  if name != "event" else {n for n in self.module.events if n in numbers
                                           and not n.endswith("_PAD")}, replies)

    def checks(self, attr, a):
        """What each policy that has the attribute checks."""
        for policy, entries in self.policies.entries.items():
            if attr not in entries:
                continue
            want = {"type": a["type"], **a.get("checks", {})}
            if "nested-attributes" in a:
                want["nested"] = a["nested-attributes"]
            self.same(f"{attr} in policy {policy}", want, entries[attr])

    def writes(self, attr, a):
        """How the module writes the attribute."""
        for how in self.module.written.get(attr, ()):
            kind, _, nested = how.partition(" ")
            self.same("type of " + attr, a["type"], kind)
            if nested:
                self.same("content of " + attr, a["nested-attributes"], nested)

    def nested(self):
        return {a["nested"] for p in self.policies.entries.values() for a in p.values()
                if "nested" in a}

    def nested_policy(self, s):
        """A request may carry what is not said to be for replies."""
        name = c_name(s["name"]).lower()
        takes = set()
        for a in s["attributes"]:
            attr = self.attr(s["name"], a["name"])
            reply = bool(re.search(r"(^|[,] )reply\b", self.header.docs.get(attr, "")))
            self.same("only for replies: " + attr, a.get("doc", "").startswith("Reply"), reply)
            if not reply:
                takes.add(attr)
        self.same("attributes of policy " + name, takes, set(self.policies.entries[name]))
        self.same("size of policy " + name, self.policies.size[name],
                  self.header.values[c_name(s["name-prefix"]) + "MAX"] + 1)

    def replies(self):
        """All attributes that the specification has in replies and events, by set."""
        result = {}
        todo = []
        own = {o["attribute-set"] for o in self.list if "dump" in o}
        for o in self.list:
            for part in (o.get("do", {}).get("reply"), o.get("dump", {}).get("reply"),
                         o.get("event")):
                if part:
                    todo += [(o["attribute-set"], n) for n in part["attributes"]]
        while todo:
            set_name, name = todo.pop()
            attr = self.attr(set_name, name)
            if attr in result.setdefault(set_name, set()):
                continue
            result[set_name].add(attr)
            a = next(x for x in self.sets[set_name]["attributes"] if x["name"] == name)
            inner = a.get("nested-attributes")
            # What an event carries, or an endpoint of a route, are the replies of other commands.
            if inner and inner not in own:
                todo += [(inner, x["name"]) for x in self.sets[inner]["attributes"]
                         if x["type"] != "pad"]
        return result

    def request(self, o, how):
        return {c_name(n) for n in o.get(how, {}).get("request", {}).get("attributes", [])}

    def command(self, number, o):
        name = c_name(o["name"])
        cmd = "VPC_CMD_" + name
        self.same("number", o.get("value", number), number, self.header.values.get(cmd))
        for how in ("do", "dump"):
            for part in ("request", "reply"):
                for n in o.get(how, {}).get(part, {}).get("attributes", []):
                    self.true(any(n == a["name"] for a in
                                  self.sets[o["attribute-set"]]["attributes"]),
                              f"no attribute {n} in set {o['attribute-set']}")
        if "event" in o:
            self.true(cmd not in self.module.ops, "an event has an operation")
            self.same("group", o["mcgrp"], self.header.strings["VPC_MCGRP_CONFIG"])
            return
        op = self.module.ops.get(cmd, {})
        self.same("do", "do" in o, "doit" in op)
        self.same("dump", "dump" in o, "dumpit" in op)
        self.same("permission", (o.get("flags"), op.get("flags")),
                  (["admin-perm"], "GENL_ADMIN_PERM"))
        self.same("do in the header", self.request(o, "do"),
                  self.header.requests.get(name, {}).get("do", set()))
        self.same("dump in the header", self.request(o, "dump"),
                  self.header.requests.get(name, {}).get("dump", set()))
        self.policy(o, op)
        if "do" in o and "dump" in o:
            self.form(o, self.module.forms.get(cmd, {}))

    def policy(self, o, op):
        prefix = c_name(self.sets[o["attribute-set"]]["name-prefix"])
        takes = {prefix + n for n in self.request(o, "do") | self.request(o, "dump")}
        policy = op.get("policy")
        self.same("policy", policy, c_name(o["name"]).lower() if takes else None)
        if not policy:
            return
        self.same("attributes", takes, set(self.policies.entries.get(policy, {})))
        self.same("size of the policy", self.policies.size.get(policy),
                  max(self.header.values[n] for n in takes) + 1)

    def form(self, o, form):
        """With a policy for both, the form says what is for do and what for dump."""
        prefix = c_name(self.sets[o["attribute-set"]]["name-prefix"])
        self.same("key", {prefix + n for n in self.request(o, "do")}, {form.get("key")})
        self.same("filter", {prefix + n for n in self.request(o, "dump")},
                  {form["filter"]} if "filter" in form else set())
        self.same("reply of dump", o["dump"].get("reply"), o["do"].get("reply"))

    def tried(self):
        """every command meets failing allocations, in selftests/debug/requests*.c"""
        debug = ROOT / "selftests/debug"
        text = "".join(code(p) for p in [*debug.glob("requests*.c"), debug / "objects.c"])
        built = set(re.findall(r"VPC_CMD_(\w+)|\bDO\(([A-Z]\w+)", text))
        built = {"VPC_CMD_" + n for match in built for n in match if n}
        dumped = {"VPC_CMD_" + n for n in re.findall(r"\bDUMP\(([A-Z]\w+)\)", text)}
        ops = self.module.ops.items()
        self.same("requests", {c for c, o in ops if "doit" in o} - built, set())
        self.same("dumps", {c for c, o in ops if "dumpit" in o}, dumped)

    def run(self):
        cases = [("family", self.family, ()), ("nothing left over", self.sets_known, ()),
                 ("all tried with failing allocations", self.tried, ())]
        for d in self.spec["definitions"]:
            check = self.constant if d["type"] == "const" else self.enumeration
            cases.append((f"{d['type']} {d['name']}", check, (d,)))
        for s in self.sets.values():
            cases.append(("set " + s["name"], self.attribute_set, (s,)))
        for number, o in enumerate(self.list, 1):
            cases.append(("command " + o["name"], self.command, (number, o)))

        print(f"KTAP version 1\n1..{len(cases)}")
        failed = 0
        for number, (name, check, args) in enumerate(cases, 1):
            self.wrong = []
            check(*args)
            for line in self.wrong:
                print("# " + line)
            failed += bool(self.wrong)
            print(f"{'not ok' if self.wrong else 'ok'} {number} {name}")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(Test().run())
