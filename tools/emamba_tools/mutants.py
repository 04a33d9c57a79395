"""Mutants of the RTL, all in one copy of it, of which one is chosen when it runs.

A mutant is a small change of one statement, condition or input of an instance. The copy holds the
true text and every mutant's beside it, behind a test of `em_mutant_pkg::chosen`; that is the number
in the environment variable EMAMBA_MUTANT, 0 for the true RTL. A statement is kept as it stands in the
branch of the true RTL, so that no width or sign of it changes.

What is not mutated: declarations, parameters and generate conditions, which are fixed when the model
is built, indices in brackets, and signals that exist to be unused.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

CHOSEN = "em_mutant_pkg::chosen"
PACKAGE = "package em_mutant_pkg;\n  int unsigned chosen = 0;\nendpackage\n"
CHOOSE = f"""
  initial {CHOSEN} = $c("(std::getenv(\\"EMAMBA_MUTANT\\") ? std::atoi(std::getenv(\\"EMAMBA_MUTANT\\")) : 0)");
"""

TOKEN = re.compile(r"\d+'s?[bdh][0-9a-fA-F_]+|'[01]|[A-Za-z_$][\w$]*(?:::\w+)*|\d+|<<<|>>>|<<|>>|<=|>=|==|!=|&&|\|\||\+:|\s+|.", re.S)
OTHER = {"+": "-", "-": "+", "*": "+", "&": "|", "|": "&", "^": "|", "&&": "||", "||": "&&", "==": "!=", "!=": "==", "<": "<=",
         "<=": "<", ">": ">=", ">=": ">", "<<": ">>", ">>": "<<", "<<<": ">>>", ">>>": ">>", "~": "", "!": ""}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """`old` in line `line` of `file` becomes `new`; `what` is the class."""

    file: str
    line: int
    what: str
    old: str
    new: str

    def key(self) -> str:
        """Names it without the line, which moves."""
        return f"{self.file} | {self.what} | {self.old} | {self.new}"


@dataclass
class Site:
    """A stretch of a file, what stands in it, and how a choice of mutants is written in its place."""

    start: int
    end: int
    kind: str  # "assign", "statement", "condition", "port"
    head: str  # of a statement: "q <= "
    body: str  # the expression
    mutants: list[tuple[str, str]]  # class, new expression ("" for a statement that is left out)


def blank_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.S)


def closing(text: str, start: int) -> int:
    """Place after the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place + 1
    raise ValueError("a bracket is not closed")


def constant(token: str) -> str | None:
    """Another constant of the same width."""
    if token in ("'0", "'1"):
        return "'1" if token == "'0" else "'0"
    found = re.fullmatch(r"(\d+)'(s?)([bdh])([0-9a-fA-F_]+)", token)
    if not found:
        return str(int(token) + 1) if token.isdigit() else None
    width, base = int(found[1]), {"b": 2, "d": 10, "h": 16}[found[3]]
    value = (int(found[4].replace("_", ""), base) + 1) % (1 << width)
    return f"{width}'{found[2]}d{value}"


# A name with indices, the sign, the expression; after what ends a statement or opens one.
STATEMENT = re.compile(r"(?:(?<=;)|(?<=begin)|(?<=end)|(?<=else)|(?<=\))|(?<=:))\s*"
                       r"([A-Za-z_][\w.]*(?:\[[^\n;]*?\])*)\s*(<=|=)(?!=)\s*([^;]*?);")  # fmt: skip
STATES = ("Starved", "Blocked", "Busy")


