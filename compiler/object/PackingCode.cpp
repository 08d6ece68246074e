//===- PackingCode.cpp - Code that turns source tensors into panels -------===//

#include "compiler/object/PackingCode.h"

#include "compiler/object/QuantizeGroup.h"
#include "compiler/object/SourceBlocks.h"
#include "dialects/llm/Encodings.h"
#include "passes/tile/Passes.h"
#include "passes/tile/TileCode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace llm;

namespace {

class PanelPacking {
public:
  /// Arguments are those of the packing function.
  PanelPacking(TileCode &c, const PackingKind &kind, ValueRange arguments,
               Value number)
      : c(c), kind(kind), packed(dyn_cast<PackedType>(kind.type)),
        source(arguments[0]), scales(arguments[1]), zeros(arguments[2]),
        panel(arguments[3]), number(number) {}

  LogicalResult run() {
    if (!packed)
      return packVector();
    if (auto dense = dyn_cast<DenseAttr>(packed.getEncoding()))
      return packDense(dense);
    auto grouped = cast<GroupedAttr>(packed.getEncoding());
    if (kind.scales)
      return repackWithTerms(grouped);
    return isDense(kind.source) ? quantize(grouped) : repack(grouped);
  }

private:
  LogicalResult packVector() {
    if (!isDense(kind.source))
      return unsupported();
    int64_t count = cast<RankedTensorType>(kind.type).getDimSize(0);
    c.loop(c.index(0), c.index(count), 1, [&](Value i) {
      Value value = readDense(c, kind.source, source, i);
      if (kind.addend)
        value = c.addf(value, c.number(kind.addend));
      storeBytes(value, c.mul(i, 4));
    });
    return success();
  }

  /// Where a dense source has out feature `row` of in feature `k`.
  Value placeOf(Value row, Value k) {
    if (!kind.transposed)
      return c.add(c.mul(row, packed.getColumns()), k);
    int64_t pitch = kind.pitch ? kind.pitch : packed.getRows();
    return c.add(c.mul(k, pitch), row);
  }

  LogicalResult packDense(DenseAttr encoding) {
    Type element = encoding.getElementType();
    bool areBytes = element.isInteger(8);
    if (areBytes
            ? kind.source != SourceType::I8 && kind.source != SourceType::U8
            : !isDense(kind.source))
      return unsupported();
    int64_t span = encoding.getBlockSpan(), bytes = encoding.getBlockBytes();
    int64_t size = element.getIntOrFloatBitWidth() / 8;
    forRows([&](Value lane, Value row) {
      c.loop(c.index(0), c.index(packed.getColumns()), 1, [&](Value k) {
        Value place = placeOf(row, k);
        Value value;
        if (areBytes || elementType(c, kind.source) == element)
          value = loadBytes(c, source, c.mul(place, size), element);
        else if (element.isF32())
          value = readDense(c, kind.source, source, place);
        else
          value = arith::TruncFOp::create(
              c, element, readDense(c, kind.source, source, place));
        Value at = c.add(c.mul(c.div(k, span), bytes), c.mul(lane, 4));
        at = c.add(at, c.mul(c.rem(k, span), size));
        storeBytes(value, at);
      });
    });
    return success();
  }

  /// Rounds floating-point weights, group by group.
  LogicalResult quantize(GroupedAttr encoding) {
    if (encoding.getSuper() || encoding.getZeros() ||
        encoding.getScaleBits() != 16)
      return unsupported();
    GroupedLayout layout(encoding);
    GroupQuantizer quantizer(c, encoding);
    int64_t group = encoding.getGroup();
    Value columns = c.index(packed.getColumns());
    forRows([&](Value lane, Value row) {
      auto read = [&](Value k) {
        return readDense(c, kind.source, source, placeOf(row, k));
      };
      c.loop(c.index(0), columns, group, [&](Value first) {
        Value end = c.minimum(c.add(first, group), columns);
        GroupQuantizer::Terms terms = quantizer.terms(first, end, read);
        Value entry = groupEntry(layout, first, group, lane);
        storeTerm(layout, first, layout.scales, entry, terms.scale);
        if (terms.minimum)
          storeTerm(layout, first, layout.minimums, entry, terms.minimum);
        c.loop(first, end, 1, [&](Value k) {
          storeQuant(layout, lane, k, quantizer.quant(terms, read(k)));
        });
        // The group's in features that do not exist: zeros, as near as may be.
        c.loop(end, c.add(first, group), 1, [&](Value k) {
          storeQuant(layout, lane, k, quantizer.quant(terms, c.number(0)));
        });
      });
    });
    return success();
  }

