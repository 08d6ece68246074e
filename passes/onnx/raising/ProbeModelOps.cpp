//===- ProbeModelOps.cpp - Ops that are parts of decoders by themselves ---===//
//
// Norms, rotations, attention and caches of opset 23 on. Each is run as the
// primitive ops that it stands for.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace llm::onnx;

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

static double numberOf(APFloat value) {
  bool lossy;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lossy);
  return value.convertToDouble();
}

static Array scalar(double number) {
  Array result;
  result.elements = {Element::of(number)};
  return result;
}

ArrayPtr Probe::rmsNorm(const Array &x, const Array &scale, double epsilon) {
  ArrayPtr rows = materialize(share(x));
  int64_t width = x.shape.back();
  if (!rows || !scale.isNumeric() ||
      static_cast<int64_t>(scale.elements.size()) != width)
    return nullptr;
  RowNode node = make(RowNode::RMSNorm);
  node.inputs = {rows->elements[0].base};
  node.features = program[node.inputs[0]].features;
  if (node.features % width)
    return nullptr;
  node.heads = node.features / width;
  node.number = epsilon;
  for (const Element &element : scale.elements)
    node.vector.push_back(element.number);
  // Whole groups, in order.
  for (size_t i = 0; i < rows->elements.size(); ++i)
    if (rows->elements[i].feature[0] % width != int64_t(i) % width)
      return nullptr;
  int number = addNode(node);
  Array result = *rows;
  for (Element &element : result.elements)
    element.base = number;
  return share(std::move(result));
}

ArrayPtr Probe::layerNorm(const Array &x, const Array &scale, const Array *bias,
                          double epsilon) {
  ArrayPtr shared = share(x);
  int rows = rowsOf(shared);
  size_t width = x.shape.back();
  if (rows < 0 || program[rows].features != int64_t(width) ||
      !scale.isNumeric() || scale.elements.size() != width ||
      (bias && (!bias->isNumeric() || bias->elements.size() != width)))
    return nullptr;
  RowNode node = make(RowNode::LayerNorm);
  node.inputs = {rows};
  node.features = width;
  node.number = epsilon;
  for (const Element &element : scale.elements)
    node.vector.push_back(element.number);
  for (size_t i = 0; i < width; ++i)
    node.vector.push_back(bias ? bias->elements[i].number : 0);
  int number = addNode(node);
  Array result;
  result.shape = x.shape;
  for (size_t i = 0; i < x.elements.size(); ++i)
    result.elements.push_back(
        Element::of(number, x.elements[i].row, i % width));
  return share(std::move(result));
}

ArrayPtr Probe::tableRows(Value table, ArrayRef<int64_t> positions) {
  ArrayPtr x = get(table);
  if (!x || x->rank() != 2)
    return nullptr;
  int64_t rows = x->shape[0], half = x->shape[1];
  auto constant = OnnxOp::from(table.getDefiningOp());
  auto literal =
      constant && x->isWeight()
          ? dyn_cast_or_null<DenseFPElementsAttr>(constant->attribute("value"))
          : nullptr;
  if (x->isWeight() && !literal)
    return nullptr;
  Array picked;
  picked.shape = {1, static_cast<int64_t>(positions.size()), half};
  for (int64_t position : positions)
    for (int64_t i = 0; i < half; ++i) {
      if (position < 0 || position >= rows)
        return nullptr;
      int64_t at = position * half + i;
      picked.elements.push_back(
          literal ? Element::of(numberOf(literal.getValues<APFloat>()[at]))
                  : x->elements[at]);
    }
  return share(std::move(picked));
}

/// A constant table, [positions, half], of numbers of 16 bits.
static DenseFPElementsAttr shortTable(Value table) {
  auto constant = OnnxOp::from(table.getDefiningOp());
  auto literal =
      constant
          ? dyn_cast_or_null<DenseFPElementsAttr>(constant->attribute("value"))
          : nullptr;
  bool fits = literal && literal.getType().getRank() == 2 &&
              literal.getElementType().getIntOrFloatBitWidth() == 16;
  return fits ? literal : nullptr;
}

