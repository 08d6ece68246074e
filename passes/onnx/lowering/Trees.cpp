//===- Trees.cpp - ai.onnx.ml: ensembles of decision trees ----------------===//
//
// All nodes of all trees lie in tables. Every row walks down every tree, as
// many steps as the deepest has; what the leaves say is then gathered by
// target.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/MachineLearning.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {

enum Mode { Leq, Lt, Gte, Gt, Eq, Neq, Member, Leaf };
enum class Aggregate { Average, Sum, Min, Max };

/// A node's children, or entries of a leaf, or members of a set, are ranges of
/// other tables.
struct Forest {
  SmallVector<int64_t> modes, features, yes, no, missing;
  SmallVector<double> splits;
  SmallVector<int64_t> begins, ends; ///< of a leaf's entries, a set's members
  SmallVector<int64_t> targets;      ///< of entries
  SmallVector<double> weights;       ///< of entries
  SmallVector<double> members;
  SmallVector<int64_t> roots;
  int64_t depth = 0;

  void addNode(int64_t mode, int64_t feature, double split, int64_t whenTrue,
               int64_t whenFalse, bool missingIsTrue) {
    modes.push_back(mode);
    features.push_back(feature);
    splits.push_back(split);
    yes.push_back(whenTrue);
    no.push_back(whenFalse);
    missing.push_back(missingIsTrue);
    begins.push_back(0);
    ends.push_back(0);
  }

  /// Checks that trees are trees, and how deep. False with a message if not.
  bool measure(std::string &error) {
    SmallVector<std::pair<int64_t, int64_t>> open;
    SmallVector<bool> seen(modes.size(), false);
    for (int64_t root : roots)
      open.push_back({root, 0});
    while (!open.empty()) {
      auto [node, level] = open.pop_back_val();
      if (node < 0 || node >= static_cast<int64_t>(modes.size())) {
        error = "a node that does not exist: " + std::to_string(node);
        return false;
      }
      if (modes[node] == Leaf)
        continue;
      if (seen[node]) {
        error = "node " + std::to_string(node) + " has two parents";
        return false;
      }
      seen[node] = true;
      depth = std::max(depth, level + 1);
      open.push_back({yes[node], level + 1});
      open.push_back({no[node], level + 1});
    }
    return true;
  }
};

} // namespace

