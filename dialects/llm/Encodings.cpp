//===- Encodings.cpp - How kernels read packed weights --------------------===//
//
// The implementation of EncodingInterface for each encoding: sizes, and the
// code that turns bytes of a panel into 16 weights at a time.
//
//===----------------------------------------------------------------------===//

#include "dialects/llm/Encodings.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace llm;

namespace {

/// Shorthand for the arithmetic that expansion is made of.
struct Emitter {
  ImplicitLocOpBuilder b;
  Value bytes;

  Emitter(OpBuilder &builder, Location loc, Value bytes)
      : b(loc, builder), bytes(bytes) {}

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value plus(Value base, int64_t offset) {
    return offset ? arith::AddIOp::create(b, base, index(offset)).getResult()
                  : base;
  }
  Value plusScaled(Value base, Value count, int64_t scale) {
    return arith::AddIOp::create(b, base,
                                 arith::MulIOp::create(b, count, index(scale)));
  }
  VectorType vec(int64_t n, Type type) { return VectorType::get(n, type); }

  /// Loads `count` elements of `type` that start at byte `offset`.
  Value load(Value offset, int64_t count, Type type) {
    int64_t size = count * type.getIntOrFloatBitWidth() / 8;
    Value raw =
        vector::LoadOp::create(b, vec(size, b.getI8Type()), bytes, offset);
    return vector::BitCastOp::create(b, vec(count, type), raw);
  }
  /// The same for one element.
  Value loadElement(Value offset, Type type) {
    return vector::ExtractOp::create(b, load(offset, 1, type), 0);
  }
  /// `value` broadcast to the type of `like`: a vector, or a scalar.
  Value constant(Type type, int64_t value) {
    Type element = getElementTypeOrSelf(type);
    TypedAttr attr = isa<FloatType>(element)
                         ? TypedAttr(b.getFloatAttr(element, value))
                         : TypedAttr(b.getIntegerAttr(element, value));
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, attr);
    return arith::ConstantOp::create(b, attr);
  }
  Value shiftRight(Value value, int64_t bits) {
    return bits ? arith::ShRUIOp::create(b, value,
                                         constant(value.getType(), bits))
                      .getResult()
                : value;
  }
  Value shiftLeft(Value value, int64_t bits) {
    return bits ? arith::ShLIOp::create(b, value,
                                        constant(value.getType(), bits))
                      .getResult()
                : value;
  }
  Value mask(Value value, int64_t bits) {
    return arith::AndIOp::create(b, value, constant(value.getType(), bits));
  }
  /// 16 f16 or bf16 numbers, or one, as f32.
  Value widen(Value value) {
    Type type = b.getF32Type();
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      type = vec(vector.getNumElements(), type);
    return arith::ExtFOp::create(b, type, value);
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// DenseAttr: [K/step][16][step], step elements filling 4 bytes
//===----------------------------------------------------------------------===//

LogicalResult DenseAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                Type elementType) {
  if (elementType.isF32() || elementType.isBF16() || elementType.isF16() ||
      elementType.isInteger(8))
    return success();
  return emitError() << "dense weights are f32, bf16, f16 or i8; found "
                     << elementType;
}

int64_t DenseAttr::getBlockSpan() const {
  return 32 / getElementType().getIntOrFloatBitWidth();
}
int64_t DenseAttr::getBlockBytes() const { return kPanel * 4; }
int64_t DenseAttr::getRunSpan() const { return getBlockSpan(); }
int64_t DenseAttr::getStoredBytes(int64_t elements) const {
  return elements * getElementType().getIntOrFloatBitWidth() / 8;
}

SmallVector<Value> DenseAttr::expandRun(OpBuilder &builder, Location loc,
                                        Value bytes, Value offset,
                                        Value) const {
  Emitter e(builder, loc, bytes);
  auto f32 = e.vec(kPanel, builder.getF32Type());
  if (getElementType().isF32())
    return {e.load(offset, kPanel, builder.getF32Type())};
  Value pairs = e.load(offset, kPanel, builder.getI32Type());
  if (getElementType().isInteger(8)) {
    SmallVector<Value> quad;
    for (int64_t above : {24, 16, 8, 0}) {
      Value number = arith::ShRSIOp::create(e.b, e.shiftLeft(pairs, above),
                                            e.constant(pairs.getType(), 24));
      quad.push_back(arith::SIToFPOp::create(e.b, f32, number));
    }
    return quad;
  }
  // A bf16 is the upper half of an f32.
  if (getElementType().isBF16())
    return {arith::BitcastOp::create(e.b, f32, e.shiftLeft(pairs, 16)),
            arith::BitcastOp::create(e.b, f32, e.mask(pairs, 0xffff0000))};
  SmallVector<Value> result;
  for (int64_t half : {0, 16}) {
    Value bits = arith::TruncIOp::create(
        e.b, e.vec(kPanel, builder.getI16Type()), e.shiftRight(pairs, half));
    result.push_back(e.widen(arith::BitcastOp::create(
        e.b, e.vec(kPanel, builder.getF16Type()), bits)));
  }
  return result;
}

Value DenseAttr::expandElement(OpBuilder &builder, Location loc, Value bytes,
                               Value offset, Value lane, Value k) const {
  Emitter e(builder, loc, bytes);
  int64_t size = getElementType().getIntOrFloatBitWidth() / 8;
  Value place = e.plusScaled(e.plusScaled(offset, lane, 4), k, size);
  Value element = e.loadElement(place, getElementType());
  if (getElementType().isInteger(8))
    return arith::SIToFPOp::create(e.b, builder.getF32Type(), element);
  return getElementType().isF32() ? element : e.widen(element);
}

//===----------------------------------------------------------------------===//
// GroupedAttr
//===----------------------------------------------------------------------===//

LogicalResult GroupedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t bits, int64_t group, int64_t zero,
                                  bool minimum, int64_t super,
                                  int64_t scaleBits, bool zeros) {
  if (bits < 2 || bits > 8 || bits == 7)
    return emitError() << "grouped weights have 2, 3, 4, 5, 6 or 8 bits; found "
                       << bits;
  if (group < 16 || group > 256 || !llvm::isPowerOf2_64(group))
    return emitError()
           << "a group is 16, 32, 64, 128 or 256 in features; found " << group;
  if (zero < 0 || zero >= (1 << bits))
    return emitError() << "zero must be a quant of " << bits << " bits; found "
                       << zero;
  if (super != 0 && (super % group || super % 64 || super > 256))
    return emitError() << "super must be 0 or a multiple of 64 and of the "
                          "group, 256 at most; found "
                       << super;
  if (scaleBits != 16 && scaleBits != 32)
    return emitError() << "scales have 16 or 32 bits; found " << scaleBits;
  if (zeros && (zero || minimum || super))
    return emitError() << "groups that have zero points have no other zero, no "
                          "minimum and no super-blocks";
  if (super && scaleBits != 16)
    return emitError() << "scales of super-blocks have 16 bits; found "
                       << scaleBits;
  return success();
}

