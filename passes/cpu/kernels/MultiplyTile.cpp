//===- MultiplyTile.cpp - Products of a few rows and panels ---------------===//

#include "passes/cpu/kernels/MultiplyTile.h"

#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/InternalFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

/// What products of factors add up to.
static Type sumType(Type factor) {
  return factor.isInteger(16) ? IntegerType::get(factor.getContext(), 32)
                              : factor;
}

/// Factors as their sums are.
static Value widen(ImplicitLocOpBuilder &b, Value factors) {
  auto type = cast<VectorType>(factors.getType());
  Type sum = sumType(type.getElementType());
  if (sum == type.getElementType())
    return factors;
  return arith::ExtSIOp::create(b, type.clone(sum), factors);
}

/// The sums of x[2 * i] * y[2 * i] + x[2 * i + 1] * y[2 * i + 1], of 32 i16,
/// or of 16 twice.
static Value multiplyAddPairs(ImplicitLocOpBuilder &b, Value x, Value y,
                              Value sum, bool wordDot) {
  auto call = [&](StringRef name, Value x, Value y) -> Value {
    auto type = VectorType::get(
        {cast<VectorType>(x.getType()).getDimSize(0) / 2}, b.getI32Type());
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name),
                                         ValueRange{x, y})
        .getResult(0);
  };
  if (wordDot)
    return arith::AddIOp::create(b, sum,
                                 call("llvm.x86.avx512.pmaddw.d.512", x, y));
  Value products =
      arith::ConstantOp::create(b, sum.getType(), b.getZeroAttr(sum.getType()));
  for (int64_t half = 0; half < 2; ++half) {
    auto part = [&](Value v) -> Value {
      return vector::ExtractStridedSliceOp::create(b, v, half * llm::kPanel,
                                                   llm::kPanel, 1);
    };
    products = vector::InsertStridedSliceOp::create(
        b, call("llvm.x86.avx2.pmadd.wd", part(x), part(y)), products,
        half * llm::kPanel / 2, 1);
  }
  return arith::AddIOp::create(b, sum, products);
}

static Value multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
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

  Ends(ImplicitLocOpBuilder &b, func::FuncOp function, int64_t count) : b(b) {
    auto last = function.getArguments().take_back(7);
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

  /// NaN stays NaN.
  SmallVector<Value> end(ValueRange sums) {
    auto branch = scf::IfOp::create(b, sums.getTypes(), ends,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    scf::YieldOp::create(b, sums);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    auto bound = [&](Value limit, Value sum, arith::CmpFPredicate how,
                     arith::CmpIPredicate howInteger) -> Value {
      limit = spread(b, limit, sum.getType());
      Value beyond =
          isa<FloatType>(getElementTypeOrSelf(sum.getType()))
              ? arith::CmpFOp::create(b, how, limit, sum).getResult()
              : arith::CmpIOp::create(b, howInteger, limit, sum).getResult();
      return arith::SelectOp::create(b, beyond, limit, sum);
    };
    scf::YieldOp::create(b, llvm::map_to_vector(sums, [&](Value sum) {
                           sum = bound(least, sum, arith::CmpFPredicate::OGT,
                                       arith::CmpIPredicate::sgt);
                           return bound(most, sum, arith::CmpFPredicate::OLT,
                                        arith::CmpIPredicate::slt);
                         }));
    return llvm::to_vector_of<Value>(branch.getResults());
  }
};

} // namespace

