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

# The unit tests: "make check TESTSUITEFLAGS=...", no root needed.
TESTSUITE_AT = \
	tests/testsuite.at \
	tests/vkernel-advice.at \
	tests/vkernel-bench.at \
	tests/vkernel-budget.at \
	tests/vkernel-build.at \
	tests/vkernel-config.at \
	tests/vkernel-datapath.at \
	tests/vkernel-device.at \
	tests/vkernel-error.at \
	tests/vkernel-fuzz.at \
	tests/vkernel-host-config.at \
	tests/vkernel-host.at \
	tests/vkernel-howto.at \
	tests/vkernel-kernel.at \
	tests/vkernel-link.at \
	tests/vkernel-netdev.at \
	tests/vkernel-offload.at \
	tests/vkernel-policer.at \
	tests/vkernel-port.at \
	tests/vkernel-prefix.at \
	tests/vkernel-printable.at \
	tests/vkernel-retry.at \
	tests/vkernel-rtnl.at \
	tests/vkernel-stall.at \
	tests/vkernel-stats.at \
	tests/vkernel-tap.at \
	tests/vkernel-worker.at
TESTSUITE = tests/testsuite

EXTRA_DIST += \
	$(TESTSUITE_AT) \
	tests/atlocal.in \
	tests/package.m4.in \
	tests/vkernel-howto.py \
	tests/vkernel-output.py \
	tests/vkernel-printable.py
DISTCLEANFILES += tests/atconfig

# The programs that the unit tests run.  Some put functions of their own below
# the code that they test, with the linker's --wrap.
check_PROGRAMS += \
	tests/test-vkernel \
	tests/test-vkernel-datapath \
	tests/test-vkernel-device \
	tests/test-vkernel-host \
	tests/test-vkernel-netdev \
	tests/test-vkernel-netlink \
	tests/test-vkernel-offload \
	tests/test-vkernel-policer \
	tests/test-vkernel-port \
	tests/test-vkernel-tap \
	tests/test-vkernel-worker

test_lib = tests/vkernel-testlib.c tests/vkernel-testlib.h
test_kernel = tests/vkernel-testkernel.c tests/vkernel-testkernel.h
test_dpdk = tests/vkernel-testdpdk.c tests/vkernel-testdpdk.h
test_libs = \
	lib/libvkernel.la \
	$(OVS_BUILDDIR)/lib/libsflow.la \
	$(OVS_BUILDDIR)/lib/libopenvswitch.la \
	$(VKERNEL_DPDK_LIBS) \
	$(OVS_LIBS)
