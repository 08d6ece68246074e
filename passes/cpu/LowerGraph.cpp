//===- LowerGraph.cpp - A graph as the function that the runtime calls ----===//
//
// Everything here is done by thread 0 but for kernels, whose operands lie in a
// closure: the number of tiles, then each operand as LLVM has it. One closure a
// function is enough, since a launch returns when its kernel has.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"
#include "passes/cpu/PointerView.h"
#include "passes/cpu/TeamFunctions.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "runtime/lib/ObjectFormat.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERGRAPH
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;
using llmrt::GraphValue;
using llmrt::GraphValueKind;
using llmrt::StepContext;

namespace {

struct LowerGraph : llm::impl::LowerGraphBase<LowerGraph> {
  using LowerGraphBase::LowerGraphBase;

  static Type pointerType(OpBuilder &b) {
    return LLVM::LLVMPointerType::get(b.getContext());
  }
  static Value constant(ImplicitLocOpBuilder &b, int64_t value) {
    return LLVM::ConstantOp::create(b, b.getI64Type(),
                                    b.getI64IntegerAttr(value));
  }
  static Value toI64(ImplicitLocOpBuilder &b, Value index) {
    return arith::IndexCastOp::create(b, b.getI64Type(), index);
  }
  static Value toIndex(ImplicitLocOpBuilder &b, Value value) {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  }
  static Value at(ImplicitLocOpBuilder &b, Value base, int64_t offset) {
    return LLVM::GEPOp::create(
        b, pointerType(b), b.getI8Type(), base,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
  }
  static Value load(ImplicitLocOpBuilder &b, Type type, Value base,
                    int64_t offset) {
    return LLVM::LoadOp::create(b, type, at(b, base, offset));
  }
  static void store(ImplicitLocOpBuilder &b, Value value, Value base,
                    int64_t offset) {
    LLVM::StoreOp::create(b, value, at(b, base, offset));
  }

  /// The StepContext of the function that `op` is in.
  static Value contextOf(Operation *op) {
    return op->getParentOfType<func::FuncOp>().getArgument(0);
  }

  /// The address of a text that ends in a zero byte.
  Value addressOf(ImplicitLocOpBuilder &b, StringRef message) {
    auto [entry, isNew] = messages.try_emplace(message, std::string());
    if (isNew) {
      entry->second = ("message." + Twine(messages.size() - 1)).str();
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(getOperation().getBody());
      std::string text = message.str() + '\0';
      LLVM::GlobalOp::create(
          b, LLVM::LLVMArrayType::get(b.getI8Type(), text.size()),
          /*isConstant=*/true, LLVM::Linkage::Internal, entry->second,
          b.getStringAttr(text));
    }
    return LLVM::AddressOfOp::create(b, pointerType(b), entry->second);
  }

  //===--------------------------------------------------------------------===//
  // Memory
  //===--------------------------------------------------------------------===//

  /// Bytes of a buffer, or what no host can give if they exceed 64 bits.
  Value countBytes(ImplicitLocOpBuilder &b, MemRefType type,
                   ValueRange dynamicSizes) {
    DataLayout layout(getOperation());
    int64_t fixed = layout.getTypeSize(type.getElementType()).getFixedValue();
    for (int64_t size : type.getShape())
      if (!ShapedType::isDynamic(size))
        fixed *= size;
    Value bytes = constant(b, fixed);
    Value tooMany;
    for (Value size : dynamicSizes) {
      auto pair = LLVM::LLVMStructType::getLiteral(
          b.getContext(), {b.getI64Type(), b.getI1Type()});
      Value product =
          LLVM::UMulWithOverflowOp::create(b, pair, bytes, toI64(b, size));
      bytes = LLVM::ExtractValueOp::create(b, product, 0);
      Value overflow = LLVM::ExtractValueOp::create(b, product, 1);
      tooMany = tooMany ? arith::OrIOp::create(b, tooMany, overflow).getResult()
                        : overflow;
    }
    if (tooMany)
      bytes = arith::SelectOp::create(b, tooMany, constant(b, -1), bytes);
    return bytes;
  }

  Value allocate(ImplicitLocOpBuilder &b, Value context, Value bytes) {
    return LLVM::CallOp::create(b, pointerType(b), "graph_allocate",
                                ValueRange{context, bytes})
        .getResult();
  }

  void lower(ImplicitLocOpBuilder &b, memref::AllocOp op) {
    Value bytes = countBytes(b, op.getType(), op.getDynamicSizes());
    Value data = allocate(b, contextOf(op), bytes);
    op.replaceAllUsesWith(
        viewPointer(b, op.getType(), data, op.getDynamicSizes()));
  }

  void lower(ImplicitLocOpBuilder &b, AllocateOp op) {
    op.replaceAllUsesWith(allocate(b, contextOf(op), toI64(b, op.getBytes())));
  }

  void lower(ImplicitLocOpBuilder &b, ViewOp op) {
    op.replaceAllUsesWith(
        viewPointer(b, op.getType(), op.getPointer(), op.getSizes()));
  }

  void lower(ImplicitLocOpBuilder &b, memref::DeallocOp op) {
    Value data =
        LLVM::ExtractValueOp::create(b, castToLLVM(b, op.getMemref()), 0);
    LLVM::CallOp::create(b, TypeRange(), "graph_release",
                         ValueRange{contextOf(op), data});
  }

  //===--------------------------------------------------------------------===//
  // Checks
  //===--------------------------------------------------------------------===//

  void callUnless(ImplicitLocOpBuilder &b, Value condition, StringRef function,
                  Value context, StringRef message) {
    Value wrong = arith::XOrIOp::create(
        b, condition, arith::ConstantIntOp::create(b, b.getI1Type(), 1));
    auto branch = scf::IfOp::create(b, wrong, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    LLVM::CallOp::create(b, TypeRange(), function,
                         ValueRange{context, addressOf(b, message)});
  }

  void lower(ImplicitLocOpBuilder &b, RequireOp op) {
    callUnless(b, op.getCondition(), "graph_abandon", contextOf(op),
               op.getMessage());
  }

  void lower(ImplicitLocOpBuilder &b, CheckIndexOp op) {
    Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                         op.getIndex(), op.getSize());
    callUnless(b, inside, "graph_fail", contextOf(op), op.getMessage());
    op.replaceAllUsesWith(
        arith::SelectOp::create(b, inside, op.getIndex(),
                                arith::ConstantIndexOp::create(b, 0))
            .getResult());
  }

  //===--------------------------------------------------------------------===//
  // Kernels
  //===--------------------------------------------------------------------===//

  void lower(ImplicitLocOpBuilder &b, TeamSizeOp op) {
    op.replaceAllUsesWith(teamSize(b, contextOf(op)));
  }

  /// A dense buffer, of which a closure keeps the address and the sizes that
  /// its type leaves open.
  static MemRefType denseBuffer(Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return memref && memref.getLayout().isIdentity() ? memref : MemRefType();
  }

  LLVM::LLVMStructType closureType(OpBuilder &b, TypeRange arguments) {
    LLVMTypeConverter converter(b.getContext());
    SmallVector<Type> types = {b.getI64Type()};
    for (Type type : arguments) {
      if (MemRefType dense = denseBuffer(type)) {
        types.push_back(pointerType(b));
        types.append(dense.getNumDynamicDims(), b.getI64Type());
      } else {
        types.push_back(converter.convertType(type));
      }
    }
    return LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  }

  /// What a closure keeps of an operand.
  SmallVector<Value> kept(ImplicitLocOpBuilder &b, Value operand) {
    Value value = castToLLVM(b, operand);
    MemRefType dense = denseBuffer(operand.getType());
    if (!dense)
      return {value};
    SmallVector<Value> values = {LLVM::ExtractValueOp::create(b, value, 1)};
    for (int64_t i = 0; i < dense.getRank(); ++i)
      if (dense.isDynamicDim(i))
        values.push_back(
            LLVM::ExtractValueOp::create(b, value, ArrayRef<int64_t>{3, i}));
    return values;
  }

  Value field(ImplicitLocOpBuilder &b, Type closure, Value pointer,
              int32_t number) {
    return LLVM::GEPOp::create(b, pointerType(b), closure, pointer,
                               ArrayRef<LLVM::GEPArg>{0, number});
  }

  /// `kernel.team(context, thread, closure, first, end)`: what threads call.
  StringRef unpackingFunction(func::FuncOp kernel) {
    LLVM::LLVMFuncOp &function = unpacking[kernel];
    if (function)
      return function.getSymName();
    ImplicitLocOpBuilder b(kernel.getLoc(), &getContext());
    b.setInsertionPointAfter(kernel);
    Type pointer = pointerType(b), i64 = b.getI64Type();
    function = LLVM::LLVMFuncOp::create(
        b, (kernel.getSymName() + ".team").str(),
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                    {pointer, i64, pointer, i64, i64}),
        LLVM::Linkage::Internal);
    function.setPassthroughAttr(b.getStrArrayAttr({"noinline"}));
    Block *entry = function.addEntryBlock(b);
    b.setInsertionPointToStart(entry);
    // (context, thread, first, end, operands...) after LowerTeam.
    TypeRange types = kernel.getArgumentTypes();
    LLVM::LLVMStructType closure = closureType(b, types.drop_front(4));
    SmallVector<Value> operands = {entry->getArgument(0), entry->getArgument(1),
                                   toIndex(b, entry->getArgument(3)),
                                   toIndex(b, entry->getArgument(4))};
    int32_t number = 0;
    auto next = [&]() -> Value {
      Type inside = closure.getBody()[++number];
      return LLVM::LoadOp::create(
          b, inside, field(b, closure, entry->getArgument(2), number));
    };
    for (Type type : types.drop_front(4)) {
      Value value = next();
      if (MemRefType dense = denseBuffer(type)) {
        SmallVector<Value> sizes;
        for (size_t i = 0; i < dense.getNumDynamicDims(); ++i)
          sizes.push_back(toIndex(b, next()));
        value = viewPointer(b, dense, value, sizes);
      } else if (value.getType() != type) {
        value = UnrealizedConversionCastOp::create(b, type, value).getResult(0);
      }
      operands.push_back(value);
    }
    func::CallOp::create(b, kernel, operands);
    LLVM::ReturnOp::create(b, ValueRange());
    return function.getSymName();
  }

