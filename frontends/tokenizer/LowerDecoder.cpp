//===- LowerDecoder.cpp - What tokens decode to ---------------------------===//
//
// Steps that treat each token for itself are done here, once for each token.
// What is left looks at neighbours and runs on the stream of tokens.
//
//===----------------------------------------------------------------------===//

#include "frontends/tokenizer/TokenizerLowering.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llm;
using namespace llmrt;

/// The texts of all ids before any decoder step.
void TokenizerLowering::lowerTexts() {
  tokenFlags.assign(vocabSize, 0);
  texts.assign(vocabSize, "");
  for (uint32_t id = 0; id < vocabSize; ++id) {
    std::string &text = texts[id];
    if (auto found = added.find(id); found != added.end()) {
      auto normalized = addedNormalized.find(id);
      text = normalized != addedNormalized.end() ? normalized->second
                                                 : found->second.content;
    } else if (auto found = stringOf.find(id); found != stringOf.end()) {
      text = found->second;
    } else {
      continue;
    }
    tokenFlags[id] |= kTokenExists;
    if (specialStrings.count(text))
      tokenFlags[id] |= kTokenSpecial;
  }
}

static void stripToken(std::string &text, const DecoderPlan &step) {
  size_t length = step.text.size();
  size_t begin = 0, end = text.size();
  for (uint32_t count = 0; count < step.start; ++count) {
    if (text.compare(begin, length, step.text) != 0)
      break;
    begin += length;
  }
  for (uint32_t count = 0; count < step.stop && end - begin >= length;
       ++count) {
    if (text.compare(end - length, length, step.text) != 0)
      break;
    end -= length;
  }
  text = text.substr(begin, end - begin);
}

/// "<0x41>" as Rust's u8::from_str_radix reads the two characters.
static int byteOfToken(const std::string &text) {
  if (text.size() != 6 || text.compare(0, 3, "<0x") != 0 || text[5] != '>')
    return -1;
  auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  int high = text[3] == '+' ? 0 : digit(text[3]), low = digit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static std::string bytesOfCharacters(const std::string &text) {
  std::string bytes;
  const char *cursor = text.data();
  while (cursor != text.data() + text.size()) {
    int byte = characterByte(readCharacter(cursor));
    if (byte < 0)
      return text;
    bytes += char(byte);
  }
  return bytes;
}

void TokenizerLowering::lowerDecoder() {
  // Each token alone; one step that looks at its place; runs of byte tokens;
  // one text.
  enum { Alone, Placed, Runs, Fused } stage = Alone;
  // As the runtime bounds normalizers: far above what any tokenizer needs.
  size_t mostBytes = 0;
  for (const std::string &text : texts)
    mostBytes += text.size();
  mostBytes = std::min(64 * mostBytes + 4096, kMaxVocabBytes);
  uint64_t growth = 1;
  auto add = [&](DecoderKind kind, const DecoderPlan &step) {
    DecoderStep out = {};
    out.kind = kind;
    out.text = writer.addBytes(step.text);
    out.content = writer.addBytes(step.content);
    out.first = kind == DecoderKind::Strip ? step.start : step.flag;
    out.second = step.stop;
    decoder.push_back(out);
  };
  auto unsupported = [&](const char *what) {
    problems.add(std::string("tokenizer.json: decoder: not supported yet: ") +
                 what);
  };
  if (!plan.hasDecoder)
    add(DecoderKind::JoinSpace, {});
  for (const DecoderPlan &step : plan.decoder) {
    switch (step.kind) {
    case DecoderPlan::Replace: {
      if (stage == Fused && !step.pattern) {
        growth *= std::max<uint64_t>(
            1, (step.content.size() + step.text.size() - 1) / step.text.size());
        if (growth > kMaxDecoderGrowth)
          return problems.add("tokenizer.json: decoder: not supported yet: "
                              "Replace steps that make a text more than " +
                              std::to_string(kMaxDecoderGrowth) +
                              " times longer");
        add(DecoderKind::Replace, step);
        break;
      }
      if (stage != Alone) {
        unsupported("Replace after a step that looks at several tokens");
        break;
      }
      std::vector<NormalizerPlan> steps(1);
      steps[0].kind = NormalizerPlan::Replace;
      steps[0].text = step.content;
      steps[0].pattern = step.pattern ? step.pattern : literalRegex(step.text);
      std::vector<uint8_t> blob;
      std::unique_ptr<Tokenizer> replacing = openNormalizer(steps, blob);
      if (!replacing) {
        unsupported("Replace by this pattern");
        break;
      }
      size_t bytes = 0;
      for (std::string &text : texts) {
        std::string replaced;
        if (!replacing->normalize(text, replaced) ||
            (bytes += replaced.size()) > mostBytes)
          return problems.add("tokenizer.json: decoder: Replace makes the "
                              "tokens' texts more than 64 times longer, or "
                              "longer than 512 MiB in all");
        text = std::move(replaced);
      }
      break;
    }
    case DecoderPlan::Strip:
      if (stage == Fused)
        add(DecoderKind::Strip, step);
      else if (stage == Alone)
        for (std::string &text : texts)
          stripToken(text, step);
      else
        unsupported("Strip after a step that looks at several tokens");
      break;
    case DecoderPlan::ByteLevel:
      if (stage != Alone) {
        unsupported("ByteLevel after another step that looks at several "
                    "tokens");
        break;
      }
      for (std::string &text : texts)
        text = bytesOfCharacters(text);
      add(DecoderKind::Utf8, {});
      stage = Fused;
      break;
    case DecoderPlan::ByteFallback:
      if (stage != Alone) {
        unsupported("ByteFallback after another step that looks at several "
                    "tokens");
        break;
      }
      for (uint32_t id = 0; id < vocabSize; ++id)
        if (int byte = byteOfToken(texts[id]); byte >= 0) {
          tokenFlags[id] |= kTokenByte;
          texts[id] = std::string(1, char(byte));
        }
      add(DecoderKind::ByteFallback, {});
      stage = Runs;
      break;
    case DecoderPlan::Fuse:
      if (stage != Fused)
        add(DecoderKind::Fuse, {});
      stage = Fused;
      break;
    case DecoderPlan::Metaspace:
    case DecoderPlan::WordPiece:
    case DecoderPlan::Suffix:
      if (stage != Alone) {
        unsupported("two steps that look at several tokens");
        break;
      }
      add(step.kind == DecoderPlan::Metaspace   ? DecoderKind::Metaspace
          : step.kind == DecoderPlan::WordPiece ? DecoderKind::WordPiece
                                                : DecoderKind::Suffix,
          step);
      stage = Placed;
      break;
    }
  }
  std::string pool;
  std::vector<uint32_t> offsets{0};
  for (const std::string &text : texts) {
    pool += text;
    offsets.push_back(uint32_t(pool.size()));
  }
  header.decodeText = writer.addBytes(pool);
  header.decodeOffsets = writer.add(offsets);
  header.decoder = writer.add(decoder);
}
