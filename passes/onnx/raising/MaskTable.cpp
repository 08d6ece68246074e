//===- MaskTable.cpp - Masks that a graph holds for all positions ---------===//

#include "passes/onnx/raising/MaskTable.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace llm::onnx;

std::optional<MaskTable> MaskTable::match(DenseElementsAttr constant,
                                          int64_t tokens) {
  ShapedType type = constant.getType();
  int64_t rank = type.getRank();
  if (rank < 2 || constant.isSplat() || !type.getElementType().isIntOrFloat())
    return std::nullopt;
  int64_t positions = type.getDimSize(rank - 1);
  if (positions <= tokens || type.getDimSize(rank - 2) != positions ||
      type.getNumElements() != positions * positions)
    return std::nullopt;
  // Bits say as much as numbers do.
  auto bitsOf = [&](auto values) -> std::optional<std::vector<bool>> {
    std::vector<bool> isRead;
    isRead.reserve(positions * positions);
    auto read = *values.begin();
    std::optional<decltype(read)> other;
    for (const auto &value : values) {
      isRead.push_back(value == read);
      if (isRead.back())
        continue;
      if (other && !(value == *other))
        return std::nullopt;
      other = value;
    }
    return isRead;
  };
  std::optional<std::vector<bool>> isRead =
      isa<FloatType>(type.getElementType())
          ? bitsOf(llvm::map_range(
                constant.getValues<APFloat>(),
                [](const APFloat &value) { return value.bitcastToAPInt(); }))
          : bitsOf(constant.getValues<APInt>());
  if (!isRead)
    return std::nullopt;
  MaskTable table{positions, 0};
  // What the last query reads tells the width that all must have.
  int64_t width = 0;
  while (width < positions && (*isRead)[positions * positions - 1 - width])
    ++width;
  for (int64_t query = 0; query < positions; ++query)
    for (int64_t key = 0; key < positions; ++key)
      if ((*isRead)[query * positions + key] !=
          (key <= query && key > query - width))
        return MaskTable{positions, std::nullopt};
  table.window = width == positions ? 0 : width;
  return table;
}
