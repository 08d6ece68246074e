//===- RollLayers.cpp - Copies of a layer become llm.repeat ---------------===//
//
// An exported graph holds every layer by itself. What hangs its layers together
// is one value each, the hidden state: every path from what the first layer
// reads to the model's result leads through it. So the values that dominate the
// result in the graph of uses cut it into segments, whatever the order or the
// names of its ops (dominators as in Cooper, Harvey and Kennedy 2001; one sweep
// is enough without cycles). Segments are alike when their ops, attributes and
// types are, they read the same values from outside, and their weights have
// equal types; layers, runs of segments, are of one kind when all of theirs
// are.
//
// Of all ways to cut the segments into layers the one is taken that leaves the
// least code. Every layer holds an op that mixes tokens if the graph has any.
//
//===----------------------------------------------------------------------===//

#include "passes/model/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <map>
#include <set>
#include <tuple>

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_ROLLLAYERS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// A value of a segment; `inside` if the segment computes it.
struct Node {
  Value value;
  bool inside;
  SmallVector<unsigned> operands; ///< numbers of nodes
};

/// What lies between two cuts, as its last value's uses tell: the first node is
/// that value, and nodes are numbered as a walk from there meets them.
struct Segment {
  Value first, last; ///< the hidden states before and after
  SmallVector<Node> nodes;
  int64_t kind = 0;   ///< alike segments have equal ones
  bool mixes = false; ///< tokens of a sequence
};

/// Layers of `length` segments each.
struct Rolling {
  size_t first = 0, length = 0, layers = 0;
  /// Ops outside that mix tokens, then code that is saved (negative), then the
  /// length of a layer.
  std::tuple<size_t, int64_t, size_t> cost;
};

/// The parameter that the value is the only entry of.
ParameterOp ownParameter(Value value) {
  auto weight = value.getDefiningOp<WeightOp>();
  if (!weight || weight.getLayer())
    return {};
  auto parameter = SymbolTable::lookupNearestSymbolFrom<ParameterOp>(
      weight, weight.getParameterAttr());
  return parameter && parameter.getSources().size() == 1 ? parameter
                                                         : ParameterOp();
}

/// A function's graph as seen from one of its values.
class Chain {
public:
  Chain(Block &block, Value start) : block(block), start(start) {
    cut();
    for (size_t i = 0; i < segments.size(); ++i)
      for (size_t j = 0; j <= i; ++j)
        if (i == j || alike(segments[i], segments[j])) {
          segments[i].kind = segments[j].kind = j;
          break;
        }
  }

  /// The best rolling that leaves less code than there is, or the only layer.
  std::optional<Rolling> choose() const;

  ArrayRef<Segment> layer(const Rolling &rolling, size_t number) const {
    return ArrayRef(segments).slice(rolling.first + number * rolling.length,
                                    rolling.length);
  }

private:
  std::optional<Rolling> only() const;
  void cut();
  void number(Segment &segment);
  static bool alike(const Segment &a, const Segment &b);

  Block &block;
  Value start;
  DenseSet<Operation *> dependent; ///< on `start`
  std::vector<Segment> segments;
};

} // namespace

void Chain::cut() {
  Operation *entry = start.getDefiningOp(); // null for an argument: just a key
  struct Dominator {
    Operation *op;
    unsigned depth;
  };
  DenseMap<Operation *, Dominator> dominators;
  auto depth = [&](Operation *op) {
    return op == entry ? 0 : dominators.lookup(op).depth;
  };
  for (Operation &op : block) {
    std::optional<Operation *> dominator;
    for (Value operand : op.getOperands()) {
      Operation *from = operand.getDefiningOp();
      if (operand != start && (!from || !dependent.contains(from)))
        continue;
      if (!dominator)
        dominator = from;
      while (*dominator != from)
        if (depth(*dominator) >= depth(from))
          dominator = dominators.lookup(*dominator).op;
        else
          from = dominators.lookup(from).op;
    }
    if (!dominator)
      continue;
    dependent.insert(&op);
    dominators[&op] = {*dominator, depth(*dominator) + 1};
  }

  Operation *end = block.getTerminator();
  if (!dependent.contains(end))
    return;
  SmallVector<Operation *> cuts;
  for (Operation *op = dominators.lookup(end).op; op != entry;
       op = dominators.lookup(op).op)
    cuts.push_back(op);
  Value before = start;
  for (Operation *op : llvm::reverse(cuts)) {
    if (op->getNumResults() != 1)
      continue;
    segments.push_back({before, op->getResult(0), {}});
    number(segments.back());
    before = op->getResult(0);
  }
}

