//===- ProtoFile.cpp - Values as ONNX's test data has them ----------------===//
//
// Field numbers and data types are those of onnx.proto (ONNX 1.23). A tensor's
// elements are its raw_data, or one of the lists; 4-bit and 2-bit elements are
// packed into bytes there, the first in the lowest bits.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/values/ProtoFile.h"

#include "runtime/tools/values/FileBytes.h"
#include "runtime/tools/values/Numbers.h"
#include "runtime/tools/values/WireReader.h"

#include <fmt/core.h>

#include <iterator>

using namespace llmrt;
using namespace llmrt::tools;

/// Of a sequence in a sequence, which ONNX does not nest any deeper.
static constexpr unsigned kMaxDepth = 8;

static bool say(std::string &error, std::string sentence) {
  error = std::move(sentence);
  return false;
}

//===----------------------------------------------------------------------===//
// TensorProto
//===----------------------------------------------------------------------===//

/// By TensorProto.DataType.
static constexpr llmrt_element_type types[] = {
    LLMRT_F32 /* undefined */,
    LLMRT_F32,
    LLMRT_U8,
    LLMRT_I8,
    LLMRT_U16,
    LLMRT_I16,
    LLMRT_I32,
    LLMRT_I64,
    LLMRT_STRING,
    LLMRT_BOOL,
    LLMRT_F16,
    LLMRT_F64,
    LLMRT_U32,
    LLMRT_U64,
    LLMRT_C64,
    LLMRT_C128,
    LLMRT_BF16,
    LLMRT_F8E4M3FN,
    LLMRT_F8E4M3FNUZ,
    LLMRT_F8E5M2,
    LLMRT_F8E5M2FNUZ,
    LLMRT_U4,
    LLMRT_I4,
    LLMRT_F4E2M1,
    LLMRT_F8E8M0,
    LLMRT_U2,
    LLMRT_I2,
};

namespace {

enum TensorField {
  Dims = 1,
  DataType = 2,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  RawData = 9,
  DoubleData = 10,
  Uint64Data = 11,
  ExternalData = 13,
};

/// Collects what a TensorProto says.
class TensorReader {
public:
  bool read(std::string_view message, std::string &error);
  bool finish(Value &value, std::string &error);

private:
  bool readList(const WireReader::Field &field, std::string &error);
  void unpack(Value &value, uint64_t count) const;

  std::vector<int64_t> dims;
  uint64_t dataType = 0;
  bool hasRaw = false;
  std::string_view raw;
  std::vector<std::string> strings;
  std::vector<uint64_t> list; ///< entries as they are on the wire
  uint32_t listField = 0;
};

} // namespace

/// Where onnx.proto says that elements are.
static uint32_t listOf(llmrt_element_type type) {
  switch (type) {
  case LLMRT_F32:
  case LLMRT_C64:
    return FloatData;
  case LLMRT_F64:
  case LLMRT_C128:
    return DoubleData;
  case LLMRT_I64:
    return Int64Data;
  case LLMRT_U32:
  case LLMRT_U64:
    return Uint64Data;
  case LLMRT_STRING:
    return StringData;
  default:
    return Int32Data;
  }
}

bool TensorReader::readList(const WireReader::Field &field,
                            std::string &error) {
  if (listField != 0 && listField != field.number)
    return say(error, "has elements in two lists");
  listField = field.number;
  if (field.kind != WireReader::Bytes) { // one entry, not packed
    list.push_back(field.value);
    return true;
  }
  WireReader packed(field.bytes);
  while (!packed.atEnd()) {
    uint64_t entry;
    bool taken = field.number == FloatData    ? packed.takeFixed(4, entry)
                 : field.number == DoubleData ? packed.takeFixed(8, entry)
                                              : packed.takeVarint(entry);
    if (!taken)
      return say(error, "has a list of elements that is damaged");
    list.push_back(entry);
  }
  return true;
}

bool TensorReader::read(std::string_view message, std::string &error) {
  WireReader reader(message);
  WireReader::Field field;
  while (reader.next(field)) {
    switch (field.number) {
    case Dims:
      if (field.kind == WireReader::Varint) {
        dims.push_back(int64_t(field.value));
        break;
      }
      for (WireReader packed(field.bytes); !packed.atEnd();) {
        uint64_t dim;
        if (!packed.takeVarint(dim))
          return say(error, "has dimensions that are damaged");
        dims.push_back(int64_t(dim));
      }
      break;
    case DataType:
      dataType = field.value;
      break;
    case StringData:
      strings.emplace_back(field.bytes);
      break;
    case RawData:
      hasRaw = true;
      raw = field.bytes;
      break;
    case ExternalData:
      return say(error, "has its elements in another file; test data has them "
                        "inside");
    case FloatData:
    case Int32Data:
    case Int64Data:
    case DoubleData:
    case Uint64Data:
      if (!readList(field, error))
        return false;
      break;
    }
  }
  return !reader.isDamaged() ||
         say(error, "is no TensorProto, or a damaged one");
}

/// From packed elements of 4 or 2 bits to bytes.
void TensorReader::unpack(Value &value, uint64_t count) const {
  int bits = bitsOf(value.type);
  bool isSigned = value.type == LLMRT_I4 || value.type == LLMRT_I2;
  std::vector<uint8_t> bytes(count);
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t bit = i * uint64_t(bits);
    uint8_t element =
        uint8_t(value.bytes[bit / 8] >> bit % 8 & ((1 << bits) - 1));
    if (isSigned && element >> (bits - 1))
      element = uint8_t(element | 0xff << bits);
    bytes[i] = element;
  }
  value.bytes = std::move(bytes);
}

