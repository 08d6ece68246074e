//===- MultiplyTile.cpp - Products of a few rows and panels ---------------===//

#include "passes/cpu/kernels/MultiplyTile.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

static Value multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  if (isa<FloatType>(getElementTypeOrSelf(sum.getType())))
    return vector::FMAOp::create(b, x, y, sum);
  return arith::AddIOp::create(b, sum, arith::MulIOp::create(b, x, y));
}

func::FuncOp llm::multiplyTile(ModuleOp module, Type element, int64_t rows,
                               int64_t panels) {
  std::string name;
  llvm::raw_string_ostream(name)
      << "multiply." << element << "." << rows << "x" << panels;
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return known;
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type index = b.getIndexType();
  auto buffer = MemRefType::get({ShapedType::kDynamic}, element);
  auto vector = VectorType::get({kPanel}, element);
  auto mask = VectorType::get({kPanel}, b.getI1Type());
  auto function = func::FuncOp::create(
      b, name,
      b.getFunctionType({buffer, index, index, buffer, index, index, buffer,
                         index, index, index, index},
                        {}));
  function.setPrivate();
  function->setAttr(
      "llvm.linkage",
      LLVM::LinkageAttr::get(b.getContext(), LLVM::Linkage::Internal));
  // One copy of the code for all kernels.
  function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  auto argument = [&](unsigned i) { return entry->getArgument(i); };
  Value lhs = argument(0), rhs = argument(3), out = argument(6);
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto add = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, x, y);
  };
  auto places = [&](Value at, Value stride, int64_t count) {
    SmallVector<Value> result = {at};
    for (int64_t i = 1; i < count; ++i)
      result.push_back(add(result.back(), stride));
    return result;
  };
  SmallVector<Value> lhsRows = places(argument(1), argument(2), rows),
                     rhsPanels = places(argument(4), argument(5), panels),
                     outRows = places(argument(7), argument(8), rows);
  Value zero = number(0), one = number(1), sixteen = number(kPanel);
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
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t p = 0; p < panels; ++p)
      sums.push_back(vector::MaskedLoadOp::create(
          b, vector, out, ValueRange(outPlace(r, p)), masks[p], nothing));
  auto loop = scf::ForOp::create(b, zero, argument(9), one, sums);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value k = loop.getInductionVar();
    Value row = arith::MulIOp::create(b, k, sixteen);
    SmallVector<Value> columns, next;
    for (Value panel : rhsPanels)
      columns.push_back(
          vector::LoadOp::create(b, vector, rhs, ValueRange(add(panel, row))));
    for (int64_t r = 0; r < rows; ++r) {
      Value x = vector::BroadcastOp::create(
          b, vector,
          memref::LoadOp::create(b, lhs, ValueRange(add(lhsRows[r], k))));
      for (int64_t p = 0; p < panels; ++p)
        next.push_back(multiplyAdd(b, x, columns[p],
                                   loop.getRegionIterArg(r * panels + p)));
    }
    scf::YieldOp::create(b, next);
  }
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t p = 0; p < panels; ++p)
      vector::MaskedStoreOp::create(b, out, ValueRange(outPlace(r, p)),
                                    masks[p], loop.getResult(r * panels + p));
  func::ReturnOp::create(b);
  return function;
}
