//===- ContractionKernel.cpp - Tiles of a contraction ---------------------===//

#include "passes/cpu/kernels/ContractionKernel.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/cpu/kernels/LoopCode.h"
#include "passes/cpu/kernels/MultiplyTile.h"
#include "passes/cpu/kernels/PanelWriter.h"
#include "passes/cpu/kernels/TileElements.h"
#include "passes/cpu/kernels/TileEnds.h"
#include "passes/cpu/kernels/WindowKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace llm;

/// Sums in a block at most. A tile's panels of a block, 128 KiB of f32 or of
/// bytes, stay in a second-level cache.
static int64_t blockSums(const Contraction &c) {
  return c.areBytes() ? 2048 : 512;
}

/// Panels hold sums in steps of so many.
static int64_t sumsStep(const Contraction &c) { return c.areBytes() ? 4 : 1; }

/// Columns are shared out among threads if that gives each this many tiles, and
/// else rows, in equal parts. A tile has rows within these bounds, since it
/// brings its columns into panels for all of them.
constexpr int64_t kTilesOfThread = 4, kLeastRows = 16, kMostRows = 256;
/// What the rows of a tile are a multiple of: those that registers hold, on any
/// level.
constexpr int64_t kRowStep = 8;

/// Half a panel of columns takes as long alone as a panel does.
constexpr int64_t kMostAlone = kPanel / 2;

/// Rows that a tile has at most to read its columns where they lie: more of
/// them pay for panels, which lie closer together.
constexpr int64_t kMostRowsInPlace = 64;

/// How a contraction's result is cut, from its sizes alone.
struct Tiling {
  Value rowsOfTile, rowTiles, columnTiles;
  /// Whether threads have rows of their own: tiles of the same rows are
  /// neighbours, not those of the same columns.
  Value sharesRows;
};

static Tiling tilingOf(ImplicitLocOpBuilder &b, Value outer, Value rows,
                       Value columns) {
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto ceilDiv = [&](Value x, Value y) -> Value {
    return arith::CeilDivUIOp::create(b, x, y);
  };
  auto roundUp = [&](Value x, Value step) -> Value {
    return arith::MulIOp::create(b, ceilDiv(x, step), step);
  };
  Value columnTiles = ceilDiv(columns, number(kTileColumns));
  Value others = arith::MulIOp::create(b, outer, columnTiles);
  Value team = TeamSizeOp::create(b, b.getIndexType());
  Value sharesRows = arith::CmpIOp::create(
      b, arith::CmpIPredicate::ult, others,
      arith::MulIOp::create(b, team, number(kTilesOfThread)));
  Value parts = roundUp(
      arith::MaxUIOp::create(b, ceilDiv(rows, number(kMostRows)), number(1)),
      arith::SelectOp::create(b, sharesRows, team, number(1)));
  Value each = roundUp(ceilDiv(rows, parts), number(kRowStep));
  each = arith::MaxUIOp::create(b, each, number(kLeastRows));
  return {each, ceilDiv(rows, each), columnTiles, sharesRows};
}

/// Sums for each step of the first sum's loop; 0 if a block cannot hold them.
static int64_t innerSums(const Contraction &c) {
  auto type = cast<MemRefType>(c.lhs->get().getType());
  int64_t result = 1;
  for (int64_t size : type.getShape().take_back(c.sums.size() - 1)) {
    if (ShapedType::isDynamic(size) || size > blockSums(c))
      return 0;
    result *= size;
  }
  return result > blockSums(c) ? 0 : result;
}

int64_t ContractionGroup::scratchBytes() const {
  if (contraction.hasPanels || contraction.areWindows() ||
      innerSums(contraction) == 0)
    return 0;
  return kTileColumns * blockSums(contraction) *
         contraction.factorType().getIntOrFloatBitWidth() / 8;
}

namespace {

class TileWriter {
public:
  TileWriter(const ContractionGroup &group, KernelFunction &k, ModuleOp module,
             RegisterTile registers)
      : c(group.contraction), group(group), ends(TileEnds::of(group)), k(k),
        b(k.b), module(module), tile(c, k), lhs(c, k, *c.lhs),
        rhs(c, k, *c.rhs), out(k.flatten(k.mapping.lookup(c.out->get()))),
        registers(registers) {}

