//===- Vectorizer.cpp - How often known n-grams occur ---------------------===//
//
// The pool's n-grams are the paths of a tree whose edges are items: a table of
// (node, item) leads to the next node.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/MachineLearning.h"
#include "passes/onnx/lowering/SearchSorted.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

#include <map>

using namespace mlir;
using namespace llm::onnx;

constexpr int64_t kMostColumns = int64_t(1) << 24;

namespace {

struct GramTree {
  SmallVector<int64_t> edges;   ///< node * items + item
  SmallVector<int64_t> nodes;   ///< that each edge leads to
  SmallVector<int64_t> columns; ///< by node: what it counts in, -1: nothing
};

} // namespace

/// `pool` holds n-grams of 1, 2, ... items, those of each length from
/// `counts` on.
static FailureOr<GramTree> readPool(OnnxOp op, ArrayRef<int64_t> pool,
                                    int64_t items) {
  SmallVector<int64_t> starts = op.integers("ngram_counts"),
                       columns = op.integers("ngram_indexes");
  int64_t shortest = op.integer("min_gram_length"),
          longest = op.integer("max_gram_length");
  GramTree tree;
  tree.columns.push_back(-1);
  llvm::DenseMap<int64_t, int64_t> next;
  size_t gram = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    int64_t length = i + 1, begin = starts[i];
    int64_t end = i + 1 < starts.size() ? starts[i + 1] : pool.size();
    if (begin < 0 || end < begin || end > static_cast<int64_t>(pool.size()))
      return op.operation()->emitError()
             << "TfIdfVectorizer: ngram_counts do not divide the pool";
    for (; begin + length <= end; begin += length, ++gram) {
      if (length < shortest || length > longest)
        continue;
      if (gram >= columns.size() || columns[gram] < 0)
        return op.operation()->emitError() << "TfIdfVectorizer: n-gram " << gram
                                           << " has no entry in ngram_indexes";
      int64_t node = 0;
      for (int64_t item : pool.slice(begin, length)) {
        auto [found, isNew] =
            next.try_emplace(node * items + item, tree.columns.size());
        if (isNew) {
          tree.edges.push_back(found->first);
          tree.nodes.push_back(found->second);
          tree.columns.push_back(-1);
        }
        node = found->second;
      }
      tree.columns[node] = columns[gram];
    }
  }
  return tree;
}

