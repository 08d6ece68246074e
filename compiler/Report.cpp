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

/// One line for an op of a layer, with what has been fused into it.
static void describe(llvm::raw_ostream &os, Operation *op) {
  if (!isa<LLMDialect>(op->getDialect()) || isa<WeightOp, StateOp, YieldOp>(op))
    return;
  os << "  " << op->getName().stripDialect();
  if (auto linear = dyn_cast<LinearOp>(op)) {
    if (linear.getWeights().size() > 1)
      os << ", fused: " << linear.getWeights().size() << " projections";
    if (!linear.getBiases().empty())
      os << ", fused: bias";
    if (linear.getResidual())
      os << ", fused: residual";
  } else if (auto gated = dyn_cast<GatedLinearOp>(op)) {
    os << ", fused: gate, up and " << gated.getActivation();
    if (gated.getGateBias())
      os << ", fused: bias";
  } else if (auto moe = dyn_cast<MoeOp>(op)) {
    os << ", " << moe.getTop() << " of " << moe.getExperts() << " experts";
  }
  os << "\n";
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
       << entries * packedBytes(op.getType()) << " bytes\n";
  }
  os << "\nKV cache\n";
  for (StateGroupOp op : module.getOps<StateGroupOp>())
    os << "  " << op.getSymName() << ": " << op.getLayers().size()
       << " layers of " << op.getType() << "\n";
  module.walk([&](RepeatOp op) {
    for (Region &body : op.getBodies()) {
      int64_t kind = body.getRegionNumber();
      int64_t bytes = 0;
      body.walk([&](WeightOp weight) {
        if (weight.getLayer())
          bytes += packedBytes(weight.getResult().getType());
      });
      os << "\nlayer kind " << kind << ", " << llvm::count(op.getKinds(), kind)
         << " layers of " << bytes << " bytes of weights each\n";
      for (Operation &inner : body.front())
        describe(os, &inner);
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

void Report::addCeiling(const ObjectDescription &description, double bandwidth,
                        StringRef origin) {
  const llmrt::ModelFacts &facts = description.facts;
  uint64_t states = 0; // that a token at the end of a full context reads
  for (const StateGroupDescription &group : description.groups) {
    uint64_t tokens = group.window ? std::min(group.window, facts.maxContext)
                                   : facts.maxContext;
    states += tokens * group.layers * group.layerPageBytes / group.pageTokens;
  }
  auto milliseconds = [&](uint64_t bytes) {
    return llvm::format("%.3f ms", bytes / bandwidth * 1e3);
  };
  llvm::raw_string_ostream os(text);
  os << "\nceiling: no token is faster than reading what it needs at "
     << llvm::format("%.1f GB/s", bandwidth / 1e9) << " (" << origin << ")\n"
     << "  " << facts.weightBytesRead
     << " bytes of weights: " << milliseconds(facts.weightBytesRead)
     << " a token\n"
     << "  with " << states << " bytes of a context of " << facts.maxContext
     << ": " << milliseconds(facts.weightBytesRead + states) << " a token\n";
}

void llm::printContract(llvm::raw_ostream &os,
                        const ObjectDescription &description,
                        uint64_t codeBytes, uint64_t weightBytes,
                        ArrayRef<MemoryContract> contracts) {
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
  for (const MemoryContract &contract : contracts)
    os << "  private memory, " << contract.level << ": "
       << contract.privateBytes << " bytes at most for " << contract.sequences
       << (contract.sequences == 1 ? " sequence" : " sequences") << " of "
       << facts.maxContext << " tokens, " << contract.threadBytes
       << " for each thread but the first\n";
}
