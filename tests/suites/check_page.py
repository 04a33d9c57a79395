"""check_page.py FOLDER: pages of reports in a real browser, for three widths, dark and light, on paper, and for who sees no colours. TAP.
FOLDER has NAME.html for the names below, and beside some of them NAME.json, the report."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

from browser import Browser

FOLDER = Path(sys.argv[1])
AXE = Path("build/npm/node_modules/axe-core/axe.min.js")
REPORT = {"plot-pipeline": 20, "plot-area": 40, "plot-area-total": 2, "plot-memories": 10, "plot-energy": 60, "plot-energy-total": 4, "plot-causes": 4,
          "plot-power": 7, "plot-frame": 30, "plot-occupancy": 30, "plot-busy": 30, "plot-tornado-area": 4, "plot-tornado-power": 6}
COMPARISON = {"plot-area": 4, "plot-power": 2, "plot-energy-of-a-frame": 2, "plot-energy": 6, "plot-area-kinds": 2, "plot-scatter": 2}
PAGES = {"tiny": REPORT, "parallel": REPORT, "markup": {"plot-area": 40}, "windows": {"plot-power": 7, "plot-busy": 30},
         "frames": {"plot-power": 7, "plot-frame": 20}, "one": {"plot-area": 4}, "compare": COMPARISON}
VIEWS = [(420, False), (800, False), (1440, False), (420, True), (1440, True)]
failures = 0


def check(name, function, *arguments):
    global failures
    try:
        function(*arguments)
        print(f"ok - {name}", flush=True)
    except (AssertionError, RuntimeError) as fault:
        failures += 1
        print("\n".join("# " + line for line in str(fault).splitlines()[:8]))
        print(f"not ok - {name}", flush=True)


# ---- What is on a page ----

def drawn(browser, name):
    path = FOLDER / f"{name}.html"
    browser.show(path)
    assert browser.evaluate("document.getElementById('error').textContent") == ""
    for plot, least in PAGES[name].items():
        shapes = browser.evaluate(f"document.querySelectorAll('#{plot} :is(rect, path, circle)').length")
        assert shapes >= least, f"{plot} has {shapes} shapes, wanted {least}"
    text = browser.evaluate("document.getElementById('page').outerHTML")
    for bad in ("NaN", "undefined", "Infinity", "[object"):
        at = text.find(bad)
        assert at < 0, f"{bad} on the page: {text[max(0, at - 150):at + 50]}"
    seen = browser.evaluate("document.body.innerText")
    assert not re.search(r"\b[muµ]m2\b", seen), "a unit is not spelled as mm², µm²"
    assert len(browser.requests()) == 1, f"loads {browser.requests()}"
    template = re.sub(r"<script id=\"(reports|fields)\".*?</script>", "", path.read_text(), flags=re.S)
    loads = re.findall(r'(?:src|href)="([^"]*)"|url\((?!#)([^)]*)\)|@import', template)
    assert not loads, f"loads {loads}"


def named(browser):
    """Every plot: a title, a description and its figures as a table."""
    lacking = browser.evaluate("""[...document.querySelectorAll("figure svg")].filter((plot) => {
        const ids = (plot.getAttribute("aria-labelledby") || "").split(" ");
        const texts = ids.map((id) => (document.getElementById(id) || {}).textContent || "");
        const table = plot.parentElement.querySelector("details.facts table");
        return ids.length !== 2 || texts.some((t) => t.length < 4) || !table || table.rows.length < 2; }).map((plot) => plot.id)""")
    assert lacking == [], f"without name, description or figures: {lacking}"


# ---- Widths ----

def fits(browser, name, width, dark):
    browser.show(FOLDER / f"{name}.html", width, dark)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"the page is {wide} wide"
    faults = browser.evaluate("""[...document.querySelectorAll("figure svg")].flatMap((plot) => {
        const box = plot.getBoundingClientRect(), scale = box.width / plot.viewBox.baseVal.width;
        const small = Math.abs(scale - 1) > 0.01 ? [`${plot.id} is scaled by ${scale}`] : [];
        return [...small, ...[...plot.querySelectorAll("text")].filter((text) => { const t = text.getBoundingClientRect();
          return t.width > 0 && (t.left < box.left - 1 || t.right > box.right + 1 || t.top < box.top - 2 || t.bottom > box.bottom + 3);
        }).map((text) => `${plot.id}: ${text.textContent}`)]; })""")
    assert faults == [], f"cut or shrunk: {faults[:5]}"


# ---- Colours ----

def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def rgb(text):
    """'#rrggbb' or 'rgb(r, g, b)' as linear light."""
    parts = [int(text[i:i + 2], 16) for i in (1, 3, 5)] if text.startswith("#") else [float(v) for v in re.findall(r"[\d.]+", text)[:3]]
    return [linear(v / 255) for v in parts]


def luminance(colour):
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), colour))


def contrast(a, b):
    high, low = sorted((luminance(rgb(a)), luminance(rgb(b))), reverse=True)
    return (high + 0.05) / (low + 0.05)


# Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009, severity 1.0: how the two kinds of red-green blindness see linear light.
SEEN = {
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deuteranopes": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopes": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}


def lab(colour):
    """CIELAB of linear sRGB, D65."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    white = (0.9505, 1.0, 1.089)
    xyz = [sum(m * c for m, c in zip(row, colour)) / w for row, w in zip(matrix, white)]
    f = [v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def told_apart(fills, eyes):
    """The least distance in CIELAB between two fills."""
    seen = [lab([min(1, max(0, sum(m * c for m, c in zip(row, rgb(fill))))) for row in SEEN[eyes]]) for fill in fills]
    return min(math.dist(a, b) for i, a in enumerate(seen) for b in seen[:i])


def colours(browser, dark):
    browser.show(FOLDER / "tiny.html", 1440, dark)
    names = ["--page", "--panel", "--ink", "--soft", *[f"--c{i}" for i in range(6)]]
    page, panel, ink, soft, *fills = browser.evaluate(f"{json.dumps(names)}.map((n) => getComputedStyle(document.documentElement).getPropertyValue(n).trim())")
    assert len(set(fills)) == 6
    least = min(contrast(fill, page) for fill in fills)
    texts = min(contrast(a, b) for a in (ink, soft) for b in (page, panel))
    print(f"# {'dark' if dark else 'light'}: fills {least:.1f}:1, texts {texts:.1f}:1, least distance " +
          ", ".join(f"{eyes} {told_apart(fills, eyes):.0f}" for eyes in SEEN))
    assert least >= 3 and texts >= 4.5, (least, texts)
    assert min(told_apart(fills, eyes) for eyes in SEEN) >= 15
    patterns = browser.evaluate("[...document.querySelectorAll('#defs pattern path')].map((p) => p.getAttribute('d'))")
    assert len(set(patterns)) == 6, "a pattern each"
    used = browser.evaluate("""[...new Set([...document.querySelectorAll("figure svg text")].map((t) => getComputedStyle(t).fill))]""")
    assert all(contrast("#%02x%02x%02x" % tuple(int(v) for v in re.findall(r"\d+", c)[:3]), page) >= 4.5 for c in used), used


def axe(browser, name, width, dark):
    browser.show(FOLDER / f"{name}.html", width, dark)
    browser.evaluate(AXE.read_text() + "; 0")
    found = browser.evaluate("""axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) =>
        [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 120)]))""")
    for impact, rule, nodes, where in found:
        print(f"# axe {impact}: {rule}, {nodes} places: {where}")
    assert not [f for f in found if f[0] in ("serious", "critical")]


# ---- Paper ----

def paper(browser, name):
    browser.show(FOLDER / f"{name}.html", 420, True)
    pdf = FOLDER / f"{name}.pdf"
    browser.paper(pdf)
    if subprocess.run(["which", "pdftotext"], stdout=subprocess.DEVNULL).returncode != 0:
        print("# pdftotext (poppler-utils) is missing: the text on paper is not looked at")
        return
    text = "".join(subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout.split())
    report = json.loads((FOLDER / f"{name}.json").read_text())
    rows = report["engines"] + report["memories"] + report["price"]["modules"] + report["price"]["parts"] + report["provenance"]
    lacking = [row["name"] for row in rows if row["name"] not in text]
    assert not lacking, f"not on paper: {lacking[:5]} of {len(lacking)}"
    last = [f"{report['price']['totals'][key]:.9f}" for key in ("leakage_mw", "power_mw")]
    assert all(figure in text for figure in last), "a column is cut"
    browser.call("Emulation.setDeviceMetricsOverride", width=700, height=990, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert browser.evaluate("document.querySelectorAll('details:not([open])').length") == 0, "a table stayed folded"
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is dark"
    assert browser.evaluate("document.getElementById('plot-area').viewBox.baseVal.width") > 600, "plots are those of a narrow screen"
    wide = browser.evaluate("Math.max(...[...document.querySelectorAll('table, figure svg')].map((n) => n.getBoundingClientRect().right))")
    assert wide <= 701, f"something is {wide} wide on paper"


def small():
    size = (FOLDER / "frames.html").stat().st_size
    report = json.loads((FOLDER / "frames.json").read_text())
    assert report["frames"] == 10_000 and size < 1_000_000, size


def scatter(browser):
    browser.show(FOLDER / "compare.html")
    table = "document.getElementById('plot-scatter').parentElement.querySelector('table').innerText"
    browser.evaluate("document.querySelector('#plot-scatter').parentElement.querySelector('details').open = true")
    before = browser.evaluate(table)
    browser.evaluate("""(() => { const s = document.getElementById("scatter-x"); s.value = 2; s.dispatchEvent(new Event("change"));
        document.querySelector("#plot-scatter").parentElement.querySelector("details").open = true; })()""")
    after = browser.evaluate(table)
    assert "interval" in before and "area, mm²" in after, after


def single_frame(browser):
    browser.show(FOLDER / "one.html")
    assert browser.evaluate("document.getElementById('differences').textContent").startswith("Not the same in all reports: number of frames;")
    assert browser.evaluate("[...document.querySelectorAll('text')].every((t) => t.textContent !== '-')")


browser = Browser()
for page in PAGES:
    check(f"page of {page}: every plot is drawn, nothing is loaded", drawn, browser, page)
    if page in ("tiny", "compare"):
        check(f"page of {page}: every plot has a name, a description and its figures", named, browser)
for page in ("parallel", "compare"):
    for width, dark in VIEWS:
        check(f"page of {page}: {width} wide, {'dark' if dark else 'light'}: nothing is cut or shrunk", fits, browser, page, width, dark)
for dark in (False, True):
    check(f"{'dark' if dark else 'light'}: fills 3:1, texts 4.5:1, told apart by all eyes and by patterns", colours, browser, dark)
if AXE.exists():
    for page, width, dark in (("tiny", 420, False), ("tiny", 1440, True), ("compare", 800, False)):
        check(f"axe-core: page of {page}, {width} wide, {'dark' if dark else 'light'}: nothing serious", axe, browser, page, width, dark)
else:
    print("ok - axe-core finds nothing serious # SKIP axe-core is missing: tools/install-deps brings it from npm")
check("on paper all tables are open, and nothing is cut", paper, browser, "parallel")
check("any two figures of a comparison against each other", scatter, browser)
check("a single frame has the interval of many on the page, which says that their numbers differ", single_frame, browser)
check("page of 10,000 frames is below 1 MB", small)
browser.close()
sys.exit(failures > 0)
