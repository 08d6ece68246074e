//===- ModelBuilder.h - What architectures are written with ----*- C++ -*-===//
//
// Declares parameters as they are used and groups layers into kinds, so that an
// architecture reads like its reference implementation.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ARCHITECTURES_MODELBUILDER_H
#define LLM_FRONTENDS_ARCHITECTURES_MODELBUILDER_H

#include "dialects/llm/LLMDialect.h"
#include "frontends/Checkpoint.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llm {

class ModelBuilder {
public:
  ModelBuilder(mlir::ModuleOp module, const Checkpoint &checkpoint);

  mlir::ImplicitLocOpBuilder b;
  const Checkpoint &checkpoint;
  const DecoderConfig &config;

  /// The weight called `name` in the checkpoint. Inside a layer
  /// (`beginLayer`), `name` is the part after "layers.N.".
  mlir::Value weight(llvm::StringRef name);
  /// The same, or a null value if the checkpoint has none of that name.
  mlir::Value optionalWeight(llvm::StringRef name);

  mlir::RankedTensorType rows(int64_t columns);

  mlir::Value linear(mlir::Value input, llvm::StringRef name);
  mlir::Value rmsNorm(mlir::Value input, llvm::StringRef name,
                      int64_t groups = 1);
  mlir::Value layerNorm(mlir::Value input, llvm::StringRef name);
  /// Rows of the embedding by token; of the learned positions by position.
  mlir::Value embedding(mlir::Value indices, llvm::StringRef name = "embed");
  mlir::Value positions(mlir::Value tokens);
  mlir::Value rotaryTable(mlir::Value positions, const RopeConfig &rope);
  mlir::Value rope(mlir::Value input, mlir::Value table, int64_t heads);
  /// Of the layer that is being written, with its window.
  mlir::Value attention(mlir::Value q, mlir::Value k, mlir::Value v);
  /// What the config calls `hiddenAct`.
  mlir::Value activation(mlir::Value input);
  /// MLPs of which each row takes a few.
  mlir::Value experts(mlir::Value input);
  mlir::Value scale(mlir::Value input, float factor);
  /// Logits, by a matrix of its own or the embedding's.
  mlir::Value head(mlir::Value hidden);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);

  /// Repeats the layers: `body` writes the layer of number `layer` (the first
  /// of its kind). Layers are of one kind when their weights have equal types
  /// and `trait` gives them equal numbers.
  mlir::Value repeatLayers(
      mlir::Value hidden, llvm::function_ref<int64_t(int64_t layer)> trait,
      llvm::function_ref<mlir::Value(mlir::Value hidden, int64_t layer)> body);

private:
  mlir::Type typeOf(const SourceTensor &tensor);
  const SourceTensor *find(llvm::StringRef name, int64_t layer) const;
  std::string signature(int64_t layer) const;

  mlir::ModuleOp module;
  int64_t layer = -1;     ///< the layer being written, or -1
  mlir::Value layerIndex; ///< its index as a value
};

/// Inverse frequencies of rotary embedding, and the factor on cosines and
/// sines, as the reference computes them (f32).
struct RotaryFrequencies {
  llvm::SmallVector<float> inverse;
  llvm::SmallVector<float> longInverse; ///< of long contexts, where others hold
  float scale = 1.0f;
};
RotaryFrequencies rotaryFrequencies(const RopeConfig &rope, int64_t headDim);

} // namespace llm

#endif // LLM_FRONTENDS_ARCHITECTURES_MODELBUILDER_H
