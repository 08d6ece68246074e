//===- WindowKernel.cpp - Sums over windows of an image -------------------===//

#include "passes/cpu/kernels/WindowKernel.h"

#include "passes/cpu/kernels/LoopCode.h"
#include "passes/cpu/kernels/MultiplyTile.h"
#include "passes/cpu/kernels/OperandPlaces.h"
#include "passes/cpu/kernels/TileElements.h"
#include "passes/cpu/kernels/TileEnds.h"
#include "passes/cpu/kernels/VectorLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

constexpr int64_t kLanes = 16;

/// Elements of the result in a tile, about.
constexpr int64_t kTileElements = 2048;

/// How the rows of an image are cut, from its sizes alone.
struct WindowTiling {
  Value rows, columns, rowsOfTile, tilesOfImage;
};

static WindowTiling tilingOf(ImplicitLocOpBuilder &b, ArrayRef<Value> sizes) {
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto atLeastOne = [&](Value value) -> Value {
    return arith::MaxUIOp::create(b, value, number(1));
  };
  Value rows = number(1), columns = sizes.back();
  for (Value size : sizes.drop_back())
    rows = arith::MulIOp::create(b, rows, size);
  Value rowsOfTile = atLeastOne(
      arith::DivUIOp::create(b, number(kTileElements), atLeastOne(columns)));
  return {rows, columns, rowsOfTile,
          arith::CeilDivUIOp::create(b, rows, rowsOfTile)};
}

namespace {

class WindowWriter {
public:
  WindowWriter(const ContractionGroup &group, KernelFunction &k)
      : c(group.contraction), ends(TileEnds::of(group)), k(k), b(k.b),
        tile(c, k), lhs(c, k, *c.lhs), rhs(c, k, *c.rhs),
        out(k.flatten(k.mapping.lookup(c.out->get()))),
        map(linalg::GenericOp(c.op).getMatchingIndexingMap(c.rhs)),
        last(map.getNumResults() - 1),
        apart(c.coefficient(*c.rhs, last, c.columns.back())),
        type(VectorType::get({kLanes}, c.elementType())) {}

  void write() {
    Value result = k.mapping.lookup(c.out->get());
    auto sizesOf = [&](ArrayRef<unsigned> loops) {
      return llvm::map_to_vector(
          loops, [&](unsigned loop) { return sizeOf(b, result, loop); });
    };
    columnSizes = sizesOf(c.columns);
    WindowTiling tiling = tilingOf(b, columnSizes);
    width = tiling.columns;
    SmallVector<Value> sizes = sizesOf(c.outer);
    sizes.push_back(tiling.tilesOfImage);
    readWindow();
    k.loop(k.first, k.end, 1, [&](Value number) {
      SmallVector<Value> place = k.places(number, sizes);
      tile.outer.assign(place.begin(), place.end() - 1);
      Value firstRow = k.mul(place.back(), tiling.rowsOfTile);
      Value endRow = arith::MinUIOp::create(
          b, k.add(firstRow, tiling.rowsOfTile), tiling.rows);
      tile.firstRow = k.index(0);
      tile.endRow = k.index(1);
      tile.firstColumn = k.mul(firstRow, width);
      tile.endColumn = k.mul(endRow, width);
      for (linalg::GenericOp op : ends.before)
        tile.run(op);
      writeRows(firstRow, endRow);
      for (linalg::GenericOp op : ends.after)
        tile.run(op);
    });
  }

private:
  /// One product of a window: where its factors are, from those of the first.
  struct Tap {
    SmallVector<int64_t> ivs;     ///< of the sums' loops
    SmallVector<int64_t> offsets; ///< in the image's dimensions
    Value weight;                 ///< spread to all lanes
  };

  void readWindow() {
    auto shape = cast<MemRefType>(c.lhs->get().getType())
                     .getShape()
                     .take_back(c.sums.size());
    int64_t count = 1;
    for (int64_t size : shape)
      count *= size;
    for (int64_t number = 0; number < count; ++number) {
      Tap tap;
      tap.ivs.resize(shape.size());
      int64_t rest = number;
      for (size_t i = shape.size(); i-- > 0; rest /= shape[i])
        tap.ivs[i] = rest % shape[i];
      for (unsigned dim = 0; dim <= last; ++dim) {
        int64_t offset = 0;
        for (auto [loop, iv] : llvm::zip_equal(c.sums, tap.ivs))
          offset += iv * c.coefficient(*c.rhs, dim, loop);
        tap.offsets.push_back(offset);
      }
      taps.push_back(tap);
    }
  }

