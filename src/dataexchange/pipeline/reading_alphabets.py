"""The letters of languages, and the old encodings that they were written in."""

from __future__ import annotations

#: Small letters beyond a to z, by language.
WEST = (
    "áéíóúüñçºª",  # Spanish, Galician
    "àâæçéèêëîïôœùûüÿñ",  # French
    "àáâãçéêíóôõúüºª",  # Portuguese
    "äöüßéèàç",  # German
    "àèéìíîòóùúç",  # Italian
    "àçéèíïóòúü·",  # Catalan
    "éèëïöüáíóúçê",  # Dutch
    "åäöéüæøàèòóôšž",  # Danish, Norwegian, Swedish, Finnish
    "áæéíðóöúýþ",  # Icelandic
    "áéíóúàèìòù",  # Irish, Gaelic
    "âêîôûŵŷáéíóúäëïöü",  # Welsh
)
_MIDDLE = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovene, Bosnian
    "ăâîşţșț",  # Romanian
    "ëç",  # Albanian
    "äöüß",  # German
)
_TURKISH = ("çğıöşüâîû",)
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äöõüšž")
#: Letters without which hardly a line is written in a language.
CORE = {_BALTIC[0]: "āīēšū", _BALTIC[1]: "ėšžų"}
_CYRILLIC = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",  # Russian, Bulgarian
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",  # Ukrainian
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя",  # Belarusian
    "абвгдђежзијклљмнњопрстћуфхцчџшѓѕќ",  # Serbian, Macedonian
)
_GREEK = ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",)

#: Encodings and the languages written in them; of two that give the same text the first is named. The second lot is rare by now and
#: only looked at where none of the first fits.
ENCODINGS: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = (
    (
        ("cp1252", WEST),
        ("iso8859-15", WEST),
        ("mac-roman", WEST),
        ("cp850", WEST),
        ("cp1250", _MIDDLE),
        ("iso8859-2", _MIDDLE),
        ("cp1254", _TURKISH),
        ("cp1257", _BALTIC),
        ("cp1251", _CYRILLIC),
        ("koi8-u", _CYRILLIC),
        ("iso8859-5", _CYRILLIC),
        ("cp1253", _GREEK),
        ("iso8859-7", _GREEK),
        ("cp1255", _HEBREW),
        ("cp1256", _ARABIC),
    ),
    (
        ("cp852", _MIDDLE),
        ("mac-latin2", _MIDDLE),
        ("cp866", _CYRILLIC),
        ("mac-cyrillic", _CYRILLIC),
        ("koi8-r", _CYRILLIC),
        ("iso8859-6", _ARABIC),
    ),
)
