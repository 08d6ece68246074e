//===- Driver.cpp - From options to a file --------------------------------===//

#include "compiler/Driver.h"

#include "compiler/ModelDescription.h"
#include "compiler/Options.h"
#include "compiler/Pipelines.h"
#include "compiler/Progress.h"
#include "compiler/RaisedModel.h"
#include "compiler/ReadBandwidth.h"
#include "compiler/Registration.h"
#include "compiler/Report.h"
#include "compiler/object/Link.h"
#include "compiler/object/PackWeights.h"
#include "compiler/object/WeightSegment.h"
#include "compiler/targets/X86.h"
#include "dialects/onnx/FaultWatch.h"
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"
#include "frontends/ErrorText.h"
#include "frontends/architectures/Architecture.h"
#include "frontends/chat_template/ChatTemplateCompiler.h"
#include "frontends/onnx/importer/Importer.h"
#include "frontends/tokenizer/TokenizerCompiler.h"
#include "passes/analysis/WeightKind.h"
#include "passes/analysis/WeightLayout.h"
#include "passes/onnx/Passes.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Target/TargetMachine.h"

#include <deque>
#include <thread>

using namespace mlir;
using namespace llm;

#ifdef NDEBUG
static constexpr bool kChecksItself = false;
#else
static constexpr bool kChecksItself = true;
#endif

namespace {

class Compilation {
public:
  explicit Compilation(const CompileOptions &options)
      : options(options), progress(workOf(options)) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    // Loading onnx reads every schema of libonnx, for 20 ms; its reader does.
    for (StringRef name : context.getAvailableDialects())
      if (name != llm::onnx::ONNXDialect::getDialectNamespace())
        context.getOrLoadDialect(name);
    // MLIR prints errors only.
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      DiagnosticSeverity severity = diagnostic.getSeverity();
      if (severity == DiagnosticSeverity::Error) {
        progress.stop();
        return failure();
      }
      if (severity == DiagnosticSeverity::Note)
        return failure();
      bool isRemark = severity == DiagnosticSeverity::Remark;
      progress.write([&] {
        llvm::errs() << "llm-compile: "
                     << (isRemark ? "remark: " : "warning: ");
        auto name = dyn_cast<NameLoc>(diagnostic.getLocation());
        if (name && !isRemark)
          llvm::errs() << quoteName(name.getName().getValue()) << ": ";
        llvm::errs() << diagnostic << "\n";
      });
      if (isRemark)
        report.addRemark(diagnostic.str());
      return success();
    });
    threads = options.threads
                  ? options.threads
                  : std::max(1u, std::thread::hardware_concurrency());
  }

  LogicalResult run() {
    progress.begin("opening " + llvm::sys::path::filename(options.input),
                   Opening);
    return isOnnxFile(options.input) ? runGraph() : runDecoder();
  }

