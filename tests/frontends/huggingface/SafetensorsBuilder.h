//===- SafetensorsBuilder.h - Well-formed and damaged safetensors
//----------===//
//
// Builds the bytes of safetensors files, and a tiny Llama folder, for tests.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FRONTENDS_HUGGINGFACE_SAFETENSORSBUILDER_H
#define LLM_TESTS_FRONTENDS_HUGGINGFACE_SAFETENSORSBUILDER_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace llm {

struct BuiltTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::string dtype = "F32";
};

/// A file of any header, right or wrong, and zero bytes of data.
inline std::string rawSafetensors(const std::string &header, size_t dataBytes) {
  std::string file;
  uint64_t length = header.size();
  for (int i = 0; i < 8; ++i)
    file += static_cast<char>(length >> (8 * i));
  return file + header + std::string(dataBytes, '\0');
}

/// A well-formed file. Byte i of tensor t is t + i, so that tensors differ.
inline std::string buildSafetensors(const std::vector<BuiltTensor> &tensors) {
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}", data;
  for (size_t t = 0; t < tensors.size(); ++t) {
    const BuiltTensor &tensor = tensors[t];
    size_t bytes = tensor.dtype == "F32" ? 4 : 2;
    std::string shape;
    for (int64_t extent : tensor.shape) {
      bytes *= static_cast<size_t>(extent);
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    }
    header += ",\"" + tensor.name + "\":{\"dtype\":\"" + tensor.dtype +
              "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
              std::to_string(data.size()) + "," +
              std::to_string(data.size() + bytes) + "]}";
    for (size_t i = 0; i < bytes; ++i)
      data += static_cast<char>(t + i);
  }
  header += "}";
  while (header.size() % 8 != 0)
    header += ' ';
  std::string file = rawSafetensors(header, 0);
  return file + data;
}

/// The tensors of kTinyConfig's model.
inline std::vector<BuiltTensor> tinyTensors(const std::string &dtype = "F32") {
  std::string layer = "model.layers.0.";
  return {
      {"lm_head.weight", {5, 4}, dtype},
      {"model.embed_tokens.weight", {5, 4}, dtype},
      {layer + "input_layernorm.weight", {4}, dtype},
      {layer + "mlp.down_proj.weight", {4, 6}, dtype},
      {layer + "mlp.gate_proj.weight", {6, 4}, dtype},
      {layer + "mlp.up_proj.weight", {6, 4}, dtype},
      {layer + "post_attention_layernorm.weight", {4}, dtype},
      {layer + "self_attn.k_proj.weight", {4, 4}, dtype},
      {layer + "self_attn.o_proj.weight", {4, 8}, dtype},
      {layer + "self_attn.q_proj.weight", {8, 4}, dtype},
      {layer + "self_attn.v_proj.weight", {4, 4}, dtype},
      {"model.norm.weight", {4}, dtype},
  };
}

/// Of a Llama of one layer; `more` are further members, each after a comma.
inline std::string tinyConfig(const std::string &more = "") {
  return "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\","
         "\"vocab_size\":5,\"hidden_size\":4,\"intermediate_size\":6,"
         "\"num_hidden_layers\":1,\"num_attention_heads\":2,"
         "\"num_key_value_heads\":1,\"head_dim\":4,"
         "\"max_position_embeddings\":64" +
         more + "}";
}

/// Drops the tensor of that name.
inline std::vector<BuiltTensor> without(std::vector<BuiltTensor> tensors,
                                        const std::string &name) {
  std::vector<BuiltTensor> rest;
  for (BuiltTensor &tensor : tensors)
    if (tensor.name != name)
      rest.push_back(std::move(tensor));
  return rest;
}

} // namespace llm

#endif // LLM_TESTS_FRONTENDS_HUGGINGFACE_SAFETENSORSBUILDER_H
