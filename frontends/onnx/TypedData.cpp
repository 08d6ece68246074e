//===- TypedData.cpp - Elements that a TensorProto lists as numbers -------===//
//
// See TypedData.h. A repeated field of numbers is a series of single ones, of
// packed runs, or a mixture of both; protobuf's readers must take all three.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/TypedData.h"

#include "frontends/CheckedMath.h"
#include "frontends/PlainTensor.h"

namespace llm::onnx {

uint32_t typedField(SourceType type) {
  switch (type) {
  case SourceType::F32:
  case SourceType::C64:
    return 4; // float_data
  case SourceType::F64:
  case SourceType::C128:
    return 10; // double_data
  case SourceType::I64:
    return 7; // int64_data
  case SourceType::U32:
  case SourceType::U64:
    return 11; // uint64_data
  default:
    return 5; // int32_data
  }
}

/// Elements below 8 bits in a number; numbers in a complex element.
static unsigned elementsShared(SourceType type) {
  unsigned bits = elementBits(type);
  return bits < 8 ? 8 / bits : 1;
}
static bool isComplex(SourceType type) {
  return type == SourceType::C64 || type == SourceType::C128;
}

std::optional<uint64_t> typedNumbers(SourceType type, uint64_t count) {
  if (isComplex(type))
    return checkedMul<uint64_t>(count, 2);
  unsigned shared = elementsShared(type);
  return count / shared + (count % shared != 0);
}

TypedData::TypedData(WireReader message, SourceType type)
    : message(message), type(type), field(typedField(type)) {}

bool TypedData::next(uint64_t &number) {
  WireType wire = field == 4    ? WireType::Fixed32
                  : field == 10 ? WireType::Fixed64
                                : WireType::Varint;
  auto readFrom = [&](WireReader &from) {
    if (wire == WireType::Varint)
      return from.varint(number);
    if (wire == WireType::Fixed64)
      return from.fixed64(number);
    uint32_t half = 0;
    bool good = from.fixed32(half);
    number = half;
    return good;
  };
  while (run.done()) {
    uint32_t found;
    WireType as;
    if (message.done() || !message.tag(found, as))
      return false;
    if (found == field && as == wire)
      return readFrom(message);
    if (found == field && as == WireType::Bytes) {
      if (!message.message(run))
        return false;
    } else if (!message.skip(as)) {
      return false;
    }
  }
  return readFrom(run);
}

uint64_t TypedData::read(uint8_t *to, uint64_t count) {
  unsigned bits = elementBits(type);
  unsigned shares = elementsShared(type);
  unsigned width = elementBytes(type);
  if (isComplex(type))
    width /= 2;
  for (uint64_t i = 0; i < count; ++i) {
    if (shares > 1) {
      if (sharedLeft == 0) {
        if (!next(shared))
          return i;
        sharedLeft = shares;
      }
      --sharedLeft;
      *to++ = widenElement(type, static_cast<unsigned>(shared));
      shared >>= bits;
      continue;
    }
    for (unsigned part = 0; part <= unsigned(isComplex(type)); ++part) {
      uint64_t number;
      if (!next(number))
        return i;
      if (type == SourceType::Bool)
        number = number != 0;
      std::memcpy(to, &number, width);
      to += width;
    }
  }
  return count;
}

} // namespace llm::onnx
