//===- Probe.cpp - Run a graph on tokens that are not known ---------------===//

#include "passes/onnx/raising/Probe.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

/// What an input is there for.
enum class Role { Ids, Ones, Positions, Cache, Start, Length, Bounds };

/// By the ops that read it, as far as those leave no doubt, else by what
/// exporters call it.
static std::optional<Role> roleOf(Value value, StringRef name) {
  for (Operation *user : value.getUsers()) {
    std::optional<OnnxOp> op = OnnxOp::from(user);
    auto is = [&](StringRef type, StringRef input, int version = 1) {
      return op && op->type() == type && op->version() >= version &&
             op->input(input) == value;
    };
    if (is("TensorScatter", "past_cache"))
      return Role::Cache;
    if (is("TensorScatter", "write_indices"))
      return Role::Start;
    if (op && op->domain() == "com.microsoft" &&
        op->type() == "PagedAttention") {
      if (is("PagedAttention", "key_cache") ||
          is("PagedAttention", "value_cache"))
        return Role::Cache;
      if (is("PagedAttention", "cumulative_sequence_length"))
        return Role::Bounds;
      if (is("PagedAttention", "past_seqlens") ||
          is("PagedAttention", "block_table"))
        return Role::Start;
    }
    if (op && op->domain().empty() && op->type() == "Attention") {
      if (is("Attention", "nonpad_kv_seqlen", 24))
        return Role::Length;
      if (is("Attention", "past_key") || is("Attention", "past_value"))
        return Role::Cache;
    }
  }
  if (name.contains("past") || name.contains("cache"))
    return Role::Cache;
  if (name.contains("input_ids") || name == "tokens")
    return Role::Ids;
  if (name.contains("mask"))
    return Role::Ones;
  if (name.contains("position"))
    return Role::Positions;
  return std::nullopt;
}

/// One sequence from its start: ids are unknown, positions count, masks are
/// ones, and caches are empty, or of a fixed length with nothing in them.
ArrayPtr Probe::input(Value value, StringRef name) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  std::optional<Role> role = roleOf(value, name);
  if (!type || !role) {
    fail("input '" + name +
         "' is none of token ids, attention mask, positions and caches");
    return nullptr;
  }
  auto result = std::make_shared<Array>();
  for (int64_t i = 0; i < type.getRank(); ++i) {
    int64_t size = type.getDimSize(i);
    if (*role == Role::Bounds)
      size = 2;
    else if (*role == Role::Ids && type.getRank() == 1)
      size = tokens;
    else if (ShapedType::isDynamic(size))
      size = i == 0 && type.getRank() > 1 ? 1
             : *role == Role::Cache       ? 0
             : type.getRank() == 1        ? 1
                                          : tokens;
    result->shape.push_back(size);
  }
  int64_t total = Array::count(result->shape);
  if (*role == Role::Ids && total != tokens) {
    fail("input '" + name +
         "' is neither [batch, sequence] nor [tokens] of token ids");
    return nullptr;
  }
  if (*role != Role::Ids && *role != Role::Cache &&
      !type.getElementType().isInteger()) {
    fail("input '" + name + "' is no tensor of integers");
    return nullptr;
  }
  if (total > (1 << 24)) {
    fail("input '" + name + "' is too large");
    return nullptr;
  }
  for (int64_t i = 0; i < total; ++i)
    switch (*role) {
    case Role::Ids:
      result->elements.push_back(Element::of(kTokens, i, 0));
      break;
    case Role::Ones:
      result->elements.push_back(Element::of(1));
      break;
    case Role::Positions:
      result->elements.push_back(Element::of(i % tokens));
      break;
    case Role::Cache:
    case Role::Start:
      result->elements.push_back(Element::of(0));
      break;
    case Role::Bounds:
      result->elements.push_back(Element::of(i == 0 ? 0 : tokens));
      break;
    case Role::Length:
      result->elements.push_back(Element::of(tokens));
      break;
    }
  return result;
}

int Probe::run(GraphOp graph, unsigned output) {
  where = graph;
  Block &body = graph.getBody().front();
  for (BlockArgument argument : body.getArguments()) {
    auto name = graph.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                   "onnx.name");
    ArrayPtr array = input(argument, name ? name.getValue() : "");
    if (!array)
      return -1;
    set(argument, array);
  }
  // Only what the output needs.
  llvm::DenseSet<Operation *> needed;
  SmallVector<Operation *> work;
  auto need = [&](Value value) {
    if (Operation *op = value.getDefiningOp())
      if (needed.insert(op).second)
        work.push_back(op);
  };
  need(body.getTerminator()->getOperand(output));
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    for (Value operand : op->getOperands())
      need(operand);
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (operand.getParentBlock() == &body)
          need(operand);
    });
  }
  for (Operation &op : body.without_terminator())
    if (needed.contains(&op) && !runOp(&op))
      return -1;
  where = body.getTerminator();
  ArrayPtr logits = get(where->getOperand(output));
  if (!logits->shape.empty() && logits->isNumeric()) {
    fail("the output does not depend on the tokens");
    return -1;
  }
  return rowsOf(logits);
}

bool Probe::runBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (!runOp(&op))
      return false;
  return true;
}

bool Probe::runOp(Operation *op) {
  where = op;
  if (auto weight = dyn_cast<WeightOp>(op)) {
    auto array = std::make_shared<Array>();
    array->shape.assign(cast<RankedTensorType>(weight.getType()).getShape());
    array->weight = weight.getResult();
    set(weight.getResult(), array);
    return true;
  }
  std::optional<OnnxOp> view = OnnxOp::from(op);
  if (!view)
    return fail("is no op of ONNX");
  // Data of one op that the probe cannot follow is found out where it is used.
  for (auto run :
       {&Probe::runMicrosoft, &Probe::runExperts, &Probe::runLayout,
        &Probe::runArithmetic, &Probe::runProducts, &Probe::runModelOps}) {
    bool known = false;
    if (!(this->*run)(*view, known))
      return false;
    if (known)
      return true;
  }
  return fail("has no place in a decoder that is known");
}

int Probe::addNode(RowNode node) {
  // Equal nodes are made where several ops read one value.
  for (size_t i = program.size(); i-- > 0;)
    if (program[i] == node)
      return i;
  program.push_back(std::move(node));
  return program.size() - 1;
}

std::optional<SmallVector<int64_t>> Probe::integers(Value value) {
  ArrayPtr array = value ? get(value) : nullptr;
  if (!array || !array->isNumeric())
    return std::nullopt;
  SmallVector<int64_t> result;
  for (const Element &element : array->elements)
    result.push_back(
        element.number >= 9.2e18    ? std::numeric_limits<int64_t>::max()
        : element.number <= -9.2e18 ? std::numeric_limits<int64_t>::min()
                                    : static_cast<int64_t>(element.number));
  return result;
}

std::optional<SmallVector<int64_t>> Probe::axesOf(OnnxOp op, StringRef name,
                                                  int64_t rank) {
  std::optional<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (op.schema().attribute(name))
    axes = op.integers(name);
  else if (Value value = op.input(name))
    axes = integers(value);
  if (axes)
    for (int64_t &axis : *axes) {
      axis = axis < 0 ? axis + rank : axis;
      if (axis < 0 || axis >= rank)
        return std::nullopt;
    }
  return axes;
}
