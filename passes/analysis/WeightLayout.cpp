//===- WeightLayout.cpp - Where each weight lies in the segment -----------===//

#include "passes/analysis/WeightLayout.h"

using namespace mlir;
using namespace llm;

int64_t llm::packedBytes(Type type) {
  if (auto packed = dyn_cast<PackedType>(type))
    return packed.getBytes();
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.getRank() == 1 && tensor.getElementType().isF32())
    return paddedColumns(tensor.getDimSize(0)) * 4;
  return llvm::alignTo(
      tensor.getNumElements() * bytesInMemory(tensor.getElementType()), 64);
}

int64_t llm::bytesInMemory(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return 2 * bytesInMemory(complex.getElementType());
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

WeightLayout::WeightLayout(ModuleOp module) {
  size_t layers = 0;
  auto parameters = llvm::to_vector(module.getOps<ParameterOp>());
  for (ParameterOp op : parameters)
    layers = std::max(layers, op.getSources().size());

  auto place = [&](ParameterOp op, size_t entry) {
    auto &offsets = table[op.getSymNameAttr()];
    offsets.resize(op.getSources().size(), -1);
    if (cast<StringAttr>(op.getSources()[entry]).getValue().empty())
      return;
    // A page: panels start on cache lines, and a weight's pages are its own.
    total = llvm::alignTo(total, 4096);
    offsets[entry] = total;
    total += packedBytes(op.getType());
  };
  // Parameters are declared as they are used: those of layers separate the
  // ones before from the ones after.
  size_t next = 0;
  for (; next < parameters.size() && parameters[next].getSources().size() == 1;
       ++next)
    place(parameters[next], 0);
  for (size_t layer = 0; layer < layers; ++layer)
    for (ParameterOp op : llvm::drop_begin(parameters, next))
      if (op.getSources().size() > 1 && layer < op.getSources().size())
        place(op, layer);
  for (ParameterOp op : llvm::drop_begin(parameters, next))
    if (op.getSources().size() == 1)
      place(op, 0);
  // Kernels may read a vector past a tensor's end.
  if (total)
    total += 64;
}

ArrayRef<int64_t> WeightLayout::offsets(StringRef parameter) const {
  for (auto &[name, offsets] : table)
    if (name.getValue() == parameter)
      return offsets;
  return {};
}
