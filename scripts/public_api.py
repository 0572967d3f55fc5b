# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions that include/offwin declares, for the checks that compare them with something else."""
import os
import re
from collections import namedtuple

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
HEADERS = os.path.join(TOP, "include", "offwin")

Function = namedtuple("Function", "header line name documented")


def functions_of(header):
    """In file order. Documented: a comment ends right above, or at the head of the same block of lines without a gap,
    or stands behind the declaration."""
    with open(os.path.join(HEADERS, header), encoding="utf-8") as f:
        lines = f.read().split("\n")
    block_commented = in_comment = False
    for number, text in enumerate(lines, 1):
        if not text.strip() and not in_comment:
            block_commented = False
            continue
        opens, closes = text.rfind("/*"), text.rfind("*/")
        if in_comment or text.lstrip().startswith("/*"):
            # "/* ---- edits ---- */" divides a header, it does not explain a function.
            block_commented = block_commented or not re.match(r"/\* -{3,}.*-{3,} \*/$", text)
            in_comment = closes < 0 if in_comment else closes < opens
            continue
        if text.startswith(("typedef", "enum", "struct", "}")):
            block_commented = False     # what stood above was about the type
        found = re.match(r"OW_APIV? ", text)
        if found:
            declaration = " ".join(lines[number - 1:number + 5])
            name = re.search(r"\b(ow_\w+)\(", declaration).group(1)
            yield Function(header, number, name, block_commented or "/*" in text)


def functions():
    for header in sorted(os.listdir(HEADERS)):
        if header.endswith(".h"):
            yield from functions_of(header)


def undeclared_of(header):
    """Prototypes that forget OW_API: the library would hide them."""
    with open(os.path.join(HEADERS, header), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), f.read(), flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"(?!OW_APIV? |typedef |#|static )\w[\w *]*\bow_\w+\(", line):
            yield number, line
