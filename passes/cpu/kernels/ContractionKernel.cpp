//===- ContractionKernel.cpp - Tiles of a contraction ---------------------===//

#include "passes/cpu/kernels/ContractionKernel.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/cpu/kernels/LoopCode.h"
#include "passes/cpu/kernels/MultiplyTile.h"
#include "passes/cpu/kernels/VectorLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

/// Columns of a tile. Its panels of a block of sums, 128 KiB of f32, stay in a
/// second-level cache.
constexpr int64_t kTileColumns = 64;
/// Sums in a block at most.
constexpr int64_t kBlockSums = 512;
/// Rows of a tile: as many as give this many tiles, at least and at most. A
/// tile brings its columns into panels for all its rows.
constexpr int64_t kTiles = 16, kLeastRows = 32, kMostRows = 256;
/// What the rows of a tile are a multiple of: those that registers hold, on any
/// level.
constexpr int64_t kRowStep = 8;

/// How a contraction's result is cut, from its sizes alone.
struct Tiling {
  Value rowsOfTile, rowTiles, columnTiles;
};

static Tiling tilingOf(ImplicitLocOpBuilder &b, Value outer, Value rows,
                       Value columns) {
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto ceilDiv = [&](Value x, Value y) -> Value {
    return arith::CeilDivUIOp::create(b, x, y);
  };
  Value columnTiles = ceilDiv(columns, number(kTileColumns));
  Value others = arith::MaxUIOp::create(
      b, arith::MulIOp::create(b, outer, columnTiles), number(1));
  Value parts = ceilDiv(number(kTiles), others);
  Value each = arith::MulIOp::create(
      b, ceilDiv(ceilDiv(rows, parts), number(kRowStep)), number(kRowStep));
  each = arith::MaxUIOp::create(b, each, number(kLeastRows));
  each = arith::MinUIOp::create(b, each, number(kMostRows));
  return {each, ceilDiv(rows, each), columnTiles};
}

/// Sums for each step of the first sum's loop; 0 if a block cannot hold them.
static int64_t innerSums(const Contraction &c) {
  auto type = cast<MemRefType>(c.lhs->get().getType());
  int64_t result = 1;
  for (int64_t size : type.getShape().take_back(c.sums.size() - 1)) {
    if (ShapedType::isDynamic(size) || size > kBlockSums)
      return 0;
    result *= size;
  }
  return result > kBlockSums ? 0 : result;
}

int64_t ContractionGroup::scratchBytes() const {
  if (contraction.hasPanels || innerSums(contraction) == 0)
    return 0;
  return kTileColumns * kBlockSums *
         contraction.elementType().getIntOrFloatBitWidth() / 8;
}

namespace {

class TileWriter {
public:
  TileWriter(const ContractionGroup &group, KernelFunction &k, ModuleOp module,
             RegisterTile registers)
      : c(group.contraction), group(group), k(k), b(k.b), module(module),
        registers(registers) {}