void Chain::number(Segment &segment) {
  DenseMap<Value, unsigned> numbers;
  auto visit = [&](Value value) {
    auto [it, isNew] = numbers.try_emplace(value, segment.nodes.size());
    if (isNew) {
      Operation *op = value.getDefiningOp();
      bool inside = value != segment.first && op && dependent.contains(op);
      segment.nodes.push_back({value, inside, {}});
      segment.mixes |= inside && isa<IncrementalOpInterface>(op);
    }
    return it->second;
  };
  visit(segment.last);
  for (size_t i = 0; i < segment.nodes.size(); ++i) {
    if (!segment.nodes[i].inside)
      continue;
    SmallVector<unsigned> operands;
    for (Value operand : segment.nodes[i].value.getDefiningOp()->getOperands())
      operands.push_back(visit(operand));
    segment.nodes[i].operands = std::move(operands);
  }
}

bool Chain::alike(const Segment &a, const Segment &b) {
  if (a.nodes.size() != b.nodes.size())
    return false;
  for (auto [x, y] : llvm::zip(a.nodes, b.nodes)) {
    if (x.inside != y.inside || x.operands != y.operands ||
        x.value.getType() != y.value.getType())
      return false;
    if (!x.inside) {
      if (x.value == y.value || (x.value == a.first && y.value == b.first))
        continue;
      ParameterOp p = ownParameter(x.value), q = ownParameter(y.value);
      if (!p || !q || p.getType() != q.getType() ||
          p.getSourceType() != q.getSourceType())
        return false;
      continue;
    }
    Operation *p = x.value.getDefiningOp(), *q = y.value.getDefiningOp();
    if (p->getName() != q->getName() ||
        p->getAttrDictionary() != q->getAttrDictionary() ||
        p->getResultTypes() != q->getResultTypes() ||
        cast<OpResult>(x.value).getResultNumber() !=
            cast<OpResult>(y.value).getResultNumber() ||
        p->getNumRegions() || !isMemoryEffectFree(p))
      return false;
  }
  return true;
}

/// Whether llm.repeat may carry it from layer to layer.
static bool isHiddenState(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() == 2 && !tensor.isDynamicDim(1) &&
         isa<FloatType>(tensor.getElementType());
}

std::optional<Rolling> Chain::choose() const {
  size_t mixing =
      llvm::count_if(segments, [](const Segment &s) { return s.mixes; });
  std::optional<Rolling> best;
  for (size_t length = 1; length <= segments.size() / 2; ++length)
    for (size_t first = 0; first + 2 * length <= segments.size(); ++first) {
      Type hidden = segments[first].first.getType();
      if (!isHiddenState(hidden))
        continue;
      std::set<SmallVector<int64_t>> kinds;
      size_t outside = mixing;
      int64_t saved = 0;
      for (size_t at = first; at + length <= segments.size(); at += length) {
        SmallVector<int64_t> kind;
        size_t mixes = 0, size = 0;
        bool weighs = false;
        for (const Segment &segment : ArrayRef(segments).slice(at, length)) {
          kind.push_back(segment.kind);
          mixes += segment.mixes;
          size += segment.nodes.size();
          weighs |= llvm::any_of(segment.nodes, [](const Node &node) {
            return !node.inside && ownParameter(node.value);
          });
        }
        if (segments[at + length - 1].last.getType() != hidden ||
            (mixing ? !mixes : !weighs))
          break;
        outside -= mixes;
        if (!kinds.insert(std::move(kind)).second)
          saved += size;
        std::tuple cost(outside, -saved, length);
        // Layers that are all different have to be layers nevertheless.
        bool holdsAll = mixing && outside == 0 && at > first;
        if ((saved || holdsAll) && (!best || cost < best->cost))
          best = Rolling{first, length, (at - first) / length + 1, cost};
      }
    }
  return best || mixing != 1 ? best : only();
}

