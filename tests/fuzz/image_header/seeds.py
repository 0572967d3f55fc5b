#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the seeds of the target image_header: python3 tests/fuzz/image_header/seeds.py"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def save(name, data):
    with open(os.path.join(HERE, "corpus", name), "wb") as f:
        f.write(data)


def qcow2(backing=b"", extensions=b"", features=0):
    at = 104 + len(extensions) + 8
    head = b"QFI\xfb" + struct.pack(">IQIIQIIQQIIQ", 3, at if backing else 0, len(backing), 16, 1 << 20, 0, 1, 0x30000,
                                    0x10000, 1, 0, 0)
    return head + struct.pack(">QQQII", features, 0, 0, 4, 104) + extensions + bytes(8) + backing + bytes(64)


def extension(kind, text):
    return struct.pack(">II", kind, len(text)) + text.ljust((len(text) + 7) // 8 * 8, b"\0")


def vhd(kind, size):
    footer = (b"conectix".ljust(0x30, b"\0") + struct.pack(">QII", size, 0, kind)).ljust(512, b"\0")
    return footer[:0x40] + struct.pack(">I", ~sum(footer) & 0xFFFFFFFF) + footer[0x44:]


def vmdk(capacity, flags, text):
    return (b"KDMV" + struct.pack("<IIQQQQIQQ", 1, flags, capacity, 128, 1, 2, 512, 0, 21)).ljust(512, b"\0") + text.ljust(1024, b"\0")


LINES = b'createType="monolithicSparse"\nparentFileNameHint="base.vmdk"\nRW 100 SPARSE "a.vmdk"\nRW 5 ZERO\n'
save("good-qcow2", qcow2())
save("good-qcow2-backing", qcow2(b"base.img", extension(0xE2792ACA, b"raw")))
save("good-qcow2-data", qcow2(b"", extension(0x44415441, b"data.raw"), 4))
save("bad-qcow2-name", qcow2(b"x" * 100)[:150])
save("good-vhd-dynamic", vhd(3, 4096) + bytes(512))
save("good-vhd-fixed", bytes(1024) + vhd(2, 1024))
save("good-vmdk-sparse", vmdk(100, 3, LINES))
save("good-vmdk-inside", vmdk(0, 3, LINES))
save("good-vmdk-text", b"# Disk DescriptorFile\n" + LINES)
save("good-vdi", (bytes(0x40) + struct.pack("<II", 0xBEDA107F, 0x10001)).ljust(512, b"\0"))
