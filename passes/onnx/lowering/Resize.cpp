//===- Resize.cpp - Resize and Upsample -----------------------------------===//
//
// One axis after another. What an axis needs is tabulated once an output
// position: which elements it reads ("taps") and, unless it is the nearest one,
// their weights. So coordinates cost nothing in the loops over elements.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Window.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {

enum class Mode { Nearest, Linear, Cubic };

/// What happens to one axis.
struct ResizedAxis {
  unsigned axis;
  Dim from, to;
  Value scale;            ///< f64
  Value roiBegin, roiEnd; ///< f64; null unless there is a region
};

class Resizer {
public:
  Resizer(OnnxOp op, GraphLowering &g)
      : op(op), g(g), real(g.b.getF64Type()), x(g.tensor(op.input("X"))),
        from(g.dims(x.value)), to(from) {}

  LogicalResult run();

private:
  LogicalResult readAttributes();
  LogicalResult readAxes();
  LogicalResult readScales(ArrayRef<Value> factors);
  LogicalResult readSizes(Value sizes);
  FailureOr<SmallVector<Value>> reals(Value input, size_t count);

  Value number(double value) { return g.e.constant(value, real); }
  Value toReal(Dim dim) {
    return arith::SIToFPOp::create(
        g.b, real, g.e.fromIndex(g.index(dim), g.b.getI64Type()));
  }
  Value toIndex(Value value) {
    return g.e.toIndex(arith::FPToSIOp::create(g.b, g.b.getI64Type(), value),
                       g.b.getI64Type());
  }
  Value add(Value a, Value c) { return g.e.add(a, c, real); }
  Value sub(Value a, Value c) { return g.e.sub(a, c, real); }
  Value mul(Value a, Value c) { return g.e.mul(a, c, real); }
  Value div(Value a, Value c) { return g.e.div(a, c, real); }
  Value floor(Value a) { return math::FloorOp::create(g.b, a); }
  Value ceil(Value a) { return math::CeilOp::create(g.b, a); }

  Value coordinate(const ResizedAxis &axis, Value output);
  Value filter(Value distance);
  Tensor outside(const ResizedAxis &axis);
  Tensor nearest(const ResizedAxis &axis);
  Tensor resizeNearest();
  Tensor interpolate(const ResizedAxis &axis, Tensor input, Type sum);

  OnnxOp op;
  GraphLowering &g;
  Type real;
  Tensor x;
  Dims from, to;
  Mode mode = Mode::Nearest;
  StringRef coordinates = "asymmetric", nearestMode = "floor",
            policy = "stretch";
  bool antialias = false, excludeOutside = false, cropped = false;
  double cubicA = -0.75, extrapolation = 0;
  SmallVector<int64_t> chosen; ///< axes
  SmallVector<ResizedAxis> axes;
};

