"""Texts to compare tokenizers on: mixes of scripts, marks, spaces, digits, emoji and code, and
the translations that this machine's programs come with."""

import gettext
import random
from pathlib import Path

RANGES = {
    "ascii": (0x20, 0x7E), "latin": (0xA1, 0x24F), "ipa": (0x250, 0x2FF), "marks": (0x300, 0x36F),
    "greek": (0x370, 0x3FF), "cyrillic": (0x400, 0x52F), "armenian": (0x531, 0x58F), "hebrew": (0x591, 0x5F4),
    "arabic": (0x600, 0x6FF), "syriac": (0x700, 0x74F), "thaana": (0x780, 0x7B1), "nko": (0x7C0, 0x7FA),
    "devanagari": (0x900, 0x97F), "bengali": (0x980, 0x9FE), "gurmukhi": (0xA01, 0xA76), "gujarati": (0xA81, 0xAFF),
    "oriya": (0xB01, 0xB77), "tamil": (0xB82, 0xBFA), "telugu": (0xC00, 0xC7F), "kannada": (0xC80, 0xCF3),
    "malayalam": (0xD00, 0xD7F), "sinhala": (0xD81, 0xDF4), "thai": (0xE01, 0xE5B), "lao": (0xE81, 0xEDF),
    "tibetan": (0xF00, 0xFDA), "myanmar": (0x1000, 0x109F), "georgian": (0x10A0, 0x10FF), "jamo": (0x1100, 0x11FF),
    "ethiopic": (0x1200, 0x137C), "cherokee": (0x13A0, 0x13FD), "ogham": (0x1680, 0x169C), "khmer": (0x1780, 0x17F9),
    "mongolian": (0x1800, 0x18AA), "latinext": (0x1E00, 0x1EFF), "greekext": (0x1F00, 0x1FFE),
    "punctuation": (0x2000, 0x206F), "super": (0x2070, 0x209C), "currency": (0x20A0, 0x20C1),
    "letterlike": (0x2100, 0x214F), "numbers": (0x2150, 0x218B), "arrows": (0x2190, 0x21FF), "math": (0x2200, 0x22FF),
    "technical": (0x2300, 0x23FF), "enclosed": (0x2460, 0x24FF), "blocks": (0x2580, 0x259F), "symbols": (0x2600, 0x27BF),
    "glagolitic": (0x2C00, 0x2C5F), "coptic": (0x2C80, 0x2CFF), "tifinagh": (0x2D30, 0x2D7F), "cjkpunct": (0x3000, 0x303F),
    "hiragana": (0x3041, 0x309F), "katakana": (0x30A0, 0x30FF), "bopomofo": (0x3105, 0x312F), "cjkcompat": (0x3200, 0x33FF),
    "han": (0x4E00, 0x9FFF), "yi": (0xA000, 0xA48C), "vai": (0xA500, 0xA62B), "hangul": (0xAC00, 0xD7A3),
    "jamoext": (0xD7B0, 0xD7FB), "private": (0xE000, 0xE0FF), "hancompat": (0xF900, 0xFAD9), "ligatures": (0xFB00, 0xFB4F),
    "arabicforms": (0xFB50, 0xFDFF), "selectors": (0xFE00, 0xFE0F), "half": (0xFE20, 0xFE2F), "small": (0xFE50, 0xFE6B),
    "wide": (0xFF01, 0xFFEE), "specials": (0xFFF9, 0xFFFD), "linearb": (0x10000, 0x100FA), "gothic": (0x10330, 0x1034A),
    "deseret": (0x10400, 0x1044F), "cuneiform": (0x12000, 0x12399), "hieroglyphs": (0x13000, 0x1342E),
    "music": (0x1D100, 0x1D1DD), "mathletters": (0x1D400, 0x1D7FF), "adlam": (0x1E900, 0x1E95F),
    "tiles": (0x1F000, 0x1F02B), "flags": (0x1F1E6, 0x1F1FF), "pictures": (0x1F300, 0x1F5FF), "faces": (0x1F600, 0x1F64F),
    "transport": (0x1F680, 0x1F6FC), "pictures2": (0x1F900, 0x1F9FF), "skins": (0x1F3FB, 0x1F3FF),
    "hanext": (0x20000, 0x2A6DF), "hancompat2": (0x2F800, 0x2FA1D), "tags": (0xE0001, 0xE007F), "selectors2": (0xE0100, 0xE01EF),
    "unassigned": (0x50000, 0x50010), "last": (0x10FFF0, 0x10FFFF), "controls": (0x0, 0x1F), "controls1": (0x7F, 0xA0),
}
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2003\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\u180e"
PIECES = [
    "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'LL", "'Re", "'\u017f", "\u2019s", "don't", "I'll", "we've",
    "  ", "   ", "\n\n", "\r\n", " \n", "\n ", "\t\t", "    ", " \t\n \r", "\u3000\u3000", "\u2581", "\u2581\u2581", "\u2581a",
    "0", "12", "345", "6789", "1234567", "3.14", "1,000", "2\u00b2", "\u00bd", "\u0661\u0662\u0663", "\u4e00\u4e8c", "\u2160", "\u2460",
    "e\u0301", "\u00e9", "a\u0308\u0304", "\u1ea5", "\u0041\u030a", "\u212b", "\ufb01", "\ufdfa", "\u1e9e", "\u00df", "\u0130", "\u0131", "\u03a3\u03c2",
    "\u0915\u094d\u0937", "\u0e01\u0e33", "\u1100\u1161\u11a8", "\uac01", "\uac00\u11a8", "\u0958", "\u2126", "\u0344", "\u1109\u116e",
    "\u00a9\u200d\u00a9", "a\u200d", "a\u0301", "\r\n\r\n", "\u0600a", "x\u0300\u0301", "\u06001", "\u00ae\u200d", "\u0600\u1100\u1161",
    "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F1E9\U0001F1EA", "\U0001F44D\U0001F3FD", "\u2764\ufe0f", "#\ufe0f\u20e3",
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<s>", "</s>", "<unk>", "[CLS]", "[MASK]", "[UNK]", "<tool>", "<pad>", "<0x41>", "<0xE2>",
    " <s> ", "a<s>b", "\t[MASK]\n", "the MASK.", "MASKED", "mask", "Mask ", "<mask>", "<|special|>", "word", "Word", "\u00e9MASK",
    "def f(x):\n    return x+1\n", "for(int i=0;i<n;++i){", "http://a.b/c?d=e&f#g", "foo_bar", "FooBarBaz", "x=>y", "/* c */", "a@b.co",
    "...", "!!!", "?!", "``q''", '"a"', "\u2026", "\u2014", "\u00ab\u00bb", "\u3002", "\uff01", "--", "==", "\\n", "%d", "$1", "~~~",
    "Hello, world!", "The quick brown fox", " a", "a ", " ", "", "aaaaaaaaaaaa", "\u0627\u0644\u0644\u0647", "\u0440\u0443\u0441\u0441\u043a\u0438\u0439", "\u65e5\u672c\u8a9e", "\ud55c\uad6d\uc5b4",
]


