"""Figures: claims that follow the numbers, the same bytes every time, names that cannot harm, nothing half written."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.text import Text

import corridor
from corridor import figures, report
from corridor.cli import main
from corridor.figures import layout, style
from corridor.figures.regime import RegimeMap, Region, areas, regime, winners_at
from corridor.figures.regime import claim as regime_claim
from corridor.figures.shares import Shares, completed, shares
from corridor.figures.shares import claim as shares_claim
from corridor.figures.style import Caption, Picture
from corridor.figures.tornado import Swing, Tornado, tornado
from corridor.figures.tornado import claim as tornado_claim
from corridor.study import Outcome, Study

Edit = Callable[..., None]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "$\\frac{1}{0}$ <script>alert('&')</script> \"]]> %s {x} Өмнөговь Үйлдвэр"
PLAIN = Caption("Study · today", "Source: test", (), ("china", "russia", "rason"))
LIFTED = PLAIN._replace(lifted=("Example act", "Second act"))


def drawn(outcome: Outcome, **names: str) -> Picture:
    routes, _ = report.asked(outcome, names.get("origin"), names.get("commodity"), names.get("market"))
    return figures.netback(outcome, routes)


def texts(picture: Picture) -> list[str]:
    return [found.get_text() for found in picture.figure.findobj(Text) if found.get_text()]


def a_map(said: Caption = PLAIN, names: tuple[str, str, str] = ("china", "russia", "")) -> Picture:
    return regime(said, a_plane(names))


def a_plane(names: tuple[str, str, str] = ("china", "russia", ""), today: tuple[float, float] = (1, 1)) -> RegimeMap:
    corners = ([[0, 0], [4, 0], [4, 2], [0, 2]], [[0, 2], [4, 2], [4, 4]], [[0, 2], [4, 4], [0, 4]])
    regions = [Region(np.array(c, dtype=float), name) for c, name in zip(corners, names, strict=True)]
    return RegimeMap("Coal of the mine", regions, "price, USD/t", "rate, USD/t-km", today)


def a_tornado(said: Caption = PLAIN, extra: str = "rate") -> Picture:
    swings = [Swing(extra, -5, 12), Swing("speed", -3, -1), Swing("length", -2.5, -1.5)]
    return tornado(said, Tornado("gap", "USD/t", swings, -2.0, 0.0, "china wins", "rason wins"))


def some_shares(said: Caption = PLAIN, extra: str = "ore") -> Picture:
    return shares(said, Shares({"coal": {"china": 0.7, "rason": 0.2}, extra: {"china": 1.0}}, 1024))


# netback


def test_the_claim_and_the_words_of_the_toy(toy: Study) -> None:
    picture = drawn(toy.run(), commodity="coal")
    assert picture.title == (
        "Coal of Coal mine pays by East and North at 100 USD/t, the price of 2020; it pays from 68.8 on; "
        "the best way is East at every paying price of 2020–2020"
    )
    for told in (
        "East to island: 67.0 at that price, covers the mine's 40.0 above 73.0.",
        "North to island: 53.5 at that price, covers the mine's 40.0 above 86.5.",
        "East and North cross at no price above 0: East lies above.",
    ):
        assert told in picture.alt
    assert {"73.0", "86.5", "90.0", "2020: 100"} <= {*texts(picture)}  # two shut-ins, the change of sale, the price


def test_the_claim_follows_the_numbers(toy: Study, project: Path, edit: Edit) -> None:
    edit("data/mines.csv", "coal_mine,coal,cash_cost,40,40,40", "coal_mine,coal,cash_cost,80,80,80")
    dear = drawn(corridor.read_study(project / "models" / "study.toml").run(), commodity="coal")
    assert "pays by no corridor at 100 USD/t" in dear.title
    assert "pays from 113 on" in dear.title
    edit("data/mines.csv", "coal_mine,coal,cash_cost,80,80,80", "coal_mine,coal,cash_cost,900,900,900")
    hopeless = drawn(corridor.read_study(project / "models" / "study.toml").run(), commodity="coal")
    assert hopeless.title.endswith("and at no price up to 200")


def test_one_corridor_overtakes_another(project: Path, edit: Edit) -> None:
    """The east sells in the city alone, at 0.8 of the price; the north on the island at all of it."""
    edit("data/tariffs.csv", "port_east,,port_charge,5,5,5,", "port_east,,port_charge,500,500,500,")
    edit("data/prices.csv", "coal_price,,price,70,100,140,", "coal_price,,price,70,160,200,")
    picture = drawn(corridor.read_study(project / "models" / "study.toml").run(), commodity="coal")
    assert "East and North cross at 158" in picture.alt  # P - 46.5 = 0.8 P - 15
    assert "158" in texts(picture)
    assert "the best way is North at every paying price of 2020–2020" in picture.title


def test_barred_routes_are_dashed_named_and_never_available(toy: Study) -> None:
    picture = drawn(toy.run(), commodity="ore")
    routes = [line for line in picture.figure.findobj(Line2D) if line.get_linewidth() == 1.8]
    assert sorted(line.get_linestyle() for line in routes) == ["-", "--"]
    assert any(text.startswith("North (barred)") for text in texts(picture))
    assert "North to island, barred, not available" in picture.alt
    assert "pays by East at" in picture.title
    lifted = drawn(toy.run("act-lifted"), commodity="ore")
    assert not any("(barred)" in text for text in texts(lifted))
    assert any(text.startswith("COUNTERFACTUAL, NOT THE LAW: as if lifted: Example act") for text in texts(lifted))
    assert "as if lifted: Example act" in lifted.alt


def test_one_colour_a_corridor_whatever_is_drawn(rason: Study) -> None:
    said = style.caption(rason.run())
    assert [said.colour(name) for name in ("china", "russia", "rason")] == [*style.OKABE_ITO[:3]]
    assert len({said.colour(name) for name in ("china", "russia", "rason", "elsewhere")}) == 4


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted"])
@pytest.mark.parametrize(
    ("origin", "commodity"), [("ukhaa_khudag", "washed_coking_coal"), ("tumurtei", "iron_ore"), ("ulaan", None)]
)
def test_texts_stay_on_the_page_and_apart(rason: Study, scenario: str, origin: str, commodity: str | None) -> None:
    picture = drawn(rason.run(scenario), origin=origin, **({"commodity": commodity} if commodity else {}))
    assert_tidy(picture)


def assert_tidy(picture: Picture) -> None:
    """No text leaves the page; none of those that we place lies on another."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with style.styled():
        canvas = FigureCanvasAgg(picture.figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        page = picture.figure.bbox
        found = [t for t in picture.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        boxes = [(text.get_text(), Text.get_window_extent(text, renderer)) for text in found]
        slanted = {text.get_text() for text in found if text.get_rotation() % 90}  # their boxes are larger than they
    axes = [axis for a in picture.figure.axes for axis in (a.xaxis, a.yaxis)]
    ticks = {label.get_text() for axis in axes for tick in axis.majorTicks for label in (tick.label1, tick.label2)}
    for name, box in boxes:
        if name not in ticks:
            assert page.x0 <= box.x0, name
            assert box.x1 <= page.x1 + 1, name
            assert page.y0 <= box.y0, name
            assert box.y1 <= page.y1 + 1, name
    placed = [(name, box) for name, box in boxes if name not in ticks | slanted]
    for i, (one, box) in enumerate(placed):
        for other, beside in placed[i + 1 :]:
            width = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            height = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert width <= 1 or height <= 3, (one, other)  # a line's box has room for letters that reach down


# regime, tornado, shares


def test_a_map_tells_areas_and_who_wins_now() -> None:
    plane = a_plane()
    assert areas(plane) == pytest.approx({"china": 0.5, "nothing sold": 0.25, "russia": 0.25})
    assert winners_at(plane, (1, 1)) == ["china"]
    assert winners_at(plane, (2, 2)) == ["china", "russia"] or winners_at(plane, (4, 2)) == ["china", "russia"]
    assert winners_at(plane, (9, 9)) == []
    assert regime_claim(plane).startswith("Coal of the mine: china wins as things are; of the plane china 50")
    assert "outside of the plane" in regime_claim(a_plane(today=(9, 9)))
    assert "as good as each other" in regime_claim(a_plane(today=(4, 2)))
    everywhere = a_plane(("rason", "rason", "rason"))
    assert regime_claim(everywhere) == "Coal of the mine: rason wins as things are, and rason wins all over the plane"


@given(st.permutations(range(4)), st.booleans())
def test_a_polygon_may_be_told_from_any_corner_in_any_sense(order: list[int], backwards: bool) -> None:
    corners = np.roll(np.array([[0, 0], [4, 0], [4, 2], [0, 2]], dtype=float), order[0], axis=0)
    region = Region(corners[::-1] if backwards else corners, "china")
    plane = RegimeMap("x", [region], "x", "y", (1, 1))
    assert winners_at(plane, (1, 1)) == ["china"]
    assert winners_at(plane, (1, 2.1)) == []
    assert areas(plane) == {"china": 1}


def test_a_tornado_names_what_turns_the_decision() -> None:
    swings = [Swing("rate", -5, 12), Swing("speed", -3, -1), Swing("length", -2.5, -1.5)]
    chart = Tornado("the gap", "USD/t", swings, -2.0, 0.0, "china wins", "rason wins")
    assert tornado_claim(chart) == (
        "The gap hangs most on rate (−5.0 to 12.0 USD/t); 1 of 3 parameters alone turns the decision: rate"
    )
    assert tornado_claim(chart._replace(decision=50.0)).endswith("none of 3 parameters alone turns the decision")
    assert tornado_claim(chart._replace(decision=None)) == "The gap hangs most on rate (−5.0 to 12.0 USD/t)"
    assert tornado_claim(chart._replace(swings=[Swing("rate", -2, -2)])) == "No parameter moves the gap"
    assert tornado_claim(chart._replace(swings=[])) == "No parameter moves the gap"
    assert "2 of 3" in tornado_claim(chart._replace(decision=-1.2))
    many = [Swing(f"parameter {i}", -i, i) for i in range(40)]
    picture = tornado(PLAIN, Tornado("gap", "USD/t", many, 0.0))
    assert "25 narrower left out" in " ".join(texts(picture))
    assert_tidy(picture)


def test_shares_add_up_with_what_sells_nothing() -> None:
    chart = Shares({"coal": {"rason": 0.2, "china": 0.7}, "ore": {"china": 1.0}}, 1024)
    rows = completed(chart, PLAIN.corridors)
    assert [*rows["coal"]] == ["china", "rason", "nothing sold"]
    assert sum(rows["coal"].values()) == pytest.approx(1)
    assert [*rows["ore"]] == ["china"]
    assert shares_claim(PLAIN, chart).replace("\u00a0", " ") == (
        "China wins most often for both commodities (70 % to 100 % of draws)"
    )
    split = Shares({"coal": {"rason": 0.6}, "ore": {"china": 0.3}}, 1024)
    assert shares_claim(PLAIN, split).replace("\u00a0", " ") == (
        "Nothing sold is most often the outcome for ore (70 % of draws); rason wins most often for coal (60 % of draws)"
    )
    assert shares_claim(PLAIN, Shares({}, 0)) == "No commodity was drawn"


@pytest.mark.parametrize("said", [PLAIN, LIFTED])
@pytest.mark.parametrize("draw", [a_map, a_tornado, some_shares])
def test_all_are_tidy_and_say_what_is_lifted(draw: Callable[[Caption], Picture], said: Caption) -> None:
    picture = draw(said)
    assert_tidy(picture)
    assert any("COUNTERFACTUAL" in text for text in texts(picture)) == bool(said.lifted)
    assert ("as if lifted: Example act, Second act" in picture.alt) == bool(said.lifted)


# files


@pytest.mark.parametrize("form", style.FORMS)
def test_the_same_bytes_on_a_second_run(rason: Study, form: str) -> None:
    def all_drawn() -> list[bytes]:
        outcome = rason.run()
        pictures = [drawn(outcome, origin="tumurtei"), a_map(), a_tornado(), some_shares()]
        return [picture.render(form) for picture in pictures]

    assert all_drawn() == all_drawn()


def test_the_same_bytes_from_another_process(rason: Study, tmp_path: Path) -> None:
    place = tmp_path / "x.svg"
    code = f"from corridor.cli import main; main(['figure', 'netback', '--origin', 'tumurtei', '-o', {str(place)!r}])"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert place.read_bytes() == drawn(rason.run(), origin="tumurtei").render("svg")


@pytest.mark.parametrize("form", style.FORMS)
@pytest.mark.parametrize("draw", [a_map, a_tornado, some_shares])
def test_hostile_names_are_only_names(draw: Callable[..., Picture], form: str) -> None:
    picture = draw(PLAIN, (HOSTILE, "russia", "") if draw is a_map else HOSTILE)
    content = picture.render(form)
    if form == "svg":
        root = ET.fromstring(content)  # noqa: S314  # our own
        assert root.find(f"{SVG}title").text == picture.title  # type: ignore[union-attr]
        assert root.find(f"{SVG}desc").text == picture.alt  # type: ignore[union-attr]
        assert not [*root.iter(f"{SVG}script")]
        assert "$\\frac{1}{0}$" in "".join(root.itertext())
    assert_tidy(draw(PLAIN, ("x" * 3000, "russia", "") if draw is a_map else "x" * 3000))


def test_svg_keeps_words_and_tells_them_aloud(rason: Study) -> None:
    picture = drawn(rason.run(), origin="tumurtei")
    text = picture.render("svg").decode("utf-8")
    root = ET.fromstring(text)  # noqa: S314  # our own
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == picture.title  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == picture.alt  # type: ignore[union-attr]
    assert any("decision netback" in (node.text or "") for node in root.iter(f"{SVG}text"))
    assert not re.search(r"\b20\d\d-\d\d-\d\dT", text)  # no time of writing
    assert str(Path.home()) not in text


def test_the_font_has_mongolian_and_names_what_it_lacks(rason: Study) -> None:
    tables = rason.run().tables
    names = " ".join([*(node.name for node in tables["nodes"]), *(cargo.name for cargo in tables["commodities"])])
    assert some_shares(extra=f"ӨҮөү − → ≥ ✗ ◆ ◂ ▸ … {names}").unknown_characters() == ""
    assert some_shares(extra="라뷁").unknown_characters() == "뷁"
    assert some_shares(extra="라뷁").render("png")  # boxes, and no warning


def test_the_users_style_is_left_alone(toy: Study) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 31.0, "svg.fonttype": "path", "text.parse_math": True}):
        before = dict(mpl.rcParams)
        mine = drawn(toy.run(), commodity="coal").render("svg")
        assert dict(mpl.rcParams) == before
    assert mine == drawn(toy.run(), commodity="coal").render("svg")


