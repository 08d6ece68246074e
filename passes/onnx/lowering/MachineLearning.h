//===- MachineLearning.h - Categories of ai.onnx.ml ------------*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_MACHINELEARNING_H
#define LLM_PASSES_ONNX_LOWERING_MACHINELEARNING_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

class LoweringTable;

void addFeatures(LoweringTable &table);
void addLinearModels(LoweringTable &table);
void addSupportVectors(LoweringTable &table);
void addTrees(LoweringTable &table);
void addVectorizer(LoweringTable &table);

/// The input X as f32, [rows, features]: one row of a rank below 2.
mlir::FailureOr<Tensor> featureRows(OnnxOp op, GraphLowering &g,
                                    int64_t features);

/// What scores of classes, [rows, classes] of floats, become at the end: NONE,
/// SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT.
mlir::FailureOr<Tensor> transformScores(OnnxOp op, GraphLowering &g,
                                        Tensor scores, llvm::StringRef kind);

/// The place of the largest score of each row, the first of equal ones (i64).
Tensor largestScores(GraphLowering &g, Tensor scores);

/// The labels of classes by number: the integers if there are any, else the
/// texts.
Tensor labelsOf(GraphLowering &g, Tensor numbers,
                llvm::ArrayRef<int64_t> integers,
                llvm::ArrayRef<llvm::StringRef> texts);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_MACHINELEARNING_H
