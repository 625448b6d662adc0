"""The contrast of a theme's texts, and variants of Textual's themes in which all of them can be read.

The ratio is that of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

LEAST = 4.5
"""The least contrast of a text, WCAG 2.2 level AA."""
LEAST_OF_FIELD = 1.25
"""The least contrast of an input field with what is around it."""
FIELD = 0.16
"""The part of the text color in the background of a field, as in `styles/base.tcss`."""
_GROUNDS = ("background", "surface", "panel")
_ON_GROUNDS = ("foreground", "text-muted", "text-success", "text-warning", "text-error", "text-primary")
_BUTTONS = ("error", "warning")
_IN_FIELDS = ("foreground", "text-muted")
_STEPS = 20


def ratio(one: Color, other: Color) -> float:
    """Return the contrast of two colors, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(theme: Theme) -> dict[str, float]:
    """Return the least contrast of each kind of text, of the row at the cursor, and of fields and buttons.

    A theme in the terminal's own colors cannot be measured: it has none.
    """
    if theme.name.startswith("ansi"):
        return {}
    values = _values(theme)
    told = {
        name: min(ratio(_on(values[name], ground), ground) for ground in _grounds(values, name)) for name in _ON_GROUNDS
    }
    cursor = Color.parse(values["block-cursor-background"])
    told["cursor"] = ratio(_on(values["block-cursor-foreground"], cursor), cursor)
    for name in _BUTTONS:
        color = Color.parse(values[name])
        told[f"on {name}"] = ratio(color.get_contrast_text(1.0), color)
        told[f"{name} button"] = min(ratio(color, ground) for ground in _plain_grounds(values)[:2])
    told["field"] = min(ratio(_field(values, ground), ground) for ground in _plain_grounds(values)[:2])
    return told


def can_be_read(theme: Theme) -> bool:
    """Return whether every text of the theme has enough contrast; True for the terminal's own colors."""
    return all(value >= least(name) for name, value in contrasts(theme).items())


def least(name: str) -> float:
    """Return the least contrast of what `contrasts` calls so."""
    return LEAST_OF_FIELD if name == "field" or name.endswith("button") else LEAST


def readable(theme: Theme) -> Theme:
    """Return the theme with those of its texts made lighter or darker that have too little contrast."""
    if can_be_read(theme):
        return theme
    values = _values(theme)
    towards = WHITE if theme.dark else BLACK
    changed: dict[str, str] = {}
    for name in _ON_GROUNDS:
        grounds = _grounds(values, name)
        wanted = _readable(_on(values[name], grounds[0]), grounds, towards)
        if wanted is not None:
            changed[name] = wanted.hex
    buttons = {name: _button(Color.parse(values[name]), _plain_grounds(values)[:2]).hex for name in _BUTTONS}
    cursor = Color.parse(values["block-cursor-background"])
    if ratio(_on(values["block-cursor-foreground"], cursor), cursor) < LEAST:
        changed["block-cursor-foreground"] = max((BLACK, WHITE), key=lambda color: ratio(color, cursor)).hex
    foreground = changed.pop("foreground", theme.foreground)
    for text in ("text-error", "text-warning"):
        changed.setdefault(text, values[text])  # otherwise derived from the color of the button
    variables = {**theme.variables, **changed}
    error, warning = buttons["error"], buttons["warning"]
    return replace(theme, foreground=foreground, error=error, warning=warning, variables=variables)


def _button(color: Color, grounds: list[Color]) -> Color:
    """Return the nearest color on the way to black or white on which the automatic text can be read."""
    options: list[tuple[int, Color]] = []
    for towards in (BLACK, WHITE):
        for step in range(_STEPS):
            mixed = color.blend(towards, step / _STEPS)
            seen = min(ratio(mixed, ground) for ground in grounds) >= LEAST_OF_FIELD
            if seen and ratio(mixed.get_contrast_text(1.0), mixed) >= LEAST:
                options.append((step, mixed))
                break
    return min(options, key=lambda option: option[0])[1] if options else color


def _values(theme: Theme) -> dict[str, str]:
    """Return the variables of a theme, as `App.get_css_variables` puts them together."""
    return {**theme.to_color_system().generate(), **theme.variables}


def _readable(color: Color, grounds: list[Color], towards: Color) -> Color | None:
    """Return the nearest color on the way to black or white that can be read; None if the color itself can."""
    for step in range(_STEPS + 1):
        mixed = color.blend(towards, step / _STEPS)
        if min(ratio(mixed, ground) for ground in grounds) >= LEAST:
            return mixed if step else None
    return towards


def _on(value: str, ground: Color) -> Color:
    """Return a color of a theme as it appears; "auto 60%" is black or white, 60 % opaque."""
    if value.startswith("auto"):
        return ground + ground.get_contrast_text(float(value.split()[1].rstrip("%")) / 100)
    return ground + Color.parse(value)


def _plain_grounds(values: Mapping[str, str]) -> list[Color]:
    return [Color.parse(values[name]) for name in _GROUNDS]


def _field(values: Mapping[str, str], ground: Color) -> Color:
    return ground + _on(values["foreground"], ground).with_alpha(FIELD)


def _grounds(values: Mapping[str, str], name: str) -> list[Color]:
    """Return what a kind of text stands on."""
    grounds = _plain_grounds(values)
    return [*grounds, *(_field(values, ground) for ground in grounds[:2])] if name in _IN_FIELDS else grounds
