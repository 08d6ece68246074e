//===- ProbeProducts.cpp - Linear layers, rotations, attention ------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace llm::onnx;

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

bool Probe::runProducts(OnnxOp op, bool &known) {
  known = true;
  StringRef type = op.type();
  Operation *operation = op.operation();
  Value result =
      operation->getNumResults() ? Value(operation->getResult(0)) : Value();
  auto operand = [&](unsigned i) { return get(operation->getOperand(i)); };
  auto finish = [&](ArrayPtr array, const char *otherwise) {
    if (!array)
      return fail(otherwise);
    set(result, array);
    return true;
  };
  if (type == "MatMul")
    return finish(matMul(*operand(0), *operand(1)),
                  "is no product of rows and weights, of queries and keys, or "
                  "of attention weights and values");
  if (type == "Gemm") {
    ArrayPtr a = operand(0), b = operand(1);
    if (!b->isWeight() || op.integer("transA") || op.real("alpha", 1) != 1 ||
        op.real("beta", 1) != 1)
      return fail("is no product of rows and weights");
    Array weight = *b;
    if (op.integer("transB")) {
      std::swap(weight.shape[0], weight.shape[1]);
      weight.transposed ^= true;
    }
    ArrayPtr product = matMul(*a, weight);
    if (product && operation->getNumOperands() > 2)
      product = add(*product, *operand(2), 1);
    return finish(product, "is no product of rows and weights");
  }
  if (type == "Softmax") {
    ArrayPtr x = operand(0);
    int64_t axis = op.integer("axis", op.version() >= 13 ? -1 : 1);
    if (axis != -1 && axis != x->rank() - 1)
      return fail("is not along its last axis");
    return finish(softmax(*x), "is no causal attention");
  }
  known = false;
  return true;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

ArrayPtr Probe::materialize(ArrayPtr shared, double *scale) {
  const Array &x = *shared;
  if (scale)
    *scale = 1;
  if (x.isWeight() || x.elements.empty() || x.elements[0].isNumber())
    return nullptr;
  int32_t base = x.elements[0].base;
  if (base == kTokens)
    return nullptr;
  bool pure = true, pairs = false;
  for (const Element &element : x.elements) {
    if (element.base != base)
      return nullptr;
    pure &= element.isPure();
    pairs |= element.feature[1] >= 0;
  }
  if (pure)
    return shared;
  if (pairs) {
    ArrayPtr turned = rotated(x);
    return turned ? materialize(turned, scale) : nullptr;
  }
  // One term each, whose factor and number are its feature's.
  int64_t features = program[base].features;
  std::vector<double> factors(features, NAN), numbers(features, NAN);
  bool oneFactor = true, oneNumber = true;
  double factor = x.elements[0].coefficient[0], number = x.elements[0].number;
  for (const Element &element : x.elements) {
    double &f = factors[element.feature[0]], &n = numbers[element.feature[0]];
    if ((!std::isnan(f) && f != element.coefficient[0]) ||
        (!std::isnan(n) && n != element.number))
      return nullptr;
    f = element.coefficient[0];
    n = element.number;
    oneFactor &= f == factor;
    oneNumber &= n == number;
  }
  if (!oneFactor || !oneNumber)
    for (int64_t i = 0; i < features; ++i)
      if (std::isnan(factors[i]))
        return nullptr;
  if (oneFactor && scale && oneNumber && number == 0) {
    *scale = factor;
  } else if (!oneFactor || factor != 1) {
    RowNode node = make(RowNode::Scale);
    node.inputs = {base};
    node.features = features;
    node.vector = oneFactor ? std::vector<double>{factor} : factors;
    base = addNode(node);
  }
  if (!oneNumber || number != 0) {
    RowNode node = make(RowNode::Shift);
    node.inputs = {base};
    node.features = features;
    node.vector = oneNumber ? std::vector<double>{number} : numbers;
    base = addNode(node);
  }
  Array result;
  result.shape = x.shape;
  for (const Element &element : x.elements)
    result.elements.push_back(
        Element::of(base, element.row, element.feature[0]));
  return share(std::move(result));
}

int Probe::rowsOf(ArrayPtr x) {
  ArrayPtr rows = materialize(x);
  if (!rows) {
    fail("reads what is no rows of features");
    return -1;
  }
  int32_t base = rows->elements[0].base;
  int64_t features = program[base].features;
  int64_t first = rows->elements[0].row;
  for (auto [i, element] : llvm::enumerate(rows->elements)) {
    int64_t row = first + i / features, feature = i % features;
    if (element.row != row || element.feature[0] != feature) {
      fail("reads features in another order than they were computed in");
      return -1;
    }
  }
  return base;
}

ArrayPtr Probe::linear(const Array &x, const Array &weight, bool) {
  if (weight.rank() != 2 || x.shape.back() != weight.shape[0])
    return nullptr;
  int rows = rowsOf(share(x));
  if (rows < 0)
    return nullptr;
  RowNode node = make(RowNode::Linear);
  node.inputs = {rows};
  node.weight = weight.weight;
  node.transposed = !weight.transposed;
  node.features = weight.shape[1];
  int number = addNode(node);
  Array result;
  result.shape = x.shape;
  result.shape.back() = node.features;
  for (size_t i = 0; i < x.elements.size(); i += x.shape.back())
    for (int64_t f = 0; f < node.features; ++f)
      result.elements.push_back(Element::of(number, x.elements[i].row, f));
  return share(std::move(result));
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

/// x[i] cos(p t_i) - x[i+h] sin(p t_i) and its like, whatever it was written
/// as. Null if it is something else, or only a part.
ArrayPtr Probe::rotated(const Array &x) {
  if (x.isWeight() || x.rank() < 2 || x.elements.empty())
    return nullptr;
  int64_t width = x.shape.back();
  int32_t base = x.elements[0].base;
  if (base < 0 || base == kTokens || width < 2)
    return nullptr;
  int64_t features = program[base].features;
  int64_t distance = 0, columns = 0; // of a pair; that are rotated
  for (auto [i, element] : llvm::enumerate(x.elements)) {
    if (element.base != base || element.number != 0)
      return nullptr;
    if (element.feature[1] < 0)
      continue;
    columns = std::max<int64_t>(columns, i % width + 1);
    if (distance == 0)
      distance = std::abs(element.feature[0] - element.feature[1]);
  }
  bool isInterleaved = distance == 1 && columns > 2;
  int64_t half = isInterleaved ? columns / 2 : distance;
  // The pair that a column is of, and whether it is its first.
  auto pairOf = [&](int64_t column) {
    return isInterleaved ? column / 2 : column % half;
  };
  auto isFirst = [&](int64_t column) {
    return isInterleaved ? column % 2 == 0 : column < half;
  };
  // Heads may have been repeated.
  if (half == 0 || 2 * half > width || features % width ||
      x.elements.size() % (tokens * features))
    return nullptr;

  struct Turn {
    double cosine, sine;
  };
  std::vector<Turn> turns(tokens * half, Turn{NAN, NAN});
  double amplitude = NAN, passing = NAN;
  std::vector<Turn> found(x.elements.size());
  for (size_t line = 0; line < x.elements.size(); line += width) {
    int64_t row = x.elements[line].row;
    // The head that the line is of.
    int64_t lowest = features;
    for (int64_t i = 0; i < width; ++i)
      for (int32_t feature : x.elements[line + i].feature)
        if (feature >= 0)
          lowest = std::min<int64_t>(lowest, feature);
    if (lowest % width)
      return nullptr;
    for (int64_t i = 0; i < width; ++i) {
      const Element &element = x.elements[line + i];
      if (element.row != row)
        return nullptr;
      double own = 0, other = 0;
      int64_t partner = isFirst(i) ? i + distance : i - distance;
      for (int t = 0; t < 2 && element.feature[t] >= 0; ++t) {
        int64_t local = element.feature[t] - lowest;
        if (local == i)
          own = element.coefficient[t];
        else if (i < 2 * half && local == partner)
          other = element.coefficient[t];
        else
          return nullptr;
      }
      if (i >= 2 * half) { // passes through
        if (std::isnan(passing))
          passing = own;
        if (own != passing || own == 0)
          return nullptr;
        continue;
      }
      double sine = isFirst(i) ? -other : other;
      Turn &turn = turns[row * half + pairOf(i)];
      if (std::isnan(turn.cosine))
        turn = {own, sine};
      else if (std::fabs(turn.cosine - own) > 1e-9 ||
               std::fabs(turn.sine - sine) > 1e-9)
        return nullptr;
    }
  }
  // What scales all of a head comes after the rotation.
  double scale = std::isnan(passing) ? 1 : passing;
  amplitude = turns[0].cosine;
  RowNode node = make(RowNode::Rope);
  for (int64_t i = 0; i < half; ++i) {
    if (std::fabs(turns[i].sine) > 1e-6 * amplitude)
      return nullptr; // row 0 is position 0
    const Turn &one = turns[half + i];
    double frequency = std::atan2(one.sine, one.cosine);
    for (int64_t row = 0; row < tokens; ++row) {
      const Turn &turn = turns[row * half + i];
      if (std::fabs(turn.cosine - amplitude * std::cos(row * frequency)) >
              1e-5 * amplitude ||
          std::fabs(turn.sine - amplitude * std::sin(row * frequency)) >
              1e-5 * amplitude)
        return nullptr;
    }
    node.vector.push_back(frequency);
  }
  node.inputs = {base};
  node.features = features;
  node.heads = features / width;
  node.number = amplitude / scale;
  if (isInterleaved)
    node.name = "interleaved";
  int number = addNode(node);
  Array result;
  result.shape = x.shape;
  for (size_t i = 0; i < x.elements.size(); ++i) {
    int64_t lowest = features;
    size_t line = i / width * width;
    for (int64_t j = 0; j < width; ++j)
      lowest = std::min<int64_t>(lowest, x.elements[line + j].feature[0]);
    result.elements.push_back(Element::of(number, x.elements[i].row,
                                          lowest / width * width + i % width));
    result.elements.back().coefficient[0] = scale;
  }
  return share(std::move(result));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// The leading dimensions of two operands of a product, broadcast.
struct Batches {
  Shape shape;
  SmallVector<int64_t> x, y; ///< the matrix of each for every batch

  static std::optional<Batches> of(const Array &a, const Array &b) {
    ArrayRef<int64_t> left = ArrayRef(a.shape).drop_back(2),
                      right = ArrayRef(b.shape).drop_back(2);
    Batches result;
    size_t rank = std::max(left.size(), right.size());
    auto size = [&](ArrayRef<int64_t> shape, size_t i) -> int64_t {
      size_t offset = rank - shape.size();
      return i < offset ? 1 : shape[i - offset];
    };
    for (size_t i = 0; i < rank; ++i) {
      int64_t p = size(left, i), q = size(right, i);
      if (p != q && p != 1 && q != 1)
        return std::nullopt;
      result.shape.push_back(std::max(p, q));
    }
    int64_t total = Array::count(result.shape);
    Shape at(rank, 0);
    for (int64_t n = 0; n < total; ++n) {
      int64_t p = 0, q = 0;
      for (size_t i = 0; i < rank; ++i) {
        p = p * size(left, i) + (size(left, i) == 1 ? 0 : at[i]);
        q = q * size(right, i) + (size(right, i) == 1 ? 0 : at[i]);
      }
      result.x.push_back(p);
      result.y.push_back(q);
      for (size_t d = rank; d-- > 0 && ++at[d] == result.shape[d];)
        at[d] = 0;
    }
    return result;
  }
};
} // namespace

ArrayPtr Probe::matMul(const Array &x, const Array &y) {
  if (x.isWeight() || x.rank() < 2 || y.rank() < 2)
    return nullptr;
  if (y.isWeight())
    return linear(x, y, y.transposed);
  if (x.shape.back() != y.shape[y.rank() - 2])
    return nullptr;
  if (!x.isNumeric() && !y.isNumeric()) {
    int32_t base = x.elements.empty() ? -1 : x.elements[0].base;
    if (base >= 0 && base != kTokens && program[base].kind == RowNode::Weights)
      return attend(x, y);
    return scores(x, y);
  }
  if (!x.isNumeric() || !y.isNumeric())
    return nullptr;
  std::optional<Batches> batches = Batches::of(x, y);
  if (!batches)
    return nullptr;
  int64_t m = x.shape[x.rank() - 2], k = x.shape.back(), n = y.shape.back();
  Array result;
  result.shape = batches->shape;
  result.shape.append({m, n});
  for (size_t batch = 0; batch < batches->x.size(); ++batch)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t l = 0; l < k; ++l)
          sum += x.elements[(batches->x[batch] * m + i) * k + l].number *
                 y.elements[(batches->y[batch] * k + l) * n + j].number;
        result.elements.push_back(Element::of(sum));
      }
  return share(std::move(result));
}

