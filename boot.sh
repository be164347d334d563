#!/bin/sh
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

# Makes ./configure and the Makefile.in that it needs.  Run it once after
# "git clone", and again whenever the build system has changed too much for
# "make" to follow.
#
# No autoheader: lib/vkernel-probes.h.in is written by hand.  The usual
# generated template would define PACKAGE_NAME and so on, which are OVS's.

set -e
cd "$(dirname "$0")"
AUTOHEADER=true autoreconf --install --force
touch lib/vkernel-probes.h.in
