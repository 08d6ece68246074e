//===- TileRows.cpp - Ops on single rows as phases of row blocks ----------===//
//
// A tile is a few rows, each handled alone: 16 columns at a time, padding
// included, which is zero and stays zero.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"
#include "passes/tile/PhaseBuilder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_TILEROWS
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// Blocks of rows for one op.
struct RowTiling : PhaseBuilder {
  RowTiling(Operation *op, Value rowsLike, int64_t block)
      : PhaseBuilder(op, op->getName().stripDialect()), block(block) {
    unsigned rowsSymbol = rowSymbolOf(rowsLike);
    tiles({symbol(rowsSymbol).ceilDiv(block)});
  }

  Input rows(Value value) {
    return PhaseBuilder::rows(value, tile(0) * block, block);
  }
  unsigned result(Type type, int64_t reuse = -1) {
    return PhaseBuilder::result(type, tile(0) * block, block, constant(0), -1,
                                reuse);
  }
  /// Writes the code of one row; `counted` has as many rows as the step.
  PhaseOp
  buildRows(llvm::function_ref<void(TileCode &, PhaseOp, Value row)> body,
            llvm::function_ref<Value(PhaseOp)> counted) {
    return build([&](TileCode &c, PhaseOp p) {
      Value first = c.mul(p.getTileIndex(0), block);
      Value end = c.minimum(c.add(first, block), c.rowsOf(counted(p)));
      c.loop(first, end, 1, [&](Value row) { body(c, p, row); });
    });
  }

  int64_t block;
};

void forVectors(TileCode &c, int64_t columns,
                llvm::function_ref<void(Value column)> body) {
  c.loop(c.index(0), c.index(paddedColumns(columns)), TileCode::kLanes, body);
}

/// Stores 16 columns from `column` on: no further than the row, where what the
/// step hands out has rows without padding.
void storeColumns(TileCode &c, Value vector, Value out, Value row,
                  Value column) {
  int64_t columns = cast<MemRefType>(out.getType()).getDimSize(1);
  if (columns == paddedColumns(columns))
    c.store(vector, out, {row, column});
  else
    c.storeFirst(vector, c.sub(c.index(columns), column), out, {row, column});
}

void tileRMSNorm(RMSNormOp op, int64_t block) {
  RowTiling t(op, op.getInput(), block);
  auto x = t.rows(op.getInput());
  auto scale = t.weight(op.getScale());
  int64_t groups = op.getGroups(), width = columnsOf(op.getInput()) / groups;
  t.result(op.getType(),
           x.column == 0 && columnsOf(viewOf(op.getInput()).source) ==
                                columnsOf(op.getInput())
               ? int64_t(x.number)
               : -1);
  double epsilon = op.getEpsilon().convertToDouble();
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value in = p.getInputBuffer(x.number), out = p.getResultBuffer(0);
        c.loop(c.index(0), c.index(groups), 1, [&](Value group) {
          Value base = c.mul(group, width), from = c.add(base, x.column);
          int64_t whole = width / TileCode::kLanes * TileCode::kLanes;
          // Columns of a head that fill no vector are handled one by one: what
          // follows them belongs to the next head.
          Value sums = c.loop(c.index(0), c.index(whole), TileCode::kLanes,
                              c.splat(0.0), [&](Value i, ValueRange sum) {
                                Value v = c.load(in, {row, c.add(from, i)});
                                return SmallVector<Value>{c.fma(v, v, sum[0])};
                              })[0];
          Value square = c.sumOf(sums);
          square = c.loop(c.index(whole), c.index(width), 1, square,
                          [&](Value i, ValueRange sum) {
                            Value v = c.loadNumber(in, {row, c.add(from, i)});
                            return SmallVector<Value>{c.fma(v, v, sum[0])};
                          })[0];
          Value mean = c.divf(square, c.number(width));
          Value root = math::SqrtOp::create(c, c.addf(mean, c.number(epsilon)));
          Value factor = c.divf(c.number(1.0), root);
          Value scales = p.getInputBuffer(scale.number);
          Value factors = c.splat(factor);
          c.loop(c.index(0), c.index(whole), TileCode::kLanes, [&](Value i) {
            Value v = c.mulf(c.load(in, {row, c.add(from, i)}), factors);
            c.store(c.mulf(v, c.load(scales, {i})), out, {row, c.add(base, i)});
          });
          c.loop(c.index(whole), c.index(width), 1, [&](Value i) {
            Value v = c.mulf(c.loadNumber(in, {row, c.add(from, i)}), factor);
            c.storeNumber(c.mulf(v, c.loadNumber(scales, {i})), out,
                          {row, c.add(base, i)});
          });
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(x.number); });
}