  void write() {
    lhs = k.flatten(k.mapping.lookup(c.lhs->get()));
    rhs = k.flatten(k.mapping.lookup(c.rhs->get()));
    out = k.flatten(k.mapping.lookup(c.out->get()));
    Value result = k.mapping.lookup(c.out->get());
    auto sizesOf = [&](ArrayRef<unsigned> loops) {
      return llvm::map_to_vector(
          loops, [&](unsigned loop) { return sizeOf(b, result, loop); });
    };
    outerSizes = sizesOf(c.outer);
    rowSizes = sizesOf(c.rows);
    columnSizes = sizesOf(c.columns);
    auto product = [&](ArrayRef<Value> sizes) {
      Value all = k.index(1);
      for (Value size : sizes)
        all = k.mul(all, size);
      return all;
    };
    Value rows = product(rowSizes), columns = product(columnSizes);
    Tiling tiling = tilingOf(b, product(outerSizes), rows, columns);
    Value lhsBuffer = k.mapping.lookup(c.lhs->get());
    unsigned firstSum =
        cast<MemRefType>(lhsBuffer.getType()).getRank() - c.sums.size();
    for (unsigned i = 0; i < c.sums.size(); ++i)
      sumSizes.push_back(sizeOf(b, lhsBuffer, firstSum + i));
    if (!c.hasPanels) {
      auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
      Value scratch =
          ContextBufferOp::create(b, bytes, k.team, "scratch", 0,
                                  ValueRange(k.index(group.scratchBytes())));
      panels = memref::ViewOp::create(
          b, MemRefType::get({ShapedType::kDynamic}, c.elementType()), scratch,
          k.index(0), ValueRange(k.index(kTileColumns * kBlockSums)));
    }
    k.loop(k.first, k.end, 1, [&](Value tile) {
      // Rows run fastest: neighbours read the same columns.
      SmallVector<Value> sizes(outerSizes);
      sizes.append({tiling.columnTiles, tiling.rowTiles});
      SmallVector<Value> place = k.places(tile, sizes);
      outer.assign(place.begin(), place.end() - 2);
      auto range = [&](Value part, Value step, Value size) {
        Value begin = k.mul(part, step);
        return std::pair(begin, min(k.add(begin, step), size));
      };
      std::tie(firstRow, endRow) = range(place.back(), tiling.rowsOfTile, rows);
      std::tie(firstColumn, endColumn) =
          range(place[place.size() - 2], k.index(kTileColumns), columns);
      writeProduct();
    });
  }

private:
  Value ceilDiv(Value x, int64_t y) {
    return arith::CeilDivUIOp::create(b, x, k.index(y));
  }
  Value min(Value x, Value y) { return arith::MinUIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }

  //===--------------------------------------------------------------------===//
  // Element by element
  //===--------------------------------------------------------------------===//

  void writeElements(linalg::GenericOp op) {
    LoopCode code(op, k);
    for (auto [loop, iv] : llvm::zip_equal(c.outer, outer))
      code.ivs[loop] = iv;
    // Several dimensions of columns are one, for operands that run along them.
    llvm::MapVector<OpOperand *, FlatBuffer> along;
    if (c.columns.size() > 1)
      for (OpOperand &operand : op->getOpOperands())
        if (isa<MemRefType>(operand.get().getType()) &&
            op.getMatchingIndexingMap(&operand).isFunctionOfDim(
                c.columns.back()))
          along[&operand] = k.flatten(k.mapping.lookup(operand.get()));
    k.loop(firstRow, endRow, 1, [&](Value row) {
      for (auto [loop, iv] : llvm::zip_equal(c.rows, k.places(row, rowSizes)))
        code.ivs[loop] = iv;
      SmallVector<Value> starts;
      for (auto &[operand, buffer] : along)
        starts.push_back(rowPlace(buffer, row));
      k.loop(firstColumn, endColumn, 1, [&](Value column) {
        if (c.columns.size() == 1)
          code.ivs[c.columns[0]] = column;
        for (auto [entry, start] : llvm::zip_equal(along, starts))
          code.flat[entry.first] = {entry.second.buffer, k.add(start, column)};
        code.body();
      });
    });
  }

  /// Where a row of a buffer of the result's shape begins.
  Value rowPlace(const FlatBuffer &buffer, Value row) {
    Value place = buffer.offset;
    for (auto [iv, stride] :
         llvm::zip(outer, ArrayRef(buffer.strides).take_front(outer.size())))
      place = k.add(place, k.mul(iv, stride));
    if (!c.rows.empty())
      place = k.add(place, k.mul(row, rowStride(buffer)));
    return place;
  }
  Value rowStride(const FlatBuffer &buffer) {
    return c.rows.empty() ? k.index(0) : buffer.strides[c.rows.back()];
  }

  //===--------------------------------------------------------------------===//
  // The product
  //===--------------------------------------------------------------------===//

  /// How far a step of the loop moves in the operand's buffer; null if it does
  /// not.
  Value distance(OpOperand &operand, const FlatBuffer &buffer, unsigned loop) {
    Value result;
    for (auto [i, stride] : llvm::enumerate(buffer.strides))
      if (int64_t factor = c.coefficient(operand, i, loop)) {
        Value part = k.mul(stride, k.index(factor));
        result = result ? k.add(result, part) : part;
      }
    return result;
  }

