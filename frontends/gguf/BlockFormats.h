//===- BlockFormats.h - What the bytes of a block mean
//---------------------===//
//
// The layout of every element type a checkpoint may hold, bit by bit, as
// ggml's ggml-common.h and ggml-quants.c define it. Block types run along the
// innermost dimension: a row of K elements is K / blockElements blocks, one
// after the other. All numbers are little-endian; "f16" is IEEE binary16.
//
// In the tables q is the stored integer of element e (0 <= e < blockElements),
// value(e) its meaning in f32, every product rounded once, in the order the
// parentheses give. Offsets are bytes from the block's start. nib(b, 0) is the
// low, nib(b, 1) the high half of byte b; bits(b, s, n) are n bits of byte b
// from bit s up.
//
//   F32, F16, BF16  blocks of one element: 4, 2, 2 bytes; so are the other plain
//   types, but for those below 8 bits, of which a block is one byte
//
//   Q4_0   32 elements, 18 bytes
//     0  f16 d        2..17  quants
//     q = nib(2 + e % 16, e / 16)            value = d * (q - 8)
//
//   Q4_1   32 elements, 20 bytes
//     0  f16 d        2  f16 m       4..19  quants
//     q = nib(4 + e % 16, e / 16)            value = (d * q) + m
//
//   Q5_0   32 elements, 22 bytes
//     0  f16 d        2  u32 high    6..21  quants
//     q = nib(6 + e % 16, e / 16) | bit e of high << 4
//                                            value = d * (q - 16)
//
//   Q5_1   32 elements, 24 bytes
//     0  f16 d        2  f16 m       4  u32 high      8..23  quants
//     q = nib(8 + e % 16, e / 16) | bit e of high << 4
//                                            value = (d * q) + m
//
//   Q8_0   32 elements, 34 bytes
//     0  f16 d        2..33  quants, int8
//     q = int8 at 2 + e                      value = d * q
//
//   Q2_K   256 elements, 84 bytes; groups of 16: g = e / 16
//     0..15  scales   16..79  quants  80  f16 d   82  f16 dmin
//     q  = bits(16 + 32 * (e / 128) + e % 32, 2 * (e % 128 / 32), 2)
//     sc = nib(g, 0), mn = nib(g, 1)
//                                  value = ((d * sc) * q) - (dmin * mn)
//
//   Q3_K   256 elements, 110 bytes; groups of 16: g = e / 16
//     0..31  high     32..95  quants  96..107  scales   108  f16 d
//     q  = (bits(32 + 32 * (e / 128) + e % 32, 2 * (e % 128 / 32), 2)
//           | bits(e % 32, e / 32, 1) << 2) - 4
//     sc = (nib(96 + g % 8, g / 8) | bits(104 + g % 4, 2 * (g / 4), 2) << 4)
//          - 32                              value = (d * sc) * q
//
//   Q4_K   256 elements, 144 bytes; groups of 32: g = e / 32
//     0  f16 d        2  f16 dmin    4..15  scales    16..143  quants
//     q  = nib(16 + 32 * (e / 64) + e % 32, e % 64 / 32)
//     g < 4:  sc = bits(4 + g, 0, 6), mn = bits(8 + g, 0, 6)
//     else:   sc = nib(8 + g, 0) | bits(g, 6, 2) << 4
//             mn = nib(8 + g, 1) | bits(4 + g, 6, 2) << 4
//                                  value = ((d * sc) * q) - (dmin * mn)
//
//   Q5_K   256 elements, 176 bytes; groups of 32: g = e / 32
//     0  f16 d        2  f16 dmin    4..15  scales    16..47  high
//     48..175  quants;  sc, mn as in Q4_K
//     q  = nib(48 + 32 * (e / 64) + e % 32, e % 64 / 32)
//          | bits(16 + e % 32, g, 1) << 4
//                                  value = ((d * sc) * q) - (dmin * mn)
//
//   Q6_K   256 elements, 210 bytes; groups of 16: g = e / 16
//     0..127  low     128..191  high  192..207  scales, int8   208  f16 d
//     r  = e % 128
//     q  = (nib(64 * (e / 128) + r % 64, r / 64)
//           | bits(128 + 32 * (e / 128) + r % 32, 2 * (r / 32), 2) << 4) - 32
//     sc = int8 at 192 + g                   value = (d * sc) * q
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_GGUF_BLOCKFORMATS_H
#define LLM_FRONTENDS_GGUF_BLOCKFORMATS_H

