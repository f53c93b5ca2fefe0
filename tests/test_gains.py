"""Who gains: the toy by hand, coalitions against plans made without the others, and sums that must agree."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

import corridor
import corridor.cli
from corridor import report
from corridor.errors import InputError, UsageError
from corridor.flow import solve
from corridor.payments import payee_of
from corridor.plan import make_plan
from corridor.report.gains import gains as document_of
from corridor.sensitivity.parameters import parameters
from corridor.strategy.gains import Gains, gains, known_players
from corridor.study import Outcome, Study

Edit = Callable[..., None]


def read(project: Path) -> Outcome:
    return corridor.read_study(project / "models" / "study.toml").run()


def with_shares(outcome: Outcome, share: float) -> Outcome:
    """The same scenario with all cost shares at one value."""
    same = dict.fromkeys(("low", "central", "high"), share)
    rows = tuple(
        row.model_copy(update=same).in_row(row.number) if row.parameter == "cost_share" else row
        for row in outcome.tables["cost_shares"]
    )
    return outcome.with_values(outcome.tables.replace("cost_shares", rows))


@pytest.fixture(scope="module")
def found(rason: Study) -> dict[str, tuple[Outcome, Gains]]:
    """Who gains in each scenario of the committed study."""
    outcomes = {name: rason.run(name) for name in ("today", "essay", "sanctions-lifted")}
    return {name: (outcome, gains(outcome)) for name, outcome in outcomes.items()}


def test_the_toy_is_worth_what_the_hand_says(toy: Study) -> None:
    told = gains(toy.run())
    assert told.players == ("LL", "EE", "NN")
    worth = {told.coalition(i): w for i, w in enumerate(told.central.worth.tolist())}
    assert worth == pytest.approx(
        {
            (): 0,
            ("LL",): 0,
            ("EE",): 0,
            ("NN",): 0,
            ("EE", "NN"): 0,
            ("LL", "EE"): 82,
            ("LL", "NN"): 25.75,
            ("LL", "EE", "NN"): 104.5,
        }
    )
    assert told.central.shapley == pytest.approx([52.791667, 39.916667, 11.791667])
    assert told.central.core.low == pytest.approx([3.25, 0, 0], abs=1e-5)
    assert told.central.core.high == pytest.approx([104.5, 78.75, 22.5])
    assert not told.central.objections


def test_the_toy_pays_what_the_hand_says(toy: Study) -> None:
    told = gains(toy.run())
    incomes = {income.country: income for income in told.incomes}
    assert {country: income.total for country, income in incomes.items()} == pytest.approx(
        {"LL": 40, "EE": 38.75, "NN": 22.75, "II": 3}
    )
    assert incomes["LL"][1:7] == pytest.approx((12, 0, 25, 0, 3, 0))
    assert incomes["EE"][1:7] == pytest.approx((0, 0, 25, 0, 0, 13.75))
    assert told.surplus == pytest.approx(104.5)
    assert told.lost_to_tariffs == pytest.approx(0, abs=1e-9)
    assert {(r.country, r.kind, r.name): r.musd_per_yr for r in told.rents} == pytest.approx(
        {
            ("EE", "facility", "border_east"): 25,
            ("LL", "facility", "border_east"): 25,
            ("II", "buyer", "coal_island"): 3,
            ("LL", "seller", "ore_ore_mine"): 12,
            ("NN", "facility", "rail_north_far"): 11.5,
        }
    )
    east = {r.commodity: r[2:] for r in told.revenues if r.country == "EE"}
    assert east["ore"] == pytest.approx((21, 8, 0, 8))  # gauge break 4, rail 12, port 5; at high shares nothing is kept
    assert east["coal"] == pytest.approx((14, 5.75, 0, 5.75))


def test_a_border_belongs_to_both_sides_and_a_partner_has_a_share_in_what_is_kept(project: Path, edit: Edit) -> None:
    number = "2020,,,example,,assumed,D,"
    edit("data/payees.csv", "ee_rail,Railway of Eastland,EE,,", "ee_rail,Railway of Eastland,EE,NN,")
    edit(
        "data/cost_shares.csv",
        "ee_rail,,cost_share",
        f"ee_rail,,partner_share,0.4,0.4,0.4,share,{number}\ncustoms,,entry_share,0.75,0.75,0.75,share,{number}\n"
        "ee_rail,,cost_share",
    )
    told = gains(read(project))
    incomes = {income.country: income for income in told.incomes}
    assert (incomes["EE"].margin, incomes["NN"].margin) == pytest.approx((0.6 * 13.75, 11.25 + 0.4 * 13.75))
    assert (incomes["LL"].fees, incomes["EE"].fees, incomes["NN"].fees) == pytest.approx((0.75, 1.5, 0.75))
    paid = {(r.country, r.commodity): r.paid for r in told.revenues}
    assert paid["EE", "ore"] == pytest.approx(21 + 0.75)  # a partner is not paid
    assert told.surplus == pytest.approx(104.5)


def test_at_full_cost_the_whole_is_the_plan(toy: Study, rason: Study) -> None:
    for outcome in (toy.run(), rason.run("today")):
        told = gains(with_shares(outcome, 1.0))
        royalties = math.fsum(income.royalty for income in told.incomes)
        net = outcome.plan.solution.net_value
        assert told.surplus == pytest.approx(net + royalties)
        if royalties == 0:
            assert told.central.worth[-1] == pytest.approx(net)
        assert all(income.fees == income.margin == 0 for income in told.incomes)


def test_shapley_values_add_up_and_more_territory_is_never_worse(found: dict[str, tuple[Outcome, Gains]]) -> None:
    for _, told in found.values():
        for game in told.games:
            assert math.fsum(game.shapley) == pytest.approx(game.worth[-1], rel=1e-9)
            for coalition in range(len(game.worth)):
                for i in range(len(told.players)):
                    assert game.worth[coalition | 1 << i] >= game.worth[coalition] * (1 - 1e-9)
        cheap, central, dear = (game.worth for game in told.games)
        assert (cheap >= central * (1 - 1e-9)).all()
        assert (central >= dear * (1 - 1e-9)).all()


@pytest.mark.parametrize(
    ("name", "members"), [("essay", "MN RU KP"), ("sanctions-lifted", "MN CN KP"), ("today", "MN CN")]
)
def test_a_coalition_is_a_plan_without_the_others(
    found: dict[str, tuple[Outcome, Gains]], name: str, members: str
) -> None:
    outcome, told = found[name]
    absent = {*told.players} - {*members.split()}
    nodes = outcome.network.nodes
    stays = [
        not absent & {edge.link.country, nodes[edge.tail].country, nodes[edge.head].country}
        for edge in outcome.network.edges
    ]
    network = replace(
        outcome.network, edges=tuple(e for e, kept in zip(outcome.network.edges, stays, strict=True) if kept)
    )
    costs = {commodity: of._make(column[np.array(stays)] for column in of) for commodity, of in outcome.costs.items()}
    kept = told.payments.kept(1)
    by_move: dict[str, float] = {}
    for i, kept_usd_per_t in zip(told.payments.edges.tolist(), kept.tolist(), strict=True):
        move = outcome.plan.problem.edge_names[i]  # an edge of the network comes once for each history
        by_move[move] = by_move.get(move, 0.0) + kept_usd_per_t
    law = corridor.study.Law(outcome.tables["rules"], network, outcome.as_of, outcome.lifted_measures)
    buyers = [buyer for buyer in outcome.buyers if nodes[buyer.node].country not in absent]
    use = outcome.study.file.assumptions.use
    plan = make_plan(network, costs, law, use, outcome.corridor_of, outcome.spare, outcome.sellers, buyers)
    at_cost = [
        cost - by_move.get(move, 0.0)
        for cost, move in zip(plan.problem.edge_cost.tolist(), plan.problem.edge_names, strict=True)
    ]
    offers = plan.problem.offer_cost - np.array([seller.royalty for seller in plan.sellers])
    alone = solve(plan.problem.replace(edge_cost=at_cost, offer_cost=offers), engine="paths")
    at = sum(1 << i for i, player in enumerate(told.players) if player not in absent)
    assert told.central.worth[at] == pytest.approx(alone.net_value, rel=1e-9)


def test_all_incomes_are_the_surplus_of_the_plan_at_resource_cost(found: dict[str, tuple[Outcome, Gains]]) -> None:
    for outcome, told in found.values():
        plan, solution = outcome.plan, outcome.plan.solution
        offers = plan.problem.offer_cost - np.array([seller.royalty for seller in plan.sellers])
        surplus = (
            plan.problem.bid_price @ solution.sales
            - offers @ solution.purchases
            - told.payments.resource_cost(plan, 1) @ solution.flows
        )
        assert told.surplus == pytest.approx(surplus, rel=1e-9)
        assert told.lost_to_tariffs > -1e-6
        rents = math.fsum(rent.musd_per_yr for rent in told.rents)
        assert rents == pytest.approx(solution.net_value, rel=1e-9)
        assert rents == pytest.approx(math.fsum(income.scarcity for income in told.incomes), rel=1e-9)


def test_the_range_of_rents_is_that_of_all_prices_that_fit(found: dict[str, tuple[Outcome, Gains]]) -> None:
    outcome, told = found["today"]
    plan, problem = outcome.plan, outcome.plan.problem
    n_edges, n_bids, n_offers = len(problem.edge_from), len(problem.bid_state), len(problem.offer_state)
    n_facilities, n_states = len(problem.facility_capacity), problem.n_states
    # prices: states (free), facilities, bids' and offers' rents a tonne (at least 0); no move may gain by them
    rows = np.zeros((n_edges + n_bids + n_offers, n_states + n_facilities + n_bids + n_offers))
    edges, bids, offers = np.arange(n_edges), np.arange(n_bids), np.arange(n_offers)
    rows[edges, problem.edge_to] += problem.edge_gain
    rows[edges, problem.edge_from] -= 1
    rows[problem.use_edge, n_states + problem.use_facility] -= problem.use_amount
    rows[n_edges + bids, problem.bid_state] = -1
    rows[n_edges + bids, n_states + n_facilities + bids] = -1
    rows[n_edges + n_bids + offers, problem.offer_state] = 1
    rows[n_edges + n_bids + offers, n_states + n_facilities + n_bids + offers] = -1
    most = np.concatenate([problem.edge_cost, -problem.bid_price, problem.offer_cost])
    bounds = np.concatenate([np.zeros(n_states), problem.facility_capacity, problem.bid_most, problem.offer_most])
    free = [(None, None)] * n_states + [(0, None)] * (len(bounds) - n_states)
    ends = {i.country: (i.scarcity_low, i.scarcity_high) for i in told.incomes}
    for country in ("MN", "CN"):
        share = np.zeros(len(bounds))
        for f, name in enumerate(plan.facilities):
            touched = {
                outcome.network.nodes[end].country
                for edge in outcome.network.edges
                if edge.link.facility == name
                for end in ((edge.tail,) if edge.link.kind == "sea" else (edge.tail, edge.head))
            }
            share[n_states + f] = (country in touched) / len(touched)
        share[n_states + n_facilities :] = [
            outcome.network.nodes[trader.node].country == country for trader in (*plan.buyers, *plan.sellers)
        ]
        for sign, end in zip((1, -1), ends[country], strict=True):
            answer = linprog(sign * share * bounds, rows, most, bounds[None, :], [plan.solution.net_value], free)
            assert sign * answer.fun == pytest.approx(end, rel=1e-6)
    assert ends["MN"][0] < ends["MN"][1]  # prices do tie in this study


def test_a_country_without_a_lawful_way_adds_exactly_nothing(found: dict[str, tuple[Outcome, Gains]]) -> None:
    said = {name: document_of(*pair)["claim"] for name, pair in found.items()}
    moves = {name: told.moves[told.players.index("KP")] for name, (_, told) in found.items()}
    assert moves["today"] == 0
    assert found["today"][1].central.shapley[-1] == 0
    assert "DPRK adds nothing: no lawful way crosses it." in said["today"]
    assert moves["essay"] > 0
    assert moves["sanctions-lifted"] > 0
    assert "DPRK adds nothing: ways across it are lawful, but no coalition gains by them." in said["essay"]
    assert found["sanctions-lifted"][1].moves_by_law[-1] == 0
    as_if = "DPRK adds nothing: no lawful way crosses it, and as if measures were lifted no coalition gains by one."
    assert as_if in said["sanctions-lifted"]


def test_another_rule_is_another_result(project: Path, edit: Edit) -> None:
    before = gains(read(project))
    edit(
        "data/rules.csv",
        "ore_act,",
        "coal_act,Coal act,1,2020-01-01,,coal,,north_port,,,,,barred,,,No coal may be loaded.,example,\nore_act,",
    )
    outcome = read(project)
    after = gains(outcome)
    assert before.moves[2] > 0
    assert after.moves[2] == 0
    assert after.central.shapley[2] == 0
    assert after.central.worth[-1] == after.central.worth[0b011] == pytest.approx(82)
    assert "Northland adds nothing: no lawful way crosses it." in document_of(outcome, after)["claim"]


def test_the_narrowest_payee_receives(rason: Study) -> None:
    outcome = rason.run("essay")
    edges = {edge.id: edge for edge in outcome.network.edges}
    payees = outcome.tables["payees"]
    asked = {
        ("border_tumen", "other"): "china_rail_transit",  # by link and part
        ("border_tumen", "border"): "customs_cn",  # by operator
        ("gauge_erenhot", "haul"): "china_rail_entry",  # by operator and part
        ("gauge_erenhot", "gauge_break"): "terminals_cn",
        ("port_rajin_pier3_1520", "other"): "dprk_port_fee",  # by tariff and part
        ("port_rajin_pier3_1520", "port"): "rasonkontrans",
        ("rail_zabaikalsk_manzhouli_border", "haul"): "rzd",  # in China, by Russia's railway
    }
    found = {key: payee_of(payees, edges[key[0]], key[1]) for key in asked}
    assert {key: payee.id if payee else None for key, payee in found.items()} == asked


def test_owners_may_be_countries_beyond_the_study(project: Path, edit: Edit) -> None:
    edit("data/payees.csv", "ee_rail,Railway of Eastland,EE,,", "ee_rail,Railway of Eastland,EE,DE,")
    row = "ee_rail,,partner_share,1,1,1,share,2020,,,example,,assumed,D,\n"
    edit("data/cost_shares.csv", "ee_rail,,cost_share", f"{row}ee_rail,,cost_share")
    outcome = read(project)
    document = document_of(outcome, gains(outcome))
    assert {row["country"]: row["margin_musd_per_yr"] for row in document["incomes"]}["DE"] == pytest.approx(13.75)
    assert [row["partner"] for row in document["payees"] if row["payee"] == "ee_rail"] == ["DE"]


def test_a_commodity_has_its_own_share(project: Path, edit: Edit) -> None:
    row = "ee_rail,ore,cost_share,0.25,0.25,0.25,share,2020,,,example,,assumed,D,\n"
    edit("data/cost_shares.csv", "ee_rail,,cost_share", f"{row}ee_rail,,cost_share")
    told = gains(read(project))
    kept = {r.commodity: r.margin for r in told.revenues if r.country == "EE"}
    assert kept == pytest.approx({"ore": 12, "coal": 5.75})


def test_players_may_be_named_in_any_way_and_order(toy: Study) -> None:
    outcome = toy.run()
    assert known_players(outcome, ("Northland", "ll", "east")) == ("NN", "LL", "EE")
    one, other = gains(outcome), gains(outcome, ("NN", "LL", "EE"))
    assert dict(zip(one.players, one.central.shapley, strict=True)) == pytest.approx(
        dict(zip(other.players, other.central.shapley, strict=True))
    )


def test_countries_that_do_not_play_are_open_to_all(toy: Study) -> None:
    told = gains(toy.run(), ("EE", "NN"))
    assert told.central.worth == pytest.approx([0, 82, 25.75, 104.5])
    assert told.central.core.is_empty  # 82 + 25.75 is more than there is
    assert told.central.core.epsilon == pytest.approx((82 + 25.75 - 104.5) / 2)
    inland = gains(toy.run(), ("NN",))
    assert inland.central.outside == pytest.approx(82)
    assert inland.central.worth == pytest.approx([0, 22.5])
    assert "add to what others make without them" in document_of(toy.run(), inland)["claim"]


@pytest.mark.parametrize(
    ("players", "message"),
    [
        (("Northlnad",), 'Did you mean "Northland"?'),
        (("XX", "EE"), '"XX" is no country of this study. There are: EE, II, LL, NN.'),
        (("EE", "east"), "EE plays twice"),
        (("",), '"" is no country of this study.'),
    ],
)
def test_players_must_be_countries_of_the_study(toy: Study, players: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as told:
        gains(toy.run(), players)
    assert message in str(told.value)


def test_more_than_eight_do_not_play(rason: Study) -> None:
    everybody = tuple(rason.run().country_names)
    with pytest.raises(UsageError, match=f"{len(everybody)} players make {2 ** len(everybody)} coalitions"):
        gains(rason.run(), everybody)


def test_every_missing_share_and_payee_is_listed_and_nothing_else_suffers(project: Path) -> None:
    for table in ("payees", "cost_shares"):
        path = project / "data" / f"{table}.csv"
        lines = path.read_text("utf-8").splitlines()
        lines = [line for line in lines if not line.startswith(("ee_ports", "nn_rail"))]
        path.write_text("\n".join([*lines, ""]), "utf-8")
    shares = project / "data" / "cost_shares.csv"
    shares.write_text(shares.read_text("utf-8").replace("2020,,,", "2020,2021-01-01,,", 1), "utf-8")  # mines: later
    outcome = read(project)
    with pytest.raises(InputError) as told:
        gains(outcome)
    messages = [str(fault) for fault in told.value.faults]
    assert len(messages) == 3
    assert 'nobody is named who receives the port of operator "ee_ports" (as on port_east)' in messages[2]
    assert 'the haul of operator "nn_rail"' in messages[1]
    assert "no cost_share of mines" in messages[0]
    assert corridor.best_plan(outcome)  # the plan rests on no cost share


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ee_ports,Ports of Eastland,EE,,no,ee_ports,,", "ee_ports,Ports of Eastland,EE,,no,ee_port,,", "ee_ports"),
        ("ee_ports,Ports of Eastland,EE,,no,ee_ports,,", "ee_ports,Ports,EE,,no,ee_ports,,time", "is not charged"),
        ("ee_ports,Ports of Eastland,EE,,no,ee_ports,,", "ee_ports,Ports,EE,,no,,,port", "are both empty"),
        ("ee_ports,Ports of Eastland,EE,,no,ee_ports,,", "ee_ports,Ports,EE,,no,ee_rail ee_ports,,", "already"),
        ("ee_ports,Ports of Eastland,EE,,no,ee_ports,,", "ee_ports,Ports,EE,,no,ee_ports,nowhere,", "no link"),
        ("ee_ports,Ports of Eastland,EE,,no,", "ee_ports,Ports,Eastland,,no,", "must match"),
    ],
)
def test_payees_are_checked(project: Path, edit: Edit, old: str, new: str, message: str) -> None:
    edit("data/payees.csv", old, new)
    with pytest.raises(InputError) as told:
        read(project)
    assert message in str(told.value)


def test_a_share_without_a_partner_is_refused(project: Path, edit: Edit) -> None:
    row = "ee_rail,,partner_share,1,1,1,share,2020,,,example,,assumed,D,\n"
    edit("data/cost_shares.csv", "ee_rail,,cost_share", f"{row}ee_rail,,cost_share")
    with pytest.raises(InputError, match='"ee_rail" has no partner'):
        read(project)


def test_where_nothing_flows_nothing_is_gained_and_the_exit_says_so(
    project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        "data/rules.csv",
        "ore_act,",
        "any_act,Any act,1,2020-01-01,,,,,,,,,barred,,,Nothing may be moved.,example,\nore_act,",
    )
    study = str(project / "models" / "study.toml")
    assert corridor.cli.main(["gains", "--study", study]) == 4
    told = capsys.readouterr()
    assert "Nothing is gained: no lawful way pays, whoever joins." in told.out
    assert "no coalition gains anything on 2020-06-30" in told.err


def test_a_counterfactual_says_so_on_every_table_and_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main(["gains", "--scenario", "sanctions-lifted"]) == 0
    shown = capsys.readouterr().out
    assert "COUNTERFACTUAL, NOT THE LAW" in shown
    assert max(map(len, shown.splitlines())) <= 80
    arguments = ["gains", "--scenario", "sanctions-lifted", "--format", "csv", "-o", str(tmp_path / "gains")]
    assert corridor.cli.main(arguments) == 0
    files = sorted((tmp_path / "gains").glob("*.csv"))
    assert {file.stem for file in files} >= {"players", "coalitions", "incomes", "rents", "revenues", "payees"}
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            assert all("UNSCR 2371" in row["as_if_lifted"] for row in csv.DictReader(stream))


def test_the_document_is_json_with_a_heading(toy: Study, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = str(project / "models" / "study.toml")
    assert corridor.cli.main(["gains", "--study", study, "--players", "EE", "--players", "NN", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {*report.heading(toy.run())} <= {*told}
    assert told["core_is_empty"]
    assert [row["country"] for row in told["players"]] == ["Eastland", "Northland"]
    assert told["coalitions"][-1]["members"] == ["EE", "NN"]


def test_a_study_without_names_and_payees_still_does_all_else(project: Path) -> None:
    for table in ("payees", "cost_shares", "countries"):
        (project / "data" / f"{table}.csv").unlink()
    outcome = read(project)
    assert outcome.plan.solution.net_value == pytest.approx(76.5)
    assert outcome.country_names["EE"] == "EE"
    with pytest.raises(InputError, match="nobody is named who receives"):
        gains(outcome)


def test_cost_shares_are_no_parameters_of_the_plan(rason: Study) -> None:
    assert not [name for name in parameters(rason.run()) if name.startswith("cost_shares")]