GroupedLayout::GroupedLayout(GroupedAttr encoding) {
  span = std::max({int64_t(64), encoding.getGroup(), encoding.getSuper()});
  int64_t rest = encoding.getBits(), shift = 0;
  runBytes = 0;
  for (int64_t width : {8, 4, 2, 1})
    if (rest >= width) {
      planes.push_back({width, shift, runBytes});
      runBytes += width * 64;
      shift += width;
      rest -= width;
    }
  int64_t groups = span / encoding.getGroup();
  bytes = span / kRun * runBytes;
  auto take = [&](bool present, int64_t size) {
    int64_t at = present ? bytes : -1;
    bytes += present ? size : 0;
    return at;
  };
  bool super = encoding.getSuper() != 0, minimum = encoding.getMinimum();
  subScales = take(super, groups * kPanel);
  subMinimums = take(super && minimum, groups * kPanel);
  zeros = take(encoding.getZeros(), groups * kPanel);
  int64_t entries = super ? 1 : groups,
          scaleBytes = encoding.getScaleBits() / 8;
  scales = take(true, entries * kPanel * scaleBytes);
  minimums = take(minimum, entries * kPanel * scaleBytes);
  bytes = llvm::alignTo(bytes, 64);
}

int64_t GroupedAttr::getBlockSpan() const { return GroupedLayout(*this).span; }
int64_t GroupedAttr::getBlockBytes() const {
  return GroupedLayout(*this).bytes;
}
int64_t GroupedAttr::getRunSpan() const { return kRun; }

int64_t GroupedAttr::getStoredBytes(int64_t elements) const {
  int64_t entries = getMinimum() ? 2 : 1;
  int64_t bits = elements * getBits();
  if (!getSuper())
    return (bits +
            elements / getGroup() *
                (entries * getScaleBits() + (getZeros() ? getBits() : 0))) /
           8;
  // K quants keep sub-scales in 4 bits (2-bit weights), 6 bits or 8 (6-bit).
  int64_t subBits = getBits() == 2 ? 4 : getBits() == 6 ? 8 : 6;
  return (bits + elements / getGroup() * entries * subBits +
          elements / getSuper() * entries * 16) /
         8;
}