#include "frontends/Checkpoint.h"

namespace llm {

/// Shape of one block of a type; scale groups share a scale (and a minimum).
struct BlockFormat {
  const char *name;
  uint32_t elements;
  uint32_t bytes;
  uint32_t scaleGroup; ///< elements that share a scale; 0: not quantized
  bool hasMinimum;     ///< value = scale * q + minimum, q unsigned
};

constexpr BlockFormat blockFormat(SourceType type) {
  switch (type) {
  case SourceType::F32:
    return {"F32", 1, 4, 0, false};
  case SourceType::F16:
    return {"F16", 1, 2, 0, false};
  case SourceType::BF16:
    return {"BF16", 1, 2, 0, false};
  case SourceType::Q4_0:
    return {"Q4_0", 32, 18, 32, false};
  case SourceType::Q4_1:
    return {"Q4_1", 32, 20, 32, true};
  case SourceType::Q5_0:
    return {"Q5_0", 32, 22, 32, false};
  case SourceType::Q5_1:
    return {"Q5_1", 32, 24, 32, true};
  case SourceType::Q8_0:
    return {"Q8_0", 32, 34, 32, false};
  case SourceType::Q2_K:
    return {"Q2_K", 256, 84, 16, true};
  case SourceType::Q3_K:
    return {"Q3_K", 256, 110, 16, false};
  case SourceType::Q4_K:
    return {"Q4_K", 256, 144, 32, true};
  case SourceType::Q5_K:
    return {"Q5_K", 256, 176, 32, true};
  case SourceType::Q6_K:
    return {"Q6_K", 256, 210, 16, false};
  case SourceType::F64:
    return {"F64", 1, 8, 0, false};
  case SourceType::I8:
    return {"I8", 1, 1, 0, false};
  case SourceType::U8:
    return {"U8", 1, 1, 0, false};
  case SourceType::I16:
    return {"I16", 1, 2, 0, false};
  case SourceType::U16:
    return {"U16", 1, 2, 0, false};
  case SourceType::I32:
    return {"I32", 1, 4, 0, false};
  case SourceType::U32:
    return {"U32", 1, 4, 0, false};
  case SourceType::I64:
    return {"I64", 1, 8, 0, false};
  case SourceType::U64:
    return {"U64", 1, 8, 0, false};
  case SourceType::Bool:
    return {"Bool", 1, 1, 0, false};
  case SourceType::F8E4M3FN:
    return {"F8E4M3FN", 1, 1, 0, false};
  case SourceType::F8E4M3FNUZ:
    return {"F8E4M3FNUZ", 1, 1, 0, false};
  case SourceType::F8E5M2:
    return {"F8E5M2", 1, 1, 0, false};
  case SourceType::F8E5M2FNUZ:
    return {"F8E5M2FNUZ", 1, 1, 0, false};
  case SourceType::F8E8M0:
    return {"F8E8M0", 1, 1, 0, false};
  case SourceType::C64:
    return {"C64", 1, 8, 0, false};
  case SourceType::C128:
    return {"C128", 1, 16, 0, false};
  case SourceType::F4E2M1:
    return {"F4E2M1", 2, 1, 0, false};
  case SourceType::I4:
    return {"I4", 2, 1, 0, false};
  case SourceType::U4:
    return {"U4", 2, 1, 0, false};
  case SourceType::I2:
    return {"I2", 4, 1, 0, false};
  case SourceType::U2:
    return {"U2", 4, 1, 0, false};
  }
  return {"", 1, 0, 0, false};
}

constexpr bool isBlockQuantized(SourceType type) {
  return blockFormat(type).scaleGroup != 0;
}

} // namespace llm

#endif // LLM_FRONTENDS_GGUF_BLOCKFORMATS_H
