//===- ProbeExperts.cpp - Mixtures of experts -----------------------------===//
//
// A router's softmax, its largest entries and which they are; matrices of a
// stack that are gathered by these, and rows that go through them, a slot for
// each expert of a token; the sum over slots. Simplify makes one node of it
// all.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace llm::onnx;

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

int32_t Probe::baseOf(const Array &x, RowNode::Kind kind) {
  if (x.isWeight() || x.elements.empty())
    return -1;
  int32_t base = x.elements[0].base;
  return base >= 0 && base != kTokens && program[base].kind == kind ? base : -1;
}

ArrayPtr Probe::rowsLike(const Array &x, int number, int64_t features) {
  Array result;
  result.shape = x.shape;
  result.shape.back() = features;
  for (size_t i = 0; i < x.elements.size(); i += x.shape.back())
    for (int64_t f = 0; f < features; ++f)
      result.elements.push_back(Element::of(number, x.elements[i].row, f));
  return share(std::move(result));
}

/// Matrices [experts, rows, columns] by the choices of all tokens, in order.
ArrayPtr Probe::chooseMatrices(const Array &stack, const Array &choices) {
  int32_t choice = baseOf(choices, RowNode::Choice);
  if (choice < 0 || stack.rank() != 3 || stack.choice >= 0)
    return nullptr;
  int64_t top = program[choice].features;
  if (static_cast<int64_t>(choices.elements.size()) != tokens * top)
    return nullptr;
  for (auto [i, element] : llvm::enumerate(choices.elements))
    if (!element.isPure() || element.base != choice ||
        element.row != int64_t(i) / top ||
        element.feature[0] != int64_t(i) % top)
      return nullptr;
  Array result = stack;
  result.choice = choice;
  result.shape[0] = tokens * top;
  return share(std::move(result));
}

ArrayPtr Probe::throughExperts(const Array &rows, const Array &matrices,
                               bool transposed) {
  // [slots, in, 1] or [slots, 1, in].
  const RowNode &choice = program[matrices.choice];
  int64_t top = choice.features, slots = tokens * top;
  int64_t in = matrices.shape[transposed ? 1 : 2],
          out = matrices.shape[transposed ? 2 : 1];
  ArrayPtr x = materialize(share(rows));
  if (!x || rows.rank() != 3 || rows.shape[0] != slots ||
      static_cast<int64_t>(x->elements.size()) != slots * in)
    return nullptr;
  RowNode node = make(RowNode::Experts);
  node.inputs = {x->elements[0].base, matrices.choice};
  int64_t features = program[node.inputs[0]].features;
  if (features != in && features != top * in)
    return nullptr;
  for (auto [i, element] : llvm::enumerate(x->elements)) {
    int64_t slot = int64_t(i) / in, feature = int64_t(i) % in;
    if (features != in)
      feature += slot % top * in;
    if (element.row != slot / top || element.feature[0] != feature)
      return nullptr;
  }
  node.weight = matrices.weight;
  node.transposed = matrices.transposed != transposed;
  node.features = top * out;
  node.heads = top;
  int number = addNode(node);
  Array result;
  result.shape = {slots, transposed ? 1 : out, transposed ? out : 1};
  for (int64_t slot = 0; slot < slots; ++slot)
    for (int64_t f = 0; f < out; ++f)
      result.elements.push_back(
          Element::of(number, slot / top, slot % top * out + f));
  return share(std::move(result));
}

ArrayPtr Probe::narrowedExperts(ArrayPtr x) {
  int32_t base = baseOf(*x, RowNode::Experts);
  RowNode node = program[base];
  int64_t width = x->shape.back(), top = node.heads,
          whole = node.features / top, first = x->elements[0].feature[0];
  if (width == whole)
    return x;
  for (auto [i, element] : llvm::enumerate(x->elements)) {
    int64_t slot = int64_t(i) / width;
    if (!element.isPure() || element.base != base ||
        element.row != slot / top ||
        element.feature[0] != slot % top * whole + first + int64_t(i) % width)
      return x;
  }
  node.first += first;
  node.features = top * width;
  int number = addNode(node);
  Array result = *x;
  for (auto [i, element] : llvm::enumerate(result.elements))
    element = Element::of(number, element.row,
                          int64_t(i) / width % top * width + i % width);
  return share(std::move(result));
}