bool TensorReader::finish(Value &value, std::string &error) {
  if (dataType == 0 || dataType >= std::size(types))
    return say(error, fmt::format("has the data type {}; 1 to {} are accepted",
                                  dataType, std::size(types) - 1));
  value = {};
  value.type = types[dataType];
  value.dims = dims;
  uint64_t count, elementBytes = llmrt_element_bytes(value.type);
  if (dims.size() > 64 || !countElements(dims, elementBytes, count))
    return say(error, "has dimensions that no tensor has");
  if (value.type == LLMRT_STRING) {
    value.strings = std::move(strings);
    return value.strings.size() == count ||
           say(error, fmt::format("has {} strings; its dimensions have {}",
                                  value.strings.size(), count));
  }
  int bits = bitsOf(value.type);
  uint64_t bytes =
      bits < 8 ? (count * uint64_t(bits) + 7) / 8 : count * elementBytes;
  if (hasRaw) {
    value.bytes.assign(raw.begin(), raw.end());
  } else if (!list.empty() && listField != listOf(value.type)) {
    return say(error, fmt::format("has elements of {} in field {}",
                                  llmrt_element_name(value.type), listField));
  } else {
    // An entry is an element, a half of a complex one, or a byte of packed
    // ones.
    uint64_t entryBytes = bits < 8                ? 1
                          : isComplex(value.type) ? elementBytes / 2
                                                  : elementBytes;
    for (uint64_t entry : list) {
      const auto *begin = reinterpret_cast<const uint8_t *>(&entry);
      value.bytes.insert(value.bytes.end(), begin, begin + entryBytes);
    }
  }
  if (value.bytes.size() != bytes)
    return say(error, fmt::format("has {} bytes of elements; its dimensions "
                                  "have {}",
                                  value.bytes.size(), bytes));
  if (bits < 8)
    unpack(value, count);
  return true;
}

static bool parseTensor(std::string_view message, Value &value,
                        std::string &error) {
  TensorReader reader;
  return reader.read(message, error) && reader.finish(value, error);
}

//===----------------------------------------------------------------------===//
// SequenceProto and OptionalProto
//===----------------------------------------------------------------------===//

/// Both have a name, the kind of what is inside, and a field for each kind.
enum ContainerField {
  ElementKind = 2,
  TensorValue = 3,
  SequenceValue = 5,
  OptionalValue = 7,
};

static bool parseOptional(std::string_view message, Value &value,
                          unsigned depth, std::string &error);

static bool parseSequence(std::string_view message, Value &value,
                          unsigned depth, std::string &error) {
  value = {};
  value.kind = LLMRT_SEQUENCE;
  WireReader reader(message);
  WireReader::Field field;
  while (reader.next(field)) {
    if (field.number <= ElementKind)
      continue;
    Value item;
    bool parsed = false;
    if (depth == kMaxDepth)
      return say(error, "has sequences within sequences without end");
    if (field.number == TensorValue)
      parsed = parseTensor(field.bytes, item, error);
    else if (field.number == SequenceValue)
      parsed = parseSequence(field.bytes, item, depth + 1, error);
    else if (field.number == OptionalValue)
      parsed = parseOptional(field.bytes, item, depth + 1, error);
    else
      return say(error, "is a sequence of sparse tensors or maps: not "
                        "supported yet");
    if (!parsed)
      return say(error, fmt::format("item {}: {}", value.items.size(), error));
    value.items.push_back(std::move(item));
  }
  return !reader.isDamaged() ||
         say(error, "is no SequenceProto, or a damaged one");
}

static bool parseOptional(std::string_view message, Value &value,
                          unsigned depth, std::string &error) {
  value = {};
  value.kind = LLMRT_ABSENT;
  WireReader reader(message);
  WireReader::Field field;
  while (reader.next(field)) {
    if (field.number <= ElementKind)
      continue;
    if (depth == kMaxDepth)
      return say(error, "has optionals within optionals without end");
    if (field.number == TensorValue) {
      if (!parseTensor(field.bytes, value, error))
        return false;
    } else if (field.number == SequenceValue) {
      if (!parseSequence(field.bytes, value, depth + 1, error))
        return false;
    } else if (field.number == OptionalValue) {
      if (!parseOptional(field.bytes, value, depth + 1, error))
        return false;
    } else {
      return say(error, "is an optional sparse tensor or map: not supported "
                        "yet");
    }
  }
  return !reader.isDamaged() ||
         say(error, "is no OptionalProto, or a damaged one");
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

bool tools::parseProto(const std::string &path,
                       const std::vector<uint8_t> &bytes,
                       const llmrt_argument &argument, Value &value,
                       std::string &error) {
  std::string_view message(reinterpret_cast<const char *>(bytes.data()),
                           bytes.size());
  bool parsed = argument.optional ? parseOptional(message, value, 0, error)
                : argument.kind == LLMRT_SEQUENCE
                    ? parseSequence(message, value, 0, error)
                    : parseTensor(message, value, error);
  return parsed || say(error, path + ": " + error);
}

bool tools::readProto(const std::string &path, const llmrt_argument &argument,
                      Value &value, std::string &error) {
  std::vector<uint8_t> bytes;
  return readFile(path, bytes, error) &&
         parseProto(path, bytes, argument, value, error);
}
