//===- Architecture.h - From an opened checkpoint to a pure model -*- C++ -*-===//
//
// An architecture is one file of this folder: a function that writes the model
// as a pure function from tokens to logits, without cache, batch or device. It
// is shared by every checkpoint format.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ARCHITECTURES_ARCHITECTURE_H
#define LLM_FRONTENDS_ARCHITECTURES_ARCHITECTURE_H

#include "frontends/Checkpoint.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace llm {

/// Writes the checkpoint's model as `func.func @forward(tokens) -> logits`, its
/// weights declared as `llm.parameter`s. Null after an error was emitted.
mlir::OwningOpRef<mlir::ModuleOp> importCheckpoint(mlir::MLIRContext &context,
                                                   const Checkpoint &checkpoint);

} // namespace llm

#endif // LLM_FRONTENDS_ARCHITECTURES_ARCHITECTURE_H
