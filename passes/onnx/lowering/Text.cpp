//===- Text.cpp - Texts that graphs hold and make -------------------------===//

#include "passes/onnx/lowering/Text.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "passes/analysis/InternalFunction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

Value llm::onnx::bytesConstant(GraphLowering &g, StringRef bytes) {
  LLVM::GlobalOp global;
  unsigned number = 0;
  for (auto other : g.module().getOps<LLVM::GlobalOp>()) {
    if (!other.getSymName().starts_with("bytes."))
      continue;
    ++number;
    if (cast<StringAttr>(other.getValueAttr()).getValue() == bytes)
      global = other; // equal ones are kept once
  }
  if (!global) {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToStart(g.module().getBody());
    global = LLVM::GlobalOp::create(
        g.b, LLVM::LLVMArrayType::get(g.b.getI8Type(), bytes.size()),
        /*isConstant=*/true, LLVM::Linkage::Internal,
        ("bytes." + Twine(number)).str(), g.b.getStringAttr(bytes),
        /*alignment=*/8);
  }
  Value pointer = LLVM::AddressOfOp::create(g.b, global);
  return LLVM::PtrToIntOp::create(g.b, g.b.getI64Type(), pointer);
}

/// Puts a text behind others, where it is aligned; returns where.
static int64_t append(std::string &bytes, StringRef text) {
  bytes.resize(llvm::alignTo(bytes.size(), 8));
  int64_t offset = bytes.size();
  char size[8];
  llvm::support::endian::write64le(size, text.size());
  bytes.append(size, 8);
  bytes.append(text);
  return offset;
}

Value llm::onnx::textConstant(GraphLowering &g, StringRef text) {
  std::string bytes;
  append(bytes, text);
  return bytesConstant(g, bytes);
}

Tensor llm::onnx::textConstants(GraphLowering &g, ArrayRef<StringRef> texts) {
  std::string bytes;
  SmallVector<int64_t> offsets;
  for (StringRef text : texts)
    offsets.push_back(append(bytes, text));
  Type string = StringType::get(g.b.getContext()), i64 = g.b.getI64Type();
  auto type =
      RankedTensorType::get({static_cast<int64_t>(offsets.size())}, i64);
  if (offsets.empty())
    return {g.empty(g.fixed(0), i64), string};
  Value base = bytesConstant(g, bytes);
  Tensor places{arith::ConstantOp::create(
                    g.b, DenseElementsAttr::get(type, ArrayRef(offsets))),
                i64};
  return g.map(places, string, [&](ValueRange x) {
    return arith::AddIOp::create(g.b, x[0], base).getResult();
  });
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void llm::onnx::addFunction(GraphLowering &g, StringRef name, StringRef text) {
  ModuleOp module = g.module();
  if (module.lookupSymbol(name))
    return;
  // Verified with the whole module: it may call what comes next.
  [[maybe_unused]] LogicalResult added = parseSourceString(
      text, module.getBody(),
      ParserConfig(module.getContext(), /*verifyAfterParse=*/false));
  assert(succeeded(added) && "the text of a function parses");
  makeInternal(cast<func::FuncOp>(module.lookupSymbol(name)));
}

static const TextFunction *findTextFunction(StringRef name) {
  for (ArrayRef<TextFunction> functions :
       {byteFunctions(), codePointFunctions()})
    for (const TextFunction &function : functions)
      if (name == function.name)
        return &function;
  llvm_unreachable("a function that is called has a text");
}

static void addTextFunction(GraphLowering &g, StringRef name) {
  const TextFunction *function = findTextFunction(name);
  addFunction(g, name, function->code);
  SmallVector<StringRef> calls;
  llvm::SplitString(function->calls, calls);
  for (StringRef other : calls)
    addTextFunction(g, other);
}

SmallVector<Value> llm::onnx::callText(GraphLowering &g, StringRef name,
                                       ValueRange operands, TypeRange results) {
  addTextFunction(g, name);
  auto call = func::CallOp::create(g.b, name, results, operands);
  return llvm::to_vector_of<Value>(call.getResults());
}

static Value compare(GraphLowering &g, Value x, Value y,
                     arith::CmpIPredicate predicate) {
  Type i64 = g.b.getI64Type();
  Value order = callText(g, "text.compare", {x, y}, i64)[0];
  return arith::CmpIOp::create(g.b, predicate, order, g.e.integer(0, i64));
}

Value llm::onnx::textIsEqual(GraphLowering &g, Value x, Value y) {
  return compare(g, x, y, arith::CmpIPredicate::eq);
}
Value llm::onnx::textIsLess(GraphLowering &g, Value x, Value y) {
  return compare(g, x, y, arith::CmpIPredicate::slt);
}
Value llm::onnx::textIsNotEmpty(GraphLowering &g, Value x) {
  Type i64 = g.b.getI64Type();
  Value pointer = LLVM::IntToPtrOp::create(
      g.b, LLVM::LLVMPointerType::get(g.b.getContext()), x);
  Value bytes = LLVM::LoadOp::create(g.b, i64, pointer);
  return arith::CmpIOp::create(g.b, arith::CmpIPredicate::ne, bytes,
                               g.e.integer(0, i64));
}

Tensor llm::onnx::makeTexts(GraphLowering &g, ArrayRef<Dim> dims,
                            llvm::function_ref<Value(ValueRange)> bytesOf,
                            llvm::function_ref<void(ValueRange, Value)> write) {
  Type i64 = g.b.getI64Type();
  auto integer = [&](int64_t value) { return g.e.integer(value, i64); };
  // Each behind the other in one block: the size, the text, aligned to 8.
  Tensor sizes = g.tabulate(dims, i64, [&](ValueRange place) -> Value {
    Value bytes = g.e.add(bytesOf(place), integer(15), i64);
    return arith::AndIOp::create(g.b, bytes, integer(-8));
  });
  Dim count = g.product(dims);
  sizes = g.reshape(sizes, count);
  SmallVector<Value> state = {g.empty(count, i64), integer(0)};
  state = g.loop(g.index(0), g.index(count), state,
                 [&](Value i, ValueRange carried) -> SmallVector<Value> {
                   Value next = g.insert(carried[0], i64, carried[1], i);
                   return {next, g.e.add(carried[1], g.at(sizes, i), i64)};
                 });
  Tensor offsets = g.reshape(g.sized(state[0], i64, count), dims);
  Value block =
      AllocateOp::create(g.b, LLVM::LLVMPointerType::get(g.b.getContext()),
                         g.e.toIndex(state[1], i64));
  Value base = LLVM::PtrToIntOp::create(g.b, i64, block);
  return g.tabulate(dims, StringType::get(g.b.getContext()),
                    [&](ValueRange place) {
                      Value address = g.e.add(base, g.at(offsets, place), i64);
                      write(place, address);
                      return address;
                    });
}
