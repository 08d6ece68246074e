//===- PackWeights.cpp - Stream a checkpoint through packing code ---------===//
//
// The packing functions of a model go through the same lowering as its kernels
// and run in process (ORC). Work is cut into runs of panels, which threads
// claim; a run is packed into a buffer of the thread and written to its place.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/PackWeights.h"

#include "compiler/Pipelines.h"
#include "compiler/object/PackingCode.h"
#include "compiler/object/WeightSegment.h"
#include "compiler/targets/X86.h"
#include "frontends/gguf/BlockFormats.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Target/TargetMachine.h"

#include <atomic>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace llm;

namespace {

/// (source tensor, panels, number of the first panel)
using PackFunction = void (*)(const uint8_t *, uint8_t *, int64_t);

/// A run of panels of one parameter's entry.
struct Work {
  unsigned function;
  const SourceTensor *source;
  int64_t firstPanel, panels, panelBytes;
  uint64_t offset; ///< in the segment
};

constexpr int64_t kRunBytes = 4 << 20;

class Packer {
public:
  Packer(ModuleOp module, const Checkpoint &checkpoint)
      : module(module), checkpoint(checkpoint), layout(module),
        code(ModuleOp::create(module.getLoc())) {}

  LogicalResult collect() {
    for (ParameterOp op : module.getOps<ParameterOp>()) {
      ArrayRef<int64_t> offsets = layout.offsets(op.getSymName());
      for (auto [entry, name] :
           llvm::enumerate(op.getSources().getAsValueRange<StringAttr>())) {
        if (name.empty())
          continue;
        auto it = checkpoint.tensors.find(name.str());
        if (it == checkpoint.tensors.end())
          return op.emitError()
                 << "the checkpoint has no tensor '" << name << "'";
        FailureOr<unsigned> function = functionFor(op, it->second);
        if (failed(function))
          return failure();
        addWork(*function, op.getType(), it->second, offsets[entry]);
      }
    }
    return success();
  }

  LogicalResult compile() {
    PassManager pm(module.getContext());
    addConversionToLLVM(pm, /*barePointers=*/true);
    if (failed(pm.run(*code)))
      return failure();
    auto context = std::make_unique<llvm::LLVMContext>();
    std::unique_ptr<llvm::Module> llvmModule =
        translateModuleToLLVMIR(*code, *context);
    if (!llvmModule)
      return failure();
    llvm::Expected<CpuTarget> target = findCpuTarget("native");
    if (!target)
      return fail(target.takeError());
    std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(*target);
    optimize(*llvmModule, *machine);
    llvm::orc::JITTargetMachineBuilder builder(machine->getTargetTriple());
    builder.setCPU(target->cpu);
    builder.addFeatures({target->features});
    auto created = llvm::orc::LLJITBuilder()
                       .setJITTargetMachineBuilder(std::move(builder))
                       .create();
    if (!created)
      return fail(created.takeError());
    jit = std::move(*created);
    if (llvm::Error error = jit->addIRModule(llvm::orc::ThreadSafeModule(
            std::move(llvmModule), std::move(context))))
      return fail(std::move(error));
    for (size_t i = 0; i < kinds.size(); ++i) {
      auto symbol = jit->lookup("pack_" + std::to_string(i));
      if (!symbol)
        return fail(symbol.takeError());
      functions.push_back(symbol->toPtr<PackFunction>());
    }
    return success();
  }

  LogicalResult run(WeightSegmentWriter &segment, unsigned threads,
                    llvm::function_ref<void(double)> progress) {
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex lock;
    std::string message;
    auto loop = [&](bool reports) {
      std::vector<uint8_t> buffer;
      while (!failed) {
        size_t i = next++;
        if (i >= work.size())
          return;
        if (reports)
          progress(static_cast<double>(i) / work.size());
        if (llvm::Error error = pack(work[i], buffer, segment)) {
          std::lock_guard<std::mutex> guard(lock);
          message = llvm::toString(std::move(error));
          failed = true;
        }
      }
    };
    std::vector<std::thread> team;
    for (unsigned t = 1; t < threads; ++t)
      team.emplace_back(loop, false);
    loop(true);
    for (std::thread &thread : team)
      thread.join();
    if (failed)
      return module.emitError() << message;
    progress(1.0);
    return success();
  }

private:
  LogicalResult fail(llvm::Error error) {
    return module.emitError() << llvm::toString(std::move(error));
  }

  FailureOr<unsigned> functionFor(ParameterOp op, const SourceTensor &source) {
    for (auto [i, kind] : llvm::enumerate(kinds))
      if (kind.source == source.type && kind.type == op.getType() &&
          kind.interleavedHeads == source.interleavedHeads)
        return i;
    kinds.push_back({source.type, op.getType(), source.interleavedHeads});
    std::string name = "pack_" + std::to_string(kinds.size() - 1);
    if (failed(emitPackingFunction(*code, name, kinds.back())))
      return failure();
    return kinds.size() - 1;
  }

  void addWork(unsigned function, Type type, const SourceTensor &source,
               uint64_t offset) {
    auto packed = dyn_cast<PackedType>(type);
    int64_t panels = packed ? packed.getPanels() : 1;
    int64_t bytes = packed ? packed.getPanelBytes() : packedBytes(type);
    int64_t step = std::max<int64_t>(1, kRunBytes / bytes);
    for (int64_t panel = 0; panel < panels; panel += step)
      work.push_back({function, &source, panel, std::min(step, panels - panel),
                      bytes, offset + panel * bytes});
  }

  llvm::Error pack(const Work &w, std::vector<uint8_t> &buffer,
                   WeightSegmentWriter &segment) {
    buffer.assign(w.panels * w.panelBytes, 0);
    const uint8_t *source =
        checkpoint.files[w.source->file]->data() + w.source->offset;
    for (int64_t i = 0; i < w.panels; ++i)
      functions[w.function](source, buffer.data() + i * w.panelBytes,
                            w.firstPanel + i);
    return segment.write(w.offset, buffer);
  }

  ModuleOp module;
  const Checkpoint &checkpoint;
  WeightLayout layout;
  OwningOpRef<ModuleOp> code;
  SmallVector<PackingKind> kinds;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  SmallVector<PackFunction> functions;
  std::vector<Work> work;
};

} // namespace

LogicalResult llm::packWeights(ModuleOp module, const Checkpoint &checkpoint,
                               WeightSegmentWriter &segment, unsigned threads,
                               llvm::function_ref<void(double)> progress) {
  Packer packer(module, checkpoint);
  if (failed(packer.collect()) || failed(packer.compile()))
    return failure();
  return packer.run(segment, threads, progress);
}