void tileLayerNorm(LayerNormOp op, int64_t block) {
  RowTiling t(op, op.getInput(), block);
  auto x = t.rows(op.getInput());
  auto scale = t.weight(op.getScale()), bias = t.weight(op.getBias());
  int64_t width = columnsOf(op.getInput());
  t.result(op.getType());
  double epsilon = op.getEpsilon().convertToDouble();
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value in = p.getInputBuffer(x.number), out = p.getResultBuffer(0);
        Value scales = p.getInputBuffer(scale.number),
              biases = p.getInputBuffer(bias.number);
        int64_t whole = width / TileCode::kLanes * TileCode::kLanes;
        // Of the columns' numbers, vectors first: padding is no column.
        auto meanOf = [&](llvm::function_ref<Value(Value, Value)> add) {
          Value sums = c.loop(c.index(0), c.index(whole), TileCode::kLanes,
                              c.splat(0.0), [&](Value i, ValueRange sum) {
                                Value v = c.load(in, {row, c.add(i, x.column)});
                                return SmallVector<Value>{add(v, sum[0])};
                              })[0];
          Value sum = c.loop(c.index(whole), c.index(width), 1, c.sumOf(sums),
                             [&](Value i, ValueRange sum) {
                               Value v =
                                   c.loadNumber(in, {row, c.add(i, x.column)});
                               return SmallVector<Value>{add(v, sum[0])};
                             })[0];
          return c.divf(sum, c.number(width));
        };
        Value mean = meanOf([&](Value v, Value sum) { return c.addf(v, sum); });
        auto centred = [&](Value v) {
          bool isVector = isa<VectorType>(v.getType());
          return c.subf(v, isVector ? c.splat(mean) : mean);
        };
        Value variance = meanOf([&](Value v, Value sum) {
          Value distance = centred(v);
          return c.fma(distance, distance, sum);
        });
        Value root =
            math::SqrtOp::create(c, c.addf(variance, c.number(epsilon)));
        Value factor = c.divf(c.number(1.0), root), factors = c.splat(factor);
        c.loop(c.index(0), c.index(whole), TileCode::kLanes, [&](Value i) {
          Value v = centred(c.load(in, {row, c.add(i, x.column)}));
          c.store(c.fma(c.mulf(v, factors), c.load(scales, {i}),
                        c.load(biases, {i})),
                  out, {row, i});
        });
        c.loop(c.index(whole), c.index(width), 1, [&](Value i) {
          Value v = centred(c.loadNumber(in, {row, c.add(i, x.column)}));
          c.storeNumber(c.fma(c.mulf(v, factor), c.loadNumber(scales, {i}),
                              c.loadNumber(biases, {i})),
                        out, {row, i});
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(x.number); });
}

void tileEmbedding(EmbeddingOp op, int64_t block) {
  RowTiling t(op, op.getResult(), block);
  auto tokens = t.gathered(op.getTokens());
  auto table = t.gathered(op.getTable());
  t.result(op.getType());
  PackedType type = op.getTable().getType();
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value token = c.loadIndex(p.getInputBuffer(tokens.number), {row});
        // The runtime refuses such tokens; memory stays safe without it.
        token = c.minimum(c.maximum(token, c.index(0)),
                          c.index(type.getRows() - 1));
        c.loop(c.index(0), c.index(type.getColumns()), 1, [&](Value column) {
          Value element = WeightElementOp::create(
              c, c.getF32Type(), p.getInputBuffer(table.number), token, column,
              TypeAttr::get(type));
          c.storeNumber(element, p.getResultBuffer(0), {row, column});
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(tokens.number); });
}

