dnl Copyright (c) 2026 The dpdkvkernel Authors.
dnl
dnl Licensed under the Apache License, Version 2.0 (the "License");
dnl you may not use this file except in compliance with the License.
dnl You may obtain a copy of the License at:
dnl
dnl     http://www.apache.org/licenses/LICENSE-2.0
dnl
dnl Unless required by applicable law or agreed to in writing, software
dnl distributed under the License is distributed on an "AS IS" BASIS,
dnl WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
dnl See the License for the specific language governing permissions and
dnl limitations under the License.

dnl Where Open vSwitch and DPDK are, and how to compile and link with them.
dnl
dnl There is always a configured OVS build folder: the user's own, or the one
dnl that build-aux/ovs-tree makes of Debian's openvswitch-source.  What
dnl configure needs to know, it reads there, so that our objects and OVS's
dnl cannot disagree.

dnl VKERNEL_OVS_SUBST(VARIABLE, OVS_VARIABLE)
dnl
dnl Substitutes VARIABLE with the value that OVS's configure gave to
dnl OVS_VARIABLE.
AC_DEFUN([VKERNEL_OVS_SUBST],
  [$1=`AS_ECHO(['@$2@']) | "$OVS_BUILDDIR/config.status" -q --file=-`
   AC_SUBST([$1])])

dnl VKERNEL_CHECK_OVS
dnl
dnl Handles --with-ovs-source and --with-ovs-build.  Substitutes OVS_SRCDIR,
dnl OVS_BUILDDIR, OVS_VERSION and OVS's flags.  The conditional OVS_BUILT_HERE
dnl tells whether "make" has to build OVS.
AC_DEFUN([VKERNEL_CHECK_OVS],
  [AC_ARG_WITH([ovs-source],
     [AS_HELP_STRING([--with-ovs-source=DIR],
        [Open vSwitch source (default: what Debian's openvswitch-source has,
         built by "make")])],
     [], [with_ovs_source=no])
   AC_ARG_WITH([ovs-build],
     [AS_HELP_STRING([--with-ovs-build=DIR],
        [folder where that Open vSwitch was built, with DPDK])],
     [], [with_ovs_build=no])

   AC_PATH_TOOL([PKG_CONFIG], [pkg-config])
   DPDK_VERSION=`test -z "$PKG_CONFIG" ||
                 $PKG_CONFIG --modversion libdpdk 2> /dev/null`
   AS_CASE([$with_ovs_source:$with_ovs_build],
     [no:no], [VKERNEL_OVS_PACKAGED],
     [*:no], [VKERNEL_OVS_IN_SOURCE],
     [VKERNEL_OVS_GIVEN])
   AM_CONDITIONAL([OVS_BUILT_HERE],
     [test "$with_ovs_source:$with_ovs_build" = no:no])

   AC_MSG_CHECKING([for Open vSwitch])
   OVS_VERSION=`sed -n ['s/^#define PACKAGE_VERSION "\(.*\)"/\1/p'] \
                    "$OVS_BUILDDIR/config.h"`
   AC_MSG_RESULT([$OVS_VERSION, source $OVS_SRCDIR, build $OVS_BUILDDIR])
   AS_IF([grep '^#define DPDK_NETDEV 1' "$OVS_BUILDDIR/config.h" >/dev/null],
     [],
     [AC_MSG_ERROR(m4_normalize([the Open vSwitch in $OVS_BUILDDIR is built
        without DPDK: configure it with --with-dpdk=shared and build it
        again]))])
   AS_IF([test "$with_ovs_build" = no], [],
     [test -f "$OVS_BUILDDIR/vswitchd/bridge.o" &&
      test -f "$OVS_BUILDDIR/lib/libopenvswitch.la"], [],
     [AC_MSG_ERROR(m4_normalize([the Open vSwitch in $OVS_BUILDDIR is configured
        but not built: run "make" there]))])

   VKERNEL_OVS_SUBST([OVS_CFLAGS], [OVS_CFLAGS])
   VKERNEL_OVS_SUBST([OVS_WARNING_FLAGS], [WARNING_FLAGS])
   VKERNEL_OVS_SUBST([OVS_LDFLAGS], [DPDK_vswitchd_LDFLAGS])
   VKERNEL_OVS_SUBST([OVS_LIBS], [LIBS])
   AC_SUBST([OVS_VERSION])
   AC_SUBST([OVS_SRCDIR])
   AC_SUBST([OVS_BUILDDIR])
   AC_SUBST([DPDK_VERSION])])