  Value move(Value place, OpOperand &operand, const FlatBuffer &buffer,
             ArrayRef<unsigned> loops, ArrayRef<Value> ivs) {
    for (auto [loop, iv] : llvm::zip_equal(loops, ivs))
      if (Value step = distance(operand, buffer, loop))
        place = k.add(place, k.mul(iv, step));
    return place;
  }

  /// Where the operand's map leads while all loops stand at 0.
  Value start(OpOperand &operand, const FlatBuffer &buffer) {
    Value place = buffer.offset;
    AffineMap map = linalg::GenericOp(c.op).getMatchingIndexingMap(&operand);
    SmallVector<AffineExpr> zeros(map.getNumDims(), b.getAffineConstantExpr(0));
    for (auto [expr, stride] :
         llvm::zip_equal(map.getResults(), buffer.strides))
      if (auto number = dyn_cast<AffineConstantExpr>(
              simplifyAffineExpr(expr.replaceDims(zeros), 0, 0));
          number && number.getValue() != 0)
        place = k.add(place, k.mul(stride, k.index(number.getValue())));
    return place;
  }

  /// Blocks of sums, each for all rows of the tile. What is done to elements is
  /// done beside the first and the last one.
  void writeProduct() {
    Value lhsStart = move(start(*c.lhs, lhs), *c.lhs, lhs, c.outer, outer);
    Value sums = k.index(1);
    for (Value size : sumSizes)
      sums = k.mul(sums, size);
    Value lhsStride = c.rows.empty()      ? k.index(0)
                      : c.rows.size() > 1 ? sums
                                          : distance(*c.lhs, lhs, c.rows[0]);
    Value rhsStart, panelsStart;
    // Of columns that are brought into panels, blocks are whole steps of the
    // first sum's loop.
    int64_t inner = 1;
    Value count = sums;
    if (c.hasPanels) {
      Value first = arith::DivUIOp::create(b, firstColumn, k.index(kPanel));
      panelsStart = k.add(rhs.offset, k.mul(first, rhs.strides[0]));
    } else {
      inner = innerSums(c);
      count = sumSizes[0];
      rhsStart = move(start(*c.rhs, rhs), *c.rhs, rhs, c.outer, outer);
    }
    Value blocks = arith::MaxUIOp::create(b, ceilDiv(count, kBlockSums / inner),
                                          k.index(1));
    Value step = arith::CeilDivUIOp::create(b, count, blocks);
    Value last = sub(blocks, k.index(1));
    k.loop(k.index(0), blocks, 1, [&](Value block) {
      Value first = min(k.mul(block, step), count);
      Value end = min(k.add(first, step), count);
      Value depth = k.mul(sub(end, first), k.index(inner));
      if (!c.hasPanels)
        fillPanels(rhsStart, first, end, depth);
      Value lhsPlace = k.add(lhsStart, k.mul(first, k.index(inner)));
      writeElementsIf(block, k.index(0), group.before);
      if (c.hasPanels)
        multiply(lhsPlace, lhsStride, rhs.buffer,
                 k.add(panelsStart, k.mul(first, k.index(kPanel))),
                 rhs.strides[0], depth);
      else
        multiply(lhsPlace, lhsStride, panels, k.index(0),
                 k.mul(depth, k.index(kPanel)), depth);
      writeElementsIf(block, last, group.after);
    });
  }

  void writeElementsIf(Value block, Value wanted,
                       ArrayRef<linalg::GenericOp> ops) {
    if (ops.empty())
      return;
    Value is =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, wanted);
    auto branch = scf::IfOp::create(b, is, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    for (linalg::GenericOp op : ops)
      writeElements(op);
  }

