//===- GraphResults.cpp - What graphs inside an op tell of it -------------===//
//
// See GraphResults.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/GraphResults.h"

#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"

#include "onnx/onnx_pb.h"

using namespace mlir;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TypeProto;

namespace llm::onnx {

static GraphProto *bodyOf(NodeProto &node) {
  for (auto &attribute : *node.mutable_attribute())
    if (attribute.name() == "body" && attribute.has_g())
      return attribute.mutable_g();
  return nullptr;
}

std::vector<int> assumeCarriedRanks(NodeProto &node,
                                    const ScopeInference &types) {
  std::vector<int> assumed;
  GraphProto *body = node.op_type() == "Loop" ? bodyOf(node) : nullptr;
  // Both the node and its body have two inputs before the carried values.
  for (int i = 2; body && i < node.input_size() && i < body->input_size();
       ++i) {
    const TypeProto *initial = types.type(node.input(i));
    TypeProto &type = *body->mutable_input(i)->mutable_type();
    if (!initial || !initial->tensor_type().has_shape() ||
        type.tensor_type().has_shape() ||
        !(type.has_tensor_type() ||
          type.value_case() == TypeProto::VALUE_NOT_SET))
      continue;
    auto *tensor = type.mutable_tensor_type();
    tensor->set_elem_type(initial->tensor_type().elem_type());
    for (int axis = 0; axis < initial->tensor_type().shape().dim_size(); ++axis)
      tensor->mutable_shape()->add_dim();
    tensor->mutable_shape(); // a scalar has one too
    assumed.push_back(i);
  }
  return assumed;
}

bool carriedRanksHold(NodeProto &node, const std::vector<int> &assumed,
                      bool inferred) {
  GraphProto *body = bodyOf(node);
  bool hold = inferred;
  for (int i : assumed) {
    // The body returns whether to go on, then the carried values.
    const auto &input = body->input(i).type().tensor_type();
    hold &= i - 1 < body->output_size() &&
            body->output(i - 1).type().tensor_type().has_shape() &&
            body->output(i - 1).type().tensor_type().shape().dim_size() ==
                input.shape().dim_size();
  }
  if (hold)
    return true;
  body->clear_value_info();
  for (int i : assumed)
    body->mutable_input(i)
        ->mutable_type()
        ->mutable_tensor_type()
        ->clear_shape();
  for (auto &output : *body->mutable_output())
    if (output.type().has_tensor_type())
      output.mutable_type()->mutable_tensor_type()->clear_shape();
  return false;
}

/// A type of which both are; null where there is none.
static Type common(Type one, Type other) {
  if (one == other)
    return one;
  auto a = dyn_cast<TensorType>(one), b = dyn_cast<TensorType>(other);
  if (!a || !b || a.getElementType() != b.getElementType())
    return {};
  if (!a.hasRank() || !b.hasRank() || a.getRank() != b.getRank())
    return UnrankedTensorType::get(a.getElementType());
  SmallVector<int64_t> shape;
  for (auto [left, right] : llvm::zip_equal(a.getShape(), b.getShape()))
    shape.push_back(left == right ? left : ShapedType::kDynamic);
  return RankedTensorType::get(shape, a.getElementType());
}

static ValueRange returned(Region &region) {
  return cast<ReturnOp>(region.front().getTerminator()).getValues();
}

static void narrow(Value result, Type type) {
  auto now = dyn_cast<TensorType>(result.getType());
  auto wanted = dyn_cast_or_null<RankedTensorType>(type);
  if (!now || !wanted || now.getElementType() != wanted.getElementType())
    return;
  auto ranked = dyn_cast<RankedTensorType>(now);
  if (!ranked || (ranked.getRank() == wanted.getRank() &&
                  ranked.getNumDynamicDims() > wanted.getNumDynamicDims()))
    result.setType(wanted);
}

void narrowResults(Operation *op) {
  std::optional<OnnxOp> view = OnnxOp::from(op);
  if (!view || !view->domain().empty())
    return;
  if (view->type() == "If") {
    Region *yes = view->region("then_branch"),
           *no = view->region("else_branch");
    if (!yes || !no)
      return;
    for (auto [result, one, other] :
         llvm::zip(op->getResults(), returned(*yes), returned(*no)))
      narrow(result, common(one.getType(), other.getType()));
    return;
  }
  Region *body = view->type() == "Loop" ? view->region("body") : nullptr;
  if (!body)
    return;
  OperandRange initial = view->inputs("v_initial");
  ValueRange values = returned(*body).drop_front();
  for (auto [i, result, value] : llvm::enumerate(op->getResults(), values)) {
    if (i < initial.size()) {
      narrow(result, common(initial[i].getType(), value.getType()));
    } else if (auto one = dyn_cast<RankedTensorType>(value.getType())) {
      SmallVector<int64_t> shape{ShapedType::kDynamic};
      llvm::append_range(shape, one.getShape());
      narrow(result, RankedTensorType::get(shape, one.getElementType()));
    }
  }
}

} // namespace llm::onnx
