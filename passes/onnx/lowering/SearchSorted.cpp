//===- SearchSorted.cpp - Keys found in tables ----------------------------===//

#include "passes/onnx/lowering/SearchSorted.h"

#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/Sort.h"
#include "passes/onnx/lowering/Text.h"

#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace llm::onnx;

/// The places of keys in ascending order, the last of equal ones only.
template <typename Key, typename Less>
static SmallVector<int64_t> sortKeys(ArrayRef<Key> keys, Less less) {
  SmallVector<int64_t> order;
  for (int64_t i = 0; i < static_cast<int64_t>(keys.size()); ++i)
    order.push_back(i);
  llvm::stable_sort(
      order, [&](int64_t x, int64_t y) { return less(keys[x], keys[y]); });
  SmallVector<int64_t> result;
  for (int64_t place : order) {
    if (!result.empty() && !less(keys[result.back()], keys[place]))
      result.pop_back();
    result.push_back(place);
  }
  return result;
}

KeyTable llm::onnx::makeKeyTable(GraphLowering &g, ArrayRef<int64_t> keys) {
  SmallVector<int64_t> order =
      sortKeys(keys, [](int64_t x, int64_t y) { return x < y; });
  auto sorted =
      llvm::map_to_vector(order, [&](int64_t place) { return keys[place]; });
  return {literal(g, sorted), literal(g, order)};
}

KeyTable llm::onnx::makeKeyTable(GraphLowering &g, ArrayRef<double> keys,
                                 Type element) {
  // NaN last, as isBefore has it.
  SmallVector<int64_t> order = sortKeys(
      keys, [](double x, double y) { return x < y || (x == x && y != y); });
  auto sorted =
      llvm::map_to_vector(order, [&](int64_t place) { return keys[place]; });
  return {literal(g, sorted, element), literal(g, order)};
}

KeyTable llm::onnx::makeKeyTable(GraphLowering &g, ArrayRef<StringRef> keys) {
  SmallVector<int64_t> order =
      sortKeys(keys, [](StringRef x, StringRef y) { return x < y; });
  auto sorted =
      llvm::map_to_vector(order, [&](int64_t place) { return keys[place]; });
  return {textConstants(g, sorted), literal(g, order)};
}

Value llm::onnx::findKey(GraphLowering &g, const KeyTable &table, Value key) {
  Type i64 = g.b.getI64Type();
  int64_t size = table.keys.type().getDimSize(0);
  Value missing = g.e.integer(-1, i64);
  if (size == 0)
    return missing;
  // How many keys are before it: halves of a power of two.
  Value begin = g.index(0), last = g.index(size - 1);
  for (int64_t step = llvm::PowerOf2Ceil(size); step > 0; step /= 2) {
    // Keys [begin, begin + step) are before it if the last of them is.
    Value end = arith::AddIOp::create(g.b, begin, g.index(step));
    Value fits = arith::CmpIOp::create(g.b, arith::CmpIPredicate::ule, end,
                                       g.index(size));
    Value probe = arith::MinUIOp::create(
        g.b, arith::SubIOp::create(g.b, end, g.index(1)), last);
    Value before =
        isBefore(g, g.at(table.keys, probe), key, table.keys.element);
    begin = g.e.select(arith::AndIOp::create(g.b, fits, before), end, begin);
  }
  Value place = arith::MinUIOp::create(g.b, begin, last);
  Value found = g.at(table.keys, place);
  Value differs =
      arith::OrIOp::create(g.b, isBefore(g, found, key, table.keys.element),
                           isBefore(g, key, found, table.keys.element));
  return g.e.select(differs, missing, g.at(table.places, place));
}
