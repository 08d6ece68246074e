//===- Architecture.cpp - The function around a family's layers -----------===//

#include "frontends/architectures/Architecture.h"

#include "frontends/architectures/Families.h"

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
  auto write = config.architecture == "Gemma3ForCausalLM" ? writeGemma3
               : config.architecture == "GPT2LMHeadModel" ? writeGpt2
                                                          : writeLlama;
  Value hidden = write(m, tokens);
  func::ReturnOp::create(b, m.head(hidden));
  return module;
}