/// A single layer that mixes tokens has no copy: it ends where the hidden state
/// does.
std::optional<Rolling> Chain::only() const {
  if (llvm::count_if(block, [](Operation &op) {
        return isa<IncrementalOpInterface>(op);
      }) != 1)
    return std::nullopt; // others lie where no value leads through
  auto mixes = [](const Segment &segment) { return segment.mixes; };
  size_t first = llvm::find_if(segments, mixes) - segments.begin();
  Type hidden = segments[first].first.getType();
  size_t length = 0;
  while (first + length < segments.size() &&
         segments[first + length].last.getType() == hidden)
    ++length;
  if (length == 0 || !isHiddenState(hidden))
    return std::nullopt;
  return Rolling{first, length, 1, {0, 0, length}};
}

namespace {

/// Writes the layers of a rolling as one op.
class Roller {
public:
  Roller(const Chain &chain, const Rolling &rolling, SymbolTable &symbols)
      : chain(chain), rolling(rolling), symbols(symbols) {}

  void run() {
    Value before = chain.layer(rolling, 0).front().first;
    Value after = chain.layer(rolling, rolling.layers - 1).back().last;
    std::map<SmallVector<int64_t>, size_t> numberOf;
    SmallVector<int64_t> kinds(rolling.layers, -1);
    SmallVector<SmallVector<size_t>> layers; // of each kind
    for (size_t i = 0; i < rolling.layers; ++i) {
      SmallVector<int64_t> kind;
      for (const Segment &segment : chain.layer(rolling, i))
        kind.push_back(segment.kind);
      auto [it, isNew] = numberOf.try_emplace(kind, layers.size());
      if (isNew)
        layers.emplace_back();
      layers[it->second].push_back(i);
      kinds[i] = it->second;
    }
    OpBuilder builder(after.getDefiningOp());
    auto repeat =
        RepeatOp::create(builder, before.getLoc(), before.getType(), before,
                         builder.getDenseI64ArrayAttr(kinds), layers.size());
    for (auto [kind, members] : llvm::enumerate(layers))
      writeKind(repeat, repeat.getBodies()[kind], members);
    after.replaceAllUsesWith(repeat.getResult());
  }

private:
  /// A copy of the first layer with tables in place of its weights.
  void writeKind(RepeatOp repeat, Region &body, ArrayRef<size_t> members) {
    ArrayRef<Segment> layer = chain.layer(rolling, members.front());
    OpBuilder builder(repeat.getContext());
    Type hidden = repeat.getInput().getType();
    Block *block =
        builder.createBlock(&body, {}, {hidden, builder.getIndexType()},
                            {repeat.getLoc(), repeat.getLoc()});
    IRMapping mapping;
    mapping.map(layer.front().first, block->getArgument(0));
    SmallVector<Operation *> ops;
    for (const Segment &segment : layer)
      for (const Node &node : segment.nodes)
        if (node.inside)
          ops.push_back(node.value.getDefiningOp());
    llvm::sort(
        ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    ops.erase(llvm::unique(ops), ops.end());
    for (auto [s, segment] : llvm::enumerate(layer))
      for (auto [n, node] : llvm::enumerate(segment.nodes)) {
        if (node.inside || mapping.contains(node.value) ||
            !ownParameter(node.value))
          continue;
        SmallVector<Value> entries;
        for (size_t member : members)
          entries.push_back(chain.layer(rolling, member)[s].nodes[n].value);
        // What other layers read too needs no table.
        if (llvm::all_equal(entries) &&
            !llvm::all_of(node.value.getUsers(), [&](Operation *user) {
              return llvm::is_contained(ops, user);
            }))
          continue;
        mapping.map(node.value, readTable(builder, members, entries,
                                          block->getArgument(1)));
      }
    for (Operation *op : ops)
      builder.clone(*op, mapping);
    YieldOp::create(builder, repeat.getLoc(),
                    mapping.lookup(layer.back().last));
  }

  /// The first table of this type that has no entries for the kind's layers: as
  /// kinds list their weights in one order, those of a role share a table.
  ParameterOp tableFor(ParameterOp first, ArrayRef<size_t> members) {
    for (ParameterOp table : tables)
      if (table.getType() == first.getType() &&
          table.getSourceType() == first.getSourceType() &&
          llvm::all_of(members, [&](size_t member) {
            return cast<StringAttr>(table.getSources()[member]).empty();
          }))
        return table;
    OpBuilder builder(first);
    SmallVector<Attribute> none(rolling.layers, builder.getStringAttr(""));
    auto table = ParameterOp::create(
        builder, first.getLoc(), first.getSymName(), first.getType(),
        first.getSourceType(), builder.getArrayAttr(none));
    symbols.insert(
        table); // under a name of its own while the first one's is there
    tables.push_back(table);
    return table;
  }

  Value readTable(OpBuilder &builder, ArrayRef<size_t> members,
                  ArrayRef<Value> entries, Value layer) {
    ParameterOp table = tableFor(ownParameter(entries.front()), members);
    SmallVector<Attribute> sources(table.getSources().getValue());
    for (auto [member, entry] : llvm::zip(members, entries))
      sources[member] = ownParameter(entry).getSources()[0];
    table.setSourcesAttr(builder.getArrayAttr(sources));
    return WeightOp::create(
        builder, entries.front().getLoc(), entries.front().getType(),
        FlatSymbolRefAttr::get(table.getSymNameAttr()), layer);
  }

  const Chain &chain;
  const Rolling &rolling;
  SymbolTable &symbols;
  SmallVector<ParameterOp> tables;
};

/// Takes out what nothing reads any more, and its parameters.
void eraseUnread(ModuleOp module, Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
  DenseSet<StringAttr> read;
  module.walk(
      [&](WeightOp op) { read.insert(op.getParameterAttr().getAttr()); });
  for (auto op : llvm::make_early_inc_range(module.getOps<ParameterOp>()))
    if (!read.contains(op.getSymNameAttr()))
      op.erase();
}

struct RollLayers : llm::impl::RollLayersBase<RollLayers> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.getBody().hasOneBlock() &&
          function.getOps<RepeatOp>().empty())
        roll(function.getBody().front());
  }

  /// Values that the first layer may read as its hidden state: no op that mixes
  /// tokens has been before it.
  SmallVector<Value> starts(Block &block) {
    constexpr size_t kMost = 64; // each is a sweep over the graph
    SmallVector<Value> values;
    DenseSet<Operation *> later;
    auto add = [&](Value value) {
      if (isHiddenState(value.getType()) && values.size() < kMost)
        values.push_back(value);
    };
    llvm::for_each(block.getArguments(), add);
    for (Operation &op : block) {
      if (isa<IncrementalOpInterface>(op) ||
          llvm::any_of(op.getOperands(), [&](Value operand) {
            return later.contains(operand.getDefiningOp());
          }))
        later.insert(&op);
      else
        llvm::for_each(op.getResults(), add);
    }
    return values;
  }

  void roll(Block &block) {
    std::unique_ptr<Chain> chain;
    Rolling best;
    for (Value start : starts(block)) {
      auto candidate = std::make_unique<Chain>(block, start);
      std::optional<Rolling> rolling = candidate->choose();
      if (rolling && (!chain || rolling->cost < best.cost)) {
        best = *rolling;
        chain = std::move(candidate);
      }
    }
    if (!chain)
      return;
    SymbolTable symbols(getOperation());
    Roller(*chain, best, symbols).run();
    eraseUnread(getOperation(), block);
    sinkWeights(block);
  }

  /// Weights are read where they are first needed, as frontends write it.
  static void sinkWeights(Block &block) {
    for (RepeatOp repeat : block.getOps<RepeatOp>())
      for (Region &body : repeat.getBodies())
        for (WeightOp weight :
             llvm::to_vector(body.front().getOps<WeightOp>())) {
          Operation *first = nullptr;
          for (Operation *user : weight->getUsers())
            if (Operation *here = body.front().findAncestorOpInBlock(*user);
                here && (!first || here->isBeforeInBlock(first)))
              first = here;
          if (first)
            weight->moveBefore(first);
        }
  }
};

} // namespace
