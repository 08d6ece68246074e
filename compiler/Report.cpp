//===- Report.cpp - What was made of a model ------------------------------===//

#include "compiler/Report.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/ErrorText.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"

#include <deque>

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

/// What an op of a decoder is, without its weights.
static std::string summaryOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << op->getName().stripDialect();
  if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
    auto table = cast<PackedType>(embedding.getTable().getType());
    os << " of " << table.getRows() << " by " << table.getColumns() << ", by "
       << (embedding.getTokens().getDefiningOp<PositionsOp>() ? "position"
                                                              : "token");
  } else if (auto attention = dyn_cast<AttentionOp>(op)) {
    os << " of " << attention.getHeads() << " heads over "
       << attention.getKvHeads() << " of keys and values, scale "
       << llvm::format("%.6g", attention.getScale().convertToFloat());
    if (attention.getWindow())
      os << ", window " << attention.getWindow();
    if (double cap = attention.getSoftCap().convertToFloat())
      os << ", soft cap " << llvm::format("%.6g", cap);
    if (attention.getSinks())
      os << ", sinks";
  } else if (auto rope = dyn_cast<RopeOp>(op)) {
    os << " of " << rope.getHeads() << " heads, "
       << (rope.getInterleaved() ? "interleaved" : "halves");
  } else if (auto table = dyn_cast<RotaryTableOp>(op)) {
    os << " of " << table.getInverseFrequencies().size() << " frequencies";
  } else if (auto norm = dyn_cast<RMSNormOp>(op)) {
    os << ", epsilon "
       << llvm::format("%.6g", norm.getEpsilon().convertToDouble());
  } else if (auto norm = dyn_cast<LayerNormOp>(op)) {
    os << ", epsilon "
       << llvm::format("%.6g", norm.getEpsilon().convertToDouble());
  } else if (auto gelu = dyn_cast<GeluOp>(op)) {
    os << " by " << gelu.getKind();
  } else if (auto moe = dyn_cast<MoeOp>(op)) {
    os << ", " << moe.getTop() << " of " << moe.getExperts() << " experts, "
       << moe.getActivation();
  }
  return text;
}

/// Names, of which only the first few of many.
static void printNames(llvm::raw_ostream &os, ArrayRef<std::string> names) {
  constexpr size_t kMost = 4;
  llvm::interleaveComma(names.take_front(kMost), os);
  if (names.size() > kMost)
    os << " and " << names.size() - kMost << " more";
}

void Report::addRecognised(ModuleOp module, const GraphNames &graph) {
  llvm::raw_string_ostream os(text);
  os << "\nrecognised: a decoder\n";
  auto say = [&](StringRef what, StringRef kept,
                 ArrayRef<std::string> names) {
    std::vector<std::string> own, left;
    for (const std::string &name : names)
      (StringRef(name).contains(kept) ? own : left).push_back(name);
    os << "  " << what << ": ";
    printNames(os, own);
    if (!left.empty()) {
      os << "; the runtime's: ";
      printNames(os, left);
    }
    os << "\n";
  };
  say("inputs", "input_ids", graph.inputs);
  say("outputs", "logits", graph.outputs);
  struct Found {
    int64_t count = 0;
    std::string node; ///< that the first was found at
  };
  llvm::MapVector<StringRef, Found> kinds;
  std::deque<std::string> summaries;
  module.lookupSymbol("forward")->walk([&](Operation *op) {
    if (isa<WeightOp, func::FuncOp, func::ReturnOp>(op))
      return;
    summaries.push_back(summaryOf(op));
    Found &found = kinds[summaries.back()];
    auto name = dyn_cast<NameLoc>(op->getLoc());
    if (found.count++ == 0 && name)
      found.node = name.getName().str();
  });
  for (auto &[summary, found] : kinds) {
    os << "  " << found.count << " x " << summary;
    if (!found.node.empty())
      os << (found.count > 1 ? "; the first at " : "; at ")
         << quoteName(found.node);
    os << "\n";
  }
}

void Report::addGraph(ModuleOp module) {
  llvm::MapVector<StringRef, int64_t> kinds;
  int64_t nodes = 0;
  module.walk([&](Operation *op) {
    std::optional<onnx::OnnxOp> view = onnx::OnnxOp::from(op);
    if (!view || view->type() == "Constant")
      return;
    ++nodes;
    ++kinds[view->type()];
  });
  llvm::raw_string_ostream os(text);
  os << "\na graph of tensors, " << nodes << " nodes\n";
  for (auto [kind, count] : kinds)
    os << "  " << count << " x " << kind << "\n";
}

void Report::addRemark(StringRef remark) {
  llvm::raw_string_ostream os(text);
  os << "\nremark: " << remark << "\n";
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