ArrayPtr Probe::scores(const Array &x, const Array &y) {
  double scaleX, scaleY;
  // Keys as they lie in heads, since rotations run along those.
  Shape turned = y.shape;
  std::swap(turned[y.rank() - 1], turned[y.rank() - 2]);
  Array keyRows = y.pick(turned, [&](ArrayRef<int64_t> at) {
    Shape from(at);
    std::swap(from[y.rank() - 1], from[y.rank() - 2]);
    return y.offset(from);
  });
  ArrayPtr q = materialize(compacted(share(x)), &scaleX),
           k = materialize(compacted(share(std::move(keyRows))), &scaleY);
  if (!q || !k)
    return nullptr;
  std::optional<Batches> batches = Batches::of(x, y);
  int64_t rows = x.shape[x.rank() - 2], width = x.shape.back(),
          keys = y.shape.back();
  if (!batches || rows != tokens || keys != tokens)
    return nullptr;
  int64_t heads = batches->x.size();
  RowNode node = make(RowNode::Scores);
  node.inputs = {q->elements[0].base, k->elements[0].base};
  int64_t keyFeatures = program[node.inputs[1]].features;
  if (keyFeatures % width || program[node.inputs[0]].features != heads * width)
    return nullptr;
  node.heads = heads;
  node.keyValueHeads = keyFeatures / width;
  if (heads % node.keyValueHeads)
    return nullptr;
  node.features = heads * keys;
  int64_t share_ = heads / node.keyValueHeads;
  for (int64_t h = 0; h < heads; ++h) {
    for (int64_t s = 0; s < rows; ++s)
      for (int64_t d = 0; d < width; ++d) {
        const Element &element =
            q->elements[(batches->x[h] * rows + s) * width + d];
        if (element.row != s || element.feature[0] != h * width + d)
          return nullptr;
      }
    for (int64_t t = 0; t < keys; ++t)
      for (int64_t d = 0; d < width; ++d) {
        const Element &element =
            k->elements[(batches->y[h] * keys + t) * width + d];
        if (element.row != t || element.feature[0] != h / share_ * width + d)
          return nullptr;
      }
  }
  int number = addNode(node);
  Array result;
  result.shape = batches->shape;
  result.shape.append({rows, keys});
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t s = 0; s < rows; ++s)
      for (int64_t t = 0; t < keys; ++t) {
        Element element = Element::of(number, s, h * keys + t);
        element.coefficient[0] = scaleX * scaleY;
        result.elements.push_back(element);
      }
  return share(std::move(result));
}