void Probe::sharpenTables(Value cosineTable, Value sineTable,
                          ArrayRef<int64_t> positions, ArrayPtr &cosines,
                          ArrayPtr &sines) {
  DenseFPElementsAttr c = shortTable(cosineTable), s = shortTable(sineTable);
  if (!c || !s || c.getType() != s.getType() || c.getType().getDimSize(0) < 2)
    return;
  int64_t rows = c.getType().getDimSize(0), half = c.getType().getDimSize(1);
  auto numbers = [](DenseFPElementsAttr table) {
    return table.getValues<APFloat>();
  };
  double amplitude = half ? numberOf(numbers(c)[0]) : 0;
  Array exactCosines = *cosines, exactSines = *sines;
  for (int64_t i = 0; i < half; ++i) {
    auto angle = [&](int64_t position) {
      int64_t at = position * half + i;
      return std::atan2(numberOf(numbers(s)[at]), numberOf(numbers(c)[at]));
    };
    // Rounding moves an angle by as much at any position: the further out, the
    // better it says the frequency, if full turns are known from before.
    double frequency = angle(1);
    for (int64_t p = 2; p < rows; p *= 2) {
      double part = angle(p);
      double turns = std::round((frequency * p - part) / (2 * M_PI));
      frequency = (part + turns * 2 * M_PI) / p;
    }
    for (auto [row, position] : llvm::enumerate(positions)) {
      exactCosines.elements[row * half + i] =
          Element::of(amplitude * std::cos(position * frequency));
      exactSines.elements[row * half + i] =
          Element::of(amplitude * std::sin(position * frequency));
    }
  }
  cosines = share(std::move(exactCosines));
  sines = share(std::move(exactSines));
}

/// Rotates by tables of cosines and sines, [sequence, half] each. What is only
/// a part of a head stays a sum until the rest of it is joined.
ArrayPtr Probe::rotate(const Array &x, const Array &cosines, const Array &sines,
                       bool interleaved) {
  int64_t half = cosines.rank() ? cosines.shape.back() : 0, rows = x.shape[2];
  if (!cosines.isNumeric() || !sines.isNumeric() || 2 * half > x.shape[3] ||
      static_cast<int64_t>(cosines.elements.size()) != rows * half ||
      cosines.elements.size() != sines.elements.size())
    return nullptr;
  Array result = x;
  for (size_t i = 0; i < x.elements.size(); ++i) {
    int64_t d = i % x.shape[3], row = i / x.shape[3] % rows;
    if (d >= 2 * half)
      continue;
    bool isFirst = interleaved ? d % 2 == 0 : d < half;
    int64_t pair = interleaved ? d / 2 : d % half;
    size_t distance = interleaved ? 1 : half;
    size_t partner = isFirst ? i + distance : i - distance;
    const Element &own = x.elements[i], &other = x.elements[partner];
    if (!own.isPure() || !other.isPure())
      return nullptr;
    double cosine = cosines.elements[row * half + pair].number;
    double sine = sines.elements[row * half + pair].number;
    Element &element = result.elements[i];
    element.coefficient[0] = cosine;
    element.feature[1] = other.feature[0];
    element.coefficient[1] = isFirst ? -sine : sine;
  }
  ArrayPtr turned = rotated(result);
  return turned ? turned : share(std::move(result));
}

bool Probe::followsTables(const Array &turned, Value cosines, Value sines) {
  if (baseOf(turned, RowNode::Rope) < 0)
    return false;
  if (!followed.insert(cosines).second)
    return true;
  const RowNode &rope = program[turned.elements[0].base];
  for (bool isSine : {false, true}) {
    Value table = isSine ? sines : cosines;
    ArrayPtr x = get(table);
    auto constant = OnnxOp::from(table.getDefiningOp());
    auto literal = constant ? dyn_cast_or_null<DenseFPElementsAttr>(
                                  constant->attribute("value"))
                            : nullptr;
    // What the graph computes is as far as the run goes.
    if (!literal || literal.isSplat())
      continue;
    int64_t half = x->shape[1], at = 0;
    for (const APFloat &value : literal.getValues<APFloat>()) {
      int64_t position = at / half;
      double angle = position * rope.vector[at++ % half];
      double expected =
          rope.number * (isSine ? std::sin(angle) : std::cos(angle));
      // Tables are made of angles that f32 has rounded.
      double rounding = literal.getElementType().isBF16() ? 4e-3 : 1e-3;
      if (std::fabs(numberOf(value) - expected) >
          rope.number * (rounding + 5e-7 * angle))
        return false;
    }
  }
  return true;
}

