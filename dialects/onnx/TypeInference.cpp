//===- TypeInference.cpp - Types of results from those of operands --------===//

#include "dialects/onnx/TypeInference.h"

#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/ProtoConversion.h"

#include "onnx/onnx_pb.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

namespace llm::onnx {

/// Values that say something of shapes are small.
static constexpr int64_t kMostElements = 1024;

/// The value of a constant; null if it is none, or large.
static DenseElementsAttr constantValue(Value value) {
  Operation *producer = value.getDefiningOp();
  std::optional<OnnxOp> op =
      producer ? OnnxOp::from(producer) : std::optional<OnnxOp>();
  if (!op || !op->domain().empty() || op->type() != "Constant")
    return DenseElementsAttr();
  auto held = dyn_cast_or_null<DenseElementsAttr>(op->attribute("value"));
  return held && held.getNumElements() <= kMostElements ? held
                                                        : DenseElementsAttr();
}

/// What is known of either; null if they contradict each other.
static Type joined(Type one, Type other) {
  auto a = dyn_cast<TensorType>(one), b = dyn_cast<TensorType>(other);
  if (!a || !b)
    return one == other ? one : Type();
  if (a.getElementType() != b.getElementType())
    return Type();
  if (!a.hasRank() || !b.hasRank())
    return a.hasRank() ? a : b;
  if (a.getRank() != b.getRank())
    return Type();
  SmallVector<int64_t> dims;
  for (auto [left, right] : llvm::zip_equal(a.getShape(), b.getShape())) {
    if (left != right && !ShapedType::isDynamic(left) &&
        !ShapedType::isDynamic(right))
      return Type();
    dims.push_back(ShapedType::isDynamic(left) ? right : left);
  }
  return RankedTensorType::get(dims, a.getElementType());
}

llvm::FailureOr<SmallVector<Type>> inferTypes(OnnxOp op, std::string &error) {
  Operation *operation = op.operation();
  SmallVector<Type> types(operation->getResultTypes());
  NodeProto node;
  if (operation->getNumRegions() || !toProto(op, node))
    return types;
  SmallVector<TypeProto> operandTypes(operation->getNumOperands());
  SmallVector<TensorProto> values(operation->getNumOperands());
  std::vector<NodeInput> inputs;
  size_t number = 0;
  for (const std::string &name : node.input()) {
    NodeInput &input = inputs.emplace_back();
    if (name.empty())
      continue;
    Value operand = operation->getOperand(number);
    if (toProto(operand.getType(), operandTypes[number]))
      input.type = &operandTypes[number];
    DenseElementsAttr value = constantValue(operand);
    if (value && toProto(value, values[number]))
      input.value = &values[number];
    ++number;
  }
  std::vector<TypeProto> outputs;
  error = inferNode(node, op.schema(), inputs, outputs);
  if (!error.empty())
    return failure();
  number = 0;
  for (auto [name, output] : llvm::zip(node.output(), outputs)) {
    if (name.empty())
      continue;
    if (Type inferred = fromProto(output, operation->getContext())) {
      Type both = joined(inferred, types[number]);
      if (!both) {
        llvm::raw_string_ostream(error)
            << "result " << number << " is " << types[number]
            << "; inferred: " << inferred;
        return failure();
      }
      types[number] = both;
    }
    ++number;
  }
  return types;
}

} // namespace llm::onnx
