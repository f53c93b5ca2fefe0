"""One coherent unit set, and the few factors that convert into it.

Inside the model everything is t, km, h, USD, Mt/yr: Mt/yr times USD/t is million USD/yr, with no factor anywhere.
What stands in tables in other units is converted here, once, when it is read.
"""

from __future__ import annotations

import functools

HOURS_PER_DAY = 24.0
HOURS_PER_YEAR = 8760.0
DAYS_PER_YEAR = 365.0
KG_PER_T = 1000.0

CURRENCIES = ("USD", "CNY", "MNT", "RUB", "JPY", "KRW")

# unit as written -> (coherent unit, factor); money units stand here in dollars and hold for every currency
_FACTORS: dict[str, tuple[str, float]] = {
    "km": ("km", 1.0),
    "nmi": ("km", 1.852),
    "km/h": ("km/h", 1.0),
    "km/day": ("km/h", 1 / HOURS_PER_DAY),
    "kn": ("km/h", 1.852),
    "h": ("h", 1.0),
    "day": ("h", HOURS_PER_DAY),
    "Mt/yr": ("Mt/yr", 1.0),
    "kt/yr": ("Mt/yr", 1e-3),
    "t/yr": ("Mt/yr", 1e-6),
    "share": ("share", 1.0),
    "percent": ("share", 0.01),
    "share/yr": ("share/yr", 1.0),
    "percent/yr": ("share/yr", 0.01),
    "sd": ("sd", 1.0),  # standard deviations
    "t": ("t", 1.0),
    "kt": ("t", 1e3),
    "m": ("m", 1.0),
    "t/cm": ("t/cm", 1.0),
    "t/day": ("t/day", 1.0),
    "yr": ("yr", 1.0),
    "index": ("index", 1.0),
    "USD/t": ("USD/t", 1.0),
    "USD/dmt": ("USD/t", 1.0),  # per dry tonne: the parameter's meaning says so
    "USD/lb": ("USD/t", 1 / 0.00045359237),
    "USD/t-km": ("USD/t-km", 1.0),
    "USD/day": ("USD/day", 1.0),
    "USD/call": ("USD/call", 1.0),
    "USD": ("USD", 1.0),
    "kg/t-km": ("kg/t-km", 1.0),
    "g/t-km": ("kg/t-km", 1e-3),
    "kg/t": ("kg/t", 1.0),
    "t/t": ("kg/t", KG_PER_T),
    "MUSD": ("MUSD", 1.0),
    "MUSD/km": ("MUSD/km", 1.0),
}
for _currency in CURRENCIES[1:]:
    _FACTORS[f"{_currency}/USD"] = ("1/USD", 1.0)


@functools.cache
def parse(unit: str) -> tuple[str, float, str | None]:
    """Take a unit apart.

    Parameters
    ----------
    unit
        As a table has it, for example ``CNY/t-km``, ``nmi``, ``percent``.

    Returns
    -------
    coherent, factor, currency
        The coherent unit, the factor into it, and the currency if the unit is one of money (else None).

    Raises
    ------
    KeyError
        If the unit is unknown.
    """
    for currency in CURRENCIES:
        if "USD" in unit and currency == "USD":
            break
        if currency in unit and not unit.endswith("/USD"):
            coherent, factor = _FACTORS[unit.replace(currency, "USD", 1)]
            return coherent, factor, currency
    coherent, factor = _FACTORS[unit]
    money = "USD" in coherent and coherent != "1/USD"
    return coherent, factor, "USD" if money else None


def known(coherent: str) -> tuple[str, ...]:
    """Units that may be written for a coherent unit, dollars only."""
    return tuple(unit for unit, (target, _) in _FACTORS.items() if target == coherent)