test_ldflags = $(AM_LDFLAGS) $(OVS_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free \
	-Wl,--wrap=posix_memalign

tests_test_vkernel_SOURCES = tests/test-vkernel.c $(test_lib)
tests_test_vkernel_LDADD = $(test_libs)
tests_test_vkernel_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=access \
	-Wl,--wrap=time_msec

tests_test_vkernel_datapath_SOURCES = \
	tests/test-vkernel-datapath.c \
	$(test_dpdk) \
	$(test_lib)
tests_test_vkernel_datapath_LDADD = $(test_libs)
tests_test_vkernel_datapath_LDFLAGS = $(test_ldflags)

tests_test_vkernel_device_SOURCES = tests/test-vkernel-device.c $(test_lib)
tests_test_vkernel_device_LDADD = $(test_libs)
tests_test_vkernel_device_LDFLAGS = $(test_ldflags)

tests_test_vkernel_host_SOURCES = \
	tests/test-vkernel-host.c \
	$(test_kernel) \
	$(test_lib)
tests_test_vkernel_host_LDADD = $(test_libs)
tests_test_vkernel_host_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=clock_gettime,--wrap=time_msec

tests_test_vkernel_netdev_SOURCES = \
	tests/test-vkernel-netdev.c \
	$(test_kernel) \
	$(test_lib)
tests_test_vkernel_netdev_LDADD = $(test_libs)
tests_test_vkernel_netdev_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=dpdk_available

tests_test_vkernel_netlink_SOURCES = \
	tests/test-vkernel-netlink.c \
	$(test_kernel) \
	$(test_lib)
tests_test_vkernel_netlink_LDADD = $(test_libs)
tests_test_vkernel_netlink_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=nl_sock_fd,--wrap=nl_sock_send,--wrap=nl_sock_recv

tests_test_vkernel_offload_SOURCES = tests/test-vkernel-offload.c $(test_lib)
tests_test_vkernel_offload_LDADD = $(test_libs)
tests_test_vkernel_offload_LDFLAGS = $(test_ldflags)

tests_test_vkernel_policer_SOURCES = \
	tests/test-vkernel-policer.c \
	$(test_dpdk) \
	$(test_lib)
tests_test_vkernel_policer_LDADD = $(test_libs)
tests_test_vkernel_policer_LDFLAGS = $(test_ldflags)

tests_test_vkernel_port_SOURCES = tests/test-vkernel-port.c $(test_lib)
tests_test_vkernel_port_LDADD = $(test_libs)
tests_test_vkernel_port_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=access \
	-Wl,--wrap=open,--wrap=open64 \
	-Wl,--wrap=fstat,--wrap=fstat64 \
	-Wl,--wrap=rte_eth_dev_close \
	-Wl,--wrap=rte_eth_dev_configure \
	-Wl,--wrap=rte_eth_dev_default_mac_addr_set \
	-Wl,--wrap=rte_eth_dev_get_port_by_name \
	-Wl,--wrap=rte_eth_dev_info_get \
	-Wl,--wrap=rte_eth_dev_start \
	-Wl,--wrap=rte_eth_dev_stop \
	-Wl,--wrap=rte_eth_rx_queue_setup \
	-Wl,--wrap=rte_eth_stats_get \
	-Wl,--wrap=rte_eth_tx_queue_setup \
	-Wl,--wrap=rte_eth_xstats_get \
	-Wl,--wrap=rte_eth_xstats_get_names \
	-Wl,--wrap=rte_vdev_init \
	-Wl,--wrap=rte_vdev_uninit \
	-Wl,--wrap=vkernel_module_advise

tests_test_vkernel_tap_SOURCES = tests/test-vkernel-tap.c $(test_lib)
tests_test_vkernel_tap_LDADD = $(test_libs)
tests_test_vkernel_tap_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=vkernel_link_get,--wrap=vkernel_netns_enter_private \
	-Wl,--wrap=vkernel_rtnl_dump,--wrap=vkernel_watch_open

tests_test_vkernel_worker_SOURCES = tests/test-vkernel-worker.c $(test_lib)
tests_test_vkernel_worker_LDADD = $(test_libs)
tests_test_vkernel_worker_LDFLAGS = $(test_ldflags) \
	-Wl,--wrap=ioctl,--wrap=sched_setaffinity,--wrap=time_msec

ovs_users += \
	$(tests_test_vkernel_OBJECTS) \
	$(tests_test_vkernel_datapath_OBJECTS) \
	$(tests_test_vkernel_device_OBJECTS) \
	$(tests_test_vkernel_host_OBJECTS) \
	$(tests_test_vkernel_netdev_OBJECTS) \
	$(tests_test_vkernel_netlink_OBJECTS) \
	$(tests_test_vkernel_offload_OBJECTS) \
	$(tests_test_vkernel_policer_OBJECTS) \
	$(tests_test_vkernel_port_OBJECTS) \
	$(tests_test_vkernel_tap_OBJECTS) \
	$(tests_test_vkernel_worker_OBJECTS)
checkpatch_files += \
	$(tests_test_vkernel_SOURCES) \
	$(test_dpdk) \
	$(test_kernel) \
	tests/test-vkernel-datapath.c \
	tests/test-vkernel-device.c \
	tests/test-vkernel-host.c \
	tests/test-vkernel-netdev.c \
	tests/test-vkernel-netlink.c \
	tests/test-vkernel-offload.c \
	tests/test-vkernel-policer.c \
	tests/test-vkernel-port.c \
	tests/test-vkernel-tap.c \
	tests/test-vkernel-worker.c

# A suite may include OVS's macros from its source, tests/ovs-macros.at for one,
# and so it is neither kept in git nor distributed.
AUTOTEST = $(AUTOM4TE) --language=autotest
$(TESTSUITE): $(TESTSUITE_AT) tests/package.m4
	$(AM_V_GEN)$(AUTOTEST) -I tests -I $(srcdir) -I $(OVS_SRCDIR)/tests \
		-o $@.tmp $(srcdir)/tests/testsuite.at && mv $@.tmp $@

# Where the tests find programs, before PATH.
AUTOTEST_PATH = vswitchd:tests:tests/bench

check-local: check-unit$(SANITIZE:%=-sanitized)
check-unit: $(TESTSUITE) $(sbin_PROGRAMS) $(check_PROGRAMS)
	$(SHELL) '$(TESTSUITE)' -C tests AUTOTEST_PATH='$(AUTOTEST_PATH)' \
		$(TESTSUITEFLAGS)
check-unit-sanitized: sanitized/Makefile
	+$(sanitized_make) check
.PHONY: check-unit check-unit-sanitized

# "--clean" removes what a run of the suite leaves.
clean-local:
	test ! -f '$(TESTSUITE)' || $(SHELL) '$(TESTSUITE)' -C tests --clean
	rm -f '$(TESTSUITE)'

include tests/fuzz.mk
include tests/system.mk
include tests/bench.mk
include tests/upstream.mk
