//===- Metadata.cpp - Key-value pairs of a GGUF file
//-----------------------===//
//
// See Metadata.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/gguf/Metadata.h"

#include "frontends/CheckedMath.h"

#include <cmath>
#include <cstring>

namespace llm::gguf {

uint64_t scalarBytes(ValueType type) {
  switch (type) {
  case ValueType::U8:
  case ValueType::I8:
  case ValueType::Bool:
    return 1;
  case ValueType::U16:
  case ValueType::I16:
    return 2;
  case ValueType::U32:
  case ValueType::I32:
  case ValueType::F32:
    return 4;
  case ValueType::U64:
  case ValueType::I64:
  case ValueType::F64:
    return 8;
  case ValueType::String:
  case ValueType::Array:
    return 0;
  }
  return 0;
}

const char *typeName(ValueType type) {
  static const char *const names[] = {"u8",  "i8",  "u16",  "i16",    "u32",
                                      "i32", "f32", "bool", "string", "array",
                                      "u64", "i64", "f64"};
  uint32_t number = static_cast<uint32_t>(type);
  return number < sizeof(names) / sizeof(names[0]) ? names[number] : "unknown";
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "numbers of the file are copied as they lie");

template <typename T> static T load(const uint8_t *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/// The integer at `bytes`; nothing for other types and above 63 bits.
static std::optional<int64_t> loadInteger(ValueType type,
                                          const uint8_t *bytes) {
  switch (type) {
  case ValueType::U8:
    return load<uint8_t>(bytes);
  case ValueType::I8:
    return load<int8_t>(bytes);
  case ValueType::U16:
    return load<uint16_t>(bytes);
  case ValueType::I16:
    return load<int16_t>(bytes);
  case ValueType::U32:
    return load<uint32_t>(bytes);
  case ValueType::I32:
    return load<int32_t>(bytes);
  case ValueType::U64:
    return checkedCast<int64_t>(load<uint64_t>(bytes));
  case ValueType::I64:
    return load<int64_t>(bytes);
  default:
    return std::nullopt;
  }
}

static std::string kindText(const Value &value) {
  std::string type = typeName(value.type);
  if (value.isArray)
    return "an array of " + std::to_string(value.count) + " " + type;
  return "of type " + type;
}

std::string badValue(std::string_view key, const std::string &found,
                     const std::string &accepted) {
  return quoteName(key) + " is " + found + "; accepted: " + accepted;
}

const Value *Metadata::find(std::string_view key) const {
  auto entry = values.find(key);
  return entry == values.end() ? nullptr : &entry->second;
}

std::optional<int64_t> Metadata::integer(std::string_view key, int64_t least,
                                         int64_t most,
                                         Problems &problems) const {
  const Value *value = find(key);
  if (!value)
    return std::nullopt;
  std::optional<int64_t> number;
  if (!value->isArray)
    number = loadInteger(value->type, value->data);
  if (number && *number >= least && *number <= most)
    return number;
  problems.add(badValue(key,
                        number ? std::to_string(*number) : kindText(*value),
                        "a whole number from " + std::to_string(least) +
                            " to " + std::to_string(most)));
  return std::nullopt;
}

std::optional<int64_t> Metadata::layerInteger(std::string_view key,
                                              int64_t least, int64_t most,
                                              Problems &problems) const {
  const Value *value = find(key);
  if (!value || !value->isArray)
    return integer(key, least, most, problems);
  std::optional<int64_t> common;
  bool equal = true;
  bool visited = forEachInteger(key, problems, [&](int64_t number) {
    equal &= !common || *common == number;
    common = number;
  });
  if (!visited)
    return std::nullopt;
  if (common && equal && *common >= least && *common <= most)
    return common;
  problems.add("not supported yet: " +
               badValue(key, "an array of different or unusable values",
                        "one whole number from " + std::to_string(least) +
                            " to " + std::to_string(most) + " for all layers"));
  return std::nullopt;
}

std::optional<double> Metadata::number(std::string_view key,
                                       Problems &problems) const {
  const Value *value = find(key);
  if (!value)
    return std::nullopt;
  bool isReal = !value->isArray && (value->type == ValueType::F32 ||
                                    value->type == ValueType::F64);
  double number = 0;
  if (isReal)
    number = value->type == ValueType::F32 ? load<float>(value->data)
                                           : load<double>(value->data);
  if (isReal && std::isfinite(number))
    return number;
  problems.add(badValue(key, isReal ? numberText(number) : kindText(*value),
                        "a finite f32 or f64"));
  return std::nullopt;
}

std::optional<bool> Metadata::boolean(std::string_view key,
                                      Problems &problems) const {
  const Value *value = find(key);
  if (!value)
    return std::nullopt;
  if (!value->isArray && value->type == ValueType::Bool && *value->data <= 1)
    return *value->data == 1;
  problems.add(badValue(key, kindText(*value), "a bool of 0 or 1"));
  return std::nullopt;
}

/// The string whose length is at `data`.
static std::string_view loadString(const uint8_t *data) {
  return {reinterpret_cast<const char *>(data + sizeof(uint64_t)),
          static_cast<size_t>(load<uint64_t>(data))};
}

std::optional<std::string_view> Metadata::string(std::string_view key,
                                                 Problems &problems) const {
  const Value *value = find(key);
  if (!value)
    return std::nullopt;
  if (!value->isArray && value->type == ValueType::String)
    return loadString(value->data);
  problems.add(badValue(key, kindText(*value), "a string"));
  return std::nullopt;
}

const Value *Metadata::findArray(std::string_view key,
                                 Problems &problems) const {
  const Value *value = find(key);
  if (value && !value->isArray) {
    problems.add(badValue(key, kindText(*value), "an array"));
    return nullptr;
  }
  return value;
}

bool Metadata::forEachString(
    std::string_view key, Problems &problems,
    const std::function<void(std::string_view)> &visit) const {
  const Value *value = findArray(key, problems);
  if (!value)
    return false;
  if (value->type != ValueType::String) {
    problems.add(badValue(key, kindText(*value), "an array of strings"));
    return false;
  }
  const uint8_t *data = value->data;
  for (uint64_t i = 0; i < value->count; ++i) {
    std::string_view text = loadString(data);
    visit(text);
    data += sizeof(uint64_t) + text.size();
  }
  return true;
}

bool Metadata::forEachFloat(std::string_view key, Problems &problems,
                            const std::function<void(float)> &visit) const {
  const Value *value = findArray(key, problems);
  if (!value)
    return false;
  if (value->type != ValueType::F32) {
    problems.add(badValue(key, kindText(*value), "an array of f32"));
    return false;
  }
  for (uint64_t i = 0; i < value->count; ++i)
    visit(load<float>(value->data + i * sizeof(float)));
  return true;
}

bool Metadata::forEachInteger(std::string_view key, Problems &problems,
                              const std::function<void(int64_t)> &visit) const {
  const Value *value = findArray(key, problems);
  if (!value)
    return false;
  uint64_t bytes = scalarBytes(value->type);
  for (uint64_t i = 0; i < value->count; ++i) {
    std::optional<int64_t> number =
        loadInteger(value->type, value->data + i * bytes);
    if (!number) {
      problems.add(
          badValue(key, kindText(*value), "an array of integers below 2^63"));
      return false;
    }
    visit(*number);
  }
  return true;
}

bool Metadata::isZero(std::string_view key) const {
  const Value *value = find(key);
  if (!value || value->isArray)
    return false;
  if (value->type == ValueType::Bool)
    return *value->data == 0;
  if (value->type == ValueType::F32)
    return load<float>(value->data) == 0;
  if (value->type == ValueType::F64)
    return load<double>(value->data) == 0;
  return loadInteger(value->type, value->data) == int64_t(0);
}

} // namespace llm::gguf
