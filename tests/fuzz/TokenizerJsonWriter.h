//===- TokenizerJsonWriter.h - A tokenizer.json from choices ----*- C++ -*-===//
//
// Any bytes are a list of choices: the components, in any order, with strings
// and patterns put together from parts that matter. The same bytes make the
// same file.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FUZZ_TOKENIZERJSONWRITER_H
#define LLM_TESTS_FUZZ_TOKENIZERJSONWRITER_H

#include <fuzzer/FuzzedDataProvider.h>

#include <string>
#include <vector>

namespace llm::fuzz {

class TokenizerJsonWriter {
public:
  explicit TokenizerJsonWriter(FuzzedDataProvider &choices) : in(choices) {}

  std::string write() {
    std::string model = this->model(); // its tokens are used elsewhere
    return "{\"added_tokens\":[" + list(3, &TokenizerJsonWriter::addedToken) +
           "],\"normalizer\":" +
           sequence("normalizers", &TokenizerJsonWriter::normalizer) +
           ",\"pre_tokenizer\":" +
           sequence("pretokenizers", &TokenizerJsonWriter::preTokenizer) +
           ",\"post_processor\":" +
           sequence("processors", &TokenizerJsonWriter::postProcessor) +
           ",\"decoder\":" +
           sequence("decoders", &TokenizerJsonWriter::decoder) +
           ",\"model\":" + model + "}";
  }

private:
  using Part = std::string (TokenizerJsonWriter::*)();

  template <size_t N> const char *pick(const char *const (&from)[N]) {
    return from[in.ConsumeIntegralInRange<size_t>(0, N - 1)];
  }
  const char *flag() { return in.ConsumeBool() ? "true" : "false"; }
  std::string number() { return std::to_string(in.ConsumeIntegral<uint8_t>()); }

  std::string list(size_t most, Part part) {
    std::string text;
    for (size_t count = in.ConsumeIntegralInRange<size_t>(0, most); count > 0;
         --count)
      text += (text.empty() ? "" : ",") + (this->*part)();
    return text;
  }
  std::string sequence(const std::string &members, Part part) {
    if (in.ConsumeIntegral<uint8_t>() < 32)
      return "null";
    return "{\"type\":\"Sequence\",\"" + members + "\":[" + list(2, part) +
           "]}";
  }

  /// Quoted. What JSON has to escape is written as a code point.
  static std::string quote(const std::string &text) {
    std::string quoted = "\"";
    for (char c : text)
      if (c == '"' || c == '\\')
        quoted += std::string("\\") + c;
      else if (uint8_t(c) < 0x20)
        quoted += std::string("\\u00") + "01"[uint8_t(c) >> 4] +
                  "0123456789abcdef"[c & 15];
      else
        quoted += c;
    return quoted + "\"";
  }
  std::string plain() {
    static constexpr const char *kTexts[] = {
        "",        "a",      "b",      " ",          "ab",   "##",
        "\u2581",  "\u0120", "<0x41>", "<unk>",      "  ",   "\n",
        "e\u0301", "\u00e9", "\uac00", "\U0001f44d", "</w>", "\u0130"};
    std::string text = pick(kTexts);
    if (in.ConsumeBool())
      text += pick(kTexts);
    if (in.ConsumeIntegral<uint8_t>() < 16)
      for (unsigned count = in.ConsumeIntegral<uint8_t>(); count > 0; --count)
        text += text.substr(0, 16);
    return text;
  }
  std::string string() { return quote(plain()); }

  std::string pattern() {
    if (in.ConsumeBool())
      return "{\"String\":" + string() + "}";
    static constexpr const char *kParts[] = {
        "a",          "b",           ".",          "\\s",     "\\S+",
        "\\p{L}+",    "\\p{N}",      "[^\\s]",     "(",       ")",
        "(?:",        "|",           "*",          "+",       "?",
        "{2,3}",      "(?=",         "(?!",        "(?<!",    "(?i:",
        "[a-c",       "]",           "^",          "&&",      "\\b",
        "$",          "\\R",         "{9}",        "(?=a+b)", "'s|'t",
        "(?!\\d{3})", "[[:punct:]]", "\\x{1F600}", "-",       "\\w"};
    std::string regex;
    for (size_t count = in.ConsumeIntegralInRange<size_t>(0, 12); count > 0;
         --count)
      regex += pick(kParts);
    return "{\"Regex\":" + quote(regex) + "}";
  }

  std::string normalizer() {
    switch (in.ConsumeIntegralInRange<int>(0, 5)) {
    case 0: {
      static constexpr const char *kNames[] = {
          "Lowercase", "StripAccents", "Nmt",  "NFC",
          "NFD",       "NFKC",         "NFKD", "ByteLevel"};
      return std::string("{\"type\":\"") + pick(kNames) + "\"}";
    }
    case 1:
      return "{\"type\":\"Replace\",\"pattern\":" + pattern() +
             ",\"content\":" + string() + "}";
    case 2:
      return "{\"type\":\"Prepend\",\"prepend\":" + string() + "}";
    case 3:
      return std::string("{\"type\":\"Strip\",\"strip_left\":") + flag() +
             ",\"strip_right\":" + flag() + "}";
    case 4: {
      static constexpr const char *kMaps[] = {
          "", "AAAAAA==", "BAAAAAAEAABhYgA=", "CAAAAAEEAAABAQAAYQA="};
      return std::string("{\"type\":\"Precompiled\",\"precompiled_charsmap\":"
                         "\"") +
             pick(kMaps) + "\"}";
    }
    default:
      return std::string("{\"type\":\"BertNormalizer\",\"clean_text\":") +
             flag() + ",\"handle_chinese_chars\":" + flag() +
             ",\"strip_accents\":" + flag() + ",\"lowercase\":" + flag() + "}";
    }
  }

