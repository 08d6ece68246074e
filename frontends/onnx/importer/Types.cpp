//===- Types.cpp - ONNX's types in MLIR -----------------------------------===//
//
// See Types.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Types.h"

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"
#include "frontends/CheckedMath.h"
#include "frontends/Limits.h"

using namespace mlir;
using ::onnx::TensorShapeProto;
using ::onnx::TypeProto;

namespace llm::onnx {

static Type convertTensor(const TypeProto::Tensor &tensor, MLIRContext *context,
                          std::string &reason) {
  Type element = elementType(tensor.elem_type(), context);
  if (!element) {
    reason = "element type " + std::to_string(tensor.elem_type()) +
             ", which ONNX does not define";
    return {};
  }
  if (!tensor.has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> shape;
  // The bytes of any tensor, with room for the widest element, have to fit.
  int64_t bytes = 16;
  for (const auto &dimension : tensor.shape().dim()) {
    bool known = dimension.has_dim_value() && dimension.dim_value() >= 0;
    shape.push_back(known ? dimension.dim_value() : ShapedType::kDynamic);
    std::optional<int64_t> product =
        known && dimension.dim_value() > 0
            ? checkedMul<int64_t>(bytes, dimension.dim_value())
            : bytes;
    if (!product) {
      reason = "a shape of more bytes than 63 bits can count";
      return {};
    }
    bytes = *product;
  }
  if (shape.size() > limits::kMaxOnnxRank) {
    reason = "a shape of " + std::to_string(shape.size()) +
             " dimensions; accepted: at most " +
             std::to_string(limits::kMaxOnnxRank);
    return {};
  }
  return RankedTensorType::get(shape, element);
}

Type convertType(const TypeProto &type, MLIRContext *context,
                 std::string &reason) {
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    return convertTensor(type.tensor_type(), context, reason);
  case TypeProto::kSequenceType: {
    Type element =
        convertType(type.sequence_type().elem_type(), context, reason);
    return element ? Type(SequenceType::get(context, element)) : Type();
  }
  case TypeProto::kOptionalType: {
    Type element =
        convertType(type.optional_type().elem_type(), context, reason);
    return element ? Type(OptionalType::get(context, element)) : Type();
  }
  case TypeProto::kMapType: {
    Type key = elementType(type.map_type().key_type(), context);
    Type value = convertType(type.map_type().value_type(), context, reason);
    if (!key || !value)
      return {};
    return MapType::get(context, key, value);
  }
  case TypeProto::kSparseTensorType:
    reason = "a sparse tensor; not supported yet";
    return {};
  case TypeProto::kOpaqueType:
    reason = "an opaque type; not supported yet";
    return {};
  case TypeProto::VALUE_NOT_SET:
    break;
  }
  reason = "no type";
  return {};
}

bool isTyped(const TypeProto &type) {
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    return type.tensor_type().elem_type() != 0;
  case TypeProto::kSequenceType:
    return isTyped(type.sequence_type().elem_type());
  case TypeProto::kOptionalType:
    return isTyped(type.optional_type().elem_type());
  case TypeProto::VALUE_NOT_SET:
    return false;
  default:
    return true;
  }
}

void adoptRanks(TypeProto &type, const TypeProto &declared) {
  if (!isTyped(type)) {
    if (!isTyped(declared))
      return;
    type = declared;
    clearShapes(type);
  }
  if (type.value_case() != declared.value_case())
    return;
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    if (!type.tensor_type().has_shape() && declared.tensor_type().has_shape()) {
      auto *shape = type.mutable_tensor_type()->mutable_shape();
      for (int i = 0; i < declared.tensor_type().shape().dim_size(); ++i)
        shape->add_dim();
    }
    return;
  case TypeProto::kSequenceType:
    adoptRanks(*type.mutable_sequence_type()->mutable_elem_type(),
               declared.sequence_type().elem_type());
    return;
  case TypeProto::kOptionalType:
    adoptRanks(*type.mutable_optional_type()->mutable_elem_type(),
               declared.optional_type().elem_type());
    return;
  default:
    return;
  }
}

/// The tensors that values of a type are or hold.
static void
forEachTensor(TypeProto &type,
              llvm::function_ref<void(TypeProto::Tensor &)> visit) {
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    return visit(*type.mutable_tensor_type());
  case TypeProto::kSequenceType:
    return forEachTensor(*type.mutable_sequence_type()->mutable_elem_type(),
                         visit);
  case TypeProto::kOptionalType:
    return forEachTensor(*type.mutable_optional_type()->mutable_elem_type(),
                         visit);
  default:
    return;
  }
}

void clearShapes(TypeProto &type) {
  forEachTensor(type, [](TypeProto::Tensor &tensor) { tensor.clear_shape(); });
}

TypeProto typeOf(const ::onnx::TensorProto &tensor) {
  TypeProto type;
  auto *made = type.mutable_tensor_type();
  made->set_elem_type(tensor.data_type());
  auto *shape = made->mutable_shape();
  for (int64_t extent : tensor.dims())
    shape->add_dim()->set_dim_value(extent);
  return type;
}

void forgetNegativeSizes(TypeProto &type) {
  forEachTensor(type, [](TypeProto::Tensor &tensor) {
    if (tensor.has_shape())
      for (auto &dim : *tensor.mutable_shape()->mutable_dim())
        if (dim.has_dim_value() && dim.dim_value() < 0)
          dim.Clear();
  });
}

StringRef nameOf(const TensorShapeProto::Dimension &dimension) {
  // '?' is what some exporters write where they know nothing, for one size and
  // another; others write formulas that no object holds.
  StringRef name = dimension.dim_param();
  return name == "?" || name.size() > limits::kMaxDimensionName ? StringRef()
                                                                : name;
}

ArrayAttr dimensionNames(const TypeProto &type, MLIRContext *context) {
  SmallVector<Attribute> names;
  bool named = false;
  if (type.has_tensor_type())
    for (const auto &dimension : type.tensor_type().shape().dim()) {
      names.push_back(StringAttr::get(context, nameOf(dimension)));
      named |= !nameOf(dimension).empty();
    }
  return named ? ArrayAttr::get(context, names) : ArrayAttr();
}

} // namespace llm::onnx
