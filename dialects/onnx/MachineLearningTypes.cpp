//===- MachineLearningTypes.cpp - Results of ai.onnx.ml -------------------===//
//
// See MachineLearningTypes.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MachineLearningTypes.h"

#include "onnx/onnx_pb.h"

using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TensorShapeProto;
using ::onnx::TypeProto;

namespace llm::onnx {

static bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

/// Labels are numbers unless texts are given.
static int labelType(const NodeProto &node) {
  for (const auto &attribute : node.attribute())
    if (attribute.name() == "classlabels_strings" &&
        attribute.strings_size() != 0)
      return TensorProto::STRING;
  return TensorProto::INT64;
}

/// A row of results for each row of the input, where a vector is one row.
static TensorShapeProto rowsOf(const TensorShapeProto &input, bool isMatrix) {
  TensorShapeProto shape;
  if (input.dim_size() == 2)
    *shape.add_dim() = input.dim(0);
  else
    shape.add_dim()->set_dim_value(1);
  if (isMatrix)
    shape.add_dim();
  return shape;
}

void completeMachineLearningTypes(const NodeProto &node, const Schema &schema,
                                  const std::vector<const TypeProto *> &inputs,
                                  std::vector<TypeProto> &outputs) {
  if (schema.domain != "ai.onnx.ml" || inputs.empty() || !inputs[0] ||
      !inputs[0]->has_tensor_type())
    return;
  const auto &input = inputs[0]->tensor_type();
  bool isClassifier = endsWith(schema.type, "Classifier");
  bool isRegressor = endsWith(schema.type, "Regressor");
  bool isLikeInput = schema.type == "Scaler" || schema.type == "Normalizer";
  for (size_t i = 0; i < outputs.size() && i < schema.outputs.size(); ++i) {
    if (outputs[i].value_case() != TypeProto::VALUE_NOT_SET &&
        !outputs[i].has_tensor_type())
      continue;
    bool isLabel = isClassifier && i == 0;
    auto &tensor = *outputs[i].mutable_tensor_type();
    if (tensor.elem_type() == 0 && isLabel)
      tensor.set_elem_type(labelType(node));
    else if (tensor.elem_type() == 0 &&
             schema.outputs[i].typeName == "tensor(float)")
      tensor.set_elem_type(TensorProto::FLOAT);
    if (tensor.elem_type() == 0) {
      outputs[i].Clear();
      continue;
    }
    // libonnx counts classes by intercepts, which need not be given.
    if (isClassifier && i == 1 && tensor.shape().dim_size() == 2 &&
        tensor.shape().dim(1).dim_value() == 0)
      tensor.mutable_shape()->mutable_dim(1)->Clear();
    if (tensor.has_shape() || !input.has_shape())
      continue;
    if (isLikeInput)
      *tensor.mutable_shape() = input.shape();
    else if (isClassifier || isRegressor)
      *tensor.mutable_shape() = rowsOf(input.shape(), !isLabel);
  }
}

} // namespace llm::onnx