LogicalResult Resizer::readAttributes() {
  StringRef name = op.string("mode", "nearest");
  if (name == "nearest")
    mode = Mode::Nearest;
  else if (name == "linear" || name == "bilinear")
    mode = Mode::Linear;
  else if (name == "cubic")
    mode = Mode::Cubic;
  else
    return op.operation()->emitError() << op.type() << ": mode '" << name
                                       << "'; accepted: nearest, linear, cubic";
  if (op.type() == "Upsample" || op.version() < 11)
    return success();
  coordinates = op.string("coordinate_transformation_mode");
  nearestMode = op.string("nearest_mode");
  excludeOutside = op.integer("exclude_outside");
  cubicA = op.real("cubic_coeff_a");
  extrapolation = op.real("extrapolation_value");
  cropped = coordinates == "tf_crop_and_resize";
  if (op.version() >= 18) {
    antialias = op.integer("antialias");
    policy = op.string("keep_aspect_ratio_policy");
  }
  static constexpr StringRef known[] = {
      "half_pixel",          "half_pixel_symmetric", "pytorch_half_pixel",
      "align_corners",       "asymmetric",           "tf_crop_and_resize",
      "tf_half_pixel_for_nn"};
  if (!llvm::is_contained(known, coordinates))
    return op.operation()->emitError()
           << "Resize: coordinate_transformation_mode '" << coordinates
           << "' is none of the standard's";
  static constexpr StringRef roundings[] = {
      "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  if (!llvm::is_contained(roundings, nearestMode))
    return op.operation()->emitError()
           << "Resize: nearest_mode '" << nearestMode
           << "' is none of the standard's";
  return success();
}

LogicalResult Resizer::readAxes() {
  if (op.type() == "Resize" && op.version() >= 18)
    chosen = op.integers("axes");
  if (chosen.empty()) {
    chosen = llvm::to_vector(llvm::seq<int64_t>(0, x.rank()));
    return success();
  }
  auto normal = normalizeAxes(op, chosen, x.rank());
  if (failed(normal))
    return failure();
  chosen = *normal;
  return success();
}

/// `count` numbers of a float tensor, as f64.
FailureOr<SmallVector<Value>> Resizer::reals(Value input, size_t count) {
  SmallVector<Value> result;
  if (auto literal = g.constant(input)) {
    for (APFloat value : literal->getValues<APFloat>()) {
      bool loses;
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                    &loses);
      result.push_back(number(value.convertToDouble()));
    }
  } else {
    Tensor tensor = g.tensor(input);
    g.requireSame(g.dim(tensor.value, 0), g.fixed(count),
                  op.type() + ": an input has another number of elements than "
                              "there are axes");
    for (size_t i = 0; i < count; ++i)
      result.push_back(
          g.e.cast(g.at(tensor, g.index(i)), tensor.element, real));
  }
  if (result.size() != count)
    return op.operation()->emitError()
           << op.type() << ": an input has " << result.size()
           << " numbers; expected " << count;
  return result;
}

static std::optional<double> constantOf(Value value) {
  FloatAttr attribute;
  if (matchPattern(value, m_Constant(&attribute)))
    return attribute.getValueAsDouble();
  return std::nullopt;
}

LogicalResult Resizer::readScales(ArrayRef<Value> factors) {
  for (auto [axis, scale] : llvm::zip_equal(chosen, factors)) {
    Dim size;
    auto factor = constantOf(scale);
    auto known = getConstantIntValue(from[axis]);
    if (factor && !(*factor > 0 && *factor < 1e9))
      return op.operation()->emitError()
             << op.type() << ": a scale of " << *factor;
    if (factor && *factor == 1) {
      size = from[axis];
    } else if (factor && known) {
      size = g.fixed(static_cast<int64_t>(*factor * *known));
    } else {
      Value product = floor(mul(scale, toReal(from[axis])));
      Value fits =
          arith::AndIOp::create(g.b, g.e.lessOrEqual(number(0), product, real),
                                g.e.less(product, number(0x1p40), real));
      g.require(fits, op.type() + ": a scale gives no size");
      size = toIndex(product);
    }
    axes.push_back(
        {static_cast<unsigned>(axis), from[axis], size, scale, {}, {}});
  }
  return success();
}

LogicalResult Resizer::readSizes(Value sizes) {
  Dims wanted;
  if (auto elements = g.elements(sizes)) {
    wanted = *elements;
  } else {
    Tensor tensor = g.tensor(sizes);
    g.requireSame(g.dim(tensor.value, 0), g.fixed(chosen.size()),
                  "Resize: sizes has another number of elements than there "
                  "are axes");
    for (size_t i = 0; i < chosen.size(); ++i)
      wanted.push_back(g.e.toIndex(g.at(tensor, g.index(i)), tensor.element));
  }
  if (wanted.size() != chosen.size())
    return op.operation()->emitError()
           << "Resize: sizes has " << wanted.size() << " numbers; expected "
           << chosen.size();
  Value common;
  for (auto [axis, size] : llvm::zip_equal(chosen, wanted)) {
    if (!TensorCode::same(size, from[axis]))
      g.require(g.compare(CmpIPredicate::sge, size, g.fixed(0)),
                "Resize: a size is negative");
    Value scale = TensorCode::same(size, from[axis])
                      ? number(1)
                      : div(toReal(size), toReal(from[axis]));
    axes.push_back(
        {static_cast<unsigned>(axis), from[axis], size, scale, {}, {}});
    if (policy == "not_larger")
      common = common ? g.e.min(common, scale, real) : scale;
    else if (policy == "not_smaller")
      common = common ? g.e.max(common, scale, real) : scale;
  }
  if (!common)
    return success();
  for (ResizedAxis &axis : axes) {
    axis.scale = common;
    axis.to = toIndex(floor(add(mul(common, toReal(axis.from)), number(0.5))));
    // Known after all where the declared type says so.
    auto type = dyn_cast<RankedTensorType>(op.output("Y").getType());
    if (type && !type.isDynamicDim(axis.axis)) {
      Dim declared = g.fixed(type.getDimSize(axis.axis));
      g.requireSame(axis.to, declared,
                    "Resize: a size is not the declared one");
      axis.to = declared;
    }
  }
  return success();
}

