"""An IP-XACT file of `emamba map` against the page of the same map; prints TAP.

    check_ip_xact.py FILE PAGE

What the standard's schema asks of what we use is checked here: elements, their order, values. With EMAMBA_IPXACT_SCHEMA naming a
folder that holds the schema of IEEE 1685-2014 (index.xsd), the file is validated against it too.
"""

import os
import re
import sys
from pathlib import Path

from lxml import etree

NAMESPACE = "http://www.accellera.org/XMLSchema/IPXACT/1685-2014"
SPACE = {"x": NAMESPACE}
ORDER = {
    "component": "vendor library name version busInterfaces memoryMaps description",
    "memoryMap": "name description addressBlock addressUnitBits",
    "addressBlock": "name description baseAddress range width usage access register",
    "register": "name description dim addressOffset size access field",
    "field": "name bitOffset resets bitWidth volatile access writeValueConstraint",
}  # fmt: skip
ACCESS = {"r": "read-only", "w": "write-only", "rw": "read-write"}


def number(text: str) -> int:
    return int(text[2:], 16) if text.startswith("'h") else int(text)


def tag(element) -> str:
    return etree.QName(element).localname


def text(element, name: str) -> str:
    return element.findtext(f"x:{name}", namespaces=SPACE)


def page_entries(page: str) -> dict[int, tuple]:
    """Address: name, count, stride, access, reset, as the page tells them."""
    line = re.compile(r"^  0x(\w{8})  (\w+) +(\d+) +(\d+)  (rw|r|w) +\S.*? (0x\w+|-) +\S", re.MULTILINE)
    return {
        int(address, 16): (name, int(count), int(stride), ACCESS[access], None if reset == "-" else int(reset, 16))
        for address, name, count, stride, access, reset in line.findall(page)
    }


def xml_entries(root) -> dict[int, tuple]:
    found = {}
    for block in root.iterfind(".//x:addressBlock", SPACE):
        base = number(text(block, "baseAddress"))
        if text(block, "usage") == "memory":
            words, stride = re.match(r"(\d+) words .* (\d+) bytes apart", text(block, "description")).groups()
            found[base] = (text(block, "name").rsplit("_", 1)[1], int(words), int(stride), text(block, "access"), None)
            assert int(words) * int(stride) == number(text(block, "range"))
        for register in block.iterfind("x:register", SPACE):
            reset = register.findtext(".//x:reset/x:value", namespaces=SPACE)
            offset, dim = number(text(register, "addressOffset")), number(text(register, "dim") or "1")
            assert offset + 4 * dim <= number(text(block, "range")), "a register lies past its block"
            found[base + offset] = (text(register, "name"), dim, 4, text(register, "access"),
                                    None if reset is None else number(reset))  # fmt: skip
    return found


def in_order(root) -> bool:
    for element in root.iter(*(f"{{{NAMESPACE}}}{name}" for name in ORDER)):
        known = ORDER[tag(element)].split()
        places = [known.index(tag(child)) for child in element]
        if places != sorted(places):
            print(f"# {tag(element)}: {[tag(child) for child in element]}")
            return False
    return True


def names_are_unique(root) -> bool:
    for parent in root.iter(f"{{{NAMESPACE}}}memoryMap", f"{{{NAMESPACE}}}addressBlock"):
        names = [child.findtext("x:name", namespaces=SPACE) for child in parent if len(child)]
        if len(set(names)) != len(names) or not all(re.fullmatch(r"[A-Za-z_][\w.-]*", name) for name in names):
            return False
    return True


def fits_schema(root) -> bool:
    schema = etree.XMLSchema(etree.parse(str(Path(os.environ["EMAMBA_IPXACT_SCHEMA"]) / "index.xsd")))
    valid = schema.validate(root)
    print("".join(f"# {entry.line}: {entry.message}\n" for entry in list(schema.error_log)[:10]), end="")
    return valid


def main() -> int:
    root = etree.parse(sys.argv[1]).getroot()
    mine, theirs = xml_entries(root), page_entries(Path(sys.argv[2]).read_text())
    for address in sorted(mine.keys() | theirs.keys()):
        if mine.get(address) != theirs.get(address):
            print(f"# 0x{address:08x}: {mine.get(address)}, page {theirs.get(address)}")
    checks = [
        ("its elements are those of the standard, in its order", root.tag == f"{{{NAMESPACE}}}component" and in_order(root)),
        ("its names are unique", names_are_unique(root)),
        (f"its {len(mine)} entries are those of the page", len(mine) > 0 and mine == theirs),
    ]
    if "EMAMBA_IPXACT_SCHEMA" in os.environ:
        checks.append(("it is valid by the schema of IEEE 1685-2014", fits_schema(root)))
    for name, good in checks:
        print(f"{'ok' if good else 'not ok'} - ip-xact: {name}")
    return not all(good for _, good in checks)


if __name__ == "__main__":
    sys.exit(main())
