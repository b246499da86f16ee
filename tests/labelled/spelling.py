"""How markings are spelt in the labelled set.

Copied out by hand from Article 3 and from practice, not read from the profile: a measurement must not share its
words with what it measures.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Final

LEVELS: Final = {
    "KZ": ("kz:top-secret", "kz:secret", "kz:restricted"),
    "LT": ("lt:top-secret", "lt:secret", "lt:confidential", "lt:restricted"),
}
RANK: Final = {
    "kz:top-secret": 4,
    "kz:secret": 3,
    "kz:restricted": 1,
    "lt:top-secret": 4,
    "lt:secret": 3,
    "lt:confidential": 2,
    "lt:restricted": 1,
}
HALVES: Final = {
    "kz:top-secret": ("ӨТЕ ҚҰПИЯ", "СОВЕРШЕННО СЕКРЕТНО"),
    "kz:secret": ("ҚҰПИЯ", "СЕКРЕТНО"),
    "kz:restricted": ("ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН", "ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"),
    "lt:top-secret": ("VISIŠKAI SLAPTAI", "TOP SECRET"),
    "lt:secret": ("SLAPTAI", "SECRET"),
    "lt:confidential": ("KONFIDENCIALIAI", "CONFIDENTIAL"),
    "lt:restricted": ("RIBOTO NAUDOJIMO", "RESTRICTED"),
}
"""Each half of a dual mark; of a Lithuanian one the second is English and no evidence alone."""

LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТХІ", "ABEKMHOPCTXI")
"""Cyrillic capitals to the Latin ones that look the same."""

_TO_CYRILLIC: Final = str.maketrans("ABEKMHOPCTXI", "АВЕКМНОРСТХІ")


def own_forms(marking: str) -> tuple[str, ...]:
    """The halves that are evidence by themselves."""
    return HALVES[marking] if marking.startswith("kz:") else HALVES[marking][:1]


def one_form(marking: str, rng: random.Random) -> str:
    return rng.choice(own_forms(marking))


def dual(marking: str, rng: random.Random) -> str:
    """Both halves, with the ways a slash is set."""
    return rng.choice(("/", "/", " / ", "/\n", " /\n", "\n")).join(HALVES[marking])


def any_form(marking: str, rng: random.Random) -> str:
    """What practice knows: dual on one line, or one half."""
    return rng.choice(("/".join(HALVES[marking]), one_form(marking, rng)))


def cased(text: str, rng: random.Random) -> str:
    """Capitalised, or every word capitalised."""
    return rng.choice((text.capitalize(), text.title().replace("Для Служебного", "Для служебного")))


def spaced(text: str) -> str:
    """С Е К Р Е Т Н О; between words a wider gap."""
    return "   ".join(" ".join(word) for word in text.split(" "))


def partly_spaced(text: str, rng: random.Random) -> str:
    """``Қ Ұ ПИЯ``: a blank between some letters, as bad conversions leave it."""
    cut = rng.randint(1, 3)
    words = text.split(" ")
    where = rng.randrange(len(words))
    word = words[where]
    words[where] = " ".join(word[:cut]) + " " + word[cut:]
    return " ".join(words)


def look_alike(text: str, rng: random.Random) -> str:
    """Letters of the other script that look the same: all that have one, or at least one of them."""
    table = LOOK_ALIKES if any("А" <= letter <= "Я" for letter in text) else _TO_CYRILLIC
    swapped = [letter.translate(table) for letter in text]
    candidates = [index for index, (a, b) in enumerate(zip(text, swapped, strict=True)) if a != b]
    if not candidates:
        return text.replace("Ө", "θ")
    if rng.random() < 0.5:
        whole = "".join(swapped)
        return whole.replace("Ө", "θ") if rng.random() < 0.5 else whole
    chosen = set(rng.sample(candidates, rng.randint(1, len(candidates))))
    return "".join(swapped[i] if i in chosen else letter for i, letter in enumerate(text))


def misprints(marking: str) -> tuple[str, ...]:
    """The faults of the published table, and the forms registries write by habit."""
    return {
        "lt:top-secret": ("VISISKAI SLAPTAI", "VISISKAI SLAPTAI/TOP SECRET"),
        "lt:confidential": ("KONFIDENCIALIAI/KONFIDENTIAL",),
        "lt:restricted": ("RIBOTO NAUDOJMO", "RIBOTO NAUDOJMO/RESTRICTED", "RIB ОТО NAUDOJMO/RESTRICTED"),
        "kz:top-secret": ("θTE ҚҰПИЯ/СОВЕРШЕННО CEKPETHO", "СОВ. СЕКРЕТНО", "ӨТЕ КҰПИЯ"),
        "kz:secret": ("ҚҰПИЯ/CEKPETHO", "CEҚ PETHO", "КҰПИЯ"),
    }.get(marking, ())


def broken(text: str, rng: random.Random) -> str:
    """A forced line break at one of the blanks, or at all of them."""
    if " " not in text:
        return text
    gaps = [index for index, letter in enumerate(text) if letter == " "]
    chosen = gaps if rng.random() < 0.4 else [rng.choice(gaps)]
    return "".join("\n" if index in chosen else letter for index, letter in enumerate(text))


def odd_unicode(text: str, rng: random.Random) -> str:
    """The same words in other code points: decomposed, no-break blanks, soft hyphens, zero-width joiners."""
    kind = rng.randrange(4)
    if kind == 0:
        return unicodedata.normalize("NFD", text)
    if kind == 1:
        return text.replace(" ", "\N{NO-BREAK SPACE}").replace("/", "\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}")
    middle = len(text) // 2
    return text[:middle] + ("\N{SOFT HYPHEN}" if kind == 2 else "\N{ZERO WIDTH SPACE}") + text[middle:]


def copy_line(party: str, rng: random.Random) -> str:
    number = rng.randint(1, 9)
    if party == "LT":
        return rng.choice((f"Egz. Nr. {number}", f"Egz. Nr. {number}", f"EGZ. NR. {number}", f"{number} egz."))
    return rng.choice(
        (
            f"Дана № {number}",
            f"Экз. № {number}",
            f"Дана № {number} / Экз. № {number}",
            "Экз. единственный",
            f"№ {number} дана",
        )
    )


THIRD_PARTIES: Final = {
    "nato": (
        "COSMIC TOP SECRET",
        "NATO SECRET",
        "NATO CONFIDENTIAL",
        "NATO RESTRICTED",
        "NATO SECRET ATOMAL",
        "NATO UNCLASSIFIED",
    ),
    "eu": (
        "TRÈS SECRET UE/EU TOP SECRET",
        "SECRET UE/EU SECRET",
        "CONFIDENTIEL UE/EU CONFIDENTIAL",
        "RESTREINT UE/EU RESTRICTED",
        "EU SECRET",
        "SECRET UE",
    ),
    "us": (
        "SECRET//NOFORN",
        "TOP SECRET//SI//NOFORN",
        "SECRET//FGI DEU",
        "//COSMIC TOP SECRET",
        "CONFIDENTIAL//REL TO USA, FVEY",
    ),
    "uk": ("OFFICIAL-SENSITIVE", "UK SECRET", "UK TOP SECRET", "OFFICIAL"),
    "fr and de": (
        "TRÈS SECRET",
        "SECRET DÉFENSE",
        "STRENG GEHEIM",
        "GEHEIM",
        "VS-VERTRAULICH",
        "VS-NUR FÜR DEN DIENSTGEBRAUCH",
    ),
    "pl and ua": (
        "ŚCIŚLE TAJNE",
        "TAJNE",
        "POUFNE",
        "ZASTRZEŻONE",
        "ЦІЛКОМ ТАЄМНО",
        "ТАЄМНО",
        "ОСОБЛИВОЇ ВАЖЛИВОСТІ",
        "Для службового користування",
    ),
    "lv and ee": (
        "SEVIŠĶI SLEPENI",
        "SLEPENI",
        "KONFIDENCIĀLI",
        "DIENESTA VAJADZĪBĀM",
        "TÄIESTI SALAJANE",
        "SALAJANE",
        "KONFIDENTSIAALNE",
        "PIIRATUD",
    ),
}