/// Where in the input an output position (f64) lies.
Value Resizer::coordinate(const ResizedAxis &axis, Value y) {
  Value one = number(1), half = number(0.5), zero = number(0);
  Value input = toReal(axis.from), output = mul(axis.scale, input);
  Value isOne = g.e.equal(output, one, real);
  Value last = sub(input, one);
  Value spread = div(last, g.e.select(isOne, one, sub(output, one)));
  Value centred = sub(div(add(y, half), axis.scale), half);
  if (coordinates == "align_corners")
    return g.e.select(isOne, zero, mul(y, spread));
  if (coordinates == "asymmetric")
    return div(y, axis.scale);
  if (cropped) {
    Value extent = sub(axis.roiEnd, axis.roiBegin);
    Value inside = g.e.select(isOne, mul(mul(extent, last), half),
                              mul(mul(y, extent), spread));
    return add(inside, mul(axis.roiBegin, last));
  }
  if (coordinates == "pytorch_half_pixel")
    return g.e.select(isOne, number(-0.5), centred);
  if (coordinates == "tf_half_pixel_for_nn")
    return div(add(y, half), axis.scale);
  if (coordinates == "half_pixel_symmetric") {
    Value adjustment = div(toReal(axis.to), output);
    Value offset = mul(div(input, number(2)), sub(one, adjustment));
    return add(offset, centred);
  }
  return centred;
}

/// Whether positions of an axis lie outside of the input, for
/// tf_crop_and_resize.
Tensor Resizer::outside(const ResizedAxis &axis) {
  return g.tabulate(axis.to, g.b.getI1Type(), [&](ValueRange place) {
    Value at = coordinate(axis, toReal(place[0]));
    Value last = sub(toReal(axis.from), number(1));
    return arith::OrIOp::create(g.b, g.e.less(at, number(0), real),
                                g.e.less(last, at, real))
        .getResult();
  });
}

static Dim clamp(GraphLowering &g, Dim index, Dim size) {
  return g.max(g.min(index, g.sub(size, g.fixed(1))), g.fixed(0));
}

/// The element that each position reads.
Tensor Resizer::nearest(const ResizedAxis &axis) {
  Type index = g.b.getI64Type();
  return g.tabulate(axis.to, index, [&](ValueRange place) {
    Value at = coordinate(axis, toReal(place[0]));
    if (nearestMode == "round_prefer_floor")
      at = ceil(sub(at, number(0.5)));
    else if (nearestMode == "round_prefer_ceil")
      at = floor(add(at, number(0.5)));
    else
      at = nearestMode == "floor" ? floor(at) : ceil(at);
    Dim element = clamp(g, toIndex(at), axis.from);
    return g.e.fromIndex(g.index(element), index);
  });
}

Tensor Resizer::resizeNearest() {
  SmallVector<Tensor> tables(x.rank()), masks;
  SmallVector<unsigned> masked;
  for (const ResizedAxis &axis : axes) {
    tables[axis.axis] = nearest(axis);
    if (cropped) {
      masks.push_back(outside(axis));
      masked.push_back(axis.axis);
    }
  }
  return g.tabulate(to, x.element, [&](ValueRange place) {
    SmallVector<Value> source;
    for (auto [i, iv] : llvm::enumerate(place))
      source.push_back(
          tables[i] ? g.e.toIndex(g.at(tables[i], iv), g.b.getI64Type()) : iv);
    Value value = g.at(x, source);
    for (auto [mask, axis] : llvm::zip_equal(masks, masked))
      value = g.e.select(g.at(mask, place[axis]),
                         g.e.constant(extrapolation, x.element), value);
    return value;
  });
}

