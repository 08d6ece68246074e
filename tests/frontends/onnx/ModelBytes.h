//===- ModelBytes.h - ONNX messages, byte by byte -------------------------===//
//
// Small models for tests, written without protobuf so that each byte can be
// wrong.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_FRONTENDS_ONNX_MODELBYTES_H
#define LLM_TESTS_FRONTENDS_ONNX_MODELBYTES_H

#include "frontends/onnx/Wire.h"
#include "frontends/onnx/WireScan.h"

namespace llm::onnx {

/// A message as it grows: message().number(1, 8).text(2, "name").
struct MessageBytes : std::string {
  MessageBytes &number(uint32_t field, uint64_t value) {
    writeVarint(*this, field, value);
    return *this;
  }
  MessageBytes &text(uint32_t field, std::string_view value) {
    writeBytes(*this, field, value);
    return *this;
  }
  MessageBytes &numbers(uint32_t field, const std::vector<uint64_t> &values) {
    std::string run;
    for (uint64_t value : values)
      writeVarint(run, value);
    return text(field, run);
  }
};

/// A TensorProto of floats: dims, data_type, name, and what else is added.
inline MessageBytes tensor(const std::vector<uint64_t> &dims,
                           uint64_t type = 1) {
  return MessageBytes().numbers(1, dims).number(2, type).text(8, "w");
}

inline std::string entry(std::string_view key, std::string_view value) {
  return MessageBytes().text(1, key).text(2, value);
}

/// A tensor whose data lie in another file.
inline MessageBytes externalTensor(const std::vector<uint64_t> &dims,
                                   std::string_view location) {
  return tensor(dims).number(14, 1).text(13, entry("location", location));
}

/// A model with one Identity node and the tensors as initializers.
inline std::string modelOf(const std::vector<std::string> &tensors) {
  MessageBytes node, graph, model, opset;
  node.text(1, "x").text(2, "y").text(3, "copy").text(4, "Identity");
  graph.text(1, node).text(2, "graph");
  for (const std::string &tensor : tensors)
    graph.text(5, tensor);
  opset.number(2, 21);
  model.number(1, 10).text(7, graph).text(8, opset);
  return model;
}

} // namespace llm::onnx

#endif // LLM_TESTS_FRONTENDS_ONNX_MODELBYTES_H
