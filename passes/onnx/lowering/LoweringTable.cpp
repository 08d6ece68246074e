//===- LoweringTable.cpp - Which function lowers which op -----------------===//

#include "passes/onnx/lowering/LoweringTable.h"

#include "passes/onnx/lowering/MachineLearning.h"

using namespace llm::onnx;

LoweringTable::LoweringTable() {
  addArrangement(*this);
  addAttention(*this);
  addBitCast(*this);
  addControlFlow(*this);
  addConvolution(*this);
  addCumulative(*this);
  addDeterminant(*this);
  addEinsum(*this);
  addElementwise(*this);
  addFeatures(*this);
  addGather(*this);
  addLinearModels(*this);
  addLoss(*this);
  addMatMul(*this);
  addMicrosoftAttention(*this);
  addMicrosoftExperts(*this);
  addMicrosoftNormalization(*this);
  addMicrosoftProducts(*this);
  addMicrosoftQuantized(*this);
  addNonMaxSuppression(*this);
  addNormalization(*this);
  addOptimizer(*this);
  addPad(*this);
  addPooling(*this);
  addQuantization(*this);
  addRandom(*this);
  addRecurrent(*this);
  addReduction(*this);
  addResize(*this);
  addRotaryEmbedding(*this);
  addSampling(*this);
  addScatter(*this);
  addSelection(*this);
  addSequences(*this);
  addShape(*this);
  addSignal(*this);
  addSlice(*this);
  addSoftmax(*this);
  addStrings(*this);
  addSupportVectors(*this);
  addTrees(*this);
  addVectorizer(*this);
}

const LoweringTable &LoweringTable::get() {
  static const LoweringTable table;
  return table;
}

void LoweringTable::add(llvm::StringRef type, Lowering lowering, int first,
                        int last) {
  entries[type].push_back({first, last, lowering});
}

Lowering LoweringTable::find(const Schema &schema) const {
  // "onnx.ml.LabelEncoder.4"
  llvm::StringRef name = llvm::StringRef(schema.name).rsplit('.').first;
  name.consume_front("onnx.");
  auto entry = entries.find(name);
  if (entry == entries.end())
    return nullptr;
  for (const Entry &candidate : entry->second)
    if (schema.version >= candidate.first && schema.version <= candidate.last)
      return candidate.lowering;
  return nullptr;
}

Lowering LoweringTable::find(llvm::StringRef domain, llvm::StringRef type,
                             int version) const {
  const Schema *schema = findSchema(domain, type, version);
  return schema ? find(*schema) : nullptr;
}