void tileRotaryTable(RotaryTableOp op, int64_t block) {
  RowTiling t(op, op.getResult(), block);
  auto positions = t.gathered(op.getPositions());
  int64_t maximum = op.getDynamicMaximum();
  std::optional<PhaseBuilder::Input> ids, lengths;
  if (maximum) {
    ids = t.gathered(stepArgument(op, "sequence_ids"));
    lengths = t.gathered(stepArgument(op, "prompt_lengths"));
  }
  t.result(op.getType());
  ArrayRef<float> inverse = op.getInverseFrequencies(),
                  longer = op.getLongFrequencies();
  int64_t count = inverse.size();
  float scale = op.getScale().convertToFloat();
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value position = arith::SIToFPOp::create(
            c, c.getF32Type(),
            memref::LoadOp::create(c, p.getInputBuffer(positions.number),
                                   ValueRange{row}));
        // Whether the context has outgrown the maximum, and how much, as a
        // logarithm.
        Value grown, growth;
        if (maximum) {
          Value id = c.loadIndex(p.getInputBuffer(ids->number), {row});
          Value length = arith::MaximumFOp::create(
              c,
              arith::SIToFPOp::create(
                  c, c.getF32Type(),
                  memref::LoadOp::create(c, p.getInputBuffer(lengths->number),
                                         ValueRange{id})),
              c.addf(position, c.number(1.0)));
          grown = arith::CmpFOp::create(c, arith::CmpFPredicate::OGT, length,
                                        c.number(maximum));
          if (longer.empty()) {
            double factor = op.getDynamicFactor().convertToDouble();
            Value ratio = c.fma(length, c.number(factor / maximum),
                                c.number(1.0 - factor));
            ratio = arith::SelectOp::create(c, grown, ratio, c.number(1.0));
            growth = c.splat(math::LogOp::create(c, ratio));
          }
        }
        for (int64_t i = 0; i < count; i += TileCode::kLanes) {
          int64_t filled = std::min(count - i, TileCode::kLanes);
          auto constant = [&](ArrayRef<float> all) -> Value {
            SmallVector<float> lanes(TileCode::kLanes, 0.0f);
            std::copy_n(all.begin() + i, filled, lanes.begin());
            return arith::ConstantOp::create(
                c, DenseElementsAttr::get(c.vectorType(), ArrayRef(lanes)));
          };
          Value frequencies = constant(inverse);
          if (!longer.empty()) {
            frequencies = arith::SelectOp::create(c, grown, constant(longer),
                                                  frequencies);
          } else if (growth) {
            SmallVector<float> exponents;
            for (int64_t j = i; j < i + TileCode::kLanes; ++j)
              exponents.push_back(-2.0 * j /
                                  std::max<int64_t>(1, 2 * count - 2));
            Value exponent = arith::ConstantOp::create(
                c, DenseElementsAttr::get(c.vectorType(), ArrayRef(exponents)));
            frequencies = c.mulf(frequencies, c.exp(c.mulf(growth, exponent)));
          }
          Value angle = c.mulf(c.splat(position), frequencies);
          Value cosine = math::CosOp::create(c, angle);
          Value sine = math::SinOp::create(c, angle);
          Value factor = c.splat(scale);
          Value out = p.getResultBuffer(0);
          c.storeFirst(c.mulf(cosine, factor), filled, out, {row, c.index(i)});
          c.storeFirst(c.mulf(sine, factor), filled, out,
                       {row, c.index(count + i)});
        }
      },
      [&](PhaseOp p) { return p.getInputBuffer(positions.number); });
}

std::pair<Value, Value> shuffled(TileCode &c, Value a, Value b,
                                 llvm::function_ref<int64_t(int64_t)> from) {
  SmallVector<int64_t> lanes;
  for (int64_t lane = 0; lane < 2 * TileCode::kLanes; ++lane)
    lanes.push_back(from(lane));
  ArrayRef<int64_t> all(lanes);
  return {vector::ShuffleOp::create(c, a, b, all.take_front(TileCode::kLanes)),
          vector::ShuffleOp::create(c, a, b, all.drop_front(TileCode::kLanes))};
}

/// Of 32 columns in a row the even and the odd ones.
std::pair<Value, Value> parted(TileCode &c, Value a, Value b) {
  return shuffled(c, a, b, [](int64_t lane) {
    return 2 * lane % (2 * TileCode::kLanes) + lane / TileCode::kLanes;
  });
}

/// The columns in a row again.
std::pair<Value, Value> joined(TileCode &c, Value even, Value odd) {
  return shuffled(c, even, odd, [](int64_t lane) {
    return lane / 2 + lane % 2 * TileCode::kLanes;
  });
}