/// A mask takes away what it adds a large negative number to, or replaces.
ArrayPtr Probe::softmax(const Array &x) {
  int64_t columns = x.shape.back();
  int32_t base = -1;
  double scale = 0;
  for (const Element &element : x.elements)
    if (!element.isNumber()) {
      if (base >= 0 &&
          (element.base != base || element.coefficient[0] != scale))
        return nullptr;
      base = element.base;
      scale = element.coefficient[0];
    }
  // One column more, of a number for each head, is a sink.
  bool hasSinks = columns == tokens + 1;
  if (base < 0 || base == kTokens || program[base].kind != RowNode::Scores ||
      (columns != tokens && !hasSinks))
    return nullptr;
  const int64_t keys = tokens;
  std::vector<double> sinks(hasSinks ? program[base].heads : 0);
  int64_t window = 0;
  bool first = true;
  for (size_t line = 0; line < x.elements.size(); line += columns) {
    int64_t row = line / columns % tokens, head = line / columns / tokens;
    if (hasSinks) {
      const Element &sink = x.elements[line + tokens];
      if (!sink.isNumber() || (row != 0 && sinks[head] != sink.number))
        return nullptr;
      sinks[head] = sink.number;
    }
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t t = 0; t < keys; ++t)
      if (!x.elements[line + t].isNumber())
        largest = std::max(largest, x.elements[line + t].number);
    int64_t from = keys, to = -1;
    for (int64_t t = 0; t < keys; ++t) {
      const Element &element = x.elements[line + t];
      bool isSeen = !element.isNumber() && element.number > largest - 1000;
      if (!isSeen)
        continue;
      if (element.row != row || element.number != largest)
        return nullptr;
      if (to >= 0 && to != t - 1)
        return nullptr;
      from = std::min(from, t);
      to = t;
    }
    if (to != row)
      return nullptr;
    // All before the row, or a window of them.
    int64_t seen = from == 0 ? 0 : row - from + 1;
    if (seen && (first || window == 0)) {
      window = seen;
      first = false;
    } else if (seen && seen != window) {
      return nullptr;
    }
  }
  RowNode node = make(RowNode::Weights);
  node.inputs = {base};
  node.number = scale;
  if (program[base].name == "tanh") {
    node.softCap = scale;
    node.number *= program[base].number;
  }
  node.vector = std::move(sinks);
  node.window = window;
  node.features = program[base].features;
  int number = addNode(node);
  Array result;
  result.shape = x.shape;
  int64_t heads = program[base].heads;
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t s = 0; s < tokens; ++s) {
      for (int64_t t = 0; t < keys; ++t)
        result.elements.push_back(Element::of(number, s, h * keys + t));
      // What goes to a sink is cut off.
      if (hasSinks)
        result.elements.push_back(Element::of(NAN));
    }
  return share(std::move(result));
}