  /// Brings the tile's columns into panels, for sums [first, end) of the first
  /// sum's loop. A run is what lies in one panel and one row of an image.
  void fillPanels(Value rhsStart, Value first, Value end, Value depth) {
    // Dimensions that lie as one are one.
    ArrayRef<unsigned> loops = c.columns;
    ArrayRef<Value> sizes = columnSizes;
    if (c.columnsAreOneRun()) {
      loops = loops.take_back(1);
      sizes = sizes.take_back(1);
    }
    unsigned last = c.columns.back();
    // How far neighbours are apart; 0 if only the run knows.
    int64_t apart = 0;
    auto type = cast<MemRefType>(c.rhs->get().getType());
    for (unsigned i = 0; i < rhs.strides.size(); ++i)
      if (int64_t factor = c.coefficient(*c.rhs, i, last))
        apart = hasUnitStride(type, i) ? factor : 0;
    Value stride = distance(*c.rhs, rhs, last);
    auto state = scf::WhileOp::create(
        b, TypeRange(b.getIndexType()), ValueRange(firstColumn),
        [&](OpBuilder &inside, Location loc, ValueRange at) {
          Value more = arith::CmpIOp::create(
              inside, loc, arith::CmpIPredicate::ult, at[0], endColumn);
          scf::ConditionOp::create(inside, loc, more, at);
        },
        [&](OpBuilder &inside, Location, ValueRange at) {
          OpBuilder::InsertionGuard guard(b);
          b.restoreInsertionPoint(inside.saveInsertionPoint());
          SmallVector<Value> ivs = k.places(at[0], sizes);
          Value sixteen = k.index(kPanel);
          Value column = sub(at[0], firstColumn);
          Value panel = arith::DivUIOp::create(b, column, sixteen),
                lane = arith::RemUIOp::create(b, column, sixteen);
          Value count = min(sub(sixteen, lane), sub(endColumn, at[0]));
          if (sizes.size() > 1)
            count = min(count, sub(sizes.back(), ivs.back()));
          Value from = move(rhsStart, *c.rhs, rhs, loops, ivs);
          Value to = k.add(k.mul(panel, k.mul(depth, sixteen)), lane);
          copyRun(from, to, count, first, end, apart, stride);
          scf::YieldOp::create(b, ValueRange(k.add(at[0], count)));
        });
    b.setInsertionPointAfter(state);
  }

