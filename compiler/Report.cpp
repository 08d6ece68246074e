//===- Report.cpp - What was made of a model ------------------------------===//

#include "compiler/Report.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace llm;

static std::string megabytes(uint64_t bytes) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.1f MB", bytes / 1e6);
  return text;
}

void Report::addModel(ModuleOp module) {
  llvm::raw_string_ostream os(text);
  os << "\nweights\n";
  for (ParameterOp op : module.getOps<ParameterOp>()) {
    int64_t entries =
        llvm::count_if(op.getSources().getAsValueRange<StringAttr>(),
                       [](StringRef name) { return !name.empty(); });
    os << "  " << op.getSymName() << ": " << entries << " x " << op.getType()
       << " from " << op.getSourceType() << ", "
       << megabytes(entries * packedBytes(op.getType())) << "\n";
  }
  os << "\nKV cache\n";
  for (StateGroupOp op : module.getOps<StateGroupOp>())
    os << "  " << op.getSymName() << ": " << op.getLayers().size()
       << " layers of " << op.getType() << "\n";
  module.walk([&](RepeatOp op) {
    for (Region &body : op.getBodies()) {
      int64_t kind = body.getRegionNumber();
      os << "\nlayer kind " << kind << ", " << llvm::count(op.getKinds(), kind)
         << " layers\n";
      for (Operation &inner : body.front())
        if (isa<LLMDialect>(inner.getDialect()) &&
            !isa<WeightOp, StateOp, YieldOp>(inner)) {
          os << "  " << inner.getName().stripDialect();
          if (auto linear = dyn_cast<LinearOp>(inner)) {
            if (linear.getWeights().size() > 1)
              os << ", " << linear.getWeights().size() << " weights merged";
            if (linear.getResidual())
              os << ", residual folded in";
          }
          os << "\n";
        }
    }
  });
}

void Report::addPhases(ModuleOp module, StringRef level) {
  llvm::raw_string_ostream os(text);
  for (StepOp step : module.getOps<StepOp>()) {
    os << "\nphases of " << level << ", " << step.getRows()[0] << " to "
       << step.getRows()[1] << " rows (of one layer of each kind)\n ";
    step.walk([&](PhaseOp phase) { os << " " << phase.getName(); });
    os << "\n";
  }
}

void Report::addCalls(ArrayRef<SupportCall> calls, StringRef level) {
  llvm::raw_string_ostream os(text);
  os << "\ncalls of " << level << " into the support archive: ";
  if (calls.empty())
    os << "none";
  os << "\n";
  for (const SupportCall &call : calls)
    os << "  " << call.caller << " calls " << call.callee << " from "
       << call.sites << " places\n";
}

void llm::printContract(llvm::raw_ostream &os,
                        const ObjectDescription &description,
                        uint64_t codeBytes, uint64_t weightBytes) {
  const llmrt::ModelFacts &facts = description.facts;
  os << description.name << ": code " << megabytes(codeBytes) << ", weights "
     << megabytes(weightBytes) << " (mapped), "
     << megabytes(facts.weightBytesRead) << " of them read for a token\n";
  for (const CpuLevelDescription &level : description.levels)
    os << "  " << level.name << ": arena " << megabytes(level.arenaBytes)
       << ", scratch " << level.scratchBytes << " bytes a thread\n";
  os << "  KV cache: " << facts.stateBytesPerToken << " bytes a token, "
     << megabytes(facts.stateBytesPerToken * facts.maxContext)
     << " for a context of " << facts.maxContext << "\n";
}

void Report::print(llvm::raw_ostream &os, const ObjectDescription &description,
                   uint64_t codeBytes, uint64_t weightBytes) const {
  printContract(os, description, codeBytes, weightBytes);
  os << text;
}