private:
  /// A language model, from a checkpoint.
  LogicalResult runDecoder() {
    std::string error;
    if (!options.tokenizer.empty())
      return fail("--tokenizer is for ONNX files; " + options.input +
                  " holds a tokenizer of its own");
    checkpoint = openCheckpoint(options.input, error);
    if (!checkpoint)
      return fail(error);
    if (failed(findTargets()))
      return failure();
    module = importCheckpoint(context, *checkpoint);
    if (!module)
      return failure();
    return compileDecoder();
  }

  /// From @forward in the llm dialect to an object.
  LogicalResult compileDecoder() {
    table = stages();
    pipeline.maxRows = maxRows(options);
    pipeline.batchInvariant = options.batchInvariant;
    pipeline.maxContext = maxContext(options, *checkpoint);
    if (failed(checkContext(pipeline.maxContext)))
      return failure();
    pipeline.pageTokens = options.pageSize;
    pipeline.quantize = options.quantize;
    pipeline.kvElement = kvElement();
    pipeline.roundToInt8 = options.activations != "float";
    pipeline.roundToBF16 = pipeline.roundToInt8 && options.dtype != "f32";
    pipeline.dtype = options.dtype;

    bool done = false;
    if (failed(runCommonStages(done)) || done)
      return failure(!done);
    if (failed(checkArithmetic()))
      return failure();
    description = describeModel(*module, *checkpoint, options);
    report.addModel(*module);
    return compileLevels(*checkpoint);
  }

  /// Learned positions end with their table.
  LogicalResult checkContext(int64_t tokens) {
    int64_t most = tokens;
    module->walk([&](EmbeddingOp op) {
      if (op.getTokens().getDefiningOp<PositionsOp>())
        most = std::min(most, op.getTable().getType().getRows());
    });
    if (tokens > most)
      return fail("--max-context=" + Twine(tokens) + ": " + options.input +
                  " has learned " + Twine(most) +
                  " positions; accepted: 1 to " + Twine(most));
    return success();
  }

  /// Any other graph: a function of tensors.
  LogicalResult runGraph() {
    std::string error;
    llm::onnx::FaultWatch watch("llm-compile: " + options.input);
    std::unique_ptr<OnnxModel> model = openOnnx(options.input, error);
    if (!model)
      return fail(error);
    if (failed(findTargets()))
      return failure();
    OnnxImportOptions import;
    import.shapes = options.shapes;
    module = importOnnx(context, *model, import);
    if (!module)
      return failure();
    llm::onnx::FaultWatch::at("the graph", 0);
    table = graphStages();
    if (options.emit == table.front().name)
      return print(*module);
    bool raised = false;
    GraphNames names = namesOf(*module);
    if (failed(raiseDecoder(raised)))
      return failure();
    if (raised)
      report.addRecognised(*module, names);
    if (raised && options.check)
      return answer("a decoder: becomes a paged model of tokens");
    if (raised)
      return compileRaised(*model);
    if (!isLowered(*module)) {
      // Anew, so that what has no lowering is expanded.
      import.isLowered = [](StringRef domain, StringRef type, int version) {
        return llm::onnx::LoweringTable::get().find(domain, type, version) !=
               nullptr;
      };
      module = importOnnx(context, *model, import);
      if (!module)
        return failure();
    }
    if (options.check)
      return answer("a graph: every op is supported");
    report.addGraph(*module);
    description = describeGraph(*module, options);
    pipeline.noPlainLoops = options.noPlainLoops;
    bool done = false;
    if (failed(runCommonStages(done)) || done)
      return failure(!done);
    return compileLevels(model->weights);
  }

  static GraphNames namesOf(ModuleOp module) {
    GraphNames names;
    auto add = [](StringAttr name, std::vector<std::string> &to) {
      if (name)
        to.push_back(name.str());
    };
    for (auto graph : module.getOps<llm::onnx::GraphOp>()) {
      for (unsigned i = 0; i < graph.getNumArguments(); ++i)
        add(graph.getArgAttrOfType<StringAttr>(i, "onnx.name"), names.inputs);
      for (unsigned i = 0; i < graph.getNumResults(); ++i)
        add(graph.getResultAttrOfType<StringAttr>(i, "onnx.name"),
            names.outputs);
    }
    return names;
  }

  /// Whether there is a lowering for every op of the graph.
  static bool isLowered(ModuleOp graph) {
    return !graph
                .walk([](Operation *op) {
                  auto view = llm::onnx::OnnxOp::from(op);
                  bool lacks = view && !llm::onnx::LoweringTable::get().find(
                                           view->schema());
                  return lacks ? WalkResult::interrupt()
                               : WalkResult::advance();
                })
                .wasInterrupted();
  }

  /// What --check has found.
  LogicalResult answer(const Twine &what) {
    progress.stop();
    llvm::outs() << options.input << ": " << what << "\n";
    return success();
  }

  /// Whether the graph is a decoder, whose @forward the module holds then.
  LogicalResult raiseDecoder(bool &raised) {
    PassManager pm(&context);
    pm.addPass(createRaiseDecoder());
    if (failed(pm.run(*module)))
      return failure();
    raised = module->lookupSymbol("forward") != nullptr;
    return success();
  }

  LogicalResult compileRaised(OnnxModel &model) {
    std::string error;
    checkpoint = describeRaised(*module, options.input, options.tokenizer,
                                std::move(model.weights), error);
    if (!checkpoint)
      return fail(error);
    return compileDecoder();
  }

  /// Stages that all levels share; `done` if one was printed.
  LogicalResult runCommonStages(bool &done) {
    for (const Stage &stage : table) {
      if (stage.perTarget)
        break;
      if (failed(runStage(stage, *module)))
        return failure();
      if (options.emit == stage.name) {
        done = true;
        return print(*module);
      }
    }
    return success();
  }

  LogicalResult compileLevels(const WeightSource &weights) {
    for (const CpuTarget &target : targets) {
      bool done = false;
      if (failed(compileLevel(target, done)))
        return failure();
      if (done)
        return success();
    }
    return writeObject(weights);
  }

  /// Parts of a compilation, about as long as they take for a small model.
  enum Work {
    Opening = 4,
    Stages = 2,
    Generating = 12,
    Linking = 2,
    Packing = 8
  };
  static double workOf(const CompileOptions &options) {
    size_t levels = std::max<size_t>(1, options.targets.size());
    return Opening + Stages * 2 + levels * (Stages * 3 + Generating) +
           Linking * 2 + Packing;
  }

  LogicalResult fail(const Twine &message) {
    progress.stop();
    llvm::errs() << "llm-compile: " << message << "\n";
    return failure();
  }
  LogicalResult fail(llvm::Error error) {
    return fail(llvm::toString(std::move(error)));
  }

  LogicalResult findTargets() {
    std::vector<std::string> levels = options.targets;
    if (levels.empty())
      levels.push_back("");
    for (const std::string &name : levels) {
      llvm::Expected<CpuTarget> target =
          refineCpuTarget(name, options.cpu, options.attributes);
      if (!target)
        return fail(target.takeError());
      if (llvm::Error error = setTileChoices(target->tiles, options.tiles))
        return fail(std::move(error));
      targets.push_back(*target);
    }
    return success();
  }

  /// No level falls back to f32 unless it says so, or not at all where the
  /// arithmetic was asked for.
  LogicalResult checkArithmetic() {
    struct Arithmetic {
      WeightKind kind;
      llvm::StringLiteral flag, weights, instructions;
      bool wanted, CpuTarget::*has;
    };
    const Arithmetic table[] = {
        {WeightKind::Integers, "int8", "quantized", "AVX512-VNNI",
         pipeline.roundToInt8, &CpuTarget::byteDot},
        {WeightKind::Halves, "bf16", "bf16", "AVX512-BF16",
         pipeline.roundToBF16, &CpuTarget::bf16Dot},
    };
    for (const Arithmetic &a : table) {
      bool asked = options.activations == a.flag;
      if (!multiplies(*module, a.kind)) {
        if (asked)
          return fail("--activations=" + a.flag +
                      ": no linear layer has weights that are " + a.weights +
                      "; accepted: auto, float");
        continue;
      }
      for (const CpuTarget &target : targets) {
        if (!a.wanted || target.*a.has)
          continue;
        std::string what = target.name + " multiplies " + a.weights.str() +
                           " weights in f32, because it lacks " +
                           a.instructions.str();
        if (asked)
          return fail(what + "; --activations=" + a.flag +
                      " refuses that; accepted: levels that have it, or "
                      "--activations=auto, float");
        progress.write([&] {
          llvm::errs() << "llm-compile: " << what << ": slower than " << a.flag
                       << " (--activations=" << a.flag
                       << " refuses such a level)\n";
        });
      }
    }
    return success();
  }

  std::string kvElement() {
    if (options.kvCache != "auto")
      return options.kvCache == "int8" ? "i8" : options.kvCache;
    return options.dtype != "auto" ? options.dtype : checkpoint->config.dtype;
  }

  LogicalResult runStage(const Stage &stage, ModuleOp on) {
    progress.begin(stage.name + ": " + stage.help, Stages);
    llm::onnx::FaultWatch::at("stage '" + stage.name.str() + "'", 0);
    PassManager pm(&context);
    // What comes from a file is verified; what passes make of it, by builds
    // that look for our own faults. It would take a quarter of these stages'
    // time.
    pm.enableVerifier(!stage.perTarget || kChecksItself);
    stage.build(pm, pipeline);
    return pm.run(on);
  }

  llvm::raw_ostream *openOutput() {
    if (options.output == "-")
      return &llvm::outs();
    std::error_code error;
    stream = std::make_unique<llvm::raw_fd_ostream>(options.output, error);
    if (error) {
      (void)fail(options.output + ": " + error.message());
      return nullptr;
    }
    return stream.get();
  }

  LogicalResult print(ModuleOp what) {
    llvm::raw_ostream *os = openOutput();
    if (!os)
      return failure();
    progress.stop();
    what.print(*os);
    return success();
  }

  LogicalResult printBytes(llvm::ArrayRef<char> bytes) {
    llvm::raw_ostream *os = openOutput();
    if (!os)
      return failure();
    progress.stop();
    os->write(bytes.data(), bytes.size());
    return success();
  }

  /// From phases to object code for one level; `done` if a stage was printed.
  LogicalResult compileLevel(const CpuTarget &target, bool &done) {
    OwningOpRef<ModuleOp> copy = module->clone();
    pipeline.target = &target;
    pipeline.stepSymbol = "llm_step_" + std::to_string(objects.size());
    CpuLevelDescription level;
    level.name = target.name;
    level.features = target.required;
    level.stepSymbol = pipeline.stepSymbol;
    for (const Stage &stage : table) {
      if (!stage.perTarget)
        continue;
      if (failed(runStage(stage, *copy)))
        return failure();
      report.addPhases(*copy, target.name);
      if (auto bytes = (*copy)->getAttrOfType<IntegerAttr>("llm.arena_bytes"))
        level.arenaBytes = bytes.getInt();
      if (auto bytes = (*copy)->getAttrOfType<IntegerAttr>("llm.scratch_bytes"))
        level.scratchBytes = llvm::alignTo(bytes.getInt(), 64);
      if (auto type = (*copy)->getAttrOfType<TypeAttr>("llm.compute_type"))
        level.computeType = elementTypeOf(type.getValue());
      if (options.emit == stage.name) {
        done = true;
        return print(*copy);
      }
    }
    // What the step was made of is described elsewhere; code alone remains.
    for (Operation &op : llvm::make_early_inc_range(*copy->getBody()))
      if (isa<ParameterOp, StateGroupOp>(op))
        op.erase();
    llvm::LLVMContext llvmContext;
    std::unique_ptr<llvm::Module> code =
        translateModuleToLLVMIR(*copy, llvmContext);
    if (!code)
      return fail("translation to LLVM IR failed");
    progress.begin("generating code for " + target.name, Generating);
    std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(target);
    optimize(*code, *machine, /*vectorize=*/!checkpoint);
    for (llvm::Function &function : *code)
      if (!function.isDeclaration() && !function.hasLocalLinkage())
        function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    bool assembly = options.emit == "asm";
    llvm::SmallVector<char, 0> object = emitCode(*code, *machine, assembly);
    if (assembly || options.emit == "obj") {
      done = true;
      return printBytes(object);
    }
    auto calls = findSupportCalls(llvm::MemoryBufferRef(
        llvm::StringRef(object.data(), object.size()), target.name));
    if (!calls)
      return fail(calls.takeError());
    report.addCalls(*calls, target.name);
    objects.push_back(std::move(object));
    description.levels.push_back(level);
    return success();
  }

  LogicalResult compileText() {
    std::string error;
    bool hasTokenizer =
        !checkpoint->tokenizerJson.empty() || checkpoint->ggufTokenizer;
    if (hasTokenizer &&
        !compileTokenizer(*checkpoint, description.tokenizer, error))
      return fail(error); // it names the file
    if (!checkpoint->chatTemplate.empty() && options.chatTemplate &&
        !compileChatTemplate(checkpoint->chatTemplate, checkpoint->bosToken,
                             checkpoint->eosToken, description.chatTemplate,
                             error))
      return fail(options.input + ": chat template: " + error +
                  " (--no-chat-template goes on without it)");
    return success();
  }

  /// Where --weights=file puts them: the runtime looks there first.
  std::string weightsPath() {
    if (!options.weightsInFile)
      return {};
    llvm::SmallString<128> path(options.output);
    llvm::sys::path::replace_extension(path, ".safetensors");
    return path.str().str();
  }

  LogicalResult writeObject(const WeightSource &weights) {
    progress.begin("compiling the tokenizer, linking", Linking);
    if (checkpoint && failed(compileText()))
      return failure();
    auto descriptor = emitDescriptorObject(description);
    if (!descriptor)
      return fail(descriptor.takeError());
    objects.push_back(std::move(*descriptor));
    std::vector<llvm::MemoryBufferRef> buffers;
    for (auto [i, object] : llvm::enumerate(objects)) {
      names.push_back("code." + std::to_string(i));
      buffers.emplace_back(llvm::StringRef(object.data(), object.size()),
                           names.back());
    }
    std::string symbol = descriptorSymbol(description.name);
    llvm::SmallVector<char, 0> image;
    if (llvm::Error error = linkSharedObject(buffers, symbol, image))
      return fail(std::move(error));
    auto segment = WeightSegmentWriter::create(options.output, image, symbol,
                                               WeightLayout(*module).bytes(),
                                               weightsPath());
    if (!segment)
      return fail(segment.takeError());
    progress.begin("packing weights", Packing);
    if (failed(packWeights(*module, weights, **segment, threads,
                           [&](double share) { progress.setShare(share); })))
      return failure();
    progress.begin("digesting weights", Linking);
    uint64_t weightBytes = (*segment)->size();
    if (llvm::Error error = (*segment)->finish(threads))
      return fail(std::move(error));
    if (!checkpoint) {
      progress.stop();
      if (options.report)
        report.print(llvm::outs());
      return success();
    }
    auto contracts = memoryContracts(options.output);
    if (!contracts)
      return fail(contracts.takeError());
    if (options.report) {
      bool named = options.bandwidth > 0;
      report.addCeiling(
          description,
          named ? options.bandwidth : measureReadBandwidth(threads),
          named ? "as --bandwidth says"
                : "measured here with " + std::to_string(threads) + " threads");
    }
    progress.stop();
    printContract(llvm::outs(), description, image.size(), weightBytes,
                  *contracts);
    if (options.report)
      report.print(llvm::outs());
    return success();
  }

  const CompileOptions &options;
  Progress progress;
  MLIRContext context;
  unsigned threads;
  std::unique_ptr<Checkpoint> checkpoint; ///< null: a general graph
  llvm::ArrayRef<Stage> table;
  std::vector<CpuTarget> targets;
  OwningOpRef<ModuleOp> module;
  PipelineOptions pipeline;
  ObjectDescription description;
  Report report;
  std::vector<llvm::SmallVector<char, 0>> objects;
  std::deque<std::string> names;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

} // namespace

int llm::compile(const CompileOptions &options) {
  bool knownStage = llvm::is_contained({"so", "asm", "obj"}, options.emit) ||
                    llvm::any_of(stages(), [&](const Stage &stage) {
                      return stage.name == options.emit;
                    });
  if (!knownStage) {
    llvm::errs() << "llm-compile: --emit=" << options.emit
                 << ": accepted: import, model, phases, loops, llvm, asm, obj, "
                    "so\n";
    return 1;
  }
  return succeeded(Compilation(options).run()) ? 0 : 1;
}