func::FuncOp llm::multiplyTile(ModuleOp module, Type element, int64_t rows,
                               int64_t panels, bool wordDot) {
  std::string name;
  llvm::raw_string_ostream(name)
      << "multiply." << element << "." << rows << "x" << panels;
  if (auto known = findFunction(module, name))
    return known;
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  Type index = b.getIndexType();
  auto buffer = MemRefType::get({ShapedType::kDynamic}, element),
       outBuffer = MemRefType::get({ShapedType::kDynamic}, sumType(element));
  auto factors = VectorType::get({kPanel}, element),
       vector = VectorType::get({kPanel}, sumType(element));
  auto mask = VectorType::get({kPanel}, b.getI1Type());
  SmallVector<Type> types = {buffer,    index, index, buffer, index, index,
                             outBuffer, index, index, index,  index};
  llvm::append_range(types, Ends::arguments(b, sumType(element)));
  auto function = addFunction(b, module, name, types);
  Ends ends(b, function, rows);
  auto argument = [&](unsigned i) { return function.getArgument(i); };
  Value lhs = argument(0), rhs = argument(3), out = argument(6);
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto add = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, x, y);
  };
  SmallVector<Value> lhsRows = placesFrom(b, argument(1), argument(2), rows),
                     rhsPanels =
                         placesFrom(b, argument(4), argument(5), panels),
                     outRows = placesFrom(b, argument(7), argument(8), rows);
  Value zero = number(0), sixteen = number(kPanel);
  SmallVector<Value> masks, sums;
  for (int64_t p = 0; p < panels; ++p) {
    Value before = number(p * kPanel);
    Value left = arith::SubIOp::create(
        b, arith::MaxSIOp::create(b, argument(10), before), before);
    masks.push_back(vector::CreateMaskOp::create(
        b, mask, ValueRange(arith::MinSIOp::create(b, left, sixteen))));
  }
  Value nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector));
  auto outPlace = [&](int64_t row, int64_t panel) {
    return add(outRows[row], number(panel * kPanel));
  };
  sums = ends.begin(vector, panels, [&](int64_t r, int64_t p) -> Value {
    return vector::MaskedLoadOp::create(
        b, vector, out, ValueRange(outPlace(r, p)), masks[p], nothing);
  });
  auto readPanels = [&](Value k, VectorType type) {
    Value row = arith::MulIOp::create(b, k, sixteen);
    SmallVector<Value> columns;
    for (Value panel : rhsPanels)
      columns.push_back(
          vector::LoadOp::create(b, type, rhs, ValueRange(add(panel, row))));
    return columns;
  };
  // Adds to the sums for k from begin to end.
  auto run = [&](Value begin, Value end, int64_t step, auto body) {
    auto loop = scf::ForOp::create(b, begin, end, number(step), sums);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(
        b, body(loop.getInductionVar(), loop.getRegionIterArgs()));
    sums.assign(loop.result_begin(), loop.result_end());
  };
  Value first = zero;
  if (element.isInteger(16)) {
    first = arith::SubIOp::create(
        b, argument(9), arith::RemUIOp::create(b, argument(9), number(2)));
    auto pairs = VectorType::get({2 * kPanel}, element),
         pair = VectorType::get({2}, element);
    run(zero, first, 2, [&](Value k, ValueRange sums) {
      SmallVector<int64_t> zip;
      for (int64_t i = 0; i < kPanel; ++i)
        zip.append({i, i + kPanel});
      SmallVector<Value> columns = readPanels(k, pairs), next;
      for (Value &column : columns)
        column = vector::ShuffleOp::create(b, column, column, zip);
      for (int64_t r = 0; r < rows; ++r) {
        Value x = vector::LoadOp::create(b, pair, lhs,
                                         ValueRange(add(lhsRows[r], k)));
        x = vector::BitCastOp::create(b, VectorType::get({1}, b.getI32Type()),
                                      x);
        x = vector::BroadcastOp::create(b, vector, x);
        x = vector::BitCastOp::create(b, pairs, x);
        for (int64_t p = 0; p < panels; ++p)
          next.push_back(multiplyAddPairs(b, x, columns[p],
                                          sums[r * panels + p], wordDot));
      }
      return next;
    });
  }
  run(first, argument(9), 1, [&](Value k, ValueRange sums) {
    SmallVector<Value> columns = readPanels(k, factors), next;
    for (Value &column : columns)
      column = widen(b, column);
    for (int64_t r = 0; r < rows; ++r) {
      Value x = vector::BroadcastOp::create(
          b, factors,
          memref::LoadOp::create(b, lhs, ValueRange(add(lhsRows[r], k))));
      x = widen(b, x);
      for (int64_t p = 0; p < panels; ++p)
        next.push_back(multiplyAdd(b, x, columns[p], sums[r * panels + p]));
    }
    return next;
  });
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
  Type sumElement = sumType(element);
  auto buffer = MemRefType::get({ShapedType::kDynamic}, element),
       outBuffer = MemRefType::get({ShapedType::kDynamic}, sumElement);
  auto factors = VectorType::get({kPanel}, element),
       vector = VectorType::get({kPanel}, sumElement);
  SmallVector<Type> types = {buffer,    index, index, buffer, index,
                             outBuffer, index, index, index};
  llvm::append_range(types, Ends::arguments(b, sumElement));
  auto function = addFunction(b, module, name, types);
  Ends ends(b, function, rows);
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
  Value nothing = arith::ConstantOp::create(b, vector, b.getZeroAttr(vector)),
        noFactor =
            arith::ConstantOp::create(b, factors, b.getZeroAttr(factors));
  // All lanes, or those that are left.
  auto step = [&](Value k, ValueRange sums, Value mask) {
    auto read = [&](Value buffer, Value start) -> Value {
      Value place = arith::AddIOp::create(b, start, k);
      if (!mask)
        return widen(
            b, vector::LoadOp::create(b, factors, buffer, ValueRange(place)));
      return widen(b, vector::MaskedLoadOp::create(b, factors, buffer,
                                                   ValueRange(place), mask,
                                                   noFactor));
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
      ends.begin(sumElement, 1, [&](int64_t r, int64_t) -> Value {
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
