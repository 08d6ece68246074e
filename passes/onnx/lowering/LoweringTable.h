//===- LoweringTable.h - Which function lowers which op --------*- C++ -*-===//
//
// One line an op, in the file of its category. A new category is a file with
// an add<Category>() that LoweringTable.cpp calls.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_LOWERINGTABLE_H
#define LLM_PASSES_ONNX_LOWERING_LOWERINGTABLE_H

#include "dialects/onnx/OnnxOp.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringMap.h"

namespace llm::onnx {

class GraphLowering;

/// Writes one op out. Failure after a diagnostic at the op.
using Lowering = mlir::LogicalResult (*)(OnnxOp, GraphLowering &);

class LoweringTable {
public:
  static const LoweringTable &get();

  /// Lowers op `type` from since_version `first` on, up to and including
  /// `last`. Other domains: "ml.LabelEncoder", "microsoft.FastGelu",
  /// "training.Adam".
  void add(llvm::StringRef type, Lowering lowering, int first = 1,
           int last = 1 << 20);

  /// Null if there is none.
  Lowering find(const Schema &schema) const;
  Lowering find(llvm::StringRef domain, llvm::StringRef type,
                int version) const;

private:
  LoweringTable();
  struct Entry {
    int first, last;
    Lowering lowering;
  };
  llvm::StringMap<llvm::SmallVector<Entry, 1>> entries;
};

// One function a category.
void addArrangement(LoweringTable &table);
void addAttention(LoweringTable &table);
void addBitCast(LoweringTable &table);
void addControlFlow(LoweringTable &table);
void addConvolution(LoweringTable &table);
void addCumulative(LoweringTable &table);
void addDeterminant(LoweringTable &table);
void addEinsum(LoweringTable &table);
void addElementwise(LoweringTable &table);
void addGather(LoweringTable &table);
void addLoss(LoweringTable &table);
void addMatMul(LoweringTable &table);
void addMicrosoftAttention(LoweringTable &table);
void addMicrosoftExperts(LoweringTable &table);
void addMicrosoftNormalization(LoweringTable &table);
void addMicrosoftProducts(LoweringTable &table);
void addMicrosoftQuantized(LoweringTable &table);
void addNonMaxSuppression(LoweringTable &table);
void addNormalization(LoweringTable &table);
void addOptimizer(LoweringTable &table);
void addPad(LoweringTable &table);
void addPooling(LoweringTable &table);
void addQuantization(LoweringTable &table);
void addRandom(LoweringTable &table);
void addRecurrent(LoweringTable &table);
void addReduction(LoweringTable &table);
void addResize(LoweringTable &table);
void addRotaryEmbedding(LoweringTable &table);
void addSampling(LoweringTable &table);
void addScatter(LoweringTable &table);
void addSelection(LoweringTable &table);
void addSequences(LoweringTable &table);
void addShape(LoweringTable &table);
void addSignal(LoweringTable &table);
void addSlice(LoweringTable &table);
void addSoftmax(LoweringTable &table);
void addStrings(LoweringTable &table);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_LOWERINGTABLE_H
