"""Words that all figures have in common."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.figures.style import Caption


def tick(value: float) -> str:
    """A number on an axis: commas between thousands, as in all texts."""
    return f"{value:,.10g}".replace("-", "−")


def counterfactual(said: Caption) -> str:
    """The last sentence of an alternative text, where measures are treated as if lifted."""
    return f" Counterfactual, not the law: as if lifted: {', '.join(said.lifted)}." if said.lifted else ""


def listed(words: Sequence[str]) -> str:
    """Words with commas, and an ``and`` before the last."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def best_plan(said: Caption) -> str:
    """What the plan is: where measures are treated as if lifted it is not that of the law."""
    return "the best plan, as if lifted," if said.lifted else "the best lawful plan"


def share_of(share: float) -> str:
    """A share with a decimal, for what moves by less than a percentage point."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