def expression_mutants(text: str) -> list[tuple[str, str]]:
    """Operators and constants of an expression, each changed alone."""
    if text.startswith("em_pkg::") and text[8:] in STATES:
        return [("constant", "em_pkg::" + STATES[(STATES.index(text[8:]) + 1) % 3])]
    made, depth = [], 0
    counts = [found.span() for found in re.finditer(r"\{\([^{}]*\)\{", text)]  # of replications
    for found in TOKEN.finditer(text):
        token, place = found[0], found.start()
        depth += (token == "[") - (token == "]")
        if depth > 0 or token.isspace() or any(start < place < end for start, end in counts):
            continue
        after = text[place + len(token) :]
        if token in OTHER:
            made.append(("operator", text[:place] + OTHER[token] + after))
        elif (new := constant(token)) is not None and not after.startswith(("'", "{")):
            made.append(("constant", text[:place] + new + after))
    return made


def vectors(text: str) -> set[str]:
    """Names that are declared with a range."""
    names = set()
    for found in re.finditer(r"\blogic\s+(?:signed\s+)?\[[^;\n]*?\]\s*([\w\s,]+?)\s*(?=[;,=)\n\[])", text):
        names |= set(re.findall(r"\w+", found[1]))
    return names


def narrowed(name: str, body: str) -> str:
    return f"({body}) & ({{$bits({name}){{1'b1}}}} >> 1)"


def always_blocks(text: str) -> list[tuple[int, int]]:
    blocks = []
    for found in re.finditer(r"\balways_(?:ff|comb)\b", text):
        place = text.index("begin", found.end())
        depth = 0
        for word in re.finditer(r"\b(begin|end)\b", text[place:]):
            depth += 1 if word[0] == "begin" else -1
            if depth == 0:
                blocks.append((place, place + word.end()))
                break
    return blocks


def statement_sites(text: str, wide: set[str]) -> list[Site]:
    sites = []
    for start, end in always_blocks(text):
        for found in STATEMENT.finditer(text[start:end]):
            name, sign, body = found[1], found[2], found[3]
            if name in ("if", "for") or name.startswith("unused") or "for (" in found[0]:
                continue
            made = expression_mutants(body)
            if not body.startswith("em_pkg::"):
                made.append(("statement", "") if sign == "<=" else ("stuck", "'0"))
            if name in wide and body != "'0":
                made.append(("width", narrowed(name, body)))
            sites.append(Site(start + found.start(1), start + found.end(), "statement", f"{name} {sign} ", body, made))
        for found in re.finditer(r"\bif \(", text[start:end]):
            first = start + found.end() - 1
            last = closing(text, first)
            body = text[first + 1 : last - 1]
            what = "reset" if re.fullmatch(r"!rst_ni", body) else "condition"
            made = [(what, f"!({body})"), (what, "1'b0"), (what, "1'b1")] + expression_mutants(body)
            sites.append(Site(first, last, "condition", "", body, made[:2] if what == "reset" else made))
    return sites


def assign_sites(text: str, wide: set[str]) -> list[Site]:
    sites = []
    for found in re.finditer(r"\bassign\s+([\w.]+(?:\[[^\n;]*?\])*)\s*=\s*([^;]*);", text):
        name, body = found[1], found[2]
        if name.startswith("unused"):
            continue
        made = expression_mutants(body) + ([("stuck", "'0")] if body != "'0" else [])
        if name in wide and body != "'0":
            made.append(("width", narrowed(name, body)))
        sites.append(Site(found.start(), found.end(), "assign", f"{name} = ", body, made))
    return sites


def input_ports(texts: dict[str, str]) -> dict[str, set[str]]:
    """Of every module the inputs that are plain vectors."""
    ports = {}
    for text in texts.values():
        module = re.search(r"\bmodule\s+(\w+)", text)
        if module:
            header = text[module.end() : text.index(");", module.end())]
            ports[module[1]] = set(re.findall(r"\binput\s+logic\s+(?:signed\s+)?(?:\[[^\n]*\]\s+)?(\w+)", header))
    return ports


