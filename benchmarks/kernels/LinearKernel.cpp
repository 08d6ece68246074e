//===- LinearKernel.cpp - One linear layer, compiled and in memory --------===//

#include "benchmarks/kernels/LinearKernel.h"

#include "compiler/Pipelines.h"
#include "compiler/Registration.h"
#include "compiler/targets/X86.h"
#include "dialects/llm/LLMDialect.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <random>

#include <sys/mman.h>

using namespace mlir;
using namespace llm;
using namespace llm::benchmarks;

namespace {

/// Memory in huge pages, filled with numbers of every type: each pair of bytes
/// is a positive f16 or bf16 far from its limits, with random low bits.
class Numbers {
public:
  explicit Numbers(uint64_t wanted) : size(llvm::alignTo(wanted, 1 << 21)) {
    void *mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
      llvm::report_fatal_error("no memory for the operands of a kernel");
    madvise(mapped, size, MADV_HUGEPAGE);
    bytes = static_cast<uint8_t *>(mapped);
    std::minstd_rand random;
    auto *halves = reinterpret_cast<uint16_t *>(bytes);
    for (uint64_t i = 0; i < size / 2; ++i)
      halves[i] = 0x2c00 | (random() >> 8 & 0x3ff);
  }
  Numbers(const Numbers &) = delete;
  ~Numbers() { munmap(bytes, size); }

  uint8_t *data() const { return bytes; }

private:
  uint64_t size;
  uint8_t *bytes;
};

class CompiledLinear : public LinearKernel {
public:
  CompiledLinear(const LinearShape &shape, int64_t maxRows)
      : shape(shape), maxRows(maxRows) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  LogicalResult compile(const std::vector<std::string> &tiles) {
    llvm::Expected<CpuTarget> target = findCpuTarget("native");
    if (!target)
      return fail(target.takeError());
    if (llvm::Error error = setTileChoices(target->tiles, tiles))
      return fail(std::move(error));
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(moduleText(), ParserConfig(&context));
    if (!module)
      return failure();
    auto type = (*module->getOps<ParameterOp>().begin()).getType();
    packed = cast<PackedType>(type);

    PipelineOptions pipeline;
    pipeline.maxRows = maxRows;
    pipeline.target = &*target;
    for (const Stage &stage : stages()) {
      if (!stage.perTarget)
        continue;
      PassManager pm(&context);
      stage.build(pm, pipeline);
      if (failed(pm.run(*module)))
        return failure();
    }
    auto bytes = [&](llvm::StringRef name) {
      return (*module)->getAttrOfType<IntegerAttr>(name).getInt();
    };
    arenaBytes = bytes("llm.arena_bytes");
    scratchBytes = llvm::alignTo(bytes("llm.scratch_bytes"), 64);
    for (Operation &op : llvm::make_early_inc_range(*module->getBody()))
      if (isa<ParameterOp>(op))
        op.erase();
    return emit(*module, *target);
  }

  void allocate(uint64_t wanted) {
    copies = std::max<int64_t>(1, wanted / packed.getBytes());
    weights = std::make_unique<Numbers>(copies * packed.getBytes());
    // A tile may read and write rows past the last.
    uint64_t rows = shape.rows + 128;
    for (uint64_t columns : {shape.inFeatures, shape.inFeatures,
                             shape.inFeatures, shape.outFeatures})
      operands.push_back(std::make_unique<Numbers>(rows * columns * 4));
    arena = std::make_unique<Numbers>(arenaBytes + 64);
    scratch = std::make_unique<Numbers>(scratchBytes * 1024 + 64);
  }

  void run(llmrt::ThreadTeam &team) override {
    std::vector<void *> arguments;
    for (size_t i = 0; i < operands.size(); ++i)
      if (shape.input == "i8" || i == 0 || i == 3)
        arguments.push_back(operands[i]->data());
    int64_t dims[] = {shape.rows, 1, shape.rows, 0, 0};
    llmrt::StepContext step = {};
    step.arguments = arguments.data();
    step.dims = dims;
    step.arena = arena->data();
    step.scratch = scratch->data();
    for (int64_t copy = 0; copy < copies; ++copy) {
      step.weights = weights->data() + copy * packed.getBytes();
      if (team.run(function, step))
        llvm::report_fatal_error("the kernel reports a failure");
    }
  }

