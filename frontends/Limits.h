//===- Limits.h - How large a model file's numbers may be -----------------===//
//
// Caps on what an untrusted file may ask for. They are far above any published
// model of these families and low enough that products of a few of them stay
// inside 63 bits and that a hostile file cannot make us build an absurd plan.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_LIMITS_H
#define LLM_FRONTENDS_LIMITS_H

#include <cstddef>
#include <cstdint>

namespace llm::limits {

// A decoder's sizes.
constexpr int64_t kMaxLayers = 4096;
constexpr int64_t kMaxWidth = 1 << 20; ///< hidden and intermediate size
constexpr int64_t kMaxHeads = 1 << 14;
constexpr int64_t kMaxExperts = 1 << 12;
constexpr int64_t kMaxHeadDim = 1 << 14;
constexpr int64_t kMaxVocab = 1 << 23;
constexpr int64_t kMaxPosition = int64_t(1) << 31;

// Files beside the weights.
constexpr uint64_t kMaxConfigBytes = uint64_t(64) << 20;
constexpr uint64_t kMaxTokenizerBytes = uint64_t(512) << 20;
constexpr uint64_t kMaxTemplateBytes = uint64_t(4) << 20;
constexpr unsigned kMaxJsonDepth = 64;
constexpr size_t kMaxShards = 4096;

/// The safetensors format's own cap.
constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;
constexpr size_t kMaxTensorName = 1024;
constexpr size_t kMaxRank = 8;

// GGUF. Key, name and rank caps are the format's own.
constexpr uint64_t kMaxGgufKeys = 1 << 16;
constexpr uint64_t kMaxGgufTensors = 1 << 17;
constexpr uint64_t kMaxGgufKeyBytes = 65535;
constexpr uint64_t kMaxGgufNameBytes = 64;
constexpr uint32_t kMaxGgufRank = 4;
constexpr uint64_t kMaxGgufStringBytes = uint64_t(64) << 20;
constexpr uint64_t kMaxGgufAlignment = 1 << 20;
constexpr size_t kMaxMerges = 1 << 24;

// ONNX. What remains of a model without its large tensors is held in memory.
constexpr uint64_t kMaxOnnxModelBytes = uint64_t(256) << 20;
constexpr uint64_t kMaxOnnxFields = 1 << 23; ///< names, texts and messages
constexpr uint64_t kMaxOnnxNodes = 1 << 20;
/// Messages inside messages: a graph in a node's attribute is three deeper.
/// Protobuf itself reads 100.
constexpr unsigned kMaxOnnxDepth = 90;
constexpr size_t kMaxOnnxRank = 32;
constexpr size_t kMaxOnnxName = 1 << 14;
/// Objects hold no longer ones.
constexpr size_t kMaxDimensionName = 255;
/// Larger tensors are streamed from the file when weights are packed.
constexpr uint64_t kMaxOnnxConstantBytes = 64 << 10;

/// Lines of one error message; the rest is counted.
constexpr size_t kMaxProblems = 500;

} // namespace llm::limits

#endif // LLM_FRONTENDS_LIMITS_H
