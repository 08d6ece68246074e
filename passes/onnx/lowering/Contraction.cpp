//===- Contraction.cpp - Sums of products over named dimensions -----------===//

#include "passes/onnx/lowering/Contraction.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace llm::onnx;

Tensor llm::onnx::broadcastTo(TensorCode &g, Tensor input, ArrayRef<Dim> dims) {
  Type i1 = g.b.getI1Type();
  Tensor like{g.empty(dims, i1), i1};
  return g.map({input, like}, input.element, [](ValueRange x) { return x[0]; });
}

/// Tiles take the factor that the columns of the result do not run along row by
/// row: what is summed comes last in it.
static Tensor sumLast(TensorCode &g, Tensor factor,
                      SmallVectorImpl<int64_t> &map, int64_t parallelLoops) {
  bool hasColumns = llvm::is_contained(map, parallelLoops - 1);
  bool isSummed = !map.empty() && llvm::max_element(map)[0] >= parallelLoops;
  if (hasColumns || !isSummed || map.back() >= parallelLoops)
    return factor;
  SmallVector<int64_t> order =
      llvm::to_vector(llvm::seq<int64_t>(0, map.size()));
  llvm::stable_sort(order,
                    [&](int64_t i, int64_t j) { return map[i] < map[j]; });
  SmallVector<int64_t> sorted =
      llvm::map_to_vector(order, [&](int64_t i) { return map[i]; });
  map = sorted;
  return g.transpose(factor, order);
}

Tensor llm::onnx::contractLabels(TensorCode &g, ArrayRef<Labeled> inputs,
                                 ArrayRef<int64_t> result, Type sum,
                                 TensorCode::ElementBody term) {
  // The size of each label.
  llvm::MapVector<int64_t, Dim> sizes;
  for (const Labeled &input : inputs)
    for (auto [label, dim] :
         llvm::zip_equal(input.labels, g.dims(input.tensor.value))) {
      auto [entry, isNew] = sizes.try_emplace(label, dim);
      if (!isNew && !TensorCode::same(entry->second, dim))
        entry->second = g.broadcast({Dims{entry->second}, Dims{dim}})[0];
    }
  llvm::DenseMap<int64_t, int64_t> loopOf;
  Dims loops;
  auto addLoop = [&](int64_t label) {
    if (loopOf.try_emplace(label, loops.size()).second)
      loops.push_back(sizes.lookup(label));
  };
  for (int64_t label : result)
    addLoop(label);
  for (auto &[label, dim] : sizes)
    addLoop(label);

  // Products are of one type: halves are widened before.
  SmallVector<Tensor> tensors;
  SmallVector<SmallVector<int64_t>> maps;
  for (const Labeled &input : inputs) {
    Tensor tensor = term ? input.tensor : g.cast(input.tensor, sum);
    Dims dims = g.dims(tensor.value), full;
    SmallVector<int64_t> map;
    bool unknown = false;
    for (auto [label, dim] : llvm::zip_equal(input.labels, dims)) {
      Dim size = sizes.lookup(label);
      bool same = TensorCode::same(dim, size);
      map.push_back(same || !TensorCode::isOne(dim) ? loopOf.lookup(label)
                                                    : -1);
      full.push_back(map.back() < 0 ? dim : size);
      unknown |= !same && !TensorCode::isOne(dim);
    }
    if (unknown) // only the run knows whether a size is 1
      tensor = broadcastTo(g, tensor, full);
    if (inputs.size() == 2 && !term)
      tensor = sumLast(g, tensor, map, result.size());
    tensors.push_back(tensor);
    maps.push_back(map);
  }
  SmallVector<int64_t> out;
  for (int64_t label : result)
    out.push_back(loopOf.lookup(label));
  maps.push_back(out);
  return g.contract(tensors, maps, loops, sum, [&](ValueRange x) {
    if (term)
      return term(x);
    Value product;
    for (Value factor : x)
      product = product ? g.e.mul(product, factor, sum) : factor;
    return product;
  });
}

Tensor llm::onnx::multiplyMatrices(TensorCode &g, Tensor a, Tensor b, Type sum,
                                   Tensor rows, TensorCode::ElementBody term) {
  // Labels: -1 rows, -2 columns, -3 summed, else leading dimensions counted
  // from the right.
  constexpr int64_t kRows = -1, kColumns = -2, kSummed = -3;
  int64_t leadingA = std::max<int64_t>(0, a.rank() - 2),
          leadingB = std::max<int64_t>(0, b.rank() - 2);
  SmallVector<int64_t> labelsA, labelsB, result;
  for (int64_t i = leadingA; i-- > 0;)
    labelsA.push_back(i);
  for (int64_t i = leadingB; i-- > 0;)
    labelsB.push_back(i);
  for (int64_t i = std::max(leadingA, leadingB); i-- > 0;)
    result.push_back(i);
  if (a.rank() > 1) {
    labelsA.push_back(kRows);
    result.push_back(kRows);
  }
  labelsA.push_back(kSummed);
  labelsB.push_back(kSummed);
  if (b.rank() > 1) {
    labelsB.push_back(kColumns);
    result.push_back(kColumns);
  }
  Dim sumsA = g.dim(a.value, a.rank() - 1),
      sumsB = g.dim(b.value, std::max<int64_t>(0, b.rank() - 2));
  g.requireSame(sumsA, sumsB,
                "MatMul: the columns of A are not as many as the rows of B");
  SmallVector<Labeled> inputs = {{a, labelsA}, {b, labelsB}};
  if (rows)
    inputs.push_back(
        {rows, llvm::to_vector(ArrayRef(labelsA).take_back(rows.rank()))});
  return contractLabels(g, inputs, result, sum, term);
}
