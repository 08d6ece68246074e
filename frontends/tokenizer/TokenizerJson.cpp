//===- TokenizerJson.cpp - Read tokenizer.json ----------------------------===//

#include "frontends/tokenizer/TokenizerJson.h"
#include "frontends/Limits.h"
#include "runtime/lib/TokenizerText.h"

using namespace llm;
using namespace llm::tokenizer_json;
namespace dom = simdjson::dom;

void Component::complain(const std::string &problem) const {
  problems->add("tokenizer.json: " + where + " (" + type + "): " + problem);
}

void Component::unsupported(const std::string &what) const {
  complain("not supported yet: " + what);
}

bool Component::flag(std::string_view key) const {
  std::optional<bool> value = object.boolean(key);
  if (!value && (!object.has(key) || object.isNull(key)))
    complain("'" + std::string(key) + "' is missing; accepted: true, false");
  return value.value_or(false);
}

std::string Component::text(std::string_view key) const {
  std::optional<std::string_view> value = object.string(key);
  if (!value && (!object.has(key) || object.isNull(key)))
    complain("'" + std::string(key) + "' is missing; accepted: a string");
  return std::string(value.value_or(""));
}

std::string Component::character(std::string_view key) const {
  std::string value = text(key);
  if (value.empty() || llmrt::characterLength(value[0]) != value.size()) {
    complain("'" + std::string(key) + "' is " + quoteName(value) +
             "; accepted: one character");
    return " ";
  }
  return value;
}

static void flattenInto(element value, const std::string &where,
                        std::string_view list, unsigned depth,
                        std::vector<Component> &out, Problems &problems) {
  auto complain = [&](const std::string &problem) {
    problems.add("tokenizer.json: " + where + ": " + problem);
  };
  if (value.is_null())
    return;
  dom::object members;
  if (value.get(members))
    return complain("it is " + std::string(huggingface::kindName(value)) +
                    "; accepted: an object, null");
  JsonObject object(members, where + ".", problems);
  std::optional<std::string_view> type = object.string("type");
  if (!type)
    return complain("it has no type");
  if (*type != "Sequence") {
    if (out.size() >= kMaxComponents)
      return complain("more than " + std::to_string(kMaxComponents) +
                      " components");
    out.push_back({object, where, std::string(*type), &problems});
    return;
  }
  if (depth > 8)
    return complain("sequences are nested deeper than 8");
  std::optional<dom::array> parts = object.array(list);
  if (!parts)
    return complain("the sequence has no '" + std::string(list) + "'");
  size_t index = 0;
  for (element part : *parts) {
    if (problems.size() > limits::kMaxProblems)
      return;
    flattenInto(part,
                where + "." + std::string(list) + "[" +
                    std::to_string(index++) + "]",
                list, depth + 1, out, problems);
  }
}

std::vector<Component> tokenizer_json::flatten(element value,
                                               const std::string &where,
                                               std::string_view list,
                                               Problems &problems) {
  std::vector<Component> components;
  flattenInto(value, where, list, 0, components, problems);
  return components;
}

RegexTree tokenizer_json::readPattern(const Component &component,
                                      std::optional<std::string> &literal) {
  std::optional<JsonObject> pattern = component.object.object("pattern");
  if (!pattern) {
    component.complain("its pattern is missing; accepted: {\"String\": ...}, "
                       "{\"Regex\": ...}");
    return nullptr;
  }
  if (std::optional<std::string_view> text = pattern->string("String")) {
    literal = std::string(*text);
    if (text->size() > 4096) {
      component.unsupported("a pattern string longer than 4096 bytes");
      return nullptr;
    }
    return literalRegex(*text);
  }
  std::optional<std::string_view> regex = pattern->string("Regex");
  if (!regex) {
    component.complain("its pattern has no kind; accepted: {\"String\": ...}, "
                       "{\"Regex\": ...}");
    return nullptr;
  }
  std::string error;
  RegexTree tree = parseRegex(*regex, error);
  if (!tree)
    component.complain(error + " " + quoteName(*regex));
  return tree;
}

static void readAddedTokens(element value, TokenizerPlan &plan,
                            Problems &problems) {
  if (value.is_null())
    return;
  dom::array tokens;
  if (value.get(tokens))
    return problems.add("tokenizer.json: added_tokens is " +
                        std::string(huggingface::kindName(value)) +
                        "; accepted: a list");
  size_t index = 0;
  for (element token : tokens) {
    std::string where = "added_tokens[" + std::to_string(index++) + "]";
    dom::object members;
    if (problems.size() > limits::kMaxProblems)
      return;
    if (token.get(members)) {
      problems.add("tokenizer.json: " + where + " is " +
                   huggingface::kindName(token) + "; accepted: an object");
      continue;
    }
    Component component{JsonObject(members, where + ".", problems), where,
                        "added token", &problems};
    AddedTokenPlan added;
    added.content = component.text("content");
    added.singleWord = component.flag("single_word");
    added.stripLeft = component.flag("lstrip");
    added.stripRight = component.flag("rstrip");
    added.normalized = component.flag("normalized");
    added.special = component.flag("special");
    // The id in the file is not read: the reference gives a token the id of
    // its content in the vocabulary, or the next free one.
    plan.addedTokens.push_back(std::move(added));
  }
}

bool llm::readTokenizerJson(std::string_view text, TokenizerPlan &plan,
                            Problems &problems) {
  huggingface::JsonDocument document;
  std::string error;
  if (!document.parse(text, error)) {
    problems.add("tokenizer.json: " + error);
    return false;
  }
  size_t before = problems.size();
  JsonObject root = document.root(problems);
  if (std::optional<std::string_view> version = root.string("version"))
    if (*version != "1.0")
      problems.add("tokenizer.json: version is " + quoteName(*version) +
                   "; accepted: 1.0");
  using Reader = void (*)(element, TokenizerPlan &, Problems &);
  static constexpr std::pair<const char *, Reader> kParts[] = {
      {"added_tokens", readAddedTokens},     {"normalizer", readNormalizer},
      {"pre_tokenizer", readPreTokenizer},   {"model", readModel},
      {"post_processor", readPostProcessor}, {"decoder", readDecoder}};
  for (const auto &[name, reader] : kParts)
    if (std::optional<element> part = root.find(name))
      reader(*part, plan, problems);
  if (!root.has("model"))
    problems.add("tokenizer.json: it has no model");
  return problems.size() == before;
}
