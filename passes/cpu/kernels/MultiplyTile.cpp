//===- MultiplyTile.cpp - Products of a few rows and panels ---------------===//

#include "passes/cpu/kernels/MultiplyTile.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/InternalFunction.h"
#include "passes/cpu/kernels/TileEnds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

Value llm::multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  if (isa<FloatType>(getElementTypeOrSelf(sum.getType())))
    return vector::FMAOp::create(b, x, y, sum);
  return arith::AddIOp::create(b, sum, arith::MulIOp::create(b, x, y));
}

/// Looks from the end of the module, where functions are: constants come before
/// them, and a graph may have thousands.
static func::FuncOp findFunction(ModuleOp module, StringRef name) {
  for (Operation &op : llvm::reverse(*module.getBody()))
    if (auto function = dyn_cast<func::FuncOp>(op))
      if (function.getSymName() == name)
        return function;
  return {};
}

/// A function that is one copy of its code for all kernels.
static func::FuncOp addFunction(ImplicitLocOpBuilder &b, ModuleOp module,
                                StringRef name, TypeRange arguments) {
  b.setInsertionPointToEnd(module.getBody());
  auto function =
      func::FuncOp::create(b, name, b.getFunctionType(arguments, {}));
  llm::makeInternalAndWhole(function);
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

/// `count` places, a stride apart.
static SmallVector<Value> placesFrom(ImplicitLocOpBuilder &b, Value at,
                                     Value stride, int64_t count) {
  SmallVector<Value> result = {at};
  for (int64_t i = 1; i < count; ++i)
    result.push_back(arith::AddIOp::create(b, result.back(), stride));
  return result;
}

namespace {

/// What the arguments behind the others say of how sums begin and end.
struct Ends {
  ImplicitLocOpBuilder &b;
  Value starts, begins, ends, least, most;
  SmallVector<Value> rows;

  static SmallVector<Type> arguments(OpBuilder &b, Type element) {
    Type index = b.getIndexType(), flag = b.getI1Type();
    return {MemRefType::get({ShapedType::kDynamic}, element),
            index,
            index,
            flag,
            flag,
            element,
            element};
  }

  Ends(ImplicitLocOpBuilder &b, ValueRange last, int64_t count) : b(b) {
    starts = last[0];
    begins = last[3];
    ends = last[4];
    least = last[5];
    most = last[6];
    rows = placesFrom(b, last[1], last[2], count);
  }

  static Value spread(ImplicitLocOpBuilder &b, Value number, Type type) {
    return isa<VectorType>(type)
               ? vector::BroadcastOp::create(b, type, number).getResult()
               : number;
  }

  /// `perRow` sums of each row, as numbers or vectors of a `type`.
  SmallVector<Value> begin(Type type, int64_t perRow,
                           llvm::function_ref<Value(int64_t, int64_t)> load) {
    SmallVector<Type> types(rows.size() * perRow, type);
    auto branch = scf::IfOp::create(b, types, begins, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    auto fill = [&](Block &block,
                    llvm::function_ref<Value(int64_t, int64_t)> value) {
      b.setInsertionPointToStart(&block);
      SmallVector<Value> values;
      for (size_t r = 0; r < rows.size(); ++r)
        for (int64_t i = 0; i < perRow; ++i)
          values.push_back(value(r, i));
      scf::YieldOp::create(b, values);
    };
    fill(branch.getThenRegion().front(), [&](int64_t r, int64_t) {
      return spread(b, memref::LoadOp::create(b, starts, ValueRange(rows[r])),
                    type);
    });
    fill(branch.getElseRegion().front(), load);
    return llvm::to_vector_of<Value>(branch.getResults());
  }

  SmallVector<Value> end(ValueRange sums) {
    auto branch = scf::IfOp::create(b, sums.getTypes(), ends,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    scf::YieldOp::create(b, sums);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    scf::YieldOp::create(b, llvm::map_to_vector(sums, [&](Value sum) {
                           return boundAbove(b, most,
                                             boundBelow(b, least, sum));
                         }));
    return llvm::to_vector_of<Value>(branch.getResults());
  }
};

} // namespace

namespace {

/// The loop over sums of a tile.
class TileSums {
public:
  TileSums(ImplicitLocOpBuilder &b, const Factors &factors, Value lhs,
           ArrayRef<Value> lhsRows, Value rhs, ArrayRef<Value> rhsPanels,
           Value rhsStep)
      : b(b), factors(factors), lhs(lhs), rhs(rhs), rhsStep(rhsStep),
        lhsRows(lhsRows), rhsPanels(rhsPanels),
        type(VectorType::get({kPanel}, factors.element)) {}

  /// Adds `count` terms to the sums, of each row those of its panels.
  void add(Value count, SmallVectorImpl<Value> &sums) {
    Value zero = index(0);
    run(zero, count, 1, sums, [&](Value k, ValueRange sums) {
      SmallVector<Value> columns = readPanels(k, type), next;
      for (auto [r, row] : llvm::enumerate(lhsRows)) {
        Value x = memref::LoadOp::create(b, lhs, ValueRange(plus(row, k)));
        x = vector::BroadcastOp::create(b, type, x);
        for (auto [p, column] : llvm::enumerate(columns))
          next.push_back(
              multiplyAdd(b, x, column, sums[r * columns.size() + p]));
      }
      return next;
    });
  }

  /// The same of bytes, and to `columnSums`, if there are any, the panels'
  /// columns.
  void addBytes(Value count, SmallVectorImpl<Value> &sums,
                SmallVectorImpl<Value> &columnSums) {
    size_t products = sums.size();
    llvm::append_range(sums, columnSums);
    Value left = arith::RemUIOp::create(b, count, index(4));
    Value whole = arith::SubIOp::create(b, count, left);
    auto quad = VectorType::get({4}, b.getI8Type());
    run(index(0), whole, 4, sums, [&](Value k, ValueRange sums) {
      return addQuads(k, products, sums, [&](Value place) -> Value {
        return vector::LoadOp::create(b, quad, lhs, ValueRange(place));
      });
    });
    // Behind the last sum the lhs is not read.
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get({4}, b.getI1Type()), ValueRange(left));
    Value nothing = arith::ConstantOp::create(b, quad, b.getZeroAttr(quad));
    run(whole, count, 4, sums, [&](Value k, ValueRange sums) {
      return addQuads(k, products, sums, [&](Value place) -> Value {
        return vector::MaskedLoadOp::create(b, quad, lhs, ValueRange(place),
                                            mask, nothing);
      });
    });
    columnSums.assign(sums.begin() + products, sums.end());
    sums.truncate(products);
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value plus(Value x, Value y) { return arith::AddIOp::create(b, x, y); }

  SmallVector<Value> readPanels(Value k, VectorType type) {
    Value row = arith::MulIOp::create(b, k, rhsStep);
    return llvm::map_to_vector(rhsPanels, [&](Value panel) -> Value {
      return vector::LoadOp::create(b, type, rhs, ValueRange(plus(panel, row)));
    });
  }

  void run(Value begin, Value end, int64_t step, SmallVectorImpl<Value> &sums,
           llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    auto loop = scf::ForOp::create(b, begin, end, index(step), sums);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(
        b, body(loop.getInductionVar(), loop.getRegionIterArgs()));
    sums.assign(loop.result_begin(), loop.result_end());
  }

  SmallVector<Value> addQuads(Value k, size_t products, ValueRange sums,
                              llvm::function_ref<Value(Value)> read) {
    auto bytes = VectorType::get({4 * kPanel}, b.getI8Type()),
         words = VectorType::get({kPanel}, b.getI32Type());
    bool isUnsigned = factors.lhsUnsigned;
    SmallVector<ByteQuads> columns;
    for (Value panel : readPanels(k, bytes))
      columns.push_back({b, panel, !isUnsigned, factors.dots});
    SmallVector<Value> next;
    for (auto [r, row] : llvm::enumerate(lhsRows)) {
      Value x = read(plus(row, k));
      x = vector::BitCastOp::create(b, VectorType::get({1}, b.getI32Type()), x);
      x = vector::BroadcastOp::create(b, words, x);
      x = vector::BitCastOp::create(b, bytes, x);
      ByteQuads quads(b, x, isUnsigned, factors.dots);
      for (auto [p, column] : llvm::enumerate(columns))
        next.push_back(quads.dot(b, column, sums[r * columns.size() + p]));
    }
    if (sums.size() == products)
      return next;
    Value ones = arith::ConstantOp::create(
        b, DenseElementsAttr::get(bytes, b.getI8IntegerAttr(1)));
    ByteQuads quads(b, ones, isUnsigned, factors.dots);
    for (auto [p, column] : llvm::enumerate(columns))
      next.push_back(quads.dot(b, column, sums[products + p]));
    return next;
  }

  ImplicitLocOpBuilder &b;
  const Factors &factors;
  Value lhs, rhs, rhsStep; ///< how far sums of the rhs are apart
  ArrayRef<Value> lhsRows, rhsPanels;
  VectorType type;
};

} // namespace

static std::string nameOf(const Factors &factors, int64_t rows) {
  std::string name = "multiply.";
  llvm::raw_string_ostream stream(name);
  if (factors.element.isInteger(8))
    stream << (factors.lhsUnsigned ? "u8s8" : "s8u8")
           << (factors.hasZero ? ".zero" : "");
  else
    stream << factors.element;
  if (factors.rhsInPlace)
    stream << ".inplace";
  stream << "." << rows << "x";
  return name;
}

func::FuncOp llm::multiplyTile(ModuleOp module, const Factors &factors,
                               int64_t rows, int64_t panels) {
  std::string name = nameOf(factors, rows) + std::to_string(panels);
  if (auto known = findFunction(module, name))
    return known;
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  Type index = b.getIndexType(), element = factors.element;
  bool areBytes = element.isInteger(8);
  Type sum = areBytes ? Type(b.getI32Type()) : element;
  auto buffer = MemRefType::get({ShapedType::kDynamic}, element),
       outBuffer = MemRefType::get({ShapedType::kDynamic}, sum);
  auto vector = VectorType::get({kPanel}, sum);
  auto mask = VectorType::get({kPanel}, b.getI1Type());
  SmallVector<Type> types = {buffer,    index, index, buffer, index, index,
                             outBuffer, index, index, index,  index};
  size_t endsAt = types.size();
  llvm::append_range(types, Ends::arguments(b, sum));
  size_t zerosAt = types.size();
  if (factors.hasZero)
    types.append({outBuffer, index, index});
  auto function = addFunction(b, module, name, types);
  auto argument = [&](unsigned i) { return function.getArgument(i); };
  ValueRange arguments(function.getArguments());
  Ends ends(b, arguments.slice(endsAt, zerosAt - endsAt), rows);
  Value out = argument(6);
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  SmallVector<Value> lhsRows = placesFrom(b, argument(1), argument(2), rows),
                     rhsPanels = placesFrom(b, argument(4),
                                            factors.rhsInPlace ? number(kPanel)
                                                               : argument(5),
                                            panels),
                     outRows = placesFrom(b, argument(7), argument(8), rows);
  SmallVector<Value> masks;
  for (int64_t p = 0; p < panels; ++p) {
    Value before = number(p * kPanel);
    Value left = arith::SubIOp::create(
        b, arith::MaxSIOp::create(b, argument(10), before), before);
    masks.push_back(vector::CreateMaskOp::create(
        b, mask, ValueRange(arith::MinSIOp::create(b, left, number(kPanel)))));
  }
  Value nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector));
  auto outPlace = [&](int64_t row, int64_t panel) -> Value {
    return arith::AddIOp::create(b, outRows[row], number(panel * kPanel));
  };
  SmallVector<Value> sums =
      ends.begin(vector, panels, [&](int64_t r, int64_t p) -> Value {
        return vector::MaskedLoadOp::create(
            b, vector, out, ValueRange(outPlace(r, p)), masks[p], nothing);
      });
  TileSums terms(b, factors, argument(0), lhsRows, argument(3), rhsPanels,
                 factors.rhsInPlace ? argument(5) : number(kPanel));
  if (!areBytes) {
    terms.add(argument(9), sums);
  } else {
    SmallVector<Value> columnSums(factors.hasZero ? panels : 0, nothing);
    terms.addBytes(argument(9), sums, columnSums);
    if (factors.hasZero)
      for (auto [r, place] : llvm::enumerate(placesFrom(
               b, argument(zerosAt + 1), argument(zerosAt + 2), rows))) {
        Value zero = vector::BroadcastOp::create(
            b, vector,
            memref::LoadOp::create(b, argument(zerosAt), ValueRange(place)));
        for (auto [p, columns] : llvm::enumerate(columnSums)) {
          Value &sum = sums[r * panels + p];
          sum = arith::SubIOp::create(b, sum,
                                      arith::MulIOp::create(b, zero, columns));
        }
      }
  }
  sums = ends.end(sums);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t p = 0; p < panels; ++p)
      vector::MaskedStoreOp::create(b, out, ValueRange(outPlace(r, p)),
                                    masks[p], sums[r * panels + p]);
  func::ReturnOp::create(b);
  return function;
}