/// What the group that holds in feature `first` of run `run` says: a weight is
/// (q - zero - the encoding's zero) * scale + addend. `lane` narrows all to one
/// out feature. Zero and addend are null where they would be nothing.
struct GroupTerms {
  Value scale, addend, zero;
};
static GroupTerms groupTerms(Emitter &e, GroupedAttr encoding, Value offset,
                             Value run, int64_t first, Value lane) {
  GroupedLayout layout(encoding);
  int64_t group = encoding.getGroup();
  Type f16 = e.b.getF16Type(), i8 = e.b.getI8Type();
  // Group index: (run * 32 + first) / group, one of the two being whole.
  Value index;
  if (group >= kRun)
    index = arith::DivUIOp::create(e.b, run, e.index(group / kRun));
  else
    index = e.plus(arith::MulIOp::create(e.b, run, e.index(kRun / group)),
                   first / group);
  auto read = [&](int64_t section, bool perGroup, Type type) -> Value {
    int64_t size = type.getIntOrFloatBitWidth() / 8;
    Value at = e.plus(offset, section);
    if (perGroup)
      at = e.plusScaled(at, index, kPanel * size);
    if (lane)
      return e.loadElement(e.plusScaled(at, lane, size), type);
    return e.load(at, kPanel, type);
  };
  auto term = [&](int64_t section, int64_t sub) -> Value {
    bool super = encoding.getSuper() != 0;
    Type stored = encoding.getScaleBits() == 32 ? e.b.getF32Type() : f16;
    Value value = read(section, !super, stored);
    if (stored == f16)
      value = e.widen(value);
    if (!super)
      return value;
    Value factor =
        arith::SIToFPOp::create(e.b, value.getType(), read(sub, true, i8));
    return arith::MulFOp::create(e.b, value, factor);
  };
  GroupTerms terms;
  terms.scale = term(layout.scales, layout.subScales);
  if (encoding.getMinimum())
    terms.addend =
        arith::NegFOp::create(e.b, term(layout.minimums, layout.subMinimums));
  if (encoding.getZeros())
    terms.zero = arith::UIToFPOp::create(e.b, terms.scale.getType(),
                                         read(layout.zeros, true, i8));
  return terms;
}

/// The same with the encoding's zero in the addend: a weight is (q - zero) *
/// scale + addend. A zero point of the group stays by itself, so that weights
/// are rounded once.
static GroupTerms groupLine(Emitter &e, GroupedAttr encoding, Value offset,
                            Value run, int64_t first, Value lane) {
  GroupTerms terms = groupTerms(e, encoding, offset, run, first, lane);
  if (encoding.getZero()) {
    Value shift = arith::MulFOp::create(
        e.b, terms.scale,
        e.constant(terms.scale.getType(), -encoding.getZero()));
    terms.addend =
        terms.addend
            ? arith::AddFOp::create(e.b, shift, terms.addend).getResult()
            : shift;
  }
  return terms;
}

SmallVector<Value> GroupedAttr::expandRun(OpBuilder &builder, Location loc,
                                          Value bytes, Value offset,
                                          Value run) const {
  Emitter e(builder, loc, bytes);
  GroupedLayout layout(*this);
  Value base = e.plusScaled(offset, run, layout.runBytes);
  auto words = e.vec(kPanel, builder.getI32Type());
  auto f32 = e.vec(kPanel, builder.getF32Type());

  SmallVector<SmallVector<Value>> planes;
  for (const Plane &plane : layout.planes)
    for (int64_t v = 0; v < plane.width; ++v) {
      if (v == 0)
        planes.emplace_back();
      planes.back().push_back(e.load(e.plus(base, plane.offset + v * 64),
                                     kPanel, builder.getI32Type()));
    }

  SmallVector<Value> result;
  GroupTerms terms;
  for (int64_t k = 0; k < kRun; ++k) {
    if (k % getGroup() == 0)
      terms = groupLine(e, *this, offset, run, k, Value());
    Value quant;
    for (auto [plane, vectors] : llvm::zip(layout.planes, planes)) {
      QuadPlace place = placeQuad(plane, k / 4);
      Value bits = e.shiftRight(vectors[place.vector],
                                k % 4 * 8 + place.field * plane.width);
      bits = e.shiftLeft(e.mask(bits, (1 << plane.width) - 1), plane.shift);
      quant = quant ? arith::OrIOp::create(e.b, words, quant, bits).getResult()
                    : bits;
    }
    Value value = arith::SIToFPOp::create(e.b, f32, quant);
    if (terms.zero)
      value = arith::SubFOp::create(e.b, value, terms.zero);
    result.push_back(
        terms.addend
            ? vector::FMAOp::create(e.b, value, terms.scale, terms.addend)
                  .getResult()
            : arith::MulFOp::create(e.b, value, terms.scale).getResult());
  }
  return result;
}