/// The leaf (i64) that each row reaches in each tree: [rows, trees].
static Tensor walk(GraphLowering &g, const Forest &forest, Tensor x) {
  Type i64 = g.b.getI64Type(), real = x.element;
  Tensor modes = literal(g, forest.modes),
         features = literal(g, forest.features), yes = literal(g, forest.yes),
         no = literal(g, forest.no), missing = literal(g, forest.missing),
         begins = literal(g, forest.begins), ends = literal(g, forest.ends),
         splits = literal(g, forest.splits, real),
         members = literal(g, forest.members, real),
         roots = literal(g, forest.roots);
  Dims dims = g.dims(x.value);
  auto toIndex = [&](Value value) { return g.e.toIndex(value, i64); };
  auto compare = [&](CmpFPredicate predicate, Value a, Value b) -> Value {
    return arith::CmpFOp::create(g.b, predicate, a, b);
  };
  auto step = [&](Value row, Value node) -> Value {
    Value mode = g.at(modes, node);
    auto isMode = [&](int64_t kind) {
      return g.e.equal(mode, g.e.integer(kind, i64), i64);
    };
    Value feature =
        g.checked(toIndex(g.at(features, node)), dims[1],
                  "a tree asks for a feature that the input does not have");
    Value value = g.at(x, {row, feature}), split = g.at(splits, node);
    Value holds = compare(CmpFPredicate::OLE, value, split);
    auto choose = [&](int64_t kind, CmpFPredicate predicate) {
      if (llvm::is_contained(forest.modes, kind))
        holds =
            g.e.select(isMode(kind), compare(predicate, value, split), holds);
    };
    choose(Lt, CmpFPredicate::OLT);
    choose(Gte, CmpFPredicate::OGE);
    choose(Gt, CmpFPredicate::OGT);
    choose(Eq, CmpFPredicate::OEQ);
    choose(Neq, CmpFPredicate::UNE);
    if (llvm::is_contained(forest.modes, Member)) {
      Value none = arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 0);
      Value isMember = isMode(Member);
      Value begin = toIndex(g.at(begins, node)),
            end = g.e.select(isMember, toIndex(g.at(ends, node)), begin);
      Value found =
          g.loop(begin, end, none,
                 [&](Value i, ValueRange carried) -> SmallVector<Value> {
                   Value same =
                       compare(CmpFPredicate::OEQ, value, g.at(members, i));
                   return {arith::OrIOp::create(g.b, carried[0], same)};
                 })[0];
      holds = g.e.select(isMember, found, holds);
    }
    Value isNaN = compare(CmpFPredicate::UNO, value, value);
    Value tracks = g.e.equal(g.at(missing, node), g.e.integer(1, i64), i64);
    holds = arith::OrIOp::create(g.b, holds,
                                 arith::AndIOp::create(g.b, isNaN, tracks));
    return toIndex(g.e.select(holds, g.at(yes, node), g.at(no, node)));
  };
  Dim trees = g.fixed(forest.roots.size());
  return g.tabulate({dims[0], trees}, i64, [&](ValueRange at) {
    Value node = toIndex(g.at(roots, at[1]));
    node = g.loop(
        g.index(0), g.index(forest.depth), node,
        [&](Value, ValueRange carried) -> SmallVector<Value> {
          Value here = carried[0];
          Value isLeaf =
              g.e.equal(g.at(modes, here), g.e.integer(Leaf, i64), i64);
          return g.branch(
              isLeaf, [&]() -> SmallVector<Value> { return {here}; },
              [&]() -> SmallVector<Value> { return {step(at[0], here)}; });
        })[0];
    return g.e.fromIndex(node, i64);
  });
}

/// What the leaves of a row say for each target: [rows, targets].
static Tensor aggregate(GraphLowering &g, const Forest &forest, Tensor leaves,
                        int64_t targets, Type real, Aggregate how) {
  Type i64 = g.b.getI64Type();
  Tensor begins = literal(g, forest.begins), ends = literal(g, forest.ends),
         ids = literal(g, forest.targets),
         weights = literal(g, forest.weights, real);
  bool sums = how == Aggregate::Sum || how == Aggregate::Average;
  auto limit = [&](bool negative) -> Value {
    return arith::ConstantOp::create(
        g.b,
        g.b.getFloatAttr(
            real, APFloat::getLargest(cast<FloatType>(real).getFloatSemantics(),
                                      negative)));
  };
  Value start = sums ? g.e.constant(0, real) : limit(how == Aggregate::Max);
  Value trees = g.index(forest.roots.size());
  return g.tabulate(
      {g.dim(leaves.value, 0), g.fixed(targets)}, real, [&](ValueRange at) {
        Value target = g.e.fromIndex(at[1], i64);
        auto overEntries = [&](Value entry,
                               ValueRange carried) -> SmallVector<Value> {
          Value weight = g.at(weights, entry), next;
          if (sums)
            next = g.e.add(carried[0], weight, real);
          else
            next = how == Aggregate::Min ? g.e.min(carried[0], weight, real)
                                         : g.e.max(carried[0], weight, real);
          Value mine = g.e.equal(g.at(ids, entry), target, i64);
          return {g.e.select(mine, next, carried[0])};
        };
        auto overTrees = [&](Value tree, ValueRange carried) {
          Value leaf = g.e.toIndex(g.at(leaves, {at[0], tree}), i64);
          return g.loop(g.e.toIndex(g.at(begins, leaf), i64),
                        g.e.toIndex(g.at(ends, leaf), i64), carried,
                        overEntries);
        };
        Value sum = g.loop(g.index(0), trees, start, overTrees)[0];
        if (how == Aggregate::Average)
          sum = g.e.div(sum, g.e.constant(forest.roots.size(), real), real);
        return sum;
      });
}

/// X as floats that trees compare: f64 if it is that.
static Tensor featuresOf(GraphLowering &g, Value input) {
  Tensor x = g.tensor(input);
  return g.cast(x, x.element.isF64() ? x.element : Type(g.b.getF32Type()));
}