  void write() {
    Value result = k.mapping.lookup(c.out->get());
    auto sizesOf = [&](ArrayRef<unsigned> loops) {
      return llvm::map_to_vector(
          loops, [&](unsigned loop) { return sizeOf(b, result, loop); });
    };
    outerSizes = sizesOf(c.outer);
    tile.rowSizes = sizesOf(c.rows);
    columnSizes = sizesOf(c.columns);
    auto product = [&](ArrayRef<Value> sizes) {
      Value all = k.index(1);
      for (Value size : sizes)
        all = k.mul(all, size);
      return all;
    };
    Value rows = product(tile.rowSizes), columns = product(columnSizes);
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
          b, MemRefType::get({ShapedType::kDynamic}, c.factorType()), scratch,
          k.index(0), ValueRange(k.index(kTileColumns * blockSums(c))));
      writer.emplace(rhs, columnSizes, sumSizes, panels,
                     registers.dots.wordVectors);
    }
    prepareEnds();
    k.loop(k.first, k.end, 1, [&](Value number) {
      SmallVector<Value> sizes(outerSizes);
      sizes.push_back(k.mul(tiling.columnTiles, tiling.rowTiles));
      SmallVector<Value> place = k.places(number, sizes);
      Value inner = arith::SelectOp::create(
          b, tiling.sharesRows, tiling.columnTiles, tiling.rowTiles);
      Value slow = arith::DivUIOp::create(b, place.back(), inner),
            fast = arith::RemUIOp::create(b, place.back(), inner);
      Value rowTile = arith::SelectOp::create(b, tiling.sharesRows, slow, fast);
      Value columnTile =
          arith::SelectOp::create(b, tiling.sharesRows, fast, slow);
      tile.outer.assign(place.begin(), place.end() - 1);
      auto range = [&](Value part, Value step, Value size) {
        Value begin = k.mul(part, step);
        return std::pair(begin, min(k.add(begin, step), size));
      };
      std::tie(tile.firstRow, tile.endRow) =
          range(rowTile, tiling.rowsOfTile, rows);
      std::tie(tile.firstColumn, tile.endColumn) =
          range(columnTile, k.index(kTileColumns), columns);
      layout = layoutOf(columns);
      writeProduct();
    });
  }

