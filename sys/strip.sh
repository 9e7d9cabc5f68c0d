#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cuts everything off a program that the kernel does not load: symbols, debug information and the section
# headers, which for so small a program are a sixth of it. `strip --strip-section-headers` does the
# same, but only from binutils 2.41 on.
#
# usage: strip.sh <readelf> <program> <result>
set -eu
readelf=$1 program=$2 result=$3.new

# The file size of the first segment, which program.ld lets begin at offset 0 and be the only one with
# contents.
size=$("$readelf" --program-headers --wide "$program" | awk '$1 == "LOAD" { print $5; exit }')
head -c "$((size))" "$program" >"$result"

# e_shoff, and the three halfwords e_shentsize, e_shnum and e_shstrndx, elf(5).
case $("$readelf" --file-header "$program" | awk '$1 == "Class:" { print $2 }') in
ELF32) table=32 table_bytes=4 shape=46 ;;
ELF64) table=40 table_bytes=8 shape=58 ;;
esac
clear_bytes() { # offset count
    head -c "$2" /dev/zero | dd of="$result" bs=1 seek="$1" conv=notrunc status=none
}
clear_bytes "$table" "$table_bytes"
clear_bytes "$shape" 6
chmod +x "$result"
mv "$result" "$3" # never a half one, also while the old one runs