void tileRope(RopeOp op, int64_t block) {
  RowTiling t(op, op.getInput(), block);
  auto x = t.rows(op.getInput());
  auto table = t.rows(op.getTable());
  t.result(op.getType());
  int64_t heads = op.getHeads(), width = columnsOf(op.getInput()) / heads;
  int64_t half = columnsOf(op.getTable()) / 2;
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value in = p.getInputBuffer(x.number), out = p.getResultBuffer(0);
        Value angles = p.getInputBuffer(table.number);
        c.loop(c.index(0), c.index(heads), 1, [&](Value head) {
          Value base = c.mul(head, width), from = c.add(base, x.column);
          auto rotate = [&](Value i, bool vector) {
            auto read = [&](Value buffer, Value column) {
              return vector ? c.load(buffer, {row, column})
                            : c.loadNumber(buffer, {row, column});
            };
            auto write = [&](Value value, Value column) {
              if (vector)
                c.store(value, out, {row, column});
              else
                c.storeNumber(value, out, {row, column});
            };
            // Where the pairs' first columns are, and how far from them the
            // others; vectors of alternating ones are parted.
            bool alternate = vector && op.getInterleaved();
            Value at = op.getInterleaved() ? c.add(i, i) : i;
            int64_t distance = !op.getInterleaved() ? half
                               : vector             ? TileCode::kLanes
                                                    : 1;
            Value low = read(in, c.add(from, at));
            Value high = read(in, c.add(c.add(from, at), distance));
            if (alternate)
              std::tie(low, high) = parted(c, low, high);
            Value cosine = read(angles, i), sine = read(angles, c.add(i, half));
            Value column = c.add(base, at);
            Value first = c.subf(c.mulf(low, cosine), c.mulf(high, sine));
            Value second = c.addf(c.mulf(high, cosine), c.mulf(low, sine));
            if (alternate)
              std::tie(first, second) = joined(c, first, second);
            write(first, column);
            write(second, c.add(column, distance));
          };
          int64_t whole = half / TileCode::kLanes * TileCode::kLanes;
          c.loop(c.index(0), c.index(whole), TileCode::kLanes,
                 [&](Value i) { rotate(i, true); });
          c.loop(c.index(whole), c.index(half), 1,
                 [&](Value i) { rotate(i, false); });
          c.loop(c.index(2 * half), c.index(width), 1, [&](Value i) {
            c.storeNumber(c.loadNumber(in, {row, c.add(from, i)}), out,
                          {row, c.add(base, i)});
          });
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(x.number); });
}

void tileGatherRows(GatherRowsOp op, int64_t block) {
  RowTiling t(op, op.getResult(), block);
  auto x = t.gathered(op.getInput());
  auto rows = t.gathered(op.getRows());
  t.result(op.getType());
  t.tiles({t.symbol(rowSymbolOf(op.getResult())).ceilDiv(block)});
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value from = c.loadIndex(p.getInputBuffer(rows.number), {row});
        forVectors(c, columnsOf(op.getInput()), [&](Value column) {
          storeColumns(c,
                       c.load(p.getInputBuffer(x.number),
                              {from, c.add(column, x.column)}),
                       p.getResultBuffer(0), row, column);
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(rows.number); });
}

/// Rounds 32 columns at a time to 8 bits: their scale, and sums of 16.
void tileQuantizeRows(QuantizeRowsOp op, int64_t block) {
  RowTiling t(op, op.getInput(), block);
  auto x = t.rows(op.getInput());
  t.result(op.getResult().getType());
  t.result(op.getScales().getType());
  t.result(op.getSums().getType());
  int64_t columns = columnsOf(op.getInput());
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        Value in = p.getInputBuffer(x.number);
        auto bytes = VectorType::get(TileCode::kLanes, c.getI8Type());
        auto ints = VectorType::get(TileCode::kLanes, c.getI32Type());
        auto quantize = [&](Value column, int64_t vectors) {
          SmallVector<Value> values;
          // Magnitudes compare as their bits do, and what is no number is
          // larger than every number: it must not get lost.
          auto larger = [&](Value a, Value b) -> Value {
            return arith::MaxSIOp::create(c, a, b);
          };
          Value largest;
          for (int64_t v = 0; v < vectors; ++v) {
            values.push_back(c.load(
                in, {row, c.add(column, x.column + v * TileCode::kLanes)}));
            Value magnitude = arith::BitcastOp::create(
                c, ints, math::AbsFOp::create(c, values.back()));
            largest = largest ? larger(largest, magnitude) : magnitude;
          }
          Value most = arith::BitcastOp::create(c, c.getF32Type(),
                                                c.reduce(largest, larger));
          Value scale = c.mulf(most, c.number(1.0 / 127.0));
          Value isZero = arith::CmpFOp::create(c, arith::CmpFPredicate::OEQ,
                                               most, c.number(0.0));
          Value inverse = arith::SelectOp::create(
              c, isZero, c.number(0.0), c.divf(c.number(127.0), most));
          c.storeNumber(scale, p.getResultBuffer(1),
                        {row, c.div(column, kActivationGroup)});
          for (auto [v, value] : llvm::enumerate(values)) {
            Value at = c.add(column, int64_t(v) * TileCode::kLanes);
            Value rounded =
                math::RoundEvenOp::create(c, c.mulf(value, c.splat(inverse)));
            Value quants = arith::FPToSIOp::create(c, ints, rounded);
            vector::StoreOp::create(c,
                                    arith::TruncIOp::create(c, bytes, quants),
                                    p.getResultBuffer(0), ValueRange{row, at});
            Value sum = c.reduce(quants, [&](Value a, Value b) -> Value {
              return arith::AddIOp::create(c, a, b);
            });
            memref::StoreOp::create(
                c, sum, p.getResultBuffer(2),
                ValueRange{row, c.div(at, kActivationSums)});
          }
        };
        int64_t whole = columns / kActivationGroup * kActivationGroup;
        c.loop(c.index(0), c.index(whole), kActivationGroup,
               [&](Value column) { quantize(column, 2); });
        // The padding of a row fills the last vectors up with zeros.
        if (int64_t rest = columns - whole)
          quantize(c.index(whole), llvm::divideCeil(rest, TileCode::kLanes));
      },
      [&](PhaseOp p) { return p.getInputBuffer(x.number); });
}

