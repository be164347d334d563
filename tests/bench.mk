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

# The benchmark: "make bench", here if this machine has vhost-net and root runs
# it, else in a VM.  BENCH_FLAGS are options of "bench.py run", BENCH_VM_FLAGS
# those of tests/vm/run: for instance
#
#     make bench BENCH_FLAGS='--quick --systems vkernel-tso,veth'
#
# Its results are then in BENCH_OUT.  "make bench-publish" puts them into
# Documentation/topics/performance.rst.
BENCH_OUT = tests/bench-out

EXTRA_DIST += \
	tests/bench/bars.py \
	tests/bench/bench.py \
	tests/bench/chart.py \
	tests/bench/machine.py \
	tests/bench/meter.py \
	tests/bench/network.py \
	tests/bench/placement.py \
	tests/bench/ports.py \
	tests/bench/proc.py \
	tests/bench/program.py \
	tests/bench/report.py \
	tests/bench/samples.py \
	tests/bench/steering.py \
	tests/bench/system.py \
	tests/bench/vswitch.py \
	tests/bench/work.py

# Built by "make check" too, lest they rot.
check_PROGRAMS += \
	tests/bench/bench-steps \
	tests/bench/bench-traffic
tests_bench_bench_steps_SOURCES = tests/bench/bench-steps.c
tests_bench_bench_traffic_SOURCES = tests/bench/bench-traffic.c
ovs_users += \
	$(tests_bench_bench_steps_OBJECTS) \
	$(tests_bench_bench_traffic_OBJECTS)
checkpatch_files += \
	tests/bench/bench-steps.c \
	tests/bench/bench-traffic.c

# The micro-benchmark of the fast path, which needs neither root nor vhost-net.
check_PROGRAMS += tests/bench/bench-fastpath
tests_bench_bench_fastpath_SOURCES = \
	tests/bench/bench-fastpath.c \
	tests/bench/instructions.c \
	tests/bench/instructions.h \
	$(test_dpdk)
tests_bench_bench_fastpath_LDADD = $(test_libs)
tests_bench_bench_fastpath_LDFLAGS = $(AM_LDFLAGS) $(OVS_LDFLAGS) \
	-Wl,--wrap=memcpy,--wrap=memmove,--wrap=memset
ovs_users += $(tests_bench_bench_fastpath_OBJECTS)
checkpatch_files += \
	tests/bench/bench-fastpath.c \
	tests/bench/instructions.c \
	tests/bench/instructions.h

bench-fastpath: tests/bench/bench-fastpath
	@tests/bench/bench-fastpath
.PHONY: bench-fastpath

# What was done before the time was up is reported, too.
bench: $(sbin_PROGRAMS) tests/bench/bench-steps tests/bench/bench-traffic
	@rm -f $(BENCH_OUT)/results.* $(BENCH_OUT)/facts.json
	@status=0; \
	$(srcdir)/tests/vm/run --timeout 4500 --memory 6144 --hugepages 1536 \
		$(BENCH_VM_FLAGS) --out $(BENCH_OUT) -- \
		$(PYTHON3) $(srcdir)/tests/bench/bench.py run \
		--output $(BENCH_OUT) \
		--vswitchd vswitchd/ovs-vswitchd \
		--traffic tests/bench/bench-traffic \
		--steps tests/bench/bench-steps \
		--schema $(OVS_SRCDIR)/vswitchd/vswitch.ovsschema \
		--release '$(VERSION)' \
		--host "$$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | \
			   head -n 1), $$(nproc) CPUs" \
		--command "make bench$(if $(BENCH_FLAGS), BENCH_FLAGS='$(BENCH_FLAGS)')" \
		$(BENCH_FLAGS) || status=$$?; \
	test ! -e $(BENCH_OUT)/results.csv || \
	$(PYTHON3) $(srcdir)/tests/bench/bench.py report \
		--output $(BENCH_OUT) || status=$$?; \
	exit $$status

# How many ports one Open vSwitch carries.  Debian's DPDK has room for 32 in
# all; Documentation/topics/performance.rst tells how to have more.
bench-ports:
	$(MAKE) bench BENCH_OUT=tests/bench-ports-out \
		BENCH_FLAGS='--works ports --systems vkernel --rounds 1 $(BENCH_FLAGS)'

bench-publish:
	$(PYTHON3) $(srcdir)/tests/bench/bench.py publish \
		--output $(BENCH_OUT) \
		$(srcdir)/Documentation/topics/performance.rst
.PHONY: bench bench-ports bench-publish

# "clean" removes what a run leaves.
clean-local: bench-clean
bench-clean:
	rm -rf $(BENCH_OUT) tests/bench-ports-out
.PHONY: bench-clean
