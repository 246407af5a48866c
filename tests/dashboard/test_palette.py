"""Colours that everybody can see and tell apart."""

import math
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from dashboard.palette import BOUGHT, DARK, LIGHT, PARTS, Palette, palette, template

type Colour = tuple[float, float, float]
CONFIG = Path(__file__).parents[2] / "dashboard" / ".streamlit" / "config.toml"
# How severe dichromacy changes linear RGB: G. M. Machado et al., IEEE TVCG 15 (6), 2009, table of severity 1.0.
VISIONS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
# In OKLab, of which black and white are 1 apart. Below 0.02 two colours look the same. https://bottosson.github.io/posts/oklab/
LEAST_DISTANCE = 0.1


def linear(colour: str) -> Colour:
    """Linear RGB of #rrggbb. https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    values = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    luminances = sorted(
        sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (one, other)
    )
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)


def seen(colour: str, vision: str) -> Colour:
    """In OKLab, as that vision sees it."""
    rgb = linear(colour)
    red, green, blue = (max(0.0, sum(w * v for w, v in zip(row, rgb, strict=True))) for row in VISIONS[vision])
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.mode)
def test_every_colour_stands_out_from_the_background(colours: Palette) -> None:
    shown = {**colours.colours, "unknown": colours.unknown, "warning": colours.warning}
    assert {name: value for name, value in shown.items() if contrast(value, colours.background) < 3} == {}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.mode)
def test_text_can_be_read(colours: Palette) -> None:
    for background in (colours.background, colours.panel):
        assert contrast(colours.ink, background) >= 7
        assert contrast(colours.muted, background) >= 4.5


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=lambda colours: colours.mode)
def test_colours_that_meet_in_a_chart_can_be_told_apart(colours: Palette, vision: str) -> None:
    for meanings in (BOUGHT, PARTS):
        for one, other in combinations(meanings, 2):
            distance = math.dist(seen(colours[one], vision), seen(colours[other], vision))
            assert distance >= LEAST_DISTANCE, (one, other)


def test_the_app_around_the_charts_has_their_colours() -> None:
    theme = tomllib.loads(CONFIG.read_text("utf-8"))["theme"]
    for colours in (LIGHT, DARK):
        mine = theme[colours.mode]
        assert (mine["backgroundColor"], mine["textColor"]) == (colours.background, colours.ink)
        assert (mine["secondaryBackgroundColor"], mine["primaryColor"]) == (colours.panel, colours["new"])


def test_checks_of_host_and_origin_stay_on_and_nothing_is_reported_home() -> None:
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    assert config["server"]["enableXsrfProtection"]
    assert config["server"]["enableCORS"]
    assert not config["browser"]["gatherUsageStats"]


def test_a_theme_that_is_not_known_is_light() -> None:
    assert [palette(mode).mode for mode in ("dark", "light", None)] == ["dark", "light", "light"]


def test_charts_follow_the_theme() -> None:
    assert template(DARK).layout.paper_bgcolor == DARK.background
    assert template(LIGHT).layout.font.color == LIGHT.ink
