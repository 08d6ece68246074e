//===- Signal.cpp - Fourier transforms and filters of frequencies ---------===//
//
// Transforms are sums over a table of the roots of unity, which is computed in
// f64: exact to rounding for any length.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// cos and sin of 2 pi j / size, for j below size: [size, 2].
Tensor rootsOfUnity(GraphLowering &g, Dim size, Type type) {
  Type f64 = g.b.getF64Type();
  Value count = g.e.fromIndex(g.index(size), f64);
  return g.tabulate({size, g.fixed(2)}, type, [&](ValueRange place) {
    Value turn = g.e.div(g.e.fromIndex(place[0], f64), count, f64);
    Value angle = g.e.mul(turn, g.e.constant(6.283185307179586, f64), f64);
    Value isSine =
        arith::CmpIOp::create(g.b, CmpIPredicate::eq, place[1], g.index(1));
    // The sine is the cosine a quarter turn earlier; both are cold.
    Value cosine = math::CosOp::create(g.b, angle),
          sine = math::SinOp::create(g.b, angle);
    return g.e.cast(g.e.select(isSine, sine, cosine), f64, type);
  });
}

struct Complex {
  Value real, imaginary;
};

/// Sums x(n) * root(k * n), n below `count`; or the conjugates of the roots.
Complex transform(GraphLowering &g, Tensor roots, Value k, Value count,
                  bool inverse, Type type,
                  llvm::function_ref<Complex(Value n)> x) {
  Value zero = g.e.constant(0, type), size = g.index(g.dim(roots.value, 0));
  auto sums =
      g.loop(g.index(0), count, {zero, zero},
             [&](Value n, ValueRange carried) -> SmallVector<Value> {
               Value turn = arith::RemUIOp::create(
                   g.b, arith::MulIOp::create(g.b, k, n), size);
               Value c = g.at(roots, {turn, g.index(0)}),
                     s = g.at(roots, {turn, g.index(1)});
               if (!inverse)
                 s = g.e.neg(s, type);
               Complex v = x(n);
               auto mul = [&](Value a, Value b) { return g.e.mul(a, b, type); };
               Value real = mul(v.real, c), imaginary = mul(v.real, s);
               if (v.imaginary) {
                 real = g.e.sub(real, mul(v.imaginary, s), type);
                 imaginary = g.e.add(imaginary, mul(v.imaginary, c), type);
               }
               return {g.e.add(carried[0], real, type),
                       g.e.add(carried[1], imaginary, type)};
             });
  return {sums[0], sums[1]};
}

/// An element of a signal [..., parts], parts 1 (real) or 2.
Complex readComplex(GraphLowering &g, Tensor signal, SmallVector<Value> at) {
  Dim parts = g.dims(signal.value).back();
  at.push_back(g.index(0));
  Complex result{g.at(signal, at), {}};
  if (TensorCode::isOne(parts))
    return result;
  at.back() = g.index(g.sub(parts, g.fixed(1)));
  result.imaginary = g.at(signal, at);
  if (!getConstantIntValue(parts)) {
    Type type = computeType(signal.element);
    Value isReal = g.compare(CmpIPredicate::eq, parts, g.fixed(1));
    result.imaginary =
        g.e.select(isReal, g.e.constant(0, type), result.imaginary);
  }
  return result;
}

/// Real or imaginary part, by the last index of a result.
Value choosePart(GraphLowering &g, Complex value, Value part) {
  Value isReal =
      arith::CmpIOp::create(g.b, CmpIPredicate::eq, part, g.index(0));
  return g.e.select(isReal, value.real, value.imaginary);
}

/// One number that an optional input gives.
FailureOr<Dim> readNumber(OnnxOp op, GraphLowering &g, Value input,
                          Dim otherwise) {
  if (!input)
    return otherwise;
  auto numbers = g.elements(input);
  if (!numbers || numbers->size() != 1)
    return notSupported(op, "a length, step or axis that is not one number");
  return (*numbers)[0];
}