/// The operand that the result may be written over, or -1. A layer's result
/// goes over its hidden state, where the next layer looks for it.
int64_t inPlaceOperand(Operation *op) {
  Type type = op->getResult(0).getType();
  int64_t columns = columnsOf(op->getResult(0));
  auto fits = [&](Value operand) {
    return operand.getType() == type &&
           columnsOf(viewOf(operand).source) == columns;
  };
  if (isa<RepeatOp>(op->getParentOp()) &&
      op->getResult(0) == op->getBlock()->getTerminator()->getOperand(0))
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      if (operand == op->getBlock()->getArgument(0) && fits(operand))
        return i;
  return fits(op->getOperand(0)) ? 0 : -1;
}

/// arith and llm ops that work on each number alone.
void tileElementwise(Operation *op, int64_t block) {
  RowTiling t(op, op->getResult(0), block);
  SmallVector<PhaseBuilder::Input> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(t.rows(operand));
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  t.result(type, inPlaceOperand(op));
  t.buildRows(
      [&](TileCode &c, PhaseOp p, Value row) {
        forVectors(c, type.getDimSize(1), [&](Value column) {
          SmallVector<Value> values;
          for (auto input : inputs)
            values.push_back(c.load(p.getInputBuffer(input.number),
                                    {row, c.add(column, input.column)}));
          Value result;
          if (isa<arith::TruncFOp>(op))
            result = values[0]; // storing narrows
          else if (isa<SiluOp>(op))
            result = c.activation("silu", values[0]);
          else if (isa<ReluOp>(op))
            result = c.activation("relu", values[0]);
          else if (auto gelu = dyn_cast<GeluOp>(op))
            result = c.activation(("gelu_" + gelu.getKind()).str(), values[0]);
          else if (auto scale = dyn_cast<ScaleOp>(op))
            result =
                c.mulf(values[0], c.splat(scale.getFactor().convertToDouble()));
          else
            result = c.create(c.getLoc(), op->getName().getIdentifier(), values,
                              TypeRange(c.vectorType()))
                         ->getResult(0);
          storeColumns(c, result, p.getResultBuffer(0), row, column);
        });
      },
      [&](PhaseOp p) { return p.getInputBuffer(inputs[0].number); });
}

struct TileRows : llm::impl::TileRowsBase<TileRows> {
  using TileRowsBase::TileRowsBase;

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      int64_t block = std::min<int64_t>(blockRows, step.getRows()[1]);
      step.walk([&](Operation *op) {
        if (op->getParentOfType<PhaseOp>())
          return;
        if (auto norm = dyn_cast<RMSNormOp>(op))
          tileRMSNorm(norm, block);
        else if (auto norm = dyn_cast<LayerNormOp>(op))
          tileLayerNorm(norm, block);
        else if (auto embedding = dyn_cast<EmbeddingOp>(op))
          tileEmbedding(embedding, block);
        else if (auto table = dyn_cast<RotaryTableOp>(op))
          tileRotaryTable(table, block);
        else if (auto rope = dyn_cast<RopeOp>(op))
          tileRope(rope, block);
        else if (auto quantize = dyn_cast<QuantizeRowsOp>(op))
          tileQuantizeRows(quantize, block);
        else if (auto gather = dyn_cast<GatherRowsOp>(op))
          tileGatherRows(gather, block);
        else if (op->getNumResults() == 1 &&
                 isa<RankedTensorType>(op->getResult(0).getType()) &&
                 (isa<SiluOp, ReluOp, GeluOp, ScaleOp>(op) ||
                  OpTrait::hasElementwiseMappableTraits(op)))
          tileElementwise(op, block);
      });
    });
  }
};

} // namespace
