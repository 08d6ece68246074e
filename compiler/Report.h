//===- Report.h - What was made of a model ---------------------*- C++ -*-===//

#ifndef LLM_COMPILER_REPORT_H
#define LLM_COMPILER_REPORT_H

#include "compiler/MemoryContract.h"
#include "compiler/object/Descriptor.h"
#include "compiler/object/SupportArchive.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace llm {

/// What a graph takes and gives, and what of that a decoder still does.
struct GraphNames {
  std::vector<std::string> inputs, outputs;
};

/// Gathers, stage by stage, what --report prints.
class Report {
public:
  /// What a graph's decoder was recognised to be: the module holds @forward,
  /// as raised; `graph` names what the graph had.
  void addRecognised(mlir::ModuleOp module, const GraphNames &graph);
  /// A graph of tensors: how many nodes of which ops.
  void addGraph(mlir::ModuleOp module);
  /// What was said on stderr of how the model is compiled.
  void addRemark(llvm::StringRef remark);
  /// The module at stage "model": ops of each layer kind, weights, states.
  void addModel(mlir::ModuleOp module);
  /// A step of stage "phases": its phases in order.
  void addPhases(mlir::ModuleOp module, llvm::StringRef level);
  /// Calls of a level's code into the support archive.
  void addCalls(llvm::ArrayRef<SupportCall> calls, llvm::StringRef level);

  /// The least time that a token takes where memory is read at `bandwidth`
  /// bytes a second; `origin` says whose figure that is.
  void addCeiling(const ObjectDescription &description, double bandwidth,
                  llvm::StringRef origin);

  /// Everything gathered.
  void print(llvm::raw_ostream &os) const { os << text; }

private:
  std::string text;
};

/// What a user must know to run the object: its memory.
void printContract(llvm::raw_ostream &os, const ObjectDescription &description,
                   uint64_t codeBytes, uint64_t weightBytes,
                   llvm::ArrayRef<MemoryContract> contracts);

} // namespace llm

#endif // LLM_COMPILER_REPORT_H
