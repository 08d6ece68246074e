//===- Json.h - Reading untrusted JSON
//-------------------------------------===//
//
// simdjson's DOM behind error codes, with a depth cap and without duplicate
// keys (two readers of one file must not see two models). Members are read by
// name and type; what does not fit becomes a problem that says where it is,
// what was found and what would be accepted.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_JSON_H
#define LLM_FRONTENDS_HUGGINGFACE_JSON_H

#include "frontends/ErrorText.h"

#include <functional>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>

namespace llm::huggingface {

using simdjson::dom::element;

/// What an element is, for messages: "a string", "null", ...
const char *kindName(element value);

/// An object and the way to it: members are named 'path.key' in messages.
class JsonObject {
public:
  JsonObject(simdjson::dom::object members, std::string path,
             Problems &problems)
      : members(members), path(std::move(path)), problems(&problems) {}

  std::optional<element> find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key).has_value(); }
  /// Whether the member is there and null.
  bool isNull(std::string_view key) const;

  // Nothing when the member is missing or null, and, with a problem noted,
  // when it is anything but what is asked for.
  std::optional<int64_t> integer(std::string_view key, int64_t least,
                                 int64_t most) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::string_view> string(std::string_view key) const;
  std::optional<JsonObject> object(std::string_view key) const;
  std::optional<simdjson::dom::array> array(std::string_view key) const;

  void complain(std::string_view key, const std::string &found,
                const std::string &accepted) const;
  /// By value: a loop over it may outlive this view.
  simdjson::dom::object all() const { return members; }

private:
  std::optional<element> findPresent(std::string_view key) const;

  simdjson::dom::object members;
  std::string path; ///< "" or "outer."
  Problems *problems;
};

/// A parsed text whose root is an object. Values point into it.
class JsonDocument {
public:
  /// False, with the reason, when `text` is not one well-formed JSON object.
  bool parse(std::string_view text, std::string &error);
  JsonObject root(Problems &problems) const;

private:
  simdjson::dom::parser parser;
  simdjson::padded_string buffer;
  simdjson::dom::object members;
};

/// Calls `visit` with each top-level key and the text of its value, without
/// parsing values: tokenizer_config.json holds numbers (10^30 for "no limit")
/// that no fixed-size integer takes. False, with the reason, when the outer
/// object is not well-formed or a key is there twice.
bool visitTopLevel(std::string_view text,
                   const std::function<void(std::string_view key,
                                            std::string_view value)> &visit,
                   std::string &error);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_JSON_H
