"""Texts to compare tokenizers on: mixes of scripts, marks, spaces, digits, emoji and code, sentences
in many languages and, where asked for, the translations that this machine's programs come with
(which have licenses of their own: never for files of this repository)."""

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

# Article 1 of the Universal Declaration of Human Rights (United Nations, 1948; public domain).
DECLARATION = [
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should "
    "act towards one another in a spirit of brotherhood.",
    "Alle Menschen sind frei und gleich an W\u00fcrde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen "
    "einander im Geist der Br\u00fcderlichkeit begegnen.",
    "Tous les \u00eatres humains naissent libres et \u00e9gaux en dignit\u00e9 et en droits. Ils sont dou\u00e9s de raison et de conscience "
    "et doivent agir les uns envers les autres dans un esprit de fraternit\u00e9.",
    "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como est\u00e1n de raz\u00f3n y conciencia, "
    "deben comportarse fraternalmente los unos con los otros.",
    "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de raz\u00e3o e de consci\u00eancia, devem "
    "agir uns para com os outros em esp\u00edrito de fraternidade.",
    "Tutti gli esseri umani nascono liberi ed eguali in dignit\u00e0 e diritti. Essi sono dotati di ragione e di coscienza.",
    "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.",
    "Wszyscy ludzie rodz\u0105 si\u0119 wolni i r\u00f3wni pod wzgl\u0119dem swej godno\u015bci i swych praw.",
    "V\u0161ichni lid\u00e9 se rod\u00ed svobodn\u00ed a sob\u011b rovn\u00ed co do d\u016fstojnosti a pr\u00e1v.",
    "Minden emberi l\u00e9ny szabadon sz\u00fcletik \u00e9s egyenl\u0151 m\u00e9lt\u00f3s\u00e1ga \u00e9s joga van.",
    "Kaikki ihmiset syntyv\u00e4t vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
    "B\u00fct\u00fcn insanlar h\u00fcr, haysiyet ve haklar bak\u0131m\u0131ndan e\u015fit do\u011farlar.",
    "\u0412\u0441\u0435 \u043b\u044e\u0434\u0438 \u0440\u043e\u0436\u0434\u0430\u044e\u0442\u0441\u044f \u0441\u0432\u043e\u0431\u043e\u0434\u043d\u044b\u043c\u0438 \u0438 \u0440\u0430\u0432\u043d\u044b\u043c\u0438 \u0432 \u0441\u0432\u043e\u0435\u043c \u0434\u043e\u0441\u0442\u043e\u0438\u043d\u0441\u0442\u0432\u0435 \u0438 \u043f\u0440\u0430\u0432\u0430\u0445.",
    "\u038c\u03bb\u03bf\u03b9 \u03bf\u03b9 \u03ac\u03bd\u03b8\u03c1\u03c9\u03c0\u03bf\u03b9 \u03b3\u03b5\u03bd\u03bd\u03b9\u03bf\u03cd\u03bd\u03c4\u03b1\u03b9 \u03b5\u03bb\u03b5\u03cd\u03b8\u03b5\u03c1\u03bf\u03b9 \u03ba\u03b1\u03b9 \u03af\u03c3\u03bf\u03b9.",
    "\u064a\u0648\u0644\u062f \u062c\u0645\u064a\u0639 \u0627\u0644\u0646\u0627\u0633 \u0623\u062d\u0631\u0627\u0631\u064b\u0627 \u0645\u062a\u0633\u0627\u0648\u064a\u0646 \u0641\u064a \u0627\u0644\u0643\u0631\u0627\u0645\u0629 \u0648\u0627\u0644\u062d\u0642\u0648\u0642.",
    "\u05db\u05dc \u05d1\u05e0\u05d9 \u05d4\u05d0\u05d3\u05dd \u05e0\u05d5\u05dc\u05d3\u05d5 \u05d1\u05e0\u05d9 \u05d7\u05d5\u05e8\u05d9\u05df \u05d5\u05e9\u05d5\u05d5\u05d9\u05dd \u05d1\u05e2\u05e8\u05db\u05dd \u05d5\u05d1\u05d6\u05db\u05d5\u05d9\u05d5\u05ea\u05d9\u05d4\u05dd.",
    "\u0938\u092d\u0940 \u092e\u0928\u0941\u0937\u094d\u092f\u094b\u0902 \u0915\u094b \u0917\u094c\u0930\u0935 \u0914\u0930 \u0905\u0927\u093f\u0915\u093e\u0930\u094b\u0902 \u0915\u0947 \u092e\u093e\u092e\u0932\u0947 \u092e\u0947\u0902 \u091c\u0928\u094d\u092e\u091c\u093e\u0924 \u0938\u094d\u0935\u0924\u0928\u094d\u0924\u094d\u0930\u0924\u093e \u092a\u094d\u0930\u093e\u092a\u094d\u0924 \u0939\u0948\u0964",
    "\u0e21\u0e19\u0e38\u0e29\u0e22\u0e4c\u0e17\u0e31\u0e49\u0e07\u0e2b\u0e25\u0e32\u0e22\u0e40\u0e01\u0e34\u0e14\u0e21\u0e32\u0e21\u0e35\u0e2d\u0e34\u0e2a\u0e23\u0e30",
    "\u4eba\u4eba\u751f\u800c\u81ea\u7531\uff0c\u5728\u5c0a\u4e25\u548c\u6743\u5229\u4e0a\u4e00\u5f8b\u5e73\u7b49\u3002",
    "\u3059\u3079\u3066\u306e\u4eba\u9593\u306f\u3001\u751f\u307e\u308c\u306a\u304c\u3089\u306b\u3057\u3066\u81ea\u7531\u3067\u3042\u308a\u3001\u304b\u3064\u3001\u5c0a\u53b3\u3068\u6a29\u5229\u3068\u306b\u3064\u3044\u3066\u5e73\u7b49\u3067\u3042\u308b\u3002",
    "\ubaa8\ub4e0 \uc778\uac04\uc740 \ud0dc\uc5b4\ub0a0 \ub54c\ubd80\ud130 \uc790\uc720\ub85c\uc6b0\uba70 \uadf8 \uc874\uc5c4\uacfc \uad8c\ub9ac\uc5d0 \uc788\uc5b4 \ub3d9\ub4f1\ud558\ub2e4.",
    "T\u1ea5t c\u1ea3 m\u1ecdi ng\u01b0\u1eddi sinh ra \u0111\u1ec1u \u0111\u01b0\u1ee3c t\u1ef1 do v\u00e0 b\u00ecnh \u0111\u1eb3ng v\u1ec1 nh\u00e2n ph\u1ea9m v\u00e0 quy\u1ec1n.",
]


def programs_texts(limit):
    """Translations of this machine's programs (gettext catalogs), as many languages as there are."""
    texts, root = [], Path("/usr/share/locale")
    if limit == 0:
        return texts
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
        self.real = DECLARATION + programs_texts(real)

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
            c = self.random.randrange(0x110000)
            return "A" if 0xD800 <= c < 0xE000 else chr(c)
        return "".join(self.part() for _ in range(self.random.randint(1, 14)))