static LogicalResult refuse(OnnxOp op, const Twine &what) {
  return op.operation()->emitError() << op.type() << ": " << what;
}

//===----------------------------------------------------------------------===//
// Version 5: leaves in a table of their own
//===----------------------------------------------------------------------===//

static LogicalResult lowerTreeEnsemble(OnnxOp op, GraphLowering &g) {
  Tensor x = featuresOf(g, op.input("X"));
  auto tensor = [&](StringRef name) {
    return dyn_cast_or_null<DenseElementsAttr>(op.attribute(name));
  };
  if (x.rank() != 2 || !tensor("nodes_modes") || !tensor("nodes_splits") ||
      !tensor("leaf_weights"))
    return notSupported(op, "an input of a rank other than 2");
  SmallVector<int64_t> modes = integersOf(tensor("nodes_modes")),
                       features = op.integers("nodes_featureids"),
                       yes = op.integers("nodes_truenodeids"),
                       no = op.integers("nodes_falsenodeids"),
                       yesLeaf = op.integers("nodes_trueleafs"),
                       noLeaf = op.integers("nodes_falseleafs"),
                       missing = op.integers("nodes_missing_value_tracks_true");
  SmallVector<double> splits = realsOf(tensor("nodes_splits"));
  int64_t count = modes.size();
  missing.resize(count, 0);
  for (size_t size : {features.size(), yes.size(), no.size(), yesLeaf.size(),
                      noLeaf.size(), splits.size()})
    if (size != modes.size())
      return refuse(op, "lists of nodes of different lengths");
  Forest forest;
  for (int64_t i = 0; i < count; ++i)
    forest.addNode(modes[i], features[i], splits[i],
                   yesLeaf[i] ? yes[i] + count : yes[i],
                   noLeaf[i] ? no[i] + count : no[i], missing[i]);
  // Members in the order of the nodes, NaN behind each set.
  if (auto members = tensor("membership_values"))
    forest.members = realsOf(members);
  size_t next = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (modes[i] != Member)
      continue;
    forest.begins[i] = next;
    while (next < forest.members.size() && !std::isnan(forest.members[next]))
      ++next;
    if (next == forest.members.size())
      return refuse(op, "fewer sets of members than nodes that ask for one");
    forest.ends[i] = next++;
  }
  forest.targets = op.integers("leaf_targetids");
  forest.weights = realsOf(tensor("leaf_weights"));
  if (forest.targets.size() != forest.weights.size())
    return refuse(op, "lists of leaves of different lengths");
  for (size_t i = 0; i < forest.targets.size(); ++i) {
    forest.addNode(Leaf, 0, 0, 0, 0, false);
    forest.begins.back() = i;
    forest.ends.back() = i + 1;
  }
  for (int64_t root : op.integers("tree_roots")) {
    // A tree may be nothing but a leaf.
    bool isLeaf = root >= 0 && root < count && yesLeaf[root] && noLeaf[root] &&
                  yes[root] == no[root];
    forest.roots.push_back(isLeaf ? yes[root] + count : root);
  }
  std::string error;
  if (!forest.measure(error))
    return refuse(op, error);
  static const StringRef kinds[] = {"NONE", "SOFTMAX", "LOGISTIC",
                                    "SOFTMAX_ZERO", "PROBIT"};
  int64_t kind = op.integer("post_transform"),
          how = op.integer("aggregate_function", 1);
  if (kind < 0 || kind > 4 || how < 0 || how > 3)
    return refuse(op, "post_transform " + Twine(kind) +
                          " or aggregate_function " + Twine(how) +
                          " is out of range");
  Tensor scores =
      aggregate(g, forest, walk(g, forest, x), op.integer("n_targets"),
                x.element, static_cast<Aggregate>(how));
  auto result = transformScores(op, g, scores, kinds[kind]);
  if (failed(result))
    return failure();
  g.set(op.output("Y"), g.cast(*result, g.elementOf(op.output("Y"))));
  return success();
}

