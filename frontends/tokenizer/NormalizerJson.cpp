//===- NormalizerJson.cpp - The normalizer of tokenizer.json --------------===//

#include "frontends/tokenizer/TokenizerJson.h"

using namespace llm;
using namespace llm::tokenizer_json;

/// RFC 4648 with padding, as the reference writes charsmaps.
static std::optional<std::string> decodeBase64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0, count = 0;
  size_t padding = 0;
  for (char c : text) {
    int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
    if (c == '=' && ++padding <= 2)
      continue;
    if (value < 0 || padding != 0)
      return std::nullopt;
    bits = bits << 6 | uint32_t(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += char(bits >> count & 0xff);
    }
  }
  if (text.size() % 4 != 0)
    return std::nullopt;
  return bytes;
}

static void readBert(const Component &component, TokenizerPlan &plan) {
  auto add = [&](NormalizerPlan::Kind kind) {
    NormalizerPlan step{};
    step.kind = kind;
    plan.normalizer.push_back(std::move(step));
  };
  bool lowercase = component.flag("lowercase");
  if (component.flag("clean_text"))
    add(NormalizerPlan::BertClean);
  if (component.flag("handle_chinese_chars"))
    add(NormalizerPlan::BertChinese);
  if (component.object.boolean("strip_accents").value_or(lowercase)) {
    add(NormalizerPlan::Nfd);
    add(NormalizerPlan::BertAccents);
  }
  if (lowercase)
    add(NormalizerPlan::Lowercase);
}

void tokenizer_json::readNormalizer(element value, TokenizerPlan &plan,
                                    Problems &problems) {
  static constexpr std::pair<const char *, NormalizerPlan::Kind> kPlain[] = {
      {"Lowercase", NormalizerPlan::Lowercase},
      {"StripAccents", NormalizerPlan::StripAccents},
      {"Nmt", NormalizerPlan::Nmt},
      {"NFC", NormalizerPlan::Nfc},
      {"NFD", NormalizerPlan::Nfd},
      {"NFKC", NormalizerPlan::Nfkc},
      {"NFKD", NormalizerPlan::Nfkd},
      {"ByteLevel", NormalizerPlan::ByteLevel}};
  for (const Component &component :
       flatten(value, "normalizer", "normalizers", problems)) {
    NormalizerPlan step{};
    bool known = false;
    for (const auto &[name, kind] : kPlain)
      if (component.type == name) {
        step.kind = kind;
        known = true;
      }
    if (known) {
    } else if (component.type == "BertNormalizer") {
      readBert(component, plan);
      continue;
    } else if (component.type == "Replace") {
      step.kind = NormalizerPlan::Replace;
      std::optional<std::string> literal;
      step.pattern = readPattern(component, literal);
      step.text = component.text("content");
      if (!step.pattern)
        continue;
    } else if (component.type == "Prepend") {
      step.kind = NormalizerPlan::Prepend;
      step.text = component.text("prepend");
    } else if (component.type == "Strip") {
      step.kind = NormalizerPlan::Strip;
      step.left = component.flag("strip_left");
      step.right = component.flag("strip_right");
    } else if (component.type == "Precompiled") {
      step.kind = NormalizerPlan::Charsmap;
      std::optional<std::string> bytes =
          decodeBase64(component.text("precompiled_charsmap"));
      if (!bytes) {
        component.complain("precompiled_charsmap is no base64");
        continue;
      }
      step.text = std::move(*bytes);
    } else {
      component.unsupported("this normalizer");
      continue;
    }
    plan.normalizer.push_back(std::move(step));
  }
  if (plan.normalizer.size() > kMaxComponents)
    problems.add("tokenizer.json: normalizer: more than " +
                 std::to_string(kMaxComponents) + " components");
}
