//===- Encodings.h - Where the numbers of a packed block lie ---*- C++ -*-===//
//
// The byte layout of #llm.dense and #llm.grouped blocks, shared by the code
// that reads them in kernels (Encodings.cpp) and the code that writes them
// while a model is compiled (compiler/object/PackWeights.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_LLM_ENCODINGS_H
#define LLM_DIALECTS_LLM_ENCODINGS_H

#include "dialects/llm/LLMDialect.h"

namespace llm {

/// In features of a run: the unit in which planes of bits are laid out.
constexpr int64_t kRun = 32;

/// A plane of a grouped block: `width` bits of every weight of a run, from bit
/// `shift` on, as `width` vectors of 64 bytes at `offset` bytes into the run.
struct Plane {
  int64_t width, shift, offset;
};

/// Byte offsets inside a block of #llm.grouped; -1: absent.
struct GroupedLayout {
  ::llvm::SmallVector<Plane, 3> planes;
  int64_t span;       ///< in features of a block
  int64_t runBytes;   ///< bytes of the planes of one run
  int64_t subScales, subMinimums; ///< i8 [span/group][16]
  int64_t zeros;                  ///< u8 [span/group][16]
  int64_t scales, minimums;       ///< f16 or f32 [span/group or 1][16]
  int64_t bytes;      ///< of the block, a multiple of 64

  explicit GroupedLayout(GroupedAttr encoding);
};

/// The 64-byte vector of a plane, and the field in its bytes, that hold in
/// features 4q to 4q+3 of a run.
struct QuadPlace {
  int64_t vector, field;
};
inline QuadPlace placeQuad(const Plane &plane, int64_t quad) {
  return {quad % plane.width, quad / plane.width};
}

/// Emits code that reads run `run` of the block at `offset` as integers: for each
/// quad of in features a vector<64xi8>, byte 4n + b being the unsigned quant of
/// out feature n at in feature 4 quad + b.
::llvm::SmallVector<mlir::Value> expandQuads(mlir::OpBuilder &builder,
                                             mlir::Location loc,
                                             GroupedAttr encoding,
                                             mlir::Value bytes,
                                             mlir::Value offset,
                                             mlir::Value run);

/// Scale and addend (vector<16xf32>) of the group that holds in feature `first`
/// of the run: a weight is (quant - zero) * scale + addend. The addend is null
/// where it would be zero.
std::pair<mlir::Value, mlir::Value>
expandGroupTerms(mlir::OpBuilder &builder, mlir::Location loc,
                 GroupedAttr encoding, mlir::Value bytes, mlir::Value offset,
                 mlir::Value run, int64_t first);

} // namespace llm

#endif // LLM_DIALECTS_LLM_ENCODINGS_H