@given(st.lists(st.floats(-5, 15), max_size=8), st.floats(0.01, 3), st.integers(0, 3))
def test_names_are_moved_apart_in_order(wanted: list[float], least: float, repeated: int) -> None:
    wanted = wanted + wanted[:1] * repeated
    placed = layout.spread(wanted, least, 0.0, 10.0)
    assert all(-1e-9 <= at <= 10 + 1e-9 for at in placed)
    gap = min(least, 10 / max(len(wanted) - 1, 1))
    ordered = sorted(placed)
    assert all(after - before >= gap - 1e-6 for before, after in pairwise(ordered))
    for i, one in enumerate(wanted):
        assert all(placed[i] <= placed[j] + 1e-9 for j, other in enumerate(wanted) if one < other)


# the command


def figure(*words: str) -> int:
    return main(["figure", *words])


def test_the_command_writes_and_says_what_is_to_be_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, mark in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        place = tmp_path / "new" / f"netback.{form}"
        assert figure("netback", "--origin", "tumurtei", "-o", str(place)) == 0
        assert place.read_bytes().startswith(mark)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Line chart of decision netback" in told.err
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["netback.pdf", "netback.png", "netback.svg"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["netbak", "-o", "x.svg"], 2, 'Did you mean "netback"? There are: map, costs,'),
        (["netback", "-o", "x.jpg"], 2, 'x.jpg has ".jpg": a figure is written as .svg, .png, .pdf.'),
        (["netback", "-o", "x"], 2, "x has no ending"),
        (["netback"], 2, "parameter -o requires"),
        (["netback", "-o", "x.svg"], 2, "--origin baganuur --commodity thermal_coal"),
        (["netback", "--origin", "erdenet", "-o", "x.svg"], 2, "shows one mine and commodity"),
        (["netback", "--origin", "erdenett", "-o", "x.svg"], 2, 'Did you mean "erdenet"?'),
        (["netback", "--origin", "tumurtei", "--scenario", "esay", "-o", "x.svg"], 2, 'Did you mean "essay"?'),
    ],
)
def test_bad_words(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert figure(*words) == code
    assert said in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_no_lawful_route_draws_nothing(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = "no_act,No act,1,2020-01-01,,,,,load_coal load_ore,,,,barred,,,Nothing may leave.,example,\n"
    path = project / "data" / "rules.csv"
    path.write_text(path.read_text("utf-8") + rule, "utf-8")
    place = tmp_path / "x.svg"
    study = ["--study", str(project / "models" / "study.toml")]
    assert figure("netback", *study, "--commodity", "coal", "-o", str(place)) == 4
    assert "nothing was drawn" in capsys.readouterr().err
    assert not place.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert figure("netback", "--origin", "tumurtei", "-o", str(tmp_path / "x.svg")) == 2
    assert "cannot write" in capsys.readouterr().err
    tmp_path.chmod(stat.S_IRWXU)
    assert not any(tmp_path.iterdir())


def test_a_place_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    assert figure("netback", "--origin", "tumurtei", "-o", str(tmp_path / "file" / "x.svg")) == 2
    assert "cannot write" in capsys.readouterr().err
    assert [file.read_text("utf-8") for file in tmp_path.iterdir()] == ["mine"]


def test_a_regime_map_is_drawn_from_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "regime.svg"
    words = ["figure", "regime", "--x", "thermal_newcastle", "--y", "tariffs:rzd_transit:rate:coal"]
    assert corridor.cli.main([*words, "--commodity", "thermal_coal", "--scenario", "essay", "-o", str(place)]) == 0
    told = capsys.readouterr().err
    assert "As things are, 58.9 and 0.025: Russia" in told
    assert "Most tonnes of thermal coal: Russia wins as things are" in place.read_text("utf-8")
    assert corridor.cli.main([*words[:4], "-o", str(place)]) == 2
    assert "regime needs --y. It takes --commodity, --x, --y." in capsys.readouterr().err
    assert corridor.cli.main(["figure", "netback", "--x", "copper_lme", "-o", str(place)]) == 2
    assert "netback does not take --x. It takes --origin, --commodity, --market." in capsys.readouterr().err
