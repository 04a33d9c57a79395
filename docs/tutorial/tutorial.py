"""A design explored in Python; tools/notebook.py makes the page tutorial.md of it."""

# %% [markdown]
# # A design, explored in Python
#
# This page is made from [tutorial.py](tutorial.py) by `tools/notebook.py`, and a test holds that it
# still comes out. It needs `make build/libemamba.so`, numpy, pandas and, for the pictures, gnuplot.
#
# A design is opened from its file, here MARS with engines balanced by hand, and run on frames
# through a network. The frames may be a file or
# an array.

# %%
import numpy as np

import emamba

design = emamba.Design("configs/spaces/mars-by-hand.yaml")
network = emamba.Network("configs/networks/mars-random.safetensors")
frames = np.random.default_rng(1).integers(-128, 128, (64, 8, 8, 5), dtype=np.int8)
result = design.run(network, frames)
print(result.outputs.shape, result.outputs.dtype, "codes * 2 **", result.exponent)
print("cycles:", result.cycles)

# %% [markdown]
# ## Where the time goes
#
# The report is that of the program, as a dict; its tables of engines and modules are pandas frames.
# Several engines are busy equally long, nearly all the time: they limit.

# %%
engines = result.engines[["tokens", "cycles_per_token", "busy_cycles", "starved_cycles"]]
print(engines.sort_values("busy_cycles", ascending=False).head(6).to_string())

# %%
from emamba_tools import plot

busy = 100 * result.engines["busy_cycles"] / result.cycles
plot.svg(
    PICTURES / "busy.svg",
    760,
    320,
    plot.block("busy", [(f'"{name}"', share) for name, share in busy.items()])
    + "set style data histogram; set ylabel 'busy, % of the cycles'; set yrange [0:100]\n"
    + "unset key; set xtics rotate by -40 noenhanced\n"
    + "plot $busy using 2:xtic(1) linecolor '#4477aa'\n",
)

# %% [markdown]
# ## What more lanes give, and cost
#
# Time and price need no data, so that a search is quick: from one lane everywhere, the engine that
# is busy longest gets more, again and again. The numbers of a design are changed by the names of
# its file; `check` says what does not fit.

# %%
trial = design.copy()
for key in trial:
    if key.startswith("engines."):
        trial[key] = 1


def widen(name: str) -> bool:
    """Give an engine the next number of lanes that fits; False when it has all that it can use."""
    prefix = f"engines.{name.split('.')[-1]}."
    for key in reversed([key for key in trial if key.startswith(prefix)]):
        before = trial[key]
        for lanes in range(before + 1, before + 65):
            trial[key] = lanes
            try:
                trial.check(network)
                return True
            except emamba.BadInput:
                trial[key] = before
    return False


points = []
print("limited by           interval_cycles")
while not points or widen(busiest["name"]):
    interval, area = trial.time()["interval_cycles"], trial.price()["area_um2"]["nominal"] * 1e-6
    busiest = max(trial.engine_times(8)["engines"], key=lambda engine: engine["busy_cycles"])
    if len(points) % 6 == 0:
        print(f"{busiest['name']:20} {interval:15.0f}")
    points.append((interval, area))

# %%
ours = (design.time()["interval_cycles"], design.price()["area_um2"]["nominal"] * 1e-6)
plot.svg(
    PICTURES / "search.svg",
    760,
    320,
    plot.block("search", points)
    + plot.block("ours", [ours])
    + "set logscale x; set xlabel 'interval, cycles'; set ylabel 'area, mm^2'; set key top right\n"
    + "plot $search with linespoints pointtype 7 linecolor '#4477aa' title 'the busiest widened',"
    + " $ours with points pointtype 5 pointsize 1.5 linecolor '#cc6677' title 'by hand'\n",
)

# %% [markdown]
# ## Lanes change cycles, never values

# %%
other = trial.run(network, frames)
print("the same outputs:", np.array_equal(other.outputs, result.outputs))
print("cycles:", result.cycles, "->", other.cycles)

# %% [markdown]
# ## What is refused
#
# Errors are exceptions with the program's text.

# %%
try:
    trial["engines.ssm.lanes"] = 3
    trial.time()
except emamba.BadInput as refused:
    print(*str(refused).split("; "), sep=";\n  ")