LogicalResult lowerDFT(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  if (x.rank() < 2)
    return op.operation()->emitError()
           << "DFT: an input of rank " << x.rank() << "; accepted: 2 and more";
  bool inverse = op.integer("inverse"), onesided = op.integer("onesided");
  Dims dims = g.dims(x.value);
  int64_t rank = x.rank();
  // The input as [outer, axis, inner, parts].
  FailureOr<Dim> axis = g.fixed(op.version() < 20 ? op.integer("axis", 1) : -2);
  if (op.version() >= 20)
    axis = readNumber(op, g, op.input("axis"), *axis);
  if (failed(axis))
    return failure();
  Dim place = *axis;
  if (auto known = getConstantIntValue(place)) {
    FailureOr<int64_t> normal = normalizeAxis(op, *known, rank);
    if (failed(normal) || *normal == rank - 1)
      return op.operation()->emitError() << "DFT: no axis of the signal";
    place = g.fixed(*normal);
  } else {
    place = g.select(g.compare(CmpIPredicate::slt, place, g.fixed(0)),
                     g.add(place, g.fixed(rank)), place);
    g.require(g.compare(CmpIPredicate::ult, place, g.fixed(rank - 1)),
              "DFT: no axis of the signal");
  }
  Dim outer = g.fixed(1), size = g.fixed(1), inner = g.fixed(1);
  auto known = getConstantIntValue(place);
  for (int64_t i = 0; i + 1 < rank; ++i) {
    auto factor = [&](CmpIPredicate side, bool isSide) -> Dim {
      if (known)
        return isSide ? dims[i] : g.fixed(1);
      return g.select(g.compare(side, g.fixed(i), place), dims[i], g.fixed(1));
    };
    outer = g.mul(outer, factor(CmpIPredicate::slt, known && i < *known));
    size = g.mul(size, factor(CmpIPredicate::eq, known && i == *known));
    inner = g.mul(inner, factor(CmpIPredicate::sgt, known && i > *known));
  }
  bool toReal = inverse && onesided;
  Dim natural = toReal ? g.mul(g.fixed(2), g.sub(size, g.fixed(1))) : size;
  FailureOr<Dim> given = readNumber(op, g, op.input("dft_length"), natural);
  if (failed(given))
    return failure();
  Dim length = *given;
  g.require(g.compare(CmpIPredicate::sgt, length, g.fixed(0)),
            "DFT: a length of 0");
  Dim count = onesided && !inverse
                  ? g.add(g.floorDiv(length, g.fixed(2)), g.fixed(1))
                  : length;
  Dim parts = toReal ? g.fixed(1) : g.fixed(2);
  Type type = computeType(x.element);
  Tensor roots = rootsOfUnity(g, length, type);
  Tensor source = g.reshape(x, {outer, size, inner, dims.back()});
  Value bound = g.index(g.min(length, size)), whole = g.index(length);
  // Of a half spectrum, the other half is the conjugate.
  Value terms = toReal ? whole : bound;
  Value factor =
      g.e.div(g.e.constant(1, type), g.e.fromIndex(whole, type), type);
  Value half = arith::DivUIOp::create(g.b, whole, g.index(2));
  Value available = g.index(size);
  Dims flat = {outer, count, inner, parts};
  Tensor result = g.tabulate(flat, x.element, [&](ValueRange at) {
    Complex value = transform(
        g, roots, at[1], terms, inverse, type, [&](Value n) -> Complex {
          if (!toReal)
            return readComplex(g, source, {at[0], n, at[2]});
          Value mirrored =
              arith::CmpIOp::create(g.b, CmpIPredicate::ugt, n, half);
          Value from =
              g.e.select(mirrored, arith::SubIOp::create(g.b, whole, n), n);
          Value inside =
              arith::CmpIOp::create(g.b, CmpIPredicate::ult, from, available);
          from = g.e.select(inside, from, g.index(0));
          Complex v = readComplex(g, source, {at[0], from, at[2]});
          Value zero = g.e.constant(0, type);
          v.real = g.e.select(inside, v.real, zero);
          if (v.imaginary) {
            v.imaginary =
                g.e.select(mirrored, g.e.neg(v.imaginary, type), v.imaginary);
            v.imaginary = g.e.select(inside, v.imaginary, zero);
          }
          return v;
        });
    Value part = toReal ? value.real : choosePart(g, value, at[3]);
    return inverse ? g.e.mul(part, factor, type) : part;
  });
  Dims to = dims;
  to.back() = parts;
  for (int64_t i = 0; i + 1 < rank; ++i)
    if (!known)
      to[i] = g.select(g.compare(CmpIPredicate::eq, g.fixed(i), place), count,
                       to[i]);
    else if (i == *known)
      to[i] = count;
  g.set(op.output("output"), g.reshape(result, to));
  return success();
}

/// Transforms of a window that moves along the signal.
LogicalResult lowerSTFT(OnnxOp op, GraphLowering &g) {
  Tensor signal = g.tensor(op.input("signal")),
         window = g.tensor(op.input("window"));
  if (signal.rank() != 3 && signal.rank() != 2)
    return op.operation()->emitError()
           << "STFT: a signal of rank " << signal.rank()
           << "; accepted: 3, and 2 for real ones";
  Dims dims = g.dims(signal.value);
  if (signal.rank() == 2) {
    dims.push_back(g.fixed(1));
    signal = g.reshape(signal, dims);
  }
  FailureOr<Dim> step = readNumber(op, g, op.input("frame_step"), g.fixed(1)),
                 length = readNumber(op, g, op.input("frame_length"),
                                     window ? g.dim(window.value, 0) : dims[1]);
  if (failed(step) || failed(length))
    return failure();
  g.require(g.compare(CmpIPredicate::sgt, *step, g.fixed(0)),
            "STFT: a step of 0");
  g.require(g.compare(CmpIPredicate::sgt, *length, g.fixed(0)),
            "STFT: a frame of length 0");
  if (window)
    g.requireSame(g.dim(window.value, 0), *length,
                  "STFT: the window has another length than a frame");
  g.require(g.compare(CmpIPredicate::sle, *length, dims[1]),
            "STFT: a frame is longer than the signal");
  Dim frames = g.add(g.floorDiv(g.sub(dims[1], *length), *step), g.fixed(1));
  Dim bins = op.integer("onesided", 1)
                 ? g.add(g.floorDiv(*length, g.fixed(2)), g.fixed(1))
                 : *length;
  Type type = computeType(signal.element);
  Tensor roots = rootsOfUnity(g, *length, type);
  Value count = g.index(*length), hop = g.index(*step);
  g.set(op.output("output"),
        g.tabulate({dims[0], frames, bins, g.fixed(2)}, signal.element,
                   [&](ValueRange at) {
                     Value begin = arith::MulIOp::create(g.b, at[1], hop);
                     Complex value = transform(
                         g, roots, at[2], count, false, type, [&](Value n) {
                           Complex v = readComplex(
                               g, signal,
                               {at[0], arith::AddIOp::create(g.b, begin, n)});
                           if (window) {
                             Value weight = g.e.cast(g.at(window, n),
                                                     window.element, type);
                             v.real = g.e.mul(v.real, weight, type);
                             if (v.imaginary)
                               v.imaginary = g.e.mul(v.imaginary, weight, type);
                           }
                           return v;
                         });
                     return choosePart(g, value, at[3]);
                   }));
  return success();
}

