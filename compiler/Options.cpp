//===- Options.cpp - The command line of llm-compile ----------------------===//
//
// Every flag of the compiler, and nothing else reads cl::opt.
//
//===----------------------------------------------------------------------===//

#include "compiler/Options.h"

#include "passes/model/QuantizeWeights.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace {

/// Constructed when the command line is read, not before main: LLVM and lld
/// register flags of the same names.
struct Flags {
  cl::OptionCategory category{"Options"};
  cl::opt<std::string> input{cl::Positional, cl::Required,
                             cl::desc("<model folder or .gguf file>"),
                             cl::cat(category)};
  cl::opt<std::string> output{"o", cl::value_desc("file"),
                              cl::desc("Output (default: <name>.so; "
                                       "standard output with --emit)"),
                              cl::cat(category)};
  cl::opt<std::string> name{
      "name", cl::value_desc("identifier"),
      cl::desc("The object exports llmrt_model_<identifier> "
               "(default: from the input's name)"),
      cl::cat(category)};
  cl::opt<std::string> emit{
      "emit", cl::value_desc("stage"), cl::init("so"),
      cl::desc("Stop after a stage and print it: import, model, phases, "
               "loops, llvm, asm, obj; or so"),
      cl::cat(category)};
  cl::list<std::string> targets{
      "target", cl::CommaSeparated, cl::value_desc("levels"),
      cl::desc("CPU levels to make code for: native, x86-64-v3, "
               "x86-64-v4, cascadelake, znver4, znver5, sapphirerapids "
               "(default: native)"),
      cl::cat(category)};
  cl::opt<std::string> cpu{
      "mcpu", cl::value_desc("processor"),
      cl::desc("Make the code for this processor, by LLVM's name, or native; "
               "without --target the level follows from it"),
      cl::cat(category)};
  cl::list<std::string> attributes{
      "mattr", cl::CommaSeparated, cl::value_desc("+a,-b"),
      cl::desc("Instructions that the code may or must not use beside the "
               "level's, by LLVM's name"),
      cl::cat(category)};
  cl::list<std::string> tiles{
      "tile", cl::CommaSeparated, cl::value_desc("name=value"),
      cl::desc("Override tile choices: classes, register-rows, panels "
               "(numbers separated by ':'), integer-sums, chunk-rows, "
               "attention-rows, block-rows"),
      cl::cat(category)};
  cl::list<std::string> shapes{
      "shape", cl::value_desc("NAME=1,?,768"),
      cl::desc("Fix extents of an input of an ONNX graph; ?: any. Once for each "
               "input"),
      cl::cat(category)};
  cl::opt<std::string> dtype{
      "dtype", cl::init("auto"), cl::value_desc("type"),
      cl::desc("f32: matrices of floats are multiplied in f32; bf16, f16: they "
               "are stored as that (default: as stored)"),
      cl::cat(category)};
  cl::opt<std::string> kvCache{
      "kv-cache", cl::init("auto"), cl::value_desc("type"),
      cl::desc("Element type of keys and values: f32, bf16, f16, int8 "
               "(default: the model's)"),
      cl::cat(category)};
  cl::opt<std::string> weights{
      "weights", cl::init("embed"), cl::value_desc("place"),
      cl::desc("embed: in the object; file: in a .safetensors file beside it"),
      cl::cat(category)};
  cl::opt<bool> batchInvariant{
      "batch-invariant",
      cl::desc("Equal tokens whatever else a step computes: sums have one "
               "order for all row counts, which AMX tiles do without"),
      cl::cat(category)};
  cl::opt<bool> noPlainLoops{
      "no-plain-loops",
      cl::desc("Refuse a graph with products of matrices or convolutions that "
               "would run as plain loops"),
      cl::cat(category)};
  cl::opt<std::string> activations{
      "activations", cl::init("auto"), cl::value_desc("type"),
      cl::desc("auto: inputs of linear layers become 8-bit integers where "
               "weights are quantized, bf16 where they are bf16, if the level "
               "has the instructions; int8, bf16: the same, and a level "
               "without the instructions is refused; float: they stay f32"),
      cl::cat(category)};
  cl::opt<std::string> quantize{
      "quantize", cl::value_desc("scheme"),
      cl::desc("Round weights of linear layers to nearest: int8 or "
               "int4[-g32|-g64|-g128][-asym]; the head and a tied embedding "
               "become int8-g32, what the file has quantized stays "
               "(default: as stored)"),
      cl::cat(category)};
  cl::opt<int64_t> pageSize{"page-size", cl::init(32),
                            cl::desc("Tokens of a KV page"), cl::cat(category)};
  cl::opt<int64_t> maxContext{
      "max-context", cl::init(0),
      cl::desc("Tokens a sequence may hold (default: the model's)"),
      cl::cat(category)};
  cl::opt<int64_t> maxBatch{"max-batch", cl::init(16),
                            cl::desc("Sequences of one step"),
                            cl::cat(category)};
  cl::opt<int64_t> prefillChunk{
      "prefill-chunk", cl::init(512),
      cl::desc("Prompt tokens that one step takes at most"), cl::cat(category)};
  cl::opt<unsigned> threads{"threads", cl::init(0),
                            cl::desc("Threads to compile with "
                                     "(default: all)"),
                            cl::cat(category)};
  cl::opt<bool> noChatTemplate{"no-chat-template",
                               cl::desc("Leave the chat template out"),
                               cl::cat(category)};
  cl::opt<std::string> tokenizer{
      "tokenizer", cl::value_desc("FILE"),
      cl::desc("The tokenizer.json of an ONNX file (default: the one beside "
               "it)"),
      cl::cat(category)};
  cl::opt<double> bandwidth{
      "bandwidth", cl::init(0), cl::value_desc("GB/s"),
      cl::desc("Read bandwidth of the machine that --report predicts for "
               "(default: this machine's, measured)"),
      cl::cat(category)};
  cl::opt<bool> check{"check",
                      cl::desc("Say of an ONNX file what it would become, or "
                               "all that is not supported yet, and stop"),
                      cl::cat(category)};
  cl::opt<bool> report{"report", cl::desc("Say what was made of the model"),
                       cl::cat(category)};
};

} // namespace

