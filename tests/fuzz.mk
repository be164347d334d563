# Copyright (c) 2026 The dpdkvkernel Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

# The fuzz targets: tests/fuzz/fuzz-TARGET.c.
#
# "make check" has each repeat the inputs that are kept, with this build's
# compiler.  "make check-fuzz" has libFuzzer look for more, for FUZZ_SECONDS a
# target, in a build of its own, by clang with sanitizers, in ./fuzzed:
#
#     make check-fuzz FUZZ_TARGETS='config text' FUZZ_SECONDS=600
FUZZ_TARGETS = config marks offload-rx offload-tx proc rtnl text
FUZZ_SECONDS = 60
FUZZ_OUT = tests/fuzz-out

fuzz_programs = \
	tests/fuzz/fuzz-config \
	tests/fuzz/fuzz-marks \
	tests/fuzz/fuzz-offload-rx \
	tests/fuzz/fuzz-offload-tx \
	tests/fuzz/fuzz-proc \
	tests/fuzz/fuzz-rtnl \
	tests/fuzz/fuzz-text
check_PROGRAMS += $(fuzz_programs)

# What libFuzzer has of its own is main().
fuzz_sources = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
if !FUZZERS
fuzz_sources += tests/fuzz/replay.c
endif
fuzz_packet = tests/fuzz/fuzz-packet.c tests/fuzz/fuzz-packet.h
# rte_ipv6_phdr_cksum() shifts a byte into the sign of an int.
fuzz_packet_cflags = $(AM_CFLAGS) -fno-sanitize=shift
fuzz_ldflags = $(AM_LDFLAGS) $(OVS_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz-config.c $(fuzz_sources)
tests_fuzz_fuzz_config_LDADD = $(test_libs)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)

# Its weak references take nothing out of a library, but netdev_send() does.
tests_fuzz_fuzz_marks_SOURCES = \
	tests/fuzz/fuzz-marks.c \
	$(fuzz_packet) \
	$(fuzz_sources)
tests_fuzz_fuzz_marks_CFLAGS = $(fuzz_packet_cflags)
tests_fuzz_fuzz_marks_LDADD = $(test_libs)
tests_fuzz_fuzz_marks_LDFLAGS = $(fuzz_ldflags) -Wl,-u,netdev_send

tests_fuzz_fuzz_offload_rx_SOURCES = \
	tests/fuzz/fuzz-offload-rx.c \
	$(fuzz_packet) \
	$(fuzz_sources)
tests_fuzz_fuzz_offload_rx_CFLAGS = $(fuzz_packet_cflags)
tests_fuzz_fuzz_offload_rx_LDADD = $(test_libs)
tests_fuzz_fuzz_offload_rx_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_offload_tx_SOURCES = \
	tests/fuzz/fuzz-offload-tx.c \
	$(fuzz_packet) \
	$(fuzz_sources)
tests_fuzz_fuzz_offload_tx_CFLAGS = $(fuzz_packet_cflags)
tests_fuzz_fuzz_offload_tx_LDADD = $(test_libs)
tests_fuzz_fuzz_offload_tx_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_proc_SOURCES = tests/fuzz/fuzz-proc.c $(fuzz_sources)
tests_fuzz_fuzz_proc_LDADD = $(test_libs)
tests_fuzz_fuzz_proc_LDFLAGS = $(fuzz_ldflags) \
	-Wl,--wrap=fopen,--wrap=fopen64 \
	-Wl,--wrap=vkernel_proc_list_numbers

tests_fuzz_fuzz_rtnl_SOURCES = tests/fuzz/fuzz-rtnl.c $(fuzz_sources)
tests_fuzz_fuzz_rtnl_LDADD = $(test_libs)
tests_fuzz_fuzz_rtnl_LDFLAGS = $(fuzz_ldflags) \
	-Wl,--wrap=nl_sock_fd,--wrap=nl_sock_send,--wrap=nl_sock_recv \
	-Wl,--wrap=vkernel_rtnl_recv_event

tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz-text.c $(fuzz_sources)
tests_fuzz_fuzz_text_LDADD = $(test_libs)
tests_fuzz_fuzz_text_LDFLAGS = $(fuzz_ldflags)

# This one is for the VM: see tests/system-vkernel-fuzz.at.
check_PROGRAMS += tests/fuzz/fuzz-frames
tests_fuzz_fuzz_frames_SOURCES = tests/fuzz/fuzz-frames.c

ovs_users += \
	$(tests_fuzz_fuzz_frames_OBJECTS) \
	$(tests_fuzz_fuzz_config_OBJECTS) \
	$(tests_fuzz_fuzz_marks_OBJECTS) \
	$(tests_fuzz_fuzz_offload_rx_OBJECTS) \
	$(tests_fuzz_fuzz_offload_tx_OBJECTS) \
	$(tests_fuzz_fuzz_proc_OBJECTS) \
	$(tests_fuzz_fuzz_rtnl_OBJECTS) \
	$(tests_fuzz_fuzz_text_OBJECTS)
checkpatch_files += \
	$(fuzz_packet) \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-config.c \
	tests/fuzz/fuzz-frames.c \
	tests/fuzz/fuzz-marks.c \
	tests/fuzz/fuzz-offload-rx.c \
	tests/fuzz/fuzz-offload-tx.c \
	tests/fuzz/fuzz-proc.c \
	tests/fuzz/fuzz-rtnl.c \
	tests/fuzz/fuzz-text.c \
	tests/fuzz/replay.c
EXTRA_DIST += \
	tests/fuzz/replay.c \
	tests/fuzz/run \
	tests/fuzz/seeds.py

# Inputs are bytes, not for checks of style.
dist-hook: fuzz-corpus
fuzz-corpus:
	cp -R $(srcdir)/tests/fuzz/corpus $(distdir)/tests/fuzz/
.PHONY: fuzz-corpus

# As with SANITIZE=1, OVS and DPDK are the same.
fuzzed/Makefile: config.status | $(ovs_built)
	@test ! $(srcdir) -ef . || { \
		echo "check-fuzz needs a build outside of the source folder:" \
			"make distclean, mkdir build, cd build, ../configure" >&2; \
		exit 1; }
	@rm -rf fuzzed && $(MKDIR_P) fuzzed
	@echo "Configuring in $(abs_builddir)/fuzzed, with clang and libFuzzer"
	@eval "set -- `./config.status --config`" && cd fuzzed && \
		$(abs_top_srcdir)/configure "$$@" CC='$(CLANG)' \
		--enable-fuzzers --disable-Werror \
		--with-ovs-source=$(OVS_SRCDIR) \
		--with-ovs-build=$(OVS_BUILDDIR) > configure.log 2>&1 || { \
		tail -n 20 configure.log >&2; rm -f Makefile; exit 1; }

check-fuzz: fuzzed/Makefile
	@+cd fuzzed && $(MAKE) $(AM_MAKEFLAGS) $(FUZZ_TARGETS:%=tests/fuzz/fuzz-%)
	@$(abs_srcdir)/tests/fuzz/run fuzzed/tests/fuzz \
		$(abs_srcdir)/tests/fuzz $(abs_builddir)/$(FUZZ_OUT) \
		$(FUZZ_SECONDS) $(FUZZ_TARGETS)
.PHONY: check-fuzz

clean-local: fuzz-clean
fuzz-clean:
	rm -rf fuzzed $(FUZZ_OUT)
.PHONY: fuzz-clean