/// The weight of an element at a distance, not negative, from the coordinate.
Value Resizer::filter(Value d) {
  Value one = number(1), zero = number(0);
  if (mode == Mode::Linear)
    return g.e.max(sub(one, d), zero, real);
  auto a = [&](double factor) { return number(factor * cubicA); };
  Value square = mul(d, d), cube = mul(square, d);
  Value near = add(
      sub(mul(number(cubicA + 2), cube), mul(number(cubicA + 3), square)), one);
  Value far =
      sub(add(sub(mul(a(1), cube), mul(a(5), square)), mul(a(8), d)), a(4));
  return g.e.select(g.e.lessOrEqual(d, one, real), near,
                    g.e.select(g.e.less(d, number(2), real), far, zero));
}

Tensor Resizer::interpolate(const ResizedAxis &axis, Tensor input, Type sum) {
  // An even number of taps, half of them at or before the coordinate (an
  // element right at the coordinate counts as before it). Smaller images,
  // antialiased, have a filter that is wider by their scale.
  double support = mode == Mode::Linear ? 1 : 2;
  Dim half = g.fixed(static_cast<int64_t>(support));
  Value narrow;
  if (antialias) {
    narrow = g.e.min(axis.scale, number(1), real);
    half = toIndex(ceil(div(number(support), narrow)));
  }
  Dim taps = g.mul(half, g.fixed(2));
  auto base = [&](Value position) { return sub(ceil(position), number(1)); };
  auto first = [&](Value position) {
    return g.add(g.sub(toIndex(base(position)), half), g.fixed(1));
  };
  Type index = g.b.getI64Type();
  Tensor places = g.tabulate({axis.to, taps}, index, [&](ValueRange place) {
    Value at = coordinate(axis, toReal(place[0]));
    Dim element = clamp(g, g.add(first(at), place[1]), axis.from);
    return g.e.fromIndex(g.index(element), index);
  });
  Tensor weights = g.tabulate({axis.to, taps}, real, [&](ValueRange place) {
    Value at = coordinate(axis, toReal(place[0]));
    Dim element = g.add(first(at), place[1]);
    Value distance = g.e.abs(sub(at, toReal(element)), real);
    Value weight = filter(antialias ? mul(distance, narrow) : distance);
    if (!excludeOutside)
      return weight;
    Value inside = g.compare(CmpIPredicate::ult, element, axis.from);
    return g.e.select(inside, weight, number(0));
  });
  if (antialias || excludeOutside) {
    Tensor total = g.reduce(weights, 1, /*keepDims=*/true, real, number(0),
                            [&](Value a, Value v) { return add(a, v); });
    weights = g.map({weights, total}, real, [&](ValueRange v) {
      Value none = g.e.equal(v[1], number(0), real);
      return div(v[0], g.e.select(none, number(1), v[1]));
    });
  }
  weights = g.cast(weights, sum);

  Dims shape = g.dims(input.value);
  unsigned rank = shape.size();
  shape[axis.axis] = axis.to;
  Value zero = g.e.integer(0, sum);
  Tensor start = g.filled(shape, sum, zero);
  MLIRContext *context = g.b.getContext();
  AffineMap table = AffineMap::get(
      rank + 1, 0,
      {g.b.getAffineDimExpr(axis.axis), g.b.getAffineDimExpr(rank)}, context);
  AffineMap result = g.b.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank);
  Tensor output =
      g.fold({places, weights}, start, {table, table, result},
             [&](ValueRange v, ValueRange sums) -> SmallVector<Value> {
               SmallVector<Value> source;
               for (unsigned i = 0; i < rank; ++i)
                 source.push_back(g.loopIndex(i));
               source[axis.axis] = g.e.toIndex(v[0], index);
               Value value = g.e.cast(g.at(input, source), input.element, sum);
               return {g.e.add(sums[0], g.e.mul(value, v[1], sum), sum)};
             })[0];
  if (!cropped)
    return output;
  Dims sizes(rank - axis.axis, g.fixed(1));
  sizes[0] = axis.to;
  return g.map(
      {output, g.reshape(outside(axis), sizes)}, sum, [&](ValueRange v) {
        return g.e.select(v[1], g.e.constant(extrapolation, sum), v[0]);
      });
}

