"""docs/published-cases.md says what the model says: every figure of its table is computed here."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from corridor.schema import NOT_CASH, PARTS
from corridor.study import Study
from corridor.units import HOURS_PER_DAY

PAGE = Path(__file__).parents[1] / "docs" / "published-cases.md"
COAL = ("tavan_tolgoi", "pohang", "raw_coking_coal", ("vostochny",))
TO_BORDER = ("tavan_tolgoi", "ganqimaodu", "raw_coking_coal", ())
EAST = ("tumurtiin_ovoo", "ulsan", "zinc_concentrate")
Ends = tuple[str, str, str, tuple[str, ...]]


class Model:
    """The committed study, asked for what the published cases speak of."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def along(self, scenario: str, ends: Ends, without: Collection[str] = ()) -> tuple[float, float, float]:
        """Cash (USD/t), days and km of a route, less its links of some kinds."""
        outcome = self.study.run(scenario)
        route = outcome.route_via(*ends)
        costs = outcome.costs[ends[2]]
        kept = [e for e in route.edges if outcome.network.edges[e].link.kind not in without]
        cash = [place for place, part in enumerate(PARTS) if part not in NOT_CASH]
        return (
            float(costs.parts[kept][:, cash].sum()),
            float(costs.hours[kept].sum()) / HOURS_PER_DAY,
            float(costs.km[kept].sum()),
        )

    def freight(self, scenario: str, commodity: str, link: str) -> float:
        """Ocean freight of a link, USD/t."""
        outcome = self.study.run(scenario)
        e = next(place for place, edge in enumerate(outcome.network.edges) if edge.id == link)
        return float(outcome.costs[commodity].parts[e, PARTS.index("ocean")])

    def parcel(self, scenario: str, commodity: str, link: str) -> float:
        """Parcel of a voyage, t."""
        outcome = self.study.run(scenario)
        e = next(place for place, edge in enumerate(outcome.network.edges) if edge.id == link)
        ledger = outcome.cost_model.ledger(e, outcome.network.commodities[commodity])
        label = next(item.label for item in ledger if item.part == "ocean")
        return float(label.split()[-2].replace(",", ""))


def cases(model: Model) -> dict[str, float]:
    """Case, as the page names it, to the model's figure."""
    at_sea, loading = ("sea", "port"), ("sea", "port", "transload")
    ore = model.study.run("essay").route_via("eruu_gol", "erenhot", "iron_ore")
    wedge = {
        scenario: model.along(scenario, ("tavan_tolgoi", "tangshan", "raw_coking_coal", ("ganqimaodu",)))[0]
        - model.along(scenario, TO_BORDER)[0]
        for scenario in ("essay", "today")
    }
    values = model.study.run("essay").values
    rates = [figure.central for name in ("rzd_transit", "cr") if (figure := values.find("rate", name))]
    return {
        "Pacific, study of 2010": model.along("essay", COAL, at_sea)[0],
        "Pacific, study of 2010, with rebate": model.along("rzd-discount", COAL, at_sea)[0],
        "Pacific, trial of 2011": model.along("essay", COAL, loading)[0],
        "To the border by truck, 2017": model.along("essay", TO_BORDER)[0],
        "To the border by truck, 2022": model.along("today", TO_BORDER)[0],
        "To the border by rail": model.along(
            "today", ("tavan_tolgoi", "ganqimaodu_transfer", "raw_coking_coal", ()), ("transload", "border", "road")
        )[0],
        "Border to Tangshan": wedge["essay"],
        "Border to Tangshan, today": wedge["today"],
        "Choir to Vostochny, days": model.along("essay", COAL, (*loading, "road"))[1],
        "Rebated Russian over Chinese rate": rates[0] * 0.48 / rates[1],
        "Sharyn Gol to Rajin, km": model.along(
            "essay", ("sharyn_gol", "dangjin", "thermal_coal", ("khasan_tumangang", "rajin_pier3")), ("sea",)
        )[2],
        "Choibalsan to Dalian, km": model.along("today", (*EAST, ("choibalsan", "dalian")), ("sea", "road"))[2],
        "Choibalsan to Jinzhou by Bichigt, km": model.along(
            "east-rail", (*EAST, ("choibalsan", "bichigt_station", "jinzhou")), ("sea", "road")
        )[2],
        "Parcel at Rajin, t": model.parcel("essay", "washed_coking_coal", "sea_rajin_pier3_pohang"),
        "Rajin to Pohang by sea": model.freight("essay", "washed_coking_coal", "sea_rajin_pier3_pohang"),
        "Vostochny to Japan by sea": model.freight("essay", "thermal_coal", "sea_vostochny_niigata"),
        "Tianjin to Japan by sea": model.freight("essay", "thermal_coal", "sea_tianjin_niigata"),
        "Qinhuangdao to Shanghai by sea": model.freight("essay", "thermal_coal", "sea_qinhuangdao_shanghai"),
        "Qinhuangdao to Guangzhou by sea": model.freight("essay", "thermal_coal", "sea_qinhuangdao_guangzhou"),
        "Dalian to Korea by sea, 10,000 t": model.freight("essay", "zinc_concentrate", "sea_dalian_ulsan"),
        "Transport share of the price of iron ore, percent": 100 * ore.cash / ore.bid_price,
    }


def on_page() -> dict[str, tuple[str, ...]]:
    """Case to the cells of its row."""
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in PAGE.read_text("utf-8").splitlines()
        if re.match(r"\| [A-Z]", line) and "| ---" not in line
    ]
    return {row[0]: row[1:] for row in rows if row[0] != "Case"}


def test_the_page_prints_what_the_model_says(rason: Study) -> None:
    computed, printed = cases(Model(rason)), on_page()
    assert set(computed) == set(printed)
    for case, value in computed.items():
        shown = printed[case][1]
        digits = len(shown.partition(".")[2])
        assert f"{value:,.{digits}f}" == shown, case


def test_misses_are_marked(rason: Study) -> None:
    """The last column says whether the model lies within the published range; it may not claim more."""
    for case, (published, shown, verdict, *_) in on_page().items():
        low, high = (float(end.replace(",", "")) for end in re.findall(r"[\d,.]+", published.split("(")[-1])[:2])
        inside = low <= float(shown.replace(",", "")) <= high
        assert verdict.startswith("within") == inside, case


@pytest.mark.parametrize("fitted", ["Pacific, trial of 2011", "To the border by truck, 2022", "To the border by rail"])
def test_what_a_parameter_rests_on_is_no_proof(fitted: str) -> None:
    assert "fitted" in on_page()[fitted][2]
