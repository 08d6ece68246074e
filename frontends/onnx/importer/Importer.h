//===- Importer.h - From an ONNX file to IR --------------------*- C++ -*-===//
//
// A model comes in as `onnx.graph @main` of schema ops, one for each node:
// names become locations, large tensors `llm.parameter`s, and what a node
// stands for, where it calls a function or has no lowering of its own, is put
// in its place.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_IMPORTER_H
#define LLM_FRONTENDS_ONNX_IMPORTER_IMPORTER_H

#include "frontends/Checkpoint.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>

namespace llm {

struct OnnxImportOptions {
  /// Whether an op of ai.onnx ("") or another domain has a lowering. One that
  /// has none is expanded where its schema has a function body, else the model
  /// is refused. Without a callback every op of a schema is kept.
  std::function<bool(llvm::StringRef domain, llvm::StringRef type, int version)>
      isLowered;
  /// Extents of graph inputs by name; -1: unknown.
  std::vector<std::pair<std::string, std::vector<int64_t>>> shapes;
};

struct OnnxModel {
  std::string path;
  WeightSource weights; ///< importOnnx() adds the tensors
  /// The file as a ModelProto without its large tensors, and those.
  std::string bytes;
  std::vector<SourceTensor> largeTensors;
};

/// Whether the path is a file that begins as a model of ONNX does, or one that
/// is named so and has no mark of another format.
bool isOnnxFile(const std::string &path);

/// Maps the file, scans it and holds it against the standard. Null with
/// `error`.
std::unique_ptr<OnnxModel> openOnnx(const std::string &path,
                                    std::string &error);

/// Null after errors were emitted.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(mlir::MLIRContext &context,
                                             OnnxModel &model,
                                             const OnnxImportOptions &options);

} // namespace llm

#endif // LLM_FRONTENDS_ONNX_IMPORTER_IMPORTER_H