func::FuncOp llm::multiplyColumn(ModuleOp module, Type element, int64_t rows) {
  std::string name;
  llvm::raw_string_ostream(name)
      << "multiply." << element << "." << rows << "xcolumn";
  if (auto known = findFunction(module, name))
    return known;
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  Type index = b.getIndexType();
  auto buffer = MemRefType::get({ShapedType::kDynamic}, element);
  auto vector = VectorType::get({kPanel}, element);
  SmallVector<Type> types = {buffer, index, index, buffer, index,
                             buffer, index, index, index};
  llvm::append_range(types, Ends::arguments(b, element));
  auto function = addFunction(b, module, name, types);
  Ends ends(b, function.getArguments().take_back(7), rows);
  Value lhs = function.getArgument(0), rhs = function.getArgument(3),
        column = function.getArgument(4), out = function.getArgument(5),
        count = function.getArgument(8);
  SmallVector<Value> lhsRows = placesFrom(b, function.getArgument(1),
                                          function.getArgument(2), rows),
                     outRows = placesFrom(b, function.getArgument(6),
                                          function.getArgument(7), rows);
  Value zero = arith::ConstantIndexOp::create(b, 0),
        sixteen = arith::ConstantIndexOp::create(b, kPanel);
  Value left = arith::RemUIOp::create(b, count, sixteen);
  Value whole = arith::SubIOp::create(b, count, left);
  Value mask = vector::CreateMaskOp::create(
      b, VectorType::get({kPanel}, b.getI1Type()), ValueRange(left));
  Value nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector));
  // All lanes, or those that are left.
  auto step = [&](Value k, ValueRange sums, Value mask) {
    auto read = [&](Value buffer, Value start) -> Value {
      Value place = arith::AddIOp::create(b, start, k);
      if (!mask)
        return vector::LoadOp::create(b, vector, buffer, ValueRange(place));
      return vector::MaskedLoadOp::create(b, vector, buffer, ValueRange(place),
                                          mask, nothing);
    };
    Value y = read(rhs, column);
    SmallVector<Value> next;
    for (auto [row, sum] : llvm::zip_equal(lhsRows, sums))
      next.push_back(multiplyAdd(b, read(lhs, row), y, sum));
    return next;
  };
  auto loop = scf::ForOp::create(b, zero, whole, sixteen,
                                 SmallVector<Value>(rows, nothing));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(
        b, step(loop.getInductionVar(), loop.getRegionIterArgs(), Value()));
  }
  bool isFloat = isa<FloatType>(element);
  SmallVector<Value> sums =
      ends.begin(element, 1, [&](int64_t r, int64_t) -> Value {
        return memref::LoadOp::create(b, out, ValueRange(outRows[r]));
      });
  for (auto [sum, lanes] :
       llvm::zip_equal(sums, step(whole, loop.getResults(), mask)))
    sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, lanes, sum,
                                      isFloat ? arith::FastMathFlags::reassoc
                                              : arith::FastMathFlags::none);
  for (auto [row, sum] : llvm::zip_equal(outRows, ends.end(sums)))
    memref::StoreOp::create(b, sum, out, ValueRange(row));
  func::ReturnOp::create(b);
  return function;
}