private:
  Value ceilDiv(Value x, int64_t y) {
    return arith::CeilDivUIOp::create(b, x, k.index(y));
  }
  /// Sums as panels hold them.
  Value roundUp(Value sums) {
    int64_t step = sumsStep(c);
    return step == 1 ? sums : k.mul(ceilDiv(sums, step), k.index(step));
  }
  Value min(Value x, Value y) { return arith::MinUIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }

  /// Of the tile's columns among `all`. Those of a matrix are alone if it has
  /// no others, so that equal columns give equal sums.
  ColumnLayout layoutOf(Value all) {
    Value columns = sub(tile.endColumn, tile.firstColumn);
    // Panels are whole; columns of bytes have no way of their own.
    if (c.hasPanels || c.areBytes())
      return {ceilDiv(columns, kPanel), k.index(0)};
    Value left = arith::RemUIOp::create(b, columns, k.index(kPanel));
    Value isFew = arith::CmpIOp::create(b, arith::CmpIPredicate::ule,
                                        c.columns.size() > 1 ? left : all,
                                        k.index(kMostAlone));
    Value alone = arith::SelectOp::create(b, isFew, left, k.index(0));
    return {ceilDiv(sub(columns, alone), kPanel), alone};
  }

  //===--------------------------------------------------------------------===//
  // How sums begin and end
  //===--------------------------------------------------------------------===//

  void prepareEnds() {
    Type element = c.elementType();
    auto bound = [&](TypedAttr number, bool low) -> Value {
      if (auto type = dyn_cast<FloatType>(element); type && !number)
        number = b.getFloatAttr(type,
                                APFloat::getInf(type.getFloatSemantics(), low));
      if (!number) {
        unsigned bits = element.getIntOrFloatBitWidth();
        number =
            b.getIntegerAttr(element, low ? APInt::getSignedMinValue(bits)
                                          : APInt::getSignedMaxValue(bits));
      }
      return arith::ConstantOp::create(b, number);
    };
    least = bound(ends.least, true);
    most = bound(ends.most, false);
    starts = numbersOf(ends.rowStart, ends.start);
    if (c.hasZero())
      zeros = numbersOf(c.zero, c.zeroNumber);
  }

  /// A buffer of numbers of rows, or of one number of all. Without either none
  /// is read.
  FlatBuffer numbersOf(OpOperand *operand, TypedAttr number) {
    if (operand)
      return k.flatten(k.mapping.lookup(operand->get()));
    auto type = MemRefType::get({1}, c.elementType());
    Value one = memref::AllocaOp::create(b, type);
    if (number)
      memref::StoreOp::create(b, arith::ConstantOp::create(b, number), one,
                              ValueRange(k.index(0)));
    return k.flatten(one);
  }

  /// Where the numbers of the tile's rows begin, and how far apart they are.
  std::pair<Value, Value> placeOf(const FlatBuffer &numbers, OpOperand *operand,
                                  linalg::GenericOp op) {
    Value place = numbers.offset, step = k.index(0);
    if (!operand)
      return {place, step};
    AffineMap map = op.getMatchingIndexingMap(operand);
    for (auto [expr, stride] :
         llvm::zip_equal(map.getResults(), numbers.strides))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        unsigned loop = dim.getPosition();
        if (loop < tile.outer.size())
          place = k.add(place, k.mul(tile.outer[loop], stride));
        else
          step = k.add(step, stride);
      }
    return {place, step};
  }

  //===--------------------------------------------------------------------===//
  // The product
  //===--------------------------------------------------------------------===//

  /// Blocks of sums, each for all rows of the tile. What is done to elements is
  /// done beside the first and the last one.
  void writeProduct() {
    Value lhsStart = lhs.move(lhs.start(), c.outer, tile.outer);
    Value sums = k.index(1);
    for (Value size : sumSizes)
      sums = k.mul(sums, size);
    Value lhsStride = c.rows.empty()      ? k.index(0)
                      : c.rows.size() > 1 ? sums
                                          : lhs.distance(c.rows[0]);
    Value rhsStart, panelsStart;
    // Of columns that are brought into panels, blocks are whole steps of the
    // first sum's loop.
    int64_t inner = 1;
    Value count = sums;
    if (c.hasPanels) {
      Value first =
          arith::DivUIOp::create(b, tile.firstColumn, k.index(kPanel));
      panelsStart = k.add(rhs.flat.offset, k.mul(first, rhs.flat.strides[0]));
    } else {
      inner = innerSums(c);
      count = sumSizes[0];
      rhsStart = rhs.move(rhs.start(), c.outer, tile.outer);
    }
    Value blocks = arith::MaxUIOp::create(
        b, ceilDiv(count, blockSums(c) / inner), k.index(1));
    Value step = arith::CeilDivUIOp::create(b, count, blocks);
    if (c.hasPanels)
      step = roundUp(step);
    Value last = sub(blocks, k.index(1));
    k.loop(k.index(0), blocks, 1, [&](Value block) {
      Value first = min(k.mul(block, step), count);
      Value end = min(k.add(first, step), count);
      Value depth = k.mul(sub(end, first), k.index(inner));
      Value stored = roundUp(depth);
      Value lhsPlace = k.add(lhsStart, k.mul(first, k.index(inner)));
      isFirst =
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, k.index(0));
      isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, block, last);
      writeElementsIf(isFirst, ends.before);
      if (c.hasPanels) {
        multiply(lhsPlace, lhsStride, depth,
                 {rhs.flat.buffer,
                  k.add(panelsStart, k.mul(first, k.index(kPanel))),
                  rhs.flat.strides[0]});
      } else {
        auto fromPanels = [&] {
          writer->write(rhsStart, tile.firstColumn, tile.endColumn, layout,
                        first, end, stored);
          multiply(lhsPlace, lhsStride, depth,
                   {panels, k.index(0), k.mul(stored, k.index(kPanel))});
        };
        if (!c.rhsHasRows() || c.areBytes())
          fromPanels();
        else
          writeEither(
              readsInPlace(),
              [&] {
                Value row = rhs.distance(c.sums[0]);
                Value at =
                    k.add(k.add(rhsStart, tile.firstColumn), k.mul(first, row));
                multiply(lhsPlace, lhsStride, depth,
                         {rhs.flat.buffer, at, row, /*inPlace=*/true});
              },
              fromPanels);
      }
      writeElementsIf(isLast, ends.after);
    });
  }

  /// Whether the tile's columns are whole panels, for few rows.
  Value readsInPlace() {
    auto is = [&](arith::CmpIPredicate how, Value x, Value y) -> Value {
      return arith::CmpIOp::create(b, how, x, y);
    };
    Value columns = sub(tile.endColumn, tile.firstColumn);
    Value rest = arith::RemUIOp::create(b, columns, k.index(kPanel));
    return arith::AndIOp::create(
        b, is(arith::CmpIPredicate::eq, rest, k.index(0)),
        is(arith::CmpIPredicate::ule, sub(tile.endRow, tile.firstRow),
           k.index(kMostRowsInPlace)));
  }

  void writeEither(Value is, llvm::function_ref<void()> one,
                   llvm::function_ref<void()> other) {
    auto branch = scf::IfOp::create(b, is, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    one();
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    other();
  }

  void writeElementsIf(Value is, ArrayRef<linalg::GenericOp> ops) {
    if (ops.empty())
      return;
    auto branch = scf::IfOp::create(b, is, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    for (linalg::GenericOp op : ops)
      tile.run(op);
  }

  /// Where the factors of a tile's columns begin, and how far panels of them
  /// are apart, or sums of a matrix that is read where it lies.
  struct ColumnFactors {
    Value buffer, at, stride;
    bool inPlace = false;
  };

  /// The tile's rows and columns.
  void multiply(Value lhsStart, Value lhsStride, Value sums,
                const ColumnFactors &from) {
    Value panelStride = from.inPlace ? k.index(kPanel) : from.stride;
    Value outStart = tile.rowPlace(out, k.index(0)),
          outStride = tile.rowStride(out);
    auto lhsRow = [&](Value row) {
      return k.add(lhsStart, k.mul(row, lhsStride));
    };
    auto outRow = [&](Value row) {
      return k.add(outStart, k.mul(row, outStride));
    };
    auto [startsAt, startsStride] =
        placeOf(starts, ends.rowStart, ends.rowStartOp);
    std::pair<Value, Value> zerosPlace;
    if (c.hasZero())
      zerosPlace = placeOf(zeros, c.zero, c.op);
    Factors factors{c.factorType(), c.lhsUnsigned, c.hasZero(), from.inPlace,
                    registers.dots};
    Value no = arith::ConstantOp::create(b, b.getBoolAttr(false));
    auto call = [&](func::FuncOp function, SmallVector<Value> operands,
                    Value row) {
      operands.append({starts.buffer, k.add(startsAt, k.mul(row, startsStride)),
                       startsStride, ends.rowStart || ends.start ? isFirst : no,
                       ends.least || ends.most ? isLast : no, least, most});
      if (auto [at, stride] = zerosPlace; at)
        operands.append({zeros.buffer, k.add(at, k.mul(row, stride)), stride});
      func::CallOp::create(b, function, operands);
    };
    // The last panel may have fewer columns, which its sums alone know.
    Value column = tile.firstColumn, left = layout.panels;
    for (int64_t count = registers.panels; count >= 1; --count) {
      int64_t width = count * kPanel;
      Value whole = arith::DivUIOp::create(b, left, k.index(count));
      left = sub(left, k.mul(whole, k.index(count)));
      Value end = k.add(column, k.mul(whole, k.index(width)));
      k.loop(column, end, width, [&](Value at) {
        Value place = k.mul(arith::DivUIOp::create(b, sub(at, tile.firstColumn),
                                                   k.index(kPanel)),
                            panelStride);
        place = k.add(from.at, place);
        multiplyRows([&](int64_t rows, Value row) {
          call(multiplyTile(module, factors, rows, count),
               {lhs.flat.buffer, lhsRow(row), lhsStride, from.buffer, place,
                from.stride, out.buffer, k.add(outRow(row), at), outStride,
                sums, sub(tile.endColumn, at)},
               row);
        });
      });
      column = end;
    }
    if (c.hasPanels || c.areBytes() || from.inPlace)
      return;
    Value firstAlone = sub(tile.endColumn, layout.alone);
    Value alone = k.mul(layout.panels, panelStride);
    k.loop(firstAlone, tile.endColumn, 1, [&](Value at) {
      Value place = k.add(alone, k.mul(sub(at, firstAlone), sums));
      multiplyRows([&](int64_t rows, Value row) {
        call(multiplyColumn(module, c.factorType(), rows),
             {lhs.flat.buffer, lhsRow(row), lhsStride, from.buffer, place,
              out.buffer, k.add(outRow(row), at), outStride, sums},
             row);
      });
    });
  }

  void multiplyRows(llvm::function_ref<void(int64_t, Value)> call) {
    Value row = tile.firstRow;
    for (int64_t rows = registers.rows; rows >= 1; rows /= 2) {
      Value count =
          arith::DivUIOp::create(b, sub(tile.endRow, row), k.index(rows));
      Value end = k.add(row, k.mul(count, k.index(rows)));
      k.loop(row, end, rows, [&](Value at) { call(rows, at); });
      row = end;
    }
  }

  const Contraction &c;
  const ContractionGroup &group;
  TileEnds ends;
  KernelFunction &k;
  ImplicitLocOpBuilder &b;
  ModuleOp module;
  TileElements tile;
  OperandPlaces lhs, rhs;
  FlatBuffer out, starts, zeros;
  Value least, most, isFirst, isLast;
  ColumnLayout layout;
  RegisterTile registers;
  std::optional<PanelWriter> writer;
  SmallVector<Value> outerSizes, columnSizes, sumSizes;
  Value panels;
};

} // namespace

void ContractionGroup::write(KernelFunction &kernel, ModuleOp module,
                             RegisterTile registers) const {
  if (contraction.areWindows())
    return writeWindows(*this, kernel);
  TileWriter(*this, kernel, module, registers).write();
}

std::pair<Value, Value>
ContractionGroup::extent(ImplicitLocOpBuilder &b) const {
  if (contraction.areWindows())
    return windowExtent(*this, b);
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