  int64_t matrices() const override { return copies; }
  uint64_t weightBytes() const override {
    return packed.getLayout().getStoredBytes(shape.inFeatures *
                                             shape.outFeatures);
  }
  const std::string &assembly() const override { return text; }

private:
  LogicalResult fail(llvm::Error error) {
    llvm::errs() << llvm::toString(std::move(error)) << "\n";
    return failure();
  }

  /// The layer alone, with its rows as a linear layer's phase gets them.
  std::string moduleText() const {
    auto rowsOf = [](int64_t columns, llvm::StringRef type) {
      return llvm::formatv("tensor<?x{0}x{1}>", columns, type).str();
    };
    int64_t k = shape.inFeatures, n = shape.outFeatures;
    std::string packed =
        llvm::formatv("!llm.packed<{0}x{1}, {2}>", n, k, shape.encoding);
    std::string x = rowsOf(k, shape.input), y = rowsOf(n, "f32");
    std::string scales = rowsOf(k / kActivationGroup, "f32");
    std::string sums = rowsOf(k / kActivationSums, "i32");
    bool integers = shape.input == "i8";
    std::string more, with;
    if (integers) {
      more = llvm::formatv(", %s: {0} {{llm.argument = \"scales\"}, "
                           "%u: {1} {{llm.argument = \"sums\"}",
                           scales, sums);
      with = llvm::formatv(" scales %s, %u : {0}, {1}", scales, sums);
    }
    return llvm::formatv(R"mlir(
llm.parameter @w : {0} from "F32" ["w"]
func.func @step(%x: {1} {{llm.argument = "x"}{3}) -> {2} {{
  %w = llm.weight @w : {0}
  %y = llm.linear %x, %w{4} : {1}, {0} -> {2}
  return %y : {2}
}
)mlir",
                         packed, x, y, more, with);
  }

  LogicalResult emit(ModuleOp module, const CpuTarget &target) {
    auto llvmContext = std::make_unique<llvm::LLVMContext>();
    std::unique_ptr<llvm::Module> code =
        translateModuleToLLVMIR(module, *llvmContext);
    if (!code)
      return failure();
    std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(target);
    optimize(*code, *machine);
    // Emitting changes the module.
    auto listing =
        emitCode(*llvm::CloneModule(*code), *machine, /*assembly=*/true);
    text.assign(listing.begin(), listing.end());

    llvm::orc::JITTargetMachineBuilder builder(machine->getTargetTriple());
    builder.setCPU(target.cpu);
    builder.addFeatures({target.features});
    auto created = llvm::orc::LLJITBuilder()
                       .setJITTargetMachineBuilder(std::move(builder))
                       .create();
    if (!created)
      return fail(created.takeError());
    jit = std::move(*created);
    if (llvm::Error error = jit->addIRModule(llvm::orc::ThreadSafeModule(
            std::move(code), std::move(llvmContext))))
      return fail(std::move(error));
    auto symbol = jit->lookup("step");
    if (!symbol)
      return fail(symbol.takeError());
    function = symbol->toPtr<llmrt::StepFunction>();
    return success();
  }

  LinearShape shape;
  int64_t maxRows, copies = 0;
  MLIRContext context;
  PackedType packed;
  uint64_t arenaBytes = 0, scratchBytes = 0;
  std::string text;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  llmrt::StepFunction function = nullptr;
  std::unique_ptr<Numbers> weights, arena, scratch;
  std::vector<std::unique_ptr<Numbers>> operands;
};

} // namespace

std::unique_ptr<LinearKernel>
LinearKernel::create(const LinearShape &shape, int64_t maxRows,
                     uint64_t weightBytes,
                     const std::vector<std::string> &tiles) {
  auto kernel = std::make_unique<CompiledLinear>(shape, maxRows);
  if (failed(kernel->compile(tiles)))
    return nullptr;
  kernel->allocate(weightBytes);
  return kernel;
}