//===----------------------------------------------------------------------===//
// Classifier and regressor: nodes by numbers within their trees
//===----------------------------------------------------------------------===//

static FailureOr<Forest> readForest(OnnxOp op, StringRef entries) {
  SmallVector<int64_t> trees = op.integers("nodes_treeids"),
                       ids = op.integers("nodes_nodeids"),
                       features = op.integers("nodes_featureids"),
                       yes = op.integers("nodes_truenodeids"),
                       no = op.integers("nodes_falsenodeids"),
                       missing = op.integers("nodes_missing_value_tracks_true");
  SmallVector<StringRef> modes = op.strings("nodes_modes");
  SmallVector<double> splits = realsOf(op, "nodes_values");
  missing.resize(ids.size(), 0);
  for (size_t size : {trees.size(), features.size(), yes.size(), no.size(),
                      modes.size(), splits.size()})
    if (size != ids.size())
      return refuse(op, "lists of nodes of different lengths");
  llvm::DenseMap<std::pair<int64_t, int64_t>, int64_t> places;
  llvm::MapVector<int64_t, int64_t> roots; // the first node of each tree
  for (size_t i = 0; i < ids.size(); ++i) {
    places[{trees[i], ids[i]}] = i;
    roots.insert({trees[i], i});
  }
  Forest forest;
  auto child = [&](size_t i, int64_t id) {
    auto found = places.find({trees[i], id});
    return found == places.end() ? -1 : found->second;
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    int mode = llvm::StringSwitch<int>(modes[i])
                   .Case("BRANCH_LEQ", Leq)
                   .Case("BRANCH_LT", Lt)
                   .Case("BRANCH_GTE", Gte)
                   .Case("BRANCH_GT", Gt)
                   .Case("BRANCH_EQ", Eq)
                   .Case("BRANCH_NEQ", Neq)
                   .Case("LEAF", Leaf)
                   .Default(-1);
    if (mode < 0)
      return refuse(op, "the node mode " + modes[i]);
    forest.addNode(mode, features[i], splits[i], child(i, yes[i]),
                   child(i, no[i]), missing[i]);
  }
  for (auto [tree, root] : roots)
    forest.roots.push_back(root);
  // Entries of a leaf lie together.
  SmallVector<int64_t> entryTrees = op.integers((entries + "_treeids").str()),
                       entryNodes = op.integers((entries + "_nodeids").str()),
                       targets = op.integers((entries + "_ids").str());
  SmallVector<double> weights = realsOf(op, (entries + "_weights").str());
  if (entryTrees.size() != targets.size() ||
      entryNodes.size() != targets.size() || weights.size() != targets.size())
    return refuse(op, "lists of leaves of different lengths");
  SmallVector<SmallVector<size_t, 1>> byNode(ids.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    auto found = places.find({entryTrees[i], entryNodes[i]});
    if (found == places.end())
      return refuse(op, "a weight of a node that does not exist");
    byNode[found->second].push_back(i);
  }
  for (size_t node = 0; node < ids.size(); ++node) {
    forest.begins[node] = forest.targets.size();
    for (size_t entry : byNode[node]) {
      forest.targets.push_back(targets[entry]);
      forest.weights.push_back(weights[entry]);
    }
    forest.ends[node] = forest.targets.size();
  }
  std::string error;
  if (!forest.measure(error))
    return refuse(op, error);
  return forest;
}

/// Scores with what each target starts with.
static Tensor addBase(OnnxOp op, GraphLowering &g, Tensor scores) {
  SmallVector<double> base = realsOf(op, "base_values");
  if (base.empty())
    return scores;
  Tensor start = literal(g, base, scores.element);
  return g.map({scores, start}, scores.element, [&](ValueRange v) {
    return g.e.add(v[0], v[1], scores.element);
  });
}

