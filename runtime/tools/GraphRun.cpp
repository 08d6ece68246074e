//===- GraphRun.cpp - Run a graph on files --------------------------------===//

#include "runtime/tools/GraphRun.h"

#include "runtime/tools/values/NpyFile.h"
#include "runtime/tools/values/TestData.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include <unistd.h>

using namespace llmrt;
using namespace llmrt::tools;

void GraphOptions::add(CLI::App &app) {
  flags = app.add_option_group("Graphs of tensors");
  CLI::Option *files =
      flags
          ->add_option("--input", inputs,
                       "NAME=file.npy: an input; a sequence is NAME.0=..., "
                       "NAME.1=...; may be repeated")
          ->allow_extra_args(false);
  flags->add_option("--output", output,
                    "Folder to write NAME.npy of every output to (default: "
                    "print what they are)");
  flags
      ->add_option("--test-data", testData,
                   "Folder of ONNX's test data to compare with: input_N.pb, "
                   "output_N.pb; may be repeated")
      ->allow_extra_args(false)
      ->excludes(files);
  flags
      ->add_option("--rtol", tolerance.relative,
                   "Of a float's expected value, may it differ (default: "
                   "1e-3)")
      ->check(CLI::NonNegativeNumber);
  flags->add_option("--atol", tolerance.absolute, "And by this (default: 1e-7)")
      ->check(CLI::NonNegativeNumber);
  flags
      ->add_option("--memory-limit", memoryLimit,
                   "Bytes that a call may hold, as 512M or 2G (default: three "
                   "quarters of the machine's memory)")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false));
}

