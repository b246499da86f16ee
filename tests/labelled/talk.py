"""Sentences that speak of markings without being one, and words that merely look alike."""

from __future__ import annotations

from typing import Final

MENTIONS: Final = {
    "lt": (
        "Primename, kad dokumentai su žyma „Slaptai“ siunčiami tik per kurjerį ir prie šio rašto nepridedami.",
        "Pagal tvarkos aprašą žymos „Visiškai slaptai“ ir „Konfidencialiai“ rašomos lapo viršuje ir apačioje.",
        "Leidinyje aprašoma, kaip anksčiau žodis SLAPTAI būdavo spausdinamas raudonu rašalu viršutinėje eilutėje.",
    ),
    "kk": (
        "«Құпия» белгісі бар құжаттар тек фельдъегерлік байланыспен жіберілетінін еске саламыз.",
        "Нұсқаулыққа сәйкес «Өте құпия» және «Құпия» деген белгілер бірінші беттің жоғарғы оң жақ бұрышына қойылады.",
        "Кітапта бұрынғы құжаттардағы ҚҰПИЯ деген сөздің қызыл сиямен басылғаны айтылады.",
    ),
    "ru": (
        "Напоминаем, что документы с грифом «Секретно» направляются только фельдъегерской связью.",
        "Согласно инструкции грифы «Совершенно секретно» и «Секретно» проставляются в правом верхнем углу листа.",
        "В книге описано, как прежде слово СЕКРЕТНО печатали красными чернилами в верхней строке.",
    ),
    "en": (
        'Documents marked "SECRET" or "TOP SECRET" are sent by courier only and are not attached to this letter.',
        "The handbook says that the word SECRET used to be printed in red ink in the first line.",
    ),
}
INFLECTED: Final = {
    "lt": (
        "SLAPTOS INFORMACIJOS APSAUGOS ISTORIJA",
        "KONFIDENCIALUMO ĮSIPAREIGOJIMAS",
        "Slaptumo žymų katalogas",
        "Konfidencialumo susitarimas",
        "SLAPTUMAS",
    ),
    "kk": ("ҚҰПИЯЛЫЛЫҚ БЕЛГІЛЕРІНІҢ ТАРИХЫ", "Құпиялылық туралы келісім", "ҚҰПИЯЛАР ТУРАЛЫ ӘҢГІМЕ", "ҚҰПИЯСЫЗ"),
    "ru": (
        "СЕКРЕТНОЕ ДЕЛОПРОИЗВОДСТВО: ИСТОРИЯ",
        "О СЕКРЕТНОСТИ",
        "Секретарю комитета",
        "СЕКРЕТАРИАТ",
        "Соглашение о конфиденциальности",
    ),
    "en": ("SECRETARY GENERAL", "CONFIDENTIALITY AGREEMENT", "Secrets of the old flax mill"),
}
"""Headings with other forms and other words: whole words only make a marking."""

CHIPBOARD: Final = (
    "Для ремонта читального зала требуется плита ДСП толщиной 16 мм, 24 листа, и кромка к ней.",
    "Поручение от 12.02.2026 выполнено. Снято с контроля ДСП.",
    "Оқу залының сөрелері 18 мм ДСП тақтасынан жасалады.",
    "Смета: ДСП ламинированная, 36 м²; саморезы, 2 кг; клей столярный, 4 л.",
)
PROSE_SPACED: Final = {
    "kk": "қ ұ п и я   а қ п а р а т т ы   қ о р ғ а у   т у р а л ы   ә ң г і м е   ж а з ы л ғ а н   к і т а п",
    "ru": "к н и г а   о   т о м ,   к а к   с е к р е т н о   п и с а л и   п и с ь м а   в   с т а р и н у",
    "lt": "k n y g a   a p i e   t a i ,   k a i p   s l a p t a i   k e l i a v o   l a i š k a i",
    "en": "a   b o o k   o n   h o w   s e c r e t   l e t t e r s   w e r e   c a r r i e d",
}
"""Letterspaced prose, as the published Agreement has it: the spacing alone makes no marking."""

COMPANY: Final = (
    "© UAB „Pavyzdys“. Company confidential. All rights reserved.",
    "This message and its attachments are confidential and intended solely for the addressee.",
    "ТОО «Үлгі» · Commercial in confidence · www.example.invalid",
    "Confidential information of Sample Ltd. Do not distribute.",
)
RUSSIA_IN_PASSING: Final = (
    "В выставке участвовали библиотеки Алматы, Вильнюса и, впервые, одного из городов Российской Федерации.",
    "Каталог издан на средства фонда; перевод выполнен в Республике Беларусь.",
)
TREATY_TABLE: Final = (
    ("Қазақстан Республикасы", "Литва Республикасы"),
    ("ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО", "VISIŠKAI SLAPTAI/TOP SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI/SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "KONFIDENCIALIAI/CONFIDENTIAL"),
    ("ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", "RIBOTO NAUDOJIMO/RESTRICTED"),
)
TREATY_LEAD: Final = {
    "lt": "Susitarimo trečiajame straipsnyje lyginamos šios žymos:",
    "kk": "Келісімнің үшінші бабында мына белгілер салыстырылады:",
    "ru": "В третьей статье Соглашения сопоставлены следующие обозначения:",
    "en": "Article three of the Agreement compares the following designations:",
}
"""The sentence is this project's; the words of the table are the published ones."""

CONDITIONS: Final = {
    "lt": ("(užpildžius)", "užpildžius"),
    "kk": ("(толтырылғаннан кейін)", "(толтырылған соң)"),
    "ru": ("(по заполнении)", "по заполнении", "(после заполнения)", "(при заполнении)"),
}
QUALIFIED: Final = {
    "LT": ("NESLAPTA be priedo", "NESLAPTA BE PRIEDŲ", "Unclassified without annex"),
    "KZ": ("Не секретно без приложения", "НЕ СЕКРЕТНО БЕЗ ПРИЛОЖЕНИЙ", "Несекретно без приложения"),
}
NEGATIVES: Final = {
    "LT": ("NESLAPTA", "UNCLASSIFIED", "NESLAPTA/UNCLASSIFIED", "Neslapta"),
    "KZ": ("НЕСЕКРЕТНО", "НЕ СЕКРЕТНО", "Не секретно", "ҚҰПИЯ ЕМЕС", "ҚҰПИЯ ЕМЕС/НЕСЕКРЕТНО", "Н/С"),
}
LIFTED: Final = {
    "LT": ("IŠSLAPTINTA", "IŠSLAPTINTA/DECLASSIFIED", "DECLASSIFIED", "Išslaptinta 2026-03-02"),
    "KZ": ("РАССЕКРЕЧЕНО", "ГРИФ СНЯТ", "ҚҰПИЯСЫЗДАНДЫРЫЛДЫ", "Рассекречено 02.03.2026", "Гриф секретности снят"),
}
OTHER_OWNERS: Final = (
    "РОССИЙСКАЯ ФЕДЕРАЦИЯ",
    "Министерство обороны РФ",
    "РЕСПУБЛИКА БЕЛАРУСЬ",
    "ЕАЭС",
    "ЕВРАЗИЙСКАЯ ЭКОНОМИЧЕСКАЯ КОМИССИЯ",
    "Министерство связи Республики Беларусь",
)
