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

# The parts of Open vSwitch that dpdkvkernel and its tests need.  ovs-tree runs
# make with this file in OVS's build folder.

include Makefile

# Only "make all" generates OVS's headers before it compiles, so it is done
# here, and only then the rest.
dpdkvkernel-parts: $(BUILT_SOURCES)
	$(MAKE) lib/libopenvswitch.la lib/libsflow.la ofproto/libofproto.la \
		vswitchd/bridge.o vswitchd/ovs-vswitchd.o \
		vswitchd/system-stats.o
.PHONY: dpdkvkernel-parts

# What Open vSwitch's own unit tests run besides the daemon, and Debian's package
# of it does not have.
dpdkvkernel-test-parts: dpdkvkernel-parts
	$(MAKE) tests/ovstest utilities/ovs-testcontroller
.PHONY: dpdkvkernel-test-parts