dnl VKERNEL_OVS_IN_SOURCE
dnl
dnl Uses the OVS in $with_ovs_source, if it was built right there.
AC_DEFUN([VKERNEL_OVS_IN_SOURCE],
  [AS_IF([test -f "$with_ovs_source/config.status"], [],
     [test -f "$with_ovs_source/lib/netdev-provider.h"],
     [AC_MSG_ERROR(m4_normalize([the Open vSwitch in $with_ovs_source is not
        built there: add --with-ovs-build=DIR for the folder where it is, or
        omit both to build Debian's openvswitch-source]))],
     [AC_MSG_ERROR(m4_normalize([no Open vSwitch source in $with_ovs_source: set
        --with-ovs-source]))])
   with_ovs_build=$with_ovs_source
   VKERNEL_OVS_GIVEN])

dnl VKERNEL_OVS_GIVEN
dnl
dnl Uses the OVS that somebody else built in $with_ovs_build.  It knows where
dnl its source is.
AC_DEFUN([VKERNEL_OVS_GIVEN],
  [AS_IF([test -f "$with_ovs_build/config.status" &&
          test -f "$with_ovs_build/Makefile"], [],
     [AC_MSG_ERROR(m4_normalize([no Open vSwitch build in $with_ovs_build: set
        --with-ovs-build to the folder where its "configure" and "make" were
        run]))])
   OVS_BUILDDIR=`cd "$with_ovs_build" && pwd -P`
   OVS_SRCDIR=`sed -n 's/^abs_top_srcdir = //p' "$OVS_BUILDDIR/Makefile"`
   AS_IF([test -f "$OVS_SRCDIR/lib/netdev-provider.h"], [],
     [AC_MSG_ERROR(m4_normalize([$OVS_BUILDDIR is no Open vSwitch build, or its
        source is no longer in "$OVS_SRCDIR": set --with-ovs-build]))])
   OVS_SRCDIR=`cd "$OVS_SRCDIR" && pwd -P`
   AS_CASE([$with_ovs_source],
     [no], [],
     [AS_IF([test "$with_ovs_source" -ef "$OVS_SRCDIR"], [],
        [AC_MSG_ERROR(m4_normalize([the Open vSwitch in $OVS_BUILDDIR was built
           from $OVS_SRCDIR, not from $with_ovs_source: set --with-ovs-source
           to match, or omit it]))])])])

dnl VKERNEL_OVS_PACKAGED
dnl
dnl Unpacks and configures what Debian's openvswitch-source ships in ./ovs.
dnl "make" does the rest: see Makefile.am.
AC_DEFUN([VKERNEL_OVS_PACKAGED],
  [AS_IF([test -z "$PKG_CONFIG"],
     [AC_MSG_ERROR([pkg-config is not there: apt-get install pkg-config])])
   AS_IF([$PKG_CONFIG --exists libdpdk], [],
     [AC_MSG_ERROR(m4_normalize([DPDK is not there ($PKG_CONFIG knows no
        libdpdk): apt-get install libdpdk-dev]))])

   ovs_package=/usr/src/openvswitch
   AS_IF([test -f $ovs_package/openvswitch.tar.gz],
     [ovs_package=$ovs_package/openvswitch.tar.gz],
     [test -f $ovs_package/configure], [],
     [AC_MSG_ERROR(m4_normalize([no Open vSwitch source in $ovs_package: apt-get
        install openvswitch-source, or name another with --with-ovs-source and
        --with-ovs-build]))])
   $SHELL "$srcdir/build-aux/ovs-tree" configure ovs "$ovs_package" \
       "DPDK $DPDK_VERSION" CC="$CC" CFLAGS="$CFLAGS" LDFLAGS="$LDFLAGS" \
       CPPFLAGS="$CPPFLAGS" \
     || AC_MSG_ERROR([Open vSwitch was not configured: see above])
   OVS_SRCDIR=`pwd -P`/ovs/source
   OVS_BUILDDIR=`pwd -P`/ovs/build])

dnl VKERNEL_CHECK_DPDK
dnl
dnl Checks for the parts of DPDK that we need, with the flags that OVS uses:
dnl the headers, and the virtio driver in the form (shared or static) that OVS
dnl links.  pkg-config cannot tell which drivers DPDK was built with, and with
dnl a shared DPDK they are loaded only when the daemon starts.  Substitutes
dnl VKERNEL_DPDK_LIBS, to link the one that we call ourselves, the bus of virtual
dnl devices.
AC_DEFUN([VKERNEL_CHECK_DPDK],
  [vk_save_CFLAGS=$CFLAGS
   vk_save_LDFLAGS=$LDFLAGS
   vk_save_LIBS=$LIBS
   CFLAGS="$CFLAGS $OVS_CFLAGS"

   AC_MSG_CHECKING([for DPDK's headers])
   AC_COMPILE_IFELSE(
     [AC_LANG_PROGRAM([@%:@include <rte_ethdev.h>])],
     [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no])
      AC_MSG_ERROR(m4_normalize([DPDK's headers are not there: apt-get install
         libdpdk-dev]))])

   AS_CASE([$OVS_LIBS],
     [*whole-archive*], [virtio=librte_net_virtio.a VKERNEL_DPDK_LIBS=],
     [virtio=librte_net_virtio.so VKERNEL_DPDK_LIBS=-lrte_bus_vdev])
   AC_SUBST([VKERNEL_DPDK_LIBS])
   AC_MSG_CHECKING([for DPDK's driver net/virtio ($virtio)])
   LDFLAGS="$LDFLAGS -Wl,--no-as-needed"
   LIBS="-l:$virtio $VKERNEL_DPDK_LIBS $OVS_LIBS"
   AC_LINK_IFELSE([AC_LANG_PROGRAM],
     [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no])
      AC_MSG_ERROR(m4_normalize([DPDK has no virtio driver ($virtio): apt-get
         install libdpdk-dev, or build DPDK with net/virtio]))])

   CFLAGS=$vk_save_CFLAGS
   LDFLAGS=$vk_save_LDFLAGS
   LIBS=$vk_save_LIBS])

dnl VKERNEL_PROBE_FIELD(NAME, HEADER, STRUCT, FIELD)
dnl
dnl Defines VKERNEL_HAVE_<NAME> if struct STRUCT has FIELD in OVS's HEADER.
dnl The text is searched: OVS's headers do not compile before "make" has
dnl generated the rest of them.
AC_DEFUN([VKERNEL_PROBE_FIELD],
  [AC_MSG_CHECKING([whether struct $3 has $4])
   AS_IF([sed -n '/^struct $3 {/,/^}/p' "$OVS_SRCDIR/$2" |
          grep '[[ *]]$4[[];)[]]' >/dev/null],
     [AC_MSG_RESULT([yes])
      AC_DEFINE([VKERNEL_HAVE_$1], [1])],
     [AC_MSG_RESULT([no])])])

dnl VKERNEL_PROBE_FUNCTION(NAME, HEADER, FUNCTION)
dnl
dnl Defines VKERNEL_HAVE_<NAME> if OVS's HEADER declares FUNCTION.
AC_DEFUN([VKERNEL_PROBE_FUNCTION],
  [AC_MSG_CHECKING([for $3])
   AS_IF([grep '\<$3(' "$OVS_SRCDIR/$2" >/dev/null],
     [AC_MSG_RESULT([yes])
      AC_DEFINE([VKERNEL_HAVE_$1], [1])],
     [AC_MSG_RESULT([no])])])

dnl VKERNEL_ENABLE_WERROR
dnl
dnl Handles --enable-Werror.  Our own files only: OVS is built as it comes.
AC_DEFUN([VKERNEL_ENABLE_WERROR],
  [AC_ARG_ENABLE([Werror],
     [AS_HELP_STRING([--enable-Werror], [treat compiler warnings as errors])])
   AS_IF([test "X$enable_Werror" = Xyes],
     [VKERNEL_CFLAGS="$VKERNEL_CFLAGS -Werror"])
   AC_SUBST([VKERNEL_CFLAGS])])

dnl VKERNEL_ENABLE_SANITIZERS
dnl
dnl Handles --enable-sanitizers.  Again our own files only, but the address
dnl sanitizer also finds what OVS and DPDK leak for us from the heap.  Undefined
dnl behaviour ends the program, for not every test looks at its stderr.
AC_DEFUN([VKERNEL_ENABLE_SANITIZERS],
  [AC_ARG_ENABLE([sanitizers],
     [AS_HELP_STRING([--enable-sanitizers],
        [find memory errors and undefined behaviour at run time])])
   AS_IF([test "X$enable_sanitizers" = Xyes],
     [VKERNEL_SANITIZE="-fsanitize=address,undefined -fno-omit-frame-pointer"
      VKERNEL_SANITIZE="$VKERNEL_SANITIZE -fno-sanitize-recover=undefined"])
   AC_SUBST([VKERNEL_SANITIZE])])

dnl VKERNEL_ENABLE_FUZZERS
dnl
dnl Handles --enable-fuzzers, which is for "make check-fuzz": sanitizers, with
dnl what libFuzzer needs to see which way the code takes.  The targets then have
dnl its main().
AC_DEFUN([VKERNEL_ENABLE_FUZZERS],
  [AC_ARG_ENABLE([fuzzers],
     [AS_HELP_STRING([--enable-fuzzers],
        [build the fuzz targets for libFuzzer; needs clang])])
   FUZZ_LDFLAGS=
   AS_IF([test "X$enable_fuzzers" = Xyes],
     [VKERNEL_SANITIZE="-fsanitize=fuzzer-no-link,address,undefined"
      VKERNEL_SANITIZE="$VKERNEL_SANITIZE -fno-sanitize-recover=undefined"
      VKERNEL_SANITIZE="$VKERNEL_SANITIZE -fno-omit-frame-pointer"
      # OVS's configure has asked gcc which warnings it knows.
      VKERNEL_CFLAGS="$VKERNEL_CFLAGS -w"
      FUZZ_LDFLAGS=-fsanitize=fuzzer])
   AC_SUBST([FUZZ_LDFLAGS])
   AM_CONDITIONAL([FUZZERS], [test "X$enable_fuzzers" = Xyes])])
