//===- LLMDialect.h - The llm dialect --------------------------*- C++ -*-===//
//
// Types, attributes, interfaces and ops of the dialect that LLMDialect.td
// describes.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_LLM_LLMDIALECT_H
#define LLM_DIALECTS_LLM_LLMDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <array>

#include "dialects/llm/LLMDialect.h.inc"

#include "dialects/llm/LLMAttrInterfaces.h.inc"
#include "dialects/llm/LLMOpInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/llm/LLMAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/llm/LLMTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/llm/LLMOps.h.inc"

namespace llm {

/// Out features of a panel: one zmm of f32, two ymm, a row of an AMX tile.
constexpr int64_t kPanel = 16;

/// What llm.gated_linear and llm.moe call the ops of ActivationOps.td.
constexpr std::array<llvm::StringLiteral, 4> kActivations = {
    "silu", "gelu_erf", "gelu_tanh", "relu"};

/// Elements of a row of an activation buffer: rows are padded to whole vectors
/// of 64 bytes, padding is zero.
inline int64_t paddedColumns(int64_t columns, unsigned elementBits = 32) {
  int64_t lanes = 512 / elementBits;
  return (columns + lanes - 1) / lanes * lanes;
}

/// Activations quantized to 8 bits share a scale among this many columns, and
/// keep sums of half as many, which is the smallest group of weights.
constexpr int64_t kActivationGroup = 32;
constexpr int64_t kActivationSums = 16;

} // namespace llm

#endif // LLM_DIALECTS_LLM_LLMDIALECT_H