/// A C identifier made of a file's name.
static std::string identifier(StringRef path) {
  while (path.size() > 1 && path.ends_with("/"))
    path = path.drop_back();
  std::string result = sys::path::stem(path).str();
  for (char &c : result)
    if (!isAlnum(c))
      c = '_';
  if (result.empty() || isDigit(result[0]))
    result = "model_" + result;
  return result;
}

/// NAME=1,?,768. False if it is not.
static bool
parseShape(StringRef text,
           std::pair<std::string, std::vector<int64_t>> &shape) {
  auto [name, sizes] = text.rsplit('=');
  shape.first = name.str();
  SmallVector<StringRef> parts;
  if (!sizes.empty())
    sizes.split(parts, ',');
  for (StringRef part : parts) {
    int64_t size = -1;
    if (part != "?" && (part.getAsInteger(10, size) || size < 0))
      return false;
    shape.second.push_back(size);
  }
  return !name.empty() && text.contains('=');
}

bool llm::parseCommandLine(int argc, char **argv, CompileOptions &options) {
  cl::ResetCommandLineParser();
  Flags flags;
  // lld parses flags of its own later; ours are gone by then.
  scope_exit forget([] { cl::ResetCommandLineParser(); });
  if (!cl::ParseCommandLineOptions(
          argc, argv, "llm-compile: a language model as a shared object\n",
          &errs()))
    return false;
  auto wrong = [](const Twine &message) {
    errs() << "llm-compile: " << message << "\n";
    return false;
  };
  auto oneOf = [&](StringRef flag, const std::string &value,
                   std::initializer_list<StringRef> accepted) {
    if (is_contained(accepted, value))
      return true;
    return wrong("--" + flag + "=" + value +
                 ": accepted: " + join(accepted, ", "));
  };
  if (!oneOf("dtype", flags.dtype, {"auto", "f32", "bf16", "f16"}) ||
      !oneOf("kv-cache", flags.kvCache,
             {"auto", "f32", "bf16", "f16", "int8"}) ||
      !oneOf("weights", flags.weights, {"embed", "file"}) ||
      !oneOf("activations", flags.activations,
             {"auto", "float", "int8", "bf16"}))
    return false;
  if (flags.activations == "bf16" && flags.dtype == "f32")
    return wrong("--activations=bf16 with --dtype=f32, which multiplies "
                 "matrices of floats in f32; accepted: one of them");
  if (flags.pageSize < 16 || (flags.pageSize & (flags.pageSize - 1)) ||
      flags.pageSize > 1024)
    return wrong("--page-size=" + Twine(flags.pageSize) +
                 ": accepted: a power of two from 16 to 1024");
  if (flags.maxBatch < 1 || flags.maxBatch > 4096)
    return wrong("--max-batch=" + Twine(flags.maxBatch) +
                 ": accepted: 1 to 4096");
  if (flags.prefillChunk < 1 || flags.prefillChunk > 65536)
    return wrong("--prefill-chunk=" + Twine(flags.prefillChunk) +
                 ": accepted: 1 to 65536");
  if (flags.maxContext < 0 || flags.maxContext > (int64_t(1) << 24))
    return wrong("--max-context=" + Twine(flags.maxContext) +
                 ": accepted: 1 to 16777216");
  if (!(flags.bandwidth >= 0 && flags.bandwidth <= 1e6))
    return wrong("--bandwidth=" + Twine(std::to_string(flags.bandwidth)) +
                 ": accepted: GB/s, more than 0 and at most 1000000");
  if (!flags.quantize.empty() && !QuantizationScheme::parse(flags.quantize))
    return wrong("--quantize=" + Twine(flags.quantize) +
                 ": accepted: " + QuantizationScheme::kAccepted);
  options.input = flags.input;
  options.name = flags.name.empty() ? identifier(flags.input) : flags.name;
  options.emit = flags.emit;
  options.output = flags.output;
  if (options.output.empty())
    options.output = options.emit == "so" ? options.name + ".so" : "-";
  options.targets.assign(flags.targets.begin(), flags.targets.end());
  options.cpu = flags.cpu;
  options.attributes.assign(flags.attributes.begin(), flags.attributes.end());
  options.tiles.assign(flags.tiles.begin(), flags.tiles.end());
  bool refined = !options.cpu.empty() || !options.attributes.empty();
  if (refined && options.targets.size() > 1)
    return wrong("-mcpu and -mattr refine one level; --target names " +
                 Twine(options.targets.size()));
  for (const std::string &text : flags.shapes)
    if (!parseShape(text, options.shapes.emplace_back()))
      return wrong("--shape=" + text +
                   ": accepted: the input's name, '=', sizes or '?' between "
                   "commas");
  options.dtype = flags.dtype;
  options.kvCache = flags.kvCache;
  options.weightsInFile = flags.weights == "file";
  options.quantize = flags.quantize;
  options.activations = flags.activations;
  options.pageSize = flags.pageSize;
  options.maxContext = flags.maxContext;
  options.batchInvariant = flags.batchInvariant;
  options.noPlainLoops = flags.noPlainLoops;
  options.maxBatch = flags.maxBatch;
  options.prefillChunk = flags.prefillChunk;
  options.threads = flags.threads;
  options.chatTemplate = !flags.noChatTemplate;
  options.tokenizer = flags.tokenizer;
  options.bandwidth = flags.bandwidth * 1e9;
  options.report = flags.report;
  options.check = flags.check;
  return true;
}
