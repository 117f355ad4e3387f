"""Plain Markdown tables, the form in which every command prints its figures."""

from collections.abc import Iterable, Sequence

NOTHING = "–"
"""What stands for a figure that nothing was there to be measured on."""


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; numbers are set to the right, fractions shown with three digits and no leading zero."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [all(_is_number(row[i]) for row in cells) for i in range(len(header))]
    lines = [header, ["--:" if right else "---" for right in numeric], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        shown = f"{value:.3f}"
        return shown.replace("-0.000", "0.000").replace("0.", ".", 1) if abs(value) < 1 and "1." not in shown else shown
    return str(value).replace("|", "\\|")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit() or text in ("", NOTHING)