ArrayPtr Probe::rotateByTables(OnnxOp op, const Array &x,
                               ArrayRef<int64_t> positions, bool interleaved) {
  auto stop = [&](const char *reason) -> ArrayPtr {
    fail(reason);
    return nullptr;
  };
  Value cosineTable = op.input("cos_cache"), sineTable = op.input("sin_cache");
  ArrayPtr cosines = cosineTable ? tableRows(cosineTable, positions) : nullptr,
           sines = sineTable ? tableRows(sineTable, positions) : nullptr;
  if (!cosines || !sines)
    return stop("has tables of cosines and sines that are not known");
  sharpenTables(cosineTable, sineTable, positions, cosines, sines);
  ArrayPtr turned = rotate(x, *cosines, *sines, interleaved);
  if (!turned)
    return stop("rotates in a way that is not supported yet");
  if (!followsTables(*turned, cosineTable, sineTable))
    return stop("has tables that are no cosines and sines of positions");
  return turned;
}

/// softmax(scale q k^T + mask) v, all [batch, heads, sequence, width];
/// `allowed` is empty, or says by number what a row does not see.
ArrayPtr Probe::attention(const Array &q, const Array &k, const Array &v,
                          double scale, double softCap, bool causal,
                          const Array *mask, const Array *sinks) {
  Array keys = k.pick({k.shape[0], k.shape[1], k.shape[3], k.shape[2]},
                      [&](ArrayRef<int64_t> at) {
                        return k.offset({at[0], at[1], at[3], at[2]});
                      });
  Array values = v;
  int64_t heads = q.shape[1], keyHeads = k.shape[1];
  if (keyHeads == 0 || heads % keyHeads)
    return nullptr;
  int64_t group = heads / keyHeads;
  auto repeat = [&](const Array &x) {
    return x.pick({x.shape[0], heads, x.shape[2], x.shape[3]},
                  [&](ArrayRef<int64_t> at) {
                    return x.offset({at[0], at[1] / group, at[2], at[3]});
                  });
  };
  ArrayPtr product = matMul(q, repeat(keys));
  product = product ? multiply(*product, scalar(scale)) : nullptr;
  if (product && softCap != 0) {
    product = multiply(*product, scalar(1 / softCap));
    product = product ? apply(*product, "tanh") : nullptr;
    product = product ? multiply(*product, scalar(softCap)) : nullptr;
  }
  if (!product)
    return nullptr;
  Array scored = *product;
  int64_t columns = scored.shape.back(), rows = scored.shape[2];
  if (causal)
    for (size_t i = 0; i < scored.elements.size(); ++i)
      if (int64_t(i) % columns > int64_t(i) / columns % rows)
        scored.elements[i] = Element::of(-INFINITY);
  if (mask) {
    ArrayPtr sum = add(scored, *mask, 1);
    if (!sum)
      return nullptr;
    scored = *sum;
  }
  if (sinks) {
    if (!sinks->isNumeric() ||
        static_cast<int64_t>(sinks->elements.size()) != heads)
      return nullptr;
    Array wider;
    wider.shape = scored.shape;
    ++wider.shape.back();
    for (size_t i = 0; i < scored.elements.size(); ++i) {
      wider.elements.push_back(scored.elements[i]);
      if (int64_t(i + 1) % columns == 0)
        wider.elements.push_back(sinks->elements[i / columns / rows]);
    }
    scored = std::move(wider);
  }
  ArrayPtr weights = softmax(scored);
  if (weights && sinks)
    weights = share(take(*weights, weights->rank() - 1, 0, columns));
  return weights ? matMul(*weights, repeat(values)) : nullptr;
}