  /// Repacks a block type: quants and scales keep their values.
  LogicalResult repack(GroupedAttr encoding) {
    std::optional<SourceBlock> block = SourceBlock::of(kind.source);
    if (!block || packed.getColumns() % block->elements)
      return unsupported();
    GroupedLayout layout(encoding);
    int64_t group = encoding.getGroup(), super = encoding.getSuper();
    int64_t blocksOfRow = packed.getColumns() / block->elements;
    auto blockOf = [&](Value row, Value k) {
      Value at = c.add(c.mul(row, blocksOfRow), c.div(k, block->elements));
      return c.mul(at, block->bytes);
    };
    forRows([&](Value lane, Value row) {
      c.loop(c.index(0), c.index(packed.getColumns()), 1, [&](Value k) {
        storeQuant(layout, lane, k,
                   block->quant(c, source, blockOf(row, k),
                                c.rem(k, block->elements)));
      });
      // Scales of every group, and what groups share.
      c.loop(c.index(0), c.index(packed.getColumns()), group, [&](Value k) {
        Value from = blockOf(row, k), inSource = c.rem(k, block->elements);
        Value entry = groupEntry(layout, k, group, lane);
        auto half = [&](int64_t section, Value place, Value bits) {
          storeTerm(layout, k, section, place, bits);
        };
        if (!super) {
          half(layout.scales, entry, block->scale(c, source, from));
          if (layout.minimums >= 0)
            half(layout.minimums, entry, block->minimum(c, source, from));
          return;
        }
        Value target = blockAt(layout, k);
        storeBytes(block->subScale(c, source, from, inSource),
                   c.add(c.add(target, layout.subScales), entry));
        half(layout.scales, lane, block->scale(c, source, from));
        if (layout.minimums >= 0) {
          storeBytes(block->subMinimum(c, source, from, inSource),
                     c.add(c.add(target, layout.subMinimums), entry));
          half(layout.minimums, lane, block->minimum(c, source, from));
        }
      });
    });
    return success();
  }

  /// Integers, scales and zero points that lie in tensors of their own, a
  /// number of bits each.
  LogicalResult repackWithTerms(GroupedAttr encoding) {
    GroupedLayout layout(encoding);
    int64_t group = encoding.getGroup(), bits = encoding.getBits();
    int64_t blocks = llvm::divideCeil(packed.getColumns(), group);
    if (encoding.getSuper() || encoding.getMinimum() || 8 % bits ||
        encoding.getZeros() != kind.zeros)
      return unsupported();
    // Number `at` of integers that begin at byte `first`.
    auto integer = [&](Value bytes, Value first, Value at) {
      int64_t each = 8 / bits;
      Value byte = arith::ExtUIOp::create(
          c, c.getI32Type(),
          loadBytes(c, bytes, c.add(first, c.div(at, each)), c.getI8Type()));
      Value shift = arith::IndexCastOp::create(c, c.getI32Type(),
                                               c.mul(c.rem(at, each), bits));
      return arith::AndIOp::create(c, arith::ShRUIOp::create(c, byte, shift),
                                   i32((1 << bits) - 1))
          .getResult();
    };
    Type scaleType =
        encoding.getScaleBits() == 32 ? Type(c.getF32Type()) : c.getF16Type();
    forRows([&](Value lane, Value row) {
      c.loop(c.index(0), c.index(packed.getColumns()), group, [&](Value first) {
        Value number = c.div(first, group);
        Value block = c.add(c.mul(row, blocks), number);
        Value zero =
            kind.zeros
                ? integer(zeros, c.mul(row, llvm::divideCeil(blocks * bits, 8)),
                          number)
                : i32(encoding.getZero());
        Value end =
            c.minimum(c.add(first, group), c.index(packed.getColumns()));
        c.loop(first, end, 1, [&](Value k) {
          storeQuant(
              layout, lane, k,
              integer(source, c.mul(block, group * bits / 8), c.sub(k, first)));
        });
        // In features that do not exist are zero.
        c.loop(end, c.add(first, group), 1,
               [&](Value k) { storeQuant(layout, lane, k, zero); });
        Value scale = elementType(c, *kind.scales) == scaleType
                          ? loadBytes(c, scales,
                                      c.mul(block, encoding.getScaleBits() / 8),
                                      scaleType)
                          : readDense(c, *kind.scales, scales, block);
        Value entry = groupEntry(layout, first, group, lane);
        storeTerm(layout, first, layout.scales, entry, scale);
        if (kind.zeros)
          storeTerm(layout, first, layout.zeros, entry,
                    arith::TruncIOp::create(c, c.getI8Type(), zero));
      });
    });
    return success();
  }