  /// Room for the operands of any launch of the function.
  Value closureOf(func::FuncOp function) {
    Value &closure = closures[function];
    if (closure)
      return closure;
    int64_t words = 1;
    function.walk([&](LaunchOp launch) {
      int64_t size = 1;
      for (Type type : launch.getArguments().getTypes())
        if (auto memref = dyn_cast<MemRefType>(type))
          size += 3 + 2 * memref.getRank();
        else
          size += 2;
      words = std::max(words, size);
    });
    ImplicitLocOpBuilder b(function.getLoc(), &getContext());
    b.setInsertionPointToStart(&function.getBody().front());
    closure = LLVM::AllocaOp::create(b, pointerType(b), b.getI64Type(),
                                     constant(b, words), /*alignment=*/16);
    return closure;
  }

  void lower(ImplicitLocOpBuilder &b, LaunchOp op) {
    auto kernel = kernels.lookup(op.getKernel());
    Value pointer = closureOf(op->getParentOfType<func::FuncOp>());
    Type closure = closureType(b, op.getArguments().getTypes());
    int32_t number = 0;
    for (Value argument : op.getArguments())
      for (Value value : kept(b, argument))
        LLVM::StoreOp::create(b, value, field(b, closure, pointer, ++number));
    Value function =
        LLVM::AddressOfOp::create(b, pointerType(b), unpackingFunction(kernel));
    LLVM::CallOp::create(b, TypeRange(), "graph_launch",
                         ValueRange{contextOf(op), function, pointer,
                                    toI64(b, op.getTiles()),
                                    toI64(b, op.getWork())});
  }

