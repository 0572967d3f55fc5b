#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the seeds of the target journal: python3 tests/fuzz/journal/seeds.py"""
import os
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def text(t):
    return struct.pack("<I", len(t)) + t.encode()


def journal(disks, extents, lie=0):
    data, table = b"", text("a title")
    for size, name, *after in disks:
        table += struct.pack("<QQ", size, *(after or [size])) + text("raw") + text(name) + text("/w/" + name)
    for disk, offset, before, after in extents:
        data += before + after
        table += struct.pack("<IIQII", disk, max(len(before), len(after)), offset, zlib.crc32(before), zlib.crc32(after))

    def header(crc):
        return (b"OFFWINJL" + struct.pack("<IIQQ", 2, len(disks), len(extents) + lie, 130000000000000000) + b"Z" * 16
                + struct.pack("<QQII", 512 + len(data), len(table), zlib.crc32(table), crc)).ljust(512, b"\0")
    return header(zlib.crc32(header(0))) + data + table


def save(name, data):
    with open(os.path.join(HERE, "corpus", name), "wb") as f:
        f.write(data)


A, B = b"\1" * 512, b"\2" * 512
save("good-one", journal([(4096, "a")], [(0, 0, A, B)]))
save("good-two", journal([(4096, "a"), (1000, "b")], [(0, 512, A, B), (0, 2048, A * 2, B * 2), (1, 512, A[:488], B[:488])]))
save("good-empty", journal([(4096, "a")], []))
save("good-longer", journal([(600, "a", 2000)], [(0, 0, A, B), (0, 512, A[:88], B * 2 + B[:464])]))
save("good-shorter", journal([(2000, "a", 600)], [(0, 0, A, B), (0, 512, A * 2 + A[:464], B[:88])]))
save("bad-too-long", journal([(512, "a", 1 << 40)], [(0, 0, A, B)]))
save("bad-order", journal([(4096, "a")], [(0, 512, A, B), (0, 0, A, B)]))
save("bad-past-end", journal([(4096, "a")], [(0, 4096, A, B)]))
save("bad-count", journal([(4096, "a")], [(0, 0, A, B)], 1))
