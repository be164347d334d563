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

noinst_LTLIBRARIES += lib/libvkernel.la
lib_libvkernel_la_SOURCES = \
	lib/netdev-dpdkvkernel-affinity.c \
	lib/netdev-dpdkvkernel-carrier.c \
	lib/netdev-dpdkvkernel-change.c \
	lib/netdev-dpdkvkernel-link.c \
	lib/netdev-dpdkvkernel-name.c \
	lib/netdev-dpdkvkernel-place.c \
	lib/netdev-dpdkvkernel-private.h \
	lib/netdev-dpdkvkernel-qos.c \
	lib/netdev-dpdkvkernel-query.c \
	lib/netdev-dpdkvkernel-unixctl.c \
	lib/netdev-dpdkvkernel-unixctl.h \
	lib/netdev-dpdkvkernel-worker.c \
	lib/netdev-dpdkvkernel.c \
	lib/netdev-dpdkvkernel.h \
	lib/vkernel-addr.c \
	lib/vkernel-addr.h \
	lib/vkernel-anchor.c \
	lib/vkernel-anchor.h \
	lib/vkernel-budget.c \
	lib/vkernel-budget.h \
	lib/vkernel-buffers.c \
	lib/vkernel-buffers.h \
	lib/vkernel-compat.h \
	lib/vkernel-config.c \
	lib/vkernel-config.h \
	lib/vkernel-cpus.c \
	lib/vkernel-cpus.h \
	lib/vkernel-csum.c \
	lib/vkernel-csum.h \
	lib/vkernel-device.c \
	lib/vkernel-device.h \
	lib/vkernel-error.c \
	lib/vkernel-error.h \
	lib/vkernel-ethtool.c \
	lib/vkernel-ethtool.h \
	lib/vkernel-headers.c \
	lib/vkernel-headers.h \
	lib/vkernel-home.c \
	lib/vkernel-home.h \
	lib/vkernel-host-config-inet.c \
	lib/vkernel-host-config-parse.c \
	lib/vkernel-host-config-private.h \
	lib/vkernel-host-config.c \
	lib/vkernel-host-config.h \
	lib/vkernel-host-device.c \
	lib/vkernel-host-inet.c \
	lib/vkernel-host-plan.c \
	lib/vkernel-host-plan.h \
	lib/vkernel-host-private.h \
	lib/vkernel-host.c \
	lib/vkernel-host.h \
	lib/vkernel-hugepages.c \
	lib/vkernel-hugepages.h \
	lib/vkernel-link.c \
	lib/vkernel-link.h \
	lib/vkernel-marks.c \
	lib/vkernel-marks.h \
	lib/vkernel-mempool.c \
	lib/vkernel-mempool.h \
	lib/vkernel-module.c \
	lib/vkernel-module.h \
	lib/vkernel-netns.c \
	lib/vkernel-netns.h \
	lib/vkernel-offload.c \
	lib/vkernel-offload.h \
	lib/vkernel-orphan.c \
	lib/vkernel-orphan.h \
	lib/vkernel-path.c \
	lib/vkernel-path.h \
	lib/vkernel-policer-config.c \
	lib/vkernel-policer-config.h \
	lib/vkernel-policer.c \
	lib/vkernel-policer.h \
	lib/vkernel-port.c \
	lib/vkernel-port.h \
	lib/vkernel-prefix.c \
	lib/vkernel-prefix.h \
	lib/vkernel-private.c \
	lib/vkernel-private.h \
	lib/vkernel-printable-data.c \
	lib/vkernel-printable-data.h \
	lib/vkernel-printable.c \
	lib/vkernel-printable.h \
	lib/vkernel-proc.c \
	lib/vkernel-proc.h \
	lib/vkernel-record.c \
	lib/vkernel-record.h \
	lib/vkernel-retry.c \
	lib/vkernel-retry.h \
	lib/vkernel-route.c \
	lib/vkernel-route.h \
	lib/vkernel-rtnl.c \
	lib/vkernel-rtnl.h \
	lib/vkernel-rx.c \
	lib/vkernel-rx.h \
	lib/vkernel-stall.c \
	lib/vkernel-stall.h \
	lib/vkernel-stats.c \
	lib/vkernel-stats.h \
	lib/vkernel-sysctl.c \
	lib/vkernel-sysctl.h \
	lib/vkernel-tap.c \
	lib/vkernel-tap.h \
	lib/vkernel-text.c \
	lib/vkernel-text.h \
	lib/vkernel-token.c \
	lib/vkernel-token.h \
	lib/vkernel-tx.c \
	lib/vkernel-tx.h \
	lib/vkernel-version.c \
	lib/vkernel-version.h \
	lib/vkernel-watch.c \
	lib/vkernel-watch.h \
	lib/vkernel-worker.c \
	lib/vkernel-worker.h
EXTRA_DIST += lib/vkernel-probes.h.in

ovs_users += $(lib_libvkernel_la_OBJECTS)
checkpatch_files += $(lib_libvkernel_la_SOURCES)