def programs_texts(limit):
    """Translations of this machine's programs (gettext catalogs), as many languages as there are."""
    texts, root = [], Path("/usr/share/locale")
    paths = sorted(root.glob("*/LC_MESSAGES/*.mo"))
    random.Random(7).shuffle(paths)
    for path in paths:
        try:
            catalog = gettext.GNUTranslations(path.open("rb"))._catalog
        except Exception:
            continue
        texts += [text for text in catalog.values() if text and isinstance(text, str)]
        if len(texts) > limit:
            break
    return texts


class Texts:
    def __init__(self, seed, real=20000):
        self.random = random.Random(seed)
        self.names = sorted(RANGES)
        self.real = programs_texts(real) or ["Hello, world!"]

    def character(self, name=None):
        low, high = RANGES[name or self.random.choice(self.names)]
        c = self.random.randint(low, high)
        return chr(c) if not 0xD800 <= c < 0xE000 else "x"

    def word(self):
        name = self.random.choice(self.names)
        return "".join(self.character(name) for _ in range(self.random.randint(1, 8)))

    def part(self):
        kind = self.random.random()
        if kind < 0.3:
            return self.random.choice(PIECES)
        if kind < 0.45:
            return self.word()
        if kind < 0.55:
            return self.character()
        if kind < 0.65:
            return "".join(self.random.choice(SPACES) for _ in range(self.random.randint(1, 4)))
        if kind < 0.8:
            text = self.random.choice(self.real)
            begin = self.random.randint(0, max(0, len(text) - 1))
            return text[begin:begin + self.random.randint(1, 30)]
        if kind < 0.9:
            return " " * self.random.randint(0, 1) + "".join(
                self.random.choice("etaoinshrdluETA") for _ in range(self.random.randint(1, 9)))
        return str(self.random.randint(0, 10 ** self.random.randint(1, 9)))

    def text(self):
        kind = self.random.random()
        if kind < 0.15:
            return self.random.choice(self.real)[:400]
        if kind < 0.17:
            return self.part() * self.random.randint(2, 60)
        if kind < 0.19:
            return chr(self.random.choice([c for c in (self.random.randrange(0x110000),) if not 0xD800 <= c < 0xE000] or [65]))
        return "".join(self.part() for _ in range(self.random.randint(1, 14)))