  /// `count` columns of all sums of a block; neighbours lie `apart`, or if that
  /// is 0 a `stride`.
  void copyRun(Value from, Value to, Value count, Value first, Value end,
               int64_t apart, Value stride) {
    auto vector = VectorType::get({kPanel}, c.elementType());
    auto maskOf = [&](Value count) -> Value {
      return vector::CreateMaskOp::create(
          b, VectorType::get({kPanel}, b.getI1Type()), ValueRange(count));
    };
    bool byVectors = apart == 1 || apart == 2;
    Value mask, low, high, nothing;
    if (byVectors) {
      mask = low = maskOf(count);
      nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector));
    }
    if (apart == 2) {
      // Every second of two vectors' elements, none behind the last column.
      Value spread = sub(k.mul(count, k.index(2)), k.index(1));
      low = maskOf(min(spread, k.index(kPanel)));
      high = maskOf(sub(arith::MaxUIOp::create(b, spread, k.index(kPanel)),
                        k.index(kPanel)));
    }
    auto read = [&](Value place, Value mask) -> Value {
      return vector::MaskedLoadOp::create(b, vector, rhs.buffer,
                                          ValueRange(place), mask, nothing);
    };
    SmallVector<Value> ivs;
    llvm::unique_function<void(Value, Value)> nest = [&](Value from,
                                                         Value number) {
      unsigned i = ivs.size();
      if (i < c.sums.size()) {
        Value step = distance(*c.rhs, rhs, c.sums[i]);
        Value base = i == 0 ? first : k.index(0);
        k.loop(base, i == 0 ? end : sumSizes[i], 1, [&](Value iv) {
          ivs.push_back(iv);
          Value place = k.mul(number, i == 0 ? k.index(1) : sumSizes[i]);
          nest(k.add(from, k.mul(iv, step)), k.add(place, sub(iv, base)));
          ivs.pop_back();
        });
        return;
      }
      Value target = k.add(to, k.mul(number, k.index(kPanel)));
      if (byVectors) {
        Value values = read(from, low);
        if (apart == 2) {
          values =
              evenElements(b, values, read(k.add(from, k.index(kPanel)), high));
        }
        vector::MaskedStoreOp::create(b, panels, ValueRange(target), mask,
                                      values);
        return;
      }
      k.loop(k.index(0), count, 1, [&](Value lane) {
        Value value = memref::LoadOp::create(
            b, rhs.buffer, ValueRange(k.add(from, k.mul(lane, stride))));
        memref::StoreOp::create(b, value, panels,
                                ValueRange(k.add(target, lane)));
      });
    };
    nest(from, k.index(0));
  }

  /// The tile's rows and columns, panels beginning at `rhsAt`.
  void multiply(Value lhsStart, Value lhsStride, Value rhsBuffer, Value rhsAt,
                Value panelStride, Value sums) {
    Value outStart = rowPlace(out, k.index(0)), outStride = rowStride(out);
    // The last panel may have fewer columns, which its sums alone know.
    Value column = firstColumn;
    Value left = ceilDiv(sub(endColumn, firstColumn), kPanel); // panels
    for (int64_t count = registers.panels; count >= 1; --count) {
      int64_t width = count * kPanel;
      Value whole = arith::DivUIOp::create(b, left, k.index(count));
      left = sub(left, k.mul(whole, k.index(count)));
      Value end = k.add(column, k.mul(whole, k.index(width)));
      k.loop(column, end, width, [&](Value at) {
        Value place = k.mul(
            arith::DivUIOp::create(b, sub(at, firstColumn), k.index(kPanel)),
            panelStride);
        place = k.add(rhsAt, place);
        multiplyRows([&](int64_t rows, Value row) {
          func::CallOp::create(
              b, multiplyTile(module, c.elementType(), rows, count),
              ValueRange{lhs.buffer, k.add(lhsStart, k.mul(row, lhsStride)),
                         lhsStride, rhsBuffer, place, panelStride, out.buffer,
                         k.add(k.add(outStart, k.mul(row, outStride)), at),
                         outStride, sums, sub(endColumn, at)});
        });
      });
      column = end;
    }
  }

  void multiplyRows(llvm::function_ref<void(int64_t, Value)> call) {
    Value row = firstRow;
    for (int64_t rows = registers.rows; rows >= 1; rows /= 2) {
      Value count = arith::DivUIOp::create(b, sub(endRow, row), k.index(rows));
      Value end = k.add(row, k.mul(count, k.index(rows)));
      k.loop(row, end, rows, [&](Value at) { call(rows, at); });
      row = end;
    }
  }

  const Contraction &c;
  const ContractionGroup &group;
  KernelFunction &k;
  ImplicitLocOpBuilder &b;
  ModuleOp module;
  RegisterTile registers;
  FlatBuffer lhs, rhs, out;
  SmallVector<Value> outerSizes, rowSizes, columnSizes, sumSizes, outer;
  Value panels, firstRow, endRow, firstColumn, endColumn;
};

} // namespace

void ContractionGroup::write(KernelFunction &kernel, ModuleOp module,
                             RegisterTile registers) const {
  TileWriter(*this, kernel, module, registers).write();
}

std::pair<Value, Value>
ContractionGroup::extent(ImplicitLocOpBuilder &b) const {
  SmallVector<Value> sizes =
      loopSizes(contraction.op, b, [](Value value) { return value; });
  auto product = [&](ArrayRef<unsigned> loops) {
    Value all = arith::ConstantIndexOp::create(b, 1);
    for (unsigned loop : loops)
      all = arith::MulIOp::create(b, all, sizes[loop]);
    return all;
  };
  Value outer = product(contraction.outer), rows = product(contraction.rows),
        columns = product(contraction.columns);
  Tiling tiling = tilingOf(b, outer, rows, columns);
  Value count = arith::MulIOp::create(
      b, outer, arith::MulIOp::create(b, tiling.rowTiles, tiling.columnTiles));
  Value work =
      arith::MulIOp::create(b, arith::MulIOp::create(b, outer, rows), columns);
  return {count, arith::MulIOp::create(b, work, product(contraction.sums))};
}