  //===--------------------------------------------------------------------===//
  // Inputs and outputs
  //===--------------------------------------------------------------------===//

  Value readInput(ImplicitLocOpBuilder &b, Value inputs, unsigned number,
                  Type type) {
    int64_t base = number * sizeof(GraphValue);
    auto memref = dyn_cast<MemRefType>(type);
    if (!memref) // a sequence or an optional: where its GraphValue lies
      return at(b, inputs, base);
    Value data =
        load(b, pointerType(b), inputs, base + offsetof(GraphValue, data));
    Value dims =
        load(b, pointerType(b), inputs, base + offsetof(GraphValue, dims));
    SmallVector<Value> sizes;
    for (int64_t i = 0; i < memref.getRank(); ++i)
      if (memref.isDynamicDim(i))
        sizes.push_back(toIndex(b, load(b, b.getI64Type(), dims, i * 8)));
    return viewPointer(b, memref, data, sizes);
  }

  void writeOutput(ImplicitLocOpBuilder &b, Value context, Value outputs,
                   unsigned number, Value value) {
    int64_t base = number * sizeof(GraphValue);
    auto memref = dyn_cast<MemRefType>(value.getType());
    if (!memref) {
      LLVM::MemcpyOp::create(b, at(b, outputs, base), value,
                             constant(b, sizeof(GraphValue)),
                             /*isVolatile=*/false);
      return;
    }
    Value descriptor = castToLLVM(b, value);
    store(b, LLVM::ExtractValueOp::create(b, descriptor, 1), outputs,
          base + offsetof(GraphValue, data));
    Value dims = allocate(b, context, constant(b, memref.getRank() * 8));
    for (int64_t i = 0; i < memref.getRank(); ++i) {
      Value size = memref.isDynamicDim(i)
                       ? LLVM::ExtractValueOp::create(b, descriptor,
                                                      ArrayRef<int64_t>{3, i})
                             .getResult()
                       : constant(b, memref.getDimSize(i));
      store(b, size, dims, i * 8);
    }
    store(b, dims, outputs, base + offsetof(GraphValue, dims));
    // The declaration may leave the rank open.
    store(b,
          LLVM::ConstantOp::create(b, b.getI32Type(),
                                   b.getI32IntegerAttr(memref.getRank())),
          outputs, base + offsetof(GraphValue, rank));
  }

