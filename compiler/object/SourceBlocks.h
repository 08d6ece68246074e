//===- SourceBlocks.h - Code that reads tensors of checkpoints -*- C++ -*-===//
//
// How a number of a checkpoint's tensor is read by packing code. Block types
// are GGUF's (frontends/gguf/BlockFormats.h tells where their bits lie); what
// is read are quants and scales as they are, never a product of the two.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_SOURCEBLOCKS_H
#define LLM_COMPILER_OBJECT_SOURCEBLOCKS_H

#include "frontends/Checkpoint.h"
#include "passes/tile/TileCode.h"

#include <optional>

namespace llm {

/// Whether packing code reads the type's elements.
bool isDense(SourceType type);
/// Null for block types.
mlir::Type elementType(mlir::Builder &builder, SourceType type);
/// Whether a parameter of type `to` is copied from the file as it is: a tensor
/// of the same elements, or of their bytes in memory as integers.
bool isCopied(SourceType type, mlir::Type to);

/// The scalar of `type` at byte `at`.
mlir::Value loadBytes(TileCode &c, mlir::Value bytes, mlir::Value at,
                      mlir::Type type);

/// Element `place` (index) of a dense tensor, as f32.
mlir::Value readDense(TileCode &c, SourceType type, mlir::Value bytes,
                      mlir::Value place);

/// A GGUF block type. `at` is the block's first byte, `k` an element's number
/// in the block; quants are unsigned, as #llm.grouped has them.
struct SourceBlock {
  SourceType type;
  int64_t elements, bytes;

  /// Nothing for dense types.
  static std::optional<SourceBlock> of(SourceType type);

  mlir::Value quant(TileCode &c, mlir::Value source, mlir::Value at,
                    mlir::Value k) const; ///< i32
  mlir::Value scale(TileCode &c, mlir::Value source,
                    mlir::Value at) const; ///< f16
  /// What is taken away from every weight of the group (or, with sub-minimums,
  /// their factor). f16
  mlir::Value minimum(TileCode &c, mlir::Value source, mlir::Value at) const;
  mlir::Value subScale(TileCode &c, mlir::Value source, mlir::Value at,
                       mlir::Value k) const; ///< i8
  mlir::Value subMinimum(TileCode &c, mlir::Value source, mlir::Value at,
                         mlir::Value k) const; ///< i8
};

} // namespace llm

#endif // LLM_COMPILER_OBJECT_SOURCEBLOCKS_H
