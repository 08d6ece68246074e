//===- PlainTensor.cpp - Tensors whose elements lie one after another -----===//
//
// See PlainTensor.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/PlainTensor.h"

#include "frontends/CheckedMath.h"
#include "frontends/gguf/BlockFormats.h"

#include <algorithm>
#include <cstring>

namespace llm {

unsigned elementBits(SourceType type) {
  BlockFormat format = blockFormat(type);
  return format.scaleGroup != 0 ? 0 : format.bytes * 8 / format.elements;
}

unsigned elementBytes(SourceType type) {
  return std::max(1u, elementBits(type) / 8);
}

uint8_t widenElement(SourceType type, unsigned bits) {
  unsigned width = elementBits(type);
  unsigned value = bits & ((1u << width) - 1), sign = 1u << (width - 1);
  bool isSigned = type == SourceType::I4 || type == SourceType::I2;
  return static_cast<uint8_t>(isSigned ? (value ^ sign) - sign : value);
}

std::optional<uint64_t> fileBytes(SourceType type, uint64_t count) {
  std::optional<uint64_t> bits = checkedMul<uint64_t>(count, elementBits(type));
  if (bits)
    bits = checkedAdd<uint64_t>(*bits, 7);
  return bits ? std::optional(*bits / 8) : std::nullopt;
}

void copyElements(SourceType type, const uint8_t *source, uint64_t first,
                  uint64_t count, uint8_t *to) {
  unsigned bits = elementBits(type);
  if (type == SourceType::Bool) {
    for (uint64_t i = 0; i < count; ++i)
      to[i] = source[first + i] != 0;
    return;
  }
  if (bits >= 8) {
    std::memcpy(to, source + first * (bits / 8), count * (bits / 8));
    return;
  }
  unsigned each = 8 / bits;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t place = first + i;
    to[i] = widenElement(type, source[place / each] >> (place % each * bits));
  }
}

} // namespace llm
