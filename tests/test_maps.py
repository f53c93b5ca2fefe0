"""The map, cost bars and the staircase: what is drawn is what was computed, and names keep apart."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import corridor
from corridor import figures
from corridor.bound_for import by_corridor
from corridor.earth import great_circle_km
from corridor.errors import InputError, NoAnswerError, UsageError
from corridor.figures import Asked, fonts, style
from corridor.figures.atlas import THINNEST_PT, WIDEST_PT, draw, ribbons, round_figure, scale_pt
from corridor.figures.bars import FILLS, ORDER
from corridor.figures.comparison import compared
from corridor.figures.ground import beside, ground
from corridor.figures.labels import Label, place, size_pt
from corridor.figures.maptext import claim
from corridor.figures.routemap import MOVES, _line, route_map
from corridor.figures.style import Picture
from corridor.geodata.shapes import LinkShape
from corridor.schema import PARTS
from corridor.study import Outcome, Study
from corridor.wording import from_id, money
from test_figures import assert_tidy, texts

Edit = Callable[..., None]
COAL = ("ukhaa_khudag", "washed_coking_coal")
SCENARIOS = ("today", "essay", "sanctions-lifted", "east-rail")


def costs(outcome: Outcome, *names: str) -> Picture:
    return figures.make("costs", outcome, Asked(*names))


def stairs(outcome: Outcome, *names: str) -> Picture:
    return figures.make("staircase", outcome, Asked(*names))


# which corridor a flow is bound for


@pytest.mark.parametrize("scenario", SCENARIOS[:2])
def test_corridors_of_flows_add_up_to_the_plan(rason: Study, scenario: str) -> None:
    plan = rason.run(scenario).plan
    found = by_corridor(plan)
    assert {key: math.fsum(tonnes.values()) for key, tonnes in found.items()} == pytest.approx(plan.carried())
    loaded: dict[tuple[str, str], float] = defaultdict(float)
    for (commodity, e), tonnes in found.items():
        edge = plan.network.edges[e]
        if edge.link.kind == "sea":
            assert [*tonnes] == [plan.corridor_at(edge.tail)]
        if edge.tail in {seller.node for seller in plan.sellers}:
            for name, mtpa in tonnes.items():
                loaded[name, commodity] += mtpa
    assert dict(loaded) == pytest.approx(plan.corridors())  # what leaves the mines arrives


def test_mixed_cargo_is_split_as_it_parts(toy: Study) -> None:
    """Coal and ore go to an inland buyer, by the eastern port, and (ore barred there) by the northern one."""
    found = by_corridor(toy.run().plan)
    network = toy.run().network
    at = {(commodity, network.edges[e].id): tonnes for (commodity, e), tonnes in found.items()}
    assert at["coal", "load_coal"] == pytest.approx({"east": 1.0, "north": 1.0})
    assert at["ore", "load_ore"] == pytest.approx({"east": 1.0})
    assert at["coal", "rail_north"] == pytest.approx({"north": 1.0})


# the map


@pytest.mark.parametrize("scenario", SCENARIOS[1:3])
def test_widths_are_the_square_root_of_flows(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    chart, said = route_map(outcome), style.caption(outcome)
    on = ground(np.vstack([stroke.line for stroke in chart.strokes if stroke.kind != "sea"]), 6.0)
    flows = [ribbon for ribbon in ribbons(chart, on, said) if ribbon.manner == "flow"]
    most = max(ribbon.mtpa for ribbon in flows)
    for ribbon in flows:
        assert ribbon.width_pt == pytest.approx(max(THINNEST_PT, WIDEST_PT * math.sqrt(ribbon.mtpa / most)))
    by_link: dict[str, float] = defaultdict(float)
    for (_, e), mtpa in outcome.plan.carried().items():
        by_link[outcome.network.edges[e].link.id] += mtpa
    drawn: dict[str, float] = defaultdict(float)
    for ribbon in flows:
        drawn[ribbon.link] += ribbon.mtpa
    assert dict(drawn) == pytest.approx(by_link)


def test_lines_lie_where_the_places_lie(rason: Study) -> None:
    outcome = rason.run()
    chart, said = route_map(outcome), style.caption(outcome)
    on = ground(np.vstack([stroke.line for stroke in chart.strokes if stroke.kind != "sea"]), 6.0)
    strokes = {stroke.link: stroke for stroke in chart.strokes}
    for ribbon in ribbons(chart, on, said):
        ends = on.place(strokes[ribbon.link].line[[0, -1]])
        assert np.hypot(*(ribbon.line[[0, -1]] - ends).T).max() <= 2 * WIDEST_PT
        if len([*strokes[ribbon.link].mtpa, *strokes[ribbon.link].idle, *strokes[ribbon.link].closed]) == 1:
            assert ribbon.line[[0, -1]] == pytest.approx(ends)


def test_the_picture_has_the_lines_of_the_plan(toy: Study) -> None:
    outcome = toy.run()
    picture = figures.make("map", outcome)
    said = style.caption(outcome)
    found = {str(c.get_label()): c for c in picture.figure.findobj(LineCollection)}
    assert {"east flow", "north flow"} <= {*found}
    for name in ("east", "north"):
        assert to_hex(found[f"{name} flow"].get_colors()[0]) == said.colour(name).lower()
    assert len(found["north flow"].get_segments()) == sum(  # type: ignore[arg-type]
        "north" in stroke.mtpa for stroke in route_map(outcome).strokes
    )


def test_scale_is_true_at_the_centre_and_sizes_are_kept() -> None:
    on = ground(np.array([[100.0, 40.0], [130.0, 50.0]]), 6.0)
    [a, b] = on.place(np.array([[115.0, 45.5], [116.0, 45.5]]))
    km = float(great_circle_km(115.0, 45.5, 116.0, 45.5))
    assert float(np.hypot(*(a - b))) * on.km_per_pt == pytest.approx(km, rel=0.01)
    assert on.width_pt == 6.0 * 72
    for corner in on.place(np.array([[100.0, 40.0], [130.0, 50.0]])):
        assert 0 < corner[0] < on.width_pt
        assert 0 < corner[1] < on.height_pt


def test_one_place_alone_still_makes_a_map() -> None:
    on = ground(np.array([[110.0, 40.0]]), 6.0)
    assert on.place(np.array([[110.0, 40.0]]))[0] == pytest.approx([on.width_pt / 2, on.height_pt / 2])


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=2, max_size=8, unique=True), st.floats(-6, 6))
def test_a_line_beside_another_keeps_its_distance_and_sense(points: list[tuple[float, float]], by: float) -> None:
    line = np.array(points)
    moved = beside(line, by)
    assert np.isfinite(moved).all()
    assert np.hypot(*(moved[[0, -1]] - line[[0, -1]]).T).max() <= abs(by) * 1.001 + 1e-9
    straight = beside(line[:2], by)
    if np.ptp(line[:2], axis=0).max() > 1:
        along = (line[1] - line[0]) / np.hypot(*(line[1] - line[0]))
        assert (straight - line[:2]) @ along == pytest.approx([0, 0], abs=1e-6)
        assert (straight - line[:2]) @ [-along[1], along[0]] == pytest.approx([by, by], abs=1e-6)


def test_shapes_of_another_network_are_not_drawn(rason: Study) -> None:
    outcome = rason.run()
    edge = next(edge for edge in outcome.network.edges if edge.link.kind == "rail")
    far = LinkShape(np.array([[0.0, 0.0], [1.0, 1.0]]), schematic=False)
    line, schematic = _line(edge, outcome.network.nodes, far)
    assert schematic
    assert len(line) == 2
    assert tuple(line[0]) == (
        outcome.network.nodes[edge.tail].longitude_deg,
        outcome.network.nodes[edge.tail].latitude_deg,
    )


def test_what_the_law_closes_is_never_drawn_as_used(rason: Study) -> None:
    today, lifted = route_map(rason.run()), route_map(rason.run("sanctions-lifted"))
    assert today.closed == {"rason": "barred"}
    assert not any("rason" in (*stroke.mtpa, *stroke.idle) for stroke in today.strokes)
    assert any("rason" in stroke.closed for stroke in today.strokes)
    assert "nothing goes by Rason (barred)" in claim(style.caption(rason.run()), today)
    assert "rason" not in lifted.closed
    assert any("rason" in stroke.idle for stroke in lifted.strokes)
    picture = figures.make("map", rason.run())
    [dots] = [c for c in picture.figure.findobj(LineCollection) if c.get_label() == "rason closed"]
    assert dots.get_linestyle()[0][1] is not None
    assert any("not available (law)" in text for text in texts(picture))


def test_a_map_of_a_plan_that_ships_nothing(project: Path, edit: Edit) -> None:
    edit("data/mines.csv", "coal_mine,coal,cash_cost,40,40,40", "coal_mine,coal,cash_cost,900,900,900")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    picture = figures.make("map", outcome, Asked(commodity="coal"))
    assert picture.title == "Coal: the best lawful plan ships nothing; nothing goes by East or North"
    assert not any(str(c.get_label()).endswith("flow") for c in picture.figure.findobj(LineCollection))
    assert_tidy(picture)


def test_one_corridor_alone(project: Path) -> None:
    path = project / "data" / "links.csv"
    rows = path.read_text("utf-8").splitlines()
    shut = [row.replace(",open,,,", ",open,,2019-01-01,") if "north" in row else row for row in rows]
    path.write_text("\n".join([*shut, ""]), "utf-8")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    assert "100\N{NO-BREAK SPACE}% by East; nothing goes by North" in figures.make("map", outcome).title
    assert costs(outcome, "coal_mine").title.endswith("East is cheapest at 33.0 USD/t")
    assert "East is the one way that may be used" in stairs(outcome, "coal_mine").title
    with pytest.raises(NoAnswerError, match="no two corridors"):
        figures.make("tornado", outcome, Asked(commodity="coal"))


def test_a_damaged_geography_is_a_fault_and_no_traceback(project: Path) -> None:
    folder = project / "geo"
    folder.mkdir()
    (folder / "outlines.parquet").write_bytes(b"PAR1 not at all")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    with pytest.raises(InputError, match=r"outlines\.parquet"):
        figures.make("map", outcome)
    (folder / "outlines.parquet").unlink()
    assert_tidy(figures.make("map", outcome))  # none at all: a white map


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_maps_are_tidy_and_have_all_characters(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    picture = figures.make("map", outcome)
    assert_tidy(picture)
    assert picture.unknown_characters() == ""
    assert any("Boundaries and names imply" in text for text in [" ".join(texts(picture))])
    assert any("COUNTERFACTUAL" in text for text in texts(picture)) == bool(outcome.lifted_measures)
    assert {"Оюу толгой", "포항", "天津新港"} <= {*texts(picture)}


def test_the_font_has_every_native_name(rason: Study) -> None:
    names = [node.native_name for node in rason.tables["nodes"]]
    assert fonts.unknown("".join(names)) == ""
    assert {"라진", "天津新港", "Замын-Үүд", "Төмөртэй"} <= {*names}
    for file in fonts.files():
        assert file.read_bytes()[:4] == b"\x00\x01\x00\x00"  # TrueType: what PDF readers and typesetters embed
    assert "SIL OPEN FONT LICENSE" in fonts.CJK_FILE.with_name("OFL.txt").read_text("utf-8").upper()


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200), st.text("abӨ天", min_size=1, max_size=12)), max_size=25)
)
def test_no_name_lies_on_another_or_leaves_the_map(spots: list[tuple[float, float, str]]) -> None:
    with style.styled():
        labels = [Label(x, y, (name,), float(i), 6.5) for i, (x, y, name) in enumerate(spots)]
        points = np.array([(x, y) for x, y, _ in spots]).reshape(-1, 2)
        placed = place(labels, points, np.empty((0, 2)), 300.0, 200.0)
        for one in placed:
            left, bottom, right, top = one.box
            assert 0 <= left <= right <= 300
            assert 0 <= bottom <= top <= 200
            assert (right - left, top - bottom) == pytest.approx(size_pt(one.label))
    for i, one in enumerate(placed):
        for other in placed[i + 1 :]:
            a, b = one.box, other.box
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    if placed:
        assert placed[0].label.rank == min(one.label.rank for one in placed)  # the most important first


@given(st.floats(1e-6, 1e6))
def test_round_figures(most: float) -> None:
    found = round_figure(most)
    assert found <= most * 1.0001
    assert most < 2.5 * found * 1.0001
    assert f"{found:.0e}"[0] in "125"


def test_alt_text_of_the_map_is_of_the_plan(rason: Study) -> None:
    outcome = rason.run()
    alt = figures.make("map", outcome).alt
    carried = outcome.plan.corridors()
    for name in {name for name, _ in carried}:
        whole = math.fsum(mtpa for (carrier, _), mtpa in carried.items() if carrier == name)
        assert f"{from_id(name)}: {whole:,.3g} Mt/yr" in alt


# costs and the staircase


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_bars_are_the_ledger(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    routes = compared(outcome, *COAL, None).routes
    picture = costs(outcome, *COAL)
    axes = picture.figure.axes[0]
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    for i, route in enumerate(routes):
        own = [patch for patch in bars if abs(patch.get_y() + patch.get_height() / 2 - (i - 0.08)) < 1e-9]
        assert math.fsum(patch.get_width() for patch in own) == pytest.approx(route.generalised)
        explained = outcome.route_via(*(route.origin, route.market, route.commodity), (route.entry, route.gateway))
        assert explained.generalised == pytest.approx(route.generalised)
        assert f"{money(route.generalised)}, range {money(route.low)} to {money(route.high)}" in picture.alt
        assert f"cash {money(route.cash)}" in picture.alt
    assert_tidy(picture)


def test_every_part_of_cost_has_a_look_of_its_own() -> None:
    assert {*ORDER} == {*PARTS} == {*FILLS}
    assert len({*FILLS.values()}) == len(PARTS)
    assert not {face for face, _ in FILLS.values()} & {*style.OKABE_ITO}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_staircase_climbs_to_cost_time_and_distance(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    routes = compared(outcome, *COAL, None).routes
    picture = stairs(outcome, *COAL)
    time, cost = picture.figure.axes
    for i, route in enumerate(routes):
        for axes, most in ((cost, route.generalised), (time, route.time_h / 24)):
            [line] = [line for line in axes.lines if line.get_gid() == f"route {i}"]
            x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
            assert (x[0], y[0]) == (0, 0)
            assert (x[-1], y[-1]) == pytest.approx((route.distance_km, most))
            assert (np.diff(x) >= 0).all()
            assert line.get_linestyle() == ("-" if route.usable else "--")
            assert len(x) == len(route.edges) + 1
        assert f"{money(route.distance_km)} km, {money(route.generalised)} USD/t" in picture.alt
    assert_tidy(picture)


class Case(NamedTuple):
    costs: dict[str, tuple[float, bool]]
    said: str


@pytest.mark.parametrize(
    "case",
    [
        Case({"a": (10, True), "b": (12, True)}, "a is cheapest at 10.0 USD/t; b costs 2.0 more, beyond the ranges"),
        Case({"a": (10, True), "b": (10.5, True)}, "b costs 0.5 more, but their ranges overlap"),
        Case({"a": (8, False), "b": (12, True)}, "b is cheapest at 12.0 USD/t; a (barred) would cost 4.0 less"),
        Case({"a": (8, False)}, "no way may be used; the cheapest, by a (barred), would cost 8.0 USD/t"),
    ],
)
def test_the_claim_of_costs_follows_the_numbers(case: Case) -> None:
    from corridor.figures.bars import Bar, Bars
    from corridor.figures.bars import claim as said_of

    bars = [
        Bar(name, "port", "", "" if usable else "barred", {"haul": cost}, cost - 0.4, cost + 0.4)
        for name, (cost, usable) in case.costs.items()
    ]
    assert said_of(Bars("Ore", bars)).endswith(case.said)


def test_a_corridor_that_is_cheaper_but_barred_is_shown_beside_the_lawful_one(rason: Study) -> None:
    found = compared(rason.run("essay"), "sharyn_gol", "thermal_coal", "dangjin").routes
    rajin = [route for route in found if route.corridor == "rason"]
    assert [route.usable for route in rajin] == [False, True]
    assert rajin[0].generalised < rajin[1].generalised
    picture = costs(rason.run("essay"), "sharyn_gol", "thermal_coal", "dangjin")
    assert "Rason (unclear)" in texts(picture)
    assert "Rason by Rajin pier 3 over Tumen Namyang, unclear, not available" in picture.alt


def test_a_comparison_needs_one_mine(rason: Study) -> None:
    with pytest.raises(UsageError, match="Name one: --origin baganuur --commodity thermal_coal"):
        costs(rason.run())
    with pytest.raises(UsageError, match="nobody at naushki bids for"):
        stairs(rason.run(), *COAL, "naushki")


HOSTILE = "$\\frac{1}{0}$ <script>alert('&')</script> %s {x}"


@pytest.mark.parametrize("name", ["map", "costs", "staircase", "netback", "tornado", "shares"])
def test_hostile_names_stay_names_in_every_figure(project: Path, edit: Edit, name: str) -> None:
    edit("data/nodes.csv", "Coal mine", HOSTILE)
    edit("data/nodes.csv", "Island", "مدينة الميناء")
    edit("data/nodes.csv", "Northern port,", '"' + "Very long " * 30 + '",')
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    takes = {"commodity": "coal", "draws": 8} if name == "shares" else {} if name == "map" else {"commodity": "coal"}
    picture = figures.make(name, outcome, Asked(**takes))  # type: ignore[arg-type]
    svg = picture.render("svg").decode("utf-8")
    assert "<script>" not in svg
    assert_tidy(picture)


# the registry


def test_each_figure_says_what_it_takes(toy: Study) -> None:
    for name, figure in figures.FIGURES.items():
        for field in Asked._fields:
            value = 8 if field in ("draws", "seed") else "x"
            if field not in figure.takes:
                with pytest.raises(UsageError, match=f"{name} does not take --{field}. It takes"):
                    figures.make(name, toy.run(), Asked(**{field: value}))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match='Did you mean "staircase"'):
        figures.make("stairs", toy.run())


@pytest.mark.parametrize("form", style.FORMS)
@pytest.mark.parametrize("name", ["map", "costs", "staircase", "tornado", "shares"])
def test_all_figures_are_the_same_bytes_twice(toy: Study, name: str, form: str) -> None:
    takes = {"map": {}, "shares": {"draws": 8}}.get(name, {"commodity": "coal"})

    def once() -> bytes:
        return figures.make(name, toy.run(), Asked(**takes)).render(form)  # type: ignore[arg-type]

    assert once() == once()


def test_figures_are_cheap_to_import() -> None:
    code = (
        "import sys, corridor.figures; print(*{'matplotlib', 'pyproj', 'shapely', 'pyarrow', 'scipy'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == ""


def test_the_map_scales_with_what_flows(toy: Study) -> None:
    chart = route_map(toy.run())
    assert scale_pt(chart) == pytest.approx(
        WIDEST_PT / math.sqrt(max(m for s in chart.strokes for m in s.mtpa.values()))
    )
    assert {stroke.kind for stroke in chart.strokes if stroke.schematic} <= {*MOVES}
    assert draw(style.caption(toy.run()), chart).title == figures.make("map", toy.run()).title
