//===- PackWeights.cpp - Stream a checkpoint through packing code ---------===//
//
// A tensor whose elements the program reads as the file has them is copied, in
// runs that threads claim, or decoded in one piece where it is a list of
// protobuf numbers. All else goes through packing functions. The packing
// functions of a model go through the same lowering as its kernels and run in
// process (ORC). Work is cut into runs of panels, which threads claim; a run is
// packed into a buffer of the thread and written to its place.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/PackWeights.h"

#include "compiler/Pipelines.h"
#include "compiler/object/PackingCode.h"
#include "compiler/object/SourceBlocks.h"
#include "compiler/object/WeightSegment.h"
#include "compiler/targets/X86.h"
#include "frontends/CheckedMath.h"
#include "frontends/ErrorText.h"
#include "frontends/PlainTensor.h"
#include "frontends/onnx/TypedData.h"
#include "passes/analysis/WeightLayout.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Target/TargetMachine.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

using namespace mlir;
using namespace llm;

namespace {

/// (source tensor, its scales, its zero points, panel, its number)
using PackFunction = void (*)(const uint8_t *, const uint8_t *, const uint8_t *,
                              uint8_t *, int64_t);

/// A run of panels of one parameter's entry, or of elements that are copied.
struct Work {
  static constexpr unsigned kCopy = ~0u;
  unsigned function;
  const SourceTensor *source;
  int64_t firstPanel, panels, panelBytes;
  uint64_t offset; ///< in the segment
};

constexpr int64_t kRunBytes = 4 << 20;

class Packer {
public:
  Packer(ModuleOp module, const WeightSource &weights)
      : module(module), weights(weights), layout(module),
        code(ModuleOp::create(module.getLoc())) {}

  LogicalResult collect() {
    for (ParameterOp op : module.getOps<ParameterOp>()) {
      ArrayRef<int64_t> offsets = layout.offsets(op.getSymName());
      for (auto [entry, name] :
           llvm::enumerate(op.getSources().getAsValueRange<StringAttr>())) {
        if (name.empty())
          continue;
        auto it = weights.tensors.find(name.str());
        if (it == weights.tensors.end())
          return op.emitError() << "the model has no tensor '" << name << "'";
        if (isCopied(it->second.type, op.getType()) && !it->second.addend) {
          if (failed(addCopies(op, it->second, offsets[entry])))
            return failure();
          continue;
        }
        FailureOr<const SourceTensor *> part = partOf(op, it->second);
        if (failed(part) || failed(addPanels(op, **part, offsets[entry])))
          return failure();
      }
    }
    return success();
  }

