//===- RaisedModel.h - What a raised ONNX decoder is ------------*- C++ -*-===//

#ifndef LLM_COMPILER_RAISEDMODEL_H
#define LLM_COMPILER_RAISEDMODEL_H

#include "frontends/Checkpoint.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace llm {

/// A checkpoint for the module that --llm-raise-decoder made: its sizes, its
/// weights (those of `weights`, the constants of the module and views of
/// either), and what lies beside the file, or beside the `tokenizer` that is
/// given: tokenizer, template, end tokens. Null with `error`.
std::unique_ptr<Checkpoint> describeRaised(mlir::ModuleOp module,
                                           const std::string &path,
                                           const std::string &tokenizer,
                                           WeightSource weights,
                                           std::string &error);

} // namespace llm

#endif // LLM_COMPILER_RAISEDMODEL_H
