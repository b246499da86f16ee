"""Letters that speak of markings: unmarked ones must stay unmarked, marked ones must keep their own mark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from tests.world import paint, word
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import Rows, letter

_ARTICLE: Final[Rows] = (
    ("Қазақстан Республикасында", "Литва Республикасында"),
    ("ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО", "VISIŠKAI SLAPTAI/TOP SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI/SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "KONFIDENCIALIAI/CONFIDENTIAL"),
    ("ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", "RIBOTO NAUDOJIMO/RESTRICTED"),
)

MENTIONS: Final[dict[str, tuple[tuple[str | Rows, ...], ...]]] = {
    "ru": (
        ("Направляемые документы имеют гриф «Секретно» и подлежат возврату.",),
        ("Просим присвоить проекту соглашения гриф секретности «Совершенно секретно», а приложениям – «Секретно».",),
        (
            "Установлены следующие грифы секретности:",
            "– «Особой важности»;",
            "– «Совершенно секретно»;",
            "– «Секретно».",
        ),
        ("Различаются степени секретности:", "1) особой важности;", "2) совершенно секретно;", "3) секретно."),
        ("Соответствие грифов определено статьей 3 Соглашения:", _ARTICLE),
        (
            "Перечень документов:",
            (
                ("№", "Наименование", "Гриф", "Листов"),
                ("1", "План учений", "секретно", "12"),
                ("2", "Схема связи", "сов. секретно", "3"),
                ("3", "Сопроводительное письмо", "ДСП", "1"),
                ("4", "Смета", "н/с", "2"),
            ),
        ),
        ("Отпечатано в 3 экз.", "Экз. № 1 – адресату", "Экз. № 2 – в дело", "Экз. № 3 – секретная часть"),
        ("На каждом листе проставляется надпись", "секретно", "в правом верхнем углу."),
        ("Поставка плит ДСП и МДФ выполнена.", "Снято с контроля ДСП от 12.05.2026."),
        (
            "Словарь терминов:",
            (
                ("секретно", "гриф документа, содержащего государственные секреты"),
                ("ДСП", "для служебного пользования"),
            ),
        ),
        ("Анкета заполняется в одном экземпляре. Имели ли Вы доступ к сведениям с грифом «Совершенно секретно»?",),
        ("О НЕСЕКРЕТНОЙ ЧАСТИ ПЛАНА", "Секретность материалов снята; секретного раздела нет."),
        ("Приложение: 1. План, секретно, экз. № 2, на 12 листах.", "2. Схема, н/с, на 3 листах."),
        ("Приложения:", "Карта района, инв. № 45сс, сов. секретно, экз. № 1, на 1 л."),
        ("Конверт надписывается так: вверху слева «Секретно», вверху справа номер пакета.",),
    ),
    "kk": (
        ("Жіберілген құжаттарда «Құпия» белгісі бар және олар қайтарылуға жатады.",),
        ("Құпиялылық белгілері мыналар:", "– «Аса маңызды»;", "– «Өте құпия»;", "– «Құпия»."),
        ("Мемлекеттік құпияларды құрайтын мәліметтерге қол жеткізу құпиялылық режимінің талаптарына сай беріледі.",),
        ("Белгілердің сәйкестігі Келісімнің 3-бабында айқындалған:", _ARTICLE),
        ("Қосымша: жоспар, құпия, 2-дана, 12 парақта.",),
        ("Сауалнама толтырылғаннан кейін құпия болып табылады ма?", "жоқ"),
    ),
    "lt": (
        ("Siunčiami dokumentai pažymėti slaptumo žyma „Slaptai“ ir turi būti grąžinti.",),
        (
            "Nustatytos šios slaptumo žymos:",
            "– „Visiškai slaptai“;",
            "– „Slaptai“;",
            "– „Konfidencialiai“;",
            "– „Riboto naudojimo“.",
        ),
        ("Žymos skirstomos:", "1) visiškai slaptai;", "2) slaptai;", "3) konfidencialiai;", "4) riboto naudojimo."),
        ("Žymų atitikmenys nustatyti Susitarimo 3 straipsnyje:", _ARTICLE),
        ("Ant kiekvieno lapo dedama žyma", "SLAPTAI", "viršutinėje paraštėje."),
        (
            "Dokumentų sąrašas:",
            (
                ("Eil. Nr.", "Pavadinimas", "Žyma", "Lapai"),
                ("1", "Pratybų planas", "Slaptai", "12"),
                ("2", "Ryšio schema", "VS", "3"),
                ("3", "Lydraštis", "RN", "1"),
                ("4", "Sąmata", "neslapta", "2"),
            ),
        ),
        ("DĖL DOKUMENTŲ, ŽYMIMŲ ŽYMA „SLAPTAI“, SAUGOJIMO", "Slaptai saugomi dokumentai laikomi seife."),
        ("PRIDEDAMA. Planas, slaptai, 2 egz., 12 lapų.", "Schema, neslapta, 3 lapai."),
        ("Anketą užpildęs asmuo nurodo, ar turėjo leidimą dirbti su informacija, žymima „Visiškai slaptai“.",),
        ("Žodynėlis:", (("slaptai", "dokumento žyma"), ("riboto naudojimo", "žemiausia žyma"))),
        ("Konfidencialiai perduota informacija neviešinama; konfidencialumo įsipareigojimas galioja penkerius metus.",),
        ("Egz. Nr. 1 – adresatui", "Egz. Nr. 2 – į bylą", "Slaptųjų dokumentų registratūra"),
    ),
    "en": (
        ('The documents bear the marking "Secret" and are to be returned.',),
        ("Levels of classification:", "TOP SECRET, SECRET, CONFIDENTIAL and RESTRICTED are used."),
        ("NATO SECRET documents are kept in the registry; NATO RESTRICTED ones are not.",),
    ),
}
_LIVE: Final = {
    "ru": (("Для служебного пользования", "Экз. № 1"), "kz:restricted"),
    "kk": (("Қызмет бабында пайдалану үшін", "Дана № 1"), "kz:restricted"),
    "lt": (("RIBOTO NAUDOJIMO",), "lt:restricted"),
    "en": (("RIBOTO NAUDOJIMO/RESTRICTED",), "lt:restricted"),
}


@pieces
def mentions() -> Iterator[Piece]:
    for language, talks in MENTIONS.items():
        receiving = "KZ" if language in {"lt", "en"} else "LT"
        lines, said = _LIVE[language]
        for number, talk in enumerate(talks):
            name = f"{language}-{number:02}"
            bare, live = letter(language).also(*talk), letter(language, lines, lines[:1]).also(*talk)
            for tool, format_, make in (("word", "docx", word.letter), ("report", "pdf", paint.draw)):
                yield Piece("mention", f"{name}-{tool}", truth(format_, receiving, "unmarked"), partial(make, bare))
                yield Piece("beside", f"{name}-{tool}", truth(format_, receiving, said), partial(make, live))