ArrayPtr Probe::attend(const Array &x, const Array &y) {
  ArrayPtr v = materialize(compacted(share(y)));
  if (!v ||
      !llvm::all_of(x.elements, [](const Element &e) { return e.isPure(); }))
    return nullptr;
  const RowNode &weights = program[x.elements[0].base];
  const RowNode &scored = program[weights.inputs[0]];
  std::optional<Batches> batches = Batches::of(x, y);
  int64_t width = y.shape.back(), heads = scored.heads;
  if (!batches || static_cast<int64_t>(batches->x.size()) != heads)
    return nullptr;
  RowNode node = make(RowNode::Attention);
  node.inputs = {scored.inputs[0], scored.inputs[1], v->elements[0].base};
  node.heads = heads;
  node.keyValueHeads = scored.keyValueHeads;
  node.number = weights.number;
  node.window = weights.window;
  node.softCap = weights.softCap;
  node.vector = weights.vector;
  node.features = heads * width;
  if (program[node.inputs[2]].features != node.keyValueHeads * width)
    return nullptr;
  int64_t share_ = heads / node.keyValueHeads;
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t s = 0; s < tokens; ++s) {
        const Element &element =
            x.elements[(batches->x[h] * tokens + s) * tokens + t];
        if (element.row != s || element.feature[0] != h * tokens + t)
          return nullptr;
      }
      for (int64_t d = 0; d < width; ++d) {
        const Element &element =
            v->elements[(batches->y[h] * tokens + t) * width + d];
        if (element.row != t || element.feature[0] != h / share_ * width + d)
          return nullptr;
      }
    }
  int number = addNode(node);
  Array result;
  result.shape = batches->shape;
  result.shape.append({tokens, width});
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t s = 0; s < tokens; ++s)
      for (int64_t d = 0; d < width; ++d)
        result.elements.push_back(Element::of(number, s, h * width + d));
  return share(std::move(result));
}
