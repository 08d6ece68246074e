//===- Einsum.cpp - Einstein's sums ---------------------------------------===//
//
// Terms are multiplied two at a time, from the left; a label that no later term
// and not the result has is summed over as soon as it is met.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Contraction.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// Dimensions of an ellipsis are labels past all letters, counted from the
/// right.
constexpr int64_t kEllipsis = 256;

/// The labels of one term, for a tensor of a rank; of the result, whose
/// ellipsis stands for `ellipsis` dimensions, if no rank is given.
FailureOr<SmallVector<int64_t>> readTerm(OnnxOp op, StringRef term,
                                         std::optional<int64_t> rank,
                                         int64_t &ellipsis) {
  SmallVector<int64_t> labels;
  bool seen = false;
  int64_t letters = llvm::count_if(term, llvm::isAlpha);
  while (!term.empty()) {
    if (term.consume_front("...")) {
      int64_t count = rank ? *rank - letters : ellipsis;
      if (seen || count < 0)
        return op.operation()->emitError()
               << "Einsum: an ellipsis that stands for no dimensions of an "
                  "input in '"
               << op.string("equation") << "'";
      seen = true;
      ellipsis = std::max(ellipsis, count);
      for (int64_t i = count; i-- > 0;)
        labels.push_back(kEllipsis + i);
    } else if (llvm::isAlpha(term.front())) {
      labels.push_back(term.front());
      term = term.drop_front();
    } else {
      return op.operation()->emitError()
             << "Einsum: '" << term.front() << "' in '" << op.string("equation")
             << "'; accepted: letters and ...";
    }
  }
  if (rank && static_cast<int64_t>(labels.size()) != *rank)
    return op.operation()->emitError()
           << "Einsum: a term of '" << op.string("equation") << "' has "
           << labels.size() << " labels, its input rank " << *rank;
  return labels;
}

LogicalResult lowerEinsum(OnnxOp op, GraphLowering &g) {
  std::string equation = op.string("equation").str();
  equation.erase(llvm::remove_if(equation, llvm::isSpace), equation.end());
  bool isExplicit = StringRef(equation).contains("->");
  auto [left, right] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  OperandRange operands = op.inputs("Inputs");
  if (terms.size() != operands.size())
    return op.operation()->emitError()
           << "Einsum: '" << equation << "' has " << terms.size()
           << " terms for " << operands.size() << " inputs";

  SmallVector<Labeled> inputs;
  int64_t ellipsis = 0;
  for (auto [term, operand] : llvm::zip_equal(terms, operands)) {
    Tensor tensor = g.tensor(operand);
    auto labels = readTerm(op, term, tensor.rank(), ellipsis);
    if (failed(labels))
      return failure();
    inputs.push_back({tensor, *labels});
  }
  SmallVector<int64_t> result;
  if (isExplicit) {
    auto labels = readTerm(op, right, std::nullopt, ellipsis);
    if (failed(labels))
      return failure();
    result = *labels;
  } else {
    for (int64_t i = ellipsis; i-- > 0;)
      result.push_back(kEllipsis + i);
    for (char letter = 'A'; letter <= 'z'; ++letter)
      if (llvm::isAlpha(letter) && llvm::count(left, letter) == 1)
        result.push_back(letter);
  }
  for (auto [i, label] : llvm::enumerate(result)) {
    bool known = llvm::any_of(inputs, [label = label](const Labeled &input) {
      return llvm::is_contained(input.labels, label);
    });
    if (!known || llvm::is_contained(ArrayRef(result).take_front(i), label))
      return op.operation()->emitError()
             << "Einsum: a label of the result of '" << equation
             << "' repeats or stands in no term";
  }

  Type type = inputs[0].tensor.element, sum = computeType(type);
  Labeled product = inputs[0];
  for (size_t i = 1; i < inputs.size() || i == 1; ++i) {
    SmallVector<Labeled> factors = {product};
    if (i < inputs.size())
      factors.push_back(inputs[i]);
    SmallVector<int64_t> kept = result;
    if (i + 1 < inputs.size()) {
      // What is needed later, in the order of its first appearance.
      kept.clear();
      for (const Labeled &factor : factors)
        for (int64_t label : factor.labels) {
          bool needed = llvm::is_contained(result, label);
          for (const Labeled &later : ArrayRef(inputs).drop_front(i + 1))
            needed |= llvm::is_contained(later.labels, label);
          if (needed && !llvm::is_contained(kept, label))
            kept.push_back(label);
        }
    }
    product = {contractLabels(g, factors, kept, sum), kept};
  }
  g.set(op.output("Output"), g.cast(product.tensor, type));
  return success();
}

} // namespace

void llm::onnx::addEinsum(LoweringTable &table) {
  table.add("Einsum", lowerEinsum);
}