  LogicalResult compile() {
    if (kinds.empty())
      return success();
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

  /// The elements of the source that a packed matrix is made of.
  FailureOr<const SourceTensor *> partOf(ParameterOp op,
                                         const SourceTensor &source) {
    int64_t first = op.getFirst();
    if (first == 0 && !op.getTransposed())
      return &source;
    auto packed = cast<PackedType>(op.getType());
    int64_t count = packed.getRows() * packed.getColumns();
    std::optional<uint64_t> elements = checkedElementCount(source.shape);
    if (!elements || static_cast<uint64_t>(first + count) > *elements)
      return op.emitError()
             << "reads elements " << first << " to " << first + count
             << " of tensor '" << source.name << "', which has the shape "
             << shapeText(source.shape);
    SourceTensor &part = parts.emplace_back(source);
    part.shape = {packed.getRows(), packed.getColumns()};
    part.firstElement = first;
    part.transposed = op.getTransposed();
    return &part;
  }

  /// Matrices that lie one below the other are packed one after the other.
  LogicalResult addPanels(ParameterOp op, const SourceTensor &source,
                          uint64_t offset) {
    Type type = op.getType();
    if (source.parts.empty())
      return addPanels(type, source, offset);
    auto packed = cast<PackedType>(type);
    for (const SourceTensor &part : source.parts) {
      auto own = PackedType::get(op.getContext(), part.shape[0],
                                 packed.getColumns(), packed.getEncoding());
      if (failed(addPanels(own, part, offset)))
        return failure();
      offset += own.getBytes();
    }
    return success();
  }

  LogicalResult addPanels(Type type, const SourceTensor &source,
                          uint64_t offset) {
    FailureOr<unsigned> function = functionFor(type, source);
    if (failed(function))
      return failure();
    addWork(*function, type, source, offset);
    return success();
  }

  FailureOr<unsigned> functionFor(Type type, const SourceTensor &source) {
    for (auto [i, kind] : llvm::enumerate(kinds))
      if (kind.source == source.type && kind.type == type &&
          kind.interleavedHeads == source.interleavedHeads &&
          kind.transposed == source.transposed && kind.pitch == source.pitch &&
          kind.addend == source.addend && kind.scales == scalesOf(source) &&
          kind.zeros == (source.terms.size() > 1))
        return i;
    kinds.push_back({source.type, type, source.interleavedHeads,
                     source.transposed, source.pitch, source.addend,
                     scalesOf(source), source.terms.size() > 1});
    std::string name = "pack_" + std::to_string(kinds.size() - 1);
    if (failed(emitPackingFunction(*code, name, kinds.back())))
      return failure();
    return kinds.size() - 1;
  }

  static std::optional<SourceType> scalesOf(const SourceTensor &source) {
    return source.terms.empty() ? std::nullopt
                                : std::optional(source.terms[0].type);
  }

  void addWork(unsigned function, Type type, const SourceTensor &source,
               uint64_t offset) {
    auto packed = dyn_cast<PackedType>(type);
    int64_t panels = packed ? packed.getPanels() : 1;
    int64_t bytes = packed ? packed.getPanelBytes() : packedBytes(type);
    // A list of numbers is decoded whole.
    int64_t step =
        source.field ? panels : std::max<int64_t>(1, kRunBytes / bytes);
    for (int64_t panel = 0; panel < panels; panel += step)
      work.push_back({function, &source, panel, std::min(step, panels - panel),
                      bytes, offset + panel * bytes});
  }

  LogicalResult addCopies(ParameterOp op, const SourceTensor &source,
                          uint64_t offset) {
    int64_t count = cast<RankedTensorType>(op.getType()).getNumElements();
    if (checkedElementCount(source.shape) != static_cast<uint64_t>(count))
      return op.emitError()
             << "holds " << count << " elements but tensor '" << source.name
             << "' has the shape " << shapeText(source.shape);
    int64_t width = elementBytes(source.type);
    // A list of numbers can only be read from its start.
    int64_t step =
        source.field ? std::max<int64_t>(1, count) : kRunBytes / width;
    for (int64_t first = 0; first < count; first += step)
      work.push_back({Work::kCopy, &source, first,
                      std::min(step, count - first), width,
                      offset + first * width});
    return success();
  }

  llvm::Error copy(const Work &w, const uint8_t *source,
                   std::vector<uint8_t> &buffer, WeightSegmentWriter &segment) {
    if (!w.source->field) {
      buffer.resize(w.panels * w.panelBytes);
      copyElements(w.source->type, source, w.firstPanel, w.panels,
                   buffer.data());
      return segment.write(w.offset, buffer);
    }
    onnx::TypedData data(onnx::WireReader(messageOf(*w.source)),
                         w.source->type);
    int64_t step = kRunBytes / w.panelBytes;
    for (int64_t first = 0; first < w.panels; first += step) {
      int64_t count = std::min(step, w.panels - first);
      buffer.resize(count * w.panelBytes);
      if (data.read(buffer.data(), count) != static_cast<uint64_t>(count))
        return llvm::createStringError("tensor '" + w.source->name +
                                       "' has fewer elements than its shape "
                                       "says");
      if (llvm::Error error =
              segment.write(w.offset + first * w.panelBytes, buffer))
        return error;
    }
    return llvm::Error::success();
  }

  /// The elements of a list of numbers, from its start.
  llvm::Error decode(const SourceTensor &source, std::vector<uint8_t> &bytes) {
    uint64_t count =
        source.firstElement + checkedElementCount(source.shape).value_or(0);
    onnx::TypedData data(onnx::WireReader(messageOf(source)), source.type);
    bytes.resize(count * elementBytes(source.type));
    if (data.read(bytes.data(), count) != count)
      return llvm::createStringError("tensor '" + source.name +
                                     "' has fewer elements than its shape "
                                     "says");
    return llvm::Error::success();
  }

  std::string_view messageOf(const SourceTensor &source) {
    return {reinterpret_cast<const char *>(weights.files[source.file]->data() +
                                           source.offset),
            static_cast<size_t>(source.bytes)};
  }

  /// The bytes from a tensor's first element on, which `decoded` holds where
  /// the file has a list of numbers.
  llvm::Expected<const uint8_t *> elementsOf(const SourceTensor &source,
                                             std::vector<uint8_t> &decoded) {
    const uint8_t *bytes = weights.files[source.file]->data() + source.offset;
    if (source.field) {
      if (llvm::Error error = decode(source, decoded))
        return std::move(error);
      bytes = decoded.data();
    }
    return bytes + source.firstElement * elementBytes(source.type);
  }

  llvm::Error pack(const Work &w, std::vector<uint8_t> &buffer,
                   WeightSegmentWriter &segment) {
    if (w.function == Work::kCopy)
      return copy(w, weights.files[w.source->file]->data() + w.source->offset,
                  buffer, segment);
    std::vector<uint8_t> decoded[3];
    const uint8_t *bytes[3] = {};
    for (size_t i = 0; i <= w.source->terms.size(); ++i) {
      llvm::Expected<const uint8_t *> elements =
          elementsOf(i ? w.source->terms[i - 1] : *w.source, decoded[i]);
      if (!elements)
        return elements.takeError();
      bytes[i] = *elements;
    }
    buffer.assign(w.panels * w.panelBytes, 0);
    for (int64_t i = 0; i < w.panels; ++i)
      functions[w.function](bytes[0], bytes[1], bytes[2],
                            buffer.data() + i * w.panelBytes, w.firstPanel + i);
    return segment.write(w.offset, buffer);
  }

  ModuleOp module;
  const WeightSource &weights;
  WeightLayout layout;
  OwningOpRef<ModuleOp> code;
  SmallVector<PackingKind> kinds;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  SmallVector<PackFunction> functions;
  std::deque<SourceTensor> parts; ///< what `work` points to
  std::vector<Work> work;
};

} // namespace

LogicalResult llm::packWeights(ModuleOp module, const WeightSource &source,
                               WeightSegmentWriter &segment, unsigned threads,
                               llvm::function_ref<void(double)> progress) {
  Packer packer(module, source);
  if (failed(packer.collect()) || failed(packer.compile()))
    return failure();
  return packer.run(segment, threads, progress);
}
