"""check_report.py REPORT [SAME]: totals equal the sums of their parts to the last digit, bounds are in order, every constant used has
its provenance; a second report of the same frames has the same counts and the same price."""

import json
import sys
from decimal import Decimal, getcontext

ENERGIES = ("switching", "clock", "sram", "leakage")
FIGURES = ["gates_ge", "flops", "logic_area_um2", "macro_area_um2", "area_um2", "energy_pj", "power_mw"]
FIGURES += [f"{name}_{unit}" for name in ENERGIES for unit in ("pj", "mw")]


def check_counts(report):
    for parts, totals in (("engines", "engine_totals"), ("memories", "memory_totals"), ("nodes", "node_totals")):
        for key, total in report[totals].items():
            assert sum(part[key] for part in report[parts]) == total, (parts, key)
    for engine in report["engines"]:
        states = sum(engine[f"{state}_cycles"] for state in ("busy", "starved", "blocked"))
        assert states == engine["total_cycles"], engine["name"]
    windows, cycles = report["busy_windows"], report["time"]["cycles"]
    count = -(-cycles // windows["window_cycles"])
    for engine, row in zip(report["engines"], windows["engines"], strict=True):
        assert len(row) == count and sum(row) == engine["busy_cycles"], engine["name"]
        assert all(0 <= busy <= windows["window_cycles"] for busy in row), engine["name"]


def check_sums(price):
    modules = {module["name"]: module for module in price["modules"]}
    for key in FIGURES:
        assert sum(part[key] for part in price["parts"]) == price["totals"][key], key
        assert sum(module[key] for module in price["modules"]) == price["totals"][key], key
        for name, module in modules.items():
            assert sum(part[key] for part in price["parts"] if part["module"] == name) == module[key], (name, key)
    for row in price["parts"] + price["modules"] + [price["totals"]]:
        assert row["logic_area_um2"] + row["macro_area_um2"] == row["area_um2"], row
        assert sum(row[f"{name}_pj"] for name in ENERGIES) == row["energy_pj"], row
        assert sum(row[f"{name}_mw"] for name in ENERGIES) == row["power_mw"], row


def check_times(report):
    """The steady state is never better than the busiest engine; the price has its cycles, the run and a single frame their own."""
    price, time, point = report["price"], report["time"], report["price"]["point"]
    interval = time["interval_cycles"]
    busiest = max(engine["busy_cycles"] for engine in report["engines"]) / Decimal(report["frames"])
    assert interval >= busiest == time["limit"]["busiest_cycles_per_frame"], (interval, busiest)
    assert abs(point["frames"] * interval - point["cycles"]) <= 1, (point, interval)
    assert price["run"]["cycles"] == time["cycles"] and price["single_frame"]["cycles"] == time["single_frame_cycles"]
    steady = price["bounds"]["energy_per_frame_pj"]["nominal"]
    assert price["single_frame"]["energy_per_frame_pj"] >= steady * Decimal("0.999999")
    for other in (price["run"], price["single_frame"]):
        cycles = Decimal(other["cycles"]) / (Decimal(report["frames"]) if other is price["run"] else 1)
        power = Decimal(other["energy_per_frame_pj"]) / cycles * Decimal(point["clock_mhz"]) / 1000
        assert abs(power / other["power_mw"] - 1) < Decimal("1e-4"), (other, power)


def check_price(report):
    price = report["price"]
    check_sums(price)
    for key, bounds in price["bounds"].items():
        assert 0 <= bounds["low"] <= bounds["nominal"] <= bounds["high"], key
        if key in price["totals"]:
            assert bounds["nominal"] == price["totals"][key], key
    totals, point = price["totals"], price["point"]
    power = totals["energy_pj"] / Decimal(point["time_us"]) / 1000
    rounding = len(price["parts"]) * 2 * (Decimal("1e-9") + Decimal("1e-6") / Decimal(point["time_us"])) + power * Decimal("1e-13")
    assert abs(power - totals["power_mw"]) <= rounding, (power, totals["power_mw"])
    assert totals["power_mw"] > 0 and sum(part["power_mw"] > 0 for part in price["parts"]) > 10, totals
    efficiency = price["efficiency"]
    for key in ("energy_per_token_pj", "energy_per_mac_pj", "tops_per_w", "tops_per_mm2"):
        bounds = efficiency[key]
        assert 0 <= bounds["low"] <= bounds["nominal"], (key, bounds)
        assert bounds["high"] is None or bounds["nominal"] <= bounds["high"], (key, bounds)
    per_frame = price["bounds"]["energy_per_frame_pj"]["nominal"] * point["frames"]
    assert abs(per_frame - totals["energy_pj"]) <= Decimal("0.001") * point["frames"]
    check_times(report)
    active = price["clock"]["gated_mw" if point["clock_gating"] else "ungated_mw"]
    assert active == totals["clock_mw"]
    over_time = price["power_over_time"]
    drawn = Decimal(over_time["constant_mw"]) + sum(
        Decimal(engine["busy_mw"]) * row["busy_cycles"] / report["time"]["cycles"]
        for engine, row in zip(over_time["engines"], report["engines"], strict=True))
    slack = Decimal("1e-3") * over_time["average_mw"] + Decimal("1e-9") * (len(report["engines"]) + 2)
    assert abs(drawn - over_time["average_mw"]) < slack, (drawn, over_time["average_mw"])
    assert abs(over_time["average_mw"] - price["run"]["power_mw"]) < Decimal("2e-9")
    options = report["options"]
    if options["power_window_cycles"] == 0:
        assert over_time["window_cycles"] == 1024
    assert over_time["peak_mw"] >= over_time["average_mw"] * Decimal("0.98"), over_time
    for anchor in price["anchors"]:
        assert anchor["kind"] in ("published", "derived", "assumed") and anchor["source"], anchor
    known = {constant["name"]: constant for constant in report["provenance"]}
    for item in price["sensitivity"]:
        assert item["constant"] in known, item["constant"]
    for constant in known.values():
        assert constant["low"] <= constant["value"] <= constant["high"], constant
        assert constant["kind"] in ("published", "derived", "calibrated", "assumed") and constant["source"], constant


getcontext().prec = 50
reports = [json.load(open(path), parse_float=Decimal) for path in sys.argv[1:]]
for report in reports:
    check_counts(report)
    check_price(report)
if len(reports) == 2:
    for key in ("engines", "engine_totals", "nodes", "node_totals", "memories", "memory_totals", "accuracy", "time", "busy_windows",
                "price", "provenance"):
        assert reports[0].get(key) == reports[1].get(key), key
