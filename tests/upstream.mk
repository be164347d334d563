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

# Open vSwitch's own tests, taken from its source, in place.
#
# "make check-upstream" runs its suite of traffic on ports of type dpdkvkernel,
# here if this machine has vhost-net and root runs it, else in a VM.
# "make check-upstream-unit" runs those of its unit tests that start the daemon,
# with ours.  CHECK_UPSTREAM_FLAGS are options of tests/vm/run, TESTSUITEFLAGS
# those of the suite: for instance
#
#     make check-upstream TESTSUITEFLAGS='-k vlan'
#
# UPSTREAM_DAEMONS='vkernel stock' runs either suite with dpdkvkernel, and then
# once more as it is, with the same Open vSwitch without dpdkvkernel.  With
# RECHECK=no, what failed does not run again.  "make check-upstream-quick" runs
# the tests named in tests/upstream/quick.
#
# Logs, and all of a failed test's, are then in UPSTREAM_OUT.
# "make upstream-record" puts the results into Documentation/topics/upstream.csv
# and "make upstream-publish" from there into Documentation/topics/testing.rst.
UPSTREAM_DAEMONS = vkernel
RECHECK = yes
UPSTREAM_OUT = tests/upstream-out

upstream_at = \
	tests/upstream/stock-traffic.at \
	tests/upstream/vkernel-macros.at \
	tests/upstream/vkernel-traffic.at

# One folder for each suite, and its name is theirs: Open vSwitch's tests look at
# all logs beside them but testsuite.log.
upstream_traffic = \
	tests/upstream/stock-traffic/testsuite \
	tests/upstream/vkernel-traffic/testsuite
upstream_unit = \
	tests/upstream/stock-unit/testsuite \
	tests/upstream/vkernel-unit/testsuite

EXTRA_DIST += \
	$(upstream_at) \
	tests/upstream/atlocal.in \
	tests/upstream/bin/tcpdump \
	tests/upstream/quick \
	tests/upstream/reasons \
	tests/upstream/report.py \
	tests/upstream/run
DISTCLEANFILES += tests/upstream/atconfig

# Open vSwitch's daemon without dpdkvkernel, for comparison.
EXTRA_PROGRAMS += tests/upstream/stock/ovs-vswitchd
tests_upstream_stock_ovs_vswitchd_SOURCES =
tests_upstream_stock_ovs_vswitchd_LDADD = \
	$(ovs_vswitchd_objects) \
	$(ovs_libs) \
	$(VKERNEL_DPDK_LIBS) \
	$(OVS_LIBS)
tests_upstream_stock_ovs_vswitchd_LDFLAGS = $(AM_LDFLAGS) $(OVS_LDFLAGS)
CLEANFILES += tests/upstream/stock/ovs-vswitchd

upstream_daemons = $(sbin_PROGRAMS) $(if $(filter stock,$(UPSTREAM_DAEMONS)),tests/upstream/stock/ovs-vswitchd)

upstream_suite = \
	$(MKDIR_P) $(@D) && \
	echo '. ../atconfig' > $(@D)/atconfig && \
	echo '. ../atlocal' > $(@D)/atlocal && \
	$(AUTOTEST) -I tests -I $(srcdir) -I $(OVS_SRCDIR) -o $@.tmp
$(upstream_traffic): $(upstream_at) tests/system-vkernel-macros.at \
		tests/package.m4 tests/upstream/atlocal
	$(AM_V_GEN)$(upstream_suite) $(srcdir)/$(@D).at && mv $@.tmp $@
$(upstream_unit): tests/package.m4 tests/upstream/atlocal
	$(AM_V_GEN)$(upstream_suite) $(OVS_SRCDIR)/tests/testsuite.at && \
	mv $@.tmp $@

# Where the tests find programs, after the daemon and before PATH.
upstream_path = $(OVS_BUILDDIR)/utilities:$(OVS_BUILDDIR)/ovsdb:$(OVS_BUILDDIR)/vtep:$(OVS_BUILDDIR)/tests:$(OVS_SRCDIR)/utilities:$(OVS_SRCDIR)/tests

upstream_report = $(PYTHON3) $(srcdir)/tests/upstream/report.py
upstream_ovs = --ovs $(OVS_VERSION) --source $(OVS_SRCDIR)
upstream_csv = $(srcdir)/Documentation/topics/upstream.csv

# What tests/vm/run says of the run itself, 124 and more, stands; what failed in
# the suite is for the report to judge.  The limit of time is for a slow machine:
# forty minutes for each daemon are usual.
check-upstream: $(upstream_traffic) tests/system-vkernel.db $(upstream_daemons)
	rm -rf $(UPSTREAM_OUT)/*-traffic
	$(srcdir)/tests/vm/run --timeout 9000 $(CHECK_UPSTREAM_FLAGS) \
		--out $(UPSTREAM_OUT) --env RECHECK=$(RECHECK) \
		$(UPSTREAM_DAEMONS:%=--collect tests/upstream/%-traffic) \
		-- $(srcdir)/tests/upstream/run '$(upstream_path)' \
		$(UPSTREAM_DAEMONS:%=%-traffic) -- $(TESTSUITEFLAGS) -j1 || \
	test $$? = 1
	@$(upstream_report) verdict $(upstream_ovs) $(UPSTREAM_OUT)/*-traffic

check-upstream-quick:
	$(MAKE) check-upstream TESTSUITEFLAGS='--quick $(TESTSUITEFLAGS)'

# What the unit tests run besides, of which Debian has no package.
upstream_tools = \
	$(OVS_BUILDDIR)/tests/ovstest \
	$(OVS_BUILDDIR)/utilities/ovs-testcontroller
if OVS_BUILT_HERE
$(OVS_BUILDDIR)/tests/ovstest: | $(ovs_built)
	+@MAKE="$(MAKE)" $(SHELL) $(srcdir)/build-aux/ovs-tree build-tests ovs
$(OVS_BUILDDIR)/utilities/ovs-testcontroller: | $(OVS_BUILDDIR)/tests/ovstest ;
endif

check-upstream-unit: $(upstream_unit) $(upstream_daemons) $(upstream_tools)
	rm -rf $(UPSTREAM_OUT)/*-unit
	RECHECK=$(RECHECK) $(srcdir)/tests/upstream/run '$(upstream_path)' \
		$(UPSTREAM_DAEMONS:%=%-unit) -- $(TESTSUITEFLAGS) || :
	$(MKDIR_P) $(UPSTREAM_OUT)
	cp -R -p $(UPSTREAM_DAEMONS:%=tests/upstream/%-unit) $(UPSTREAM_OUT)
	@$(upstream_report) verdict $(upstream_ovs) $(UPSTREAM_OUT)/*-unit

upstream-record:
	$(upstream_report) record $(upstream_ovs) $(upstream_csv) \
		$(UPSTREAM_OUT)/*-traffic $(UPSTREAM_OUT)/*-unit
upstream-publish:
	$(upstream_report) publish $(upstream_csv) \
		$(srcdir)/Documentation/topics/testing.rst
.PHONY: check-upstream check-upstream-quick check-upstream-unit \
	upstream-record upstream-publish

# Whatever a run of the suites leaves is in their folders.
mostlyclean-local: upstream-mostlyclean
upstream-mostlyclean:
	for suite in $(upstream_traffic) $(upstream_unit); do \
		rm -rf "$${suite%/*}"; \
	done
	rm -rf $(UPSTREAM_OUT)
.PHONY: upstream-mostlyclean