static LogicalResult lowerRegressor(OnnxOp op, GraphLowering &g) {
  auto forest = readForest(op, "target");
  if (failed(forest))
    return failure();
  Tensor x = featuresOf(g, op.input("X"));
  if (x.rank() != 2)
    return notSupported(op, "an input of a rank other than 2");
  int how = llvm::StringSwitch<int>(op.string("aggregate_function", "SUM"))
                .Case("AVERAGE", 0)
                .Case("SUM", 1)
                .Case("MIN", 2)
                .Case("MAX", 3)
                .Default(-1);
  if (how < 0)
    return refuse(op, "aggregate_function " + op.string("aggregate_function") +
                          "; accepted: AVERAGE, SUM, MIN, MAX");
  Tensor scores =
      aggregate(g, *forest, walk(g, *forest, x), op.integer("n_targets", 1),
                x.element, static_cast<Aggregate>(how));
  auto result = transformScores(op, g, addBase(op, g, scores),
                                op.string("post_transform", "NONE"));
  if (failed(result))
    return failure();
  g.set(op.output("Y"), g.cast(*result, g.b.getF32Type()));
  return success();
}

static LogicalResult lowerClassifier(OnnxOp op, GraphLowering &g) {
  auto forest = readForest(op, "class");
  if (failed(forest))
    return failure();
  Tensor x = featuresOf(g, op.input("X"));
  if (x.rank() != 2)
    return notSupported(op, "an input of a rank other than 2");
  SmallVector<int64_t> integers = op.integers("classlabels_int64s");
  SmallVector<StringRef> texts = op.strings("classlabels_strings");
  int64_t classes = std::max(integers.size(), texts.size());
  if (classes == 0)
    return refuse(op, "no labels of classes");
  Tensor scores = addBase(op, g,
                          aggregate(g, *forest, walk(g, *forest, x), classes,
                                    x.element, Aggregate::Sum));
  StringRef kind = op.string("post_transform", "NONE");
  llvm::SmallDenseSet<int64_t> used(forest->targets.begin(),
                                    forest->targets.end());
  // Leaves that speak of one class only, of two: the score alone decides, by
  // what is left of 1 where scores are shares, else by its sign, and the other
  // class has the rest or the opposite (as ONNX Runtime has it).
  Tensor labels;
  bool areShares =
      llvm::none_of(forest->weights, [](double w) { return w < 0; });
  if (used.size() == 1 && classes == 2) {
    Type i64 = g.b.getI64Type(), real = scores.element;
    Tensor raw = scores;
    Value column = g.index(*used.begin() ? 1 : 0);
    labels = g.tabulate(g.dim(raw.value, 0), i64, [&](ValueRange at) -> Value {
      Value least = g.e.constant(areShares ? 0.5 : 0, real);
      return arith::ExtUIOp::create(
          g.b, i64, g.e.less(least, g.at(raw, {at[0], column}), real));
    });
  }
  if (used.size() == 1 && classes <= 2 && used.contains(0)) {
    Type real = scores.element;
    bool rest = classes == 2 ? areShares && kind != "LOGISTIC"
                             : kind == "NONE" || kind == "PROBIT";
    if (classes == 2 && kind.starts_with("SOFTMAX"))
      kind = "NONE";
    Tensor one = scores;
    scores =
        g.tabulate({g.dim(one.value, 0), g.fixed(2)}, real, [&](ValueRange at) {
          Value score = g.at(one, {at[0], g.index(0)});
          Value other = rest ? g.e.sub(g.e.constant(1, real), score, real)
                             : g.e.neg(score, real);
          return g.e.select(g.compare(CmpIPredicate::eq, at[1], g.fixed(0)),
                            other, score);
        });
    if (classes == 1) {
      if (!texts.empty() || integers[0] != 1)
        return notSupported(op, "a single class with a label other than 1");
      integers = {0, 1};
    }
  }
  auto result = transformScores(op, g, scores, kind);
  if (failed(result))
    return failure();
  if (!labels)
    labels = largestScores(g, *result);
  g.set(op.output("Y"), labelsOf(g, labels, integers, texts));
  g.set(op.output("Z"), g.cast(*result, g.b.getF32Type()));
  return success();
}

void llm::onnx::addTrees(LoweringTable &table) {
  table.add("ml.TreeEnsemble", lowerTreeEnsemble);
  table.add("ml.TreeEnsembleClassifier", lowerClassifier);
  table.add("ml.TreeEnsembleRegressor", lowerRegressor);
}
