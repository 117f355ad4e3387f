"""Numbers as list markers write them."""

_ROMAN = dict(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)


def roman(count: int) -> str:
    """Return a number as a Roman numeral in capitals; those that have none, below 1 and from 4,000 on, as figures."""
    if not 0 < count < 4_000:
        return str(count)
    text = ""
    for value, letters in _ROMAN.items():
        text += letters * (count // value)
        count %= value
    return text
