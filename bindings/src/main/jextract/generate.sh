#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes io.ipvane.ffi anew from the installed DPDK headers, with jextract on PATH or in $JEXTRACT.
set -eu
cd "$(dirname "$0")"
jextract=$(command -v "${JEXTRACT:-jextract}") || {
	echo "generate.sh: ${JEXTRACT:-jextract} is not a program; put jextract on PATH or name it in JEXTRACT (https://jdk.java.net/jextract)" >&2
	exit 1
}
flags=$(pkg-config --cflags-only-I libdpdk) || {
	echo "generate.sh: pkg-config does not know libdpdk; install the DPDK headers (Debian: libdpdk-dev)" >&2
	exit 1
}
out=$(mktemp -d)
log=$out/log
trap 'rm -rf "$out"' EXIT
# shellcheck disable=SC2086  # the flags are several words on purpose
"$jextract" $flags --output "$out" --target-package io.ipvane.ffi --header-class-name Dpdk \
	@includes.txt ipvane_bindings.h 2>"$log" || {
	cat "$log" >&2
	exit 1
}
into=../java/io/ipvane/ffi
mkdir -p "$into"
find "$into" -name '*.java' ! -name package-info.java -delete
# Two repairs: jextract of JDK 25 calls SymbolLookup.findOrThrow, which JDK 22 lacks, and what it
# writes is not free of lint.
for file in "$out"/io/ipvane/ffi/*.java; do
	sed -e "1i // DPDK $(pkg-config --modversion libdpdk), by generate.sh; do not edit." \
		-e 's/\.findOrThrow(\("[a-z0-9_]*"\))/.find(\1).orElseThrow()/' \
		-e 's/^public class /@SuppressWarnings("restricted")\n&/' \
		"$file" >"$into/$(basename "$file")"
done