/// [tokens, slots, features], added up over slots.
ArrayPtr Probe::sumSlots(const Array &x) {
  int32_t base = baseOf(x, RowNode::Product);
  if (base < 0 || x.rank() != 3 || x.shape[0] != tokens)
    return nullptr;
  int64_t top = x.shape[1], width = x.shape[2];
  if (program[base].features != top * width)
    return nullptr;
  for (auto [i, element] : llvm::enumerate(x.elements))
    if (!element.isPure() || element.base != base ||
        element.row != int64_t(i) / (top * width) ||
        element.feature[0] != int64_t(i) % (top * width))
      return nullptr;
  RowNode node = make(RowNode::Slots);
  node.inputs = {base};
  node.features = width;
  node.heads = top;
  int number = addNode(node);
  Array result;
  result.shape = {tokens, width};
  for (int64_t row = 0; row < tokens; ++row)
    for (int64_t f = 0; f < width; ++f)
      result.elements.push_back(Element::of(number, row, f));
  return share(std::move(result));
}

bool Probe::runExperts(OnnxOp op, bool &known) {
  StringRef type = op.type();
  known = false;
  if (!op.domain().empty() || op.operation()->getNumOperands() == 0)
    return true;
  ArrayPtr x = get(op.operation()->getOperand(0));
  if (!x)
    return true;
  auto finish = [&](Value result, ArrayPtr array) {
    if (!array)
      return fail("is no part of a mixture of experts that is known");
    known = true;
    set(result, array);
    return true;
  };
  if (type == "Softmax" && !x->isWeight() && !x->isNumeric() &&
      baseOf(*x, RowNode::Linear) >= 0) {
    int64_t axis = op.integer("axis", op.version() >= 13 ? -1 : 1);
    int rows = rowsOf(x);
    if (rows < 0 || (axis != -1 && axis != x->rank() - 1))
      return finish(nullptr, nullptr);
    RowNode node = make(RowNode::Softmax);
    node.inputs = {rows};
    node.features = program[rows].features;
    return finish(op.output("output"),
                  rowsLike(*x, addNode(node), node.features));
  }
  if (type == "TopK" && baseOf(*x, RowNode::Softmax) >= 0) {
    int rows = rowsOf(x);
    std::optional<SmallVector<int64_t>> count = integers(op.input("K"));
    int64_t axis = op.integer("axis", -1);
    if (rows < 0 || !count || count->size() != 1 || (*count)[0] < 1 ||
        (*count)[0] > program[rows].features ||
        (axis != -1 && axis != x->rank() - 1) || !op.integer("largest", 1))
      return finish(nullptr, nullptr);
    for (auto [kind, name] :
         {std::pair(RowNode::Share, "Values"), {RowNode::Choice, "Indices"}}) {
      RowNode node = make(kind);
      node.inputs = {rows};
      node.features = (*count)[0];
      finish(op.output(name), rowsLike(*x, addNode(node), node.features));
    }
    return true;
  }
  if (x->isWeight() && x->rank() == 3 &&
      (type == "Gather" || type == "GatherND")) {
    ArrayPtr indices = get(op.input("indices"));
    bool isFirst = type == "Gather" ? op.integer("axis") == 0
                                    : op.integer("batch_dims") == 0 &&
                                          indices->shape.back() == 1;
    return finish(op.output("output"),
                  isFirst ? chooseMatrices(*x, *indices) : nullptr);
  }
  if (type == "Transpose" && x->isWeight() && x->rank() == 3) {
    if (op.integers("perm") != SmallVector<int64_t>{0, 2, 1})
      return finish(nullptr, nullptr);
    Array turned = *x;
    std::swap(turned.shape[1], turned.shape[2]);
    turned.transposed ^= true;
    return finish(op.output("transposed"), share(std::move(turned)));
  }
  if (type == "MatMul") {
    ArrayPtr y = get(op.input("B"));
    if (x->choice >= 0)
      return finish(op.output("Y"), throughExperts(*y, *x, false));
    if (y && y->choice >= 0)
      return finish(op.output("Y"), throughExperts(*x, *y, true));
  }
  if (type == "ReduceSum" && !x->isWeight() && !x->isNumeric() &&
      x->rank() == 3) {
    auto axes = axesOf(op, "axes", x->rank());
    if (axes && *axes == SmallVector<int64_t>{1} && !op.integer("keepdims", 1))
      return finish(op.output("reduced"), sumSlots(*x));
  }
  return true;
}