  std::string preTokenizer() {
    static constexpr const char *kBehaviors[] = {
        "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext",
        "Contiguous"};
    switch (in.ConsumeIntegralInRange<int>(0, 4)) {
    case 0:
      return std::string("{\"type\":\"Split\",\"pattern\":") + pattern() +
             ",\"behavior\":\"" + pick(kBehaviors) + "\",\"invert\":" + flag() +
             "}";
    case 1:
      return std::string("{\"type\":\"ByteLevel\",\"add_prefix_space\":") +
             flag() + ",\"use_regex\":" + flag() + "}";
    case 2: {
      static constexpr const char *kSchemes[] = {"first", "never", "always"};
      return "{\"type\":\"Metaspace\",\"replacement\":" + string() +
             ",\"prepend_scheme\":\"" + pick(kSchemes) +
             "\",\"split\":" + flag() + "}";
    }
    case 3:
      return std::string("{\"type\":\"Digits\",\"individual_digits\":") +
             flag() + "}";
    default: {
      static constexpr const char *kNames[] = {
          "Whitespace", "WhitespaceSplit", "BertPreTokenizer", "Punctuation"};
      return std::string("{\"type\":\"") + pick(kNames) + "\"}";
    }
    }
  }

  std::string postProcessor() {
    if (in.ConsumeBool())
      return "{\"type\":\"ByteLevel\"}";
    return "{\"type\":\"BertProcessing\",\"sep\":[\"a\"," + number() +
           "],\"cls\":[\"a\"," + number() + "]}";
  }

  std::string decoder() {
    switch (in.ConsumeIntegralInRange<int>(0, 5)) {
    case 0:
      return "{\"type\":\"Replace\",\"pattern\":" + pattern() +
             ",\"content\":" + string() + "}";
    case 1:
      return "{\"type\":\"Strip\",\"content\":" + string() +
             ",\"start\":" + number() + ",\"stop\":" + number() + "}";
    case 2:
      return "{\"type\":\"Metaspace\",\"replacement\":" + string() + "}";
    case 3:
      return "{\"type\":\"WordPiece\",\"prefix\":" + string() +
             ",\"cleanup\":" + flag() + "}";
    case 4:
      return "{\"type\":\"BPEDecoder\",\"suffix\":" + string() + "}";
    default: {
      static constexpr const char *kNames[] = {"ByteLevel", "ByteFallback",
                                               "Fuse"};
      return std::string("{\"type\":\"") + pick(kNames) + "\"}";
    }
    }
  }

  std::string addedToken() {
    std::string token = tokens.empty() || in.ConsumeBool() ? plain() : any();
    return "{\"id\":0,\"content\":" + quote(token) +
           ",\"single_word\":" + flag() + ",\"lstrip\":" + flag() +
           ",\"rstrip\":" + flag() + ",\"normalized\":" + flag() +
           ",\"special\":" + flag() + "}";
  }

  std::string model() {
    for (size_t count = in.ConsumeIntegralInRange<size_t>(1, 8); count > 0;
         --count)
      tokens.push_back(plain());
    int kind = in.ConsumeIntegralInRange<int>(0, 3);
    std::string merges;
    for (size_t count = kind ? 0 : in.ConsumeIntegralInRange<size_t>(0, 6);
         count > 0; --count) {
      std::string left = any(), right = any();
      merges += (merges.empty() ? "[" : ",[") + quote(left) + "," +
                quote(right) + "]";
      tokens.push_back(left + right);
    }
    std::string vocab;
    for (size_t id = 0; id < tokens.size(); ++id) {
      vocab += vocab.empty() ? "" : ",";
      vocab += kind == 1 ? "[" + quote(tokens[id]) + ",-" + number() + "]"
                         : quote(tokens[id]) + ":" +
                               (in.ConsumeIntegral<uint8_t>() < 8
                                    ? number()
                                    : std::to_string(id));
    }
    std::string unknown = quote(any());
    switch (kind) {
    case 0:
      return "{\"type\":\"BPE\",\"vocab\":{" + vocab + "},\"merges\":[" +
             merges + "],\"unk_token\":" + unknown + ",\"fuse_unk\":" + flag() +
             ",\"byte_fallback\":" + flag() + ",\"ignore_merges\":" + flag() +
             ",\"continuing_subword_prefix\":" + affix() +
             ",\"end_of_word_suffix\":" + affix() + "}";
    case 1:
      return "{\"type\":\"Unigram\",\"vocab\":[" + vocab +
             "],\"unk_id\":" + std::to_string(tokens.size() / 2) +
             ",\"byte_fallback\":" + flag() + "}";
    case 2:
      return "{\"type\":\"WordPiece\",\"vocab\":{" + vocab +
             "},\"unk_token\":" + unknown +
             ",\"continuing_subword_prefix\":" + string() +
             ",\"max_input_chars_per_word\":" + number() + "}";
    default:
      return "{\"type\":\"WordLevel\",\"vocab\":{" + vocab +
             "},\"unk_token\":" + unknown + "}";
    }
  }
  std::string any() {
    return tokens[in.ConsumeIntegralInRange<size_t>(0, tokens.size() - 1)];
  }
  std::string affix() {
    return in.ConsumeIntegral<uint8_t>() < 32 ? string() : "null";
  }

  FuzzedDataProvider &in;
  std::vector<std::string> tokens;
};

} // namespace llm::fuzz

#endif // LLM_TESTS_FUZZ_TOKENIZERJSONWRITER_H
