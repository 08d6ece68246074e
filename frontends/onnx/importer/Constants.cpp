//===- Constants.cpp - Tensors of a model as IR ---------------------------===//
//
// See Constants.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Constants.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/CheckedMath.h"
#include "frontends/Limits.h"
#include "frontends/PlainTensor.h"
#include "frontends/gguf/BlockFormats.h"
#include "frontends/onnx/TypedData.h"
#include "frontends/onnx/WireScan.h"

using namespace mlir;
using ::onnx::SparseTensorProto;
using ::onnx::TensorProto;

namespace llm::onnx {

/// A dense tensor may hold this many bytes in the IR.
static constexpr uint64_t kMaxAttributeBytes = uint64_t(64) << 20;

/// Bytes of the elements in a file; nothing for texts.
static std::optional<uint64_t> dataBytes(const TensorProto &tensor) {
  std::optional<SourceType> type = sourceTypeOf(tensor.data_type());
  std::optional<uint64_t> count = checkedElementCount(
      std::vector<int64_t>(tensor.dims().begin(), tensor.dims().end()));
  return type && count ? fileBytes(*type, *count) : std::nullopt;
}

bool Constants::isLarge(const TensorProto &tensor) {
  std::optional<uint64_t> bytes = dataBytes(tensor);
  return bytes && tensor.raw_data().size() == sizeof(uint64_t) &&
         *bytes > limits::kMaxOnnxConstantBytes;
}

const SourceTensor *Constants::sourceOf(const TensorProto &tensor) const {
  uint64_t index;
  std::memcpy(&index, tensor.raw_data().data(), sizeof(index));
  return index < model.largeTensors.size() ? &model.largeTensors[index]
                                           : nullptr;
}

/// Elements as they lie in memory, each with bytes of its own.
static DenseElementsAttr makeElements(ShapedType shaped, SourceType type,
                                      ArrayRef<uint8_t> memory) {
  Type element = shaped.getElementType();
  if (type == SourceType::Bool) {
    SmallVector<bool> values(memory.begin(), memory.end());
    return DenseElementsAttr::get(shaped, values);
  }
  unsigned bits = elementBits(type);
  if (bits >= 8)
    return DenseElementsAttr::getFromRawBuffer(
        shaped,
        ArrayRef(reinterpret_cast<const char *>(memory.data()), memory.size()));
  if (auto real = dyn_cast<FloatType>(element)) {
    SmallVector<APFloat> values;
    for (uint8_t byte : memory)
      values.emplace_back(real.getFloatSemantics(), APInt(8, byte).trunc(bits));
    return DenseElementsAttr::get(shaped, values);
  }
  SmallVector<APInt> values;
  for (uint8_t byte : memory)
    values.push_back(APInt(8, byte).trunc(bits));
  return DenseElementsAttr::get(shaped, values);
}

/// The tensor's elements in memory, from the message itself or from where the
/// scan found them. False with `reason`.
static bool readElements(const TensorProto &tensor, SourceType type,
                         uint64_t count, const SourceTensor *source,
                         const WeightSource &files, std::vector<uint8_t> &to,
                         std::string &reason) {
  if (count > kMaxAttributeBytes / elementBytes(type)) {
    reason = "is too large for a constant; not supported yet";
    return false;
  }
  to.resize(count * elementBytes(type));
  const auto *bytes =
      reinterpret_cast<const uint8_t *>(tensor.raw_data().data());
  if (source) {
    bytes = files.files[source->file]->data() + source->offset;
    if (source->field) {
      std::string_view message(reinterpret_cast<const char *>(bytes),
                               source->bytes);
      if (TypedData(WireReader(message), type).read(to.data(), count) == count)
        return true;
      reason = "has fewer elements than its shape says";
      return false;
    }
  } else if (tensor.raw_data().empty() && count != 0) {
    // A tensor that libonnx made: the body of a function.
    std::string message = tensor.SerializeAsString();
    if (TypedData(WireReader(message), type).read(to.data(), count) == count)
      return true;
    reason = "has fewer elements than its shape says";
    return false;
  } else if (tensor.raw_data().size() != fileBytes(type, count)) {
    reason = "has fewer elements than its shape says";
    return false;
  }
  copyElements(type, bytes, 0, count, to.data());
  return true;
}

ElementsAttr Constants::attribute(const TensorProto &tensor,
                                  std::string &reason) {
  std::vector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<uint64_t> count = checkedElementCount(shape);
  Type element = elementType(tensor.data_type(), module.getContext());
  if (!count || !element) {
    reason = "has no shape or element type of ONNX";
    return {};
  }
  auto shaped = RankedTensorType::get(shape, element);
  if (tensor.data_type() == TensorProto::STRING) {
    SmallVector<StringRef> texts(tensor.string_data().begin(),
                                 tensor.string_data().end());
    if (texts.size() != *count) {
      reason = "has fewer texts than its shape says";
      return {};
    }
    return DenseStringElementsAttr::get(shaped, texts);
  }
  std::optional<SourceType> type = sourceTypeOf(tensor.data_type());
  if (!type) {
    reason = "has an element type that is not supported yet";
    return {};
  }
  std::vector<uint8_t> memory;
  if (!readElements(tensor, *type, *count,
                    isLarge(tensor) ? sourceOf(tensor) : nullptr, model.weights,
                    memory, reason))
    return {};
  return makeElements(shaped, *type, memory);
}

ElementsAttr Constants::attribute(const SparseTensorProto &sparse,
                                  std::string &reason) {
  std::vector<int64_t> shape(sparse.dims().begin(), sparse.dims().end());
  std::optional<uint64_t> count = checkedElementCount(shape);
  std::optional<SourceType> type = sourceTypeOf(sparse.values().data_type());
  auto values =
      dyn_cast_or_null<DenseElementsAttr>(attribute(sparse.values(), reason));
  auto indices = dyn_cast_or_null<DenseIntElementsAttr>(
      attribute(sparse.indices(), reason));
  if (!values || !indices || !type || !count ||
      *count > kMaxAttributeBytes / elementBytes(*type) ||
      sparse.indices().data_type() != TensorProto::INT64) {
    if (reason.empty())
      reason = "is a sparse tensor of too many or of other elements than "
               "numbers; not supported yet";
    return {};
  }
  std::vector<uint8_t> stored, memory(*count * elementBytes(*type));
  int64_t given = values.getNumElements();
  if (!readElements(sparse.values(), *type, given, nullptr, model.weights,
                    stored, reason))
    return {};
  // One place in the whole tensor for each value, or one for each dimension.
  int64_t rank = indices.getType().getRank() == 2 ? int64_t(shape.size()) : 1;
  if (indices.getNumElements() != given * rank) {
    reason = "has not one place for each of its values";
    return {};
  }
  auto places = indices.getValues<int64_t>();
  unsigned width = elementBytes(*type);
  for (int64_t i = 0; i < given; ++i) {
    int64_t place = 0;
    for (int64_t axis = 0; axis < rank; ++axis) {
      int64_t index = places[i * rank + axis];
      int64_t extent = rank == 1 ? int64_t(*count) : shape[axis];
      if (index < 0 || index >= extent) {
        reason = "has a value outside its shape";
        return {};
      }
      place = place * extent + index;
    }
    std::memcpy(memory.data() + place * width, stored.data() + i * width,
                width);
  }
  return makeElements(RankedTensorType::get(shape, values.getElementType()),
                      *type, memory);
}

Value Constants::value(OpBuilder &builder, Location loc,
                       ElementsAttr elements) {
  static const Schema *schema = findSchema("", "Constant", newestOpset(""));
  return createOnnxOp(builder, loc, schema->name, {}, {{elements.getType()}},
                      {builder.getNamedAttr("value", elements)})
      ->getResult(0);
}

Value Constants::value(OpBuilder &builder, Location loc,
                       const TensorProto &tensor, std::string &reason) {
  const SourceTensor *source = isLarge(tensor) ? sourceOf(tensor) : nullptr;
  if (!source) {
    ElementsAttr elements = attribute(tensor, reason);
    return elements ? value(builder, loc, elements) : Value();
  }
  auto type = RankedTensorType::get(
      source->shape, elementType(tensor.data_type(), module.getContext()));
  auto [known, isNew] = parameters.try_emplace(source);
  std::string &name = known->second;
  if (isNew) {
    name = source->name.empty() ? "constant" : source->name;
    for (unsigned i = 1; model.weights.tensors.count(name); ++i)
      name = source->name + "." + std::to_string(i);
    model.weights.tensors.emplace(name, *source);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    if (!module.getBody()->empty())
      builder.setInsertionPoint(&module.getBody()->back());
    ParameterOp::create(builder, loc, name, type,
                        blockFormat(source->type).name,
                        builder.getStrArrayAttr({name}));
  }
  return WeightOp::create(builder, loc, type,
                          FlatSymbolRefAttr::get(builder.getContext(), name),
                          Value());
}

} // namespace llm::onnx
