# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The initial file system of a guest. Sourced, not run.

# image_program IMAGE PROGRAM FOLDER: a program of this machine with the libraries that it needs.
image_program() {
    local program library
    program=$(command -v "$2")
    install -D -m 755 "$program" "$1/$3/$2"
    # A static program needs none, and ldd says so by its exit code.
    { ldd "$program" 2>/dev/null || true; } | sed -n 's/^[^/]*\(\/[^ ]*\).*/\1/p' | while read -r library; do
        install -D -m 755 "$library" "$1$library"
    done
}

# image_modules IMAGE KERNEL MODULE...: modules of that kernel, into /modules, where "order" lists them
# as they are to be loaded. One that is part of the kernel has no file.
image_modules() {
    local image=$1 kernel=$2 module file
    shift 2
    mkdir -p "$image/modules"
    for module in "$@"; do
        modprobe -d "$kernel" -S "$(ls "$kernel/lib/modules")" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
    done | awk '!seen[$0]++' | while read -r file; do
        cp "$file" "$image/modules/"
        echo "${file##*/}" >>"$image/modules/order"
    done
}

# image_pack IMAGE FILE
image_pack() { (cd "$1" && find . | cpio -o -H newc --quiet) >"$2"; }
