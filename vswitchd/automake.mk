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

# OVS's own daemon, with our constructor.  vkernel-init.c has to be a source of
# the program: nothing refers to it, so the linker would not take it out of an
# archive.
sbin_PROGRAMS += vswitchd/ovs-vswitchd
vswitchd_ovs_vswitchd_SOURCES = \
	vswitchd/vkernel-bridge.c \
	vswitchd/vkernel-bridge.h \
	vswitchd/vkernel-init.c \
	vswitchd/vkernel-output.c \
	vswitchd/vkernel-router.c \
	vswitchd/vkernel-send.c
vswitchd_ovs_vswitchd_LDADD = \
	$(ovs_vswitchd_objects) \
	lib/libvkernel.la \
	$(ovs_libs) \
	$(VKERNEL_DPDK_LIBS) \
	$(OVS_LIBS)
vswitchd_ovs_vswitchd_LDFLAGS = $(AM_LDFLAGS) $(OVS_LDFLAGS) \
	-Wl,--wrap=bridge_exit \
	-Wl,--wrap=dp_packet_ol_send_prepare \
	-Wl,--wrap=netdev_push_header \
	-Wl,--wrap=netdev_send \
	-Wl,--wrap=netdev_set_config \
	-Wl,--wrap=jsonrpc_send \
	-Wl,--wrap=ovs_get_program_version \
	-Wl,--wrap=ovs_print_version \
	-Wl,--wrap=ovs_router_insert \
	-Wl,--wrap=ovsdb_idl_create \
	-Wl,--wrap=ovsdb_idl_txn_write \
	-Wl,--wrap=ovsdb_idl_txn_write_partial_map \
	-Wl,--wrap=ovsdb_idl_txn_write_partial_set \
	-Wl,--wrap=ovsrec_interface_set_error \
	-Wl,--wrap=vlog \
	-Wl,--wrap=vlog_abort \
	-Wl,--wrap=vlog_fatal \
	-Wl,--wrap=vlog_rate_limit \
	-Wl,--wrap=vlog_valist

ovs_users += $(vswitchd_ovs_vswitchd_OBJECTS)
checkpatch_files += $(vswitchd_ovs_vswitchd_SOURCES)
