//===- RankRules.cpp - Corrections to what libonnx infers -----------------===//
//
// See RankRules.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RankRules.h"

#include "onnx/onnx_pb.h"

#include <algorithm>
#include <optional>

using ::onnx::NodeProto;
using ::onnx::TensorShapeProto;
using ::onnx::TypeProto;

namespace llm::onnx {

namespace {

class Rules {
public:
  Rules(const NodeProto &node, const Schema &schema,
        const std::vector<const TypeProto *> &inputs)
      : node(node), type(schema.type), inputs(inputs) {}

  /// The shape that all results have; nothing: no rule tells.
  std::optional<TensorShapeProto> shape() const {
    if (type == "Reshape")
      return ofRank(length(1));
    if (type == "ConstantOfShape")
      return ofRank(length(0));
    if (type == "Expand") {
      std::optional<int64_t> data = rank(0), wanted = length(1);
      return ofRank(data && wanted ? std::optional(std::max(*data, *wanted))
                                   : std::nullopt);
    }
    if (type == "Split")
      return withUnknown(0, integer("axis", 0));
    if (type == "Tile" || type == "Pad" || type == "Slice" ||
        type == "Resize" || type == "Upsample")
      return ofRank(rank(0));
    if (type.substr(0, 6) == "Reduce")
      return reduced();
    if (type == "Squeeze" || type == "Unsqueeze") {
      std::optional<int64_t> data = rank(0), axes = length(1);
      if (!data || !axes)
        return std::nullopt;
      return ofRank(type == "Squeeze" ? *data - *axes : *data + *axes);
    }
    return std::nullopt;
  }

private:
  const TensorShapeProto *shapeOf(size_t input) const {
    if (input >= inputs.size() || !inputs[input] ||
        !inputs[input]->tensor_type().has_shape())
      return nullptr;
    return &inputs[input]->tensor_type().shape();
  }
  std::optional<int64_t> rank(size_t input) const {
    const TensorShapeProto *shape = shapeOf(input);
    return shape ? std::optional<int64_t>(shape->dim_size()) : std::nullopt;
  }
  /// Of a vector; one longer than any rank is of no use.
  std::optional<int64_t> length(size_t input) const {
    const TensorShapeProto *shape = shapeOf(input);
    if (!shape || shape->dim_size() != 1 || !shape->dim(0).has_dim_value() ||
        shape->dim(0).dim_value() < 0 || shape->dim(0).dim_value() > 32)
      return std::nullopt;
    return shape->dim(0).dim_value();
  }
  int64_t integer(const char *name, int64_t otherwise) const {
    for (const auto &attribute : node.attribute())
      if (attribute.name() == name)
        return attribute.i();
    return otherwise;
  }
  static std::optional<TensorShapeProto> ofRank(std::optional<int64_t> rank) {
    if (!rank || *rank < 0)
      return std::nullopt;
    TensorShapeProto shape;
    while (shape.dim_size() < *rank)
      shape.add_dim();
    return shape;
  }
  std::optional<TensorShapeProto> withUnknown(size_t input,
                                              int64_t axis) const {
    const TensorShapeProto *known = shapeOf(input);
    if (!known)
      return std::nullopt;
    axis += axis < 0 ? known->dim_size() : 0;
    if (axis < 0 || axis >= known->dim_size())
      return std::nullopt;
    TensorShapeProto shape = *known;
    shape.mutable_dim(static_cast<int>(axis))->Clear();
    return shape;
  }
  std::optional<TensorShapeProto> reduced() const {
    std::optional<int64_t> data = rank(0);
    if (!data || integer("keepdims", 1) != 0)
      return ofRank(data);
    // No axes at all mean every axis, or none.
    std::optional<int64_t> axes = length(1);
    if (!axes || *axes == 0)
      return std::nullopt;
    return ofRank(*data - *axes);
  }

  const NodeProto &node;
  std::string_view type;
  const std::vector<const TypeProto *> &inputs;
};

} // namespace

void completeRanks(const NodeProto &node, const Schema &schema,
                   const std::vector<const TypeProto *> &inputs,
                   std::vector<TypeProto> &outputs) {
  if (!schema.domain.empty())
    return;
  for (TypeProto &output : outputs) {
    if (!output.has_tensor_type() || output.tensor_type().has_shape())
      continue;
    if (std::optional<TensorShapeProto> shape =
            Rules(node, schema, inputs).shape())
      *output.mutable_tensor_type()->mutable_shape() = *shape;
  }
}

/// Whether the extent exists and has no number.
static bool isUnknown(const TypeProto *type, int axis) {
  if (!type || !type->tensor_type().has_shape())
    return false;
  const TensorShapeProto &shape = type->tensor_type().shape();
  return axis < shape.dim_size() && !shape.dim(axis).has_dim_value();
}

static bool hasUnknown(const TypeProto *type) {
  for (int axis = 0; type && axis < type->tensor_type().shape().dim_size();
       ++axis)
    if (isUnknown(type, axis))
      return true;
  return false;
}

void dropGuesses(const NodeProto &node, const Schema &schema,
                 const std::vector<const TypeProto *> &inputs,
                 std::vector<TypeProto> &outputs) {
  if (std::none_of(inputs.begin(), inputs.end(), hasUnknown))
    return;
  for (TypeProto &output : outputs)
    if (output.has_tensor_type() && output.tensor_type().has_shape())
      for (auto &dim :
           *output.mutable_tensor_type()->mutable_shape()->mutable_dim())
        if (dim.has_dim_value() && dim.dim_value() <= 0)
          dim.clear_value();
  // Its scores are over the past too.
  if (schema.domain.empty() && schema.type == "Attention" &&
      inputs.size() > 4 && isUnknown(inputs[4], 2) && outputs.size() > 3) {
    TensorShapeProto &scores =
        *outputs[3].mutable_tensor_type()->mutable_shape();
    if (scores.dim_size() == 4)
      scores.mutable_dim(3)->clear_value();
  }
}

} // namespace llm::onnx