LogicalResult Resizer::run() {
  if (failed(readAttributes()) || failed(readAxes()))
    return failure();
  // An empty tensor stands for no input in versions 11 and 13.
  auto present = [&](Value value) {
    if (!value)
      return false;
    auto type = cast<RankedTensorType>(value.getType());
    return type.getRank() == 1 && type.getDimSize(0) != 0;
  };
  bool isResize = op.type() == "Resize" && op.version() >= 11;
  if (isResize && present(op.input("sizes"))) {
    if (failed(readSizes(op.input("sizes"))))
      return failure();
  } else {
    SmallVector<Value> factors;
    if (op.type() == "Upsample" && op.version() < 9) {
      SmallVector<double> given =
          op.version() == 1 ? SmallVector<double>{1, 1, op.real("height_scale"),
                                                  op.real("width_scale")}
                            : op.reals("scales");
      for (double scale : given)
        factors.push_back(number(scale));
    } else if (present(op.input("scales"))) {
      auto given = reals(op.input("scales"), chosen.size());
      if (failed(given))
        return failure();
      factors = *given;
    } else {
      return op.operation()->emitError()
             << op.type() << ": neither scales nor sizes";
    }
    if (factors.size() != chosen.size())
      return op.operation()->emitError()
             << op.type() << ": " << factors.size() << " scales for "
             << chosen.size() << " axes";
    if (failed(readScales(factors)))
      return failure();
  }

  if (cropped) {
    if (!present(op.input("roi")))
      return op.operation()->emitError()
             << "Resize: tf_crop_and_resize without a roi";
    auto corners = reals(op.input("roi"), 2 * chosen.size());
    if (failed(corners))
      return failure();
    for (auto [i, axis] : llvm::enumerate(axes)) {
      axis.roiBegin = (*corners)[i];
      axis.roiEnd = (*corners)[chosen.size() + i];
    }
  }
  llvm::erase_if(axes, [&](const ResizedAxis &axis) {
    bool whole = !cropped || (constantOf(axis.roiBegin) == 0.0 &&
                              constantOf(axis.roiEnd) == 1.0);
    return whole && TensorCode::same(axis.from, axis.to) &&
           constantOf(axis.scale) == 1.0;
  });
  for (const ResizedAxis &axis : axes) {
    to[axis.axis] = axis.to;
    if (!getConstantIntValue(axis.from))
      g.require(arith::OrIOp::create(
                    g.b, g.compare(CmpIPredicate::ne, axis.from, g.fixed(0)),
                    g.compare(CmpIPredicate::eq, axis.to, g.fixed(0))),
                op.type() + ": an empty input cannot be made larger");
  }
  if (mode == Mode::Nearest) {
    g.set(op.output("Y"), axes.empty() ? x : resizeNearest());
    return success();
  }
  if (!isFloat(x.element) && !isInteger(x.element))
    return notSupported(op, "interpolation of elements that are no numbers");
  bool wide = isa<Float64Type>(x.element) ||
              (isInteger(x.element) && x.element.getIntOrFloatBitWidth() >= 32);
  Type sum = wide ? real : Type(g.b.getF32Type());
  Tensor y = x;
  for (const ResizedAxis &axis : axes)
    y = interpolate(axis, y, sum);
  if (isInteger(x.element) && y.element != x.element)
    y = g.map(y, x.element, [&](ValueRange v) {
      Value low = g.e.cast(g.e.smallest(x.element), x.element, sum);
      Value high = g.e.cast(g.e.largest(x.element), x.element, sum);
      Value rounded = math::RoundEvenOp::create(g.b, v[0]);
      rounded = g.e.min(g.e.max(rounded, low, sum), high, sum);
      return g.e.cast(rounded, sum, x.element);
    });
  g.set(op.output("Y"), g.cast(y, x.element));
  return success();
}

LogicalResult lowerResize(OnnxOp op, GraphLowering &g) {
  return Resizer(op, g).run();
}

} // namespace

void llm::onnx::addResize(LoweringTable &table) {
  table.add("Resize", lowerResize);
  table.add("Upsample", lowerResize);
}
