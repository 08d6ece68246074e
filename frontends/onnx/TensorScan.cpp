//===- TensorScan.cpp - A TensorProto, examined ---------------------------===//
//
// See TensorScan.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/TensorScan.h"

#include "frontends/CheckedMath.h"
#include "frontends/ErrorText.h"
#include "frontends/Limits.h"
#include "frontends/PlainTensor.h"
#include "frontends/onnx/TypedData.h"

#include <charconv>

namespace llm::onnx {

namespace {
// Fields of TensorProto.
enum : uint32_t {
  kDims = 1,
  kDataType = 2,
  kSegment = 3,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kExternalData = 13,
  kDataLocation = 14,
};
} // namespace

std::optional<SourceType> sourceTypeOf(uint64_t dataType) {
  static constexpr std::optional<SourceType> types[] = {
      std::nullopt,           SourceType::F32,    SourceType::U8,
      SourceType::I8,         SourceType::U16,    SourceType::I16,
      SourceType::I32,        SourceType::I64,    std::nullopt,
      SourceType::Bool,       SourceType::F16,    SourceType::F64,
      SourceType::U32,        SourceType::U64,    SourceType::C64,
      SourceType::C128,       SourceType::BF16,   SourceType::F8E4M3FN,
      SourceType::F8E4M3FNUZ, SourceType::F8E5M2, SourceType::F8E5M2FNUZ,
      SourceType::U4,         SourceType::I4,     SourceType::F4E2M1,
      SourceType::F8E8M0,     SourceType::U2,     SourceType::I2,
  };
  return dataType < std::size(types) ? types[dataType] : std::nullopt;
}

/// A number as external_data writes it.
static std::optional<uint64_t> decimal(std::string_view text) {
  uint64_t value;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool ScannedTensor::readExternal(WireReader entry, std::string &reason) {
  std::string_view key, value;
  while (!entry.done()) {
    uint32_t field;
    WireType type;
    if (!entry.tag(field, type))
      return false;
    bool good = field == 1 && type == WireType::Bytes   ? entry.bytes(key)
                : field == 2 && type == WireType::Bytes ? entry.bytes(value)
                                                        : entry.skip(type);
    if (!good)
      return false;
  }
  auto fail = [&](const std::string &what) {
    reason = what;
    return false;
  };
  if (key == "location") {
    if (hasLocation)
      return fail("names two locations of its data");
    hasLocation = true;
    external.location = value;
    return true;
  }
  if (key == "offset" || key == "length") {
    std::optional<uint64_t> number = decimal(value);
    if (!number)
      return fail("has the " + std::string(key) + " " + quoteName(value) +
                  "; accepted: a whole number below 2^64");
    if (key == "offset")
      external.offset = *number;
    else
      external.length = *number;
    return true;
  }
  // Nothing says over what a checksum is taken by those who write one.
  if (key == "checksum")
    return true;
  return fail("has the entry " + quoteName(key) +
              " among its external data; accepted: location, offset, length, "
              "checksum");
}

bool ScannedTensor::readField(WireReader &from, uint32_t field, WireType type) {
  uint64_t value;
  std::string_view text;
  switch (field) {
  case kDims:
    if (type == WireType::Varint) {
      if (!from.varint(value))
        return false;
      source.shape.push_back(static_cast<int64_t>(value));
    } else if (type == WireType::Bytes) {
      WireReader run;
      if (!from.message(run))
        return false;
      while (!run.done()) {
        if (!run.varint(value) || source.shape.size() > limits::kMaxOnnxRank)
          return false;
        source.shape.push_back(static_cast<int64_t>(value));
      }
    } else {
      return false;
    }
    return source.shape.size() <= limits::kMaxOnnxRank;
  case kDataType:
    return type == WireType::Varint && from.varint(dataType);
  case kDataLocation:
    if (type != WireType::Varint || !from.varint(value) || value > 1)
      return false;
    isExternal = value == 1;
    return true;
  case kSegment:
    hasSegment = true;
    return from.skip(type);
  case kName:
    if (type != WireType::Bytes || !from.bytes(text) ||
        text.size() > limits::kMaxOnnxName)
      return false;
    source.name = text;
    return true;
  case kRawData:
    if (type != WireType::Bytes || !from.bytes(raw))
      return false;
    hasRaw = !raw.empty();
    return true;
  case kStringData:
    if (type != WireType::Bytes || !from.bytes(text))
      return false;
    ++texts;
    hasData[field] = true;
    return true;
  case kExternalData: {
    WireReader entry;
    return type == WireType::Bytes && from.message(entry) &&
           readExternal(entry, reason);
  }
  case kFloatData:
  case kInt32Data:
  case kInt64Data:
  case kDoubleData:
  case kUint64Data:
    break;
  default:
    return from.skip(type);
  }
  const WireType one = field == kFloatData    ? WireType::Fixed32
                       : field == kDoubleData ? WireType::Fixed64
                                              : WireType::Varint;
  if (type == one) {
    ++numbers;
    runs += 2; // not a run
    hasData[field] = true;
    return from.skip(type);
  }
  WireReader run;
  if (type != WireType::Bytes || !from.message(run))
    return false;
  if (run.done())
    return true;
  hasData[field] = true;
  onlyRun = run.rest();
  ++runs;
  if (one == WireType::Varint) {
    // Every number ends in the one byte of it below 128.
    for (char byte : onlyRun)
      numbers += static_cast<uint8_t>(byte) < 128;
    while (!run.done())
      if (!run.varint(value))
        return false;
    return true;
  }
  const size_t width = one == WireType::Fixed32 ? 4 : 8;
  numbers += onlyRun.size() / width;
  return onlyRun.size() % width == 0;
}

bool ScannedTensor::check(std::string &reason) {
  auto fail = [&](const std::string &what) {
    reason = what;
    return false;
  };
  if (hasSegment)
    return fail("is a segment of a larger one; not supported yet");
  isText = dataType == kStringType;
  std::optional<SourceType> type = sourceTypeOf(dataType);
  if (!isText && !type)
    return fail("has the element type " + std::to_string(dataType) +
                (dataType == 27 || dataType == 28
                     ? ", a 6-bit float: not supported yet"
                     : ", which ONNX does not define"));
  if (type)
    source.type = *type;
  std::optional<uint64_t> count = checkedElementCount(source.shape);
  if (!count)
    return fail("has the shape " + shapeText(source.shape) +
                ", which is negative or too large");

  unsigned forms = hasRaw;
  uint32_t found = kRawData;
  for (uint32_t field = 0; field < std::size(hasData); ++field)
    if (hasData[field]) {
      ++forms;
      found = field;
    }
  if (isExternal) {
    if (forms != 0)
      return fail("has data in the model and in another file");
    if (isText)
      return fail("holds texts in another file, which ONNX has no form for");
    if (!hasLocation)
      return fail("lies in another file but names none");
  } else {
    if (forms > 1)
      return fail("has its elements in two forms");
    if (*count != 0 && forms == 0)
      return fail("of shape " + shapeText(source.shape) + " has no elements");
  }
  if (isText) {
    if (hasRaw || texts != *count)
      return fail("of shape " + shapeText(source.shape) + " has " +
                  std::to_string(texts) + " texts");
    return true;
  }
  std::optional<uint64_t> needs = fileBytes(source.type, *count);
  if (!needs)
    return fail("has the shape " + shapeText(source.shape) +
                ", which is too large");
  bytes = source.bytes = *needs;
  if (isExternal) {
    if (external.length && *external.length != bytes)
      return fail("of shape " + shapeText(source.shape) + " needs " +
                  std::to_string(bytes) +
                  " bytes of external data but says "
                  "it has " +
                  std::to_string(*external.length));
    return true;
  }
  if (found == kRawData) {
    if (raw.size() != bytes)
      return fail("of shape " + shapeText(source.shape) + " needs " +
                  std::to_string(bytes) + " bytes of raw_data but has " +
                  std::to_string(raw.size()));
    return true;
  }
  std::optional<uint64_t> needed = typedNumbers(source.type, *count);
  if (found != typedField(source.type))
    return fail("lists its elements in field " + std::to_string(found) +
                "; accepted for its type: field " +
                std::to_string(typedField(source.type)) + ", or raw_data");
  if (!needed || numbers != *needed)
    return fail("of shape " + shapeText(source.shape) + " needs " +
                std::to_string(needed.value_or(0)) + " numbers but lists " +
                std::to_string(numbers));
  return true;
}

bool ScannedTensor::read(WireReader from, std::string &error) {
  message = from;
  const uint64_t start = from.place();
  auto fail = [&](uint64_t place, const std::string &what) {
    error = "byte " + std::to_string(place) + ": tensor " +
            quoteName(source.name) + " " + what;
    return false;
  };
  while (!from.done()) {
    const uint64_t place = from.place();
    uint32_t field;
    WireType type;
    if (!from.tag(field, type))
      return fail(place, std::string("holds ") + from.fault());
    if (!readField(from, field, type)) {
      if (!reason.empty())
        return fail(place, reason);
      return fail(place, from.fault() ? std::string("holds ") + from.fault()
                                      : "has a field " + std::to_string(field) +
                                            " that cannot be read");
    }
  }
  if (!check(reason))
    return fail(start, reason);
  if (isExternal || isText)
    return true;
  // A run of floats lies in the file as raw data do.
  bool isRun = runs == 1 && elementBits(source.type) >= 32 &&
               (typedField(source.type) == kFloatData ||
                typedField(source.type) == kDoubleData);
  if (hasRaw || isRun) {
    std::string_view data = hasRaw ? raw : onlyRun;
    source.offset =
        start + static_cast<uint64_t>(data.data() - message.rest().data());
  } else if (bytes != 0) {
    source.field = typedField(source.type);
    source.offset = start;
    source.bytes = message.rest().size();
  }
  return true;
}

void ScannedTensor::writeHead(std::string &to, bool shaped) const {
  if (shaped)
    for (int64_t extent : source.shape)
      writeVarint(to, kDims, static_cast<uint64_t>(extent));
  else
    writeVarint(to, kDims, 0);
  writeVarint(to, kDataType, dataType);
  writeBytes(to, kName, source.name);
}

void ScannedTensor::write(std::string &to, const uint8_t *data) const {
  writeHead(to, true);
  if (isExternal) {
    if (bytes != 0)
      writeBytes(
          to, kRawData,
          {reinterpret_cast<const char *>(data), static_cast<size_t>(bytes)});
    return;
  }
  if (hasRaw) {
    writeBytes(to, kRawData, raw);
    return;
  }
  if (isText) {
    WireReader from = message;
    uint32_t field;
    WireType type;
    std::string_view text;
    while (!from.done() && from.tag(field, type)) {
      if (field != kStringData)
        from.skip(type);
      else if (from.bytes(text))
        writeBytes(to, field, text);
    }
    return;
  }
  if (bytes == 0)
    return;
  // Numbers become raw data: one form less for those who come after.
  TypedData elements(message, source.type);
  std::string raw(bytes, '\0');
  unsigned bits = elementBits(source.type);
  uint64_t count = *checkedElementCount(source.shape);
  if (bits >= 8) {
    elements.read(reinterpret_cast<uint8_t *>(raw.data()), count);
  } else {
    uint8_t element;
    for (uint64_t i = 0; i < count && elements.read(&element, 1); ++i)
      raw[i * bits / 8] |=
          static_cast<char>((element & ((1u << bits) - 1)) << (i * bits % 8));
  }
  writeBytes(to, kRawData, raw);
}

void ScannedTensor::writeReference(std::string &to, uint64_t reference) const {
  writeHead(to, true);
  writeBytes(to, kRawData,
             {reinterpret_cast<const char *>(&reference), sizeof(reference)});
}

void ScannedTensor::writeEmpty(std::string &to) const { writeHead(to, false); }

} // namespace llm::onnx