bool Probe::runModelOps(OnnxOp op, bool &known) {
  known = true;
  StringRef type = op.type();
  auto finish = [&](Value result, ArrayPtr array) {
    if (!array)
      return fail("is not supported yet in this form");
    set(result, array);
    return true;
  };

  if (type == "RMSNormalization" || type == "SimplifiedLayerNormalization") {
    ArrayPtr x = get(op.input("X")), scale = get(op.input("scale"));
    int64_t axis = op.integer("axis", -1);
    if (axis != -1 && axis != x->rank() - 1)
      return fail("normalizes more than the last axis");
    return finish(op.output("Y"),
                  rmsNorm(*x, *scale, op.real("epsilon", 1e-5)));
  }
  if (type == "LayerNormalization") {
    ArrayPtr x = get(op.input("X")), scale = get(op.input("Scale"));
    Value shift = op.input("B");
    int64_t axis = op.integer("axis", -1);
    if (axis != -1 && axis != x->rank() - 1)
      return fail("normalizes more than the last axis");
    if (op.operation()->getNumResults() > 1 &&
        llvm::any_of(op.operation()->getResults().drop_front(),
                     [](Value more) { return !more.use_empty(); }))
      return fail("gives its mean; not supported yet");
    return finish(op.output("Y"),
                  layerNorm(*x, *scale, shift ? get(shift).get() : nullptr,
                            op.real("epsilon", 1e-5)));
  }
  if (type == "RotaryEmbedding" && op.domain().empty()) {
    ArrayPtr x = get(op.input("X"));
    bool flat = x->rank() == 3, interleaved = op.integer("interleaved");
    if (flat && op.integer("num_heads") == 0)
      return fail("has no num_heads");
    Array split = flat ? splitHeads(*x, op.integer("num_heads")) : *x;
    ArrayPtr turned;
    if (Value places = op.input("position_ids")) {
      std::optional<SmallVector<int64_t>> positions = integers(places);
      if (!positions)
        return fail("has positions that depend on the tokens");
      turned = rotateByTables(op, split, *positions, interleaved);
      if (!turned)
        return false;
    } else {
      // A row a token, as another part of the graph has picked or computed it.
      turned = rotate(split, *get(op.input("cos_cache")),
                      *get(op.input("sin_cache")), interleaved);
    }
    return finish(op.output("Y"),
                  turned && flat ? share(mergeHeads(*turned)) : turned);
  }
  if (type == "TensorScatter") {
    ArrayPtr cache = get(op.input("past_cache")),
             update = get(op.input("update"));
    int64_t axis = op.integer("axis", -2);
    axis = axis < 0 ? axis + cache->rank() : axis;
    Value where = op.input("write_indices");
    auto starts = where ? integers(where) : SmallVector<int64_t>{0};
    if (!starts || op.string("mode") == "circular" || cache->rank() < 2 ||
        update->shape[axis] > cache->shape[axis])
      return fail("writes in a way that is not supported yet");
    Array written = *cache;
    Shape at(update->shape.size(), 0);
    for (const Element &element : update->elements) {
      Shape to = at;
      to[axis] += (*starts)[starts->size() == 1 ? 0 : at[0]];
      if (to[axis] >= cache->shape[axis])
        return fail("writes behind the cache");
      written.elements[written.offset(to)] = element;
      for (size_t d = at.size(); d-- > 0 && ++at[d] == update->shape[d];)
        at[d] = 0;
    }
    return finish(op.output("present_cache"), share(std::move(written)));
  }
  if (type == "Attention" && op.domain().empty()) {
    Array q = *get(op.input("Q")), k = *get(op.input("K")),
          v = *get(op.input("V"));
    bool flat = q.rank() == 3;
    if (flat) {
      int64_t heads = op.integer("q_num_heads"),
              keyHeads = op.integer("kv_num_heads");
      if (heads == 0 || keyHeads == 0)
        return fail("has no numbers of heads");
      q = splitHeads(q, heads);
      k = splitHeads(k, keyHeads);
      v = splitHeads(v, keyHeads);
    }
    if (op.operation()->getNumResults() > 3)
      return fail("gives its products; not supported yet");
    for (auto [name, x] : {std::pair("past_key", &k), {"past_value", &v}})
      if (Value past = op.input(name); past && !get(past)->elements.empty())
        return fail("has a cache of fixed length; not supported yet");
    set(op.output("present_key"), share(k));
    set(op.output("present_value"), share(v));
    if (op.version() >= 24)
      if (Value lengths = op.input("nonpad_kv_seqlen")) {
        auto length = integers(lengths);
        if (!length || (*length)[0] > k.shape[2])
          return fail("has lengths that depend on the tokens");
        k = take(k, 2, 0, (*length)[0]);
        v = take(v, 2, 0, (*length)[0]);
      }
    double scale =
        op.has("scale") ? op.real("scale") : 1 / std::sqrt(q.shape[3]);
    Array mask;
    Value given = op.input("attn_mask");
    if (given) {
      mask = *get(given);
      if (!mask.isNumeric())
        return fail("has a mask that depends on the tokens");
      if (elementOf(given).isInteger(1))
        for (Element &element : mask.elements)
          element.number = element.number ? 0 : -INFINITY;
      // Of a cache of fixed length only what is filled counts.
      if (mask.shape.back() > k.shape[2])
        mask = take(mask, mask.rank() - 1, 0, k.shape[2]);
    }
    ArrayPtr result =
        attention(q, k, v, scale, op.real("softcap"), op.integer("is_causal"),
                  given ? &mask : nullptr, /*sinks=*/nullptr);
    if (result && flat)
      result = share(mergeHeads(*result));
    return finish(op.output("Y"), result);
  }
  known = false;
  return true;
}
