//===- Metadata.h - Key-value pairs of a GGUF file
//-------------------------===//
//
// Values stay views into the mapped file; they are read through accessors that
// check the type the file declares against the type that is asked for. (Other
// loaders trusted the declared type, and crashed on an alignment stored as a
// string.)
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_METADATA_H
#define LLM_FRONTENDS_GGUF_METADATA_H

#include "frontends/ErrorText.h"

#include <functional>
#include <map>
#include <optional>

namespace llm::gguf {

/// As numbered in the file.
enum class ValueType : uint32_t {
  U8,
  I8,
  U16,
  I16,
  U32,
  I32,
  F32,
  Bool,
  String,
  Array,
  U64,
  I64,
  F64,
};

/// Bytes of a scalar; 0 for strings, arrays and unknown types.
uint64_t scalarBytes(ValueType type);
const char *typeName(ValueType type);

/// A value whose bytes were checked to be in the file.
struct Value {
  ValueType type = ValueType::U8; ///< of each element, in an array
  bool isArray = false;
  uint64_t count = 1;
  const uint8_t *data = nullptr; ///< of a string: its length, then its bytes
};

/// Read by key and type. A key that is missing is nothing; one that holds
/// something else is nothing, with a problem.
class Metadata {
public:
  /// False when the key is there already.
  bool add(std::string_view key, const Value &value) {
    return values.emplace(key, value).second;
  }
  bool has(std::string_view key) const { return values.count(key) != 0; }
  const std::map<std::string_view, Value> &all() const { return values; }

  /// Of any integer type, from `least` to `most`.
  std::optional<int64_t> integer(std::string_view key, int64_t least,
                                 int64_t most, Problems &problems) const;
  /// As integer(), or an array of one value a layer that are all equal.
  std::optional<int64_t> layerInteger(std::string_view key, int64_t least,
                                      int64_t most, Problems &problems) const;
  /// F32 or F64, finite.
  std::optional<double> number(std::string_view key, Problems &problems) const;
  std::optional<bool> boolean(std::string_view key, Problems &problems) const;
  std::optional<std::string_view> string(std::string_view key,
                                         Problems &problems) const;

  // Call `visit` for each element of an array. False when the key is missing
  // or, with a problem, holds something else.
  bool forEachString(std::string_view key, Problems &problems,
                     const std::function<void(std::string_view)> &visit) const;
  bool forEachFloat(std::string_view key, Problems &problems,
                    const std::function<void(float)> &visit) const;
  bool forEachInteger(std::string_view key, Problems &problems,
                      const std::function<void(int64_t)> &visit) const;

  /// Whether a scalar is 0, 0.0 or false: "off" for most settings.
  bool isZero(std::string_view key) const;

private:
  const Value *find(std::string_view key) const;
  const Value *findArray(std::string_view key, Problems &problems) const;

  std::map<std::string_view, Value> values;
};

/// 'key' is <found>; accepted: <accepted>
std::string badValue(std::string_view key, const std::string &found,
                     const std::string &accepted);

} // namespace llm::gguf

#endif // LLM_FRONTENDS_GGUF_METADATA_H
