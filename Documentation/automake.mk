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

DOC_SOURCE = \
	CONTRIBUTING.rst \
	README.rst \
	Documentation/howto/exception-path.rst \
	Documentation/howto/first-port.rst \
	Documentation/howto/host-side.rst \
	Documentation/howto/ovn.rst \
	Documentation/howto/persistence.rst \
	Documentation/howto/pinning.rst \
	Documentation/howto/routing-daemons.rst \
	Documentation/intro/install.rst \
	Documentation/ref/dpdkvkernel.7.rst \
	Documentation/topics/compatibility.rst \
	Documentation/topics/design.rst \
	Documentation/topics/performance.rst \
	Documentation/topics/security.rst \
	Documentation/topics/testing.rst
EXTRA_DIST += \
	$(DOC_SOURCE) \
	Documentation/topics/performance.csv \
	Documentation/topics/performance.svg \
	Documentation/topics/upstream.csv

# Manual pages are made of their .rst, where docutils are there to do it.
DOC_MANS = Documentation/ref/dpdkvkernel.7
if HAVE_RST2MAN
man_MANS += $(DOC_MANS)
else
all-local: no-manual-pages
no-manual-pages:
	@echo "Without python3-docutils, no manual page:" \
		"read Documentation/ref/dpdkvkernel.7.rst instead"
endif
.PHONY: no-manual-pages
CLEANFILES += $(DOC_MANS)

# configure writes the Makefile anew when the version changes.
Documentation/ref/dpdkvkernel.7: Documentation/ref/dpdkvkernel.7.rst Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed 's/@VERSION[@]/$(VERSION)/' $(srcdir)/$@.rst > $@.tmp && \
	$(RST2MAN) $@.tmp $@ && rm -f $@.tmp

# Finds mistakes of syntax in the texts.  (A manual page cannot have images.)
docs-check:
	@for text in $(DOC_SOURCE); do \
	    sed '/^\.\. image::/d' $(srcdir)/$$text | \
	    $(RST2MAN) --halt=2 - /dev/null || { echo $$text; exit 1; }; \
	done
.PHONY: docs-check
