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

# Checks that run nothing of ours.  Each is a target of its own, which is silent
# if all is well.  "clang-analyze" does what "thread-safety" does, and more.
static_checks = \
	checkpatch check-rooms check-quotes cppcheck clang-analyze docs-check
static-checks:
	@status=0; \
	for check in $(static_checks); do \
	    if $(MAKE) $(AM_MAKEFLAGS) $$check; then \
	        echo "static check - $$check ok"; \
	    else \
	        echo "static check - $$check: FAILED"; \
	        status=1; \
	    fi; \
	done; \
	exit $$status
.PHONY: static-checks

# C files, and all that is distributed but for texts, which show what a terminal
# shows, and data.
c_files = $(filter %.c,$(checkpatch_files))
style_files = $(sort $(checkpatch_files) \
	$(filter-out LICENSE %.rst %.csv %.svg,$(EXTRA_DIST)))

# OVS's own check of coding style.
checkpatch:
	@cd $(srcdir) && \
	$(PYTHON3) $(OVS_SRCDIR)/utilities/checkpatch.py --quiet \
		-f $(style_files)
.PHONY: checkpatch

# The table of rooms, what includes what, what headers say, how long functions
# are.
check-rooms:
	@cd $(srcdir) && $(PYTHON3) build-aux/check-rooms $(checkpatch_files)
.PHONY: check-rooms

# What stands between quotes in messages.
check-quotes:
	@cd $(srcdir) && $(PYTHON3) build-aux/check-quotes \
		$(filter lib/% vswitchd/%,$(checkpatch_files))
.PHONY: check-quotes

# Runs the command that follows for each C file, as many at a time as there are
# CPUs.
for_each_c_file = \
	printf '%s\n' $(addprefix $(srcdir)/,$(c_files)) | \
	xargs -n 1 -P "$$(nproc)"

# How to call clang.  OVS's configure has asked gcc which warnings it knows.
CLANG = clang
clang_command = \
	$(CLANG) $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) \
	-Werror -Wno-unknown-warning-option \
	-Wthread-safety -Wthread-safety-beta

# OVS_REQUIRES, OVS_GUARDED and so on are words to clang alone.
thread-safety: | $(ovs_built)
	@$(for_each_c_file) $(clang_command) -fsyntax-only
.PHONY: thread-safety

# What "scan-build make" would find, as text instead of pages, and what
# thread-safety does.
clang-analyze: | $(ovs_built)
	@$(for_each_c_file) $(clang_command) --analyze \
		-Xclang -analyzer-werror --analyzer-output text -o /dev/null
.PHONY: clang-analyze

# Without OVS's headers, which it takes for wrong here and there, but with what
# cppcheck.cfg says of their macros.  What is suppressed is told in
# cppcheck.supp, one by one.
CPPCHECK = cppcheck
cppcheck:
	@cd $(srcdir) && $(CPPCHECK) --quiet --error-exitcode=1 --std=c11 \
		-j "$$(nproc)" --enable=warning,performance,portability \
		--library=build-aux/cppcheck.cfg \
		--suppressions-list=build-aux/cppcheck.supp \
		-Ilib -I$(abs_builddir)/lib -Itests $(c_files)
.PHONY: cppcheck

EXTRA_DIST += \
	build-aux/check-quotes \
	build-aux/check-rooms \
	build-aux/cppcheck.cfg \
	build-aux/cppcheck.supp