  /// First byte of the panel's block that holds in feature `k`.
  Value blockAt(const GroupedLayout &layout, Value k) {
    return c.mul(c.div(k, layout.span), layout.bytes);
  }
  /// Number of a lane's scale among those of a block.
  Value groupEntry(const GroupedLayout &layout, Value k, int64_t group,
                   Value lane) {
    return c.add(c.mul(c.div(c.rem(k, layout.span), group), kPanel), lane);
  }
  /// Writes entry `place` of a section of numbers like this one.
  void storeTerm(const GroupedLayout &layout, Value k, int64_t section,
                 Value place, Value term) {
    Value at = c.add(blockAt(layout, k), section);
    int64_t size = term.getType().getIntOrFloatBitWidth() / 8;
    storeBytes(term, c.add(at, c.mul(place, size)));
  }
  /// Spreads a quant's bits over the planes of its run, which hold zeros there.
  void storeQuant(const GroupedLayout &layout, Value lane, Value k,
                  Value quant) {
    Type i8 = c.getI8Type();
    Value inBlock = c.rem(k, layout.span);
    Value run =
        c.add(blockAt(layout, k), c.mul(c.div(inBlock, kRun), layout.runBytes));
    Value quad = c.div(c.rem(k, kRun), 4);
    Value byte = c.add(c.mul(lane, 4), c.rem(k, 4));
    for (const Plane &plane : layout.planes) {
      Value at = c.add(run, c.mul(c.rem(quad, plane.width), 64));
      at = c.add(c.add(at, byte), plane.offset);
      Value field = c.mul(c.div(quad, plane.width), plane.width);
      Value bits = arith::ShRUIOp::create(c, quant, i32(plane.shift));
      bits = arith::AndIOp::create(c, bits, i32((1 << plane.width) - 1));
      bits = arith::ShLIOp::create(
          c, bits, arith::IndexCastOp::create(c, c.getI32Type(), field));
      Value old = loadBytes(c, panel, at, i8);
      storeBytes(
          arith::OrIOp::create(c, old, arith::TruncIOp::create(c, i8, bits)),
          at);
    }
  }

  /// The rows of the panel that exist, with their place in the source.
  void forRows(llvm::function_ref<void(Value lane, Value row)> body) {
    Value first = c.mul(number, kPanel);
    Value count =
        c.minimum(c.sub(c.index(packed.getRows()), first), c.index(kPanel));
    c.loop(c.index(0), count, 1, [&](Value lane) {
      Value row = c.add(first, lane);
      if (kind.interleavedHeads) {
        // Row i of a head's first half is stored as row 2i, of the second as
        // row 2i + 1.
        int64_t width = packed.getRows() / kind.interleavedHeads;
        Value head = c.mul(c.div(row, width), width);
        Value inHead = c.rem(row, width);
        Value half = c.div(inHead, width / 2);
        Value pair = c.mul(c.rem(inHead, width / 2), 2);
        row = c.add(c.add(head, pair), half);
      }
      body(lane, row);
    });
  }

  Value i32(int64_t value) {
    return arith::ConstantIntOp::create(c, c.getI32Type(), value);
  }
  /// Writes a scalar to byte `at` of the panel.
  void storeBytes(Value value, Value at) {
    int64_t size = value.getType().getIntOrFloatBitWidth() / 8;
    Value vector = vector::BroadcastOp::create(
        c, VectorType::get(1, value.getType()), value);
    vector = vector::BitCastOp::create(c, VectorType::get(size, c.getI8Type()),
                                       vector);
    vector::StoreOp::create(c, vector, panel, ValueRange(at));
  }
  LogicalResult unsupported() {
    return emitError(c.getLoc())
           << "not supported yet: packing this source as " << kind.type;
  }

  TileCode &c;
  const PackingKind &kind;
  PackedType packed; ///< null for a vector
  Value source, scales, zeros, panel, number;
};

} // namespace

LogicalResult llm::emitPackingFunction(ModuleOp module, StringRef name,
                                       const PackingKind &kind) {
  TileCode c(module.getLoc(), module.getContext());
  c.setInsertionPointToEnd(module.getBody());
  // The checkpoint's reader has checked that the source holds what the type
  // needs; the functions get base pointers only.
  auto bytes = MemRefType::get({int64_t(1) << 62}, c.getI8Type());
  auto function = func::FuncOp::create(
      c, name,
      c.getFunctionType({bytes, bytes, bytes, bytes, c.getI64Type()}, {}));
  c.setInsertionPointToStart(function.addEntryBlock());
  Value number =
      arith::IndexCastOp::create(c, c.getIndexType(), function.getArgument(4));
  if (failed(PanelPacking(c, kind, function.getArguments(), number).run()))
    return failure();
  func::ReturnOp::create(c);
  return success();
}
