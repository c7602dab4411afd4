#!/bin/sh
# configure names every missing thing at once, with its Debian package.
set -u
t=$(mktemp -d) && trap 'rm -rf "$t"' EXIT
cd "$t" || exit 1
bad=0
fail() { echo "FAIL $*"; bad=1; }
# says WHAT PACKAGE... : the last run failed and names exactly these packages.
says() {
	what=$1
	shift
	[ "$rc" -ne 0 ] || fail "$what: configure went on"
	got=$(sed -n 's/.*apt-get install //p' err | tr ' ' '\n' | sort | tr '\n' ' ')
	want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	[ "$got" = "$want" ] || fail "$what: named '$got', not '$want'"
}
run() { env "$@" "$TW_SRCDIR/configure" --quiet >out 2>err; rc=$?; }
libs='libgnutls28-dev nettle-dev libssl-dev zlib1g-dev libzstd-dev liblzma-dev libsimdjson-dev libpsl-dev libxxhash-dev check'

run PKG_CONFIG_LIBDIR="$t" PKG_CONFIG_PATH=
# shellcheck disable=SC2086
says "no library" $libs
run PKG_CONFIG=false
# shellcheck disable=SC2086
says "no pkg-config" pkg-config $libs
run CC=no-such-cc CXX=no-such-cxx ac_cv_prog_tw_cc= ac_cv_prog_tw_cxx=
says "no compiler" gcc g++ libunistring-dev
# A header that is gone although pkg-config knows the library.
run ac_cv_header_zlib_h=no ac_cv_header_uninorm_h=no
says "no headers" zlib1g-dev libunistring-dev
exit $bad