  void addEntry(func::FuncOp graph) {
    ImplicitLocOpBuilder b(graph.getLoc(), &getContext());
    b.setInsertionPointToEnd(getOperation().getBody());
    Type pointer = pointerType(b);
    auto entry = func::FuncOp::create(
        b, symbol, b.getFunctionType({pointer, b.getI32Type()}, {}));
    b.setInsertionPointToStart(entry.addEntryBlock());
    Value context = entry.getArgument(0);
    Value thread =
        arith::ExtUIOp::create(b, b.getI64Type(), entry.getArgument(1));
    Value isFirst = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, thread,
                                          constant(b, 0));
    auto branch = scf::IfOp::create(b, isFirst, /*withElseRegion=*/true);
    func::ReturnOp::create(b);
    b.setInsertionPointToStart(&branch.getElseRegion().front());
    LLVM::CallOp::create(b, TypeRange(), "graph_claim",
                         ValueRange{context, thread});
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    Value inputs =
        load(b, pointer, context, offsetof(StepContext, graphInputs));
    Value outputs =
        load(b, pointer, context, offsetof(StepContext, graphOutputs));
    SmallVector<Value> operands = {context, thread};
    for (auto [i, type] :
         llvm::enumerate(graph.getArgumentTypes().drop_front(2)))
      operands.push_back(readInput(b, inputs, i, type));
    auto call = func::CallOp::create(b, graph, operands);
    for (auto [i, result] : llvm::enumerate(call.getResults()))
      writeOutput(b, context, outputs, i, result);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    func::FuncOp graph;
    SmallVector<Operation *> ops;
    for (auto function : module.getOps<func::FuncOp>()) {
      if (function->hasAttr("llm.graph"))
        graph = function;
      kernels[function.getSymName()] = function;
      function.walk([&](Operation *op) { ops.push_back(op); });
    }
    if (!graph) {
      module.emitError() << "expected a function marked llm.graph";
      return signalPassFailure();
    }
    if (graph.getNumArguments() < 2 ||
        !isa<LLVM::LLVMPointerType>(graph.getArgumentTypes().front())) {
      graph.emitError() << "expected a context and a thread as first "
                           "arguments; --llm-lower-team makes them";
      return signalPassFailure();
    }
    ImplicitLocOpBuilder b(module.getLoc(), &getContext());
    for (Operation *op : ops) {
      b.setInsertionPoint(op);
      b.setLoc(op->getLoc());
      bool lowered =
          llvm::TypeSwitch<Operation *, bool>(op)
              .Case<memref::AllocOp, memref::DeallocOp, AllocateOp, ViewOp,
                    RequireOp, CheckIndexOp, LaunchOp, TeamSizeOp>(
                  [&](auto known) {
                    lower(b, known);
                    return true;
                  })
              .Default([](Operation *) { return false; });
      if (lowered)
        op->erase();
    }
    addEntry(graph);
    if (failed(addGraphFunctions(module)))
      signalPassFailure();
  }

  llvm::StringMap<std::string> messages;
  llvm::StringMap<func::FuncOp> kernels;
  llvm::DenseMap<Operation *, LLVM::LLVMFuncOp> unpacking;
  llvm::DenseMap<Operation *, Value> closures;
};

} // namespace
