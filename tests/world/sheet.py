"""A letter in words: what every tool of this package sets on paper in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter, or an annex of one.

    ``mark`` stands above everything: in the upper right corner (``place`` "corner") or centred ("centre"); ``foot`` at
    the bottom, centred.  A body element is a paragraph or, as a tuple of rows, a table.
    """

    language: str
    mark: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    place: str = "corner"
    head: tuple[str, ...] = ()
    subject: str = ""
    body: tuple[str | Rows, ...] = ()
    annex: Sheet | None = None

    def also(self, *body: str | Rows) -> Sheet:
        """With more in its text, after the first paragraph."""
        return replace(self, body=(*self.body[:1], *body, *self.body[1:]))


@dataclass(frozen=True, slots=True)
class Office:
    """Whose letter it is."""

    head: tuple[str, ...]
    subject: str
    body: tuple[str, ...] = field(default=())


OFFICES: Final = {
    "lt": Office(
        (
            "LIETUVOS RESPUBLIKOS KRAŠTO APSAUGOS MINISTERIJA",
            "Totorių g. 25, LT-01121 Vilnius",
            "2026-10-14 Nr. 12-345",
        ),
        "DĖL PRATYBŲ PLANO DERINIMO",
        (
            "Atsakydami į Jūsų 2026 m. rugsėjo 2 d. raštą, pranešame, kad pratybų planas apsvarstytas ir iš esmės jam "
            "pritariama. Prašome iki kito mėnesio pabaigos patikslinti dalyvių skaičių ir atvykimo tvarką.",
            "Kartu siunčiame atsakingų asmenų sąrašą. Kilus klausimų, prašome kreiptis į Planavimo departamentą.",
            "Viceministras Jonas Petraitis",
        ),
    ),
    "kk": Office(
        (
            "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ ҚОРҒАНЫС МИНИСТРЛІГІ",
            "010000, Астана қаласы, Достық даңғылы, 14",
            "14.10.2026 № 2-17/345",
        ),
        "Бірлескен оқу-жаттығу жоспары туралы",
        (
            "Сіздің 2026 жылғы 2 қыркүйектегі хатыңызға жауап ретінде бірлескен оқу-жаттығу жоспары қаралып, негізінен "
            "қолдау тапқанын хабарлаймыз. Қатысушылардың санын айдың соңына дейін нақтылауды сұраймыз.",
            "Жауапты адамдардың тізімі қоса беріледі. Сұрақтар бойынша Жоспарлау департаментіне хабарласыңыздар.",
            "Вице-министр А. Серіков",
        ),
    ),
    "ru": Office(
        (
            "МИНИСТЕРСТВО ОБОРОНЫ РЕСПУБЛИКИ КАЗАХСТАН",
            "010000, город Астана, проспект Достык, 14",
            "14.10.2026 № 2-17/345",
        ),
        "О согласовании плана совместных учений",
        (
            "В ответ на Ваше письмо от 2 сентября 2026 года сообщаем, что план совместных учений рассмотрен и в целом "
            "поддержан. Просим до конца следующего месяца уточнить число участников и порядок прибытия.",
            "Список ответственных лиц прилагается. По всем вопросам просим обращаться в Департамент планирования.",
            "Вице-министр А. Сериков",
        ),
    ),
    "en": Office(
        ("MINISTRY OF NATIONAL DEFENCE", "Totoriu str. 25, Vilnius", "14 October 2026 No. 12-345"),
        "Coordination of the exercise plan",
        (
            "With reference to your letter of 2 September 2026 we inform you that the exercise plan was considered and "
            "is supported in principle. Please confirm the number of participants by the end of next month.",
            "The list of points of contact is enclosed. Questions may be sent to the Planning Department.",
            "Vice-Minister J. Petraitis",
        ),
    ),
    "pl": Office(
        ("MINISTERSTWO OBRONY NARODOWEJ", "al. Niepodległości 218, 00-911 Warszawa", "14.10.2026 r. nr 12-345"),
        "Dotyczy: uzgodnienia planu ćwiczeń",
        ("W odpowiedzi na pismo z 2 września 2026 r. uprzejmie informuję, że plan ćwiczeń został przyjęty.",),
    ),
    "uk": Office(
        ("МІНІСТЕРСТВО ОБОРОНИ УКРАЇНИ", "просп. Повітряних Сил, 6, Київ", "14.10.2026 № 220/345"),
        "Про погодження плану навчань",
        ("У відповідь на Ваш лист від 2 вересня 2026 року повідомляємо, що план навчань розглянуто і підтримано.",),
    ),
    "lv": Office(
        ("LATVIJAS REPUBLIKAS AIZSARDZĪBAS MINISTRIJA", "K. Valdemāra iela 10/12, Rīga", "14.10.2026. Nr. 12-345"),
        "Par mācību plāna saskaņošanu",
        ("Atbildot uz Jūsu 2026. gada 2. septembra vēstuli, informējam, ka mācību plāns ir izskatīts un atbalstīts.",),
    ),
    "et": Office(
        ("EESTI VABARIIGI KAITSEMINISTEERIUM", "Sakala 1, Tallinn", "14.10.2026 nr 12-345"),
        "Õppuse kava kooskõlastamine",
        ("Vastuseks Teie 2. septembri 2026. a kirjale teatame, et õppuse kava on läbi vaadatud ja heaks kiidetud.",),
    ),
    "ru-ru": Office(
        ("МИНИСТЕРСТВО ОБОРОНЫ РОССИЙСКОЙ ФЕДЕРАЦИИ", "119160, г. Москва, ул. Знаменка, 19", "14.10.2026 № 345"),
        "О согласовании плана учений",
        ("В ответ на Ваше письмо сообщаем, что план учений рассмотрен и в целом поддержан.",),
    ),
    "ru-by": Office(
        ("МИНИСТЕРСТВО ОБОРОНЫ РЕСПУБЛИКИ БЕЛАРУСЬ", "220034, г. Минск, ул. Коммунистическая, 1", "14.10.2026 № 345"),
        "О согласовании плана учений",
        ("В ответ на Ваше письмо сообщаем, что план учений рассмотрен и в целом поддержан.",),
    ),
}

ANNEX: Final = {
    "lt": ("Priedas", "Dalyvių sąrašas: 1. Kpt. A. Kazlauskas. 2. Lt. B. Stankus. 3. Srž. C. Rimkus."),
    "kk": ("Қосымша", "Қатысушылардың тізімі: 1. Капитан А. Оспанов. 2. Лейтенант Б. Әлиев."),
    "ru": ("Приложение", "Список участников: 1. Капитан А. Оспанов. 2. Лейтенант Б. Алиев."),
    "en": ("Annex", "List of participants: 1. Capt. A. Kazlauskas. 2. Lt. B. Stankus."),
}


def letter(language: str, mark: tuple[str, ...] = (), foot: tuple[str, ...] = (), **look: object) -> Sheet:
    """A letter of that language's office; Lithuanian and English ones are marked in the middle, the others aside."""
    office = OFFICES[language]
    place = "centre" if language in {"lt", "en", "lv", "et", "pl"} else "corner"
    sheet = Sheet(language, mark, foot, place, office.head, office.subject, office.body)
    return replace(sheet, **look)  # type: ignore[arg-type]  # the callers name fields of Sheet


def annex(language: str, mark: tuple[str, ...] = (), foot: tuple[str, ...] = ()) -> Sheet:
    """An annex with a mark of its own."""
    title, text = ANNEX[language]
    place = "centre" if language in {"lt", "en"} else "corner"
    return Sheet(language, mark, foot, place, (), title, (text,))
