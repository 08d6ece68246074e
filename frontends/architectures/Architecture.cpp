//===- Architecture.cpp - The function around a family's layers -----------===//

#include "frontends/architectures/Architecture.h"

#include "frontends/architectures/Families.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm;

OwningOpRef<ModuleOp> llm::importCheckpoint(MLIRContext &context,
                                            const Checkpoint &checkpoint) {
  Location loc = UnknownLoc::get(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  ModelBuilder m(*module, checkpoint);
  const DecoderConfig &config = checkpoint.config;
  auto &b = m.b;

  b.setInsertionPointToEnd(module->getBody());
  auto tokensType =
      RankedTensorType::get({ShapedType::kDynamic}, b.getI32Type());
  auto function = func::FuncOp::create(
      b, "forward", b.getFunctionType(tokensType, m.rows(config.vocabSize)));
  b.setInsertionPointToStart(function.addEntryBlock());
  Value tokens = function.getArgument(0);
  bool isGemma = config.architecture == "Gemma2ForCausalLM" ||
                 config.architecture == "Gemma3ForCausalLM";
  auto write = isGemma                                    ? writeGemma
               : config.architecture == "GPT2LMHeadModel" ? writeGpt2
                                                          : writeLlama;
  Value logits = m.head(write(m, tokens));
  if (double cap = config.finalSoftCap)
    logits = m.scale(math::TanhOp::create(b, m.scale(logits, 1 / cap)), cap);
  func::ReturnOp::create(b, logits);
  return module;
}
