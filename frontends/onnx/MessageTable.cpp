//===- MessageTable.cpp - The messages of an ONNX file --------------------===//
//
// See MessageTable.h. Not listed, hence dropped: doc_string, metadata_props
// (exporters fill them with stack traces), quantization and device annotations,
// and training_info, which is no part of the inference graph.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/MessageTable.h"

namespace llm::onnx {

const char *messageName(Message message) {
  switch (message) {
  case Message::Model:
    return "ModelProto";
  case Message::Graph:
    return "GraphProto";
  case Message::Node:
    return "NodeProto";
  case Message::Attribute:
    return "AttributeProto";
  case Message::Tensor:
    return "TensorProto";
  case Message::SparseTensor:
    return "SparseTensorProto";
  case Message::ValueInfo:
    return "ValueInfoProto";
  case Message::Type:
  case Message::TensorType:
  case Message::ElementType:
  case Message::MapType:
  case Message::OpaqueType:
    return "TypeProto";
  case Message::Shape:
  case Message::Dimension:
    return "TensorShapeProto";
  case Message::OpsetId:
    return "OperatorSetIdProto";
  case Message::Function:
    return "FunctionProto";
  }
  return "";
}

static Field modelField(uint32_t number) {
  switch (number) {
  case 1: // ir_version
  case 5: // model_version
    return {Field::Number};
  case 2: // producer_name
  case 3: // producer_version
  case 4: // domain
    return {Field::Name};
  case 7:
    return {Field::One, Message::Graph};
  case 8:
    return {Field::Many, Message::OpsetId};
  case 25:
    return {Field::Many, Message::Function};
  }
  return {};
}

static Field graphField(uint32_t number) {
  switch (number) {
  case 1:
    return {Field::Many, Message::Node};
  case 2: // name
    return {Field::Name};
  case 5: // initializer
    return {Field::Many, Message::Tensor};
  case 11: // input
  case 12: // output
  case 13: // value_info
    return {Field::Many, Message::ValueInfo};
  case 15: // sparse_initializer
    return {Field::Many, Message::SparseTensor};
  }
  return {};
}

static Field nodeField(uint32_t number) {
  switch (number) {
  case 1: // input
  case 2: // output
  case 3: // name
  case 4: // op_type
  case 7: // domain
  case 8: // overload
    return {Field::Name};
  case 5:
    return {Field::Many, Message::Attribute};
  }
  return {};
}

static Field attributeField(uint32_t number) {
  switch (number) {
  case 1:  // name
  case 21: // ref_attr_name
    return {Field::Name};
  case 2: // f
    return {Field::Float};
  case 3:  // i
  case 20: // type
    return {Field::Number};
  case 4: // s
  case 9: // strings
    return {Field::Text};
  case 5: // t
    return {Field::One, Message::Tensor};
  case 6: // g
    return {Field::One, Message::Graph};
  case 7: // floats
    return {Field::Floats};
  case 8: // ints
    return {Field::Numbers};
  case 10: // tensors
    return {Field::Many, Message::Tensor};
  case 11: // graphs
    return {Field::Many, Message::Graph};
  case 14: // tp
    return {Field::One, Message::Type};
  case 15: // type_protos
    return {Field::Many, Message::Type};
  case 22: // sparse_tensor
    return {Field::One, Message::SparseTensor};
  case 23: // sparse_tensors
    return {Field::Many, Message::SparseTensor};
  }
  return {};
}

static Field functionField(uint32_t number) {
  switch (number) {
  case 1:  // name
  case 4:  // input
  case 5:  // output
  case 6:  // attribute
  case 10: // domain
  case 13: // overload
    return {Field::Name};
  case 7:
    return {Field::Many, Message::Node};
  case 9:
    return {Field::Many, Message::OpsetId};
  case 11: // attribute_proto
    return {Field::Many, Message::Attribute};
  }
  return {};
}

static Field typeField(uint32_t number) {
  switch (number) {
  case 1: // tensor_type
  case 8: // sparse_tensor_type
    return {Field::One, Message::TensorType};
  case 4: // sequence_type
  case 9: // optional_type
    return {Field::One, Message::ElementType};
  case 5:
    return {Field::One, Message::MapType};
  case 7:
    return {Field::One, Message::OpaqueType};
  }
  return {};
}

Field fieldOf(Message message, uint32_t number) {
  switch (message) {
  case Message::Model:
    return modelField(number);
  case Message::Graph:
    return graphField(number);
  case Message::Node:
    return nodeField(number);
  case Message::Attribute:
    return attributeField(number);
  case Message::Tensor: // read by hand
    return {};
  case Message::SparseTensor:
    if (number == 1 || number == 2) // values, indices
      return {Field::One, Message::Tensor};
    return number == 3 ? Field{Field::Numbers} : Field{};
  case Message::ValueInfo:
    if (number == 1)
      return {Field::Name};
    return number == 2 ? Field{Field::One, Message::Type} : Field{};
  case Message::Type:
    return typeField(number);
  case Message::TensorType:
    if (number == 1)
      return {Field::Number};
    return number == 2 ? Field{Field::One, Message::Shape} : Field{};
  case Message::ElementType:
    return number == 1 ? Field{Field::One, Message::Type} : Field{};
  case Message::MapType:
    if (number == 1)
      return {Field::Number};
    return number == 2 ? Field{Field::One, Message::Type} : Field{};
  case Message::OpaqueType:
    return number == 1 || number == 2 ? Field{Field::Name} : Field{};
  case Message::Shape:
    return number == 1 ? Field{Field::Many, Message::Dimension} : Field{};
  case Message::Dimension:
    if (number == 1)
      return {Field::Number};
    return number == 2 ? Field{Field::Name} : Field{};
  case Message::OpsetId:
    if (number == 1)
      return {Field::Name};
    return number == 2 ? Field{Field::Number} : Field{};
  case Message::Function:
    return functionField(number);
  }
  return {};
}

} // namespace llm::onnx
