#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the seeds of the targets mbr and gpt: python3 tests/fuzz/gpt/seeds.py"""
import os
import struct
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def save(target, name, data):
    with open(os.path.join(HERE, "..", target, "corpus", name), "wb") as f:
        f.write(data)


def entry(kind, lba, sectors, status=0):
    return bytes([status, 0, 0, 0, kind, 0, 0, 0]) + struct.pack("<II", lba, sectors)


def record(*entries):
    return bytes(440) + struct.pack("<IH", 0xA1B2C3D4, 0) + b"".join(entries).ljust(64, b"\0") + b"\x55\xaa"


def gpt(sector):
    entries = (b"\x11" * 16 + b"\x71" * 16 + struct.pack("<QQQ", 6, 7, 0) + "Basic".encode("utf-16-le").ljust(72, b"\0"))
    entries = entries.ljust(512, b"\0")

    def header(own, other, at):
        def pack(crc):
            return (b"EFI PART" + struct.pack("<IIIIQQQQ", 0x10000, 0x5C, crc, 0, own, other, 4, 8) + b"\xd1" * 16
                    + struct.pack("<QIII", at, 4, 128, zlib.crc32(entries)))
        return pack(zlib.crc32(pack(0))).ljust(sector, b"\0")
    body = [record(entry(0xEE, 1, 10)).ljust(sector, b"\0"), header(1, 10, 2), entries.ljust(sector, b"\0")]
    body += [bytes(sector)] * 6 + [entries.ljust(sector, b"\0"), header(10, 1, 9)]
    return b"".join(body)


save("mbr", "good-primaries", record(entry(7, 1, 2, 0x80), entry(0x0C, 3, 2)) + bytes(512 * 5))
chain = [record(entry(7, 1, 1), entry(0x0F, 2, 6)), bytes(512), record(entry(7, 1, 1), entry(5, 3, 3)), bytes(512),
         bytes(512), record(entry(7, 1, 1)), bytes(512), bytes(512)]
save("mbr", "good-logicals", b"".join(chain))
chain[5] = record(entry(7, 1, 1), entry(5, 3, 3))
save("mbr", "bad-circle", b"".join(chain))
save("mbr", "bad-overlap", record(entry(7, 1, 3), entry(7, 2, 3)) + bytes(2048))
save("mbr", "good-fat", (b"\xeb\x3c\x90MSDOS5.0" + struct.pack("<HBHBHHBH", 512, 4, 1, 2, 512, 80, 0xF8, 9))
     .ljust(510, b"\0") + b"\x55\xaa")
save("mbr", "good-gpt", gpt(512))
save("gpt", "good-512", b"\0" + gpt(512))
save("gpt", "good-4096", b"\1" + gpt(4096))
bad = bytearray(b"\0" + gpt(512))
bad[513:521] = b"EFI LOST"
save("gpt", "good-backup-only", bytes(bad))