  /// A dimension of the image where all loops stand at 0.
  int64_t constantOf(unsigned dim) const {
    SmallVector<AffineExpr> zeros(map.getNumDims(),
                                  getAffineConstantExpr(0, map.getContext()));
    auto number = dyn_cast<AffineConstantExpr>(
        simplifyAffineExpr(map.getResult(dim).replaceDims(zeros), 0, 0));
    return number ? number.getValue() : 0;
  }

  Value spread(Value number) {
    return vector::BroadcastOp::create(b, type, number);
  }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value compare(arith::CmpIPredicate how, Value x, Value y) {
    return arith::CmpIOp::create(b, how, x, y);
  }

  void writeRows(Value firstRow, Value endRow) {
    Value weights = lhs.move(lhs.start(), c.outer, tile.outer);
    for (Tap &tap : taps) {
      SmallVector<Value> ivs =
          llvm::map_to_vector(tap.ivs, [&](int64_t iv) { return k.index(iv); });
      tap.weight = spread(memref::LoadOp::create(
          b, lhs.flat.buffer, ValueRange(lhs.move(weights, c.sums, ivs))));
    }
    image = rhs.move(rhs.start(), c.outer, tile.outer);
    result = tile.rowPlace(out, k.index(0));
    start = {};
    if (ends.rowStart) {
      LoopCode code(ends.rowStartOp, k);
      for (auto [loop, iv] : llvm::zip_equal(c.outer, tile.outer))
        code.ivs[loop] = iv;
      start = spread(code.load(*ends.rowStart));
    } else if (ends.start) {
      start = spread(arith::ConstantOp::create(b, ends.start));
    }

    Value size = sizeOf(b, rhs.shaped(), last);
    int64_t reach = 0;
    for (const Tap &tap : taps)
      reach = std::max(reach, tap.offsets[last]);
    k.loop(k.index(0), width, kLanes, [&](Value at) {
      Value count = arith::MinUIOp::create(b, sub(width, at), k.index(kLanes));
      Value from = k.add(k.mul(at, k.index(apart)), k.index(constantOf(last)));
      Value end = k.add(from, k.index(reach + apart * kLanes));
      Value lacksNone =
                compare(arith::CmpIPredicate::eq, count, k.index(kLanes)),
            starts = compare(arith::CmpIPredicate::sge, from, k.index(0)),
            ends = compare(arith::CmpIPredicate::sle, end, size);
      Value isInside = arith::AndIOp::create(b, starts, ends);
      Value isWhole = arith::AndIOp::create(b, lacksNone, isInside);
      auto branch = scf::IfOp::create(b, isWhole, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&branch.getThenRegion().front());
      writeColumns(firstRow, endRow, at, {}, {});
      b.setInsertionPointToStart(&branch.getElseRegion().front());
      writeColumns(firstRow, endRow, at, maskBelow(count), [&](int64_t offset) {
        return insideOf(k.add(from, k.index(offset)), size);
      });
    });
  }

  using Mask = std::function<Value(int64_t)>;

  /// The first lanes.
  Value maskBelow(Value count) {
    return vector::CreateMaskOp::create(
        b, VectorType::get({kLanes}, b.getI1Type()), ValueRange(count));
  }
  /// Lanes of elements from `first` on that are inside of [0, size).
  Value insideOf(Value first, Value size) {
    auto lanesUpTo = [&](Value place) {
      place = arith::MaxSIOp::create(b, sub(place, first), k.index(0));
      return maskBelow(arith::MinSIOp::create(b, place, k.index(kLanes)));
    };
    // Those before the image are fewer than those before its end.
    return arith::XOrIOp::create(b, lanesUpTo(size), lanesUpTo(k.index(0)));
  }

  /// 16 columns from `at` of each row. `stored` says which lanes exist, and
  /// `inside`, of elements at an offset, which ones the image has; all without
  /// them.
  void writeColumns(Value firstRow, Value endRow, Value at, Value stored,
                    const Mask &inside) {
    llvm::MapVector<int64_t, Value> masks;
    if (inside)
      for (const Tap &tap : taps)
        for (int64_t part = 0; part < apart; ++part)
          if (Value &mask = masks[tap.offsets[last] + part * kLanes]; !mask)
            mask = inside(tap.offsets[last] + part * kLanes);
    k.loop(firstRow, endRow, 1, [&](Value row) {
      SmallVector<Value> ivs = k.places(row, ArrayRef(columnSizes).drop_back());
      ivs.push_back(at);
      Value from = rhs.move(image, c.columns, ivs);
      Value to = k.add(result, k.add(k.mul(row, width), at));
      Value sum = start;
      if (!sum)
        sum = load(out.buffer, to, stored);
      for (ArrayRef<Tap> left = taps; !left.empty();) {
        // Neighbours that differ along the row alone.
        ArrayRef<Tap> line = left.take_while([&](const Tap &tap) {
          return ArrayRef(tap.offsets).drop_back() ==
                 ArrayRef(left.front().offsets).drop_back();
        });
        left = left.drop_front(line.size());
        sum = addLine(line, sum, from, ivs, masks);
      }
      if (ends.least)
        sum = boundBelow(b, arith::ConstantOp::create(b, ends.least), sum);
      if (ends.most)
        sum = boundAbove(b, arith::ConstantOp::create(b, ends.most), sum);
      if (stored)
        vector::MaskedStoreOp::create(b, out.buffer, ValueRange(to), stored,
                                      sum);
      else
        vector::StoreOp::create(b, sum, out.buffer, ValueRange(to));
    });
  }

