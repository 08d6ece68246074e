//===- PinShapes.cpp - Extents that the user gives ------------------------===//
//
// See PinShapes.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/PinShapes.h"

#include "frontends/ErrorText.h"
#include "frontends/onnx/importer/Types.h"

#include "onnx/onnx_pb.h"

#include <map>

namespace llm::onnx {

using ::onnx::ValueInfoProto;

std::string pinShapes(
    const std::vector<std::pair<std::string, std::vector<int64_t>>> &shapes,
    ::onnx::ModelProto &model) {
  std::map<std::string, int64_t> settled;
  auto &inputs = *model.mutable_graph()->mutable_input();
  for (const auto &[name, extents] : shapes) {
    ValueInfoProto *input = nullptr;
    std::string names;
    for (ValueInfoProto &one : inputs) {
      names += (names.empty() ? "" : ", ") + quoteName(one.name());
      if (one.name() == name)
        input = &one;
    }
    std::string where = "the shape given for " + quoteName(name);
    if (!input)
      return where + " has no input of that name; accepted: " + names;
    if (!input->type().has_tensor_type())
      return where + ": the input is no tensor";
    auto *tensor = input->mutable_type()->mutable_tensor_type();
    bool ranked = tensor->has_shape();
    auto *shape = tensor->mutable_shape();
    if (ranked && shape->dim_size() != static_cast<int>(extents.size()))
      return where + " has " + std::to_string(extents.size()) +
             " extents; accepted: " + std::to_string(shape->dim_size());
    while (shape->dim_size() < static_cast<int>(extents.size()))
      shape->add_dim();
    for (size_t i = 0; i < extents.size(); ++i) {
      auto *dimension = shape->mutable_dim(static_cast<int>(i));
      if (extents[i] < 0) {
        if (dimension->has_dim_value())
          dimension->Clear();
        continue;
      }
      if (std::string name = nameOf(*dimension).str(); !name.empty()) {
        auto [known, isNew] = settled.try_emplace(name, extents[i]);
        if (!isNew && known->second != extents[i])
          return where + " gives " + quoteName(name) + " the extent " +
                 std::to_string(extents[i]) + "; another gives it " +
                 std::to_string(known->second);
      }
      dimension->set_dim_value(extents[i]);
    }
  }
  for (ValueInfoProto &input : inputs)
    if (input.type().tensor_type().has_shape())
      for (auto &dimension : *input.mutable_type()
                                  ->mutable_tensor_type()
                                  ->mutable_shape()
                                  ->mutable_dim()) {
        auto found = settled.find(nameOf(dimension).str());
        if (found != settled.end())
          dimension.set_dim_value(found->second);
      }
  return "";
}

} // namespace llm::onnx