SmallVector<Value> llm::expandQuads(OpBuilder &builder, Location loc,
                                    GroupedAttr encoding, Value bytes,
                                    Value offset, Value run) {
  Emitter e(builder, loc, bytes);
  GroupedLayout layout(encoding);
  Value base = e.plusScaled(offset, run, layout.runBytes);
  auto words = e.vec(kPanel, builder.getI32Type());
  SmallVector<Value> quads;
  for (int64_t quad = 0; quad < kRun / 4; ++quad) {
    Value quants;
    for (const Plane &plane : layout.planes) {
      QuadPlace place = placeQuad(plane, quad);
      Value bits = e.load(e.plus(base, plane.offset + place.vector * 64),
                          kPanel, builder.getI32Type());
      if (plane.width < 8) {
        // The same field of each of a word's four bytes.
        int64_t mask = ((1 << plane.width) - 1) * 0x01010101;
        bits = e.shiftRight(bits, place.field * plane.width);
        bits = e.shiftLeft(e.mask(bits, mask), plane.shift);
      }
      quants = quants
                   ? arith::OrIOp::create(e.b, words, quants, bits).getResult()
                   : bits;
    }
    quads.push_back(vector::BitCastOp::create(
        e.b, e.vec(4 * kPanel, builder.getI8Type()), quants));
  }
  return quads;
}

std::pair<Value, Value> llm::expandGroupTerms(OpBuilder &builder, Location loc,
                                              GroupedAttr encoding, Value bytes,
                                              Value offset, Value run,
                                              int64_t first) {
  Emitter e(builder, loc, bytes);
  GroupTerms terms = groupTerms(e, encoding, offset, run, first, Value());
  if (terms.zero)
    terms.addend = arith::NegFOp::create(
        e.b, arith::MulFOp::create(e.b, terms.zero, terms.scale));
  return {terms.scale, terms.addend};
}

Value GroupedAttr::expandElement(OpBuilder &builder, Location loc, Value bytes,
                                 Value offset, Value lane, Value k) const {
  Emitter e(builder, loc, bytes);
  GroupedLayout layout(*this);
  auto divide = [&](Value value, int64_t by) -> Value {
    return arith::DivUIOp::create(e.b, value, e.index(by));
  };
  auto modulo = [&](Value value, int64_t by) -> Value {
    return arith::RemUIOp::create(e.b, value, e.index(by));
  };
  Type i32 = builder.getI32Type();
  Value run = divide(k, kRun), quad = divide(modulo(k, kRun), 4);
  Value byte = modulo(k, 4);
  Value base = e.plusScaled(offset, run, layout.runBytes);
  Value quant;
  for (const Plane &plane : layout.planes) {
    // placeQuad, with the quad known at run time only.
    Value vector = modulo(quad, plane.width), field = divide(quad, plane.width);
    Value place = e.plusScaled(e.plus(base, plane.offset), vector, 64);
    place = arith::AddIOp::create(e.b, e.plusScaled(place, lane, 4), byte);
    Value bits = arith::ExtUIOp::create(
        e.b, i32, e.loadElement(place, builder.getI8Type()));
    Value shift = arith::IndexCastOp::create(
        e.b, i32, arith::MulIOp::create(e.b, field, e.index(plane.width)));
    bits = e.mask(arith::ShRUIOp::create(e.b, bits, shift),
                  (1 << plane.width) - 1);
    bits = e.shiftLeft(bits, plane.shift);
    quant = quant ? arith::OrIOp::create(e.b, quant, bits).getResult() : bits;
  }
  // Groups of 16 halve a run: pick the half that k lies in.
  GroupTerms terms = groupLine(e, *this, offset, run, 0, lane);
  if (getGroup() < kRun) {
    GroupTerms upper = groupLine(e, *this, offset, run, getGroup(), lane);
    Value isUpper = arith::CmpIOp::create(e.b, arith::CmpIPredicate::uge,
                                          modulo(k, kRun), e.index(getGroup()));
    for (Value GroupTerms::*term :
         {&GroupTerms::scale, &GroupTerms::addend, &GroupTerms::zero})
      if (terms.*term)
        terms.*term =
            arith::SelectOp::create(e.b, isUpper, upper.*term, terms.*term);
  }
  Value value = arith::SIToFPOp::create(e.b, builder.getF32Type(), quant);
  if (terms.zero)
    value = arith::SubFOp::create(e.b, value, terms.zero);
  value = arith::MulFOp::create(e.b, value, terms.scale);
  return terms.addend
             ? arith::AddFOp::create(e.b, value, terms.addend).getResult()
             : value;
}