std::string GraphOptions::given() const {
  for (const CLI::Option *option : flags->get_options())
    if (option->count() != 0)
      return option->get_name();
  return "";
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

namespace {

/// The files that one input is read from.
struct InputFiles {
  std::string single;
  std::map<uint64_t, std::string> items; ///< of a sequence
  bool given = false;
};

} // namespace

/// "12" as a number of an item.
static bool parseItem(const std::string &text, uint64_t &item) {
  if (text.empty() || text.size() > 9 ||
      text.find_first_not_of("0123456789") != std::string::npos)
    return false;
  item = std::stoull(text);
  return true;
}

/// Finds the input that NAME=file.npy names; names may hold '=' and '.'.
static bool place(const std::string &flag,
                  const std::vector<llmrt_argument> &arguments,
                  std::vector<InputFiles> &files) {
  for (size_t equals = flag.rfind('='); equals != std::string::npos;
       equals = equals ? flag.rfind('=', equals - 1) : std::string::npos) {
    std::string name = flag.substr(0, equals), path = flag.substr(equals + 1);
    for (size_t i = 0; i < arguments.size(); ++i) {
      bool sequence = arguments[i].kind == LLMRT_SEQUENCE;
      if (name == arguments[i].name) {
        if (files[i].given && !sequence)
          exitWith(fmt::format("--input={}: the input is given twice", flag));
        if (sequence && files[i].given)
          files[i].items.emplace(files[i].items.size(), path);
        else
          files[i].single = path;
        files[i].given = true;
        return true;
      }
      uint64_t item;
      std::string stem = std::string(arguments[i].name) + '.';
      if (sequence && name.compare(0, stem.size(), stem) == 0 &&
          parseItem(name.substr(stem.size()), item)) {
        if (!files[i].items.emplace(item, path).second)
          exitWith(fmt::format("--input={}: the item is given twice", flag));
        files[i].given = true;
        return true;
      }
    }
  }
  return false;
}

static Value readTensor(const std::string &path,
                        const llmrt_argument &argument) {
  Value value;
  std::string error;
  if (!readNpy(path, argument.type, value, error))
    exitWith(fmt::format("the input '{}': {}", argument.name, error));
  return value;
}

/// dir/NAME.npy -> dir/NAME.<item>.npy
static std::string itemPath(const std::string &path, uint64_t item) {
  size_t stem = path.size();
  if (stem > 4 && path.compare(stem - 4, 4, ".npy") == 0)
    stem -= 4;
  return fmt::format("{}.{}.npy", path.substr(0, stem), item);
}

/// A sequence is items by number, or the files that --output writes for one:
/// NAME=dir/NAME.npy stands for dir/NAME.0.npy and so on, and NAME= for none.
static Value readSequence(const InputFiles &files,
                          const llmrt_argument &argument) {
  Value value;
  value.kind = LLMRT_SEQUENCE;
  if (!files.items.empty()) {
    for (const auto &[item, path] : files.items) {
      if (item != value.items.size())
        exitWith(fmt::format("the input '{}' has item {} but not item {}",
                             argument.name, item, value.items.size()));
      value.items.push_back(readTensor(path, argument));
    }
    return value;
  }
  if (files.single.empty())
    return value;
  if (access(files.single.c_str(), F_OK) == 0) {
    value.items.push_back(readTensor(files.single, argument));
    return value;
  }
  for (uint64_t item = 0;; ++item) {
    std::string path = itemPath(files.single, item);
    if (item != 0 && access(path.c_str(), F_OK) != 0)
      return value;
    value.items.push_back(readTensor(path, argument));
  }
}

std::vector<Value> tools::readInputs(const llmrt_model *model,
                                     const std::vector<std::string> &flags) {
  std::vector<llmrt_argument> arguments(llmrt_model_input_count(model));
  std::string names;
  for (size_t i = 0; i < arguments.size(); ++i) {
    llmrt_model_get_input(model, i, &arguments[i]);
    names += fmt::format("{}'{}'", i ? ", " : "", arguments[i].name);
  }
  std::vector<InputFiles> files(arguments.size());
  for (const std::string &flag : flags)
    if (!place(flag, arguments, files))
      exitWith(fmt::format("--input={}: not NAME=file.npy with NAME of an "
                           "input, which are {}",
                           flag, names.empty() ? "none" : names));
  std::vector<Value> values(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!files[i].given)
      values[i].kind = LLMRT_ABSENT;
    else if (arguments[i].kind == LLMRT_SEQUENCE)
      values[i] = readSequence(files[i], arguments[i]);
    else
      values[i] = readTensor(files[i].single, arguments[i]);
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// A name as a file's: '/' and ':' become '_'.
static std::string fileName(const char *name) {
  std::string file = name;
  std::replace(file.begin(), file.end(), '/', '_');
  std::replace(file.begin(), file.end(), ':', '_');
  return file;
}

/// Sequences in sequences are NAME.0.1.npy.
static void writeValue(const std::string &stem, const llmrt_value &value) {
  std::string error;
  if (value.kind == LLMRT_TENSOR && !writeNpy(stem + ".npy", value, error))
    exitWith(error);
  for (size_t i = 0; i < value.count; ++i)
    writeValue(fmt::format("{}.{}", stem, i), value.items[i]);
}

static void printValue(const std::string &name, const llmrt_value &value) {
  fmt::print("{}: {}", name, describe(value));
  if (value.kind == LLMRT_TENSOR) {
    constexpr uint64_t shown = 8;
    uint64_t count = elementCount(value);
    for (uint64_t i = 0; i < std::min(count, shown); ++i)
      fmt::print(" {}", formatElement(value, i));
    fmt::print("{}", count > shown ? " ..." : "");
  }
  fmt::print("\n");
  for (size_t i = 0; i < value.count; ++i)
    printValue(fmt::format("{}.{}", name, i), value.items[i]);
}

static void giveOutputs(const llmrt_model *model, const llmrt_results *results,
                        const std::string &folder) {
  std::error_code failure;
  if (!folder.empty())
    std::filesystem::create_directories(folder, failure);
  if (failure)
    exitWith(fmt::format("--output={}: {}", folder, failure.message()));
  std::map<std::string, const char *> files;
  for (size_t i = 0; i < llmrt_model_output_count(model); ++i) {
    llmrt_argument argument;
    llmrt_model_get_output(model, i, &argument);
    const llmrt_value &value = *llmrt_results_get(results, i);
    if (folder.empty()) {
      printValue(argument.name, value);
      continue;
    }
    std::string file = fileName(argument.name);
    if (auto [other, isNew] = files.emplace(file, argument.name); !isNew)
      exitWith(fmt::format("the outputs '{}' and '{}' would both be {}/{}.npy",
                           other->second, argument.name, folder, file));
    writeValue(folder + "/" + file, value);
  }
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

int tools::runGraph(llmrt_model *model, uint32_t threads,
                    const GraphOptions &options) {
  GraphPointer graph = createGraph(model, {threads, options.memoryLimit});
  int status = 0;
  for (const std::string &folder : options.testData) {
    std::string reason;
    bool passed =
        runTestData(model, graph.get(), folder, options.tolerance, reason);
    fmt::print("{}: {}\n", folder, passed ? "passed" : reason);
    status |= !passed;
  }
  if (!options.testData.empty())
    return status;
  std::vector<Value> values = readInputs(model, options.inputs);
  std::vector<llmrt_input> inputs;
  for (size_t i = 0; i < values.size(); ++i) {
    llmrt_argument argument;
    llmrt_model_get_input(model, i, &argument);
    if (values[i].kind != LLMRT_ABSENT)
      inputs.push_back({argument.name, values[i].view()});
  }
  ResultsPointer results = run(graph.get(), inputs);
  giveOutputs(model, results.get(), options.output);
  return 0;
}
