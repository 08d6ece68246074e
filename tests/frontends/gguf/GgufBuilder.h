//===- GgufBuilder.h - Well-formed and damaged GGUF files
//------------------===//
//
// Builds the bytes of GGUF files, field by field, so that a test can write any
// number where it likes; and a tiny model of one layer.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FRONTENDS_GGUF_GGUFBUILDER_H
#define LLM_TESTS_FRONTENDS_GGUF_GGUFBUILDER_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class GgufBuilder {
public:
  // Type numbers of the format.
  enum : uint32_t {
    U8 = 0,
    U16 = 2,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    F64 = 12,
  };
  enum : uint32_t { TypeF32 = 0, TypeF16 = 1, TypeQ4_0 = 2, TypeQ8_0 = 8 };

  template <typename T> static std::string number(T value) {
    return std::string(reinterpret_cast<const char *>(&value), sizeof(value));
  }
  static std::string string(std::string_view text) {
    return number<uint64_t>(text.size()) + std::string(text);
  }

  /// A metadata pair whose value's bytes are given.
  GgufBuilder &pair(std::string_view key, uint32_t type,
                    const std::string &value) {
    pairs += string(key) + number(type) + value;
    ++pairCount;
    return *this;
  }
  GgufBuilder &u32(std::string_view key, uint32_t value) {
    return pair(key, U32, number(value));
  }
  GgufBuilder &f32(std::string_view key, float value) {
    return pair(key, F32, number(value));
  }
  GgufBuilder &boolean(std::string_view key, bool value) {
    return pair(key, Bool, number<uint8_t>(value));
  }
  GgufBuilder &text(std::string_view key, std::string_view value) {
    return pair(key, String, string(value));
  }
  GgufBuilder &array(std::string_view key, uint32_t type, uint64_t count,
                     const std::string &elements) {
    return pair(key, Array, number(type) + number(count) + elements);
  }
  GgufBuilder &strings(std::string_view key,
                       const std::vector<std::string> &values) {
    std::string elements;
    for (const std::string &value : values)
      elements += string(value);
    return array(key, String, values.size(), elements);
  }

  /// A tensor description as it lies in the file, innermost extent first.
  GgufBuilder &rawTensor(std::string_view name,
                         const std::vector<uint64_t> &extents, uint32_t type,
                         uint64_t offset) {
    infos += string(name) + number(static_cast<uint32_t>(extents.size()));
    for (uint64_t extent : extents)
      infos += number(extent);
    infos += number(type) + number(offset);
    ++tensorCount;
    return *this;
  }
  /// A tensor with its data, at the next free multiple of 32.
  GgufBuilder &tensor(std::string_view name,
                      const std::vector<uint64_t> &extents, uint32_t type,
                      size_t bytes) {
    data.resize((data.size() + 31) / 32 * 32);
    rawTensor(name, extents, type, data.size());
    data += std::string(bytes, static_cast<char>(tensorCount));
    return *this;
  }
  /// A tensor of F32.
  GgufBuilder &floats(std::string_view name,
                      const std::vector<uint64_t> &extents) {
    size_t bytes = 4;
    for (uint64_t extent : extents)
      bytes *= extent;
    return tensor(name, extents, TypeF32, bytes);
  }

  std::string build(uint32_t version = 3) const {
    return build(version, tensorCount, pairCount);
  }
  std::string build(uint32_t version, uint64_t tensors, uint64_t count) const {
    std::string file = "GGUF" + number(version) + number(tensors) +
                       number(count) + pairs + infos;
    if (!data.empty())
      file.resize((file.size() + 31) / 32 * 32);
    return file + data;
  }

  std::string pairs, infos, data;
  uint64_t pairCount = 0, tensorCount = 0;
};

/// The metadata of a tiny model of one layer, without its tensors.
inline GgufBuilder tinyMetadata(const std::string &architecture = "llama") {
  GgufBuilder builder;
  builder.text("general.architecture", architecture)
      .u32(architecture + ".block_count", 1)
      .u32(architecture + ".context_length", 64)
      .u32(architecture + ".embedding_length", 8)
      .u32(architecture + ".feed_forward_length", 6)
      .u32(architecture + ".attention.head_count", 2)
      .u32(architecture + ".attention.head_count_kv", 1)
      .f32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
  return builder;
}

/// Adds the tensors of such a model; its head dimension is 4.
inline GgufBuilder &addTinyTensors(GgufBuilder &builder) {
  return builder.floats("token_embd.weight", {8, 5})
      .floats("output_norm.weight", {8})
      .floats("blk.0.attn_norm.weight", {8})
      .floats("blk.0.ffn_norm.weight", {8})
      .floats("blk.0.attn_q.weight", {8, 8})
      .floats("blk.0.attn_k.weight", {8, 4})
      .floats("blk.0.attn_v.weight", {8, 4})
      .floats("blk.0.attn_output.weight", {8, 8})
      .floats("blk.0.ffn_gate.weight", {8, 6})
      .floats("blk.0.ffn_up.weight", {8, 6})
      .floats("blk.0.ffn_down.weight", {6, 8});
}

} // namespace llm

#endif // LLM_TESTS_FRONTENDS_GGUF_GGUFBUILDER_H