def port_sites(text: str, ports: dict[str, set[str]]) -> list[Site]:
    sites = []
    for found in re.finditer(r"\b(em_\w+)\s*(#\s*\()?", text):
        if found[1] not in ports or text[: found.start()].rstrip().endswith("module"):
            continue
        place = closing(text, found.end() - 1) if found[2] else found.end()
        name = re.match(r"\s*u_\w+\s*(\()", text[place:])
        if not name:
            continue
        start = place + name.start(1)
        end = closing(text, start)
        for port in re.finditer(r"\.(\w+)\s*(\()", text[start:end]):
            first = start + port.start(2)
            last = closing(text, first)
            body = text[first + 1 : last - 1]
            if port[1] not in ports[found[1]] or port[1] == "clk_i" or not body.strip():
                continue
            if port[1] == "rst_ni":
                made = [("reset", "1'b1")]
            elif re.fullmatch(r"'[01]|1'b[01]", body.strip()):
                made = []  # an input that is not used there
            else:
                made = [("port", f"~({body})"), ("port", "'0")]
            sites.append(Site(first, last, "port", "", body, made))
    return sites


def find(folder: Path) -> tuple[dict[str, str], dict[str, list[Site]]]:
    """The sources of rtl/, and the sites of each."""
    texts = {path.name: path.read_text() for path in sorted(folder.glob("*.sv"))}
    plain = {name: blank_comments(text) for name, text in texts.items()}
    ports = input_ports(plain)
    sites = {}
    for name, text in plain.items():
        if "module" not in text:
            continue  # a package: fixed when the model is built
        wide = vectors(text)
        found = statement_sites(text, wide) + assign_sites(text, wide) + port_sites(text, ports)
        sites[name] = sorted(found, key=lambda site: site.start)
    return texts, sites


def mutant(file: str, text: str, site: Site, made: tuple[str, str]) -> Mutant:
    def line(body: str) -> str:
        return " ".join(body.split())

    old = line(site.head + site.body)
    new = line(site.head + made[1]) if made[1] or site.kind == "port" else "(left out)"
    return Mutant(file, text.count("\n", 0, site.start) + 1, made[0], old, new)


def at_site(file: str, text: str, site: Site) -> list[tuple[Mutant, str]]:
    """The mutants of a site, each once, and the expression that makes them."""
    found = {}
    for made in site.mutants:
        if made[1].strip() != site.body.strip():
            found.setdefault(mutant(file, text, site, made), made[1])
    return list(found.items())


def all_of(rtl: Path) -> list[Mutant]:
    texts, sites = find(rtl)
    return list({one.key(): one for name, found in sites.items() for site in found for one, _ in at_site(name, texts[name], site)}.values())


def written(site: Site, chosen: list[tuple[int, str]]) -> str:
    """The site's text with numbered mutants in it."""
    if site.kind in ("condition", "port"):
        choice = "".join(f"({CHOSEN} == {number}) ? ({new}) : " for number, new in chosen)
        return f"({choice}({site.body}))"
    arms = "".join(f" {number}: {f'{site.head}{new};' if new else ';'}" for number, new in chosen)
    text = f"case ({CHOSEN}){arms} default: {site.head}{site.body}; endcase"
    return f"always_comb begin {text} end" if site.kind == "assign" else text


def write_copy(rtl: Path, folder: Path, wanted: set[Mutant]) -> list[Mutant]:
    """A copy of the RTL in `folder` with these mutants; number n is element n - 1 of the result."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(rtl, folder)
    numbered: list[Mutant] = []
    texts, sites = find(rtl)
    for name, found in sites.items():
        text, pieces, place = texts[name], [], 0
        for site in found:
            chosen = []
            for one, new in at_site(name, text, site):
                if one in wanted:
                    numbered.append(one)
                    chosen.append((len(numbered), new))
            if chosen:
                pieces += [text[place : site.start], written(site, chosen)]
                place = site.end
        text = "".join([*pieces, text[place:]])
        if name == "em_top.sv":
            text = text.replace("endmodule", CHOOSE + "endmodule")
        (folder / name).write_text(text)
    (folder / "em_mutant_pkg.sv").write_text(PACKAGE)
    listing = folder / "files.f"
    listing.write_text("em_mutant_pkg.sv\n" + listing.read_text())
    return numbered
