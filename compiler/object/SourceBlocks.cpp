//===- SourceBlocks.cpp - Code that reads tensors of checkpoints ----------===//

#include "compiler/object/SourceBlocks.h"

#include "frontends/PlainTensor.h"
#include "frontends/gguf/BlockFormats.h"
#include "passes/tile/Passes.h"

using namespace mlir;
using namespace llm;

bool llm::isDense(SourceType type) {
  return type == SourceType::F32 || type == SourceType::F16 ||
         type == SourceType::BF16;
}

Type llm::elementType(Builder &builder, SourceType type) {
  switch (type) {
  case SourceType::F32:
    return builder.getF32Type();
  case SourceType::F16:
    return builder.getF16Type();
  case SourceType::BF16:
    return builder.getBF16Type();
  case SourceType::F64:
    return builder.getF64Type();
  case SourceType::Bool:
    return builder.getI1Type();
  case SourceType::I2:
  case SourceType::I4:
  case SourceType::I8:
  case SourceType::I16:
  case SourceType::I32:
  case SourceType::I64:
    return builder.getIntegerType(elementBits(type));
  case SourceType::U2:
  case SourceType::U4:
  case SourceType::U8:
  case SourceType::U16:
  case SourceType::U32:
  case SourceType::U64:
    return builder.getIntegerType(elementBits(type), /*isSigned=*/false);
  case SourceType::F4E2M1:
    return builder.getType<Float4E2M1FNType>();
  case SourceType::F8E4M3FN:
    return builder.getType<Float8E4M3FNType>();
  case SourceType::F8E4M3FNUZ:
    return builder.getType<Float8E4M3FNUZType>();
  case SourceType::F8E5M2:
    return builder.getType<Float8E5M2Type>();
  case SourceType::F8E5M2FNUZ:
    return builder.getType<Float8E5M2FNUZType>();
  case SourceType::F8E8M0:
    return builder.getType<Float8E8M0FNUType>();
  case SourceType::C64:
    return ComplexType::get(builder.getF32Type());
  case SourceType::C128:
    return ComplexType::get(builder.getF64Type());
  default: // blocks
    return {};
  }
}

bool llm::isCopied(SourceType type, Type to) {
  auto tensor = dyn_cast<RankedTensorType>(to);
  Builder builder(to.getContext());
  Type from = elementType(builder, type);
  if (!tensor || !from)
    return false;
  Type element = tensor.getElementType();
  return from == element ||
         (element.isInteger(elementBytes(type) * 8) && from.isIntOrFloat());
}

Value llm::loadBytes(TileCode &c, Value bytes, Value at, Type type) {
  int64_t size = type.getIntOrFloatBitWidth() / 8;
  Value raw = vector::LoadOp::create(c, VectorType::get(size, c.getI8Type()),
                                     bytes, ValueRange(at));
  return vector::ExtractOp::create(
      c, vector::BitCastOp::create(c, VectorType::get(1, type), raw), 0);
}

Value llm::readDense(TileCode &c, SourceType type, Value bytes, Value place) {
  Type element = elementType(c, type);
  Value value = loadBytes(
      c, bytes, c.mul(place, element.getIntOrFloatBitWidth() / 8), element);
  return element.isF32()
             ? value
             : arith::ExtFOp::create(c, c.getF32Type(), value).getResult();
}

namespace {

/// Integer arithmetic on bytes of a block.
struct Bits {
  TileCode &c;
  Value source, at;

  /// Byte `offset` + `index` of the block, as i32.
  Value byte(int64_t offset, Value index = {}) {
    Value place = c.add(at, offset);
    if (index)
      place = c.add(place, index);
    return arith::ExtUIOp::create(c, c.getI32Type(),
                                  loadBytes(c, source, place, c.getI8Type()));
  }
  Value constant(int64_t value) {
    return arith::ConstantIntOp::create(c, c.getI32Type(), value);
  }
  Value integer(Value index) {
    return arith::IndexCastOp::create(c, c.getI32Type(), index);
  }
  Value shiftRight(Value value, Value by) {
    return arith::ShRUIOp::create(c, value, by);
  }
  Value shiftLeft(Value value, int64_t by) {
    return arith::ShLIOp::create(c, value, constant(by));
  }
  Value mask(Value value, int64_t bits) {
    return arith::AndIOp::create(c, value, constant(bits));
  }
  Value either(Value a, Value b) { return arith::OrIOp::create(c, a, b); }
  /// `width` bits of `value` from bit `field` * `width` on.
  Value field(Value value, Value number, int64_t width) {
    Value shift = integer(c.mul(number, width));
    return mask(shiftRight(value, shift), (1 << width) - 1);
  }
  Value half(int64_t offset) {
    return loadBytes(c, source, c.add(at, offset), c.getF16Type());
  }
  Value narrow(Value value) {
    return arith::TruncIOp::create(c, c.getI8Type(), value);
  }
  Value isLess(Value index, int64_t limit) {
    return c.less(index, c.index(limit));
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(c, condition, a, b);
  }

