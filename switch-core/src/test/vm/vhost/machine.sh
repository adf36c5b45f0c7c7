# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A virtual machine with two cards on vhost-user sockets: started, told what to do, killed. Sourced, not
# run; needs ui.sh, image.sh and $work, a folder.

machine= # process id of QEMU, empty while none runs

# unpacked KERNEL: the file of that kernel to boot from. An emulated CPU would take most of its time to decompress it.
unpacked() {
    local file=$1/vmlinuz setup offset length
    if ! [ -e "$1/vmlinux" ]; then
        # Linux x86 boot protocol: setup_sects, payload_offset, payload_length; behind the latter the length unpacked.
        setup=$(od -An -tu1 -j 0x1f1 -N 1 "$file")
        offset=$(od -An -tu4 -j 0x248 -N 4 "$file")
        length=$(od -An -tu4 -j 0x24c -N 4 "$file")
        tail -c "+$(((setup + 1) * 512 + offset + 1))" "$file" | head -c $((length - 4)) | xz -dc >"$1/vmlinux.new" 2>/dev/null \
            || { rm "$1/vmlinux.new" && echo "$file" && return; }
        mv "$1/vmlinux.new" "$1/vmlinux"
    fi
    echo "$1/vmlinux"
}

# machine_image HERE: what it boots, once; HERE is the folder of this file.
machine_image() {
    local program
    kernel=$("$1/../kernel")
    boot=$(unpacked "$kernel")
    image_program "$work/image" busybox bin
    for program in ip ping iperf3 ethtool; do image_program "$work/image" "$program" usr/bin; done
    install -m 755 "$1/init" "$1/lease" "$work/image/"
    image_modules "$work/image" "$kernel" virtio_pci virtio_console virtio_net
    image_pack "$work/image" "$work/initrd"
    rm -r "$work/image"
}

# machine_start: QEMU owns the socket of the first card and connects to that of the second. It waits for the
# switch at both before the guest runs. Code that it has translated makes the boot after a reboot slow, minutes
# after some work, hence little room for it; of MSI-X it crashes without KVM (7.2), hence no vectors.
machine_start() {
    local words=(
        -nodefaults -no-user-config -display none
        -accel tcg,tb-size=32 -machine q35 -cpu max,la57=off -smp 1 -m 512
        -object memory-backend-memfd,id=memory,size=512M,share=on -numa node,memdev=memory
        -chardev "socket,id=vm1,path=$work/vm1.sock,server=on,wait=off" -netdev vhost-user,id=net1,chardev=vm1
        -device virtio-net-pci,netdev=net1,mac=52:54:00:00:00:01,vectors=0,romfile=
        -chardev "socket,id=vm2,path=$work/vm2.sock,reconnect=1" -netdev vhost-user,id=net2,chardev=vm2
        -device virtio-net-pci,netdev=net2,mac=52:54:00:00:00:02,vectors=0,romfile=
        -kernel "$boot" -initrd "$work/initrd"
        -append "console=ttyS0 loglevel=4 panic=-1 random.trust_cpu=on tsc=reliable nokaslr mitigations=off cryptomgr.notests ipvane.eth0=10.0.0.21/24,fd00::21/64 ipvane.eth1=10.0.0.22/24,fd00::22/64"
        -chardev "file,id=console,path=$work/console,append=on" -serial chardev:console
        -device virtio-serial-pci
        -chardev "pipe,id=command,path=$work/command" -device virtserialport,chardev=command,name=ipvane.command)
    # What another QEMU has left in them is not for this one.
    rm -f "$work"/command.{in,out}
    mkfifo "$work"/command.{in,out}
    exec 4<>"$work/command.in" 5<>"$work/command.out"
    setpriv --pdeathsig KILL qemu-system-x86_64 "${words[@]}" </dev/null >>"$work/console" 2>&1 4>&- 5>&- &
    machine=$!
}

# machine_up SECONDS: whether it says that it has started.
machine_up() {
    local line
    while IFS= read -r -t "$1" -u 5 line; do
        [ "$line" != up ] || return 0
    done
    echo "the guest has not started"
    return 1
}

# machine_run SECONDS WORD...: runs a command line there, whose exit code is ours; 124 where the guest says nothing for so
# long.
machine_run() {
    local limit=$1 line number=${EPOCHREALTIME/[.,]/}
    shift
    printf '%s %s\n' "$number" "$*" >&4
    while IFS= read -r -t "$limit" -u 5 line; do
        case $line in "exit $number "*) return "${line##* }" ;; esac
        printf '%s\n' "$line"
    done
    echo "the guest has said nothing for $limit s"
    return 124
}

machine_kill() {
    [ -n "$machine" ] || return 0
    kill -KILL "$machine" 2>/dev/null || true
    # Bash would say that it has been killed.
    wait "$machine" 2>/dev/null || true
    machine=
}