  /// Adds the products of taps in one row of the image, if it has that row.
  Value addLine(ArrayRef<Tap> line, Value sum, Value from, ArrayRef<Value> ivs,
                const llvm::MapVector<int64_t, Value> &masks) {
    auto add = [&](Value sum) {
      for (const Tap &tap : line) {
        SmallVector<Value> moves = llvm::map_to_vector(
            tap.ivs, [&](int64_t iv) { return k.index(iv); });
        Value place = rhs.move(from, c.sums, moves);
        auto read = [&](int64_t part) {
          return load(rhs.flat.buffer, k.add(place, k.index(part * kLanes)),
                      masks.lookup(tap.offsets[last] + part * kLanes));
        };
        Value values = read(0);
        if (apart == 2)
          values = evenElements(b, values, read(1));
        sum = multiplyAdd(b, values, tap.weight, sum);
      }
      return sum;
    };
    Value fits;
    for (unsigned dim = 0; dim < last; ++dim) {
      Value place;
      for (auto [loop, iv] : llvm::zip_equal(c.columns, ivs))
        if (int64_t step = c.coefficient(*c.rhs, dim, loop)) {
          Value part = k.mul(iv, k.index(step));
          place = place ? k.add(place, part) : part;
        }
      if (!place)
        continue;
      place =
          k.add(place, k.index(constantOf(dim) + line.front().offsets[dim]));
      Value is = compare(arith::CmpIPredicate::ult, place,
                         sizeOf(b, rhs.shaped(), dim));
      fits = fits ? arith::AndIOp::create(b, fits, is).getResult() : is;
    }
    if (!fits)
      return add(sum);
    auto branch = scf::IfOp::create(b, sum.getType(), fits,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    scf::YieldOp::create(b, ValueRange(sum));
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    scf::YieldOp::create(b, ValueRange(add(sum)));
    return branch.getResult(0);
  }

  Value load(Value buffer, Value place, Value mask) {
    if (!mask)
      return vector::LoadOp::create(b, type, buffer, ValueRange(place));
    Value zeros = arith::ConstantOp::create(b, type, b.getZeroAttr(type));
    return vector::MaskedLoadOp::create(b, type, buffer, ValueRange(place),
                                        mask, zeros);
  }

  const Contraction &c;
  TileEnds ends;
  KernelFunction &k;
  ImplicitLocOpBuilder &b;
  TileElements tile;
  OperandPlaces lhs, rhs;
  FlatBuffer out;
  AffineMap map;
  unsigned last; ///< dimension of the image
  int64_t apart; ///< elements from one column to the next
  VectorType type;
  SmallVector<Tap> taps;
  SmallVector<Value> columnSizes;
  Value width, image, result, start;
};

} // namespace

void llm::writeWindows(const ContractionGroup &group, KernelFunction &kernel) {
  WindowWriter(group, kernel).write();
}

std::pair<Value, Value> llm::windowExtent(const ContractionGroup &group,
                                          ImplicitLocOpBuilder &b) {
  const Contraction &c = group.contraction;
  SmallVector<Value> sizes =
      loopSizes(c.op, b, [](Value value) { return value; });
  auto sizesOf = [&](ArrayRef<unsigned> loops) {
    return llvm::map_to_vector(loops,
                               [&](unsigned loop) { return sizes[loop]; });
  };
  auto product = [&](ArrayRef<unsigned> loops, Value start) {
    for (Value size : sizesOf(loops))
      start = arith::MulIOp::create(b, start, size);
    return start;
  };
  Value images = product(c.outer, arith::ConstantIndexOp::create(b, 1));
  Value tiles = arith::MulIOp::create(
      b, images, tilingOf(b, sizesOf(c.columns)).tilesOfImage);
  return {tiles, product(c.sums, product(c.columns, images))};
}