  /// Blocks of 32: element k lies in the low half of byte k, or the high half
  /// of byte k - 16.
  Value nibble(int64_t offset, Value k) {
    return field(byte(offset, c.rem(k, 16)), c.div(k, 16), 4);
  }
  /// Bit k of 32 bits.
  Value bit(int64_t offset, Value k) {
    return field(byte(offset, c.div(k, 8)), c.rem(k, 8), 1);
  }
  /// Q4_K and Q5_K: of every 64 elements, 32 in the low halves of 32 bytes and
  /// 32 in the high halves.
  Value nibbleOf64(int64_t offset, Value k) {
    Value at = c.add(c.mul(c.div(k, 64), 32), c.rem(k, 32));
    return field(byte(offset, at), c.rem(c.div(k, 32), 2), 4);
  }
  /// Q2_K and Q3_K: of every 128 elements, 32 in each two bits of 32 bytes.
  Value crumbOf128(int64_t offset, Value k) {
    Value at = c.add(c.mul(c.div(k, 128), 32), c.rem(k, 32));
    return field(byte(offset, at), c.rem(c.div(k, 32), 4), 2);
  }
  /// Q4_K and Q5_K: 8 scales and 8 minimums of 6 bits in 12 bytes.
  Value sixBits(int64_t offset, Value group, bool minimum) {
    // Groups 0 to 3 use a byte's low 6 bits; the others 4 bits of byte
    // group + 4, and the high 2 bits left over by the first ones.
    Value upper = c.rem(group, 4);
    int64_t shift = minimum ? 4 : 0;
    Value plain = mask(byte(offset + shift, upper), 63);
    Value low = field(byte(offset + 8, upper), c.index(minimum), 4);
    Value high = field(byte(offset + shift, upper), c.index(3), 2);
    return select(isLess(group, 4), plain, either(low, shiftLeft(high, 4)));
  }
};

} // namespace

std::optional<SourceBlock> SourceBlock::of(SourceType type) {
  if (isDense(type))
    return std::nullopt;
  BlockFormat format = blockFormat(type);
  return SourceBlock{type, format.elements, format.bytes};
}

Value SourceBlock::quant(TileCode &c, Value source, Value at, Value k) const {
  Bits b{c, source, at};
  switch (type) {
  case SourceType::Q4_0:
    return b.nibble(2, k);
  case SourceType::Q4_1:
    return b.nibble(4, k);
  case SourceType::Q5_0:
    return b.either(b.nibble(6, k), b.shiftLeft(b.bit(2, k), 4));
  case SourceType::Q5_1:
    return b.either(b.nibble(8, k), b.shiftLeft(b.bit(4, k), 4));
  case SourceType::Q8_0: // signed bytes
    return b.mask(arith::AddIOp::create(c, b.byte(2, k), b.constant(128)), 255);
  case SourceType::Q2_K:
    return b.crumbOf128(16, k);
  case SourceType::Q3_K: {
    Value high = b.field(b.byte(0, c.rem(k, 32)), c.div(k, 32), 1);
    return b.either(b.crumbOf128(32, k), b.shiftLeft(high, 2));
  }
  case SourceType::Q4_K:
    return b.nibbleOf64(16, k);
  case SourceType::Q5_K: {
    Value high = b.field(b.byte(16, c.rem(k, 32)), c.div(k, 32), 1);
    return b.either(b.nibbleOf64(48, k), b.shiftLeft(high, 4));
  }
  case SourceType::Q6_K: {
    // Of every 128 elements: low halves of 64 bytes, then their high halves.
    Value inHalf = c.rem(k, 128);
    Value low = c.add(c.mul(c.div(k, 128), 64), c.rem(inHalf, 64));
    Value nibble = b.field(b.byte(0, low), c.div(inHalf, 64), 4);
    return b.either(nibble, b.shiftLeft(b.crumbOf128(128, k), 4));
  }
  default:
    llvm_unreachable("dense types have no quants");
  }
}

Value SourceBlock::scale(TileCode &c, Value source, Value at) const {
  Bits b{c, source, at};
  switch (type) {
  case SourceType::Q2_K:
    return b.half(80);
  case SourceType::Q3_K:
    return b.half(108);
  case SourceType::Q6_K:
    return b.half(208);
  default:
    return b.half(0);
  }
}

Value SourceBlock::minimum(TileCode &c, Value source, Value at) const {
  Bits b{c, source, at};
  switch (type) {
  case SourceType::Q2_K:
    return b.half(82);
  case SourceType::Q4_K:
  case SourceType::Q5_K:
    return b.half(2);
  default: // Q4_1 and Q5_1 add it
    return arith::NegFOp::create(c, b.half(2));
  }
}

Value SourceBlock::subScale(TileCode &c, Value source, Value at,
                            Value k) const {
  Bits b{c, source, at};
  switch (type) {
  case SourceType::Q2_K:
    return b.narrow(b.mask(b.byte(0, c.div(k, 16)), 15));
  case SourceType::Q3_K: {
    // 16 scales of 6 bits in 12 bytes: 4 low bits in the first 8, 2 high bits
    // in the last 4; 32 is zero.
    Value group = c.div(k, 16);
    Value low = b.field(b.byte(96, c.rem(group, 8)), c.div(group, 8), 4);
    Value high = b.field(b.byte(104, c.rem(group, 4)), c.div(group, 4), 2);
    return b.narrow(arith::SubIOp::create(
        c, b.either(low, b.shiftLeft(high, 4)), b.constant(32)));
  }
  case SourceType::Q4_K:
  case SourceType::Q5_K:
    return b.narrow(b.sixBits(4, c.div(k, 32), false));
  case SourceType::Q6_K:
    return b.narrow(b.byte(192, c.div(k, 16)));
  default:
    llvm_unreachable("only K quants have sub-scales");
  }
}

Value SourceBlock::subMinimum(TileCode &c, Value source, Value at,
                              Value k) const {
  Bits b{c, source, at};
  if (type == SourceType::Q2_K)
    return b.narrow(b.field(b.byte(0, c.div(k, 16)), c.index(1), 4));
  return b.narrow(b.sixBits(4, c.div(k, 32), true));
}
