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

# The system tests: "make check-system", here if this machine has vhost-net and
# root runs it, else in a VM.  CHECK_SYSTEM_FLAGS are options of tests/vm/run,
# TESTSUITEFLAGS those of the suite: for instance
#
#     make check-system CHECK_SYSTEM_FLAGS=--vm TESTSUITEFLAGS='-k errors'
#
# Its log, and all of a failed test's, are then in tests/system-vkernel-out.
SYSTEM_TESTSUITE_AT = \
	tests/system-vkernel-testsuite.at \
	tests/system-vkernel-macros.at \
	tests/system-vkernel-errors.at \
	tests/system-vkernel-frr.at \
	tests/system-vkernel-fuzz.at \
	tests/system-vkernel-heal.at \
	tests/system-vkernel-host.at \
	tests/system-vkernel-howto.at \
	tests/system-vkernel-leak.at \
	tests/system-vkernel-ledger.at \
	tests/system-vkernel-lifecycle.at \
	tests/system-vkernel-link.at \
	tests/system-vkernel-names.at \
	tests/system-vkernel-nic.at \
	tests/system-vkernel-noise.at \
	tests/system-vkernel-offload.at \
	tests/system-vkernel-ovn.at \
	tests/system-vkernel-persist.at \
	tests/system-vkernel-policer.at \
	tests/system-vkernel-privileges.at \
	tests/system-vkernel-queues.at \
	tests/system-vkernel-safety.at \
	tests/system-vkernel-text.at \
	tests/system-vkernel-traffic.at \
	tests/system-vkernel-worker.at \
	tests/vkernel-kernel.at \
	tests/vkernel-tap.at
SYSTEM_TESTSUITE = tests/system-vkernel-testsuite
SYSTEM_TESTSUITE_OUT = tests/system-vkernel-out

EXTRA_DIST += \
	$(SYSTEM_TESTSUITE_AT) \
	tests/matrix/run \
	tests/matrix/tree.sh \
	tests/vkernel-net.py \
	tests/vkernel-text.py \
	tests/vkernel-noise.py \
	tests/vm/guest-core \
	tests/vm/guest-init \
	tests/vm/guest-main \
	tests/vm/initramfs.sh \
	tests/vm/kernel.sh \
	tests/vm/native.sh \
	tests/vm/qemu.sh \
	tests/vm/run \
	tests/vm/selftest \
	tests/vm/selftest-shell \
	tests/vm/verdict.sh
CLEANFILES += tests/system-vkernel.db

# OVS's macros are taken from its source, in place.
$(SYSTEM_TESTSUITE): $(SYSTEM_TESTSUITE_AT) tests/package.m4
	$(AM_V_GEN)$(AUTOTEST) -I tests -I $(srcdir) -I $(OVS_SRCDIR) \
		-o $@.tmp $(srcdir)/tests/system-vkernel-testsuite.at && \
	mv $@.tmp $@

# An empty database, for making one takes a second or two in the VM, and each
# test needs it.
tests/system-vkernel.db: $(OVS_SRCDIR)/vswitchd/vswitch.ovsschema
	$(AM_V_GEN)rm -f $@.tmp && \
	ovsdb-tool create $@.tmp $(OVS_SRCDIR)/vswitchd/vswitch.ovsschema && \
	rm -f tests/.system-vkernel.db.tmp.~lock~ && mv $@.tmp $@

# The limit of time is for a slow machine: a quarter of an hour is usual.
check-system: check-vkernel$(SANITIZE:%=-sanitized)
check-vkernel: $(SYSTEM_TESTSUITE) tests/system-vkernel.db $(sbin_PROGRAMS) \
		tests/fuzz/fuzz-frames \
		tests/test-vkernel tests/test-vkernel-host \
		tests/test-vkernel-netlink \
		tests/test-vkernel-tap \
		tests/test-vkernel-worker
	rm -rf $(SYSTEM_TESTSUITE_OUT)/system-vkernel-testsuite.*
	$(srcdir)/tests/vm/run --timeout 3900 --nic --nic \
		$(CHECK_SYSTEM_FLAGS) \
		--out $(SYSTEM_TESTSUITE_OUT) \
		--collect $(SYSTEM_TESTSUITE).log \
		--collect $(SYSTEM_TESTSUITE).dir \
		-- $(SHELL) '$(SYSTEM_TESTSUITE)' -C tests \
		AUTOTEST_PATH='$(AUTOTEST_PATH)' $(TESTSUITEFLAGS) -j1
check-vkernel-sanitized: sanitized/Makefile
	+$(sanitized_make) check-system
.PHONY: check-system check-vkernel check-vkernel-sanitized

# All of it in trees of several releases, RELEASES of these: see
# tests/matrix/run.
check-matrix:
	TESTSUITEFLAGS='$(TESTSUITEFLAGS)' $(srcdir)/tests/matrix/run $(RELEASES)
.PHONY: check-matrix

# "--clean" removes what a run of the suite leaves.
mostlyclean-local:
	test ! -f '$(SYSTEM_TESTSUITE)' || \
		$(SHELL) '$(SYSTEM_TESTSUITE)' -C tests --clean
	rm -rf '$(SYSTEM_TESTSUITE)' $(SYSTEM_TESTSUITE_OUT)
