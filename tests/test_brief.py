"""The brief: correct English whatever the numbers say, every number traceable, whole or not at all, and unharmed."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor
from corridor.brief import DRAWS, Brief, headline, make, text
from corridor.brief.case import focus_of
from corridor.brief.document import Cited, Document, FigureBlock, Name, Table, plain
from corridor.brief.docx import docx
from corridor.brief.facts import Evidence, Fact, ledger
from corridor.brief.html import html
from corridor.brief.pdf import pdf
from corridor.cli import main
from corridor.evidence.quality import work_list
from corridor.starter import new_project
from corridor.study import Study

Edit = Callable[..., None]
NUMBER = re.compile(r"\d+(?:[,.]\d+)*")
BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
HOSTILE = "<script>alert('&')</script> #let x = $\\frac{1}{0}$ _a_ *b* \"q\" {{ 7*7 }} %s ]]> \\u{41}"
FOREIGN = "Өмнөговь Үйлдвэр שלום مرحبا"


def numbers(shown: str) -> list[str]:
    return NUMBER.findall(shown)


def without_drawings(document: Document) -> Document:
    """The same with blank figures: what is drawn in them is held by the tests of figures."""
    sections = tuple(
        dataclasses.replace(
            section,
            blocks=tuple(
                dataclasses.replace(block, svg=BLANK) if isinstance(block, FigureBlock) else block
                for block in section.blocks
            ),
        )
        for section in document.sections
    )
    return dataclasses.replace(document, sections=sections)


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in read(content).pages]


def told(brief: Brief) -> str:
    return " ".join(plain(item) for item in brief.document.findings.items)


@pytest.fixture(scope="session")
def rason_brief(rason: Study) -> Brief:
    """The committed study in full, but for the runs that take long."""
    found = make(rason, draws=32, command="corridor brief")
    return Brief(dataclasses.replace(found.view, length="full", tornado=None))


@pytest.fixture(scope="session")
def toy_brief(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """The toy corridor in full, runs and all."""
    folder = tmp_path_factory.mktemp("project") / "toy"
    new_project(folder)
    study = corridor.read_study(folder / "models" / "study.toml")
    return make(study, length="full", draws=32, with_png=True, command="corridor brief")


# Sentences


def test_words_of_ours_hold_no_number() -> None:
    with pytest.raises(ValueError, match="number without a fact"):
        text.say("carries 7 of 8")
    with pytest.raises(ValueError, match="number without a fact"):
        text.say("carries {n}", n="7")
    assert text.say("in {year}", year=Name("2015")) == ("in ", Name("2015"))


@pytest.mark.parametrize(
    ("items", "shown"),
    [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_of_none_one_and_many(items: list[str], shown: str) -> None:
    assert plain(text.listed(items)) == shown


def test_forms_of_words_go_with_their_count() -> None:
    assert [text.plural(n, "way") for n in (0, 1, 2)] == ["ways", "way", "ways"]
    assert [text.plural(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (1.0, "almost certain"),
        (0.95, "almost certain"),
        (0.946, "almost certain"),  # printed as 95 %
        (0.944, "very likely"),
        (0.80, "very likely"),
        (0.794, "likely"),
        (0.55, "likely"),
        (0.544, "about as likely as not"),
        (0.45, "about as likely as not"),
        (0.444, "unlikely"),
        (0.20, "unlikely"),
        (0.194, "very unlikely"),
        (0.05, "very unlikely"),
        (0.044, "almost certain not"),
        (0.0, "almost certain not"),
    ],
)
def test_likelihoods_have_fixed_words(share: float, word: str) -> None:
    assert text.likelihood(share).word == word


@given(st.floats(0, 1))
def test_every_share_has_a_word_and_no_other_number_has(share: float) -> None:
    assert text.likelihood(share).least <= share + 0.005
    with pytest.raises(ValueError, match="no share"):
        text.likelihood(share + 1.1)


def test_two_facts_of_one_name_are_a_bug() -> None:
    behind = Evidence("e", "what", "command")
    fact = Fact("k", "7", 7.0, "1", "f", behind)
    assert ledger([fact, fact]) == {"k": fact}
    with pytest.raises(RuntimeError, match="two facts are called k"):
        ledger([fact, dataclasses.replace(fact, value=8.0)])


# Findings, whichever way the numbers fall


def test_the_toy_corridor_is_told_as_it_was_solved_by_hand(toy_brief: Brief) -> None:
    brief = toy_brief
    assert plain(brief.document.title) == "East carries most of 1 of 2 commodities and 1 is shared evenly"
    assert "East carries 2.00 million tonnes a year and North 1.00. It is worth 76.5 million USD a year" in told(brief)
    assert "33.0 (30.5–38.0) USD/t by Eastern port" in told(brief)


def focused(project: Path, edit: Edit, name: str) -> Study:
    edit("models/study.toml", 'default_scenario = "today"', f'default_scenario = "today"\nfocus = "{name}"')
    return corridor.read_study(project / "models" / "study.toml")


def test_a_study_in_which_the_corridor_asked_about_wins(project: Path, edit: Edit) -> None:
    brief = make(focused(project, edit, "east"), draws=16, length="full")
    assert "East" in plain(brief.document.title)
    assert "East carries 2.00 million tonnes a year" in told(brief)
    assert "East is the cheapest way to the main market for 2 of 2 commodities" in told(brief)
    section = next(section for section in brief.document.sections if section.key == "needed")
    assert plain(section.blocks[0].runs).startswith("Nothing: East carries 2.00")


def test_a_corridor_that_carries_nothing_though_it_may(project: Path, edit: Edit) -> None:
    path = project / "data" / "tariffs.csv"
    rows = path.read_text("utf-8").splitlines()
    dear = [re.sub(r"^(nn_rail,[^,]*,rate),[^,]*,[^,]*,[^,]*,", r"\1,0.9,0.9,0.9,", row) for row in rows]
    path.write_text("\n".join(dear) + "\n", "utf-8")
    brief = make(focused(project, edit, "north"), draws=0)
    assert plain(brief.document.title) == "East carries all 2 commodities; North carries nothing"
    assert re.search(
        r"North carries nothing: its nearest way, coal from Coal mine to Island, is [\d,.]+ USD/t", told(brief)
    )


def test_a_study_in_which_nothing_pays(project: Path, edit: Edit) -> None:
    path = project / "data" / "mines.csv"
    path.write_text(re.sub(r"cash_cost,\d+,\d+,\d+", "cash_cost,900,900,900", path.read_text("utf-8")), "utf-8")
    brief = make(corridor.read_study(project / "models" / "study.toml"), length="full", draws=8)
    assert plain(brief.document.title) == "Nothing pays its way to market"
    assert "ships nothing: no sale covers what mine and way cost" in told(brief)
    assert brief.files([Path("x.pdf"), Path("x.html")])


def test_a_study_without_a_lawful_way(project: Path, capsys: pytest.CaptureFixture[str], edit: Edit) -> None:
    edit("data/rules.csv", "2020-01-01,,ore,,north_port,", "2020-01-01,,,,,")
    place = project / "out" / "brief.pdf"
    study = str(project / "models" / "study.toml")
    assert main(["brief", "--study", study, "--scenario", "today", "--length", "full", "-o", str(place)]) == 4
    assert "no route is lawful" in capsys.readouterr().err
    assert "No lawful way leads from any mine to any market" in pages(place.read_bytes())[0].replace("\n", " ")
    lifted = make(corridor.read_study(Path(study)), ["act-lifted"], draws=0)
    assert plain(lifted.document.title).startswith("As if measures were lifted: ")


def test_a_study_of_one_corridor_and_one_commodity(project: Path, edit: Edit) -> None:
    edit("data/bids.csv", "ore_island,island,ore,ore_price,CFR,yes,example,\n", "")
    path = project / "data" / "links.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(
        "".join(row.replace(",open,,,", ",open,,2019-12-31,") if "north" in row else row for row in rows), "utf-8"
    )
    path = project / "data" / "demand.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if not row.startswith("ore_island")), "utf-8")
    edit("models/study.toml", 'north = ["NN"]\n', "")
    toml = (project / "models" / "study.toml").read_text("utf-8")
    (project / "models" / "study.toml").write_text(toml[: toml.index("[scenarios.cheap-north]")], "utf-8")
    brief = make(corridor.read_study(project / "models" / "study.toml"), length="full", draws=8)
    assert plain(brief.document.title) == "East carries coal"
    assert "North" not in "".join(pages(pdf(without_drawings(brief.document))))


def test_no_word_of_the_committed_study_stands_in_the_code() -> None:
    folder = Path(corridor.__file__).parent / "brief"
    for path in [*folder.rglob("*.py"), *folder.glob("brief.*")]:
        code = re.sub(r'""".*?"""|#.*', "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search("rason|mongol|rajin|china|russia|dprk", code, re.IGNORECASE), path


def test_the_corridor_asked_about_is_the_studys_own_or_the_first_that_carries_nothing(rason: Study, toy: Study) -> None:
    assert focus_of(rason) == "rason"
    assert focus_of(toy) is None  # both corridors carry something


def test_a_focus_must_be_a_corridor(project: Path, edit: Edit) -> None:
    with pytest.raises(corridor.InputError, match='focus "nowhere" is none of the corridors east, north'):
        focused(project, edit, "nowhere")


def test_the_committed_study(rason_brief: Brief) -> None:
    title = plain(rason_brief.document.title)
    assert title == "China carries 7 of 8 commodities and Russia 1; no lawful way leads through Rason"
    said = told(rason_brief)
    assert (
        "Of 525 ways through Rason that were compared, 154 are unclear and 371 are barred on 31 December 2025" in said
    )
    assert "Rason is the cheapest way to the main market for none of 8 commodities" in said
    assert "As if the measures against it were lifted, which is not the law, Rason would carry nothing" in said
    assert 3 <= len(rason_brief.document.findings.items) <= 5


def test_a_counterfactual_says_so_on_every_page(rason: Study) -> None:
    brief = make(rason, ["sanctions-lifted"], draws=0)
    assert plain(brief.document.title).startswith("As if measures were lifted: ")
    assert "Counterfactual, not the law" in plain(brief.document.warning)
    assert all("counterfactual, not the law" in page for page in pages(pdf(brief.document)))
    assert json.loads(str(brief.files([Path("x.html")])[Path("x.facts.json")]))["as_if_lifted"]


def test_the_short_form_has_two_pages_on_either_paper(rason: Study) -> None:
    document = make(rason, command="corridor brief").document  # as many draws as people get: words vary with them
    assert len(pages(pdf(document, "a4"))) == len(pages(pdf(document, "letter"))) == 2
    said = " ".join(pages(pdf(document, "a4"))).replace("\n", " ")
    flips = [work for work in work_list(rason.run(), []) if work.flips]
    assert re.search(rf"Of \d+ assumed numbers {len(flips) or 'none'}, taken alone to an end", said)


# Numbers


class Outside(HTMLParser):
    """Text of a page outside of facts, names, references and the ledger; and the text of each fact."""

    SKIPPED = ("bdi", "sup", "svg", "style", "details", "title")

    def __init__(self) -> None:
        super().__init__()
        self.text, self.facts, self.links, self.inside = "", [], [], []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given_ = dict(attributes)
        if tag == "a" and "fact" in (given_.get("class") or ""):
            tag = "fact"
            self.facts.append("")
        if tag == "a" and (given_.get("href") or "").startswith("http"):
            tag = "outward"
        if tag in {*self.SKIPPED, "fact", "outward", "a"}:
            self.inside.append(tag)
        self.links += [value for name, value in attributes if name in {"href", "src", "xlink:href"} and value]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and (tag == self.inside[-1] or (tag == "a" and self.inside[-1] in {"fact", "outward"})):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "fact" and "details" not in self.inside:
            self.facts[-1] += data
        elif not {*self.SKIPPED, "fact", "outward"} & {*self.inside}:
            self.text += data


@pytest.mark.parametrize("which", ["rason_brief", "toy_brief"])
def test_every_number_of_the_page_is_a_fact(which: str, request: pytest.FixtureRequest) -> None:
    brief: Brief = request.getfixturevalue(which)
    page = Outside()
    page.feed(html(brief.document))
    assert not re.sub(r"(Table|Figure) \d+", "", page.text).count("0123456789")
    assert not re.findall(r"\d", re.sub(r"(Table|Figure) \d+", "", page.text))
    known = {fact["shown"] for fact in brief.facts_document()["facts"]}
    assert len(page.facts) > 60
    assert {fact for fact in page.facts if fact} <= known


@pytest.mark.parametrize("which", ["rason_brief", "toy_brief"])
def test_every_number_of_the_pdf_is_a_fact_or_stands_in_the_tables(which: str, request: pytest.FixtureRequest) -> None:
    brief: Brief = request.getfixturevalue(which)
    document = without_drawings(brief.document)
    printed = pages(pdf(document))
    body = "\n".join(printed)
    body = body[: body.rindex("Sources")] if document.sources else body
    found = Counter(numbers(body))
    shown = {fact["key"]: fact["shown"] for fact in brief.facts_document()["facts"]}
    expected: Counter[str] = Counter()
    for run in (run for run in document.all_runs() if not isinstance(run, (str, Cited))):
        expected.update(numbers(shown[run.key] if isinstance(run, Fact) else run.text))
    expected.update(str(i) for i in range(1, 40))  # pages, tables, figures and references
    strange = {number for number in found if number not in expected}
    assert not strange


def test_facts_have_formulas_evidence_and_what_is_assumed(rason_brief: Brief, rason: Study) -> None:
    found = rason_brief.facts_document()
    evidence = {one["key"]: one for one in found["evidence"]}
    assert all(fact["formula"] and evidence[fact["evidence"]]["command"] for fact in found["facts"])
    rows = {row for one in evidence.values() for row in one["rows"] if ":" in row}
    assert len(rows) > 300
    for row in rows:
        table, number = row.split(".csv:")
        lines = (rason.tables.folder / f"{table}.csv").read_text("utf-8").splitlines()
        assert 2 <= int(number) <= len(lines)
    sources = {source.id for source in rason.tables["sources"]}
    assert {one for record in evidence.values() for one in record["sources"]} <= sources
    routes = [one for key, one in evidence.items() if key.startswith("route:")]
    assert all(sum(one["basis_shares"].values()) == pytest.approx(1) for one in routes)
    assert "rest at least in part on assumed numbers" in told(rason_brief)


def test_the_command_behind_a_route_prints_its_cost(rason_brief: Brief, capsys: pytest.CaptureFixture[str]) -> None:
    found = rason_brief.facts_document()
    commands = {one["key"]: one["command"] for one in found["evidence"]}
    costs = [fact for fact in found["facts"] if "/cost_ranged/" in fact["key"]]
    for fact in costs[::7]:
        words = commands[fact["evidence"]].split()
        assert main([*words[1:], "--format", "json"]) == 0
        route = json.loads(capsys.readouterr().out)["route"]
        assert route["generalised_usd_per_t"] == pytest.approx(fact["value"])
        assert route["low_usd_per_t"] == pytest.approx(fact["low"])


def test_parts_add_up_to_what_is_printed(rason_brief: Brief) -> None:
    facts = rason_brief.facts
    for key, total in facts.items():
        if "/gap/" in key:
            route = total.behind.key
            parts = [fact.value for name, fact in facts.items() if re.search(rf"/gap_\w+/{re.escape(route)}$", name)]
            assert not parts or sum(float(part or 0) for part in parts) == pytest.approx(float(total.value or 0))


# Files


def test_the_same_bytes_whenever_it_is_made(toy_brief: Brief) -> None:
    places = [Path("x.pdf"), Path("x.html"), Path("x.docx")]
    again = Brief(dataclasses.replace(toy_brief.view))  # nothing that it keeps is taken over
    one, two = (brief.files(places) for brief in (toy_brief, again))
    assert one == two
    beside = {"facts.json", "run.json", "costs.csv", "cpmm_corridors.csv", "cpmm_crossings.csv", "xlsx"}
    assert {path.name for path in one} == {f"x.{end}" for end in ("pdf", "html", "docx", *beside)}


def test_the_same_bytes_in_another_process(project: Path) -> None:
    study = project / "models" / "study.toml"
    made = []
    for seed in ("1", "2"):
        folder = project / seed
        folder.mkdir()
        words = [sys.executable, "-c", "from corridor.cli import main; raise SystemExit(main())", "brief"]
        words += ["--study", str(study), "--draws", "0", "-o", "b.pdf", "-o", "b.html"]
        subprocess.run(words, cwd=folder, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
        made.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    assert made[0] == made[1]


def test_the_pdf_can_be_read_aloud_and_carries_its_fonts(rason_brief: Brief) -> None:
    reader = read(pdf(rason_brief.document))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == plain(rason_brief.document.title)
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert any(name in inner for name in ("/FontFile2", "/FontFile3"))


def test_nothing_is_printed_beyond_the_margins(rason_brief: Brief) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    for paper, wide in (("a4", 210.0), ("letter", 215.9)):
        for page in pdfium.PdfDocument(pdf(rason_brief.document, paper)):
            drawn = page.render(scale=1, grayscale=True).to_numpy()
            margin = int(drawn.shape[1] * 15 / wide)  # of 19 mm
            assert drawn[:, :margin].min() > 250
            assert drawn[:, -margin:].min() > 250


def test_no_glyph_is_missing(rason_brief: Brief) -> None:
    assert rason_brief.unknown_characters() == ""


def test_the_page_asks_nothing_of_any_network(rason_brief: Brief) -> None:
    page = html(rason_brief.document)
    assert "default-src 'none'" in unescape(page)
    assert "<script" not in page
    assert not re.findall(r"""(?:src|srcset|@import|url\()\s*=?\s*["']?(?!data:|#)https?:""", page)
    parsed = Outside()
    parsed.feed(page)
    outward = [link for link in parsed.links if not link.startswith(("#", "data:"))]
    assert {*outward} <= {address for _, address in rason_brief.document.sources.values()}
    assert len(page.encode("utf-8")) < 2_000_000


def test_links_of_the_page_lead_somewhere(toy_brief: Brief) -> None:
    page = html(toy_brief.document)
    ids = re.findall(r'\bid="([^"]+)"', page)
    inner = re.findall(r'href="#([^"]+)"', page)
    assert {link for link in inner if not link.startswith(("D", "m", "h", "p"))} <= {*ids}


def test_a_word_processors_file_has_all_words_and_pictures(toy_brief: Brief) -> None:
    content = docx(toy_brief.document)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        body = parts.read("word/document.xml").decode("utf-8")
        pictures = [name for name in parts.namelist() if name.startswith("word/media/")]
    assert len(pictures) == len(toy_brief.document.figures())
    assert "Key findings" in body
    tables = [b for section in toy_brief.document.sections for b in section.blocks if isinstance(b, Table)]
    assert body.count("<w:tbl>") == len(tables)


@pytest.mark.parametrize("name", [HOSTILE, FOREIGN, "나진 羅津 🦀", "X" * 300, "a'b\"c", "=1+1", "\\"])
def test_names_cannot_harm(project: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    for file, old in (("nodes.csv", ",Eastern port,"), ("commodities.csv", ",Coal,"), ("nodes.csv", ",Coal mine,")):
        path = project / "data" / file
        content = path.read_text("utf-8")
        assert old in content
        path.write_text(content.replace(old, f",{quoted},"), "utf-8")
    toml = project / "models" / "study.toml"
    toml.write_text(
        toml.read_text("utf-8").replace('"Two ways to the sea"', json.dumps(name, ensure_ascii=False)), "utf-8"
    )
    brief = make(corridor.read_study(toml), ["today"], draws=8, with_png=True)
    page = html(brief.document)
    assert "<script" not in page
    assert "49" not in re.findall(r"\{\{.*?\}\}", page)
    words = "".join(pages(pdf(brief.document)))
    assert re.sub(r"\s", "", name)[:12] in re.sub(r"\s", "", words) or brief.unknown_characters() or name == FOREIGN
    assert docx(brief.document)
    assert brief.facts_document()["study"] == name


def test_what_the_fonts_lack_is_told_and_replaced(
    project: Path, capsys: pytest.CaptureFixture[str], edit: Edit
) -> None:
    edit("data/nodes.csv", ",Island,", ",Island 🦀,")
    place = project / "b.pdf"
    study = str(project / "models" / "study.toml")
    assert main(["brief", "--study", study, "--draws", "0", "-o", str(place)]) == 0
    assert "the fonts lack 🦀" in capsys.readouterr().err
    assert "Island □" in "".join(pages(place.read_bytes())).replace("\n", " ")


def test_a_font_that_is_not_there_is_told(toy: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from corridor.figures import fonts

    brief = make(toy, draws=0)
    brief.document  # noqa: B018  # figures are drawn with the font still there
    monkeypatch.setattr(fonts, "files", lambda: tuple(tmp_path / name for name in ("a.ttf", "b.ttf", "c.ttf")))
    with pytest.raises(corridor.MissingExtraError, match=r"font a\.ttf is missing"):
        brief.files([Path("x.pdf")])


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (["a.doc"], 'a.doc has ".doc". Did you mean ".docx"?'),
        (["a"], "a has no ending"),
        (["a.pdf", "a.pdf"], "a.pdf is named twice"),
        (["a.pdf", "./a.pdf"], "named twice"),
        (["a.pdf", "b.exe"], 'b.exe has ".exe"'),
    ],
)
def test_places_that_cannot_be(
    places: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["brief", *(word for place in places for word in ("-o", place))]) == 2
    assert said in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_all_files_or_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "file").write_text("no folder")
    study = str(project / "models" / "study.toml")
    good, bad = project / "good.html", project / "file" / "bad.pdf"
    assert main(["brief", "--study", study, "--draws", "0", "-o", str(good), "-o", str(bad)]) == 2
    assert "cannot write" in capsys.readouterr().err
    assert not good.exists()
    assert not [*project.glob("*.json")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scenario", "tody"], 'Did you mean "today"?'),
        (["--scenario", "today", "--scenario", "today"], "today is named twice"),
        (["--draws", "-1"], "-1 draws cannot be made"),
        (["--length", "long"], "long"),
    ],
)
def test_what_cannot_be_asked(project: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    study = str(project / "models" / "study.toml")
    assert main(["brief", "--study", study, *words]) == 2
    assert said in capsys.readouterr().err


def test_without_a_place_the_findings_are_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = str(project / "models" / "study.toml")
    assert main(["brief", "--study", study, "--draws", "8"]) == 0
    shown = capsys.readouterr().out
    assert "East carries most of 1 of 2 commodities" in shown.replace("\n", " ")
    assert max(map(len, shown.splitlines())) <= 80


def test_what_made_it_is_told(toy: Study) -> None:
    brief = make(toy, draws=8, command="corridor brief --draws 8")
    run = json.loads(str(brief.files([Path("x.pdf"), Path("a b.html")])[Path("x.run.json")]))
    assert run["command"] == "corridor brief --draws 8 -o x.pdf"
    assert {*run["files"]} == {"x.pdf", "x.facts.json"}
    assert run["input_hash"] == toy.input_hash
    assert run["scenario"] == "today"
    assert run["scenarios_beside"] == ["cheap-north", "act-lifted"]
    assert {"corridor", "typst", "matplotlib", "python"} <= {*run["versions"]}
    assert run["draws"] == 8
    assert DRAWS >= 100


def test_sentences_are_sentences_in_every_scenario(rason: Study) -> None:
    for name in rason.by_scenario:
        view = make(rason, [name], draws=0).view
        said = [headline.title(view), *headline.findings(view).items]
        for sentence in map(plain, said):
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert not re.search(r"  | [.,;:]|\{|\}|None|nan|inf\b", sentence)
        assert all(plain(item).endswith(".") for item in said[1:])
