//===- PackingCode.h - Code that turns source tensors into panels -*- C++
//-*-===//
//
// Packing runs the same IR as everything else: for each kind of parameter a
// function that writes one panel (16 out features) from the mapped source. The
// layout it writes is that of dialects/llm/Encodings.h.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_PACKINGCODE_H
#define LLM_COMPILER_OBJECT_PACKINGCODE_H

#include "dialects/llm/LLMDialect.h"
#include "frontends/Checkpoint.h"

#include "mlir/IR/BuiltinOps.h"

namespace llm {

/// What a packing function depends on.
struct PackingKind {
  SourceType source;
  mlir::Type type;           ///< of the parameter
  uint32_t interleavedHeads; ///< SourceTensor::interleavedHeads
  bool transposed = false;   ///< SourceTensor::transposed
  uint64_t pitch = 0;        ///< SourceTensor::pitch
  float addend = 0;          ///< SourceTensor::addend
  /// Of SourceTensor::terms: the type of the scales, and whether there are zero
  /// points.
  std::optional<SourceType> scales = {};
  bool zeros = false;
};

/// Adds `func.func @name(source, scales, zero points, panel bytes, panel
/// number)`: it fills one panel of a packed type, or the whole of a vector
/// (panel 0). The destination holds zeros. Sources without scales do not read
/// those. Emits an error if no code exists for the pair.
mlir::LogicalResult emitPackingFunction(mlir::ModuleOp module,
                                        llvm::StringRef name,
                                        const PackingKind &kind);

} // namespace llm

#endif // LLM_COMPILER_OBJECT_PACKINGCODE_H