/// Triangles over bins of frequencies, their corners evenly spaced in mel.
LogicalResult lowerMelWeightMatrix(OnnxOp op, GraphLowering &g) {
  FailureOr<Dim> mels = readNumber(op, g, op.input("num_mel_bins"), {}),
                 length = readNumber(op, g, op.input("dft_length"), {}),
                 rate = readNumber(op, g, op.input("sample_rate"), {});
  if (failed(mels) || failed(length) || failed(rate))
    return failure();
  Type f64 = g.b.getF64Type(), i64 = g.b.getI64Type();
  auto number = [&](double value) { return g.e.constant(value, f64); };
  auto mel = [&](StringRef name) {
    Tensor hertz = g.tensor(op.input(name));
    Value ratio = g.e.div(g.e.cast(g.scalar(hertz), hertz.element, f64),
                          number(700), f64);
    Value log = math::Log1pOp::create(g.b, ratio);
    return g.e.mul(log, number(2595 / 2.302585092994046), f64);
  };
  Value low = mel("lower_edge_hertz"), high = mel("upper_edge_hertz");
  Dim corners = g.add(*mels, g.fixed(2));
  Value step = g.e.div(g.e.sub(high, low, f64),
                       g.e.fromIndex(g.index(corners), f64), f64);
  Value bins = g.e.fromIndex(g.index(g.add(*length, g.fixed(1))), f64),
        samples = g.e.fromIndex(g.index(*rate), f64);
  Tensor corner = g.tabulate(corners, i64, [&](ValueRange at) {
    Value place =
        g.e.add(low, g.e.mul(g.e.fromIndex(at[0], f64), step, f64), f64);
    Value power = g.e.mul(place, number(2.302585092994046 / 2595), f64);
    Value hertz = g.e.mul(number(700), math::ExpM1Op::create(g.b, power), f64);
    Value bin = g.e.div(g.e.mul(bins, hertz, f64), samples, f64);
    return g.e.cast(math::FloorOp::create(g.b, bin), f64, i64);
  });
  Dim rows = g.add(g.floorDiv(*length, g.fixed(2)), g.fixed(1));
  Type result = g.elementOf(op.output("output"));
  g.set(op.output("output"),
        g.tabulate({rows, *mels}, result, [&](ValueRange at) {
          auto cornerAt = [&](int64_t offset) {
            return g.at(
                corner,
                arith::AddIOp::create(g.b, at[1], g.index(offset)).getResult());
          };
          Value left = cornerAt(0), center = cornerAt(1), right = cornerAt(2);
          Value bin = g.e.fromIndex(at[0], i64);
          auto real = [&](Value x) { return g.e.cast(x, i64, f64); };
          auto sub = [&](Value x, Value y) { return g.e.sub(x, y, i64); };
          auto both = [&](Value x, Value y) -> Value {
            return arith::AndIOp::create(g.b, x, y);
          };
          Value rising =
              g.e.div(real(sub(bin, left)), real(sub(center, left)), f64);
          Value falling =
              g.e.div(real(sub(right, bin)), real(sub(right, center)), f64);
          Value value = number(0);
          value = g.e.select(
              both(g.e.lessOrEqual(left, bin, i64), g.e.less(bin, center, i64)),
              rising, value);
          value = g.e.select(g.e.equal(bin, center, i64), number(1), value);
          value = g.e.select(
              both(g.e.less(center, bin, i64), g.e.less(bin, right, i64)),
              falling, value);
          return g.e.cast(value, f64, result);
        }));
  return success();
}

} // namespace

void llm::onnx::addSignal(LoweringTable &table) {
  table.add("DFT", lowerDFT);
  table.add("STFT", lowerSTFT);
  table.add("MelWeightMatrix", lowerMelWeightMatrix);
}
