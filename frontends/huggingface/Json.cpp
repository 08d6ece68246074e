//===- Json.cpp - Reading untrusted JSON
//-----------------------------------===//
//
// See Json.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/huggingface/Json.h"

#include "frontends/Limits.h"

#include <algorithm>
#include <vector>

namespace llm::huggingface {

namespace dom = simdjson::dom;

const char *kindName(element value) {
  switch (value.type()) {
  case dom::element_type::ARRAY:
    return "a list";
  case dom::element_type::OBJECT:
    return "an object";
  case dom::element_type::INT64:
  case dom::element_type::UINT64:
  case dom::element_type::DOUBLE:
    return "a number";
  case dom::element_type::STRING:
    return "a string";
  case dom::element_type::BOOL:
    return "true or false";
  case dom::element_type::NULL_VALUE:
    return "null";
  }
  return "unknown";
}

/// The value itself where that is short, else its kind.
static std::string foundText(element value) {
  std::string_view text;
  double number;
  int64_t integer;
  bool flag;
  if (value.is_int64() && !value.get(integer))
    return std::to_string(integer);
  if (value.is_string() && !value.get(text))
    return quoteName(text);
  if (value.is_bool() && !value.get(flag))
    return flag ? "true" : "false";
  if (value.is_number() && !value.get(number))
    return numberText(number);
  return kindName(value);
}

std::optional<element> JsonObject::find(std::string_view key) const {
  element value;
  if (members.at_key(key).get(value))
    return std::nullopt;
  return value;
}

bool JsonObject::isNull(std::string_view key) const {
  std::optional<element> value = find(key);
  return value && value->is_null();
}

std::optional<element> JsonObject::findPresent(std::string_view key) const {
  std::optional<element> value = find(key);
  if (value && value->is_null())
    return std::nullopt;
  return value;
}

void JsonObject::complain(std::string_view key, const std::string &found,
                          const std::string &accepted) const {
  problems->add(quoteName(path + std::string(key)) + " is " + found +
                "; accepted: " + accepted);
}

std::optional<int64_t> JsonObject::integer(std::string_view key, int64_t least,
                                           int64_t most) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  int64_t number;
  // Not through double: 4096.0 is no count, and a cast could lose digits.
  if ((value->is_int64() || value->is_uint64()) && !value->get(number) &&
      number >= least && number <= most)
    return number;
  complain(key, foundText(*value),
           "a whole number from " + std::to_string(least) + " to " +
               std::to_string(most));
  return std::nullopt;
}

std::optional<double> JsonObject::number(std::string_view key) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  double number;
  if (value->is_number() && !value->get(number))
    return number;
  complain(key, foundText(*value), "a number");
  return std::nullopt;
}

std::optional<bool> JsonObject::boolean(std::string_view key) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  bool flag;
  if (!value->get(flag))
    return flag;
  complain(key, foundText(*value), "true, false");
  return std::nullopt;
}

std::optional<std::string_view> JsonObject::string(std::string_view key) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  std::string_view text;
  if (!value->get(text))
    return text;
  complain(key, foundText(*value), "a string");
  return std::nullopt;
}

std::optional<JsonObject> JsonObject::object(std::string_view key) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  dom::object inner;
  if (!value->get(inner))
    return JsonObject(inner, path + std::string(key) + ".", *problems);
  complain(key, foundText(*value), "an object");
  return std::nullopt;
}

std::optional<dom::array> JsonObject::array(std::string_view key) const {
  std::optional<element> value = findPresent(key);
  if (!value)
    return std::nullopt;
  dom::array items;
  if (!value->get(items))
    return items;
  complain(key, foundText(*value), "a list");
  return std::nullopt;
}

/// The first key that an object anywhere below `value` holds twice.
static std::optional<std::string_view> findDuplicateKey(element value) {
  dom::array items;
  if (!value.get(items)) {
    for (element item : items)
      if (std::optional<std::string_view> key = findDuplicateKey(item))
        return key;
    return std::nullopt;
  }
  dom::object members;
  if (value.get(members))
    return std::nullopt;
  std::vector<std::string_view> keys;
  for (dom::key_value_pair member : members) {
    keys.push_back(member.key);
    if (std::optional<std::string_view> key = findDuplicateKey(member.value))
      return key;
  }
  std::sort(keys.begin(), keys.end());
  auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end())
    return std::nullopt;
  return *twice;
}

bool JsonDocument::parse(std::string_view text, std::string &error) {
  buffer = simdjson::padded_string(text);
  // Sets the depth for this capacity; parse() keeps it.
  simdjson::error_code code =
      parser.allocate(text.size() + 1, limits::kMaxJsonDepth);
  element root;
  if (!code)
    code = parser.parse(buffer).get(root);
  if (code) {
    error = std::string("is not well-formed JSON: ") +
            simdjson::error_message(code);
    return false;
  }
  if (root.get(members)) {
    error = std::string("holds ") + kindName(root) + "; accepted: an object";
    return false;
  }
  if (std::optional<std::string_view> key = findDuplicateKey(root)) {
    error = "holds the key " + quoteName(*key) + " twice in one object";
    return false;
  }
  return true;
}

JsonObject JsonDocument::root(Problems &problems) const {
  return JsonObject(members, "", problems);
}

bool visitTopLevel(
    std::string_view text,
    const std::function<void(std::string_view, std::string_view)> &visit,
    std::string &error) {
  namespace ondemand = simdjson::ondemand;
  auto fail = [&](simdjson::error_code code) {
    error = std::string("is not well-formed JSON: ") +
            simdjson::error_message(code);
    return false;
  };
  simdjson::padded_string buffer(text);
  ondemand::parser parser;
  if (simdjson::error_code code =
          parser.allocate(text.size() + 1, limits::kMaxJsonDepth))
    return fail(code);
  ondemand::document document;
  if (simdjson::error_code code = parser.iterate(buffer).get(document))
    return fail(code);
  ondemand::object object;
  if (simdjson::error_code code = document.get_object().get(object))
    return fail(code);
  std::vector<std::string_view> keys;
  for (auto member : object) {
    ondemand::field field;
    if (simdjson::error_code code = std::move(member).get(field))
      return fail(code);
    std::string_view key, value;
    if (simdjson::error_code code = field.unescaped_key().get(key))
      return fail(code);
    ondemand::value held = field.value();
    if (simdjson::error_code code = simdjson::to_json_string(held).get(value))
      return fail(code);
    keys.push_back(key);
    visit(key, value);
  }
  std::sort(keys.begin(), keys.end());
  auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) {
    error = "holds the key " + quoteName(*twice) + " twice";
    return false;
  }
  return true;
}

} // namespace llm::huggingface