static LogicalResult lowerTfIdfVectorizer(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  if (x.rank() > 2)
    return notSupported(op, "an input of a rank above 2");
  Dims dims = g.dims(x.value);
  Dim length = dims.empty() ? g.fixed(1) : dims.back(),
      rows = dims.size() == 2 ? dims[0] : g.fixed(1);
  x = g.reshape(x, {rows, length});
  // Items of the pool by number.
  SmallVector<int64_t> pool;
  KeyTable table;
  int64_t items;
  if (isString(x.element)) {
    llvm::StringMap<int64_t> numbers;
    SmallVector<StringRef> texts;
    for (StringRef text : op.strings("pool_strings")) {
      auto [found, isNew] = numbers.try_emplace(text, texts.size());
      if (isNew)
        texts.push_back(text);
      pool.push_back(found->second);
    }
    table = makeKeyTable(g, texts);
    items = texts.size();
  } else {
    // Any number may be an item, those that mark DenseMap's free places too.
    llvm::MapVector<int64_t, int64_t, std::map<int64_t, unsigned>> numbers;
    for (int64_t item : op.integers("pool_int64s"))
      pool.push_back(numbers.insert({item, numbers.size()}).first->second);
    SmallVector<int64_t> keys;
    for (auto &entry : numbers)
      keys.push_back(entry.first);
    table = makeKeyTable(g, keys);
    items = keys.size();
  }
  auto tree = readPool(op, pool, std::max<int64_t>(items, 1));
  if (failed(tree))
    return failure();
  Type i64 = g.b.getI64Type(), f32 = g.b.getF32Type();
  Tensor numbers = g.map(x, i64, [&](ValueRange v) {
    return findKey(g, table,
                   isString(x.element) ? v[0] : g.e.cast(v[0], x.element, i64));
  });
  KeyTable edges = makeKeyTable(g, tree->edges);
  Tensor nodes = literal(g, tree->nodes), columns = literal(g, tree->columns);
  int64_t width = 1;
  for (int64_t column : op.integers("ngram_indexes"))
    width = std::max(width, std::min(column, kMostColumns) + 1);
  if (width > kMostColumns)
    return notSupported(op, "an index of ngram_indexes of " +
                                Twine(kMostColumns) + " or more");
  int64_t shortest = op.integer("min_gram_length"),
          longest = op.integer("max_gram_length"),
          skips = op.integer("max_skip_count");
  Value zero = g.index(0), none = g.e.integer(-1, i64),
        first = g.e.integer(0, i64), size = g.index(length);
  Tensor counts = g.filled({rows, g.fixed(width)}, f32, g.e.constant(0, f32));
  // From each item on, with `step` - 1 items left out between two.
  auto countFrom = [&](Value row, Value begin, Value step, Value least,
                       ValueRange carried) -> SmallVector<Value> {
    SmallVector<Value> state = {carried[0], first, begin};
    state = g.loop(
        g.index(1), g.index(longest + 1), state,
        [&](Value n, ValueRange carried) -> SmallVector<Value> {
          Value place = carried[2];
          Value inside = g.compare(arith::CmpIPredicate::ult, place, length);
          Value safe = g.e.select(inside, place, zero);
          Value item = g.at(numbers, {row, safe});
          Value alive = arith::AndIOp::create(
              g.b, inside,
              arith::AndIOp::create(g.b,
                                    g.e.lessOrEqual(first, carried[1], i64),
                                    g.e.lessOrEqual(first, item, i64)));
          Value key = g.e.add(
              g.e.mul(carried[1], g.e.integer(std::max<int64_t>(items, 1), i64),
                      i64),
              item, i64);
          Value edge = findKey(g, edges, g.e.select(alive, key, none));
          Value found = g.e.lessOrEqual(first, edge, i64);
          Value node = first;
          if (!tree->nodes.empty())
            node = g.at(nodes, g.e.toIndex(g.e.max(edge, first, i64), i64));
          Value column =
              g.at(columns, g.e.toIndex(g.e.select(found, node, first), i64));
          Value counted = arith::AndIOp::create(
              g.b, g.e.lessOrEqual(first, column, i64),
              g.compare(arith::CmpIPredicate::uge, n, least));
          Value at = g.e.toIndex(g.e.select(counted, column, first), i64);
          Value old = g.at({carried[0], f32}, {row, at});
          Value more =
              g.e.select(counted, g.e.constant(1, f32), g.e.constant(0, f32));
          Value next =
              g.insert(carried[0], f32, g.e.add(old, more, f32), {row, at});
          return {next, g.e.select(found, node, none),
                  arith::AddIOp::create(g.b, place, step)};
        });
    return {state[0]};
  };
  Value result = counts.value;
  // Single items count once, whatever is left out between others.
  for (int64_t skip = 0; skip <= skips; ++skip) {
    int64_t least = skip > 0 ? std::max<int64_t>(shortest, 2) : shortest;
    if (least > longest)
      break;
    result =
        g.loop(zero, g.index(rows), result, [&](Value row, ValueRange carried) {
          return g.loop(zero, size, carried,
                        [&](Value begin, ValueRange carried) {
                          return countFrom(row, begin, g.index(skip + 1),
                                           g.index(least), carried);
                        });
        })[0];
  }
  counts = g.sized(result, f32, {rows, g.fixed(width)});
  SmallVector<double> given = op.reals("weights");
  StringRef mode = op.string("mode");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return op.operation()->emitError()
           << "TfIdfVectorizer: mode " << mode << "; accepted: TF, IDF, TFIDF";
  if (!given.empty() && static_cast<int64_t>(given.size()) < width)
    return op.operation()->emitError()
           << "TfIdfVectorizer: " << given.size() << " weights for " << width
           << " columns";
  given.resize(width, 1);
  Tensor weights = literal(g, given, f32);
  Tensor scores = g.map({counts, weights}, f32, [&](ValueRange v) {
    if (mode == "TF")
      return v[0];
    Value zero = g.e.constant(0, f32);
    return mode == "TFIDF" ? g.e.mul(v[0], v[1], f32)
                           : g.e.select(g.e.less(zero, v[0], f32), v[1], zero);
  });
  g.set(op.output("Y"),
        dims.size() == 2 ? scores : g.reshape(scores, g.fixed(width)));
  return success();
}

void llm::onnx::addVectorizer(LoweringTable &table) {
  table.add("TfIdfVectorizer", lowerTfIdfVectorizer);
}
