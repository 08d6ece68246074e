"""Tokenizers of the shapes that published models have, with small vocabularies trained here. The
normalizers, pre-tokenizers, patterns, post-processors and decoders are those of the models named."""

import collections
import io
import json
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
KIMI = (r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
        r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
RIGHT_TO_LEFT_DIGITS = r"\d{1,3}(?=(?:\d{3})*\b)"
META = "\u2581"


def isolated(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def split_bytes(*patterns):
    return pre_tokenizers.Sequence([*map(isolated, patterns),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def special(*names):
    return [AddedToken(name, special=True, normalized=False) for name in names]


def common_characters(texts, count):
    """The texts less their rare characters: the Unigram trainer takes an alphabet whole."""
    seen = collections.Counter(c for text in texts for c in text)
    kept = {c for c, _ in seen.most_common(count)}
    return ["".join(c for c in text if c in kept) for text in texts]


def train(tokenizer, texts, size, tokens=(), **options):
    kind = type(tokenizer.model).__name__
    if kind == "Unigram":
        texts = common_characters(texts, size // 3)
    if kind == "BPE":
        trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(tokens), show_progress=False, **options)
    elif kind == "Unigram":
        trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=list(tokens), unk_token="<unk>",
                                          show_progress=False, **options)
    elif kind == "WordPiece":
        trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=list(tokens), show_progress=False, **options)
    else:
        trainer = trainers.WordLevelTrainer(vocab_size=size, special_tokens=list(tokens), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def changed_model(tokenizer, **members):
    spec = json.loads(tokenizer.to_str())
    spec["model"].update(members)
    return Tokenizer.from_str(json.dumps(spec))


def byte_level(texts, size, pre, normalizer=None, tokens=(), post=None, **model):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    train(tokenizer, texts, size, tokens, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer = changed_model(tokenizer, **model)
    if post:
        tokenizer.post_processor = post(tokenizer)
    return tokenizer


def template(single, *names):
    return lambda t: processors.TemplateProcessing(
        single=single, pair=None, special_tokens=[(name, t.token_to_id(name)) for name in names])


def with_byte_tokens(tokenizer, **model):
    """Gives a model of characters the 256 byte tokens of SentencePiece."""
    spec = json.loads(tokenizer.to_str())
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    if spec["model"]["type"] == "Unigram":
        spec["model"]["vocab"] += [[name, -20.0] for name in names]
    else:
        start = len(spec["model"]["vocab"])
        spec["model"]["vocab"].update({name: start + byte for byte, name in enumerate(names)})
    spec["model"].update(byte_fallback=True, **model)
    return Tokenizer.from_str(json.dumps(spec))


def llama_decoder(strip=True):
    parts = [decoders.Replace(META, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(parts + ([decoders.Strip(content=" ", left=1, right=0)] if strip else []))


def sentencepiece_bpe(texts, size, normalizer, pre, strip=True, post=True, tokens=("<unk>", "<s>", "</s>")):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    spaced = normalizers.Sequence([normalizers.Prepend(META), normalizers.Replace(" ", META)])
    tokenizer.normalizer = spaced
    tokenizer.pre_tokenizer = pre_tokenizers.Split(META, "merged_with_next")
    train(tokenizer, texts, size, special(*tokens))
    tokenizer = with_byte_tokens(tokenizer)
    spec = json.loads(tokenizer.to_str())
    spec["normalizer"] = spec["pre_tokenizer"] = None
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    tokenizer.decoder = llama_decoder(strip)
    if post:
        tokenizer.post_processor = template("<s> $A", "<s>")(tokenizer)
    return tokenizer


def unigram(texts, size, normalizer, pre, decoder=None, post=None, tokens=("<s>", "<pad>", "</s>", "<unk>")):
    tokenizer = Tokenizer(models.Unigram())
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    train(tokenizer, texts, size, special(*tokens))
    tokenizer.decoder = decoder or decoders.Metaspace()
    if post:
        tokenizer.post_processor = post(tokenizer)
    return tokenizer


def bert(texts, size, **normalizer):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**normalizer)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train(tokenizer, texts, size, special("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=normalizer["lowercase"])
    tokenizer.post_processor = template("[CLS] $A [SEP]", "[CLS]", "[SEP]")(tokenizer)
    return tokenizer


def precompiled_charsmap(rules=None, name="nmt_nfkc"):
    """SentencePiece's own charsmap: of its named rules, or of (from, to) pairs."""
    import os
    import tempfile

    import sentencepiece
    options = {"normalization_rule_name": name}
    with tempfile.TemporaryDirectory() as folder:
        if rules:
            path = os.path.join(folder, "rules.tsv")
            with open(path, "w") as file:
                for source, target in rules:
                    file.write(" ".join(f"{ord(c):X}" for c in source) + "\t" +
                               " ".join(f"{ord(c):X}" for c in target) + "\n")
            options = {"normalization_rule_tsv": path}
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a b c d e f g"] * 10), model_writer=model, vocab_size=12, model_type="char",
            minloglevel=2, hard_vocab_limit=False, **options)
    return field(field(model.getvalue(), 3), 2)


def field(message, wanted):
    """The bytes of a length-delimited protobuf field."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            varint()
        elif key & 7 == 5:
            at += 4
        elif key & 7 == 1:
            at += 8
        else:
            size = varint()
            if key >> 3 == wanted:
                return message[at:at + size]
            at += size
    return b""


SMALL_RULES = [("\u00a0", " "), ("\u3000", " "), ("\t", " "), ("\r", " "), ("\n", " "), ("\u2026", "..."), ("\ufb01", "fi"),
               ("e\u0301", "\u00e9"), ("\u00bd", "1/2"), ("\uff21", "A"), ("\u200b", " "), ("\u2116", "No"), ("\u0001", ""),
               ("\ufdfa", "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647"), ("\u00a9", "(c)"), ("a\u0308", "\u00e4"),
               ("\u3300", "\u30a2\u30d1\u30fc\u30c8"), ("\u212b", "\u00c5"), ("\u1100\u1161", "\uac00")]


def charsmap_normalizer(rules=None, name="nmt_nfkc"):
    return normalizers.Precompiled(precompiled_charsmap(rules, name))


def families(texts, size, small=True):
    """(name, tokenizer) pairs. `small`: charsmaps of a few rules instead of SentencePiece's 200 KiB."""
    charsmap = charsmap_normalizer(SMALL_RULES if small else None)
    bytes_post = processors.ByteLevel(trim_offsets=False)
    chat = special("<|endoftext|>", "<|im_start|>", "<|im_end|>")

    yield "gpt2", byte_level(texts, size, pre_tokenizers.ByteLevel(add_prefix_space=False), tokens=special("<|endoftext|>"),
                             post=lambda t: bytes_post)
    yield "llama3", byte_level(
        texts, size, split_bytes(LLAMA3), tokens=special("<s>", "</s>", "<|special|>"), ignore_merges=True,
        post=lambda t: processors.Sequence([bytes_post, template("<s> $A", "<s>")(t)]))
    yield "cl100k", byte_level(texts, size, split_bytes(CL100K), tokens=chat)
    qwen = byte_level(texts, size, split_bytes(QWEN2), normalizers.NFC(), tokens=chat, post=lambda t: bytes_post)
    qwen.add_tokens([AddedToken("<tool>", normalized=False), AddedToken("</s>", normalized=False)])
    yield "qwen2", qwen
    yield "smollm2", byte_level(texts, size, pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]), tokens=chat)
    yield "gpt4o", byte_level(texts, size, split_bytes(GPT4O), tokens=chat)
    yield "kimi", byte_level(texts, size, split_bytes(KIMI), tokens=chat)
    yield "deepseek3", byte_level(
        texts, size, split_bytes(r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK),
        tokens=chat, post=template("<|endoftext|> $A", "<|endoftext|>"))
    yield "bloom", byte_level(texts, size, split_bytes(BLOOM), tokens=special("<unk>", "<s>", "</s>", "<pad>"))
    yield "falcon", byte_level(texts, size, pre_tokenizers.Sequence(
        [pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
         pre_tokenizers.Digits(individual_digits=False), isolated("[0-9][0-9][0-9]")]), tokens=chat)
    yield "right-to-left-digits", byte_level(texts, size, split_bytes(RIGHT_TO_LEFT_DIGITS, LLAMA3), tokens=chat)
    roberta = byte_level(texts, size, pre_tokenizers.ByteLevel(add_prefix_space=True),
                         tokens=special("<s>", "<pad>", "</s>", "<unk>"),
                         post=lambda t: processors.RobertaProcessing(("</s>", 2), ("<s>", 0)))
    roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    yield "roberta", roberta
    clip = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    clip.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    clip.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CLIP), "removed", invert=True),
                                                  pre_tokenizers.ByteLevel(add_prefix_space=False)])
    train(clip, texts, size, special("<|im_start|>", "<|endoftext|>"), end_of_word_suffix="</w>",
          initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    clip.decoder = decoders.ByteLevel()
    clip.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|im_start|>", 0), add_prefix_space=False)
    yield "clip", clip
    yield "gpt1", gpt1(texts, size)

    legacy = normalizers.Sequence([normalizers.Prepend(META), normalizers.Replace(" ", META)])
    yield "llama2", sentencepiece_bpe(texts, size, legacy, None)
    yield "llama2-metaspace", sentencepiece_bpe(texts, size, None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False))
    mistral = sentencepiece_bpe(texts, size, legacy, None)
    mistral.add_special_tokens([AddedToken("[MASK]", normalized=True), AddedToken("<tool>", normalized=True)])
    yield "mistral", mistral
    gemma = sentencepiece_bpe(texts, size, normalizers.Replace(" ", META), pre_tokenizers.Split(" ", "merged_with_previous"),
                              strip=False, tokens=("<pad>", "</s>", "<s>", "<unk>"))
    gemma.add_tokens([AddedToken("\n\n", normalized=False), AddedToken("  ", normalized=False)])
    yield "gemma", gemma

    metaspace = pre_tokenizers.Metaspace(prepend_scheme="always")
    yield "t5", unigram(texts, size, charsmap, metaspace, post=template("$A </s>", "</s>"))
    yield "t5-strip", unigram(
        texts, size, normalizers.Sequence([charsmap, normalizers.Strip(left=False, right=True),
                                           normalizers.Replace(Regex(" {2,}"), META)]), metaspace,
        post=template("$A </s>", "</s>"))
    yield "xlm-roberta", unigram(
        texts, size, normalizers.Sequence([charsmap, normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace]), post=template("<s> $A </s>", "<s>", "</s>"))
    yield "albert", unigram(
        texts, size, normalizers.Sequence([
            normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
            normalizers.Lowercase(), charsmap]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace]), post=template("<s> $A </s>", "<s>", "</s>"))
    bytes_unigram = with_byte_tokens(unigram(texts, size, normalizers.NFKC(), pre_tokenizers.Metaspace(prepend_scheme="first")))
    bytes_unigram.decoder = llama_decoder()
    yield "unigram-bytes", bytes_unigram
    yield "unigram-first", unigram(texts, size, charsmap, pre_tokenizers.Metaspace(prepend_scheme="first"),
                                   tokens=("<s>", "<mask>", "</s>", "<unk>"))

    yield "bert-uncased", bert(texts, size, clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    yield "bert-cased", bert(texts, size, clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=False)
    yield "bert-accents", bert(texts, size, clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    train(words, texts, size, special("[UNK]", "[PAD]"))
    yield "words", words
    yield "added", added(texts, size)


def gpt1(texts, size):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train(tokenizer, texts, size, special("<unk>"), end_of_word_suffix="</w>", limit_alphabet=150)
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    return tokenizer


def added(texts, size):
    """Every kind of added token, before and after a normalizer that changes them."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="@@"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    train(tokenizer, texts, size, special("<unk>"), continuing_subword_prefix="@@", limit_alphabet=200)
    tokenizer.add_tokens([
        AddedToken("MASK", single_word=True, normalized=False), AddedToken("Word", normalized=True),
        AddedToken("  ", normalized=False), AddedToken("\ufb01", normalized=True), AddedToken("[MASK]", lstrip=True, rstrip=True),
        AddedToken("fox", single_word=True, normalized=True, lstrip=True), AddedToken("quick brown", normalized=True)])
    tokenizer.add_special_tokens([
        AddedToken("<s>", rstrip=True, normalized=False), AddedToken("</s>", lstrip=True, normalized=False),
        AddedToken("<|special|>", single_word=True, normalized=False), AddedToken("[CLS]", normalized=True),
        AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False)])
    return tokenizer


def random_tokenizer(texts, size, seed):
    """Components put together at random: shapes nobody has published yet."""
    rng = random.Random(seed)
    some = lambda options, most: [rng.choice(options)() for _ in range(rng.randint(0, most))]
    norms = some([
        normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase, normalizers.StripAccents,
        normalizers.Nmt, lambda: normalizers.Strip(left=rng.random() < .5, right=rng.random() < .5),
        lambda: normalizers.Replace(rng.choice([" ", "a", "e\u0301", "  ", "\n"]), rng.choice(["", " ", META, "xy"])),
        lambda: normalizers.Replace(Regex(rng.choice([r"\s+", r"\p{N}", "a|b", r"[^\x00-\x7F]", r"\bt", " {2,}"])),
                                    rng.choice(["", " ", "0", META])),
        lambda: normalizers.Prepend(rng.choice([META, "x", " a"])),
        lambda: normalizers.BertNormalizer(clean_text=rng.random() < .5, handle_chinese_chars=rng.random() < .5,
                                           strip_accents=rng.random() < .5, lowercase=rng.random() < .5),
        lambda: charsmap_normalizer(SMALL_RULES)], 3)
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    patterns = [GPT2, LLAMA3, CL100K, QWEN2, GPT4O, DEEPSEEK, r"\s+", r"\w+|[^\w\s]+", r"\b", r"^\s*|\s*$", r"[aeiou]+?", r"\d{2}",
                r"(?<=\s)\S", r"\S(?=\s)", r"(?<!\w)[A-Z]\w*", r"(?i)the|fox(?-i:Q)?", r"a*?b|a{2,3}", r"\p{Lu}\p{Ll}*", r"x*", r"\R+",
                r"(?=[A-Z])", r".(?=\d)", r"\p{Han}|\p{Hiragana}+", r"[[:punct:]]+", r"(?:ab|a)(?:c|bcd)?", RIGHT_TO_LEFT_DIGITS,
                r"(?!\s)\W", r"[\p{L}&&[^a-e]]+", r"\s*[\r\n]|\s+?(?=\S)", r"(?m).+?\n", r".+", r"\p{^L}+", r"[\d\-.]+", r"'(?:s|t)?+"]
    pres = some([
        lambda: pre_tokenizers.Split(Regex(rng.choice(patterns)), rng.choice(behaviors), invert=rng.random() < .3),
        lambda: pre_tokenizers.Split(rng.choice([" ", "a", "th", "\n", META, "."]), rng.choice(behaviors), invert=rng.random() < .2),
        lambda: pre_tokenizers.Digits(individual_digits=rng.random() < .5),
        lambda: pre_tokenizers.Punctuation(rng.choice(behaviors)), pre_tokenizers.Whitespace, pre_tokenizers.WhitespaceSplit,
        pre_tokenizers.BertPreTokenizer, lambda: pre_tokenizers.CharDelimiterSplit(rng.choice("a e")),
        lambda: pre_tokenizers.Metaspace(prepend_scheme=rng.choice(["always", "first", "never"]), split=rng.random() < .5),
        lambda: pre_tokenizers.ByteLevel(add_prefix_space=rng.random() < .5, use_regex=rng.random() < .5)], 3)
    model = rng.choice(["bpe", "bpe", "bpe", "unigram", "wordpiece", "wordlevel"])
    tokenizer = Tokenizer({
        "bpe": lambda: models.BPE(unk_token=rng.choice([None, "<unk>"]), fuse_unk=rng.random() < .5,
                                  ignore_merges=rng.random() < .3),
        "unigram": models.Unigram, "wordpiece": lambda: models.WordPiece(unk_token="<unk>"),
        "wordlevel": lambda: models.WordLevel(unk_token="<unk>")}[model]())
    tokenizer.normalizer = normalizers.Sequence(norms)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(pres)
    options = {"limit_alphabet": rng.choice([60, 1000])} if model in ("bpe", "wordpiece") else {}
    train(tokenizer, texts, size, special("<unk>", "<s>"), **options)
    if model in ("bpe", "unigram") and rng.random() < .4:
        tokenizer = with_byte_tokens(tokenizer)
    flag = lambda: rng.random() < .4
    for text in rng.sample(["MASK", "Word", "  ", "[MASK]", "fox", "<tool>", "\u00e9", "a ", "<mask>", "the"], rng.randint(0, 5)):
        try:
            tokenizer.add_tokens([AddedToken(text, single_word=flag(), lstrip=flag(), rstrip=flag(), normalized=flag(), special=flag())])
        except Exception:
            pass
    tokenizer.decoder = rng.choice([
        decoders.ByteLevel, decoders.Metaspace, lambda: decoders.Metaspace(prepend_scheme="never"),
        lambda: decoders.WordPiece(cleanup=rng.random() < .5), lambda: decoders.BPEDecoder(suffix=rng.choice(["</w>", "e"])),
        llama_decoder, lambda: llama_decoder(False), lambda: decoders.Sequence([]),
        lambda: decoders.Sequence([decoders.Replace(META, " "), decoders.Fuse(), decoders.Strip(" ", 2, 0), decoders.Replace("a", "bb")]),
        lambda: decoders.Sequence([decoders.Replace(Regex("[ae]"), "-"), decoders.ByteFallback()])])()
    return tokenizer
