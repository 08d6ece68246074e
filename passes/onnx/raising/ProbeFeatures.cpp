//===- ProbeFeatures.cpp - Some of the features of a node -----------------===//

#include "passes/onnx/raising/Probe.h"

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

int Probe::featuresOf(int number, const FeatureGroups &part) {
  RowNode node = program[number];
  if (part.first == 0 && part.all() == node.features)
    return number;
  switch (node.kind) {
  case RowNode::Linear:
    // Blocks are read in one range, and groups are packed as panels.
    if (node.rows.groups > 1 ||
        (part.groups > 1 && (node.blocks.bits || part.count % kPanel)))
      return -1;
    node.rows = part;
    node.rows.first += program[number].rows.first;
    break;
  case RowNode::Embedding:
    // Blocks are read as far as the row goes.
    if (part.first != 0 || part.groups > 1 || !node.blocks.bits)
      return -1;
    break;
  case RowNode::Scale:
  case RowNode::Shift:
    if (node.vector.size() > 1) {
      std::vector<double> some;
      for (int64_t i = 0; i < part.all(); ++i)
        some.push_back(node.vector[part.place(i)]);
      node.vector = std::move(some);
    }
    node.inputs[0] = featuresOf(node.inputs[0], part);
    break;
  default:
    return -1;
  }
  if (!node.inputs.empty() && node.inputs[0] < 0)
    return -1;
  node.features = part.all();
  return addNode(std::move(node));
}

ArrayPtr Probe::narrowed(ArrayPtr x) {
  if (x->isWeight() || x->rank() > 3 || x->elements.empty())
    return x;
  if (baseOf(*x, RowNode::Experts) >= 0)
    return narrowedExperts(x);
  const Element &first = x->elements[0];
  int64_t width = x->shape.back();
  if (!first.isPure() || first.base == kTokens)
    return x;
  for (auto [i, element] : llvm::enumerate(x->elements)) {
    int64_t feature = first.feature[0] + int64_t(i) % width;
    if (!element.isPure() || element.base != first.base ||
        element.feature[0] != feature)
      return x;
  }
  int number = featuresOf(first.base, {first.feature[0], width});
  if (number < 0 || number == first.base)
    return x;
  Array result = *x;
  for (Element &element : result.elements) {
    element.base = number;
    element.feature[0] -= first.feature[0];
  }
  return std::make_shared<const Array>(std::move(result));
}

ArrayPtr Probe::compacted(ArrayPtr x) {
  if (x->isWeight() || x->elements.empty())
    return x;
  int32_t base = x->elements[0].base;
  if (base < 0 || base == kTokens)
    return x;
  int64_t features = program[base].features;
  std::vector<int64_t> place(features, -1);
  for (const Element &element : x->elements) {
    if (element.base != base)
      return x;
    for (int32_t feature : element.feature)
      if (feature >= 0)
        place[feature] = 0;
  }
  FeatureGroups part;
  int64_t all = 0, last = -1;
  for (int64_t i = 0; i < features; ++i)
    if (place[i] == 0) {
      bool begins = i == 0 || place[i - 1] < 0;
      if (begins && all == 0)
        part.first = i;
      else if (begins && part.groups == 1)
        part.period = i - part.first;
      part.groups += begins && all > 0;
      place[i] = all++;
      last = i;
    }
  if (all == features || all % part.groups)
    return x;
  part.count = all / part.groups;
  for (int64_t i = 0; i < all; ++i)
    if (part.place(i) > last || place[part.place(i)] != i)
      return x;
  int number = featuresOf(base, part);
  if (number < 0)
    return x;
  Array result = *x;
  for (Element &element : result.elements) {
    element.base = number;
    for (int32_t &feature : element.feature)
      if (feature >= 0)
        feature = place[feature];
  }
  return std::make_shared<const Array>(std::move(result));
}
