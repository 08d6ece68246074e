//===- ProtoConversion.cpp - Types and values as protobuf has them --------===//

#include "dialects/onnx/ProtoConversion.h"

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"

#include "onnx/onnx_pb.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

namespace llm::onnx {

static Type fromTensor(const TypeProto::Tensor &tensor, MLIRContext *context) {
  Type element = elementType(tensor.elem_type(), context);
  if (!element || !tensor.has_shape())
    return element ? Type(UnrankedTensorType::get(element)) : Type();
  SmallVector<int64_t> dims;
  for (const auto &dim : tensor.shape().dim()) {
    bool isKnown = dim.has_dim_value() && dim.dim_value() >= 0;
    dims.push_back(isKnown ? dim.dim_value() : ShapedType::kDynamic);
  }
  return RankedTensorType::get(dims, element);
}

Type fromProto(const TypeProto &type, MLIRContext *context) {
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    return fromTensor(type.tensor_type(), context);
  case TypeProto::kSequenceType: {
    Type element = fromProto(type.sequence_type().elem_type(), context);
    return element ? SequenceType::get(context, element) : Type();
  }
  case TypeProto::kOptionalType: {
    Type element = fromProto(type.optional_type().elem_type(), context);
    return element ? OptionalType::get(context, element) : Type();
  }
  case TypeProto::kMapType: {
    Type key = elementType(type.map_type().key_type(), context);
    Type value = fromProto(type.map_type().value_type(), context);
    return key && value ? MapType::get(context, key, value) : Type();
  }
  default:
    return Type();
  }
}

bool toProto(Type type, TypeProto &proto) {
  return llvm::TypeSwitch<Type, bool>(type)
      .Case([&](TensorType tensor) {
        auto *to = proto.mutable_tensor_type();
        to->set_elem_type(dataType(tensor.getElementType()));
        if (tensor.hasRank())
          to->mutable_shape();
        if (tensor.hasRank())
          for (int64_t dim : tensor.getShape()) {
            auto *added = to->mutable_shape()->add_dim();
            if (!ShapedType::isDynamic(dim))
              added->set_dim_value(dim);
          }
        return to->elem_type() != 0;
      })
      .Case([&](SequenceType sequence) {
        return toProto(sequence.getElement(),
                       *proto.mutable_sequence_type()->mutable_elem_type());
      })
      .Case([&](OptionalType optional) {
        return toProto(optional.getElement(),
                       *proto.mutable_optional_type()->mutable_elem_type());
      })
      .Case([&](MapType map) {
        proto.mutable_map_type()->set_key_type(dataType(map.getKey()));
        return toProto(map.getValue(),
                       *proto.mutable_map_type()->mutable_value_type());
      })
      .Default([](Type) { return false; });
}

bool toProto(DenseElementsAttr value, TensorProto &proto) {
  int element = dataType(value.getElementType());
  proto.set_data_type(element);
  for (int64_t dim : value.getType().getShape())
    proto.add_dims(dim);
  if (auto strings = dyn_cast<DenseStringElementsAttr>(value)) {
    for (StringRef text : strings.getValues<StringRef>())
      proto.add_string_data(text.data(), text.size());
    return element != 0;
  }
  unsigned width = value.getElementType().isIntOrFloat()
                       ? value.getElementType().getIntOrFloatBitWidth()
                       : 0;
  if (!element || (width % 8 && width != 1))
    return false; // complex and packed values: no inference reads them
  std::string &bytes = *proto.mutable_raw_data();
  auto append = [&](const APInt &bits) {
    uint64_t number = bits.getZExtValue();
    bytes.append(reinterpret_cast<const char *>(&number), (width + 7) / 8);
  };
  if (isa<FloatType>(value.getElementType()))
    for (const APFloat &number : value.getValues<APFloat>())
      append(number.bitcastToAPInt());
  else
    for (const APInt &number : value.getValues<APInt>())
      append(number);
  return true;
}

bool toProto(StringRef name, Attribute value, AttributeProto &proto) {
  proto.set_name(name.str());
  return llvm::TypeSwitch<Attribute, bool>(value)
      .Case([&](IntegerAttr integer) {
        proto.set_type(AttributeProto::INT);
        proto.set_i(integer.getInt());
        return true;
      })
      .Case([&](FloatAttr real) {
        proto.set_type(AttributeProto::FLOAT);
        proto.set_f(float(real.getValueAsDouble()));
        return true;
      })
      .Case([&](StringAttr text) {
        proto.set_type(AttributeProto::STRING);
        proto.set_s(text.str());
        return true;
      })
      .Case([&](DenseI64ArrayAttr integers) {
        proto.set_type(AttributeProto::INTS);
        for (int64_t integer : integers.asArrayRef())
          proto.add_ints(integer);
        return true;
      })
      .Case([&](DenseF32ArrayAttr reals) {
        proto.set_type(AttributeProto::FLOATS);
        for (float real : reals.asArrayRef())
          proto.add_floats(real);
        return true;
      })
      .Case([&](ArrayAttr texts) {
        proto.set_type(AttributeProto::STRINGS);
        for (StringAttr text : texts.getAsRange<StringAttr>())
          proto.add_strings(text.str());
        return true;
      })
      .Case([&](DenseElementsAttr tensor) {
        proto.set_type(AttributeProto::TENSOR);
        return toProto(tensor, *proto.mutable_t());
      })
      .Case([&](TypeAttr type) {
        proto.set_type(AttributeProto::TYPE_PROTO);
        return toProto(type.getValue(), *proto.mutable_tp());
      })
      .Default([](Attribute) { return false; });
}

bool toProto(OnnxOp op, NodeProto &node) {
  node.set_op_type(op.type().str());
  node.set_domain(op.domain().str());
  unsigned number = 0;
  for (const SchemaParameter &parameter : op.schema().inputs) {
    size_t count = op.inputs(parameter.name).size();
    for (size_t index = 0; index < count; ++index)
      node.add_input("i" + std::to_string(number++));
    if (!count && parameter.option != SchemaParameter::Option::Variadic)
      node.add_input("");
  }
  number = 0;
  for (const SchemaParameter &parameter : op.schema().outputs) {
    size_t count = op.outputs(parameter.name).size();
    for (size_t index = 0; index < count; ++index)
      node.add_output("o" + std::to_string(number++));
    if (!count && parameter.option != SchemaParameter::Option::Variadic)
      node.add_output("");
  }
  // Inference of some ops counts names.
  while (node.input_size() && node.input(node.input_size() - 1).empty())
    node.mutable_input()->RemoveLast();
  while (node.output_size() && node.output(node.output_size() - 1).empty())
    node.mutable_output()->RemoveLast();
  for (const SchemaAttribute &attribute : op.schema().attributes)
    if (Attribute value = op.operation()->getDiscardableAttr(attribute.name))
      if (!toProto(attribute.name, value, *node.add_attribute()))
        return false;
  return true;
}

} // namespace llm::onnx
