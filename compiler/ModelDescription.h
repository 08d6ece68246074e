//===- ModelDescription.h - What an object says of its model ---*- C++ -*-===//

#ifndef LLM_COMPILER_MODELDESCRIPTION_H
#define LLM_COMPILER_MODELDESCRIPTION_H

#include "compiler/object/Descriptor.h"
#include "passes/analysis/ObjectElement.h"

#include "mlir/IR/BuiltinOps.h"

namespace llm {

struct Checkpoint;
struct CompileOptions;

/// Fills in everything but levels, tokenizer and template. `module` is at stage
/// "model": its @step names the arguments, its state groups the states.
ObjectDescription describeModel(mlir::ModuleOp module,
                                const Checkpoint &checkpoint,
                                const CompileOptions &options);

/// The same for a general graph: what the module's onnx.graph says of its inputs
/// and outputs. Run it before that is lowered.
ObjectDescription describeGraph(mlir::ModuleOp module,
                                const CompileOptions &options);

/// Rows of a step at most: a prompt's chunk beside one token of every other
/// sequence.
int64_t maxRows(const CompileOptions &options);

/// Tokens of a sequence at most: as asked for, or what the model was made for.
int64_t maxContext(const CompileOptions &options, const Checkpoint &checkpoint);

} // namespace llm

#endif // LLM_COMPILER_MODELDESCRIPTION_H
