//===- Text.h - Texts that graphs hold and make ----------------*- C++ -*-===//
//
// An element of a tensor of strings is the address (i64) of its number of
// bytes (u64) and the text behind it. What works on texts are functions of the
// module, written in MLIR and added when they are first called.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_TEXT_H
#define LLM_PASSES_ONNX_LOWERING_TEXT_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// A text that is known, as an element.
mlir::Value textConstant(GraphLowering &g, llvm::StringRef text);
/// Texts that are known, as a tensor of one dimension.
Tensor textConstants(GraphLowering &g, llvm::ArrayRef<llvm::StringRef> texts);
/// The address (i64) of constant bytes, aligned to 8.
mlir::Value bytesConstant(GraphLowering &g, llvm::StringRef bytes);

// Inside of bodies and outside.
mlir::Value textIsEqual(GraphLowering &g, mlir::Value x, mlir::Value y);
mlir::Value textIsLess(GraphLowering &g, mlir::Value x, mlir::Value y);
mlir::Value textIsNotEmpty(GraphLowering &g, mlir::Value x);

/// Texts made at run time: `bytesOf` says how many bytes (i64) the one at a
/// place takes at most, `write` writes it to an address, its size (u64) first.
Tensor
makeTexts(GraphLowering &g, llvm::ArrayRef<Dim> dims,
          llvm::function_ref<mlir::Value(mlir::ValueRange place)> bytesOf,
          llvm::function_ref<void(mlir::ValueRange place, mlir::Value address)>
              write);

/// Calls a function of the module, one of those below.
llvm::SmallVector<mlir::Value> callText(GraphLowering &g, llvm::StringRef name,
                                        mlir::ValueRange operands,
                                        mlir::TypeRange results);
/// Adds a function to the module unless one of the name is there.
void addFunction(GraphLowering &g, llvm::StringRef name, llvm::StringRef text);

/// The MLIR of a function on texts, and the names of those that it calls.
struct TextFunction {
  const char *name;
  const char *calls; ///< names, separated by spaces
  const char *code;
};
llvm::ArrayRef<TextFunction> byteFunctions();      ///< TextFunctions.cpp
llvm::ArrayRef<TextFunction> codePointFunctions(); ///< CodePointFunctions.cpp

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_TEXT_H
