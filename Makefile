# SPDX-License-Identifier: GPL-2.0
# vpc: kernel module and tool. `make help` lists the targets.

# Everything that is built goes to build/; one directory per kernel release.
BUILD   := build
VM      := selftests/vm
SHELL   := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# The kernel to build for: KDIR=, or KERNEL=6.1 (6.12, 7: a stock Debian kernel,
# as check, demo and vm boot it), or the running one, or the newest with headers.
KERNEL  ?=
KDIR    ?= $(shell $(VM)/deps.sh kdir $(KERNEL))
RELEASE  = $(shell $(VM)/kernel.sh release $(KDIR))
MODULE   = $(BUILD)/module/$(RELEASE)
ARCH_ARGS = $(if $(shell grep -sx CONFIG_UML=y $(KDIR)/.config),ARCH=um)
V       ?= 0
FUZZ_SECONDS ?= 300
WERROR  ?= y

CC      ?= gcc
CFLAGS  ?= -O2 -g
TOOL_CFLAGS := -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
	-Werror=int-conversion -Werror=format -Iuapi -Itools
TOOL_PKGS := libnl-3.0 libnl-genl-3.0 json-c
TOOL_SRC  := $(wildcard tools/*.c tools/vpcctl/*.c)
TOOL_OBJ  := $(TOOL_SRC:%.c=$(BUILD)/%.o)

PREFIX  ?= /usr/local
DESTDIR ?=
MANDIR  ?= $(PREFIX)/share/man

.PHONY: all help deps deps-build deps-check deps-kernel module vpcctl check check-host \
	check-vm check-long check-debug check-kcsan check-icount matrix bench fuzz fuzz-vm style vm demo \
	install uninstall clean distclean FORCE

# Links, as people look for what they built here; tests build for another kernel.
all: module vpcctl
	@ln -sfn $(MODULE)/vpc.ko vpc.ko
	@ln -sfn $(BUILD)/vpcctl vpcctl

help:
	@echo "make                    the module (for KDIR, KERNEL or the running kernel) and vpcctl"
	@echo "make module | vpcctl    one of them (WERROR=n: warnings do not stop it; V=1: commands)"
	@echo "make deps               install what building and testing need, by apt-get"
	@echo "make check              all tests; TESTS=\"peering ipsec\" for some, KERNEL=6.12 elsewhere"
	@echo "make check-host         style and the tests that run on this machine"
	@echo "make check-vm           the tests that run in the VM"
	@echo "make check-debug        all of them on kernels with KASAN, lockdep, kmemleak; torture"
	@echo "make check-kcsan        torture under the race detector"
	@echo "make check-icount       instructions per packet, against their limits"
	@echo "make check-long         check, and what takes too long for every change (hours)"
	@echo "make matrix             check-vm on every kernel that KERNEL can name"
	@echo "make bench              speed and memory beside the peers (BENCH=\"forward load\")"
	@echo "make fuzz               the fuzzers of the trie and of BFD (FUZZ_SECONDS=300)"
	@echo "make fuzz-vm            the fuzzers of netlink and packets, on a debug kernel"
	@echo "make style              checkpatch, sparse, shellcheck, codespell, file length"
	@echo "make vm                 a shell in a VM with the module loaded; RUN=script: run that"
	@echo "make demo               a first look, in a VM"
	@echo "make install uninstall  module, vpcctl and manual pages (PREFIX, DESTDIR)"
	@echo "make clean distclean    remove what was built; with the downloads"

deps: deps-build deps-check

deps-build:
	@$(VM)/deps.sh build

deps-check:
	@$(VM)/deps.sh check

# To build kernels of our own, see selftests/kernel/build.
deps-kernel:
	@$(VM)/deps.sh kernel

# --- module ----------------------------------------------------------------
# Built in a tree of links of its own per release, so that no object of another
# kernel is ever taken for one of this. Descriptors 3 and 4 are those of make -j.

module: deps-build
	@[ -n "$(KDIR)" ]
	@$(VM)/deps.sh links $(MODULE)
	@{ $(MAKE) --no-print-directory -C $(KDIR) $(ARCH_ARGS) M=$(CURDIR)/$(MODULE) V=$(V) \
		CONFIG_DEBUG_INFO_BTF_MODULES= $(if $(filter n,$(WERROR)),,VPC_WERROR=y) \
		$(KBUILD_ARGS) modules 2>&1 >&9 | sed -u 's|$(CURDIR)/$(MODULE)/||g' >&2; } 9>&1

# --- vpcctl ----------------------------------------------------------------

vpcctl: deps-build
	@$(MAKE) --no-print-directory $(BUILD)/vpcctl

$(BUILD)/vpcctl: $(TOOL_OBJ)
	@echo "  LINK    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(TOOL_OBJ) $$(pkg-config --libs $(TOOL_PKGS))

$(BUILD)/tools/%.o: tools/%.c $(BUILD)/tools/flags
	@mkdir -p $(@D)
	@echo "  CC      $@"
	@$(CC) $(TOOL_CFLAGS) $$(pkg-config --cflags $(TOOL_PKGS)) $(CFLAGS) -MMD -MP -c -o $@ $<

# Rebuilt when the flags change.
$(BUILD)/tools/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(TOOL_CFLAGS) $(CFLAGS) $(LDFLAGS) $(TOOL_OBJ)' | cmp -s - $@ || \
		echo '$(CC) $(TOOL_CFLAGS) $(CFLAGS) $(LDFLAGS) $(TOOL_OBJ)' >$@

-include $(TOOL_OBJ:.o=.d)

# --- tests -----------------------------------------------------------------
# The kernel is a stock one there: 6.1 unless KERNEL or KDIR says otherwise.

CHECK_KDIR = $(if $(filter file,$(origin KDIR)),,$(KDIR))
RUNNER = MAKE="$(MAKE)" KERNEL="$(KERNEL)" KDIR="$(CHECK_KDIR)" TESTS="$(TESTS)" selftests/run.sh

check: deps deps-kernel
	@$(RUNNER) style host debug vm icount

check-host: deps
	@$(RUNNER) style host

check-vm: deps
	@$(RUNNER) vm

check-long: deps deps-kernel
	@LONG=1 $(RUNNER) style host icount stall
	@LONG=1 $(MAKE) --no-print-directory matrix
	@$(MAKE) --no-print-directory check-debug check-kcsan fuzz-vm

check-debug: deps deps-kernel
	@MAKE="$(MAKE)" TESTS="$(TESTS)" selftests/debug/run all

check-kcsan: deps deps-kernel
	@MAKE="$(MAKE)" TESTS="$(TESTS)" selftests/debug/run kcsan

matrix: deps
	@MAKE="$(MAKE)" TESTS="$(TESTS)" $(VM)/matrix.sh

# Keep the machine quiet meanwhile.
bench: deps deps-kernel
	@MAKE="$(MAKE)" BENCH="$(BENCH)" selftests/bench/run

fuzz: deps
	@FUZZ_SECONDS=$(FUZZ_SECONDS) selftests/host/run.sh

check-icount: deps
	@MAKE="$(MAKE)" selftests/bench/icount

fuzz-vm: deps deps-kernel
	@MAKE="$(MAKE)" selftests/fuzz/run

style: deps
	@KDIR="$(CHECK_KDIR)" KERNEL="$(KERNEL)" MAKE="$(MAKE)" $(VM)/style.sh

vm: deps
	@$(RUNNER) shell $(RUN)

demo: deps
	@$(RUNNER) shell selftests/demo.sh

# --- install ---------------------------------------------------------------

install: all
	install -D -m 755 $(BUILD)/vpcctl $(DESTDIR)$(PREFIX)/sbin/vpcctl
	install -D -m 644 tools/completion/vpcctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/vpcctl
	for page in $(wildcard tools/man/*.8); do \
		install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man8/$${page##*/}; done
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(MODULE) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(if $(DESTDIR),,depmod $(RELEASE))

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/vpcctl
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/vpcctl
	rm -f $(patsubst tools/man/%,$(DESTDIR)$(MANDIR)/man8/%,$(wildcard tools/man/*.8))
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/{extra,updates}/vpc.ko*
	$(if $(DESTDIR),,depmod $(RELEASE))

clean:
	rm -rf vpc.ko vpcctl $(BUILD)/module $(BUILD)/tools $(BUILD)/vpcctl $(BUILD)/check $(BUILD)/vm $(BUILD)/host

distclean:
	rm -rf vpc.ko vpcctl $(BUILD)
