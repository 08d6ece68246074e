//===- DequantizeBlock.h - The plain meaning of a block
//--------------------===//
//
// The tables of frontends/gguf/BlockFormats.h as a function, one element at a
// time and for tests only: what the compiler's generated code is compared with,
// itself compared with gguf-py. Build without contraction of a * b + c: every
// product rounds once.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FRONTENDS_GGUF_DEQUANTIZEBLOCK_H
#define LLM_TESTS_FRONTENDS_GGUF_DEQUANTIZEBLOCK_H

#include "frontends/gguf/BlockFormats.h"

#include <cstdlib>
#include <cmath>
#include <cstring>

namespace llm {

inline float halfToFloat(const uint8_t *bytes) {
  unsigned bits = bytes[0] | bytes[1] << 8;
  int exponent = (bits >> 10) & 31;
  int fraction = bits & 1023;
  float magnitude = exponent == 31 ? (fraction ? NAN : INFINITY)
                    : exponent == 0
                        ? std::ldexp(float(fraction), -24)
                        : std::ldexp(float(fraction + 1024), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/// Writes blockFormat(type).elements floats.
inline void dequantizeBlock(SourceType type, const uint8_t *block,
                            float *values) {
  auto half = [&](int at) { return halfToFloat(block + at); };
  auto nib = [&](int at, int high) { return block[at] >> (4 * high) & 15; };
  auto bits = [&](int at, int shift, int count) {
    return block[at] >> shift & ((1 << count) - 1);
  };
  auto int8 = [&](int at) { return int(int8_t(block[at])); };
  auto word = [&](int at) {
    uint32_t value;
    std::memcpy(&value, block + at, sizeof(value));
    return value;
  };
  auto fromBits = [](uint32_t pattern) {
    float value;
    std::memcpy(&value, &pattern, sizeof(value));
    return value;
  };
  // Scale and minimum of group g of Q4_K and Q5_K.
  auto scale = [&](int g) {
    return g < 4 ? bits(4 + g, 0, 6) : nib(8 + g, 0) | bits(g, 6, 2) << 4;
  };
  auto minimum = [&](int g) {
    return g < 4 ? bits(8 + g, 0, 6) : nib(8 + g, 1) | bits(4 + g, 6, 2) << 4;
  };

  for (int e = 0; e < int(blockFormat(type).elements); ++e) {
    int g = e / 16, r = e % 128, h = e / 128;
    float scaled, q;
    switch (type) {
    case SourceType::F32:
      values[e] = fromBits(word(0));
      break;
    case SourceType::F16:
      values[e] = half(0);
      break;
    case SourceType::BF16:
      values[e] = fromBits(uint32_t(block[0] | block[1] << 8) << 16);
      break;
    case SourceType::Q4_0:
      values[e] = half(0) * float(nib(2 + e % 16, e / 16) - 8);
      break;
    case SourceType::Q4_1:
      scaled = half(0) * float(nib(4 + e % 16, e / 16));
      values[e] = scaled + half(2);
      break;
    case SourceType::Q5_0:
      q = float((nib(6 + e % 16, e / 16) | int(word(2) >> e & 1) << 4) - 16);
      values[e] = half(0) * q;
      break;
    case SourceType::Q5_1:
      q = float(nib(8 + e % 16, e / 16) | int(word(4) >> e & 1) << 4);
      scaled = half(0) * q;
      values[e] = scaled + half(2);
      break;
    case SourceType::Q8_0:
      values[e] = half(0) * float(int8(2 + e));
      break;
    case SourceType::Q2_K:
      q = float(bits(16 + 32 * h + e % 32, 2 * (r / 32), 2));
      scaled = half(80) * float(nib(g, 0)) * q;
      values[e] = scaled - half(82) * float(nib(g, 1));
      break;
    case SourceType::Q3_K:
      q = float((bits(32 + 32 * h + e % 32, 2 * (r / 32), 2) |
                 bits(e % 32, e / 32, 1) << 2) -
                4);
      scaled = half(108) * float((nib(96 + g % 8, g / 8) |
                                  bits(104 + g % 4, 2 * (g / 4), 2) << 4) -
                                 32);
      values[e] = scaled * q;
      break;
    case SourceType::Q4_K:
      q = float(nib(16 + 32 * (e / 64) + e % 32, e % 64 / 32));
      scaled = half(0) * float(scale(e / 32)) * q;
      values[e] = scaled - half(2) * float(minimum(e / 32));
      break;
    case SourceType::Q5_K:
      q = float(nib(48 + 32 * (e / 64) + e % 32, e % 64 / 32) |
                bits(16 + e % 32, e / 32, 1) << 4);
      scaled = half(0) * float(scale(e / 32)) * q;
      values[e] = scaled - half(2) * float(minimum(e / 32));
      break;
    case SourceType::Q6_K:
      q = float((nib(64 * h + r % 64, r / 64) |
                 bits(128 + 32 * h + r % 32, 2 * (r / 32), 2) << 4) -
                32);
      values[e] = half(208) * float(int8(192 + g)) * q;
      break;
    default:
      std::abort(); // no block
    }
  }
}

} // namespace llm

#endif // LLM_TESTS_FRONTENDS_GGUF_DEQUANTIZEBLOCK_H
